//! The end of a send queue, which still grows.
//!
//! A few octets need no buffer of their own: a question and its answer often have no more, and what
//! they cost is then mostly the buffer.

use bytes::{Bytes, BytesMut};

/// So many octets lie in the queue itself: where a buffer's handle has its length, capacity and owner.
const FEW: usize = size_of::<BytesMut>() - size_of::<usize>() - 2;
// So an idle connection pays nothing for it.
const _: () = assert!(size_of::<Tail>() == size_of::<BytesMut>());

/// Octets that were written last, in order.
#[derive(Debug)]
pub(crate) enum Tail {
    /// Those between `from` and `to`.
    Few { octets: [u8; FEW], from: u8, to: u8 },
    /// In a buffer.
    Many(BytesMut),
}

impl Tail {
    /// Nothing yet.
    pub(crate) const EMPTY: Tail = Tail::Few { octets: [0; FEW], from: 0, to: 0 };

    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Tail::Few { octets, from, to } => &octets[usize::from(*from)..usize::from(*to)],
            Tail::Many(buffer) => buffer,
        }
    }
    #[inline]
    pub(crate) fn len(&self) -> usize {
        match self {
            Tail::Few { from, to, .. } => usize::from(to - from),
            Tail::Many(buffer) => buffer.len(),
        }
    }
    /// How many more fit in.
    pub(crate) fn room(&self) -> usize {
        match self {
            Tail::Few { to, .. } => FEW - usize::from(*to),
            Tail::Many(buffer) => buffer.capacity() - buffer.len(),
        }
    }
    /// Appends octets for which there is room.
    #[inline]
    pub(crate) fn push(&mut self, data: &[u8]) {
        match self {
            Tail::Few { octets, to, .. } => {
                let begin = usize::from(*to);
                octets[begin..begin + data.len()].copy_from_slice(data);
                *to += data.len() as u8;
            }
            Tail::Many(buffer) => buffer.extend_from_slice(data),
        }
    }
    /// Drops the first `n` octets, or all of them.
    pub(crate) fn advance(&mut self, n: usize) {
        let n = n.min(self.len());
        match self {
            Tail::Few { from, .. } => *from += n as u8,
            Tail::Many(buffer) => bytes::Buf::advance(buffer, n),
        }
    }
    /// Takes what there is; a buffer's room stays.
    pub(crate) fn take(&mut self) -> Bytes {
        match self {
            Tail::Few { .. } => {
                let taken = Bytes::copy_from_slice(self.as_slice());
                *self = Tail::EMPTY;
                taken
            }
            Tail::Many(buffer) => buffer.split().freeze(),
        }
    }
}
