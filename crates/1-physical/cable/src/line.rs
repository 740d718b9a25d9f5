//! One direction of a cable.
//!
//! A frame that is handed over waits until those before it are sent, takes its sending time, and
//! then its delay. What is under way lies in one queue sorted by (arrival, count), so that the
//! world needs one entry per line in its calendar and a cut is one sweep.

use crate::chance::Chance;
use crate::mishap::{Fate, Mishap, Mishaps};
use crate::reasons::{
    CableCut, CableDown, CableDuplicated, CableFlippedBits, CableHeldBack, CableLoss,
    CableQueueFull, CableTooLong,
};
use crate::{Ledger, LineConfig};
use base::frame::Fcs;
use base::{Body, Duration, Frame, Instant, JackId, RandomSource};
use std::collections::VecDeque;
use trace::{Cx, Place};

#[cfg(test)]
mod tests;

/// Octets of Ethernet's header, which the MTU does not count.
const ETHERNET_HEADER: usize = 14;
/// Frames in flight on one line at most: what 10 Gbit/s and a second of delay hold of small frames
/// would be more, but no lab's memory should.
const IN_FLIGHT: usize = 1 << 20;

/// A frame at the far end of the line, or on its way there.
#[derive(Debug)]
pub struct Arrival {
    /// When its last bit arrives.
    pub at: Instant,
    /// The sender's count of what it sent, as given to [`Line::transmit`]; a copy shares it.
    pub count: u64,
    /// What arrives.
    pub frame: Frame,
}

/// One direction of a cable: see the crate's picture.
#[derive(Debug)]
pub struct Line {
    config: LineConfig,
    chance: Chance,
    up: bool,
    /// When each frame in the queue or in the sender will have been sent, in order.
    sent_at: VecDeque<Instant>,
    in_flight: VecDeque<Arrival>,
    /// The latest arrival among frames that keep their order.
    last_arrival: Instant,
    mishaps: Mishaps,
    ledger: Ledger,
}

impl Line {
    /// A line that is up. `source` is the cable's, `direction` tells its two lines apart.
    pub fn new(config: LineConfig, source: &RandomSource, direction: &str) -> Line {
        Line {
            config,
            chance: Chance::new(source, direction),
            up: true,
            sent_at: VecDeque::new(),
            in_flight: VecDeque::new(),
            last_arrival: Instant::ZERO,
            mishaps: Mishaps::default(),
            ledger: Ledger::default(),
        }
    }

    /// Puts a frame on the line at `cx.now()`. `cx` is the sender's and `jack` where the cable is
    /// plugged in there; `count` is the sender's own count, the last part of the arrival's order.
    /// The frame ends on the line; what becomes of it is an event.
    pub fn transmit(&mut self, cx: &mut Cx, jack: JackId, count: u64, frame: Frame) {
        self.ledger.entered += 1;
        self.ledger.octets += frame.len() as u64;
        // Told of a frame that the queue refuses, it is spent all the same.
        let told = self.mishaps.take(self.ledger.entered);
        let Some((frame, sent)) = self.accept(cx, jack, frame) else {
            self.ledger.lost += 1;
            return;
        };
        self.propagate(cx, jack, count, frame, (sent, told));
    }

    /// When the next frame arrives, and the sender's count that orders it among others.
    #[inline]
    pub fn next_arrival(&self) -> Option<(Instant, u64)> {
        self.in_flight.front().map(|arrival| (arrival.at, arrival.count))
    }

    /// The next frame that has arrived by `now`.
    #[inline]
    pub fn take(&mut self, now: Instant) -> Option<Frame> {
        if self.in_flight.front()?.at > now {
            return None;
        }
        self.ledger.delivered += 1;
        self.in_flight.pop_front().map(|arrival| arrival.frame)
    }

