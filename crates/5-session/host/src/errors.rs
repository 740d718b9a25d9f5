//! An ICMP error, or a neighbour that does not answer, is told to the socket that sent the packet.
//!
//! TCP checks the sequence number before it believes (RFC 5927 section 4). UDP tells only connected
//! sockets. That deviates: RFC 1122 section 4.1.3.3 wants every error passed up. But a socket that
//! speaks with many would fail its next call for one peer's sake, and could not say whose; Linux
//! withholds it too, unless a program asks (`IP_RECVERR`).

use crate::reasons::IcmpToSocket;
use crate::{Error, Host, PingError, PingReceived};
use base::{Frame, Journey, Seq};
use core::net::{IpAddr, SocketAddr};
use ip::{IcmpError, IcmpErrorKind, Protocol, Quoted, Unreachable};
use tcp::Endpoints;
use trace::{Cx, Place};

impl Host {
    /// An ICMP error about a packet of ours arrived.
    pub(crate) fn icmp_error_in(&mut self, cx: &mut Cx, error: &IcmpError) {
        match error.quoted.protocol {
            Protocol::TCP => self.tcp_error(cx, error.from, &error.quoted, tcp_kind(error.kind)),
            Protocol::UDP => self.udp_error(cx, error),
            Protocol::ICMP => self.ping_error(cx, error),
            _ => {}
        }
    }

    fn tcp_error(&mut self, cx: &mut Cx, from: IpAddr, quoted: &Quoted, kind: tcp::IcmpErrorKind) {
        let endpoints = quoted_endpoints(quoted);
        let Some(key) = self.demux.tcp(&endpoints) else { return };
        let Some(record) = self.connections.get_mut(key) else { return };
        let [_, _, _, _, a, b, c, d] = quoted.first8;
        let port = endpoints.local.port();
        cx.trace.emit(Place::Node, Journey::NONE, IcmpToSocket { src: from, port });
        //= rfc9293#3.9.2.2 SHLD-25
        record.connection.handle_icmp_error(cx, kind, Seq(u32::from_be_bytes([a, b, c, d])));
        self.touch(key);
    }

    fn udp_error(&mut self, cx: &mut Cx, error: &IcmpError) {
        let Endpoints { local, remote } = quoted_endpoints(&error.quoted);
        let Some(key) = self.demux.udp(local, remote) else { return };
        let Some(record) = self.udp_sockets.get_mut(key) else { return };
        if record.remote.is_none_or(|both| both.remote != remote) {
            return;
        }
        let reason = IcmpToSocket { src: error.from, port: local.port() };
        cx.trace.emit(Place::Node, Journey::NONE, reason);
        record.error = Some(udp_kind(error.kind, remote.ip()));
        let wakers = record.wakers.take();
        self.woken.extend(wakers);
    }

    fn ping_error(&mut self, cx: &mut Cx, error: &IcmpError) {
        let [kind, _, _, _, a, b, c, d] = error.quoted.first8;
        let (id, seq) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        if kind != 8 {
            return;
        }
        let Some(key) = self.demux.ping(id) else { return };
        let (from, at) = (error.from, cx.now());
        let received = PingReceived::Error { from, seq, error: ping_kind(error.kind), at };
        self.push_ping(key, received);
    }

    /// Where a packet was going (`frame`: at the IP header), if it was from us.
    pub(crate) fn own_packet(&self, frame: &Frame) -> Option<IpAddr> {
        let mut octets = [0; wire::ipv4::HEADER_LEN];
        frame.copy_to(&mut octets);
        let [.., a, b, c, d, e, f, g, h] = octets;
        let own = octets[0] >> 4 == 4 && self.ip.is_local([a, b, c, d].into());
        own.then_some([e, f, g, h].into())
    }

