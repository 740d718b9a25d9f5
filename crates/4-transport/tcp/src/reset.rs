//! The answer to a segment that belongs to no connection (RFC 9293 section 3.10.7.1).

use crate::Segment;
use base::Seq;
use wire::tcp::{Flags, Header};

/// The reset that answers `segment`; `None` for a RST, which is never answered.
///
/// The reset is made so that the sender of `segment` must find it acceptable: it takes its number
/// from the acknowledgement, or, where there is none, acknowledges the whole segment.
pub fn reset_for(segment: &Segment) -> Option<Segment> {
    let arrived = &segment.header;
    if arrived.flags.has(Flags::RST) {
        return None;
    }
    let mut header =
        Header { src_port: arrived.dst_port, dst_port: arrived.src_port, ..Header::default() };
    //= rfc9293#3.10.7.1
    if arrived.flags.has(Flags::ACK) {
        header.seq = arrived.ack;
        header.flags = Flags::RST;
    } else {
        header.seq = Seq(0);
        header.ack = arrived.seq + segment.seq_len();
        header.flags = Flags::RST.with(Flags::ACK);
    }
    Some(Segment { parent: segment.journey, ..Segment::bare(header) })
}
