//! A script that plugs a machine elsewhere: it keeps its address, and what it can reach changes.

use base::Lang;
use catenet_lab::run::{Options, test};
use catenet_lab::{gallery, read_lab};
use language::{long_form, render};

/// `pc` and `near` on one network, `far` on another without a router; at 2 s the cable moves.
const LAB: &str = r#"
lab = "moved"
duration = "9s"
[networks]
lan = "10.0.0.0/24"
attic = "10.0.1.0/24"
[hosts]
pc = { net = "lan", run = ["ping -c 1 10.0.0.2", { do = "ping -c 1 -W 1 10.0.0.2", at = "3s", label = "gone" }] }
near = { net = "lan", ip = "10.0.0.2" }
far = { net = "attic", ip = "10.0.1.9" }
[[script]]
at = "4s"
do = "exec pc -- ip addr add 10.0.1.7/24 dev eth0"
[[script]]
at = "5s"
do = "exec --label there pc -- ping -c 1 -W 1 10.0.1.9"
[[script]]
at = "6s"
do = "set pc--attic loss=100%"
[[script]]
at = "7s"
do = "exec --label lost pc -- ping -c 1 -W 1 10.0.1.9"
[[script]]
at = "2s"
do = "plug pc attic"
[[check]]
expect = "exit(pc/ping) == 0 and exit(gone) == 1 and exit(there) == 0 and exit(lost) == 1"
[[check]]
expect = "events(jack_flushed) >= 1"
"#;

#[test]
fn a_script_moves_a_cable_and_later_lines_name_it() {
    let lab = read_lab(LAB.as_bytes(), "moved.toml")
        .unwrap_or_else(|mistakes| panic!("{}", render(&mistakes, Lang::En)));
    let again = read_lab(long_form(&lab).as_bytes(), "moved.toml");
    assert_eq!(again.ok().as_ref(), Some(&lab));
    let options = Options { seed: 1, lang: Lang::En, folder: &gallery::folder, capture: false };
    let report = test(&lab, &options).unwrap_or_else(|why| panic!("{why:?}"));
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    for check in &report.checks {
        assert!(check.verdict.holds, "{:#?}", check.verdict);
    }
}