    /// Nothing gets through from now on, and what is under way is lost.
    pub fn cut(&mut self, cx: &mut Cx, jack: JackId) {
        self.up = false;
        self.sent_at.clear();
        self.last_arrival = Instant::ZERO;
        self.ledger.lost += self.in_flight.len() as u64;
        for arrival in self.in_flight.drain(..) {
            cx.trace.emit(Place::Jack(jack), arrival.frame.meta().journey, CableCut {});
        }
    }
    /// The line carries frames again.
    pub fn mend(&mut self) {
        self.up = true;
    }
    /// Does it carry frames?
    pub fn is_up(&self) -> bool {
        self.up
    }

    /// The knobs as they stand.
    pub fn config(&self) -> &LineConfig {
        &self.config
    }
    /// Turns knobs; frames already under way keep their arrival.
    pub fn set_config(&mut self, config: LineConfig) {
        if config.corrupt != self.config.corrupt {
            self.chance.forget_distance();
        }
        self.config = config;
    }

    /// The `nth` frame handed over from now on (1, and 0 too, is the next) meets this beside what
    /// chance gives it; false, and nothing is changed, when too much is told already.
    #[must_use]
    pub fn befall(&mut self, nth: u64, mishap: Mishap) -> bool {
        self.mishaps.tell(self.ledger.entered.saturating_add(nth.max(1)), mishap)
    }
    /// How many frames something may be told of at one time.
    pub const TOLD: usize = Mishaps::TOLD;
    /// Keeps from now on what chance gives frames.
    pub fn note_mishaps(&mut self) {
        self.mishaps.note_from_now();
    }
    /// What chance gave, in order: the number of the frame on this line (the first is 1), and what.
    /// At most a million entries, and none before [`Line::note_mishaps`].
    pub fn mishaps(&self) -> &[(u64, Mishap)] {
        self.mishaps.given()
    }

