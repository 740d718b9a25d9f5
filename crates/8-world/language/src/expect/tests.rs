//! Checks, by the shape they are read as.

use super::*;
use crate::fields::FIELDS;

/// The shape of an expression, measurements by their text.
fn shape(text: &str) -> String {
    fn of(expect: &Expect, text: &str) -> String {
        match expect {
            Expect::And(a, b) => format!("({} AND {})", of(a, text), of(b, text)),
            Expect::Or(a, b) => format!("({} OR {})", of(a, text), of(b, text)),
            Expect::Not(a) => format!("NOT {}", of(a, text)),
            Expect::Test(test, at) => match &**test {
                Test::Before(a, b) => format!("<{}|{}>", a.as_str(), b.as_str()),
                _ => text[at.clone()].to_owned(),
            },
        }
    }
    match Expect::parse(text, FIELDS) {
        Ok(expect) => of(&expect, text),
        Err(complaint) => {
            panic!("{}", crate::render(&[complaint.in_text("check", text)], base::Lang::En))
        }
    }
}

#[test]
fn joins_and_befores_group_as_the_rules_say() {
    let cases = [
        ("copies(arp) at sw1--sw2 > 1000", "copies(arp) at sw1--sw2 > 1000"),
        (
            "count(tcp and ip) > 1 and not bytes(udp) < 64kB",
            "(count(tcp and ip) > 1 AND NOT bytes(udp) < 64kB)",
        ),
        (
            "count(tcp) > 1 or count(udp) > 1 and count(arp) > 1",
            "(count(tcp) > 1 OR (count(udp) > 1 AND count(arp) > 1))",
        ),
        ("arp before tcp", "<arp|tcp>"),
        ("arp before tcp and tcp before http", "(<arp|tcp> AND <tcp|http>)"),
        (
            "arp && eth before tcp && ip and count(tcp) > 1",
            "(<arp && eth|tcp && ip> AND count(tcp) > 1)",
        ),
        (
            "tcp.flags.syn == 1 and ip.dst == 10.0.2.80 before http",
            "<tcp.flags.syn == 1 and ip.dst == 10.0.2.80|http>",
        ),
        ("arp before tcp and ip", "<arp|tcp and ip>"),
        (
            "count(ip.addr) > 2 before len(udp.payload) > 9",
            "<count(ip.addr) > 2|len(udp.payload) > 9>",
        ),
        ("count(len(tcp.payload) > 9) > 2", "count(len(tcp.payload) > 9) > 2"),
        (
            "count(count(ip.addr) > 2) == 0 and arp before tcp",
            "(count(count(ip.addr) > 2) == 0 AND <arp|tcp>)",
        ),
        ("(arp before tcp) or (udp or dns) before http", "(<arp|tcp> OR <(udp or dns)|http>)"),
        ("!arp before tcp", "<!arp|tcp>"),
        ("not arp before tcp", "<not arp|tcp>"),
        ("! (arp before tcp)", "NOT <arp|tcp>"),
        ("not count(tcp) > 1", "NOT count(tcp) > 1"),
        ("not (arp before tcp)", "NOT <arp|tcp>"),
        ("!(count(tcp) > 1)", "NOT count(tcp) > 1"),
        ("web.tcp.listen[80].syn_queue == 0", "web.tcp.listen[80].syn_queue == 0"),
        ("dns.udp.listen[53].received > 0", "dns.udp.listen[53].received > 0"),
        (
            "r1.arp[192.168.1.2].state == REACHABLE and arp before tcp",
            "(r1.arp[192.168.1.2].state == REACHABLE AND <arp|tcp>)",
        ),
        (
            "exit(pc1/curl) == 0 and output(pc1/curl) contains \"hello\"",
            "(exit(pc1/curl) == 0 AND output(pc1/curl) contains \"hello\")",
        ),
        ("events(retransmit, tcp.port == 80) >= 3", "events(retransmit, tcp.port == 80) >= 3"),
    ];
    for (text, expected) in cases {
        assert_eq!(shape(text), expected, "{text}");
    }
}

#[test]
fn tables_are_paths_with_keys() {
    let expect = Expect::parse("web.tcp.listen[80].syn_queue <= 128", FIELDS);
    let Ok(Expect::Test(test, _)) = expect else {
        panic!("{expect:?}");
    };
    let Test::Table { node, path, op, value } = *test else {
        panic!("{test:?}");
    };
    let name = |s: &str| Step::Name(s.to_owned());
    assert_eq!(node.name, "web");
    assert_eq!(path, [name("tcp"), name("listen"), Step::Key("80".to_owned()), name("syn_queue")]);
    assert_eq!((op, value), (Op::Le, Scalar::Number(128)));
}

#[test]
fn mistakes_have_a_code_and_a_place() {
    let mistake = |text: &str| {
        let complaint = Expect::parse(text, FIELDS).err();
        complaint.map(|c| (c.code, text[c.at].to_owned())).unwrap_or_default()
    };
    let cases = [
        ("tcp", "check-syntax", ""),
        ("tcp and udp", "check-syntax", ""),
        ("cuont(tcp) > 1", "unknown-measure", "cuont"),
        ("count(tpc) > 1", "unknown-field", "tpc"),
        (
            "count(tcp.analysis.retransmission) > 1",
            "filter-analysis",
            "tcp.analysis.retransmission",
        ),
        ("count(tcp) > many", "filter-syntax", "many"),
        ("count(tcp) = 1", "filter-syntax", "="),
        ("count(tcp", "filter-syntax", ""),
        ("bytes(tcp) > 5parsec", "unknown-unit", "5parsec"),
        ("arp before tcp before udp", "check-syntax", "before"),
        ("output(a) == \"x\"", "filter-syntax", "=="),
        ("tcp.flag.syn == 1 before udp", "unknown-field", "tcp.flag.syn"),
        ("", "filter-syntax", ""),
        ("len(tcp.payload) > 3", "check-syntax", ""),
    ];
    for (text, code, at) in cases {
        assert_eq!(mistake(text), (code, at.to_owned()), "{text}");
    }
}

#[test]
fn a_check_of_ten_thousand_measurements_is_refused_and_one_of_ten_thousand_terms_is_not() {
    let many = vec!["count(tcp) > 1"; 10_000].join(" and ");
    let refused = Expect::parse(&many, FIELDS).expect_err("too many");
    assert_eq!(refused.code, "too-long");
    let terms = vec!["tcp.port == 80"; 10_000].join(" or ");
    assert!(Expect::parse(&format!("count({terms}) > 1"), FIELDS).is_ok());
    assert!(Expect::parse(&format!("{terms} before udp"), FIELDS).is_ok());
}
