//! Why octets are no header: every refusal names the field and says what is wrong with it.
//!
//! The field bears Wireshark's name, so that a learner can put it into a filter. Both parts are
//! static texts: refusing a frame of a flood costs no allocation.

use core::fmt;

/// What is wrong with the octets, and in which field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Malformed {
    /// The field, by Wireshark's name.
    pub field: &'static str,
    /// What is wrong with it, in a few words.
    pub why: &'static str,
}

impl Malformed {
    /// `field` is wrong because `why`.
    #[cold]
    pub const fn new(field: &'static str, why: &'static str) -> Malformed {
        Malformed { field, why }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.why)
    }
}
impl core::error::Error for Malformed {}
