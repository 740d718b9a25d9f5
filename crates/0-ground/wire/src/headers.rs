//! Where the payload of a frame from outside begins.
//!
//! A frame is a head (headers) over a body (payload); see `base::frame`. When octets come in from a
//! real interface, [`headers_len`] says where to cut, so that nothing is copied on the way up. It is
//! a hint and total: for octets that are no frame it says something, and `parse` finds the fault.

use crate::ethernet::{EtherType, HEADER_LEN as ETHERNET};
use crate::ipv4::Protocol;
use crate::{icmpv4, ipv4, tcp, udp};

/// The longest that [`headers_len`] says: Ethernet 14, IPv4 60, TCP 60.
pub const MAX_HEADERS: usize = ETHERNET + 60 + tcp::MAX_HEADER_LEN;

/// How many first octets of an Ethernet frame are its headers of layers 2 to 4; all of an ARP
/// message; with an ICMP error, the quoted headers too. At most `octets.len()` and [`MAX_HEADERS`].
pub fn headers_len(octets: &[u8]) -> usize {
    let len = match octets.get(12..14) {
        Some([0x08, 0x00]) => ETHERNET + packet_headers_len(&octets[ETHERNET..]),
        Some([high, low]) if u16::from_be_bytes([*high, *low]) == EtherType::ARP.0 => octets.len(),
        _ => ETHERNET,
    };
    len.min(octets.len()).min(MAX_HEADERS)
}

/// The same for a bare IPv4 packet (a tunnel's); at most 120 octets, perhaps more than there are.
pub fn packet_headers_len(octets: &[u8]) -> usize {
    let &[first, _, _, _, _, _, f0, f1, _, protocol, ..] = octets else { return octets.len() };
    let header = usize::from(first & 0x0f).max(5) * 4;
    if u16::from_be_bytes([f0, f1]) & 0x1fff != 0 {
        return header; // a later fragment begins in the middle of the payload
    }
    header
        + match Protocol(protocol) {
            Protocol::TCP => octets.get(header + 12).map_or(tcp::HEADER_LEN, |offset| {
                (usize::from(offset >> 4) * 4).max(tcp::HEADER_LEN)
            }),
            Protocol::UDP => udp::HEADER_LEN,
            Protocol::ICMP => icmp_headers_len(octets.get(header..).unwrap_or(&[])),
            _ => 0,
        }
}

/// RFC 792: an error quotes the packet's header and 8 octets more.
fn icmp_headers_len(octets: &[u8]) -> usize {
    const QUOTED_BEYOND_HEADER: usize = 8;
    let quotes = icmpv4::Header::read(octets).is_ok_and(|header| header.is_error());
    match octets.get(icmpv4::HEADER_LEN) {
        Some(first) if quotes => {
            let quoted = (usize::from(first & 0x0f) * 4).max(ipv4::HEADER_LEN);
            // Two headers with all options and their ports are longer than a TCP header.
            (icmpv4::HEADER_LEN + quoted + QUOTED_BEYOND_HEADER).min(tcp::MAX_HEADER_LEN)
        }
        _ => icmpv4::HEADER_LEN,
    }
}
