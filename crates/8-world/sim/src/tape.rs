//! All that reached a world from outside since its boot: kept, so that the world can be played again.
//!
//! ```text
//!   boot --- given inputs ---|--- inputs to come --->        time
//!                          `played`
//!            they were given        a world that went back gives them to itself again,
//!                                   until somebody gives it another: then they are dropped
//! ```
//!
//! A world and its place in the tape go together; the tape itself never changes what lies before that
//! place. An input comes after everything else of its instant, so the world runs to the end of it
//! first: with that, times alone order a replay, and the same bytes come out
//! (`crates/8-world/lab/tests/suite/back.rs`).
//!
//! Absent: frames that left by a door. Whoever plays a tape drains the doors as the driver does.

use crate::input::{Deed, Input, InputError, Outcome, TimedInput};
use crate::{Stuck, World};
use base::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// So many events count as an input: it may do what the work of many is.
const AN_INPUT: u64 = 64;

/// A moment of a played world, exact to the event: also in the midst of an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The world's time, in nanoseconds.
    pub at_ns: u64,
    /// Events that it has worked off.
    pub events: u64,
    /// Inputs that it was given.
    pub inputs: usize,
}

/// The inputs of a world in their order, within a bound.
#[derive(Clone, Debug)]
pub struct Tape {
    inputs: Vec<TimedInput>,
    octets: usize,
    bound: usize,
    whole: bool,
}

impl Default for Tape {
    fn default() -> Tape {
        Tape::within(Tape::BOUND)
    }
}

impl Tape {
    /// Octets of memory that a tape takes at most.
    pub const BOUND: usize = 64 << 20;

    /// An empty tape that takes at most so many octets.
    pub fn within(bound: usize) -> Tape {
        Tape { inputs: Vec::new(), octets: 0, bound, whole: true }
    }

    /// A tape of what was given once; a time before the one in front of it counts as that one.
    pub fn of(inputs: impl IntoIterator<Item = TimedInput>) -> Tape {
        let mut tape = Tape::within(usize::MAX);
        for mut input in inputs {
            input.at_ns = input.at_ns.max(tape.inputs.last().map_or(0, |last| last.at_ns));
            tape.push(input);
        }
        tape
    }

    /// Does it hold all inputs? It lets go of them all where they are more than its bound.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// What it holds, in order.
    pub fn inputs(&self) -> &[TimedInput] {
        &self.inputs
    }

    /// The names that its inputs set and did not take away again.
    pub fn names(&self) -> impl Iterator<Item = String> + use<> {
        let mut names = BTreeSet::new();
        for input in &self.inputs {
            match &input.input {
                Input::SetName { name, address: Some(_) } => names.insert(name.clone()),
                Input::SetName { name, address: None } => names.remove(name),
                _ => false,
            };
        }
        names.into_iter()
    }

    /// When the last input comes that was not given yet; none: there is none.
    pub fn goes_on_until(&self, played: usize) -> Option<Instant> {
        self.inputs.get(played..)?.last().map(TimedInput::at)
    }

    /// Where a world stands.
    pub fn position(world: &World, played: usize) -> Position {
        Position { at_ns: world.now().as_nanos(), events: world.events_done(), inputs: played }
    }

    /// Gives the world a new input, now, after everything else of this instant. What was to come is
    /// dropped. It is kept also where the world refuses it: a replay refuses it, too.
    ///
    /// # Errors
    /// The world's.
    pub fn give(
        &mut self,
        world: &mut World,
        played: &mut usize,
        input: Input,
    ) -> Result<Outcome, InputError> {
        // A world that stands still says so to whoever drives it next.
        let _ = world.run_until(world.now());
        self.drop_from(*played);
        if self.whole {
            self.push(TimedInput { at_ns: world.now().as_nanos(), input: input.clone() });
        }
        // Counted also when the tape is full: a journal beside it holds them all.
        *played += 1;
        world.handle_input(input)
    }

    /// Forgets the inputs from this one on.
    pub fn drop_from(&mut self, played: usize) {
        for gone in self.inputs.drain(played.min(self.inputs.len())..) {
            self.octets -= cost(&gone.input);
        }
    }

    fn push(&mut self, input: TimedInput) {
        self.octets = self.octets.saturating_add(cost(&input.input));
        self.inputs.push(input);
        if self.octets > self.bound {
            (self.inputs, self.octets, self.whole) = (Vec::new(), 0, false);
        }
    }

    /// When something happens next: by itself, or by an input of the tape.
    pub fn next_deadline(&self, world: &World, played: usize) -> Option<Instant> {
        self.due(world, played).or_else(|| world.next_deadline())
    }

    /// When the next input comes, if nothing happens before it.
    fn due(&self, world: &World, played: usize) -> Option<Instant> {
        let at = self.inputs.get(played)?.at().max(world.now());
        world.next_deadline().is_none_or(|next| next > at).then_some(at)
    }

