//! The network layer: addresses, routes, forwarding, ICMP.
#![allow(unused_variables, clippy::todo, dead_code)]
pub mod reasons;
use base::{Frame, Instant, InterfaceId, Random};
use core::net::IpAddr;
pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use trace::Cx;
pub use wire::icmpv4::Unreachable;
pub use wire::ipv4::Protocol;

/// Settings of one machine's network layer.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Is it a router?
    pub forwarding: bool,
    /// TTL of own packets.
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
    /// The longest packet in octets.
    pub mtu: u16,
    /// Can it send?
    pub up: bool,
}
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
    /// Is it the one that packets take?
    pub active: bool,
}
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
    /// It is there already.
    Exists,
    /// It is not there.
    Absent,
    /// It names no single host.
    NotAHost,
}
/// Why a route was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteError {
    /// No such interface.
    NoInterface,
    /// It is there already.
    Exists,
    /// It is not there.
    Absent,
    /// The router is not on a network of the interface.
    RouterNotOnLink,
    /// The router's address is of another family, or names no single host.
    BadRouter,
}
/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    /// By which interface.
    pub interface: InterfaceId,
    /// Whose link address is needed.
    pub next_hop: IpAddr,
    /// Our address towards there (unspecified when the interface has none).
    pub source: IpAddr,
    /// The longest packet.
    pub mtu: u16,
}
/// A packet for this machine, its header read and stripped.
#[derive(Debug)]
pub struct Datagram {
    /// From whom.
    pub src: IpAddr,
    /// To whom.
    pub dst: IpAddr,
    /// What it carries.
    pub protocol: Protocol,
    /// Time to live left.
    pub ttl: u8,
    /// Type of service and ECN.
    pub tos: u8,
    /// By which interface it came.
    pub interface: InterfaceId,
    /// Was it for everybody (by link or by IP)?
    pub broadcast: bool,
    /// Octets of the header that was stripped.
    pub header_len: u8,
    /// At the transport header, without padding.
    pub frame: Frame,
}
/// A packet to be sent.
#[derive(Debug)]
pub struct Outgoing {
    /// Where to.
    pub path: Path,
    /// At the IP header.
    pub frame: Frame,
    /// To everybody on the link?
    pub broadcast: bool,
}
/// What became of a packet that came in.
#[derive(Debug)]
#[must_use]
pub enum Verdict {
    /// For us.
    Deliver(Datagram),
    /// To be sent on.
    Forward(Outgoing),
    /// The frame was ended (or kept for reassembly).
    Ended,
}
/// A packet of our own.
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    /// A fixed source address, or chosen by the route.
    pub source: Option<IpAddr>,
    /// To whom.
    pub destination: IpAddr,
    /// What it carries.
    pub protocol: Protocol,
    /// Time to live (`None`: the machine's default).
    pub ttl: Option<u8>,
    /// Type of service and ECN.
    pub tos: u8,
    /// May no router cut it?
    pub dont_fragment: bool,
    /// Only by this interface.
    pub interface: Option<InterfaceId>,
}
/// Why a packet of our own was not sent; the frame was ended with the same reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// No route.
    NoRoute,
    /// Our source address is not ours, or there is none.
    BadSource,
    /// Nobody can have that destination.
    BadDestination,
    /// Longer than the path takes, and not to be cut.
    TooBig {
        /// The longest packet.
        mtu: u16,
    },
}
/// What an ICMP error says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpErrorKind {
    /// Type 3.
    Unreachable(Unreachable),
    /// Type 11.
    TimeExceeded {
        /// While putting fragments together, not on the way.
        reassembly: bool,
    },
    /// Type 12.
    ParameterProblem {
        /// Which octet.
        pointer: u8,
    },
}
/// The packet of ours that an ICMP error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Our address.
    pub src: IpAddr,
    /// Where it was going.
    pub dst: IpAddr,
    /// What it carried.
    pub protocol: Protocol,
    /// The first octets of what it carried: ports, TCP sequence number, ICMP id.
    pub first8: [u8; 8],
}
/// An ICMP error about a packet of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcmpError {
    /// What it says.
    pub kind: IcmpErrorKind,
    /// Who says so.
    pub from: IpAddr,
    /// About what.
    pub quoted: Quoted,
}
/// What became of an ICMP message.
#[derive(Debug)]
#[must_use]
pub enum IcmpOutcome {
    /// The frame was ended.
    Ended,
    /// The frame was ended; a socket should hear of the error.
    Error(IcmpError),
    /// For a raw socket; the owner ends the frame.
    Unclaimed(Datagram),
}

