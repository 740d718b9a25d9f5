//! Octets of a stranger: nothing panics, nothing reads beyond them, every range lies in the frame.

extern crate catenet_wire as wire;
mod support;

use base::Body;
use base::field::Fields;
use core::net::{IpAddr, Ipv4Addr};
use proptest::prelude::*;
use support::*;
use wire::headers::{MAX_HEADERS, packet_headers_len};
use wire::{arp, dissect, ethernet, headers_len, icmpv4, ipv4, tcp, udp};

fn read_everything(octets: &[u8]) -> Result<(), TestCaseError> {
    let mut fields = Fields::default();
    let rest = dissect(octets, &mut fields);
    prop_assert!(rest.payload.start <= rest.payload.end && rest.payload.end <= octets.len());
    for field in &fields.list {
        let range = &field.range;
        prop_assert!(range.start <= range.end && range.end <= octets.len(), "{:?}", field);
        prop_assert!(field.depth < 8, "{:?}", field);
    }
    fields.open("probe", 0..0, base::field::Value::Present);
    prop_assert_eq!(fields.list.last().map(|f| f.depth), Some(0), "every line was closed");

    let headers = headers_len(octets);
    prop_assert!(headers <= octets.len() && headers <= MAX_HEADERS);
    prop_assert!(packet_headers_len(octets) <= 120 || octets.len() < 10);

    let ip = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    let body = Body::from(octets.to_vec());
    let _ = ethernet::Header::parse(octets);
    let _ = arp::Message::parse(octets);
    if let Ok(header) = ipv4::Header::parse(octets, 0) {
        prop_assert!(usize::from(header.header_len) <= usize::from(header.total_len));
        prop_assert!(usize::from(header.total_len) <= octets.len());
    }
    let _ = icmpv4::Header::parse(octets, &body);
    if let Ok(header) = udp::Header::parse(octets, &Body::EMPTY, ip, ip) {
        prop_assert!((8..=octets.len()).contains(&usize::from(header.len)));
    }
    if let Ok((_, len)) = tcp::Header::read(octets) {
        prop_assert!((20..=60).contains(&len) && len <= octets.len());
    }
    let _ = tcp::Options::parse(octets);
    let mut copy = octets.to_vec();
    ipv4::decrement_ttl(&mut copy);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_octets(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_everything(&octets)?;
    }

    /// Random behind a frame's type, so that the headers above are reached.
    #[test]
    fn random_packets(mut octets in proptest::collection::vec(any::<u8>(), 34..200), kind in 0u8..4) {
        let [high, low] = if kind == 3 { [8, 6] } else { [8, 0] };
        (octets[12], octets[13]) = (high, low);
        if kind < 3 {
            octets[14] = 0x45;
            octets[16] = 0;
            octets[17] = (octets.len() - 14) as u8;
            (octets[20], octets[21]) = (0, 0);
            octets[23] = [1, 6, 17][usize::from(kind)];
        }
        read_everything(&octets)?;
    }

    #[test]
    fn mutated_frames(mut octets in any_frame(), mutation in mutation()) {
        mutation.apply(&mut octets);
        read_everything(&octets)?;
    }

    /// Every length of a sound frame, from nothing on.
    #[test]
    fn frames_cut_off(octets in any_frame()) {
        for len in 0..octets.len().min(140) {
            read_everything(&octets[..len])?;
        }
    }
}
