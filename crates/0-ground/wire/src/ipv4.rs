//! The IPv4 header (RFC 791 section 3.1, RFC 1122 section 3.2.1, RFC 6864, RFC 2474, RFC 3168).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-------+-------+-----------+---+-------------------------------+
//! |version|  IHL  |   DSCP    |ECN|         total length          |
//! +-------+-------+-----------+---+-----+-------------------------+
//! |        identification         |0|D|M|  fragment offset / 8    |
//! +---------------+---------------+-----+-------------------------+
//! | time to live  |   protocol    |        header checksum        |
//! +---------------+---------------+-------------------------------+
//! |                        source address                         |
//! +---------------------------------------------------------------+
//! |                      destination address                      |
//! +---------------------------------------------------------------+
//! |                options, padded (0 to 40 octets)               |
//! +---------------------------------------------------------------+
//! ```
//! Options of a received header are skipped by the header's length and not kept; we send none.
//! The reserved bit is ignored when received and sent as 0. That a fragment ends beyond 65535 is
//! for the reassembler to refuse: here it is a legal header.

use crate::Malformed;
use base::checksum::{self, Sum};
use core::net::Ipv4Addr;

pub(crate) mod describe;
pub use describe::describe;

/// Octets of a header without options.
pub const HEADER_LEN: usize = 20;

/// What the payload is (also IPv6's next header).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Protocol(pub u8);
impl Protocol {
    /// ICMP.
    pub const ICMP: Protocol = Protocol(1);
    /// TCP.
    pub const TCP: Protocol = Protocol(6);
    /// UDP.
    pub const UDP: Protocol = Protocol(17);
}

/// The header. Options of a received header are skipped by their length and not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Octets of this header, options included (20 to 60); `emit` writes 20 and asks for no more.
    pub header_len: u8,
    /// Differentiated services (6 bits) and ECN (2 bits).
    pub tos: u8,
    /// Octets of header and payload.
    pub total_len: u16,
    /// Identification (RFC 6864).
    pub id: u16,
    /// "Don't fragment".
    pub dont_fragment: bool,
    /// "More fragments".
    pub more_fragments: bool,
    /// Where this fragment begins, in octets (a multiple of 8).
    pub fragment_offset: u16,
    /// Time to live, in hops.
    pub ttl: u8,
    /// What the payload is.
    pub protocol: Protocol,
    /// From whom.
    pub src: Ipv4Addr,
    /// To whom.
    pub dst: Ipv4Addr,
}

impl Header {
    /// Reads and verifies the header (version, lengths within `octets.len()` + `beyond`, checksum).
    /// `beyond` = octets of the packet that stand after `octets` (in a frame's body).
    ///
    /// # Errors
    /// `ip` too short, `ip.version`, `ip.hdr_len`, `ip.len`, `ip.checksum`.
    #[inline(always)] // made where it is wanted, or the processor waits for its stores
    #[allow(clippy::inline_always)]
    pub fn parse(octets: &[u8], beyond: usize) -> Result<Header, Malformed> {
        let header = Header::read(octets)?;
        if usize::from(header.total_len) > octets.len() + beyond {
            return Err(Malformed::new("ip.len", "more octets than the frame holds"));
        }
        //= rfc1122#3.2.1.2
        // a packet with a wrong header checksum is dropped
        let octets = &octets[..usize::from(header.header_len)];
        // Of a known length, the sum is a row of additions.
        let sum = octets.as_array::<HEADER_LEN>().map(|plain| checksum::checksum(plain));
        if sum.unwrap_or_else(|| checksum::checksum(octets)) != 0 {
            return Err(Malformed::new("ip.checksum", "does not match the header"));
        }
        Ok(header)
    }

