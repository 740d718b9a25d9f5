//! To which conversation a packet belongs: four addresses and ports may live several times.

use super::conversation::{Conversation, Side};
use super::packet::{Packet, Protocol};
use super::{Key, Talks};
use base::{Duration, Instant, NodeId};
use sim::Recorded;
use wire::tcp::Flags;

/// A UDP conversation ends with this much silence.
const GAP: Duration = Duration::from_secs(60);
/// Conversations of the same four addresses and ports that are told apart.
const LIVES: usize = 4;

fn key(packet: &Packet) -> Key {
    let (low, high) = (packet.from.min(packet.to), packet.from.max(packet.to));
    (packet.protocol, low, high)
}

impl Talks {
    /// The conversation that a packet belongs to, if it does not begin one.
    pub(super) fn find(&self, packet: &Packet, now: Instant) -> Option<u64> {
        let lives = self.lives.get(&key(packet))?;
        let newest = *lives.back()?;
        let fits = |number: &&u64| self.list.get(number).is_some_and(|it| fits(it, packet));
        match packet.numbers {
            None => {
                let last = self.list.get(&newest)?.last;
                (now.since(last) <= GAP).then_some(newest)
            }
            Some(numbers) => {
                let found = lives.iter().rev().find(fits).copied();
                let opens = numbers.flags.has(Flags::SYN) && !numbers.flags.has(Flags::ACK);
                // A stray segment is shown where its ports are spoken of last.
                found.or_else(|| Some(newest).filter(|_| !opens))
            }
        }
    }

    /// A packet begins a conversation.
    pub(super) fn begin(&mut self, packet: &Packet, frame: &Recorded) -> u64 {
        let number = self.next;
        self.next += 1;
        self.list.insert(number, Conversation::new(packet, frame.sequence, frame.time));
        let lives = self.lives.entry(key(packet)).or_default();
        lives.push_back(number);
        if lives.len() > LIVES {
            lives.pop_front();
        }
        number
    }

    /// On which machines the two ends of a conversation are, as far as is known by now: one of them
    /// is at `node`. What it told before its first frame was seen is told then.
    pub(super) fn settle(&mut self, number: u64, side: Side, node: NodeId) {
        let Some(conversation) = self.list.get_mut(&number) else { return };
        for (side, known) in [(side, Some(node)), (side.other(), None)] {
            let (port, peer) = (
                conversation.end(side).address.port(),
                conversation.end(side.other()).address.port(),
            );
            let end = conversation.end_mut(side);
            if end.node.is_some() {
                continue;
            }
            end.node = known.or_else(|| self.places.get(&end.address.ip()).copied());
            let Some(node) = end.node else { continue };
            let there = self.by_ports.entry((node, port, peer)).or_default();
            there.push_back(number);
            if there.len() > LIVES {
                there.pop_front();
            }
            if conversation.protocol == Protocol::Tcp {
                Self::tell_early(&mut self.early, conversation, side, (node, port, peer));
            }
        }
    }

    /// Keeps within the bounds.
    pub(super) fn forget_oldest(&mut self) {
        while self.list.len() > 1
            && (self.list.len() > Self::CONVERSATIONS || self.rungs > Self::RUNGS)
        {
            let Some((number, gone)) = self.list.pop_first() else { return };
            self.rungs -= gone.rungs().len();
            self.forgotten += 1;
            let (client, server) = (gone.client, gone.server);
            let (low, high) =
                (client.address.min(server.address), client.address.max(server.address));
            forget(&mut self.lives, &(gone.protocol, low, high), number);
            for (end, other) in [(client, server), (server, client)] {
                if let Some(node) = end.node {
                    let place = (node, end.address.port(), other.address.port());
                    forget(&mut self.by_ports, &place, number);
                }
            }
        }
    }
}

fn forget<K: Ord>(
    index: &mut std::collections::BTreeMap<K, std::collections::VecDeque<u64>>,
    key: &K,
    number: u64,
) {
    if let Some(numbers) = index.get_mut(key) {
        numbers.retain(|&other| other != number);
        if numbers.is_empty() {
            index.remove(key);
        }
    }
}

/// Can this segment be one of the conversation's?
fn fits(conversation: &Conversation, packet: &Packet) -> bool {
    let Some(numbers) = packet.numbers else { return true };
    let side = conversation.side_of(packet.from);
    let (isn, other) = (conversation.isn(side), conversation.isn(side.other()));
    let acks = numbers.flags.has(Flags::ACK);
    let acks_other = acks && conversation.is_number_of(side.other(), numbers.ack);
    if numbers.flags.has(Flags::SYN) {
        return match isn {
            Some(isn) => isn == numbers.seq,
            // The answer, or both open at once.
            None => other.is_some() && (acks_other || !acks),
        };
    }
    conversation.is_number_of(side, numbers.seq) || acks_other
}
