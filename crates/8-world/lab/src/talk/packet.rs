//! The headers of a recorded frame that a conversation needs, read as a sniffer reads them: nothing is
//! judged, what is cut short is no packet of a conversation.

use base::Seq;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use sim::Kept;
use wire::tcp::Flags;

/// TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl Protocol {
    /// Wireshark's word.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        }
    }
}

/// What a TCP header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Its flags.
    pub flags: Flags,
    /// Sequence number.
    pub seq: Seq,
    /// Acknowledgement number; counts when ACK is set.
    pub ack: Seq,
    /// The window field, not scaled.
    pub window: u16,
}

impl Numbers {
    /// The flags that are set, by the RFC's names, SYN first.
    pub fn flag_names(&self) -> Vec<&'static str> {
        let all = [
            (Flags::SYN, "SYN"),
            (Flags::FIN, "FIN"),
            (Flags::RST, "RST"),
            (Flags::PSH, "PSH"),
            (Flags::ACK, "ACK"),
            (Flags::URG, "URG"),
        ];
        all.iter().filter(|row| self.flags.has(row.0)).map(|row| row.1).collect()
    }
    /// Sequence numbers that the segment takes.
    pub(crate) fn span(&self, length: u32) -> u32 {
        let counts = |flag| u32::from(self.flags.has(flag));
        length + counts(Flags::SYN) + counts(Flags::FIN)
    }
}

/// One packet of a conversation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet {
    pub(crate) protocol: Protocol,
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    /// Octets of text.
    pub(crate) length: u32,
    pub(crate) numbers: Option<Numbers>,
}

/// Ethernet, IPv4 with all options, TCP without any: where everything is that is read here.
const LONGEST: usize = 14 + 60 + 20;

/// Reads a frame that carries the beginning of a TCP segment or a UDP datagram over IPv4.
pub(crate) fn read(frame: &Kept) -> Option<Packet> {
    let mut space = [0; LONGEST];
    let filled = frame.copy_to(&mut space);
    let octets = &space[..filled];
    let packet = octets.get(14..).filter(|_| octets[12..14] == [0x08, 0x00])?;
    let header = usize::from(packet.first()? & 15) * 4;
    let fragment = word(packet, 6)? & 0x1fff;
    if packet[0] >> 4 != 4 || header < 20 || fragment != 0 {
        return None;
    }
    let total = usize::from(word(packet, 2)?);
    let address = |at: usize| -> Option<IpAddr> {
        let octets: [u8; 4] = packet.get(at..at + 4)?.try_into().ok()?;
        Some(IpAddr::V4(Ipv4Addr::from(octets)))
    };
    let rest = packet.get(header..)?;
    let (from, to) = (word(rest, 0)?, word(rest, 2)?);
    let (protocol, numbers, above) = match packet.get(9)? {
        6 => {
            let numbers = Numbers {
                flags: Flags(*rest.get(13)? & 0x3f),
                seq: Seq(long(rest, 4)?),
                ack: Seq(long(rest, 8)?),
                window: word(rest, 14)?,
            };
            (Protocol::Tcp, Some(numbers), usize::from(*rest.get(12)? >> 4) * 4)
        }
        17 => (Protocol::Udp, None, 8),
        _ => return None,
    };
    Some(Packet {
        protocol,
        from: SocketAddr::new(address(12)?, from),
        to: SocketAddr::new(address(16)?, to),
        length: total.saturating_sub(header + above) as u32,
        numbers,
    })
}

fn word(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(octets.get(at..at + 2)?.try_into().ok()?))
}

fn long(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(octets.get(at..at + 4)?.try_into().ok()?))
}
