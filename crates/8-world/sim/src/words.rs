//! Eight numbers, packed into the octets that they need: most are small.
//!
//! ```text
//!   | control, 4 octets: how many octets each word has, 4 bits a word | the words, least octet first |
//! ```

/// How many numbers.
pub(crate) const WORDS: usize = 8;
/// Octets that they take at most.
pub(crate) const MOST: usize = CONTROL + WORDS * 8;
/// Room for them, and for what is written behind the last one.
pub(crate) type Room = [u8; 64 + 8];
const CONTROL: usize = 4;

/// Packs words; how many octets that are.
#[inline]
pub(crate) fn pack(words: &[u64; WORDS], out: &mut Room) -> usize {
    let (mut control, mut at) = (0, CONTROL);
    for (index, &word) in words.iter().enumerate() {
        let len = (71 - (word | 1).leading_zeros()) / 8 * u32::from(word != 0);
        control |= len << (4 * index);
        let begin = at & 63; // which it is anyhow: so no bound is checked
        out[begin..begin + 8].copy_from_slice(&word.to_le_bytes());
        at = at.wrapping_add(len as usize);
    }
    out[..CONTROL].copy_from_slice(&control.to_le_bytes());
    at
}

/// The words that were packed; zeros for what is missing.
pub(crate) fn unpack(octets: &[u8]) -> [u64; WORDS] {
    let control = number(octets, 0, CONTROL);
    let mut at = CONTROL;
    core::array::from_fn(|index| {
        let len = (control >> (4 * index) & 15).min(8) as usize;
        at += len;
        number(octets, at - len, len)
    })
}

/// The first of them alone.
#[inline]
pub(crate) fn first(octets: &[u8]) -> u64 {
    let len = octets.first().map_or(0, |control| control & 15).min(8);
    number(octets, CONTROL, len.into())
}

#[inline]
fn number(octets: &[u8], at: usize, len: usize) -> u64 {
    if let Some(&eight) = octets.get(at..).and_then(|rest| rest.first_chunk()) {
        let behind = u64::BITS - 8 * len as u32;
        return u64::from_le_bytes(eight) & u64::MAX.checked_shr(behind).unwrap_or(0);
    }
    let there = octets.get(at..).unwrap_or_default();
    let mut word = [0; 8];
    let len = len.min(there.len());
    word[..len].copy_from_slice(&there[..len]);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::RandomSource;

    #[test]
    fn what_goes_in_comes_out() {
        let mut random = RandomSource::new(1, "words", 0).stream("test");
        for round in 0..2_000 {
            let words: [u64; WORDS] = core::array::from_fn(|_| {
                let bits = random.below(65) as u32;
                u64::MAX.checked_shr(64 - bits).unwrap_or(0) & random.below(u64::MAX)
            });
            let mut out: Room = [0xee; _];
            let len = pack(&words, &mut out);
            assert!(len <= MOST);
            // With something behind, or with nothing.
            out[len..].fill(0xee);
            let read = if round % 2 == 0 { &out[..] } else { &out[..len] };
            assert_eq!((unpack(read), first(read)), (words, words[0]));
        }
    }

    #[test]
    fn zeros_take_no_room_and_a_cut_piece_is_no_crash() {
        let mut out: Room = [0xee; _];
        assert_eq!(pack(&[0; WORDS], &mut out), CONTROL);
        let words = [1, 0, u64::MAX, 300, 0, 0, 0, 1];
        let len = pack(&words, &mut out);
        assert_eq!(len, CONTROL + 1 + 8 + 2 + 1);
        for cut in 0..len {
            assert_ne!(unpack(&out[..cut]), words);
        }
    }
}
