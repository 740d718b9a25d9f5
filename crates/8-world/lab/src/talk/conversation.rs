//! One conversation: who with whom, its segments as rungs, the states of both sides, the course of
//! the congestion window.

use super::packet::{Numbers, Packet, Protocol};
use base::{Duration, Instant, Journey, NodeId, Seq};
use core::net::SocketAddr;
use std::collections::VecDeque;
use tcp::StateName;
use trace::{Args, ReasonInfo};

/// Who of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Who opened it (sent the first SYN, or the first datagram).
    Client,
    /// The other one.
    Server,
}

impl Side {
    /// The other one.
    pub fn other(self) -> Side {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Side::Client => "client",
            Side::Server => "server",
        }
    }
}

/// One end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// On which machine (or joined host), if it is known.
    pub node: Option<NodeId>,
    /// Address and port.
    pub address: SocketAddr,
}

/// Why a packet went no further, and where.
#[derive(Clone, Copy, Debug)]
pub struct Drop {
    /// At which node.
    pub node: NodeId,
    /// Why.
    pub reason: &'static ReasonInfo,
    /// The numbers in the reason's sentence.
    pub args: Args,
}

/// One segment or datagram, from end host to end host.
#[derive(Clone, Debug)]
pub struct Rung {
    /// Which packet.
    pub journey: Journey,
    /// Who sent it.
    pub from: Side,
    /// When it left its sender's jack.
    pub sent: Instant,
    /// The recorded frame there.
    pub sent_sequence: u64,
    /// When it came in at the other end's jack, and the recorded frame there.
    pub received: Option<(Instant, u64)>,
    /// Why it was lost on the way; or why the other end refused it, if it was received.
    pub dropped: Option<Drop>,
    /// What its TCP header says.
    pub numbers: Option<Numbers>,
    /// Octets of text.
    pub length: u32,
    /// Its sender had sent all of it before.
    pub repeated: bool,
}

/// A side's state from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// When.
    pub time: Instant,
    /// Whose.
    pub side: Side,
    /// The state.
    pub state: StateName,
}

/// What a sender's congestion control knew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When.
    pub time: Instant,
    /// Who.
    pub side: Side,
    /// The congestion window, in octets.
    pub cwnd: u32,
    /// The slow start threshold in octets, once a loss has set it.
    pub ssthresh: Option<u32>,
    /// Octets sent and not acknowledged.
    pub in_flight: u32,
    /// The smoothed round trip, once one was measured.
    pub srtt: Option<Duration>,
}

/// A conversation, as far as it is kept.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// TCP or UDP.
    pub protocol: Protocol,
    /// Who opened it.
    pub client: End,
    /// With whom.
    pub server: End,
    /// When its first packet left.
    pub began: Instant,
    /// When its last packet left.
    pub last: Instant,
    /// Packets of both sides.
    pub frames: u64,
    /// Octets of text to the server and to the client, what was repeated counted again.
    pub octets: [u64; 2],
    /// Something of the conversation is forgotten.
    pub forgotten: bool,
    /// The recorded frame of its first packet.
    pub(crate) first: u64,
    pub(crate) states: VecDeque<StateChange>,
    pub(crate) samples: VecDeque<Sample>,
    rungs: VecDeque<Rung>,
    /// Rungs that were forgotten: the number of the first one kept.
    before: u64,
    /// Each side's initial number, or what stands for it where the beginning was not seen.
    isn: [Option<Seq>; 2],
    /// One past the last number that each side sent.
    high: [Seq; 2],
}

impl Conversation {
    /// Rungs kept of one conversation.
    pub const RUNGS: usize = 4096;
    /// Samples kept of one conversation.
    pub const SAMPLES: usize = 4096;
    /// Changes of state kept of one conversation.
    pub const STATES: usize = 128;

    /// A conversation whose first packet, number `first` of the recorder, is `packet`.
    pub(crate) fn new(packet: &Packet, first: u64, began: Instant) -> Conversation {
        let end = |address| End { node: None, address };
        let (client, server) = match opener(packet) {
            Side::Client => (packet.from, packet.to),
            Side::Server => (packet.to, packet.from),
        };
        Conversation {
            protocol: packet.protocol,
            client: end(client),
            server: end(server),
            began,
            last: began,
            frames: 0,
            octets: [0; 2],
            forgotten: false,
            first,
            states: VecDeque::new(),
            samples: VecDeque::new(),
            rungs: VecDeque::new(),
            before: 0,
            isn: [None; 2],
            high: [Seq(0); 2],
        }
    }

