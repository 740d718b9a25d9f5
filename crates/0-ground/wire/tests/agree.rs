//! etherparse and we say the same about the same octets: accept or refuse, and every value.
//!
//! Octets are sound headers, a few of them changed or cut off, half with the checksum put right
//! afterwards, so that what is behind the checksum is reached; and plain random ones. The oracle is
//! etherparse; where we mean to differ, `DIFFERENCE` says so and why:
//! 1. checksums: etherparse only computes them; we refuse. The oracle sums with etherparse's adder.
//! 2. IPv4 total length: etherparse's header reader does not judge it; we do.
//! 3. UDP length 0 is a jumbogram to etherparse (RFC 2675); we refuse it.
//! 4. TCP options: etherparse stops at an unknown kind; we skip it by its length (MUST-6).
//! 5. ICMP: etherparse knows more codes of "unreachable" and the timestamp messages by name; ours
//!    keep the number. It wants known codes in redirects and parameter problems; we keep any.
//! 6. ARP: etherparse reads any hardware and protocol; we read IPv4 over Ethernet.

extern crate catenet_wire as wire;
mod support;

use base::{Body, Seq};
use core::net::{IpAddr, Ipv4Addr};
use ep::checksum::Sum16BitWords;
use etherparse as ep;
use proptest::prelude::*;
use support::*;
use wire::tcp::{Flags, Options, SackBlocks, Timestamps};
use wire::{Protocol, arp, ethernet, icmpv4, ipv4, pseudo_header, tcp, udp};

const SRC: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const DST: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);

/// The oracle's own sum over a pseudo header and octets: is it sound?
fn sound(protocol: u8, octets: &[u8]) -> bool {
    let sum = Sum16BitWords::new()
        .add_4bytes(SRC.octets())
        .add_4bytes(DST.octets())
        .add_2bytes([0, protocol])
        .add_2bytes((octets.len() as u16).to_be_bytes());
    sum.add_slice(octets).ones_complement() == 0
}

fn etherparse_ipv4(octets: &[u8]) -> Option<ipv4::Header> {
    let h = ep::Ipv4HeaderSlice::from_slice(octets).ok()?;
    // DIFFERENCE 2
    let total = usize::from(h.total_len());
    if total < h.slice().len() || total > octets.len() {
        return None;
    }
    // DIFFERENCE 1
    if Sum16BitWords::new().add_slice(h.slice()).ones_complement() != 0 {
        return None;
    }
    Some(ipv4::Header {
        header_len: h.ihl() * 4,
        tos: h.dcp().value() << 2 | h.ecn().value(),
        total_len: h.total_len(),
        id: h.identification(),
        dont_fragment: h.dont_fragment(),
        more_fragments: h.more_fragments(),
        fragment_offset: h.fragments_offset().value() << 3,
        ttl: h.ttl(),
        protocol: Protocol(h.protocol().0),
        src: h.source_addr(),
        dst: h.destination_addr(),
    })
}

fn etherparse_udp(octets: &[u8]) -> Option<udp::Header> {
    let h = ep::UdpSlice::from_slice(octets).ok()?;
    // DIFFERENCE 3
    if h.length() == 0 {
        return None;
    }
    // DIFFERENCE 1
    if h.checksum() != 0 && !sound(17, h.slice()) {
        return None;
    }
    Some(udp::Header { src_port: h.source_port(), dst_port: h.destination_port(), len: h.length() })
}

fn etherparse_options(mut rest: &[u8]) -> Option<Options> {
    use ep::TcpOptionElement::*;
    let mut options = Options::default();
    loop {
        let mut iterator = ep::TcpOptionsIterator::from_slice(rest);
        match iterator.next() {
            None => return Some(options),
            Some(Ok(element)) => {
                match element {
                    Noop => {}
                    MaximumSegmentSize(mss) => options.mss = Some(mss),
                    WindowScale(shift) => options.window_scale = Some(shift),
                    SelectiveAcknowledgementPermitted => options.sack_permitted = true,
                    SelectiveAcknowledgement(first, more) => {
                        let mut sack = SackBlocks::default();
                        for (left, right) in [Some(first)].into_iter().chain(more).flatten() {
                            sack.push(Seq(left), Seq(right));
                        }
                        options.sack = sack;
                    }
                    Timestamp(value, echo) => options.timestamps = Some(Timestamps { value, echo }),
                }
                rest = iterator.rest();
            }
            // DIFFERENCE 4
            Some(Err(ep::TcpOptionReadError::UnknownId(_))) => {
                let len = usize::from(*rest.get(1)?);
                rest = rest.get(len..).filter(|_| len >= 2)?;
            }
            Some(Err(_)) => return None,
        }
    }
}

