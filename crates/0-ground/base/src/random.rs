//! Chance that repeats: independent ChaCha8 streams keyed by (seed, name, boot count, purpose).
//!
//! Because the key holds the name and not a position, adding a host to a lab or asking for one more
//! random number in one place changes nobody else's bytes.

use core::hash::Hasher;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use siphasher::sip128::{Hasher128, SipHasher13};

/// The root of one node's (or one cable direction's) streams.
#[derive(Clone, Debug)]
pub struct RandomSource {
    seed: u64,
    name: String,
    boot: u32,
}

impl RandomSource {
    /// The source of the thing called `name`, in its `boot`-th life, in the world of `seed`.
    pub fn new(seed: u64, name: &str, boot: u32) -> Self {
        RandomSource { seed, name: name.to_owned(), boot }
    }

    /// The stream for one purpose; the same purpose gives the same stream again.
    pub fn stream(&self, purpose: &str) -> Random {
        let mut key = [0; 32];
        for (half, part) in key.chunks_exact_mut(16).enumerate() {
            let mut hasher = SipHasher13::new_with_keys(self.seed, half as u64);
            for text in [self.name.as_str(), purpose] {
                hasher.write_u64(text.len() as u64);
                hasher.write(text.as_bytes());
            }
            hasher.write_u32(self.boot);
            part.copy_from_slice(&hasher.finish128().as_u128().to_le_bytes());
        }
        Random(ChaCha8Rng::from_seed(key))
    }
}

/// One stream of chance.
#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }
    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }
    /// Fills `bytes`.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
    /// A number in `0..bound`, without bias that matters (bias below 2^-64 x bound); 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }
    /// True with this probability; never for 0 or less, always for 1 or more.
    pub fn chance(&mut self, probability: f64) -> bool {
        // Draws even when the answer is certain, so that a knob turned to 0 shifts no later draw.
        self.unit() < probability
    }
    /// A number in `[0, 1)` with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_every_part_of_its_key() {
        let first = |seed, name, boot, purpose| {
            RandomSource::new(seed, name, boot).stream(purpose).next_u64()
        };
        let same = first(1, "pc1", 0, "isn");
        assert_eq!(same, first(1, "pc1", 0, "isn"));
        for other in [
            first(2, "pc1", 0, "isn"),
            first(1, "pc2", 0, "isn"),
            first(1, "pc1", 1, "isn"),
            first(1, "pc1", 0, "port"),
            first(1, "pc1i", 0, "sn"),
        ] {
            assert_ne!(same, other);
        }
    }

    #[test]
    fn below_stays_below() {
        let mut random = RandomSource::new(7, "x", 0).stream("y");
        assert_eq!(random.below(0), 0);
        let mut seen = [0u32; 10];
        for _ in 0..10_000 {
            seen[random.below(10) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (800..1_200).contains(&count)), "{seen:?}");
        assert!(!random.chance(0.0) && random.chance(1.0));
    }
}
