//! The driver's hold on its lab's clock: pause, speed, steps.
//!
//! Nothing here is an input to the world: an input has the time that the world has reached, however
//! long the wall clock took to get there, so a journal knows nothing of pauses.

// Steps are cut by the wall clock.
#![allow(clippy::disallowed_methods)]

use crate::clock::{By, CalledOff, Clock, ClockError, Goal, SPEEDS, Stepped, Told};
use crate::driver::{Running, SLICE};
use crate::stepping::Stepping;
use base::{Duration, Instant};
use std::time::Instant as Wall;

impl Running {
    /// The clock, looked at.
    pub fn clock(&self) -> Clock {
        let now = self.world.now();
        Clock {
            now,
            running: self.pace.is_running(),
            speed: self.pace.speed(),
            behind: self.wall_now() - now,
            next: self.next_deadline(),
            recorded: self.tape.goes_on_until(self.played),
            rewound: self.rewound,
            joined: self.joined().map(str::to_owned).collect(),
        }
    }

    /// Is the clock the wall's, as a joined host needs it?
    pub fn is_real_time(&self) -> bool {
        !self.is_under_way() && self.pace.is_real()
    }

    /// Stops the clock or lets it go (which ends a step in progress), sets its speed; what is `None`
    /// stays. It goes on from the time that the world has reached.
    ///
    /// # Errors
    /// Real programs are joined, or the speed is none; nothing has changed.
    pub fn set_clock(&mut self, run: Option<bool>, speed: Option<f64>) -> Result<(), ClockError> {
        if let Some(speed) = speed.filter(|speed| !SPEEDS.contains(speed)) {
            return Err(ClockError::BadSpeed(speed));
        }
        if run == Some(false) || speed.is_some_and(|speed| speed != 1.0) {
            self.check_alone()?;
        }
        if run.is_some() {
            self.end_step(By::Stopped);
            self.call_off_rewinding();
        }
        let running = run.unwrap_or(self.pace.is_running());
        let speed = speed.unwrap_or(self.pace.speed());
        if (running, speed) != (self.pace.is_running(), self.pace.speed()) {
            self.pace.set(running, speed, self.world.now(), Wall::now());
        }
        Ok(())
    }

    /// Pauses, and steps towards `goal`, by no more than `within` of the lab's time. `told` hears how
    /// it ended, unless the lab ends first; a step in progress ends.
    ///
    /// # Errors
    /// Real programs are joined, or the goal is a time that is over; nothing has changed.
    pub fn step(
        &mut self,
        goal: Goal,
        within: Option<Duration>,
        called_off: CalledOff,
        told: Told,
    ) -> Result<(), ClockError> {
        let now = self.world.now();
        if let Goal::Until(time) = goal
            && time < now
        {
            return Err(ClockError::Over(now));
        }
        self.set_clock(Some(false), None)?;
        let limit: Option<Instant> = within.map(|within| now + within);
        self.stepping = Some(Stepping::new(&self.world, goal, limit, called_off, told));
        Ok(())
    }

    pub(crate) fn check_alone(&self) -> Result<(), ClockError> {
        let joined: Vec<String> = self.joined().map(str::to_owned).collect();
        if joined.is_empty() { Ok(()) } else { Err(ClockError::RealTime(joined)) }
    }

    /// Goes on with the step in progress for at most a slice; true while it is not over.
    pub(crate) fn run_step(&mut self) -> Result<bool, String> {
        let began = Wall::now();
        while let Some(stepping) = &mut self.stepping {
            let over = stepping.advance(&mut self.world, &self.tape, &mut self.played);
            let over = over.map_err(|stuck| stuck.to_string())?;
            let over = over.or_else(|| stepping.is_called_off().then_some(By::Stopped));
            if let Some(by) = over {
                self.end_step(by);
            } else if began.elapsed() > SLICE {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn end_step(&mut self, by: By) {
        let Some(stepping) = self.stepping.take() else { return };
        let ((frames, events), (frame, event)) = (stepping.recorded(), stepping.found());
        let stepped = Stepped { by, clock: self.clock(), frames, events, frame, event };
        (stepping.told)(&self.world, stepped);
    }
}
