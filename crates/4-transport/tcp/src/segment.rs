//! A segment as layer 4 sees it, and the pair of endpoints it travels between.

use base::{Body, Journey};
use core::net::SocketAddr;
use wire::tcp::{Flags, Header};

/// Who talks to whom; `local` is this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoints {
    /// Our address and port.
    pub local: SocketAddr,
    /// The other side's address and port.
    pub remote: SocketAddr,
}

/// One TCP segment: a header that cannot be wrong, and the octets it carries.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The header; `emit` fills in the checksum.
    pub header: Header,
    /// The text, shared with the queue it was cut from.
    pub payload: Body,
    /// Incoming: which packet carries it. Outgoing: `Journey::NONE`, the host calls `born`.
    pub journey: Journey,
    /// Outgoing: the packet that it answers or repeats, where one is known.
    pub parent: Journey,
}

impl Segment {
    /// A segment without text.
    pub fn bare(header: Header) -> Segment {
        Segment { header, payload: Body::EMPTY, journey: Journey::NONE, parent: Journey::NONE }
    }
    /// Sequence numbers it takes: its octets, and one each for SYN and FIN (RFC 9293 section 3.4).
    #[inline]
    pub fn seq_len(&self) -> u32 {
        self.payload.len() as u32
            + u32::from(self.header.flags.has(Flags::SYN))
            + u32::from(self.header.flags.has(Flags::FIN))
    }
}
