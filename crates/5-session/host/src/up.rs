//! The way up: a frame is taken by its card, a packet by `ip`, a segment by its connection.

use crate::Host;
use crate::reasons::{
    BadSegment, InterfaceDown, TcpNotUnicast, TcpPortClosed, TcpStrayReset, TimeWaitReused,
    UnknownEthertype, UnknownProtocol,
};
use base::{Duration, Frame, InterfaceId, Journey, Seq};
use core::net::{IpAddr, SocketAddr};
use ip::{Datagram, IcmpOutcome, Protocol, Unreachable, Verdict};
use tcp::{Endpoints, ListenOutcome, Segment};
use trace::{Cx, Place};
use wire::ethernet::EtherType;
use wire::tcp::Header;

/// A connection's progress vouches for its neighbour at most this often.
const HINT_EVERY: Duration = Duration::from_secs(1);
/// TCP and IP headers without options, to be taken off an MTU (RFC 9293 section 3.7.1).
const IPV4_OVERHEAD: u16 = 40;
const IPV6_OVERHEAD: u16 = 60;

impl Host {
    /// An Ethernet frame came in by an interface with a card.
    pub fn handle_frame(&mut self, cx: &mut Cx, id: InterfaceId, mut frame: Frame) {
        cx.trace.entered();
        let Some((interface, mac)) =
            self.interface_mut(id).filter(|i| i.up).and_then(|i| i.mac.map(|mac| (i, mac)))
        else {
            cx.trace.emit(Place::Interface(id), frame.meta().journey, InterfaceDown {});
            return cx.pool.recycle(frame);
        };
        interface.received.add(&frame);
        let now = cx.now();
        let meta = frame.meta_mut();
        meta.interface = id;
        meta.arrival = now;
        let Some(received) = ether::card::receive(cx, id, mac, false, frame) else { return };
        let broadcast = received.link != ether::LinkCast::Unicast;
        match received.header.ethertype {
            EtherType::IPV4 => self.receive_packet(cx, id, broadcast, received.frame),
            EtherType::ARP => self.arp_in(cx, id, received.frame),
            EtherType(ethertype) => {
                let journey = received.frame.meta().journey;
                cx.trace.emit(Place::Interface(id), journey, UnknownEthertype { ethertype });
                cx.pool.recycle(received.frame);
            }
        }
    }

    /// A bare IP packet came in by an interface without a card.
    pub fn handle_packet(&mut self, cx: &mut Cx, id: InterfaceId, mut frame: Frame) {
        cx.trace.entered();
        let Some(interface) = self.interface_mut(id).filter(|interface| interface.up) else {
            cx.trace.emit(Place::Interface(id), frame.meta().journey, InterfaceDown {});
            return cx.pool.recycle(frame);
        };
        interface.received.add(&frame);
        let now = cx.now();
        let meta = frame.meta_mut();
        meta.interface = id;
        meta.arrival = now;
        self.receive_packet(cx, id, false, frame);
    }

    pub(crate) fn receive_packet(
        &mut self,
        cx: &mut Cx,
        id: InterfaceId,
        broadcast: bool,
        frame: Frame,
    ) {
        match self.ip.handle_packet(cx, id, broadcast, frame) {
            Verdict::Deliver(datagram) if datagram.protocol == Protocol::TCP => {
                self.tcp_in(cx, datagram);
            }
            Verdict::Deliver(datagram) if datagram.protocol == Protocol::UDP => {
                self.udp_in(cx, datagram);
            }
            Verdict::Deliver(datagram) => self.deliver(cx, datagram),
            Verdict::Forward(outgoing) => self.transmit(cx, outgoing),
            Verdict::Ended => {}
        }
        self.run_ip(cx);
    }

    fn deliver(&mut self, cx: &mut Cx, datagram: Datagram) {
        match datagram.protocol {
            Protocol::ICMP => match self.ip.handle_icmp(cx, datagram) {
                IcmpOutcome::Ended => {}
                IcmpOutcome::Error(error) => self.icmp_error_in(cx, &error),
                IcmpOutcome::Unclaimed(datagram) => self.ping_in(cx, datagram),
            },
            Protocol(protocol) => {
                self.ip.reject(cx, &datagram, Unreachable::Protocol);
                let unknown = UnknownProtocol { src: datagram.src, protocol };
                self.end(cx, datagram.interface, datagram.frame, unknown);
            }
        }
    }

