//! TCP's options (RFC 9293 section 3.2; RFC 7323 sections 2 and 3; RFC 2018 sections 2 and 3).
//!
//! ```text
//! +-----------+-----------+---------------- -     kind 0: end of the list; kind 1: nothing;
//! |   kind    |  length   |  length - 2 octets    every other kind has a length
//! +-----------+-----------+---------------- -
//! ```
//! | kind | length | option |
//! |---|---|---|
//! | 2 | 4 | maximum segment size |
//! | 3 | 3 | window scale |
//! | 4 | 2 | SACK permitted |
//! | 5 | 10, 18, 26, 34 | SACK |
//! | 8 | 10 | timestamps |
//!
//! **An illegal length refuses the segment** ([`Malformed`]): less than 2, beyond the header, or
//! not that of a kind in the table. RFC 9293 (MUST-7) asks only to be prepared and suggests a reset;
//! Linux stops reading there and goes on with what it has. We drop with a reason: a reset would let one
//! broken box kill a connection, and half a list would hide the fault from the learner.
//! An option that comes twice: the last one counts, as in Linux.

use crate::Malformed;
use base::Seq;
use base::checksum::Sum;

/// Octets of all options at most.
pub const MAX_LEN: usize = 40;

const END: u8 = 0;
const NOP: u8 = 1;
const MSS: u8 = 2;
const WINDOW_SCALE: u8 = 3;
const SACK_PERMITTED: u8 = 4;
const SACK: u8 = 5;
const TIMESTAMPS: u8 = 8;
/// Octets of timestamps and what aligns them.
const TIMESTAMPS_LEN: usize = 12;

/// SACK blocks: received runs beyond the acknowledgement, `[left, right)`, at most four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SackBlocks {
    blocks: [(Seq, Seq); 4],
    len: u8,
}
impl SackBlocks {
    /// The blocks in the order of the option.
    #[inline]
    pub fn as_slice(&self) -> &[(Seq, Seq)] {
        &self.blocks[..usize::from(self.len)]
    }
    /// Appends a block; false when there are four already.
    pub fn push(&mut self, left: Seq, right: Seq) -> bool {
        let Some(slot) = self.blocks.get_mut(usize::from(self.len)) else { return false };
        *slot = (left, right);
        self.len += 1;
        true
    }
    /// Are there none?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// RFC 7323 section 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timestamps {
    /// The sender's clock.
    pub value: u32,
    /// The other side's clock, echoed.
    pub echo: u32,
}

/// The options that we know; others are skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Kind 2.
    pub mss: Option<u16>,
    /// Kind 3: a shift count (kept as received; more than 14 means 14, RFC 7323 section 2.3).
    pub window_scale: Option<u8>,
    /// Kind 4.
    pub sack_permitted: bool,
    /// Kind 8.
    pub timestamps: Option<Timestamps>,
    /// Kind 5.
    pub sack: SackBlocks,
}

impl Options {
    /// Octets that [`Options::emit`] writes: a multiple of 4, at most 40.
    #[inline]
    pub fn len(&self) -> usize {
        if self.only_timestamps().is_some() {
            return TIMESTAMPS_LEN;
        }
        self.len_without_sack() + self.sack_len()
    }

    /// The timestamps, where they stand alone: in nearly every segment after the handshake.
    #[inline]
    fn only_timestamps(&self) -> Option<Timestamps> {
        let others = self.mss.is_some()
            || self.window_scale.is_some()
            || self.sack_permitted
            || !self.sack.is_empty();
        self.timestamps.filter(|_| !others)
    }

    /// Is there none?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many SACK blocks `emit` writes: those that fit, three beside timestamps.
    //= rfc2018#3
    // 40 octets hold four blocks, or three and the timestamps
    #[inline]
    pub fn sack_blocks_that_fit(&self) -> usize {
        self.sack.as_slice().len().min((MAX_LEN - self.len_without_sack()).saturating_sub(4) / 8)
    }

    #[inline]
    fn len_without_sack(&self) -> usize {
        let timestamps = self.timestamps.is_some();
        usize::from(self.mss.is_some()) * 4
            + usize::from(timestamps) * 12
            + usize::from(self.sack_permitted && !timestamps) * 4
            + usize::from(self.window_scale.is_some()) * 4
    }

    #[inline]
    fn sack_len(&self) -> usize {
        match self.sack_blocks_that_fit() {
            0 => 0,
            blocks => 4 + 8 * blocks,
        }
    }

    /// Reads the octets between the fixed header and the data.
    ///
    /// # Errors
    /// `tcp.option_len` of an illegal length (see the head of this file).
    pub fn parse(octets: &[u8]) -> Result<Options, Malformed> {
        let mut options = Options::default();
        options.parse_into(octets)?;
        Ok(options)
    }

    /// The same, into options that are empty so far.
    #[inline]
    pub(crate) fn parse_into(&mut self, octets: &[u8]) -> Result<(), Malformed> {
        // The list of nearly every data segment: two NOPs and the timestamps.
        if let [NOP, NOP, TIMESTAMPS, 10, data @ ..] = octets
            && let Some(data) = data.as_array::<8>()
        {
            self.timestamps = Some(timestamps(data));
            return Ok(());
        }
        self.parse_any(octets)
    }

