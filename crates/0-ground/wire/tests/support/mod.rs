//! Headers by chance, and octets cut into head and body: what several of the tests need.
#![allow(dead_code)] // each test file uses its part

use base::checksum::Sum;
use base::{Body, MacAddr, Seq};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use proptest::prelude::*;
use wire::tcp::{Flags, Options, SackBlocks, Timestamps};
use wire::{Protocol, arp, ethernet, icmpv4, ipv4, tcp, udp};

pub(crate) fn mac() -> impl Strategy<Value = MacAddr> {
    any::<[u8; 6]>().prop_map(MacAddr)
}

pub(crate) fn ipv4_address() -> impl Strategy<Value = Ipv4Addr> {
    any::<[u8; 4]>().prop_map(Ipv4Addr::from)
}

/// Source and destination of one version.
pub(crate) fn addresses() -> impl Strategy<Value = (IpAddr, IpAddr)> {
    prop_oneof![
        any::<[[u8; 4]; 2]>()
            .prop_map(|[a, b]| (Ipv4Addr::from(a).into(), Ipv4Addr::from(b).into())),
        any::<[[u8; 16]; 2]>()
            .prop_map(|[a, b]| (Ipv6Addr::from(a).into(), Ipv6Addr::from(b).into())),
    ]
}

/// A body of one view or two, cut anywhere.
pub(crate) fn body(max: usize) -> impl Strategy<Value = Body> {
    (proptest::collection::vec(any::<u8>(), 0..max), any::<prop::sample::Index>()).prop_map(
        |(octets, cut)| {
            let octets = bytes::Bytes::from(octets);
            let cut = cut.index(octets.len() + 1);
            let mut body = Body::from(octets.slice(..cut));
            body.push(octets.slice(cut..));
            body
        },
    )
}

pub(crate) fn octets_of(body: &Body) -> Vec<u8> {
    body.clone().into_bytes().to_vec()
}

pub(crate) fn ethernet_header() -> impl Strategy<Value = ethernet::Header> {
    (mac(), mac(), any::<u16>()).prop_map(|(dst, src, kind)| ethernet::Header {
        dst,
        src,
        ethertype: ethernet::EtherType(kind),
    })
}

pub(crate) fn arp_message() -> impl Strategy<Value = arp::Message> {
    (any::<bool>(), mac(), ipv4_address(), mac(), ipv4_address()).prop_map(
        |(request, sender_mac, sender_ip, target_mac, target_ip)| arp::Message {
            operation: if request { arp::Operation::Request } else { arp::Operation::Reply },
            sender_mac,
            sender_ip,
            target_mac,
            target_ip,
        },
    )
}

/// A header for `payload` octets.
pub(crate) fn ipv4_header(payload: u16) -> impl Strategy<Value = ipv4::Header> {
    let first = (any::<u8>(), any::<u16>(), any::<bool>(), any::<bool>(), 0u16..0x2000);
    (first, any::<u8>(), any::<u8>(), ipv4_address(), ipv4_address()).prop_map(
        move |((tos, id, df, mf, offset), ttl, protocol, src, dst)| ipv4::Header {
            header_len: 20,
            tos,
            total_len: 20 + payload,
            id,
            dont_fragment: df,
            more_fragments: mf,
            fragment_offset: offset << 3,
            ttl,
            protocol: Protocol(protocol),
            src,
            dst,
        },
    )
}

/// Every header in its canonical form (a code that has a name bears it).
pub(crate) fn icmp_header() -> impl Strategy<Value = icmpv4::Header> {
    (
        any::<[u8; 4]>(),
        prop_oneof![Just(0u8), Just(3), Just(5), Just(8), Just(11), Just(12), any::<u8>()],
    )
        .prop_flat_map(|(rest, kind)| (Just(rest), Just(kind), prop_oneof![0u8..3, any::<u8>()]))
        .prop_map(|(rest, kind, code)| {
            let octets = [kind, code, 0, 0, rest[0], rest[1], rest[2], rest[3]];
            icmpv4::Header::read(&octets).expect("eight octets")
        })
}

pub(crate) fn options() -> impl Strategy<Value = Options> {
    let stamps = proptest::option::of(any::<(u32, u32)>());
    let blocks = proptest::collection::vec(any::<(u32, u32)>(), 0..5);
    (
        proptest::option::of(any::<u16>()),
        proptest::option::of(any::<u8>()),
        any::<bool>(),
        stamps,
        blocks,
    )
        .prop_map(|(mss, window_scale, sack_permitted, stamps, blocks)| {
            let mut sack = SackBlocks::default();
            for (left, right) in blocks {
                sack.push(Seq(left), Seq(right));
            }
            let timestamps = stamps.map(|(value, echo)| Timestamps { value, echo });
            Options { mss, window_scale, sack_permitted, timestamps, sack }
        })
}

pub(crate) fn tcp_header() -> impl Strategy<Value = tcp::Header> {
    (any::<[u16; 4]>(), any::<[u32; 2]>(), any::<u8>(), options()).prop_map(
        |([src_port, dst_port, window, urgent], [seq, ack], flags, options)| tcp::Header {
            src_port,
            dst_port,
            seq: Seq(seq),
            ack: Seq(ack),
            flags: Flags(flags),
            window,
            urgent,
            options,
        },
    )
}

