//! The line's chance: one stream per knob, and the distance to the next flipped bit.
//!
//! Bit errors are memoryless, so the distance between two of them is geometric and runs on from one
//! frame into the next: a clean line costs one subtraction per frame. The logarithm behind it is our
//! own: only `+ - * /` give the same bits on every platform.

use base::{Duration, Random, RandomSource};

/// The streams of one line.
#[derive(Debug)]
pub(crate) struct Chance {
    loss: Random,
    jitter: Random,
    reorder: Random,
    duplicate: Random,
    corrupt: Random,
    /// Good bits before the next flipped one; drawn when first needed.
    good_bits: Option<u64>,
}

impl Chance {
    pub(crate) fn new(source: &RandomSource, direction: &str) -> Self {
        let stream = |knob: &str| source.stream(&format!("{direction}/{knob}"));
        Chance {
            loss: stream("loss"),
            jitter: stream("jitter"),
            reorder: stream("reorder"),
            duplicate: stream("duplicate"),
            corrupt: stream("corrupt"),
            good_bits: None,
        }
    }

    pub(crate) fn loses(&mut self, share: f64) -> bool {
        share > 0.0 && self.loss.chance(share)
    }
    pub(crate) fn holds_back(&mut self, share: f64) -> bool {
        share > 0.0 && self.reorder.chance(share)
    }
    pub(crate) fn copies(&mut self, share: f64) -> bool {
        share > 0.0 && self.duplicate.chance(share)
    }

    /// `delay` more or less up to `jitter`.
    pub(crate) fn delay(&mut self, delay: Duration, jitter: Duration) -> Duration {
        if jitter.is_zero() {
            return delay;
        }
        let width = jitter.as_nanos().saturating_mul(2).saturating_add(1);
        let drawn = Duration::from_nanos(self.jitter.below(width));
        (delay + drawn).saturating_sub(jitter)
    }

    /// Calls `flip` with the number of each bit out of `bits` that is to be flipped, in order;
    /// returns how many.
    pub(crate) fn flips(&mut self, bits: u64, rate: f64, mut flip: impl FnMut(u64)) -> u32 {
        if rate <= 0.0 {
            return 0;
        }
        let mut flipped = 0;
        let mut position = 0;
        loop {
            let good = match self.good_bits {
                Some(good) => good,
                None => geometric(self.corrupt.unit(), rate),
            };
            if good >= bits - position {
                self.good_bits = Some(good - (bits - position));
                return flipped;
            }
            position += good;
            flip(position);
            flipped += 1;
            position += 1;
            self.good_bits = None;
        }
    }

    /// The bit error rate was changed: the distance drawn for the old one means nothing now.
    pub(crate) fn forget_distance(&mut self) {
        self.good_bits = None;
    }
}

/// How many failures come before the first success of chance `rate`, for `unit` uniform in [0, 1).
fn geometric(unit: f64, rate: f64) -> u64 {
    if rate >= 1.0 {
        return 0;
    }
    // Of a tiny rate 1 - rate keeps few digits or none: there the logarithm is -rate itself.
    let per_bit = if rate < 1e-12 { -rate } else { ln(1.0 - rate) };
    // `as` holds at u64::MAX, which is what a hopeless wait means.
    (ln(1.0 - unit) / per_bit) as u64
}

/// The natural logarithm of `x` in (0, 1], from basic operations only; relative error below 1e-14.
fn ln(x: f64) -> f64 {
    // x = mantissa * 2^exponent with the mantissa in [1, 2).
    let bits = x.to_bits();
    let exponent = (bits >> 52) as i64 - 1023;
    let mantissa = f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
    // Near 1 from below the two parts would cancel each other, so halve the mantissa's distance.
    let (mantissa, exponent) = if mantissa > core::f64::consts::SQRT_2 {
        (mantissa / 2.0, exponent + 1)
    } else {
        (mantissa, exponent)
    };
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let square = z * z;
    let mut sum = 0.0;
    for odd in (1..=25).rev().step_by(2) {
        sum = sum * square + 1.0 / f64::from(odd);
    }
    2.0 * z * sum + exponent as f64 * core::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::{geometric, ln};

    #[test]
    fn a_tiny_rate_is_a_long_wait() {
        for rate in [1e-3, 1e-11, 1e-13, 1.2e-16, 1e-17, 1e-19] {
            let want = core::f64::consts::LN_2 / rate;
            let got = geometric(0.5, rate) as f64;
            assert!((got / want - 1.0).abs() < 1e-2, "{rate}: {got} {want}");
        }
        assert_eq!((geometric(0.5, 1e-300), geometric(0.0, 1e-17)), (u64::MAX, 0));
        assert_eq!((geometric(0.5, 1.0), geometric(0.5, 0.75)), (0, 0));
    }

    #[test]
    fn our_logarithm_agrees_with_the_platform() {
        for i in 1..=100_000u32 {
            let x = f64::from(i) / 100_000.0;
            let want = x.ln();
            assert!((ln(x) - want).abs() <= 1e-14 * want.abs().max(1e-3), "{x}: {} {want}", ln(x));
        }
        for x in [1.0 - 1e-6, 1.0 - 1e-9, 1.0 - 1e-12, 1e-300] {
            assert!((ln(x) / x.ln() - 1.0).abs() < 1e-12, "{x}");
        }
    }
}
