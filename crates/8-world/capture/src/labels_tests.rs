//! The table against the codecs' own sources.

// A test reads the sources beside it.
#![allow(clippy::disallowed_methods)]

use super::*;
use std::collections::BTreeSet;

/// Where codecs name fields.
const SOURCES: &[&str] = &[
    "../../0-ground/wire/src/dissect.rs",
    "../../0-ground/wire/src/ethernet.rs",
    "../../0-ground/wire/src/arp/describe.rs",
    "../../0-ground/wire/src/ipv4/describe.rs",
    "../../0-ground/wire/src/icmpv4/describe.rs",
    "../../0-ground/wire/src/udp/describe.rs",
    "../../0-ground/wire/src/tcp/describe.rs",
    "../../7-application/dns/src/describe.rs",
    "../../7-application/http/src/describe.rs",
    "src/dissect.rs",
];

const PROTOCOLS: &[&str] =
    &["eth", "arp", "ip", "icmp", "udp", "tcp", "dns", "http", "data", "_ws"];

/// Every literal of a source that is a field's name.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for source in SOURCES {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
        let text = std::fs::read_to_string(&path).expect("a codec's source");
        let code = text.split("#[cfg(test)]").next().unwrap_or("");
        let literals = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for literal in literals.flat_map(|line| line.split('"').skip(1).step_by(2)) {
            let name = literal
                .chars()
                .all(|c| c.is_ascii_lowercase() || c == '_' || c == '.' || c.is_ascii_digit());
            let protocol = literal.split('.').next().unwrap_or("");
            if name && PROTOCOLS.contains(&protocol) && !literal.ends_with('.') {
                names.insert(literal.to_owned());
            }
        }
    }
    names
}

#[test]
fn every_name_that_a_codec_can_give_has_both_labels() {
    let names = names();
    assert!(names.len() > 100 && names.contains("tcp.flags.syn"), "found only {names:?}");
    let missing: Vec<&String> = names.iter().filter(|name| label(name).is_none()).collect();
    assert!(missing.is_empty(), "no label: {missing:?}");
    for row in labels() {
        assert!(!row.en.is_empty() && !row.zh.is_empty(), "{}", row.name);
        assert!(row.en.is_ascii() || row.en.contains('…'), "{}: {}", row.name, row.en);
        let known = names.contains(row.name) || row.name == "frame.len";
        assert!(known, "{} is given by no codec", row.name);
    }
    let unique: BTreeSet<&str> = labels().iter().map(|row| row.name).collect();
    assert_eq!(unique.len(), labels().len(), "a name stands twice");
}

#[test]
fn values_are_written_as_people_read_them() {
    let of = |name, value| {
        let shown = show(&Field { name, range: 0..2, value, depth: 1 }, &[0xab, 0xcd]);
        (shown.value, shown.meaning.map(|words| words.1))
    };
    assert_eq!(of("eth.type", Value::Number(0x0800)), ("0x0800".into(), Some("IPv4")));
    assert_eq!(of("ip.ttl", Value::Number(63)), ("63".into(), None));
    assert_eq!(of("tcp.flags", Value::Number(0x18)), ("0x018".into(), None));
    assert_eq!(of("tcp.flags.syn", Value::Flag(true)), ("1".into(), Some("是")));
    assert_eq!(of("eth.dst.ig", Value::Flag(false)), ("0".into(), Some("单个网卡")));
    assert_eq!(of("data", Value::Octets), ("ab cd".into(), None));
    assert_eq!(of("dns.qry.type", Value::Number(999)), ("999".into(), None));
}
