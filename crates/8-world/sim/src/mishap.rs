//! Mishaps: what befalls single frames of a cable, as an input tells it and as chance gave it.

use crate::control::Answer;
use crate::input::{InputError, Outcome, Way};
use crate::world::World;
use base::Duration;
use cable::Line;
use serde::{Deserialize, Serialize};

/// What befalls a frame on a cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mishap {
    /// It vanishes.
    Lose,
    /// It is held back, and later ones may overtake it.
    Hold {
        /// How long.
        by_ns: u64,
    },
    /// It arrives twice.
    Double,
    /// One of its bits flips.
    Damage,
}

impl From<Mishap> for cable::Mishap {
    fn from(mishap: Mishap) -> Self {
        match mishap {
            Mishap::Lose => cable::Mishap::Lose,
            Mishap::Hold { by_ns } => cable::Mishap::Hold(Duration::from_nanos(by_ns)),
            Mishap::Double => cable::Mishap::Double,
            Mishap::Damage => cable::Mishap::Damage,
        }
    }
}

impl World {
    /// The lines of a cable that lead this way.
    pub(crate) fn lines_of(&self, cable: usize, way: Way) -> Vec<usize> {
        let [forward, backward] = self.cables[cable].lines;
        match way {
            Way::Both => vec![forward, backward],
            Way::Forward => vec![forward],
            Way::Backward => vec![backward],
        }
    }

    pub(crate) fn befall(&mut self, cable: &str, way: Way, nth: u64, mishap: Mishap) -> Answer {
        let cable = self.find_cable(cable)?;
        for line in self.lines_of(cable, way) {
            if !self.links[line].line.befall(nth, mishap.into()) {
                return Err(InputError::Full("mishaps", Line::TOLD));
            }
        }
        Ok(Outcome::Done)
    }
}
