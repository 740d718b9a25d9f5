//! Parsers and the dissector.

use base::{Body, field::Fields};
use core::net::{IpAddr, Ipv4Addr};
use wire::{arp, ethernet, icmpv4, ipv4, tcp, udp};

const SRC: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const DST: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

/// Reads the octets as a frame and as each header; what is read is written and read again.
pub fn wire_headers(data: &[u8]) {
    let headers = wire::headers_len(data);
    assert!(headers <= data.len() && headers <= wire::headers::MAX_HEADERS);
    wire::dissect(data, &mut Fields::default());
    for start in [0, 14, 34, 54] {
        if let Some(octets) = data.get(start..) {
            each_header(octets);
        }
    }
}

fn each_header(octets: &[u8]) {
    if let Ok(header) = ethernet::Header::parse(octets) {
        let mut out = [0; ethernet::HEADER_LEN];
        header.emit(&mut out);
        assert_eq!(ethernet::Header::parse(&out), Ok(header));
    }
    if let Ok(message) = arp::Message::parse(octets) {
        let mut out = [0; arp::LEN];
        message.emit(&mut out);
        assert_eq!(arp::Message::parse(&out), Ok(message));
    }
    let _ = ipv4::Header::parse(octets, 0);
    if let Ok(header) = ipv4::Header::read(octets) {
        // Written without options: 20 octets.
        let plain = ipv4::Header { header_len: 20, ..header };
        let mut out = [0; ipv4::HEADER_LEN];
        plain.emit(&mut out);
        assert_eq!(ipv4::Header::parse(&out, usize::from(plain.total_len)), Ok(plain));
    }
    let _ = icmpv4::Header::parse(octets, &Body::EMPTY);
    if let Ok(header) = icmpv4::Header::read(octets) {
        let mut out = [0; icmpv4::HEADER_LEN];
        header.emit(&mut out, &[], &Body::EMPTY);
        assert_eq!(icmpv4::Header::parse(&out, &Body::EMPTY), Ok(header));
    }
    let _ = udp::Header::parse(octets, &Body::EMPTY, SRC, DST);
    let _ = udp::Header::read(octets);
    let _ = tcp::Header::parse(octets, &Body::EMPTY, SRC, DST);
    if let Ok((mut header, _)) = tcp::Header::read(octets) {
        // Our writer aligns options: of a peer's unaligned list not every SACK block may find room.
        let blocks = header.options.sack;
        header.options.sack = tcp::SackBlocks::default();
        for &(left, right) in blocks.as_slice().iter().take(header.options.sack_blocks_that_fit()) {
            header.options.sack.push(left, right);
        }
        let mut out = [0; tcp::MAX_HEADER_LEN];
        let out = &mut out[..header.header_len()];
        header.emit(out, &Body::EMPTY, SRC, DST);
        let again = tcp::Header::parse(out, &Body::EMPTY, SRC, DST);
        assert_eq!(again, Ok((header, out.len())));
    }
}
