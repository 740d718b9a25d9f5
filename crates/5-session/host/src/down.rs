//! The way down: a segment becomes a packet, a packet finds its neighbour and becomes a frame.

use crate::reasons::{InterfaceDown, LoopsBack, NeighbourFailed, OutputFull};
use crate::{Host, Output};
use base::{Duration, Frame, InterfaceId, Journey, MacAddr};
use core::net::IpAddr;
use ether::{Action, Resolution};
use ip::reasons::NeighbourUnreachable;
use ip::{Outgoing, Packet, Protocol, SendError};
use tcp::{Endpoints, Segment};
use trace::{Cx, Place};
use wire::ethernet::{EtherType, Header};

/// How long a packet to ourselves is under way.
const LOOPBACK_TIME: Duration = Duration::from_micros(1);

impl Host {
    /// Does a piece of the work that waits: one connection's or one listener's segments. False when
    /// nothing waits.
    pub(crate) fn flush_one(&mut self, cx: &mut Cx) -> bool {
        if let Some(key) = self.dirty.pop_front() {
            self.flush_connection(cx, key);
        } else if let Some(key) = self.dirty_listeners.pop_front() {
            self.flush_listener(cx, key);
        } else {
            return false;
        }
        true
    }

    /// A frame of our own begins: it gets its journey.
    pub(crate) fn born(cx: &mut Cx, frame: &mut Frame, parent: Journey) {
        let now = cx.now();
        let journey = cx.trace.born();
        let meta = frame.meta_mut();
        meta.journey = journey;
        meta.parent = parent;
        meta.arrival = now;
    }

    /// Turns a segment into a packet and sends it, its text taken out; says when it is too long for
    /// the path.
    pub(crate) fn send_segment(
        &mut self,
        cx: &mut Cx,
        endpoints: &Endpoints,
        segment: &mut Segment,
    ) -> Result<(), SendError> {
        let (local, remote) = (endpoints.local.ip(), endpoints.remote.ip());
        let mut frame = cx.pool.frame(base::Body::EMPTY);
        let header = frame.prepend(segment.header.header_len());
        segment.header.emit(header, &segment.payload, local, remote);
        *frame.body_mut() = core::mem::take(&mut segment.payload);
        Self::born(cx, &mut frame, segment.parent);
        let packet = Packet {
            source: Some(local),
            destination: remote,
            protocol: Protocol::TCP,
            ttl: None,
            tos: 0,
            //= rfc1191#3
            dont_fragment: true,
            interface: None,
        };
        self.send_packet(cx, &packet, frame)
    }

    /// Sends a packet of our own (`frame`: at the transport header, born).
    pub(crate) fn send_packet(
        &mut self,
        cx: &mut Cx,
        packet: &Packet,
        mut frame: Frame,
    ) -> Result<(), SendError> {
        if let Some(interface) = self.put_stencil(packet, &mut frame) {
            self.put_out(cx, interface, frame);
            return Ok(());
        }
        let outgoing = self.ip.send(cx, packet, frame)?;
        self.cut_stencil(packet, &outgoing);
        self.transmit(cx, outgoing);
        self.run_ip(cx);
        Ok(())
    }

    /// Sends what `ip` has to say by itself.
    pub(crate) fn run_ip(&mut self, cx: &mut Cx) {
        while let Some(outgoing) = self.ip.poll_packet(cx) {
            self.transmit(cx, outgoing);
        }
    }

    /// Gives a packet to its interface.
    pub(crate) fn transmit(&mut self, cx: &mut Cx, outgoing: Outgoing) {
        let Outgoing { ref path, frame, broadcast } = outgoing;
        let id = path.interface;
        if id == InterfaceId::LOOPBACK {
            return self.loop_back(cx, frame);
        }
        let Some(interface) = self.interface_mut(id).filter(|interface| interface.up) else {
            cx.trace.emit(Place::Interface(id), frame.meta().journey, InterfaceDown {});
            return cx.pool.recycle(frame);
        };
        if interface.mac.is_none() {
            return self.put_out(cx, id, frame);
        }
        if broadcast {
            return self.frame_out(cx, id, MacAddr::BROADCAST, ethertype(&path.next_hop), frame);
        }
        if let Some(mac) = interface.neighbours.last_known(&path.next_hop) {
            return self.frame_out(cx, id, mac, ethertype(&path.next_hop), frame);
        }
        match interface.neighbours.resolve(cx, path.next_hop, frame) {
            Resolution::Known(mac, frame) => {
                self.frame_out(cx, id, mac, ethertype(&path.next_hop), frame);
                self.arm_interface(id);
            }
            Resolution::Pending => self.run_neighbours(cx, id),
        }
    }

