//! Datagrams there and back, wrong ones, and the queue's bound.

use super::*;
use base::{Journey, NodeId};

fn addr(last: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, last], port))
}

fn message(source: SocketAddr) -> Message {
    Message {
        source,
        destination: addr(2, 0).ip(),
        interface: InterfaceId(1),
        tos: 0,
        ttl: 64,
        len: 0,
        journey: Journey::NONE,
    }
}

/// A datagram's octets with the header on.
fn datagram(payload: &[u8]) -> Vec<u8> {
    let mut cx = Cx::new(NodeId(0), false);
    let mut frame = cx.pool.frame(payload.to_vec().into());
    emit(&mut frame, addr(1, 1000), addr(2, 53)).expect("short enough");
    frame.to_vec()
}

fn receive(octets: Vec<u8>) -> Result<(Header, Vec<u8>), &'static str> {
    let mut cx = Cx::new(NodeId(0), true);
    cx.trace.entered();
    let frame = cx.pool.frame_from(octets.into());
    let (src, dst) = (addr(1, 0).ip(), addr(2, 0).ip());
    let got = handle_datagram(&mut cx, InterfaceId(1), src, dst, frame);
    assert_eq!(cx.trace.ledger().held(), i64::from(got.is_some()));
    match got {
        Some((header, frame)) => Ok((header, frame.to_vec())),
        None => Err(cx.trace.drain().next().map_or("nothing", |event| event.reason.name)),
    }
}

#[test]
fn there_and_back_at_every_length() {
    for len in (0..600).chain([1472, 9000, LONGEST_PAYLOAD]) {
        let payload: Vec<u8> = (0..len).map(|i| i as u8).collect();
        let (header, got) = receive(datagram(&payload)).expect("sound");
        assert_eq!((header.src_port, header.dst_port), (1000, 53));
        assert_eq!(usize::from(header.len), len + 8);
        assert!(got == payload, "length {len}");
    }
}

#[test]
fn one_octet_more_than_the_longest_is_an_error() {
    let mut cx = Cx::new(NodeId(0), false);
    let len = LONGEST_PAYLOAD + 1;
    let mut frame = cx.pool.frame(vec![0; len].into());
    assert_eq!(emit(&mut frame, addr(1, 1), addr(2, 2)), Err(TooLong { len }));
    assert_eq!(frame.len(), len);
}

#[test]
fn a_payload_that_stands_in_the_head_is_sent_too() {
    let mut cx = Cx::new(NodeId(0), false);
    let payload: Vec<u8> = (0..300).map(|i| i as u8).collect();
    let mut frame = cx.pool.frame_from(payload.clone().into());
    emit(&mut frame, addr(1, 1000), addr(2, 53)).expect("short enough");
    assert_eq!(frame.to_vec(), datagram(&payload));
}

#[test]
fn rules() {
    let change = |at: usize, to: u8| {
        let mut octets = datagram(b"hello, world");
        octets[at] = to;
        octets
    };
    let cut = |len: usize| datagram(b"hello, world")[..len].to_vec();
    let mut no_checksum = datagram(b"hello, world");
    no_checksum[6..8].fill(0);
    let mut trailing = datagram(b"hello, world");
    trailing.extend([9; 5]);
    let rows = [
        ("rfc768: nothing wrong", cut(20), Ok(12)),
        ("rfc768: checksum 0 means none", no_checksum, Ok(12)),
        ("rfc768: what lies beyond the length is not data", trailing, Ok(12)),
        ("rfc1122#4.1.3.4: a flipped payload", change(12, b'!'), Err("udp_malformed")),
        ("rfc1122#4.1.3.4: a flipped port", change(0, 7), Err("udp_malformed")),
        ("rfc768: length below the header", change(5, 7), Err("udp_malformed")),
        ("rfc768: length beyond the packet", change(5, 200), Err("udp_malformed")),
        ("cut in the header", cut(7), Err("udp_malformed")),
        ("empty", cut(0), Err("udp_malformed")),
    ];
    for (rule, octets, want) in rows {
        assert_eq!(receive(octets).map(|(_, payload)| payload.len()), want, "{rule}");
    }
}

#[test]
fn a_queue_is_charged_by_memory_and_bounded() {
    let mut cx = Cx::new(NodeId(0), true);
    let mut queue = Queue::new(8_000);
    let mut taken = 0;
    for _ in 0..100 {
        let mut frame = cx.pool.frame(vec![1; 600].into());
        frame.meta_mut().journey = cx.trace.born();
        taken += usize::from(queue.push(&mut cx, message(addr(1, 9)), frame));
    }
    assert_eq!((taken, queue.len()), (3, 3), "600 octets are charged as a buffer of 2,048");
    assert!(queue.memory() <= 8_000);
    assert_eq!((cx.trace.ledger().delivered, cx.trace.ledger().dropped), (3, 97));
    assert_eq!(cx.trace.ledger().held(), 0);
    let (first, payload) = queue.pop().expect("three wait");
    assert_eq!((first.len, payload.len(), first.journey.count), (600, 600, 1));
    while queue.pop().is_some() {}
    assert_eq!(queue.memory(), 0);
}

#[test]
fn an_empty_queue_takes_one_datagram_of_any_size() {
    let mut cx = Cx::new(NodeId(0), true);
    let mut queue = Queue::new(100);
    for (len, want) in [(5_000, true), (1, false)] {
        let mut frame = cx.pool.frame(vec![1; len].into());
        frame.meta_mut().journey = cx.trace.born();
        assert_eq!(queue.push(&mut cx, message(addr(1, 9)), frame), want);
    }
    assert_eq!(cx.trace.drain().next_back().map(|event| event.reason.name), Some("udp_queue_full"));
}

#[test]
fn payloads_of_all_lengths_come_out_in_order_by_either_way() {
    let mut cx = Cx::new(NodeId(0), false);
    let mut random = base::RandomSource::new(1, "queue", 0).stream("test");
    let mut queue = Queue::new(1 << 20);
    let mut expected = std::collections::VecDeque::new();
    for step in 0..5_000 {
        // Bursts, so that the queue grows and becomes empty again.
        if random.chance(if step % 200 < 100 { 0.7 } else { 0.3 }) {
            let len = [0, 1, 18, 255, 256, 257, 1_400][random.below(7) as usize];
            let octets: Vec<u8> = (0..len).map(|i| (i + step) as u8).collect();
            let frame = match random.below(2) {
                0 => cx.pool.frame_from(octets.clone().into()),
                _ => cx.pool.frame(octets.clone().into()),
            };
            assert!(queue.push(&mut cx, message(addr(1, 9)), frame));
            expected.push_back(octets);
            continue;
        }
        let want = expected.pop_front();
        if random.chance(0.5) {
            let got = queue.pop().map(|(_, payload)| payload.into_bytes().to_vec());
            assert_eq!(got, want);
        } else {
            let mut out = [0; 300];
            assert_eq!(queue.peek().map(|message| message.len), want.as_ref().map(Vec::len));
            queue.pop_into(&mut out);
            let want = want.unwrap_or_default();
            let fits = want.len().min(out.len());
            assert_eq!(out[..fits], want[..fits], "cut to the buffer");
        }
        assert_eq!(queue.len(), expected.len());
        assert_eq!(queue.is_empty(), queue.memory() == 0);
    }
}
