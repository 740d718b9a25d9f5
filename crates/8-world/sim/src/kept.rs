//! A frame as it was at a jack, kept.

use base::frame::Fcs;
use base::{Body, Journey};

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
