//! Fragments of IPv4 packets, put together in a walk: the packet's own headers are named in the
//! frame that brings its last piece, as Wireshark names them (RFC 791 section 3.2).
//!
//! A walk sees a fragment at every jack, so a packet may be put together several times. Bounds: the
//! oldest of [`MOST`] unfinished packets is forgotten.

use crate::streams::{hosts, number};
use base::field::Field;
use std::collections::VecDeque;
use std::net::IpAddr;

/// Packets that wait for pieces.
const MOST: usize = 1024;

type Key = (IpAddr, IpAddr, u64, u64);

#[derive(Default)]
pub(crate) struct Pieces {
    waiting: VecDeque<(Key, Packet)>,
}

#[derive(Default)]
struct Packet {
    /// By where they begin.
    pieces: Vec<(usize, Vec<u8>)>,
    end: Option<usize>,
}

impl Pieces {
    /// The whole packet, header first and no fragment any more, if this frame completes one.
    pub(crate) fn step(&mut self, octets: &[u8], fields: &[Field]) -> Option<Vec<u8>> {
        let header = fields.iter().find(|field| field.name == "ip")?.range.clone();
        let word = octets.get(header.start + 6..)?.first_chunk::<2>()?;
        let word = u16::from_be_bytes(*word);
        // The field counts in units of eight octets.
        let (offset, more) = (usize::from(word & 0x1fff) * 8, word & 0x2000 != 0);
        if offset == 0 && !more {
            return None;
        }
        let total = number(fields, "ip.len")? as usize;
        let piece = octets.get(header.end..header.start + total)?;
        let (src, dst) = hosts(fields)?;
        let key = (src, dst, number(fields, "ip.proto")?, number(fields, "ip.id")?);
        let at = match self.waiting.iter().position(|(known, _)| *known == key) {
            Some(at) => at,
            None => {
                if self.waiting.len() == MOST {
                    self.waiting.pop_front();
                }
                self.waiting.push_back((key, Packet::default()));
                self.waiting.len() - 1
            }
        };
        let packet = &mut self.waiting.get_mut(at)?.1;
        packet.pieces.push((offset, piece.to_vec()));
        if !more {
            packet.end = Some(offset + piece.len());
        }
        let payload = packet.whole()?;
        self.waiting.remove(at);
        rebuilt(octets.get(header)?, &payload)
    }
}

impl Packet {
    fn whole(&mut self) -> Option<Vec<u8>> {
        let end = self.end?;
        self.pieces.sort_by_key(|(at, _)| *at);
        let mut whole = Vec::with_capacity(end);
        for (at, piece) in &self.pieces {
            let known = whole.len().checked_sub(*at)?;
            whole.extend_from_slice(piece.get(known..).unwrap_or(&[]));
        }
        (whole.len() >= end).then(|| {
            whole.truncate(end);
            whole
        })
    }
}

fn rebuilt(header: &[u8], payload: &[u8]) -> Option<Vec<u8>> {
    let total = u16::try_from(header.len() + payload.len()).ok()?;
    let mut packet = header.to_vec();
    packet.get_mut(2..4)?.copy_from_slice(&total.to_be_bytes());
    packet.get_mut(6..8)?.fill(0);
    packet.extend_from_slice(payload);
    Some(packet)
}
