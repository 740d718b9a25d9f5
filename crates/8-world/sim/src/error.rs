//! Why a world cannot be built, and why one stands still.

use base::{Instant, JackId};

/// The specifications contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// Two nodes or two cables have this name.
    DuplicateName(String),
    /// A cable leads to a node that does not exist.
    UnknownNode {
        /// The cable.
        cable: String,
        /// What it names.
        node: String,
    },
    /// A cable leads to a jack that the node does not have.
    UnknownJack {
        /// The node.
        node: String,
        /// The jack, from 0.
        jack: JackId,
    },
    /// Two cables in one jack.
    JackTaken {
        /// The node.
        node: String,
        /// The jack, from 0.
        jack: JackId,
    },
    /// Too many nodes or jacks for their numbers.
    TooMany(&'static str),
}

impl core::fmt::Display for BuildError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            BuildError::DuplicateName(name) => write!(f, "two things are called {name}"),
            BuildError::UnknownNode { cable, node } => {
                write!(f, "cable {cable} leads to {node}, which does not exist")
            }
            BuildError::UnknownJack { node, jack } => write!(f, "{node} has no jack {}", jack.0),
            BuildError::JackTaken { node, jack } => {
                write!(f, "jack {} of {node} has a cable already", jack.0)
            }
            BuildError::TooMany(what) => write!(f, "too many {what}"),
        }
    }
}
impl std::error::Error for BuildError {}

/// More happened at one instant than can be meant: time stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// When.
    pub time: Instant,
    /// The node that was busy last.
    pub node: String,
    /// The programs that run there.
    pub programs: Vec<String>,
}

impl core::fmt::Display for Stuck {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "more than a million events at {} s; busy is {}", self.time, self.node)?;
        match self.programs.as_slice() {
            [] => Ok(()),
            programs => write!(f, ", where these programs run: {}", programs.join(", ")),
        }
    }
}
impl std::error::Error for Stuck {}
