//! What checks count of frames, gathered along a walk that can stop and go on.

use crate::Text;
use crate::diagnostic::text;
use crate::expect::{Frames, Test};
use crate::filter::{Filter, Op};
use crate::judge::Outcome;
use crate::model::Lab;
use crate::seen::{Seen, Walk, Where};
use base::{Instant, Journey};
use sim::{Recorded, World};
use std::collections::BTreeMap;

/// The first frames that count, as many as a person wants to see.
pub(crate) const SHOWN: usize = 3;

/// What one measurement needs of the frames.
pub(crate) enum Gather {
    /// Nothing.
    Nothing,
    /// Those that pass.
    Frames(Box<Passed>),
    /// Which of two comes first.
    Order(Box<Order>),
    /// There is no such place.
    Nowhere(Text),
}

/// Frames that pass a filter at a place.
pub(crate) struct Passed {
    walk: Walk,
    place: Where,
    filter: Filter,
    count: u64,
    bytes: u64,
    lines: Vec<Text>,
    /// How often each packet was seen, and where first; only where that is asked.
    copies: Option<BTreeMap<Journey, (u64, Text)>>,
}

/// The first frames that pass two filters.
pub(crate) struct Order {
    walk: Walk,
    filters: [Filter; 2],
    found: [Option<(Instant, u64, Text)>; 2],
}

impl Gather {
    pub(crate) const NOTHING: Gather = Gather::Nothing;

    /// What `test` needs.
    pub(crate) fn of(test: &Test, lab: &Lab, world: &World) -> Gather {
        match test {
            Test::Count(frames, ..) | Test::Bytes(frames, ..) => {
                Self::passed(frames, lab, world, None)
            }
            Test::Copies(frames, ..) => Self::passed(frames, lab, world, Some(BTreeMap::new())),
            Test::Before(first, second) => Gather::Order(Box::new(Order {
                walk: Walk::default(),
                filters: [first.clone(), second.clone()],
                found: [None, None],
            })),
            _ => Gather::Nothing,
        }
    }

    fn passed(
        frames: &Frames,
        lab: &Lab,
        world: &World,
        copies: Option<BTreeMap<Journey, (u64, Text)>>,
    ) -> Gather {
        match place(frames, lab, world) {
            Err(why) => Gather::Nowhere(why),
            Ok(place) => Gather::Frames(Box::new(Passed {
                walk: Walk::default(),
                place,
                filter: frames.filter.clone(),
                count: 0,
                bytes: 0,
                lines: Vec::new(),
                copies,
            })),
        }
    }

    /// Are no frames needed?
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self, Gather::Nothing | Gather::Nowhere(_))
    }

    /// The next frame of the walk; those before `after` are only walked over.
    pub(crate) fn take(&mut self, world: &World, frame: &Recorded, after: Instant) {
        match self {
            Gather::Nothing | Gather::Nowhere(_) => {}
            Gather::Frames(passed) if passed.place.covers(frame) => {
                let seen = passed.walk.step(world, frame);
                if frame.time >= after && passed.filter.matches(&seen) {
                    let (copies, lines) = (&mut passed.copies, &mut passed.lines);
                    note(&seen, copies, lines);
                    passed.count += 1;
                    passed.bytes += seen.len();
                }
            }
            Gather::Frames(_) => {}
            Gather::Order(order) => {
                let seen = order.walk.step(world, frame);
                if frame.time < after {
                    return;
                }
                for (filter, found) in order.filters.iter().zip(&mut order.found) {
                    if found.is_none() && filter.matches(&seen) {
                        *found = Some((frame.time, frame.sequence, seen.line()));
                    }
                }
            }
        }
    }
}

fn note(
    seen: &Seen<'_>,
    copies: &mut Option<BTreeMap<Journey, (u64, Text)>>,
    lines: &mut Vec<Text>,
) {
    match copies {
        Some(copies) => {
            let journey = seen.recorded().journey();
            copies.entry(journey).or_insert_with(|| (0, seen.line())).0 += 1;
        }
        None if lines.len() < SHOWN => lines.push(seen.line()),
        None => {}
    }
}

