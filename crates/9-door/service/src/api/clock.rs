//! A lab's clock: looked at, held, stepped.

use super::{EventLine, FrameLine};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A lab's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Clock {
    /// The lab's time, in seconds.
    pub seconds: f64,
    /// The same, in nanoseconds.
    pub nanos: u64,
    /// Does it run?
    pub running: bool,
    /// Seconds of the lab in a second of the wall clock, while it runs.
    pub speed: f64,
    /// How far the lab is behind where it should be, in milliseconds.
    pub behind_ms: u64,
    /// When something happens next by itself, in seconds; null: never.
    pub next_seconds: Option<f64>,
    /// After going back: when the last input comes that comes again by itself, in seconds. Whoever
    /// changes the lab before that drops what was to come.
    #[serde(default)]
    pub recorded_seconds: Option<f64>,
    /// How often the lab went back: what one knows of frames and events by number is void when it
    /// changes.
    #[serde(default)]
    pub rewound: u64,
    /// Joined hosts: while there are any, the clock is the wall's and can be neither paused, changed
    /// nor stepped.
    pub cannot_stop: Vec<String>,
}

/// Hold the clock otherwise; what is left out stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetClock {
    /// Shall it run? Either way a step in progress ends.
    #[serde(default)]
    pub run: Option<bool>,
    /// Seconds of the lab in a second of the wall clock: 0.001 to 100.
    #[serde(default)]
    #[schema(minimum = 0.001, maximum = 100)]
    pub speed: Option<f64>,
}

/// A step: one of `events`, `until`, `filter`; none of them: `events` = 1.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// So many steps, each until at least one new frame or event is recorded.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub events: Option<u64>,
    /// Until this time of the lab's clock, in seconds.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub until: Option<f64>,
    /// Until a frame or an event passes this filter.
    #[serde(default)]
    pub filter: Option<String>,
    /// By no more of the lab's time than this, in seconds; none: 60, and without a bound for `until`.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub within: Option<f64>,
}

/// Back: one of `events` and `to`; none of them: `events` = 1.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Back {
    /// So many steps.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100_000)]
    pub events: Option<u64>,
    /// To this time of the lab's clock, in seconds: when all of its instant has happened.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub to: Option<f64>,
}

/// The lab went back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WentBack {
    /// The clock, which stands.
    pub clock: Clock,
    /// Why there: `count` and `time`: it is as far back as was asked for; `start`: the lab's beginning;
    /// `stopped`: somebody did something else meanwhile, and the lab is where it was.
    pub by: String,
}

/// A step that has ended.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Stepped {
    /// The clock, which stands.
    pub clock: Clock,
    /// Why it ended: `count` and `time`: it has come so far; `filter`: one passes; `limit`: `within` is
    /// over; `quiet`: nothing will ever happen by itself; `stopped`: somebody held the clock otherwise.
    pub by: String,
    /// The frame that the filter lets pass, if it is one; of other steps the last one.
    #[serde(default)]
    pub frame: Option<FrameLine>,
    /// The event that the filter lets pass, if it is one; of other steps the last one.
    #[serde(default)]
    pub event: Option<EventLine>,
    /// The last frames of the step, oldest first; at most 64.
    pub frames: Vec<FrameLine>,
    /// The last events of the step, oldest first; at most 64.
    pub events: Vec<EventLine>,
    /// What the step recorded beside these.
    pub more: More,
}

/// What a step recorded beyond what its answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct More {
    /// Frames.
    pub frames: u64,
    /// Events.
    pub events: u64,
}
