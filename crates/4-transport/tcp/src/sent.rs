//! When what is in flight left for the first time: RACK compares these times (RFC 8985 section 5.2).
//!
//! ```text
//!   una          end           end        end = nxt
//!    | left at t1 | left at t2  | left at t3 |        t1 <= t2 <= t3
//! ```
//!
//! Segments that left at the same instant share one entry, so a burst costs one. Repetitions are
//! not here but with the repair (`loss`). Invariant: ends and times only grow; what is
//! acknowledged is gone, so a connection with nothing in flight owns none.

use crate::fifo::Fifo;
use base::{Instant, Seq};

#[derive(Debug)]
struct Run {
    /// One past its last number.
    end: Seq,
    at: Instant,
}

#[derive(Debug)]
pub(crate) struct SentLog {
    runs: Fifo<Run>,
}

impl SentLog {
    pub(crate) const fn new() -> Self {
        SentLog { runs: Fifo::new() }
    }

    /// Everything up to `end` that is not in the log yet leaves at `now`.
    #[inline]
    pub(crate) fn sent(&mut self, end: Seq, now: Instant) {
        match self.runs.back_mut() {
            Some(last) if last.at == now => last.end = end,
            _ => self.runs.push_back(Run { end, at: now }),
        }
    }

    /// Everything before `una` is acknowledged.
    #[inline]
    pub(crate) fn acknowledge(&mut self, una: Seq) {
        while self.runs.front().is_some_and(|run| run.end.at_or_before(una)) {
            self.runs.pop_front();
        }
    }

    /// When the octet before `end` left.
    #[inline]
    pub(crate) fn left_at(&self, end: Seq) -> Option<Instant> {
        let index = self.runs.partition_point(|run| run.end.before(end));
        self.runs.get(index).map(|run| run.at)
    }

    /// One past the last octet whose time `is_so`, which must hold for the first ones only.
    pub(crate) fn end_of(&self, mut is_so: impl FnMut(Instant) -> bool) -> Option<Seq> {
        let count = self.runs.partition_point(|run| is_so(run.at));
        self.runs.get(count.checked_sub(1)?).map(|run| run.end)
    }

    /// One past the last octet that left before `time`, or at that very time and before `seq`.
    pub(crate) fn left_before(&self, time: Instant, seq: Seq) -> Option<Seq> {
        let earlier = self.end_of(|at| at < time);
        let same = self.end_of(|at| at <= time).map(|end| end.min(seq));
        match (earlier, same) {
            (Some(earlier), Some(same)) => Some(earlier.max(same)),
            (earlier, same) => earlier.or(same),
        }
    }

    pub(crate) fn clear(&mut self) {
        self.runs = Fifo::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_left_before_a_time() {
        let at = |ms| Instant::ZERO + base::Duration::from_millis(ms);
        let mut log = SentLog::new();
        for (end, ms) in [(1_000, 1), (2_000, 1), (3_000, 2), (4_000, 5)] {
            log.sent(Seq(end), at(ms));
        }
        assert_eq!(log.left_at(Seq(1)), Some(at(1)));
        assert_eq!(log.left_at(Seq(2_000)), Some(at(1)));
        assert_eq!(log.left_at(Seq(2_001)), Some(at(2)));
        assert_eq!(log.left_at(Seq(4_001)), None);
        assert_eq!(log.left_before(at(1), Seq(0)), Some(Seq(0)));
        assert_eq!(log.left_before(at(1), Seq(1_000)), Some(Seq(1_000)));
        assert_eq!(log.left_before(at(2), Seq(0)), Some(Seq(2_000)));
        assert_eq!(log.left_before(at(4), Seq(9_000)), Some(Seq(3_000)));
        log.acknowledge(Seq(2_500));
        assert_eq!(log.left_before(at(2), Seq(0)), Some(Seq(0)));
        log.acknowledge(Seq(4_000));
        assert_eq!(log.left_before(at(9), Seq(9_000)), None);
    }
}
