//! Datagrams.
#![allow(unused_variables, clippy::todo)]
pub mod queue;
pub mod reasons;
use base::{Frame, InterfaceId};
use core::net::{IpAddr, SocketAddr};
pub use queue::{Message, Queue};
use trace::Cx;
pub use wire::udp::{HEADER_LEN, Header};
/// The payload is longer than a datagram can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// Octets offered.
    pub len: usize,
}
/// Reads and verifies a datagram and strips its header (`frame`: at the UDP header).
/// `None`: the frame was ended with a reason.
pub fn handle_datagram(
    cx: &mut Cx,
    interface: InterfaceId,
    src: IpAddr,
    dst: IpAddr,
    frame: Frame,
) -> Option<(Header, Frame)> {
    todo!()
}
/// Prepends the UDP header to a payload.
pub fn emit(frame: &mut Frame, src: SocketAddr, dst: SocketAddr) -> Result<(), TooLong> {
    todo!()
}
