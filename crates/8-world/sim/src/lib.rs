//! Nodes, cables and the event queue: the world in virtual time.
//!
//! ```text
//!   Input --handle_input--> World --run_until(t)--> frames, events, output   (cursors)
//!                             |
//!      calendar: (time, target node, source node, source's own count)
//!                             |
//!        line arrives --> ring --1 us a frame--> machine | switch | door
//!                                                   |
//!                                  programs <-> Host --> line
//! ```
//!
//! | room | what lives there |
//! |---|---|
//! | [`spec`], [`WorldBuilder`] | what a world is made of; names become ranks |
//! | [`World`] | the loop, and what can be read |
//! | [`input`] | the one door: plain data in, an outcome or an error out |
//! | [`Tape`] | all inputs since boot: a world that is played again |
//! | `flow` | how a frame moves from node to line to ring to node |
//! | `power` | on, off, links |
//! | `mishap` | what befalls single frames of a cable |
//! | `witness` | who sees frames set out, and may tell what befalls them |
//! | `plug` | a cable's end moves to another switch |
//! | `machine` | a machine's life: host, programs, boot |
//! | [`Recorder`], [`EventLog`], [`Outputs`] | what happened, bounded, read with a cursor |
//! | `log`, `slabs`, `words` | how it is kept: by number, side by side, in few octets |
//! | `calendar` | what happens next |
//!
//! Invariants: the order of events depends on times, names and counts only, never on the order of
//! insertion; time never goes back; nothing takes no time for ever (a million events at one instant
//! are an error, [`Stuck`]); [`World::audit`] holds after every step.
//!
//! Absent: several event queues (partitions), hubs and radio.

mod attic;
mod audit;
mod builder;
mod calendar;
mod control;
mod disk;
mod error;
mod events;
mod flow;
pub mod input;
mod joined;
mod kept;
mod log;
mod machine;
mod mishap;
mod node;
mod outputs;
mod plan;
mod plug;
mod power;
pub mod reasons;
mod recorder;
mod settle;
mod slabs;
pub mod spec;
mod tape;
mod witness;
mod world;

pub use builder::WorldBuilder;
pub use error::{BuildError, Stuck};
pub use events::EventLog;
pub use input::{Deed, Input, InputError, LineChange, Outcome, TimedInput, Way};
pub use kept::Kept;
pub use mishap::Mishap;
pub use node::{NodeKind, NodeView};
pub use outputs::{Label, News, Outputs, Process, ProcessId, Record, Stream};
pub use plan::Refused;
pub use reasons::REASONS;
pub use recorder::{Direction, Recorded, Recorder};
pub use socket::{Program, Programs};
pub use spec::{CableSpec, End, InterfaceSpec, MachineSpec, ProgramSpec, RouteSpec, SwitchSpec};
pub use tape::{Position, Tape};
pub use witness::Witness;
pub use world::{CableView, World};
