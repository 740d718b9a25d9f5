//! Is it so? A check against what a world recorded.
//!
//! A measurement never guesses: what cannot be measured (a table that is not there, a program that
//! has not ended) makes the check fail and says so.

use crate::expect::{Expect, Frames, Scalar, Step, Test};
use crate::filter::{Filter, Op};
use crate::model::{Lab, When};
use crate::seen::{SeenEvent, Walk, Where};
use base::{Instant, Journey};
use sim::{Recorded, World};
use socket::Tree;
use std::collections::BTreeMap;

/// The first frames that count, as many as a person wants to see.
const SHOWN: usize = 3;

/// What one measurement gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The measurement as written.
    pub what: String,
    /// What came out: `count = 4`, or why it could not be measured.
    pub value: String,
    /// Did it hold?
    pub holds: bool,
    /// The first frames that count, a line each.
    pub frames: Vec<String>,
}

/// What a check gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Does it hold?
    pub holds: bool,
    /// Its measurements, in the order of the text.
    pub measured: Vec<Measured>,
}

/// Judges `expect` (written as `line`) on what happened in `world` up to now, after `when.after`.
pub fn judge(expect: &Expect, line: &str, when: &When, lab: &Lab, world: &World) -> Verdict {
    let after = Instant::ZERO + when.after.unwrap_or_default();
    let mut judge = Judge { line, lab, world, after, measured: Vec::new() };
    let holds = judge.holds(expect);
    Verdict { holds, measured: judge.measured }
}

struct Judge<'a> {
    line: &'a str,
    lab: &'a Lab,
    world: &'a World,
    after: Instant,
    measured: Vec<Measured>,
}

/// A number that was measured, with the frames behind it; or why there is none.
type Outcome = Result<(bool, String, Vec<String>), String>;

