//! Is it so? A check against what a world recorded.
//!
//! A measurement never guesses: what cannot be measured (a table that is not there, a program that
//! has not ended, frames or events that are forgotten) is neither so nor not so, and `not`, `and` and
//! `or` carry that on (Kleene's logic): `not exit(p) == 0` does not hold while p runs. A check holds only when it
//! is known to hold. A key that a table does not have is measured: it is absent, equal to nothing.
//!
//! What counts frames walks over all that is recorded, which takes long; a lab that runs cannot wait so
//! long. So the walk goes in slices ([`Judging::step`], `gather`), up to the frame that was the newest
//! when it began; [`judge`] takes one slice of everything. Where the check fails, the journeys of the
//! first frames behind its numbers are looked for in the same slices.

use crate::gather::{Gather, SHOWN, Shown, at_least, before, bytes, copies, count};
use crate::journey;
use crate::lookup;
use crate::seen_event::{needs_frame, passing};
use base::{Instant, Journey, Lang};
use language::Text;
use language::diagnostic::{counted, text};
use language::expect::{Expect, Test};
use language::filter::{Filter, Op};
use language::model::{Lab, When};
use serde::{Deserialize, Serialize};
use sim::World;

/// Journeys that are told of one check.
const MOST_TRAILS: usize = 3;

/// What one measurement gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The measurement as written.
    pub what: String,
    /// What came out: `count = 4`, or `count: at least 4` where some are forgotten that could not turn
    /// the answer, or why it could not be measured.
    pub value: Text,
    /// The number itself, where it is known: of frames, octets, copies, events, an exit code.
    pub number: Option<u64>,
    /// Did it hold? Also false when it could not be measured.
    pub holds: bool,
    /// Was there anything to measure?
    pub known: bool,
    /// The first frames that count, a line each.
    pub frames: Vec<Text>,
    /// Of a check that fails: the journey of the first of them, a line a device.
    pub journey: Vec<Text>,
}

/// What a check gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Does it hold?
    pub holds: bool,
    /// Is that known? It does not hold either where it is not.
    pub known: bool,
    /// Its measurements, in the order of the text.
    pub measured: Vec<Measured>,
}

/// Judges `expect` (written as `line`) on what happened in `world` up to now, after `when.after`.
pub fn judge(expect: &Expect, line: &str, when: &When, lab: &Lab, world: &World) -> Verdict {
    let mut judging = Judging::begin(expect, line, when, lab, world);
    while judging.step(lab, world, usize::MAX) {}
    judging.verdict(world)
}

/// A check that is being judged, slice by slice.
pub struct Judging {
    expect: Expect,
    line: String,
    after: Instant,
    /// What happened later does not count: a lab that runs may be asked when `within` is long over.
    until: Instant,
    gathers: Vec<Gather>,
    cursor: u64,
    end: u64,
    /// Frames that may be looked at in one go, where slices are not possible.
    most: u64,
    /// Frames that were forgotten before they were looked at, and may count.
    gone: u64,
    /// Once the frames are gathered and the check fails: the journeys that are looked for.
    trails: Option<Vec<Trail>>,
}

/// The search for the journey behind a measurement.
struct Trail {
    measured: usize,
    search: Option<journey::Gather>,
    told: Vec<Text>,
}

impl Trail {
    fn follow(&mut self, lab: &Lab, world: &World, looks: usize) {
        let found = self.search.as_mut().is_some_and(|search| search.step(lab, world, looks));
        if let Some(search) = self.search.take_if(|_| found) {
            self.told = journey::brief(&journey::tell(&search.finish()));
        }
    }
}

/// How many of the frames from `cursor` on are forgotten; none, when those are all from before the time
/// that counts, for times never fall.
fn gone(world: &World, cursor: u64, after: Instant) -> u64 {
    let recorder = world.recorder();
    let first = recorder.since(cursor).next();
    if first.is_none_or(|first| first.time >= after) { recorder.missed(cursor) } else { 0 }
}

impl Judging {
    /// Begins to judge what was recorded up to now.
    pub fn begin(expect: &Expect, line: &str, when: &When, lab: &Lab, world: &World) -> Judging {
        let after = Instant::ZERO + when.after.unwrap_or_default();
        let gathers = expect.tests().iter().map(|(test, _)| Gather::of(test, lab, world)).collect();
        Judging {
            expect: expect.clone(),
            line: line.to_owned(),
            after,
            until: when.within.map_or(Instant::MAX, |within| Instant::ZERO + within),
            gathers,
            cursor: world.recorder().first(),
            end: world.recorder().next(),
            most: u64::MAX,
            gone: gone(world, 0, after),
            trails: None,
        }
    }

    /// What would need more than so many frames in one go is said to be unknown.
    #[must_use]
    pub fn at_most(self, most: u64) -> Judging {
        Judging { most, ..self }
    }

    /// Looks at so many more frames; true when there are more.
    pub fn step(&mut self, lab: &Lab, world: &World, looks: usize) -> bool {
        if self.walk(world, looks) {
            return true;
        }
        if self.trails.is_none() {
            self.trails = Some(self.trails(world));
        }
        let mut open = self.trails.iter_mut().flatten().filter(|trail| trail.search.is_some());
        let Some(trail) = open.next() else { return false };
        trail.follow(lab, world, looks);
        true
    }

