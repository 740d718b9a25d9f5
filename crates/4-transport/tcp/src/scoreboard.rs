//! Which octets beyond SND.UNA the other side has, by its SACK blocks (RFC 2018, RFC 6675 section 3).
//!
//! Invariants: ranges are in order, never touch, lie between SND.UNA and SND.NXT; their number is
//! bounded (a block beyond the bound is forgotten, which only costs a needless retransmission).

use base::Seq;

const MAX_RANGES: usize = 1_024;
/// RFC 6675's DupThresh.
pub(crate) const DUP_THRESH: u32 = 3;

#[derive(Debug, Default)]
pub(crate) struct Scoreboard {
    ranges: Vec<(Seq, Seq)>,
}

impl Scoreboard {
    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }
    pub(crate) fn clear(&mut self) {
        self.ranges.clear();
    }
    /// The first octet known to have arrived.
    pub(crate) fn lowest(&self) -> Option<Seq> {
        self.ranges.first().map(|range| range.0)
    }
    /// One past the last octet known to have arrived.
    pub(crate) fn highest(&self) -> Option<Seq> {
        self.ranges.last().map(|range| range.1)
    }

    /// The other side has `[left, right)`; returns how many of these octets are news.
    pub(crate) fn insert(&mut self, left: Seq, right: Seq) -> u32 {
        let from = self.ranges.partition_point(|range| range.1.before(left));
        let to = from + self.ranges[from..].partition_point(|range| range.0.at_or_before(right));
        if from == to {
            if self.ranges.len() >= MAX_RANGES {
                return 0;
            }
            self.ranges.insert(from, (left, right));
            return right.since(left);
        }
        let known: u32 = self.ranges[from..to].iter().map(|range| range.1.since(range.0)).sum();
        let merged = (left.min(self.ranges[from].0), right.max(self.ranges[to - 1].1));
        self.ranges[from] = merged;
        self.ranges.drain(from + 1..to);
        merged.1.since(merged.0) - known
    }

    /// Everything before `una` is acknowledged.
    pub(crate) fn advance(&mut self, una: Seq) {
        let gone = self.ranges.partition_point(|range| range.1.at_or_before(una));
        self.ranges.drain(..gone);
        if let Some(first) = self.ranges.first_mut() {
            first.0 = first.0.max(una);
        }
    }

    /// Do the blocks weigh as much as three duplicates: three ranges, or more than two segments'
    /// octets (RFC 6675 section 4, IsLost)?
    pub(crate) fn is_enough(&self, mss: u32) -> bool {
        //= rfc6675#4
        let (mut count, mut octets) = (0, 0);
        self.ranges.iter().rev().any(|range| {
            count += 1;
            octets += range.1.since(range.0);
            count >= DUP_THRESH || octets > (DUP_THRESH - 1) * mss
        })
    }

    /// Octets of `[left, right)` not known to have arrived.
    pub(crate) fn unknown(&self, left: Seq, right: Seq) -> u32 {
        if right.at_or_before(left) {
            return 0;
        }
        let from = self.ranges.partition_point(|range| range.1.at_or_before(left));
        let known: u32 = self.ranges[from..]
            .iter()
            .take_while(|range| range.0.before(right))
            .map(|range| range.1.min(right).since(range.0.max(left)))
            .sum();
        right.since(left) - known
    }

    /// The first hole at or after `from` and before `limit`.
    pub(crate) fn next_hole(&self, from: Seq, limit: Seq) -> Option<(Seq, Seq)> {
        let mut start = from;
        let index = self.ranges.partition_point(|range| range.1.at_or_before(from));
        for range in &self.ranges[index..] {
            if start.before(range.0) {
                let end = range.0.min(limit);
                return start.before(end).then_some((start, end));
            }
            start = range.1;
        }
        start.before(limit).then_some((start, limit))
    }

    /// The last hole between `from` and `limit`.
    pub(crate) fn last_hole(&self, from: Seq, limit: Seq) -> Option<(Seq, Seq)> {
        let mut end = limit;
        let index = self.ranges.partition_point(|range| range.0.before(limit));
        for range in self.ranges[..index].iter().rev() {
            if range.1.before(end) {
                let start = range.1.max(from);
                return start.before(end).then_some((start, end));
            }
            end = range.0;
        }
        from.before(end).then_some((from, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::RandomSource;

    #[test]
    fn it_agrees_with_a_bitmap() {
        for seed in 0..100 {
            let mut random = RandomSource::new(seed, "scoreboard", 0).stream("test");
            let base = Seq(u32::MAX - 300);
            let (mut board, mut bits, mut una) = (Scoreboard::default(), [false; 600], 0usize);
            for _ in 0..60 {
                let left = una + random.below(500 - una as u64) as usize;
                let right = left + 1 + random.below(40) as usize;
                let news = bits[left..right].iter().filter(|bit| !**bit).count();
                bits[left..right].fill(true);
                assert_eq!(
                    board.insert(base + left as u32, base + right as u32) as usize,
                    news,
                    "{seed}"
                );
                if random.chance(0.1) {
                    una = (una + random.below(30) as usize).min(400);
                    board.advance(base + una as u32);
                }
                let (a, b) = (una + random.below(100) as usize, una + random.below(100) as usize);
                let (a, b) = (a.min(b), a.max(b));
                let unknown = bits[a..b].iter().filter(|bit| !**bit).count();
                assert_eq!(board.unknown(base + a as u32, base + b as u32) as usize, unknown);
                let hole = (a..b)
                    .find(|&i| !bits[i])
                    .map(|start| (start, (start..b).find(|&i| bits[i]).unwrap_or(b)));
                let got = board.next_hole(base + a as u32, base + b as u32);
                assert_eq!(got, hole.map(|(l, r)| (base + l as u32, base + r as u32)));
                let last = (a..b)
                    .rfind(|&i| !bits[i])
                    .map(|end| ((a..end).rfind(|&i| bits[i]).map_or(a, |i| i + 1), end + 1));
                let got = board.last_hole(base + a as u32, base + b as u32);
                assert_eq!(got, last.map(|(l, r)| (base + l as u32, base + r as u32)));
            }
        }
    }

    #[test]
    fn what_weighs_as_much_as_three_duplicates() {
        let mut board = Scoreboard::default();
        board.insert(Seq(2_000), Seq(3_000));
        assert!(!board.is_enough(1_000));
        board.insert(Seq(3_000), Seq(5_000));
        assert!(board.is_enough(1_000), "more than two segments' octets");
        let mut sparse = Scoreboard::default();
        [10, 20, 30].iter().for_each(|&left| {
            sparse.insert(Seq(left), Seq(left + 1));
        });
        assert!(sparse.is_enough(1_000), "three ranges");
    }
}
