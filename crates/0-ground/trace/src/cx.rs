//! What every machine is handed with every call, and the trace that collects its events.

use crate::{Event, Fate, Ledger, Place, Reason};
use base::{Instant, Journey, NodeId, Pool};

/// The events and the account of one node since someone last looked.
#[derive(Debug)]
pub struct Trace {
    node: NodeId,
    now: Instant,
    recording: bool,
    events: Vec<Event>,
    ledger: Ledger,
    last_journey: u32,
    missed: u64,
}

impl Trace {
    /// Events kept until they are drained; what comes beyond is counted in [`Trace::missed`].
    const KEEP: usize = 1 << 16;

    /// The trace of `node`; with `recording` off, events are not kept, only counted.
    pub fn new(node: NodeId, recording: bool) -> Self {
        Trace {
            node,
            now: Instant::ZERO,
            recording,
            events: Vec::new(),
            ledger: Ledger::default(),
            last_journey: 0,
            missed: 0,
        }
    }

    /// A decision was taken about the packet of `journey` (or none).
    #[inline]
    pub fn emit<R: Reason>(&mut self, place: Place, journey: Journey, reason: R) {
        self.ledger.end(R::INFO.fate);
        if self.recording {
            self.record(place, journey, &reason);
        }
    }

    /// A frame came in by a jack.
    #[inline]
    pub fn entered(&mut self) {
        self.ledger.entered += 1;
    }

    /// A frame is made here; returns its journey.
    #[inline]
    pub fn born(&mut self) -> Journey {
        self.ledger.born += 1;
        self.last_journey = self.last_journey.wrapping_add(1).max(1);
        Journey { origin: self.node, count: self.last_journey }
    }

    /// A frame ended here in a way that needs no sentence of its own (it was sent).
    #[inline]
    pub fn ended(&mut self, fate: Fate) {
        self.ledger.end(fate);
    }

    /// The account so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
    /// On which node this is.
    pub fn node(&self) -> NodeId {
        self.node
    }
    /// Events lost because nobody drained them.
    pub fn missed(&self) -> u64 {
        self.missed
    }
    /// Are events kept?
    pub fn is_recording(&self) -> bool {
        self.recording
    }
    /// Starts or stops keeping events.
    pub fn set_recording(&mut self, recording: bool) {
        self.recording = recording;
    }
    /// Takes the events collected so far, in order.
    #[inline]
    pub fn drain(&mut self) -> std::vec::Drain<'_, Event> {
        self.events.drain(..)
    }
    /// As [`Trace::drain`], all at once: `events`, which is empty, is what is collected into next.
    #[inline]
    pub fn take(&mut self, events: &mut Vec<Event>) {
        debug_assert!(events.is_empty());
        core::mem::swap(events, &mut self.events);
    }
    /// Is nothing collected?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    #[cold]
    fn record<R: Reason>(&mut self, place: Place, journey: Journey, reason: &R) {
        if self.events.len() >= Self::KEEP {
            self.missed += 1;
            return;
        }
        self.events.push(Event {
            time: self.now,
            node: self.node,
            place,
            journey,
            reason: R::INFO,
            args: reason.args(),
        });
    }
}

/// What every machine is handed with every call: one concrete struct, owned by the node.
#[derive(Debug)]
pub struct Cx {
    now: Instant,
    /// Events go here.
    pub trace: Trace,
    /// Frames come from here and go back.
    pub pool: Pool,
}

impl Cx {
    /// The context of a node at the beginning of its life.
    pub fn new(node: NodeId, recording: bool) -> Self {
        Cx { now: Instant::ZERO, trace: Trace::new(node, recording), pool: Pool::default() }
    }
    /// The time.
    #[inline]
    pub fn now(&self) -> Instant {
        self.now
    }
    /// Sets the time; it never goes back.
    #[inline]
    pub fn set_now(&mut self, now: Instant) {
        debug_assert!(now >= self.now, "time goes back from {} to {now}", self.now);
        self.now = self.now.max(now);
        self.trace.now = self.now;
    }
}

#[cfg(test)]
mod tests {
    // The macro makes public items, since it is meant for a room of its own.
    #![allow(unreachable_pub)]

    use super::*;
    use base::Lang;
    use core::net::{IpAddr, Ipv4Addr};

    crate::reasons! {
        901 port_closed PortClosed { dst: IpAddr, port: u16, state: &'static str } Dropped "rfc9293#3.10.7.1"
            en "Nothing waits at {dst} port {port} ({state})."
            zh "{dst} 的端口 {port} 没有程序在等 ({state})。";
        902 noted Noted {} Note "" en "Seen." zh "看见了。";
    }

    #[test]
    fn a_decision_becomes_a_sentence_and_an_entry() {
        let mut cx = Cx::new(NodeId(3), true);
        cx.set_now(Instant::from_nanos(5));
        cx.trace.entered();
        let journey = cx.trace.born();
        let dst = IpAddr::V4(Ipv4Addr::new(10, 0, 2, 80));
        cx.trace.emit(Place::Node, journey, PortClosed { dst, port: 81, state: "CLOSED" });
        cx.trace.emit(Place::Node, journey, Noted {});
        assert_eq!(cx.trace.ledger().held(), 1);
        let events: Vec<Event> = cx.trace.drain().collect();
        assert_eq!(events.len(), 2);
        assert_eq!(events[0].journey, Journey { origin: NodeId(3), count: 1 });
        let sentence = |lang| events[0].reason.sentence(&events[0].args, lang);
        assert_eq!(sentence(Lang::En), "Nothing waits at 10.0.2.80 port 81 (CLOSED).");
        assert_eq!(sentence(Lang::Zh), "10.0.2.80 的端口 81 没有程序在等 (CLOSED)。");
        assert!(REASONS.iter().all(|reason| reason.faults().is_empty()));
    }

    #[test]
    fn a_trace_that_is_off_still_counts() {
        let mut cx = Cx::new(NodeId(0), false);
        cx.trace.entered();
        cx.trace.emit(
            Place::Node,
            Journey::NONE,
            PortClosed { dst: IpAddr::V4(Ipv4Addr::LOCALHOST), port: 1, state: "" },
        );
        assert_eq!((cx.trace.ledger().dropped, cx.trace.ledger().held()), (1, 0));
        assert!(cx.trace.is_empty());
    }
}
