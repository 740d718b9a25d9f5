//! The addresses of one machine: which it answers to, and which mean everybody on a link.
//!
//! RFC 1122 section 3.3.4.2, the weak host model: an address belongs to the machine, and a packet
//! for it is taken by whatever interface it comes. All of 127/8 and `::1` are the machine's own.
//!
//! Invariants: an address is on one interface only; `own_*` and `broadcasts` say the same as `list`.
//! What another engineer would question: an all-zeros host part is not taken for a broadcast, as
//! 4.2BSD did and RFC 1812 section 4.2.3.1 still tolerates: it only confuses.

use crate::martians;
use base::InterfaceId;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr};
use ipnet::IpNet;
use std::collections::BTreeSet;

/// One address of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressView {
    /// Where.
    pub interface: InterfaceId,
    /// The address with its prefix length.
    pub address: IpNet,
}

/// Why an address was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// No such interface.
    NoInterface,
    /// The machine has it already.
    Exists,
    /// The interface does not have it.
    Absent,
    /// It names no single host: a group, a broadcast or network address, 0/8, 240/4, or 127/8
    /// elsewhere than on loopback.
    NotAHost,
}
impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AddressError::NoInterface => "there is no such interface",
            AddressError::Exists => "the machine has this address already",
            AddressError::Absent => "the interface does not have this address",
            AddressError::NotAHost => "this address cannot belong to a single host here",
        })
    }
}
impl core::error::Error for AddressError {}

/// All addresses of one machine.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    list: BTreeSet<(InterfaceId, IpNet)>,
    // Asked several times per packet: sorted arrays of plain numbers, made anew at each change.
    own_v4: Vec<(u32, InterfaceId)>,
    own_v6: Vec<u128>,
    broadcasts: Vec<(u32, InterfaceId)>,
}

impl Addresses {
    pub(crate) fn add(
        &mut self,
        interface: InterfaceId,
        address: IpNet,
    ) -> Result<(), AddressError> {
        if !names_a_host(interface, address) {
            return Err(AddressError::NotAHost);
        }
        if self.list.iter().any(|(_, net)| net.addr() == address.addr()) {
            return Err(AddressError::Exists);
        }
        self.list.insert((interface, address));
        self.rebuild();
        Ok(())
    }

    pub(crate) fn remove(
        &mut self,
        interface: InterfaceId,
        address: IpNet,
    ) -> Result<(), AddressError> {
        if !self.list.remove(&(interface, address)) {
            return Err(AddressError::Absent);
        }
        self.rebuild();
        Ok(())
    }

    /// All of them, by interface and address.
    pub(crate) fn iter(&self) -> impl Iterator<Item = AddressView> + '_ {
        self.list.iter().map(|&(interface, address)| AddressView { interface, address })
    }

    /// Those of one interface.
    pub(crate) fn of(&self, interface: InterfaceId) -> impl Iterator<Item = IpNet> + '_ {
        self.list.iter().filter(move |(on, _)| *on == interface).map(|(_, address)| *address)
    }

    pub(crate) fn is_own(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => v4.is_loopback() || self.owner(v4).is_ok(),
            IpAddr::V6(v6) => v6.is_loopback() || self.own_v6.binary_search(&v6.to_bits()).is_ok(),
        }
    }

    fn owner(&self, address: Ipv4Addr) -> Result<usize, usize> {
        self.own_v4.binary_search_by_key(&address.to_bits(), |pair| pair.0)
    }

    /// Is it an address of this very interface?
    pub(crate) fn is_own_on(&self, address: Ipv4Addr, interface: InterfaceId) -> bool {
        let place = self.owner(address).ok();
        place.and_then(|place| self.own_v4.get(place)).is_some_and(|pair| pair.1 == interface)
    }

    /// Does it mean everybody on this interface's link (255.255.255.255 aside)?
    pub(crate) fn is_broadcast_on(&self, address: Ipv4Addr, interface: InterfaceId) -> bool {
        self.broadcasts.binary_search(&(address.to_bits(), interface)).is_ok()
    }

    /// Does it mean everybody on any link of ours?
    pub(crate) fn is_broadcast(&self, address: Ipv4Addr) -> bool {
        self.broadcasts.binary_search_by_key(&address.to_bits(), |pair| pair.0).is_ok()
    }

    /// The address to speak with to `towards` by this interface: one in the same network if there is
    /// one (RFC 1122 section 3.3.4.3), else the interface's first of that family.
    pub(crate) fn source(&self, interface: InterfaceId, towards: IpAddr) -> Option<IpAddr> {
        let mut first = None;
        for net in self.of(interface).filter(|net| net.addr().is_ipv4() == towards.is_ipv4()) {
            if net.contains(&towards) {
                return Some(net.addr());
            }
            first = first.or(Some(net.addr()));
        }
        first
    }

    fn rebuild(&mut self) {
        (self.own_v4, self.own_v6, self.broadcasts) = Default::default();
        for &(interface, address) in &self.list {
            match address {
                IpNet::V4(net) => {
                    self.own_v4.push((net.addr().to_bits(), interface));
                    //= rfc3021#2.1 a /31 has two hosts and no broadcast
                    if net.prefix_len() < 31 {
                        self.broadcasts.push((net.broadcast().to_bits(), interface));
                    }
                }
                IpNet::V6(net) => self.own_v6.push(net.addr().to_bits()),
            }
        }
        self.own_v4.sort_unstable();
        self.own_v6.sort_unstable();
        self.broadcasts.sort_unstable();
    }
}

