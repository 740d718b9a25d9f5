//! One event: a fixed small record.

use crate::reason::{Arg, ReasonInfo};
use base::{Instant, InterfaceId, JackId, Journey, NodeId};

/// Where on a node something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Place {
    /// On the node as a whole.
    #[default]
    Node,
    /// At a jack.
    Jack(JackId),
    /// At an interface.
    Interface(InterfaceId),
}

/// The parameters of an event, packed: an address takes two words, all else one.
pub type Args = [u64; 5];

/// Something happened.
#[derive(Clone, Copy)]
pub struct Event {
    /// When.
    pub time: Instant,
    /// On which node.
    pub node: NodeId,
    /// Where on it.
    pub place: Place,
    /// To which packet (`Journey::NONE`: none).
    pub journey: Journey,
    /// What and why.
    pub reason: &'static ReasonInfo,
    /// The numbers in the sentence.
    pub args: Args,
}

impl core::fmt::Debug for Event {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} node {} {}: ", self.time, self.node.0, self.reason.name)?;
        f.write_str(&self.reason.sentence(&self.args, base::Lang::En))
    }
}

/// Packs arguments one after the other.
#[doc(hidden)]
#[derive(Default)]
pub struct Packer {
    args: Args,
    used: usize,
}
impl Packer {
    /// Appends one argument. What does not fit is a bug of the declaration, found by a test.
    pub fn put<T: Arg>(mut self, value: T) -> Self {
        let words = value.pack();
        let width = T::KIND.width();
        debug_assert!(self.used + width <= self.args.len(), "too many parameters");
        for (slot, word) in self.args[self.used..].iter_mut().zip(&words[..width]) {
            *slot = *word;
        }
        self.used += width;
        self
    }
    /// The packed words.
    pub fn done(self) -> Args {
        self.args
    }
}
