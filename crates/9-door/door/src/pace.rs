//! The pace of a lab's clock: how the wall clock's time becomes the lab's.
//!
//! ```text
//!   lab time = anchor + speed * (wall time - since)      while it runs
//!   lab time = anchor                                    while it is stopped
//! ```
//!
//! Each change sets a new anchor at the time that the world has really reached, so that a pause holds
//! the time exactly, and going on begins there: no jump, and nothing counts as late that was only
//! stopped.

use base::{Duration, Instant};
use core::ops::RangeInclusive;
use std::time::Instant as Wall;

/// How fast a lab may run: lab seconds in a second of the wall clock.
pub const SPEEDS: RangeInclusive<f64> = 0.001..=100.0;

/// A clock's pace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    anchor: Instant,
    since: Wall,
    speed: f64,
    running: bool,
}

impl Pace {
    /// A clock that runs from zero as fast as the wall's.
    pub(crate) fn new(wall: Wall) -> Pace {
        Pace { anchor: Instant::ZERO, since: wall, speed: 1.0, running: true }
    }

    /// Which time the lab should have.
    pub(crate) fn now(&self, wall: Wall) -> Instant {
        let passed = wall.saturating_duration_since(self.since);
        match self.running {
            false => self.anchor,
            // Exact at the usual speed, whatever the lab's age.
            true if self.speed == 1.0 => self.anchor + Duration::from(passed),
            true => {
                let nanos = passed.as_nanos() as f64 * self.speed;
                self.anchor + Duration::from_nanos(nanos as u64) // a float saturates
            }
        }
    }

    /// How long the wall clock takes for a span of the lab's; `None` while it is stopped.
    pub(crate) fn wall_span(&self, span: Duration) -> Option<core::time::Duration> {
        let nanos = span.as_nanos() as f64 / self.speed;
        self.running.then(|| match self.speed == 1.0 {
            true => span.into(),
            false => core::time::Duration::from_nanos(nanos as u64),
        })
    }

    /// Does it run?
    pub(crate) fn is_running(&self) -> bool {
        self.running
    }
    /// Lab seconds in a second of the wall clock, while it runs.
    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }
    /// Is it the wall clock's own pace?
    pub(crate) fn is_real(&self) -> bool {
        self.running && self.speed == 1.0
    }

    /// From `at` on, which the world has reached, it runs or not, at this speed.
    pub(crate) fn set(&mut self, running: bool, speed: f64, at: Instant, wall: Wall) {
        *self = Pace { anchor: at, since: wall, speed, running };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods)] // any reading of the wall clock would do
    fn a_pause_holds_the_time_and_going_on_begins_there() {
        let began = Wall::now();
        let wall = |ms| began + core::time::Duration::from_millis(ms);
        let lab = |ms: u64| Instant::ZERO + Duration::from_millis(ms);
        let mut pace = Pace::new(began);
        assert_eq!(pace.now(wall(70)), lab(70));
        // The world is 20 ms late when it is stopped: that is where it stands.
        pace.set(false, 1.0, lab(50), wall(70));
        assert_eq!((pace.now(wall(5_000)), pace.wall_span(Duration::ZERO)), (lab(50), None));
        pace.set(true, 1.0, lab(50), wall(5_000));
        assert_eq!(pace.now(wall(5_030)), lab(80));
        pace.set(true, 0.1, lab(80), wall(5_030));
        assert_eq!(pace.now(wall(5_130)), lab(90));
        let hundred = core::time::Duration::from_millis(100);
        assert_eq!(pace.wall_span(Duration::from_millis(10)), Some(hundred));
        assert!(pace.is_running() && !pace.is_real());
    }
}
