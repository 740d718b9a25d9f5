//! Putting fragments together again (RFC 791 section 3.2, RFC 815, RFC 1122 section 3.3.2).
//!
//! ```text
//!   (src, dst, protocol, id) -> pieces by offset   [0..1480) [1480..2960) ... [..total)
//! ```
//!
//! Pieces are kept as they came and copied once, when the packet is whole. Two pieces that claim the
//! same octets spoil the packet and all of it that still comes (RFC 5722 section 4, written for v6
//! and as good here); a piece that came twice octet by octet is a network's fault and only dropped
//! (RFC 8200 section 4.5).
//!
//! Invariants (`check` in the tests): pieces do not overlap; `memory` is the sum of what pieces are
//! charged and stays within [`MEMORY`]; `by_age` and `table` name the same packets. The timer is
//! 30 s, not the 60 to 120 s of RFC 1122: ids repeat sooner than that on a fast link (RFC 4963).

use crate::fragments::emit_with_options;
use crate::reasons::{
    BadFragment, DuplicateFragment, FragmentKept, FragmentOverlap, Reassembled, ReassemblyFull,
    ReassemblyTimeout,
};
use crate::receive::end_frame;
use base::{Duration, Frame, Instant};
use bytes::BytesMut;
use core::net::Ipv4Addr;
use std::collections::BTreeMap;
use trace::{Cx, Place, Reason};
use wire::ipv4::{HEADER_LEN, Header};

/// How long the first piece waits for the last.
pub(crate) const TIMER: Duration = Duration::from_secs(30);
/// Memory for all pieces together, as they are charged.
pub(crate) const MEMORY: usize = 1 << 20;
/// Packets in the making at most.
const PACKETS: usize = 256;
/// Pieces of one packet at most: 65,535 octets over the least link of the internet need 120.
const PIECES: usize = 128;
/// What one piece may hold alive at least.
const BUFFER: usize = 2048;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    src: Ipv4Addr,
    dst: Ipv4Addr,
    protocol: u8,
    id: u16,
}

#[derive(Debug)]
struct Piece {
    header: Header,
    /// At the IP header.
    frame: Frame,
}

impl Piece {
    fn payload(&self) -> usize {
        usize::from(self.header.total_len) - usize::from(self.header.header_len)
    }
    fn end(&self) -> usize {
        usize::from(self.header.fragment_offset) + self.payload()
    }
    fn charge(&self) -> usize {
        self.frame.body().len().max(BUFFER)
    }
}

#[derive(Debug)]
struct Packet {
    number: u64,
    deadline: Instant,
    pieces: BTreeMap<u16, Piece>,
    received: usize,
    /// Octets of the whole payload, once the last piece is here.
    total: Option<usize>,
    /// An overlap was seen: nothing of it is kept any more.
    spoilt: bool,
}

/// What became of a fragment.
pub(crate) enum Kept {
    /// It waits, or was ended with a reason.
    Waits,
    /// It was the last one missing: the whole packet, at the IP header.
    Whole(Header, Frame),
}

/// All packets in the making of one machine.
#[derive(Debug, Default)]
pub(crate) struct Reassembly {
    table: BTreeMap<Key, Packet>,
    /// Oldest first, which is also the order of the deadlines.
    by_age: BTreeMap<u64, Key>,
    count: u64,
    memory: usize,
}

impl Reassembly {
    /// A fragment came (`frame`: at the IP header).
    pub(crate) fn handle_fragment(&mut self, cx: &mut Cx, header: &Header, frame: Frame) -> Kept {
        let piece = Piece { header: *header, frame };
        if let Some(why) = nonsense(&piece) {
            let reason = BadFragment { src: header.src.into(), id: header.id, why };
            end_frame(cx, piece.frame, reason);
            return Kept::Waits;
        }
        let key =
            Key { src: header.src, dst: header.dst, protocol: header.protocol.0, id: header.id };
        self.make_room(cx, &key, piece.charge());
        self.begin(cx.now(), key);
        let Some(packet) = self.table.get_mut(&key) else { return Kept::Waits };
        match packet.judge(&piece) {
            Judgement::Fits => {}
            Judgement::Duplicate => {
                let (src, id) = (header.src.into(), header.id);
                let reason = DuplicateFragment { src, id, offset: header.fragment_offset };
                end_frame(cx, piece.frame, reason);
                return Kept::Waits;
            }
            Judgement::Overlap => {
                end_frame(cx, piece.frame, overlap(&key));
                self.spoil(cx, key);
                return Kept::Waits;
            }
            Judgement::Inconsistent(why) => {
                let reason = BadFragment { src: header.src.into(), id: header.id, why };
                end_frame(cx, piece.frame, reason);
                self.spoil(cx, key);
                return Kept::Waits;
            }
        }
        self.keep(cx, key, piece)
    }

