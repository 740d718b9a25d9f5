//! tshark reads in our frames what our dissector reads: every field that we name, every occurrence
//! of it, in order. Sound frames of every protocol, frames with a wrong checksum, ICMP errors with a
//! quotation of 8 octets or of the whole packet.
//!
//! Needs `tshark` on the path; without it the test says so and proves nothing
//! (`cargo xtask test --install-peers` installs it).

extern crate catenet_wire as wire;
mod support;

use base::field::{Field, Fields, Value};
use core::net::Ipv4Addr;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::io::Write;
use std::process::{Command, Stdio};
use support::*;
use wire::{Protocol, dissect, ethernet, icmpv4};

/// What is compared: all that `dissect` names, but the lines of the protocols.
const FIELDS: &[&str] = &[
    "eth.dst",
    "eth.src",
    "eth.addr",
    "eth.type",
    "eth.lg",
    "eth.ig",
    "eth.dst.lg",
    "eth.dst.ig",
    "eth.src.lg",
    "eth.src.ig",
    "eth.padding",
    "eth.trailer",
    "arp.hw.type",
    "arp.proto.type",
    "arp.hw.size",
    "arp.proto.size",
    "arp.opcode",
    "arp.isgratuitous",
    "arp.isannouncement",
    "arp.isprobe",
    "arp.src.hw_mac",
    "arp.src.proto_ipv4",
    "arp.dst.hw_mac",
    "arp.dst.proto_ipv4",
    "ip.version",
    "ip.hdr_len",
    "ip.dsfield",
    "ip.dsfield.dscp",
    "ip.dsfield.ecn",
    "ip.len",
    "ip.id",
    "ip.flags",
    "ip.flags.rb",
    "ip.flags.df",
    "ip.flags.mf",
    "ip.frag_offset",
    "ip.ttl",
    "ip.proto",
    "ip.checksum",
    "ip.checksum.status",
    "ip.src",
    "ip.dst",
    "ip.addr",
    "icmp.type",
    "icmp.code",
    "icmp.checksum",
    "icmp.checksum.status",
    "icmp.ident",
    "icmp.seq",
    "icmp.mtu",
    "icmp.redir_gw",
    "udp.srcport",
    "udp.dstport",
    "udp.port",
    "udp.length",
    "udp.checksum",
    "udp.checksum.status",
    "udp.payload",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.port",
    "tcp.len",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.hdr_len",
    "tcp.flags",
    "tcp.flags.res",
    "tcp.flags.ae",
    "tcp.flags.cwr",
    "tcp.flags.ece",
    "tcp.flags.urg",
    "tcp.flags.ack",
    "tcp.flags.push",
    "tcp.flags.reset",
    "tcp.flags.syn",
    "tcp.flags.fin",
    "tcp.window_size_value",
    "tcp.checksum",
    "tcp.checksum.status",
    "tcp.urgent_pointer",
    "tcp.payload",
    "tcp.options",
    "tcp.option_kind",
    "tcp.option_len",
    "tcp.options.mss_val",
    "tcp.options.wscale.shift",
    "tcp.options.wscale.multiplier",
    "tcp.options.sack.count",
    "tcp.options.sack_le",
    "tcp.options.sack_re",
    "tcp.options.timestamp.tsval",
    "tcp.options.timestamp.tsecr",
];

const A: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const B: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);

/// A sound segment in a frame; ports apart from all that have a dissector of their own in ICMP.
fn segment_frame() -> impl Strategy<Value = Vec<u8>> {
    let data = proptest::collection::vec(any::<u8>(), 0..80);
    (tcp_header(), data).prop_map(|(mut header, data)| {
        // tshark names a shift beyond 14 otherwise, and some options only where a SYN may bear them.
        header.options.window_scale = header.options.window_scale.map(|shift| shift % 15);
        header.urgent = 0;
        let payload = segment(&header, &data, A.into(), B.into());
        frame(ethernet::EtherType::IPV4, &packet(Protocol::TCP, A, B, &payload))
    })
}

fn datagram_frame() -> impl Strategy<Value = Vec<u8>> {
    let data = proptest::collection::vec(any::<u8>(), 0..80);
    (any::<[u16; 2]>(), data).prop_map(|([from, to], data)| {
        let payload = datagram(from, to, &data, A.into(), B.into());
        frame(ethernet::EtherType::IPV4, &packet(Protocol::UDP, A, B, &payload))
    })
}

fn icmp_frame() -> impl Strategy<Value = Vec<u8>> {
    let quoted = prop_oneof![segment_frame(), datagram_frame()];
    (
        any::<[u8; 4]>(),
        prop_oneof![Just((0, 0)), Just((8, 0)), Just((5, 1)), Just((11, 0)), (Just(3), 0u8..14)],
        quoted,
        any::<bool>(),
    )
        .prop_map(|(rest, (kind, code), quoted, short)| {
            let mut octets = [kind, code, 0, 0, 0, 0, rest[2], rest[3]];
            if kind == 5 || kind == 8 || kind == 0 {
                octets[4..].copy_from_slice(&rest);
            }
            let header = icmpv4::Header::read(&octets).expect("eight octets");
            let quoted = &quoted[ethernet::HEADER_LEN..];
            let total = usize::from(u16::from_be_bytes([quoted[2], quoted[3]]));
            let message = icmp_message(&header, &quoted[..if short { 28 } else { total }]);
            frame(ethernet::EtherType::IPV4, &packet(Protocol::ICMP, A, B, &message))
        })
}

