//! A packet of our own: to whom, by which way, from which address; then the header.
//!
//! Identification: see `ids`. RFC 6864 section 4.3 wants those of packets that may be cut unique per
//! pair and protocol for as long as packets live; whoever sends faster than that forbids fragments.
//!
//! Absent: sending to groups, options of our own (an echo reply carries those of its request), IPv6.

use crate::icmp::shorten_head;
use crate::memory::Way;
use crate::reasons::{
    OutputFull, SendBadDestination, SendBadSource, SendNoRoute, TooBig as TooBigReason,
};
use crate::receive::end_frame;
use crate::{Ip, Path, Protocol, fragments, martians};
use base::{Frame, InterfaceId};
use core::fmt;
use core::net::{IpAddr, Ipv4Addr};
use trace::Cx;
use wire::ipv4::{HEADER_LEN, Header};

/// A packet of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// A fixed source address (one of ours, or 0.0.0.0 to 255.255.255.255), or chosen by the route.
    pub source: Option<IpAddr>,
    /// To whom.
    pub destination: IpAddr,
    /// What it carries.
    pub protocol: Protocol,
    /// Time to live (`None`: the machine's default; 0 is sent as 1).
    pub ttl: Option<u8>,
    /// Type of service and ECN.
    pub tos: u8,
    /// May no router cut it?
    pub dont_fragment: bool,
    /// Only by this interface.
    pub interface: Option<InterfaceId>,
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

/// Why a packet of our own was not sent; the frame was ended with the same reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// No route.
    NoRoute,
    /// The source address is not ours, or there is none.
    BadSource,
    /// Nobody can have that destination, or this machine cannot send there (groups, IPv6).
    BadDestination,
    /// Longer than the path takes and not to be cut, or longer than any packet.
    TooBig {
        /// The longest packet.
        mtu: u16,
    },
}
impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendError::NoRoute => f.write_str("no route to the destination"),
            SendError::BadSource => f.write_str("no address to send from"),
            SendError::BadDestination => f.write_str("not a destination that can be sent to"),
            SendError::TooBig { mtu } => write!(f, "longer than the {mtu} octets that fit"),
        }
    }
}
impl core::error::Error for SendError {}

impl Ip {
    /// Sends a packet of our own (`frame`: the transport header and what follows, its journey set):
    /// finds the way and puts the IP header before it. Of a packet that had to be cut the first
    /// piece is returned and the others come out of [`Ip::poll_packet`].
    ///
    /// # Errors
    /// [`SendError`]; the frame was ended with that reason.
    #[inline] // what it answers is made where it is wanted
    pub fn send(
        &mut self,
        cx: &mut Cx,
        packet: &Packet,
        frame: Frame,
    ) -> Result<Outgoing, SendError> {
        self.send_with(cx, packet, &[], frame)
    }

    /// The same, with options, padded to words.
    #[inline]
    pub(crate) fn send_with(
        &mut self,
        cx: &mut Cx,
        packet: &Packet,
        options: &[u8],
        mut frame: Frame,
    ) -> Result<Outgoing, SendError> {
        let way = match self.memory.way(packet) {
            Some(way) => *way,
            None => match self.find_way(packet) {
                Ok(way) => {
                    self.memory.keep_way(packet, way);
                    way
                }
                Err(error) => return refuse(cx, packet, frame, error),
            },
        };
        if let Some(error) = too_big(packet, options.len() + frame.len(), way.path.mtu) {
            return refuse(cx, packet, frame, error);
        }
        shorten_head(&mut frame, options.len());
        let (src, dst) = (Ipv4Addr::from_bits(way.src), Ipv4Addr::from_bits(way.dst));
        let id = self.identification(src, dst, packet.protocol, packet.dont_fragment);
        let header_len = HEADER_LEN + options.len();
        let header = Header {
            header_len: header_len as u8,
            tos: packet.tos,
            total_len: (header_len + frame.len()) as u16,
            id,
            dont_fragment: packet.dont_fragment,
            more_fragments: false,
            fragment_offset: 0,
            //= rfc1122#3.2.1.7 never 0
            ttl: packet.ttl.unwrap_or(self.config.default_ttl).max(1),
            protocol: packet.protocol,
            src,
            dst,
        };
        fragments::emit_with_options(&header, options, frame.prepend(header_len));
        frame.meta_mut().interface = way.path.interface;
        if header.total_len > way.path.mtu {
            let Way { path, broadcast, .. } = way;
            frame = self.fragment(cx, &header, frame, path, broadcast);
            return Ok(Outgoing { path, frame, broadcast });
        }
        Ok(Outgoing { path: way.path, frame, broadcast: way.broadcast })
    }

