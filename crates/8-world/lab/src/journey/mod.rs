//! One packet's journey: every device it passed, every layer there, and why each did what it did.
//!
//! ```text
//!   World --Gather, bounded looks--> Known --visits--> per device --speech--> Journey
//!   pcapng file --------------------->   (what was seen, what happened)   (numbered sentences)
//! ```
//!
//! | room | what lives there |
//! |---|---|
//! | [`known`](mod@known) | what is known of a packet: where it was seen, what happened to it |
//! | [`gather`](mod@gather) | the same from a running world, a bounded number of looks at a time |
//! | [`file`](mod@file) | the same from a capture file |
//! | `visits` | which sights and reasons belong to one stay at one device |
//! | `speech` | the sentences that a frame's own octets allow: a closed table |
//! | `tell` | both kinds of sentences, put on their layers and numbered |
//! | `brief` | a journey in a few lines: a device each |
//! | `strata` | on which layer a reason speaks |
//!
//! A sentence is either a reason that the device gave (`reason` is its name) or describes the octets
//! (`fields` says which). Invariants: a lit layer has at least one sentence; a number in a describing
//! sentence is a field of the frame as it was there (`tests/suite/journeys.rs`).
//!
//! Honest about seven layers: 5 and 6 are lit only where something is said of them. TCP opens and
//! closes what the lesson calls a session; names in DNS and types of bodies are presentation.

mod brief;
pub mod file;
pub mod gather;
pub mod known;
mod speech;
mod strata;
mod tell;
mod visits;

pub use brief::brief;
pub use gather::Gather;
pub use known::{Cause, Happened, Kind, Known, Sight};
pub use strata::{Way, layer_of};
pub use tell::tell;

use base::Instant;
use language::Text;

/// A packet's journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// `pc1:15`.
    pub packet: String,
    /// The packet that it was made from or answers.
    pub parent: Option<String>,
    /// Packets that were made from it or answer it.
    pub children: Vec<String>,
    /// When it was first seen.
    pub time: Instant,
    /// Is its beginning still known, and nothing of it forgotten?
    pub whole: bool,
    /// What it is, from whom to whom.
    pub title: Text,
    /// Its stays at devices, in the order of arrival.
    pub stations: Vec<Station>,
}

/// One stay at one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// The device.
    pub node: String,
    /// What it is.
    pub kind: Kind,
    /// The device at the other end of the cable by which it came; none where it was born.
    pub from: Option<String>,
    /// How it came in; none where it was born.
    pub arrived: Option<Pass>,
    /// How it left; several when it was flooded.
    pub left: Vec<Pass>,
    /// How the stay ended.
    pub fate: Ending,
    /// When it began.
    pub time: Instant,
    /// The seven layers, layer 7 first.
    pub layers: Vec<LayerView>,
}

/// How a stay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It left by a jack.
    Sent,
    /// Its payload reached a program.
    Delivered,
    /// The device itself used it up.
    Consumed,
    /// It was thrown away.
    Dropped,
    /// Not yet, or nothing is known of it.
    Held,
}

/// A frame at a jack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Its number among the recorded frames.
    pub sequence: u64,
    /// When.
    pub time: Instant,
    /// By which jack.
    pub jack: String,
    /// By which cable.
    pub link: Option<String>,
    /// If the cable lost or spoiled it: the reason's name and sentence.
    pub lost: Option<(String, Text)>,
}

/// A layer of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerView {
    /// 1 to 7.
    pub layer: u8,
    /// Was it at work?
    pub lit: bool,
    /// What happened on the way up.
    pub inbound: Vec<Sentence>,
    /// What happened on the way down.
    pub outbound: Vec<Sentence>,
}

/// What was decided, or what the octets say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// From 1 within the station, in the order of what happened.
    pub number: usize,
    /// The sentence.
    pub text: Text,
    /// The clause behind it: `rfc9293#3.10.7.4`; empty where no specification speaks.
    pub clause: String,
    /// The reason's name; empty when it describes octets.
    pub reason: String,
    /// The frame whose octets it describes.
    pub sequence: Option<u64>,
    /// Which fields of it.
    pub fields: Vec<Quoted>,
}

/// A field that a sentence quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Wireshark's name.
    pub name: &'static str,
    /// The value as the sentence has it.
    pub value: String,
    /// The first octet of the frame that says it.
    pub start: usize,
    /// The octet behind the last.
    pub end: usize,
}

impl Ending {
    /// The word of the interface.
    pub fn name(self) -> &'static str {
        match self {
            Ending::Sent => "sent",
            Ending::Delivered => "delivered",
            Ending::Consumed => "consumed",
            Ending::Dropped => "dropped",
            Ending::Held => "held",
        }
    }
}

/// What people call a layer.
pub fn layer_name(layer: u8) -> Text {
    let (en, zh) = match layer {
        1 => ("Physical", "物理层"),
        2 => ("Data link", "数据链路层"),
        3 => ("Network", "网络层"),
        4 => ("Transport", "传输层"),
        5 => ("Session", "会话层"),
        6 => ("Presentation", "表示层"),
        _ => ("Application", "应用层"),
    };
    language::diagnostic::text(en, zh)
}
