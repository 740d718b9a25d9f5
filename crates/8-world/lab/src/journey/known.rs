//! What is known of a packet, wherever from: sights of it at jacks, and reasons about it.

use super::strata::{Way, layer_of, way_of};
use base::{Instant, Lang};
use language::Text;
use sim::Direction;
use trace::{Args, Fate, ReasonInfo};

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A machine at the edge.
    Host,
    /// A machine that forwards.
    Router,
    /// A switch.
    Switch,
    /// A host of the real world that has joined.
    Joined,
}

impl Kind {
    /// The word of the interface.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Host => "host",
            Kind::Router => "router",
            Kind::Switch => "switch",
            Kind::Joined => "joined",
        }
    }
}

/// A reason that somebody gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The reason's name.
    pub name: String,
    /// Its sentence.
    pub text: Text,
    /// The clause behind it.
    pub clause: &'static str,
    /// What it does to the packet.
    pub fate: Fate,
    /// On which layer it speaks; 0 for none.
    pub layer: u8,
    /// On the way up or down.
    pub way: Way,
    /// Does it mean that a cable lost or spoiled the frame?
    pub on_cable: bool,
}

impl Cause {
    /// A reason with its numbers.
    pub fn new(reason: &'static ReasonInfo, args: &Args) -> Cause {
        let says = |lang| reason.sentence(args, lang);
        Cause::told(reason, Text { en: says(Lang::En), zh: says(Lang::Zh) })
    }

    /// A reason whose sentence is known already.
    pub fn told(reason: &'static ReasonInfo, text: Text) -> Cause {
        Cause {
            name: reason.name.to_owned(),
            text,
            clause: reason.clause,
            fate: reason.fate,
            layer: layer_of(reason),
            way: way_of(reason),
            on_cable: cable::is_loss(reason.code),
        }
    }
}

/// The packet at a jack.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Its number among the recorded frames.
    pub sequence: u64,
    /// When.
    pub time: Instant,
    /// At which device.
    pub node: String,
    /// What that is.
    pub kind: Kind,
    /// At which jack.
    pub jack: String,
    /// The cable in it.
    pub link: Option<String>,
    /// The device at the cable's other end.
    pub peer: Option<String>,
    /// Into the device or out of it.
    pub direction: Direction,
    /// The frame as it was there.
    pub octets: Vec<u8>,
    /// Why it went no further, if the record says so.
    pub dropped: Option<Cause>,
}

/// A reason that was given about the packet.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When.
    pub time: Instant,
    /// At which device.
    pub node: String,
    /// What that is.
    pub kind: Kind,
    /// At which jack, if at one.
    pub jack: Option<String>,
    /// The reason.
    pub cause: Cause,
}

/// What is known of one packet.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// `pc1:15`.
    pub packet: String,
    /// The device where it was born.
    pub origin: String,
    /// The packet that it was made from or answers.
    pub parent: Option<String>,
    /// Packets that were made from it or answer it.
    pub children: Vec<String>,
    /// Sights, in the order of time.
    pub sights: Vec<Sight>,
    /// Reasons, in the order of time.
    pub reasons: Vec<Happened>,
    /// Were reasons recorded at all (a file has none but those of losses)?
    pub with_reasons: bool,
    /// Were all records looked at that may tell of it?
    pub whole: bool,
}
