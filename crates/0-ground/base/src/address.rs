//! Who is who: hardware addresses, ids inside a world, and the id of a packet's journey.

use core::fmt;
use core::str::FromStr;

/// A 48-bit Ethernet address (IEEE 802-2014 section 8): three octets of maker, three of serial number.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddr(pub [u8; 6]);

impl MacAddr {
    /// Everybody on the LAN.
    pub const BROADCAST: MacAddr = MacAddr([0xff; 6]);
    /// "Not known yet", as ARP requests write it.
    pub const ZERO: MacAddr = MacAddr([0; 6]);

    /// Is this everybody's address?
    pub fn is_broadcast(self) -> bool {
        self == Self::BROADCAST
    }
    /// Is this a group address (the lowest bit of the first octet), broadcast included?
    pub fn is_multicast(self) -> bool {
        self.0[0] & 1 == 1
    }
    /// Can one card bear this address?
    pub fn is_unicast(self) -> bool {
        !self.is_multicast() && self != Self::ZERO
    }
}

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}
impl fmt::Debug for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not six two-digit hexadecimal numbers with `:` or `-` between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadMacAddr;

impl FromStr for MacAddr {
    type Err = BadMacAddr;
    fn from_str(text: &str) -> Result<Self, BadMacAddr> {
        let mut octets = [0; 6];
        let mut parts = text.split([':', '-']);
        for octet in &mut octets {
            let part = parts.next().ok_or(BadMacAddr)?;
            if part.len() != 2 || !part.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(BadMacAddr);
            }
            *octet = u8::from_str_radix(part, 16).map_err(|_| BadMacAddr)?;
        }
        if parts.next().is_some() { Err(BadMacAddr) } else { Ok(MacAddr(octets)) }
    }
}

/// A machine, switch or door of a world; its number is its rank among the names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// Where a cable plugs in; counted from 0 on each node (people count a switch's from 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JackId(pub u16);

/// What has addresses on a host: over a jack, or over nothing (loopback, always [`InterfaceId::LOOPBACK`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceId(pub u16);

impl InterfaceId {
    /// The loopback interface of every host.
    pub const LOOPBACK: InterfaceId = InterfaceId(0);
}

/// One packet's journey: the node where it was born and that node's own count, from 1.
/// People write `pc1:12`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Journey {
    /// Where the packet was born.
    pub origin: NodeId,
    /// The how-manieth packet of that node; 0 means "no journey".
    pub count: u32,
}

impl Journey {
    /// The journey of something that is not a packet.
    pub const NONE: Journey = Journey { origin: NodeId(0), count: 0 };

    /// Is this no journey at all?
    pub fn is_none(self) -> bool {
        self.count == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mac_addresses_read_and_write() {
        let mac: MacAddr = "02:00:5e:10:00:01".parse().expect("well formed");
        assert_eq!(mac.to_string(), "02:00:5e:10:00:01");
        assert_eq!("02-00-5E-10-00-01".parse(), Ok(mac));
        for bad in [
            "",
            "02:00:5e:10:00",
            "02:00:5e:10:00:01:02",
            "2:0:5e:10:0:1",
            "02:00:5e:10:00:0g",
            "+2:00:5e:10:00:01",
        ] {
            assert_eq!(bad.parse::<MacAddr>(), Err(BadMacAddr), "{bad}");
        }
        assert!(MacAddr::BROADCAST.is_multicast() && !MacAddr::BROADCAST.is_unicast());
        assert!(mac.is_unicast() && !MacAddr::ZERO.is_unicast());
    }
}
