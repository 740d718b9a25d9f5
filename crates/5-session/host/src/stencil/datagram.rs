//! The stencil over a datagram's own header, so that a burst of one socket asks for nothing anew.
//!
//! ```text
//!   Ethernet | IP header | ports, length, checksum | at most 40 octets
//!   --- the stencil -----  ----- these ------------   --- copied ------
//! ```
//!
//! From where to where a datagram goes follows from its socket, from what was asked for
//! ([`UdpSend`]) and from addresses and routes. So where both are those of the last one, and the
//! stencil still holds, only its length and its octets are new.
//!
//! Invariant (`a_stencil_is_forgotten_when_its_ground_changes`): what it sends is what the long way
//! sends; a socket that is closed, has an error to tell or was connected anew goes the long way.

use super::Stencil;
use crate::key::UdpKey;
use crate::{Host, UdpSend};
use base::checksum::Sum;
use base::{Journey, frame::SHORT};
use core::net::IpAddr;
use tcp::Endpoints;
use trace::Cx;
use udp::HEADER_LEN;
use wire::ipv4;

/// What the last datagram's header was made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Datagram {
    key: UdpKey,
    how: UdpSend,
    /// The ports as they stand on the wire, length and checksum zero.
    ports: u64,
    /// Of the ports and the pseudo header without the length.
    sum: Sum,
}

impl Datagram {
    fn cut(key: UdpKey, how: UdpSend, ends: &Endpoints) -> Datagram {
        let (from, to) = (ends.local.port(), ends.remote.port());
        let mut sum = Sum::new();
        for ip in [ends.local.ip(), ends.remote.ip()] {
            if let IpAddr::V4(v4) = ip {
                sum.add_four(v4.octets());
            }
        }
        for word in [u16::from(ip::Protocol::UDP.0), from, to] {
            sum.add_u16(word);
        }
        Datagram { key, how, ports: u64::from(from) << 48 | u64::from(to) << 32, sum }
    }

    /// The header of a datagram with this payload.
    #[inline]
    fn header(&self, data: &[u8]) -> [u8; HEADER_LEN] {
        let len = (HEADER_LEN + data.len()) as u16;
        let mut sum = self.sum;
        sum.add_u16(len); // of the pseudo header
        sum.add_u16(len);
        sum.add(data);
        //= rfc768#Checksum
        // a computed zero goes out as all ones, because zero says that there is none
        let checksum = match sum.finish() {
            0 => 0xffff,
            sum => sum,
        };
        (self.ports | u64::from(len) << 16 | u64::from(checksum)).to_be_bytes()
    }
}

impl Stencil {
    /// Is it for such a datagram of this socket?
    #[inline]
    fn datagram(&self, key: UdpKey, how: &UdpSend, data: &[u8]) -> Option<&Datagram> {
        let datagram = self.datagram.as_ref()?;
        let same = datagram.key == key && data.len() <= SHORT && datagram.how == *how;
        same.then_some(datagram)
    }
}

impl Host {
    /// Sends a short datagram by the stencil; false: it must go the long way.
    #[inline]
    pub(crate) fn put_datagram(
        &mut self,
        cx: &mut Cx,
        key: UdpKey,
        how: &UdpSend,
        data: &[u8],
    ) -> bool {
        let Some(stencil) = &self.stencil else { return false };
        let Some(datagram) = stencil.datagram(key, how, data) else { return false };
        if stencil.changes != self.ip.changes()
            || self.udp_sockets.get(key).is_none_or(|record| record.error.is_some())
            || !self.leads_on(stencil)
        {
            return false;
        }
        let mut frame = cx.pool.frame_of(data);
        frame.prepend(HEADER_LEN).copy_from_slice(&datagram.header(data));
        Self::born(cx, &mut frame, Journey::NONE);
        let (src, dst) = (stencil.header.src, stencil.header.dst);
        let number = self.ip.identification(src, dst, ip::Protocol::UDP, false);
        let interface = stencil.path.interface;
        stencil.put(&mut frame, number);
        self.put_out(cx, interface, frame);
        true
    }

    /// Remembers the header of a datagram that was just sent, where the next may have the same.
    pub(crate) fn cut_datagram(&mut self, key: UdpKey, how: &UdpSend, ends: &Endpoints) {
        const LONGEST: usize = ipv4::HEADER_LEN + HEADER_LEN + SHORT;
        let changes = self.ip.changes();
        if let Some(stencil) = &mut self.stencil
            && stencil.changes == changes
            && usize::from(stencil.path.mtu) >= LONGEST
            && stencil.packet == how.packet(ends)
        {
            stencil.datagram = Some(Datagram::cut(key, *how, ends));
        }
    }

    /// A socket sends elsewhere from here on.
    pub(crate) fn forget_datagram(&mut self) {
        if let Some(stencil) = &mut self.stencil {
            stencil.datagram = None;
        }
    }
}
