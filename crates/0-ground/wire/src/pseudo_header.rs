//! The pseudo header that UDP, TCP and ICMPv6 put under their checksums
//! (RFC 768, RFC 9293 section 3.1, RFC 8200 section 8.1).
//!
//! ```text
//!  0      7 8     15 16    23 24    31
//! +--------+--------+--------+--------+
//! |        source address             |   4 octets, or 16
//! +--------+--------+--------+--------+
//! |        destination address        |   4 octets, or 16
//! +--------+--------+--------+--------+
//! |  zero  |protocol|     length      |   IPv6: length in 32 bits, then the next header
//! +--------+--------+--------+--------+
//! ```
//! The order of words does not change a ones' complement sum, so one function serves both versions.

use crate::ipv4::Protocol;
use base::Body;
use base::checksum::Sum;
use core::net::IpAddr;

/// The sum over a pseudo header; `len` = octets of transport header and payload.
/// What stands on the wire is added after it.
#[inline]
pub fn pseudo_header(src: IpAddr, dst: IpAddr, protocol: Protocol, len: usize) -> Sum {
    let mut sum = Sum::new();
    add_address(&mut sum, src);
    add_address(&mut sum, dst);
    let [a, b, c, d] = (len as u32).to_be_bytes();
    sum.add_four([0, protocol.0, a, b]);
    sum.add_four([c, d, 0, 0]);
    sum
}

#[inline]
fn add_address(sum: &mut Sum, address: IpAddr) {
    match address {
        IpAddr::V4(address) => sum.add_four(address.octets()),
        IpAddr::V6(address) => sum.add(&address.octets()),
    }
}

/// Adds the octets of a body as they follow the head.
#[inline]
pub(crate) fn add_body(sum: &mut Sum, body: &Body) {
    for view in body.views() {
        if !view.is_empty() {
            sum.add(view);
        }
    }
}

/// Adds the first `len` octets of `head` and `body`: what is beyond a datagram's own length is
/// not under its checksum.
#[inline]
pub(crate) fn add_first(sum: &mut Sum, len: usize, head: &[u8], body: &Body) {
    let [first, second] = body.views();
    let mut left = len;
    for part in [head, first, second] {
        let part = &part[..part.len().min(left)];
        if !part.is_empty() {
            sum.add(part);
        }
        left -= part.len();
    }
}
