//! A frame: an owned head over a shared body.
//!
//! ```text
//!   0          start            HEAD_SIZE      body: at most two immutable views
//!   +------------+------------------+          +----------------+------+
//!   | headroom   | headers          |  then    | payload ...    | pad  |
//!   +------------+------------------+          +----------------+------+
//!     prepend <--  --> strip
//! ```
//!
//! Going down, each layer prepends its header; going up, each layer strips it. The body is never
//! written: cloning a frame (a switch that floods) copies the head and shares the body; a
//! retransmission puts a new head over the old body. Between machines a frame is one pointer.
//!
//! Invariants: `start <= HEAD_SIZE`; the frame's octets are `head()` followed by `body()`.
//! What another engineer would question: the head of a received frame may hold the first octets
//! of the payload (or, of a strange frame, less than its headers); [`Frame::pull`] and
//! [`Frame::into_body`] put that right, at the price of a copy that our own frames never pay.

use crate::{Instant, InterfaceId, Journey};
use bytes::{Bytes, BytesMut};

/// Room for headers: Ethernet 14 + VLAN 8 + IPv4 60 + TCP 60, and some to spare.
pub const HEAD_SIZE: usize = 160;
/// A payload of at most so many octets is copied into the head: below all headers there is room for
/// it, and a view of it would cost more than the copy.
pub const SHORT: usize = 40;
/// How many first octets of a frame from outside go into its head: the longest headers.
const LONGEST_HEADERS: usize = 134;

/// The immutable part of a frame: one view, or two where a write ended in the middle.
///
/// Invariants: no view is empty, and the second is there only beside the first. (What is not there
/// costs nothing to move, copy and drop, which an empty view does.)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    first: Option<Bytes>,
    second: Option<Bytes>,
}

static NOTHING: Bytes = Bytes::new();

impl Body {
    /// No octets.
    pub const EMPTY: Body = Body { first: None, second: None };

    /// How many octets.
    #[inline]
    pub fn len(&self) -> usize {
        let Some(first) = &self.first else { return 0 };
        first.len() + self.second.as_ref().map_or(0, Bytes::len)
    }
    /// Are there none?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }
    /// The views, in order; either may be empty.
    #[inline]
    pub fn views(&self) -> [&Bytes; 2] {
        [self.first.as_ref().unwrap_or(&NOTHING), self.second.as_ref().unwrap_or(&NOTHING)]
    }
    /// Takes the first view out, without touching a reference count.
    #[inline]
    pub fn take_view(&mut self) -> Option<Bytes> {
        let first = self.first.take()?;
        if self.second.is_some() {
            self.first = self.second.take();
        }
        Some(first)
    }
    /// Appends a view without a copy; a third view gathers what came before into one.
    #[inline]
    pub fn push(&mut self, view: Bytes) {
        if view.is_empty() {
        } else if self.first.is_none() {
            self.first = Some(view);
        } else if self.second.is_none() {
            self.second = Some(view);
        } else {
            self.first = Some(core::mem::take(self).into_bytes());
            self.second = Some(view);
        }
    }
    /// Drops all octets after the first `len`.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        if len < self.len() {
            self.drop_last(len);
        }
    }
    fn drop_last(&mut self, len: usize) {
        let in_first = self.views()[0].len();
        if len <= in_first {
            self.second = None;
        }
        if len == 0 {
            self.first = None;
        }
        if let Some(second) = &mut self.second {
            second.truncate(len - in_first);
        } else if let Some(first) = &mut self.first {
            first.truncate(len);
        }
    }
    /// Drops the first `n` octets (all of them if there are fewer).
    #[inline]
    pub fn advance(&mut self, n: usize) {
        if n > 0 {
            self.drop_first(n);
        }
    }
    fn drop_first(&mut self, n: usize) {
        let mut left = n;
        while let Some(first) = &mut self.first {
            if left < first.len() {
                return bytes::Buf::advance(first, left);
            }
            left -= first.len();
            self.first = self.second.take();
        }
    }
    /// The octets from `start` on, `len` of them or as many as there are, without a copy.
    pub fn slice(&self, start: usize, len: usize) -> Body {
        let mut part = self.clone();
        part.advance(start);
        part.truncate(len);
        part
    }
    /// One contiguous view; copies only when there are two.
    #[inline]
    pub fn into_bytes(self) -> Bytes {
        let len = self.len();
        let first = self.first.unwrap_or_default();
        let Some(second) = self.second else { return first };
        let mut whole = BytesMut::with_capacity(len);
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&second);
        whole.freeze()
    }
    /// Copies as many octets as fit; returns how many.
    pub fn copy_to(&self, out: &mut [u8]) -> usize {
        let [first, second] = self.views();
        let from_first = first.len().min(out.len());
        let (left, right) = out.split_at_mut(from_first);
        left.copy_from_slice(&first[..from_first]);
        let from_second = second.len().min(right.len());
        right[..from_second].copy_from_slice(&second[..from_second]);
        from_first + from_second
    }
}

