//! pcapng files of a world, and the dissector that goes up to layer 7.
//!
//! ```text
//!   Recorder --since(cursor)--> Recorded --Capture--> blocks of octets --> file, pipe, browser
//!                                          (one interface per jack, names, nanoseconds,
//!                                           journey, and why a frame went no further)
//! ```
//!
//! | room | what lives there |
//! |---|---|
//! | [`pcapng`] | the format's blocks, written into a `Vec<u8>`; knows no world |
//! | [`reader`] | such blocks read back |
//! | [`Capture`] | a world's frames as such blocks, for a file or live |
//! | [`dissect()`] | a frame's field tree, all layers |
//! | [`labels`] | what people call those fields, and how their values are written |
//! | [`Messages`] | one direction of an HTTP connection, segments to messages |
//! | [`conversations()`] | frames and octets per TCP connection, as `tshark -z conv,tcp` counts |
//!
//! No I/O here: the caller writes the octets wherever it wants.
//!
//! Absent: name resolution blocks, decryption secrets.

mod conversation;
mod dissect;
pub mod labels;
mod messages;
pub mod pcapng;
pub mod reader;
mod world;

pub use conversation::{Conversation, Count, conversations, conversations_in};
pub use dissect::{dissect, dissect_alone, dissect_message, dissect_packet};
pub use messages::Messages;
pub use world::Capture;