fn arp_frame() -> impl Strategy<Value = Vec<u8>> {
    (arp_message(), 0u8..4, any::<bool>()).prop_map(|(mut message, kind, zero)| {
        if zero {
            message.target_mac = base::MacAddr::ZERO;
        }
        match kind {
            0 => message.sender_ip = Ipv4Addr::UNSPECIFIED,
            1 => message.target_ip = message.sender_ip,
            2 => {
                message.sender_ip = Ipv4Addr::UNSPECIFIED;
                message.target_ip = Ipv4Addr::UNSPECIFIED;
            }
            _ => {}
        }
        let mut octets = [0; wire::arp::LEN];
        message.emit(&mut octets);
        frame(ethernet::EtherType::ARP, &octets)
    })
}

/// One octet of the checksums or the addresses turned round, in some of them; a trailer in some.
fn frames() -> Vec<Vec<u8>> {
    let strategy = prop_oneof![segment_frame(), datagram_frame(), icmp_frame(), arp_frame()];
    let mut runner = TestRunner::deterministic();
    (0..400)
        .map(|count| {
            let mut octets = strategy.new_tree(&mut runner).expect("a frame").current();
            match count % 10 {
                1 => octets[25] ^= 0x10, // IP checksum, or an address of ARP
                2 => octets[41] ^= 1,    // UDP checksum, or a sequence number, or an address
                3 => octets.extend_from_slice(b"trailer"),
                4 => octets.extend_from_slice(&[0; 9]),
                _ => {}
            }
            octets
        })
        .collect()
}

/// A pcap of version 2.4, nanoseconds, Ethernet; the `f` bit says that the check sequence has
/// length 0, else tshark takes four octets of a trailer for one.
fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_3c4d, 0x0004_0002, 0, 0, 65535, 0x0400_0001u32] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    for octets in frames {
        let len = octets.len() as u32;
        for word in [1, 0, len, len] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        file.extend_from_slice(octets);
    }
    file
}

/// tshark's values, a line per frame; `None` where there is no tshark.
fn tshark(frames: &[Vec<u8>]) -> Option<Vec<String>> {
    let mut command = Command::new("tshark");
    command.args(["-n", "-r", "-", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=;"]);
    for option in ["ip", "tcp", "udp"] {
        command.args(["-o", &format!("{option}.check_checksum:TRUE")]);
    }
    command.args(["-o", "ip.defragment:FALSE", "-o", "tcp.relative_sequence_numbers:FALSE"]);
    command.args(["-d", "tcp.port==0-65535,data", "-d", "udp.port==0-65535,data"]);
    for field in FIELDS {
        command.args(["-e", field]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let mut input = child.stdin.take()?;
    input.write_all(&pcap(frames)).ok()?;
    drop(input);
    let output = child.wait_with_output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// A value as tshark prints it, hexadecimal numbers made decimal on both sides.
fn ours(field: &Field, octets: &[u8]) -> String {
    let hex = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect();
    match &field.value {
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => u8::from(*flag).to_string(),
        Value::Mac(mac) => mac.to_string(),
        Value::Ip(ip) => ip.to_string(),
        _ => hex(&octets[field.range.clone()]),
    }
}

fn theirs(value: &str) -> String {
    match value.strip_prefix("0x").map(|digits| u64::from_str_radix(digits, 16)) {
        Some(Ok(number)) => number.to_string(),
        _ => value.to_owned(),
    }
}

#[test]
fn names_the_same_fields() {
    let frames = frames();
    let Some(lines) = tshark(&frames) else {
        eprintln!("SKIPPED: no tshark on the path; `cargo xtask test --install-peers` installs it");
        return;
    };
    assert_eq!(lines.len(), frames.len(), "a line per frame");
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (number, (octets, line)) in frames.iter().zip(&lines).enumerate() {
        let mut fields = Fields::default();
        dissect(octets, &mut fields);
        for (&name, column) in FIELDS.iter().zip(line.split('\t')) {
            let ours: Vec<String> = fields
                .list
                .iter()
                .filter(|field| field.name == name)
                .map(|field| ours(field, octets))
                .collect();
            let theirs: Vec<String> =
                column.split(';').filter(|value| !value.is_empty()).map(theirs).collect();
            compared += ours.len();
            if ours != theirs {
                wrong.push(format!(
                    "frame {number} {:?}, {name}: ours {ours:?}, tshark's {theirs:?}",
                    octets.get(34..42)
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
    assert!(compared > 8_000, "only {compared} values were compared");
}
