//! Echoes answered, errors told and errors heard: a row per rule.

use super::*;
use crate::tests::{Bench, Probe, ROUTER, check, icmp, ip_of, own, probe, v4};
use crate::{Config, Verdict};
use base::InterfaceId;
use wire::ipv4::Header;

/// The rule, the message, what it quotes, what the layer makes of it, and the reason.
type Row<'a> = (&'a str, icmpv4::Header, &'a [u8], Option<IcmpErrorKind>, &'a str);

#[test]
fn rfc1812_4_3_2_7_when_no_error_is_sent() {
    let dying = |change: fn(&mut Probe)| {
        probe(|p| {
            p.ttl = 1;
            change(p);
        })
    };
    let error = |kind: u8| {
        let mut payload = vec![0; 36];
        payload[0] = kind;
        payload
    };
    let kinds = [
        (0, true),
        (8, true),
        (13, true),
        (3, false),
        (4, false),
        (5, false),
        (11, false),
        (12, false),
    ];
    for (kind, told) in kinds {
        let probe = probe(|p| (p.ttl, p.protocol, p.payload) = (1, Protocol::ICMP, error(kind)));
        let text = Bench::new(ROUTER).put(&probe);
        assert_eq!(text.contains("icmp 11.0"), told, "ICMP type {kind}: {text}");
        assert_eq!(text.contains("icmp_withheld"), !told, "ICMP type {kind}: {text}");
    }
    check(
        ROUTER,
        &[
            ("a later fragment", dying(|p| p.offset = 8), "- | | icmp_withheld ttl_exceeded"),
            (
                "the first fragment",
                dying(|p| p.more_fragments = true),
                "- | 1>10.0.1.9(10.0.1.1 icmp 11.0) | icmp_sent ttl_exceeded",
            ),
            (
                "an ICMP message too short to tell",
                dying(|p| (p.protocol, p.payload) = (Protocol::ICMP, vec![8])),
                "- | | icmp_withheld ttl_exceeded",
            ),
        ],
    );
    // A delivered datagram that was for everybody gets no "port unreachable".
    for (dst, link_broadcast, told) in
        [("10.0.1.1", false, true), ("10.0.1.255", false, false), ("255.255.255.255", true, false)]
    {
        let mut bench = Bench::new(ROUTER);
        bench.put(&probe(|p| (p.dst, p.link_broadcast) = (dst, link_broadcast)));
        let datagram = bench.delivered.pop().expect("delivered");
        bench.ip.reject(&mut bench.cx, &datagram, Unreachable::Port);
        let text = bench.tell(String::new());
        let want = " | 1>10.0.1.9(10.0.1.1 icmp 3.3) | icmp_sent";
        assert_eq!(text, if told { want } else { " | | icmp_withheld" }, "{dst}");
    }
}

