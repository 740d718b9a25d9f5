//! One packet through all its devices and layers.

use super::{Dropped, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A packet's journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Journey {
    /// Which packet: `pc1:15`.
    pub packet: String,
    /// The packet that it was made from or answers.
    pub parent: Option<String>,
    /// Packets that were made from it or answer it; at most 64.
    pub children: Vec<String>,
    /// When it was first seen, in seconds of the lab's clock.
    pub seconds: f64,
    /// Is all of it still known?
    pub whole: bool,
    /// From whom to whom, what it is, and whether it was lost.
    pub title: Text,
    /// Its stays at devices, in the order of arrival.
    pub stations: Vec<Station>,
}

/// One stay at one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Station {
    /// The device.
    pub node: String,
    /// `host`, `router`, `switch`, `joined` (a real program).
    pub kind: String,
    /// The device from which it came; none where it was born.
    pub from: Option<String>,
    /// How it came in; none where it was born.
    pub arrived: Option<Pass>,
    /// How it left; several when it was flooded.
    pub left: Vec<Pass>,
    /// `sent`, `delivered`, `consumed`, `dropped`, `held` (not over yet, or not known).
    pub fate: String,
    /// When the stay began, in seconds of the lab's clock.
    pub seconds: f64,
    /// The seven layers, layer 7 first.
    pub layers: Vec<LayerView>,
}

/// A frame at a jack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pass {
    /// Its number among the recorded frames; in a file, the frame's number there.
    pub sequence: u64,
    /// When, in seconds of the lab's clock.
    pub seconds: f64,
    /// The same in nanoseconds.
    pub nanos: u64,
    /// By which jack.
    pub jack: String,
    /// By which cable.
    pub link: Option<String>,
    /// Why the cable lost or spoiled it.
    pub lost: Option<Dropped>,
}

/// A layer of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LayerView {
    /// 1 to 7.
    pub layer: u8,
    /// What people call it.
    pub name: Text,
    /// Was it at work? Then it has a sentence.
    pub lit: bool,
    /// What happened on the way up.
    pub inbound: Vec<Sentence>,
    /// What happened on the way down.
    pub outbound: Vec<Sentence>,
}

/// What was decided, or what the octets say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sentence {
    /// From 1 within the station, in the order of what happened.
    pub number: usize,
    /// The sentence.
    pub en: String,
    /// The sentence in Chinese.
    pub zh: String,
    /// The clause behind it: `rfc9293#3.10.7.4`; empty where no specification speaks.
    pub clause: String,
    /// The reason's name; empty when the sentence describes octets.
    pub reason: String,
    /// The frame whose octets it describes.
    pub sequence: Option<u64>,
    /// The fields that it quotes.
    pub fields: Vec<Quoted>,
}

/// A field of the frame that a sentence quotes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quoted {
    /// Wireshark's name.
    pub name: String,
    /// Its value, as the sentence has it.
    pub value: String,
    /// The first octet of the frame that says it.
    pub start: usize,
    /// The octet behind the last.
    pub end: usize,
}

/// The packet worth looking at first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Spotlight {
    /// Which packet.
    pub packet: String,
    /// The number of its first recorded frame.
    pub sequence: u64,
    /// What it is.
    pub title: Text,
}
