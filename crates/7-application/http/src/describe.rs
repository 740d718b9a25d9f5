//! The head of an HTTP/1.1 message, field by field (RFC 9112 sections 3, 4 and 5).
//!
//! Names are Wireshark's. A segment that begins in the middle of a message is none of its business
//! and an error; a head whose end is in another segment is described as far as it goes.

use base::field::{Fields, Value};
use core::ops::Range;

/// Header fields that have a name of their own, in lower case.
const HEADERS: [(&str, &str); 8] = [
    ("host", "http.host"),
    ("user-agent", "http.user_agent"),
    ("content-length", "http.content_length_header"),
    ("content-type", "http.content_type"),
    ("server", "http.server"),
    ("date", "http.date"),
    ("connection", "http.connection"),
    ("location", "http.location"),
];

/// Describes the head at the front of `octets`, which stand at `at` in their frame. Gives the
/// head's length, its empty line included.
///
/// # Errors
/// The field that cannot be read: `http` where no message begins here.
pub fn describe(octets: &[u8], at: usize, fields: &mut Fields) -> Result<usize, &'static str> {
    let (end, complete) = match octets.windows(4).position(|four| four == b"\r\n\r\n") {
        Some(place) => (place + 4, true),
        None => (octets.len(), false),
    };
    let head = octets.get(..end).unwrap_or(octets);
    let first = head.split(|&octet| octet == b'\n').next().unwrap_or(head);
    let parts = start_line(first.trim_ascii_end()).ok_or("http")?;
    fields.open("http", at..at + end, Value::Present);
    for (name, range, value) in parts {
        fields.add(name, at + range.start..at + range.end, value);
    }
    let mut place = first.len() + 1;
    for line in head.get(place..).unwrap_or_default().split(|&octet| octet == b'\n') {
        header(line.trim_ascii_end(), at + place, fields);
        place += line.len() + 1;
    }
    fields.close();
    if complete { Ok(end) } else { Err("http.header") }
}

/// Does a message begin with this line?
pub fn begins_message(line: &[u8]) -> bool {
    start_line(line.trim_ascii_end()).is_some()
}

type Part = (&'static str, Range<usize>, Value);

/// `GET /index.html HTTP/1.1` or `HTTP/1.1 200 OK`.
fn start_line(line: &[u8]) -> Option<Vec<Part>> {
    let line = core::str::from_utf8(line).ok()?;
    let (first, rest) = line.split_once(' ')?;
    let after = first.len() + 1;
    let whole = 0..line.len();
    if first.starts_with("HTTP/1.") {
        let (code, phrase) = rest.split_once(' ').unwrap_or((rest, ""));
        let number = code.parse::<u16>().ok().filter(|_| code.len() == 3)?;
        let phrase_at = (after + 4).min(line.len());
        return Some(vec![
            ("http.response", whole, Value::Flag(true)),
            ("http.response.version", 0..first.len(), Value::Text(first.to_owned())),
            ("http.response.code", after..after + 3, Value::Number(number.into())),
            ("http.response.phrase", phrase_at..line.len(), Value::Text(phrase.to_owned())),
        ]);
    }
    let (target, version) = rest.rsplit_once(' ')?;
    let token = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet);
    if first.is_empty() || !first.bytes().all(token) || !version.starts_with("HTTP/1.") {
        return None;
    }
    let text = |text: &str| Value::Text(text.to_owned());
    let version_at = line.len() - version.len();
    Some(vec![
        ("http.request", whole, Value::Flag(true)),
        ("http.request.method", 0..first.len(), text(first)),
        ("http.request.uri", after..after + target.len(), text(target)),
        ("http.request.version", version_at..line.len(), text(version)),
    ])
}

fn header(line: &[u8], at: usize, fields: &mut Fields) {
    let Some(colon) = line.iter().position(|&octet| octet == b':') else { return };
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    let known = HEADERS.iter().find(|(header, _)| name.eq_ignore_ascii_case(header.as_bytes()));
    let Some(&(_, field)) = known else { return };
    let range = at..at + line.len();
    let text = String::from_utf8_lossy(value).into_owned();
    let number = text.parse::<u64>();
    fields.add(field, range.clone(), Value::Text(text));
    if let ("http.content_length_header", Ok(length)) = (field, number) {
        fields.add("http.content_length", range, Value::Number(length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(octets: &[u8]) -> (Result<usize, &'static str>, Vec<(String, String)>) {
        let mut fields = Fields::default();
        let result = describe(octets, 100, &mut fields);
        assert!(fields.list.iter().all(|field| field.range.end <= 100 + octets.len()));
        let say = |field: base::field::Field| {
            let range = field.range.start - 100..field.range.end - 100;
            let text = String::from_utf8_lossy(&octets[range]).into_owned();
            (field.name.to_owned(), text)
        };
        (result, fields.list.into_iter().skip(1).map(say).collect())
    }

    #[test]
    fn heads_and_what_is_none() {
        let request = b"GET /a?b HTTP/1.1\r\nHost: www.example.lab\r\nX: y\r\n\r\nbody";
        let (length, fields) = described(request);
        assert_eq!(length, Ok(request.len() - 4));
        let fields: Vec<_> = fields.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        assert_eq!(
            fields,
            [
                ("http.request", "GET /a?b HTTP/1.1"),
                ("http.request.method", "GET"),
                ("http.request.uri", "/a?b"),
                ("http.request.version", "HTTP/1.1"),
                ("http.host", "Host: www.example.lab"),
            ]
        );
        let (_, fields) = described(b"HTTP/1.1 404 Not Found\r\ncontent-length: 5\r\n\r\n");
        assert_eq!(fields[2], ("http.response.code".to_owned(), "404".to_owned()));
        assert_eq!(fields[3].1, "Not Found");
        assert_eq!(fields[5].0, "http.content_length");
        assert_eq!(described(b"HTTP/1.1 200\r\n\r\n").0, Ok(16));
        assert_eq!(described(b"GET / HTTP/1.1\r\nHost: x").0, Err("http.header"));
        for none in [
            &b""[..],
            b"\r\n\r\n",
            b"hello world",
            b"a b c d\r\n\r\n",
            b"\xff\xfe \r\n",
            b"HTTP/1.1 2x0 K",
        ] {
            assert_eq!(described(none), (Err("http"), Vec::new()), "{none:?}");
        }
    }
}
