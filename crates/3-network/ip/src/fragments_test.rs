//! Cutting and putting together: there and back, attacks, the timer and the bounds.

use super::*;
use crate::tests::{Bench, Probe, ROUTER, icmp, ip_of};
use crate::{Packet as OwnPacket, Protocol};
use base::{Journey, RandomSource};
use core::net::IpAddr;
use proptest::prelude::*;
use wire::icmpv4;

impl Reassembly {
    /// The invariants of the module's head.
    fn check(&self) {
        let pieces = || self.table.values().flat_map(|packet| packet.pieces.values());
        assert_eq!(self.memory, pieces().map(Piece::charge).sum::<usize>());
        assert!(self.memory <= MEMORY && self.table.len() <= PACKETS);
        let named: BTreeMap<u64, Key> =
            self.table.iter().map(|(key, packet)| (packet.number, *key)).collect();
        assert_eq!(named, self.by_age);
        for packet in self.table.values() {
            let mut end = 0;
            for piece in packet.pieces.values() {
                assert!(usize::from(piece.header.fragment_offset) >= end, "pieces overlap");
                end = piece.end();
            }
            assert_eq!(packet.received, packet.pieces.values().map(Piece::payload).sum::<usize>());
        }
    }
}

/// A fragment for the router itself: `start` and `len` in octets, and whether more follow.
fn fragment(id: u16, start: u16, len: usize, more: bool) -> Probe {
    Probe {
        dst: "10.0.1.1",
        id,
        offset: start,
        more_fragments: more,
        payload: (0..len).map(|i| (usize::from(start) + i) as u8).collect(),
        ..Probe::default()
    }
}

fn script(steps: &[(&str, Probe, &str)]) -> Bench {
    let mut bench = Bench::new(ROUTER);
    for (rule, probe, want) in steps {
        assert_eq!(bench.put(probe), *want, "{rule}");
        bench.ip.reassembly.check();
    }
    bench
}

const KEPT: &str = "- | | fragment_kept";

#[test]
fn in_order_out_of_order_and_two_packets_at_once() {
    let bench = script(&[
        ("the last comes first", fragment(1, 32, 5, false), KEPT),
        ("another packet", fragment(2, 0, 16, true), KEPT),
        ("the middle", fragment(1, 16, 16, true), KEPT),
        ("a middle that came before", fragment(1, 16, 16, true), "- | | duplicate_fragment"),
        (
            "the first",
            fragment(1, 0, 16, true),
            "deliver | | fragment_kept reassembled reassembled reassembled",
        ),
        (
            "the other",
            fragment(2, 16, 1, false),
            "deliver | | fragment_kept reassembled reassembled",
        ),
    ]);
    let payloads: Vec<Vec<u8>> = bench.delivered.iter().map(|got| got.frame.to_vec()).collect();
    assert_eq!(payloads, [(0..37).collect::<Vec<u8>>(), (0..17).collect()]);
    assert_eq!((bench.ip.held(), bench.ip.next_deadline()), (0, None));
}

