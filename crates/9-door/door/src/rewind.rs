//! The way back: a lab's world is booted anew and played again from the tape, up to the wished moment.
//!
//! ```text
//!   back 2:   boot -> play, noting where each step ended ... -> now      (where is "2 steps ago"?)
//!             boot -> play to that position -> it becomes the lab's world; the old one is let go
//!   back to T:                     boot -> play to T -> the same
//! ```
//!
//! The boot is the work of a thread of its own, the playing is a state of the driver like a step: in
//! slices, between which letters are answered by the world of now. An input, a step, or a hand on the
//! clock calls it off, and nothing has changed.
//!
//! Steps are those of [`crate::clock`]: each ends where at least one new frame or event was recorded.

// Slices are cut by the wall clock.
#![allow(clippy::disallowed_methods)]

use crate::clock::{Back, By, CalledOff, ClockError, Stepped, Told};
use crate::driver::{Running, SLICE};
use base::Instant;
use sim::{Position, Stuck, Tape, TimedInput, World};
use std::collections::VecDeque;
use std::sync::{Arc, mpsc};
use std::time::Instant as Wall;

/// Boots the same lab anew, whatever has become of its files since.
pub type Again = Arc<dyn Fn() -> Result<World, String> + Send + Sync>;

/// Steps that can be taken back at once: each costs a note while the way is looked for.
pub const MOST_STEPS: u64 = 100_000;
/// Events between two looks at the wall clock.
const EVENTS_A_LOOK: u64 = 64;

/// Octets of recorded frames that are hashed while a lab runs: the work of a few milliseconds.
const HASHED: usize = 4 << 20;

/// A lab's past, for a journal.
#[derive(Clone, Debug)]
pub struct Past {
    /// What it was given.
    pub inputs: Vec<TimedInput>,
    /// Where it stands.
    pub position: Position,
    /// The hash of its frames.
    pub digest: Option<u128>,
}

/// A way back in progress.
pub(crate) struct Rewinding {
    stage: Stage,
    goal: Goal,
    called_off: CalledOff,
    told: Told,
}

enum Stage {
    Booting(mpsc::Receiver<Result<World, String>>),
    Playing(Box<World>, usize),
}

enum Goal {
    /// Finds out where so many steps ago was, from the world of now.
    Find { steps: usize, now: Position, ends: VecDeque<Position> },
    /// That moment, which is the beginning or not.
    Reach(Position, By),
    /// The end of that instant.
    Until(Instant),
}

/// How far one slice came.
enum Slice {
    GoesOn,
    Found(Position, By),
    There(By),
}

impl Running {
    /// Pauses, and goes back. `told` hears when the world is there, unless the lab ends first.
    ///
    /// # Errors
    /// Real programs are joined, the goal is a time to come, or the way is not kept; nothing has
    /// changed.
    pub fn back(
        &mut self,
        back: Back,
        called_off: CalledOff,
        told: Told,
    ) -> Result<(), ClockError> {
        // First, for it stays so whatever else is asked.
        self.check_alone()?;
        let now = self.world.now();
        if let Back::To(time) = back
            && time > now
        {
            return Err(ClockError::NotYet(now));
        }
        if !self.tape.is_whole() {
            return Err(ClockError::TooMuch);
        }
        let stage = self.boot_anew()?;
        self.set_clock(Some(false), None)?;
        let goal = match back {
            Back::To(time) => Goal::Until(time),
            Back::Steps(steps) => Goal::Find {
                steps: steps.clamp(1, MOST_STEPS) as usize,
                now: Tape::position(&self.world, self.played),
                ends: VecDeque::new(),
            },
        };
        self.rewinding = Some(Rewinding { stage, goal, called_off, told });
        Ok(())
    }

    /// What the lab was given until now, where it stands, and the hash of its frames, if those are few
    /// enough to be hashed while it runs.
    ///
    /// # Errors
    /// More came in than is kept.
    pub fn past(&self) -> Result<Past, ClockError> {
        if !self.tape.is_whole() {
            return Err(ClockError::TooMuch);
        }
        let inputs = self.tape.inputs().get(..self.played).unwrap_or_default().to_vec();
        let few = self.world.recorder().size() <= HASHED;
        let digest = few.then(|| self.world.digest());
        Ok(Past { inputs, position: Tape::position(&self.world, self.played), digest })
    }

    fn boot_anew(&self) -> Result<Stage, ClockError> {
        let again = self.again.clone().ok_or(ClockError::NoWayBack)?;
        let (tell, told) = mpsc::channel();
        // Called off meanwhile: nobody takes the world, which is fine.
        let boot = move || drop(tell.send(again()));
        let thread = std::thread::Builder::new().name("boot anew".to_owned()).spawn(boot);
        thread.map(|_| Stage::Booting(told)).map_err(|_| ClockError::NoWayBack)
    }

