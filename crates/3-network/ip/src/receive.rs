//! A packet came in: is it sound, may it exist, and whose is it?
//!
//! ```text
//!   parse -> martians -> a group's? ---> dropped
//!                        another's? ---> options -> forward.rs (a router), dropped (a host)
//!                        everybody's? -> options -> Deliver
//!                        ours? --------> options -> fragments -> Deliver
//! ```
//!
//! What is wrong is dropped in silence on the wire (RFC 1122 section 3.2.1), with a reason in the
//! trace. Neither way copies the payload.

use crate::icmp::Error;
use crate::options::{Asks, Here, Options};
use crate::reasons::{
    BadOption, DirectedBroadcast, GroupNotJoined, Ipv6NotSpoken, LinkBroadcast, MalformedPacket,
    MartianDestination, MartianSource, NotForUs, Recorded, SourceRouted,
};
use crate::reassembly::Kept;
use crate::{Ip, Outgoing, Protocol, Unreachable, martians};
use base::{Frame, InterfaceId, checksum};
use core::net::{IpAddr, Ipv4Addr};
use trace::{Cx, Place, Reason};
use wire::icmpv4;
use wire::ipv4::{HEADER_LEN, Header};

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
    /// Octets of the header that was stripped; it still stands before the frame's head.
    pub header_len: u8,
    /// At the transport header, without padding.
    pub frame: Frame,
}

/// What became of a packet that came in.
#[derive(Debug)]
#[must_use]
pub enum Verdict {
    /// For us.
    Deliver(Datagram),
    /// To be sent on.
    Forward(Outgoing),
    /// The frame was ended (or is kept for reassembly).
    Ended,
}

/// Whose a packet is.
pub(crate) enum Whose {
    Ours,
    Everybodys,
    Groups,
    Anothers,
}

impl Ip {
    /// A packet came in (`frame`: at the IP header; `link_broadcast`: the frame that carried it was
    /// for everybody or for a group). When more than one packet goes on (fragments, errors), the
    /// rest comes out of [`Ip::poll_packet`].
    #[inline] // what it answers is made where it is wanted
    pub fn handle_packet(
        &mut self,
        cx: &mut Cx,
        interface: InterfaceId,
        link_broadcast: bool,
        mut frame: Frame,
    ) -> Verdict {
        frame.meta_mut().interface = interface;
        if let Some(expected) = self.expected(interface, &frame).filter(|_| !link_broadcast) {
            frame.truncate(usize::from(expected.total_len));
            return Verdict::Deliver(datagram(&expected, interface, false, frame));
        }
        let header = match read(&mut frame) {
            Ok(header) => header,
            Err(Unreadable::Version6) => return end(cx, frame, Ipv6NotSpoken {}),
            Err(Unreadable::Wrong(bad)) => {
                return end(cx, frame, MalformedPacket { field: bad.field, why: bad.why });
            }
        };
        //= rfc791#3.1 what the link added after the total length is not part of the packet
        frame.truncate(usize::from(header.total_len));
        let is_ours = self.memory.is_ours(&header, interface);
        if interface != InterfaceId::LOOPBACK && !is_ours {
            if let Some(why) = self.martian_source(&header) {
                return end(cx, frame, MartianSource { src: header.src.into(), why });
            }
            if let Some(why) = martians::bad_destination(header.dst) {
                return end(cx, frame, MartianDestination { dst: header.dst.into(), why });
            }
        }
        let dst = header.dst.into();
        let asks = asks(&header, &frame);
        let whose = if is_ours { Whose::Ours } else { self.whose(header.dst, interface) };
        let refused = match whose {
            Whose::Anothers => asks.refused_underway(),
            _ => asks != Asks::Nothing,
        };
        match whose {
            Whose::Groups => end(cx, frame, GroupNotJoined { dst }),
            //= rfc1122#3.3.6 nobody answers a unicast packet in a broadcast frame
            //= rfc1812#5.3.4 and no router forwards it
            Whose::Ours | Whose::Anothers if link_broadcast => {
                end(cx, frame, LinkBroadcast { dst })
            }
            //= rfc1122#3.2.1.3 a host drops in silence what is not for it
            Whose::Anothers if !self.config.forwarding => end(cx, frame, NotForUs { dst }),
            //= rfc2644#2 nor does a router pass on a broadcast of another network
            Whose::Anothers if self.addresses.is_broadcast(header.dst) => {
                end(cx, frame, DirectedBroadcast { dst })
            }
            _ if refused => {
                self.refuse_options(cx, &header, asks, link_broadcast, frame);
                Verdict::Ended
            }
            Whose::Anothers => match self.forward(cx, &header, frame) {
                Some(outgoing) => Verdict::Forward(outgoing),
                None => Verdict::Ended,
            },
            Whose::Everybodys => self.deliver(cx, interface, true, &header, frame),
            Whose::Ours => {
                self.memory.keep_ours(&header, interface);
                self.deliver(cx, interface, false, &header, frame)
            }
        }
    }