    pub(crate) fn find_way(&self, packet: &Packet) -> Result<Way, SendError> {
        let (path, broadcast, dst) = self.way(packet)?;
        let source = packet.source.unwrap_or(path.source);
        let IpAddr::V4(src) = source else { return Err(SendError::BadSource) };
        let nobody_yet = src.is_unspecified() && dst.is_broadcast();
        //= rfc1122#3.2.1.3 (g) loopback addresses stay inside
        let leaks = src.is_loopback() && path.interface != InterfaceId::LOOPBACK;
        if !(nobody_yet || self.addresses.is_own(source)) || leaks {
            return Err(SendError::BadSource);
        }
        Ok(Way { path, broadcast, src: src.to_bits(), dst: dst.to_bits() })
    }

    /// The way, whether it is to everybody, and the destination.
    fn way(&self, packet: &Packet) -> Result<(Path, bool, Ipv4Addr), SendError> {
        let IpAddr::V4(dst) = packet.destination else { return Err(SendError::BadDestination) };
        if dst.is_broadcast() {
            let path = self.way_to_everybody(packet).ok_or(SendError::NoRoute)?;
            return Ok((path, true, dst));
        }
        let own = self.addresses.is_own(packet.destination);
        if dst.is_multicast() || (martians::bad_destination(dst).is_some() && !own) {
            return Err(SendError::BadDestination);
        }
        let path = match packet.interface {
            Some(interface) if !own => {
                self.routes.lookup_by(interface, packet.destination, self.around())
            }
            _ => self.lookup(0, packet.destination, packet.source, None, 0),
        };
        let path = path.ok_or(SendError::NoRoute)?;
        Ok((path, self.addresses.is_broadcast_on(dst, path.interface) && !own, dst))
    }

    /// 255.255.255.255 goes by the interface asked for, or the source address's, or the one of the
    /// default route, or the first that is up.
    fn way_to_everybody(&self, packet: &Packet) -> Option<Path> {
        let by_source = || {
            let source = packet.source?;
            self.addresses.iter().find(|view| view.address.addr() == source)
        };
        let interface = packet
            .interface
            .or_else(|| by_source().map(|view| view.interface))
            .or_else(|| self.routes.lookup(Ipv4Addr::BROADCAST.into()).map(|path| path.interface))
            .or_else(|| {
                let wired = |id: &InterfaceId| *id != InterfaceId::LOOPBACK;
                let mut up = self.interfaces.iter().filter(|(id, config)| wired(id) && config.up);
                up.next().map(|(id, _)| *id)
            })?;
        let mtu = self.interfaces.get(&interface).filter(|config| config.up)?.mtu;
        let all = Ipv4Addr::BROADCAST.into();
        let source = self.addresses.source(interface, all);
        let source = source.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        Some(Path { interface, next_hop: all, source, mtu })
    }

    /// Puts a packet where [`Ip::poll_packet`] finds it.
    pub(crate) fn queue(&mut self, cx: &mut Cx, dst: IpAddr, outgoing: Outgoing) {
        if self.output.len() < Self::OUTPUT {
            self.output.push_back(outgoing);
        } else {
            end_frame(cx, outgoing.frame, OutputFull { dst, bound: Self::OUTPUT });
        }
    }
}

/// Is a packet with so many octets after the header too long for any packet, or for its way?
#[inline]
fn too_big(packet: &Packet, octets: usize, mtu: u16) -> Option<SendError> {
    let total = HEADER_LEN + octets;
    if total > usize::from(u16::MAX) {
        return Some(SendError::TooBig { mtu: u16::MAX });
    }
    let cut = total > usize::from(mtu);
    (cut && packet.dont_fragment).then_some(SendError::TooBig { mtu })
}

/// Ends a packet that cannot be sent.
#[cold]
fn refuse(
    cx: &mut Cx,
    packet: &Packet,
    frame: Frame,
    error: SendError,
) -> Result<Outgoing, SendError> {
    let dst = packet.destination;
    let octets = HEADER_LEN + frame.len();
    match error {
        SendError::NoRoute => end_frame(cx, frame, SendNoRoute { dst }),
        SendError::BadSource => end_frame(cx, frame, SendBadSource { dst }),
        SendError::BadDestination => end_frame(cx, frame, SendBadDestination { dst }),
        SendError::TooBig { mtu } => end_frame(cx, frame, TooBigReason { dst, octets, mtu }),
    }
    Err(error)
}

/// The least MTU an interface can have.
pub(crate) fn held_to_least(mtu: u16) -> u16 {
    mtu.max(fragments::LEAST_MTU)
}
