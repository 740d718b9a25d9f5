//! What is to happen to a world by itself: a lab's script, as inputs with their times.
//!
//! The plan is part of the world, so that whoever drives it (as fast as it goes, or by the wall clock)
//! gets the same: at its time, after everything else of that instant, an entry's inputs are handled as
//! if somebody had given them. A journal does not hold them: the lab's text does. An input that the
//! world refuses changes nothing; it is an event, and is kept for whoever asks ([`World::refused`]).

use crate::calendar::{Key, Owner};
use crate::input::{Input, InputError};
use crate::reasons::ScriptRefused;
use crate::world::World;
use base::{Duration, Instant, Journey};
use std::collections::{BTreeMap, VecDeque};
use trace::Place;

/// Refused inputs that are kept.
const REFUSED: usize = 256;

/// All that is planned, by time and then in the order in which it was planned.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    entries: BTreeMap<(Instant, u64), Entry>,
    next: u64,
    slot: Option<crate::calendar::Slot>,
    refused: VecDeque<Refused>,
    /// Those included that are not kept.
    refusals: u64,
}

#[derive(Debug)]
struct Entry {
    name: String,
    every: Option<Duration>,
    inputs: Vec<Input>,
}

/// An entry of the plan that could not be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// When.
    pub time: Instant,
    /// The entry, as whoever planned it calls it.
    pub name: String,
    /// Why not.
    pub why: InputError,
}

impl World {
    /// Plans inputs for a later instant, and again after each `every` (never a zero one).
    pub fn plan(&mut self, name: &str, at: Instant, every: Option<Duration>, inputs: Vec<Input>) {
        let entry =
            Entry { name: name.to_owned(), every: every.filter(|every| !every.is_zero()), inputs };
        let order = self.plan.next;
        self.plan.next += 1;
        self.plan.entries.insert((at.max(self.now), order), entry);
        self.arm_plan();
    }

    /// What of the plan was refused, the last ones, oldest first.
    pub fn refused(&self) -> impl Iterator<Item = &Refused> {
        self.plan.refused.iter()
    }

    /// How many were refused, those included that are kept no more.
    pub fn refusals(&self) -> u64 {
        self.plan.refusals
    }

    /// Carries out the entry whose time has come.
    pub(crate) fn follow_plan(&mut self) {
        if let Some(((at, order), entry)) = self.plan.entries.pop_first() {
            self.carry_out(&entry.name, &entry.inputs);
            if let Some(every) = entry.every {
                self.plan.entries.insert((at + every, order), entry);
            }
        }
        self.arm_plan();
    }

    /// Does what an entry says, and keeps what is refused.
    pub(crate) fn carry_out(&mut self, name: &str, inputs: &[Input]) {
        for input in inputs {
            if let Err(why) = self.handle_input(input.clone()) {
                self.plan.refusals += 1;
                if self.plan.refused.len() == REFUSED {
                    self.plan.refused.pop_front();
                }
                self.tell_refused(input, &why);
                let refused = Refused { time: self.now, name: name.to_owned(), why };
                self.plan.refused.push_back(refused);
            }
        }
    }

    /// Whoever watches the lab hears of it: at the node that the input names, if there is one.
    fn tell_refused(&mut self, input: &Input, why: &InputError) {
        let named = match input {
            Input::Power { node, .. } | Input::Exec { node, .. } | Input::Plug { node, .. } => {
                self.names.get(node).copied()
            }
            Input::SetCable { cable, .. }
            | Input::Befall { cable, .. }
            | Input::Cut { cable }
            | Input::Mend { cable } => {
                let cable = self.cable_names.get(cable).map(|&index| &self.cables[index]);
                cable.map(|cable| self.links[cable.lines[0]].from.0)
            }
            _ => None,
        };
        let index = named.unwrap_or(0);
        let Some(node) = self.nodes.get_mut(index) else { return };
        node.cx.set_now(self.now);
        node.cx.trace.emit(Place::Node, Journey::NONE, ScriptRefused { why: why.code() });
        self.gather(index);
    }

    fn arm_plan(&mut self) {
        let slot = *self.plan.slot.get_or_insert_with(|| self.calendar.add(Owner::Plan));
        let first = self.plan.entries.keys().next();
        // No node has this number: the plan comes last at its instant.
        let key = first.map(|&(at, order)| Key::new(at, u32::MAX, u32::MAX, order));
        self.calendar.set(slot, key);
    }
}