#[test]
fn overlaps_and_nonsense() {
    const OVERLAP: &str = "- | | fragment_overlap fragment_overlap";
    const SPOILT: &str = "- | | fragment_overlap";
    const BAD: &str = "- | | bad_fragment";
    let mut other = fragment(1, 0, 16, true);
    other.payload[3] ^= 1;
    let rows: [(&str, Probe, Probe, &str); 11] = [
        (
            "the same octets, once as the end",
            fragment(1, 16, 8, true),
            fragment(1, 16, 8, false),
            OVERLAP,
        ),
        ("rfc5722#4: over the end", fragment(1, 0, 16, true), fragment(1, 8, 16, true), OVERLAP),
        ("rfc5722#4: over the start", fragment(1, 8, 16, true), fragment(1, 0, 16, true), OVERLAP),
        ("rfc5722#4: inside", fragment(1, 0, 32, true), fragment(1, 8, 8, true), OVERLAP),
        ("rfc5722#4: around", fragment(1, 8, 8, true), fragment(1, 0, 32, true), OVERLAP),
        ("rfc5722#4: the same place, other octets", fragment(1, 0, 16, true), other, OVERLAP),
        ("rfc5722#4: shorter", fragment(1, 0, 16, true), fragment(1, 0, 8, true), OVERLAP),
        (
            "two ends",
            fragment(1, 16, 8, false),
            fragment(1, 32, 8, false),
            "- | | bad_fragment fragment_overlap",
        ),
        (
            "beyond the end",
            fragment(1, 16, 8, false),
            fragment(1, 24, 8, true),
            "- | | bad_fragment fragment_overlap",
        ),
        (
            "an end before what came",
            fragment(1, 24, 8, true),
            fragment(1, 8, 8, false),
            "- | | bad_fragment fragment_overlap",
        ),
        ("touching is no overlap", fragment(1, 0, 16, true), fragment(1, 16, 16, true), KEPT),
    ];
    for (rule, first, second, want) in rows {
        let spoilt = want != KEPT;
        let mut bench = script(&[(rule, first, KEPT), (rule, second, want)]);
        let later = bench.put(&fragment(1, 64, 8, true));
        assert_eq!(later, if spoilt { SPOILT } else { KEPT }, "{rule}: what comes later");
        bench.ip.reassembly.check();
    }
    script(&[
        ("rfc791#3.2: not a multiple of 8", fragment(1, 0, 15, true), BAD),
        ("nothing in it", fragment(1, 8, 0, true), BAD),
        ("the ping of death", fragment(1, 65_528, 100, false), BAD),
        ("the very end is allowed", fragment(1, 65_504, 11, false), KEPT),
    ]);
}

#[test]
fn rfc1122_3_3_2_the_timer() {
    for (start, told) in [(0, true), (16, false)] {
        let mut bench = script(&[("one piece", fragment(1, start, 16, true), KEPT)]);
        bench.at_ms(29_000);
        assert_eq!(bench.put(&fragment(1, 32, 16, true)), KEPT);
        assert_eq!(bench.ip.next_deadline(), Some(Instant::ZERO + TIMER));
        bench.at_ms(29_999);
        bench.ip.handle_timeout(&mut bench.cx);
        assert_eq!(bench.tell(String::new()), " | |", "not yet");
        bench.at_ms(30_000);
        bench.ip.handle_timeout(&mut bench.cx);
        let want = if told {
            " | 1>10.0.1.9(10.0.1.1 icmp 11.1) | reassembly_timeout reassembly_timeout icmp_sent"
        } else {
            " | | reassembly_timeout reassembly_timeout"
        };
        assert_eq!(bench.tell(String::new()), want);
        assert_eq!((bench.ip.held(), bench.ip.next_deadline()), (0, None));
        if let Some(error) = bench.sent.pop() {
            assert_eq!(error[28..], fragment(1, 0, 16, true).octets(), "it quotes the first piece");
        }
    }
}

#[test]
fn a_flood_of_fragments_stays_within_bounds() {
    let mut bench = Bench::new(ROUTER);
    let mut full = 0;
    for id in 0..2_000 {
        for start in [0, 1024] {
            full += usize::from(bench.put(&fragment(id, start, 1024, true)).contains("_full"));
            bench.ip.reassembly.check();
        }
    }
    assert!(full > 1_000 && bench.ip.held() <= MEMORY / BUFFER);
    // Packets of one piece each fill the table before the memory.
    for id in 3_000..3_000 + 2 * PACKETS as u16 {
        bench.put(&fragment(id, 0, 8, true));
        bench.ip.reassembly.check();
    }
    // An honest packet still gets through.
    bench.put(&fragment(9_999, 0, 8, true));
    assert!(bench.put(&fragment(9_999, 8, 8, false)).starts_with("deliver"));
    // One packet in too many pieces.
    for piece in 0..=PIECES as u16 {
        let text = bench.put(&fragment(7_777, piece * 8, 8, true));
        assert_eq!(text.contains("bad_fragment"), usize::from(piece) == PIECES, "{text}");
        bench.ip.reassembly.check();
    }
}

