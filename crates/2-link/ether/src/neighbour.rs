//! Who is where on the link: IP address to hardware address, one machine for v4 and v6.
//!
//! ```text
//!              resolve            answer                30 s pass           resolve
//!   (nothing) --------> INCOMPLETE ------> REACHABLE -------------> STALE ----------> DELAY
//!                          | 3 questions,      ^  ^                                     | 5 s
//!                          v 1 s each          |  +-- answer, or progress above --+     v
//!                        FAILED <--------------+------ 3 questions, 1 s each ---- PROBE
//! ```
//!
//! RFC 4861 section 7.3 gives the states; for IPv4 the questions are ARP requests, which is the
//! unicast poll of RFC 1122 section 2.3.2.1 (2). FAILED is ours: RFC 4861 deletes the entry, a
//! learner wants to see it, for a minute. PERMANENT entries are set by hand.
//!
//! Invariants, checked by `check` after each step of the tests: an entry lies in `deadlines` exactly
//! when it has a deadline, and in `idle` exactly when it is STALE or FAILED; only INCOMPLETE entries
//! hold frames, whose memory is bounded by [`QUEUE`] and [`QUEUES`]; entries never outnumber `capacity`;
//! `last` says what `table` says.
//!
//! What another engineer would question: the time of REACHABLE is not varied by chance as RFC 4861
//! section 6.3.2 wants, because no router announces it here and probes go to one host only; and
//! STALE entries are not timed out, they give way to new ones, oldest first. RFC 1122 asks for a
//! timeout or for a poll, and the poll is here.

use crate::reasons::{
    FrameWaits, NeighbourAsked, NeighbourChanged, NeighbourDeleted, NeighbourForgotten,
    NeighbourQueueFull, NeighbourSilent, NeighbourState, NeighbourTableFull, NeighbourUnheeded,
};
use base::{Duration, Frame, Instant, InterfaceId, Journey, MacAddr};
use core::net::IpAddr;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use trace::{Cx, Place};

/// Memory of the packets that may wait for one address (RFC 4861 section 7.2.2 asks for one packet at
/// least): room for all pieces of the longest one, so that none loses its first piece by waiting.
pub const QUEUE: usize = 128 * 1024;
/// The same for all addresses together: a scan of a network holds no more than this.
pub const QUEUES: usize = 1024 * 1024;
/// What a waiting packet costs beside its octets.
const OVERHEAD: usize = 256;
/// How long people can see that a neighbour FAILED.
const FAILED_SEEN: Duration = Duration::from_secs(60);
/// Questions before a neighbour counts as gone (RFC 4861 section 10, MAX_MULTICAST_SOLICIT).
const TRIES: u8 = 3;
/// Between two questions (RFC 4861 RETRANS_TIMER; RFC 1122 section 2.3.2.1: at most one a second).
const BETWEEN: Duration = Duration::from_secs(1);
/// How long DELAY waits for a sign from above (RFC 4861 DELAY_FIRST_PROBE_TIME).
const DELAY: Duration = Duration::from_secs(5);

/// How a neighbour's address was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// It answered our question.
    Solicited,
    /// It asked us something and named itself.
    Unsolicited,
    /// It told everybody, or somebody else.
    Overheard,
}

/// RFC 4861 section 7.3.2, and FAILED and PERMANENT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Asked, not answered.
    Incomplete,
    /// Confirmed lately.
    Reachable,
    /// Known, not confirmed lately.
    Stale,
    /// Used while stale; waits for a sign from above.
    Delay,
    /// Being asked again.
    Probe,
    /// Did not answer.
    Failed,
    /// Set by hand.
    Permanent,
}

