//! An ARP message, field by field, for people and filters.

use super::LEN;
use crate::Malformed;
use crate::dissect::{Described, Follows};
use base::MacAddr;
use base::field::{Fields, Value};
use core::net::Ipv4Addr;

/// Names every field of the message at the front of `octets`, which begin at octet `at` of the
/// frame. Values that we refuse to parse (another operation) are described all the same.
///
/// # Errors
/// `arp`: too short, or not IPv4 over Ethernet, so that the addresses have other places.
pub fn describe(octets: &[u8], at: usize, fields: &mut Fields) -> Result<Described, Malformed> {
    let Some(message) = octets.first_chunk::<LEN>() else {
        return Err(Malformed::new("arp", "shorter than 28 octets"));
    };
    if message[..6] != super::PREAMBLE {
        return Err(super::foreign(message));
    }
    let number = |from: usize, len: usize| {
        Value::Number(message[from..from + len].iter().fold(0, |n, &o| n << 8 | u64::from(o)))
    };
    let mac = |from: usize| MacAddr(core::array::from_fn(|i| message[from + i]));
    let ip = |from: usize| Ipv4Addr::from(core::array::from_fn::<u8, 4, _>(|i| message[from + i]));
    fields.open("arp", at..at + LEN, Value::Present);
    fields.add("arp.hw.type", at..at + 2, number(0, 2));
    fields.add("arp.proto.type", at + 2..at + 4, number(2, 2));
    fields.add("arp.hw.size", at + 4..at + 5, number(4, 1));
    fields.add("arp.proto.size", at + 5..at + 6, number(5, 1));
    fields.add("arp.opcode", at + 6..at + 8, number(6, 2));
    describe_kind(message, at, fields);
    fields.add("arp.src.hw_mac", at + 8..at + 14, Value::Mac(mac(8)));
    fields.add("arp.src.proto_ipv4", at + 14..at + 18, Value::Ip(ip(14).into()));
    fields.add("arp.dst.hw_mac", at + 18..at + 24, Value::Mac(mac(18)));
    fields.add("arp.dst.proto_ipv4", at + 24..at + 28, Value::Ip(ip(24).into()));
    fields.close();
    Ok(Described { follows: Follows::Nothing, payload: at + LEN..at + LEN })
}

/// RFC 5227 section 1.1: a probe asks from nowhere, an announcement asks for its own address;
/// neither knows a target's hardware address.
fn describe_kind(message: &[u8; LEN], at: usize, fields: &mut Fields) {
    let operation = u16::from_be_bytes([message[6], message[7]]);
    let (sender, target) = (&message[14..18], &message[24..28]);
    let asks = operation == 1 && message[18..24] == [0; 6];
    let gratuitous = (operation == 1 || operation == 2) && sender == target;
    for (name, is) in [
        ("arp.isprobe", asks && sender == [0; 4] && !gratuitous),
        ("arp.isgratuitous", gratuitous),
        ("arp.isannouncement", asks && gratuitous),
    ] {
        if is {
            fields.add(name, at..at + LEN, Value::Flag(true));
        }
    }
}
