//! Cutting a packet that is longer than the next link takes (RFC 791 section 3.2).
//!
//! The pieces' bodies are views of the packet's body. Each is a packet with its own journey whose
//! parent is the packet that was cut, which ends here. Options that are marked so stand in every
//! piece, the others in the first only.

use crate::options::Options;
use crate::reasons::Fragmented;
use crate::receive::end_frame;
use base::{Body, Frame, checksum};
use bytes::Bytes;
use trace::Cx;
use wire::ipv4::{HEADER_LEN, Header};

/// The least a link may take (RFC 791 section 3.2): 60 octets of header and 8 of payload.
pub(crate) const LEAST_MTU: u16 = 68;
/// More payload than this in a piece's head would leave no room for headers below it.
const LONGEST_HEAD: usize = 64;

/// Is it a fragment of a packet longer than any can be? It must not be cut further.
pub(crate) fn ends_beyond(header: &Header) -> bool {
    let payload = usize::from(header.total_len) - usize::from(header.header_len);
    usize::from(header.fragment_offset) + payload > usize::from(u16::MAX)
}

/// One packet being cut.
pub(crate) struct Cut {
    header: Header,
    /// The header's octets as they stood.
    octets: [u8; 60],
    /// Without the IP header.
    frame: Frame,
    /// Octets cut off so far.
    done: usize,
    /// Payload octets per piece.
    step: usize,
    mtu: u16,
    pieces: usize,
}

impl Cut {
    /// `frame`: at the IP header, which `header` describes, which does not forbid cutting and
    /// does not end beyond the longest packet ([`ends_beyond`]).
    pub(crate) fn new(header: &Header, mut frame: Frame, mtu: u16) -> Cut {
        let header_len = usize::from(header.header_len);
        let mut octets = [0; 60];
        frame.copy_to(&mut octets[..header_len]);
        frame.strip(header_len);
        //= rfc791#3.2 pieces begin at multiples of 8
        let step = (usize::from(mtu.max(LEAST_MTU)) - header_len) / 8 * 8;
        Cut { header: *header, octets, frame, done: 0, step, mtu, pieces: 0 }
    }

    pub(crate) fn is_more(&self) -> bool {
        self.done < self.frame.len()
    }

    /// The next piece, with its header.
    pub(crate) fn next_piece(&mut self, cx: &mut Cx) -> Frame {
        let len = self.step.min(self.frame.len() - self.done);
        let mut piece = part(cx, &self.frame, self.done, len);
        *piece.meta_mut() = *self.frame.meta();
        piece.meta_mut().parent = self.frame.meta().journey;
        piece.meta_mut().journey = cx.trace.born();
        let more = self.header.more_fragments || self.done + len < self.frame.len();
        self.emit_header(&mut piece, more);
        self.done += len;
        self.pieces += 1;
        piece
    }

    /// The packet that was cut ends.
    pub(crate) fn finish(self, cx: &mut Cx) {
        let reason = Fragmented {
            dst: self.header.dst.into(),
            octets: usize::from(self.header.header_len) + self.frame.len(),
            mtu: self.mtu,
            pieces: self.pieces,
        };
        end_frame(cx, self.frame, reason);
    }

    fn emit_header(&self, piece: &mut Frame, more_fragments: bool) {
        let all = &self.octets[HEADER_LEN..usize::from(self.header.header_len)];
        let (copied, copied_len) = Options(all).copied();
        let options = if self.done == 0 { all } else { &copied[..copied_len] };
        let header = Header {
            header_len: (HEADER_LEN + options.len()) as u8,
            total_len: (HEADER_LEN + options.len() + piece.len()) as u16,
            more_fragments,
            fragment_offset: self.header.fragment_offset + self.done as u16,
            ..self.header
        };
        emit_with_options(&header, options, piece.prepend(HEADER_LEN + options.len()));
    }
}

/// Writes a header with options, which `wire` does not (ours are those of an echo reply).
pub(crate) fn emit_with_options(header: &Header, options: &[u8], out: &mut [u8]) {
    header.emit(out);
    if !options.is_empty() {
        out[0] = 0x40 | (out.len() / 4) as u8;
        out[HEADER_LEN..].copy_from_slice(options);
        out[10..12].fill(0);
        let sum = checksum::checksum(out);
        out[10..12].copy_from_slice(&sum.to_be_bytes());
    }
}

/// `len` octets of `frame` from `start` on; only what stands in its head is copied.
fn part(cx: &mut Cx, frame: &Frame, start: usize, len: usize) -> Frame {
    let head = frame.head();
    let in_head = &head[start.min(head.len())..(start + len).min(head.len())];
    let beyond = start.saturating_sub(head.len());
    let rest = frame.body().slice(beyond, len - in_head.len());
    if in_head.len() <= LONGEST_HEAD {
        let mut piece = cx.pool.frame(rest);
        piece.prepend(in_head.len()).copy_from_slice(in_head);
        return piece;
    }
    let mut body = Body::from(Bytes::copy_from_slice(in_head));
    for view in rest.views() {
        body.push(view.clone());
    }
    cx.pool.frame(body)
}
