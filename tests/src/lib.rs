//! The bench of the whole-program tests: ordinary users with the real `catenet`, each alone.
//!
//! ```text
//!   test -> User (uid, HOME, runtime folder, labs/, examples/) -> catenet up, join, exec ..
//! ```
//! A [`User`] has a uid of its own when the tests run as root (which is dropped before anything of
//! ours runs), and is whoever runs the tests otherwise; always its own HOME and runtime folder, and
//! so its own service. Whatever it started ends with it.
//!
//! | variable | means |
//! |---|---|
//! | `CATENET_BINARY` | the binary under test; none: `release/catenet` of the target folder |
//! | `CATENET_PEERS` | peer programs must be there: a missing one fails instead of `SKIPPED` |
//! | `CI=true` | the same |
//!
//! Invariants: nothing waits without a bound; a dropped [`Job`] is dead; a dropped [`User`] leaves no
//! process.

// A test of the real machine: clock, files, threads and environment are its subject.
#![allow(clippy::disallowed_methods)]

mod job;
mod machine;
mod user;
mod websocket;

pub use job::{Done, Job};
pub use machine::{Traces, has, http, missing, soon};
pub use user::{Tun, User};
pub use websocket::{Came, WebSocket};
