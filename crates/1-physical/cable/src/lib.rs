//! A cable: rate, delay, jitter, loss, reordering, bit errors, and a queue at each end.
//!
//! ```text
//!   sender --[ queue | one frame being sent ]--( lost? held back? flipped? copied? )--> in flight
//!                                                                                        |
//!   receiver <-- take(now) <-- sorted by (arrival, count) <------------------------------+
//! ```
//!
//! A cable is two [`Line`]s, one per direction, that share nothing: each has its own knobs
//! ([`LineConfig`]), its own chance and its own account ([`Ledger`]). A line is a plain value without
//! a clock of its own: [`Line::transmit`] says when the frame will arrive, [`Line::take`] hands out
//! what has arrived, [`Line::cut`] loses what is under way.
//!
//! Invariants, each with a test in `line/tests.rs`:
//! - conservation: `entered + copied == delivered + lost + in flight`;
//! - jitter keeps order; only `reorder` lets a frame be overtaken;
//! - a knob at zero changes nothing, and turning one knob shifts no draw of another (one stream of
//!   chance per knob, drawn for every frame that reaches the line whatever becomes of it);
//! - what chance gave, told frame by frame ([`Line::befall`]) to a line without chance, gives the same
//!   arrivals at the same times.
//!
//! What another engineer would question: a frame that the line loses has already ended at its
//! sender (fate "sent"), so the line's reasons are notes in the sender's trace, at the jack.
//!
//! Absent: the hub and radio (shared media), auto-negotiation, pause frames, line codes.

mod chance;
mod config;
mod ledger;
mod line;
mod mishap;
pub mod reasons;

pub use config::LineConfig;
pub use ledger::Ledger;
pub use line::{Arrival, Line};
pub use mishap::Mishap;
pub use reasons::{REASONS, is_loss};
