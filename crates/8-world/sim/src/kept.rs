//! A frame as it was at a jack, packed for keeping.
//!
//! Short frames are many, and a head alone is 160 octets with room for the longest headers: what is
//! copied lies one after the other in slabs of one size.
//!
//! ```text
//!   place:  octets since the beginning, those left free at a slab's end included
//!
//!   | 65536 ...... free | 131072 ....... free | 196608 ......            |
//!     kept behind the oldest: its slab, and     the one that is filled
//!     the one before
//! ```
//! A frame may lie one slab behind those that were kept at the same time ([`Slabs::is_near`]), so that
//! a frame that was kept at one jack need not be copied again at the next. A slab that is forgotten
//! is filled again.

use base::frame::Fcs;
use base::{Body, Frame, Journey};
use std::collections::VecDeque;

/// A frame that somebody keeps.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    pub(crate) journey: Journey,
    pub(crate) parent: Journey,
    pub(crate) fcs: Fcs,
    /// The head; of a short frame all of it.
    pub(crate) octets: &'a [u8],
    /// A long body, shared with the frame that flew on.
    pub(crate) rest: Option<&'a Body>,
}

impl Kept<'_> {
    /// Which packet it is.
    pub fn journey(&self) -> Journey {
        self.journey
    }
    /// The packet it was made from or answers.
    pub fn parent(&self) -> Journey {
        self.parent
    }
    /// What was known of its check sequence.
    pub fn fcs(&self) -> Fcs {
        self.fcs
    }
    /// How many octets.
    pub fn len(&self) -> usize {
        self.octets.len() + self.rest.map_or(0, Body::len)
    }
    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Copies as many octets as fit; returns how many.
    pub fn copy_to(&self, out: &mut [u8]) -> usize {
        let first = self.octets.len().min(out.len());
        out[..first].copy_from_slice(&self.octets[..first]);
        first + self.rest.map_or(0, |rest| rest.copy_to(&mut out[first..]))
    }
    /// All octets, copied.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut octets = vec![0; self.len()];
        self.copy_to(&mut octets);
        octets
    }
}

/// The octets of frames, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Slabs {
    slabs: VecDeque<Vec<u8>>,
    spare: Option<Vec<u8>>,
    /// The place where the first slab begins. Places are compared as sequence numbers are: they may
    /// wrap, and what is kept is much less than half of them.
    first: u32,
}

impl Slabs {
    /// Bodies up to here are copied: a view of one octet may hold a kilobyte.
    pub(crate) const COPIED: usize = 64;
    /// Octets of a slab.
    const SLAB: u32 = 64 << 10;

    /// Is all of the frame copied?
    pub(crate) fn takes_all(frame: &Frame) -> bool {
        frame.body().len() <= Self::COPIED
    }

    /// Copies the head of a frame and, if it is short, its body; says where they lie and how many.
    #[inline]
    pub(crate) fn put(&mut self, frame: &Frame) -> (u32, u16) {
        let head = frame.head();
        let room = |slab: &Vec<u8>| Self::SLAB as usize - slab.len();
        if self.slabs.back().is_none_or(|slab| room(slab) < head.len() + Self::COPIED) {
            self.begin_slab();
        }
        let place = self.last();
        let Some(slab) = self.slabs.back_mut() else { return (place, 0) };
        let begin = slab.len();
        slab.extend_from_slice(head);
        if Self::takes_all(frame) {
            frame.body().views().iter().for_each(|view| slab.extend_from_slice(view));
        }
        (place.wrapping_add(begin as u32), (slab.len() - begin) as u16)
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

    /// Does this place lie in the last slab, or in the one before?
    #[inline]
    pub(crate) fn is_near(&self, place: u32) -> bool {
        self.last().wrapping_sub(place) as i32 <= Self::SLAB as i32
    }

    /// So many octets of a frame that is kept.
    #[inline]
    pub(crate) fn get(&self, place: u32, len: u16) -> &[u8] {
        let from = place.wrapping_sub(self.first);
        let begin = (from % Self::SLAB) as usize;
        let slab = self.slabs.get((from / Self::SLAB) as usize);
        slab.and_then(|slab| slab.get(begin..begin + usize::from(len))).unwrap_or_default()
    }

    /// The oldest frame that is kept lies there.
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
    use base::Pool;

    fn frame_of(len: usize, fill: u8) -> Frame {
        let mut frame = Pool::default().frame(Body::EMPTY);
        frame.prepend(len).fill(fill);
        frame
    }

    #[test]
    fn a_long_body_is_left_out() {
        for (len, all) in [(Slabs::COPIED, true), (Slabs::COPIED + 1, false)] {
            let mut frame = Pool::default().frame(bytes::Bytes::from(vec![7; 1000]).into());
            frame.body_mut().truncate(len);
            frame.prepend(2).fill(9);
            let mut slabs = Slabs::default();
            let (place, copied) = slabs.put(&frame);
            assert_eq!((Slabs::takes_all(&frame), usize::from(copied) == frame.len()), (all, all));
            let (journey, parent) = (Journey::NONE, Journey::NONE);
            let octets = slabs.get(place, copied);
            let rest = (!all).then(|| frame.body());
            let kept = Kept { journey, parent, fcs: Fcs::Good, octets, rest };
            assert_eq!((kept.to_vec(), kept.is_empty()), (frame.to_vec(), false));
            let mut some = [0; 3];
            assert_eq!((kept.copy_to(&mut some), some), (3, [9, 9, 7]));
        }
    }

    /// What is kept is found, also where places wrap; a shared frame may lie a slab behind.
    #[test]
    fn every_place_is_found_until_it_is_forgotten() {
        const IN_ALL: usize = 9 * Slabs::SLAB as usize / 40;
        const KEPT: usize = 2 * Slabs::SLAB as usize / 40;
        let mut slabs = Slabs { first: (3 * Slabs::SLAB).wrapping_neg(), ..Slabs::default() };
        let mut places: VecDeque<(u32, u16, u8)> = VecDeque::new();
        let mut shared = 0;
        for n in 0..IN_ALL {
            let near = places.iter().rev().nth(n % KEPT).filter(|it| slabs.is_near(it.0)).copied();
            places.push_back(match near.filter(|_| n % 3 == 0) {
                Some(twin) => twin,
                None => {
                    let (place, len) = slabs.put(&frame_of(40 + n % 7, n as u8));
                    (place, len, n as u8)
                }
            });
            shared += usize::from(near.is_some());
            if places.len() > KEPT {
                places.pop_front();
                slabs.forget_before(places[0].0);
            }
            assert!(slabs.slabs.len() <= 6);
            if n % 97 == 0 {
                let whole = |&(place, len, fill): &(u32, u16, u8)| {
                    let octets = slabs.get(place, len);
                    octets.len() == usize::from(len) && octets.iter().all(|&it| it == fill)
                };
                assert!(places.iter().all(whole), "{n}");
            }
        }
        assert!(shared > IN_ALL / 4, "{shared}");
        assert!(slabs.first < Slabs::SLAB * 9, "it wrapped: {}", slabs.first);
        assert!(slabs.slabs.iter().all(|slab| slab.capacity() == Slabs::SLAB as usize));
    }
}