#[test]
fn rfc1122_3_2_2_6_an_echo_carries_the_way_and_the_times_back() {
    for len in [0, 56, 90, 1_400, 3_000] {
        let mut bench = Bench::new(ROUTER);
        bench.at_ms(258);
        let way = [7, 11, 8, 10, 0, 1, 9, 0, 0, 0, 0, 68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let mut options = [1, 130, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0].to_vec();
        options.extend(way);
        options.push(0);
        let data: Vec<u8> = (0..len).map(|i| i as u8).collect();
        let payload = icmp(icmpv4::Header::EchoRequest { id: 1, seq: 1 }, &data);
        bench.put(&Probe {
            dst: "10.0.2.1",
            protocol: Protocol::ICMP,
            options,
            payload,
            ..Probe::default()
        });
        let datagram = bench.delivered.pop().expect("delivered");
        // As `Bench::put` counts the datagram as delivered, its end is not counted twice.
        bench.cx.trace.entered();
        let outcome = bench.ip.handle_icmp(&mut bench.cx, datagram);
        assert!(matches!(outcome, IcmpOutcome::Ended));
        bench.tell(String::new());
        let reply = &bench.sent[0];
        let want = [7, 11, 12, 10, 0, 1, 9, 10, 0, 2, 1, 68, 12, 9, 0, 128, 0, 1, 2, 0, 0, 0, 0, 0];
        assert_eq!(reply[20..44], want, "{len} octets");
        assert_eq!(&reply[12..16], [10, 0, 2, 1]);
        let whole: usize = bench.sent.iter().map(|p| p.len() - usize::from(p[0] & 15) * 4).sum();
        assert_eq!(whole, 8 + data.len());
    }
}

#[test]
fn rfc1812_4_3_2_an_error_quotes_all_that_fits_in_576_octets() {
    for len in [0, 8, 100, 528, 529, 1400] {
        let mut bench = Bench::new(ROUTER);
        let probe =
            probe(|p| (p.dst, p.payload) = ("10.0.2.1", (0..len).map(|i| i as u8).collect()));
        bench.put(&probe);
        let datagram = bench.delivered.pop().expect("delivered");
        bench.ip.reject(&mut bench.cx, &datagram, Unreachable::Port);
        bench.tell(String::new());
        let sent = bench.sent.pop().expect("an error");
        let header = Header::parse(&sent, 0).expect("sound");
        let octets = probe.octets();
        assert_eq!(sent.len(), (28 + octets.len()).min(576), "payload {len}");
        assert_eq!(sent[28..], octets[..octets.len().min(548)], "payload {len}");
        assert_eq!((header.ttl, header.tos, header.dont_fragment), (64, 0xc0, false));
        assert_eq!(header.src, v4("10.0.2.1"), "rfc1812#4.3.2.4: the address that was spoken to");
    }
}

#[test]
fn rfc1812_4_3_2_8_errors_are_limited() {
    let mut bench = Bench::new(Config { icmp_rate: 10, icmp_burst: 3, ..ROUTER });
    let dying = probe(|p| p.ttl = 1);
    let mut told = 0;
    for _ in 0..10 {
        let text = bench.put(&dying);
        told += usize::from(text.contains("icmp_sent"));
        assert!(text.contains("icmp_sent") != text.contains("icmp_limited"), "{text}");
    }
    assert_eq!(told, 3);
    bench.at_ms(100);
    assert!(bench.put(&dying).contains("icmp_sent") && bench.put(&dying).contains("icmp_limited"));
}

#[test]
fn echo() {
    let request = |len: usize| {
        let data: Vec<u8> = (0..len).map(|i| i as u8).collect();
        icmp(icmpv4::Header::EchoRequest { id: 5, seq: 6 }, &data)
    };
    for len in [0, 1, 56, 57, 200, 1472] {
        let mut bench = Bench::new(ROUTER);
        let ping =
            probe(|p| (p.dst, p.protocol, p.payload) = ("10.0.2.1", Protocol::ICMP, request(len)));
        assert_eq!(bench.put(&ping), "deliver | |");
        assert_eq!(answer(&mut bench), " | 1>10.0.1.9(10.0.2.1 icmp 0.0) | echo_answered");
        let sent = bench.sent.pop().expect("a reply");
        assert_eq!(sent[28..], ping.payload[8..], "rfc1122#3.2.2.6: the same data");
    }
    let mut bench = Bench::new(ROUTER);
    let broadcast =
        probe(|p| (p.dst, p.protocol, p.payload) = ("10.0.1.255", Protocol::ICMP, request(9)));
    bench.put(&broadcast);
    assert_eq!(answer(&mut bench), " | | echo_to_all");
    let wrong = probe(|p| {
        (p.dst, p.protocol, p.payload) = ("10.0.1.1", Protocol::ICMP, request(9));
        p.payload[9] ^= 1;
    });
    bench.put(&wrong);
    assert_eq!(answer(&mut bench), " | | malformed_icmp");
}

/// Hands the last datagram to `handle_icmp`, which must end it.
fn answer(bench: &mut Bench) -> String {
    let datagram = bench.delivered.pop().expect("delivered");
    bench.cx.trace.drain();
    // `put` counted it as delivered; here the layer itself uses it up.
    bench.cx.trace.entered();
    let outcome = bench.ip.handle_icmp(&mut bench.cx, datagram);
    assert!(matches!(outcome, IcmpOutcome::Ended), "{outcome:?}");
    bench.tell(String::new())
}

#[test]
fn errors_about_our_packets_are_heard() {
    let quote = |src: &'static str, offset: u16| {
        let about = probe(|p| {
            (p.src, p.dst, p.offset) = (src, "192.168.1.1", offset);
            p.payload = vec![1, 2, 3, 4, 5, 6, 7, 8];
        });
        about.octets()
    };
    let unreachable = icmpv4::Header::DestinationUnreachable;
    let big = unreachable(Unreachable::FragmentationNeeded { next_hop_mtu: 1400 });
    let ours = quote("10.0.1.1", 0);
    let redirect = icmpv4::Header::Redirect { code: 1, gateway: v4("10.0.1.7") };
    let rows: [Row<'_>; 9] = [
        (
            "3.1",
            unreachable(Unreachable::Host),
            &ours,
            Some(IcmpErrorKind::Unreachable(Unreachable::Host)),
            "icmp_error_heard",
        ),
        (
            "3.4",
            big,
            &ours,
            Some(IcmpErrorKind::Unreachable(Unreachable::FragmentationNeeded {
                next_hop_mtu: 1400,
            })),
            "icmp_error_heard",
        ),
        (
            "11.0",
            icmpv4::Header::TimeExceeded { reassembly: false },
            &ours,
            Some(IcmpErrorKind::TimeExceeded { reassembly: false }),
            "icmp_error_heard",
        ),
        (
            "12",
            icmpv4::Header::ParameterProblem { code: 0, pointer: 9 },
            &ours,
            Some(IcmpErrorKind::ParameterProblem { pointer: 9 }),
            "icmp_error_heard",
        ),
        ("5", redirect, &ours, None, "redirect_ignored"),
        (
            "rfc5927#4: not ours",
            unreachable(Unreachable::Host),
            &quote("10.0.1.7", 0),
            None,
            "icmp_not_about_us",
        ),
        (
            "a later fragment",
            unreachable(Unreachable::Host),
            &quote("10.0.1.1", 8),
            None,
            "malformed_icmp",
        ),
        ("rfc792: 7 octets", unreachable(Unreachable::Host), &ours[..27], None, "malformed_icmp"),
        ("nothing", unreachable(Unreachable::Host), &[], None, "malformed_icmp"),
    ];
    for (rule, header, quote, want, reason) in rows {
        let mut bench = Bench::new(ROUTER);
        let probe = probe(|p| {
            (p.dst, p.protocol, p.payload) = ("10.0.1.1", Protocol::ICMP, icmp(header, quote));
        });
        bench.put(&probe);
        let datagram = bench.delivered.pop().expect("delivered");
        bench.cx.trace.entered();
        let got = match bench.ip.handle_icmp(&mut bench.cx, datagram) {
            IcmpOutcome::Error(error) => {
                assert_eq!(error.quoted.first8, [1, 2, 3, 4, 5, 6, 7, 8]);
                assert_eq!(
                    (error.from, error.quoted.dst),
                    (ip_of("10.0.1.9"), ip_of("192.168.1.1"))
                );
                Some(error.kind)
            }
            IcmpOutcome::Ended => None,
            IcmpOutcome::Unclaimed(_) => panic!("{rule}: unclaimed"),
        };
        assert_eq!(got, want, "{rule}");
        assert_eq!(bench.tell(String::new()), format!(" | | {reason}"), "{rule}");
    }
}

