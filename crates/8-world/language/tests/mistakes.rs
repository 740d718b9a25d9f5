//! Mistakes that once passed `validate`, or were told in the wrong place or with a repair that did
//! not work. The shipped examples (`labs/bad/`) are held word by word elsewhere.

use base::Lang;
use catenet_language::{Diagnostic, Options, parse_with, render};

/// What this test's world can say.
const REASONS: &[&str] = &["bad_fcs", "retransmit"];

const LAN: &str = "[networks]\nlan = \"10.0.0.0/24\"\n";

fn mistakes(text: &str) -> Vec<Diagnostic> {
    let options = Options { known_reasons: Some(REASONS), ..Options::default() };
    parse_with(text, "x.toml", &options).err().unwrap_or_default()
}

fn one(text: &str) -> Diagnostic {
    let found = mistakes(text);
    assert_eq!(found.len(), 1, "{}", render(&found, Lang::En));
    found.into_iter().next().unwrap_or_else(|| unreachable!("counted"))
}

/// What the caret marks.
fn marked(found: &Diagnostic) -> String {
    let place = &found.place;
    place.source.chars().skip(place.column - 1).take(place.width).collect()
}

#[test]
fn a_cable_does_not_lead_back_to_its_own_node() {
    let text = "lab = \"x\"\nlinks = [\"pc1 - sw - sw - pc2\"]\n[switches]\nsw = {}\n[hosts]\npc1 = { ip = \"10.0.0.1/24\" }\npc2 = { ip = \"10.0.0.2/24\" }\n";
    let found = one(text);
    assert_eq!((found.code, marked(&found).as_str()), ("self-link", "sw"));
    assert_eq!(found.place.line, 2);
}

#[test]
fn a_card_with_an_address_has_a_cable() {
    let hosts = "[switches]\nsw = {}\n[hosts]\npc1 = { ip = \"10.0.0.1/24\" }\npc2 = { ip = \"10.0.0.2/24\" }\n";
    let found = one(&format!("lab = \"x\"\nlinks = [\"pc1 - sw\"]\n{hosts}"));
    assert_eq!((found.code, marked(&found).as_str()), ("no-cable", "pc2"));
    // A script plugs it in; a lab without any cable wants none; an overlay pulls one.
    let later = "[[script]]\nat = \"1s\"\ndo = \"plug pc2 sw\"\n";
    assert!(mistakes(&format!("lab = \"x\"\nlinks = [\"pc1 - sw\"]\n{hosts}{later}")).is_empty());
    assert!(mistakes(&format!("lab = \"x\"\n{hosts}")).is_empty());
    let pulled = "[broken]\nlinks = [\"pc1 - sw\"]\n";
    let both = "links = [\"pc1 - sw\", \"pc2 - sw\"]\n";
    assert!(mistakes(&format!("lab = \"x\"\n{both}{hosts}{pulled}")).is_empty());
}

#[test]
fn what_an_overlay_breaks_is_told_at_the_overlay() {
    let text = format!(
        "lab = \"x\"\n{LAN}[hosts]\npc1 = {{ net = \"lan\", run = {{ do = \"ping 10.0.0.2\", label = \"p\" }} }}\npc2 = \"lan\"\n[[check]]\nexpect = \"exit(p) == 0\"\n[broken.other]\nhosts.pc1.run = \"ping 10.0.0.9\"\n"
    );
    let found = one(&text);
    assert_eq!(found.place.line, 9, "{}", render(std::slice::from_ref(&found), Lang::En));
    let (own, _) = found.also.clone().expect("its own place too");
    assert_eq!(own.line, 8);
    assert!(found.label.en.contains("[broken.other]") && found.label.zh.contains("[broken.other]"));
    // A mistake in the overlay itself stays where it is.
    let text =
        format!("lab = \"x\"\n{LAN}[hosts]\npc1 = \"lan\"\n[broken]\nhosts.pc1.cpu = \"5\"\n");
    assert_eq!(one(&text).place.line, 7);
}

#[test]
fn names_in_filters_of_checks_are_known() {
    let check = |expect: &str| {
        let expect = expect.replace('"', "\\\"");
        mistakes(&format!(
            "lab = \"x\"\n{LAN}[hosts]\npc1 = \"lan\"\n[[check]]\nexpect = \"{expect}\"\n"
        ))
    };
    for wrong in [
        "count(node == \"pc9\") > 0",
        "count(jack == \"pc1.eth7\") > 0",
        "count(link == \"pc1--lam\") > 0",
        "count(reason == \"bad_fsc\") > 0",
        "node == \"pc9\" before arp",
        "events(retransmit, node != \"pc9\") > 0",
        "count(node in {\"pc1\", \"pc9\"}) > 0",
    ] {
        let found = check(wrong);
        assert_eq!(found.len(), 1, "{wrong}");
        assert_eq!(found[0].code, "unknown-name", "{wrong}");
    }
    for right in [
        "count(node == \"pc1\") > 0",
        "count(jack == \"pc1.eth0\") > 0",
        "count(link == \"pc1--lan\") > 0",
        "count(reason == \"bad_fcs\") > 0",
    ] {
        assert_eq!(check(right), Vec::new(), "{right}");
    }
}

#[test]
fn the_repair_of_a_value_works() {
    for (table, wrong) in [("switches", "s = 5"), ("networks", "s = 5"), ("hosts", "s = 5")] {
        let before = match table {
            "networks" => "lab = \"x\"\n".to_owned(),
            _ => format!("lab = \"x\"\n{LAN}"),
        };
        let found = one(&format!("{before}[{table}]\n{wrong}\n"));
        let repair = found.help.iter().find_map(|help| help.en.strip_prefix("write: "));
        let repair = repair.expect("a repair");
        let mended = format!("{before}[{table}]\n{repair}\n");
        assert!(mistakes(&mended).is_empty(), "{repair}");
    }
}

#[test]
fn a_program_is_not_started_a_million_times_a_second() {
    let every = |period: &str| {
        mistakes(&format!(
            "lab = \"x\"\n{LAN}[hosts]\npc1 = {{ net = \"lan\", run = {{ do = \"sleep 1\", every = \"{period}\" }} }}\n"
        ))
    };
    let found = every("1us");
    assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), ["out-of-range"]);
    assert_eq!(marked(&found[0]), "\"1us\"");
    assert!(every("1ms").is_empty());
}