    /// When the oldest packet's time is over.
    #[inline]
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let (_, key) = self.by_age.first_key_value()?;
        self.table.get(key).map(|packet| packet.deadline)
    }

    /// Ends one packet whose time is over. `Some(first)`: there was one, and this is a copy of its
    /// first fragment, if that came.
    pub(crate) fn expire(&mut self, cx: &mut Cx) -> Option<Option<Frame>> {
        if self.next_deadline()? > cx.now() {
            return None;
        }
        let (_, key) = self.by_age.first_key_value()?;
        let key = *key;
        let first = self.table.get(&key).and_then(|packet| packet.pieces.get(&0));
        let first = first.map(|piece| piece.frame.clone());
        let reason = || ReassemblyTimeout { src: key.src.into(), id: key.id };
        self.forget(cx, key, reason);
        Some(first)
    }

    /// Fragments that wait.
    pub(crate) fn held(&self) -> usize {
        self.table.values().map(|packet| packet.pieces.len()).sum()
    }

    fn keep(&mut self, cx: &mut Cx, key: Key, piece: Piece) -> Kept {
        let Some(packet) = self.table.get_mut(&key) else { return Kept::Waits };
        let reason = FragmentKept {
            src: key.src.into(),
            id: key.id,
            offset: piece.header.fragment_offset,
            octets: piece.payload() as u16,
        };
        let meta = piece.frame.meta();
        cx.trace.emit(Place::Interface(meta.interface), meta.journey, reason);
        self.memory += piece.charge();
        packet.received += piece.payload();
        if !piece.header.more_fragments {
            packet.total = Some(piece.end());
        }
        packet.pieces.insert(piece.header.fragment_offset, piece);
        if packet.total != Some(packet.received) {
            return Kept::Waits;
        }
        self.complete(cx, key)
    }

    fn complete(&mut self, cx: &mut Cx, key: Key) -> Kept {
        let Some(packet) = self.table.get(&key) else { return Kept::Waits };
        let pieces = packet.pieces.len();
        let (src, id) = (key.src.into(), key.id);
        match whole(cx, packet) {
            Some((header, frame)) => {
                self.forget(cx, key, || Reassembled { src, id, pieces });
                Kept::Whole(header, frame)
            }
            None => {
                self.forget(cx, key, || BadFragment { src, id, why: "beyond 65535" });
                Kept::Waits
            }
        }
    }

    fn begin(&mut self, now: Instant, key: Key) {
        if !self.table.contains_key(&key) {
            self.count += 1;
            let packet = Packet {
                number: self.count,
                deadline: now + TIMER,
                pieces: BTreeMap::new(),
                received: 0,
                total: None,
                spoilt: false,
            };
            self.table.insert(key, packet);
            self.by_age.insert(self.count, key);
        }
    }

    /// The oldest packets give way until `charge` more octets fit.
    fn make_room(&mut self, cx: &mut Cx, key: &Key, charge: usize) {
        let new = usize::from(!self.table.contains_key(key));
        while self.memory + charge > MEMORY || self.table.len() + new > PACKETS {
            let Some((_, &oldest)) = self.by_age.first_key_value() else { return };
            let (src, id) = (oldest.src.into(), oldest.id);
            self.forget(cx, oldest, || ReassemblyFull { src, id, bound: MEMORY });
        }
    }

    fn spoil(&mut self, cx: &mut Cx, key: Key) {
        let Some(packet) = self.table.get_mut(&key) else { return };
        (packet.spoilt, packet.received) = (true, 0);
        let pieces = core::mem::take(&mut packet.pieces);
        self.end_pieces(cx, pieces, || overlap(&key));
    }

    fn forget<R: Reason>(&mut self, cx: &mut Cx, key: Key, reason: impl Fn() -> R) {
        if let Some(packet) = self.table.remove(&key) {
            self.by_age.remove(&packet.number);
            self.end_pieces(cx, packet.pieces, reason);
        }
    }

    fn end_pieces<R: Reason>(
        &mut self,
        cx: &mut Cx,
        pieces: BTreeMap<u16, Piece>,
        reason: impl Fn() -> R,
    ) {
        for piece in pieces.into_values() {
            self.memory -= piece.charge();
            end_frame(cx, piece.frame, reason());
        }
    }
}