    fn parse_any(&mut self, octets: &[u8]) -> Result<(), Malformed> {
        for option in Walk::new(octets) {
            self.take(option?);
        }
        Ok(())
    }

    fn take(&mut self, option: RawOption<'_>) {
        match (option.kind, option.data) {
            (MSS, &[high, low]) => self.mss = Some(u16::from_be_bytes([high, low])),
            (WINDOW_SCALE, &[shift]) => self.window_scale = Some(shift),
            (SACK_PERMITTED, []) => self.sack_permitted = true,
            (TIMESTAMPS, data) => self.timestamps = data.first_chunk().map(timestamps),
            (SACK, data) => {
                self.sack = SackBlocks::default();
                for &block in data.as_chunks::<8>().0 {
                    let [a, b, c, d, e, f, g, h] = block;
                    let left = Seq(u32::from_be_bytes([a, b, c, d]));
                    self.sack.push(left, Seq(u32::from_be_bytes([e, f, g, h])));
                }
            }
            // MUST-6: what we do not know we pass over.
            _ => {}
        }
    }

    /// Writes the options into `out[..self.len()]`, every word aligned, in the order that Linux
    /// uses: MSS, SACK permitted beside the timestamps, window scale, SACK. Adds them to `sum`.
    #[inline]
    pub fn emit(&self, out: &mut [u8], sum: &mut Sum) {
        let mut words = out[..self.len()].as_chunks_mut::<4>().0.iter_mut();
        let mut put = |word: [u8; 4]| {
            if let Some(slot) = words.next() {
                *slot = word;
                sum.add_four(word);
            }
        };
        if let Some(timestamps) = self.only_timestamps() {
            put([NOP, NOP, TIMESTAMPS, 10]);
            put(timestamps.value.to_be_bytes());
            put(timestamps.echo.to_be_bytes());
        } else {
            self.put_all(put);
        }
    }

    fn put_all(&self, mut put: impl FnMut([u8; 4])) {
        if let Some(mss) = self.mss {
            let [high, low] = mss.to_be_bytes();
            put([MSS, 4, high, low]);
        }
        if let Some(timestamps) = self.timestamps {
            let [a, b] = if self.sack_permitted { [SACK_PERMITTED, 2] } else { [NOP, NOP] };
            put([a, b, TIMESTAMPS, 10]);
            put(timestamps.value.to_be_bytes());
            put(timestamps.echo.to_be_bytes());
        } else if self.sack_permitted {
            put([NOP, NOP, SACK_PERMITTED, 2]);
        }
        if let Some(shift) = self.window_scale {
            put([NOP, WINDOW_SCALE, 3, shift]);
        }
        let blocks = self.sack_blocks_that_fit();
        if blocks > 0 {
            put([NOP, NOP, SACK, 2 + 8 * blocks as u8]);
        }
        for (left, right) in &self.sack.as_slice()[..blocks] {
            put(left.0.to_be_bytes());
            put(right.0.to_be_bytes());
        }
    }
}

#[inline]
fn timestamps(data: &[u8; 8]) -> Timestamps {
    let [a, b, c, d, e, f, g, h] = *data;
    Timestamps { value: u32::from_be_bytes([a, b, c, d]), echo: u32::from_be_bytes([e, f, g, h]) }
}

/// One option as it stands in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawOption<'a> {
    /// Where it begins in the list.
    pub at: usize,
    /// Its kind.
    pub kind: u8,
    /// Its octets after kind and length; empty for NOP and end of list.
    pub data: &'a [u8],
}

/// Walks a list of options, NOP and end of list included; ends after the end of list, or after
/// the first illegal length.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    /// From the first option of `octets`.
    pub fn new(octets: &'a [u8]) -> Walk<'a> {
        Walk { octets, at: 0 }
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Result<RawOption<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.octets.get(self.at..)?;
        let (&kind, after) = rest.split_first()?;
        let at = self.at;
        if kind == END || kind == NOP {
            self.at = if kind == END { self.octets.len() } else { at + 1 };
            return Some(Ok(RawOption { at, kind, data: &[] }));
        }
        let checked = length(kind, after.first().copied(), rest.len());
        Some(match checked {
            Ok(len) => {
                self.at = at + len;
                Ok(RawOption { at, kind, data: &rest[2..len] })
            }
            Err(malformed) => {
                self.at = self.octets.len();
                Err(malformed)
            }
        })
    }
}

/// The length of an option, if it is legal; `room` = octets from its kind to the end of the list.
//= rfc9293#3.1 MUST-7
// an illegal length is expected: it ends in a reason, never in a loop
fn length(kind: u8, length: Option<u8>, room: usize) -> Result<usize, Malformed> {
    let Some(length) = length else {
        return Err(Malformed::new("tcp.option_len", "beyond the header"));
    };
    let legal = match kind {
        MSS => length == 4,
        WINDOW_SCALE => length == 3,
        SACK_PERMITTED => length == 2,
        SACK => matches!(length, 10 | 18 | 26 | 34),
        TIMESTAMPS => length == 10,
        _ => length >= 2,
    };
    let length = usize::from(length);
    if !legal {
        Err(Malformed::new("tcp.option_len", "not a length of this kind of option"))
    } else if length > room {
        Err(Malformed::new("tcp.option_len", "beyond the header"))
    } else {
        Ok(length)
    }
}
