//! The dissector of layers 2 to 4: a frame's octets to its field tree.
//!
//! It reads what stands there and judges nothing but what it needs to go on: a wrong checksum is a
//! field (`tcp.checksum.status == 0`), a header that cannot be read ends the walk with
//! `_ws.malformed`, whose text names field and reason. Names and values are Wireshark's (checked
//! against tshark 4.0 in `tests/tshark.rs`, where it is installed).
//!
//! Absent, because they need more than one frame: relative numbers (`tcp.seq`, `tcp.ack`), streams,
//! scaled windows, reassembly: of a fragmented packet only the IP header is shown. `capture` adds
//! what it can, and what is above layer 4.

use crate::ethernet::{self, EtherType};
use crate::ipv4::Protocol;
use crate::{Malformed, arp, icmpv4, ipv4, tcp, udp};
use base::field::{Fields, Value};
use core::net::IpAddr;
use core::ops::Range;

/// What a `describe` found: what follows its header, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// How to go on.
    pub follows: Follows,
    /// The octets of the frame that the header carries.
    pub payload: Range<usize>,
}

/// How a dissection goes on after a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// A header of this protocol, between these addresses.
    Transport {
        /// Which.
        protocol: Protocol,
        /// From whom.
        src: IpAddr,
        /// To whom.
        dst: IpAddr,
    },
    /// Layer 7, known by its ports.
    Ports {
        /// From which.
        src: u16,
        /// To which.
        dst: u16,
    },
    /// The packet that an ICMP error is about, perhaps cut off.
    Quotation,
    /// Nothing that could be read without other frames.
    Nothing,
}

/// What is above layer 4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// UDP or TCP, with source and destination port.
    pub transport: Option<(Protocol, u16, u16)>,
    /// The octets of the frame that the last header read carries; padding excluded.
    pub payload: Range<usize>,
}

/// Names every field of layers 2 to 4. Never panics; stops at the first malformed header.
pub fn dissect(frame: &[u8], fields: &mut Fields) -> Rest {
    let header = match ethernet::Header::parse(frame) {
        Ok(header) => header,
        Err(malformed) => return stop(malformed, 0..frame.len(), fields),
    };
    header.describe(0, fields);
    let network = &frame[ethernet::HEADER_LEN..];
    let end = ethernet::HEADER_LEN + network_len(header.ethertype, network);
    describe_padding(frame, end, fields);
    fields.close();
    let payload = ethernet::HEADER_LEN..end;
    match header.ethertype {
        EtherType::ARP => match arp::describe(network, payload.start, fields) {
            Ok(described) => Rest { transport: None, payload: described.payload },
            Err(malformed) => stop(malformed, payload, fields),
        },
        EtherType::IPV4 => dissect_packet(frame, payload.start, fields),
        _ => Rest { transport: None, payload },
    }
}

/// The same for an IPv4 packet that begins at octet `at` of `frame` (0 for a tunnel's).
pub fn dissect_packet(frame: &[u8], at: usize, fields: &mut Fields) -> Rest {
    let packet = frame.get(at..).unwrap_or(&[]);
    let ip = match ipv4::describe(packet, at, fields) {
        Ok(described) => described,
        Err(malformed) => return stop(malformed, at.min(frame.len())..frame.len(), fields),
    };
    let Follows::Transport { protocol, src, dst } = ip.follows else {
        return Rest { transport: None, payload: ip.payload };
    };
    let octets = &frame[ip.payload.clone()];
    let start = ip.payload.start;
    let described = match protocol {
        Protocol::TCP => tcp::describe(octets, start, src, dst, fields),
        Protocol::UDP => udp::describe(octets, start, src, dst, fields),
        Protocol::ICMP => icmpv4::describe(octets, start, fields),
        _ => return Rest { transport: None, payload: ip.payload },
    };
    match described {
        Ok(Described { follows: Follows::Ports { src, dst }, payload }) => {
            Rest { transport: Some((protocol, src, dst)), payload }
        }
        Ok(Described { payload, .. }) => Rest { transport: None, payload },
        Err(malformed) => stop(malformed, ip.payload, fields),
    }
}

fn stop(malformed: Malformed, range: Range<usize>, fields: &mut Fields) -> Rest {
    fields.add("_ws.malformed", range.clone(), Value::Text(malformed.to_string()));
    Rest { transport: None, payload: range }
}

/// How many octets after the Ethernet header are its payload and not padding.
fn network_len(ethertype: EtherType, octets: &[u8]) -> usize {
    let claimed = match ethertype {
        EtherType::IPV4 => match ipv4::Header::read(octets) {
            Ok(header) => usize::from(header.total_len),
            Err(_) => octets.len(),
        },
        EtherType::ARP => arp::LEN,
        ethertype if ethertype.is_length() => usize::from(ethertype.0),
        _ => octets.len(),
    };
    claimed.min(octets.len())
}

/// Zeros up to the shortest frame are padding; anything else behind the payload is a trailer.
fn describe_padding(frame: &[u8], end: usize, fields: &mut Fields) {
    let padded = end.max(frame.len().min(ethernet::MIN_FRAME));
    let padded = if frame[end..padded].iter().all(|&octet| octet == 0) { padded } else { end };
    if padded > end {
        fields.add("eth.padding", end..padded, Value::Octets);
    }
    if frame.len() > padded {
        fields.add("eth.trailer", padded..frame.len(), Value::Octets);
    }
}

/// What `*.checksum.status` says, by Wireshark's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChecksumStatus {
    Bad = 0,
    Good = 1,
    Unverified = 2,
    NotPresent = 3,
}

impl ChecksumStatus {
    pub(crate) fn of(sound: bool) -> ChecksumStatus {
        if sound { ChecksumStatus::Good } else { ChecksumStatus::Bad }
    }
    pub(crate) fn value(self) -> Value {
        Value::Number(self as u64)
    }
}

/// Adds numbers in network order where they stand.
pub(crate) struct Numbers<'a> {
    pub(crate) octets: &'a [u8],
    pub(crate) at: usize,
}

impl Numbers<'_> {
    /// The number in `len` octets from `from` on (0 beyond the octets).
    pub(crate) fn get(&self, from: usize, len: usize) -> u64 {
        let octets = self.octets.get(from..from + len).unwrap_or(&[]);
        octets.iter().fold(0, |number, &octet| number << 8 | u64::from(octet))
    }
    /// The octets of the frame.
    pub(crate) fn range(&self, from: usize, len: usize) -> Range<usize> {
        self.at + from..self.at + from + len
    }
    /// A field that is a number.
    pub(crate) fn add(&self, fields: &mut Fields, name: &'static str, from: usize, len: usize) {
        fields.add(name, self.range(from, len), Value::Number(self.get(from, len)));
    }
}
