//! The network layer of one machine: addresses, routes, forwarding, ICMP, fragments (RFC 791, RFC
//! 792, RFC 1122 section 3, RFC 1812).
//!
//! ```text
//!            handle_packet                          send
//!    link ----------------> receive -> Deliver      <----- transport
//!                             |                        |
//!                             v                        v
//!                  forward (a router) ------> routes: longest prefix
//!                             |                        |
//!    link <-------------- Outgoing <-------------------+
//!    link <-------------- poll_packet: echo replies, errors, further fragments
//! ```
//!
//! | room | what lives there |
//! |---|---|
//! | [`addresses`] | which addresses are ours, which mean everybody |
//! | [`routes`] | the list of routes and its trie |
//! | [`receive`] | what comes in: sound? possible? whose? |
//! | `martians` | addresses that no packet on a wire may have |
//! | `memory` | what the last packet taught, until something changes |
//! | `options` | source routes refused, malformed options found, record route and timestamp written |
//! | [`forward`](Ip::handle_packet) | a router's part: TTL, lookup, size |
//! | [`send`] | packets of our own |
//! | `fragments`, `reassembly` | cutting and putting together |
//! | `ids` | the numbers by which pieces find together |
//! | [`icmp`] | echo, errors told and heard; `limits` holds them back |
//! | [`reasons`] | why a packet went where it went |
//!
//! [`Ip`] is a plain value: calls go in, values come out. After every call, call
//! [`Ip::poll_packet`] until `None`; at [`Ip::next_deadline`] call [`Ip::handle_timeout`].
//!
//! Absent so far, each with its reason at its room: IPv6 packets (addresses and routes know the
//! family, packets are dropped with a reason), groups (IGMP), redirects, policy tables, a cache of
//! path MTUs (TCP keeps its own), source routing, filter and NAT.

pub mod addresses;
mod forward;
mod fragments;
pub mod icmp;
mod ids;
mod limits;
mod martians;
mod memory;
mod options;
pub mod reasons;
mod reassembly;
pub mod receive;
pub mod routes;
pub mod send;

pub use addresses::{AddressError, AddressView};
pub use icmp::{IcmpError, IcmpErrorKind, IcmpOutcome, LONGEST_HEAD, Quoted};
pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};
pub use receive::{Datagram, Verdict};
pub use routes::{Path, Route, RouteError, RouteView};
pub use send::{Outgoing, Packet, SendError};
pub use wire::icmpv4::Unreachable;
pub use wire::ipv4::Protocol;

use base::{Instant, InterfaceId, Random};
use core::net::{IpAddr, Ipv4Addr};
use limits::TokenBucket;
use std::collections::{BTreeMap, VecDeque};
use trace::Cx;
use wire::icmpv4;

/// Settings of one machine's network layer.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Is it a router?
    pub forwarding: bool,
    /// TTL of own packets (RFC 1122 section 3.2.1.7; 64 is today's number).
    pub default_ttl: u8,
    /// ICMP errors a second.
    pub icmp_rate: u32,
    /// ICMP errors at once.
    pub icmp_burst: u32,
}
impl Default for Config {
    fn default() -> Self {
        Config { forwarding: false, default_ttl: 64, icmp_rate: 1000, icmp_burst: 50 }
    }
}

/// What the layer needs to know of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceConfig {
    /// The longest packet in octets; less than 68 is taken as 68 (RFC 791 section 3.2).
    pub mtu: u16,
    /// Can it send?
    pub up: bool,
}

/// The network layer of one machine.
#[derive(Debug)]
pub struct Ip {
    config: Config,
    interfaces: BTreeMap<InterfaceId, InterfaceConfig>,
    addresses: addresses::Addresses,
    routes: routes::Routes,
    memory: memory::Memory,
    limiter: TokenBucket,
    reassembly: reassembly::Reassembly,
    output: VecDeque<Outgoing>,
    ids: ids::Ids,
}

