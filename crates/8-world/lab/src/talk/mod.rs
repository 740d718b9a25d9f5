//! From recorded frames and events to conversations: who spoke with whom, segment by segment.
//!
//! ```text
//!   recorder --- frames --+                      +--> Conversation: rungs, states, samples
//!                         +--> Talks (a cursor) -+--> Conversation
//!   event log -- events --+                      +--> ...
//! ```
//!
//! A rung is one packet between two end hosts: sent at its origin's jack, received at the jack of the
//! machine that has the address, or dropped on the way. The jacks of switches and routers between them
//! are passed over; of a joined host only its door is seen. A TCP conversation is four addresses and
//! ports and a SYN's number, so a port that is used again begins a new one; a UDP one ends with a minute
//! of silence. States and windows are what the machines told (`state`, `ack_advanced` and their like).
//!
//! [`Talks::feed`] reads on from where it stopped, so many looks at a time: whoever asks pays for what
//! is new, nobody for what is not asked. Everything is bounded; what was forgotten is told.
//! Absent: what is carried in fragments after the first, IPv6, a machine's talks with itself (no jack
//! sees them).
//!
//! Invariant: frames and events are taken in the order of time, events first where they are equal.

mod conversation;
mod lives;
mod packet;
mod told;

pub use conversation::{Conversation, Drop, End, Rung, Sample, Side, StateChange};
pub use packet::{Numbers, Protocol};

use base::{Instant, Journey, NodeId};
use core::net::{IpAddr, SocketAddr};
use packet::Packet;
use sim::{Direction, NodeKind, Recorded, World};
use std::collections::{BTreeMap, VecDeque};
use tcp::StateName;

/// Packets whose rungs are found by their journey.
const FLYING: usize = 16 << 10;

/// What four addresses and ports have in common, whoever speaks.
type Key = (Protocol, SocketAddr, SocketAddr);

/// A state whose conversation has no frame yet.
#[derive(Clone, Copy, Debug)]
struct Early {
    node: NodeId,
    ports: (u16, u16),
    time: Instant,
    state: StateName,
}

/// The conversations of a world, as far as they were read.
#[derive(Debug, Default)]
pub struct Talks {
    /// The next frame and the next event to be read.
    frames: u64,
    events: u64,
    /// By number, in the order in which they began.
    list: BTreeMap<u64, Conversation>,
    next: u64,
    rungs: usize,
    forgotten: u64,
    lives: BTreeMap<Key, VecDeque<u64>>,
    /// By machine, its port, and the other's.
    by_ports: BTreeMap<(NodeId, u16, u16), VecDeque<u64>>,
    flying: BTreeMap<Journey, (u64, u64)>,
    flown: VecDeque<Journey>,
    /// Announced repetitions: by machine and sequence number.
    repeats: BTreeMap<(NodeId, u32), Instant>,
    early: VecDeque<Early>,
    places: BTreeMap<IpAddr, NodeId>,
}

impl Talks {
    /// Conversations kept at most; the oldest go and are counted.
    pub const CONVERSATIONS: usize = 512;
    /// Rungs kept at most, of all conversations together.
    pub const RUNGS: usize = 64 << 10;
    /// Frames that a reader who comes late reads of what was before.
    pub const BACK: u64 = 1 << 18;

    /// Reads on, at most `looks` frames and events; true when there are more.
    pub fn feed(&mut self, world: &World, looks: usize) -> bool {
        self.learn_places(world);
        let (recorder, log) = (world.recorder(), world.events());
        let oldest = recorder.first().max(recorder.next().saturating_sub(Self::BACK));
        self.frames = self.frames.max(oldest);
        self.events = self.events.max(log.first());
        let mut frames = recorder.since(self.frames).peekable();
        let mut events = log.since(self.events).peekable();
        for _ in 0..looks {
            match (frames.peek(), events.peek()) {
                (None, None) => return false,
                (Some(frame), Some(event)) if event.time > frame.time => {
                    self.take_frame(world, frame);
                    frames.next();
                }
                (_, Some(event)) => {
                    self.take_event(event);
                    self.events += 1;
                    events.next();
                }
                (Some(frame), None) => {
                    self.take_frame(world, frame);
                    frames.next();
                }
            }
        }
        frames.peek().is_some() || events.peek().is_some()
    }

