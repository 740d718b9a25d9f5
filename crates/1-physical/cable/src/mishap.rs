//! What befalls single frames, told one by one: the explicit twin of what the knobs leave to chance.
//!
//! ```text
//!   number on the line    1    2    3    4    5    6   ..        (frames handed over, from the first)
//!   told                       lose      hold 3 ms
//! ```
//!
//! A frame is named by how many frames were handed to the line before it, whatever became of them:
//! that number stands still when chance is turned off, so a list of mishaps repeats a run without it.

use base::Duration;
use std::collections::BTreeMap;

/// What befalls a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// It vanishes.
    Lose,
    /// It is held back so long, and later ones may overtake it.
    Hold(Duration),
    /// It arrives twice.
    Double,
    /// One of its bits flips: its check sequence no longer matches.
    Damage,
}

/// All that befalls one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) lost: bool,
    pub(crate) held: Duration,
    pub(crate) doubled: bool,
    pub(crate) damaged: bool,
}

impl Fate {
    pub(crate) fn add(&mut self, mishap: Mishap) {
        match mishap {
            Mishap::Lose => self.lost = true,
            Mishap::Hold(by) => self.held += by,
            Mishap::Double => self.doubled = true,
            Mishap::Damage => self.damaged = true,
        }
    }

    /// Its parts. Whoever vanishes meets nothing else that anybody could see.
    fn mishaps(self) -> impl Iterator<Item = Mishap> {
        let seen = !self.lost;
        let parts = [
            self.lost.then_some(Mishap::Lose),
            (seen && !self.held.is_zero()).then_some(Mishap::Hold(self.held)),
            (seen && self.doubled).then_some(Mishap::Double),
            (seen && self.damaged).then_some(Mishap::Damage),
        ];
        parts.into_iter().flatten()
    }
}

/// What is told to befall later frames, and what chance gave earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Mishaps {
    told: BTreeMap<u64, Fate>,
    given: Option<Vec<(u64, Mishap)>>,
}

impl Mishaps {
    /// Frames that something is told of, at most.
    pub(crate) const TOLD: usize = 1 << 16;
    /// What is noted of chance, at most.
    const GIVEN: usize = 1 << 20;

    /// Frame `number` will meet this; false when too many are told already.
    pub(crate) fn tell(&mut self, number: u64, mishap: Mishap) -> bool {
        if self.told.len() >= Self::TOLD && !self.told.contains_key(&number) {
            return false;
        }
        self.told.entry(number).or_default().add(mishap);
        true
    }

    /// What was told of this frame, once.
    pub(crate) fn take(&mut self, number: u64) -> Fate {
        // Nearly always nothing is told of any.
        if self.told.is_empty() {
            Fate::default()
        } else {
            self.told.remove(&number).unwrap_or_default()
        }
    }

    pub(crate) fn note_from_now(&mut self) {
        self.given.get_or_insert_default();
    }

    /// Chance gave frame `number` this.
    pub(crate) fn note(&mut self, number: u64, fate: Fate) {
        if let Some(given) = self.given.as_mut().filter(|given| given.len() < Self::GIVEN) {
            given.extend(fate.mishaps().map(|mishap| (number, mishap)));
        }
    }

    pub(crate) fn given(&self) -> &[(u64, Mishap)] {
        self.given.as_deref().unwrap_or_default()
    }
}
