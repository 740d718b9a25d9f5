//! Verb lines on a running lab.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A verb line.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Do {
    /// `set uplink loss=30%`
    pub line: String,
}
