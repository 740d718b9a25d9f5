//! The ICMP header for IPv4 (RFC 792, RFC 1122 section 3.2.2, RFC 1812 section 5.2.7, RFC 1191).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +---------------+---------------+-------------------------------+
//! |     type      |     code      |           checksum            |
//! +---------------+---------------+-------------------------------+
//! | echo: identifier              | echo: sequence number         |
//! | too big: 0                    | too big: next hop's MTU       |
//! | parameter problem: pointer | 0                                |
//! | redirect: gateway's address                                   |
//! +---------------------------------------------------------------+
//! |  echoed data, or the quoted packet's header and first octets
//! ```
//! A code that the RFCs do not give to a type makes it [`Header::Other`]: an echo request has code 0.
//! Unused octets are sent as 0 and ignored when received. Absent: extensions (RFC 4884).

use crate::Malformed;
use crate::pseudo_header::add_body;
use base::Body;
use base::checksum::Sum;
use core::net::Ipv4Addr;

mod describe;
pub use describe::describe;

/// Octets before the quoted packet or the echoed data.
pub const HEADER_LEN: usize = 8;

/// The codes of "destination unreachable".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// 0
    Net,
    /// 1
    Host,
    /// 2
    Protocol,
    /// 3
    Port,
    /// 4, with the next hop's MTU (RFC 1191; 0: not said)
    FragmentationNeeded {
        /// In octets of the IP packet.
        next_hop_mtu: u16,
    },
    /// 5
    SourceRouteFailed,
    /// 13
    AdministrativelyProhibited,
    /// any other code
    Other(u8),
}

impl Unreachable {
    fn from_code(code: u8, next_hop_mtu: u16) -> Unreachable {
        match code {
            0 => Unreachable::Net,
            1 => Unreachable::Host,
            2 => Unreachable::Protocol,
            3 => Unreachable::Port,
            4 => Unreachable::FragmentationNeeded { next_hop_mtu },
            5 => Unreachable::SourceRouteFailed,
            13 => Unreachable::AdministrativelyProhibited,
            other => Unreachable::Other(other),
        }
    }

    /// The code on the wire.
    pub const fn code(self) -> u8 {
        match self {
            Unreachable::Net => 0,
            Unreachable::Host => 1,
            Unreachable::Protocol => 2,
            Unreachable::Port => 3,
            Unreachable::FragmentationNeeded { .. } => 4,
            Unreachable::SourceRouteFailed => 5,
            Unreachable::AdministrativelyProhibited => 13,
            Unreachable::Other(code) => code,
        }
    }
}

/// The header; what follows it (echoed data, or the quoted packet) stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// Type 8.
    EchoRequest {
        /// Whose.
        id: u16,
        /// Which.
        seq: u16,
    },
    /// Type 0.
    EchoReply {
        /// As in the request.
        id: u16,
        /// As in the request.
        seq: u16,
    },
    /// Type 3.
    DestinationUnreachable(Unreachable),
    /// Type 11; code 0 in transit, code 1 in reassembly.
    TimeExceeded {
        /// Code 1: fragments did not arrive in time.
        reassembly: bool,
    },
    /// Type 12.
    ParameterProblem {
        /// 0: the pointer tells; 1: an option is missing; 2: bad length.
        code: u8,
        /// The octet of the quoted header where the problem is.
        pointer: u8,
    },
    /// Type 5.
    Redirect {
        /// 0 net, 1 host, 2 and 3 the same for a type of service.
        code: u8,
        /// The better first hop.
        gateway: Ipv4Addr,
    },
    /// Anything else.
    Other {
        /// The type.
        kind: u8,
        /// The code.
        code: u8,
        /// The octets after the checksum.
        rest: [u8; 4],
    },
}

