//! An IPv4 header, field by field, for people and filters.

use super::{HEADER_LEN, Header};
use crate::Malformed;
use crate::dissect::{ChecksumStatus, Described, Follows, Numbers};
use base::checksum;
use base::field::{Fields, Value};
use core::net::Ipv4Addr;

/// Names every field of the header at the front of `octets`, which begin at octet `at` of the
/// frame. What follows a fragment's header cannot be read alone: [`Follows::Nothing`].
///
/// # Errors
/// As [`Header::read`], and `ip.len` of more octets than there are.
pub fn describe(octets: &[u8], at: usize, fields: &mut Fields) -> Result<Described, Malformed> {
    let header = Header::read(octets)?;
    describe_header(&header, octets, at, fields);
    if usize::from(header.total_len) > octets.len() {
        return Err(Malformed::new("ip.len", "more octets than the frame holds"));
    }
    Ok(follows(&header, at, usize::from(header.total_len)))
}

/// The same for a packet quoted in an ICMP error: it may be cut off, and its own length and
/// checksum are those of the packet that was sent. Also says whether all of it is there.
pub(crate) fn describe_quoted(
    octets: &[u8],
    at: usize,
    fields: &mut Fields,
) -> Result<(Described, bool), Malformed> {
    let header = Header::read(octets)?;
    describe_header(&header, octets, at, fields);
    let total_len = usize::from(header.total_len);
    Ok((follows(&header, at, octets.len().min(total_len)), octets.len() >= total_len))
}

fn follows(header: &Header, at: usize, len: usize) -> Described {
    let follows = if header.is_fragment() {
        Follows::Nothing
    } else {
        let (src, dst) = (header.src.into(), header.dst.into());
        Follows::Transport { protocol: header.protocol, src, dst }
    };
    Described { follows, payload: at + usize::from(header.header_len)..at + len }
}

fn describe_header(header: &Header, octets: &[u8], at: usize, fields: &mut Fields) {
    let header_len = usize::from(header.header_len);
    let n = Numbers { octets, at };
    let number = |value: u8| Value::Number(u64::from(value));
    fields.open("ip", at..at + header_len, Value::Present);
    fields.add("ip.version", n.range(0, 1), number(octets[0] >> 4));
    fields.add("ip.hdr_len", n.range(0, 1), number(header.header_len));
    fields.open("ip.dsfield", n.range(1, 1), number(header.tos));
    fields.add("ip.dsfield.dscp", n.range(1, 1), number(header.tos >> 2));
    fields.add("ip.dsfield.ecn", n.range(1, 1), number(header.tos & 3));
    fields.close();
    n.add(fields, "ip.len", 2, 2);
    n.add(fields, "ip.id", 4, 2);
    fields.open("ip.flags", n.range(6, 1), number(octets[6] >> 5));
    fields.add("ip.flags.rb", n.range(6, 1), Value::Flag(octets[6] & 0x80 != 0));
    fields.add("ip.flags.df", n.range(6, 1), Value::Flag(header.dont_fragment));
    fields.add("ip.flags.mf", n.range(6, 1), Value::Flag(header.more_fragments));
    fields.close();
    let offset = Value::Number(u64::from(header.fragment_offset));
    fields.add("ip.frag_offset", n.range(6, 2), offset);
    n.add(fields, "ip.ttl", 8, 1);
    n.add(fields, "ip.proto", 9, 1);
    n.add(fields, "ip.checksum", 10, 2);
    let status = ChecksumStatus::of(checksum::checksum(&octets[..header_len]) == 0);
    fields.add("ip.checksum.status", n.range(10, 2), status.value());
    for (name, from, address) in [("ip.src", 12, header.src), ("ip.dst", 16, header.dst)] {
        let value = |address: Ipv4Addr| Value::Ip(address.into());
        fields.add(name, n.range(from, 4), value(address));
        fields.add("ip.addr", n.range(from, 4), value(address));
    }
    if header_len > HEADER_LEN {
        fields.add("ip.options", n.range(HEADER_LEN, header_len - HEADER_LEN), Value::Octets);
    }
    fields.close();
}
