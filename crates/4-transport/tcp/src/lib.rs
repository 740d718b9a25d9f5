//! One TCP connection as a pure machine (skeleton; the map comes with the rooms).

mod config;
mod connection;
mod info;
mod isn;
mod listener;
mod reset;
mod segment;
mod state;

pub use config::{Config, Keepalive};
pub use connection::Connection;
pub use info::{Error, IcmpErrorKind, Info, Readiness};
pub use isn::IsnSource;
pub use listener::{ListenOutcome, Listener};
pub use reset::reset_for;
pub use segment::{Endpoints, Segment};
pub use state::StateName;
