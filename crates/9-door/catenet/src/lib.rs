//! A whole internet in one library: the umbrella over Catenet's floors.
//!
//! # A world inside a test
//!
//! [`macro@test`] builds a lab around an async test: [`World`] breaks it, looks at it and asserts; your
//! tokio programs run on its hosts by [`net`]. The five-minute guide is `docs/guide-rust.md`.
//!
//! # A lab from its text
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
//! | [`sim`], [`capture`] | the world in virtual time; pcapng |
//! | [`language`], [`layout`], [`lab`] | what a lab file says; how it looks on paper; what it does |
//! | [`topology`] | shapes and other tools' labs as lab files |
//! | [`net`], [`testing`] | tokio programs on the hosts of a lab; what the attribute stands for |

pub use base;
pub use cable;
pub use capture;
pub use dns;
pub use ether;
pub use files;
pub use host;
pub use ip;
pub use lab;
pub use language;
pub use layout;
pub use sim;
pub use socket;
pub use tcp;
pub use tools;
pub use topology;
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
/// A test inside a world: `#[catenet::test(lab = "two-lans", seed = 7)] async fn survives(w: World)`.
///
/// | setting | what it is | without it |
/// |---|---|---|
/// | `lab` | a built-in lab's name, a path beside `Cargo.toml`, or a lab's text of several lines | |
/// | `seed`, `seeds` | the seed of all chance; several, one run each | 1 |
/// | `with` | `"solution"`, `"broken.NAME"`: an overlay of the lab | as shipped |
/// | `limit` | virtual time that may pass | 10 minutes |
/// | `capture` | a pcapng file, written when the test fails | none |
pub use macros::test;
pub use world::{Host, Link, Node, Output, World};
