//! A frame's field tree, all layers: `wire`'s up to layer 4, then whichever codec knows the ports.
//!
//! A codec that cannot read its message leaves what it read and `_ws.malformed`; what no codec
//! claims is `data`. Absent: what needs several frames (streams, relative numbers, fragments, a
//! message over several segments): a frame is described alone, so an HTTP head is named in the segment
//! that it begins, and the segments after it are `data`. Whoever walks over many frames asks for
//! [`dissect_alone`], and puts together itself what spans them, with [`dissect_packet`] and
//! [`Messages`](crate::Messages).

use base::field::{Fields, Value};
use core::ops::Range;
use wire::Protocol;

/// A codec: the message, where it stands in the frame, where its fields go.
type Describe = fn(&[u8], usize, &mut Fields) -> Result<(), &'static str>;

/// Which codec speaks at which port (the server's).
const CODECS: &[(Protocol, u16, Describe)] = &[
    (Protocol::UDP, 53, dns::describe),
    (Protocol::TCP, 53, dns::describe::describe_behind_length),
];

/// A segment of an HTTP connection: a head and what follows it, or the middle of a message.
fn describe_http(octets: &[u8], at: usize, fields: &mut Fields) -> Result<(), &'static str> {
    let before = fields.list.len();
    let head = match web::describe(octets, at, fields) {
        Ok(head) => head,
        Err(_) => {
            fields.list.truncate(before);
            0
        }
    };
    if head < octets.len() {
        fields.add("data", at + head..at + octets.len(), Value::Octets);
    }
    Ok(())
}

/// Names every field of a frame. Never panics, whatever the octets.
pub fn dissect(octets: &[u8]) -> Fields {
    let (mut fields, http) = dissect_alone(octets);
    if let Some(at) = http {
        let message = octets.get(at.clone()).unwrap_or(&[]);
        // What is no message is data; see `describe_http`.
        let _ = describe_http(message, at.start, &mut fields);
    }
    fields
}

/// The same, but of a segment of an HTTP connection only where its payload stands.
pub fn dissect_alone(octets: &[u8]) -> (Fields, Option<Range<usize>>) {
    let mut fields = Fields::default();
    let rest = wire::dissect(octets, &mut fields);
    let http = go_on(octets, rest, &mut fields);
    (fields, http)
}

/// The fields of what an IPv4 packet without its Ethernet header carries, put together from
/// fragments; the IP header's own are left out.
pub fn dissect_packet(packet: &[u8]) -> (Fields, Option<Range<usize>>) {
    let mut fields = Fields::default();
    let rest = wire::dissect::dissect_packet(packet, 0, &mut fields);
    let header = packet.first().map_or(0, |first| usize::from(first & 15) * 4);
    fields.list.retain(|field| field.range.start >= header);
    let http = go_on(packet, rest, &mut fields);
    (fields, http)
}

/// The fields of a whole HTTP message.
pub fn dissect_message(message: &[u8]) -> Fields {
    let mut fields = Fields::default();
    let _ = describe_http(message, 0, &mut fields);
    fields
}

/// Above layer 4; an HTTP connection's payload is only found.
fn go_on(octets: &[u8], rest: wire::Rest, fields: &mut Fields) -> Option<Range<usize>> {
    let whole = !fields.list.iter().any(|field| field.name == "_ws.malformed");
    if !whole || rest.payload.is_empty() {
        return None;
    }
    if speaks_http(rest.transport) {
        return Some(rest.payload);
    }
    describe_payload(octets, rest.transport, rest.payload, fields);
    None
}

/// The ports at which HTTP is spoken.
const HTTP: [u16; 2] = [80, 8080];

fn speaks_http(transport: Option<(Protocol, u16, u16)>) -> bool {
    transport.is_some_and(|(protocol, src, dst)| {
        protocol == Protocol::TCP && (HTTP.contains(&src) || HTTP.contains(&dst))
    })
}

fn describe_payload(
    octets: &[u8],
    transport: Option<(Protocol, u16, u16)>,
    payload: Range<usize>,
    fields: &mut Fields,
) {
    let speaks = |codec: &&(Protocol, u16, Describe)| {
        transport.is_some_and(|(protocol, src, dst)| {
            codec.0 == protocol && (codec.1 == src || codec.1 == dst)
        })
    };
    let Some((_, _, describe)) = CODECS.iter().find(speaks) else {
        return fields.add("data", payload, Value::Octets);
    };
    let message = octets.get(payload.clone()).unwrap_or(&[]);
    if let Err(field) = describe(message, payload.start, fields) {
        fields.add("_ws.malformed", payload, Value::Text(format!("{field} cannot be read")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A question for `a.lab` from port 5000, without checksums.
    fn question(port: u16) -> Vec<u8> {
        let mut frame = vec![0u8; 12];
        frame.extend([0x08, 0x00, 0x45, 0, 0, 51, 0, 1, 0, 0, 64, 17, 0, 0]);
        frame.extend([10, 0, 0, 1, 10, 0, 0, 2]);
        frame.extend(5000u16.to_be_bytes());
        frame.extend(port.to_be_bytes());
        frame.extend([0, 31, 0, 0]);
        frame.extend([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        frame.extend([1, b'a', 3, b'l', b'a', b'b', 0, 0, 1, 0, 1]);
        frame
    }

    #[test]
    fn a_codec_is_chosen_by_the_port() {
        let fields = dissect(&question(53));
        let name: Vec<&Value> = fields.values("dns.qry.name").collect();
        assert_eq!(name, [&Value::Text("a.lab".into())], "{fields:?}");
        assert_eq!(fields.values("data").count(), 0);
        let other = dissect(&question(54));
        assert_eq!((other.values("data").count(), other.values("dns.qry.name").count()), (1, 0));
    }

    #[test]
    fn a_message_cut_short_is_malformed_and_harmless() {
        let whole = question(53);
        for len in 0..whole.len() {
            dissect(&whole[..len]);
        }
        // The lengths say that all is there, and the question is not.
        let mut short = whole[..54].to_vec();
        short[17] = 40;
        short[39] = 20;
        assert!(dissect(&short).values("_ws.malformed").count() > 0);
    }
}
