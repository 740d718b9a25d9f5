//! A walk that keeps up with a world, so that its frames can be asked in any order: `tcp.stream` of an
//! event's frame is then what a capture of everything would count, wherever and whenever it is asked.
//!
//! ```text
//!   frames as they are recorded --pass--> Walk --> what is known of each, the newest MOST of them
//!                                                        |
//!                               this frame, please ------+--> Seen
//! ```

use crate::seen::{Known, Seen, Walk};
use sim::{Recorded, World};
use std::collections::VecDeque;

/// Frames of which something is remembered; an older one is seen alone.
const MOST: usize = 1 << 16;

/// The walk, and what it found.
#[derive(Default)]
pub(crate) struct Followed {
    walk: Walk,
    /// The number of the frame that it passes next.
    next: u64,
    /// Of the frames before it.
    known: VecDeque<Known>,
}

impl Followed {
    /// Passes so many more frames; true when there are more.
    pub(crate) fn follow(&mut self, world: &World, looks: usize) -> bool {
        let recorder = world.recorder();
        if recorder.first() > self.next {
            // Forgotten before it was passed: the walk goes on behind the gap.
            self.known.clear();
            self.next = recorder.first();
        }
        if recorder.next() < self.next {
            // The world went back: what was passed did not happen yet.
            *self = Followed { next: recorder.first(), ..Followed::default() };
        }
        for frame in recorder.since(self.next).take(looks) {
            if self.known.len() == MOST {
                self.known.pop_front();
            }
            self.known.push_back(self.walk.pass(&frame));
            self.next = frame.sequence + 1;
        }
        self.next < recorder.next()
    }

    /// A recorded frame, once the walk has passed it.
    pub(crate) fn seen<'a>(&mut self, world: &'a World, frame: Recorded<'a>) -> Seen<'a> {
        while self.next <= frame.sequence && self.follow(world, usize::MAX) {}
        let oldest = self.next - self.known.len() as u64;
        let place = frame.sequence.checked_sub(oldest).and_then(|at| usize::try_from(at).ok());
        match place.and_then(|at| self.known.get(at)) {
            Some(known) => Seen::again(world, frame, known.clone()),
            None => Walk::default().step(world, frame),
        }
    }
}
