//! What is lost, what to send again, and how much is in flight while a loss is repaired.
//!
//! With SACK this is RFC 6675 (IsLost, SetPipe, NextSeg with its rescue), without it NewReno (RFC
//! 6582) in the same terms: each duplicate acknowledgement takes one segment out of the pipe.
//! After a time-out everything unknown counts as lost and is sent again in slow start.
//!
//! The record exists from the first duplicate acknowledgement until the repair is done; a
//! connection without trouble owns none.
//!
//! ```text
//!   una     high_rxt       lost_edge              nxt
//!    | sent again | lost, to send | not yet known  |     minus what the scoreboard knows
//! ```
//!
//! Invariants: una <= high_rxt, lost_edge <= nxt (checked in `Recovery::measure`).

use crate::scoreboard::{DUP_THRESH, Scoreboard};
use base::Seq;
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
    /// Send the first missing segment whatever the pipe says.
    pub(crate) force: bool,
    /// Octets believed to be on their way.
    pub(crate) pipe: u32,
    /// What was sent again, in order, and SND.NXT at that time.
    resent: VecDeque<Resent>,
    /// A repetition that was lost in its turn.
    lost_again: Option<(Seq, Seq)>,
    repetitions: u32,
}

#[derive(Debug)]
struct Resent {
    start: Seq,
    end: Seq,
    nxt: Seq,
    /// The how-manieth repetition this was.
    order: u32,
}

/// How many of the first repetitions are examined at each acknowledgement.
const WATCHED: usize = 8;
/// Repetitions remembered at most.
const MAX_RESENT: usize = 4_096;

