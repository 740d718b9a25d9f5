//! What is lost, what to send again, and how much is in flight while a loss is repaired.
//!
//! With SACK, RACK says what is lost (RFC 8985, `rack`), and the rest is RFC 6675 (SetPipe, NextSeg
//! with its rescue). Without it NewReno (RFC 6582) in the same terms: each duplicate
//! acknowledgement takes one segment out of the pipe. After a time-out everything unknown counts
//! as lost and is sent again in slow start.
//!
//! The record exists from the first duplicate acknowledgement until the repair is done; a
//! connection without trouble owns none.
//!
//! ```text
//!   una     high_rxt       lost_edge              nxt
//!    | sent again | lost, to send | not yet known  |     minus what the scoreboard knows
//! ```
//!
//! Invariants: una <= high_rxt, lost_edge <= nxt (checked in `Recovery::measure`); `resent` is in
//! the order of time.

use crate::rack::Rack;
use crate::scoreboard::{DUP_THRESH, Scoreboard};
use crate::sent::SentLog;
use base::{Duration, Instant, Seq};
use std::collections::VecDeque;

/// How far the trouble went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Duplicates, perhaps only reordering.
    Disorder,
    /// Fast retransmit and recovery.
    Fast,
    /// After a retransmission time-out.
    Timeout,
}

#[derive(Debug)]
pub(crate) struct Recovery {
    pub(crate) phase: Phase,
    pub(crate) sacked: Scoreboard,
    pub(crate) dup_acks: u32,
    /// RecoveryPoint: SND.NXT when the repair began.
    pub(crate) point: Seq,
    /// HighRxt: everything before it that was missing has been sent again.
    high_rxt: Seq,
    lost_edge: Seq,
    rescued: bool,
    /// SND.UNA when the retransmission timer last went off.
    pub(crate) timed_out: Option<Seq>,
    /// Send the first missing segment whatever the pipe says.
    pub(crate) force: bool,
    /// Octets believed to be on their way.
    pub(crate) pipe: u32,
    /// What was sent again and may be on its way, in the order of time.
    resent: VecDeque<Resent>,
    /// Repetitions that were lost in their turn.
    lost_again: VecDeque<(Seq, Seq)>,
}

#[derive(Debug)]
struct Resent {
    start: Seq,
    end: Seq,
    at: Instant,
}

/// Repetitions examined at each acknowledgement: those behind them are younger.
const WATCHED: usize = 64;

/// Where SND.UNA and SND.NXT stand, and how the connection cuts its segments.
#[derive(Clone, Copy)]
pub(crate) struct View {
    pub(crate) una: Seq,
    pub(crate) nxt: Seq,
    pub(crate) mss: u32,
    pub(crate) sack: bool,
}

/// The clock's part in the judgement.
#[derive(Clone, Copy)]
pub(crate) struct Clock<'a> {
    pub(crate) rack: &'a Rack,
    pub(crate) sent: &'a SentLog,
    pub(crate) srtt: Duration,
    pub(crate) now: Instant,
}

impl Recovery {
    pub(crate) fn new(una: Seq) -> Self {
        Recovery {
            phase: Phase::Disorder,
            sacked: Scoreboard::default(),
            dup_acks: 0,
            point: una,
            high_rxt: una,
            lost_edge: una,
            rescued: false,
            timed_out: None,
            force: false,
            pipe: 0,
            resent: VecDeque::new(),
            lost_again: VecDeque::new(),
        }
    }

    /// Do the signs mean a loss that no repair has begun for (RFC 8985 section 6.2, RFC 5681 section 3.2)?
    pub(crate) fn is_loss(&self, view: View) -> bool {
        if self.phase != Phase::Disorder || view.una == view.nxt {
            return false;
        }
        if view.sack {
            let missing = |&(start, end): &(Seq, Seq)| {
                self.sacked.next_hole(start.max(view.una), end).is_some()
            };
            return self.next_lost_once(view).is_some() || self.lost_again.iter().any(missing);
        }
        //= rfc5681#3.2
        self.dup_acks >= DUP_THRESH
    }

    /// Begins fast recovery. What an earlier repair has sent again and is under way stays sent.
    pub(crate) fn begin_fast(&mut self, view: View) {
        self.phase = Phase::Fast;
        self.point = view.nxt;
        self.rescued = false;
        self.force = true;
        if !view.sack {
            self.high_rxt = view.una;
            self.lost_edge = (view.una + view.mss).min(view.nxt);
        }
        self.measure(view);
    }

