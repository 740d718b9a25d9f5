//! A UDP header, field by field, for people and filters.

use super::{HEADER_LEN, Header};
use crate::Malformed;
use crate::dissect::{ChecksumStatus, Described, Follows, Numbers};
use crate::ipv4::Protocol;
use crate::pseudo_header::pseudo_header;
use base::field::{Fields, Value};
use core::net::IpAddr;

/// Names every field of the datagram at the front of `octets` (all that IP delivers), which begin
/// at octet `at` of the frame.
///
/// # Errors
/// As [`Header::read`], and `udp.length` of more octets than there are; what stands there is named
/// all the same.
pub fn describe(
    octets: &[u8],
    at: usize,
    src: IpAddr,
    dst: IpAddr,
    fields: &mut Fields,
) -> Result<Described, Malformed> {
    let read = Header::read(octets).and_then(|(header, checksum)| {
        match octets.get(..usize::from(header.len)) {
            Some(datagram) => Ok((header, checksum, datagram)),
            None => Err(Malformed::new("udp.length", "more octets than the packet holds")),
        }
    });
    let status = match read {
        Ok((_, 0, _)) => ChecksumStatus::NotPresent,
        Ok((_, _, datagram)) => {
            let mut sum = pseudo_header(src, dst, Protocol::UDP, datagram.len());
            sum.add(datagram);
            ChecksumStatus::of(sum.is_sound())
        }
        Err(_) => ChecksumStatus::Unverified,
    };
    describe_header(octets, at, status, fields);
    if let Ok((_, _, datagram)) = read
        && datagram.len() > HEADER_LEN
    {
        fields.add("udp.payload", at + HEADER_LEN..at + datagram.len(), Value::Octets);
    }
    fields.close();
    let (header, _, datagram) = read?;
    let follows = Follows::Ports { src: header.src_port, dst: header.dst_port };
    Ok(Described { follows, payload: at + HEADER_LEN..at + datagram.len() })
}

/// The header of a datagram quoted in an ICMP error, of which the rest may be missing.
pub(crate) fn describe_quoted(octets: &[u8], at: usize, fields: &mut Fields) {
    describe_header(octets, at, ChecksumStatus::Unverified, fields);
    fields.close();
}

/// As many fields as there are octets; leaves the line open.
fn describe_header(octets: &[u8], at: usize, status: ChecksumStatus, fields: &mut Fields) {
    let n = Numbers { octets, at };
    fields.open("udp", at..at + octets.len().min(HEADER_LEN), Value::Present);
    for (name, from) in [("udp.srcport", 0), ("udp.dstport", 2)] {
        if octets.len() >= from + 2 {
            n.add(fields, name, from, 2);
            n.add(fields, "udp.port", from, 2);
        }
    }
    if octets.len() >= HEADER_LEN {
        n.add(fields, "udp.length", 4, 2);
        n.add(fields, "udp.checksum", 6, 2);
        fields.add("udp.checksum.status", n.range(6, 2), status.value());
    }
}
