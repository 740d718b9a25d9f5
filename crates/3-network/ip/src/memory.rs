//! What the last packet each way has taught, so that the next of a burst does not ask again.
//!
//! Packets come and go in bursts between the same two addresses. Which way such a packet takes, and
//! whether its addresses are sound and ours, follows from addresses, routes and interfaces alone:
//! the answer holds until one of them changes, and whoever changes one calls [`Memory::forget`].
//!
//! One pair each way: a table would cost every idle machine more than it saves a busy one.
//! Invariant (`a_memory_never_outlives_a_change` tests it): a remembered answer is the one that would
//! be worked out anew.

use crate::{Packet, Path};
use base::InterfaceId;
use core::net::{IpAddr, Ipv4Addr};
use wire::ipv4::Header;

/// All that a packet of our own needs to know but its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) path: Path,
    /// Is it to everybody on the link?
    pub(crate) broadcast: bool,
    /// The addresses, as numbers: what is read in one piece was written in one.
    pub(crate) src: u32,
    pub(crate) dst: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// How often everything was forgotten.
    changes: u64,
    way: Option<((Option<Ipv4Addr>, Ipv4Addr), Way)>,
    ours: Option<(InterfaceId, Ipv4Addr, Ipv4Addr)>,
}

impl Memory {
    /// The way of a packet to the same destination from the same source.
    #[inline]
    pub(crate) fn way(&self, packet: &Packet) -> Option<&Way> {
        let (known, way) = self.way.as_ref()?;
        (key(packet)? == *known).then_some(way)
    }

    /// A packet whose interface was not chosen for it takes this way.
    pub(crate) fn keep_way(&mut self, packet: &Packet, way: Way) {
        self.way = key(packet).map(|key| (key, way));
    }

    /// The source of a packet to `destination`, which a program wants to be `wanted`: known where the
    /// last packet went there. (Where a packet to everybody goes, its source decides, too.)
    #[inline]
    pub(crate) fn source(&self, destination: IpAddr, wanted: Option<IpAddr>) -> Option<IpAddr> {
        let ((source, to), way) = self.way.as_ref().filter(|(_, way)| !way.broadcast)?;
        if IpAddr::V4(*to) != destination {
            return None;
        }
        match wanted {
            // By an interface without an address a packet goes only from one that was asked for.
            None => Some(way.path.source).filter(|source| !source.is_unspecified()),
            Some(IpAddr::V4(wanted)) => source.filter(|&known| known == wanted).map(IpAddr::V4),
            Some(IpAddr::V6(_)) => None,
        }
    }

    /// How often something changed on which an answer may depend.
    #[inline]
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// Are the addresses sound and the destination ours?
    #[inline]
    pub(crate) fn is_ours(&self, header: &Header, interface: InterfaceId) -> bool {
        self.ours == Some((interface, header.src, header.dst))
    }

    /// They are.
    #[inline]
    pub(crate) fn keep_ours(&mut self, header: &Header, interface: InterfaceId) {
        self.ours = Some((interface, header.src, header.dst));
    }

    /// Something changed on which an answer may depend.
    pub(crate) fn forget(&mut self) {
        *self = Memory { changes: self.changes + 1, ..Memory::default() };
    }
}

/// What the way depends on; `None`: on more than that.
#[inline]
fn key(packet: &Packet) -> Option<(Option<Ipv4Addr>, Ipv4Addr)> {
    match (packet.source, packet.destination, packet.interface) {
        (None, IpAddr::V4(dst), None) => Some((None, dst)),
        (Some(IpAddr::V4(src)), IpAddr::V4(dst), None) => Some((Some(src), dst)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{ip_of, net, v4};
    use crate::{Config, InterfaceConfig, Ip, Packet, Protocol, Route, martians};
    use base::{InterfaceId, Random, RandomSource};
    use wire::ipv4::Header;

    const ADDRESSES: [&str; 5] =
        ["10.0.0.1", "10.0.0.9", "10.0.1.1", "10.9.9.9", "255.255.255.255"];
    const NETS: [&str; 3] = ["10.0.0.1/24", "10.0.1.1/24", "10.0.0.9/16"];

    fn change(ip: &mut Ip, random: &mut Random) {
        let interface = InterfaceId(1 + random.below(2) as u16);
        let prefix = net(NETS[random.below(3) as usize]);
        let route = Route {
            destination: net("10.9.0.0/16"),
            via: random.chance(0.5).then(|| ip_of("10.0.0.7")),
            interface,
            metric: 0,
            source: None,
        };
        // Whether each of these can be done now does not matter here.
        match random.below(5) {
            0 => drop(ip.add_address(interface, prefix)),
            1 => drop(ip.remove_address(interface, prefix)),
            2 => drop(ip.add_route(route)),
            3 => drop(ip.remove_route(route)),
            _ => {
                let mtu = 1_000 + random.below(2) as u16;
                ip.set_interface(interface, InterfaceConfig { mtu, up: random.chance(0.7) });
            }
        }
    }

    #[test]
    fn a_memory_never_outlives_a_change() {
        let source = RandomSource::new(5, "memory", 0);
        let (mut ip, mut random) =
            (Ip::new(Config::default(), source.stream("ip")), source.stream("test"));
        let mut hits = 0;
        for _ in 0..20_000 {
            if random.chance(0.3) {
                change(&mut ip, &mut random);
            }
            let mut any = || ADDRESSES[random.below(5) as usize];
            let (src, dst) = (any(), any());
            let packet = Packet {
                source: Some(ip_of(src)).filter(|_| random.chance(0.5)),
                destination: ip_of(dst),
                protocol: Protocol::UDP,
                ttl: None,
                tos: 0,
                dont_fragment: false,
                interface: None,
            };
            hits += u32::from(ip.memory.way(&packet).is_some());
            let fresh = ip.find_way(&packet).ok();
            let wanted = packet.source;
            if let Some(source) = ip.memory.source(packet.destination, wanted) {
                let path = ip.lookup(0, packet.destination, wanted, None, 0).expect("a way");
                assert_eq!(source, wanted.unwrap_or(path.source));
                assert!(ip.is_local(source), "{packet:?}");
                hits += 1;
            }
            if let Some(kept) = ip.memory.way(&packet) {
                assert_eq!(Some(kept), fresh.as_ref(), "{packet:?}");
            }
            if let Some(fresh) = fresh {
                ip.memory.keep_way(&packet, fresh);
            }
            let header = Header { src: v4(src), dst: v4(dst), ..header() };
            let interface = InterfaceId(random.below(3) as u16);
            let sound = interface == InterfaceId::LOOPBACK
                || (ip.martian_source(&header).is_none()
                    && martians::bad_destination(header.dst).is_none());
            let ours =
                sound && matches!(ip.whose(header.dst, interface), crate::receive::Whose::Ours);
            hits += u32::from(ip.memory.is_ours(&header, interface));
            assert!(ours || !ip.memory.is_ours(&header, interface), "{header:?} by {interface:?}");
            if ours {
                ip.memory.keep_ours(&header, interface);
            }
        }
        assert!(hits > 1_000, "only {hits} answers were remembered");
    }

    fn header() -> Header {
        Header {
            header_len: 20,
            tos: 0,
            total_len: 20,
            id: 0,
            dont_fragment: false,
            more_fragments: false,
            fragment_offset: 0,
            ttl: 1,
            protocol: Protocol::UDP,
            src: v4("0.0.0.0"),
            dst: v4("0.0.0.0"),
        }
    }
}
