//! Routes: the list that people edit, and the trie that packets ask.
//!
//! ```text
//!   list (sorted: prefix, metric, interface, router) --best usable of each prefix--> trie --> Path
//! ```
//!
//! The longest matching prefix wins (RFC 1122 section 3.3.1, RFC 1812 section 5.2.4.3); within a
//! prefix the smallest metric. A route is usable while its interface is up and its router lies on a
//! network of that interface. A lookup walks the trie once, allocates nothing and follows no second
//! pointer: source and MTU are worked out when something changes. A machine with a handful of IPv4
//! prefixes (nearly every host) asks a short sorted list instead, which costs a tenth of the walk.
//!
//! Invariant (`against_a_naive_list` tests it): the trie answers what a scan over the list answers.
//! Absent: routing by type of service, several routes at once (ECMP), policy tables.

use crate::InterfaceConfig;
use crate::addresses::Addresses;
use crate::martians;
use base::InterfaceId;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use prefix_trie::PrefixMap;
use std::collections::BTreeMap;

/// A route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route {
    /// For which destinations.
    pub destination: IpNet,
    /// The next router; `None`: the destination itself is on the link.
    pub via: Option<IpAddr>,
    /// By which interface.
    pub interface: InterfaceId,
    /// The smaller, the better.
    pub metric: u32,
    /// The source address to prefer.
    pub source: Option<IpAddr>,
}

/// One line of the route table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteView {
    /// The route.
    pub route: Route,
    /// Did it come with an address?
    pub connected: bool,
    /// Is it the one that packets for exactly this prefix take now?
    pub active: bool,
}

/// Why a route was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteError {
    /// No such interface.
    NoInterface,
    /// It is there already.
    Exists,
    /// It is not there, or came with an address.
    Absent,
    /// The router is not on a network of the interface.
    RouterNotOnLink,
    /// The router's address is of another family, our own, or names no single host.
    BadRouter,
    /// The table is full.
    Full,
}
impl fmt::Display for RouteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RouteError::NoInterface => "there is no such interface",
            RouteError::Exists => "the route is there already",
            RouteError::Absent => "there is no such route",
            RouteError::RouterNotOnLink => "the router is not on a network of that interface",
            RouteError::BadRouter => "that address cannot be a router for this route",
            RouteError::Full => "the route table is full",
        })
    }
}
impl core::error::Error for RouteError {}

/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    /// By which interface.
    pub interface: InterfaceId,
    /// Whose link address is needed.
    pub next_hop: IpAddr,
    /// Our address towards there (unspecified when the interface has none).
    pub source: IpAddr,
    /// The longest packet in octets.
    pub mtu: u16,
}

/// What the list is sorted by.
type Key = (IpNet, u32, InterfaceId, Option<IpAddr>);

#[derive(Clone, Copy, Debug)]
struct Line {
    source: Option<IpAddr>,
    connected: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hop {
    interface: InterfaceId,
    via: Option<IpAddr>,
    source: IpAddr,
    mtu: u16,
}

/// A prefix of IPv4 in plain numbers.
#[derive(Clone, Copy, Debug)]
struct Short {
    mask: u32,
    network: u32,
    hop: Hop,
}

/// What routes depend on.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) interfaces: &'a BTreeMap<InterfaceId, InterfaceConfig>,
    pub(crate) addresses: &'a Addresses,
}

/// The route table of one machine.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    list: BTreeMap<Key, Line>,
    v4: PrefixMap<Ipv4Net, Hop>,
    /// All of `v4`, longest prefix first, where there are no more than [`Routes::FEW`]; else empty.
    few: Vec<Short>,
    v6: PrefixMap<Ipv6Net, Hop>,
}

impl Routes {
    /// Routes at most: more than the whole internet of today has.
    const CAPACITY: usize = 1 << 21;
    /// Up to so many prefixes a list is faster than the trie.
    const FEW: usize = 8;

    pub(crate) fn add(&mut self, route: Route, around: Around<'_>) -> Result<(), RouteError> {
        if !around.interfaces.contains_key(&route.interface) {
            return Err(RouteError::NoInterface);
        }
        if let Some(via) = route.via {
            check_router(route, via, around)?;
        }
        let key = key(&route);
        if self.list.contains_key(&key) {
            return Err(RouteError::Exists);
        }
        if self.list.len() >= Self::CAPACITY {
            return Err(RouteError::Full);
        }
        self.list.insert(key, Line { source: route.source, connected: false });
        self.refresh(key.0, around);
        Ok(())
    }

    pub(crate) fn remove(&mut self, route: Route, around: Around<'_>) -> Result<(), RouteError> {
        let key = key(&route);
        match self.list.get(&key) {
            Some(line) if !line.connected => {
                self.list.remove(&key);
                self.refresh(key.0, around);
                Ok(())
            }
            _ => Err(RouteError::Absent),
        }
    }

    /// Addresses or interfaces changed: connected routes and the trie are made anew.
    pub(crate) fn refresh_all(&mut self, around: Around<'_>) {
        self.list.retain(|_, line| !line.connected);
        for view in around.addresses.iter().filter(|view| view.interface != InterfaceId::LOOPBACK) {
            let key = (view.address.trunc(), 0, view.interface, None);
            self.list
                .entry(key)
                .or_insert(Line { source: Some(view.address.addr()), connected: true });
        }
        (self.v4, self.v6) = (PrefixMap::new(), PrefixMap::new());
        self.few.clear();
        let mut prefixes: Vec<IpNet> = self.list.keys().map(|key| key.0).collect();
        prefixes.dedup();
        for prefix in prefixes {
            self.refresh(prefix, around);
        }
    }

