//! A listener is not a socket: it is a SYN queue of small records and an accept queue of keys.
//!
//! ```text
//!   SYN --> [ SYN queue: HalfOpen ] --ACK--> Connection (the host's) --key--> [ accept queue ] --> accept()
//!              | SYN,ACK, repeated            | accept queue full: the ACK is ignored, the SYN,ACK repeated
//! ```
//!
//! RFC 9293 sections 3.10.7.2 (LISTEN) and 3.10.7.4 for the passive SYN-RECEIVED. Both queues are bounded
//! by the backlog. In a full SYN queue the one that has waited longest gives way to a newcomer (RFC
//! 4987 section 3.4), but not before `PATIENCE` is over: a burst of honest clients is told to come
//! again, not reset. A flood of more than backlog / `PATIENCE` SYNs a second still keeps others out
//! while it lasts, though not after it. Cookies (section 3.6) are absent.
//! The map is ordered, not hashed: an attacker who chooses ports gains nothing, and two runs agree.
//! Invariant: every half-open record has exactly one entry in `clock` and one in `ages`.

use crate::config::Config;
use crate::connection::Connection;
use crate::options::{Agreed, LEAST_PATH_MSS};
use crate::reasons;
use crate::reset::reset_for;
use crate::segment::{Endpoints, Segment};
use crate::state::{StateEvent, StateName};
use crate::{IsnSource, rtt};
use base::{Duration, Instant, Journey, Seq};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use trace::{Cx, Place};
use wire::tcp::{Flags, Header};

/// What became of a segment.
#[derive(Debug)]
pub enum ListenOutcome {
    /// It is done with.
    Ended,
    /// Answer with this reset.
    Reset(Segment),
    /// The handshake is complete; the segment that completed it was handled, data in it too.
    Established(Box<Connection>),
}

/// A connection in the making: what must be remembered between SYN and ACK.
#[derive(Debug)]
pub(crate) struct HalfOpen {
    pub(crate) iss: Seq,
    pub(crate) irs: Seq,
    pub(crate) born: Instant,
    due: Instant,
    pub(crate) agreed: Agreed,
    pub(crate) path_mss: u16,
    scaled: bool,
    /// SYN,ACKs repeated because nobody answered.
    pub(crate) tries: u8,
    challenges: u8,
    journey: Journey,
}

/// A listening port.
#[derive(Debug)]
pub struct Listener {
    config: Arc<Config>,
    backlog: usize,
    half_open: BTreeMap<Endpoints, HalfOpen>,
    clock: BTreeSet<(Instant, Endpoints)>,
    /// The half-open by their birth.
    ages: BTreeSet<(Instant, Endpoints)>,
    accept_queue: VecDeque<u64>,
    outbox: VecDeque<(Endpoints, Segment)>,
}

/// Answers to senseless segments that one half-open connection may provoke.
const MAX_CHALLENGES: u8 = 10;
/// How long a half-open connection keeps its place in a full queue: honest round trips are shorter.
const PATIENCE: Duration = Duration::from_millis(100);

/// How far beyond the numbers of an old connection those of its successor begin: more than an unscaled
/// window.
const BEYOND_OLD: u32 = 65_537;

impl Listener {
    /// A listener whose connections get `config`; `backlog` bounds each queue (0 counts as 1).
    pub fn new(config: impl Into<Arc<Config>>, backlog: usize) -> Self {
        Listener {
            config: config.into(),
            backlog: backlog.max(1),
            half_open: BTreeMap::new(),
            clock: BTreeSet::new(),
            ages: BTreeSet::new(),
            accept_queue: VecDeque::new(),
            outbox: VecDeque::new(),
        }
    }

