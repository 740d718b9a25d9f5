//! Octets in order that the program has not read.
//!
//! Views of what came in are kept as they are; small ones are copied together, because a view of
//! one octet keeps a whole frame's memory alive (queues are charged by true memory).

use crate::fifo::Fifo;
use base::Body;
use bytes::{Bytes, BytesMut};

/// Views below this are copied.
const WORTH_KEEPING: usize = 512;
const GATHER: usize = 2_048;

#[derive(Debug)]
pub(crate) struct ReceiveQueue {
    views: Fifo<Bytes>,
    len: u32,
}

/// Appends `view`, or a copy gathered with the last one where it is small.
pub(crate) fn gather(last: Option<Bytes>, view: Bytes, mut put: impl FnMut(Bytes)) {
    let Some(last) = last else { return put(view) };
    if view.len() >= WORTH_KEEPING {
        put(last);
        return put(view);
    }
    match last.try_into_mut() {
        Ok(mut own) if own.capacity() - own.len() >= view.len() => {
            own.extend_from_slice(&view);
            put(own.freeze());
        }
        Ok(own) => {
            put(own.freeze());
            put(copy(&view));
        }
        Err(shared) => {
            put(shared);
            put(copy(&view));
        }
    }
}

/// Puts `view` before `first`: in one copy with it where both are small.
pub(crate) fn gather_before(view: &Bytes, first: Option<Bytes>, mut put: impl FnMut(Bytes)) {
    if view.len() >= WORTH_KEEPING {
        first.into_iter().for_each(&mut put);
        return put(view.clone());
    }
    let mut own = BytesMut::with_capacity(view.len() + first.as_ref().map_or(0, Bytes::len));
    own.extend_from_slice(view);
    match first {
        Some(first) if view.len() + first.len() <= GATHER => own.extend_from_slice(&first),
        first => first.into_iter().for_each(&mut put),
    }
    put(own.freeze());
}

fn copy(view: &[u8]) -> Bytes {
    let mut own = BytesMut::with_capacity(GATHER);
    own.extend_from_slice(view);
    own.freeze()
}

impl ReceiveQueue {
    pub(crate) const fn new() -> Self {
        ReceiveQueue { views: Fifo::new(), len: 0 }
    }
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.len
    }
    /// Appends `body`; no reference count is touched.
    #[inline]
    pub(crate) fn push(&mut self, mut body: Body) {
        while let Some(view) = body.take_view() {
            self.push_view(view);
        }
    }
    #[inline]
    pub(crate) fn push_view(&mut self, view: Bytes) {
        if view.is_empty() {
            return;
        }
        self.len += view.len() as u32;
        if view.len() >= WORTH_KEEPING || self.views.len() == 0 {
            return self.views.push_back(view);
        }
        let last = self.views.pop_back();
        gather(last, view, |view| self.views.push_back(view));
    }
    /// Copies out as much as fits; returns how many octets.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> usize {
        let mut done = 0;
        while done < out.len() {
            let Some(view) = self.views.front_mut() else { break };
            let now = view.len().min(out.len() - done);
            out[done..done + now].copy_from_slice(&view[..now]);
            done += now;
            if now == view.len() {
                self.views.pop_front();
            } else {
                bytes::Buf::advance(view, now);
            }
        }
        self.len -= done as u32;
        done
    }
    /// Hands out the first view, or its first `max` octets; empty when there is nothing.
    pub(crate) fn read_view(&mut self, max: usize) -> Bytes {
        let whole = self.views.front().is_some_and(|view| view.len() <= max);
        let view = if whole {
            self.views.pop_front()
        } else {
            self.views.front_mut().map(|view| view.split_to(max))
        };
        let view = view.unwrap_or_default();
        self.len -= view.len() as u32;
        view
    }
    pub(crate) fn clear(&mut self) {
        *self = ReceiveQueue::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_views_are_gathered_and_order_is_kept() {
        let mut queue = ReceiveQueue::new();
        let mut expected = Vec::new();
        for (index, len) in [1usize, 1, 600, 3, 500, 2_000, 9, 9, 9].into_iter().enumerate() {
            let data = vec![index as u8; len];
            expected.extend_from_slice(&data);
            queue.push(Bytes::from(data).into());
        }
        assert!(queue.views.len() < 9);
        assert_eq!(queue.len() as usize, expected.len());
        let mut got = queue.read_view(1).to_vec();
        let mut out = [0; 700];
        loop {
            let n = queue.read(&mut out);
            got.extend_from_slice(&out[..n]);
            if n == 0 {
                break;
            }
        }
        assert_eq!((got, queue.len()), (expected, 0));
    }
}
