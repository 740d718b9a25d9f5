//! A listener (skeleton).
use crate::*;
use base::Instant;
use trace::Cx;
/// What became of a segment.
#[derive(Debug)]
pub enum ListenOutcome {
    /// It is done with.
    Ended,
    /// Answer with this reset.
    Reset(Segment),
    /// The handshake is complete.
    Established(Box<Connection>),
}
/// A listening port: SYN queue and accept queue.
#[derive(Debug)]
pub struct Listener {}
#[allow(missing_docs, unused_variables)]
impl Listener {
  pub fn new(config: Config, backlog: usize) -> Self { todo!() }
  pub fn handle_segment(&mut self, cx:&mut Cx, endpoints: Endpoints, segment: Segment, isn: &IsnSource, mss: u16) -> ListenOutcome { todo!() }
  pub fn poll_segment(&mut self, cx:&mut Cx) -> Option<(Endpoints, Segment)> { todo!() }
  pub fn next_deadline(&self) -> Option<Instant> { todo!() }
  pub fn handle_timeout(&mut self, cx:&mut Cx) { todo!() }
  pub fn push_accepted(&mut self, key: u64) -> bool { todo!() }
  pub fn accept(&mut self) -> Option<u64> { todo!() }
  pub fn forget_accepted(&mut self, key: u64) { todo!() }
  pub fn syn_queue_len(&self) -> usize { todo!() }
  pub fn accept_queue_len(&self) -> usize { todo!() }
  pub fn backlog(&self) -> usize { todo!() }
}
