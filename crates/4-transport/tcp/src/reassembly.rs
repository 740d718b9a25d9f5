//! Text that arrived before its turn, in runs without holes (RFC 9293 section 3.10.7.4, RFC 2018).
//!
//! ```text
//!   RCV.NXT      [ run ]       [ run    ]   [ run ]
//!      ^ missing         hole             hole
//! ```
//!
//! Invariants: runs are in order, never touch, and lie beyond RCV.NXT; their number is bounded, so an
//! attacker who sends every second octet owns little of us and costs little time.
//! The runs are also the SACK blocks, the one with the newest segment first (RFC 2018 section 4).

use crate::receive_queue::{gather, gather_before};
use base::{Body, Seq};
use bytes::Bytes;
use std::collections::VecDeque;
use wire::tcp::SackBlocks;

/// Runs kept at most; a segment that would make one more is dropped with a reason.
const MAX_RUNS: usize = 1_024;

#[derive(Debug)]
struct Run {
    start: Seq,
    end: Seq,
    views: VecDeque<Bytes>,
}

impl Run {
    fn append(&mut self, body: Body) {
        self.end += body.len() as u32;
        for view in body.views() {
            if !view.is_empty() {
                let last = self.views.pop_back();
                gather(last, view.clone(), |view| self.views.push_back(view));
            }
        }
    }
    /// The views of the run behind this one, whose end the caller has taken over.
    fn absorb(&mut self, mut views: VecDeque<Bytes>) {
        if let Some(first) = views.pop_front() {
            let last = self.views.pop_back();
            gather(last, first, |view| self.views.push_back(view));
        }
        self.views.append(&mut views);
    }
    fn prepend(&mut self, body: Body) {
        self.start = self.start - body.len() as u32;
        for view in body.views().into_iter().rev() {
            if !view.is_empty() {
                let first = self.views.pop_front();
                gather_before(view, first, |view| self.views.push_front(view));
            }
        }
    }
}

/// What became of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Insertion {
    /// So many octets were new.
    Kept(u32),
    /// All of it was here already.
    Duplicate,
    /// No room for another run.
    Full,
}

#[derive(Debug, Default)]
pub(crate) struct Reassembly {
    runs: Vec<Run>,
    /// Starts of the segments that came last, newest first.
    recent: [Seq; 4],
    recent_len: usize,
}

impl Reassembly {
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// One past the last octet held.
    pub(crate) fn end(&self) -> Option<Seq> {
        self.runs.last().map(|run| run.end)
    }

    /// Keeps the octets of `body`, the first of which is `start`.
    pub(crate) fn insert(&mut self, start: Seq, body: &Body) -> Insertion {
        let end = start + body.len() as u32;
        let index = self.runs.partition_point(|run| run.end.before(start));
        let touches = self.runs.get(index).is_some_and(|run| run.start.at_or_before(end));
        if !touches {
            if self.runs.len() >= MAX_RUNS {
                return Insertion::Full;
            }
            let mut run = Run { start: end, end, views: VecDeque::new() };
            run.prepend(body.clone());
            self.runs.insert(index, run);
            self.remember(start);
            return Insertion::Kept(end.since(start));
        }
        let kept = self.widen(index, start, end, body);
        self.remember(start);
        if kept == 0 { Insertion::Duplicate } else { Insertion::Kept(kept) }
    }

    /// Lays `[start, end)` over the runs from `index` on; returns how many octets were new.
    fn widen(&mut self, index: usize, start: Seq, end: Seq, body: &Body) -> u32 {
        let mut kept = 0;
        let first = self.runs[index].start;
        if start.before(first) {
            kept += first.since(start);
            self.runs[index].prepend(body.slice(0, first.since(start) as usize));
        }
        loop {
            let have = self.runs[index].end;
            if end.at_or_before(have) {
                return kept;
            }
            let next = self.runs.get(index + 1).map(|run| run.start);
            let next = next.filter(|next| next.at_or_before(end));
            let stop = next.unwrap_or(end);
            let gap = body.slice(have.since(start) as usize, stop.since(have) as usize);
            kept += gap.len() as u32;
            self.runs[index].append(gap);
            if next.is_none() {
                return kept;
            }
            let absorbed = self.runs.remove(index + 1);
            self.runs[index].end = absorbed.end;
            self.runs[index].absorb(absorbed.views);
        }
    }

