//! One machine: interfaces, `ip`, `udp`, `tcp` and the port table. The only crate that imports layers.
//!
//! ```text
//!   program      tcp_send, udp_send, ..          wakers, tcp_receive, ..
//!                      |                                 ^
//!               down: segment -> packet -> frame   up: frame -> packet -> segment -> socket
//!                      v                                 |
//!   owner        poll_output() until None        handle_frame(interface, frame)
//!                next_deadline() ... handle_timeout()
//! ```
//!
//! Sans-I/O: a [`Host`] is a value. The calling order: any `handle_*` or socket call, then
//! [`Host::poll_output`] until `None`, then [`Host::poll_waker`] until `None` (call what it gives),
//! then sleep until [`Host::next_deadline`] and call [`Host::handle_timeout`].

mod config;
mod error;
pub mod inspect;
mod key;
mod stub;

pub use config::{Direction, HostConfig, InterfaceConfig, Limits, Output};
pub use error::{Error, Holder, Transport};
pub use inspect::Tree;
pub use key::{ListenerKey, PingKey, TcpKey, TimerKey, UdpKey};
pub use stub::*;