    /// Takes a segment to the listening port for which no connection exists; emits one event with a
    /// fate. `mss` is what the path to the sender takes. The host has made sure that neither address
    /// is a broadcast or multicast one (RFC 9293 MUST-57). `beyond` is SND.NXT of a connection in TIME-WAIT
    /// that a SYN may follow: our initial number then lies after it (RFC 9293 section 3.6.1 MAY-2).
    pub fn handle_segment(
        &mut self,
        cx: &mut Cx,
        endpoints: Endpoints,
        segment: Segment,
        isn: &IsnSource,
        mss: u16,
        beyond: Option<Seq>,
    ) -> ListenOutcome {
        if self.half_open.contains_key(&endpoints) {
            return self.arrive_half_open(cx, endpoints, segment);
        }
        let mss = mss.max(LEAST_PATH_MSS);
        let flags = segment.header.flags;
        let port = endpoints.remote.port();
        //= rfc9293#3.10.7.2
        if flags.has(Flags::RST) || flags.has(Flags::ACK) || !flags.has(Flags::SYN) {
            let why = reasons::ListenRefused { port, flags: flags.0 };
            cx.trace.emit(Place::Node, segment.journey, why);
            let answer = if flags.has(Flags::ACK) { reset_for(&segment) } else { None };
            return answer.map_or(ListenOutcome::Ended, ListenOutcome::Reset);
        }
        let backlog = self.backlog;
        if self.accept_queue.len() >= backlog {
            let why = reasons::AcceptQueueFull { port, backlog };
            cx.trace.emit(Place::Node, segment.journey, why);
        } else if self.half_open.len() >= backlog && !self.recycle(cx) {
            let why = reasons::SynQueueFull { port, backlog };
            cx.trace.emit(Place::Node, segment.journey, why);
        } else {
            let mut iss = isn.isn(cx.now(), &endpoints);
            //= rfc9293#3.6.1 MAY-2
            if let Some(used) = beyond.filter(|&used| iss.at_or_before(used)) {
                iss = used + BEYOND_OLD;
            }
            self.take_syn(cx, endpoints, &segment, iss, mss);
        }
        ListenOutcome::Ended
    }

    /// Is a handshake with these endpoints under way?
    pub fn is_half_open(&self, endpoints: &Endpoints) -> bool {
        self.half_open.contains_key(endpoints)
    }

    /// Makes room in a full SYN queue, if somebody has kept silent for long enough.
    fn recycle(&mut self, cx: &mut Cx) -> bool {
        //= rfc4987#3.4
        let Some(&(born, oldest)) = self.ages.first() else { return false };
        let after = cx.now().since(born);
        if after < PATIENCE {
            return false;
        }
        let half = self.end(cx, &oldest, None, StateEvent::Expire);
        let journey = half.map_or(Journey::NONE, |half| half.journey);
        let why = reasons::HalfOpenRecycled { port: oldest.remote.port(), after };
        cx.trace.emit(Place::Node, journey, why);
        true
    }

    /// LISTEN, third: a SYN.
    fn take_syn(
        &mut self,
        cx: &mut Cx,
        endpoints: Endpoints,
        segment: &Segment,
        iss: Seq,
        mss: u16,
    ) {
        let (now, header) = (cx.now(), &segment.header);
        let mut agreed = Agreed::nothing(mss, iss, now);
        agreed.meet(&self.config, &endpoints, &header.options, mss, now);
        let half = HalfOpen {
            iss,
            irs: header.seq,
            born: now,
            due: now + rtt::Rtt::new().rto(),
            agreed,
            path_mss: mss,
            scaled: self.config.window_scaling && header.options.window_scale.is_some(),
            tries: 0,
            challenges: 0,
            journey: segment.journey,
        };
        self.clock.insert((half.due, endpoints));
        self.ages.insert((now, endpoints));
        self.say_syn_ack(endpoints, &half, now);
        self.half_open.insert(endpoints, half);
        if let Some(state) = StateName::Listen.after(StateEvent::SynArrives) {
            state.tell(cx, segment.journey, &endpoints);
        }
        let port = endpoints.remote.port();
        if !segment.payload.is_empty() {
            let len = segment.payload.len();
            cx.trace.emit(Place::Node, segment.journey, reasons::SynDataIgnored { len });
        }
        let waiting = self.half_open.len();
        let why = reasons::SynReceived { port, irs: header.seq, waiting };
        cx.trace.emit(Place::Node, segment.journey, why);
    }

