//! What the program has written and the other side has not acknowledged.
//!
//! ```text
//!   base (= SND.UNA, once open)                    end
//!    | chunk | chunk          | chunk | tail (still growing) |
//!                  [ a segment is a view ]
//! ```
//!
//! Chunks are immutable and shared: a segment, and later its retransmission, is a view of them and
//! copies nothing. Small writes gather in the tail, so that many of them make one segment (a few
//! octets, where nothing else waits, lie in the queue itself, [`Tail`]); of the tail a short segment is a
//! copy, which costs less than to make a chunk of it.
//! Invariants: chunks are adjacent and in order; `len` is the octets from `base` to `end`.
//! A segment that spans more than two chunks is gathered by a copy (only after tiny writes).

use crate::fifo::Fifo;
use crate::tail::Tail;
use base::frame::SHORT;
use base::{Body, Seq};
use bytes::{Bytes, BytesMut};

/// What a chunk costs beside its octets, so that a million one-octet writes cannot own a gigabyte.
const CHUNK_COST: u32 = 64;
/// A handed-over buffer smaller than this is copied into the tail: views of it would cost more.
const WORTH_SHARING: usize = 1024;
const SMALLEST_TAIL: usize = 1024;
const LARGEST_TAIL: usize = 64 * 1024;

#[derive(Debug)]
struct Chunk {
    start: Seq,
    octets: Bytes,
}

#[derive(Debug)]
pub(crate) struct SendQueue {
    chunks: Fifo<Chunk>,
    tail: Tail,
    base: Seq,
    len: u32,
}

impl SendQueue {
    /// An empty queue whose first octet will have the number `base`.
    pub(crate) fn new(base: Seq) -> Self {
        SendQueue { chunks: Fifo::new(), tail: Tail::EMPTY, base, len: 0 }
    }
    pub(crate) fn len(&self) -> u32 {
        self.len
    }
    /// The number after the last octet written.
    #[inline]
    pub(crate) fn end(&self) -> Seq {
        self.base + self.len
    }
    /// Octets that may still be written when at most `capacity` may wait.
    pub(crate) fn room(&self, capacity: u32) -> u32 {
        let overhead = self.chunks.len().saturating_sub(1) as u32 * CHUNK_COST;
        capacity.saturating_sub(self.len).saturating_sub(overhead)
    }

