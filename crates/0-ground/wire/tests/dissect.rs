//! The dissector's answer to single frames, whole: the tree, the ranges, what follows; where it
//! stops; and where `headers_len` cuts.

extern crate catenet_wire as wire;
mod support;

use base::field::{Fields, Value};
use base::{Body, Seq};
use core::fmt::Write;
use core::net::Ipv4Addr;
use support::*;
use wire::tcp::{Flags, Options, Timestamps};
use wire::{Protocol, Rest, arp, dissect, ethernet, headers_len, icmpv4, tcp};

const A: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const B: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);

fn tree(octets: &[u8]) -> (String, Rest) {
    let mut fields = Fields::default();
    let rest = dissect(octets, &mut fields);
    let mut text = String::new();
    for field in &fields.list {
        let value = match &field.value {
            Value::Present | Value::Octets => String::new(),
            Value::Number(number) => format!(" {number}"),
            Value::Flag(flag) => format!(" {flag}"),
            Value::Mac(mac) => format!(" {mac}"),
            Value::Ip(ip) => format!(" {ip}"),
            Value::Text(text) => format!(" {text:?}"),
            Value::Time(_) => " a time".to_owned(),
        };
        let indent = usize::from(field.depth) * 2;
        let (start, end) = (field.range.start, field.range.end);
        let _ = writeln!(text, "{:indent$}{}{value} [{start}..{end}]", "", field.name);
    }
    (text, rest)
}

fn acknowledgement() -> Vec<u8> {
    let header = tcp::Header {
        src_port: 40000,
        dst_port: 80,
        seq: Seq(5),
        ack: Seq(9),
        flags: Flags::ACK,
        window: 501,
        urgent: 0,
        options: Options {
            timestamps: Some(Timestamps { value: 7, echo: 6 }),
            ..Options::default()
        },
    };
    let segment = segment(&header, b"GET", A.into(), B.into());
    frame(ethernet::EtherType::IPV4, &packet(Protocol::TCP, A, B, &segment))
}

/// Read against the headers' pictures (RFC 791 and RFC 9293 section 3.1), octet by octet; the values
/// are those that `tests/tshark.rs` compares.
#[test]
fn a_segment() {
    let (text, rest) = tree(&acknowledgement());
    assert_eq!(rest, Rest { transport: Some((Protocol::TCP, 40000, 80)), payload: 66..69 });
    assert_eq!(text, include_str!("segment.tree"));
}

/// Nothing behind a malformed header is read; it is named with field and reason.
#[test]
fn it_stops_where_it_cannot_go_on() {
    let sound = acknowledgement();
    // Octets kept, changes, reason, where the malformed header begins.
    type Row = (usize, &'static [(usize, u8)], &'static str, usize);
    let rows: &[Row] = &[
        (0, &[], "eth: shorter than the 14 octets of its header", 0),
        (13, &[], "eth: shorter than the 14 octets of its header", 0),
        (14, &[], "ip: shorter than the 20 octets of its header", 14),
        (33, &[], "ip: shorter than the 20 octets of its header", 14),
        (60, &[], "ip.len: more octets than the frame holds", 14),
        (69, &[(14, 0x65)], "ip.version: is not 4", 14),
        (69, &[(14, 0x43)], "ip.hdr_len: less than 20 octets", 14),
        (69, &[(46, 0x40)], "tcp.hdr_len: less than 20 octets", 34),
        (69, &[(46, 0xf0)], "tcp.hdr_len: more octets than there are", 34),
        (69, &[(57, 1)], "tcp.option_len: not a length of this kind of option", 34),
        (69, &[(23, 17)], "udp.length: less than the header", 34),
        (69, &[(12, 8), (13, 6)], "arp.hw.type: hardware is not Ethernet (1)", 14),
        (40, &[(17, 26), (23, 1)], "icmp: shorter than the 8 octets of its header", 34),
    ];
    for (row, &(len, changes, why, at)) in rows.iter().enumerate() {
        let mut octets = sound[..len].to_vec();
        for &(at, value) in changes {
            octets[at] = value;
        }
        let (text, rest) = tree(&octets);
        let last = text.lines().last().unwrap_or_default();
        let line = format!("_ws.malformed {why:?} [{at}..");
        assert!(last.starts_with(&line), "row {row}: {last}");
        assert_eq!((rest.transport, rest.payload.start), (None, at), "row {row}");
    }
}