    pub(crate) fn end<R: trace::Reason>(
        &mut self,
        cx: &mut Cx,
        id: InterfaceId,
        frame: Frame,
        reason: R,
    ) {
        cx.trace.emit(Place::Interface(id), frame.meta().journey, reason);
        cx.pool.recycle(frame);
    }

    #[inline]
    fn udp_in(&mut self, cx: &mut Cx, datagram: Datagram) {
        let Datagram { src, dst, interface, ttl, tos, broadcast, header_len, protocol, frame } =
            datagram;
        let Some((header, mut frame)) = udp::handle_datagram(cx, interface, src, dst, frame) else {
            return;
        };
        let local = SocketAddr::new(dst, header.dst_port);
        let source = SocketAddr::new(src, header.src_port);
        let found = self.demux.udp_in(local, source);
        let record = found.and_then(|key| self.udp_sockets.get_mut(key));
        // A connected socket hears only its peer.
        let record = record.filter(|r| r.remote.is_none_or(|both| both.remote == source));
        let Some(record) = record else {
            frame.unstrip(udp::HEADER_LEN);
            let datagram =
                Datagram { src, dst, interface, ttl, tos, broadcast, header_len, protocol, frame };
            return self.nobody_there(cx, datagram, header.dst_port);
        };
        let message = udp::Message {
            source,
            destination: dst,
            interface,
            tos,
            ttl,
            len: frame.len(),
            journey: frame.meta().journey,
        };
        if record.queue.push(cx, message, frame)
            && let Some(waker) = record.wakers.read.take()
        {
            self.woken.push_back(waker);
        }
    }

    #[cold]
    fn nobody_there(&mut self, cx: &mut Cx, datagram: Datagram, port: u16) {
        let (dst, interface) = (datagram.dst, datagram.interface);
        //= rfc1122#4.1.3.1
        self.ip.reject(cx, &datagram, Unreachable::Port);
        self.end(cx, interface, datagram.frame, udp::reasons::PortClosed { dst, port });
    }

    #[inline]
    fn tcp_in(&mut self, cx: &mut Cx, datagram: Datagram) {
        let Datagram { src, dst, interface, broadcast, mut frame, .. } = datagram;
        //= rfc9293#3.9.2.3 MUST-57
        if broadcast {
            return self.end(cx, interface, frame, TcpNotUnicast { src });
        }
        let mut segment = Segment::bare(Header::default());
        let len = match parse(&mut frame, &mut segment.header, src, dst) {
            Ok(len) => len,
            Err(field) => return self.end(cx, interface, frame, BadSegment { src, field }),
        };
        (segment.journey, segment.parent) = (frame.meta().journey, frame.meta().parent);
        frame.strip(len);
        segment.payload = payload(cx, frame);
        let endpoints = Endpoints {
            local: SocketAddr::new(dst, segment.header.dst_port),
            remote: SocketAddr::new(src, segment.header.src_port),
        };
        self.segment_in(cx, endpoints, &mut segment);
    }

    #[inline]
    fn segment_in(&mut self, cx: &mut Cx, endpoints: Endpoints, segment: &mut Segment) {
        let known = self.demux.tcp_in(&endpoints);
        let old = known.and_then(|key| self.connections.get(key)).map(|record| &record.connection);
        let old = old.filter(|it| it.state().is_past() && self.reopens(it, segment));
        let beyond = old.map(|it| it.info().snd_nxt);
        if beyond.is_none()
            && let Some(key) = known
            && let Some(record) = self.connections.get_mut(key)
        {
            let due = cx.now().since(record.hinted) >= HINT_EVERY;
            let before = due.then(|| progress(&record.connection));
            record.connection.handle_segment_in_place(cx, segment);
            if before.is_some_and(|before| before != progress(&record.connection)) {
                record.hinted = cx.now();
                self.hint_reachable(cx, endpoints.remote.ip());
            }
            return self.touch(key);
        }
        let Some(listener_key) = self.demux.listener(endpoints.local) else {
            return self.refuse(cx, &endpoints, segment);
        };
        let mss = self.receive_mss(endpoints.remote.ip(), Some(endpoints.local.ip()));
        let Some(record) = self.listeners.get_mut(listener_key) else { return };
        let segment = core::mem::replace(segment, Segment::bare(Header::default()));
        match record.listener.handle_segment(cx, endpoints, segment, &self.isn, mss, beyond) {
            ListenOutcome::Ended => {}
            ListenOutcome::Reset(mut reset) => {
                // A reset that finds no way back is nobody's loss.
                let _ = self.send_segment(cx, &endpoints, &mut reset);
            }
            ListenOutcome::Established(connection) => {
                self.established(cx, listener_key, endpoints, connection);
            }
        }
        self.touch_listener(listener_key);
    }

