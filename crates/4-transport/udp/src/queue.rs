//! Datagrams that wait for a program: the receive queue of one socket, bounded by memory.
//!
//! The charge is the memory that a datagram keeps alive, not its length: a view of five octets may
//! hold a whole buffer. Short payloads are therefore copied out, longer ones are charged a frame's
//! buffer at least. What finds no room is dropped, and the event says so; the sender hears nothing.
//!
//! Invariant: `memory` is the sum of the charges of `waiting`, and at most `bound`, except that an
//! empty queue always takes one datagram.

use crate::reasons::{Delivered, QueueFull};
use base::{Body, Frame, InterfaceId, Journey};
use bytes::Bytes;
use core::net::{IpAddr, SocketAddr};
use std::collections::VecDeque;
use trace::{Cx, Place};

/// A datagram that waits for a program.
#[derive(Clone, Debug)]
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
    /// The data.
    pub payload: Body,
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
    memory: usize,
    bound: usize,
}

impl Queue {
    /// An empty queue that may use `bound` octets of memory.
    pub fn new(bound: usize) -> Self {
        Queue { waiting: VecDeque::new(), memory: 0, bound }
    }

    /// Takes a datagram (`frame`: stripped to the payload; `payload` and `journey` of `message` are
    /// filled in from it) and ends the frame: Delivered, or Dropped when there is no room (false).
    pub fn push(&mut self, cx: &mut Cx, mut message: Message, frame: Frame) -> bool {
        message.journey = frame.meta().journey;
        let (src, octets) = (message.source.ip(), frame.len());
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
        message.payload = if octets <= COPIED {
            let copy = Bytes::from(frame.to_vec());
            cx.pool.recycle(frame);
            copy.into()
        } else {
            frame.into_body()
        };
        self.memory += charge;
        self.waiting.push_back(message);
        true
    }

    /// The oldest datagram.
    pub fn pop(&mut self) -> Option<Message> {
        let message = self.waiting.pop_front()?;
        self.memory -= charge(message.payload.len());
        if self.waiting.is_empty() && self.waiting.capacity() > KEPT {
            // After a burst an idle socket owns no long queue.
            self.waiting = VecDeque::new();
        }
        Some(message)
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

fn charge(octets: usize) -> usize {
    RECORD + if octets <= COPIED { octets } else { octets.max(BUFFER) }
}
