//! A frame as it was at a jack, packed for keeping.
//!
//! Short frames are many, and a head alone is 160 octets with room for the longest headers: what is
//! copied lies one after the other in slabs, each of which goes with the last of its frames. They go
//! about in the order in which they came, so that little more is held than what is kept.

use base::frame::Fcs;
use base::{Body, Frame, Journey};
use bytes::{Bytes, BytesMut};

/// A frame that somebody keeps.
#[derive(Clone, Debug)]
pub struct Kept {
    journey: Journey,
    parent: Journey,
    fcs: Fcs,
    /// The head; of a short frame all of it.
    octets: Bytes,
    /// A long body, shared with the frame that flew on.
    rest: Option<Box<Body>>,
}

impl Kept {
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
        self.octets.len() + self.rest.as_ref().map_or(0, |rest| rest.len())
    }
    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Copies as many octets as fit; returns how many.
    pub fn copy_to(&self, out: &mut [u8]) -> usize {
        let first = self.octets.len().min(out.len());
        out[..first].copy_from_slice(&self.octets[..first]);
        first + self.rest.as_ref().map_or(0, |rest| rest.copy_to(&mut out[first..]))
    }
    /// All octets, copied.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut octets = vec![0; self.len()];
        self.copy_to(&mut octets);
        octets
    }
    /// Octets of memory that it holds.
    pub(crate) fn charge(&self) -> usize {
        // Beside its own, the counts of its handles, and the views of a long body.
        let views = self.rest.as_ref().map_or(0, |_| size_of::<Body>());
        size_of::<Kept>() + 2 * size_of::<usize>() + views + self.len()
    }
}

/// Packs frames.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    slab: BytesMut,
}

impl Packer {
    /// Bodies up to here are copied: a view of one octet may hold a kilobyte.
    pub(crate) const COPIED: usize = 64;
    /// Octets of a slab.
    const SLAB: usize = 32 << 10;

    pub(crate) fn pack(&mut self, frame: &Frame) -> Kept {
        let body = frame.body();
        let shared = body.len() > Self::COPIED;
        if self.slab.capacity() < frame.head().len() + Self::COPIED {
            self.slab = BytesMut::with_capacity(Self::SLAB);
        }
        self.slab.extend_from_slice(frame.head());
        if !shared {
            body.views().iter().for_each(|view| self.slab.extend_from_slice(view));
        }
        let meta = frame.meta();
        Kept {
            journey: meta.journey,
            parent: meta.parent,
            fcs: meta.fcs,
            octets: self.slab.split().freeze(),
            rest: shared.then(|| Box::new(body.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Pool;

    /// Is the buffer of a packed body of so many octets free to go once the frame is gone?
    fn lets_go(octets: usize) -> bool {
        let mut frame = Pool::default().frame(Bytes::from(vec![7; 1000]).into());
        frame.body_mut().truncate(octets);
        frame.prepend(2).fill(9);
        let buffer = frame.body().views()[0].clone();
        let kept = Packer::default().pack(&frame);
        assert_eq!(kept.to_vec(), frame.to_vec());
        assert_eq!((kept.len(), kept.is_empty()), (octets + 2, false));
        let mut some = [0; 3];
        assert_eq!((kept.copy_to(&mut some), some), (3, [9, 9, 7]));
        drop(frame);
        buffer.is_unique()
    }

    #[test]
    fn a_short_body_holds_no_long_buffer() {
        assert!(lets_go(1) && lets_go(Packer::COPIED));
        assert!(!lets_go(Packer::COPIED + 1), "long ones are shared");
    }

    #[test]
    fn frames_lie_side_by_side() {
        let mut packer = Packer::default();
        let mut pack = |n: usize| {
            let mut frame = Pool::default().frame(Body::EMPTY);
            frame.prepend(40).fill(n as u8);
            packer.pack(&frame)
        };
        let kept: Vec<Kept> = (0..3 * Packer::SLAB / 40).map(&mut pack).collect();
        let whole = |(n, kept): (usize, &Kept)| kept.to_vec() == vec![n as u8; 40];
        assert!(kept.iter().enumerate().all(whole));
        let apart = |two: &[Kept]| two[0].octets.as_ptr_range().end != two[1].octets.as_ptr();
        assert!(kept.windows(2).filter(|two| apart(two)).count() <= 4);
    }
}