    /// The retransmission timer went off (or the path shrank): all that is unknown is lost.
    pub(crate) fn begin_timeout(&mut self, view: View) {
        //= rfc2018#8
        if self.sacked.lowest().is_some_and(|lowest| lowest.at_or_before(view.una)) {
            self.sacked.clear(); // the other side has thrown away what it had reported
        }
        self.phase = Phase::Timeout;
        self.point = view.nxt;
        self.high_rxt = view.una;
        self.lost_edge = view.nxt;
        self.dup_acks = 0;
        self.rescued = true;
        self.force = true;
        self.resent.clear();
        self.lost_again.clear();
        self.measure(view);
    }

    /// SND.UNA has moved by `acked` octets. Returns true when the repair is done.
    pub(crate) fn advance(&mut self, view: View, acked: u32) -> bool {
        self.sacked.advance(view.una);
        self.high_rxt = self.high_rxt.max(view.una);
        match self.phase {
            Phase::Disorder => self.dup_acks = 0,
            _ if view.una.at_or_after(self.point) => return true,
            Phase::Fast if !view.sack => {
                //= rfc6582#3.2
                self.dup_acks = self.dup_acks.saturating_sub((acked / view.mss).saturating_sub(1));
                self.lost_edge = (view.una + view.mss).min(view.nxt);
                self.force = self.high_rxt == view.una;
            }
            _ => {}
        }
        false
    }

    /// Octets from this number on were sent at most once.
    pub(crate) fn sent_once_from(&self, una: Seq) -> Seq {
        self.high_rxt.max(una)
    }

    /// The first and the last of what `[left, right)` reports anew, of octets that were sent once.
    pub(crate) fn news_in(&self, left: Seq, right: Seq) -> Option<(Seq, Seq)> {
        let from = self.sent_once_from(left);
        let first = self.sacked.next_hole(from, right)?;
        let last = self.sacked.last_hole(from, right)?;
        Some((first.0, last.1))
    }

    /// The repair was a mistake: what it took for lost was late.
    pub(crate) fn forgive(&mut self, una: Seq) {
        if self.phase == Phase::Fast {
            self.phase = Phase::Disorder;
            self.dup_acks = 0;
            self.force = false;
            self.lost_edge = una;
            self.lost_again.clear();
        }
    }

    /// Takes note of repetitions that arrived: `arrived(left_at, end)` for each.
    pub(crate) fn reap_repetitions(&mut self, una: Seq, mut arrived: impl FnMut(Instant, Seq)) {
        let watched = self.resent.len().min(WATCHED);
        for index in (0..watched).rev() {
            let it = &self.resent[index];
            if self.sacked.next_hole(it.start.max(una), it.end).is_none() {
                arrived(it.at, it.end);
                self.resent.remove(index);
            }
        }
    }

    /// Moves on what counts as lost. `Some`: when to look again, for something that was overtaken
    /// may only be late.
    pub(crate) fn judge(&mut self, view: View, clock: Clock) -> Option<Instant> {
        let enough = self.phase != Phase::Disorder
            || self.dup_acks >= DUP_THRESH
            || self.sacked.is_enough(view.mss);
        let window = clock.rack.window(enough, clock.srtt);
        if let Some(edge) = clock.rack.lost_edge(clock.sent, window, clock.now) {
            self.lost_edge = self.lost_edge.max(edge.min(view.nxt));
        }
        while let Some(first) = self.resent.front()
            && clock.rack.has_overtaken(first.at, first.end)
            && clock.rack.deadline(first.at, window) <= clock.now
        {
            self.lost_again.push_back((first.start, first.end));
            self.resent.pop_front();
        }
        self.last_in_doubt(view, clock).map(|left_at| clock.rack.deadline(left_at, window))
    }

    /// When the last of what was overtaken and does not count as lost yet has left.
    fn last_in_doubt(&self, view: View, clock: Clock) -> Option<Instant> {
        let from = self.lost_edge.max(self.sent_once_from(view.una));
        let edge = clock.rack.doubtful_edge(clock.sent).map(|edge| edge.min(view.nxt));
        let hole = edge.and_then(|edge| self.sacked.last_hole(from, edge));
        let once = hole.and_then(|(_, end)| clock.sent.left_at(end));
        let is_doubtful = |it: &&Resent| clock.rack.has_overtaken(it.at, it.end);
        let again = self.resent.front().filter(is_doubtful).map(|it| it.at);
        once.max(again)
    }