/// A fragment's payload is a part of something: no header is read in it.
#[test]
fn a_fragment_shows_its_ip_header_only() {
    for fragment in [[0x20, 0], [0, 1], [0x20, 1]] {
        let mut octets = acknowledgement();
        octets[20..22].copy_from_slice(&fragment);
        let (text, rest) = tree(&octets);
        assert!(!text.contains("tcp"), "{text}");
        assert_eq!(rest, Rest { transport: None, payload: 34..69 });
    }
}

/// An 802.3 frame's length ends its payload; the rest is padding.
#[test]
fn a_frame_with_a_length() {
    let octets = frame(ethernet::EtherType(7), &[0x42, 0x42, 3, 1, 1, 1, 1]);
    let (text, rest) = tree(&octets);
    assert_eq!(rest, Rest { transport: None, payload: 14..21 });
    assert!(text.ends_with("  eth.len 7 [12..14]\n  eth.padding [21..60]\n"), "{text}");
}

/// What an error is about stands in its tree, so that a filter for the connection finds it.
#[test]
fn an_error_shows_what_it_is_about() {
    let quoted = &acknowledgement()[14..14 + 28];
    let header = icmpv4::Header::DestinationUnreachable(icmpv4::Unreachable::Port);
    let message = icmp_message(&header, quoted);
    let octets = frame(ethernet::EtherType::IPV4, &packet(Protocol::ICMP, B, A, &message));
    let (text, rest) = tree(&octets);
    for line in ["  ip [42..62]", "    ip.src 10.0.0.1 [54..58]", "    tcp.dstport 80 [64..66]"] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    assert_eq!(rest, Rest { transport: None, payload: 42..70 });
}

#[test]
fn the_cut_before_the_payload() {
    let segment = acknowledgement();
    let mut later_fragment = segment.clone();
    later_fragment[21] = 1;
    let mut last_fragment = segment.clone();
    last_fragment[20] = 0x10;
    let udp = datagram(1, 2, b"data", A.into(), B.into());
    let echo = icmp_message(&icmpv4::Header::EchoRequest { id: 1, seq: 1 }, &[0; 56]);
    let error = icmpv4::Header::TimeExceeded { reassembly: false };
    let error = icmp_message(&error, &segment[14..]);
    let ip = |protocol, payload: &[u8]| {
        frame(ethernet::EtherType::IPV4, &packet(protocol, A, B, payload))
    };
    let mut longest = ip(Protocol::TCP, &[0; 100]);
    longest[14] = 0x4f;
    longest[14 + 60 + 12] = 0xf0;
    let arp = frame(ethernet::EtherType::ARP, &[0; arp::LEN]);
    let rows: &[(&str, Vec<u8>, usize)] = &[
        ("nothing", vec![], 0),
        ("less than Ethernet", vec![0; 13], 13),
        ("Ethernet alone", segment[..14].to_vec(), 14),
        ("a type that nobody knows", frame(ethernet::EtherType(0x88b5), &[1; 80]), 14),
        ("ARP", arp, 60),
        ("TCP with timestamps", segment.clone(), 66),
        ("TCP cut off before its data offset", segment[..40].to_vec(), 40),
        ("a later fragment", later_fragment, 34),
        ("a fragment from octet 32768 on", last_fragment, 34),
        ("UDP", ip(Protocol::UDP, &udp), 42),
        ("echo", ip(Protocol::ICMP, &echo), 42),
        ("an error about a segment", ip(Protocol::ICMP, &error), 42 + 28),
        ("IP of another protocol", ip(Protocol(89), &[0; 64]), 34),
        ("all options that there can be", longest, 134),
    ];
    for (name, octets, expected) in rows {
        assert_eq!(headers_len(octets), *expected, "{name}");
    }
    // What it is for: the head is enough for every header.
    let (head, body) = segment.split_at(headers_len(&segment));
    let read = tcp::Header::parse(&head[34..], &Body::from(body.to_vec()), A.into(), B.into());
    assert_eq!(read.map(|(_, len)| len), Ok(32));
}
