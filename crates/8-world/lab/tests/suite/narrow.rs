//! A narrow cable between two routers: IP says so, and TCP finds the way through (RFC 1191).
//!
//! Turn the knob `mtu` back to 1500 and the count of "fragmentation needed" is 0.

use base::Lang;
use catenet_lab::run::{Options, Report, test};
use catenet_lab::{gallery, read_lab};
use language::render;

const LAB: &str = r#"lab = "narrow"
links = ["pc - r1.lan", { link = "r1.mid - r2.mid", name = "mid"MTU }, "r2.srv - web"]
[routers.r1]
jacks = { lan = "10.0.1.1/24", mid = "10.0.2.1/24" }
routes = ["10.0.3.0/24 via 10.0.2.2"]
[routers.r2]
jacks = { mid = "10.0.2.2/24", srv = "10.0.3.1/24" }
routes = ["10.0.1.0/24 via 10.0.2.1"]
[hosts.pc]
ip = "10.0.1.2/24"
gateway = "10.0.1.1"
run = { do = "send 10.0.3.2 9 300000", at = "2s" }
[hosts.web]
ip = "10.0.3.2/24"
gateway = "10.0.3.1"
run = "sink port=9"
SCRIPT
[[check]]
expect = "exit(pc/send) == 0 and count(icmp.type == 3 && icmp.code == 4) at pc >= 1"
within = "20s"
[[check]]
expect = "count(tcp && ip.len > 600) at mid == 0 and pc.tcp.states.CLOSE-WAIT == 0"
within = "20s"
"#;

fn run(mtu: &str, script: &str) -> Report {
    let text = LAB.replace("MTU", mtu).replace("SCRIPT", script);
    let lab = read_lab(text.as_bytes(), "narrow.toml")
        .unwrap_or_else(|mistakes| panic!("{}", render(&mistakes, Lang::En)));
    let options = Options { seed: 7, lang: Lang::En, folder: &gallery::folder, capture: false };
    test(&lab, &options).expect("it runs")
}

#[test]
fn a_narrow_cable_is_told_and_passed() {
    let report = run(", mtu = 600", "");
    assert!(report.passed(), "{}", report.text(Lang::En));
}

#[test]
fn a_cable_that_becomes_narrow_is_told_and_passed() {
    let script = "[[script]]\nat = \"1s\"\ndo = \"set mid mtu=600\"";
    let report = run("", script);
    assert!(report.passed(), "{}", report.text(Lang::En));
}

#[test]
fn a_wide_cable_says_nothing() {
    let report = run("", "");
    assert!(!report.passed(), "{}", report.text(Lang::En));
}
