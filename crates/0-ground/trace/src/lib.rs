//! The mechanism of events and reasons: what happened, where, to which packet, and why.
//!
//! ```text
//!   a layer decides --reasons!--> Event (fixed size) --> Trace (one per node) --> whoever drains it
//!                                       |
//!                                       +--> Ledger: entered + born == sent + delivered
//!                                                    + consumed + dropped + held
//! ```
//!
//! This crate knows no reason itself: each crate declares its own in its `reasons.rs` with
//! [`reasons!`], with a stable code, a fate, parameters, the clause of the specification, and the
//! sentence in English and Chinese. [`Cx`] is what every machine is handed: the time, the trace,
//! a pool of frames.

mod cx;
mod event;
mod ledger;
mod reason;

pub use cx::{Cx, Trace};
#[doc(hidden)]
pub use event::Packer;
pub use event::{Args, Event, Place};
pub use ledger::{Fate, Ledger};
pub use reason::{Arg, ArgKind, ArgValue, Param, Reason, ReasonInfo};
