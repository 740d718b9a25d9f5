//! The lab: from the plain data of a lab file to a world that runs, is judged and tells what it did.
//!
//! ```text
//!  text --language--> Lab --world--> sim::World --run--> recorded frames --judge--> report
//!                                        ^                     |
//!                                        +-- live, inputs      +-- talk, journey, line: told to people
//! ```
//!
//! What a lab file *says* is the crate [`language`], how it looks on paper `layout`; here is what it
//! *does*. All of it is pure too (no files, no clock): folders come through a callback, and time is the
//! world's.
//!
//! | room | what lives there |
//! |---|---|
//! | [`read_lab`] | a lab read with the programs and reasons that there are |
//! | [`world`](mod@world), [`inputs`], [`live`] | from a lab to a [`sim::World`], from a verb to its inputs |
//! | [`seen`], [`judge`](mod@judge), [`tables`] | recorded frames as filters see them; is it so? |
//! | [`journey`] | one packet through all its devices and layers, with reasons |
//! | [`line`](mod@line) | a recorded frame as a line for people |
//! | [`talk`] | conversations, and the ladder of one: who sent what when, and in which state |
//! | [`run`](mod@run) | a lab in virtual time, from boot to its checks and tasks |
//! | [`report`] | what came out: for people, programs, build servers, teachers |
//! | [`seeds`], [`shrink`](mod@shrink) | many seeds, and the few mishaps without which it holds |
//! | [`diff`](mod@diff) | two runs side by side: the first thing that differs, and why |
//! | [`gallery`], [`shelf`] | the labs inside the binary, and the lessons |
//! | [`glossary`] | one word per thing, in both languages |

pub mod diff;
mod event_frames;
mod followed;
pub mod gallery;
mod gather;
pub mod glossary;
pub mod inputs;
pub mod journey;
pub mod judge;
pub mod line;
pub mod live;
mod lookup;
mod marks;
mod pieces;
mod programs;
pub mod report;
pub mod run;
pub mod seeds;
pub mod seen;
mod seen_event;
pub mod shelf;
pub mod shrink;
mod still;
mod streams;
pub mod tables;
pub mod talk;
pub mod world;

pub use programs::{program_names, programs, read_lab, read_lab_with, reason_names, reasons};