fn etherparse_tcp(octets: &[u8]) -> Option<(tcp::Header, usize)> {
    let h = ep::TcpHeaderSlice::from_slice(octets).ok()?;
    // DIFFERENCE 1
    if !sound(6, octets) {
        return None;
    }
    let bits = [h.fin(), h.syn(), h.rst(), h.psh(), h.ack(), h.urg(), h.ece(), h.cwr()];
    let header = tcp::Header {
        src_port: h.source_port(),
        dst_port: h.destination_port(),
        seq: Seq(h.sequence_number()),
        ack: Seq(h.acknowledgment_number()),
        flags: Flags(bits.iter().rev().fold(0, |flags, &bit| flags << 1 | u8::from(bit))),
        window: h.window_size(),
        urgent: h.urgent_pointer(),
        options: etherparse_options(h.options())?,
    };
    Some((header, h.slice().len()))
}

fn etherparse_icmp(octets: &[u8]) -> Option<icmpv4::Header> {
    use ep::Icmpv4Type::*;
    use ep::icmpv4::{DestUnreachableHeader as Dest, TimeExceededCode};
    use icmpv4::{Header, Unreachable};
    let &[kind, code, _, _, rest @ ..] = octets.first_chunk::<8>()?;
    // DIFFERENCE 1
    if Sum16BitWords::new().add_slice(octets).ones_complement() != 0 {
        return None;
    }
    // DIFFERENCE 5: a timestamp message of another length is none to etherparse.
    let Ok(slice) = ep::Icmpv4Slice::from_slice(octets) else {
        assert!(matches!(kind, 13 | 14));
        return Some(Header::Other { kind, code, rest });
    };
    Some(match slice.icmp_type() {
        EchoRequest(echo) => Header::EchoRequest { id: echo.id, seq: echo.seq },
        EchoReply(echo) => Header::EchoReply { id: echo.id, seq: echo.seq },
        DestinationUnreachable(dest) => Header::DestinationUnreachable(match dest {
            Dest::Network => Unreachable::Net,
            Dest::Host => Unreachable::Host,
            Dest::Protocol => Unreachable::Protocol,
            Dest::Port => Unreachable::Port,
            Dest::FragmentationNeeded { next_hop_mtu } => {
                Unreachable::FragmentationNeeded { next_hop_mtu }
            }
            Dest::SourceRouteFailed => Unreachable::SourceRouteFailed,
            Dest::FilterProhibited => Unreachable::AdministrativelyProhibited,
            // DIFFERENCE 5
            other => Unreachable::Other(other.code_u8()),
        }),
        TimeExceeded(code) => Header::TimeExceeded {
            reassembly: code == TimeExceededCode::FragmentReassemblyTimeExceeded,
        },
        Redirect(redirect) => {
            Header::Redirect { code, gateway: redirect.gateway_internet_address.into() }
        }
        ParameterProblem(_) => Header::ParameterProblem { code, pointer: rest[0] },
        TimestampRequest(_) | TimestampReply(_) => Header::Other { kind, code, rest },
        // DIFFERENCE 5
        Unknown { type_u8: 3, code_u8, .. } => {
            Header::DestinationUnreachable(Unreachable::Other(code_u8))
        }
        Unknown { type_u8: 5, code_u8, bytes5to8 } => {
            Header::Redirect { code: code_u8, gateway: bytes5to8.into() }
        }
        Unknown { type_u8: 12, code_u8, bytes5to8 } => {
            Header::ParameterProblem { code: code_u8, pointer: bytes5to8[0] }
        }
        Unknown { type_u8, code_u8, bytes5to8 } => {
            Header::Other { kind: type_u8, code: code_u8, rest: bytes5to8 }
        }
    })
}