    /// The routes in the list's order.
    pub(crate) fn views(&self, around: Around<'_>) -> Vec<RouteView> {
        let view = |(key, line): (&Key, &Line)| {
            let &(destination, metric, interface, via) = key;
            let route = Route { destination, via, interface, metric, source: line.source };
            let active = self.best(destination, around).is_some_and(|(best, _)| best == *key);
            RouteView { route, connected: line.connected, active }
        };
        self.list.iter().map(view).collect()
    }

    /// Where packets for `destination` go.
    #[inline]
    pub(crate) fn lookup(&self, destination: IpAddr) -> Option<Path> {
        let hop = match destination {
            IpAddr::V4(v4) if !self.few.is_empty() => {
                let bits = v4.to_bits();
                &self.few.iter().find(|short| bits & short.mask == short.network)?.hop
            }
            IpAddr::V4(v4) => self.v4.get_lpm(&Ipv4Net::from(v4))?.1,
            IpAddr::V6(v6) => self.v6.get_lpm(&Ipv6Net::from(v6))?.1,
        };
        Some(hop.towards(destination))
    }

    /// The same by one interface only, for a socket that is bound to it: a walk over the prefix
    /// lengths of the list, at most 33 (129) steps.
    pub(crate) fn lookup_by(
        &self,
        interface: InterfaceId,
        destination: IpAddr,
        around: Around<'_>,
    ) -> Option<Path> {
        let longest = if destination.is_ipv4() { 32 } else { 128 };
        (0..=longest).rev().find_map(|len| {
            let prefix = IpNet::new(destination, len).ok()?.trunc();
            let (key, line) =
                self.of(prefix).find(|(key, _)| key.2 == interface && is_usable(key, around))?;
            Some(hop(key, line, around)?.towards(destination))
        })
    }

    /// The lines of one prefix, best first.
    fn of(&self, prefix: IpNet) -> impl Iterator<Item = (&Key, &Line)> {
        let start: Key = (prefix, 0, InterfaceId(0), None);
        self.list.range(start..).take_while(move |(key, _)| key.0 == prefix)
    }

    fn best(&self, prefix: IpNet, around: Around<'_>) -> Option<(Key, Hop)> {
        let (key, line) = self.of(prefix).find(|(key, _)| is_usable(key, around))?;
        Some((*key, hop(key, line, around)?))
    }

    fn refresh(&mut self, prefix: IpNet, around: Around<'_>) {
        let best = self.best(prefix, around).map(|(_, hop)| hop);
        match (prefix, best) {
            (IpNet::V4(net), Some(hop)) => drop(self.v4.insert(net, hop)),
            (IpNet::V6(net), Some(hop)) => drop(self.v6.insert(net, hop)),
            (IpNet::V4(net), None) => drop(self.v4.remove(&net)),
            (IpNet::V6(net), None) => drop(self.v6.remove(&net)),
        }
        self.list_few();
    }

    fn list_few(&mut self) {
        self.few.clear();
        if self.v4.len() > Self::FEW {
            return;
        }
        let short = |(net, hop): (Ipv4Net, &Hop)| Short {
            mask: net.netmask().to_bits(),
            network: net.network().to_bits(),
            hop: *hop,
        };
        self.few.extend(self.v4.iter().map(short));
        self.few.sort_by_key(|short| core::cmp::Reverse(short.mask));
    }
}

impl Hop {
    #[inline]
    fn towards(&self, destination: IpAddr) -> Path {
        Path {
            interface: self.interface,
            next_hop: self.via.unwrap_or(destination),
            source: self.source,
            mtu: self.mtu,
        }
    }
}

fn key(route: &Route) -> Key {
    (route.destination.trunc(), route.metric, route.interface, route.via)
}

fn check_router(route: Route, via: IpAddr, around: Around<'_>) -> Result<(), RouteError> {
    let family = via.is_ipv4() == route.destination.addr().is_ipv4();
    let host = match via {
        IpAddr::V4(v4) => martians::names_a_host(v4) && !around.addresses.is_broadcast(v4),
        IpAddr::V6(v6) => !v6.is_multicast() && !v6.is_unspecified(),
    };
    if !family || !host || around.addresses.is_own(via) {
        return Err(RouteError::BadRouter);
    }
    if !is_on_link(route.interface, via, around) {
        return Err(RouteError::RouterNotOnLink);
    }
    Ok(())
}

fn is_on_link(interface: InterfaceId, address: IpAddr, around: Around<'_>) -> bool {
    around.addresses.of(interface).any(|net| net.contains(&address))
}

fn is_usable(key: &Key, around: Around<'_>) -> bool {
    let up = around.interfaces.get(&key.2).is_some_and(|interface| interface.up);
    //= rfc1122#3.3.1.2 the router must be on a network that we are on
    up && key.3.is_none_or(|via| is_on_link(key.2, via, around))
}

fn hop(key: &Key, line: &Line, around: Around<'_>) -> Option<Hop> {
    let &(prefix, _, interface, via) = key;
    let mtu = around.interfaces.get(&interface)?.mtu;
    let unspecified: IpAddr = match prefix {
        IpNet::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpNet::V6(_) => core::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    let source = line
        .source
        .filter(|&source| around.addresses.is_own(source))
        .or_else(|| around.addresses.source(interface, via.unwrap_or(prefix.network())))
        .unwrap_or(unspecified);
    Some(Hop { interface, via, source, mtu })
}

#[cfg(test)]
#[path = "routes_test.rs"]
mod tests;