    fn say_syn_ack(&mut self, endpoints: Endpoints, half: &HalfOpen, now: Instant) {
        let mut header = self.answer(endpoints, half, now);
        header.seq = half.iss;
        header.flags = Flags::SYN.with(Flags::ACK);
        header.window = self.config.receive_buffer.min(0xffff) as u16;
        header.options = half.agreed.answer(half.path_mss, half.scaled, now);
        self.put(endpoints, Segment { parent: half.journey, ..Segment::bare(header) });
    }

    /// A bare ACK from SYN-RECEIVED.
    fn answer(&self, endpoints: Endpoints, half: &HalfOpen, now: Instant) -> Header {
        Header {
            src_port: endpoints.local.port(),
            dst_port: endpoints.remote.port(),
            seq: half.iss + 1,
            ack: half.irs + 1,
            flags: Flags::ACK,
            window: (self.config.receive_buffer.min(0xffff) >> half.agreed.rcv_scale) as u16,
            options: wire::tcp::Options {
                timestamps: half.agreed.stamp(now),
                ..wire::tcp::Options::default()
            },
            ..Header::default()
        }
    }

    fn put(&mut self, endpoints: Endpoints, segment: Segment) {
        // The host polls after every call; the bound only guards against one that does not.
        if self.outbox.len() < 4 * self.backlog + 16 {
            self.outbox.push_back((endpoints, segment));
        }
    }

    /// The passive SYN-RECEIVED (RFC 9293 section 3.10.7.4).
    fn arrive_half_open(
        &mut self,
        cx: &mut Cx,
        endpoints: Endpoints,
        segment: Segment,
    ) -> ListenOutcome {
        let Some(half) = self.half_open.get(&endpoints) else { return ListenOutcome::Ended };
        let (flags, seq, journey) = (segment.header.flags, segment.header.seq, segment.journey);
        let port = endpoints.remote.port();
        let nxt = half.irs + 1;
        let window = self.config.receive_buffer.min(0xffff);
        let in_window = seq.at_or_after(nxt) && seq.before(nxt + window);
        if flags.has(Flags::RST) {
            //= rfc5961#3.2
            if seq == nxt {
                return self.forget(cx, endpoints, journey, StateEvent::RstArrives, "RST");
            }
            let why = if in_window {
                self.challenge(cx, endpoints);
                cx.trace.emit(
                    Place::Node,
                    journey,
                    reasons::ResetChallenged { seq, expected: nxt },
                );
                return ListenOutcome::Ended;
            } else {
                reasons::OutOfWindow { seq, len: segment.seq_len(), expected: nxt, window }
            };
            cx.trace.emit(Place::Node, journey, why);
            return ListenOutcome::Ended;
        }
        if flags.has(Flags::SYN) {
            return self.arrive_syn(cx, endpoints, &segment, in_window);
        }
        let stamp = segment.header.options.timestamps;
        if half.agreed.timestamps && stamp.is_none() {
            //= rfc7323#3.2
            cx.trace.emit(Place::Node, journey, reasons::TimestampMissing { seq });
            return ListenOutcome::Ended;
        }
        let old = half.agreed.timestamps
            && stamp.is_some_and(|stamp| half.agreed.is_old(stamp.value, cx.now()));
        let end = seq + segment.seq_len();
        let overlaps = end.after(nxt) && seq.before(nxt + window);
        if old || !(in_window || overlaps) {
            let why = reasons::OutOfWindow { seq, len: segment.seq_len(), expected: nxt, window };
            cx.trace.emit(Place::Node, journey, why);
            self.challenge(cx, endpoints);
            return ListenOutcome::Ended;
        }
        if !flags.has(Flags::ACK) {
            cx.trace.emit(Place::Node, journey, reasons::NoAck {});
            return ListenOutcome::Ended;
        }
        if segment.header.ack != half.iss + 1 {
            //= rfc9293#3.10.7.4
            let why = reasons::WrongAckForSyn { ack: segment.header.ack, iss: half.iss };
            cx.trace.emit(Place::Node, journey, why);
            return reset_for(&segment).map_or(ListenOutcome::Ended, ListenOutcome::Reset);
        }
        if self.accept_queue.len() >= self.backlog {
            let why = reasons::AcceptQueueFull { port, backlog: self.backlog };
            cx.trace.emit(Place::Node, journey, why);
            return ListenOutcome::Ended;
        }
        self.complete(cx, endpoints, segment)
    }