impl Judge<'_> {
    fn holds(&mut self, expect: &Expect) -> bool {
        match expect {
            // Both sides are measured whatever the first says: a person wants to see both.
            Expect::And(a, b) => self.holds(a) & self.holds(b),
            Expect::Or(a, b) => self.holds(a) | self.holds(b),
            Expect::Not(inner) => !self.holds(inner),
            Expect::Test(test, at) => {
                let what = self.line.get(at.clone()).unwrap_or(self.line).trim().to_owned();
                let (holds, value, frames) = match self.measure(test) {
                    Ok(outcome) => outcome,
                    Err(why) => (false, why, Vec::new()),
                };
                self.measured.push(Measured { what, value, holds, frames });
                holds
            }
        }
    }

    fn measure(&self, test: &Test) -> Outcome {
        match test {
            Test::Count(frames, op, wanted) => self.count(frames, *op, *wanted),
            Test::Bytes(frames, op, wanted) => self.bytes(frames, *op, *wanted),
            Test::Copies(frames, op, wanted) => self.copies(frames, *op, *wanted),
            Test::Events { reason, filter, op, number } => {
                self.events(&reason.name, filter.as_ref(), *op, *number)
            }
            Test::Before(first, second) => self.before(first, second),
            Test::Table { node, path, op, value } => self.table(&node.name, path, *op, value),
            Test::Exit { label, op, number } => self.exit(&label.name, *op, *number),
            Test::Output { label, text } => self.output(&label.name, text),
        }
    }

    fn place(&self, frames: &Frames) -> Result<Where, String> {
        let place = match &frames.place {
            None => None,
            Some(name) => Some(
                self.lab
                    .place(&name.name)
                    .ok_or_else(|| format!("there is no place {}", name.name))?,
            ),
        };
        Where::of(self.world, place.as_ref()).ok_or_else(|| "the place is gone".to_owned())
    }

    /// Calls `see` with every frame that passes; `see` gets its line only if it asks.
    fn each(
        &self,
        frames: &Frames,
        mut see: impl FnMut(&Recorded, u64, &dyn Fn() -> String),
    ) -> Result<(), String> {
        let place = self.place(frames)?;
        let mut walk = Walk::default();
        for frame in self.world.recorder().since(0).filter(|frame| place.covers(frame)) {
            let seen = walk.step(self.world, frame);
            if frame.time >= self.after && frames.filter.matches(&seen) {
                see(frame, seen.len(), &|| seen.line());
            }
        }
        Ok(())
    }

    fn count(&self, frames: &Frames, op: Op, wanted: u64) -> Outcome {
        let (mut count, mut lines) = (0, Vec::new());
        self.each(frames, |_, _, line| {
            count += 1;
            if lines.len() < SHOWN {
                lines.push(line());
            }
        })?;
        Ok((op.holds(count.cmp(&wanted)), format!("count = {count}"), lines))
    }

    fn bytes(&self, frames: &Frames, op: Op, wanted: u64) -> Outcome {
        let (mut bytes, mut lines) = (0, Vec::new());
        self.each(frames, |_, len, line| {
            bytes += len;
            if lines.len() < SHOWN {
                lines.push(line());
            }
        })?;
        Ok((op.holds(bytes.cmp(&wanted)), format!("bytes = {bytes}"), lines))
    }

    fn copies(&self, frames: &Frames, op: Op, wanted: u64) -> Outcome {
        let mut seen: BTreeMap<Journey, (u64, String)> = BTreeMap::new();
        self.each(frames, |frame, _, line| {
            let entry = seen.entry(frame.journey()).or_insert_with(|| (0, line()));
            entry.0 += 1;
        })?;
        let most = seen.values().max_by_key(|(count, _)| *count);
        let (count, line) = most.map_or((0, None), |(count, line)| (*count, Some(line.clone())));
        Ok((op.holds(count.cmp(&wanted)), format!("copies = {count}"), line.into_iter().collect()))
    }

    fn events(&self, reason: &str, filter: Option<&Filter>, op: Op, wanted: u64) -> Outcome {
        let passes = |event: &&trace::Event| {
            event.time >= self.after
                && event.reason.name == reason
                && filter
                    .is_none_or(|filter| filter.matches(&SeenEvent::new(self.world, event, true)))
        };
        let mut lines = Vec::new();
        let mut count = 0;
        for event in self.world.events().since(0).filter(passes) {
            count += 1;
            if lines.len() < SHOWN {
                let sentence = event.reason.sentence(&event.args, base::Lang::En);
                lines.push(format!(
                    "{} s, {}: {sentence}",
                    event.time,
                    self.world.name(event.node)
                ));
            }
        }
        Ok((op.holds(count.cmp(&wanted)), format!("events = {count}"), lines))
    }

    fn before(&self, first: &Filter, second: &Filter) -> Outcome {
        let (mut one, mut other) = (None, None);
        let mut walk = Walk::default();
        for frame in self.world.recorder().since(0) {
            let seen = walk.step(self.world, frame);
            if frame.time < self.after {
                continue;
            }
            if one.is_none() && first.matches(&seen) {
                one = Some((frame.time, frame.sequence, seen.line()));
            }
            if other.is_none() && second.matches(&seen) {
                other = Some((frame.time, frame.sequence, seen.line()));
            }
        }
        let says = |found: &Option<(Instant, u64, String)>| match found {
            Some((time, ..)) => format!("at {time} s"),
            None => "never".to_owned(),
        };
        let value = format!("first {}, second {}", says(&one), says(&other));
        let holds = match (&one, &other) {
            (Some((_, one, _)), Some((_, other, _))) => one < other,
            _ => false,
        };
        Ok((holds, value, one.into_iter().chain(other).map(|(.., line)| line).collect()))
    }

    fn table(&self, node: &str, path: &[Step], op: Op, wanted: &Scalar) -> Outcome {
        let tree = crate::tables::of_node(self.world, node)
            .ok_or_else(|| format!("{node} has no tables now"))?;
        let mut written = String::new();
        for step in path {
            match step {
                Step::Name(name) if written.is_empty() => written.push_str(name),
                Step::Name(name) => written.extend([".", name]),
                Step::Key(key) => written.extend(["[", key, "]"]),
            }
        }
        let Some(found) = tree.at(&written) else {
            return Err(format!("{node} has no {written} now"));
        };
        let holds = compare(&found, op, wanted)
            .ok_or_else(|| format!("{written} is {} and cannot be compared so", found.to_json()))?;
        Ok((holds, format!("{written} = {}", found.to_json()), Vec::new()))
    }

    fn exit(&self, label: &str, op: Op, wanted: i64) -> Outcome {
        let exits = self.world.outputs().label(label).map(|label| &label.exits);
        let Some(&last) = exits.and_then(|exits| exits.back()) else {
            return Err(format!("{label} has not ended yet"));
        };
        Ok((op.holds(i64::from(last).cmp(&wanted)), format!("exit = {last}"), Vec::new()))
    }

    fn output(&self, label: &str, text: &str) -> Outcome {
        let Some(seen) = self.world.outputs().label(label) else {
            return Err(format!("{label} has not run yet"));
        };
        let output = String::from_utf8_lossy(&seen.output);
        let last: String = output
            .lines()
            .rev()
            .take(SHOWN)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("\n");
        Ok((output.contains(text), format!("output ends: {last:?}"), Vec::new()))
    }
}

fn compare(found: &Tree, op: Op, wanted: &Scalar) -> Option<bool> {
    Some(match (found, wanted) {
        (Tree::Number(found), Scalar::Number(wanted)) => op.holds(found.cmp(wanted)),
        (Tree::Flag(found), Scalar::Bool(wanted)) => op.holds(found.cmp(wanted)),
        (Tree::Text(found), Scalar::Text(wanted)) => op.holds(found.as_str().cmp(wanted)),
        _ => return None,
    })
}
