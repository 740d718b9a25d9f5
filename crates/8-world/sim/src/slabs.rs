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
//! ([`Slabs::is_near`]), so that what was kept before need not be copied again.
//!
//! A slab that is forgotten is filled again, by this world or the next one ([`attic`]).

use crate::attic;
use std::collections::VecDeque;

/// The octets.
#[derive(Debug, Default)]
pub(crate) struct Slabs {
    full: VecDeque<Vec<u8>>,
    /// The one that is filled; none yet, if it has no capacity.
    last: Vec<u8>,
    /// The places where the first slab begins, and the last. Places are compared as sequence numbers
    /// are: they may wrap, and what is kept is much less than half of them.
    first: u32,
    last_at: u32,
}

impl Slabs {
    /// Octets of a slab.
    const SLAB: u32 = 64 << 10;

    /// Where the next piece lies, and what it is to be appended to; it has `most` octets at most, which
    /// are far fewer than those of a slab.
    #[inline]
    pub(crate) fn room(&mut self, most: usize) -> (u32, &mut Vec<u8>) {
        if self.last.capacity().min(Self::SLAB as usize).saturating_sub(self.last.len()) < most {
            self.begin_slab();
        }
        (self.end(), &mut self.last)
    }

    #[cold]
    fn begin_slab(&mut self) {
        let fresh = || Vec::with_capacity(Self::SLAB as usize);
        let next = attic::take().unwrap_or_else(fresh);
        let full = core::mem::replace(&mut self.last, next);
        if full.capacity() > 0 {
            self.full.push_back(full);
            self.last_at = self.last_at.wrapping_add(Self::SLAB);
        }
    }

    /// Where the next piece will lie, or before it.
    #[inline]
    pub(crate) fn end(&self) -> u32 {
        self.last_at.wrapping_add(self.last.len() as u32)
    }

    /// Does this place lie in the last slab, or in the one before?
    #[inline]
    pub(crate) fn is_near(&self, place: u32) -> bool {
        self.last_at.wrapping_sub(place) as i32 <= Self::SLAB as i32
    }

    /// A piece that is kept, and what lies behind it.
    #[inline]
    pub(crate) fn from(&self, place: u32) -> &[u8] {
        let from = place.wrapping_sub(self.first);
        let (slab, at) = ((from / Self::SLAB) as usize, (from % Self::SLAB) as usize);
        let slab = if slab == self.full.len() { Some(&self.last) } else { self.full.get(slab) };
        slab.and_then(|slab| slab.get(at..)).unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.full.len() + usize::from(self.last.capacity() > 0)
    }

    /// The oldest piece that is kept lies there.
    pub(crate) fn forget_before(&mut self, place: u32) {
        while place.wrapping_sub(self.first) as i32 >= 2 * Self::SLAB as i32 {
            let Some(gone) = self.full.pop_front() else { break };
            self.first = self.first.wrapping_add(Self::SLAB);
            attic::put(gone);
        }
    }
}

impl Drop for Slabs {
    fn drop(&mut self) {
        self.full.drain(..).for_each(attic::put);
        attic::put(core::mem::take(&mut self.last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attic::Piece as _;

    /// What is kept is found, also where places wrap; a shared piece may lie a slab behind.
    #[test]
    fn every_place_is_found_until_it_is_forgotten() {
        const IN_ALL: usize = 9 * Slabs::SLAB as usize / 40;
        const KEPT: usize = 2 * Slabs::SLAB as usize / 40;
        let first = (3 * Slabs::SLAB).wrapping_neg();
        let mut slabs = Slabs::default();
        (slabs.first, slabs.last_at) = (first, first);
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
            assert!(slabs.count() <= 6);
            if n % 97 == 0 {
                let whole = |&(place, len, fill): &(u32, usize, u8)| {
                    slabs.from(place).get(..len) == Some(&vec![fill; len][..])
                };
                assert!(places.iter().all(whole), "{n}");
            }
        }
        assert!(shared > IN_ALL / 4, "{shared}");
        assert!(slabs.first < Slabs::SLAB * 9, "it wrapped: {}", slabs.first);
        let whole = |slab: &Vec<u8>| slab.capacity() == Slabs::SLAB as usize;
        assert!(slabs.full.iter().all(whole) && whole(&slabs.last));
    }

    #[test]
    fn what_one_world_leaves_another_fills() {
        let aside = || <Vec<u8>>::attic().with_borrow(Vec::len);
        let fill = || {
            let mut slabs = Slabs::default();
            for _ in 0..4 {
                let (_, slab) = slabs.room(Slabs::SLAB as usize);
                slab.resize(Slabs::SLAB as usize, 7);
            }
            slabs
        };
        drop(fill());
        let before = aside();
        assert!(before >= 4);
        let mut slabs = fill();
        assert_eq!((slabs.count(), aside()), (4, before - 4));
        // What is forgotten is put aside, too.
        slabs.forget_before(3 * Slabs::SLAB);
        assert_eq!((slabs.count(), aside()), (2, before - 2));
    }
}