#[test]
fn rfc3168_5_3_congestion_seen_by_one_piece_was_seen_by_the_packet() {
    let mut bench = Bench::new(ROUTER);
    bench.put(&fragment(1, 0, 8, true));
    let mut marked = fragment(1, 8, 8, false).octets();
    marked[1] = 3;
    marked[10..12].fill(0);
    let sum = base::checksum::checksum(&marked[..20]);
    marked[10..12].copy_from_slice(&sum.to_be_bytes());
    let frame = bench.frame(marked);
    bench.put_frame(base::InterfaceId(1), false, frame);
    assert_eq!(bench.delivered.pop().map(|datagram| datagram.tos), Some(3));
}

#[test]
fn a_rebuilt_packet_can_be_quoted() {
    let mut bench = script(&[
        ("first", fragment(1, 0, 16, true), KEPT),
        ("a gap", fragment(1, 24, 8, false), KEPT),
    ]);
    bench.put(&fragment(1, 16, 8, true));
    let datagram = bench.delivered.pop().expect("whole");
    bench.ip.reject(&mut bench.cx, &datagram, crate::Unreachable::Port);
    assert_eq!(bench.tell(String::new()), " | 1>10.0.1.9(10.0.1.1 icmp 3.3) | icmp_sent");
    let quoted = bench.sent.pop().expect("an error");
    let header = Header::parse(&quoted[28..], 0).expect("a sound header");
    assert_eq!((header.total_len, header.is_fragment()), (52, false));
    assert_eq!(quoted[48..], (0..32).collect::<Vec<u8>>());
}

#[test]
fn rfc1122_3_2_2_6_a_long_ping_comes_back_whole() {
    let data: Vec<u8> = (0..5_000).map(|i| i as u8).collect();
    let ping = icmp(icmpv4::Header::EchoRequest { id: 1, seq: 2 }, &data);
    let mut bench = Bench::new(ROUTER);
    for (index, part) in ping.chunks(1_480).enumerate() {
        let start = index * 1_480;
        let probe = Probe {
            protocol: Protocol::ICMP,
            payload: part.to_vec(),
            ..fragment(3, start as u16, 0, start + part.len() < ping.len())
        };
        bench.put(&probe);
    }
    let datagram = bench.delivered.pop().expect("whole");
    bench.cx.trace.entered();
    assert!(matches!(bench.ip.handle_icmp(&mut bench.cx, datagram), crate::IcmpOutcome::Ended));
    let text = bench.tell(String::new());
    assert_eq!(text, " | 1>10.0.1.9 1>10.0.1.9 1>10.0.1.9 1>10.0.1.9 | echo_answered fragmented");
    let reply = put_together(&bench.sent, 20);
    assert_eq!(reply[8..], data);
    let first = Header::read(&bench.sent[0]).expect("sound");
    assert_eq!(first.fragment_offset, 0, "the first piece goes first");
}

/// The payload of fragments that came in order.
fn put_together(sent: &[Vec<u8>], header_len: usize) -> Vec<u8> {
    let mut payload = Vec::new();
    for octets in sent {
        let header = Header::parse(octets, 0).expect("sound");
        assert_eq!(usize::from(header.fragment_offset), payload.len());
        payload.extend_from_slice(&octets[header_len..]);
    }
    let last = Header::parse(sent.last().expect("some"), 0).expect("sound");
    assert!(!last.more_fragments);
    payload
}

