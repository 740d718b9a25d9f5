//! The TCP header (RFC 9293 section 3.1) and its options (RFC 9293 section 3.2, 7323, 2018).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-------------------------------+-------------------------------+
//! |          source port          |       destination port        |
//! +-------------------------------+-------------------------------+
//! |                        sequence number                        |
//! +---------------------------------------------------------------+
//! |                    acknowledgement number                     |
//! +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
//! | data  | re-   |C|E|U|A|P|R|S|F|                               |
//! | offset| served|W|C|R|C|S|S|Y|I|            window             |
//! |       |       |R|E|G|K|H|T|N|N|                               |
//! +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
//! |           checksum            |        urgent pointer         |
//! +-------------------------------+-------------------------------+
//! |          options, padded to a multiple of 4 (0 to 40)         |
//! +---------------------------------------------------------------+
//! ```
//! Rooms: this file is the fixed header, [`options`] what follows it, `describe` names it all.
//! The reserved bits are ignored when received and sent as 0 (AccECN's AE bit among them).
//! A segment whose options cannot be walked is refused whole: see [`options`].

use crate::Malformed;
use crate::ipv4::Protocol;
use crate::pseudo_header::{add_body, pseudo_header};
use base::{Body, Seq};
use core::net::IpAddr;

mod describe;
mod flags;
pub mod options;

pub use describe::describe;
pub(crate) use describe::describe_quoted;
pub use flags::Flags;
pub use options::{Options, SackBlocks, Timestamps};

/// Octets of a header without options.
pub const HEADER_LEN: usize = 20;
/// Octets of the longest header.
pub const MAX_HEADER_LEN: usize = 60;

/// The header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// From which port.
    pub src_port: u16,
    /// To which port.
    pub dst_port: u16,
    /// Of the first octet (or of the SYN).
    pub seq: Seq,
    /// The next octet expected, if ACK is set.
    pub ack: Seq,
    /// The control bits.
    pub flags: Flags,
    /// The window field, not scaled.
    pub window: u16,
    /// The urgent pointer, if URG is set.
    pub urgent: u16,
    /// The options.
    pub options: Options,
}

impl Header {
    /// Octets that `emit` writes: 20 and the options, padded to a multiple of 4.
    #[inline]
    pub fn header_len(&self) -> usize {
        HEADER_LEN + self.options.len()
    }

    /// Reads the header at the front of `head`, verifies the checksum over pseudo header, `head`
    /// and `body`; returns the header and its length in octets.
    ///
    /// # Errors
    /// `tcp` too short, `tcp.hdr_len`, `tcp.checksum`, and those of [`options::Options::parse`].
    pub fn parse(
        head: &[u8],
        body: &Body,
        src: IpAddr,
        dst: IpAddr,
    ) -> Result<(Header, usize), Malformed> {
        let mut header = Header::default();
        let len = header.parse_into(head, body, src, dst)?;
        Ok((header, len))
    }

    /// As [`Header::parse`], into this header, where it is wanted; on an error, it means nothing.
    ///
    /// # Errors
    /// As [`Header::parse`].
    pub fn parse_into(
        &mut self,
        head: &[u8],
        body: &Body,
        src: IpAddr,
        dst: IpAddr,
    ) -> Result<usize, Malformed> {
        let len = self.read_into(head)?;
        let mut sum = pseudo_header(src, dst, Protocol::TCP, head.len() + body.len());
        sum.add(head);
        add_body(&mut sum, body);
        //= rfc9293#3.1 MUST-3
        // the receiver checks the checksum, without exception
        if !sum.is_sound() {
            return Err(Malformed::new("tcp.checksum", "does not match the segment"));
        }
        Ok(len)
    }

    /// Reads the header without judging its checksum; returns it and its length in octets.
    ///
    /// # Errors
    /// As [`Header::parse`] without `tcp.checksum`.
    pub fn read(octets: &[u8]) -> Result<(Header, usize), Malformed> {
        let mut header = Header::default();
        let len = header.read_into(octets)?;
        Ok((header, len))
    }

    #[inline]
    fn read_into(&mut self, octets: &[u8]) -> Result<usize, Malformed> {
        let len = self.read_fixed_into(octets)?;
        if len > HEADER_LEN {
            self.options.parse_into(&octets[HEADER_LEN..len])?;
        }
        Ok(len)
    }

    /// The first 20 octets, and how long the header is; options are left empty.
    pub(crate) fn read_fixed(octets: &[u8]) -> Result<(Header, usize), Malformed> {
        let mut header = Header::default();
        let len = header.read_fixed_into(octets)?;
        Ok((header, len))
    }

    #[inline]
    fn read_fixed_into(&mut self, octets: &[u8]) -> Result<usize, Malformed> {
        let Some(h) = octets.first_chunk::<HEADER_LEN>() else {
            return Err(Malformed::new("tcp", "shorter than the 20 octets of its header"));
        };
        let len = usize::from(h[12] >> 4) * 4;
        if len < HEADER_LEN {
            return Err(Malformed::new("tcp.hdr_len", "less than 20 octets"));
        }
        if len > octets.len() {
            return Err(Malformed::new("tcp.hdr_len", "more octets than there are"));
        }
        self.src_port = u16::from_be_bytes([h[0], h[1]]);
        self.dst_port = u16::from_be_bytes([h[2], h[3]]);
        self.seq = Seq(u32::from_be_bytes([h[4], h[5], h[6], h[7]]));
        self.ack = Seq(u32::from_be_bytes([h[8], h[9], h[10], h[11]]));
        self.flags = Flags(h[13]);
        self.window = u16::from_be_bytes([h[14], h[15]]);
        self.urgent = u16::from_be_bytes([h[18], h[19]]);
        self.options = Options::default();
        Ok(len)
    }

    /// Writes header, options and checksum into `out[..self.header_len()]`; `out` has at least
    /// that many octets.
    pub fn emit(&self, out: &mut [u8], body: &Body, src: IpAddr, dst: IpAddr) {
        let len = self.header_len();
        let Some((fixed, options)) = out[..len].split_first_chunk_mut::<HEADER_LEN>() else {
            return;
        };
        //= rfc9293#3.1 MUST-2
        // the sender makes the checksum, without exception
        let mut sum = pseudo_header(src, dst, Protocol::TCP, len + body.len());
        // Summed before it is written: to read back at once what was just written in other pieces
        // makes the processor wait.
        let mut words = [
            u32::from(self.src_port) << 16 | u32::from(self.dst_port),
            self.seq.0,
            self.ack.0,
            (len as u32 / 4) << 28 | u32::from(self.flags.0) << 16 | u32::from(self.window),
            u32::from(self.urgent),
        ];
        words.iter().for_each(|word| sum.add_four(word.to_be_bytes()));
        self.options.emit(options, &mut sum);
        add_body(&mut sum, body);
        words[4] |= u32::from(sum.finish()) << 16;
        let fixed = fixed.as_chunks_mut::<4>().0;
        fixed.iter_mut().zip(words).for_each(|(out, word)| *out = word.to_be_bytes());
    }
}