enum Judgement {
    Fits,
    Duplicate,
    Overlap,
    Inconsistent(&'static str),
}

impl Packet {
    fn judge(&self, piece: &Piece) -> Judgement {
        if self.spoilt {
            return Judgement::Overlap;
        }
        let start = piece.header.fragment_offset;
        let before = self.pieces.range(..=start).next_back().map(|(_, piece)| piece);
        let after = self.pieces.range(start..).next().map(|(_, piece)| piece);
        if before.is_some_and(|before| is_same(before, piece)) {
            return Judgement::Duplicate;
        }
        if before.is_some_and(|before| before.end() > usize::from(start))
            || after.is_some_and(|after| usize::from(after.header.fragment_offset) < piece.end())
        {
            return Judgement::Overlap;
        }
        if self.pieces.len() >= PIECES {
            return Judgement::Inconsistent("too many");
        }
        let last_end = self.pieces.values().next_back().map_or(0, Piece::end);
        if piece.header.more_fragments {
            match self.total {
                Some(total) if piece.end() > total => Judgement::Inconsistent("beyond the end"),
                _ => Judgement::Fits,
            }
        } else if self.total.is_some() || last_end > piece.end() {
            Judgement::Inconsistent("two ends")
        } else {
            Judgement::Fits
        }
    }
}

fn is_same(one: &Piece, other: &Piece) -> bool {
    one.header.fragment_offset == other.header.fragment_offset
        && one.header.more_fragments == other.header.more_fragments
        && one.payload() == other.payload()
        && payload(one).eq(payload(other))
}

fn payload(piece: &Piece) -> impl Iterator<Item = &u8> {
    let frame = &piece.frame;
    let views = frame.body().views().into_iter().flat_map(|view| view.iter());
    frame.head().iter().chain(views).skip(usize::from(piece.header.header_len))
}

fn nonsense(piece: &Piece) -> Option<&'static str> {
    if piece.payload() == 0 {
        Some("empty")
    } else if piece.header.more_fragments && !piece.payload().is_multiple_of(8) {
        //= rfc791#3.2
        Some("not 8 octets")
    } else if piece.end() + usize::from(piece.header.header_len) > 65_535 {
        // The "ping of death" of 1996: no packet is that long.
        Some("beyond 65535")
    } else {
        None
    }
}

fn overlap(key: &Key) -> FragmentOverlap {
    FragmentOverlap { src: key.src.into(), id: key.id }
}

/// The whole packet, copied together, under the first piece's header.
fn whole(cx: &mut Cx, packet: &Packet) -> Option<(Header, Frame)> {
    let first = packet.pieces.get(&0)?;
    let header_len = usize::from(first.header.header_len);
    let total_len = u16::try_from(header_len + packet.received).ok()?;
    //= rfc3168#5.3 congestion seen by one piece was seen by the packet
    let congested = packet.pieces.values().any(|piece| piece.header.tos & 3 == 3);
    let header = Header {
        tos: first.header.tos | if congested { 3 } else { 0 },
        total_len,
        more_fragments: false,
        ..first.header
    };
    let mut octets = BytesMut::with_capacity(usize::from(total_len));
    let options = &first.frame.head()[HEADER_LEN..header_len];
    octets.resize(header_len, 0);
    emit_with_options(&header, options, &mut octets);
    for piece in packet.pieces.values() {
        let mut payload = piece.frame.clone();
        payload.strip(usize::from(piece.header.header_len));
        octets.extend_from_slice(payload.head());
        payload.body().views().into_iter().for_each(|view| octets.extend_from_slice(view));
    }
    let mut frame = cx.pool.frame_with_headers(octets.freeze(), header_len + 8);
    *frame.meta_mut() = *first.frame.meta();
    frame.meta_mut().parent = first.frame.meta().journey;
    frame.meta_mut().journey = cx.trace.born();
    Some((header, frame))
}

#[cfg(test)]
#[path = "fragments_test.rs"]
mod tests;
