//! How far bent frames came: by the deepest layer that had something to say about each.
//!
//! Every frame that the door throws has a journey of its own, every decision about it is an event,
//! and the event's reason tells which layer took it: nothing here guesses.

use crate::network::Network;
use base::Journey;
use core::fmt;
use std::collections::BTreeMap;

/// How deep a frame came; the order is the order of depth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Depth {
    /// Lost on a cable or in a full ring.
    #[default]
    Wire,
    /// Card, switch, ARP.
    Ether,
    /// IP refused it, or passed it on and nobody took it.
    Ip,
    /// ICMP.
    Icmp,
    /// UDP or TCP read its header and refused it: malformed, a wrong checksum.
    Refused,
    /// UDP or TCP took it: a queue, a connection, a listener, a closed port.
    Transport,
}

const DEPTHS: [(Depth, &str); 6] = [
    (Depth::Wire, "1    lost on the way"),
    (Depth::Ether, "2    card, switch, ARP"),
    (Depth::Ip, "3    IP"),
    (Depth::Icmp, "3    ICMP"),
    (Depth::Refused, "4    UDP, TCP: header or checksum refused"),
    (Depth::Transport, "4    UDP, TCP: taken up"),
];

fn depth(code: u16) -> Depth {
    match code {
        2000..=2099 => Depth::Ether,
        3040..=3047 => Depth::Icmp,
        3000..=3099 | 5003 => Depth::Ip,
        4001 | 5004 => Depth::Refused,
        4000..=4199 | 5005..=5007 | 5022 => Depth::Transport,
        5009..=5011 => Depth::Icmp,
        5001 | 5002 => Depth::Ether,
        _ => Depth::Wire,
    }
}

pub(crate) struct Histogram {
    /// By the door's own count of frames, from 1.
    deepest: Vec<Depth>,
    repaired: Vec<bool>,
    /// How often which reason was given about a bent frame.
    reasons: BTreeMap<(u16, &'static str), u64>,
    cursor: u64,
    octets: usize,
}

impl Histogram {
    pub(crate) fn new(frames: u32) -> Histogram {
        let deepest = vec![Depth::Wire; frames as usize + 1];
        let repaired = vec![false];
        Histogram { deepest, repaired, reasons: BTreeMap::new(), cursor: 0, octets: 0 }
    }

    pub(crate) fn thrown(&mut self, octets: &[u8], repaired: bool) {
        self.repaired.push(repaired);
        self.octets += octets.len();
    }

    /// Reads what happened since the last look.
    pub(crate) fn read(&mut self, network: &Network) {
        let log = network.world.events();
        assert!(self.cursor == 0 || log.missed(self.cursor) == 0, "look more often");
        let of_door = |journey: Journey| !journey.is_none() && journey.origin == network.door;
        for event in log.since(self.cursor).filter(|e| of_door(e.journey)) {
            *self.reasons.entry((event.reason.code, event.reason.name)).or_default() += 1;
            if let Some(deepest) = self.deepest.get_mut(event.journey.count as usize) {
                *deepest = (*deepest).max(depth(event.reason.code));
            }
        }
        self.cursor = log.next();
    }

    fn count(&self, wanted: impl Fn(Depth, bool) -> bool) -> u32 {
        let both = self.deepest.iter().zip(&self.repaired).skip(1);
        both.filter(|&(&depth, &repaired)| wanted(depth, repaired)).count() as u32
    }

    /// Frames that UDP or TCP took up, whose headers and checksums were right there.
    pub(crate) fn reached_transport(&self) -> u32 {
        self.count(|depth, _| depth == Depth::Transport)
    }
    pub(crate) fn repaired(&self) -> u32 {
        self.count(|_, repaired| repaired)
    }
}

impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.repaired.len() - 1;
        writeln!(f, "{all} bent frames, {} octets, {} repaired", self.octets, self.repaired())?;
        writeln!(f, "layer{:>52}  {:>9}  {:>9}", "frames", "repaired", "not")?;
        for (depth, name) in DEPTHS {
            let both = [true, false].map(|wish| self.count(|d, r| d == depth && r == wish));
            let sum = both[0] + both[1];
            let share = 100.0 * f64::from(sum) / all.max(1) as f64;
            writeln!(f, "{name:<42} {sum:>8} {share:>4.1}%  {:>9}  {:>9}", both[0], both[1])?;
        }
        writeln!(f, "reasons given about them:")?;
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|&(key, count)| (core::cmp::Reverse(*count), *key));
        for ((code, name), count) in reasons {
            writeln!(f, "  {count:>9}  {code} {name}")?;
        }
        Ok(())
    }
}
