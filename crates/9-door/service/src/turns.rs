//! Searches of a lab's logs in bounded turns.
//!
//! Each turn is a letter to the lab's thread that looks at no more than `LOOKS_A_TURN` entries and not
//! longer than `LONGEST_TURN`; one search has at most `TURNS` of them. Between two turns the lab goes
//! on, and may forget what was to be looked at next: then it is passed over.

use crate::api::Problem;
use crate::labs::RunningLab;
use serde::Deserialize;
use sim::{Recorded, World};
use std::sync::Arc;
use std::time::{Duration, Instant};
use utoipa::ToSchema;

/// Entries looked at in one turn.
const LOOKS_A_TURN: usize = 1024;
/// How long a turn may take; the entry at which it is over is the last.
const LONGEST_TURN: Duration = Duration::from_millis(2);
/// Turns of one request.
const TURNS: usize = 24;
/// Entries in one answer, if the request says nothing, and at most.
const LIMIT: (usize, usize) = (100, 500);

/// Which end of a log comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The oldest first.
    #[default]
    Oldest,
    /// The newest first.
    Newest,
}

/// What of a log is to be looked at yet: the numbers from `low` to below `high`.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    low: u64,
    high: u64,
    order: Order,
}

impl Span {
    /// From a number on, before another; all of the log where none is said.
    pub fn new(from: Option<u64>, before: Option<u64>, order: Option<Order>) -> Span {
        let (low, high) = (from.unwrap_or(0), before.unwrap_or(u64::MAX));
        Span { low, high, order: order.unwrap_or_default() }
    }
    /// Keeps what the log still has, or already.
    fn clip(&mut self, (first, next): (u64, u64)) {
        self.high = self.high.min(next);
        self.forget(first);
    }
    /// What is older than this is forgotten.
    fn forget(&mut self, first: u64) {
        self.low = self.low.max(first).min(self.high.max(first));
        self.high = self.high.max(self.low);
    }
    /// The next number to look at.
    fn take(&mut self) -> Option<u64> {
        if self.low >= self.high {
            return None;
        }
        match self.order {
            Order::Oldest => {
                self.low += 1;
                Some(self.low - 1)
            }
            Order::Newest => {
                self.high -= 1;
                Some(self.high)
            }
        }
    }
}

/// What a search found.
pub struct Found<T> {
    /// What passed, in the order asked for.
    pub lines: Vec<T>,
    /// The number of the oldest entry that is kept.
    pub first: u64,
    /// The number that the next entry will have.
    pub next: u64,
    /// Is there something in the span that was not looked at?
    pub more: bool,
    /// Where to go on.
    pub resume: u64,
}

/// First and next number of a log.
pub type Ends = fn(&World) -> (u64, u64);

/// Those of the frames.
pub fn frame_ends(world: &World) -> (u64, u64) {
    (world.recorder().first(), world.recorder().next())
}

/// Those of the events.
pub fn event_ends(world: &World) -> (u64, u64) {
    (world.events().first(), world.events().next())
}

/// Looks through a span of a log, turn by turn.
pub async fn search<T: Send + 'static>(
    lab: &Arc<RunningLab>,
    mut span: Span,
    limit: Option<usize>,
    ends: Ends,
    mut look: impl FnMut(&World, u64) -> Option<T> + Send + 'static,
) -> Result<Found<T>, Problem> {
    let limit = limit.unwrap_or(LIMIT.0).clamp(1, LIMIT.1);
    let (mut lines, mut edge) = (Vec::new(), None);
    for _ in 0..TURNS {
        let turn = lab.ask(move |running| {
            let world = &running.world;
            let ends = ends(world);
            match edge {
                None => span.clip(ends),
                Some(_) => span.forget(ends.0),
            }
            let done = one_turn(world, &mut span, |world, number| {
                lines.extend(look(world, number));
                lines.len() >= limit
            });
            (lines, span, look, ends, done)
        });
        let (ends, done);
        (lines, span, look, ends, done) = turn.await?;
        edge = Some(ends);
        if done {
            break;
        }
    }
    let resume = match span.order {
        Order::Oldest => span.low,
        Order::Newest => span.high,
    };
    let (first, next) = edge.unwrap_or_default();
    Ok(Found { lines, first, next, more: span.low < span.high, resume })
}

/// One turn; true when `look` has enough, or the span is through.
fn one_turn(world: &World, span: &mut Span, mut look: impl FnMut(&World, u64) -> bool) -> bool {
    let began = Instant::now();
    for _ in 0..LOOKS_A_TURN {
        let Some(number) = span.take() else { return true };
        if look(world, number) {
            return true;
        }
        if began.elapsed() > LONGEST_TURN {
            break;
        }
    }
    false
}

/// What a frame is to a search for the best among the newest.
pub enum Newest<T> {
    /// Not what is looked for.
    Nothing,
    /// Good, if nothing with a higher rank is found.
    Good(u8, T),
    /// Just what is looked for.
    Best(T),
}

/// The best frame, looking backwards from the newest.
pub async fn newest<T: Send + 'static>(
    lab: &Arc<RunningLab>,
    mut look: impl FnMut(&World, &Recorded) -> Newest<T> + Send + 'static,
) -> Result<Option<T>, Problem> {
    let mut span = Span::new(None, None, Some(Order::Newest));
    let mut best: (u8, Option<T>) = (0, None);
    for turn in 0..TURNS {
        let looked = lab.ask(move |running| {
            let ends = frame_ends(&running.world);
            if turn == 0 {
                span.clip(ends)
            } else {
                span.forget(ends.0)
            }
            let done = one_turn(&running.world, &mut span, |world, number| {
                match world.recorder().get(number).map(|frame| look(world, &frame)) {
                    Some(Newest::Best(found)) => {
                        best = (u8::MAX, Some(found));
                        true
                    }
                    Some(Newest::Good(rank, found)) if rank > best.0 => {
                        best = (rank, Some(found));
                        false
                    }
                    _ => false,
                }
            });
            (best, span, look, done)
        });
        let done;
        (best, span, look, done) = looked.await?;
        if done {
            break;
        }
    }
    Ok(best.1)
}
