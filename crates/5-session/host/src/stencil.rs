//! The headers of the last packet of our own, so that the next of a burst copies them.
//!
//! ```text
//!   Ethernet header | IP header, of which each packet has its own: length, identification, checksum
//!   ----------- copied --------------------------------------------- and those three written
//! ```
//!
//! Packets go out in bursts of one kind: from one socket, to one peer. Which way such a packet takes,
//! and so all octets of its two outer headers but those three fields, follows from what was asked
//! for ([`Packet`]), from addresses, routes and interfaces (`Ip::changes` tells that one changed) and
//! from where the neighbour is (`Neighbours::last_known`). While these are the same, so are the octets.
//!
//! Invariant (`a_stencil_is_forgotten_when_its_ground_changes`): a frame made by the stencil is the
//! frame that `ip` and `ether` would make. Packets that are cut, padded with options, for everybody
//! or for ourselves, and those of interfaces without a card go the long way.
//! A short datagram that a socket sends as its last one is told apart sooner: `datagram`.

mod datagram;

use crate::Host;
use base::checksum::Sum;
use base::{Frame, InterfaceId, MacAddr};
use ip::{Outgoing, Packet, Path};
use wire::{ethernet, ipv4};

const ETHERNET: usize = ethernet::HEADER_LEN;
const LEN: usize = ETHERNET + ipv4::HEADER_LEN;

/// The two headers, and what they were made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stencil {
    packet: Packet,
    /// `Ip::changes` when it was cut.
    changes: u64,
    path: Path,
    /// Where the next hop was.
    mac: MacAddr,
    header: ipv4::Header,
    octets: [u8; LEN],
    /// Of the IP header without the three fields.
    sum: Sum,
    datagram: Option<datagram::Datagram>,
}

impl Stencil {
    /// `header` goes to `mac`, by the card `from`.
    fn cut(
        packet: Packet,
        changes: u64,
        path: Path,
        header: ipv4::Header,
        (from, mac): (MacAddr, MacAddr),
    ) -> Stencil {
        let mut octets = [0; LEN];
        let ethertype = ethernet::EtherType::IPV4;
        ethernet::Header { dst: mac, src: from, ethertype }.emit(&mut octets);
        let ip = &mut octets[ETHERNET..];
        ipv4::Header { id: 0, total_len: 0, ..header }.emit(ip);
        ip[10..12].fill(0);
        let mut sum = Sum::new();
        sum.add(ip);
        Stencil { packet, changes, path, mac, header, octets, sum, datagram: None }
    }

    /// Is it for a packet like this, while so much has changed?
    #[inline]
    fn fits(&self, packet: &Packet, changes: u64, frame: &Frame) -> bool {
        self.changes == changes
            && self.packet == *packet
            && ipv4::HEADER_LEN + frame.len() <= usize::from(self.path.mtu)
            && frame.head().len() <= ip::LONGEST_HEAD
    }

    /// Puts the headers before what `frame` holds.
    #[inline]
    fn put(&self, frame: &mut Frame, id: u16) {
        let total_len = (ipv4::HEADER_LEN + frame.len()) as u16;
        let mut sum = self.sum;
        sum.add_u16(total_len);
        sum.add_u16(id);
        let (out, ..) = frame.prepend_to(LEN);
        out.copy_from_slice(&self.octets);
        for (at, field) in [(2, total_len), (4, id), (10, sum.finish())] {
            let at = ETHERNET + at;
            out[at..at + 2].copy_from_slice(&field.to_be_bytes());
        }
        frame.meta_mut().interface = self.path.interface;
        ether::card::pad(frame);
    }
}

impl Host {
    /// Makes a frame of `frame` (at the transport header) by the stencil, where it fits; says by
    /// which interface it leaves.
    #[inline]
    pub(crate) fn put_stencil(
        &mut self,
        packet: &Packet,
        frame: &mut Frame,
    ) -> Option<InterfaceId> {
        let stencil = self.stencil.as_ref()?;
        if !stencil.fits(packet, self.ip.changes(), frame) {
            return None;
        }
        if !self.leads_on(stencil) {
            return None;
        }
        let id = stencil.path.interface;
        let (src, dst) = (stencil.header.src, stencil.header.dst);
        let number = self.ip.identification(src, dst, packet.protocol, packet.dont_fragment);
        stencil.put(frame, number);
        Some(id)
    }

    /// Is the next hop still where the stencil says?
    #[inline]
    fn leads_on(&self, stencil: &Stencil) -> bool {
        let interface = self.interfaces.get(usize::from(stencil.path.interface.0));
        let known = interface.and_then(|it| it.neighbours.last_known(&stencil.path.next_hop));
        known == Some(stencil.mac)
    }

    /// Remembers the headers of a packet (`outgoing`: what `ip` made of it), where the next may have
    /// the same.
    pub(crate) fn cut_stencil(&mut self, packet: &Packet, outgoing: &Outgoing) {
        let Outgoing { path, frame, broadcast } = outgoing;
        let Ok(header) = ipv4::Header::read(frame.head()) else { return };
        let plain = usize::from(header.header_len) == ipv4::HEADER_LEN && !header.is_fragment();
        let Some(interface) = self.interface(path.interface).filter(|it| it.up) else { return };
        if let Some(from) = interface.mac
            && let Some(mac) = interface.neighbours.last_known(&path.next_hop)
            && plain
            && !broadcast
        {
            let changes = self.ip.changes();
            self.stencil = Some(Stencil::cut(*packet, changes, *path, header, (from, mac)));
        }
    }
}

#[cfg(test)]
#[path = "stencil_test.rs"]
mod tests;
