//! Identifications: the numbers by which fragments find their packet (RFC 6864).
//!
//! One counter for the whole machine would tell a third party how many packets it sends, and lets
//! anybody scan ports in its name ("idle scan"). So each source, destination and protocol begins
//! somewhere else, by a keyed hash, and counts by one of many counters. Packets that nobody may cut
//! (DF), all of TCP's, carry 0.
//!
//! Invariant: two packets with the same source, destination and protocol differ unless 65,536 others
//! went by their counter meanwhile. What another engineer would question: two destinations may share
//! a counter. Whoever does not know the key does not know which, and the table never grows.

use core::hash::Hasher;
use core::net::Ipv4Addr;
use siphasher::sip::SipHasher13;
use wire::ipv4::Protocol;

/// Counters of one machine; a power of two.
const COUNTERS: usize = 256;

pub(crate) struct Ids {
    key: (u64, u64),
    counters: Box<[u16; COUNTERS]>,
    /// Whose the last packet was, and the hash of that: packets go out in bursts.
    last: Option<(Between, u64)>,
}

/// Source, destination, protocol.
type Between = (u32, u32, u8);

impl Ids {
    pub(crate) fn new(random: &mut base::Random) -> Self {
        let key = (random.next_u64(), random.next_u64());
        Ids { key, counters: Box::new([0; COUNTERS]), last: None }
    }

    /// The next identification between two hosts.
    #[inline]
    pub(crate) fn next(&mut self, src: Ipv4Addr, dst: Ipv4Addr, protocol: Protocol) -> u16 {
        let between = (src.to_bits(), dst.to_bits(), protocol.0);
        let hash = match self.last {
            Some((last, hash)) if last == between => hash,
            _ => self.hash(between),
        };
        self.last = Some((between, hash));
        let counter = &mut self.counters[hash as usize % COUNTERS];
        *counter = counter.wrapping_add(1);
        counter.wrapping_add((hash >> 48) as u16)
    }

    fn hash(&self, (src, dst, protocol): Between) -> u64 {
        let mut hasher = SipHasher13::new_with_keys(self.key.0, self.key.1);
        hasher.write_u64(u64::from(src) << 32 | u64::from(dst));
        hasher.write_u8(protocol);
        hasher.finish()
    }
}

impl core::fmt::Debug for Ids {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Ids")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_one_host_sees_says_nothing_of_what_others_get() {
        let mut random = base::RandomSource::new(1, "ids", 0).stream("ip");
        let mut ids = Ids::new(&mut random);
        let (us, a) = (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2));
        let first = ids.next(us, a, Protocol::ICMP);
        // Others' packets, some of other protocols.
        let others = (0..50u32).map(|n| ids.next(us, Ipv4Addr::from_bits(n), Protocol::ICMP));
        let others: Vec<u16> = others.collect();
        ids.next(us, a, Protocol::UDP);
        assert_eq!(ids.next(us, a, Protocol::ICMP), first.wrapping_add(1));
        assert!(others.iter().collect::<BTreeSet<_>>().len() > 45, "{others:?}");
        let near = others.windows(2).filter(|two| two[1].wrapping_sub(two[0]) < 100).count();
        assert!(near < 5, "{others:?}");
    }

    #[test]
    fn rfc6864_4_3_none_repeats_between_two_hosts() {
        let mut random = base::RandomSource::new(1, "ids", 0).stream("ip");
        let mut ids = Ids::new(&mut random);
        let (us, a) = (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2));
        let seen: BTreeSet<u16> = (0..65_536).map(|_| ids.next(us, a, Protocol::UDP)).collect();
        assert_eq!(seen.len(), 65_536);
    }
}