    /// Goes on with the way back for at most a slice; true while it is not over.
    pub(crate) fn rewind_some(&mut self) -> Result<bool, String> {
        let Some(mut rewinding) = self.rewinding.take() else { return Ok(false) };
        if rewinding.called_off.is_so() {
            self.tell_of_way(rewinding.told, By::Stopped);
            return Ok(false);
        }
        match rewinding.slice(&self.tape) {
            Ok(Slice::GoesOn) => self.rewinding = Some(rewinding),
            Ok(Slice::Found(position, by)) => match self.boot_anew() {
                Ok(stage) => {
                    let goal = Goal::Reach(position, by);
                    self.rewinding = Some(Rewinding { stage, goal, ..rewinding });
                }
                Err(_) => self.tell_of_way(rewinding.told, By::Stopped),
            },
            Ok(Slice::There(by)) => {
                if let Stage::Playing(world, played) = rewinding.stage {
                    self.become_world(*world, played);
                }
                self.tell_of_way(rewinding.told, by);
            }
            // What booted and ran once does so again; should it not, the world of now stays.
            Err(_) => self.tell_of_way(rewinding.told, By::Stopped),
        }
        Ok(self.rewinding.is_some())
    }

    /// Whoever goes back is told that somebody else wanted something else.
    pub(crate) fn call_off_rewinding(&mut self) {
        if let Some(rewinding) = self.rewinding.take() {
            self.tell_of_way(rewinding.told, By::Stopped);
        }
    }

    fn become_world(&mut self, world: World, played: usize) {
        let old = std::mem::replace(&mut self.world, world);
        self.played = played;
        self.rewound += 1;
        // The clock, which is paused, stands at the new world's time.
        self.pace.set(false, self.pace.speed(), self.world.now(), Wall::now());
        // Hundreds of MiB of recorded frames: letting go of them is no work for this thread.
        let _ = std::thread::Builder::new().spawn(move || drop(old));
        // Watchers see the world while it lies behind them: then they know that it went back.
        self.watch();
    }

    fn tell_of_way(&self, told: Told, by: By) {
        let (frames, events) = (self.world.recorder().next(), self.world.events().next());
        let stepped = Stepped {
            by,
            clock: self.clock(),
            frames: frames..frames,
            events: events..events,
            frame: None,
            event: None,
        };
        told(&self.world, stepped);
    }
}

impl Rewinding {
    fn slice(&mut self, tape: &Tape) -> Result<Slice, String> {
        let began = Wall::now();
        let (world, played) = match &mut self.stage {
            Stage::Playing(world, played) => (world.as_mut(), played),
            Stage::Booting(told) => {
                match told.recv_timeout(SLICE) {
                    Ok(world) => self.stage = Stage::Playing(Box::new(world?), 0),
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    Err(error) => return Err(error.to_string()),
                }
                return Ok(Slice::GoesOn);
            }
        };
        while began.elapsed() < SLICE {
            let slice = self.goal.play(tape, world, played).map_err(|stuck| stuck.to_string())?;
            // Nobody is behind the doors: what leaves by them is gone, as it was then.
            while world.poll_door_frame().is_some() {}
            if !matches!(slice, Slice::GoesOn) {
                return Ok(slice);
            }
        }
        Ok(Slice::GoesOn)
    }
}

impl Goal {
    fn play(&mut self, tape: &Tape, world: &mut World, played: &mut usize) -> Result<Slice, Stuck> {
        match self {
            Goal::Until(time) => Ok(match tape.run_some(world, played, *time, EVENTS_A_LOOK)? {
                true => Slice::There(By::Time),
                false => Slice::GoesOn,
            }),
            Goal::Reach(position, by) => {
                Ok(match tape.reach(world, played, *position, EVENTS_A_LOOK)? {
                    true => Slice::There(*by),
                    false => Slice::GoesOn,
                })
            }
            Goal::Find { steps, now, ends } => {
                for _ in 0..EVENTS_A_LOOK {
                    let here = (world.events_done(), *played);
                    if here.0 >= now.events && here.1 >= now.inputs {
                        return Ok(found(ends, *steps));
                    }
                    let seen = recorded(world);
                    if tape.step(world, played)?.is_none() {
                        return Ok(found(ends, *steps));
                    }
                    if recorded(world) != seen {
                        ends.push_back(Tape::position(world, *played));
                        // The last is now; of those before it so many, and the one that is looked for.
                        if ends.len() > *steps + 1 {
                            ends.pop_front();
                        }
                    }
                }
                Ok(Slice::GoesOn)
            }
        }
    }
}

/// Where so many steps ago was, if there are so many; else the beginning.
fn found(ends: &VecDeque<Position>, steps: usize) -> Slice {
    match ends.front().filter(|_| ends.len() > steps) {
        Some(position) => Slice::Found(*position, By::Count),
        None => Slice::Found(Position::default(), By::Start),
    }
}

fn recorded(world: &World) -> (u64, u64) {
    (world.recorder().next(), world.events().next())
}