    /// Recomputes what is in the pipe.
    pub(crate) fn measure(&mut self, view: View) {
        //= rfc6675#4
        self.high_rxt = self.high_rxt.max(view.una);
        self.lost_edge = self.lost_edge.max(view.una);
        while let Some(&(start, end)) = self.lost_again.front()
            && self.sacked.next_hole(start.max(view.una), end).is_none()
        {
            self.lost_again.pop_front(); // it arrived after all
        }
        let unknown = if self.phase == Phase::Disorder { view.una } else { self.lost_edge };
        self.pipe = self.sacked.unknown(unknown, view.nxt)
            + self.sacked.unknown(view.una, self.high_rxt.min(unknown));
        if !view.sack {
            self.pipe = self.pipe.saturating_sub(self.dup_acks.saturating_mul(view.mss));
        }
        for &(start, end) in &self.lost_again {
            let missing = self.sacked.unknown(start.max(view.una), end);
            self.pipe = self.pipe.saturating_sub(missing);
        }
        debug_assert!(
            self.high_rxt.at_or_before(view.nxt) && self.lost_edge.at_or_before(view.nxt),
            "una {} nxt {} {self:?}",
            view.una,
            view.nxt
        );
    }

    /// The next lost octets to send again (NextSeg, rule 1): first what was lost twice.
    pub(crate) fn next_lost(&self, view: View) -> Option<(Seq, Seq)> {
        if self.phase == Phase::Disorder {
            return None;
        }
        let twice = self.lost_again.front();
        twice
            .and_then(|&(start, end)| self.sacked.next_hole(start.max(view.una), end))
            .or_else(|| self.next_lost_once(view))
    }

    fn next_lost_once(&self, view: View) -> Option<(Seq, Seq)> {
        self.sacked.next_hole(self.sent_once_from(view.una), self.lost_edge)
    }

    /// The rescue (NextSeg, rule 4): once in a repair, when nothing is lost and there is nothing new, the
    /// tail, whose loss nothing else would show.
    pub(crate) fn next_doubtful(&mut self, view: View) -> Option<(Seq, Seq)> {
        if self.phase != Phase::Fast || !view.sack || self.rescued {
            return None;
        }
        let from = self.sent_once_from(view.una);
        let highest = self.sacked.highest().unwrap_or(from);
        self.rescued = true;
        let tail = view.nxt - view.mss.min(view.nxt.since(view.una));
        self.sacked.next_hole(tail.max(highest), view.nxt)
    }

