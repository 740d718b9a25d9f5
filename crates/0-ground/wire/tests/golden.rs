//! Octets written by hand, read and written: where each comes from stands beside it.

extern crate catenet_wire as wire;

use base::{Body, MacAddr, Seq};
use core::net::{IpAddr, Ipv4Addr};
use wire::tcp::{Flags, Options, SackBlocks, Timestamps};
use wire::{Protocol, arp, ethernet, icmpv4, ipv4, tcp, udp};

const A: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const B: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

#[test]
fn ethernet_header() {
    let octets = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0x5e, 0x10, 0, 1, 0x08, 0x06];
    let header = ethernet::Header {
        dst: MacAddr::BROADCAST,
        src: MacAddr([2, 0, 0x5e, 0x10, 0, 1]),
        ethertype: ethernet::EtherType::ARP,
    };
    assert_eq!(ethernet::Header::parse(&octets), Ok(header));
    let mut out = [0; 14];
    header.emit(&mut out);
    assert_eq!(out, octets);
}

/// RFC 826, "An Example": X asks for Y's hardware address; the layout is that of "Packet format".
#[test]
fn arp_request() {
    #[rustfmt::skip]
    let octets = [
        0, 1, 8, 0, 6, 4, 0, 1,
        2, 0, 0, 0, 0, 1, 10, 0, 0, 1,
        0, 0, 0, 0, 0, 0, 10, 0, 0, 2,
    ];
    let message = arp::Message {
        operation: arp::Operation::Request,
        sender_mac: MacAddr([2, 0, 0, 0, 0, 1]),
        sender_ip: Ipv4Addr::new(10, 0, 0, 1),
        target_mac: MacAddr::ZERO,
        target_ip: Ipv4Addr::new(10, 0, 0, 2),
    };
    assert_eq!(arp::Message::parse(&octets), Ok(message));
    let mut out = [0; arp::LEN];
    message.emit(&mut out);
    assert_eq!(out, octets);
}

/// The worked example of the checksum that textbooks and encyclopedias share: b861.
#[test]
fn ipv4_header() {
    #[rustfmt::skip]
    let octets = [
        0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
        0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7,
    ];
    let header = ipv4::Header {
        header_len: 20,
        tos: 0,
        total_len: 0x73,
        id: 0,
        dont_fragment: true,
        more_fragments: false,
        fragment_offset: 0,
        ttl: 64,
        protocol: Protocol::UDP,
        src: Ipv4Addr::new(192, 168, 0, 1),
        dst: Ipv4Addr::new(192, 168, 0, 199),
    };
    assert_eq!(ipv4::Header::parse(&octets, 0x73 - 20), Ok(header));
    let mut out = [0; 20];
    header.emit(&mut out);
    assert_eq!(out, octets);
    // One hop on: the word 4011 became 3f11, so the sum fell and the checksum rose by 0100.
    ipv4::decrement_ttl(&mut out);
    assert_eq!((out[8], out[10], out[11]), (63, 0xb9, 0x61));
}

/// RFC 791 section 3.1: options are counted by the IHL. b861 above, 4500 + 0100 for one more word,
/// an option word 0101 0100 (three NOPs and the end), total length 0077 (+4): b861 - 0606.
#[test]
fn ipv4_header_with_options() {
    #[rustfmt::skip]
    let octets = [
        0x46, 0x00, 0x00, 0x77, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
        0xb5, 0x5c, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7, 1, 1, 1, 0,
    ];
    // Sum: 4779e before + 0100 + 0004 + 0101 + 0100 = 4aa3; its complement b55c.
    let header = ipv4::Header::parse(&octets, 0x77 - 24).expect("sound");
    assert_eq!((header.header_len, header.total_len), (24, 0x77));
}