#[test]
fn a_neighbour_that_does_not_answer() {
    let mut bench = Bench::new(ROUTER);
    let frame = bench.frame(Probe::default().octets());
    let verdict = bench.ip.handle_packet(&mut bench.cx, InterfaceId(1), false, frame);
    let Verdict::Forward(outgoing) = verdict else { panic!("forwarded") };
    bench.cx.trace.drain();
    bench.ip.unreachable(&mut bench.cx, outgoing.frame);
    let want = " | 1>10.0.1.9(10.0.1.1 icmp 3.1) | icmp_sent neighbour_unreachable";
    assert_eq!(bench.tell(String::new()), want);
    // A packet of our own: the error comes to ourselves, by loopback.
    let mut frame = bench.cx.pool.frame(vec![1; 8].into());
    frame.meta_mut().journey = bench.cx.trace.born();
    let outgoing = bench.ip.send(&mut bench.cx, &own("10.0.2.9"), frame).expect("a route");
    bench.ip.unreachable(&mut bench.cx, outgoing.frame);
    let want = " | 0>10.0.2.1(10.0.2.1 icmp 3.1) | icmp_sent neighbour_unreachable";
    assert_eq!(bench.tell(String::new()), want);
}

#[test]
fn rfc1812_4_3_2_7_nor_about_a_packet_that_came_by_another_way() {
    for (src, dst, told) in [
        ("10.0.1.9", "10.0.2.9", true),
        ("10.0.1.255", "10.0.2.9", false),
        ("10.0.1.9", "10.0.2.255", false),
        ("10.0.1.9", "224.0.0.9", false),
        ("10.0.1.9", "255.255.255.255", false),
        ("0.0.0.0", "10.0.2.9", false),
    ] {
        let mut bench = Bench::new(ROUTER);
        let probe = probe(|p| (p.src, p.dst) = (src, dst));
        let frame = bench.frame(probe.octets());
        bench.ip.unreachable(&mut bench.cx, frame);
        let text = bench.tell(String::new());
        assert_eq!(text.contains("icmp_sent"), told, "{src} {dst}: {text}");
    }
}
