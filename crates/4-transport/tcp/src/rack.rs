//! RACK (RFC 8985): time, not a count of duplicates, says what is lost.
//!
//! ```text
//!   left:      A    B    C          ACK of C arrives: A and B left before C and should be there.
//!   arrives:        |<- window ->|  Perhaps they are only late: they are lost when the window
//!              C         B?      A? for reordering is over.
//! ```
//!
//! The window is zero once three duplicates are there (they are enough, as RFC 6675 has it), unless
//! this path was seen to reorder; else a quarter of the least round trip, and one more quarter for each round
//! in which a duplicate SACK (RFC 2883) told of a needless repetition; never more than a round trip.
//! The least round trip is the least of the last minute, for routes change.
//!
//! A path that reorders also makes the first repair a mistake, and the congestion window was halved
//! for nothing. [`Undo`] remembers it until either something was really lost or every single
//! repetition is reported as a duplicate.
//!
//! Left out: tail loss probes (section 7); the rescue of RFC 6675 and the timer do their work.
//! Without SACK none of this runs: NewReno counts.

use crate::sent::SentLog;
use base::{Duration, Instant, Seq};

/// How long the least round trip is believed.
const MIN_RTT_LIFE: Duration = Duration::from_secs(60);
/// RFC 8985 section 6.2 step 4: recoveries without a duplicate SACK until the window is small again.
const PERSIST: u8 = 16;
/// Repetitions that `Undo` follows; in a larger repair something surely was lost.
const MAX_DOUBTED: usize = 64;

#[derive(Debug)]
pub(crate) struct Rack {
    /// RACK.xmit_ts and RACK.end_seq: the segment that left last among those that arrived.
    left_at: Instant,
    end: Seq,
    /// RACK.rtt: how long that one was under way.
    rtt: Duration,
    /// RACK.fack: one past the highest octet that arrived.
    highest: Seq,
    min_rtt: Duration,
    min_rtt_at: Instant,
    reordering_seen: bool,
    /// RACK.reo_wnd_mult
    quarters: u8,
    /// RACK.reo_wnd_persist
    persist: u8,
    /// RACK.dsack_round: duplicates reported before this is acknowledged are of the same round.
    round: Option<Seq>,
}

/// What one acknowledgement newly reports of octets that were sent once.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// The last to leave: when, and one past its last number.
    newest: Option<(Instant, Seq)>,
    lowest: Option<Seq>,
}

impl News {
    /// `[first, end)` and perhaps more between arrived; the octet before `end` left at `left_at`.
    #[inline]
    pub(crate) fn add(&mut self, first: Seq, end: Seq, left_at: Instant) {
        if self.newest.is_none_or(|(at, seq)| is_after((left_at, end), (at, seq))) {
            self.newest = Some((left_at, end));
        }
        self.lowest = Some(self.lowest.map_or(first, |lowest| lowest.min(first)));
    }
}

/// Did the first of two segments leave after the second?
#[inline]
fn is_after(one: (Instant, Seq), other: (Instant, Seq)) -> bool {
    //= rfc8985#5.1
    one.0 > other.0 || one.0 == other.0 && one.1.after(other.1)
}

impl Rack {
    pub(crate) fn new(iss: Seq) -> Self {
        Rack {
            left_at: Instant::ZERO,
            end: iss,
            rtt: Duration::ZERO,
            highest: iss,
            min_rtt: Duration::MAX,
            min_rtt_at: Instant::ZERO,
            reordering_seen: false,
            quarters: 1,
            persist: 0,
            round: None,
        }
    }

    /// Takes what an acknowledgement reports of octets sent once; true when it shows reordering for
    /// the first time.
    #[inline]
    pub(crate) fn update(&mut self, news: &News, now: Instant) -> bool {
        let (Some((left_at, end)), Some(lowest)) = (news.newest, news.lowest) else { return false };
        let rtt = now.since(left_at);
        if rtt <= self.min_rtt || now.since(self.min_rtt_at) > MIN_RTT_LIFE {
            self.min_rtt = rtt;
            self.min_rtt_at = now;
        }
        self.newest(left_at, end, rtt);
        //= rfc8985#6.2
        let is_first = lowest.before(self.highest) && !self.reordering_seen;
        self.reordering_seen |= is_first;
        self.highest = self.highest.max(end);
        is_first
    }

    /// Was a segment seen to come late?
    pub(crate) fn path_reorders(&self) -> bool {
        self.reordering_seen
    }

    /// A repetition arrived that left at `left_at`.
    pub(crate) fn repetition_arrived(&mut self, left_at: Instant, end: Seq, now: Instant) {
        let rtt = now.since(left_at);
        //= rfc8985#6.2
        if rtt >= self.min_rtt {
            self.newest(left_at, end, rtt); // else it was the original that arrived
        }
    }

