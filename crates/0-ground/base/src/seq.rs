//! Sequence numbers: arithmetic modulo 2^32 (RFC 9293 section 3.4).
//!
//! Two numbers compare by the shorter way round the circle; numbers exactly 2^31 apart count as
//! `before` each other, a distance that no legal window reaches.

use core::fmt;
use core::ops::{Add, AddAssign, Sub};

/// A TCP sequence number.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Seq(pub u32);

impl Seq {
    /// How far this is past `earlier`, negative when it lies before it.
    pub const fn distance(self, earlier: Seq) -> i32 {
        self.0.wrapping_sub(earlier.0) as i32
    }
    /// Octets from `earlier` up to here, for numbers known to be in order.
    pub const fn since(self, earlier: Seq) -> u32 {
        self.0.wrapping_sub(earlier.0)
    }
    /// `self < other`.
    pub const fn before(self, other: Seq) -> bool {
        self.distance(other) < 0
    }
    /// `self <= other`.
    pub const fn at_or_before(self, other: Seq) -> bool {
        self.distance(other) <= 0
    }
    /// `self > other`.
    pub const fn after(self, other: Seq) -> bool {
        self.distance(other) > 0
    }
    /// `self >= other`.
    pub const fn at_or_after(self, other: Seq) -> bool {
        self.distance(other) >= 0
    }
    /// The later of two.
    pub fn max(self, other: Seq) -> Seq {
        if self.before(other) { other } else { self }
    }
    /// The earlier of two.
    pub fn min(self, other: Seq) -> Seq {
        if other.before(self) { other } else { self }
    }
}

impl Add<u32> for Seq {
    type Output = Seq;
    fn add(self, octets: u32) -> Seq {
        Seq(self.0.wrapping_add(octets))
    }
}
impl AddAssign<u32> for Seq {
    fn add_assign(&mut self, octets: u32) {
        *self = *self + octets;
    }
}
impl Sub<u32> for Seq {
    type Output = Seq;
    fn sub(self, octets: u32) -> Seq {
        Seq(self.0.wrapping_sub(octets))
    }
}
impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl fmt::Debug for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_circle_has_no_seam() {
        let last = Seq(u32::MAX);
        assert!(last.before(last + 1) && (last + 1).after(last));
        assert_eq!((last + 1).since(last), 1);
        assert_eq!(last.distance(last + 10), -10);
        assert_eq!(last.max(Seq(3)), Seq(3));
        assert_eq!(last.min(Seq(3)), last);
        assert!(last.at_or_before(last) && last.at_or_after(last));
    }
}
