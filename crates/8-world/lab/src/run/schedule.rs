//! When a run looks at its checks: one moment after the other.
//!
//! ```text
//!   script line  -> every check that must hold always is looked at
//!   every 100 ms -> the same
//!   `within`     -> the check is judged
//! ```
//! Nothing is laid out beforehand: a lab of a hundred years needs no more memory than one of a second
//! (`a_long_lab_needs_no_memory`).

use base::{Duration, Instant};
use language::model::{Check, Script};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How often a check that must hold always is looked at, beside every script line.
const ALWAYS_EVERY: Duration = Duration::from_millis(100);

/// What happens at a moment, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Script(usize),
    Tick(usize),
    Look(usize),
    Judge(usize),
}

/// What is to be done with a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// It must hold now.
    Look(usize),
    /// Now is its last moment.
    Judge(usize),
}

/// All moments of a run, the earliest first.
pub(super) struct Schedule<'a> {
    checks: &'a [&'a Check],
    scripts: &'a [Script],
    end: Instant,
    coming: BinaryHeap<Reverse<(Instant, Turn)>>,
    last: Option<(Instant, Moment)>,
}

impl<'a> Schedule<'a> {
    /// Of these checks and script lines, until `end`.
    pub(super) fn new(checks: &'a [&'a Check], scripts: &'a [Script], end: Instant) -> Self {
        let mut schedule = Schedule { checks, scripts, end, coming: BinaryHeap::new(), last: None };
        for (index, check) in checks.iter().enumerate() {
            if check.when.always {
                schedule.tick(schedule.from(index), index);
            }
            if check.when.within.is_some() {
                schedule.coming.push(Reverse((schedule.until(index), Turn::Judge(index))));
            }
        }
        if checks.iter().any(|check| check.when.always) {
            for (index, script) in scripts.iter().enumerate() {
                schedule.script(Instant::ZERO + script.at, index);
            }
        }
        schedule
    }

    /// From when on a check must hold, and until when.
    fn from(&self, index: usize) -> Instant {
        Instant::ZERO + self.checks[index].when.after.unwrap_or_default()
    }

    fn until(&self, index: usize) -> Instant {
        self.checks[index].when.within.map_or(self.end, |within| Instant::ZERO + within)
    }

    fn tick(&mut self, at: Instant, index: usize) {
        if at < self.until(index) {
            self.coming.push(Reverse((at, Turn::Tick(index))));
        }
    }

    fn script(&mut self, at: Instant, index: usize) {
        if at <= self.end {
            self.coming.push(Reverse((at, Turn::Script(index))));
        }
    }

    /// A script line is carried out: whatever must hold always is looked at. One that comes again
    /// faster than that happens anyway counts at its first time only: a million looks would say no more.
    fn scripted(&mut self, at: Instant, index: usize) {
        for check in 0..self.checks.len() {
            let when = &self.checks[check].when;
            if when.always && self.from(check) <= at && at <= self.until(check) {
                self.coming.push(Reverse((at, Turn::Look(check))));
            }
        }
        if let Some(every) = self.scripts[index].every.filter(|&every| every >= ALWAYS_EVERY) {
            self.script(at + every, index);
        }
    }
}

impl Iterator for Schedule<'_> {
    type Item = (Instant, Moment);

    fn next(&mut self) -> Option<(Instant, Moment)> {
        loop {
            let Reverse((at, turn)) = self.coming.pop()?;
            let moment = match turn {
                Turn::Script(index) => {
                    self.scripted(at, index);
                    continue;
                }
                Turn::Tick(index) => {
                    self.tick(at + ALWAYS_EVERY, index);
                    Moment::Look(index)
                }
                Turn::Look(index) => Moment::Look(index),
                Turn::Judge(index) => Moment::Judge(index),
            };
            // Two script lines of one time, or a line and a tick: one look is enough.
            if self.last != Some((at, moment)) {
                self.last = Some((at, moment));
                return Some((at, moment));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_lab;

    fn moments(below: &str, end: u64) -> Vec<(u64, Moment)> {
        let text = format!("lab = \"s\"\nlinks = [\"a - b\"]\n[hosts.a]\n[hosts.b]\n{below}");
        let lab = read_lab(text.as_bytes(), "s.toml").expect("a lab");
        let checks: Vec<&Check> = lab.checks.iter().collect();
        let end = Instant::ZERO + Duration::from_millis(end);
        let all = Schedule::new(&checks, &lab.scripts, end).take(1000);
        all.map(|(at, moment)| (at.as_nanos() / 1_000_000, moment)).collect()
    }

    #[test]
    fn what_must_hold_always_is_looked_at_every_100_ms_and_at_script_lines() {
        let found = moments(
            "[[script]]\nat = \"50ms\"\nevery = \"1ms\"\ndo = \"cut a--b\"\n\
             [[script]]\nat = \"210ms\"\nevery = \"100ms\"\ndo = \"mend a--b\"\n\
             [[check]]\nexpect = \"count(arp) == 0\"\nalways = true\nwithin = \"320ms\"\n",
            1000,
        );
        let looks: Vec<u64> = found
            .iter()
            .filter(|(_, moment)| *moment == Moment::Look(0))
            .map(|(at, _)| *at)
            .collect();
        assert_eq!(looks, [0, 50, 100, 200, 210, 300, 310]);
        assert_eq!(found.last(), Some(&(320, Moment::Judge(0))));
    }

    #[test]
    fn one_look_is_enough_where_two_lines_meet() {
        let line = "[[script]]\nat = \"100ms\"\ndo = \"cut a--b\"\n";
        let found = moments(
            &format!("{line}{line}[[check]]\nexpect = \"count(arp) == 0\"\nalways = true\n"),
            150,
        );
        assert_eq!(found, [(0, Moment::Look(0)), (100, Moment::Look(0))]);
    }

    #[test]
    fn a_long_lab_needs_no_memory() {
        let lab = "lab = \"s\"\nlinks = [\"a - b\"]\n[hosts.a]\n[hosts.b]\n[[script]]\nat = \"1s\"\nevery = \"1s\"\ndo = \"cut a--b\"\n[[check]]\nexpect = \"count(arp) == 0\"\nalways = true\n";
        let lab = read_lab(lab.as_bytes(), "s.toml").expect("a lab");
        let checks: Vec<&Check> = lab.checks.iter().collect();
        let mut schedule = Schedule::new(&checks, &lab.scripts, Instant::MAX);
        assert!(schedule.by_ref().take(100_000).count() == 100_000);
        assert!(schedule.coming.len() < 10, "{}", schedule.coming.len());
    }
}