impl State {
    /// The RFC's word.
    pub const fn name(self) -> &'static str {
        match self {
            State::Incomplete => "INCOMPLETE",
            State::Reachable => "REACHABLE",
            State::Stale => "STALE",
            State::Delay => "DELAY",
            State::Probe => "PROBE",
            State::Failed => "FAILED",
            State::Permanent => "PERMANENT",
        }
    }
    fn is_idle(self) -> bool {
        matches!(self, State::Stale | State::Failed)
    }
}
impl core::fmt::Display for State {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// The machine's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The interface that this machine serves; events happen there.
    pub interface: InterfaceId,
    /// How long a confirmation holds (RFC 4861 REACHABLE_TIME, 30 s).
    pub reachable: Duration,
    /// Entries at most.
    pub capacity: usize,
}
impl Default for Config {
    fn default() -> Self {
        Config { interface: InterfaceId(1), reachable: Duration::from_secs(30), capacity: 1024 }
    }
}

/// What became of a frame to be sent.
#[derive(Debug)]
#[must_use]
pub enum Resolution {
    /// Send it there.
    Known(MacAddr, Frame),
    /// The machine keeps it (or dropped it with a reason).
    Pending,
}

/// What the owner has to do.
#[derive(Debug)]
#[must_use]
pub enum Action {
    /// Ask for the address, by unicast or by broadcast.
    Probe {
        /// Whom.
        address: IpAddr,
        /// Where it was last.
        unicast: Option<MacAddr>,
    },
    /// Send a frame that waited.
    Ready {
        /// Where to.
        mac: MacAddr,
        /// The frame.
        frame: Frame,
    },
    /// Nobody answers; the frame is the owner's again.
    Unreachable {
        /// Who.
        address: IpAddr,
        /// The frame.
        frame: Frame,
    },
}

/// One entry, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// Whose.
    pub address: IpAddr,
    /// Where.
    pub mac: Option<MacAddr>,
    /// The state.
    pub state: State,
    /// Since when it is in that state.
    pub since: Instant,
}

#[derive(Debug)]
struct Entry {
    state: State,
    mac: Option<MacAddr>,
    since: Instant,
    deadline: Option<Instant>,
    /// The last sign of life; moves REACHABLE's deadline when that is looked at.
    confirmed: Instant,
    asked: u8,
    waiting: VecDeque<Frame>,
    /// What they cost.
    memory: usize,
}

impl Entry {
    fn take_waiting(&mut self, all: &mut usize) -> VecDeque<Frame> {
        *all -= core::mem::take(&mut self.memory);
        core::mem::take(&mut self.waiting)
    }
}

fn cost(frame: &Frame) -> usize {
    frame.len() + OVERHEAD
}

/// The neighbours of one interface.
#[derive(Debug)]
pub struct Neighbours {
    config: Config,
    table: BTreeMap<IpAddr, Entry>,
    deadlines: BTreeSet<(Instant, IpAddr)>,
    /// STALE and FAILED entries, which may give way; oldest first.
    idle: BTreeSet<(Instant, IpAddr)>,
    actions: VecDeque<Action>,
    /// What all waiting frames cost.
    memory: usize,
    /// Whom the last frame went to: frames come in bursts. Forgotten when any entry changes.
    last: Option<(IpAddr, MacAddr)>,
}

impl Neighbours {
    /// No neighbours yet.
    pub fn new(config: Config) -> Self {
        Neighbours {
            config,
            table: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            idle: BTreeSet::new(),
            actions: VecDeque::new(),
            memory: 0,
            last: None,
        }
    }

    /// Where the last frame went, if it was for `address` and that still holds.
    #[inline]
    pub fn last_known(&self, address: &IpAddr) -> Option<MacAddr> {
        let (last, mac) = self.last.as_ref()?;
        (last == address).then_some(*mac)
    }

