//! An ICMP message, field by field, for people and filters; with an error, the packet it is about.
//!
//! The quoted packet's fields stand beside the outer ones (two `ip.src`), as in Wireshark: a filter
//! for a connection also finds the errors about it.

use super::{HEADER_LEN, Header, Unreachable};
use crate::Malformed;
use crate::dissect::{ChecksumStatus, Described, Follows, Numbers};
use crate::ipv4::{self, Protocol};
use crate::{tcp, udp};
use base::checksum;
use base::field::{Fields, Value};

/// Names every field of the message that `octets` are, which begin at octet `at` of the frame.
///
/// # Errors
/// As [`Header::read`].
pub fn describe(octets: &[u8], at: usize, fields: &mut Fields) -> Result<Described, Malformed> {
    let header = Header::read(octets)?;
    describe_header(&header, octets, at, fields);
    let payload = at + HEADER_LEN..at + octets.len();
    let quotes = header.is_error();
    if quotes {
        // What cannot be read of a quotation is no fault of this message.
        let mut quoted = &octets[HEADER_LEN..];
        if matches!(header, Header::Redirect { .. }) {
            quoted = redirected(quoted);
        }
        let _ = describe_quotation(quoted, payload.start, fields);
    }
    fields.close();
    let follows = if quotes { Follows::Quotation } else { Follows::Nothing };
    Ok(Described { follows, payload })
}

/// Of the packet that a redirect is about, tshark reads what RFC 792 promises, and so do we: the
/// header and 8 octets.
fn redirected(quoted: &[u8]) -> &[u8] {
    let header_len = quoted.first().map_or(0, |first| usize::from(first & 0x0f) * 4);
    quoted.get(..header_len + 8).unwrap_or(quoted)
}

/// Leaves the line open.
fn describe_header(header: &Header, octets: &[u8], at: usize, fields: &mut Fields) {
    let n = Numbers { octets, at };
    fields.open("icmp", at..at + octets.len(), Value::Present);
    n.add(fields, "icmp.type", 0, 1);
    n.add(fields, "icmp.code", 1, 1);
    n.add(fields, "icmp.checksum", 2, 2);
    let status = ChecksumStatus::of(checksum::checksum(octets) == 0);
    fields.add("icmp.checksum.status", n.range(2, 2), status.value());
    match header {
        Header::EchoRequest { .. }
        | Header::EchoReply { .. }
        | Header::Other { kind: 0 | 8, .. } => {
            n.add(fields, "icmp.ident", 4, 2);
            n.add(fields, "icmp.seq", 6, 2);
        }
        Header::DestinationUnreachable(Unreachable::FragmentationNeeded { .. }) => {
            n.add(fields, "icmp.mtu", 6, 2);
        }
        Header::Redirect { gateway, .. } => {
            fields.add("icmp.redir_gw", n.range(4, 4), Value::Ip((*gateway).into()));
        }
        _ => {}
    }
}

fn describe_quotation(octets: &[u8], at: usize, fields: &mut Fields) -> Result<(), Malformed> {
    let (ip, whole) = ipv4::describe::describe_quoted(octets, at, fields)?;
    let start = ip.payload.start;
    let quoted = octets.get(start - at..ip.payload.end - at).unwrap_or(&[]);
    let Follows::Transport { protocol, src, dst } = ip.follows else { return Ok(()) };
    match protocol {
        Protocol::TCP if whole => {
            tcp::describe_quoted(quoted, start, Some((src, dst)), fields);
            Ok(())
        }
        Protocol::UDP if whole => udp::describe(quoted, start, src, dst, fields).map(|_| ()),
        Protocol::TCP => {
            tcp::describe_quoted(quoted, start, None, fields);
            Ok(())
        }
        Protocol::UDP => {
            udp::describe::describe_quoted(quoted, start, fields);
            Ok(())
        }
        // An error is never about an error (RFC 1122 section 3.2.2), so this ends.
        Protocol::ICMP => {
            let header = Header::read(quoted)?;
            if !header.is_error() {
                describe_header(&header, quoted, start, fields);
                fields.close();
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
