//! The network layer of a router, and datagrams.

use crate::{chunks, cx, pass};
use base::{InterfaceId, RandomSource};
use bytes::Bytes;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use ip::{IcmpOutcome, Ip, Protocol, Unreachable, Verdict};
use trace::{Cx, Fate};

fn router() -> Ip {
    let config = ip::Config { forwarding: true, ..ip::Config::default() };
    let mut router = Ip::new(config, RandomSource::new(1, "r1", 0).stream("ip"));
    for (id, mtu, address) in [(1, 1500, "192.168.1.1/24"), (2, 576, "10.0.2.1/24")] {
        let id = InterfaceId(id);
        router.set_interface(id, ip::InterfaceConfig { mtu, up: true });
        if let Ok(address) = address.parse() {
            assert_eq!(router.add_address(id, address), Ok(()));
        }
    }
    router
}

/// Each chunk is a packet; bit 0: by which interface, bit 1: in a broadcast frame, bit 2: what is
/// delivered finds a closed port.
pub fn ip(data: &[u8]) {
    let (mut cx, mut router) = (cx(), router());
    for (what, octets) in chunks(data) {
        pass(&mut cx, what);
        router.handle_timeout(&mut cx);
        cx.trace.entered();
        let mut frame = cx.pool.frame_from(Bytes::copy_from_slice(octets));
        frame.meta_mut().journey = cx.trace.born();
        cx.trace.ended(Fate::Consumed);
        let interface = InterfaceId(1 + u16::from(what & 1));
        match router.handle_packet(&mut cx, interface, what & 2 != 0, frame) {
            Verdict::Deliver(datagram) => delivered(&mut cx, &mut router, datagram, what & 4 != 0),
            Verdict::Forward(_) => cx.trace.ended(Fate::Sent),
            Verdict::Ended => {}
        }
        while let Some(outgoing) = router.poll_packet(&mut cx) {
            assert!(outgoing.frame.len() <= 1500);
            cx.trace.ended(Fate::Sent);
        }
        assert_eq!(cx.trace.ledger().held(), router.held() as i64);
    }
    cx.set_now(cx.now() + base::Duration::from_secs(300));
    router.handle_timeout(&mut cx);
    while router.poll_packet(&mut cx).is_some() {
        cx.trace.ended(Fate::Sent);
    }
    assert_eq!((cx.trace.ledger().held(), router.held()), (0, 0), "fragments are forgotten");
}

fn delivered(cx: &mut Cx, router: &mut Ip, datagram: ip::Datagram, closed: bool) {
    if datagram.protocol == Protocol::ICMP {
        if let IcmpOutcome::Unclaimed(_) = router.handle_icmp(cx, datagram) {
            cx.trace.ended(Fate::Dropped);
        }
        return;
    }
    if closed {
        router.reject(cx, &datagram, Unreachable::Port);
    }
    cx.trace.ended(Fate::Delivered);
}

/// Each chunk is a datagram for one small queue; bit 0: the program fetches one before.
pub fn udp(data: &[u8]) {
    const BOUND: usize = 8_192;
    let mut cx = cx();
    let mut queue = udp::Queue::new(BOUND);
    let (src, dst) = (Ipv4Addr::new(10, 0, 0, 1).into(), Ipv4Addr::new(10, 0, 0, 2).into());
    let id = InterfaceId(1);
    for (what, octets) in chunks(data) {
        if what & 1 == 1 {
            queue.pop();
        }
        cx.trace.entered();
        let frame = cx.pool.frame_from(Bytes::copy_from_slice(octets));
        let Some((header, frame)) = udp::handle_datagram(&mut cx, id, src, dst, frame) else {
            assert_eq!(cx.trace.ledger().held(), 0);
            continue;
        };
        assert!(frame.len() + 8 <= octets.len());
        let message = message(src, dst, header.src_port);
        queue.push(&mut cx, message, frame);
        assert_eq!(cx.trace.ledger().held(), 0);
        assert!(queue.memory() <= BOUND);
    }
    while queue.pop().is_some() {}
    assert_eq!((queue.memory(), queue.len()), (0, 0));
}

fn message(src: IpAddr, dst: IpAddr, port: u16) -> udp::Message {
    udp::Message {
        source: SocketAddr::new(src, port),
        destination: dst,
        interface: InterfaceId(1),
        tos: 0,
        ttl: 64,
        len: 0,
        journey: base::Journey::NONE,
    }
}