/// Where SND.UNA and SND.NXT stand, and how the connection cuts its segments.
#[derive(Clone, Copy)]
pub(crate) struct View {
    pub(crate) una: Seq,
    pub(crate) nxt: Seq,
    pub(crate) mss: u32,
    pub(crate) sack: bool,
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
            force: false,
            pipe: 0,
            resent: VecDeque::new(),
            lost_again: None,
            repetitions: 0,
        }
    }

    /// Do the signs mean a loss (RFC 6675 section 5, RFC 5681 section 3.2)?
    pub(crate) fn is_loss(&self, view: View) -> bool {
        //= rfc6675#5
        self.phase == Phase::Disorder
            && view.una != view.nxt
            && (self.dup_acks >= DUP_THRESH
                || view.sack && self.sacked.lost_edge(view.mss).is_some())
    }

    /// Begins fast recovery.
    pub(crate) fn begin_fast(&mut self, view: View) {
        self.phase = Phase::Fast;
        self.point = view.nxt;
        self.high_rxt = view.una;
        self.rescued = false;
        self.force = true;
        self.lost_edge = (view.una + view.mss).min(view.nxt);
        self.resent.clear();
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

    /// Recomputes what is lost and what is in the pipe.
    pub(crate) fn measure(&mut self, view: View) {
        //= rfc6675#4
        self.high_rxt = self.high_rxt.max(view.una);
        if view.sack
            && let Some(edge) = self.sacked.lost_edge(view.mss)
        {
            self.lost_edge = self.lost_edge.max(edge);
        }
        self.lost_edge = self.lost_edge.max(view.una);
        let unknown = if self.phase == Phase::Disorder { view.una } else { self.lost_edge };
        self.pipe = self.sacked.unknown(unknown, view.nxt)
            + self.sacked.unknown(view.una, self.high_rxt.min(unknown));
        if !view.sack {
            self.pipe = self.pipe.saturating_sub(self.dup_acks.saturating_mul(view.mss));
        }
        self.find_lost_again(view);
        if let Some((start, end)) = self.lost_again {
            self.pipe = self.pipe.saturating_sub(end.since(start));
        }
        debug_assert!(
            self.high_rxt.at_or_before(view.nxt) && self.lost_edge.at_or_before(view.nxt),
            "una {} nxt {} {self:?}",
            view.una,
            view.nxt
        );
    }

    /// Was the first missing repetition lost in its turn? It was when three segments that left
    /// after it have arrived: new ones, or other repetitions. RFC 6675 waits for a time-out here;
    /// this is the idea of RFC 8985, with counts in place of clocks.
    fn find_lost_again(&mut self, view: View) {
        self.lost_again = None;
        while self.resent.front().is_some_and(|it| it.end.at_or_before(view.una)) {
            self.resent.pop_front();
        }
        let Some(highest) = self.sacked.highest() else { return };
        let margin = (DUP_THRESH * view.mss) as i32;
        let hole = |it: &Resent| self.sacked.next_hole(it.start.max(view.una), it.end);
        let watched = self.resent.iter().take(WATCHED);
        let Some((first, missing)) = watched.filter_map(|it| Some((it, hole(it)?))).next() else {
            return;
        };
        let overtaken = || {
            let later = self.resent.iter().take(2 * WATCHED).filter(|it| it.order > first.order);
            later.filter(|it| hole(it).is_none()).count() >= DUP_THRESH as usize
        };
        if highest.distance(first.nxt) >= margin || overtaken() {
            self.lost_again = Some(missing);
        }
    }

    /// The next lost octets to send again (NextSeg, rule 1).
    pub(crate) fn next_lost(&self, view: View) -> Option<(Seq, Seq)> {
        if self.phase == Phase::Disorder {
            return None;
        }
        if self.lost_again.is_some() {
            return self.lost_again;
        }
        self.sacked.next_hole(self.high_rxt.max(view.una), self.lost_edge)
    }

    /// What may be sent again when nothing is lost for sure and there is nothing new (rules 3 and 4).
    pub(crate) fn next_doubtful(&mut self, view: View) -> Option<(Seq, Seq)> {
        if self.phase != Phase::Fast || !view.sack {
            return None;
        }
        let from = self.high_rxt.max(view.una);
        let highest = self.sacked.highest().unwrap_or(from);
        if let Some(hole) = self.sacked.next_hole(from, highest) {
            return Some(hole);
        }
        if self.rescued {
            return None;
        }
        self.rescued = true;
        let tail = view.nxt - view.mss.min(view.nxt.since(view.una));
        self.sacked.next_hole(tail.max(highest), view.nxt)
    }

    /// `[start, end)` is sent again, while SND.NXT is `nxt`.
    pub(crate) fn sent_again(&mut self, start: Seq, end: Seq, nxt: Seq) {
        self.force = false;
        self.repetitions += 1;
        if self.lost_again.take().is_some() {
            let known = self.resent.iter_mut().take(WATCHED);
            known
                .filter(|it| it.start.at_or_before(start) && start.before(it.end))
                .for_each(|it| it.nxt = nxt);
        } else if self.resent.len() < MAX_RESENT {
            let order = self.repetitions;
            self.resent.push_back(Resent { start, end, nxt, order });
        }
        // A rescue lies beyond what was examined in order: nothing missing may be skipped.
        if self.sacked.next_hole(self.high_rxt, start).is_none() {
            self.high_rxt = self.high_rxt.max(end);
        }
        self.pipe += end.since(start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hole so near to the highest octet reported that it is not lost for sure: it is sent again
    /// on suspicion, once, however often the other side repeats itself.
    #[test]
    fn a_doubtful_hole_is_sent_again_once() {
        let view = View { una: Seq(0), nxt: Seq(10_000), mss: 1_000, sack: true };
        let mut recovery = Recovery::new(view.una);
        for (left, right) in [(1_000, 7_000), (8_000, 10_000)] {
            recovery.sacked.insert(Seq(left), Seq(right));
        }
        recovery.begin_fast(view);
        assert_eq!(recovery.next_lost(view), Some((Seq(0), Seq(1_000))));
        recovery.sent_again(Seq(0), Seq(1_000), view.nxt);
        recovery.measure(view);
        assert_eq!(recovery.next_lost(view), None);
        assert_eq!(recovery.next_doubtful(view), Some((Seq(7_000), Seq(8_000))));
        recovery.sent_again(Seq(7_000), Seq(8_000), view.nxt);
        recovery.measure(view);
        assert_eq!(recovery.next_lost(view), None);
        assert_eq!(recovery.next_doubtful(view), None);
    }
}