    /// Appends a copy of `data`.
    #[inline]
    pub(crate) fn push_copy(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            let room = self.tail.room();
            let too_many = room < data.len() || self.chunks.len() > 0;
            if room == 0 || too_many && matches!(self.tail, Tail::Few { .. }) {
                self.begin_buffer(data.len());
            }
            let now = data.len().min(self.tail.room());
            self.tail.push(&data[..now]);
            self.len += now as u32;
            data = &data[now..];
        }
    }

    /// A new buffer, for so many octets and for those few that have none yet.
    fn begin_buffer(&mut self, len: usize) {
        if matches!(self.tail, Tail::Many(_)) {
            self.freeze_tail();
        }
        // Where much waits, more will come: a stream makes few large chunks.
        let wanted = (self.tail.len() + len).max(self.len as usize / 2);
        let mut buffer = BytesMut::with_capacity(wanted.clamp(SMALLEST_TAIL, LARGEST_TAIL));
        buffer.extend_from_slice(self.tail.as_slice());
        self.tail = Tail::Many(buffer);
    }

    /// Appends `data` itself.
    pub(crate) fn push_shared(&mut self, data: Bytes) {
        if data.len() < WORTH_SHARING {
            return self.push_copy(&data);
        }
        self.freeze_tail();
        let start = self.end();
        self.len += data.len() as u32;
        self.chunks.push_back(Chunk { start, octets: data });
    }

    fn freeze_tail(&mut self) {
        if self.tail.len() > 0 {
            let start = self.end() - self.tail.len() as u32;
            self.chunks.push_back(Chunk { start, octets: self.tail.take() });
        }
    }

    /// The other side has all octets before `seq`.
    pub(crate) fn acknowledge(&mut self, seq: Seq) {
        let mut gone = seq.min(self.end()).distance(self.base).max(0) as u32;
        self.base += gone;
        self.len -= gone;
        while gone > 0 {
            let Some(chunk) = self.chunks.front_mut() else { break };
            let now = gone.min(chunk.octets.len() as u32);
            if now as usize == chunk.octets.len() {
                self.chunks.pop_front();
            } else {
                bytes::Buf::advance(&mut chunk.octets, now as usize);
                chunk.start += now;
            }
            gone -= now;
        }
        if self.len == 0 {
            self.tail = Tail::EMPTY;
        } else if gone > 0 {
            self.tail.advance(gone as usize);
        }
    }

    /// A view of the `len` octets from `from` on; fewer if there are fewer.
    pub(crate) fn cut(&mut self, from: Seq, len: u32) -> Body {
        let tail_start = self.end() - self.tail.len() as u32;
        if (from + len).after(tail_start) {
            if len as usize <= SHORT && from.at_or_after(tail_start) {
                let skip = from.since(tail_start) as usize;
                let tail = self.tail.as_slice().get(skip..).unwrap_or_default();
                return Bytes::copy_from_slice(&tail[..tail.len().min(len as usize)]).into();
            }
            self.freeze_tail();
        }
        self.cut_chunks(from, len)
    }

    /// The same, of chunks only.
    fn cut_chunks(&self, from: Seq, len: u32) -> Body {
        let offset = from.since(self.base);
        let base = self.base;
        let index = self
            .chunks
            .partition_point(|chunk| chunk.start.since(base) <= offset)
            .saturating_sub(1);
        let mut body = Body::EMPTY;
        let Some(first) = self.chunks.get(index) else { return body };
        let skip = from.since(first.start) as usize;
        let end = (skip + len as usize).min(first.octets.len());
        if skip < end {
            body = first.octets.slice(skip..end).into();
        }
        let missing = len as usize - body.len();
        if missing > 0 { self.cut_on(body, index + 1, missing) } else { body }
    }

    /// The slow part of [`SendQueue::cut`]: the segment crosses into the chunk at `index`.
    fn cut_on(&self, mut body: Body, index: usize, missing: usize) -> Body {
        let Some(chunk) = self.chunks.get(index) else { return body };
        if missing <= chunk.octets.len() {
            body.push(chunk.octets.slice(..missing));
            return body;
        }
        let mut gathered = BytesMut::with_capacity(body.len() + missing);
        body.views().into_iter().for_each(|view| gathered.extend_from_slice(view));
        let mut missing = missing;
        for index in index..self.chunks.len() {
            let Some(chunk) = self.chunks.get(index) else { break };
            let now = missing.min(chunk.octets.len());
            gathered.extend_from_slice(&chunk.octets[..now]);
            missing -= now;
            if missing == 0 {
                break;
            }
        }
        gathered.freeze().into()
    }

    /// Forgets everything (the connection is no more).
    pub(crate) fn clear(&mut self) {
        *self = SendQueue::new(self.end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::RandomSource;

    #[test]
    fn whatever_goes_in_comes_out() {
        let mut random = RandomSource::new(3, "queue", 0).stream("test");
        let first = Seq(u32::MAX - 5_000);
        let (mut queue, mut written) = (SendQueue::new(first), Vec::new());
        let mut acked = 0usize;
        for step in 0..4_000u32 {
            let len = [1, 7, 700, 1_500, 9_000][random.below(5) as usize];
            let data: Vec<u8> = (0..len).map(|i| (i as u32 ^ step) as u8).collect();
            if random.chance(0.5) {
                queue.push_copy(&data);
            } else {
                queue.push_shared(data.clone().into());
            }
            written.extend_from_slice(&data);
            for _ in 0..3 {
                let from = acked + random.below((written.len() - acked) as u64) as usize;
                let want = (random.below(3_000) as usize).min(written.len() - from);
                let body = queue.cut(first + from as u32, want as u32);
                assert_eq!(body.into_bytes(), &written[from..from + want]);
            }
            acked += random.below((written.len() - acked) as u64 + 1) as usize;
            queue.acknowledge(first + acked as u32);
            assert_eq!(queue.len() as usize, written.len() - acked);
            assert_eq!(queue.end(), first + written.len() as u32);
        }
    }

    /// What lies in the queue itself, at every step of its way into a buffer.
    #[test]
    fn a_few_octets_are_kept_as_many_are() {
        let mut random = RandomSource::new(4, "queue", 0).stream("test");
        let (mut queue, mut waiting) = (SendQueue::new(Seq(u32::MAX - 100)), Vec::new());
        // Of a tail of few octets whose first are acknowledged: writes, cuts, and moves to a buffer.
        let (mut writes, mut cuts, mut moves) = (0, 0, 0);
        for step in 0..20_000u32 {
            let begun = |tail: &Tail| matches!(tail, Tail::Few { from, .. } if *from > 0);
            let (few, una) = (begun(&queue.tail), queue.base);
            match random.below(8) {
                0..4 => {
                    let len = if random.chance(0.02) { 1_024 } else { random.below(9) as usize };
                    let data = vec![step as u8; len];
                    waiting.extend_from_slice(&data);
                    if random.chance(0.5) {
                        queue.push_copy(&data)
                    } else {
                        queue.push_shared(data.into())
                    }
                    writes += usize::from(few && begun(&queue.tail) && len > 0);
                    moves += usize::from(few && !begun(&queue.tail));
                }
                4..6 => {
                    let from = random.below(waiting.len() as u64 + 1) as usize;
                    let len = (random.below(61) as usize).min(waiting.len() - from);
                    let body = queue.cut(una + from as u32, len as u32);
                    assert_eq!(body.into_bytes(), &waiting[from..from + len], "step {step}");
                    cuts += usize::from(few && len > 0);
                }
                6 => {
                    let acked = random.below(waiting.len().min(12) as u64 + 1) as usize;
                    waiting.drain(..acked);
                    queue.acknowledge(una + acked as u32);
                }
                _ => {
                    waiting.clear();
                    queue.acknowledge(queue.end());
                }
            }
            assert_eq!(queue.len() as usize, waiting.len(), "step {step}");
        }
        assert!(writes > 100 && cuts > 100 && moves > 100, "{writes} {cuts} {moves}");
    }

    #[test]
    fn small_writes_share_a_chunk_and_an_empty_queue_owns_nothing() {
        let mut queue = SendQueue::new(Seq(0));
        (0..500).for_each(|_| queue.push_copy(b"x"));
        assert_eq!(queue.cut(Seq(0), 500).views()[0].len(), 500);
        assert_eq!(queue.cut(Seq(499), 9).views()[0].len(), 1);
        queue.acknowledge(Seq(500));
        assert_eq!((queue.len(), queue.chunks.len()), (0, 0));
        assert!(matches!(queue.tail, Tail::Few { .. }));
    }
}
