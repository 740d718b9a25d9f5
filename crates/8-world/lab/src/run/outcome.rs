//! What comes out of a run: verdicts, numbers, how it ended.

use crate::judge::Verdict;
use base::Instant;
use language::Text;
use serde::{Deserialize, Serialize};

/// One check's outcome.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Judged {
    /// What the file says about it, English.
    pub en: String,
    /// Chinese.
    pub zh: String,
    /// The expression.
    pub line: String,
    /// When it was judged.
    #[serde(with = "moment")]
    pub at: Instant,
    /// The verdict.
    pub verdict: Verdict,
}

/// One task's outcome.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JudgedTask {
    /// Its text, and how it was judged.
    pub judged: Judged,
    /// What it brings.
    pub points: u32,
    /// A nudge; may be empty.
    pub hint: Text,
}

/// What came out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The lab.
    pub lab: String,
    /// What the gallery shows of it; may be empty.
    pub title: Text,
    /// Whose lab it is, where somebody said so.
    #[serde(default)]
    pub student: String,
    /// The seed.
    pub seed: u64,
    /// Virtual time that passed.
    #[serde(with = "moment")]
    pub ran: Instant,
    /// Events worked off.
    pub events: u64,
    /// Frames recorded at all jacks.
    pub frames: u64,
    /// The hash of all frames: equal seeds, equal digests.
    #[serde(with = "hash")]
    pub digest: u128,
    /// Its checks in the order of the file.
    pub checks: Vec<Judged>,
    /// Its tasks, in the order of the file.
    pub tasks: Vec<JudgedTask>,
    /// The lab bears its solution: the tasks decide, not the checks, which hold as shipped.
    pub solving: bool,
    /// It ran by the wall's clock, with real programs in it perhaps: no digest repeats it.
    #[serde(default)]
    pub real: bool,
    /// Did it come to its end?
    pub ended: Ending,
    /// What broke beside the checks: a script line that could not be carried out, a storm without
    /// end, an account that does not balance.
    pub faults: Vec<Text>,
    /// TCP conversations over all jacks.
    #[serde(skip)]
    pub conversations: Vec<capture::Conversation>,
    /// Captures by name.
    #[serde(skip)]
    pub captures: Vec<(String, Vec<u8>)>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Its time was over.
    Whole,
    /// More happened at one instant than time can pass over.
    Storm,
    /// Whoever ran it had enough.
    Enough,
}

/// A moment as its nanoseconds.
mod moment {
    use base::Instant;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(at.as_nanos())
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        u64::deserialize(from).map(Instant::from_nanos)
    }
}

/// A digest in hexadecimal digits.
mod hash {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(digest: &u128, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{digest:032x}"))
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u128, D::Error> {
        let digits = String::deserialize(from)?;
        u128::from_str_radix(&digits, 16).map_err(D::Error::custom)
    }
}