    /// The header of a packet of which nothing must be asked: between the addresses of the last one
    /// that was ours, whole, without options, sound.
    #[inline]
    fn expected(&self, interface: InterfaceId, frame: &Frame) -> Option<Header> {
        const WITHOUT_OPTIONS: u8 = 0x45;
        let octets = frame.head().first_chunk::<HEADER_LEN>()?;
        if octets[0] != WITHOUT_OPTIONS || checksum::checksum(octets) != 0 {
            return None;
        }
        let header = Header::read(octets).ok()?;
        let whole = !header.is_fragment() && usize::from(header.total_len) <= frame.len();
        (whole && self.memory.is_ours(&header, interface)).then_some(header)
    }

    pub(crate) fn whose(&self, dst: Ipv4Addr, interface: InterfaceId) -> Whose {
        if self.addresses.is_own(dst.into()) {
            Whose::Ours
        } else if dst.is_broadcast() || self.addresses.is_broadcast_on(dst, interface) {
            Whose::Everybodys
        } else if dst.is_multicast() {
            Whose::Groups
        } else {
            Whose::Anothers
        }
    }

    pub(crate) fn martian_source(&self, header: &Header) -> Option<&'static str> {
        let src = header.src;
        if let Some(why) = martians::bad_source(src, header.dst) {
            Some(why)
        } else if self.addresses.is_own(src.into()) {
            Some("our own")
        } else if self.addresses.is_broadcast(src) {
            //= rfc1122#3.2.1.3 (d) a broadcast address is never a source
            Some("broadcast")
        } else {
            None
        }
    }

    fn refuse_options(
        &mut self,
        cx: &mut Cx,
        header: &Header,
        asks: Asks,
        link_broadcast: bool,
        frame: Frame,
    ) {
        let src = header.src.into();
        if let Asks::Wrong { pointer } = asks {
            //= rfc1122#3.2.2.5
            let message = icmpv4::Header::ParameterProblem { code: 0, pointer };
            self.report(cx, Error { about: &frame, link_broadcast, message });
            return end_frame(cx, frame, BadOption { src, pointer });
        }
        let message = icmpv4::Header::DestinationUnreachable(Unreachable::SourceRouteFailed);
        self.report(cx, Error { about: &frame, link_broadcast, message });
        end_frame(cx, frame, SourceRouted { src });
    }

    /// Writes this machine into a packet's record route and timestamp (`frame`: at the IP header).
    #[inline]
    pub(crate) fn record(&self, cx: &mut Cx, header: &Header, frame: &mut Frame, here: Ipv4Addr) {
        let len = usize::from(header.header_len);
        if len > HEADER_LEN && self.is_local(here.into()) {
            self.record_in_options(cx, len, frame, here);
        }
    }

    #[cold]
    fn record_in_options(&self, cx: &mut Cx, len: usize, frame: &mut Frame, here: Ipv4Addr) {
        let is_ours = |address: Ipv4Addr| self.is_local(address.into());
        let ms = (cx.now().as_nanos() / 1_000_000) as u32;
        let Some(octets) = frame.head_mut().get_mut(..len) else { return };
        if (Here { address: here, ms, is_ours }).record(&mut octets[HEADER_LEN..]) {
            octets[10..12].fill(0);
            let sum = checksum::checksum(octets);
            octets[10..12].copy_from_slice(&sum.to_be_bytes());
            let meta = frame.meta();
            let recorded = Recorded { here: here.into() };
            cx.trace.emit(Place::Interface(meta.interface), meta.journey, recorded);
        }
    }

    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn deliver(
        &mut self,
        cx: &mut Cx,
        interface: InterfaceId,
        broadcast: bool,
        header: &Header,
        mut frame: Frame,
    ) -> Verdict {
        //= rfc1122#3.2.1.8 (e) the destination adds its time, before anybody above sees the packet
        self.record(cx, header, &mut frame, header.dst);
        if !header.is_fragment() {
            return Verdict::Deliver(datagram(header, interface, broadcast, frame));
        }
        match self.put_together(cx, interface, broadcast, header, frame) {
            Some(datagram) => Verdict::Deliver(datagram),
            None => Verdict::Ended,
        }
    }

    fn put_together(
        &mut self,
        cx: &mut Cx,
        interface: InterfaceId,
        broadcast: bool,
        fragment: &Header,
        frame: Frame,
    ) -> Option<Datagram> {
        match self.reassembly.handle_fragment(cx, fragment, frame) {
            Kept::Waits => None,
            Kept::Whole(header, frame) => Some(datagram(&header, interface, broadcast, frame)),
        }
    }
}

