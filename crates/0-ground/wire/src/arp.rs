//! ARP for IPv4 over Ethernet (RFC 826; RFC 5227 for probes and announcements).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-------------------------------+-------------------------------+
//! |     hardware type (1)         |   protocol type (0x0800)      |
//! +---------------+---------------+-------------------------------+
//! |  hw size (6)  | proto size (4)|           opcode              |
//! +---------------+---------------+-------------------------------+
//! |                 sender hardware address                       |
//! +                               +-------------------------------+
//! |                               |   sender protocol address ..  |
//! +-------------------------------+-------------------------------+
//! |  .. sender protocol address   |   target hardware address ..  |
//! +-------------------------------+                               +
//! |                 .. target hardware address                    |
//! +---------------------------------------------------------------+
//! |                 target protocol address                       |
//! +---------------------------------------------------------------+
//! ```
//! Absent: other hardware, other protocols, RARP and InARP: refused by name of the field.

use crate::Malformed;
use base::MacAddr;
use core::net::Ipv4Addr;

mod describe;
pub use describe::describe;

/// Octets of the message.
pub const LEN: usize = 28;

/// Hardware type 1, protocol 0x0800, sizes 6 and 4: the only message there is here.
const PREAMBLE: [u8; 6] = [0, 1, 8, 0, 6, 4];

/// Request or reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// 1
    Request,
    /// 2
    Reply,
}

/// The message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// Request or reply.
    pub operation: Operation,
    /// Sender's hardware address.
    pub sender_mac: MacAddr,
    /// Sender's protocol address.
    pub sender_ip: Ipv4Addr,
    /// Target's hardware address; zero in requests.
    pub target_mac: MacAddr,
    /// Target's protocol address.
    pub target_ip: Ipv4Addr,
}

impl Message {
    /// Reads a message (hardware type 1, protocol 0x0800, lengths 6 and 4, operation 1 or 2; nothing else).
    ///
    /// # Errors
    /// `arp` too short; `arp.hw.type`, `arp.proto.type`, `arp.hw.size`, `arp.proto.size`,
    /// `arp.opcode` with a value that is not ours.
    pub fn parse(octets: &[u8]) -> Result<Message, Malformed> {
        let Some(message) = octets.first_chunk::<LEN>() else {
            return Err(Malformed::new("arp", "shorter than 28 octets"));
        };
        let mac = |at: usize| MacAddr(core::array::from_fn(|i| message[at + i]));
        let ip = |at: usize| Ipv4Addr::from(core::array::from_fn::<u8, 4, _>(|i| message[at + i]));
        //= rfc826#Packet-Reception
        // what is not Ethernet with IPv4 is not for this machine
        if message[..6] != PREAMBLE {
            return Err(foreign(message));
        }
        let operation = match u16::from_be_bytes([message[6], message[7]]) {
            1 => Operation::Request,
            2 => Operation::Reply,
            _ => return Err(Malformed::new("arp.opcode", "neither request nor reply")),
        };
        Ok(Message {
            operation,
            sender_mac: mac(8),
            sender_ip: ip(14),
            target_mac: mac(18),
            target_ip: ip(24),
        })
    }

    /// Writes it into `out[..LEN]`; `out` has at least that many octets.
    pub fn emit(&self, out: &mut [u8]) {
        out[..6].copy_from_slice(&PREAMBLE);
        let operation = match self.operation {
            Operation::Request => 1,
            Operation::Reply => 2,
        };
        out[6..8].copy_from_slice(&[0, operation]);
        out[8..14].copy_from_slice(&self.sender_mac.0);
        out[14..18].copy_from_slice(&self.sender_ip.octets());
        out[18..24].copy_from_slice(&self.target_mac.0);
        out[24..LEN].copy_from_slice(&self.target_ip.octets());
    }
}

/// Which field of the first six octets is not ours.
#[cold]
fn foreign(message: &[u8; LEN]) -> Malformed {
    if message[..2] != PREAMBLE[..2] {
        Malformed::new("arp.hw.type", "hardware is not Ethernet (1)")
    } else if message[2..4] != PREAMBLE[2..4] {
        Malformed::new("arp.proto.type", "protocol is not IPv4 (0x0800)")
    } else if message[4] != PREAMBLE[4] {
        Malformed::new("arp.hw.size", "hardware addresses are not 6 octets")
    } else {
        Malformed::new("arp.proto.size", "protocol addresses are not 4 octets")
    }
}