fn etherparse_arp(octets: &[u8]) -> Option<arp::Message> {
    let packet = ep::ArpPacketSlice::from_slice(octets).ok()?.to_packet();
    // DIFFERENCE 6
    let message = packet.try_eth_ipv4().ok()?;
    let operation = match message.operation.0 {
        1 => arp::Operation::Request,
        2 => arp::Operation::Reply,
        _ => return None,
    };
    Some(arp::Message {
        operation,
        sender_mac: base::MacAddr(message.sender_mac),
        sender_ip: message.sender_ipv4.into(),
        target_mac: base::MacAddr(message.target_mac),
        target_ip: message.target_ipv4.into(),
    })
}

fn cut(octets: &[u8], head: usize) -> (&[u8], Body) {
    let (head, body) = octets.split_at(head.min(octets.len()));
    (head, Body::from(body.to_vec()))
}

fn agree_on_ipv4(octets: &[u8]) -> Result<(), TestCaseError> {
    prop_assert_eq!(ipv4::Header::parse(octets, 0).ok(), etherparse_ipv4(octets));
    Ok(())
}
fn agree_on_udp(octets: &[u8]) -> Result<(), TestCaseError> {
    let (head, body) = cut(octets, 8);
    let ours = udp::Header::parse(head, &body, SRC.into(), DST.into());
    prop_assert_eq!(ours.ok(), etherparse_udp(octets), "{:02x?}", octets);
    Ok(())
}
fn agree_on_tcp(octets: &[u8]) -> Result<(), TestCaseError> {
    let (head, body) = cut(octets, 60);
    let ours = tcp::Header::parse(head, &body, SRC.into(), DST.into());
    prop_assert_eq!(ours.ok(), etherparse_tcp(octets), "{:02x?}", octets);
    Ok(())
}
fn agree_on_icmp(octets: &[u8]) -> Result<(), TestCaseError> {
    let (head, body) = cut(octets, 8);
    prop_assert_eq!(icmpv4::Header::parse(head, &body).ok(), etherparse_icmp(octets));
    Ok(())
}
fn agree_on_arp(octets: &[u8]) -> Result<(), TestCaseError> {
    prop_assert_eq!(arp::Message::parse(octets).ok(), etherparse_arp(octets));
    Ok(())
}
fn agree_on_ethernet(octets: &[u8]) -> Result<(), TestCaseError> {
    let theirs = ep::Ethernet2Header::from_slice(octets).ok().map(|(h, _)| ethernet::Header {
        dst: base::MacAddr(h.destination),
        src: base::MacAddr(h.source),
        ethertype: ethernet::EtherType(h.ether_type.0),
    });
    prop_assert_eq!(ethernet::Header::parse(octets).ok(), theirs);
    Ok(())
}

