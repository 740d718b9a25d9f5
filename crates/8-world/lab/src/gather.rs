//! What checks count of frames, gathered along a walk that can stop and go on.

use crate::judge::Outcome;
use crate::seen::{Seen, Walk, Where};
use base::{Instant, Journey};
use language::Text;
use language::diagnostic::text;
use language::expect::{Frames, Test};
use language::filter::{Filter, Op};
use language::model::Lab;
use sim::{Recorded, World};
use std::collections::BTreeMap;

/// The first frames that count, as many as a person wants to see.
pub(crate) const SHOWN: usize = 3;

/// What lies behind an answer: the number, the first of what counts, a line each, and whose journey the
/// very first of it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) number: Option<u64>,
    pub(crate) lines: Vec<Text>,
    pub(crate) first: Option<Journey>,
}

impl Shown {
    fn note(&mut self, seen: &Seen<'_>) {
        self.first.get_or_insert(seen.recorded().journey());
        if self.lines.len() < SHOWN {
            self.lines.push(seen.line());
        }
    }
}

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
    shown: Shown,
    /// How often each packet was seen, and where first; only where that is asked.
    copies: Option<BTreeMap<Journey, (u64, Text)>>,
}

/// The first frames that pass two filters.
pub(crate) struct Order {
    walk: Walk,
    filters: [Filter; 2],
    found: [Option<First>; 2],
}

/// The first frame that passes: when, its number among all, how it looks, whose journey.
#[derive(Clone)]
struct First {
    time: Instant,
    sequence: u64,
    line: Text,
    journey: Journey,
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
                shown: Shown::default(),
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
                let seen = passed.walk.step(world, *frame);
                if frame.time >= after && passed.filter.matches(&seen) {
                    match &mut passed.copies {
                        Some(copies) => copy(&seen, copies),
                        None => passed.shown.note(&seen),
                    }
                    passed.count += 1;
                    passed.bytes += seen.len();
                }
            }
            Gather::Frames(_) => {}
            Gather::Order(order) => {
                let seen = order.walk.step(world, *frame);
                if frame.time < after {
                    return;
                }
                for (filter, found) in order.filters.iter().zip(&mut order.found) {
                    if found.is_none() && filter.matches(&seen) {
                        *found = Some(First {
                            time: frame.time,
                            sequence: frame.sequence,
                            line: seen.line(),
                            journey: frame.journey(),
                        });
                    }
                }
            }
        }
    }
}

fn copy(seen: &Seen<'_>, copies: &mut BTreeMap<Journey, (u64, Text)>) {
    let journey = seen.recorded().journey();
    copies.entry(journey).or_insert_with(|| (0, seen.line())).0 += 1;
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
    at_least(op, (count, wanted), value, passed.shown.clone(), gone)
}

/// `bytes(..)`
pub(crate) fn bytes(gathered: &Gather, op: Op, wanted: u64, gone: u64) -> Outcome {
    let passed = of_frames(gathered)?;
    let bytes = passed.bytes;
    let value = text(format!("bytes = {bytes}"), format!("字节数 = {bytes}"));
    at_least(op, (bytes, wanted), value, passed.shown.clone(), gone)
}

/// `copies(..)`
pub(crate) fn copies(gathered: &Gather, op: Op, wanted: u64, gone: u64) -> Outcome {
    let passed = of_frames(gathered)?;
    let most = passed.copies.iter().flatten().max_by_key(|(_, (count, _))| *count);
    let count = most.map_or(0, |(_, (count, _))| *count);
    let shown = most.map(|(journey, (_, line))| Shown {
        number: None,
        lines: vec![line.clone()],
        first: Some(*journey),
    });
    let value = text(format!("copies = {count}"), format!("份数 = {count}"));
    at_least(op, (count, wanted), value, shown.unwrap_or_default(), gone)
}

/// A number that forgotten frames could only make larger: known, if they could not turn the answer.
fn at_least(op: Op, (found, wanted): (u64, u64), value: Text, shown: Shown, gone: u64) -> Outcome {
    let shown = Shown { number: Some(found), ..shown };
    let holds = op.holds(found.cmp(&wanted));
    let settled = is_settled(op, found, wanted);
    if gone > 0 && !settled { Err(forgotten(gone, &value)) } else { Ok((holds, value, shown)) }
}

/// Does the answer stand, however much more than `found` there was?
pub(crate) fn is_settled(op: Op, found: u64, wanted: u64) -> bool {
    match op {
        Op::Gt | Op::Ge => op.holds(found.cmp(&wanted)),
        Op::Lt | Op::Le => !op.holds(found.cmp(&wanted)),
        Op::Eq | Op::Ne => found > wanted,
    }
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
    let says = |found: &Option<First>| match found {
        Some(First { time, .. }) => text(format!("at {time} s"), format!("在 {time} 秒")),
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
        (Some(one), Some(other)) => one.sequence < other.sequence,
        _ => false,
    };
    let lines = one.iter().chain(other).map(|first| first.line.clone()).collect();
    let first = one.iter().chain(other).map(|first| first.journey).next();
    Ok((holds, value, Shown { number: None, lines, first }))
}