    /// Where to send a frame for `address`. When that is not known, the frame waits and comes out of
    /// [`Neighbours::poll`] later.
    pub fn resolve(&mut self, cx: &mut Cx, address: IpAddr, frame: Frame) -> Resolution {
        let known = self.table.get(&address).map(|entry| (entry.state, entry.mac));
        match known {
            Some((
                State::Reachable | State::Delay | State::Probe | State::Permanent,
                Some(mac),
            )) => {
                self.last = Some((address, mac));
                return Resolution::Known(mac, frame);
            }
            Some((State::Stale, Some(mac))) => {
                //= rfc4861#7.3.3 the first packet to a stale neighbour starts DELAY
                let deadline = cx.now() + DELAY;
                self.change(cx, address, State::Delay, Some(deadline));
                return Resolution::Known(mac, frame);
            }
            Some((State::Incomplete, _)) => {}
            Some(_) => self.begin(cx, address),
            None if self.make_room() => {
                self.insert(cx.now(), address);
                self.begin(cx, address);
            }
            None => {
                let reason = NeighbourTableFull { address, bound: self.config.capacity };
                self.end(cx, frame, reason);
                return Resolution::Pending;
            }
        }
        self.wait(cx, address, frame);
        Resolution::Pending
    }

    /// Somebody said that `address` is at `mac`.
    pub fn handle_confirmation(
        &mut self,
        cx: &mut Cx,
        address: IpAddr,
        mac: MacAddr,
        kind: Confirmation,
    ) {
        if !self.table.contains_key(&address) {
            //= rfc826 only who was asked something remembers the asker
            if kind != Confirmation::Unsolicited || !self.make_room() {
                return;
            }
            self.insert(cx.now(), address);
        }
        let Some(entry) = self.table.get_mut(&address) else { return };
        let was = entry.mac;
        if entry.state == State::Permanent {
            if was != Some(mac) {
                self.note(cx, NeighbourUnheeded { address, mac });
            }
            return;
        }
        //= rfc4861#7.2.5 an answer counts as one only while a question is open
        let answer = kind == Confirmation::Solicited
            && matches!(entry.state, State::Incomplete | State::Probe);
        let new = was != Some(mac);
        if !answer && !new {
            return;
        }
        entry.mac = Some(mac);
        entry.confirmed = cx.now();
        let waits = !entry.waiting.is_empty();
        if let Some(was) = was.filter(|_| new) {
            self.note(cx, NeighbourChanged { address, was, is: mac });
        }
        if answer {
            let deadline = cx.now() + self.config.reachable;
            self.change(cx, address, State::Reachable, Some(deadline));
        } else if waits {
            let deadline = cx.now() + DELAY;
            self.change(cx, address, State::Delay, Some(deadline));
        } else {
            self.change(cx, address, State::Stale, None);
        }
        self.release(address, mac);
    }

    /// A layer above saw progress that only a living neighbour explains (RFC 4861 section 7.3.1).
    pub fn confirm_reachable(&mut self, now: Instant, address: IpAddr) {
        let Some(entry) = self.table.get_mut(&address) else { return };
        entry.confirmed = now;
        if matches!(entry.state, State::Stale | State::Delay | State::Probe) {
            let deadline = now + self.config.reachable;
            self.shift(now, address, State::Reachable, Some(deadline));
        }
    }

    /// What to do next; `None`: nothing left.
    pub fn poll(&mut self, _cx: &mut Cx) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When to call [`Neighbours::handle_timeout`] at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Time has passed: questions are repeated or given up, confirmations run out.
    pub fn handle_timeout(&mut self, cx: &mut Cx) {
        let now = cx.now();
        while let Some(&(at, address)) = self.deadlines.first().filter(|(at, _)| *at <= now) {
            let Some(entry) = self.table.get(&address) else {
                self.deadlines.remove(&(at, address));
                continue;
            };
            let holds_until = entry.confirmed + self.config.reachable;
            match entry.state {
                State::Reachable if holds_until > now => {
                    self.rearm(address, Some(holds_until));
                }
                State::Delay => {
                    self.change(cx, address, State::Probe, None);
                    self.ask(cx, address);
                }
                State::Incomplete | State::Probe if entry.asked < TRIES => self.ask(cx, address),
                State::Incomplete | State::Probe => self.give_up(cx, address),
                State::Failed => {
                    self.note(cx, NeighbourDeleted { address });
                    self.remove(cx, address);
                }
                _ => self.change(cx, address, State::Stale, None),
            }
        }
    }