/// The network layer of one machine.
#[derive(Debug)]
pub struct Ip {}
impl Ip {
    /// No addresses, no routes but loopback's.
    pub fn new(config: Config, random: Random) -> Self {
        todo!()
    }
    /// Adds or changes an interface.
    pub fn set_interface(&mut self, interface: InterfaceId, config: InterfaceConfig) {
        todo!()
    }
    /// Adds an address and its connected route.
    pub fn add_address(
        &mut self,
        interface: InterfaceId,
        address: IpNet,
    ) -> Result<(), AddressError> {
        todo!()
    }
    /// Removes an address and its connected route.
    pub fn remove_address(
        &mut self,
        interface: InterfaceId,
        address: IpNet,
    ) -> Result<(), AddressError> {
        todo!()
    }
    /// The addresses, by interface and address.
    pub fn addresses(&self) -> Vec<AddressView> {
        todo!()
    }
    /// Adds a route.
    pub fn add_route(&mut self, route: Route) -> Result<(), RouteError> {
        todo!()
    }
    /// Removes a route.
    pub fn remove_route(&mut self, route: Route) -> Result<(), RouteError> {
        todo!()
    }
    /// The routes, sorted.
    pub fn routes(&self) -> Vec<RouteView> {
        todo!()
    }
    /// Is it a router?
    pub fn is_forwarding(&self) -> bool {
        todo!()
    }
    /// Makes it a router, or none.
    pub fn set_forwarding(&mut self, forwarding: bool) {
        todo!()
    }
    /// Where a packet for `destination` goes.
    pub fn lookup(
        &self,
        table: u8,
        destination: IpAddr,
        source: Option<IpAddr>,
        incoming: Option<InterfaceId>,
        mark: u32,
    ) -> Option<Path> {
        todo!()
    }
    /// Is it one of our addresses?
    pub fn is_local(&self, address: IpAddr) -> bool {
        todo!()
    }
    /// A packet came in (`frame`: at the IP header).
    pub fn handle_packet(
        &mut self,
        cx: &mut Cx,
        interface: InterfaceId,
        link_broadcast: bool,
        frame: Frame,
    ) -> Verdict {
        todo!()
    }
    /// A packet of our own.
    pub fn send(
        &mut self,
        cx: &mut Cx,
        packet: Packet,
        frame: Frame,
    ) -> Result<Outgoing, SendError> {
        todo!()
    }
    /// An ICMP message for us.
    pub fn handle_icmp(&mut self, cx: &mut Cx, datagram: Datagram) -> IcmpOutcome {
        todo!()
    }
    /// Tells the sender of a delivered datagram that nobody wants it; the caller ends the datagram.
    pub fn reject(&mut self, cx: &mut Cx, datagram: &Datagram, why: Unreachable) {
        todo!()
    }
    /// No neighbour answers for this packet (`frame`: at the IP header); ends it.
    pub fn unreachable(&mut self, cx: &mut Cx, frame: Frame) {
        todo!()
    }
    /// Replies, errors and fragments to be sent.
    pub fn poll_packet(&mut self, cx: &mut Cx) -> Option<Outgoing> {
        todo!()
    }
    /// When to call `handle_timeout`.
    pub fn next_deadline(&self) -> Option<Instant> {
        todo!()
    }
    /// Time has passed.
    pub fn handle_timeout(&mut self, cx: &mut Cx) {
        todo!()
    }
    /// Frames that wait here.
    pub fn held(&self) -> usize {
        todo!()
    }
}
