//! `tokio::net` on the hosts of a lab: a program changes its `use`, and nothing else.
//!
//! ```text
//!   use tokio::net::{TcpListener, TcpStream};   ==>   use catenet::net::{TcpListener, TcpStream};
//! ```
//!
//! **Whose sockets?** Those of the host that the task runs on. A task knows its host by
//! [`Host::run`](crate::Host::run) or [`Host::spawn`](crate::Host::spawn), and whatever it starts with
//! [`spawn`] has the same one. A task started by `tokio::spawn` belongs to the host whose socket it
//! used last: the task that axum starts for a connection may open connections of its own. One that
//! was started so and has touched no socket yet belongs nowhere, and is told so.
//!
//! Names are asked for as on a real host: a small program of the lab sends the question to the
//! host's name server, so it is on the cables and can be lost there.

mod address;
#[cfg(feature = "axum")]
mod axum;
mod here;
#[cfg(feature = "quinn")]
mod quic;
mod resolve;
mod tcp;
mod udp;

pub use address::ToSocketAddrs;
pub use here::spawn;
#[cfg(feature = "quinn")]
pub use quic::{QuicRuntime, quic_endpoint};
pub use resolve::lookup_host;
pub use tcp::{TcpListener, TcpStream};
pub use udp::UdpSocket;

pub use socket::{OwnedReadHalf, OwnedWriteHalf};

pub(crate) use here::{Here, forget_tasks};
pub(crate) use resolve::add_programs;