impl Ip {
    /// Packets of this layer's own that may wait to be sent.
    const OUTPUT: usize = 512;

    /// A machine with loopback (127.0.0.1/8) and nothing else.
    pub fn new(config: Config, mut random: Random) -> Self {
        let mut ip = Ip {
            config,
            interfaces: BTreeMap::new(),
            addresses: addresses::Addresses::default(),
            routes: routes::Routes::default(),
            memory: memory::Memory::default(),
            limiter: TokenBucket::new(config.icmp_rate, config.icmp_burst),
            reassembly: reassembly::Reassembly::default(),
            output: VecDeque::new(),
            ids: ids::Ids::new(&mut random),
        };
        ip.set_interface(InterfaceId::LOOPBACK, InterfaceConfig { mtu: u16::MAX, up: true });
        if let Ok(net) = Ipv4Net::new(Ipv4Addr::LOCALHOST, 8) {
            // It cannot fail on a machine without addresses.
            let _ = ip.add_address(InterfaceId::LOOPBACK, net.into());
        }
        ip
    }

    /// Adds or changes an interface; routes by an interface that is down are not taken.
    pub fn set_interface(&mut self, interface: InterfaceId, config: InterfaceConfig) {
        let config = InterfaceConfig { mtu: send::held_to_least(config.mtu), ..config };
        if self.interfaces.insert(interface, config) != Some(config) {
            self.refresh();
        }
    }

    /// Adds an address and its connected route.
    ///
    /// # Errors
    /// [`AddressError`]; nothing was changed.
    pub fn add_address(
        &mut self,
        interface: InterfaceId,
        address: IpNet,
    ) -> Result<(), AddressError> {
        if !self.interfaces.contains_key(&interface) {
            return Err(AddressError::NoInterface);
        }
        self.addresses.add(interface, address)?;
        self.refresh();
        Ok(())
    }

    /// Removes an address and its connected route.
    ///
    /// # Errors
    /// [`AddressError::Absent`].
    pub fn remove_address(
        &mut self,
        interface: InterfaceId,
        address: IpNet,
    ) -> Result<(), AddressError> {
        self.addresses.remove(interface, address)?;
        self.refresh();
        Ok(())
    }

    /// The addresses, by interface and address.
    pub fn addresses(&self) -> Vec<AddressView> {
        self.addresses.iter().collect()
    }

    /// Adds a route.
    ///
    /// # Errors
    /// [`RouteError`]; nothing was changed.
    pub fn add_route(&mut self, route: Route) -> Result<(), RouteError> {
        self.memory.forget();
        let around = routes::Around { interfaces: &self.interfaces, addresses: &self.addresses };
        self.routes.add(route, around)
    }

    /// Removes a route that was added (`source` does not matter); connected ones go with their
    /// address.
    ///
    /// # Errors
    /// [`RouteError::Absent`].
    pub fn remove_route(&mut self, route: Route) -> Result<(), RouteError> {
        self.memory.forget();
        let around = routes::Around { interfaces: &self.interfaces, addresses: &self.addresses };
        self.routes.remove(route, around)
    }

    /// The routes, by prefix and metric.
    pub fn routes(&self) -> Vec<RouteView> {
        self.routes.views(self.around())
    }

    /// Is it a router?
    pub fn is_forwarding(&self) -> bool {
        self.config.forwarding
    }
    /// Makes it a router, or none.
    pub fn set_forwarding(&mut self, forwarding: bool) {
        self.config.forwarding = forwarding;
    }

