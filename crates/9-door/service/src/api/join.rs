//! A join, which speaks beside HTTP: its messages stand on `join.sock`.

use super::Problem;
use serde::{Deserialize, Serialize};

/// A join's request, beside its descriptor.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinRequest {
    /// Which card would this host have?
    Plan {
        /// The lab; none: the only one.
        lab: Option<String>,
        /// The network.
        network: String,
        /// The host's name; none: the next free of `guest1`...
        name: Option<String>,
        /// Its address; none: the next free.
        ip: Option<String>,
        /// Its hardware address; none: made from its name.
        mac: Option<String>,
    },
    /// Here is its card (one descriptor follows).
    Attach {
        /// What stands behind the descriptor.
        kind: door::card::CarrierKind,
    },
}

/// The answer to a join.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinAnswer {
    /// The card to make; the place is kept while the line stays open.
    Card(Box<door::card::Card>),
    /// It is plugged in.
    Joined,
    /// It cannot be.
    Refused(Problem),
}
