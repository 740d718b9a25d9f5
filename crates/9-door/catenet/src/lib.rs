//! A whole internet in one library: the umbrella over Catenet's floors.
//!
//! ```
//! use catenet::{base::Lang, lab};
//!
//! let text = r#"
//!     lab = "ping"
//!     [networks]
//!     lan = "192.168.1.0/24"
//!     [hosts]
//!     pc1 = { net = "lan", run = { do = "ping -c 1 192.168.1.2", label = "ping" } }
//!     pc2 = "lan"
//!     [[check]]
//!     expect = "exit(ping) == 0"
//! "#;
//! let lab = lab::read_lab(text.as_bytes(), "ping.toml").expect("a good lab");
//! let options = lab::run::Options { seed: 7, lang: Lang::En, folder: &lab::gallery::folder, capture: false };
//! let report = lab::run::test(&lab, &options).expect("a world");
//! assert!(report.passed(), "{}", report.text(Lang::En));
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`base`], [`wire`], [`trace`] | vocabulary; headers; events with reasons |
//! | [`cable`], [`ether`], [`ip`], [`udp`], [`tcp`] | one layer each, as machines without I/O |
//! | [`host`], [`socket`] | one machine; what its programs see |
//! | [`files`], [`dns`], [`http`], [`tools`] | what runs on it |
//! | [`sim`], [`capture`], [`lab`] | the world in virtual time; pcapng; the lab file |

pub use base;
pub use cable;
pub use capture;
pub use dns;
pub use ether;
pub use files;
pub use host;
pub use ip;
pub use lab;
pub use sim;
pub use socket;
pub use tcp;
pub use tools;
pub use trace;
pub use udp;
pub use web as http;
pub use wire;

mod check;
pub mod net;
mod stage;
pub mod testing;
mod world;

pub use check::Failed;
pub use macros::test;
pub use world::{Host, Link, Node, Output, World};
