//! Every frame at every jack, both directions, packed, within a bound; looked at as views.
//!
//! Frames are packed ([`Slabs`]); a long one shares its body with the frame that flies on. The two ends
//! of a cable, and the jacks of a switch, share one of them ([`Twin`]). What is kept is the last
//! 256 MiB by true size; the oldest go and are counted. A reader holds a cursor (a sequence number):
//! what it asks for and is gone, it is told.
//!
//! Invariant: sequence numbers are consecutive, times never fall.

use crate::kept::Kept;
use crate::log::{Log, Numbered, Since};
use crate::slabs::Slabs;
use base::frame::Fcs;
use base::{Body, Frame, Instant, JackId, Journey, NodeId};
use std::collections::BTreeMap;
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
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
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
    pub frame: Kept<'a>,
    dropped: Option<&'a Why>,
}

/// Why a frame went no further.
type Why = (&'static ReasonInfo, Args);

/// What is kept of it: entries are many.
#[derive(Debug)]
pub(crate) struct Entry {
    time: Instant,
    journey: Journey,
    parent: Journey,
    /// A long body.
    rest: Option<Arc<Body>>,
    node: NodeId,
    /// Its octets in the slabs.
    place: u32,
    len: u16,
    jack: JackId,
    direction: Direction,
    fcs: Fcs,
    /// Is it shared with an entry before?
    shared: bool,
    /// Is it known why the frame went no further?
    explained: bool,
}

const _: () = assert!(size_of::<Entry>() == 48);

/// Names the entry that a frame had at the jack before, so that the next one can share its copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Twin(u64);

impl Twin {
    /// There is none, or the frame has changed since.
    pub(crate) const NONE: Twin = Twin(u64::MAX);
}

impl Recorded<'_> {
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
        self.dropped.map(|(reason, args)| (*reason, args))
    }
    /// The whole frame without its check sequence.
    pub fn octets(&self) -> Vec<u8> {
        self.frame.to_vec()
    }
}

impl Entry {
    /// Octets of memory that go with this entry.
    fn charge(&self) -> usize {
        // Beside a long body's octets, its views and the counts of its handles.
        let rest = self.rest.as_ref().map_or(0, |rest| BODY + rest.len());
        let frame = if self.shared { 0 } else { usize::from(self.len) + rest };
        size_of::<Entry>() + frame + if self.explained { WHY } else { 0 }
    }
}

/// Bodies up to here are copied: a view of one octet may hold a kilobyte.
const COPIED: usize = 64;
const BODY: usize = size_of::<Body>() + 2 * size_of::<usize>();
/// What it costs to know why a frame went no further: with its number, in a table.
const WHY: usize = size_of::<u64>() + size_of::<Why>();

/// The last frames of a world.
#[derive(Debug)]
pub struct Recorder {
    frames: Log<Entry>,
    slabs: Slabs,
    /// Why frames went no further, by their numbers; rare.
    why: BTreeMap<u64, Why>,
    on: bool,
    bound: usize,
    size: usize,
}

impl<'a> Numbered for &'a Recorder {
    type Entry = Recorded<'a>;
    fn entry(self, number: u64) -> Option<Recorded<'a>> {
        self.get(number)
    }
}

impl Recorder {
    /// What is kept, in octets.
    pub const BOUND: usize = 256 << 20;
    /// What can be kept at most.
    pub const LARGEST_BOUND: usize = 1 << 30;
    /// How far back a reason looks for its frame.
    const LOOK_BACK: usize = 8192;

    pub(crate) fn new(on: bool, bound: usize) -> Self {
        let bound = bound.min(Self::LARGEST_BOUND);
        Recorder {
            frames: Log::default(),
            slabs: Slabs::default(),
            why: BTreeMap::new(),
            on,
            bound,
            size: 0,
        }
    }