    /// Its name, the same as long as its first frame is recorded: `tcp-57`.
    pub fn id(&self) -> String {
        format!("{}-{}", self.protocol.name(), self.first)
    }
    /// One end.
    pub fn end(&self, side: Side) -> &End {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }
    pub(crate) fn end_mut(&mut self, side: Side) -> &mut End {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
    /// Who sends from this address?
    pub(crate) fn side_of(&self, from: SocketAddr) -> Side {
        if from == self.client.address { Side::Client } else { Side::Server }
    }
    /// The side on this machine that holds this port.
    pub(crate) fn side_at(&self, node: NodeId, port: Option<u16>) -> Option<Side> {
        [Side::Client, Side::Server].into_iter().find(|&side| {
            let end = self.end(side);
            end.node == Some(node) && port.is_none_or(|port| end.address.port() == port)
        })
    }
    /// The state that a side told last.
    pub fn state(&self, side: Side) -> Option<StateName> {
        self.states.iter().rev().find(|change| change.side == side).map(|change| change.state)
    }
    /// The rungs that are kept, by the time at which they left.
    pub fn rungs(&self) -> impl ExactSizeIterator<Item = &Rung> + DoubleEndedIterator {
        self.rungs.iter()
    }
    /// The changes of state, in order.
    pub fn states(&self) -> impl ExactSizeIterator<Item = &StateChange> {
        self.states.iter()
    }
    /// The samples, in order.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = &Sample> {
        self.samples.iter()
    }

    /// Sequence and acknowledgement number, counted from each side's initial one.
    pub fn relative(&self, rung: &Rung) -> Option<(u32, u32)> {
        let numbers = rung.numbers?;
        let from_isn = |seq: Seq, side: Side| seq.since(self.isn[side as usize].unwrap_or(seq));
        let acks = numbers.flags.has(wire::tcp::Flags::ACK);
        let ack = if acks { from_isn(numbers.ack, rung.from.other()) } else { 0 };
        Some((from_isn(numbers.seq, rung.from), ack))
    }

    /// What is spoken in it, by the server's port, once something was said: `http`, `dns`.
    pub fn spoke(&self) -> &'static str {
        let said = self.octets != [0; 2];
        match (self.protocol, self.server.address.port()) {
            (Protocol::Tcp, 80 | 8080) if said => "http",
            (_, 53) if said => "dns",
            _ => "",
        }
    }

    pub(crate) fn isn(&self, side: Side) -> Option<Seq> {
        self.isn[side as usize]
    }
    /// Is `seq` a number that this side sent, or is about to?
    pub(crate) fn is_number_of(&self, side: Side, seq: Seq) -> bool {
        const AHEAD: u32 = 1 << 24;
        self.isn(side).is_some_and(|isn| {
            seq.since(isn) <= self.high[side as usize].since(isn).saturating_add(AHEAD)
        })
    }
    /// Did this side send everything up to `end` before?
    pub(crate) fn has_sent(&self, side: Side, end: Seq) -> bool {
        self.isn(side).is_some() && end.at_or_before(self.high[side as usize])
    }

    /// Counts a packet and appends its rung; the rung's number.
    pub(crate) fn push(&mut self, rung: Rung) -> u64 {
        let side = rung.from as usize;
        if let Some(numbers) = rung.numbers {
            let opens = numbers.flags.has(wire::tcp::Flags::SYN);
            let base = if opens { numbers.seq } else { numbers.seq - 1 };
            let bare_reset = numbers.flags.has(wire::tcp::Flags::RST);
            if self.isn[side].is_none() && !bare_reset {
                self.isn[side] = Some(base);
                self.high[side] = numbers.seq;
            }
            let end = numbers.seq + numbers.span(rung.length);
            if self.is_number_of(rung.from, end) {
                self.high[side] = self.high[side].max(end);
            }
        }
        self.last = self.last.max(rung.sent);
        self.frames += 1;
        self.octets[side] += u64::from(rung.length);
        self.rungs.push_back(rung);
        if self.rungs.len() > Self::RUNGS {
            self.rungs.pop_front();
            self.before += 1;
            self.forgotten = true;
        }
        self.before + self.rungs.len() as u64 - 1
    }

    /// The rung of this number, if it is kept.
    pub(crate) fn rung_mut(&mut self, number: u64) -> Option<&mut Rung> {
        self.rungs.get_mut(usize::try_from(number.checked_sub(self.before)?).ok()?)
    }

    pub(crate) fn tell_state(&mut self, change: StateChange) {
        if self.states.len() == Self::STATES {
            self.states.pop_front();
            self.forgotten = true;
        }
        self.states.push_back(change);
    }

    /// The last sample of a side: what the next one changes.
    pub(crate) fn last_sample(&self, side: Side) -> Option<Sample> {
        self.samples.iter().rev().find(|sample| sample.side == side).copied()
    }
    pub(crate) fn tell_sample(&mut self, sample: Sample) {
        if self.samples.len() == Self::SAMPLES {
            self.samples.pop_front();
            self.forgotten = true;
        }
        self.samples.push_back(sample);
    }
}

/// Is the sender of a first packet the client, or the server, whose client was not seen to open?
fn opener(packet: &Packet) -> Side {
    use wire::tcp::Flags;
    let sender_serves = match packet.numbers {
        Some(numbers) if numbers.flags.has(Flags::SYN) => numbers.flags.has(Flags::ACK),
        Some(_) => packet.from.port() < packet.to.port(),
        None => packet.from.port() < 1024 && packet.to.port() >= 1024,
    };
    if sender_serves { Side::Server } else { Side::Client }
}
