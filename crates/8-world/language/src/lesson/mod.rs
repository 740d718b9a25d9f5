//! A lesson: scenes beside a lab, each with its text, what to look at, buttons and perhaps a task.
//!
//! ```text
//!  labs/lessons/NAME.toml --read--> Lesson (plain data) --> page, command line
//!        its lab ------------^ every filter, verb line, node and table is held to it
//! ```
//!
//! A lesson is data: whoever writes one writes no code. Its file is TOML, read as strictly as a lab
//! file: every mistake is a [`crate::Diagnostic`] with its place and its repair. Unlike a lab, a
//! lesson speaks both languages or is refused.
//!
//! ```toml
//! lesson = "three-way-handshake"
//! lab    = "handshake"                        # the world it is played in
//! title.en = ".."                             # and title.zh; likewise about, text, label, hint, note
//! [[scene]]
//! title.en = ".."
//! text.en  = """Paragraphs with a blank line between, `code` and **strong**."""
//! show     = { view = "ladder", filter = "tcp.port == 9001" }
//! rfc      = ["rfc9293#3.5"]
//! note.en  = ".."                             # where the lesson is loose, and what the RFC says
//! [[scene.actions]]                           # a button: one verb line
//! label.en = ".."
//! do       = "exec client -- send 10.0.0.2 9001 10"
//! [scene.task]
//! text.en  = ".."
//! expect   = "count(tcp.flags.reset == 1) > 0"   # as in a [[check]]; false as shipped
//! hint.en  = ".."
//! points   = 10
//! solution = [2]                              # which buttons solve it, from 1, in this order
//! ```
//!
//! | room | what lives there |
//! |---|---|
//! | `reader`, `scribe`, `show` | from text to [`Lesson`], or all its mistakes |
//! | `prose` | paragraphs and the two marks that a text may bear |
//! | `terms` | the glossary's file, read with the same hand |

mod prose;
mod reader;
mod scribe;
mod show;
mod terms;

use serde::Serialize;

use crate::{Expect, Text, TimeVerb, Verb};

pub use prose::{Piece, pieces};
pub use reader::{Labs, parse};
pub use terms::{Term, read_terms};

/// One lesson, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Its short name.
    pub name: String,
    /// The lab it is played in.
    pub lab: String,
    /// What lists show.
    pub title: Text,
    /// One or two sentences about it.
    pub about: Text,
    /// Its scenes, in order; at least one.
    pub scenes: Vec<Scene>,
}

/// One scene: a page of the lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Its heading.
    pub title: Text,
    /// Paragraphs, one a line, a blank line between them; marks as [`pieces`] reads them.
    pub text: Text,
    /// What stands beside the text.
    pub show: Show,
    /// Its buttons.
    pub actions: Vec<Action>,
    /// What the learner shall bring about.
    pub task: Option<Task>,
    /// Where the lesson is loose, and what the specification says.
    pub note: Option<Text>,
    /// Clauses to read on in: `rfc9293#3.5`, or `rfc768` for a whole one.
    pub rfc: Vec<String>,
}

/// The live picture beside a scene.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Show {
    /// Which of the page's views.
    pub view: View,
    /// The machine or switch that is looked at.
    pub node: Option<String>,
    /// In the packet view, the newest frame that passes is opened; in the events view, the list is
    /// filtered; in the ladder view, it picks the connection.
    pub filter: Option<String>,
    /// How many layers the packet view draws: 7, 5 or 4.
    pub layers: Option<u8>,
    /// The table of the machine view.
    pub table: Option<String>,
}

/// A view of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// Machines and cables.
    #[default]
    Network,
    /// What happened, in a list.
    Events,
    /// One conversation as a ladder.
    Ladder,
    /// One packet at each device and layer.
    Packet,
    /// One machine from inside.
    Machine,
}

impl View {
    /// All of them, in the page's order.
    pub const ALL: [View; 5] =
        [View::Network, View::Events, View::Ladder, View::Packet, View::Machine];

    /// Its name in lesson files and in the interface.
    pub fn name(self) -> &'static str {
        match self {
            View::Network => "network",
            View::Events => "events",
            View::Ladder => "ladder",
            View::Packet => "packet",
            View::Machine => "machine",
        }
    }
}

/// A button.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What stands on it.
    pub label: Text,
    /// The verb line that it sends to the lab.
    pub line: String,
    /// The line, understood.
    pub press: Press,
}

/// What a button does.
#[derive(Clone, Debug, PartialEq)]
pub enum Press {
    /// It changes the world.
    World(Verb),
    /// It stops, starts or steps the lab's clock.
    Clock(TimeVerb),
}

/// What the learner shall bring about in a scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// What to do.
    pub text: Text,
    /// What must hold, as written.
    pub line: String,
    /// What must hold, understood.
    pub expect: Expect,
    /// A nudge.
    pub hint: Text,
    /// What it brings.
    pub points: u32,
    /// Which of the scene's actions solve it, as indices, in the order in which they are pressed.
    pub solution: Vec<usize>,
}
