//! Whether something is so in a running lab.

use super::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is to be judged.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgeWish {
    /// A check as in a lab file: `count(icmp) > 0`.
    pub expect: String,
    /// Only what happened after this second of the lab's clock counts.
    #[serde(default)]
    pub after: Option<f64>,
    /// Only what happened until this second of the lab's clock counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<f64>,
}

/// What came out.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// Does it hold?
    pub holds: bool,
    /// Is that known? What is not known does not hold either.
    pub known: bool,
    /// Its measurements, in the order of the text.
    pub measured: Vec<Measured>,
}

/// One measurement.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Measured {
    /// As it is written.
    pub what: String,
    /// What was found: `count = 4`, or why it could not be measured.
    pub value: Text,
    /// The number itself, where one came out: of frames, octets, copies, events, an exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Did it hold?
    pub holds: bool,
    /// Was there anything to measure?
    pub known: bool,
    /// The first frames that count, a line each.
    pub frames: Vec<Text>,
    /// Of a check that fails: the journey of the first of them, a line a device.
    pub journey: Vec<Text>,
}