    fn remember(&mut self, start: Seq) {
        self.recent.copy_within(0..3, 1);
        self.recent[0] = start;
        self.recent_len = (self.recent_len + 1).min(4);
    }

    /// Takes the run that begins at or before `rcv_nxt`: the octets from `rcv_nxt` on.
    pub(crate) fn take(&mut self, rcv_nxt: Seq) -> Option<impl Iterator<Item = Bytes> + use<>> {
        let ready = self.runs.first().is_some_and(|run| run.start.at_or_before(rcv_nxt));
        if !ready {
            return None;
        }
        let run = self.runs.remove(0);
        let mut stale = rcv_nxt.since(run.start) as usize;
        Some(run.views.into_iter().filter_map(move |mut view| {
            let now = stale.min(view.len());
            stale -= now;
            bytes::Buf::advance(&mut view, now);
            (!view.is_empty()).then_some(view)
        }))
    }

    /// The runs as SACK blocks: `first` (a duplicate's block, RFC 2883) before all, then the run
    /// of the newest segment, then those of older ones, then any; at most `limit`.
    pub(crate) fn sack_blocks(&self, first: Option<(Seq, Seq)>, limit: usize) -> SackBlocks {
        let mut blocks = SackBlocks::default();
        if let Some((left, right)) = first {
            blocks.push(left, right);
        }
        let skip = blocks.as_slice().len();
        let mut put = |block: (Seq, Seq)| {
            let known = blocks.as_slice()[skip..].contains(&block);
            if !known && blocks.as_slice().len() < limit {
                blocks.push(block.0, block.1);
            }
        };
        //= rfc2018#4
        for &start in &self.recent[..self.recent_len] {
            let index = self.runs.partition_point(|run| run.end.at_or_before(start));
            if let Some(run) = self.runs.get(index).filter(|run| run.start.at_or_before(start)) {
                put((run.start, run.end));
            }
        }
        self.runs.iter().take(4).for_each(|run| put((run.start, run.end)));
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::RandomSource;

    #[test]
    fn pieces_in_any_order_make_the_whole() {
        for seed in 0..200 {
            let mut random = RandomSource::new(seed, "reassembly", 0).stream("test");
            let data: Vec<u8> = (0..5_000u32).map(|i| ((i * 7) >> 3) as u8).collect();
            let base = Seq(u32::MAX - 2_000);
            let mut buffer = Reassembly::default();
            let (mut nxt, mut got) = (base, Vec::new());
            let mut fresh = 0;
            while got.len() < data.len() {
                let have = got.len();
                let from = have + random.below((data.len() - have) as u64) as usize;
                let len = (1 + random.below(300) as usize).min(data.len() - from);
                let body = Body::from(data[from..from + len].to_vec());
                if let Insertion::Kept(n) = buffer.insert(base + from as u32, &body) {
                    fresh += n;
                }
                let blocks = buffer.sack_blocks(None, 3);
                let newest = blocks.as_slice().first().copied();
                assert!(newest.is_some_and(|(l, r)| {
                    l.at_or_before(base + from as u32) && r.at_or_after(base + (from + len) as u32)
                }));
                if let Some(views) = buffer.take(nxt) {
                    views.for_each(|view| got.extend_from_slice(&view));
                    nxt = base + got.len() as u32;
                }
                assert!(buffer.runs.windows(2).all(|pair| pair[0].end.before(pair[1].start)));
            }
            assert_eq!((got, fresh as usize), (data, 5_000));
        }
    }

    #[test]
    fn every_second_octet_is_bounded() {
        let mut buffer = Reassembly::default();
        let mut full = 0;
        for i in 1..10_000u32 {
            full += u32::from(buffer.insert(Seq(i * 2), &vec![0].into()) == Insertion::Full);
        }
        assert_eq!((buffer.runs.len(), full), (MAX_RUNS, 9_999 - MAX_RUNS as u32));
    }
}