#[inline(always)] // made where it is wanted, or the processor waits for its stores
#[allow(clippy::inline_always)]
fn datagram(
    header: &Header,
    interface: InterfaceId,
    broadcast: bool,
    mut frame: Frame,
) -> Datagram {
    // ICMP errors quote eight octets of what follows; in the head they survive the stripping.
    let quoted = usize::from(header.header_len) + 8;
    if frame.head().len() < quoted {
        frame.pull(quoted.min(frame.len()));
    }
    frame.strip(usize::from(header.header_len));
    Datagram {
        src: header.src.into(),
        dst: header.dst.into(),
        protocol: header.protocol,
        ttl: header.ttl,
        tos: header.tos,
        interface,
        broadcast,
        header_len: header.header_len,
        frame,
    }
}

#[inline]
fn asks(header: &Header, frame: &Frame) -> Asks {
    if usize::from(header.header_len) == HEADER_LEN {
        return Asks::Nothing;
    }
    let options = frame.head().get(HEADER_LEN..usize::from(header.header_len)).unwrap_or(&[]);
    Options(options).asks()
}

enum Unreadable {
    Version6,
    Wrong(wire::Malformed),
}

/// Reads and verifies the header, which afterwards stands in the head whole.
#[inline]
fn read(frame: &mut Frame) -> Result<Header, Unreadable> {
    frame.pull(HEADER_LEN.min(frame.len()));
    let first = frame.head().first().copied().unwrap_or(0);
    if first >> 4 == 6 {
        return Err(Unreadable::Version6);
    }
    frame.pull((usize::from(first & 0x0f) * 4).min(frame.len()));
    Header::parse(frame.head(), frame.body().len()).map_err(Unreadable::Wrong)
}

#[inline]
fn end(cx: &mut Cx, frame: Frame, reason: impl Reason) -> Verdict {
    end_frame(cx, frame, reason);
    Verdict::Ended
}

/// Ends a frame with a reason, at the interface it came in by.
pub(crate) fn end_frame(cx: &mut Cx, frame: Frame, reason: impl Reason) {
    let meta = frame.meta();
    cx.trace.emit(Place::Interface(meta.interface), meta.journey, reason);
    cx.pool.recycle(frame);
}

#[cfg(test)]
#[path = "receive_test.rs"]
mod tests;
