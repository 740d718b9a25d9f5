//! A message whose octets are written out, every cut of it, and pointers that lead nowhere.

use super::*;

/// `www.example.lab A`, answered: the answer's name is a pointer to octet 12.
const ANSWER: &[u8] = b"\x12\x34\x85\x00\0\x01\0\x01\0\0\0\0\
    \x03www\x07example\x03lab\0\0\x01\0\x01\
    \xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x0a\0\x02\x50";

#[test]
fn names_ranges_and_values() {
    let mut fields = Fields::default();
    assert_eq!(describe(ANSWER, 42, &mut fields), Ok(()));
    let text = |name: &str| Value::Text(name.to_owned());
    let expected = [
        ("dns", 42..42 + ANSWER.len(), Value::Present),
        ("dns.id", 42..44, Value::Number(0x1234)),
        ("dns.flags.response", 44..46, Value::Flag(true)),
        ("dns.flags.authoritative", 44..46, Value::Flag(true)),
        ("dns.flags.recdesired", 44..46, Value::Flag(true)),
        ("dns.flags.recavail", 44..46, Value::Flag(false)),
        ("dns.flags.rcode", 44..46, Value::Number(0)),
        ("dns.count.queries", 46..48, Value::Number(1)),
        ("dns.qry.name", 54..71, text("www.example.lab")),
        ("dns.qry.type", 71..73, Value::Number(1)),
        ("dns.resp.name", 75..77, text("www.example.lab")),
        ("dns.resp.ttl", 81..85, Value::Number(60)),
        ("dns.a", 87..91, Value::Ip([10, 0, 2, 80].into())),
    ];
    for (name, range, value) in expected {
        let field = fields.list.iter().find(|field| field.name == name).expect(name);
        assert_eq!((&field.range, &field.value), (&range, &value), "{name}");
    }
}

#[test]
fn every_cut_is_an_error_and_no_field_lies_outside() {
    for length in 0..ANSWER.len() {
        let mut fields = Fields::default();
        assert!(describe(&ANSWER[..length], 7, &mut fields).is_err(), "{length}");
        assert!(fields.list.iter().all(|field| field.range.end <= 7 + length), "{length}");
    }
}

#[test]
fn pointers_lead_backwards_only() {
    for name in [&b"\xc0\0"[..], b"\xc0\x02", b"\x01a\xc0\0", b"\xc0", b"\x40", b"\x03ab"] {
        let found = read_name(name, 0);
        assert!(found.is_none(), "{name:?}: {found:?}");
    }
    assert_eq!(read_name(b"\x01a\0\x01b\xc0\0", 3), Some(("b.a".into(), 7)));
    assert_eq!(read_name(b"\0", 0), Some(("<Root>".into(), 1)));
}

#[test]
fn a_segment_holds_length_and_message() {
    let mut octets = vec![0, ANSWER.len() as u8];
    octets.extend_from_slice(ANSWER);
    let mut fields = Fields::default();
    assert_eq!(describe_behind_length(&octets, 0, &mut fields), Ok(()));
    assert_eq!(fields.list[0].range, 2..octets.len());
    assert_eq!(describe_behind_length(&octets[..9], 0, &mut fields), Err("dns.length"));
}
