//! What waits for a program.
use base::{Body, Frame, InterfaceId, Journey};
use core::net::{IpAddr, SocketAddr};
use trace::Cx;
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
/// The receive queue of one socket.
#[derive(Debug)]
pub struct Queue {}
impl Queue {
    /// An empty queue that may use `bound` octets of memory.
    pub fn new(bound: usize) -> Self {
        todo!()
    }
    /// Takes a datagram (`frame`: stripped to the payload; `message.payload` and `journey` are filled
    /// from it) and ends the frame: Delivered, or Dropped when the queue is full.
    pub fn push(&mut self, cx: &mut Cx, message: Message, frame: Frame) -> bool {
        todo!()
    }
    /// The oldest datagram.
    pub fn pop(&mut self) -> Option<Message> {
        todo!()
    }
    /// Datagrams waiting.
    pub fn len(&self) -> usize {
        todo!()
    }
    /// Is nothing waiting?
    pub fn is_empty(&self) -> bool {
        todo!()
    }
    /// Octets of memory in use.
    pub fn memory(&self) -> usize {
        todo!()
    }
    /// A smaller or larger bound.
    pub fn set_bound(&mut self, bound: usize) {
        todo!()
    }
}
