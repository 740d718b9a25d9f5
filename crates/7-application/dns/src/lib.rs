//! DNS: the lab's name server and the resolver of its hosts (RFC 1034, 1035).
//!
//! ```text
//!   server --- answer --- zone          the program `dns`; a message's answer; what is known
//!   client --- exchange                 a name's addresses; one question to one server
//!        \----- stream ----/            messages over TCP, each behind its length
//!   describe                            a message's octets, field by field
//! ```
//!
//! [`settings`] reads the `key=value` words that all servers of a lab are started with.

// The codec without the standard library's randomness asks for a critical section when it is linked;
// this brings the one made of a mutex. Nothing of ours ever enters it: our message numbers are `Env`'s.
use critical_section as _;

pub mod answer;
pub mod client;
pub mod describe;
pub mod exchange;
pub mod server;
pub mod settings;
mod stream;
pub mod zone;

pub use client::{ResolveError, resolve, reverse};
pub use describe::describe;
pub use hickory_proto as proto;
pub use server::dns;