    /// A packet of our own found no neighbour (`frame`: at the IP header): whoever sent it hears of
    /// it at once. A packet that we only pass on is `ip`'s business.
    pub(crate) fn own_packet_failed(&mut self, cx: &mut Cx, frame: &Frame) {
        let mut octets = [0; 60 + 8];
        let len = frame.copy_to(&mut octets);
        let Ok(header) = wire::ipv4::Header::read(&octets[..len]) else { return };
        if header.fragment_offset != 0 {
            return;
        }
        let src = IpAddr::V4(header.src);
        let rest = octets[..len].get(usize::from(header.header_len)..);
        let Some(first8) = rest.and_then(|rest| rest.first_chunk::<8>()) else { return };
        let quoted =
            Quoted { src, dst: IpAddr::V4(header.dst), protocol: header.protocol, first8: *first8 };
        let kind = IcmpErrorKind::Unreachable(Unreachable::Host);
        match header.protocol {
            // Our own link says so, not a stranger: a connection that is just being opened fails.
            Protocol::TCP => {
                let key = self.demux.tcp(&quoted_endpoints(&quoted));
                if let Some(record) = key.and_then(|key| self.connections.get_mut(key))
                    && record.connection.state() == tcp::StateName::SynSent
                {
                    record.unopened = Some(Error::HostUnreachable(quoted.dst));
                }
                self.tcp_error(cx, src, &quoted, tcp::IcmpErrorKind::Hard);
            }
            _ => self.icmp_error_in(cx, &IcmpError { kind, from: src, quoted }),
        }
    }
}

/// The endpoints of the packet of ours that an error quotes.
fn quoted_endpoints(quoted: &Quoted) -> Endpoints {
    let [a, b, c, d, ..] = quoted.first8;
    Endpoints {
        local: SocketAddr::new(quoted.src, u16::from_be_bytes([a, b])),
        remote: SocketAddr::new(quoted.dst, u16::from_be_bytes([c, d])),
    }
}

fn tcp_kind(kind: IcmpErrorKind) -> tcp::IcmpErrorKind {
    match kind {
        IcmpErrorKind::Unreachable(Unreachable::Protocol | Unreachable::Port) => {
            tcp::IcmpErrorKind::Hard
        }
        IcmpErrorKind::Unreachable(Unreachable::FragmentationNeeded { next_hop_mtu }) => {
            tcp::IcmpErrorKind::TooBig { mtu: u32::from(next_hop_mtu) }
        }
        _ => tcp::IcmpErrorKind::Soft,
    }
}

fn udp_kind(kind: IcmpErrorKind, remote: IpAddr) -> Error {
    match kind {
        IcmpErrorKind::Unreachable(Unreachable::Port | Unreachable::Protocol) => Error::Refused,
        IcmpErrorKind::Unreachable(Unreachable::Net) => Error::NetworkUnreachable(remote),
        IcmpErrorKind::Unreachable(Unreachable::FragmentationNeeded { next_hop_mtu }) => {
            let most = usize::from(next_hop_mtu).saturating_sub(28);
            Error::MessageTooLong { len: most + 1, most }
        }
        _ => Error::HostUnreachable(remote),
    }
}

fn ping_kind(kind: IcmpErrorKind) -> PingError {
    match kind {
        IcmpErrorKind::TimeExceeded { reassembly: false } => PingError::TimeExceeded,
        IcmpErrorKind::TimeExceeded { reassembly: true } => PingError::Other { kind: 11, code: 1 },
        IcmpErrorKind::ParameterProblem { .. } => PingError::Other { kind: 12, code: 0 },
        IcmpErrorKind::Unreachable(unreachable) => match unreachable {
            Unreachable::Net => PingError::NetUnreachable,
            Unreachable::Host => PingError::HostUnreachable,
            Unreachable::Port => PingError::PortUnreachable,
            Unreachable::FragmentationNeeded { next_hop_mtu } => {
                PingError::FragmentationNeeded { mtu: next_hop_mtu }
            }
            Unreachable::Protocol => PingError::Other { kind: 3, code: 2 },
            Unreachable::SourceRouteFailed => PingError::Other { kind: 3, code: 5 },
            Unreachable::AdministrativelyProhibited => PingError::Other { kind: 3, code: 13 },
            Unreachable::Other(code) => PingError::Other { kind: 3, code },
        },
    }
}
