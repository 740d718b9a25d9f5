//! ICMP: echoes answered, errors told and errors heard (RFC 792, RFC 1122 section 3.2.2, RFC 1812
//! sections 4.3 and 5.2.7).
//!
//! An error quotes as much of the packet as fits in 576 octets (RFC 1812 section 4.3.2.3), comes
//! from the address that the packet was for, or else from the interface that leads back to its
//! sender (section 4.3.2.4), with precedence 6 (section 4.3.2.5: type of service 0xc0). It is never
//! about an ICMP error, a broadcast, a fragment but the first, or from an address that is no single
//! host (section 4.3.2.7), and there are so many a second and no more (section 4.3.2.8).
//!
//! What another engineer would question: the quotation is a copy. Errors are rare and bounded, and
//! a quoted packet's head has no room left for two more headers.

use crate::options::Options;
use crate::reasons::{
    EchoAnswered, EchoToAll, IcmpErrorHeard, IcmpLimited, IcmpNotAboutUs, IcmpSent, IcmpWithheld,
    MalformedIcmp, NeighbourUnreachable, RedirectIgnored,
};
use crate::receive::end_frame;
use crate::{Datagram, Ip, Packet, Protocol, Unreachable, martians};
use base::Frame;
use bytes::Bytes;
use core::net::IpAddr;
use trace::{Cx, Place};
use wire::icmpv4::{self, HEADER_LEN};
use wire::ipv4;

/// Octets of a packet that an error quotes: 576 less the headers of IP and ICMP.
const QUOTED: usize = 576 - ipv4::HEADER_LEN - HEADER_LEN;
/// RFC 1812 section 4.3.2.5: internetwork control.
const ERROR_TOS: u8 = 0xc0;
/// More octets in a frame's head than this leave no room to put headers before them.
pub const LONGEST_HEAD: usize = 100;

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

/// An error to be told.
pub(crate) struct Error<'a> {
    /// The packet, at its IP header.
    pub(crate) about: &'a Frame,
    /// Was the frame that carried it for everybody?
    pub(crate) link_broadcast: bool,
    pub(crate) message: icmpv4::Header,
}

impl Ip {
    /// An ICMP message for us. Echo requests are answered (the reply comes out of
    /// [`Ip::poll_packet`]), errors are read; what else there is, echo replies first of all, is for
    /// whoever opened a raw socket.
    pub fn handle_icmp(&mut self, cx: &mut Cx, mut datagram: Datagram) -> IcmpOutcome {
        let frame = &mut datagram.frame;
        frame.pull(HEADER_LEN.min(frame.len()));
        let header = match icmpv4::Header::parse(frame.head(), frame.body()) {
            Ok(header) => header,
            Err(bad) => {
                let reason = MalformedIcmp { field: bad.field, why: bad.why };
                end_frame(cx, datagram.frame, reason);
                return IcmpOutcome::Ended;
            }
        };
        let kind = match header {
            icmpv4::Header::EchoRequest { id, seq } => {
                self.answer_echo(cx, datagram, id, seq);
                return IcmpOutcome::Ended;
            }
            icmpv4::Header::Redirect { gateway, .. } => {
                let reason = RedirectIgnored { from: datagram.src, gateway: gateway.into() };
                end_frame(cx, datagram.frame, reason);
                return IcmpOutcome::Ended;
            }
            icmpv4::Header::DestinationUnreachable(why) => IcmpErrorKind::Unreachable(why),
            icmpv4::Header::TimeExceeded { reassembly } => {
                IcmpErrorKind::TimeExceeded { reassembly }
            }
            icmpv4::Header::ParameterProblem { pointer, .. } => {
                IcmpErrorKind::ParameterProblem { pointer }
            }
            icmpv4::Header::EchoReply { .. } | icmpv4::Header::Other { .. } => {
                return IcmpOutcome::Unclaimed(datagram);
            }
        };
        self.hear_error(cx, datagram, kind)
    }

    /// Tells the sender of a delivered datagram that nobody here wants it. The datagram's frame must
    /// stand as it was delivered; the caller ends it.
    pub fn reject(&mut self, cx: &mut Cx, datagram: &Datagram, why: Unreachable) {
        let mut about = datagram.frame.clone();
        about.unstrip(usize::from(datagram.header_len));
        let message = icmpv4::Header::DestinationUnreachable(why);
        self.report(cx, Error { about: &about, link_broadcast: datagram.broadcast, message });
        cx.pool.recycle(about);
    }

    /// No neighbour answers for this packet (`frame`: at the IP header). Tells its sender, which may
    /// be this machine itself, and ends it.
    pub fn unreachable(&mut self, cx: &mut Cx, frame: Frame) {
        //= rfc1812#5.2.7.1 the last router says that the host does not answer
        let message = icmpv4::Header::DestinationUnreachable(Unreachable::Host);
        self.report(cx, Error { about: &frame, link_broadcast: false, message });
        let dst = ipv4::Header::read(frame.head())
            .map_or(core::net::Ipv4Addr::UNSPECIFIED, |header| header.dst);
        end_frame(cx, frame, NeighbourUnreachable { dst: dst.into() });
    }