fn place(frames: &Frames, lab: &Lab, world: &World) -> Result<Where, Text> {
    let place = match &frames.place {
        None => None,
        Some(name) => Some(lab.place(&name.name).ok_or_else(|| {
            let name = &name.name;
            text(format!("there is no place {name}"), format!("没有 {name} 这个地方"))
        })?),
    };
    Where::of(world, place.as_ref()).ok_or_else(|| text("the place is gone", "这个地方已经不在了"))
}

fn of_frames(gathered: &Gather) -> Result<&Passed, Text> {
    match gathered {
        Gather::Frames(passed) => Ok(passed),
        Gather::Nowhere(why) => Err(why.clone()),
        Gather::Nothing | Gather::Order(_) => Err(text("not gathered", "没有统计")),
    }
}

/// `count(..)`
pub(crate) fn count(gathered: &Gather, op: Op, wanted: u64, gone: u64) -> Outcome {
    let passed = of_frames(gathered)?;
    let count = passed.count;
    let value = text(format!("count = {count}"), format!("帧数 = {count}"));
    at_least(op, (count, wanted), value, passed.lines.clone(), gone)
}

/// `bytes(..)`
pub(crate) fn bytes(gathered: &Gather, op: Op, wanted: u64, gone: u64) -> Outcome {
    let passed = of_frames(gathered)?;
    let bytes = passed.bytes;
    let value = text(format!("bytes = {bytes}"), format!("字节数 = {bytes}"));
    at_least(op, (bytes, wanted), value, passed.lines.clone(), gone)
}

/// `copies(..)`
pub(crate) fn copies(gathered: &Gather, op: Op, wanted: u64, gone: u64) -> Outcome {
    let passed = of_frames(gathered)?;
    let most = passed.copies.iter().flatten().max_by_key(|(_, (count, _))| *count);
    let (count, line) = most.map_or((0, None), |(_, (count, line))| (*count, Some(line.clone())));
    let value = text(format!("copies = {count}"), format!("份数 = {count}"));
    at_least(op, (count, wanted), value, line.into_iter().collect(), gone)
}

/// A number that forgotten frames could only make larger: known, if they could not turn the answer.
fn at_least(
    op: Op,
    (found, wanted): (u64, u64),
    value: Text,
    lines: Vec<Text>,
    gone: u64,
) -> Outcome {
    let holds = op.holds(found.cmp(&wanted));
    let settled = match op {
        Op::Gt | Op::Ge => holds,
        Op::Lt | Op::Le => !holds,
        Op::Eq | Op::Ne => found > wanted,
    };
    if gone > 0 && !settled { Err(forgotten(gone, &value)) } else { Ok((holds, value, lines)) }
}

fn forgotten(gone: u64, kept: &Text) -> Text {
    text(
        format!("{gone} frames are forgotten; of those that are kept: {}", kept.en),
        format!("{gone} 帧已被遗忘; 保留下来的: {}", kept.zh),
    )
}

/// `.. before ..`: of the first ones, which may be among those that are forgotten.
pub(crate) fn before(gathered: &Gather, gone: u64) -> Outcome {
    let (one, other) = match gathered {
        Gather::Order(order) => (&order.found[0], &order.found[1]),
        _ => (&None, &None),
    };
    let says = |found: &Option<(Instant, u64, Text)>| match found {
        Some((time, ..)) => text(format!("at {time} s"), format!("在 {time} 秒")),
        None => text("never", "从未"),
    };
    let (first, second) = (says(one), says(other));
    let value = text(
        format!("first {}, second {}", first.en, second.en),
        format!("前者 {}, 后者 {}", first.zh, second.zh),
    );
    if gone > 0 {
        return Err(forgotten(gone, &value));
    }
    let holds = match (one, other) {
        (Some((_, one, _)), Some((_, other, _))) => one < other,
        _ => false,
    };
    Ok((holds, value, one.iter().chain(other).map(|(.., line)| line.clone()).collect()))
}
