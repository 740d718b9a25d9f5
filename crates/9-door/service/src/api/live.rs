//! What a lab does right now, as messages of a WebSocket.

use super::{Clock, EventLine, FrameLine};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One message: what is new since the one before it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Live {
    /// What is new and not in this message.
    pub skipped: Skipped,
    /// The lab's clock.
    pub clock: Clock,
    /// The lab's cables, all of them.
    pub links: Vec<LinkState>,
    /// The lab's nodes, all of them.
    pub nodes: Vec<NodeState>,
    /// Grows when nodes or cables come or go: look at the lab again.
    pub topology: u64,
    /// The newest frames that the filter lets pass, each seen alone, oldest first; at most 60.
    pub frames: Vec<FrameLine>,
    /// The newest events that the filter lets pass, oldest first; at most 60.
    pub events: Vec<EventLine>,
}

/// What is new and was not told: beyond the newest 60 (15 while many read), not looked at, or while
/// the reader did not read. Where a filter is set, not all of it would have passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Skipped {
    /// Frames.
    pub frames: u64,
    /// Events.
    pub events: u64,
}

/// A cable, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkState {
    /// Its name.
    pub name: String,
    /// `up`, `cut`, or `down` (an end is switched off).
    pub state: String,
    /// From its first end to its second.
    pub forward: Count,
    /// From its second end to its first.
    pub backward: Count,
}

/// What one direction of a cable has carried since the lab began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Count {
    /// Frames that were handed to it.
    pub frames: u64,
    /// Their octets, without preamble, check sequence and gap.
    pub octets: u64,
    /// Frames that it lost: full queue, too long, chance, cut.
    pub dropped: u64,
}

/// A node, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeState {
    /// Its name.
    pub name: String,
    /// Is it switched on?
    pub powered: bool,
}

/// What a reader may send: another filter for the messages that follow. One that cannot be read is
/// answered by an ErrorBody, and the old one stays.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiveWish {
    /// The filter; empty: everything.
    pub filter: String,
}
