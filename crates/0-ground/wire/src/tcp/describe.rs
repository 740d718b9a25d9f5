//! A TCP header, field by field, for people and filters.

use super::options::{RawOption, Walk};
use super::{Flags, HEADER_LEN, Header};
use crate::Malformed;
use crate::dissect::{ChecksumStatus, Described, Follows, Numbers};
use crate::ipv4::Protocol;
use crate::pseudo_header::pseudo_header;
use base::field::{Fields, Value};
use core::net::IpAddr;

/// Names every field of the segment that `octets` are, which begin at octet `at` of the frame.
///
/// # Errors
/// As [`Header::read`]; what stands there is named all the same.
pub fn describe(
    octets: &[u8],
    at: usize,
    src: IpAddr,
    dst: IpAddr,
    fields: &mut Fields,
) -> Result<Described, Malformed> {
    let fixed = Header::read_fixed(octets);
    let header_len = fixed.map_or(octets.len().min(HEADER_LEN), |(_, len)| len);
    fields.open("tcp", at..at + header_len, Value::Present);
    describe_fixed(octets, at, status(octets, src, dst), false, fields);
    let read = fixed.and_then(|(header, len)| {
        let data = octets.len() - len;
        fields.add("tcp.len", at..at + len, Value::Number(data as u64));
        let options = describe_options(&octets[HEADER_LEN..len], at + HEADER_LEN, fields);
        describe_payload(&header, len, octets, at, fields);
        options.map(|()| header)
    });
    fields.close();
    let header = read?;
    let follows = Follows::Ports { src: header.src_port, dst: header.dst_port };
    Ok(Described { follows, payload: at + header_len..at + octets.len() })
}

/// The header of a segment quoted in an ICMP error: the ports, and more if all 20 octets are there
/// (RFC 792 quotes 8). `between`: the addresses, if the quotation is whole and its checksum can be
/// verified. Like tshark we leave sequence number and length out, so that a filter finds the same
/// frames.
pub(crate) fn describe_quoted(
    octets: &[u8],
    at: usize,
    between: Option<(IpAddr, IpAddr)>,
    fields: &mut Fields,
) {
    fields.open("tcp", at..at + octets.len().min(HEADER_LEN), Value::Present);
    let status = between.map_or(ChecksumStatus::Unverified, |(src, dst)| status(octets, src, dst));
    describe_fixed(octets, at, status, true, fields);
    if let Ok((header, len)) = Header::read_fixed(octets) {
        // A quotation ends where it ends: options that are cut off are no fault.
        let _ = describe_options(&octets[HEADER_LEN..len], at + HEADER_LEN, fields);
        if between.is_some() {
            describe_payload(&header, len, octets, at, fields);
        }
    }
    fields.close();
}

fn status(octets: &[u8], src: IpAddr, dst: IpAddr) -> ChecksumStatus {
    let mut sum = pseudo_header(src, dst, Protocol::TCP, octets.len());
    sum.add(octets);
    ChecksumStatus::of(sum.is_sound())
}

/// What a reset carries is no payload but the cause, in words (RFC 9293 section 3.5.3).
fn describe_payload(header: &Header, len: usize, octets: &[u8], at: usize, fields: &mut Fields) {
    if octets.len() > len && !header.flags.has(Flags::RST) {
        fields.add("tcp.payload", at + len..at + octets.len(), Value::Octets);
    }
}

/// The fields of the first 20 octets, or only the ports if there are fewer.
fn describe_fixed(
    octets: &[u8],
    at: usize,
    status: ChecksumStatus,
    quoted: bool,
    fields: &mut Fields,
) {
    let n = Numbers { octets, at };
    for (name, from) in [("tcp.srcport", 0), ("tcp.dstport", 2)] {
        if octets.len() >= from + 2 {
            n.add(fields, name, from, 2);
            n.add(fields, "tcp.port", from, 2);
        }
    }
    if octets.len() < HEADER_LEN {
        return;
    }
    if !quoted {
        n.add(fields, "tcp.seq_raw", 4, 4);
    }
    n.add(fields, "tcp.ack_raw", 8, 4);
    fields.add("tcp.hdr_len", n.range(12, 1), Value::Number(u64::from(octets[12] >> 4) * 4));
    describe_flags(&n, fields);
    n.add(fields, "tcp.window_size_value", 14, 2);
    n.add(fields, "tcp.checksum", 16, 2);
    fields.add("tcp.checksum.status", n.range(16, 2), status.value());
    n.add(fields, "tcp.urgent_pointer", 18, 2);
}

fn describe_flags(n: &Numbers<'_>, fields: &mut Fields) {
    const NAMES: [&str; 9] = [
        "tcp.flags.ae",
        "tcp.flags.cwr",
        "tcp.flags.ece",
        "tcp.flags.urg",
        "tcp.flags.ack",
        "tcp.flags.push",
        "tcp.flags.reset",
        "tcp.flags.syn",
        "tcp.flags.fin",
    ];
    let bits = n.get(12, 2) & 0x0fff;
    fields.open("tcp.flags", n.range(12, 2), Value::Number(bits));
    fields.add("tcp.flags.res", n.range(12, 1), Value::Flag(bits & 0x0e00 != 0));
    for (name, bit) in NAMES.into_iter().zip((0..9).rev()) {
        let range = if bit == 8 { n.range(12, 1) } else { n.range(13, 1) };
        fields.add(name, range, Value::Flag(bits >> bit & 1 == 1));
    }
    fields.close();
}

fn describe_options(list: &[u8], at: usize, fields: &mut Fields) -> Result<(), Malformed> {
    if list.is_empty() {
        return Ok(());
    }
    fields.open("tcp.options", at..at + list.len(), Value::Octets);
    let n = Numbers { octets: list, at };
    let mut result = Ok(());
    for option in Walk::new(list) {
        match option {
            Ok(option) => describe_option(option, &n, fields),
            Err(malformed) => result = Err(malformed),
        }
    }
    fields.close();
    result
}

fn describe_option(option: RawOption<'_>, n: &Numbers<'_>, fields: &mut Fields) {
    let RawOption { at, kind, data } = option;
    n.add(fields, "tcp.option_kind", at, 1);
    if kind <= 1 {
        return; // end of list and NOP have no length
    }
    n.add(fields, "tcp.option_len", at + 1, 1);
    match kind {
        2 => n.add(fields, "tcp.options.mss_val", at + 2, 2),
        3 => {
            n.add(fields, "tcp.options.wscale.shift", at + 2, 1);
            // RFC 7323 section 2.3: a shift beyond 14 counts as 14.
            let multiplier = Value::Number(1 << n.get(at + 2, 1).min(14));
            fields.add("tcp.options.wscale.multiplier", n.range(at + 2, 1), multiplier);
        }
        4 => fields.add("tcp.options.sack_perm", n.range(at, 2), Value::Present),
        5 => {
            for block in 0..data.len() / 8 {
                n.add(fields, "tcp.options.sack_le", at + 2 + 8 * block, 4);
                n.add(fields, "tcp.options.sack_re", at + 6 + 8 * block, 4);
            }
            let count = Value::Number(data.len() as u64 / 8);
            fields.add("tcp.options.sack.count", n.range(at, data.len() + 2), count);
        }
        8 => {
            n.add(fields, "tcp.options.timestamp.tsval", at + 2, 4);
            n.add(fields, "tcp.options.timestamp.tsecr", at + 6, 4);
        }
        _ => {}
    }
}
