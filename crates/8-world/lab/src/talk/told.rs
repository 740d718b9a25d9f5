//! What machines told of their connections: states, windows, repetitions, and where packets ended.
//!
//! Such an event names a machine and ports or numbers, and mostly the packet by which it came about;
//! that packet, the ports, and the table of transitions say which conversation is meant.

use super::conversation::{Conversation, Drop, Sample, Side, StateChange};
use super::{Early, Talks};
use base::{Duration, NodeId, Seq};
use std::collections::VecDeque;
use tcp::StateName;
use tcp::state::TRANSITIONS;
use trace::{ArgValue, Event, Fate};

/// Announced repetitions that did not leave yet, and states told before their conversation's first
/// frame.
const AHEAD: usize = 1024;
/// Connections of a machine that are asked whose number it is.
const ASKED: usize = 1024;

impl Talks {
    pub(super) fn take_event(&mut self, event: &Event) {
        match event.reason.name {
            "state" => self.take_state(event),
            "retransmit" => {
                if self.repeats.len() >= AHEAD {
                    self.repeats.clear(); // those never left
                }
                self.repeats.insert((event.node, number(event, "seq")), event.time);
            }
            "ack_advanced" | "fast_retransmit" | "recovered" => self.take_sample(event),
            "retransmit_timeout" => self.take_timeout(event),
            _ if event.reason.fate == Fate::Dropped || cable::is_loss(event.reason.code) => {
                let drop = Drop { node: event.node, reason: event.reason, args: event.args };
                self.went_no_further(event.journey, drop);
            }
            _ => {}
        }
    }

    fn take_state(&mut self, event: &Event) {
        let Some(state) = state_of(event) else { return };
        let ports = (number(event, "port") as u16, number(event, "peer_port") as u16);
        let Some((number, side)) = self.meant(event, ports, state) else {
            if self.early.len() == AHEAD {
                self.early.pop_front();
            }
            let (node, time) = (event.node, event.time);
            return self.early.push_back(Early { node, ports, time, state });
        };
        if let Some(conversation) = self.list.get_mut(&number) {
            conversation.tell_state(StateChange { time: event.time, side, state });
        }
    }

    /// Which conversation a state is of. A SYN-SENT is told before the SYN is seen.
    fn meant(&self, event: &Event, ports: (u16, u16), state: StateName) -> Option<(u64, Side)> {
        let here = self.by_ports.get(&(event.node, ports.0, ports.1))?;
        let side = |number: &u64| self.list.get(number)?.side_at(event.node, Some(ports.0));
        let by_packet = self.flying.get(&event.journey).map(|(number, _)| *number);
        if let Some(number) = by_packet.filter(|number| here.contains(number)) {
            return Some((number, side(&number)?));
        }
        if state == StateName::SynSent {
            return None;
        }
        let possible = |number: &&u64| {
            let Some((conversation, side)) = self.list.get(number).zip(side(number)) else {
                return false;
            };
            conversation.state(side).is_none_or(|from| leads(from, state))
        };
        let number = *here.iter().rev().find(possible)?;
        Some((number, side(&number)?))
    }

    /// Tells a conversation what was told of it before its first frame was seen.
    pub(super) fn tell_early(
        early: &mut VecDeque<Early>,
        conversation: &mut Conversation,
        side: Side,
        (node, port, peer): (NodeId, u16, u16),
    ) {
        let mine = |it: &Early| it.node == node && it.ports == (port, peer);
        let told: Vec<Early> = early.iter().filter(|it| mine(it)).copied().collect();
        if told.is_empty() {
            return;
        }
        early.retain(|it| !mine(it));
        // Before it may have been attempts that never got a segment out.
        let opens = |it: &Early| matches!(it.state, StateName::SynSent | StateName::SynReceived);
        let from = told.iter().rposition(opens).unwrap_or(0);
        for it in &told[from..] {
            conversation.tell_state(StateChange { time: it.time, side, state: it.state });
        }
    }

    /// Where the sender stands after an acknowledgement.
    fn take_sample(&mut self, event: &Event) {
        let Some((at, _)) = self.flying.get(&event.journey) else { return };
        let Some(conversation) = self.list.get_mut(at) else { return };
        let Some(side) = conversation.side_at(event.node, None) else { return };
        let last = conversation.last_sample(side);
        let cwnd = number(event, "cwnd");
        let mut sample = Sample { time: event.time, cwnd, ..last.unwrap_or(blank(event, side)) };
        match event.reason.name {
            "ack_advanced" => {
                sample.in_flight = number(event, "in_flight");
                sample.srtt = span(event, "srtt").filter(|span| *span > Duration::ZERO);
            }
            "fast_retransmit" => sample.ssthresh = Some(number(event, "ssthresh")),
            _ => {}
        }
        conversation.tell_sample(sample);
    }

    /// A time-out names no packet: the number is one of a sender on that machine.
    fn take_timeout(&mut self, event: &Event) {
        let seq = Seq(number(event, "seq"));
        let here = (event.node, 0, 0)..=(event.node, u16::MAX, u16::MAX);
        let mut numbers = self.by_ports.range(here).take(ASKED).filter_map(|(_, them)| them.back());
        let sender = |number: &&u64| {
            let conversation = self.list.get(number)?;
            let side = conversation.side_at(event.node, None)?;
            conversation.is_number_of(side, seq).then_some((**number, side))
        };
        let Some((at, side)) = numbers.find_map(|number| sender(&number)) else { return };
        let Some(conversation) = self.list.get_mut(&at) else { return };
        let last = conversation.last_sample(side).unwrap_or(blank(event, side));
        let cwnd = number(event, "cwnd");
        conversation.tell_sample(Sample { time: event.time, cwnd, ssthresh: None, ..last });
    }
}

fn blank(event: &Event, side: Side) -> Sample {
    Sample { time: event.time, side, cwnd: 0, ssthresh: None, in_flight: 0, srtt: None }
}

fn leads(from: StateName, to: StateName) -> bool {
    TRANSITIONS.iter().any(|row| row.0 == from && row.2 == to)
}

fn value(event: &Event, name: &str) -> Option<ArgValue> {
    let values = event.reason.values(&event.args);
    values.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// A number of the event; all that are asked for are of 32 bits at most.
fn number(event: &Event, name: &str) -> u32 {
    match value(event, name) {
        Some(ArgValue::Number(number)) => number as u32,
        _ => 0,
    }
}

fn span(event: &Event, name: &str) -> Option<Duration> {
    match value(event, name)? {
        ArgValue::Time(span) => Some(span),
        _ => None,
    }
}

fn state_of(event: &Event) -> Option<StateName> {
    let ArgValue::Text(name) = value(event, "is")? else { return None };
    StateName::ALL.into_iter().find(|state| state.name() == name)
}
