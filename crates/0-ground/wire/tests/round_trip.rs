//! What is written is read back: `parse(emit(x)) == x`, for every header and every cut of the
//! octets into head and body.

extern crate catenet_wire as wire;
mod support;

use base::Body;
use base::checksum::checksum;
use proptest::prelude::*;
use support::*;
use wire::{arp, ethernet, headers_len, icmpv4, ipv4, tcp, udp};

proptest! {
    #[test]
    fn ethernet_comes_back(header in ethernet_header()) {
        let mut out = [0xaa; ethernet::HEADER_LEN + 3];
        header.emit(&mut out);
        prop_assert_eq!(ethernet::Header::parse(&out), Ok(header));
        prop_assert_eq!(&out[ethernet::HEADER_LEN..], &[0xaa; 3], "nothing beyond the header");
    }

    #[test]
    fn arp_comes_back(message in arp_message()) {
        let mut out = [0xaa; arp::LEN + 3];
        message.emit(&mut out);
        prop_assert_eq!(arp::Message::parse(&out), Ok(message));
        prop_assert_eq!(&out[arp::LEN..], &[0xaa; 3], "nothing beyond the message");
    }

    #[test]
    fn ipv4_comes_back(header in ipv4_header(77)) {
        let mut out = [0xaa; ipv4::HEADER_LEN];
        header.emit(&mut out);
        prop_assert_eq!(ipv4::Header::parse(&out, 77), Ok(header));
        prop_assert_eq!(ipv4::Header::parse(&out, 76).map_err(|e| e.field), Err("ip.len"));
    }

    /// RFC 1624: the checksum mended is the checksum made anew, at every hop.
    #[test]
    fn ttl_is_decremented_with_its_checksum(header in ipv4_header(0)) {
        let mut out = [0; ipv4::HEADER_LEN];
        header.emit(&mut out);
        for hop in 1..=255u8 {
            ipv4::decrement_ttl(&mut out);
            let ttl = header.ttl.saturating_sub(hop);
            prop_assert_eq!(ipv4::Header::parse(&out, 0), Ok(ipv4::Header { ttl, ..header }));
        }
    }

    #[test]
    fn icmp_comes_back(header in icmp_header(), in_head in any::<[u8; 5]>(), body in body(100), odd in 0usize..6) {
        let mut head = vec![0xaa; icmpv4::HEADER_LEN];
        let in_head = &in_head[..odd.min(5)];
        header.emit(&mut head, in_head, &body);
        head.extend_from_slice(in_head);
        let read = icmpv4::Header::parse(&head, &body).expect("sound");
        prop_assert_eq!(icmpv4_canonical(read), icmpv4_canonical(header));
    }

    #[test]
    fn udp_comes_back(ports in any::<[u16; 2]>(), (src, dst) in addresses(), body in body(300), cut in any::<prop::sample::Index>()) {
        let len = 8 + body.len() as u16;
        let header = udp::Header { src_port: ports[0], dst_port: ports[1], len };
        let mut head = vec![0xaa; udp::HEADER_LEN];
        header.emit(&mut head, &[], &body, src, dst);
        prop_assert_ne!(&head[6..8], &[0, 0], "zero would say that there is no checksum");
        let mut first = octets_of(&body);
        let rest = first.split_off(cut.index(first.len() + 1)).into();
        let mut same = vec![0xaa; udp::HEADER_LEN];
        header.emit(&mut same, &first, &rest, src, dst);
        prop_assert_eq!(&same, &head, "wherever the payload is cut");
        prop_assert_eq!(udp::Header::parse(&head, &body, src, dst), Ok(header));
        // Padding behind the datagram changes nothing, in the head or in the body.
        let mut whole = [head, octets_of(&body)].concat();
        whole.extend([1, 2, 3]);
        prop_assert_eq!(udp::Header::parse(&whole, &Body::EMPTY, src, dst), Ok(header));
    }

    #[test]
    fn tcp_comes_back(header in tcp_header(), (src, dst) in addresses(), body in body(1500), cut in any::<prop::sample::Index>()) {
        let len = header.header_len();
        prop_assert!(len <= tcp::MAX_HEADER_LEN && len % 4 == 0);
        let mut head = vec![0xaa; len + 2];
        header.emit(&mut head, &body, src, dst);
        prop_assert_eq!(&head[len..], &[0xaa; 2], "nothing beyond the header");
        head.truncate(len);
        // SACK blocks that do not fit are left out, the others come back.
        let mut expected = header;
        let fit = header.options.sack_blocks_that_fit();
        expected.options.sack = tcp::SackBlocks::default();
        for &(left, right) in &header.options.sack.as_slice()[..fit] {
            expected.options.sack.push(left, right);
        }
        prop_assert_eq!(tcp::Header::parse(&head, &body, src, dst), Ok((expected, len)));
        // A head that holds some of the payload is the same segment.
        let payload = octets_of(&body);
        let cut = cut.index(payload.len() + 1);
        head.extend_from_slice(&payload[..cut]);
        let rest = Body::from(payload[cut..].to_vec());
        prop_assert_eq!(tcp::Header::parse(&head, &rest, src, dst), Ok((expected, len)));
    }

    /// Beside timestamps three blocks fit, alone four (RFC 2018 section 3).
    #[test]
    fn sack_blocks_fit(header in tcp_header()) {
        let options = header.options;
        if options.mss.is_none() && options.window_scale.is_none() && !options.sack_permitted {
            let most = if options.timestamps.is_some() { 3 } else { 4 };
            prop_assert_eq!(options.sack_blocks_that_fit(), options.sack.as_slice().len().min(most));
        }
    }

    /// The cut before the payload is exact for every sound frame, and the ones' complement sum of
    /// what is before and after it is that of the whole.
    #[test]
    fn headers_end_where_the_payload_begins(octets in any_frame()) {
        let mut fields = base::field::Fields::default();
        let rest = wire::dissect(&octets, &mut fields);
        if let Some((protocol, _, _)) = rest.transport {
            prop_assert_eq!(headers_len(&octets), rest.payload.start, "protocol {}", protocol.0);
        }
    }

    /// One changed bit never passes a checksum.
    #[test]
    fn one_wrong_bit_is_seen(header in tcp_header(), (src, dst) in addresses(), data in proptest::collection::vec(any::<u8>(), 0..100), at in any::<prop::sample::Index>()) {
        let mut octets = segment(&header, &data, src, dst);
        let bit = at.index(octets.len() * 8);
        octets[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(tcp::Header::parse(&octets, &Body::EMPTY, src, dst).is_err(), "bit {}", bit);
    }
}

/// Octets that the RFC calls unused are sent as zero: what was in them does not come back.
fn icmpv4_canonical(header: icmpv4::Header) -> Vec<u8> {
    let mut out = vec![0; icmpv4::HEADER_LEN];
    header.emit(&mut out, &[], &Body::EMPTY);
    assert_eq!(checksum(&out), 0);
    out
}