/// 0800 + 0001 + 0001 = 0802, complement f7fd; the reply has type 0: 0002, fffd.
#[test]
fn icmp_echo() {
    for (header, octets) in [
        (icmpv4::Header::EchoRequest { id: 1, seq: 1 }, [8, 0, 0xf7, 0xfd, 0, 1, 0, 1]),
        (icmpv4::Header::EchoReply { id: 1, seq: 1 }, [0, 0, 0xff, 0xfd, 0, 1, 0, 1]),
    ] {
        assert_eq!(icmpv4::Header::parse(&octets, &Body::EMPTY), Ok(header));
        let mut out = [0; 8];
        header.emit(&mut out, &[], &Body::EMPTY);
        assert_eq!(out, octets);
        assert!(!header.is_error());
    }
}

/// RFC 1191 section 4: the MTU is in the lower half of the word. 0304 + 05dc = 08e0, f71f.
#[test]
fn icmp_too_big() {
    let octets = [3, 4, 0xf7, 0x1f, 0, 0, 0x05, 0xdc];
    let header = icmpv4::Header::DestinationUnreachable(icmpv4::Unreachable::FragmentationNeeded {
        next_hop_mtu: 1500,
    });
    assert_eq!(icmpv4::Header::parse(&octets, &Body::EMPTY), Ok(header));
    let mut out = [0; 8];
    header.emit(&mut out, &[], &Body::EMPTY);
    assert_eq!(out, octets);
    assert!(header.is_error());
}

/// RFC 1122 section 3.2.2: five types are errors, whatever their code, and no other.
#[test]
fn icmp_errors_are_known_by_type() {
    for kind in 0..=255u8 {
        for code in [0, 1, 2, 4, 99] {
            let header =
                icmpv4::Header::read(&[kind, code, 0, 0, 0, 0, 0, 0]).expect("eight octets");
            assert_eq!(header.is_error(), [3, 4, 5, 11, 12].contains(&kind), "{header:?}");
            assert_eq!(header.type_and_code(), (kind, code));
        }
    }
}

/// RFC 768: pseudo header 0a00 0001 0a00 0002 0011 000a, header 0001 0002 000a, data 6869 ("hi"):
/// the sum is 7c94, its complement 836b.
#[test]
fn udp_datagram() {
    let octets = [0, 1, 0, 2, 0, 10, 0x83, 0x6b];
    let header = udp::Header { src_port: 1, dst_port: 2, len: 10 };
    let body = Body::from(b"hi".to_vec());
    assert_eq!(udp::Header::parse(&octets, &body, A, B), Ok(header));
    let mut out = [0; 8];
    header.emit(&mut out, &[], &body, A, B);
    assert_eq!(out, octets);
}

/// RFC 768: with data ebd4 the sum above is ffff and the checksum 0: ffff goes out. What comes in
/// with 0 is not checked.
#[test]
fn udp_checksum_of_zero() {
    let header = udp::Header { src_port: 1, dst_port: 2, len: 10 };
    let body = Body::from(vec![0xeb, 0xd4]);
    let mut out = [0; 8];
    header.emit(&mut out, &[], &body, A, B);
    assert_eq!(out[6..], [0xff, 0xff]);
    assert_eq!(udp::Header::parse(&out, &body, A, B), Ok(header));
    out[6..].copy_from_slice(&[0, 0]);
    assert_eq!(udp::Header::parse(&out, &Body::from(vec![1, 2]), A, B), Ok(header));
}

/// A SYN as Linux sends it. Sum: pseudo header 1431, ports 9c90, sequence number 0406, a002, faf0,
/// options 07b8 0c0c 0001 040a: 26788, folded 678a, complement 9875.
#[test]
fn tcp_syn() {
    #[rustfmt::skip]
    let octets = [
        0x9c, 0x40, 0x00, 0x50, 1, 2, 3, 4, 0, 0, 0, 0, 0xa0, 0x02, 0xfa, 0xf0, 0x98, 0x75, 0, 0,
        2, 4, 0x05, 0xb4, // MSS 1460
        4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, // SACK permitted, timestamps
        1, 3, 3, 7, // window scale
    ];
    let header = tcp::Header {
        src_port: 40000,
        dst_port: 80,
        seq: Seq(0x0102_0304),
        ack: Seq(0),
        flags: Flags::SYN,
        window: 64240,
        urgent: 0,
        options: Options {
            mss: Some(1460),
            window_scale: Some(7),
            sack_permitted: true,
            timestamps: Some(Timestamps { value: 1, echo: 0 }),
            sack: SackBlocks::default(),
        },
    };
    assert_eq!(tcp::Header::parse(&octets, &Body::EMPTY, A, B), Ok((header, 40)));
    assert_eq!(header.header_len(), 40);
    let mut out = [0; 40];
    header.emit(&mut out, &Body::EMPTY, A, B);
    assert_eq!(out, octets);
}