    /// The frames from number `cursor` on that are still kept, oldest first.
    pub fn since(
        &self,
        cursor: u64,
    ) -> impl DoubleEndedIterator<Item = Recorded<'_>> + ExactSizeIterator {
        Since { of: self, numbers: self.frames.numbers(cursor) }
    }
    /// How many of the frames from `cursor` on are gone.
    pub fn missed(&self, cursor: u64) -> u64 {
        self.frames.missed(cursor)
    }
    /// The frame with this number, if it is kept.
    pub fn get(&self, sequence: u64) -> Option<Recorded<'_>> {
        let entry = self.frames.get(sequence)?;
        Some(Recorded {
            sequence,
            time: entry.time,
            node: entry.node,
            jack: entry.jack,
            direction: entry.direction,
            frame: Kept {
                journey: entry.journey,
                parent: entry.parent,
                fcs: entry.fcs,
                octets: self.slabs.from(entry.place).get(..entry.len.into()).unwrap_or_default(),
                rest: entry.rest.as_deref(),
            },
            dropped: if entry.explained { self.why.get(&sequence) } else { None },
        })
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
        self.bound = octets.min(Self::LARGEST_BOUND);
        self.forget();
    }

    #[inline]
    fn forget(&mut self) {
        if self.size > self.bound {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        while self.size > self.bound {
            let number = self.frames.first();
            let Some(gone) = self.frames.pop() else { break };
            self.size -= gone.charge();
            if gone.explained {
                self.why.remove(&number);
            }
        }
        let oldest = self.frames.get(self.frames.first());
        self.slabs.forget_before(oldest.map_or(self.slabs.end(), |oldest| oldest.place));
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
        let (place, len, rest, shared) = self.keep(frame, twin);
        let meta = frame.meta();
        let entry = Entry {
            time,
            journey: meta.journey,
            parent: meta.parent,
            rest,
            node,
            place,
            len,
            jack,
            direction,
            fcs: meta.fcs,
            shared,
            explained: false,
        };
        let sequence = self.frames.next();
        self.size += entry.charge();
        self.frames.push(entry);
        self.forget();
        Twin(sequence)
    }

    /// Where the frame's octets lie, and its long body; are they those of the twin?
    #[inline]
    fn keep(&mut self, frame: &Frame, twin: Twin) -> (u32, u16, Option<Arc<Body>>, bool) {
        let meta = frame.meta();
        if let Some(twin) = self.frames.get(twin.0) {
            let len = usize::from(twin.len) + twin.rest.as_ref().map_or(0, |rest| rest.len());
            let same = (twin.journey, twin.fcs, len) == (meta.journey, meta.fcs, frame.len());
            if same && self.slabs.is_near(twin.place) {
                return (twin.place, twin.len, twin.rest.clone(), true);
            }
        }
        let (head, body) = (frame.head(), frame.body());
        let (place, slab) = self.slabs.room(head.len() + COPIED);
        slab.extend_from_slice(head);
        if body.len() > COPIED {
            return (place, head.len() as u16, Some(Arc::new(body.clone())), false);
        }
        body.views().iter().for_each(|view| slab.extend_from_slice(view));
        (place, (head.len() + body.len()) as u16, None, false)
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
        let mine = |entry: &Entry| {
            entry.node == event.node
                && entry.direction == direction
                && entry.journey == event.journey
                && (!on_cable || event.place == Place::Jack(entry.jack))
        };
        let back = self.frames.since(0).rev().take(Self::LOOK_BACK).position(mine);
        let Some(sequence) = back.map(|back| self.frames.next() - 1 - back as u64) else { return };
        if let Some(entry) = self.frames.get_mut(sequence).filter(|entry| !entry.explained) {
            entry.explained = true;
            self.why.insert(sequence, (event.reason, event.args));
            self.size += WHY;
            self.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reasons::RingFull;
    use trace::Reason;

    /// A short body holds no long buffer; a long one is shared, and both are read as they were.
    #[test]
    fn a_long_body_is_shared() {
        for (len, shared) in [(COPIED, false), (COPIED + 1, true)] {
            let mut frame = base::Pool::default().frame(bytes::Bytes::from(vec![7; 1000]).into());
            frame.body_mut().truncate(len);
            frame.prepend(2).fill(9);
            let buffer = frame.body().views()[0].clone();
            let mut recorder = Recorder::new(true, Recorder::BOUND);
            let at = (NodeId(0), JackId(0));
            let twin = recorder.record(Instant::ZERO, at, Direction::Out, &frame, Twin::NONE);
            recorder.record(Instant::ZERO, at, Direction::In, &frame, twin);
            for kept in recorder.since(0).map(|recorded| recorded.frame) {
                assert_eq!((kept.to_vec(), kept.is_empty()), (frame.to_vec(), false));
                let mut some = [0; 3];
                assert_eq!((kept.copy_to(&mut some), some), (3, [9, 9, 7]));
            }
            drop(frame);
            assert_eq!(buffer.is_unique(), !shared);
        }
    }

    /// Where the bound is smaller than any frame, nothing is kept, and slabs do not gather.
    #[test]
    fn a_bound_of_nothing_keeps_nothing() {
        let mut recorder = Recorder::new(true, 0);
        let mut frame = base::Pool::default().frame_from(vec![7; 60].into());
        for count in 0..100_000 {
            frame.meta_mut().journey = Journey { origin: NodeId(0), count };
            let at = (NodeId(0), JackId(0));
            recorder.record(Instant::ZERO, at, Direction::In, &frame, Twin::NONE);
        }
        assert_eq!((recorder.size(), recorder.first()), (0, 100_000));
        assert!(recorder.slabs.count() <= 2, "{} slabs", recorder.slabs.count());
    }

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
            let octets = |kept: Recorded<'_>| {
                let why = if kept.dropped.is_some() { 8 + size_of::<Why>() } else { 0 };
                let body = if kept.frame.rest.is_some() { BODY } else { 0 };
                size_of::<Entry>() + kept.frame.len() + body + why
            };
            assert_eq!(recorder.size(), recorder.since(0).map(octets).sum::<usize>());
            assert_eq!(
                recorder.why.len(),
                recorder.since(0).filter(|it| it.dropped.is_some()).count()
            );
            assert!(recorder.size() <= BOUND);
        }
        let newest = recorder.since(0).next_back().expect("kept");
        assert!(newest.dropped().is_some() && recorder.first() > 0);
    }
}
