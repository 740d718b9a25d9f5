//! The service itself.

use super::Text;
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
    #[schema(value_type = Vec<Vec<String>>)]
    pub ended: Vec<(String, String)>,
    /// Labs that ran when the last service was killed: POST /left/restore starts them anew.
    #[serde(default)]
    pub left: Vec<LeftLab>,
}

/// A lab that ran when the last service was killed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LeftLab {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: Text,
    /// Where its text is: a built-in lab's name, a file, or `text`.
    pub source: String,
}