    /// A SYN may open anew what is in TIME-WAIT, where somebody listens. Until the new handshake is
    /// complete both are there: an old SYN must not end TIME-WAIT (RFC 9293 section 3.6.1 MAY-2).
    #[cold]
    fn reopens(&self, connection: &tcp::Connection, segment: &Segment) -> bool {
        let endpoints = connection.endpoints();
        let listener = self.demux.listener(endpoints.local).and_then(|key| self.listeners.get(key));
        //= rfc9293#3.6.1 MAY-2
        listener.is_some_and(|record| {
            record.listener.is_half_open(endpoints) || connection.may_be_replaced_by(segment)
        })
    }

    /// A handshake is complete whose endpoints belonged to a connection that is over.
    pub(crate) fn replace_old(&mut self, cx: &mut Cx, endpoints: &Endpoints) {
        if let Some(old) = self.demux.tcp(endpoints) {
            let (src, port) = (endpoints.remote.ip(), endpoints.local.port());
            cx.trace.emit(Place::Node, Journey::NONE, TimeWaitReused { src, port });
            self.cut_time_wait(cx, old);
        }
    }

    /// Nobody is there: the segment ends, and a reset says so.
    fn refuse(&mut self, cx: &mut Cx, endpoints: &Endpoints, segment: &Segment) {
        let (src, port) = (endpoints.remote.ip(), endpoints.local.port());
        //= rfc9293#3.10.7.1
        match tcp::reset_for(segment) {
            Some(mut reset) => {
                cx.trace.emit(Place::Node, segment.journey, TcpPortClosed { src, port });
                let _ = self.send_segment(cx, endpoints, &mut reset);
            }
            None => cx.trace.emit(Place::Node, segment.journey, TcpStrayReset { src, port }),
        }
    }

    /// The longest segment that we can receive from `remote`, by the interface's MTU.
    pub(crate) fn receive_mss(&self, remote: IpAddr, local: Option<IpAddr>) -> u16 {
        let overhead = if remote.is_ipv4() { IPV4_OVERHEAD } else { IPV6_OVERHEAD };
        let path = self.ip.lookup(0, remote, local, None, 0);
        let interface = path.and_then(|path| self.interface(path.interface));
        //= rfc9293#3.7.1 MUST-67
        interface.map_or(536, |interface| interface.mtu.saturating_sub(overhead).max(1))
    }

    /// TCP got further with `remote`: so the neighbour on the way is there (RFC 4861 7.3.1).
    fn hint_reachable(&mut self, cx: &mut Cx, remote: IpAddr) {
        let Some(path) = self.ip.lookup(0, remote, None, None, 0) else { return };
        if path.interface == InterfaceId::LOOPBACK {
            return;
        }
        if let Some(interface) = self.interface_mut(path.interface) {
            interface.neighbours.confirm_reachable(cx.now(), path.next_hop);
        }
    }
}

/// What only a neighbour that hears us lets grow: our octets that were acknowledged, and theirs
/// that are new, which they send because they hear our acknowledgements.
fn progress(connection: &tcp::Connection) -> Option<(Seq, Seq)> {
    let info = connection.info();
    //= rfc4861#7.3.1 new acknowledgements, new octets; a SYN that came by itself says nothing
    info.state.is_synchronized().then_some((info.snd_una, info.rcv_nxt))
}

/// Reads the TCP header, which stands in the head or is brought there; returns its length.
#[inline]
fn parse(
    frame: &mut Frame,
    header: &mut Header,
    src: IpAddr,
    dst: IpAddr,
) -> Result<usize, &'static str> {
    frame.pull(wire::tcp::HEADER_LEN.min(frame.len()));
    let len = frame.head().get(12).map_or(0, |octet| usize::from(octet >> 4) * 4);
    frame.pull(len.min(frame.len()));
    header.parse_into(frame.head(), frame.body(), src, dst).map_err(|malformed| malformed.field)
}

/// What is left of a frame, without a copy where the head is spent.
#[inline]
fn payload(cx: &mut Cx, mut frame: Frame) -> base::Body {
    if !frame.head().is_empty() {
        return frame.into_body();
    }
    let payload = core::mem::take(frame.body_mut());
    cx.pool.recycle(frame);
    payload
}
