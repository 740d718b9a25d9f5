//! One connection (skeleton).
use crate::*;
use base::{Instant, Seq};
use bytes::Bytes;
use trace::Cx;
/// One TCP connection.
#[derive(Debug)]
pub struct Connection {}
#[allow(missing_docs, unused_variables)]
impl Connection {
  pub fn connect(cx:&mut Cx, config:&Config, endpoints: Endpoints, iss: Seq, mss: u16) -> Connection { todo!() }
  pub fn handle_segment(&mut self, cx:&mut Cx, segment: Segment) { todo!() }
  pub fn poll_segment(&mut self, cx:&mut Cx) -> Option<Segment> { todo!() }
  pub fn next_deadline(&self) -> Option<Instant> { todo!() }
  pub fn handle_timeout(&mut self, cx:&mut Cx) { todo!() }
  pub fn send(&mut self, cx:&mut Cx, data:&[u8]) -> Result<usize, Error> { todo!() }
  pub fn send_bytes(&mut self, cx:&mut Cx, data: Bytes) -> Result<usize, Error> { todo!() }
  pub fn receive(&mut self, cx:&mut Cx, out:&mut [u8]) -> Result<usize, Error> { todo!() }
  pub fn receive_bytes(&mut self, cx:&mut Cx, max: usize) -> Result<Bytes, Error> { todo!() }
  pub fn shutdown_send(&mut self, cx:&mut Cx) { todo!() }
  pub fn close(&mut self, cx:&mut Cx) { todo!() }
  pub fn abort(&mut self, cx:&mut Cx) { todo!() }
  pub fn handle_icmp_error(&mut self, cx:&mut Cx, kind: IcmpErrorKind, seq: Seq) { todo!() }
  pub fn may_be_replaced_by(&self, segment: &Segment) -> bool { todo!() }
  pub fn set_nagle(&mut self, on: bool) { todo!() }
  pub fn readiness(&self) -> Readiness { todo!() }
  pub fn state(&self) -> StateName { todo!() }
  pub fn endpoints(&self) -> &Endpoints { todo!() }
  pub fn info(&self) -> Info { todo!() }
  pub fn is_over(&self) -> bool { todo!() }
}
