//! Datagrams that wait for a program: the receive queue of one socket, bounded by memory.
//!
//! ```text
//!   waiting  [ from, to, len=18 ][ from, to, len=900 ][ from, to, len=5 ]
//!   short     xxxxxxxxxxxxxxxxxx                        xxxxx              copied, one after another
//!   long                          a view of the frame                      not copied
//! ```
//!
//! The charge is the memory that a datagram keeps alive, not its length: a view of five octets may
//! hold a whole buffer. Short payloads are therefore copied out, longer ones are charged a frame's
//! buffer at least. What finds no room is dropped, and the event says so; the sender hears nothing.
//! Whoever takes a datagram with [`Queue::pop_into`] asks the allocator for nothing.
//!
//! Invariants: `memory` is the sum of the charges of `waiting`, and at most `bound`, except that an
//! empty queue always takes one datagram; `short` and `long` hold the payloads of `waiting`, in order.

use crate::reasons::{Delivered, QueueFull};
use base::{Body, Frame, InterfaceId, Journey};
use bytes::Bytes;
use core::net::{IpAddr, SocketAddr};
use std::collections::VecDeque;
use trace::{Cx, Place};

/// What is known of a datagram that waits for a program.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// From whom.
    pub source: SocketAddr,
    /// To which of our addresses (or broadcast).
    pub destination: IpAddr,
    /// By which interface it came.
    pub interface: InterfaceId,
    /// Type of service with ECN, as received.
    pub tos: u8,
    /// Time to live, as received.
    pub ttl: u8,
    /// Octets of payload.
    pub len: usize,
    /// Which packet brought it.
    pub journey: Journey,
}

/// Payloads up to here are copied, so that they hold no buffer.
const COPIED: usize = 256;
/// What a longer payload's view may hold alive.
const BUFFER: usize = 2048;
/// The record around a payload.
const RECORD: usize = 128;
/// Records that an idle socket keeps room for.
const KEPT: usize = 4;

/// The receive queue of one socket.
#[derive(Debug)]
pub struct Queue {
    waiting: VecDeque<Message>,
    short: Octets,
    long: VecDeque<Body>,
    memory: usize,
    bound: usize,
}

impl Queue {
    /// An empty queue that may use `bound` octets of memory.
    pub fn new(bound: usize) -> Self {
        let (waiting, short, long) = (VecDeque::new(), Octets::default(), VecDeque::new());
        Queue { waiting, short, long, memory: 0, bound }
    }

    /// Takes a datagram (`frame`: stripped to the payload; `len` and `journey` of `message` are
    /// filled in from it) and ends the frame: Delivered, or Dropped when there is no room (false).
    #[inline]
    pub fn push(&mut self, cx: &mut Cx, mut message: Message, frame: Frame) -> bool {
        message.journey = frame.meta().journey;
        message.len = frame.len();
        let (src, octets) = (message.source.ip(), message.len);
        let place = Place::Interface(message.interface);
        let charge = charge(octets);
        if self.memory + charge > self.bound && !self.waiting.is_empty() {
            let reason = QueueFull { src, octets, bound: self.bound };
            cx.trace.emit(place, message.journey, reason);
            cx.pool.recycle(frame);
            return false;
        }
        let reason = Delivered { src, port: message.source.port(), octets };
        cx.trace.emit(place, message.journey, reason);
        if octets <= COPIED {
            self.short.push(&frame);
            cx.pool.recycle(frame);
        } else {
            self.long.push_back(frame.into_body());
        }
        self.memory += charge;
        self.waiting.push_back(message);
        true
    }

    /// The oldest datagram and its payload.
    pub fn pop(&mut self) -> Option<(Message, Body)> {
        let message = self.waiting.pop_front()?;
        let payload = if message.len <= COPIED {
            Bytes::copy_from_slice(self.short.first(message.len)).into()
        } else {
            self.long.pop_front().unwrap_or_default()
        };
        self.taken(message.len);
        Some((message, payload))
    }

    /// Takes the oldest datagram, its payload copied to `out` as far as it fits there. What is known of
    /// it [`Queue::peek`] has told.
    #[inline]
    pub fn pop_into(&mut self, out: &mut [u8]) {
        let Some(&Message { len, .. }) = self.waiting.front() else { return };
        let fits = len.min(out.len());
        if len <= COPIED {
            out[..fits].copy_from_slice(self.short.first(fits));
        } else if let Some(payload) = self.long.pop_front() {
            payload.copy_to(out);
        }
        self.waiting.pop_front();
        self.taken(len);
    }

    /// A datagram is gone.
    #[inline]
    fn taken(&mut self, len: usize) {
        self.memory -= charge(len);
        if len <= COPIED {
            self.short.drop_first(len);
        }
        if self.waiting.is_empty() && self.waiting.capacity() > KEPT {
            // After a burst an idle socket owns no long queue.
            *self = Queue::new(self.bound);
        }
    }

    /// The oldest datagram, which stays.
    pub fn peek(&self) -> Option<&Message> {
        self.waiting.front()
    }
    /// Datagrams waiting.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }
    /// Is nothing waiting?
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
    /// Octets of memory in use.
    pub fn memory(&self) -> usize {
        self.memory
    }
    /// Another bound; what waits already stays.
    pub fn set_bound(&mut self, bound: usize) {
        self.bound = bound;
    }
}

#[inline]
fn charge(octets: usize) -> usize {
    RECORD + if octets <= COPIED { octets } else { octets.max(BUFFER) }
}

/// Short payloads one after another; `taken` octets at the front are gone already.
#[derive(Debug, Default)]
struct Octets {
    all: Vec<u8>,
    taken: usize,
}

impl Octets {
    /// Appends what is left of a frame.
    #[inline]
    fn push(&mut self, frame: &Frame) {
        self.all.extend_from_slice(frame.head());
        for view in frame.body().views() {
            self.all.extend_from_slice(view);
        }
    }
    /// The first `len` octets, which are there.
    #[inline]
    fn first(&self, len: usize) -> &[u8] {
        &self.all[self.taken..self.taken + len]
    }
    /// The first `len` octets are gone. What is gone is never more than what is left: each octet is
    /// moved once at most for each one that goes.
    #[inline]
    fn drop_first(&mut self, len: usize) {
        self.taken += len;
        if self.taken == self.all.len() {
            self.all.clear();
            self.taken = 0;
        } else if self.taken > self.all.len() / 2 {
            self.all.drain(..self.taken);
            self.taken = 0;
        }
    }
}
