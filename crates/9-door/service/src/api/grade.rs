//! How far a running lab's checks and tasks are.

use super::{Text, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GradeWish {
    /// Only what happened in so many seconds up to now counts; everything since boot without it. A
    /// check's `within` then says nothing: it speaks of the beginning.
    #[serde(default)]
    pub last: Option<f64>,
}

/// All checks and tasks of a running lab, judged now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Grade {
    /// The lab.
    pub lab: String,
    /// Its seed.
    pub seed: u64,
    /// The second of the lab's clock at which the last of them was judged.
    pub seconds: f64,
    /// Points of the tasks that are done.
    pub points: u64,
    /// Points of all tasks.
    pub of: u64,
    /// What holds in the lab as shipped, in the order of the file.
    pub checks: Vec<Judgement>,
    /// What the learner shall bring about, in the order of the file.
    pub tasks: Vec<GradedTask>,
    /// What broke beside them: script lines that could not be carried out.
    pub faults: Vec<Text>,
}

/// A check or a task's demand.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Judgement {
    /// The sentence for people; may be empty.
    pub text: Text,
    /// The expression.
    pub expect: String,
    /// What happened after this second counts for nothing.
    #[serde(default)]
    pub within: Option<f64>,
    /// Must it hold all the time? A running lab is only asked about now.
    pub always: bool,
    /// What came out.
    pub verdict: Verdict,
}

/// A task.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GradedTask {
    /// What it brings.
    pub points: u32,
    /// A nudge; may be empty.
    pub hint: Text,
    /// What it asks, and whether that is so.
    pub judgement: Judgement,
}
