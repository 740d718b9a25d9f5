//! The long part of the sum, by vectors where the processor has them: the one unsafe file below
//! floor 9.
//!
//! ```text
//!   a block: 4 words of 64 bits     all[i]  += word          (wraps)
//!                                   high[i] += word >> 32    (cannot, below 2^32 blocks)
//!   at the end                      low[i]   = all[i] - (high[i] << 32)
//! ```
//!
//! Two additions and a shift for four words at once, no carry and no comparison. Three things are
//! unsafe: to call what is compiled for AVX2 (it is asked for at run time, once: the answer is kept
//! by the standard library), and two loads. The safe twin does the same with numbers of 128 bits,
//! serves everybody else, and the test holds the two equal: the result never depends on which one
//! ran, so that a lab gives the same octets on every machine.
#![allow(unsafe_code)] // vectors cannot be loaded, nor a function for AVX2 be called, without

/// What is summed at once.
pub(super) type Block = [u8; 32];

/// A sum of 16-bit words in the machine's byte order, congruent to the blocks' modulo 2^16 - 1, of
/// at most 40 bits.
#[inline]
pub(super) fn sum(blocks: &[Block]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: `avx2::sum` wants nothing of its caller but that the processor has AVX2.
        return unsafe { avx2::sum(blocks) };
    }
    safe_sum(blocks)
}

/// The safe twin: four sums side by side, each with its own carries above it: add and
/// add-with-carry. The additions wrap for speed's sake; they cannot, below 2^64 words.
fn safe_sum(blocks: &[Block]) -> u64 {
    let mut lanes = [0u128; 4];
    for block in blocks {
        for (lane, &word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
            *lane = lane.wrapping_add(u128::from(u64::from_ne_bytes(word)));
        }
    }
    let sum = lanes.iter().fold(0u128, |sum, &lane| sum.wrapping_add(lane));
    in_halves(sum as u64) + in_halves((sum >> 64) as u64)
}

/// Congruent, and of 33 bits at most.
#[inline]
fn in_halves(word: u64) -> u64 {
    (word & 0xffff_ffff) + (word >> 32)
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Block, in_halves};
    use core::arch::x86_64::{
        __m256i, _mm256_add_epi64, _mm256_extract_epi64, _mm256_loadu_si256, _mm256_setzero_si256,
        _mm256_slli_epi64, _mm256_srli_epi64, _mm256_sub_epi64,
    };

    #[target_feature(enable = "avx2")]
    pub(super) fn sum(blocks: &[Block]) -> u64 {
        // Two of each, so that no addition waits for the one before.
        let zero = _mm256_setzero_si256();
        let (mut all, mut high) = ([zero; 2], [zero; 2]);
        let (pairs, rest) = blocks.as_chunks::<2>();
        for [first, second] in pairs {
            add(&mut all[0], &mut high[0], first);
            add(&mut all[1], &mut high[1], second);
        }
        if let [last] = rest {
            add(&mut all[0], &mut high[0], last);
        }
        let high = _mm256_add_epi64(high[0], high[1]);
        let low = _mm256_add_epi64(all[0], all[1]);
        let low = _mm256_sub_epi64(low, _mm256_slli_epi64::<32>(high));
        in_all(low) + in_all(high)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn add(all: &mut __m256i, high: &mut __m256i, block: &Block) {
        // SAFETY: a block has the 32 octets that are loaded, and the load needs no alignment.
        let words = unsafe { _mm256_loadu_si256(block.as_ptr().cast()) };
        *all = _mm256_add_epi64(*all, words);
        *high = _mm256_add_epi64(*high, _mm256_srli_epi64::<32>(words));
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn in_all(lanes: __m256i) -> u64 {
        [
            _mm256_extract_epi64::<0>(lanes),
            _mm256_extract_epi64::<1>(lanes),
            _mm256_extract_epi64::<2>(lanes),
            _mm256_extract_epi64::<3>(lanes),
        ]
        .into_iter()
        .map(|lane| in_halves(lane as u64))
        .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RandomSource;

    /// The definition, word by word.
    fn plain(blocks: &[Block]) -> u64 {
        let words = blocks.as_flattened().as_chunks::<2>().0.iter();
        words.map(|&word| u64::from(u16::from_ne_bytes(word))).sum()
    }

    #[test]
    fn vectors_equal_their_safe_twin_and_the_definition() {
        let mut random = RandomSource::new(1, "simd", 0).stream("test");
        for count in (0..200).chain([1_023, 40_000]) {
            // From every place in memory, and in the worst case: all carries.
            let mut octets = vec![0xff; count * 32 + 31];
            for offset in [0, 1, 7, 8, 15, 16, 31] {
                let blocks = octets[offset..].as_chunks().0;
                assert_eq!(sum(blocks) % 0xffff, plain(blocks) % 0xffff, "{count} at {offset}");
                assert_eq!(safe_sum(blocks) % 0xffff, plain(blocks) % 0xffff, "{count}");
                // Zero has two faces in ones' complement, and both sums must show the same.
                assert_eq!(sum(blocks) == 0, safe_sum(blocks) == 0, "{count} at {offset}");
                assert!(sum(blocks) >> 40 == 0 && safe_sum(blocks) >> 40 == 0, "{count}");
                random.fill(&mut octets);
            }
        }
    }
}
