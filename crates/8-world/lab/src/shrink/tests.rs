//! A fault is planted into TCP: segments of one size are never sent again. It is found by seeds and
//! shrunk to the frame that must be lost; without the fault nothing is found.

use super::*;
use crate::run::bounded_with;
use base::Lang;

const SIZE: u32 = 1448;

fn lab() -> Lab {
    let text = r#"lab = "planted"
duration = "20s"
links = [{ link = "a - b", name = "bad", rate = "100Mbit", delay = "5ms", loss = "2%", reorder = "5% 2ms", duplicate = "2%", corrupt = "1e-6" }]
[hosts.a]
ip = "10.0.0.1/24"
run = [{ do = "send 10.0.0.2 9000 SIZE", at = "1s", label = "tcp" }]
[hosts.b]
ip = "10.0.0.2/24"
run = "sink port=9000"
[[check]]
expect = "exit(tcp) == 0"
"#;
    // Full segments of 1448 octets, and the last one of 552: the only one of its size.
    let text = text.replace("SIZE", "100464");
    language::parse(&text, "planted.toml").unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

fn options(seed: u64) -> Options<'static> {
    Options { seed, lang: Lang::En, folder: &|_| Vec::new(), capture: false }
}

fn planted(size: u32) -> impl Fn(&mut WorldBuilder) {
    move |builder| {
        let never_again = Some(size);
        builder.tcp(host::TcpConfig { never_again, ..host::TcpConfig::default() });
    }
}

/// The first seeds that fail with the fault planted, and what is left of each.
fn found(size: u32, most: usize) -> Vec<(u64, Shrunk)> {
    let (lab, prepare) = (lab(), planted(size));
    let fails = |seed: &u64| {
        let run = bounded_with(&lab, &options(*seed), &|| false, &mut |builder| prepare(builder));
        !holds(&run.expect("boots").0, Demand::Check(0))
    };
    let seeds = (1..200).filter(fails).take(most);
    let shrunk = |seed| {
        let found =
            shrink_with(&lab, &options(seed), Demand::Check(0), &mut || true, &planted(size));
        (seed, found.expect("boots").expect("shrinks"))
    };
    seeds.map(shrunk).collect()
}

#[test]
fn a_planted_fault_is_found_and_shrunk_to_one_frame() {
    // A size of nearly every segment, and one that a single segment has.
    for size in [SIZE, 552] {
        let found = found(size, 2);
        assert_eq!(found.len(), 2, "{size}: {found:?}");
        for (seed, shrunk) in found {
            let lines: Vec<&str> = shrunk.scripts().map(|it| it.line.as_str()).collect();
            assert!(shrunk.least && lines.len() <= 3, "seed {seed}: {lines:?}");
            assert_eq!(lines[0], "set bad loss=0% reorder=0% duplicate=0% corrupt=0");
            let gone = ["lose bad from a ", "damage bad from a "];
            assert!(gone.iter().any(|verb| lines[1].starts_with(verb)), "{lines:?}");
            assert!(shrunk.given > 5, "{shrunk:?}");
        }
    }
}

#[test]
fn the_lines_pasted_below_the_file_repeat_the_failure_and_need_the_fault() {
    let (seed, shrunk) = found(SIZE, 1).remove(0);
    let text = format!("{}\n{}", language::long_form(&lab()), shrunk.text());
    let pasted =
        language::parse(&text, "pasted.toml").unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let prepare = planted(SIZE);
    let run = |prepare: &dyn Fn(&mut WorldBuilder)| {
        let run = bounded_with(&pasted, &options(seed), &|| false, &mut |builder| prepare(builder));
        holds(&run.expect("boots").0, Demand::Check(0))
    };
    assert!(!run(&prepare), "the lines repeat it");
    assert!(run(&|_| ()), "without the fault TCP repairs what the lines do");
}

#[test]
fn what_does_not_fail_is_not_shrunk_and_what_needs_no_mishap_has_none() {
    let lab = lab();
    let held = shrink(&lab, &options(1), Demand::Check(0), &mut || true).expect("boots");
    assert_eq!(held.err(), Some(NotShrunk::Holds));
    let text = language::long_form(&lab).replace("exit(tcp) == 0", "exit(tcp) == 7");
    let wrong = language::parse(&text, "wrong.toml").expect("a lab");
    let shrunk = shrink(&wrong, &options(1), Demand::Check(0), &mut || true).expect("boots");
    let shrunk = shrunk.expect("fails");
    assert_eq!((shrunk.mishaps.len(), shrunk.least), (0, true));
}

#[test]
fn whoever_has_no_patience_gets_a_list_that_fails_all_the_same() {
    let found = shrink_with(
        &lab(),
        &options(found(SIZE, 1).remove(0).0),
        Demand::Check(0),
        &mut || false,
        &planted(SIZE),
    );
    let shrunk = found.expect("boots").expect("fails");
    assert!(!shrunk.least && shrunk.mishaps.len() > 1, "{shrunk:?}");
}
