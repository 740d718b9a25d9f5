//! The fields of filters, and what may be written next in one.

use super::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A field that filters may name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FilterField {
    /// Wireshark's name; or our own: `node`, `jack`, `link`, `event`, `reason`, `time`.
    pub name: String,
    /// What its values are, in a word.
    pub kind: Text,
    /// The protocol whose header bears it; empty for our own.
    pub layer: String,
    /// What it is.
    pub about: Text,
}

/// What may be written next.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Completions {
    /// The proposals, the most likely first.
    pub proposals: Vec<Completion>,
}

/// One proposal.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Completion {
    /// What to write in place of the octets `from..to` of the text.
    pub text: String,
    /// Where the word begins that it completes.
    pub from: usize,
    /// Where that word ends.
    pub to: usize,
    /// What it is.
    pub about: Text,
}