/// The lists that Linux writes: RFC 7323 appendix A for the alignment, RFC 2018 section 3 for SACK.
#[test]
fn tcp_option_lists() {
    let stamps = Some(Timestamps { value: 0x0102_0304, echo: 0x0506_0708 });
    let mut sack = SackBlocks::default();
    for left in [100, 300, 500, 700] {
        assert!(sack.push(Seq(left), Seq(left + 50)));
    }
    assert!(!sack.push(Seq(0), Seq(1)), "a fifth has no room in any header");
    let mut one = SackBlocks::default();
    one.push(Seq(0x0a0b_0c0d), Seq(0x0a0b_0c0e));
    let with = |timestamps, sack| Options { timestamps, sack, ..Options::default() };

    let stamp_octets = [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8];
    let one_octets = [1, 1, 5, 10, 10, 11, 12, 13, 10, 11, 12, 14];
    let check = |options: &Options, octets: &[u8]| {
        let mut out = vec![0xaa; options.len()];
        options.emit(&mut out, &mut base::checksum::Sum::new());
        assert_eq!(out, octets, "{options:?}");
        assert_eq!(Options::parse(octets), Ok(*options));
    };
    check(&Options::default(), &[]);
    check(&with(stamps, SackBlocks::default()), &stamp_octets);
    check(&with(None, one), &one_octets);
    check(&with(stamps, one), &[stamp_octets, one_octets].concat());
    let mss_and_sack = Options { mss: Some(536), sack_permitted: true, ..Options::default() };
    check(&mss_and_sack, &[2, 4, 0x02, 0x18, 1, 1, 4, 2]);

    assert_eq!(with(None, sack).len(), 4 + 4 * 8);
    assert_eq!(with(stamps, sack).len(), 12 + 4 + 3 * 8, "three blocks beside the timestamps");
}

/// MUST-6: unknown kinds are skipped by their length; nothing is read behind the end of the list;
/// of an option that comes twice the last one counts.
#[test]
fn tcp_options_of_others() {
    let mss = |mss| Ok(Options { mss: Some(mss), ..Options::default() });
    assert_eq!(Options::parse(&[254, 4, 2, 4, 2, 4, 5, 180]), mss(1460));
    assert_eq!(Options::parse(&[2, 4, 5, 180, 0, 2, 0, 0]), mss(1460));
    assert_eq!(Options::parse(&[2, 4, 5, 180, 2, 4, 2, 24]), mss(536));
    assert_eq!(
        Options::parse(&[1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 2, 4, 2, 24]).map(|o| o.mss),
        Ok(Some(536))
    );
}

#[test]
fn flags_are_written_as_people_do() {
    assert_eq!(Flags::SYN.with(Flags::ACK).to_string(), "SYN,ACK");
    assert_eq!(Flags(0xff).without(Flags::CWR).to_string(), "FIN,SYN,RST,PSH,ACK,URG,ECE");
    assert_eq!(Flags::default().to_string(), "-");
}

/// RFC 8200 section 8.1: the length has 32 bits. 1403 + 0006 + 0001 + 2345 = 374f, complement c8b0.
#[test]
fn pseudo_header_of_a_long_packet() {
    assert_eq!(wire::pseudo_header(A, B, Protocol::TCP, 0x1_2345).finish(), 0xc8b0);
    assert_eq!(wire::pseudo_header(A, B, Protocol::TCP, 0xfff0).finish(), !0x13fa);
}
