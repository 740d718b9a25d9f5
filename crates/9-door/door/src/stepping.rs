//! A step in progress: how far it has come, and when it is over.

use crate::clock::{By, CalledOff, Fits, Goal, News, Told};
use base::Instant;
use core::ops::Range;
use sim::{Stuck, Tape, World};

/// A step in progress.
pub(crate) struct Stepping {
    left: Left,
    /// It goes no further than this.
    limit: Option<Instant>,
    began: Seen,
    seen: Seen,
    frame: Option<u64>,
    event: Option<u64>,
    called_off: CalledOff,
    pub(crate) told: Told,
}

enum Left {
    Steps(u64),
    Time(Instant),
    First(Fits),
}

/// Which frames and events are known: the numbers that the next will have.
#[derive(Clone, Copy)]
struct Seen {
    frames: u64,
    events: u64,
}

impl Seen {
    fn of(world: &World) -> Seen {
        Seen { frames: world.recorder().next(), events: world.events().next() }
    }
}

impl Stepping {
    pub(crate) fn new(
        world: &World,
        goal: Goal,
        limit: Option<Instant>,
        called_off: CalledOff,
        told: Told,
    ) -> Stepping {
        let left = match goal {
            Goal::Count(steps) => Left::Steps(steps.max(1)),
            Goal::Until(time) => Left::Time(time),
            Goal::Fits(fits) => Left::First(fits),
        };
        let seen = Seen::of(world);
        Stepping { left, limit, began: seen, seen, frame: None, event: None, called_off, told }
    }

    /// Lets the next thing happen; says why the step is over, when it is.
    pub(crate) fn advance(
        &mut self,
        world: &mut World,
        tape: &Tape,
        played: &mut usize,
    ) -> Result<Option<By>, Stuck> {
        let (bound, by) = self.bound();
        match (tape.next_deadline(world, *played), bound) {
            (None, None) => return Ok(Some(By::Quiet)),
            (None, Some(_)) if by == By::Limit => return Ok(Some(By::Quiet)),
            (next, Some(bound)) if next.is_none_or(|next| next > bound) => {
                tape.run_until(world, played, bound)?;
                return Ok(Some(by));
            }
            _ => {}
        }
        tape.step(world, played)?;
        Ok(self.look(world))
    }

    /// Does nobody wait for it?
    pub(crate) fn is_called_off(&self) -> bool {
        self.called_off.is_so()
    }

    /// Numbers of the frames and of the events since it began.
    pub(crate) fn recorded(&self) -> (Range<u64>, Range<u64>) {
        (self.began.frames..self.seen.frames, self.began.events..self.seen.events)
    }

    /// The frame and the event that fit.
    pub(crate) fn found(&self) -> (Option<u64>, Option<u64>) {
        (self.frame, self.event)
    }

    /// Which time it does not pass, and what it means to be there.
    fn bound(&self) -> (Option<Instant>, By) {
        match (&self.left, self.limit) {
            (&Left::Time(time), Some(limit)) if limit < time => (Some(limit), By::Limit),
            (&Left::Time(time), _) => (Some(time), By::Time),
            (_, limit) => (limit, By::Limit),
        }
    }

    /// What the world has recorded since the last look.
    fn look(&mut self, world: &World) -> Option<By> {
        let (before, now) = (self.seen, Seen::of(world));
        self.seen = now;
        if (now.frames, now.events) == (before.frames, before.events) {
            return None;
        }
        match &mut self.left {
            Left::Time(_) => None,
            Left::Steps(left) => {
                *left -= 1;
                (*left == 0).then_some(By::Count)
            }
            Left::First(fits) => {
                let mut frames = world.recorder().since(before.frames);
                let frame = frames.find(|frame| fits(world, News::Frame(*frame)));
                self.frame = frame.map(|frame| frame.sequence);
                if self.frame.is_none() {
                    let mut events = (before.events..).zip(world.events().since(before.events));
                    let event = events.find(|(_, event)| fits(world, News::Event(*event)));
                    self.event = event.map(|(number, _)| number);
                }
                (self.frame.is_some() || self.event.is_some()).then_some(By::Filter)
            }
        }
    }
}
