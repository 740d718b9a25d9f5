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
//!
//! | room | what lives there |
//! |---|---|
//! | `lifecycle` | the host itself; what its owner calls |
//! | `down`, `up` | the two ways of a packet |
//! | `stencil` | the headers of the last packet, for the next |
//! | `arp`, `errors` | ARP on the wire; ICMP errors on their way to sockets |
//! | `demux`, `ports` | whose is it; who may have which port |
//! | `sockets`, `tcp_sockets`, `udp_sockets`, `ping_sockets` | what programs call |
//! | `connections` | how TCP connections come and go |
//! | `timers` | deadlines |
//! | `control`, `tables` | what may be changed and looked at |
//!
//! Absent: IPv6 on the wire (neighbour discovery comes with it), VLANs, bridges, packet filters,
//! raw sockets other than ICMP echo and whole frames.

mod arp;
mod config;
mod connections;
mod control;
mod demux;
mod down;
mod error;
mod errors;
pub mod inspect;
mod key;
mod lifecycle;
mod ping_sockets;
mod ports;
pub mod reasons;
mod sockets;
mod stencil;
mod tables;
mod tcp_sockets;
mod timers;
mod udp_sockets;
mod up;

pub use config::{Direction, HostConfig, InterfaceConfig, Limits, Output};
pub use error::{Error, Holder, Transport};
pub use inspect::Tree;
pub use key::{ListenerKey, PingKey, TcpKey, TimerKey, UdpKey};
pub use lifecycle::Host;
pub use ping_sockets::{PingError, PingReceived};
pub use tables::TABLES;
pub use tcp::{Config as TcpConfig, Keepalive};
pub use tcp_sockets::{ListenOptions, TcpReadiness};
pub use udp_sockets::{UdpReceived, UdpSend};