impl From<Bytes> for Body {
    #[inline]
    fn from(first: Bytes) -> Self {
        let first = Some(first).filter(|view| !view.is_empty());
        Body { first, second: None }
    }
}
impl From<Vec<u8>> for Body {
    fn from(octets: Vec<u8>) -> Self {
        Bytes::from(octets).into()
    }
}

/// What is known about a frame's check sequence at the receiving card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fcs {
    /// It matches.
    #[default]
    Good,
    /// A cable flipped bits: the card must drop the frame.
    Bad,
}

/// What travels with a frame and is not on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Which packet this is.
    pub journey: Journey,
    /// The packet that this one was made from or answers (`Journey::NONE`: none).
    pub parent: Journey,
    /// When it reached this node.
    pub arrival: Instant,
    /// The interface it came in by.
    pub interface: InterfaceId,
    /// Ethernet's check sequence, as far as it is known.
    pub fcs: Fcs,
    /// A number that filters and routes may set and ask for.
    pub mark: u32,
}

#[derive(Clone)]
struct Inner {
    octets: [u8; HEAD_SIZE],
    start: usize,
    body: Body,
    meta: Meta,
}

/// A frame, or what is left of it on its way up.
#[derive(Clone)]
pub struct Frame(Box<Inner>);

impl Frame {
    /// The octets in the head, first octet first.
    #[inline]
    pub fn head(&self) -> &[u8] {
        &self.0.octets[self.0.start..]
    }
    /// The head, to be written.
    #[inline]
    pub fn head_mut(&mut self) -> &mut [u8] {
        let start = self.0.start;
        &mut self.0.octets[start..]
    }
    /// The shared part.
    #[inline]
    pub fn body(&self) -> &Body {
        &self.0.body
    }
    /// The shared part, to be exchanged or cut.
    #[inline]
    pub fn body_mut(&mut self) -> &mut Body {
        &mut self.0.body
    }
    /// What travels with the frame.
    #[inline]
    pub fn meta(&self) -> &Meta {
        &self.0.meta
    }
    /// What travels with the frame, to be changed.
    #[inline]
    pub fn meta_mut(&mut self) -> &mut Meta {
        &mut self.0.meta
    }
    /// Octets in head and body together.
    #[inline]
    pub fn len(&self) -> usize {
        HEAD_SIZE - self.0.start + self.0.body.len()
    }
    /// Are there none?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Opens `n` zeroed octets before the head.
    ///
    /// # Panics
    /// When the headroom is spent: a layer of ours wrote more than [`HEAD_SIZE`] octets of headers.
    #[inline]
    pub fn prepend(&mut self, n: usize) -> &mut [u8] {
        self.prepend_to(n).0
    }

    /// The same, and beside it what the head held before, and the body: a checksum is of all three.
    ///
    /// # Panics
    /// As [`Frame::prepend`].
    #[inline]
    pub fn prepend_to(&mut self, n: usize) -> (&mut [u8], &[u8], &Body) {
        assert!(n <= self.0.start, "headers beyond {HEAD_SIZE} octets");
        let inner = &mut *self.0;
        inner.start -= n;
        let (room, rest) = inner.octets[inner.start..].split_at_mut(n);
        room.fill(0);
        (room, rest, &inner.body)
    }

    /// Puts octets before the head.
    ///
    /// # Panics
    /// As [`Frame::prepend`].
    #[inline]
    fn put(&mut self, octets: &[u8]) {
        let end = self.0.start;
        assert!(octets.len() <= end, "headers beyond {HEAD_SIZE} octets");
        self.0.start = end - octets.len();
        self.0.octets[self.0.start..end].copy_from_slice(octets);
    }

    /// Takes `n` octets off the front of the frame; all of them if there are fewer.
    #[inline]
    pub fn strip(&mut self, n: usize) {
        let from_head = n.min(HEAD_SIZE - self.0.start);
        self.0.start += from_head;
        self.0.body.advance(n - from_head);
    }

    /// Puts back the last `n` octets that [`Frame::strip`] took off the head (never off the body):
    /// an ICMP error quotes the packet whose header was read before. [`Frame::truncate`] between
    /// the two changes nothing, nor does [`Frame::pull`] of as little as headers are long.
    #[inline]
    pub fn unstrip(&mut self, n: usize) {
        self.0.start = self.0.start.saturating_sub(n);
    }

    /// Makes sure that the first `n` octets stand in the head; false when the frame is shorter
    /// than `n` or `n` is beyond [`HEAD_SIZE`].
    #[inline]
    pub fn pull(&mut self, n: usize) -> bool {
        n <= HEAD_SIZE - self.0.start || self.pull_from_body(n)
    }