/// TCP options with their lengths mostly right, known and unknown kinds.
fn option_list() -> impl Strategy<Value = Vec<u8>> {
    let option = prop_oneof![
        4 => Just(vec![1]),
        1 => Just(vec![0]),
        3 => any::<[u8; 2]>().prop_map(|[a, b]| vec![2, 4, a, b]),
        3 => any::<u8>().prop_map(|shift| vec![3, 3, shift]),
        3 => Just(vec![4, 2]),
        3 => any::<[u8; 8]>().prop_map(|data| [&[8, 10][..], &data].concat()),
        3 => any::<[u8; 16]>().prop_map(|data| [&[5, 18][..], &data].concat()),
        3 => (6u8.., 2u8..8).prop_map(|(kind, len)| {
            let mut option = vec![kind, len];
            option.resize(usize::from(len), 0x55);
            option
        }),
        1 => any::<[u8; 2]>().prop_map(Vec::from),
    ];
    proptest::collection::vec(option, 0..8).prop_map(|options| {
        let mut list = options.concat();
        list.truncate(40);
        list.resize(list.len().next_multiple_of(4), 0);
        list
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn on_random_octets(octets in proptest::collection::vec(any::<u8>(), 0..100)) {
        agree_on_ethernet(&octets)?;
        agree_on_arp(&octets)?;
        agree_on_ipv4(&octets)?;
        agree_on_icmp(&octets)?;
        agree_on_udp(&octets)?;
        agree_on_tcp(&octets)?;
    }

    #[test]
    fn on_mutated_arp(message in arp_message(), mutation in mutation()) {
        let mut octets = vec![0; arp::LEN];
        message.emit(&mut octets);
        mutation.apply(&mut octets);
        agree_on_arp(&octets)?;
    }

    #[test]
    fn on_mutated_ipv4(header in ipv4_header(30), mutation in mutation()) {
        let mut octets = vec![0; 50];
        header.emit(&mut octets);
        mutation.apply(&mut octets);
        if mutation.repair && !octets.is_empty() {
            let header_len = (usize::from(octets[0] & 15) * 4).min(octets.len());
            repair(&mut octets[..header_len], 10, base::checksum::Sum::new());
        }
        agree_on_ipv4(&octets)?;
    }

    #[test]
    fn on_mutated_icmp(header in icmp_header(), data in proptest::collection::vec(any::<u8>(), 0..40), mutation in mutation()) {
        let mut octets = icmp_message(&header, &data);
        mutation.apply(&mut octets);
        if mutation.repair {
            repair(&mut octets, 2, base::checksum::Sum::new());
        }
        agree_on_icmp(&octets)?;
    }

    #[test]
    fn on_mutated_udp(ports in any::<[u16; 2]>(), data in proptest::collection::vec(any::<u8>(), 0..40), mutation in mutation()) {
        let mut octets = datagram(ports[0], ports[1], &data, SRC.into(), DST.into());
        mutation.apply(&mut octets);
        if mutation.repair && octets.len() >= 8 {
            // The sum is over the datagram's own length, where that is less than what is there.
            let len = usize::from(u16::from_be_bytes([octets[4], octets[5]])).min(octets.len());
            let sum = pseudo_header(SRC.into(), DST.into(), Protocol::UDP, len);
            repair(&mut octets[..len], 6, sum);
        }
        agree_on_udp(&octets)?;
    }

    #[test]
    fn on_mutated_tcp(header in tcp_header(), data in proptest::collection::vec(any::<u8>(), 0..40), mutation in mutation()) {
        let mut octets = segment(&header, &data, SRC.into(), DST.into());
        mutation.apply(&mut octets);
        if mutation.repair {
            let sum = pseudo_header(SRC.into(), DST.into(), Protocol::TCP, octets.len());
            repair(&mut octets, 16, sum);
        }
        agree_on_tcp(&octets)?;
    }

    #[test]
    fn on_tcp_options(list in option_list()) {
        prop_assert_eq!(Options::parse(&list).ok(), etherparse_options(&list), "{:02x?}", list);
        let mut octets = segment(&tcp::Header::default(), &[], SRC.into(), DST.into());
        octets[12] = ((20 + list.len()) * 4) as u8;
        octets.extend_from_slice(&list);
        let sum = pseudo_header(SRC.into(), DST.into(), Protocol::TCP, octets.len());
        repair(&mut octets, 16, sum);
        agree_on_tcp(&octets)?;
    }

    /// What we write over IPv6 is sound by etherparse's arithmetic.
    #[test]
    fn on_sums_over_ipv6(header in tcp_header(), src in any::<[u8; 16]>(), dst in any::<[u8; 16]>(), data in proptest::collection::vec(any::<u8>(), 0..40)) {
        let (from, to) = (IpAddr::from(src), IpAddr::from(dst));
        let octets = segment(&header, &data, from, to);
        let theirs = ep::TcpSlice::from_slice(&octets).expect("sound").calc_checksum_ipv6(src, dst);
        prop_assert_eq!(theirs, Ok(u16::from_be_bytes([octets[16], octets[17]])));
        let octets = datagram(1, 2, &data, from, to);
        let (udp, _) = ep::UdpHeader::from_slice(&octets).expect("sound");
        let theirs = udp.calc_checksum_ipv6_raw(src, dst, &data).map(|sum| if sum == 0 { 0xffff } else { sum });
        prop_assert_eq!(theirs.ok(), Some(u16::from_be_bytes([octets[6], octets[7]])));
    }
}
