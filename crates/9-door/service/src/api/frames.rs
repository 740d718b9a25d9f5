//! What is recorded: frames at jacks, their fields, and what happened.

use super::{EventLine, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One frame at one jack, going one way.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FrameLine {
    /// Its number in the lab, from 0.
    pub sequence: u64,
    /// When it passed the jack, in seconds of the lab's clock.
    pub seconds: f64,
    /// The same in nanoseconds.
    pub nanos: u64,
    /// At which node.
    pub node: String,
    /// At which of its jacks: `eth0`, `3`.
    pub jack: String,
    /// The cable in the jack.
    pub link: Option<String>,
    /// The jack at the cable's other end: `office.2`.
    pub peer: Option<String>,
    /// `in`: into the node; `out`: out of it, when it was handed to the cable.
    pub direction: String,
    /// Which packet: `pc1:15`; empty for a frame that belongs to none.
    pub packet: String,
    /// The packet that it was made from or answers.
    pub parent: Option<String>,
    /// Octets, without preamble, check sequence and gap.
    pub length: usize,
    /// Its protocols from below, by Wireshark's names: `eth`, `ip`, `tcp`, `http`.
    pub layers: Vec<String>,
    /// The topmost of them.
    pub protocol: String,
    /// The topmost source: an IP address (with the port), else a hardware address.
    pub src: String,
    /// The topmost destination.
    pub dst: String,
    /// What it says, in a few words; the numbers are the frame's own.
    pub info: Text,
    /// Why it went no further, or was spoiled on its cable.
    pub dropped: Option<Dropped>,
}

/// Why a frame went no further.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Dropped {
    /// The reason's name.
    pub reason: String,
    /// The sentence.
    pub en: String,
    /// The sentence in Chinese.
    pub zh: String,
}

/// Some recorded frames.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FrameList {
    /// Those that pass, in the order asked for.
    pub frames: Vec<FrameLine>,
    /// The number of the oldest frame that is kept.
    pub first: u64,
    /// The number that the next frame will have.
    pub next: u64,
    /// Is there something in the span that was not looked at?
    pub more: bool,
    /// Where to go on: as `from` for the order `oldest`, as `before` for `newest`.
    pub resume: u64,
}

/// A recorded frame with its octets and fields.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FrameView {
    /// Its line.
    pub line: FrameLine,
    /// Its octets in hexadecimal, without preamble and check sequence.
    pub octets: String,
    /// Its fields in the order of the octets; `depth` makes them a tree.
    pub fields: Vec<FieldLine>,
}

/// A named run of octets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldLine {
    /// Wireshark's name: `tcp.flags.syn`.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// The first octet of the frame that says it.
    pub start: usize,
    /// The octet behind the last.
    pub end: usize,
    /// 0 for a protocol's own line, 1 for its fields, and so on.
    pub depth: u8,
    /// Its value, the same in every language: `0x0800`, `64`, `10.0.2.80`, `GET`; a flag is 1 or 0.
    pub value: String,
    /// What the value stands for, where it stands for something: `IPv4`, `Set`.
    pub meaning: Option<Text>,
    /// The OSI layer of its protocol, 2 to 7.
    pub layer: u8,
}

/// Some of what happened.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventList {
    /// Those that pass, in the order asked for.
    pub events: Vec<EventLine>,
    /// The number of the oldest event that is kept.
    pub first: u64,
    /// The number that the next event will have.
    pub next: u64,
    /// Is there something in the span that was not looked at?
    pub more: bool,
    /// Where to go on: as `from` for the order `oldest`, as `before` for `newest`.
    pub resume: u64,
}
