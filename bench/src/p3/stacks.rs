//! Two stacks joined by a queue, each message alone on it: P1's pairs, small messages.

use crate::clock::cpu_ns;
use crate::figures::Round;
use crate::p1::{Setting, ours, theirs};
use host::{Error, UdpSend};
use smoltcp::socket::{tcp, udp};

const SETTING: Setting =
    Setting { buffer: 64 << 10, whole: true, shared: false, reno: false, batch: 0, record: false };
const DATAGRAM: [u8; 18] = *b"eighteen octets...";

fn round(begun: u64, count: u64) -> Round {
    Round { ns: cpu_ns() - begun, octets: count, segments: count, acks: 0 }
}

/// Ours: there and back.
pub(super) fn our_echo(count: u64) -> Round {
    let mut pair = ours::Pair::new(SETTING);
    let (client, server) = pair.open();
    let begun = cpu_ns();
    for n in 0..count {
        let mut octet = [n as u8];
        let a = &mut pair.a;
        a.host.tcp_send(&mut a.cx, client, &octet).expect("an open connection");
        loop {
            pair.turn();
            let b = &mut pair.b;
            match b.host.tcp_receive(&mut b.cx, server, &mut octet) {
                Ok(_) => break,
                Err(Error::WouldBlock) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        let b = &mut pair.b;
        b.host.tcp_send(&mut b.cx, server, &octet).expect("an open connection");
        octet = [!octet[0]];
        loop {
            pair.turn();
            let a = &mut pair.a;
            match a.host.tcp_receive(&mut a.cx, client, &mut octet) {
                Ok(_) => break,
                Err(Error::WouldBlock) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(octet, [n as u8]);
    }
    round(begun, count)
}

/// Theirs: there and back.
pub(super) fn their_echo(count: u64) -> Round {
    let mut pair = theirs::open(SETTING);
    for side in [&mut pair.a, &mut pair.b] {
        side.any::<tcp::Socket>().set_nagle_enabled(false);
        side.any::<tcp::Socket>().set_ack_delay(None);
    }
    let begun = cpu_ns();
    for n in 0..count {
        let mut octet = [n as u8];
        pair.a.any::<tcp::Socket>().send_slice(&octet).expect("an open connection");
        while pair.b.any::<tcp::Socket>().recv_slice(&mut octet).expect("open") == 0 {
            pair.turn();
        }
        pair.b.any::<tcp::Socket>().send_slice(&octet).expect("an open connection");
        octet = [!octet[0]];
        while pair.a.any::<tcp::Socket>().recv_slice(&mut octet).expect("open") == 0 {
            pair.turn();
        }
        assert_eq!(octet, [n as u8]);
    }
    round(begun, count)
}

/// Ours: one way.
pub(super) fn our_datagrams(count: u64) -> Round {
    let mut pair = ours::Pair::new(SETTING);
    let (a, b) = (&mut pair.a, &mut pair.b);
    let to = ([10, 0, 0, 2], ours::PORT).into();
    let receiver = b.host.udp_bind(&mut b.cx, to).expect("a free port");
    let sender = a.host.udp_bind(&mut a.cx, ([10, 0, 0, 1], 0).into()).expect("a free port");
    let how = UdpSend { to: Some(to), ..UdpSend::default() };
    let mut begun = cpu_ns();
    // The first finds the neighbour, before the clock starts.
    for n in 0..=count {
        let a = &mut pair.a;
        a.host.udp_send_copy(&mut a.cx, sender, &how, &DATAGRAM).expect("sent");
        let mut buffer = [0; DATAGRAM.len()];
        loop {
            pair.turn();
            let b = &mut pair.b;
            if b.host.udp_receive_into(&mut b.cx, receiver, &mut buffer).is_ok() {
                break;
            }
        }
        assert_eq!(buffer, DATAGRAM);
        if n == 0 {
            begun = cpu_ns();
        }
    }
    round(begun, count)
}

/// Theirs: one way.
pub(super) fn their_datagrams(count: u64) -> Round {
    let socket = |port: u16| {
        let buffer =
            || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 16], vec![0; 16 << 10]);
        let mut socket = udp::Socket::new(buffer(), buffer());
        socket.bind(port).expect("a free port");
        socket
    };
    let a = theirs::Side::with(1, socket(5_000));
    let b = theirs::Side::with(2, socket(theirs::PORT));
    let mut pair = theirs::Pair::of(a, b);
    let to = (smoltcp::wire::IpAddress::v4(10, 0, 0, 2), theirs::PORT);
    let mut begun = cpu_ns();
    for n in 0..=count {
        pair.a.any::<udp::Socket>().send_slice(&DATAGRAM, to).expect("room");
        let mut buffer = [0; DATAGRAM.len()];
        while !pair.b.any::<udp::Socket>().can_recv() {
            pair.turn();
        }
        pair.b.any::<udp::Socket>().recv_slice(&mut buffer).expect("received");
        assert_eq!(buffer, DATAGRAM);
        if n == 0 {
            begun = cpu_ns();
        }
    }
    round(begun, count)
}
