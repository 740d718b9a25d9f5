//! What a connection tells about itself: its readiness for a program, its numbers for a learner.

use crate::StateName;
use base::{Duration, Seq};
use core::fmt;

/// Why a call failed, or why the connection is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Error {
    /// Nothing to read yet; try again when readable.
    WouldBlock,
    /// The other side reset the connection.
    Reset,
    /// The other side refused it: a RST answered our SYN.
    Refused,
    /// No answer for too long.
    TimedOut,
    /// ICMP said that the destination cannot be reached.
    Unreachable,
    /// We ended it ourselves, or finished sending before.
    Closed,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::WouldBlock => "nothing to read yet",
            Error::Reset => "connection reset by the other side",
            Error::Refused => "connection refused",
            Error::TimedOut => "connection timed out",
            Error::Unreachable => "destination unreachable",
            Error::Closed => "connection closed on this side",
        })
    }
}
impl core::error::Error for Error {}

/// What a program could do now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// `receive` gives octets, the end, or an error.
    pub readable: bool,
    /// `send` takes octets or gives an error.
    pub writable: bool,
    /// The handshake is done (it stays true afterwards).
    pub connected: bool,
    /// Why the connection is no more.
    pub failed: Option<Error>,
    /// The other side has finished sending.
    pub peer_closed: bool,
}

/// An ICMP error about one of our segments (RFC 9293 section 3.9.2.2, RFC 5927).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpErrorKind {
    /// Net or host unreachable, time exceeded, parameter problem: it may pass.
    Soft,
    /// Port or protocol unreachable.
    Hard,
    /// The packet did not fit (RFC 1191, 8201); the next hop's MTU in octets.
    TooBig {
        /// The next hop's MTU in octets.
        mtu: u32,
    },
}

/// The numbers of a connection, as `ss -i` would show them. Windows and sizes in octets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are the RFC's
pub struct Info {
    pub state: StateName,
    pub snd_una: Seq,
    pub snd_nxt: Seq,
    pub snd_wnd: u32,
    pub rcv_nxt: Seq,
    pub rcv_wnd: u32,
    pub iss: Seq,
    pub irs: Seq,
    pub cwnd: u32,
    pub ssthresh: u32,
    pub srtt: Duration,
    pub rttvar: Duration,
    pub rto: Duration,
    pub in_flight: u32,
    /// Segments sent again.
    pub retransmissions: u32,
    /// Octets of text sent for the first time.
    pub bytes_sent: u64,
    /// Octets of text received in order.
    pub bytes_received: u64,
    /// Octets of text that fit in one segment that we send.
    pub mss: u16,
    pub sack: bool,
    pub timestamps: bool,
    /// The shift for windows that we receive, if scaling is on.
    pub snd_scale: u8,
    /// The shift for windows that we send.
    pub rcv_scale: u8,
    /// Octets waiting to be sent or acknowledged.
    pub send_queue: usize,
    /// Octets waiting to be read.
    pub receive_queue: usize,
    /// Is the sender repairing a loss?
    pub recovering: bool,
}
