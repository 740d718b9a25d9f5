//! How many ICMP errors a machine may send (RFC 1812 section 4.3.2.8, RFC 4443 section 2.4 (f)):
//! a token bucket, so that short bursts pass and a flood does not answer itself.
//!
//! Invariant: in any span of time, no more than `burst + rate x span` takes succeed.

use base::{Duration, Instant};

/// A token bucket that starts full.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenBucket {
    /// What one token costs in time; `None`: there are none.
    cost: Option<Duration>,
    full: Duration,
    credit: Duration,
    seen: Instant,
}

impl TokenBucket {
    /// `rate` tokens a second, `burst` at once.
    pub(crate) fn new(rate: u32, burst: u32) -> Self {
        let cost = (rate > 0).then(|| Duration::from_secs(1) / u64::from(rate));
        let full = cost.unwrap_or(Duration::ZERO) * u64::from(burst);
        TokenBucket { cost, full, credit: full, seen: Instant::ZERO }
    }

    /// One token, if there is one.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        self.credit = (self.credit + (now - self.seen)).min(self.full);
        self.seen = now;
        match self.cost {
            Some(cost) if cost <= self.credit => {
                self.credit = self.credit - cost;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate() {
        let mut bucket = TokenBucket::new(100, 5);
        let mut count = |ms: u64, tries: usize| {
            let now = Instant::ZERO + Duration::from_millis(ms);
            (0..tries).filter(|_| bucket.take(now)).count()
        };
        assert_eq!(count(0, 20), 5);
        assert_eq!(count(9, 1), 0);
        assert_eq!(count(10, 5), 1);
        assert_eq!(count(35, 5), 2);
        assert_eq!(count(10_000, 50), 5, "no more than the burst is saved up");
        let mut none = TokenBucket::new(0, 5);
        assert!(!none.take(Instant::ZERO));
    }
}
