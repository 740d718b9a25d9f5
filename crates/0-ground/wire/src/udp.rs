//! The UDP header (RFC 768, RFC 1122 section 4.1; RFC 8200 section 8.1 for IPv6).
//!
//! ```text
//!  0      7 8     15 16    23 24    31
//! +-----------------+-----------------+
//! |   source port   | destination port|
//! +-----------------+-----------------+
//! |     length      |    checksum     |
//! +-----------------+-----------------+
//! |            payload ...
//! ```
//! The length may be less than what IP delivers: the payload ends where UDP says, and the rest is
//! neither payload nor under the checksum (it is the options area of RFC 9868, which we skip).
//! Absent: jumbograms (length 0, RFC 2675) and the zero checksum of IPv6 tunnels (RFC 6935).

use crate::Malformed;
use crate::ipv4::Protocol;
use crate::pseudo_header::{add_body, add_first, pseudo_header};
use base::Body;
use core::net::IpAddr;

pub(crate) mod describe;
pub use describe::describe;

/// Octets of the header.
pub const HEADER_LEN: usize = 8;

/// The header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// From which port (0: none).
    pub src_port: u16,
    /// To which port.
    pub dst_port: u16,
    /// Octets of header and payload.
    pub len: u16,
}

impl Header {
    /// Reads the header at the front of `head` and verifies its checksum (0 means "none", IPv4 only)
    /// over pseudo header, `head` and `body`. The payload is the first `len - 8` octets after it.
    ///
    /// # Errors
    /// `udp` too short, `udp.length`, `udp.checksum`.
    #[inline]
    pub fn parse(head: &[u8], body: &Body, src: IpAddr, dst: IpAddr) -> Result<Header, Malformed> {
        let (header, checksum) = Header::read(head)?;
        let len = usize::from(header.len);
        if len > head.len() + body.len() {
            return Err(Malformed::new("udp.length", "more octets than the packet holds"));
        }
        if checksum == 0 {
            //= rfc8200#8.1
            // without a checksum a datagram over IPv6 is dropped
            return match dst {
                IpAddr::V4(_) => Ok(header),
                IpAddr::V6(_) => Err(Malformed::new("udp.checksum", "absent over IPv6")),
            };
        }
        let mut sum = pseudo_header(src, dst, Protocol::UDP, len);
        add_first(&mut sum, len, head, body);
        //= rfc1122#4.1.3.4
        // a datagram with a wrong checksum is dropped
        if !sum.is_sound() {
            return Err(Malformed::new("udp.checksum", "does not match the datagram"));
        }
        Ok(header)
    }

    /// Reads header and checksum field without judging the checksum or asking for the payload.
    ///
    /// # Errors
    /// `udp` too short, `udp.length` less than the header.
    #[inline]
    pub fn read(octets: &[u8]) -> Result<(Header, u16), Malformed> {
        let Some(&[s0, s1, d0, d1, l0, l1, c0, c1]) = octets.first_chunk::<HEADER_LEN>() else {
            return Err(Malformed::new("udp", "shorter than the 8 octets of its header"));
        };
        let len = u16::from_be_bytes([l0, l1]);
        if usize::from(len) < HEADER_LEN {
            return Err(Malformed::new("udp.length", "less than the header"));
        }
        let header = Header {
            src_port: u16::from_be_bytes([s0, s1]),
            dst_port: u16::from_be_bytes([d0, d1]),
            len,
        };
        Ok((header, u16::from_be_bytes([c0, c1])))
    }

    /// Writes header and checksum into `out[..HEADER_LEN]`. The payload is `first`, then `body`;
    /// `len` = 8 and its octets.
    #[inline]
    pub fn emit(&self, out: &mut [u8], first: &[u8], body: &Body, src: IpAddr, dst: IpAddr) {
        let payload = first.len() + body.len();
        debug_assert_eq!(usize::from(self.len), HEADER_LEN + payload, "length and payload");
        let mut sum = pseudo_header(src, dst, Protocol::UDP, usize::from(self.len));
        for word in [self.src_port, self.dst_port, self.len] {
            sum.add_u16(word);
        }
        sum.add(first);
        add_body(&mut sum, body);
        //= rfc768#Checksum
        // a computed zero goes out as all ones, because zero says that there is none
        let checksum = match sum.finish() {
            0 => 0xffff,
            sum => sum,
        };
        let words = [self.src_port, self.dst_port, self.len, checksum];
        let all = words.into_iter().fold(0, |all, word| all << 16 | u64::from(word));
        out[..HEADER_LEN].copy_from_slice(&all.to_be_bytes());
    }
}