fn names_a_host(interface: InterfaceId, address: IpNet) -> bool {
    if address.addr().is_loopback() {
        return interface == InterfaceId::LOOPBACK;
    }
    match address {
        IpNet::V4(net) => {
            let addr = net.addr();
            let inside =
                net.prefix_len() >= 31 || (addr != net.network() && addr != net.broadcast());
            martians::names_a_host(addr) && inside
        }
        IpNet::V6(net) => !net.addr().is_multicast() && !net.addr().is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_addresses_an_interface_takes() {
        use AddressError::{Exists, NotAHost};
        let rows = [
            ("10.0.0.1/24", Ok(())),
            ("10.0.0.1/16", Err(Exists)),
            ("10.0.0.0/24", Err(NotAHost)),
            ("10.0.0.255/24", Err(NotAHost)),
            ("10.0.1.0/31", Ok(())),
            ("10.0.1.2/32", Ok(())),
            ("0.0.0.0/0", Err(NotAHost)),
            ("0.1.2.3/8", Err(NotAHost)),
            ("127.0.0.2/8", Err(NotAHost)),
            ("224.0.0.5/24", Err(NotAHost)),
            ("240.0.0.1/24", Err(NotAHost)),
            ("255.255.255.255/32", Err(NotAHost)),
            ("2001:db8::1/64", Ok(())),
            ("ff02::1/64", Err(NotAHost)),
            ("::/128", Err(NotAHost)),
            ("::1/128", Err(NotAHost)),
        ];
        let mut addresses = Addresses::default();
        for (text, want) in rows {
            let net = text.parse().expect("a prefix");
            assert_eq!(addresses.add(InterfaceId(1), net), want, "{text}");
        }
        assert!(addresses.is_broadcast(Ipv4Addr::new(10, 0, 0, 255)));
        assert!(addresses.is_broadcast_on(Ipv4Addr::new(10, 0, 0, 255), InterfaceId(1)));
        assert!(!addresses.is_broadcast_on(Ipv4Addr::new(10, 0, 0, 255), InterfaceId(2)));
        assert!(!addresses.is_broadcast(Ipv4Addr::new(10, 0, 1, 1)), "rfc3021#2.1");
        assert!(addresses.is_own_on(Ipv4Addr::new(10, 0, 0, 1), InterfaceId(1)));
        assert!(!addresses.is_own_on(Ipv4Addr::new(10, 0, 0, 1), InterfaceId(2)));
        assert!(!addresses.is_own_on(Ipv4Addr::new(10, 0, 0, 9), InterfaceId(1)));
        let net = "10.0.0.1/24".parse().expect("a prefix");
        assert_eq!(addresses.remove(InterfaceId(2), net), Err(AddressError::Absent));
        assert_eq!(addresses.remove(InterfaceId(1), net), Ok(()));
        assert!(!addresses.is_broadcast(Ipv4Addr::new(10, 0, 0, 255)));
    }
}
