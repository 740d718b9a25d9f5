//! ARP on the wire: the neighbour machine's questions, the answers, the announcements (RFC 826, 5227).
//!
//! A new address is announced twice, two seconds apart. Absent: probing before an address is used
//! (RFC 5227 section 2.1 wants it). It would hold every host of a lab back for some seconds, and
//! whoever writes a lab gives its addresses; two hosts that were given the same one are told of it
//! when they speak (section 2.4).

use crate::Host;
use crate::reasons::Announced;
use base::{Duration, Frame, InterfaceId, Journey, MacAddr};
use core::net::{IpAddr, Ipv4Addr};
use trace::{Cx, Place};
use wire::arp::{LEN, Message};
use wire::ethernet::EtherType;

/// Between the two announcements of an address (RFC 5227 section 1.1).
const ANNOUNCE_INTERVAL: Duration = Duration::from_secs(2);

impl Host {
    /// An ARP message reached a card.
    pub(crate) fn arp_in(&mut self, cx: &mut Cx, id: InterfaceId, frame: Frame) {
        let parent = frame.meta().journey;
        let (ip, interfaces) = (&self.ip, &mut self.interfaces);
        let Some(interface) = interfaces.get_mut(usize::from(id.0)) else { return };
        let mac = interface.mac.unwrap_or(MacAddr::ZERO);
        //= rfc1122#2.3.2
        // Only for addresses of this very interface: a router's far side is not on this link.
        let is_ours = |address: Ipv4Addr| ip.is_on(address, id);
        let neighbours = &mut interface.neighbours;
        let reply = ether::arp::handle_message(cx, neighbours, id, mac, is_ours, frame);
        if let Some(reply) = reply {
            self.arp_out(cx, id, &reply, reply.target_mac, parent);
        }
        self.run_neighbours(cx, id);
    }

    /// Asks who has `address`. Nothing is asked when the interface has no address to ask from: from
    /// 0.0.0.0 it would be the probe of one who wants that address (RFC 5227 section 2.1.1).
    pub(crate) fn ask_for(
        &mut self,
        cx: &mut Cx,
        id: InterfaceId,
        address: IpAddr,
        unicast: Option<MacAddr>,
    ) {
        let IpAddr::V4(target) = address else { return };
        let Some(mac) = self.interface(id).and_then(|interface| interface.mac) else { return };
        let source = self.source_on(id, target);
        if source.is_unspecified() {
            return;
        }
        let request = ether::arp::request(mac, source, target);
        let dst = unicast.unwrap_or(MacAddr::BROADCAST);
        self.arp_out(cx, id, &request, dst, Journey::NONE);
    }

    /// Our address on this interface towards `target`; 0.0.0.0 where there is none.
    pub(crate) fn source_on(&self, id: InterfaceId, target: Ipv4Addr) -> Ipv4Addr {
        match self.ip.source_on(id, target.into()) {
            Some(IpAddr::V4(source)) => source,
            _ => Ipv4Addr::UNSPECIFIED,
        }
    }

    /// Tells everybody on the link that we have `address`, now and once more a little later.
    pub(crate) fn announce(&mut self, cx: &mut Cx, id: InterfaceId, address: IpAddr) {
        let IpAddr::V4(v4) = address else { return };
        if let Some(interface) = self.interface_mut(id).filter(|i| i.mac.is_some()) {
            //= rfc5227#2.3 ANNOUNCE_NUM, ANNOUNCE_INTERVAL
            interface.announcements.retain(|(_, waiting)| *waiting != v4);
            interface.announcements.push_back((cx.now() + ANNOUNCE_INTERVAL, v4));
        }
        self.announce_once(cx, id, address);
        self.arm_interface(id);
    }

    /// The second announcements whose time has come.
    pub(crate) fn announce_again(&mut self, cx: &mut Cx, id: InterfaceId) {
        let now = cx.now();
        while let Some(address) = self.interface_mut(id).and_then(|interface| {
            let due = interface.announcements.front().is_some_and(|(at, _)| *at <= now);
            if due { interface.announcements.pop_front() } else { None }
        }) {
            if self.ip.is_on(address.1, id) {
                self.announce_once(cx, id, address.1.into());
            }
        }
    }

    fn announce_once(&mut self, cx: &mut Cx, id: InterfaceId, address: IpAddr) {
        let IpAddr::V4(v4) = address else { return };
        let Some(interface) = self.interface(id).filter(|interface| interface.up) else { return };
        let Some(mac) = interface.mac else { return };
        //= rfc5227#2.3
        let announcement = ether::arp::announcement(mac, v4);
        cx.trace.emit(Place::Interface(id), Journey::NONE, Announced { address, mac });
        self.arp_out(cx, id, &announcement, MacAddr::BROADCAST, Journey::NONE);
    }

    /// Tells everybody on the link about all addresses of an interface.
    pub(crate) fn announce_all(&mut self, cx: &mut Cx, id: InterfaceId) {
        let addresses = self.ip.addresses();
        for view in addresses.iter().filter(|view| view.interface == id) {
            self.announce(cx, id, view.address.addr());
        }
    }

    fn arp_out(
        &mut self,
        cx: &mut Cx,
        id: InterfaceId,
        message: &Message,
        dst: MacAddr,
        parent: Journey,
    ) {
        let mut frame = cx.pool.frame(base::Body::EMPTY);
        message.emit(frame.prepend(LEN));
        Self::born(cx, &mut frame, parent);
        self.frame_out(cx, id, dst, EtherType::ARP, frame);
    }
}