    fn loop_back(&mut self, cx: &mut Cx, frame: Frame) {
        let place = Place::Interface(InterfaceId::LOOPBACK);
        if self.loopback.len() >= self.limits.frames {
            let full = OutputFull { waiting: self.loopback.len() };
            cx.trace.emit(place, frame.meta().journey, full);
            return cx.pool.recycle(frame);
        }
        cx.trace.emit(place, frame.meta().journey, LoopsBack { after: LOOPBACK_TIME });
        self.loopback.push_back((cx.now() + LOOPBACK_TIME, frame));
    }

    /// Puts the Ethernet header before a packet and queues the frame.
    pub(crate) fn frame_out(
        &mut self,
        cx: &mut Cx,
        id: InterfaceId,
        dst: MacAddr,
        ethertype: EtherType,
        mut frame: Frame,
    ) {
        let src = self.interface(id).and_then(|interface| interface.mac).unwrap_or(MacAddr::ZERO);
        ether::card::emit(&mut frame, &Header { dst, src, ethertype });
        self.put_out(cx, id, frame);
    }

    pub(crate) fn put_out(&mut self, cx: &mut Cx, interface: InterfaceId, frame: Frame) {
        if self.outputs.len() >= self.limits.frames {
            let full = OutputFull { waiting: self.outputs.len() };
            cx.trace.emit(Place::Interface(interface), frame.meta().journey, full);
            return cx.pool.recycle(frame);
        }
        self.outputs.push_back(Output { interface, frame });
    }

    /// Does what the neighbour machine of an interface asks for.
    pub(crate) fn run_neighbours(&mut self, cx: &mut Cx, id: InterfaceId) {
        while let Some(action) = self.interface_mut(id).and_then(|i| i.neighbours.poll(cx)) {
            match action {
                Action::Probe { address, unicast } => self.ask_for(cx, id, address, unicast),
                Action::Ready { mac, frame } => {
                    let ethertype = packet_type(&frame);
                    self.frame_out(cx, id, mac, ethertype, frame);
                }
                Action::Unreachable { address, frame } => {
                    self.neighbour_failed(cx, id, address, frame);
                }
            }
        }
        self.arm_interface(id);
    }

    pub(crate) fn arm_interface(&mut self, id: InterfaceId) {
        let Some(interface) = self.interfaces.get_mut(usize::from(id.0)) else { return };
        let announcement = interface.announcements.front().map(|(at, _)| *at);
        let deadlines = [interface.neighbours.next_deadline(), announcement];
        let deadline = deadlines.into_iter().flatten().min();
        let target = crate::timers::Target::Interface(id);
        self.timers.arm(&mut interface.armed, deadline, target);
    }

    fn neighbour_failed(&mut self, cx: &mut Cx, id: InterfaceId, next_hop: IpAddr, frame: Frame) {
        let failed = NeighbourFailed { next_hop };
        cx.trace.emit(Place::Interface(id), frame.meta().journey, failed);
        match self.own_packet(&frame) {
            // Nobody needs an ICMP message to speak with itself, and it would be heard twice.
            Some(dst) => {
                self.own_packet_failed(cx, &frame);
                self.end(cx, id, frame, NeighbourUnreachable { dst });
            }
            None => {
                self.ip.unreachable(cx, frame);
                self.run_ip(cx);
            }
        }
    }
}

/// The Ethernet type of packets to such an address.
#[inline]
fn ethertype(address: &IpAddr) -> EtherType {
    if address.is_ipv4() { EtherType::IPV4 } else { EtherType::IPV6 }
}

/// The Ethernet type of a packet, by its version.
fn packet_type(frame: &Frame) -> EtherType {
    match frame.head().first().map(|first| first >> 4) {
        Some(6) => EtherType::IPV6,
        _ => EtherType::IPV4,
    }
}
