//! What a joined program does, told by whoever runs it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a joined program did since the last word about it. The service never starts one: it is told.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinedNews {
    /// It began; its command as written, in at most 64 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<String>,
    /// It printed this, in base64; at most 64 KiB at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdout: Option<String>,
    /// It complained like this, in base64; at most 64 KiB at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stderr: Option<String>,
    /// It ended with this code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<u8>,
}
