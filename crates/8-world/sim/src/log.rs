//! A queue whose entries have consecutive numbers, in chunks of one size.
//!
//! ```text
//! forgotten | 1021 1022 1023 | 1024 ........ 2047 | 2048 2049 ..free.. |
//!             ^ first: what is forgotten makes no room in its chunk      ^ next
//! ```
//!
//! It grows by one chunk and moves nothing: fresh memory is dear, and a store that doubles touches
//! twice of it. A chunk that was forgotten whole is filled again, by this world or the next one
//! ([`attic`]).
//!
//! Invariant: entry `n` lies in chunk `n / CHUNK`, counted from that of `first`
//! (`tests::every_number_finds_its_entry`).

use crate::attic::{self, Piece};
use core::ops::Range;
use std::collections::VecDeque;

/// The last entries, oldest first; whoever pushes also decides what goes.
#[derive(Debug)]
pub(crate) struct Log<T>
where
    VecDeque<T>: Piece,
{
    chunks: VecDeque<VecDeque<T>>,
    first: u64,
    next: u64,
}

impl<T> Default for Log<T>
where
    VecDeque<T>: Piece,
{
    fn default() -> Self {
        Log { chunks: VecDeque::new(), first: 0, next: 0 }
    }
}

impl<T> Drop for Log<T>
where
    VecDeque<T>: Piece,
{
    fn drop(&mut self) {
        self.chunks.drain(..).for_each(attic::put);
    }
}

impl<T> Log<T>
where
    VecDeque<T>: Piece,
{
    /// Entries of a chunk: what 64 KiB hold, as a power of two.
    const CHUNK: u64 = 1 << ((64 << 10) / size_of::<T>()).ilog2();

    /// The number of the oldest entry that is kept (also: how many are gone).
    pub(crate) fn first(&self) -> u64 {
        self.first
    }
    /// The number that the next entry will have.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }
    /// How many are kept.
    pub(crate) fn len(&self) -> usize {
        (self.next - self.first) as usize
    }
    /// How many of the entries from `cursor` on are gone.
    pub(crate) fn missed(&self, cursor: u64) -> u64 {
        self.first.saturating_sub(cursor)
    }
    /// The entries from number `cursor` on that are still kept, oldest first.
    pub(crate) fn since(&self, cursor: u64) -> Since<&Log<T>> {
        Since { of: self, numbers: self.numbers(cursor) }
    }
    /// Their numbers.
    pub(crate) fn numbers(&self, cursor: u64) -> Range<u64> {
        cursor.clamp(self.first, self.next)..self.next
    }
    /// The entry with this number, if it is kept.
    pub(crate) fn get(&self, number: u64) -> Option<&T> {
        let (chunk, at) = self.place(number)?;
        self.chunks.get(chunk)?.get(at)
    }
    /// The same, to change it.
    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let (chunk, at) = self.place(number)?;
        self.chunks.get_mut(chunk)?.get_mut(at)
    }

    #[inline]
    fn place(&self, number: u64) -> Option<(usize, usize)> {
        // What is gone of the first chunk is no longer counted there.
        let gone = self.first % Self::CHUNK;
        let from_chunk = number.checked_sub(self.first)? + gone;
        let chunk = from_chunk / Self::CHUNK;
        let at = from_chunk % Self::CHUNK - if chunk == 0 { gone } else { 0 };
        Some((chunk as usize, at as usize))
    }

    /// Appends an entry.
    pub(crate) fn push(&mut self, entry: T) {
        if self.next.is_multiple_of(Self::CHUNK) {
            self.begin_chunk();
        }
        if let Some(chunk) = self.chunks.back_mut() {
            chunk.push_back(entry);
            self.next += 1;
        }
    }

    #[cold]
    fn begin_chunk(&mut self) {
        let fresh = || VecDeque::with_capacity(Self::CHUNK as usize);
        self.chunks.push_back(attic::take().unwrap_or_else(fresh));
    }

    /// Forgets the oldest entry.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let entry = self.chunks.front_mut()?.pop_front()?;
        self.first += 1;
        if self.first.is_multiple_of(Self::CHUNK) {
            self.chunks.pop_front().into_iter().for_each(attic::put);
        }
        Some(entry)
    }
}