    /// A SYN for a half-open connection: the same again, or a new attempt.
    fn arrive_syn(
        &mut self,
        cx: &mut Cx,
        endpoints: Endpoints,
        segment: &Segment,
        in_window: bool,
    ) -> ListenOutcome {
        let Some(half) = self.half_open.get(&endpoints) else { return ListenOutcome::Ended };
        let (seq, journey) = (segment.header.seq, segment.journey);
        if seq == half.irs {
            let (now, port) = (cx.now(), endpoints.remote.port());
            let mut header = self.answer(endpoints, half, now);
            header.seq = half.iss;
            header.flags = Flags::SYN.with(Flags::ACK);
            header.window = self.config.receive_buffer.min(0xffff) as u16;
            header.options = half.agreed.answer(half.path_mss, half.scaled, now);
            self.put(endpoints, Segment { parent: journey, ..Segment::bare(header) });
            cx.trace.emit(Place::Node, journey, reasons::SynDuplicate { port, irs: seq });
            return ListenOutcome::Ended;
        }
        if in_window {
            //= rfc9293#3.10.7.4
            return self.forget(cx, endpoints, journey, StateEvent::Abort, "another SYN");
        }
        cx.trace.emit(Place::Node, journey, reasons::SynChallenged { seq });
        self.challenge(cx, endpoints);
        ListenOutcome::Ended
    }

    fn challenge(&mut self, cx: &mut Cx, endpoints: Endpoints) {
        let Some(half) = self.half_open.get_mut(&endpoints) else { return };
        if half.challenges >= MAX_CHALLENGES {
            cx.trace.emit(Place::Node, half.journey, reasons::ChallengeLimited {});
            return;
        }
        half.challenges += 1;
        let count = half.challenges;
        cx.trace.emit(Place::Node, half.journey, reasons::ChallengeAck { count });
        let Some(half) = self.half_open.get(&endpoints) else { return };
        let header = self.answer(endpoints, half, cx.now());
        self.put(endpoints, Segment::bare(header));
    }

    /// Back to LISTEN.
    fn forget(
        &mut self,
        cx: &mut Cx,
        endpoints: Endpoints,
        journey: Journey,
        event: StateEvent,
        why: &'static str,
    ) -> ListenOutcome {
        self.end(cx, &endpoints, Some(journey), event);
        let port = endpoints.remote.port();
        cx.trace.emit(Place::Node, journey, reasons::BackToListen { port, why });
        ListenOutcome::Ended
    }

    /// The handshake comes to nothing; told of the packet `by` which that is so, or of its SYN.
    fn end(
        &mut self,
        cx: &mut Cx,
        endpoints: &Endpoints,
        by: Option<Journey>,
        event: StateEvent,
    ) -> Option<HalfOpen> {
        let half = self.remove(endpoints)?;
        if let Some(state) = StateName::SynReceived.after(event) {
            state.tell(cx, by.unwrap_or(half.journey), endpoints);
        }
        Some(half)
    }

    fn remove(&mut self, endpoints: &Endpoints) -> Option<HalfOpen> {
        let half = self.half_open.remove(endpoints)?;
        self.clock.remove(&(half.due, *endpoints));
        self.ages.remove(&(half.born, *endpoints));
        Some(half)
    }