    #[inline]
    fn newest(&mut self, left_at: Instant, end: Seq, rtt: Duration) {
        self.rtt = rtt;
        if is_after((left_at, end), (self.left_at, self.end)) {
            self.left_at = left_at;
            self.end = end;
        }
    }

    /// How long a segment that others overtook may still be on its way. `enough`: a repair goes on, or
    /// three duplicates were reported.
    pub(crate) fn window(&self, enough: bool, srtt: Duration) -> Duration {
        //= rfc8985#6.2
        if enough && !self.reordering_seen || self.min_rtt == Duration::MAX {
            return Duration::ZERO;
        }
        (self.min_rtt / 4 * u64::from(self.quarters)).min(srtt)
    }

    /// Everything sent once and before this number was overtaken and should have arrived by now.
    pub(crate) fn lost_edge(&self, sent: &SentLog, window: Duration, now: Instant) -> Option<Seq> {
        //= rfc8985#6.2
        let edge = self.doubtful_edge(sent)?;
        let overdue = sent.end_of(|at| self.deadline(at, window) <= now)?;
        Some(edge.min(overdue))
    }

    /// Everything sent once and before this number was overtaken.
    pub(crate) fn doubtful_edge(&self, sent: &SentLog) -> Option<Seq> {
        sent.left_before(self.left_at, self.end)
    }

    /// Was a repetition that left at `left_at` and ends at `end` overtaken?
    pub(crate) fn has_overtaken(&self, left_at: Instant, end: Seq) -> bool {
        is_after((self.left_at, self.end), (left_at, end))
    }

    /// When whatever left at `left_at` should have arrived, the window waited for.
    pub(crate) fn deadline(&self, left_at: Instant, window: Duration) -> Instant {
        left_at + self.rtt + window
    }

    /// Everything before `una` has arrived: a round that ends there is over. (Kept, it would look like
    /// a round to come once the numbers have gone half way round.)
    #[inline]
    pub(crate) fn acknowledged(&mut self, una: Seq) {
        if self.round.is_some_and(|round| una.at_or_after(round)) {
            self.round = None;
        }
    }

    /// A duplicate SACK: something was sent again too early.
    pub(crate) fn repeated_in_vain(&mut self, una: Seq, nxt: Seq) {
        //= rfc8985#6.2
        if self.round.is_some_and(|round| una.before(round)) {
            return;
        }
        self.round = Some(nxt);
        self.quarters = self.quarters.saturating_add(1);
        self.persist = PERSIST;
    }

    /// A repair is over.
    pub(crate) fn recovered(&mut self) {
        self.persist = self.persist.saturating_sub(1);
        if self.persist == 0 {
            self.quarters = 1;
        }
    }
}

/// A reduction of the congestion window that may turn out to be a mistake.
#[derive(Debug)]
pub(crate) struct Undo {
    /// The window and threshold before it.
    pub(crate) cwnd: u32,
    pub(crate) ssthresh: u32,
    /// What was sent again and not yet reported as a duplicate.
    doubted: Vec<(Seq, Seq)>,
    /// Something was sent again.
    began: bool,
    /// Too much was sent again: no mistake.
    hopeless: bool,
}

impl Undo {
    pub(crate) fn new(cwnd: u32, ssthresh: u32) -> Self {
        Undo { cwnd, ssthresh, doubted: Vec::new(), began: false, hopeless: false }
    }

    pub(crate) fn sent_again(&mut self, start: Seq, end: Seq) {
        self.began = true;
        if self.doubted.len() < MAX_DOUBTED {
            self.doubted.push((start, end));
        } else {
            self.hopeless = true;
        }
    }

    /// A duplicate SACK for `[left, right)`. True: every repetition was in vain.
    pub(crate) fn was_in_vain(&mut self, left: Seq, right: Seq) -> bool {
        //= rfc2883#5
        let covers = |it: &(Seq, Seq)| left.at_or_before(it.0) && right.at_or_after(it.1);
        if let Some(index) = self.doubted.iter().position(covers) {
            self.doubted.swap_remove(index);
        }
        self.began && !self.hopeless && self.doubted.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever sent two gigaoctets since has begun a new round.
    #[test]
    fn a_round_that_is_over_is_forgotten() {
        let mut rack = Rack::new(Seq(0));
        rack.repeated_in_vain(Seq(0), Seq(1_000));
        rack.repeated_in_vain(Seq(500), Seq(1_000));
        assert_eq!(rack.quarters, 2, "once a round");
        rack.acknowledged(Seq(1_000));
        let later = Seq(1_000) + (1 << 31) + 5;
        rack.repeated_in_vain(later, later + 1_000);
        assert_eq!(rack.quarters, 3);
    }
}
