//! Programs on a lab's machines.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Start a program.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exec {
    /// On which machine.
    pub node: String,
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Whether its standard input will be sent; without, it is at its end at once.
    #[serde(default)]
    pub stdin: bool,
}

/// What a started program does, one line each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExecNews {
    /// It runs under this number.
    Process(u64),
    /// It printed this, in base64.
    Stdout(String),
    /// It complained like this, in base64.
    Stderr(String),
    /// It ended with this code.
    Exit(u8),
    /// This many octets of output were lost: the reader was too slow.
    Missed(u64),
}