    fn answer_echo(&mut self, cx: &mut Cx, datagram: Datagram, id: u16, seq: u16) {
        let Datagram { src, dst, tos, broadcast, header_len, mut frame, .. } = datagram;
        if broadcast {
            //= rfc1122#3.2.2.6 may be dropped, and a smurf attack is why it should
            end_frame(cx, frame, EchoToAll { src });
            return;
        }
        let meta = *frame.meta();
        let reason = EchoAnswered { src, id, seq };
        cx.trace.emit(Place::Interface(meta.interface), meta.journey, reason);
        //= rfc1122#3.2.2.6 record route and timestamp, updated when it came, go back as they are
        let (options, options_len) = reflected(&mut frame, usize::from(header_len));
        //= rfc1122#3.2.2.6 the same data, from the address that was asked
        frame.strip(HEADER_LEN);
        shorten_head(&mut frame, options_len);
        frame.meta_mut().parent = meta.journey;
        frame.meta_mut().journey = cx.trace.born();
        emit(&mut frame, icmpv4::Header::EchoReply { id, seq });
        self.send_own(cx, (Some(dst), src), tos, &options[..options_len], frame);
    }

    fn hear_error(&mut self, cx: &mut Cx, datagram: Datagram, kind: IcmpErrorKind) -> IcmpOutcome {
        let from = datagram.src;
        let mut quote = datagram.frame;
        quote.strip(HEADER_LEN);
        let (header, first8) = match read_quote(&mut quote) {
            Ok(read) => read,
            Err(bad) => {
                end_frame(cx, quote, MalformedIcmp { field: bad.field, why: bad.why });
                return IcmpOutcome::Ended;
            }
        };
        //= rfc5927#4 an error counts only if we could have sent what it quotes
        if !self.addresses.is_own(header.src.into()) {
            end_frame(cx, quote, IcmpNotAboutUs { from, src: header.src.into() });
            return IcmpOutcome::Ended;
        }
        let mtu = match kind {
            IcmpErrorKind::Unreachable(Unreachable::FragmentationNeeded { next_hop_mtu }) => {
                next_hop_mtu
            }
            _ => 0,
        };
        end_frame(cx, quote, IcmpErrorHeard { from, kind: kind.name(), mtu });
        IcmpOutcome::Error(IcmpError {
            kind,
            from,
            quoted: Quoted {
                src: header.src.into(),
                dst: header.dst.into(),
                protocol: header.protocol,
                first8,
            },
        })
    }

    /// Tells the sender of a packet what went wrong, if that is allowed.
    pub(crate) fn report(&mut self, cx: &mut Cx, error: Error<'_>) {
        let Ok(header) = ipv4::Header::read(error.about.head()) else { return };
        let meta = *error.about.meta();
        let (place, src) = (Place::Interface(meta.interface), header.src.into());
        if let Some(why) = self.must_be_silent(&header, &error) {
            return cx.trace.emit(place, meta.journey, IcmpWithheld { src, why });
        }
        if !self.limiter.take(cx.now()) {
            let reason = IcmpLimited { src, rate: self.config.icmp_rate };
            return cx.trace.emit(place, meta.journey, reason);
        }
        cx.trace.emit(place, meta.journey, IcmpSent { to: src, kind: name(&error.message) });
        let mut quote = error.about.clone();
        quote.truncate(QUOTED);
        let mut frame = cx.pool.frame(Bytes::from(quote.to_vec()).into());
        cx.pool.recycle(quote);
        frame.meta_mut().parent = meta.journey;
        frame.meta_mut().journey = cx.trace.born();
        emit(&mut frame, error.message);
        //= rfc1812#4.3.2.4 from the address it was for, or by which we send
        let source = IpAddr::from(header.dst);
        let source = self.addresses.is_own(source).then_some(source);
        self.send_own(cx, (source, src), ERROR_TOS, &[], frame);
    }