    /// The frames that the measurements count.
    fn walk(&mut self, world: &World, looks: usize) -> bool {
        if self.trails.is_some() || self.gathers.iter().all(Gather::is_idle) {
            return false;
        }
        self.gone += gone(world, self.cursor, self.after);
        self.cursor = self.cursor.max(world.recorder().first());
        let left = usize::try_from(self.end.saturating_sub(self.cursor)).unwrap_or(usize::MAX);
        for frame in world.recorder().since(self.cursor).take(left.min(looks)) {
            if frame.time > self.until {
                self.cursor = self.end;
                return false;
            }
            for gather in &mut self.gathers {
                gather.take(world, &frame, self.after);
            }
            self.cursor = frame.sequence + 1;
        }
        self.cursor < self.end
    }

    /// The journeys worth telling: none where the check holds.
    fn trails(&self, world: &World) -> Vec<Trail> {
        let (verdict, firsts) = self.measured(world);
        let firsts = firsts.into_iter().enumerate().filter(|_| !verdict.holds);
        let trail = |(measured, first): (usize, Option<Journey>)| {
            let packet = first.filter(|first| !first.is_none())?;
            let search = Some(journey::Gather::new(world, packet));
            Some(Trail { measured, search, told: Vec::new() })
        };
        firsts.filter_map(trail).take(MOST_TRAILS).collect()
    }

    /// What came out, once [`Judging::step`] says that there is no more.
    pub fn verdict(&self, world: &World) -> Verdict {
        let (mut verdict, _) = self.measured(world);
        for trail in self.trails.iter().flatten() {
            if let Some(measured) = verdict.measured.get_mut(trail.measured) {
                measured.journey.clone_from(&trail.told);
            }
        }
        verdict
    }

    fn measured(&self, world: &World) -> (Verdict, Vec<Option<Journey>>) {
        let (most, gone) = (self.most, self.gone);
        let (line, after, until) = (self.line.as_str(), self.after, self.until);
        let gathers = self.gathers.iter();
        let (measured, firsts) = (Vec::new(), Vec::new());
        let mut judge = Judge { line, world, after, until, most, gone, gathers, measured, firsts };
        let holds = judge.holds(&self.expect);
        let measured = judge.measured;
        let verdict = Verdict { holds: holds == Some(true), known: holds.is_some(), measured };
        (verdict, judge.firsts)
    }
}

struct Judge<'a> {
    line: &'a str,
    world: &'a World,
    after: Instant,
    until: Instant,
    most: u64,
    gone: u64,
    /// What was gathered, in the order of the measurements.
    gathers: core::slice::Iter<'a, Gather>,
    measured: Vec<Measured>,
    /// Whose journey is the first frame behind each of them.
    firsts: Vec<Option<Journey>>,
}

/// A number that was measured, with the frames behind it; or why there is none.
pub(crate) type Outcome = Result<(bool, Text, Shown), Text>;

