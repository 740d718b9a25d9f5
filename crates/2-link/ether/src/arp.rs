//! What one heard ARP message means (RFC 826, RFC 5227).
use crate::Neighbours;
use base::{Frame, InterfaceId, MacAddr};
use core::net::Ipv4Addr;
use trace::Cx;
use wire::arp::Message;
/// Handles an ARP message that reached the card (`frame`: stripped to the ARP message) and ends the
/// frame. Returns the reply to send, if one is due (to `reply.target_mac`, unicast).
pub fn handle_message(
    cx: &mut Cx,
    neighbours: &mut Neighbours,
    interface: InterfaceId,
    mac: MacAddr,
    is_ours: impl Fn(Ipv4Addr) -> bool,
    frame: Frame,
) -> Option<Message> {
    todo!()
}
/// The request that asks who has `target` (RFC 826).
pub fn request(mac: MacAddr, source: Ipv4Addr, target: Ipv4Addr) -> Message {
    todo!()
}
/// The announcement of an own address (RFC 5227 section 3): broadcast it after an address was added.
pub fn announcement(mac: MacAddr, address: Ipv4Addr) -> Message {
    todo!()
}