    /// The conversations that are kept, newest first.
    pub fn newest(&self) -> impl ExactSizeIterator<Item = &Conversation> {
        self.list.values().rev()
    }
    /// The conversation of this name.
    pub fn get(&self, id: &str) -> Option<&Conversation> {
        self.list.values().rev().find(|conversation| conversation.id() == id)
    }
    /// Conversations that were forgotten.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Which machine has which address; what a machine that is off had stays known.
    fn learn_places(&mut self, world: &World) {
        for node in world.nodes().filter(|node| node.kind == NodeKind::Machine) {
            let machine = world.machine(node.id);
            let addresses = machine.map(|machine| machine.with(|host, _| host.addresses()));
            for (_, net) in addresses.into_iter().flatten() {
                if !net.addr().is_loopback() {
                    self.places.insert(net.addr(), node.id);
                }
            }
        }
    }

    fn take_frame(&mut self, world: &World, frame: &Recorded) {
        self.frames = frame.sequence + 1;
        let journey = frame.journey();
        if journey.is_none() {
            return;
        }
        match self.flying.get(&journey).copied() {
            None if frame.direction == Direction::Out && frame.node == journey.origin => {
                if let Some(packet) = packet::read(&frame.frame) {
                    self.sent(world, frame, &packet);
                }
            }
            Some(at) if frame.direction == Direction::In => self.came_in(frame, at),
            _ => {}
        }
        if let Some((reason, args)) = frame.dropped() {
            self.went_no_further(journey, Drop { node: frame.node, reason, args: *args });
        }
    }

    /// A packet leaves its origin.
    fn sent(&mut self, world: &World, frame: &Recorded, packet: &Packet) {
        let is_door = world.view(frame.node).is_some_and(|view| view.kind == NodeKind::Door);
        if is_door {
            self.places.entry(packet.from.ip()).or_insert(frame.node);
        }
        let number = self.find(packet, frame.time).unwrap_or_else(|| self.begin(packet, frame));
        let announced = packet.numbers.is_some_and(|numbers| {
            let takes = numbers.span(packet.length) > 0;
            takes && self.repeats.remove(&(frame.node, numbers.seq.0)).is_some()
        });
        let Some(conversation) = self.list.get_mut(&number) else { return };
        let from = conversation.side_of(packet.from);
        // A joined host announces nothing: what it has sent before is seen by the numbers.
        let again = |numbers: Numbers| {
            let span = numbers.span(packet.length);
            span > 0 && conversation.has_sent(from, numbers.seq + span)
        };
        let repeated = announced || is_door && packet.numbers.is_some_and(again);
        let before = conversation.rungs().len();
        let rung = conversation.push(Rung {
            journey: frame.journey(),
            from,
            sent: frame.time,
            sent_sequence: frame.sequence,
            received: None,
            dropped: None,
            numbers: packet.numbers,
            length: packet.length,
            repeated,
        });
        self.rungs += conversation.rungs().len() - before;
        self.settle(number, from, frame.node);
        self.fly(frame.journey(), (number, rung));
        self.forget_oldest();
    }

    fn fly(&mut self, journey: Journey, at: (u64, u64)) {
        self.flying.insert(journey, at);
        self.flown.push_back(journey);
        if self.flown.len() > FLYING
            && let Some(oldest) = self.flown.pop_front()
        {
            self.flying.remove(&oldest);
        }
    }

    /// A packet comes in somewhere: at the other end?
    fn came_in(&mut self, frame: &Recorded, (number, rung): (u64, u64)) {
        let Some(conversation) = self.list.get_mut(&number) else { return };
        let Some(from) = conversation.rung_mut(rung).map(|rung| rung.from) else { return };
        let to = conversation.end(from.other());
        let node = to.node.or_else(|| self.places.get(&to.address.ip()).copied());
        if node != Some(frame.node) {
            return;
        }
        let Some(rung) = conversation.rung_mut(rung) else { return };
        if rung.received.is_none() {
            rung.received = Some((frame.time, frame.sequence));
            // A copy that went astray is no loss; what this very machine refused stays so.
            rung.dropped = rung.dropped.filter(|drop| drop.node == frame.node);
        }
        self.settle(number, from.other(), frame.node);
    }

    /// A packet, or a copy of it, ends at a node.
    fn went_no_further(&mut self, journey: Journey, drop: Drop) {
        let Some((number, rung)) = self.flying.get(&journey) else { return };
        let Some(conversation) = self.list.get_mut(number) else { return };
        let Some(from) = conversation.rung_mut(*rung).map(|rung| rung.from) else { return };
        let at_the_end = conversation.end(from.other()).node == Some(drop.node);
        let Some(rung) = conversation.rung_mut(*rung) else { return };
        // A hub's copies, and those of a switch that does not know better, are meant to be thrown away.
        let astray = STRAY.contains(&drop.reason.name) || rung.received.is_some();
        if at_the_end || !astray {
            rung.dropped.get_or_insert(drop);
        }
    }
}

/// Why copies of a frame end where they were never meant to go.
const STRAY: [&str; 4] = ["other_card", "not_for_us", "same_jack", "nowhere_to_flood"];
