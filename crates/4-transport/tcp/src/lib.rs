//! TCP (RFC 9293): one connection as a pure machine, its listener, its congestion control.
//!
//! ```text
//!   segment in                                               segment out
//!      |                                                         ^
//!   Listener: SYN queue -> accept queue      Connection ---------+
//!      (not a socket)                            a record of parts, one room each
//! ```
//!
//! | room | what lives there | specification |
//! |---|---|---|
//! | [`connection`], `calls`, `icmp` | the record, the program's calls, ICMP errors | RFC 9293 3.9, 3.10.1 to 3.10.5 |
//! | `arrive`, `handshake`, `acknowledge`, `text` | the walk of an arriving segment | RFC 9293 3.10.7, RFC 5961 |
//! | `output` | the walk of a leaving one: windows, Nagle, silly windows | RFC 9293 3.7.4, 3.8.6 |
//! | `timeout`, `timers`, `rtt` | what happens by itself | RFC 6298, RFC 9293 3.8 |
//! | [`state`] | the states and the declared table of transitions | RFC 9293 3.3.2 |
//! | `loss`, `scoreboard`, [`congestion`] | what is lost, and how much may be in flight | RFC 6675, 6582, 3042, 5681, 6928 |
//! | `rack`, `sent` | what time says of that: reordering is no loss | RFC 8985, 2883 |
//! | `send_queue`, `receive_queue`, `reassembly` | buffers; they exist only while data does | |
//! | `window`, `options` | sequence variables; what the SYNs agreed on; PAWS | RFC 7323, 2018, 2883 |
//! | [`listener`], [`isn`], [`reset`] | SYN queue, initial numbers, the answer to strays | RFC 9293 3.10.7.1/2, 6528 |
//! | [`reasons`] | a sentence for each decision, in two languages | |
//!
//! No I/O, no clock, no chance: time comes with `cx`, initial numbers with the call. Usable alone:
//! `examples/segments.rs` joins two connections by a queue.
//!
//! **Absent, and why**: ECN, Fast Open, SYN cookies, tail loss probes (RFC 8985 section 7), PRR, CUBIC, F-RTO (next transport
//! issue); urgent data is delivered in line (RFC 9293 section 3.8.5 discourages new uses); the security and
//! precedence checks of old (RFC 9293 section 3.10.7.4 step 3 is optional in practice).

mod acknowledge;
mod arrive;
mod calls;
mod config;
pub mod congestion;
pub mod connection;
mod fifo;
mod handshake;
mod icmp;
mod info;
pub mod isn;
pub mod listener;
mod loss;
mod options;
mod output;
mod rack;
pub mod reasons;
mod reassembly;
mod receive_queue;
pub mod reset;
mod rtt;
mod scoreboard;
mod segment;
mod send_queue;
mod sent;
pub mod state;
mod tail;
mod text;
mod timeout;
mod timers;
mod window;

pub use config::{Config, Keepalive};
pub use connection::Connection;
pub use info::{Error, IcmpErrorKind, Info, Readiness};
pub use isn::IsnSource;
pub use listener::{ListenOutcome, Listener};
pub use reset::reset_for;
pub use segment::{Endpoints, Segment};
pub use state::StateName;