    /// The entries, sorted by address.
    pub fn entries(&self) -> impl Iterator<Item = EntryView> + '_ {
        self.table.iter().map(|(&address, entry)| EntryView {
            address,
            mac: entry.mac,
            state: entry.state,
            since: entry.since,
        })
    }

    /// An entry by hand, which nothing heard can change; false when the table is full.
    pub fn insert_static(&mut self, cx: &mut Cx, address: IpAddr, mac: MacAddr) -> bool {
        if !self.table.contains_key(&address) {
            if !self.make_room() {
                return false;
            }
            self.insert(cx.now(), address);
        }
        if let Some(entry) = self.table.get_mut(&address) {
            entry.mac = Some(mac);
        }
        self.change(cx, address, State::Permanent, None);
        self.release(address, mac);
        true
    }

    /// Forgets one entry; frames that wait for it end with a reason. False: there was none.
    pub fn remove(&mut self, cx: &mut Cx, address: IpAddr) -> bool {
        let Some(entry) = self.table.remove(&address) else { return false };
        self.last = None;
        self.idle.remove(&(entry.since, address));
        if let Some(at) = entry.deadline {
            self.deadlines.remove(&(at, address));
        }
        self.memory -= entry.memory;
        for frame in entry.waiting {
            self.end(cx, frame, NeighbourForgotten { address });
        }
        true
    }

    /// Forgets all entries (the cable was pulled), those set by hand too.
    pub fn flush(&mut self, cx: &mut Cx) {
        while let Some(&address) = self.table.keys().next() {
            self.remove(cx, address);
        }
    }

    /// Frames that wait here, in entries or for [`Neighbours::poll`].
    pub fn held(&self) -> usize {
        let ready = self.actions.iter().filter(|action| !matches!(action, Action::Probe { .. }));
        self.table.values().map(|entry| entry.waiting.len()).sum::<usize>() + ready.count()
    }

    /// Starts asking for an entry that has no answer.
    fn begin(&mut self, cx: &mut Cx, address: IpAddr) {
        let Some(entry) = self.table.get_mut(&address) else { return };
        entry.asked = 0;
        entry.mac = None;
        self.change(cx, address, State::Incomplete, None);
        //= rfc1122#2.3.2.1 no flood: FAILED begins a second after the last question, so even a sender
        //= that never tires asks once a second
        self.ask(cx, address);
    }

    fn ask(&mut self, cx: &mut Cx, address: IpAddr) {
        let Some(entry) = self.table.get_mut(&address) else { return };
        entry.asked += 1;
        let (unicast, attempt) = (entry.mac, entry.asked);
        self.actions.push_back(Action::Probe { address, unicast });
        self.note(cx, NeighbourAsked { address, attempt });
        self.rearm(address, Some(cx.now() + BETWEEN));
    }

    fn give_up(&mut self, cx: &mut Cx, address: IpAddr) {
        self.note(cx, NeighbourSilent { address, tries: TRIES });
        //= rfc4861#7.3.3 the entry goes: a minute later, when it was seen
        self.change(cx, address, State::Failed, Some(cx.now() + FAILED_SEEN));
        let Some(entry) = self.table.get_mut(&address) else { return };
        entry.mac = None;
        let waiting = entry.take_waiting(&mut self.memory);
        self.actions
            .extend(waiting.into_iter().map(|frame| Action::Unreachable { address, frame }));
    }

    fn wait(&mut self, cx: &mut Cx, address: IpAddr, frame: Frame) {
        let cost = cost(&frame);
        //= rfc4861#7.2.2 when the queue is full, the newest stays and the oldest goes
        while let Some(bound) = self.bound_reached(address, cost) {
            let full = NeighbourQueueFull { address, bound };
            let oldest = self.table.get_mut(&address).and_then(|entry| entry.waiting.pop_front());
            let Some(gone) = oldest else { return self.end(cx, frame, full) };
            self.account(address, |memory| memory - self::cost(&gone));
            self.end(cx, gone, full);
        }
        self.account(address, |memory| memory + cost);
        let Some(entry) = self.table.get_mut(&address) else { return };
        let journey = frame.meta().journey;
        entry.waiting.push_back(frame);
        let reason = FrameWaits { address, waiting: entry.waiting.len() };
        cx.trace.emit(Place::Interface(self.config.interface), journey, reason);
    }

    /// Which bound stands against one more frame for `address`?
    fn bound_reached(&self, address: IpAddr, cost: usize) -> Option<usize> {
        let here = self.table.get(&address).map_or(0, |entry| entry.memory);
        if here + cost > QUEUE {
            Some(QUEUE)
        } else {
            (self.memory + cost > QUEUES).then_some(QUEUES)
        }
    }

    fn account(&mut self, address: IpAddr, change: impl Fn(usize) -> usize) {
        if let Some(entry) = self.table.get_mut(&address) {
            entry.memory = change(entry.memory);
            self.memory = change(self.memory);
        }
    }

    fn release(&mut self, address: IpAddr, mac: MacAddr) {
        let Some(entry) = self.table.get_mut(&address) else { return };
        let waiting = entry.take_waiting(&mut self.memory);
        self.actions.extend(waiting.into_iter().map(|frame| Action::Ready { mac, frame }));
    }

    fn insert(&mut self, now: Instant, address: IpAddr) {
        let entry = Entry {
            state: State::Incomplete,
            mac: None,
            since: now,
            deadline: None,
            confirmed: now,
            asked: 0,
            waiting: VecDeque::new(),
            memory: 0,
        };
        self.table.insert(address, entry);
    }

    /// Room for one entry more, if need be at the cost of the oldest idle one.
    fn make_room(&mut self) -> bool {
        if self.table.len() < self.config.capacity {
            return true;
        }
        let Some((_, address)) = self.idle.pop_first() else { return false };
        self.table.remove(&address);
        true
    }

    fn change(&mut self, cx: &mut Cx, address: IpAddr, state: State, deadline: Option<Instant>) {
        self.shift(cx.now(), address, state, deadline);
        self.note(cx, NeighbourState { address, state: state.name() });
    }

    fn shift(&mut self, now: Instant, address: IpAddr, state: State, deadline: Option<Instant>) {
        let Some(entry) = self.table.get_mut(&address) else { return };
        self.last = None;
        self.idle.remove(&(entry.since, address));
        (entry.state, entry.since) = (state, now);
        if !matches!(state, State::Incomplete) {
            entry.asked = 0;
        }
        if state.is_idle() {
            self.idle.insert((now, address));
        }
        self.rearm(address, deadline);
    }

    fn rearm(&mut self, address: IpAddr, deadline: Option<Instant>) {
        let Some(entry) = self.table.get_mut(&address) else { return };
        if let Some(old) = core::mem::replace(&mut entry.deadline, deadline) {
            self.deadlines.remove(&(old, address));
        }
        if let Some(new) = deadline {
            self.deadlines.insert((new, address));
        }
    }

    fn note(&self, cx: &mut Cx, reason: impl trace::Reason) {
        cx.trace.emit(Place::Interface(self.config.interface), Journey::NONE, reason);
    }

    fn end(&self, cx: &mut Cx, frame: Frame, reason: impl trace::Reason) {
        cx.trace.emit(Place::Interface(self.config.interface), frame.meta().journey, reason);
        cx.pool.recycle(frame);
    }
}

#[cfg(test)]
#[path = "neighbour_test.rs"]
mod tests;
