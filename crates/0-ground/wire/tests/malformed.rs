//! Every way to be malformed, with the field and the reason that we name: one row each.

extern crate catenet_wire as wire;

use base::Body;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use wire::tcp::Options;
use wire::{Malformed, Protocol, arp, ethernet, icmpv4, ipv4, pseudo_header, tcp, udp};

const A: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

/// Sound octets, some of them changed.
fn with<const N: usize>(mut octets: [u8; N], changes: &[(usize, u8)]) -> [u8; N] {
    for &(at, value) in changes {
        octets[at] = value;
    }
    octets
}

const ARP: [u8; 28] =
    [0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2];
const IP: [u8; 24] = [
    0x45, 0, 0, 24, 0, 0, 0x40, 0, 64, 6, 0xb8, 0xc7, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7, 1, 2,
    3, 4,
];
const UDP: [u8; 10] = [0, 1, 0, 2, 0, 10, 0, 0, b'h', b'i'];
const TCP: [u8; 24] = [0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0x60, 16, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0];

fn arp_error(octets: &[u8]) -> Malformed {
    arp::Message::parse(octets).expect_err("malformed")
}
fn ip_error(octets: &[u8]) -> Malformed {
    ipv4::Header::parse(octets, 0).expect_err("malformed")
}
fn udp_error(octets: &[u8], dst: IpAddr) -> Malformed {
    udp::Header::parse(octets, &Body::EMPTY, A, dst).expect_err("malformed")
}
/// With the checksum put right, so that nothing else is wrong.
fn tcp_error(octets: &[u8]) -> Malformed {
    let mut octets = octets.to_vec();
    if octets.len() >= 18 {
        octets[16..18].copy_from_slice(&[0, 0]);
        let mut sum = pseudo_header(A, A, Protocol::TCP, octets.len());
        sum.add(&octets);
        octets[16..18].copy_from_slice(&sum.finish().to_be_bytes());
    }
    tcp::Header::parse(&octets, &Body::EMPTY, A, A).expect_err("malformed")
}
fn option_error(octets: &[u8]) -> Malformed {
    Options::parse(octets).expect_err("malformed")
}

