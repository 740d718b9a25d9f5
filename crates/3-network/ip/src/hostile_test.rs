//! Thousands of bent packets, half of them with their checksums mended, into a router: nothing
//! panics, every frame is accounted for, the tables stay within their bounds, and an honest ping is
//! answered all the while.

use crate::tests::{Bench, Probe, ROUTER, icmp};
use crate::{Datagram, IcmpOutcome, Protocol, Unreachable, Verdict};
use base::{InterfaceId, Random, RandomSource, checksum};
use core::net::IpAddr;
use trace::Fate;
use wire::icmpv4;

/// Frames that the layer itself may hold: its output and what the reassembler's memory allows.
const HELD: usize = 512 + 512;

fn seeds() -> Vec<Vec<u8>> {
    let echo = icmp(icmpv4::Header::EchoRequest { id: 1, seq: 1 }, &[7; 40]);
    let quote = Probe { src: "10.0.1.1", ..Probe::default() }.octets();
    let why = icmpv4::Header::DestinationUnreachable(Unreachable::Port);
    let seeds = [
        Probe::default(),
        Probe { dst: "10.0.3.9", payload: vec![3; 1400], ..Probe::default() },
        Probe { dst: "10.0.1.1", protocol: Protocol::ICMP, payload: echo, ..Probe::default() },
        Probe {
            dst: "10.0.1.1",
            protocol: Protocol::ICMP,
            payload: icmp(why, &quote),
            ..Probe::default()
        },
        Probe { dst: "10.0.1.1", more_fragments: true, offset: 16, ..Probe::default() },
        Probe { options: vec![131, 7, 4, 10, 0, 2, 8, 0], ..Probe::default() },
        Probe { dst: "10.0.1.255", ttl: 1, ..Probe::default() },
    ];
    seeds.iter().map(Probe::octets).collect()
}

/// Bends up to four octets, preferably of the headers, and cuts one packet in eight.
fn bend(octets: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let reach = if random.chance(0.7) { octets.len().min(48) } else { octets.len() };
        let at = random.below(reach as u64) as usize;
        octets[at] = random.next_u32() as u8;
    }
    if random.chance(0.125) {
        let len = random.below(octets.len() as u64) as usize;
        octets.truncate(len.max(1));
    }
    if random.chance(0.5) {
        mend(octets);
    }
}

/// Makes the header's checksum right, and an ICMP message's.
fn mend(octets: &mut [u8]) {
    let header_len = usize::from(octets[0] & 0x0f) * 4;
    if header_len < 20 || octets.len() < header_len {
        return;
    }
    let is_icmp = octets[9] == 1;
    let (header, rest) = octets.split_at_mut(header_len);
    for (part, at) in [(header, 10), (rest, 2)] {
        if part.len() >= 8 && (at == 10 || is_icmp) {
            part[at..at + 2].fill(0);
            let sum = checksum::checksum(part);
            part[at..at + 2].copy_from_slice(&sum.to_be_bytes());
        }
    }
}

/// What a host does with a datagram: ICMP to the layer, all else has no port here.
fn consume(bench: &mut Bench, datagram: Datagram) {
    if datagram.protocol == Protocol::ICMP {
        if let IcmpOutcome::Unclaimed(_) = bench.ip.handle_icmp(&mut bench.cx, datagram) {
            bench.cx.trace.ended(Fate::Dropped);
        }
    } else {
        bench.ip.reject(&mut bench.cx, &datagram, Unreachable::Port);
        bench.cx.trace.ended(Fate::Dropped);
    }
}

#[test]
fn bent_packets() {
    let mut random = RandomSource::new(4, "hostile", 0).stream("ip");
    let seeds = seeds();
    let mut bench = Bench::new(ROUTER);
    let (mut delivered, mut forwarded, mut answered) = (0u32, 0u32, 0u32);
    for round in 0..60_000u64 {
        bench.at_ms(round);
        let mut octets = seeds[random.below(seeds.len() as u64) as usize].clone();
        let honest = round % 1_000 == 999;
        if honest {
            octets = seeds[2].clone();
        } else {
            bend(&mut octets, &mut random);
        }
        let frame = bench.frame(octets);
        let interface = InterfaceId(1 + random.below(3) as u16);
        let link_broadcast = !honest && random.chance(0.05);
        match bench.ip.handle_packet(&mut bench.cx, interface, link_broadcast, frame) {
            Verdict::Deliver(datagram) => {
                delivered += 1;
                consume(&mut bench, datagram);
            }
            Verdict::Forward(_) => {
                forwarded += 1;
                bench.cx.trace.ended(Fate::Sent);
            }
            Verdict::Ended => {}
        }
        bench.ip.handle_timeout(&mut bench.cx);
        while let Some(outgoing) = bench.ip.poll_packet(&mut bench.cx) {
            bench.cx.trace.ended(Fate::Sent);
            let to_peer = outgoing.path.next_hop == IpAddr::from([10, 0, 1, 9]);
            answered += u32::from(honest && to_peer && outgoing.frame.head()[20] == 0);
        }
        assert_eq!(bench.cx.trace.ledger().held(), bench.ip.held() as i64, "round {round}");
        assert!(bench.ip.held() <= HELD);
        bench.cx.trace.drain();
    }
    assert_eq!(answered, 60, "every honest ping");
    assert!(delivered > 5_000 && forwarded > 5_000, "{delivered} delivered, {forwarded} forwarded");
}
