//! Is it so? A check against what a world recorded.
//!
//! A measurement never guesses: what cannot be measured (a table that is not there, a program that
//! has not ended, events that are forgotten) is neither so nor not so, and `not`, `and` and `or` carry
//! that on (Kleene's logic): `not exit(p) == 0` does not hold while p runs. A check holds only when it
//! is known to hold. A key that a table does not have is measured: it is absent, equal to nothing.

use crate::Text;
use crate::diagnostic::text;
use crate::expect::{Expect, Frames, Scalar, Step, Test};
use crate::filter::{Filter, Op};
use crate::model::{Lab, When};
use crate::seen::{Walk, Where};
use crate::seen_event::{needs_frame, passing};
use base::{Instant, Journey, Lang};
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
    pub value: Text,
    /// Did it hold? Also false when it could not be measured.
    pub holds: bool,
    /// Was there anything to measure?
    pub known: bool,
    /// The first frames that count, a line each.
    pub frames: Vec<Text>,
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
    let holds = judge.holds(expect) == Some(true);
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
type Outcome = Result<(bool, Text, Vec<Text>), Text>;

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
                let outcome = self.measure(test);
                let known = outcome.as_ref().ok().map(|(holds, ..)| *holds);
                let (value, frames) = match outcome {
                    Ok((_, value, frames)) => (value, frames),
                    Err(why) => (why, Vec::new()),
                };
                let holds = known == Some(true);
                self.measured.push(Measured { what, value, holds, known: known.is_some(), frames });
                known
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

    fn place(&self, frames: &Frames) -> Result<Where, Text> {
        let place = match &frames.place {
            None => None,
            Some(name) => Some(self.lab.place(&name.name).ok_or_else(|| {
                let name = &name.name;
                text(format!("there is no place {name}"), format!("没有 {name} 这个地方"))
            })?),
        };
        Where::of(self.world, place.as_ref())
            .ok_or_else(|| text("the place is gone", "这个地方已经不在了"))
    }

    /// Calls `see` with every frame that passes; `see` gets its line only if it asks.
    fn each(
        &self,
        frames: &Frames,
        mut see: impl FnMut(&Recorded, u64, &dyn Fn() -> Text),
    ) -> Result<(), Text> {
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
        Ok((
            op.holds(count.cmp(&wanted)),
            text(format!("count = {count}"), format!("帧数 = {count}")),
            lines,
        ))
    }

    fn bytes(&self, frames: &Frames, op: Op, wanted: u64) -> Outcome {
        let (mut bytes, mut lines) = (0, Vec::new());
        self.each(frames, |_, len, line| {
            bytes += len;
            if lines.len() < SHOWN {
                lines.push(line());
            }
        })?;
        Ok((
            op.holds(bytes.cmp(&wanted)),
            text(format!("bytes = {bytes}"), format!("字节数 = {bytes}")),
            lines,
        ))
    }

    fn copies(&self, frames: &Frames, op: Op, wanted: u64) -> Outcome {
        let mut seen: BTreeMap<Journey, (u64, Text)> = BTreeMap::new();
        self.each(frames, |frame, _, line| {
            let entry = seen.entry(frame.journey()).or_insert_with(|| (0, line()));
            entry.0 += 1;
        })?;
        let most = seen.values().max_by_key(|(count, _)| *count);
        let (count, line) = most.map_or((0, None), |(count, line)| (*count, Some(line.clone())));
        let value = text(format!("copies = {count}"), format!("份数 = {count}"));
        Ok((op.holds(count.cmp(&wanted)), value, line.into_iter().collect()))
    }

    fn events(&self, reason: &str, filter: Option<&Filter>, op: Op, wanted: u64) -> Outcome {
        let log = self.world.events();
        if log.missed(0) > 0 {
            let missed = log.missed(0);
            return Err(text(
                format!("{missed} events are forgotten: nobody can count them"),
                format!("{missed} 个事件已被遗忘, 无法计数"),
            ));
        }
        let named =
            log.since(0).filter(|event| event.time >= self.after && event.reason.name == reason);
        let named: Vec<&trace::Event> = named.collect();
        let events = match filter {
            None => named,
            // Told of a connection, before any frame of it: `retransmit`, `syn_sent` and their like.
            Some(filter) if needs_frame(filter) && named.iter().any(|it| it.journey.is_none()) => {
                return Err(text(
                    format!(
                        "`{reason}` is told of no frame, so a packet's fields say nothing of it: ask by node"
                    ),
                    format!("`{reason}` 不属于任何帧, 分组的字段说明不了它: 请按 node 筛选"),
                ));
            }
            Some(filter) => passing(self.world, named, filter),
        };
        let count = events.len() as u64;
        let shown = events.iter().take(SHOWN).map(|event| self.event_line(event)).collect();
        let value = text(format!("events = {count}"), format!("事件数 = {count}"));
        Ok((op.holds(count.cmp(&wanted)), value, shown))
    }

    fn event_line(&self, event: &trace::Event) -> Text {
        let (time, node) = (event.time, self.world.name(event.node));
        let sentence = |lang| event.reason.sentence(&event.args, lang);
        text(
            format!("{time} s, {node}: {}", sentence(Lang::En)),
            format!("{time} 秒, {node}: {}", sentence(Lang::Zh)),
        )
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
        let says = |found: &Option<(Instant, u64, Text)>| match found {
            Some((time, ..)) => text(format!("at {time} s"), format!("在 {time} 秒")),
            None => text("never", "从未"),
        };
        let (first, second) = (says(&one), says(&other));
        let value = text(
            format!("first {}, second {}", first.en, second.en),
            format!("前者 {}, 后者 {}", first.zh, second.zh),
        );
        let holds = match (&one, &other) {
            (Some((_, one, _)), Some((_, other, _))) => one < other,
            _ => false,
        };
        Ok((holds, value, one.into_iter().chain(other).map(|(.., line)| line).collect()))
    }

    fn table(&self, node: &str, path: &[Step], op: Op, wanted: &Scalar) -> Outcome {
        let tree = crate::tables::of_node(self.world, node).ok_or_else(|| {
            text(format!("{node} has no tables now"), format!("{node} 现在没有表"))
        })?;
        let mut written = String::new();
        for step in path {
            let missing = |what: &str| {
                text(format!("{node} has no {what} now"), format!("{node} 现在没有 {what}"))
            };
            let above = written.clone();
            match step {
                Step::Name(name) if written.is_empty() => written.push_str(name),
                Step::Name(name) => written.extend([".", name]),
                Step::Key(key) => written.extend(["[", key, "]"]),
            }
            if tree.at(&written).is_some() {
                continue;
            }
            let in_table = above.is_empty() || tree.at(&above).is_some();
            return match (step, op) {
                (Step::Key(_), Op::Eq | Op::Ne) if in_table => {
                    let value = text(format!("{written} is absent"), format!("{written} 不在表中"));
                    Ok((op == Op::Ne, value, Vec::new()))
                }
                _ => Err(missing(&written)),
            };
        }
        let Some(found) = tree.at(&written) else {
            return Err(text(
                format!("{node} has no {written} now"),
                format!("{node} 现在没有 {written}"),
            ));
        };
        let json = found.to_json();
        let holds = compare(&found, op, wanted).ok_or_else(|| {
            text(
                format!("{written} is {json} and cannot be compared so"),
                format!("{written} 是 {json}, 不能这样比较"),
            )
        })?;
        let value = format!("{written} = {json}");
        // A value is no sentence: both languages write it alike.
        Ok((holds, text(value.clone(), format!("值: {value}")), Vec::new()))
    }

    fn exit(&self, label: &str, op: Op, wanted: i64) -> Outcome {
        let exits = self.world.outputs().label(label).map(|label| &label.exits);
        let Some(&last) = exits.and_then(|exits| exits.back()) else {
            return Err(text(format!("{label} has not ended yet"), format!("{label} 还没有结束")));
        };
        let value = text(format!("exit = {last}"), format!("退出码 = {last}"));
        Ok((op.holds(i64::from(last).cmp(&wanted)), value, Vec::new()))
    }

    fn output(&self, label: &str, wanted: &str) -> Outcome {
        let Some(seen) = self.world.outputs().label(label) else {
            return Err(text(format!("{label} has not run yet"), format!("{label} 还没有运行过")));
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
        let found = output.contains(wanted);
        if !found && seen.dropped > 0 {
            let dropped = seen.dropped;
            return Err(text(
                format!("{dropped} octets of its output are forgotten; the rest does not hold it"),
                format!("它的输出有 {dropped} 字节已被遗忘, 剩下的里面没有"),
            ));
        }
        let value = text(format!("output ends: {last:?}"), format!("输出的结尾: {last:?}"));
        Ok((found, value, Vec::new()))
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