    /// Why no error may be sent about a packet.
    fn must_be_silent(&self, header: &ipv4::Header, error: &Error<'_>) -> Option<&'static str> {
        //= rfc1812#4.3.2.7
        //= rfc1122#3.2.2
        let local =
            error.about.meta().interface == base::InterfaceId::LOOPBACK && header.src.is_loopback();
        if header.fragment_offset != 0 {
            Some("later fragment")
        } else if error.link_broadcast
            || header.dst.is_broadcast()
            || header.dst.is_multicast()
            || self.addresses.is_broadcast(header.dst)
        {
            Some("to everybody")
        } else if !(local || martians::names_a_host(header.src))
            || self.addresses.is_broadcast(header.src)
        {
            Some("no single host")
        } else if header.protocol == Protocol::ICMP && is_about_icmp_error(header, error.about) {
            Some("ICMP error")
        } else {
            None
        }
    }

    /// Sends a message of this layer's own by `poll_packet`.
    fn send_own(
        &mut self,
        cx: &mut Cx,
        (source, destination): (Option<IpAddr>, IpAddr),
        tos: u8,
        options: &[u8],
        frame: Frame,
    ) {
        let packet = Packet {
            source,
            destination,
            protocol: Protocol::ICMP,
            ttl: None,
            tos,
            dont_fragment: false,
            interface: None,
        };
        let first = self.output.len();
        // A failure has ended the frame with its reason already.
        if let Ok(outgoing) = self.send_with(cx, &packet, options, frame) {
            // Pieces of a long reply were queued behind: the first goes before them.
            self.queue(cx, destination, outgoing);
            let moved = self.output.len() - first;
            if moved > 1 {
                self.output.make_contiguous()[first..].rotate_right(1);
            }
        }
    }
}

impl IcmpErrorKind {
    /// In a few words.
    pub fn name(&self) -> &'static str {
        name(&match *self {
            IcmpErrorKind::Unreachable(why) => icmpv4::Header::DestinationUnreachable(why),
            IcmpErrorKind::TimeExceeded { reassembly } => {
                icmpv4::Header::TimeExceeded { reassembly }
            }
            IcmpErrorKind::ParameterProblem { pointer } => {
                icmpv4::Header::ParameterProblem { code: 0, pointer }
            }
        })
    }
}

/// A message in at most sixteen octets.
fn name(message: &icmpv4::Header) -> &'static str {
    match message {
        icmpv4::Header::DestinationUnreachable(why) => match why {
            Unreachable::Net => "no route",
            Unreachable::Host => "host unreachable",
            Unreachable::Protocol => "unknown protocol",
            Unreachable::Port => "port unreachable",
            Unreachable::FragmentationNeeded { .. } => "packet too big",
            Unreachable::SourceRouteFailed => "no source route",
            Unreachable::AdministrativelyProhibited => "prohibited",
            _ => "unreachable",
        },
        icmpv4::Header::TimeExceeded { reassembly: false } => "TTL exceeded",
        icmpv4::Header::TimeExceeded { reassembly: true } => "pieces missing",
        icmpv4::Header::ParameterProblem { .. } => "bad header field",
        _ => "message",
    }
}

fn is_about_icmp_error(header: &ipv4::Header, about: &Frame) -> bool {
    let mut octets = [0; 60 + HEADER_LEN];
    let copied = about.copy_to(&mut octets);
    let message = octets[..copied].get(usize::from(header.header_len)..).unwrap_or(&[]);
    // A message too short to be read may be an error as well as not.
    icmpv4::Header::read(message).map_or(true, |message| message.is_error())
}

/// The options that an echo reply takes over from the request (`frame`: stripped of its IP header).
fn reflected(frame: &mut Frame, header_len: usize) -> ([u8; 40], usize) {
    if header_len <= ipv4::HEADER_LEN {
        return ([0; 40], 0);
    }
    frame.unstrip(header_len);
    let options = frame.head().get(ipv4::HEADER_LEN..header_len).unwrap_or(&[]);
    let reflected = Options(options).reflected();
    frame.strip(header_len);
    reflected
}

fn read_quote(quote: &mut Frame) -> Result<(ipv4::Header, [u8; 8]), wire::Malformed> {
    quote.pull((60 + 8).min(quote.len()));
    let header = ipv4::Header::read(quote.head())?;
    let after = quote.head().get(usize::from(header.header_len)..).unwrap_or(&[]);
    match after.first_chunk::<8>() {
        Some(first8) if header.fragment_offset == 0 => Ok((header, *first8)),
        Some(_) => Err(wire::Malformed { field: "icmp.quote", why: "later fragment" }),
        //= rfc792 the header and eight octets at least
        None => Err(wire::Malformed { field: "icmp.quote", why: "too short" }),
    }
}

/// Puts an ICMP header before what `frame` holds.
fn emit(frame: &mut Frame, header: icmpv4::Header) {
    let body = frame.body().clone();
    frame.prepend(HEADER_LEN);
    let (out, rest) = frame.head_mut().split_at_mut(HEADER_LEN);
    header.emit(out, rest, &body);
}

/// Moves what stands in the head into the body when headers, with so many octets of options, would
/// not fit before it.
pub(crate) fn shorten_head(frame: &mut Frame, options: usize) {
    let in_head = frame.head().len();
    if in_head + options > LONGEST_HEAD {
        let whole = Bytes::from(frame.to_vec());
        frame.strip(in_head);
        *frame.body_mut() = whole.into();
    }
}

#[cfg(test)]
#[path = "icmp_test.rs"]
mod tests;