    /// Where a packet for `destination` goes. Only table 0 exists; `source`, `incoming` and `mark`
    /// will choose the table when there are rules.
    #[inline]
    pub fn lookup(
        &self,
        table: u8,
        destination: IpAddr,
        source: Option<IpAddr>,
        incoming: Option<InterfaceId>,
        mark: u32,
    ) -> Option<Path> {
        let _ = (source, incoming, mark);
        if table != 0 {
            return None;
        }
        if self.addresses.is_own(destination) {
            return Some(Path {
                interface: InterfaceId::LOOPBACK,
                next_hop: destination,
                source: match destination {
                    IpAddr::V4(v4) if v4.is_loopback() => Ipv4Addr::LOCALHOST.into(),
                    other => other,
                },
                mtu: u16::MAX,
            });
        }
        self.routes.lookup(destination)
    }

    /// Is it one of our addresses?
    #[inline]
    pub fn is_local(&self, address: IpAddr) -> bool {
        self.addresses.is_own(address)
    }

    /// Is it an address of this very interface?
    pub fn is_on(&self, address: Ipv4Addr, interface: InterfaceId) -> bool {
        self.addresses.is_own_on(address, interface)
    }

    /// Our address on this interface towards `towards`: one in the same network if there is one.
    pub fn source_on(&self, interface: InterfaceId, towards: IpAddr) -> Option<IpAddr> {
        self.addresses.source(interface, towards)
    }

    /// Does it mean everybody on some link of ours (255.255.255.255 included)?
    pub fn is_broadcast(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => v4.is_broadcast() || self.addresses.is_broadcast(v4),
            IpAddr::V6(_) => false,
        }
    }

    /// The source of a packet to `destination` (`wanted`: asked for), where the last packet has shown
    /// it: then there is a way, and the address is ours. `None`: ask [`Ip::lookup`].
    #[inline]
    pub fn remembered_source(&self, destination: IpAddr, wanted: Option<IpAddr>) -> Option<IpAddr> {
        self.memory.source(destination, wanted)
    }

    /// Grows whenever an address, a route or an interface changes: what was learned before about the
    /// way of packets may be wrong now.
    #[inline]
    pub fn changes(&self) -> u64 {
        self.memory.changes()
    }

    /// The identification of a packet of our own.
    #[inline]
    pub fn identification(
        &mut self,
        src: Ipv4Addr,
        dst: Ipv4Addr,
        protocol: Protocol,
        dont_fragment: bool,
    ) -> u16 {
        //= rfc6864#4.1 what nobody may cut needs no number
        if dont_fragment { 0 } else { self.ids.next(src, dst, protocol) }
    }

    /// Replies, errors and fragments to be sent; `None`: nothing left.
    #[inline]
    pub fn poll_packet(&mut self, cx: &mut Cx) -> Option<Outgoing> {
        let _ = cx;
        self.output.pop_front()
    }

    /// When to call [`Ip::handle_timeout`] at the latest.
    #[inline]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.reassembly.next_deadline()
    }

    /// Time has passed: packets whose fragments did not come are given up.
    pub fn handle_timeout(&mut self, cx: &mut Cx) {
        while let Some(first) = self.reassembly.expire(cx) {
            //= rfc1122#3.3.2 the sender is told only when the first fragment is here to be quoted
            if let Some(about) = first {
                let message = icmpv4::Header::TimeExceeded { reassembly: true };
                self.report(cx, icmp::Error { about: &about, link_broadcast: false, message });
                cx.pool.recycle(about);
            }
        }
    }

    /// Frames that wait here: fragments, and packets for [`Ip::poll_packet`].
    pub fn held(&self) -> usize {
        self.reassembly.held() + self.output.len()
    }

    fn around(&self) -> routes::Around<'_> {
        routes::Around { interfaces: &self.interfaces, addresses: &self.addresses }
    }

    /// Interfaces or addresses have changed.
    fn refresh(&mut self) {
        self.memory.forget();
        let around = routes::Around { interfaces: &self.interfaces, addresses: &self.addresses };
        self.routes.refresh_all(around);
    }
}

#[cfg(test)]
#[path = "ip_test.rs"]
mod tests;

#[cfg(test)]
mod hostile_test;