    /// The account so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
    /// Frames under way, those in the sender's queue included.
    #[inline]
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }
    /// Frames that wait to be sent or are being sent at `now`.
    pub fn waiting(&self, now: Instant) -> usize {
        self.sent_at.iter().filter(|&&sent| sent > now).count()
    }

    /// The sender's queue: when will the frame have been sent, if it is accepted at all?
    fn accept(&mut self, cx: &mut Cx, jack: JackId, frame: Frame) -> Option<(Frame, Instant)> {
        let (place, journey, len) = (Place::Jack(jack), frame.meta().journey, frame.len());
        if !self.up {
            cx.trace.emit(place, journey, CableDown {});
            return None;
        }
        let packet = len.saturating_sub(ETHERNET_HEADER);
        if let Some(mtu) = self.config.mtu.filter(|&mtu| packet > usize::from(mtu)) {
            cx.trace.emit(place, journey, CableTooLong { len: packet, mtu });
            return None;
        }
        let now = cx.now();
        while self.sent_at.front().is_some_and(|&sent| sent <= now) {
            self.sent_at.pop_front();
        }
        // One is being sent, the others wait.
        let waiting = self.sent_at.len().saturating_sub(1);
        let full = !self.sent_at.is_empty() && waiting >= self.config.queue;
        if full || self.in_flight.len() >= IN_FLIGHT {
            cx.trace.emit(place, journey, CableQueueFull { waiting, len });
            return None;
        }
        let begin = self.sent_at.back().copied().unwrap_or(now);
        let sent = begin + self.config.sending_time(len);
        if sent > now {
            self.sent_at.push_back(sent);
        }
        Some((frame, sent))
    }

    /// Beyond the sender: chance, what was told, then the way.
    fn propagate(
        &mut self,
        cx: &mut Cx,
        jack: JackId,
        count: u64,
        mut frame: Frame,
        (sent, told): (Instant, Fate),
    ) {
        let (place, journey) = (Place::Jack(jack), frame.meta().journey);
        let (mut fate, delay, mut flipped) = self.draw(&mut frame);
        fate.lost |= told.lost;
        fate.held += told.held;
        fate.doubled |= told.doubled;
        if told.damaged {
            flip_last_bit(&mut frame);
            flipped += 1;
        }
        if fate.lost {
            self.ledger.lost += 1;
            cx.trace.emit(place, journey, CableLoss {});
            return;
        }
        if flipped > 0 {
            self.ledger.corrupted += 1;
            cx.trace.emit(place, journey, CableFlippedBits { bits: flipped });
        }
        let mut at = sent + delay;
        let held_back = !fate.held.is_zero();
        if held_back {
            at += fate.held;
            self.ledger.reordered += 1;
            cx.trace.emit(place, journey, CableHeldBack { by: fate.held });
        } else {
            at = at.max(self.last_arrival);
            self.last_arrival = at;
        }
        let copy = fate.doubled.then(|| frame.clone());
        self.insert(Arrival { at, count, frame });
        if let Some(frame) = copy {
            let sending_time = self.config.sending_time(frame.len());
            self.insert_copy(at, sending_time, held_back, count, frame);
            cx.trace.emit(place, journey, CableDuplicated {});
        }
    }

    /// What chance gives the frame, its delay, and how many of its bits are flipped now. Every knob
    /// draws, whatever the others said.
    fn draw(&mut self, frame: &mut Frame) -> (Fate, Duration, u32) {
        let lost = self.chance.loses(self.config.loss);
        let held_back = self.chance.holds_back(self.config.reorder);
        let doubled = self.chance.copies(self.config.duplicate);
        let delay = self.chance.delay(self.config.delay, self.config.jitter);
        let flipped = self.flip_bits(frame);
        let held = if held_back { self.config.reorder_by } else { Duration::ZERO };
        let fate = Fate { lost, held, doubled, damaged: flipped > 0 };
        self.mishaps.note(self.ledger.entered, fate);
        (fate, delay, flipped)
    }

    fn insert_copy(
        &mut self,
        first: Instant,
        behind: Duration,
        held_back: bool,
        count: u64,
        frame: Frame,
    ) {
        let at = first + behind;
        if !held_back {
            self.last_arrival = at;
        }
        self.ledger.copied += 1;
        self.insert(Arrival { at, count, frame });
    }

    /// Sorted by arrival, equals in the order of their sending: nearly always at the end.
    fn insert(&mut self, arrival: Arrival) {
        if self.in_flight.back().is_none_or(|last| last.at <= arrival.at) {
            self.in_flight.push_back(arrival);
        } else {
            let index = self.in_flight.partition_point(|other| other.at <= arrival.at);
            self.in_flight.insert(index, arrival);
        }
    }

    /// Flips what chance says, among the frame's bits and those of its check sequence.
    fn flip_bits(&mut self, frame: &mut Frame) -> u32 {
        if self.config.corrupt <= 0.0 {
            return 0;
        }
        let head_len = frame.head().len();
        let len = frame.len();
        let mut body: Option<Vec<u8>> = None;
        let bits = (len as u64 + 4) * 8;
        let flipped = self.chance.flips(bits, self.config.corrupt, |bit| {
            let (octet, mask) = ((bit / 8) as usize, 1u8 << (bit % 8));
            if octet < head_len {
                frame.head_mut()[octet] ^= mask;
            } else if octet < len {
                let body = body.get_or_insert_with(|| frame.body().clone().into_bytes().to_vec());
                body[octet - head_len] ^= mask;
            }
        });
        if let Some(body) = body {
            *frame.body_mut() = Body::from(body);
        }
        if flipped > 0 {
            frame.meta_mut().fcs = Fcs::Bad;
        }
        flipped
    }
}

/// Flips the last bit that the frame carries.
fn flip_last_bit(frame: &mut Frame) {
    if frame.body().is_empty() {
        if let Some(octet) = frame.head_mut().last_mut() {
            *octet ^= 1;
        }
    } else {
        let mut body = frame.body().clone().into_bytes().to_vec();
        if let Some(octet) = body.last_mut() {
            *octet ^= 1;
        }
        *frame.body_mut() = Body::from(body);
    }
    frame.meta_mut().fcs = Fcs::Bad;
}