    /// Reads the header without asking whether its checksum matches or all its packet is there:
    /// a quotation in an ICMP error (RFC 792) is cut off, and a dissector shows what it can.
    ///
    /// # Errors
    /// `ip` too short, `ip.version`, `ip.hdr_len`, `ip.len` less than the header.
    #[inline]
    pub fn read(octets: &[u8]) -> Result<Header, Malformed> {
        let Some(h) = octets.first_chunk::<HEADER_LEN>() else {
            return Err(Malformed::new("ip", "shorter than the 20 octets of its header"));
        };
        //= rfc1122#3.2.1.1
        // another version is dropped
        if h[0] >> 4 != 4 {
            return Err(Malformed::new("ip.version", "is not 4"));
        }
        let header_len = (h[0] & 0x0f) << 2;
        if usize::from(header_len) < HEADER_LEN {
            return Err(Malformed::new("ip.hdr_len", "less than 20 octets"));
        }
        if usize::from(header_len) > octets.len() {
            return Err(Malformed::new("ip.hdr_len", "more octets than there are"));
        }
        let total_len = u16::from_be_bytes([h[2], h[3]]);
        if total_len < u16::from(header_len) {
            return Err(Malformed::new("ip.len", "less than the header"));
        }
        let fragment = u16::from_be_bytes([h[6], h[7]]);
        Ok(Header {
            header_len,
            tos: h[1],
            total_len,
            id: u16::from_be_bytes([h[4], h[5]]),
            dont_fragment: fragment & 0x4000 != 0,
            more_fragments: fragment & 0x2000 != 0,
            fragment_offset: fragment << 3,
            ttl: h[8],
            protocol: Protocol(h[9]),
            src: Ipv4Addr::new(h[12], h[13], h[14], h[15]),
            dst: Ipv4Addr::new(h[16], h[17], h[18], h[19]),
        })
    }

    /// Writes it with its checksum, without options, into `out[..HEADER_LEN]`; `out` has at least
    /// that many octets. `total_len` must count from a header of 20 octets.
    #[inline]
    pub fn emit(&self, out: &mut [u8]) {
        debug_assert!(self.fragment_offset.is_multiple_of(8), "fragments begin at multiples of 8");
        let fragment = u16::from(self.dont_fragment) << 14
            | u16::from(self.more_fragments) << 13
            | self.fragment_offset >> 3;
        let [tos, ttl, protocol] = [self.tos, self.ttl, self.protocol.0].map(u32::from);
        // Summed before it is written: to read back at once what was just written in other pieces
        // makes the processor wait.
        let mut words = [
            0x45 << 24 | tos << 16 | u32::from(self.total_len),
            u32::from(self.id) << 16 | u32::from(fragment),
            ttl << 24 | protocol << 16,
            self.src.to_bits(),
            self.dst.to_bits(),
        ];
        let mut sum = Sum::new();
        words.iter().for_each(|word| sum.add_four(word.to_be_bytes()));
        words[2] |= u32::from(sum.finish());
        let out = out[..HEADER_LEN].as_chunks_mut::<4>().0;
        out.iter_mut().zip(words).for_each(|(out, word)| *out = word.to_be_bytes());
    }

    /// Is it a fragment (not a whole packet)?
    #[inline]
    pub fn is_fragment(&self) -> bool {
        self.more_fragments || self.fragment_offset != 0
    }
}

/// Takes one off the TTL of the header at the front of `octets` and mends its checksum (RFC 1624).
/// The header was parsed before; a TTL of 0 stays 0.
#[inline]
pub fn decrement_ttl(octets: &mut [u8]) {
    let Some(h) = octets.first_chunk_mut::<12>() else { return };
    if h[8] == 0 {
        return;
    }
    let old = u16::from_be_bytes([h[8], h[9]]);
    h[8] -= 1;
    let new = u16::from_be_bytes([h[8], h[9]]);
    let sum = checksum::update(u16::from_be_bytes([h[10], h[11]]), old, new);
    h[10..12].copy_from_slice(&sum.to_be_bytes());
}