    /// `[start, end)` is sent again at `now`.
    pub(crate) fn sent_again(&mut self, start: Seq, end: Seq, now: Instant) {
        self.force = false;
        self.resent.push_back(Resent { start, end, at: now });
        match self.lost_again.front_mut() {
            Some(first) if first.0.at_or_before(start) && start.before(first.1) => {
                first.0 = end;
                if first.0.at_or_after(first.1) {
                    self.lost_again.pop_front();
                }
            }
            // A rescue lies beyond what was examined in order: nothing missing may be skipped.
            _ if self.sacked.next_hole(self.high_rxt, start).is_none() => {
                self.high_rxt = self.high_rxt.max(end);
            }
            _ => {}
        }
        self.pipe += end.since(start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(ms)
    }

    /// Ten segments of 1000 octets leave, one a millisecond; the round trip is 40 ms.
    struct Bench {
        rack: Rack,
        sent: SentLog,
        recovery: Recovery,
        view: View,
    }

    impl Bench {
        fn new() -> Bench {
            let mut sent = SentLog::new();
            (1..=10).for_each(|n| sent.sent(Seq(n * 1_000), at(u64::from(n))));
            let view = View { una: Seq(0), nxt: Seq(10_000), mss: 1_000, sack: true };
            Bench { rack: Rack::new(Seq(0)), sent, recovery: Recovery::new(Seq(0)), view }
        }

        /// `[left, right)` is reported at `now`; what is judged lost then.
        fn report(&mut self, left: u32, right: u32, now: Instant) -> Option<Instant> {
            let mut news = crate::rack::News::default();
            if let Some((first, end)) = self.recovery.news_in(Seq(left), Seq(right)) {
                news.add(first, end, self.sent.left_at(end).expect("it left"));
            }
            self.rack.update(&news, now);
            self.recovery.sacked.insert(Seq(left), Seq(right));
            self.judge(now)
        }

        fn judge(&mut self, now: Instant) -> Option<Instant> {
            let rack = &mut self.rack;
            self.recovery.reap_repetitions(self.view.una, |left_at, end| {
                rack.repetition_arrived(left_at, end, now);
            });
            let srtt = Duration::from_millis(40);
            let clock = Clock { rack, sent: &self.sent, srtt, now };
            let again = self.recovery.judge(self.view, clock);
            if self.recovery.is_loss(self.view) {
                self.recovery.begin_fast(self.view);
            }
            self.recovery.measure(self.view);
            again
        }

        fn send_again(&mut self, hole: (u32, u32), now: Instant) {
            let hole = (Seq(hole.0), Seq(hole.1));
            assert_eq!(self.recovery.next_lost(self.view), Some(hole));
            self.recovery.sent_again(hole.0, hole.1, now);
        }
    }

    #[test]
    fn three_duplicates_are_enough_while_nothing_was_reordered() {
        let mut bench = Bench::new();
        assert_eq!(bench.report(1_000, 2_000, at(42)), Some(at(51)), "a quarter of 40 ms");
        assert_eq!(bench.report(2_000, 3_000, at(43)), Some(at(51)));
        assert_eq!(bench.recovery.phase, Phase::Disorder);
        bench.report(3_000, 4_000, at(44));
        assert_eq!(bench.recovery.phase, Phase::Fast);
        bench.send_again((0, 1_000), at(44));
        assert_eq!(bench.recovery.next_lost(bench.view), None);
        assert_eq!(bench.recovery.pipe, 7_000, "six never reported, one sent again");
    }

    #[test]
    fn two_duplicates_are_enough_when_the_window_is_over() {
        let mut bench = Bench::new();
        let again = bench.report(1_000, 3_000, at(43)).expect("in doubt");
        bench.judge(Instant::from_nanos(again.as_nanos() - 1));
        assert_eq!(bench.recovery.phase, Phase::Disorder);
        assert_eq!(bench.judge(again), None);
        assert_eq!(bench.recovery.next_lost(bench.view), Some((Seq(0), Seq(1_000))));
    }

    #[test]
    fn where_things_come_late_duplicates_prove_nothing() {
        let mut bench = Bench::new();
        bench.report(2_000, 3_000, at(43));
        bench.report(1_000, 2_000, at(44)); // late: this path reorders
        let again = bench.report(3_000, 9_000, at(49)).expect("in doubt");
        assert_eq!(bench.recovery.phase, Phase::Disorder, "eight duplicates");
        assert_eq!(again, at(51));
        bench.rack.repeated_in_vain(Seq(0), Seq(10_000));
        assert_eq!(bench.judge(at(50)), Some(at(61)), "a vain repetition: a quarter more");
        bench.judge(at(61));
        assert_eq!(bench.recovery.phase, Phase::Fast);
    }

    #[test]
    fn a_repetition_that_others_overtook_is_lost_again() {
        let mut bench = Bench::new();
        bench.report(1_000, 2_000, at(42));
        bench.report(3_000, 10_000, at(50));
        bench.send_again((0, 1_000), at(50));
        bench.send_again((2_000, 3_000), at(51));
        bench.report(2_000, 3_000, at(91));
        assert_eq!(bench.recovery.next_lost(bench.view), Some((Seq(0), Seq(1_000))));
        bench.send_again((0, 1_000), at(91));
        assert_eq!(bench.recovery.next_lost(bench.view), None);
    }

    /// The tail is sent again on suspicion once, however often the other side repeats itself.
    #[test]
    fn a_rescue_comes_once() {
        let mut bench = Bench::new();
        bench.report(1_000, 8_000, at(48));
        bench.send_again((0, 1_000), at(48));
        assert_eq!(bench.recovery.next_doubtful(bench.view), Some((Seq(9_000), Seq(10_000))));
        bench.recovery.sent_again(Seq(9_000), Seq(10_000), at(48));
        assert_eq!(bench.recovery.next_doubtful(bench.view), None);
        assert_eq!(bench.recovery.next_lost(bench.view), None);
    }
}
