//! The service interface in plain types: what requests and answers hold, as JSON.
//!
//! Command line and page know nothing else of the service. Every path lies under [`ROOT`]; which
//! paths there are, and what each can answer, stands in `openapi.json` beside this crate, which is
//! made from these types and the handlers' annotations (`GET /api/openapi.json` serves it).
//!
//! | room | its types belong to |
//! |---|---|
//! | [`problem`] | every answer that is no success |
//! | [`who`] | `/status`, `/stop`, `/session` |
//! | [`labs`], [`look`] | `/labs`, and looking at one |
//! | [`clock`] | `/labs/{lab}/clock` and `/clock/step` |
//! | [`control`] | `/labs/{lab}/do` |
//! | [`programs`], [`logs`] | `/labs/{lab}/exec` and `/processes/..`; `/labs/{lab}/logs` |
//! | [`watching`], [`live`] | `/labs/{lab}/events`, `/labs/{lab}/live` |
//! | [`lessons`] | `/gallery`, `/lessons`, `/glossary` |
//! | [`conversations`] | `/labs/{lab}/conversations` |
//! | [`judge`](mod@judge), [`grade`](mod@grade) | `/labs/{lab}/judge`, `/labs/{lab}/grade` |
//! | [`frames`] | `/labs/{lab}/frames`, `/labs/{lab}/happened` |
//! | [`fields`] | `/fields`, `/labs/{lab}/complete` |
//! | [`journeys`] | `/labs/{lab}/packets/..`, `/labs/{lab}/spotlight` |
//! | [`joined`] | `/labs/{lab}/joined/..`: what joined programs do |
//! | [`join`] | `join.sock`, which speaks beside HTTP |
//!
//! A new group: a file here with its types (`Serialize`, `Deserialize`, `ToSchema`, every field
//! documented: the comments become the document's), its line in this table and its `pub use`.

pub mod clock;
pub mod control;
pub mod conversations;
pub mod fields;
pub mod frames;
pub mod grade;
pub mod join;
pub mod joined;
pub mod journeys;
pub mod judge;
pub mod labs;
pub mod lessons;
pub mod live;
pub mod logs;
pub mod look;
pub mod problem;
pub mod programs;
pub mod watching;
pub mod who;

pub use clock::*;
pub use control::*;
pub use conversations::*;
pub use fields::*;
pub use frames::*;
pub use grade::*;
pub use join::*;
pub use joined::*;
pub use journeys::*;
pub use judge::*;
pub use labs::*;
pub use lessons::*;
pub use live::*;
pub use logs::*;
pub use look::*;
pub use problem::*;
pub use programs::*;
pub use watching::*;
pub use who::*;

/// Before every path.
pub const ROOT: &str = "/api/v1";
