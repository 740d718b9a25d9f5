//! The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words.
//!
//! The sum is taken over words of the machine's own byte order, with all carries kept, and
//! turned at the end; RFC 1071 section 2 (B) shows why the order may be swapped. Parts may have any
//! length: [`Sum`] remembers whether the octets so far were odd in number.
//! Long parts are summed by vectors: `simd`.

mod simd;

/// A running sum.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    /// Words in the machine's byte order, carries not yet folded in.
    words: u64,
    odd: bool,
}

impl Sum {
    /// Nothing summed yet.
    pub const fn new() -> Self {
        Sum { words: 0, odd: false }
    }

    /// Adds octets as they stand on the wire. (Some 2^23 parts may be added before `words` is full.)
    #[inline]
    pub fn add(&mut self, data: &[u8]) {
        let part = native_sum(data);
        self.words += if self.odd { u64::from(fold(part).swap_bytes()) } else { part };
        self.odd ^= data.len() % 2 == 1;
    }

    /// Adds four octets as they stand on the wire. Only between even parts.
    #[inline]
    pub fn add_four(&mut self, octets: [u8; 4]) {
        debug_assert!(!self.odd, "a word after an odd part");
        self.words += u64::from(u32::from_ne_bytes(octets));
    }

    /// Adds one 16-bit word given as a number. Only between even parts.
    #[inline]
    pub fn add_u16(&mut self, word: u16) {
        debug_assert!(!self.odd, "a word after an odd part");
        self.words += u64::from(word.to_be());
    }

    /// The checksum to write into a header whose checksum field was summed as zero.
    #[inline]
    pub fn finish(self) -> u16 {
        !u16::from_be(fold(self.words))
    }

    /// Whether data summed together with its own checksum is sound.
    #[inline]
    pub fn is_sound(self) -> bool {
        fold(self.words) == 0xffff
    }
}

/// The checksum of one run of octets.
#[inline]
pub fn checksum(data: &[u8]) -> u16 {
    let mut sum = Sum::new();
    sum.add(data);
    sum.finish()
}

/// What a checksum becomes when one 16-bit word under it changes (RFC 1624 section 3, equation 3).
pub fn update(checksum: u16, old: u16, new: u16) -> u16 {
    !fold(u64::from(!checksum) + u64::from(!old) + u64::from(new))
}

/// Adds the carries to the sum until there are none: each step leaves a shorter number, and after
/// the fourth 16 bits are left of any 64.
#[inline]
fn fold(words: u64) -> u16 {
    let words = (words & 0xffff_ffff) + (words >> 32);
    let words = (words & 0xffff) + (words >> 16);
    let words = (words & 0xffff) + (words >> 16);
    ((words & 0xffff) + (words >> 16)) as u16
}

/// Below this, vectors cost more than they bring: headers.
const SHORT: usize = 64;
/// Octets of a TCP header with timestamps.
const WITH_STAMPS: usize = 32;

/// The sum of a run, carries kept, of at most 41 bits; of headers, whose length is often known, at
/// the place where it is asked for.
#[inline]
fn native_sum(data: &[u8]) -> u64 {
    if let Some(header) = data.as_array::<WITH_STAMPS>() {
        // Nearly every TCP header; of a known length, the loop is a row of additions.
        short_sum(header)
    } else if data.len() < SHORT {
        short_sum(data)
    } else {
        long_sum(data)
    }
}

/// Whole blocks by vectors, the rest one by one.
fn long_sum(data: &[u8]) -> u64 {
    let (blocks, rest) = data.as_chunks();
    simd::sum(blocks) + short_sum(rest)
}

/// The sum of fewer than [`SHORT`] octets.
#[inline]
fn short_sum(data: &[u8]) -> u64 {
    let mut total = 0u64;
    let (pairs, rest) = data.as_chunks::<8>();
    for &pair in pairs {
        let pair = u64::from_ne_bytes(pair);
        total = total.wrapping_add((pair & 0xffff_ffff) + (pair >> 32));
    }
    let (word, rest) = rest.as_chunks::<4>();
    if let [word] = word {
        total = total.wrapping_add(u64::from(u32::from_ne_bytes(*word)));
    }
    let last = match *rest {
        [] => 0,
        [a] => u32::from_ne_bytes([a, 0, 0, 0]),
        [a, b] => u32::from_ne_bytes([a, b, 0, 0]),
        [a, b, c, ..] => u32::from_ne_bytes([a, b, c, 0]),
    };
    total.wrapping_add(u64::from(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RandomSource;

    /// The definition, word by word.
    fn plain(data: &[u8]) -> u16 {
        let mut sum = 0u32;
        for pair in data.chunks(2) {
            sum += u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |&low| u32::from(low));
        }
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        !(sum as u16)
    }

    #[test]
    fn equals_the_definition_however_it_is_cut() {
        let mut random = RandomSource::new(1, "checksum", 0).stream("test");
        for length in 0..300 {
            let mut data = vec![0; length];
            random.fill(&mut data);
            assert_eq!(checksum(&data), plain(&data), "length {length}");
            let (left, rest) = data.split_at(random.below(length as u64 + 1) as usize);
            let (middle, right) = rest.split_at(random.below(rest.len() as u64 + 1) as usize);
            let mut sum = Sum::new();
            for part in [left, middle, right] {
                sum.add(part);
            }
            assert_eq!(sum.finish(), plain(&data), "cut at {} and {}", left.len(), middle.len());
        }
    }

    #[test]
    fn every_carry_is_folded_in() {
        for words in [0, 1, 0xffff, 0x1_0000, 0xffff_ffff, u64::MAX - 1, u64::MAX, 1 << 63] {
            let by_division = if words == 0 { 0 } else { (words - 1) % 0xffff + 1 };
            assert_eq!(u64::from(fold(words)), by_division, "{words:x}");
        }
        for length in [63, 64, 1460, 9000] {
            let data = vec![0xff; length];
            assert_eq!(checksum(&data), plain(&data), "{length} octets of ones");
        }
    }

    #[test]
    fn rfc_1071_example_and_update() {
        let data = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(checksum(&data), !0xddf2);
        let mut changed = data;
        changed[2] = 0x12;
        assert_eq!(update(checksum(&data), 0xf203, 0x1203), checksum(&changed));
        // RFC 1624 section 4: the case where the older equation went wrong.
        assert_eq!(update(0xdd2f, 0x5555, 0x3285), 0x0000);
    }
}
