//! The service itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who answers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// The program's version.
    pub version: String,
    /// The service's process.
    pub pid: u32,
    /// Where the page is.
    pub page: String,
    /// The secret that opens it; only told over the Unix socket.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret: Option<String>,
    /// Labs that ended though nobody stopped them, and why; oldest first.
    #[serde(default)]
    pub ended: Vec<(String, String)>,
}
