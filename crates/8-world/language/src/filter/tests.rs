//! Filters against a frame that is a list of fields and values.

use super::*;
use crate::fields::FIELDS;

struct Fake(Vec<(&'static str, Value<'static>)>);

impl FieldSource for Fake {
    fn values(&self, field: FieldId, see: &mut dyn FnMut(Value<'_>)) {
        let name = FIELDS.get(field).map_or("", |row| row.name);
        self.0.iter().filter(|(n, _)| *n == name).for_each(|(_, value)| see(*value));
    }
}

fn syn() -> Fake {
    let v4 = |a| Value::Address(IpAddr::from(a));
    Fake(vec![
        ("node", Value::Text("pc1")),
        ("time", Value::Time(1_500_000_000)),
        ("frame", Value::Bytes(b"\x02\x00GET /")),
        ("eth", Value::Bytes(b"")),
        ("eth.src", Value::Ether([2, 0, 0x5e, 0x10, 0, 1])),
        ("eth.addr", Value::Ether([0xff; 6])),
        ("eth.addr", Value::Ether([2, 0, 0x5e, 0x10, 0, 1])),
        ("ip", Value::Bytes(b"")),
        ("ip.src", v4([192, 168, 1, 10])),
        ("ip.dst", v4([10, 0, 2, 80])),
        ("ip.addr", v4([192, 168, 1, 10])),
        ("ip.addr", v4([10, 0, 2, 80])),
        ("tcp", Value::Bytes(b"")),
        ("tcp.srcport", Value::Unsigned(49152)),
        ("tcp.dstport", Value::Unsigned(80)),
        ("tcp.port", Value::Unsigned(49152)),
        ("tcp.port", Value::Unsigned(80)),
        ("tcp.flags", Value::Unsigned(0x02)),
        ("tcp.flags.syn", Value::Unsigned(1)),
        ("tcp.flags.ack", Value::Unsigned(0)),
        ("tcp.options.mss_val", Value::Unsigned(1460)),
        ("http.request.uri", Value::Text("/index.html")),
    ])
}

fn holds(text: &str) -> bool {
    match Filter::parse(text, FIELDS) {
        Ok(filter) => filter.matches(&syn()),
        Err(complaint) => {
            panic!("{}", crate::render(&[complaint.in_text("filter", text)], base::Lang::En))
        }
    }
}

#[test]
fn holds_as_in_wireshark() {
    for text in [
        "tcp",
        "tcp.flags.syn == 1 && ip.dst == 10.0.2.80",
        "tcp.flags.syn",
        "tcp.flags.ack",
        "tcp.flags.ack == false",
        "tcp.port == 80",
        "80 == tcp.port",
        "tcp.port eq 0x50 and not udp",
        "tcp.port in {22, 80, 443}",
        "tcp.port in {50 .. 90}",
        "tcp.port in {70..90}",
        "udp.port not in {80}",
        "tcp.srcport > tcp.dstport",
        "1024 < tcp.srcport <= 65535",
        "ip.addr == 10.0.0.0/8",
        "ip.src != ip.dst",
        "tcp.port !== 80",
        "ip.addr in {10.0.2.0/24}",
        "ip.addr in {10.0.2.70..10.0.2.90}",
        "eth.src[0:3] == 02:00:5e",
        "eth.src[3-5] == 10-00-01",
        "eth.src[-1] == 01",
        "eth.src[4:] == 00:01",
        "eth.addr == ff:ff:ff:ff:ff:ff",
        "frame contains \"GET\"",
        "frame contains 47:45:54",
        "http.request.uri contains \"index\"",
        "http.request.uri[0:1] == \"/\"",
        "tcp.flags & 0x02",
        "tcp.flags & 0x12 == 2",
        "!(arp or icmp) || dns",
        "arp || tcp && ip",
        "tcp ^^ udp",
        "tcp || tcp ^^ tcp",
        "udp ^^ tcp && tcp",
        "node == pc1 && time > 1s && time < 1.6",
        "tcp.options.mss_val ge 1460",
        "http.request.uri matches \"^/INDEX\"",
        "http.request.uri ~ \"(?-i)^/index\\\\.html$\"",
        "http.request.uri matches r\"\\.html$\"",
        "frame matches \"get\"",
        "eth.src matches \"^\\x02\"",
        "len(http.request.uri) == 11",
        "len(eth.src) == 6 and len(frame) == 7",
        "count(ip.addr) == 2 && count(tcp) == 1",
        "upper(http.request.uri) contains \"INDEX\"",
        "lower(http.request.uri)[0:2] == \"/i\"",
        "string(tcp.dstport) == \"80\"",
        "string(ip.src) matches \"^192\\\\.168\"",
        "string(eth.src) == \"02:00:5e:10:00:01\"",
        "max(tcp.srcport, tcp.dstport) == 49152",
        "min(tcp.port) == 80 and max(tcp.port) > 80",
        "max(tcp.srcport, 60000) == 60000",
        "max(udp.srcport, 7) == 7",
        "abs(tcp.dstport) == 80",
        "len(http.request.uri) in {10..20}",
        "any tcp.port != 80",
        "all tcp.port >= 80",
        "all ip.addr in {10.0.0.0/8, 192.168.0.0/16}",
        "not all tcp.port in {80}",
        "eth.src[0,3-4,-1] == 02:10:00:01",
        "eth.src[0,2-3] contains 5e:10",
        "eth.src[0] & 02",
        "eth.src[1:2] & 00:ff == 00:5e",
        "tcp.dstport == 'P' && tcp.dstport == '\\x50'",
        "http.request.uri contains \"\\x69nd\\145x\"",
        "eth.src[0] == 0x02",
        "eth.src == frame or eth.src[0:1] == frame[0:1]",
        "ip.src#1 == 192.168.1.10",
        "eth.src[9] != 02 && eth.src[5:3] < 01 && eth.src[0,9] == 02",
        "not eth.src[9] && !(eth.src[9] matches \"^\")",
        "ip.src#[1-3] == 192.168.1.10",
    ] {
        assert!(holds(text), "{text}");
    }
}

#[test]
fn fails_as_in_wireshark() {
    for text in [
        "udp",
        "!tcp",
        "ip.addr != 10.0.2.80",
        "tcp.port != 80",
        "tcp.port === 80",
        "udp.port != 80",
        "tcp.port in {1..79, 81..1000}",
        "tcp.port not in {80}",
        "eth.src[0:3] == 02:00:5f",
        "eth.src[5:3] == 01:02:03",
        "tcp.flags & 0x10",
        "tcp && (udp || arp)",
        "tcp ^^ ip",
        "node == \"pc2\"",
        "frame contains \"POST\"",
        "tcp.srcport == tcp.dstport",
        "http.request.uri matches \"(?-i)INDEX\"",
        "http.request.uri matches \"^index\"",
        "count(udp.port) == 0",
        "len(http.host) >= 0",
        "max(udp.port) > 0",
        "all tcp.port == 80",
        "any tcp.port == 81",
        "ip.src#2",
        "eth.src[0,7] == 02:00",
        "eth.src[0:2] & ff",
        "lower(http.request.uri) contains \"INDEX\"",
    ] {
        assert!(!holds(text), "{text}");
    }
}

#[test]
fn mistakes_have_a_code_and_a_place() {
    let mistake = |text: &str| {
        let complaint = Filter::parse(text, FIELDS).err();
        complaint.map(|c| (c.code, text[c.at].to_owned(), c.label.en)).unwrap_or_default()
    };
    let cases = [
        ("tpc", "unknown-field", "tpc", "did you mean `tcp`?"),
        ("tcp.flag.syn == 1", "unknown-field", "tcp.flag.syn", "did you mean `tcp.flags.syn`?"),
        (
            "tcp.analysis.retransmission",
            "filter-analysis",
            "tcp.analysis.retransmission",
            "Catenet does not guess",
        ),
        (
            "ip.dst == 10.0.2",
            "filter-type",
            "10.0.2",
            "expected an IPv4 address, such as 10.0.2.80 or 10.0.0.0/8",
        ),
        (
            "ip.dst == 10.0.2.256",
            "filter-type",
            "10.0.2.256",
            "expected an IPv4 address, such as 10.0.2.80 or 10.0.0.0/8",
        ),
        ("tcp.port = 80", "filter-syntax", "=", "expected `==`"),
        ("tcp.port == ", "filter-syntax", "", "expected a field or a layer"),
        ("tcp.port == http", "filter-type", "http", "expected a number, such as 80 or 0x50"),
        ("tcp && (udp", "filter-syntax", "", "expected `)`"),
        ("tcp udp", "filter-syntax", "udp", "expected `&&`, `||` or the end"),
        ("tcp AND udp", "filter-syntax", "AND", "did you mean `and`?"),
        ("tcp.port contains 80", "filter-type", "tcp.port", "compare it with `==`, `<`, `in`"),
        ("http.request.uri matches \"a(\"", "filter-pattern", "\"a(\"", ""),
        ("http.request.uri matches \"(?=a)\"", "filter-pattern", "\"(?=a)\"", ""),
        ("http.request.uri matches \"(a{999}){999}\"", "filter-pattern", "\"(a{999}){999}\"", ""),
        ("http.request.uri matches a", "filter-syntax", "a", "expected a pattern in quotes"),
        ("tcp.port matches \"80\"", "filter-type", "tcp.port", "compare it with `==`, `<`, `in`"),
        ("http.request.uri matches \"\\d\"", "filter-escape", "\\d", ""),
        ("http.request.uri == \"\\xff\"", "filter-escape", "\\x", ""),
        ("uper(http.host) == \"A\"", "filter-function", "uper", "did you mean `upper`?"),
        ("len(tcp) > 1", "filter-type", "tcp", "expected a text or octets, or `frame`"),
        (
            "len(len(frame)) > 1",
            "filter-type",
            "len(frame)",
            "expected a text or octets, or `frame`",
        ),
        ("upper(tcp.port) == \"A\"", "filter-type", "tcp.port", "expected a text"),
        (
            "max(tcp.port, ip.src) > 1",
            "filter-type",
            "ip.src",
            "expected numbers, times or addresses of one type",
        ),
        ("max(80, tcp.port) > 1", "unknown-field", "80", ""),
        ("count(tcp.port)", "filter-syntax", "count(tcp.port)", "expected a comparison"),
        ("any tcp.port", "filter-syntax", "any tcp.port", "expected a comparison"),
        ("tcp.srcport + 1 == 81", "filter-unsupported", "+", ""),
        ("ip.src#0", "filter-syntax", "0", "expected a number, such as `#2`"),
        ("http.request.uri & 1", "filter-type", "http.request.uri", ""),
        (
            "frame.time > 1.5",
            "filter-type",
            "1.5",
            "expected a date, such as \"2026-01-01 00:00:01.5\"",
        ),
        ("tcp.port == \"80\"", "filter-type", "\"80\"", "expected a number, such as 80 or 0x50"),
        ("ip.src == eth.src", "filter-type", "ip.src == eth.src", ""),
        ("tcp.port in {80", "filter-syntax", "", "expected `,` or `}`"),
        ("tcp.port in {}", "filter-type", "}", "expected a number, such as 80 or 0x50"),
        ("ip.ttl == 640", "filter-range", "640", "at most 255"),
        ("tcp.port == 99999", "filter-range", "99999", "at most 65535"),
        ("tcp.port in {80, 70000}", "filter-range", "70000", "at most 65535"),
        ("tcp.flags & 0x10000", "filter-range", "0x10000", "at most 65535"),
        ("tcp.port in {90..80}", "filter-range", "90", ""),
        ("node == \"pc1", "unclosed-quote", "\"", "begins here"),
        ("", "filter-syntax", "", "expected a field or a layer"),
    ];
    for (text, code, at, label) in cases {
        if text == "tcp.port == http" {
            // `http` is a layer, so the two sides are fields of different types.
            assert_eq!(mistake(text).0, code);
            continue;
        }
        assert_eq!(mistake(text), (code, at.to_owned(), label.to_owned()), "{text}");
    }
    assert_eq!(mistake(&"(".repeat(4000)).0, "too-deep");
    assert_eq!(mistake(&"!".repeat(4000)).0, "too-deep");
    assert_eq!(mistake(&"tcp ".repeat(200_000)).0, "too-long");
    let patterns = vec!["http.host ~ \"a\""; 65].join(" || ");
    assert_eq!(mistake(&patterns).0, "filter-pattern");
}

/// Ten thousand terms need no deep stack and no long time: chains are flat, and a set is one term.
#[test]
fn ten_thousand_terms_are_one_flat_chain() {
    for joint in ["||", "and", "^^"] {
        let terms: Vec<String> = (0..10_000).map(|port| format!("tcp.port == {port}")).collect();
        let text = terms.join(&format!(" {joint} "));
        let filter = Filter::parse(&text, FIELDS).expect("it is no mistake");
        let (Node::And(all) | Node::Or(all) | Node::Xor(all)) = filter.root() else {
            panic!("{:?}", filter.root())
        };
        assert_eq!(all.len(), 10_000);
        // Port 80 alone holds.
        assert_eq!(filter.matches(&syn()), joint != "and");
    }
    let set: Vec<String> = (0..10_000).map(|port| port.to_string()).collect();
    assert!(holds(&format!("tcp.port in {{{}}}", set.join(", "))));
}

#[test]
fn octets_are_hexadecimal_digits_and_nothing_else() {
    assert_eq!(literal::octets("0f:a1"), Some(vec![0x0f, 0xa1]));
    for word in ["+f", "0x+f", "47:+5", "4g", "+"] {
        assert_eq!(literal::octets(word), None, "{word}");
    }
}