    /// Lets the next thing happen, an event of the world or an input; says when it was.
    ///
    /// # Errors
    /// The world stands still.
    pub fn step(&self, world: &mut World, played: &mut usize) -> Result<Option<Instant>, Stuck> {
        let Some(at) = self.due(world, *played) else { return world.step() };
        world.run_until(at)?;
        if let Some(input) = self.inputs.get(*played) {
            *played += 1;
            // What was refused then is refused now: it changed nothing and changes nothing.
            let _ = world.handle_input(input.input.clone());
        }
        Ok(Some(at))
    }

    /// Lets everything happen up to and at `until`, inputs too; then it is `until`.
    ///
    /// # Errors
    /// The world stands still.
    pub fn run_until(
        &self,
        world: &mut World,
        played: &mut usize,
        until: Instant,
    ) -> Result<(), Stuck> {
        while !self.run_some(world, played, until, u64::MAX)? {}
        Ok(())
    }

    /// The same, but at most about `budget` events (an input counts as several, whatever it does);
    /// true when `until` is reached.
    ///
    /// # Errors
    /// The world stands still.
    pub fn run_some(
        &self,
        world: &mut World,
        played: &mut usize,
        until: Instant,
        budget: u64,
    ) -> Result<bool, Stuck> {
        let mut left = budget;
        while self.inputs.get(*played).is_some_and(|input| input.at() <= until) {
            if left == 0 {
                return Ok(false);
            }
            left = left.saturating_sub(self.counted_step(world, played)?.unwrap_or(1));
        }
        world.run_some(until, left)
    }

    /// A step, and what it counts; none: nothing is left to happen.
    fn counted_step(&self, world: &mut World, played: &mut usize) -> Result<Option<u64>, Stuck> {
        let before = *played;
        let stepped = self.step(world, played)?;
        Ok(stepped.map(|_| if *played > before { AN_INPUT } else { 1 }))
    }

    /// Plays on towards a position that this world has been at, by at most about `budget` events;
    /// true when it is there.
    ///
    /// # Errors
    /// The world stands still.
    pub fn reach(
        &self,
        world: &mut World,
        played: &mut usize,
        goal: Position,
        budget: u64,
    ) -> Result<bool, Stuck> {
        let mut left = budget;
        while world.events_done() < goal.events || *played < goal.inputs {
            if left == 0 {
                return Ok(false);
            }
            let Some(counted) = self.counted_step(world, played)? else { break }; // never was there
            left = left.saturating_sub(counted);
        }
        // In the midst of an instant it is that time already, and what is left of it stays to come. No
        // event lies before the time of a true goal; whoever made one up does not hold us for it.
        if world.now().as_nanos() < goal.at_ns {
            return world.run_some(Instant::from_nanos(goal.at_ns), left);
        }
        Ok(true)
    }
}

/// Octets of memory that an input takes, about: whatever in it can be of any length is counted.
fn cost(input: &Input) -> usize {
    let within = match input {
        Input::FrameIn { node, octets } => node.len() + octets.len(),
        Input::Stdin { octets, .. } => octets.len(),
        Input::Joined { host, deed } => {
            let told = match deed {
                Deed::Began { program } => program.len(),
                Deed::Printed { octets, .. } => octets.len(),
                Deed::Ended { .. } => 0,
            };
            host.len() + told
        }
        Input::Exec { node, program, args, label, .. } => {
            let args: usize = args.iter().map(|arg| size_of::<String>() + arg.len()).sum();
            node.len() + program.len() + label.as_ref().map_or(0, String::len) + args
        }
        Input::SetCable { cable, .. }
        | Input::Befall { cable, .. }
        | Input::Cut { cable }
        | Input::Mend { cable } => cable.len(),
        Input::Plug { node, jack, network } => node.len() + jack.len() + network.len(),
        Input::AddDoorHost { name, network } => name.len() + network.len(),
        Input::Power { node, .. } | Input::RemoveNode { node } => node.len(),
        Input::SetName { name, .. } => name.len(),
        Input::Interrupt { .. } | Input::Kill { .. } => 0,
    };
    size_of::<TimedInput>() + within
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a stranger can make long is what the bound is for.
    #[test]
    fn a_long_word_counts_wherever_it_stands() {
        let long = "x".repeat(10_000);
        let began = Deed::Began { program: long.clone() };
        let (node, program, args) = ("a".to_owned(), "b".to_owned(), Vec::new());
        let exec = |program: &String, label| Input::Exec {
            node: node.clone(),
            program: program.clone(),
            args: args.clone(),
            label,
            every_ns: None,
        };
        for input in [
            Input::Joined { host: node.clone(), deed: began },
            Input::Joined { host: long.clone(), deed: Deed::Ended { code: 0 } },
            exec(&long, None),
            exec(&program, Some(long.clone())),
            Input::Cut { cable: long.clone() },
            Input::SetName { name: long.clone(), address: None },
            Input::RemoveNode { node: long.clone() },
        ] {
            assert!(cost(&input) >= long.len(), "{input:?}");
            let mut tape = Tape::within(long.len());
            tape.push(TimedInput { at_ns: 0, input });
            assert!(!tape.is_whole());
        }
    }
}