    /// The ACK of our SYN,ACK: a connection comes to be, and takes the segment.
    fn complete(&mut self, cx: &mut Cx, endpoints: Endpoints, segment: Segment) -> ListenOutcome {
        let Some(half) = self.remove(&endpoints) else { return ListenOutcome::Ended };
        let port = endpoints.remote.port();
        cx.trace.emit(Place::Node, segment.journey, reasons::HandshakeCompleted { port });
        let mut connection =
            Box::new(Connection::from_syn_queue(&self.config, endpoints, &half, cx.now()));
        connection.handle_segment(cx, segment);
        ListenOutcome::Established(connection)
    }

    /// SYN,ACKs and their repetitions; call until `None`.
    pub fn poll_segment(&mut self, cx: &mut Cx) -> Option<(Endpoints, Segment)> {
        let _ = cx;
        self.outbox.pop_front()
    }

    /// When [`Listener::handle_timeout`] wants to be called.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.clock.first().map(|entry| entry.0)
    }

    /// Repeats SYN,ACKs, forgets who never answers.
    pub fn handle_timeout(&mut self, cx: &mut Cx) {
        let now = cx.now();
        while let Some(&(due, endpoints)) = self.clock.first() {
            if due > now {
                break;
            }
            let Some(mut half) = self.remove(&endpoints) else { break };
            let port = endpoints.remote.port();
            let end = half.born + self.config.syn_timeout;
            if now >= end {
                let after = now.since(half.born);
                let why = reasons::HalfOpenTimedOut { port, after };
                cx.trace.emit(Place::Node, half.journey, why);
                if let Some(state) = StateName::SynReceived.after(StateEvent::Expire) {
                    state.tell(cx, half.journey, &endpoints);
                }
                continue;
            }
            //= rfc9293#3.8.3 MUST-23
            half.tries += 1;
            half.due = (now + Duration::from_secs(1 << half.tries.min(6))).min(end);
            let tries = half.tries;
            cx.trace.emit(Place::Node, half.journey, reasons::SynAckRepeated { port, tries });
            let note = reasons::Retransmit { seq: half.iss, len: 0, cause: "no ACK of SYN" };
            cx.trace.emit(Place::Node, half.journey, note);
            self.say_syn_ack(endpoints, &half, now);
            self.clock.insert((half.due, endpoints));
            self.ages.insert((half.born, endpoints));
            self.half_open.insert(endpoints, half);
        }
    }

    /// Nobody listens any more: what is half open comes to nothing.
    pub fn close(&mut self, cx: &mut Cx) {
        while let Some((_, oldest)) = self.ages.first().copied() {
            self.end(cx, &oldest, None, StateEvent::Abort);
        }
    }

    /// The host has stored a connection under `key`; false (and not queued) when the queue is full.
    pub fn push_accepted(&mut self, key: u64) -> bool {
        if self.accept_queue.len() >= self.backlog {
            return false;
        }
        self.accept_queue.push_back(key);
        true
    }
    /// The next connection for the program.
    pub fn accept(&mut self) -> Option<u64> {
        self.accept_queue.pop_front()
    }
    /// The connection under `key` died before the program took it.
    pub fn forget_accepted(&mut self, key: u64) {
        self.accept_queue.retain(|&other| other != key);
    }
    /// Half-open connections.
    pub fn syn_queue_len(&self) -> usize {
        self.half_open.len()
    }
    /// Who is half open, and since when, in the order of endpoints.
    pub fn syn_queue(&self) -> impl Iterator<Item = (&Endpoints, Instant)> {
        self.half_open.iter().map(|(endpoints, half)| (endpoints, half.born))
    }
    /// Connections that wait for `accept`.
    pub fn accept_queue_len(&self) -> usize {
        self.accept_queue.len()
    }
    /// The bound of each queue.
    pub fn backlog(&self) -> usize {
        self.backlog
    }
}