    #[cold]
    fn pull_from_body(&mut self, n: usize) -> bool {
        let have = HEAD_SIZE - self.0.start;
        if n > HEAD_SIZE || n > self.len() {
            return false;
        }
        // What was stripped moves along, so that `unstrip` finds it (as much as there is room for).
        let new_start = HEAD_SIZE - n;
        let by = self.0.start - new_start;
        self.0.octets.copy_within(by.., 0);
        let inner = &mut *self.0;
        inner.body.copy_to(&mut inner.octets[new_start + have..]);
        inner.body.advance(n - have);
        inner.start = new_start;
        true
    }

    /// Drops all octets after the first `len` (Ethernet's padding, what lies beyond a datagram's
    /// own length). What was stripped from the head before can still be put back.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        if len < self.len() {
            self.drop_last(len);
        }
    }
    fn drop_last(&mut self, len: usize) {
        let have = HEAD_SIZE - self.0.start;
        if len >= have {
            self.0.body.truncate(len - have);
        } else {
            self.0.body = Body::EMPTY;
            // The stripped headers move along: what `unstrip` puts back stands next to the rest.
            let by = have - len;
            self.0.octets.copy_within(..HEAD_SIZE - by, by);
            self.0.start += by;
        }
    }

    /// All octets that are left, as a body; copies only what stands in the head.
    pub fn into_body(self) -> Body {
        if self.head().is_empty() {
            return self.0.body;
        }
        if self.0.body.is_empty() {
            return Bytes::copy_from_slice(self.head()).into();
        }
        self.to_vec().into()
    }

    /// All octets, copied.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(self.len());
        octets.extend_from_slice(self.head());
        for view in self.0.body.views() {
            octets.extend_from_slice(view);
        }
        octets
    }

    /// Copies as many octets as fit; returns how many.
    pub fn copy_to(&self, out: &mut [u8]) -> usize {
        let from_head = self.head().len().min(out.len());
        out[..from_head].copy_from_slice(&self.head()[..from_head]);
        from_head + self.0.body.copy_to(&mut out[from_head..])
    }
}

impl core::fmt::Debug for Frame {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Frame").field("len", &self.len()).field("meta", &self.0.meta).finish()
    }
}

/// Where frames come from and go back to, so that a busy node makes none anew.
#[derive(Default)]
pub struct Pool {
    // The boxes are the point: a frame moves as one pointer.
    #[allow(clippy::vec_box)]
    free: Vec<Box<Inner>>,
}

impl Pool {
    /// Spent heads kept at most; a burst beyond that goes back to the allocator.
    const KEEP: usize = 256;

    /// Would the next frame be made anew?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.free.is_empty()
    }

    /// A frame with an empty head over `body`.
    #[inline]
    pub fn frame(&mut self, body: Body) -> Frame {
        match self.free.pop() {
            Some(mut inner) => {
                inner.start = HEAD_SIZE;
                inner.body = body;
                inner.meta = Meta::default();
                Frame(inner)
            }
            None => Frame(Box::new(Inner {
                octets: [0; HEAD_SIZE],
                start: HEAD_SIZE,
                body,
                meta: Meta::default(),
            })),
        }
    }

    /// A frame over a payload that the caller keeps: a short one is copied into the head.
    #[inline]
    pub fn frame_of(&mut self, payload: &[u8]) -> Frame {
        if payload.len() > SHORT {
            return self.frame(Bytes::copy_from_slice(payload).into());
        }
        let mut frame = self.frame(Body::EMPTY);
        frame.put(payload);
        frame
    }

    /// A frame from outside: its first octets, enough for any headers, are copied into the head.
    pub fn frame_from(&mut self, octets: Bytes) -> Frame {
        let headers = octets.len().min(LONGEST_HEADERS);
        self.frame_with_headers(octets, headers)
    }

    /// A frame from outside whose first `headers` octets (at most [`HEAD_SIZE`]) are its headers,
    /// so that the body is the payload and nothing is copied on the way up.
    pub fn frame_with_headers(&mut self, mut octets: Bytes, headers: usize) -> Frame {
        let headers = octets.split_to(headers.min(octets.len()).min(HEAD_SIZE));
        let mut frame = self.frame(octets.into());
        frame.prepend(headers.len()).copy_from_slice(&headers);
        frame
    }

    /// Takes a spent frame back.
    #[inline]
    pub fn recycle(&mut self, frame: Frame) {
        if self.free.len() < Self::KEEP {
            let mut inner = frame.0;
            inner.body = Body::EMPTY;
            self.free.push(inner);
        }
    }
}

impl core::fmt::Debug for Pool {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Pool").field("free", &self.free.len()).finish()
    }
}

#[cfg(test)]
#[path = "frame_test.rs"]
mod tests;
