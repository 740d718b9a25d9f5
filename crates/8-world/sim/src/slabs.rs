//! Octets that are kept for a while, one piece after the other, in slabs of one size.
//!
//! ```text
//!   place:  octets since the beginning, those left free at a slab's end included
//!
//!   | 65536 ...... free | 131072 ....... free | 196608 ......            |
//!     kept behind the oldest: its slab, and     the one that is filled
//!     the one before
//! ```
//! A piece lies whole in one slab. It may lie one slab behind those that came at the same time
//! ([`Slabs::is_near`]), so that what was kept before need not be copied again. A slab that is forgotten
//! is filled again: fresh memory is dear.

use std::collections::VecDeque;

/// The octets.
#[derive(Debug, Default)]
pub(crate) struct Slabs {
    slabs: VecDeque<Vec<u8>>,
    spare: Option<Vec<u8>>,
    /// The place where the first slab begins. Places are compared as sequence numbers are: they may
    /// wrap, and what is kept is much less than half of them.
    first: u32,
}

impl Slabs {
    /// Octets of a slab.
    const SLAB: u32 = 64 << 10;

    /// Where the next piece lies, and what it is to be appended to; it has `most` octets at most, which
    /// are far fewer than those of a slab.
    #[inline]
    pub(crate) fn room(&mut self, most: usize) -> (u32, &mut Vec<u8>) {
        let full = |slab: &Vec<u8>| Self::SLAB as usize - slab.len() < most;
        if self.slabs.back().is_none_or(full) {
            self.begin_slab();
        }
        let last = self.last();
        let slab = self.slabs.back_mut().expect("a slab was begun");
        (last.wrapping_add(slab.len() as u32), slab)
    }

    #[cold]
    fn begin_slab(&mut self) {
        let fresh = || Vec::with_capacity(Self::SLAB as usize);
        self.slabs.push_back(self.spare.take().unwrap_or_else(fresh));
    }

    /// Where the last slab begins.
    fn last(&self) -> u32 {
        let before = self.slabs.len().saturating_sub(1) as u32;
        self.first.wrapping_add(before.wrapping_mul(Self::SLAB))
    }

    /// Where the next piece will lie, or before it.
    pub(crate) fn end(&self) -> u32 {
        self.last().wrapping_add(self.slabs.back().map_or(0, Vec::len) as u32)
    }

    /// Does this place lie in the last slab, or in the one before?
    #[inline]
    pub(crate) fn is_near(&self, place: u32) -> bool {
        self.last().wrapping_sub(place) as i32 <= Self::SLAB as i32
    }

    /// A piece that is kept, and what lies behind it.
    #[inline]
    pub(crate) fn from(&self, place: u32) -> &[u8] {
        let from = place.wrapping_sub(self.first);
        let slab = self.slabs.get((from / Self::SLAB) as usize);
        slab.and_then(|slab| slab.get((from % Self::SLAB) as usize..)).unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.slabs.len()
    }

    /// The oldest piece that is kept lies there.
    pub(crate) fn forget_before(&mut self, place: u32) {
        while place.wrapping_sub(self.first) as i32 >= 2 * Self::SLAB as i32 {
            let Some(mut gone) = self.slabs.pop_front() else { break };
            self.first = self.first.wrapping_add(Self::SLAB);
            gone.clear();
            self.spare = Some(gone);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept is found, also where places wrap; a shared piece may lie a slab behind.
    #[test]
    fn every_place_is_found_until_it_is_forgotten() {
        const IN_ALL: usize = 9 * Slabs::SLAB as usize / 40;
        const KEPT: usize = 2 * Slabs::SLAB as usize / 40;
        let mut slabs = Slabs { first: (3 * Slabs::SLAB).wrapping_neg(), ..Slabs::default() };
        let mut places: VecDeque<(u32, usize, u8)> = VecDeque::new();
        let mut shared = 0;
        for n in 0..IN_ALL {
            let near = places.iter().rev().nth(n % KEPT).filter(|it| slabs.is_near(it.0)).copied();
            shared += usize::from(near.is_some());
            places.push_back(near.filter(|_| n % 3 == 0).unwrap_or_else(|| {
                let (fill, len) = (n as u8, 40 + n % 7);
                let (place, slab) = slabs.room(len);
                slab.extend(std::iter::repeat_n(fill, len));
                (place, len, fill)
            }));
            if places.len() > KEPT {
                places.pop_front();
                slabs.forget_before(places[0].0);
            }
            assert!(slabs.slabs.len() <= 6);
            if n % 97 == 0 {
                let whole = |&(place, len, fill): &(u32, usize, u8)| {
                    slabs.from(place).get(..len) == Some(&vec![fill; len][..])
                };
                assert!(places.iter().all(whole), "{n}");
            }
        }
        assert!(shared > IN_ALL / 4, "{shared}");
        assert!(slabs.first < Slabs::SLAB * 9, "it wrapped: {}", slabs.first);
        assert!(slabs.slabs.iter().all(|slab| slab.capacity() == Slabs::SLAB as usize));
    }
}
