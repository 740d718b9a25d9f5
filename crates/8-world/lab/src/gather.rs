//! What checks count of frames, gathered along a walk that can stop and go on.

use crate::judge::Outcome;
use crate::seen::{Seen, Walk, Where};
use base::{Instant, Journey};
use language::Text;
use language::diagnostic::{counted, text};
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
    let shown = passed.shown.clone();
    at_least(op, (passed.count, wanted), ("count", "帧数"), shown, forgotten(gone))
}

/// `bytes(..)`
pub(crate) fn bytes(gathered: &Gather, op: Op, wanted: u64, gone: u64) -> Outcome {
    let passed = of_frames(gathered)?;
    let shown = passed.shown.clone();
    at_least(op, (passed.bytes, wanted), ("bytes", "字节数"), shown, forgotten(gone))
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
    let shown = shown.unwrap_or_default();
    at_least(op, (count, wanted), ("copies", "份数"), shown, forgotten(gone))
}

/// A number that what is lost could only make larger: known, if that could not turn the answer. It is
/// told as the least that there was then, and is no number for programs.
pub(crate) fn at_least(
    op: Op,
    (found, wanted): (u64, u64),
    (en, zh): (&str, &str),
    shown: Shown,
    lost: Option<Text>,
) -> Outcome {
    let kept = text(format!("{en} = {found}"), format!("{zh} = {found}"));
    let holds = op.holds(found.cmp(&wanted));
    match lost {
        None => Ok((holds, kept, Shown { number: Some(found), ..shown })),
        Some(_) if is_settled(op, found, wanted) => {
            let least = text(format!("{en}: at least {found}"), format!("{zh}: 至少 {found}"));
            Ok((holds, least, Shown { number: None, ..shown }))
        }
        Some(lost) => Err(of_those_kept(&lost, &kept)),
    }
}

/// Does the answer stand, however much more than `found` there was?
fn is_settled(op: Op, found: u64, wanted: u64) -> bool {
    match op {
        Op::Gt | Op::Ge => op.holds(found.cmp(&wanted)),
        Op::Lt | Op::Le => !op.holds(found.cmp(&wanted)),
        Op::Eq | Op::Ne => found > wanted,
    }
}

fn forgotten(gone: u64) -> Option<Text> {
    let frames = counted(gone, "frame is", "frames are");
    (gone > 0).then(|| text(format!("{frames} forgotten"), format!("{gone} 帧已被遗忘")))
}

fn of_those_kept(lost: &Text, kept: &Text) -> Text {
    text(
        format!("{}; of those that are kept: {}", lost.en, kept.en),
        format!("{}; 保留下来的: {}", lost.zh, kept.zh),
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
    if let Some(lost) = forgotten(gone) {
        return Err(of_those_kept(&lost, &value));
    }
    let holds = match (one, other) {
        (Some(one), Some(other)) => one.sequence < other.sequence,
        _ => false,
    };
    let lines = one.iter().chain(other).map(|first| first.line.clone()).collect();
    let first = one.iter().chain(other).map(|first| first.journey).next();
    Ok((holds, value, Shown { number: None, lines, first }))
}
