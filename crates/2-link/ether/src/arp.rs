//! What one ARP message means (RFC 826, with RFC 5227 for probes, announcements and conflicts).
//!
//! ```text
//!   request for an address of ours  -> learn the asker, answer it
//!   reply to us                     -> the answer to our question
//!   anything else                   -> refresh an entry that is there; make none
//! ```
//!
//! What another engineer would question: a conflict is told and not fought. RFC 5227 section 2.4
//! lets a host keep its address and defend it by announcements; two hosts that defend the same
//! address storm a teaching network without teaching more than the event does.

use crate::reasons::{
    AddressConflict, ArpAnswered, ArpFromNobody, ArpOverheard, ArpOwnEcho, ArpReplyHeard,
    MalformedArp,
};
use crate::{Confirmation, Neighbours};
use base::{Frame, InterfaceId, MacAddr};
use core::net::Ipv4Addr;
use trace::{Cx, Place};
use wire::arp::{LEN, Message, Operation};

/// Handles an ARP message that reached the card (`frame`: stripped to the ARP message) and ends the
/// frame. Returns the reply to send, if one is due (to `reply.target_mac`, unicast).
pub fn handle_message(
    cx: &mut Cx,
    neighbours: &mut Neighbours,
    interface: InterfaceId,
    mac: MacAddr,
    is_ours: impl Fn(Ipv4Addr) -> bool,
    mut frame: Frame,
) -> Option<Message> {
    let place = Place::Interface(interface);
    let journey = frame.meta().journey;
    frame.pull(LEN);
    let parsed = Message::parse(frame.head());
    cx.pool.recycle(frame);
    let message = match parsed {
        Ok(message) => message,
        Err(bad) => {
            let reason = MalformedArp { field: bad.field, why: bad.why };
            cx.trace.emit(place, journey, reason);
            return None;
        }
    };
    let (address, sender) = (message.sender_ip, message.sender_mac);
    if sender == mac {
        cx.trace.emit(place, journey, ArpOwnEcho {});
    } else if !sender.is_unicast() || !names_a_host_or_nobody(address) {
        //= rfc1812#3.3.2 a group's hardware address, or a group as sender, is not believed
        let reason = ArpFromNobody { address: address.into(), mac: sender };
        cx.trace.emit(place, journey, reason);
    } else if is_ours(address) {
        //= rfc5227#2.4 another card uses our address as its own
        let reason = AddressConflict { address: address.into(), mac: sender };
        cx.trace.emit(place, journey, reason);
    } else if !is_ours(message.target_ip) {
        //= rfc826 the table is merged: an entry that is there is refreshed, none is made
        let reason = ArpOverheard { address: address.into(), mac: sender };
        cx.trace.emit(place, journey, reason);
        learn(cx, neighbours, &message, Confirmation::Overheard);
    } else if message.operation == Operation::Reply {
        let reason = ArpReplyHeard { address: address.into(), mac: sender };
        cx.trace.emit(place, journey, reason);
        learn(cx, neighbours, &message, Confirmation::Solicited);
    } else {
        //= rfc826 asked for an address of ours: remember the asker, then answer
        let reason = ArpAnswered { asker: address.into(), target: message.target_ip.into() };
        cx.trace.emit(place, journey, reason);
        learn(cx, neighbours, &message, Confirmation::Unsolicited);
        return Some(reply(mac, &message));
    }
    None
}

/// The request that asks who has `target`; `target_mac` stays zero.
pub fn request(mac: MacAddr, source: Ipv4Addr, target: Ipv4Addr) -> Message {
    Message {
        operation: Operation::Request,
        sender_mac: mac,
        sender_ip: source,
        target_mac: MacAddr::ZERO,
        target_ip: target,
    }
}

/// The announcement of an own address, to be broadcast after it was added (RFC 5227 section 2.3).
pub fn announcement(mac: MacAddr, address: Ipv4Addr) -> Message {
    request(mac, address, address)
}

fn reply(mac: MacAddr, asked: &Message) -> Message {
    Message {
        operation: Operation::Reply,
        sender_mac: mac,
        sender_ip: asked.target_ip,
        target_mac: asked.sender_mac,
        target_ip: asked.sender_ip,
    }
}

fn learn(cx: &mut Cx, neighbours: &mut Neighbours, message: &Message, kind: Confirmation) {
    //= rfc5227#1.1 a probe (sender 0.0.0.0) says nothing about who has which address
    if !message.sender_ip.is_unspecified() {
        neighbours.handle_confirmation(cx, message.sender_ip.into(), message.sender_mac, kind);
    }
}

fn names_a_host_or_nobody(address: Ipv4Addr) -> bool {
    address.is_unspecified()
        || !(address.octets()[0] == 0 || address.is_loopback() || address.octets()[0] >= 224)
}

#[cfg(test)]
#[path = "arp_test.rs"]
mod tests;