#[test]
fn rfc791_3_2_a_router_cuts_a_piece_again_and_copies_marked_options() {
    let mut bench = Bench::new(ROUTER);
    // Router alert is copied into every piece (type 148), record route is not (type 7).
    let probe = Probe {
        dst: "10.0.3.9",
        offset: 800,
        more_fragments: true,
        options: vec![148, 4, 0, 0, 7, 3, 4, 0],
        payload: (0..1_200).map(|i| i as u8).collect(),
        ..Probe::default()
    };
    assert_eq!(bench.put(&probe), "3>10.0.3.9 | 3>10.0.3.9 3>10.0.3.9 | forwarded fragmented");
    let mut payload = Vec::new();
    for (index, octets) in bench.sent.iter().enumerate() {
        let header = Header::parse(octets, 0).expect("sound");
        assert_eq!(header.header_len, if index == 0 { 28 } else { 24 });
        assert_eq!(octets[20..24], [148, 4, 0, 0]);
        assert!(header.more_fragments, "the packet was itself not the last piece");
        assert_eq!((header.ttl, header.id), (63, 7));
        assert_eq!(usize::from(header.fragment_offset), 800 + payload.len());
        payload.extend_from_slice(&octets[usize::from(header.header_len)..]);
    }
    assert_eq!(payload, probe.payload);
}

proptest! {
    /// What one machine cuts, another puts together, in any order, with pieces that come twice,
    /// however the frame's octets lie in head and body.
    #[test]
    fn there_and_back(
        len in 0usize..6_000,
        in_head in 0usize..140,
        mtu in 68u16..1_600,
        seed in any::<u64>(),
    ) {
        let mut random = RandomSource::new(seed, "fragments", 0).stream("test");
        let mut payload = vec![0; len];
        random.fill(&mut payload);
        let mut bench = Bench::new(ROUTER);
        bench.ip.set_interface(base::InterfaceId(1), crate::InterfaceConfig { mtu, up: true });
        let mut frame = bench.cx.pool.frame_with_headers(payload.clone().into(), in_head.min(len));
        frame.meta_mut().journey = bench.cx.trace.born();
        let parent = frame.meta().journey;
        let packet = OwnPacket {
            source: None,
            destination: ip_of("10.0.1.9"),
            protocol: Protocol::UDP,
            ttl: None,
            tos: 0,
            dont_fragment: false,
            interface: None,
        };
        let first = bench.ip.send(&mut bench.cx, &packet, frame).expect("a route");
        let mut pieces = vec![first.frame];
        while let Some(outgoing) = bench.ip.poll_packet(&mut bench.cx) {
            pieces.push(outgoing.frame);
        }
        prop_assert_eq!(bench.cx.trace.ledger().held(), pieces.len() as i64);
        prop_assert_eq!(pieces.len() > 1, len + 20 > usize::from(mtu));
        for piece in &mut pieces {
            prop_assert!(piece.len() <= usize::from(mtu));
            if len + 20 > usize::from(mtu) {
                prop_assert_eq!(piece.meta().parent, parent);
            }
            piece.prepend(14); // the next header must find room
            piece.strip(14);
        }
        let mut order: Vec<usize> = (0..pieces.len()).collect();
        order.extend((0..3).map(|_| random.below(pieces.len() as u64) as usize));
        for i in (1..order.len()).rev() {
            order.swap(i, random.below(i as u64 + 1) as usize);
        }
        let mut other = Bench::new(crate::Config::default());
        other.ip.add_address(base::InterfaceId(1), "10.0.1.9/24".parse().expect("a prefix")).expect("good");
        other.ip.remove_address(base::InterfaceId(1), "10.0.1.1/24".parse().expect("a prefix")).expect("there");
        for index in order {
            let mut frame = other.frame(pieces[index].to_vec());
            frame.meta_mut().journey = Journey { origin: base::NodeId(9), count: index as u32 + 1 };
            other.put_frame(base::InterfaceId(1), false, frame);
            other.ip.reassembly.check();
        }
        let whole = other.delivered.first().expect("whole");
        prop_assert_eq!(whole.frame.to_vec(), payload);
        prop_assert_eq!((whole.src, whole.dst), (ip_of("10.0.1.1"), IpAddr::from([10, 0, 1, 9])));
    }
}
