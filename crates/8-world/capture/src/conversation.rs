//! How many frames and octets each TCP connection moved each way, as `tshark -q -z conv,tcp` counts:
//! whole frames, every one that holds a TCP header, whatever its checksums say.

use base::{JackId, NodeId};
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use sim::World;
use std::collections::BTreeMap;

/// Frames and octets one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Frames.
    pub packets: u64,
    /// Their octets, Ethernet header included, check sequence not.
    pub bytes: u64,
}

/// One pair of endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Who was seen to send first.
    pub a: SocketAddr,
    /// The other one.
    pub b: SocketAddr,
    /// From `a` to `b`.
    pub a_to_b: Count,
    /// From `b` to `a`.
    pub b_to_a: Count,
}

/// The conversations of these frames, in the order of their first frame.
pub fn conversations<'a>(frames: impl IntoIterator<Item = &'a [u8]>) -> Vec<Conversation> {
    let mut list: Vec<Conversation> = Vec::new();
    let mut known: BTreeMap<(SocketAddr, SocketAddr), usize> = BTreeMap::new();
    for octets in frames {
        let Some((src, dst)) = endpoints(octets) else { continue };
        let forward = known.get(&(src, dst)).copied();
        let index = forward.or_else(|| known.get(&(dst, src)).copied()).unwrap_or_else(|| {
            known.insert((src, dst), list.len());
            let none = Count::default();
            list.push(Conversation { a: src, b: dst, a_to_b: none, b_to_a: none });
            list.len() - 1
        });
        let Some(conversation) = list.get_mut(index) else { continue };
        let count =
            if conversation.a == src { &mut conversation.a_to_b } else { &mut conversation.b_to_a };
        count.packets += 1;
        count.bytes += octets.len() as u64;
    }
    list
}

/// The conversations that passed one jack, as far as they are recorded.
pub fn conversations_in(world: &World, node: NodeId, jack: JackId) -> Vec<Conversation> {
    let here = world.recorder().since(0).filter(|frame| (frame.node, frame.jack) == (node, jack));
    let frames: Vec<Vec<u8>> = here.map(|frame| frame.octets()).collect();
    conversations(frames.iter().map(Vec::as_slice))
}

/// Who speaks TCP to whom; read without judging anything, as a sniffer does.
fn endpoints(octets: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
    let packet = octets.get(14..).filter(|_| octets[12..14] == [0x08, 0x00])?;
    let header_len = usize::from(packet.first()? & 0x0f) * 4;
    let fragment = u16::from_be_bytes([*packet.get(6)?, *packet.get(7)?]) & 0x1fff;
    if packet[0] >> 4 != 4 || header_len < 20 || fragment != 0 || *packet.get(9)? != 6 {
        return None;
    }
    let address = |at: usize| -> Option<IpAddr> {
        let octets: [u8; 4] = packet.get(at..at + 4)?.try_into().ok()?;
        Some(IpAddr::V4(Ipv4Addr::from(octets)))
    };
    let port = |at: usize| -> Option<u16> {
        Some(u16::from_be_bytes(packet.get(at..at + 2)?.try_into().ok()?))
    };
    // A TCP header that is cut short is none.
    packet.get(header_len..header_len + 20)?;
    let src = SocketAddr::new(address(12)?, port(header_len)?);
    let dst = SocketAddr::new(address(16)?, port(header_len + 2)?);
    Some((src, dst))
}
