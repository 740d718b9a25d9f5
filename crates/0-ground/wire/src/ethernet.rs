//! Ethernet II (RFC 894; IEEE 802.3 clause 3).
//!
//! ```text
//!  0                   5 6                  11 12    13 14
//! +---------------------+---------------------+--------+----------------- -
//! |  destination        |  source             |  type  |  payload, padding
//! +---------------------+---------------------+--------+----------------- -
//! ```
//! A type below 1536 is the length of an 802.3 frame (RFC 1122 section 2.3.3: we send Ethernet II
//! and pass such frames to nobody). Preamble and frame check sequence belong to the card.
//! Absent: VLAN tags (802.1Q), which are a header of their own.

use crate::Malformed;
use base::MacAddr;
use base::field::{Fields, Value};

/// Octets of the header.
pub const HEADER_LEN: usize = 14;
/// The shortest frame without its check sequence.
pub const MIN_FRAME: usize = 60;

/// What the payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EtherType(pub u16);
impl EtherType {
    /// IPv4.
    pub const IPV4: EtherType = EtherType(0x0800);
    /// ARP.
    pub const ARP: EtherType = EtherType(0x0806);
    /// IPv6.
    pub const IPV6: EtherType = EtherType(0x86dd);

    /// Is it the length of an 802.3 frame (at most 1500) and no type? Between 1501 and 1535 it is
    /// neither (IEEE 802.3 clause 3.2.6).
    pub const fn is_length(self) -> bool {
        self.0 <= 1500
    }
}

/// The header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// To whom.
    pub dst: MacAddr,
    /// From whom.
    pub src: MacAddr,
    /// What the payload is (values below 1536 are an 802.3 length).
    pub ethertype: EtherType,
}

impl Header {
    /// Reads the header at the front of `octets`.
    ///
    /// # Errors
    /// `eth`: fewer than 14 octets.
    #[inline]
    pub fn parse(octets: &[u8]) -> Result<Header, Malformed> {
        let Some(&[d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, t0, t1]) =
            octets.first_chunk::<HEADER_LEN>()
        else {
            return Err(Malformed::new("eth", "shorter than the 14 octets of its header"));
        };
        Ok(Header {
            dst: MacAddr([d0, d1, d2, d3, d4, d5]),
            src: MacAddr([s0, s1, s2, s3, s4, s5]),
            ethertype: EtherType(u16::from_be_bytes([t0, t1])),
        })
    }

    /// Writes it into `out[..HEADER_LEN]`; `out` has at least that many octets.
    #[inline]
    pub fn emit(&self, out: &mut [u8]) {
        out[..6].copy_from_slice(&self.dst.0);
        out[6..12].copy_from_slice(&self.src.0);
        out[12..HEADER_LEN].copy_from_slice(&self.ethertype.0.to_be_bytes());
    }

    /// Names every field; `at` is where the header begins in the frame. The `eth` line is left
    /// open for the padding: the caller closes it.
    pub fn describe(&self, at: usize, fields: &mut Fields) {
        fields.open("eth", at..at + HEADER_LEN, Value::Present);
        let sides = [
            (at, self.dst, ["eth.dst", "eth.dst.lg", "eth.dst.ig"]),
            (at + 6, self.src, ["eth.src", "eth.src.lg", "eth.src.ig"]),
        ];
        for (at, mac, [name, lg, ig]) in sides {
            fields.add(name, at..at + 6, Value::Mac(mac));
            fields.add("eth.addr", at..at + 6, Value::Mac(mac));
            let first = mac.0[0];
            for (own, both, bit) in [(lg, "eth.lg", 0x02), (ig, "eth.ig", 0x01)] {
                fields.add(own, at..at + 3, Value::Flag(first & bit != 0));
                fields.add(both, at..at + 3, Value::Flag(first & bit != 0));
            }
        }
        let name = if self.ethertype.is_length() { "eth.len" } else { "eth.type" };
        fields.add(name, at + 12..at + 14, Value::Number(u64::from(self.ethertype.0)));
    }
}