#[test]
fn each_has_its_field_and_reason() {
    assert!(arp::Message::parse(&ARP).is_ok(), "the rows below are wrong in one thing only");
    assert!(ipv4::Header::parse(&IP, 0).is_ok());
    assert!(udp::Header::parse(&UDP, &Body::EMPTY, A, A).is_ok());
    let ethernet_error = ethernet::Header::parse(&[0; 13]).expect_err("malformed");
    let icmp_error = |octets: &[u8]| icmpv4::Header::parse(octets, &Body::EMPTY).expect_err("bad");
    let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let rows: &[(Malformed, &str)] = &[
        (ethernet_error, "eth: shorter than the 14 octets of its header"),
        (arp_error(&ARP[..27]), "arp: shorter than 28 octets"),
        (arp_error(&with(ARP, &[(1, 6)])), "arp.hw.type: hardware is not Ethernet (1)"),
        (
            arp_error(&with(ARP, &[(2, 0x86), (3, 0xdd)])),
            "arp.proto.type: protocol is not IPv4 (0x0800)",
        ),
        (arp_error(&with(ARP, &[(4, 8)])), "arp.hw.size: hardware addresses are not 6 octets"),
        (arp_error(&with(ARP, &[(5, 16)])), "arp.proto.size: protocol addresses are not 4 octets"),
        (arp_error(&with(ARP, &[(7, 0)])), "arp.opcode: neither request nor reply"),
        (arp_error(&with(ARP, &[(7, 3)])), "arp.opcode: neither request nor reply"),
        (arp_error(&with(ARP, &[(6, 1)])), "arp.opcode: neither request nor reply"),
        (ip_error(&[]), "ip: shorter than the 20 octets of its header"),
        (ip_error(&IP[..19]), "ip: shorter than the 20 octets of its header"),
        (ip_error(&with(IP, &[(0, 0x65)])), "ip.version: is not 4"),
        (ip_error(&with(IP, &[(0, 0x44)])), "ip.hdr_len: less than 20 octets"),
        (ip_error(&with(IP, &[(0, 0x4f)])), "ip.hdr_len: more octets than there are"),
        (ip_error(&with(IP, &[(3, 19)])), "ip.len: less than the header"),
        (ip_error(&with(IP, &[(0, 0x46), (3, 23)])), "ip.len: less than the header"),
        (ip_error(&with(IP, &[(3, 0)])), "ip.len: less than the header"),
        (ip_error(&with(IP, &[(3, 25)])), "ip.len: more octets than the frame holds"),
        (ip_error(&with(IP, &[(11, 0xc8)])), "ip.checksum: does not match the header"),
        (ip_error(&with(IP, &[(10, 0), (11, 0)])), "ip.checksum: does not match the header"),
        (icmp_error(&[8, 0, 0xf7, 0xfd, 0, 1, 0]), "icmp: shorter than the 8 octets of its header"),
        (icmp_error(&[8, 0, 0xf7, 0xfc, 0, 1, 0, 1]), "icmp.checksum: does not match the message"),
        (udp_error(&UDP[..7], A), "udp: shorter than the 8 octets of its header"),
        (udp_error(&with(UDP, &[(5, 7)]), A), "udp.length: less than the header"),
        (udp_error(&with(UDP, &[(5, 0)]), A), "udp.length: less than the header"),
        (udp_error(&with(UDP, &[(5, 11)]), A), "udp.length: more octets than the packet holds"),
        (udp_error(&with(UDP, &[(7, 1)]), A), "udp.checksum: does not match the datagram"),
        (udp_error(&UDP, v6), "udp.checksum: absent over IPv6"),
        (tcp_error(&TCP[..19]), "tcp: shorter than the 20 octets of its header"),
        (tcp_error(&with(TCP, &[(12, 0x40)])), "tcp.hdr_len: less than 20 octets"),
        (tcp_error(&with(TCP, &[(12, 0x70)])), "tcp.hdr_len: more octets than there are"),
        (
            tcp_error(&with(TCP, &[(20, 2), (21, 8)])),
            "tcp.option_len: not a length of this kind of option",
        ),
        (option_error(&[99, 0, 1, 1]), "tcp.option_len: not a length of this kind of option"),
        (option_error(&[99, 1, 1, 1]), "tcp.option_len: not a length of this kind of option"),
        (option_error(&[99, 5, 1, 1]), "tcp.option_len: beyond the header"),
        (option_error(&[1, 1, 1, 99]), "tcp.option_len: beyond the header"),
        (option_error(&[1, 1, 1, 2]), "tcp.option_len: beyond the header"),
        (option_error(&[2, 3, 5, 1]), "tcp.option_len: not a length of this kind of option"),
        (option_error(&[1, 2, 4, 5]), "tcp.option_len: beyond the header"),
        (option_error(&[3, 4, 5, 1]), "tcp.option_len: not a length of this kind of option"),
        (option_error(&[4, 3, 0, 1]), "tcp.option_len: not a length of this kind of option"),
        (option_error(&[5, 2, 0, 1]), "tcp.option_len: not a length of this kind of option"),
        (option_error(&[5, 12, 0, 1]), "tcp.option_len: not a length of this kind of option"),
        (option_error(&[5, 10, 0, 1]), "tcp.option_len: beyond the header"),
        (option_error(&[8, 9, 0, 1]), "tcp.option_len: not a length of this kind of option"),
        (option_error(&[1, 1, 8, 10]), "tcp.option_len: beyond the header"),
    ];
    for (row, (malformed, expected)) in rows.iter().enumerate() {
        assert_eq!(malformed.to_string(), *expected, "row {row}");
    }
}

/// A checksum over the pseudo header: the same segment between other addresses is refused.
#[test]
fn a_segment_between_others_is_refused() {
    let header = tcp::Header::default();
    let (body, b) = (Body::EMPTY, IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)));
    let mut out = [0; 20];
    header.emit(&mut out, &body, A, b);
    assert!(tcp::Header::parse(&out, &body, A, b).is_ok());
    let malformed = tcp::Header::parse(&out, &body, A, A).expect_err("another destination");
    assert_eq!(malformed.field, "tcp.checksum");
}
