//! The lab file: from text to a world with programs, scripts and checks.
//!
//! ```text
//!  text --syntax--> tree --read--> Lab (plain data) --long_form--> text
//!                    ^ overlays, includes      |
//!                                              +--> world, run, judge (the other half)
//! ```
//!
//! This half is the *language*: it is pure (no files, no clock), and every mistake it finds is a
//! [`Diagnostic`] with a place and a repair, in English and Chinese.
//!
//! | room | what lives there |
//! |---|---|
//! | [`model`] | [`Lab`] and its parts: the long form as plain data |
//! | [`parse`](mod@parse) | text to [`Lab`], reporting every mistake, with overlays laid over |
//! | [`long_form`](mod@long_form) | [`Lab`] to text that parses back to the equal [`Lab`] |
//! | [`diagnostic`], [`render`](mod@render) | mistakes as data, and as people read them |
//! | [`with_checks`] | somebody's lab under the checks of another file |
//! | [`schema`](fn@schema) | the JSON Schema of a lab file, for editors |
//! | [`quantity`] | `"20ms"`, `"10Mbit"`, `"1%"`, `"64kB"` |
//! | [`command`], [`verb`] | program lines and the verbs of scripts and of the command line |
//! | [`mishap`] | the verbs about single frames of a cable |
//! | [`time_verb`] | the verbs about a running lab's clock |
//! | [`filter`], [`fields`] | Wireshark's display filter over a closed table of fields |
//! | [`world`](mod@world), [`inputs`], [`live`] | from a lab to a [`sim::World`], from a verb to its inputs |
//! | [`seen`], [`judge`](mod@judge), [`tables`] | recorded frames as filters see them; is it so? |
//! | [`journey`] | one packet through all its devices and layers, with reasons |
//! | [`line`](mod@line) | a recorded frame as a line for people |
//! | [`talk`] | conversations, and the ladder of one: who sent what when, and in which state |
//! | [`run`](mod@run) | a lab in virtual time, from boot to its checks and tasks |
//! | [`report`] | what came out: for people, programs, build servers, teachers |
//! | [`seeds`], [`shrink`](mod@shrink) | many seeds, and the few mishaps without which it holds |
//! | [`diff`](mod@diff) | two runs side by side: the first thing that differs, and why |
//! | [`gallery`] | the labs inside the binary |
//! | [`generate`] | networks of known shapes as lab files; `plan` is a network on paper |
//! | [`import`](mod@import) | labs of other tools as lab files, with a list of losses |
//! | [`glossary`] | one word per thing, in both languages |
//! | [`lesson`] | scenes, buttons and tasks beside a lab: a file of its own |
//! | [`layout`] | where machines and cables stand in a picture |
//! | [`expect`] | what a `[[check]]` demands |

pub mod command;
pub mod diagnostic;
pub mod diff;
pub mod expect;
pub mod fields;
pub mod filter;
mod followed;
pub mod gallery;
mod gather;
pub mod generate;
pub mod glossary;
pub mod import;
mod include;
pub mod inputs;
pub mod journey;
pub mod judge;
pub mod layout;
pub mod lesson;
pub mod line;
pub mod live;
pub mod long_form;
mod lookup;
mod marks;
pub mod mishap;
pub mod model;
mod nearest;
pub mod parse;
mod pieces;
mod plan;
mod programs;
pub mod quantity;
mod read;
pub mod render;
mod replug;
pub mod report;
mod rules;
pub mod run;
mod schema;
pub mod seeds;
pub mod seen;
mod seen_event;
pub mod shrink;
mod still;
mod streams;
mod syntax;
pub mod tables;
pub mod talk;
pub mod time_verb;
mod tree;
mod variables;
pub mod verb;
pub mod world;

pub use diagnostic::{Complaint, Diagnostic, Text};
pub use expect::Expect;
pub use filter::Filter;
pub use long_form::long_form;
pub use model::*;
pub use parse::{Include, Options, parse, parse_bytes, parse_with};
pub use programs::{program_names, programs, read_lab, read_lab_with, reasons};
pub use render::{render, render_colour};
pub use rules::with_checks;
pub use schema::schema;
pub use time_verb::TimeVerb;
pub use verb::Verb;