impl Header {
    /// Reads the header at the front of `head` and verifies the checksum over `head` and `body`.
    ///
    /// # Errors
    /// `icmp` too short, `icmp.checksum`.
    pub fn parse(head: &[u8], body: &Body) -> Result<Header, Malformed> {
        let header = Header::read(head)?;
        let mut sum = Sum::new();
        sum.add(head);
        add_body(&mut sum, body);
        if !sum.is_sound() {
            return Err(Malformed::new("icmp.checksum", "does not match the message"));
        }
        Ok(header)
    }

    /// Reads the header without judging its checksum.
    ///
    /// # Errors
    /// `icmp` too short.
    pub fn read(octets: &[u8]) -> Result<Header, Malformed> {
        let Some(&[kind, code, _, _, a, b, c, d]) = octets.first_chunk::<HEADER_LEN>() else {
            return Err(Malformed::new("icmp", "shorter than the 8 octets of its header"));
        };
        let (first, second) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        Ok(match (kind, code) {
            (0, 0) => Header::EchoReply { id: first, seq: second },
            (8, 0) => Header::EchoRequest { id: first, seq: second },
            (3, _) => Header::DestinationUnreachable(Unreachable::from_code(code, second)),
            (5, _) => Header::Redirect { code, gateway: Ipv4Addr::new(a, b, c, d) },
            (11, 0 | 1) => Header::TimeExceeded { reassembly: code == 1 },
            (12, _) => Header::ParameterProblem { code, pointer: a },
            _ => Header::Other { kind, code, rest: [a, b, c, d] },
        })
    }

    /// Writes header and checksum into `out[..HEADER_LEN]`; `rest_of_head` follows it in the head,
    /// then `body`.
    pub fn emit(&self, out: &mut [u8], rest_of_head: &[u8], body: &Body) {
        let out = &mut out[..HEADER_LEN];
        let (kind, code) = self.type_and_code();
        out[..4].copy_from_slice(&[kind, code, 0, 0]);
        out[4..].copy_from_slice(&self.rest());
        let mut sum = Sum::new();
        sum.add(out);
        sum.add(rest_of_head);
        add_body(&mut sum, body);
        out[2..4].copy_from_slice(&sum.finish().to_be_bytes());
    }

    /// Type and code as on the wire.
    pub const fn type_and_code(&self) -> (u8, u8) {
        match *self {
            Header::EchoReply { .. } => (0, 0),
            Header::DestinationUnreachable(why) => (3, why.code()),
            Header::Redirect { code, .. } => (5, code),
            Header::EchoRequest { .. } => (8, 0),
            Header::TimeExceeded { reassembly } => (11, reassembly as u8),
            Header::ParameterProblem { code, .. } => (12, code),
            Header::Other { kind, code, .. } => (kind, code),
        }
    }

    /// The four octets after the checksum.
    const fn rest(&self) -> [u8; 4] {
        match *self {
            Header::EchoRequest { id, seq } | Header::EchoReply { id, seq } => {
                let ([a, b], [c, d]) = (id.to_be_bytes(), seq.to_be_bytes());
                [a, b, c, d]
            }
            Header::DestinationUnreachable(Unreachable::FragmentationNeeded { next_hop_mtu }) => {
                let [c, d] = next_hop_mtu.to_be_bytes();
                [0, 0, c, d]
            }
            Header::DestinationUnreachable(_) | Header::TimeExceeded { .. } => [0; 4],
            Header::ParameterProblem { pointer, .. } => [pointer, 0, 0, 0],
            Header::Redirect { gateway, .. } => gateway.octets(),
            Header::Other { rest, .. } => rest,
        }
    }

    /// Is it one of the errors (about which no error may be sent)? By its type, so that a code
    /// unknown to us makes none of them harmless.
    pub const fn is_error(&self) -> bool {
        //= rfc1122#3.2.2
        // unreachable, source quench, redirect, time exceeded, parameter problem
        matches!(self.type_and_code().0, 3 | 4 | 5 | 11 | 12)
    }
}