/// What has entries with consecutive numbers.
pub(crate) trait Numbered: Copy {
    /// One of them.
    type Entry;
    /// The entry with this number, if it is kept.
    fn entry(self, number: u64) -> Option<Self::Entry>;
}

impl<'a, T> Numbered for &'a Log<T>
where
    VecDeque<T>: Piece,
{
    type Entry = &'a T;
    fn entry(self, number: u64) -> Option<&'a T> {
        self.get(number)
    }
}

/// Entries, from either end; any number of them is skipped at once.
#[derive(Debug)]
pub(crate) struct Since<S> {
    pub(crate) of: S,
    pub(crate) numbers: Range<u64>,
}

impl<S: Numbered> Iterator for Since<S> {
    type Item = S::Entry;

    fn next(&mut self) -> Option<S::Entry> {
        self.of.entry(self.numbers.next()?)
    }
    fn nth(&mut self, n: usize) -> Option<S::Entry> {
        self.of.entry(self.numbers.nth(n)?)
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.numbers.size_hint()
    }
}

impl<S: Numbered> DoubleEndedIterator for Since<S> {
    fn next_back(&mut self) -> Option<S::Entry> {
        self.of.entry(self.numbers.next_back()?)
    }
    fn nth_back(&mut self, n: usize) -> Option<S::Entry> {
        self.of.entry(self.numbers.nth_back(n)?)
    }
}

impl<S: Numbered> ExactSizeIterator for Since<S> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixteen to a chunk.
    type Big = [u64; 512];
    const CHUNK: u64 = Log::<Big>::CHUNK;

    fn push(log: &mut Log<Big>, count: u64) {
        for _ in 0..count {
            log.push([log.next(); 512]);
        }
    }

    fn check(log: &mut Log<Big>, first: u64, next: u64) {
        assert_eq!((log.first(), log.next(), log.len() as u64), (first, next, next - first));
        for n in first.saturating_sub(2)..next + 40 {
            let entry = log.get(n).map(|entry| entry[0]);
            assert_eq!(entry, (first..next).contains(&n).then_some(n), "{n} in {first}..{next}");
            assert_eq!(log.get_mut(n).map(|entry| entry[511]), entry);
            let rest: Vec<u64> = log.since(n).map(|entry| entry[0]).collect();
            assert_eq!(rest, (n.clamp(first, next)..next).collect::<Vec<_>>());
            assert_eq!((log.since(n).len(), log.missed(n)), (rest.len(), first.saturating_sub(n)));
        }
    }

    #[test]
    fn every_number_finds_its_entry() {
        assert_eq!(CHUNK, 16);
        for gone in 0..3 * CHUNK {
            let mut log = Log::default();
            push(&mut log, 3 * CHUNK - 1);
            for n in 0..gone {
                assert_eq!(log.pop().map(|entry| entry[0]), (n < 3 * CHUNK - 1).then_some(n));
            }
            let first = gone.min(3 * CHUNK - 1);
            check(&mut log, first, 3 * CHUNK - 1);
            push(&mut log, CHUNK + 2);
            check(&mut log, first, 4 * CHUNK + 1);
        }
    }

    #[test]
    fn a_forgotten_chunk_is_filled_again() {
        let aside = || <VecDeque<Big>>::attic().with_borrow(Vec::len);
        let mut log = Log::default();
        push(&mut log, 2 * CHUNK);
        let before = aside();
        for _ in 0..CHUNK {
            log.pop();
        }
        assert_eq!(aside(), before + 1);
        push(&mut log, 1);
        assert_eq!(aside(), before);
        assert!(log.chunks.iter().all(|chunk| chunk.capacity() == CHUNK as usize));
        drop(log);
        assert_eq!(aside(), before + 2);
    }

    #[test]
    fn it_is_read_from_either_end() {
        let mut log = Log::default();
        push(&mut log, 40);
        let (mut since, number) = (log.since(5), |entry: &Big| entry[0]);
        assert_eq!(since.next().map(number), Some(5));
        assert_eq!(since.nth(2).map(number), Some(8));
        assert_eq!(since.next_back().map(number), Some(39));
        assert_eq!(since.nth_back(20).map(number), Some(18));
        assert_eq!((since.len(), since.nth(9), since.nth_back(0)), (9, None, None));
        assert!(log.since(40).next().is_none() && log.since(u64::MAX).next_back().is_none());
    }
}