impl Judge<'_> {
    /// None: nobody knows.
    fn holds(&mut self, expect: &Expect) -> Option<bool> {
        match expect {
            // Both sides are measured whatever the first says: a person wants to see both.
            Expect::And(a, b) => match (self.holds(a), self.holds(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Expect::Or(a, b) => match (self.holds(a), self.holds(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Expect::Not(inner) => self.holds(inner).map(|holds| !holds),
            Expect::Test(test, at) => {
                let what = self.line.get(at.clone()).unwrap_or(self.line).trim().to_owned();
                let gathered = self.gathers.next().unwrap_or(&Gather::NOTHING);
                let outcome = self.measure(test, gathered);
                let known = outcome.as_ref().ok().map(|(holds, ..)| *holds);
                let (value, shown) = match outcome {
                    Ok((_, value, shown)) => (value, shown),
                    Err(why) => (why, Shown::default()),
                };
                self.measured.push(Measured {
                    what,
                    value,
                    number: shown.number,
                    holds: known == Some(true),
                    known: known.is_some(),
                    frames: shown.lines,
                    journey: Vec::new(),
                });
                self.firsts.push(shown.first);
                known
            }
        }
    }

    fn measure(&self, test: &Test, gathered: &Gather) -> Outcome {
        match test {
            Test::Count(_, op, wanted) => count(gathered, *op, *wanted, self.gone),
            Test::Bytes(_, op, wanted) => bytes(gathered, *op, *wanted, self.gone),
            Test::Copies(_, op, wanted) => copies(gathered, *op, *wanted, self.gone),
            Test::Events { reason, filter, op, number } => {
                self.events(&reason.name, filter.as_ref(), *op, *number)
            }
            Test::Before(..) => before(gathered, self.gone),
            Test::Table { node, path, op, value } => {
                lookup::judge(self.world, &node.name, path, *op, value)
            }
            Test::Exit { label, op, number } => self.exit(&label.name, *op, *number),
            Test::Output { label, text } => self.output(&label.name, text),
        }
    }

    fn events(&self, reason: &str, filter: Option<&Filter>, op: Op, wanted: u64) -> Outcome {
        let (events, frameless) = self.kept(reason, filter)?;
        let lost = match (self.gone_events(), frameless) {
            (0, 0) => None,
            (0, n) => Some(text(
                format!("the frames of {} are forgotten", counted(n, "event", "events")),
                format!("{n} 个事件的帧已被遗忘"),
            )),
            (n, _) => Some(text(
                format!("{} forgotten", counted(n, "event is", "events are")),
                format!("{n} 个事件已被遗忘"),
            )),
        };
        let lines = events.iter().take(SHOWN).map(|event| self.event_line(event)).collect();
        let first = events.first().map(|event| event.journey);
        let shown = Shown { number: None, lines, first };
        at_least(op, (events.len() as u64, wanted), ("events", "事件数"), shown, lost)
    }

    /// How many events are forgotten that may count. Times never fall: once the oldest that is kept is
    /// from before the time that counts, so are those forgotten.
    fn gone_events(&self) -> u64 {
        let log = self.world.events();
        let oldest = log.since(0).next();
        if oldest.is_none_or(|oldest| oldest.time >= self.after) { log.missed(0) } else { 0 }
    }

    /// The events of that name in the time that counts that are kept and pass; and of how many more
    /// nobody knows, because their frames are forgotten.
    fn kept(
        &self,
        reason: &str,
        filter: Option<&Filter>,
    ) -> Result<(Vec<trace::Event>, u64), Text> {
        let named = self
            .world
            .events()
            .of(reason)
            .filter(|event| event.time >= self.after && event.time <= self.until);
        let named: Vec<trace::Event> = named.collect();
        let Some(filter) = filter else { return Ok((named, 0)) };
        // Told of a connection, before any frame of it: `retransmit`, `syn_sent` and their like.
        if needs_frame(filter) && named.iter().any(|it| it.journey.is_none()) {
            return Err(text(
                format!(
                    "`{reason}` is told of no frame, so a packet's fields say nothing of it: ask by node"
                ),
                format!("`{reason}` 不属于任何帧, 分组的字段说明不了它: 请按 node 筛选"),
            ));
        }
        let recorded = self.recorded();
        if needs_frame(filter) && recorded > self.most {
            return Err(text(
                format!(
                    "{recorded} frames are recorded: too many to look for each event's frame while the lab runs; ask by node, or count frames"
                ),
                format!(
                    "已记录 {recorded} 帧: 实验运行时来不及为每个事件找帧; 请按 node 筛选, 或改为统计帧数"
                ),
            ));
        }
        Ok(passing(self.world, named, filter))
    }

    fn recorded(&self) -> u64 {
        self.world.recorder().next() - self.world.recorder().first()
    }

    fn event_line(&self, event: &trace::Event) -> Text {
        let (time, node) = (event.time, self.world.name(event.node));
        let sentence = |lang| event.reason.sentence(&event.args, lang);
        text(
            format!("{time} s, {node}: {}", sentence(Lang::En)),
            format!("{time} 秒, {node}: {}", sentence(Lang::Zh)),
        )
    }

    /// The last that ended in the time that counts.
    fn exit(&self, label: &str, op: Op, wanted: i64) -> Outcome {
        let seen = self.world.outputs().label(label);
        let mut exits = seen.iter().flat_map(|seen| &seen.exits).rev();
        let Some(&(time, last)) = exits.find(|(time, _)| *time <= self.until) else {
            return Err(text(format!("{label} has not ended yet"), format!("{label} 还没有结束")));
        };
        if time < self.after {
            return Err(text(
                format!(
                    "{label} did not end in the time that counts; the last time before was {time} s"
                ),
                format!("{label} 在计入的时间内没有结束; 之前最后一次是 {time} 秒"),
            ));
        }
        let value = text(format!("exit = {last}"), format!("退出码 = {last}"));
        let shown = Shown { number: Some(last.into()), ..Shown::default() };
        Ok((op.holds(i64::from(last).cmp(&wanted)), value, shown))
    }

    /// What was printed in the time that counts, octet for octet.
    fn output(&self, label: &str, wanted: &str) -> Outcome {
        let seen = self.world.outputs().label(label).filter(|seen| seen.since <= self.until);
        let Some(seen) = seen else {
            return Err(text(format!("{label} has not run yet"), format!("{label} 还没有运行过")));
        };
        let output = String::from_utf8_lossy(seen.printed(self.after, self.until));
        let last: String = output
            .lines()
            .rev()
            .take(SHOWN)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("\n");
        let found = output.contains(wanted);
        if !found && seen.forgot(self.after) {
            let dropped = seen.dropped;
            return Err(text(
                format!(
                    "{} forgotten of its output; the rest does not hold it",
                    counted(dropped, "octet is", "octets are")
                ),
                format!("它的输出有 {dropped} 字节已被遗忘, 剩下的里面没有"),
            ));
        }
        let value = text(format!("output ends: {last:?}"), format!("输出的结尾: {last:?}"));
        Ok((found, value, Shown::default()))
    }
}
