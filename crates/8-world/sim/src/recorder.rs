//! Every frame at every jack, both directions, as a cheap handle, within a bound.
//!
//! Frames are packed ([`Kept`]); a long one shares its body with the frame that flies on. The two ends
//! of a cable, and the jacks of a switch, share one of them ([`Twin`]). What is kept is the last
//! 256 MiB by true size; the oldest go and are counted. A reader holds a cursor (a sequence number):
//! what it asks for and is gone, it is told.
//!
//! Invariant: sequence numbers are consecutive, times never fall.

use crate::kept::{Kept, Packer};
use crate::log::Log;
use base::{Frame, Instant, JackId, Journey, NodeId};
use std::sync::Arc;
use trace::{Args, Event, Fate, Place, ReasonInfo};

/// Which way a frame passed a jack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Into the node.
    In,
    /// Out of the node, when it was handed to the cable.
    Out,
}

/// One frame at one jack.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its number in this world, from 0.
    pub sequence: u64,
    /// When.
    pub time: Instant,
    /// On which node.
    pub node: NodeId,
    /// At which jack, from 0.
    pub jack: JackId,
    /// Which way.
    pub direction: Direction,
    /// The frame as it was there.
    pub frame: Arc<Kept>,
    /// Why it went no further; rare, and so apart: entries are many.
    dropped: Option<Box<(&'static ReasonInfo, Args)>>,
    /// Is the frame shared with an entry before?
    shared: bool,
}

/// Names the entry that a frame had at the jack before, so that the next one can share its copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Twin(u64);

impl Twin {
    /// There is none, or the frame has changed since.
    pub(crate) const NONE: Twin = Twin(u64::MAX);
}

impl Recorded {
    /// Which packet it is.
    pub fn journey(&self) -> Journey {
        self.frame.journey()
    }
    /// The packet it was made from or answers.
    pub fn parent(&self) -> Journey {
        self.frame.parent()
    }
    /// Why it went no further (or was spoiled on its cable), if it is known yet.
    pub fn dropped(&self) -> Option<(&'static ReasonInfo, &Args)> {
        self.dropped.as_ref().map(|dropped| (dropped.0, &dropped.1))
    }
    /// The whole frame without its check sequence.
    pub fn octets(&self) -> Vec<u8> {
        self.frame.to_vec()
    }
    /// Octets of memory that go with this entry.
    fn charge(&self) -> usize {
        let frame = if self.shared { 0 } else { self.frame.charge() };
        size_of::<Recorded>() + frame + if self.dropped.is_some() { WHY } else { 0 }
    }
}

/// The last frames of a world.
#[derive(Debug)]
pub struct Recorder {
    frames: Log<Recorded>,
    on: bool,
    bound: usize,
    size: usize,
    packer: Packer,
}

impl Recorder {
    /// What is kept, in octets.
    pub const BOUND: usize = 256 << 20;
    /// How far back a reason looks for its frame.
    const LOOK_BACK: usize = 8192;

    pub(crate) fn new(on: bool, bound: usize) -> Self {
        Recorder { frames: Log::default(), on, bound, size: 0, packer: Packer::default() }
    }

    /// The frames from number `cursor` on that are still kept, oldest first.
    pub fn since(
        &self,
        cursor: u64,
    ) -> impl DoubleEndedIterator<Item = &Recorded> + ExactSizeIterator {
        self.frames.since(cursor)
    }
    /// How many of the frames from `cursor` on are gone.
    pub fn missed(&self, cursor: u64) -> u64 {
        self.frames.missed(cursor)
    }
    /// The frame with this number, if it is kept.
    pub fn get(&self, sequence: u64) -> Option<&Recorded> {
        self.frames.get(sequence)
    }
    /// The number that the next frame will have: a reader's next cursor.
    pub fn next(&self) -> u64 {
        self.frames.next()
    }
    /// The number of the oldest frame that is kept (also: how many are gone).
    pub fn first(&self) -> u64 {
        self.frames.first()
    }
    /// Octets of memory in use.
    pub fn size(&self) -> usize {
        self.size
    }
    /// Are frames recorded?
    pub fn is_on(&self) -> bool {
        self.on
    }
    /// Starts or stops recording; what is recorded stays.
    pub fn set_on(&mut self, on: bool) {
        self.on = on;
    }