/// A segment's octets.
pub(crate) fn segment(header: &tcp::Header, data: &[u8], src: IpAddr, dst: IpAddr) -> Vec<u8> {
    let body = Body::from(data.to_vec());
    let mut octets = vec![0; header.header_len()];
    header.emit(&mut octets, &body, src, dst);
    octets.extend_from_slice(data);
    octets
}

/// A datagram's octets.
pub(crate) fn datagram(
    src_port: u16,
    dst_port: u16,
    data: &[u8],
    src: IpAddr,
    dst: IpAddr,
) -> Vec<u8> {
    let header = udp::Header { src_port, dst_port, len: 8 + data.len() as u16 };
    let mut octets = vec![0; udp::HEADER_LEN];
    header.emit(&mut octets, &[], &Body::from(data.to_vec()), src, dst);
    octets.extend_from_slice(data);
    octets
}

/// A message's octets.
pub(crate) fn icmp_message(header: &icmpv4::Header, data: &[u8]) -> Vec<u8> {
    let mut octets = vec![0; icmpv4::HEADER_LEN];
    header.emit(&mut octets, &[], &Body::from(data.to_vec()));
    octets.extend_from_slice(data);
    octets
}

/// A packet's octets, whole, from `src` to `dst`.
pub(crate) fn packet(protocol: Protocol, src: Ipv4Addr, dst: Ipv4Addr, payload: &[u8]) -> Vec<u8> {
    let header = ipv4::Header {
        header_len: 20,
        tos: 0,
        total_len: 20 + payload.len() as u16,
        id: 0x1234,
        dont_fragment: true,
        more_fragments: false,
        fragment_offset: 0,
        ttl: 64,
        protocol,
        src,
        dst,
    };
    let mut octets = vec![0; ipv4::HEADER_LEN];
    header.emit(&mut octets);
    octets.extend_from_slice(payload);
    octets
}

/// A frame's octets, padded to 60.
pub(crate) fn frame(ethertype: ethernet::EtherType, payload: &[u8]) -> Vec<u8> {
    let header = ethernet::Header {
        dst: MacAddr([2, 0, 0, 0, 0, 2]),
        src: MacAddr([2, 0, 0, 0, 0, 1]),
        ethertype,
    };
    let mut octets = vec![0; ethernet::HEADER_LEN];
    header.emit(&mut octets);
    octets.extend_from_slice(payload);
    octets.resize(octets.len().max(ethernet::MIN_FRAME), 0);
    octets
}

/// Whole frames of every protocol that we know, sound in every field.
pub(crate) fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let data = || proptest::collection::vec(any::<u8>(), 0..80);
    let (src, dst) = (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2));
    let in_ip = move |protocol, payload: Vec<u8>| {
        frame(ethernet::EtherType::IPV4, &packet(protocol, src, dst, &payload))
    };
    prop_oneof![
        (tcp_header(), data()).prop_map(move |(header, data)| {
            in_ip(Protocol::TCP, segment(&header, &data, src.into(), dst.into()))
        }),
        (any::<[u16; 2]>(), data()).prop_map(move |([from, to], data)| {
            in_ip(Protocol::UDP, datagram(from, to, &data, src.into(), dst.into()))
        }),
        (icmp_header(), data())
            .prop_map(move |(header, data)| in_ip(Protocol::ICMP, icmp_message(&header, &data))),
        (icmp_header(), tcp_header()).prop_map(move |(header, tcp)| {
            let quoted =
                packet(Protocol::TCP, dst, src, &segment(&tcp, &[], dst.into(), src.into()));
            in_ip(Protocol::ICMP, icmp_message(&header, &quoted[..28]))
        }),
        arp_message().prop_map(|message| {
            let mut octets = [0; arp::LEN];
            message.emit(&mut octets);
            frame(ethernet::EtherType::ARP, &octets)
        }),
    ]
}

/// A few octets changed, cut off or added.
#[derive(Clone, Debug)]
pub(crate) struct Mutation {
    changes: Vec<(prop::sample::Index, u8)>,
    cut: Option<prop::sample::Index>,
    pub(crate) repair: bool,
}

pub(crate) fn mutation() -> impl Strategy<Value = Mutation> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let cut = proptest::option::weighted(0.2, any::<prop::sample::Index>());
    (changes, cut, any::<bool>()).prop_map(|(changes, cut, repair)| Mutation {
        changes,
        cut,
        repair,
    })
}

impl Mutation {
    /// Changes octets, mostly in the first 60, where the headers are.
    pub(crate) fn apply(&self, octets: &mut Vec<u8>) {
        for (at, value) in &self.changes {
            if !octets.is_empty() {
                let headers = octets.len().min(60);
                octets[at.index(headers)] = *value;
            }
        }
        if let Some(cut) = self.cut {
            octets.truncate(cut.index(octets.len() + 1));
        }
    }
}

/// Puts the right checksum at octet `at` of `octets` over what `sum` has already and all of them.
pub(crate) fn repair(octets: &mut [u8], at: usize, mut sum: Sum) {
    if octets.len() < at + 2 {
        return;
    }
    octets[at..at + 2].copy_from_slice(&[0, 0]);
    sum.add(octets);
    octets[at..at + 2].copy_from_slice(&sum.finish().to_be_bytes());
}
