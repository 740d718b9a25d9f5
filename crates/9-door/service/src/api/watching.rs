//! What happens in a lab, as lines.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happened, one line each.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventLine {
    /// Its number in the lab, from 0.
    pub number: u64,
    /// When, in seconds of the lab's clock.
    pub time: f64,
    /// The same in nanoseconds.
    pub nanos: u64,
    /// The OSI layer on which it happened, 1 to 7; 0 for what is about a node as a whole.
    pub layer: u8,
    /// On which node.
    pub node: String,
    /// Where on it: a jack, an interface, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Which packet: `pc1:12`, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub packet: String,
    /// The reason's name.
    pub reason: String,
    /// What it did to the packet: `note`, `sent`, `delivered`, `consumed`, `dropped`.
    pub fate: String,
    /// The clause behind it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub clause: String,
    /// The sentence.
    pub en: String,
    /// The sentence in Chinese.
    pub zh: String,
}

/// A line of the stream of events.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(clippy::large_enum_variant)] // it is written or read at once, and never kept
pub enum EventNews {
    /// Something happened.
    Event(EventLine),
    /// The reader was too slow for what happened here.
    Missed {
        /// How many events are gone, those included that its filter would not have let pass.
        missed: u64,
    },
}
