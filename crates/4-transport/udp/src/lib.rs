//! UDP (RFC 768, RFC 1122 section 4.1): datagrams between ports, whole or not at all.
//!
//! ```text
//!   program --> emit --> `ip`          `ip` --> handle_datagram --> (the host finds the port)
//!                                                                    --> Queue::push --> program
//! ```
//!
//! No connection, no memory between datagrams but the [`Queue`] of each socket. Which socket a
//! datagram belongs to is the host's knowledge. Absent: UDP-Lite, datagrams without a checksum on
//! sending (RFC 1122 section 4.1.3.4 has it on by default; ours cannot be turned off), and joined
//! groups.

pub mod queue;
pub mod reasons;

pub use queue::{Message, Queue};
pub use wire::udp::{HEADER_LEN, Header};

use base::{Frame, InterfaceId};
use core::net::{IpAddr, SocketAddr};
use trace::{Cx, Place};

/// The longest payload over IPv4: 65,535 octets less the headers of IP and UDP.
pub const LONGEST_PAYLOAD: usize = 65_535 - 20 - HEADER_LEN;

/// The payload is longer than a datagram can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// Octets offered; at most [`LONGEST_PAYLOAD`] can be sent.
    pub len: usize,
}
impl core::fmt::Display for TooLong {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} octets do not fit a datagram (at most {LONGEST_PAYLOAD})", self.len)
    }
}
impl core::error::Error for TooLong {}

/// Reads and verifies a datagram (`frame`: at the UDP header, trimmed to the IP packet), strips its
/// header and what lies beyond its length. `None`: the frame was ended with a reason.
#[inline]
pub fn handle_datagram(
    cx: &mut Cx,
    interface: InterfaceId,
    src: IpAddr,
    dst: IpAddr,
    mut frame: Frame,
) -> Option<(Header, Frame)> {
    frame.pull(HEADER_LEN);
    match Header::parse(frame.head(), frame.body(), src, dst) {
        Ok(header) => {
            frame.truncate(usize::from(header.len));
            frame.strip(HEADER_LEN);
            Some((header, frame))
        }
        Err(bad) => {
            //= rfc1122#4.1.3.4 a datagram with a wrong checksum is dropped without an answer
            let reason = reasons::MalformedDatagram { field: bad.field, why: bad.why };
            cx.trace.emit(Place::Interface(interface), frame.meta().journey, reason);
            cx.pool.recycle(frame);
            None
        }
    }
}

/// Prepends the UDP header to a payload, which is not copied.
///
/// # Errors
/// [`TooLong`]; the frame is as it was.
///
/// # Panics
/// When the frame's head has no room for the header ([`Frame::prepend`]).
#[inline]
pub fn emit(frame: &mut Frame, src: SocketAddr, dst: SocketAddr) -> Result<(), TooLong> {
    let payload = frame.len();
    if payload > LONGEST_PAYLOAD {
        return Err(TooLong { len: payload });
    }
    let len = (payload + HEADER_LEN) as u16;
    let header = Header { src_port: src.port(), dst_port: dst.port(), len };
    let (room, first, body) = frame.prepend_to(HEADER_LEN);
    header.emit(room, first, body, src.ip(), dst.ip());
    Ok(())
}

#[cfg(test)]
#[path = "udp_test.rs"]
mod tests;
