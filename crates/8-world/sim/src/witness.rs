//! Somebody who sees every frame on its way to a cable, and may tell what befalls it.
//!
//! A mishap told in advance names a frame by its number; a witness may know it by what it carries, which
//! stays the same while frames before it come and go ([`WorldBuilder::witness`](crate::WorldBuilder)).

use crate::Mishap;
use crate::world::World;
use base::Frame;
use cable::Line;

/// Sees frames; told nothing else of the world, so that it cannot change anything but their fate.
pub trait Witness: Send {
    /// A frame is handed to a line: its number in [`World::lines`], and the frame. What is returned
    /// befalls it, beside what chance gives and what was told.
    fn meets(&mut self, line: usize, frame: &Frame) -> Vec<Mishap>;
}

impl World {
    /// All lines: two for each cable, from its first end and then from its second, in the order in which
    /// the cables were first plugged in.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &Line> {
        self.links.iter().map(|link| &link.line)
    }

    pub(crate) fn ask_witness(&mut self, line: usize, frame: &Frame) {
        let Some(witness) = &mut self.witness else { return };
        for mishap in witness.meets(line, frame) {
            // Told of the very next frame, it is spent at once: the bound is never reached.
            let _ = self.links[line].line.befall(1, mishap.into());
        }
    }
}