    pub(crate) fn set_bound(&mut self, octets: usize) {
        self.bound = octets;
        self.forget();
    }

    fn forget(&mut self) {
        while self.size > self.bound {
            let Some(gone) = self.frames.pop() else { break };
            self.size -= gone.charge();
        }
    }

    /// Records a frame; `twin` is its entry at the jack before, if it has not changed since.
    pub(crate) fn record(
        &mut self,
        time: Instant,
        (node, jack): (NodeId, JackId),
        direction: Direction,
        frame: &Frame,
        twin: Twin,
    ) -> Twin {
        if !self.on {
            return Twin::NONE;
        }
        let (frame, shared) = self.keep(frame, twin);
        let sequence = self.frames.next();
        let dropped = None;
        let recorded = Recorded { sequence, time, node, jack, direction, shared, frame, dropped };
        self.size += recorded.charge();
        self.frames.push(recorded);
        self.forget();
        Twin(sequence)
    }

    /// The frame as it is to be kept; is it that of the twin?
    fn keep(&mut self, frame: &Frame, twin: Twin) -> (Arc<Kept>, bool) {
        let meta = frame.meta();
        let same = |twin: &&Recorded| {
            let twin = &twin.frame;
            (twin.journey(), twin.fcs(), twin.len()) == (meta.journey, meta.fcs, frame.len())
        };
        match self.get(twin.0).filter(same) {
            Some(twin) => (twin.frame.clone(), true),
            None => (Arc::new(self.packer.pack(frame)), false),
        }
    }

    /// An event says that a frame went no further: its entry learns why. The frame was recorded a
    /// moment ago, so the search is short; one that lay in a queue for long stays without.
    #[inline]
    pub(crate) fn learn(&mut self, event: &Event) {
        let on_cable = cable::is_loss(event.reason.code);
        if !event.journey.is_none() && (on_cable || event.reason.fate == Fate::Dropped) {
            self.learn_why(event, on_cable);
        }
    }

    #[cold]
    fn learn_why(&mut self, event: &Event, on_cable: bool) {
        let direction = if on_cable { Direction::Out } else { Direction::In };
        let mine = |recorded: &&Recorded| {
            recorded.node == event.node
                && recorded.direction == direction
                && recorded.journey() == event.journey
                && (!on_cable || event.place == Place::Jack(recorded.jack))
        };
        let found = self.since(0).rev().take(Self::LOOK_BACK).find(mine);
        let Some(sequence) = found.map(|recorded| recorded.sequence) else { return };
        let recorded = self.frames.get_mut(sequence);
        if let Some(recorded) = recorded.filter(|recorded| recorded.dropped.is_none()) {
            recorded.dropped = Some(Box::new((event.reason, event.args)));
            self.size += WHY;
            self.forget();
        }
    }
}

/// What it costs to know why a frame went no further.
const WHY: usize = size_of::<(&ReasonInfo, Args)>();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reasons::RingFull;
    use trace::Reason;

    /// A storm whose frames are all dropped takes no more memory than one whose frames arrive.
    #[test]
    fn why_frames_were_dropped_lies_within_the_bound() {
        const BOUND: usize = 16 << 10;
        let mut recorder = Recorder::new(true, BOUND);
        let mut pool = base::Pool::default();
        let (node, jack) = (NodeId(0), JackId(0));
        for count in 1..=1_000 {
            let mut frame = pool.frame_from(vec![7; if count % 2 == 0 { 60 } else { 999 }].into());
            let journey = Journey { origin: node, count };
            frame.meta_mut().journey = journey;
            recorder.record(Instant::ZERO, (node, jack), Direction::In, &frame, Twin::NONE);
            let why = RingFull { waiting: 4 };
            let event = Event {
                time: Instant::ZERO,
                node,
                place: Place::Jack(jack),
                journey,
                reason: RingFull::INFO,
                args: why.args(),
            };
            recorder.learn(&event);
            recorder.learn(&event);
            let octets = |kept: &Recorded| {
                let why = kept.dropped.as_deref().map_or(0, size_of_val);
                size_of::<Recorded>() + kept.frame.charge() + why
            };
            assert_eq!(recorder.size(), recorder.since(0).map(octets).sum::<usize>());
            assert!(recorder.size() <= BOUND);
        }
        let newest = recorder.since(0).next_back().expect("kept");
        assert!(newest.dropped().is_some() && recorder.first() > 0);
    }
}
