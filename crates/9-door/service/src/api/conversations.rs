//! Who spoke with whom, and the ladder of one conversation.

use super::{Dropped, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One end of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct End {
    /// The machine, or the joined host; null where it is not known.
    pub node: Option<String>,
    /// The IP address.
    pub address: String,
    /// The port.
    pub port: u16,
}

/// A conversation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Conversation {
    /// Its name, the same as long as its first frame is recorded: `tcp-57`.
    pub id: String,
    /// `tcp` or `udp`.
    pub protocol: String,
    /// Who opened it.
    pub client: End,
    /// With whom.
    pub server: End,
    /// When its first packet left, in seconds of the lab's clock.
    pub began: f64,
    /// When its last packet left.
    pub last: f64,
    /// Packets of both sides.
    pub frames: u64,
    /// Octets of text to the server and to the client; what was repeated is counted again.
    pub octets: [u64; 2],
    /// The state of client and server, as each told it last; null: it told none (UDP, a joined host).
    pub state: [Option<String>; 2],
    /// What is spoken, once something was said: `http`, `dns`; else empty.
    pub spoke: String,
}

/// A conversation, segment by segment.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Ladder {
    /// Which.
    pub conversation: Conversation,
    /// Its packets by the time at which they left, the newest `limit` of them.
    pub rungs: Vec<Rung>,
    /// How the two sides' states changed.
    pub states: Vec<StateChange>,
    /// What the senders' congestion control knew, the newest.
    pub samples: Vec<Sample>,
    /// There was more: older packets or samples are left out.
    pub more: bool,
}

/// One packet from end host to end host.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Rung {
    /// Which packet: `pc1:15`.
    pub packet: String,
    /// `client` or `server`.
    pub from: String,
    /// When it left its sender's jack, in seconds.
    pub sent: f64,
    /// When it came in at the other end's jack; null: not (yet).
    pub received: Option<f64>,
    /// When it left, in nanoseconds.
    pub sent_nanos: u64,
    /// When it came in, in nanoseconds.
    pub received_nanos: Option<u64>,
    /// TCP's flags that are set: `SYN`, `ACK`.
    pub flags: Vec<String>,
    /// Sequence number (TCP).
    pub seq: Option<u32>,
    /// Acknowledgement number (TCP, with ACK).
    pub ack: Option<u32>,
    /// The sequence number counted from the sender's first.
    pub relative_seq: Option<u32>,
    /// The acknowledgement number counted from the other side's first.
    pub relative_ack: Option<u32>,
    /// The window field, as it stands in the header (TCP).
    pub window: Option<u16>,
    /// Octets of text.
    pub length: u32,
    /// What it says, in a few words; empty once its frame is forgotten.
    pub info: Text,
    /// Why it was lost on the way; null where it came in.
    pub dropped: Option<Dropped>,
    /// Why the other end refused it, though it came in.
    pub refused: Option<Dropped>,
    /// Its sender had sent all of it before.
    pub repeated: bool,
    /// The recorded frame at its sender's jack.
    pub sent_sequence: u64,
    /// The recorded frame at the other end's jack.
    pub received_sequence: Option<u64>,
}

/// A side's state from then on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StateChange {
    /// When, in seconds.
    pub seconds: f64,
    /// When, in nanoseconds.
    pub nanos: u64,
    /// `client` or `server`.
    pub side: String,
    /// The state, by the RFC's name: `SYN-SENT`.
    pub state: String,
}

/// What a sender's congestion control knew. Windows in octets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sample {
    /// When, in seconds.
    pub seconds: f64,
    /// Who: `client` or `server`.
    pub side: String,
    /// The congestion window.
    pub cwnd: u32,
    /// The slow start threshold, once a loss has set it.
    pub ssthresh: Option<u32>,
    /// Octets sent and not acknowledged.
    pub in_flight: u32,
    /// The smoothed round trip in milliseconds, once one was measured.
    pub srtt_ms: Option<f64>,
}
