//! What programs print, line by line.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line that a program printed, or its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// When, in seconds of the lab's clock.
    pub seconds: f64,
    /// On which machine.
    pub node: String,
    /// Under which label its output is kept: `fetch`, `web/http`.
    pub label: String,
    /// The process.
    pub process: u64,
    /// `stdout`, `stderr`, or `exit`.
    pub stream: String,
    /// The line without its end; of an exit its code.
    pub text: String,
}

/// A line of the stream of logs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum LogNews {
    /// Somebody printed or ended.
    Line(LogLine),
    /// What was printed here is gone: it is too long ago, or the reader was too slow.
    Missed {
        /// How many pieces of output, of all programs.
        missed: u64,
    },
}
