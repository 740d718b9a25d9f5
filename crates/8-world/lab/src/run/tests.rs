//! Enough is enough, and a report travels whole.

use super::*;
use std::cell::Cell;

fn lab(text: &str) -> Lab {
    crate::read_lab(text.as_bytes(), "run.toml")
        .unwrap_or_else(|mistakes| panic!("{}", language::render(&mistakes, Lang::En)))
}

fn options() -> Options<'static> {
    Options { seed: 1, lang: Lang::En, folder: &crate::gallery::folder, capture: false }
}

const FLOOD: &str = "lab = \"flood\"\nduration = \"10000h\"\nlinks = [\"a - b\"]\n[hosts.a]\nip = \"10.0.0.1/24\"\nrun = { do = \"ping -i 0.01 10.0.0.2\", label = \"p\" }\n[hosts.b]\nip = \"10.0.0.2/24\"\n[[check]]\nexpect = \"count(icmp) > 0\"\nwithin = \"1s\"\n[[check]]\nexpect = \"count(icmp) > 0\"\n";

#[test]
fn enough_is_enough() {
    let asked = Cell::new(0);
    let enough = || {
        asked.set(asked.get() + 1);
        asked.get() > 20
    };
    let (report, world) = bounded(&lab(FLOOD), &options(), &enough).expect("a world");
    assert_eq!(report.ended, Ending::Enough);
    assert!(!report.passed());
    assert!(report.faults[0].en.contains("it takes too long"), "{:?}", report.faults);
    assert!(world.events_done() <= 21 * SLICE, "{}", world.events_done());
    let [early, late] = report.checks.as_slice() else { panic!("{:?}", report.checks) };
    assert!(early.verdict.holds, "what was judged in time counts: {early:?}");
    assert!(!late.verdict.holds && !late.verdict.known, "{late:?}");
}

#[test]
fn a_report_is_read_back_as_it_was_written() {
    let text = crate::gallery::text("two-lans").expect("it is there");
    let report = test(&lab(text), &options()).expect("a world");
    let written = serde_json::to_string(&report).expect("written");
    let back: Report = serde_json::from_str(&written).expect("read");
    assert_eq!((back.digest, back.ran, back.ended), (report.digest, report.ran, report.ended));
    assert_eq!(back.text(Lang::Zh), report.text(Lang::Zh));
    assert_eq!(serde_json::to_string(&back).expect("written"), written);
}
