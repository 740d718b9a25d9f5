//! A few numbers, packed into the octets that they need: most are small.
//!
//! ```text
//!   | control: how many octets each word has, 4 bits a word | the words, least octet first |
//! ```

/// Words at most.
const MOST: usize = 15;
/// Room for as many, and for what is written behind the last of them.
pub(crate) type Room = [u8; 128 + 8];

/// Packs words; how many octets that are.
#[inline]
pub(crate) fn pack<const N: usize>(words: &[u64; N], out: &mut Room) -> usize {
    const { assert!(N <= MOST && N.div_ceil(2) + N * 8 <= 128) };
    let (mut control, mut at) = (0_u64, N.div_ceil(2));
    for (index, &word) in words.iter().enumerate() {
        let len = (71 - u64::from((word | 1).leading_zeros())) / 8 * u64::from(word != 0);
        control |= len << (4 * index);
        let begin = at & 127; // which it is anyhow: so no bound is checked
        out[begin..begin + 8].copy_from_slice(&word.to_le_bytes());
        at = at.wrapping_add(len as usize);
    }
    let control = control.to_le_bytes();
    out[..N.div_ceil(2)].copy_from_slice(&control[..N.div_ceil(2)]);
    at
}

/// The words that were packed; zeros for what is missing.
pub(crate) fn unpack<const N: usize>(octets: &[u8]) -> [u64; N] {
    let number = |at: usize, len: usize| {
        let mut word = [0; 8];
        let there = octets.get(at..).unwrap_or_default();
        let len = len.min(there.len());
        word[..len].copy_from_slice(&there[..len]);
        u64::from_le_bytes(word)
    };
    let control = number(0, N.div_ceil(2));
    let mut at = N.div_ceil(2);
    core::array::from_fn(|index| {
        let len = (control >> (4 * index) & 15).min(8) as usize;
        at += len;
        number(at - len, len)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::RandomSource;

    #[test]
    fn what_goes_in_comes_out() {
        let mut random = RandomSource::new(1, "words", 0).stream("test");
        for _ in 0..2_000 {
            let words: [u64; 10] = core::array::from_fn(|_| {
                let bits = random.below(65) as u32;
                u64::MAX.checked_shr(64 - bits).unwrap_or(0) & random.below(u64::MAX)
            });
            let mut out: Room = [0xee; _];
            let len = pack(&words, &mut out);
            out[len..].fill(0xee);
            assert_eq!(unpack(&out), words);
        }
    }

    #[test]
    fn zeros_take_no_room_and_a_cut_piece_is_no_crash() {
        let mut out: Room = [0xee; _];
        assert_eq!(pack(&[0; 4], &mut out), 2);
        let len = pack(&[1, 0, u64::MAX, 300], &mut out);
        assert_eq!(len, 2 + 1 + 8 + 2);
        for cut in 0..len {
            assert_ne!(unpack::<4>(&out[..cut]), [1, 0, u64::MAX, 300]);
        }
    }
}
