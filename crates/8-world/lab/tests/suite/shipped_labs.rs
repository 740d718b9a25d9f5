//! The labs of `labs/`: each is a demonstration and a test that can fail.
//!
//! ```text
//!   as shipped ......... every check holds, every account balances
//!   with a [broken] .... at least one check fails, and no check survives all of them
//!   as shipped ......... no task holds, whoever the student is
//!   with its [solution]  every task holds
//!   its long form ...... another text, the same frames
//!   another seed ....... other frames
//!   in Chinese ......... the same frames and verdicts: checks read numbers, not sentences
//! ```

mod readme;

use base::Lang;
use catenet_lab::run::{Options, Report, test};
use catenet_lab::{gallery, read_lab};
use language::{Lab, long_form, render};

fn lab(name: &str, text: &str) -> Lab {
    match read_lab(text.as_bytes(), name) {
        Ok(lab) => lab,
        Err(mistakes) => panic!("{}", render(&mistakes, Lang::En)),
    }
}

fn run(lab: &Lab, seed: u64, lang: Lang) -> Report {
    let options = Options { seed, lang, folder: &gallery::folder, capture: false };
    match test(lab, &options) {
        Ok(report) => report,
        Err(why) => panic!("{}: {why:?}", lab.name),
    }
}

/// `catenet test LAB --seed N --with OVERLAY`, for whoever wants to see it again.
fn again(lab: &Lab, seed: u64, overlay: Option<&str>) -> String {
    let with = overlay.map_or(String::new(), |name| format!(" --with {name}"));
    format!("repeat: catenet test labs/{}.toml --seed {seed}{with}", lab.name)
}

fn ship(name: &str) {
    let Some(text) = gallery::text(name) else { panic!("{name} is not in the gallery") };
    let lab = lab(name, text);
    assert_eq!(lab.name, name, "a lab bears the name of its file");
    assert!(!lab.checks.is_empty(), "{name} demands nothing");
    let first = passes(&lab, 7);
    deterministic(&lab, &first);
    every_check_can_fail(&lab);
    tasks(name, text);
}

/// Students with draws of their own; the first is who does not say.
const STUDENTS: &[&str] = &["", "20260001", "张三"];

fn tasks(name: &str, text: &str) {
    for student in STUDENTS {
        let variables = [("student".to_owned(), (*student).to_owned())].into();
        let options = language::Options { variables, ..Default::default() };
        let lab = match catenet_lab::read_lab_with(text.as_bytes(), name, &options) {
            Ok(lab) => lab,
            Err(mistakes) => panic!("{}", render(&mistakes, Lang::En)),
        };
        tasks_of(&lab);
    }
}

fn tasks_of(lab: &Lab) {
    let name = &lab.name;
    assert!((1..=3).contains(&lab.tasks.len()), "{name}: {} tasks", lab.tasks.len());
    for task in &lab.tasks {
        let said = [&task.text.en, &task.text.zh, &task.hint.en, &task.hint.zh];
        assert!(said.iter().all(|words| !words.is_empty()), "{name}: {}", task.check.line);
    }
    assert_eq!(lab.tasks.iter().map(|task| task.points).sum::<u32>(), 100, "{name}");
    let solved = lab.with_overlay("solution").unwrap_or_else(|| panic!("{name}: no [solution]"));
    for seed in [7, 8] {
        for task in &run(lab, seed, Lang::En).tasks {
            assert!(!task.judged.verdict.holds, "{name}: done as shipped: {}", task.judged.en);
        }
        for lang in [Lang::En, Lang::Zh] {
            let mut report = run(&solved, seed, lang);
            report.solving = true;
            let again = again(lab, seed, Some("solution"));
            assert!(report.passed(), "{}{again}", report.text(Lang::En));
        }
    }
}

fn passes(lab: &Lab, seed: u64) -> Report {
    let report = run(lab, seed, Lang::En);
    assert!(report.passed(), "{}{}", report.text(Lang::En), again(lab, seed, None));
    for check in &report.checks {
        assert!(!check.en.is_empty() && !check.zh.is_empty(), "{}: no text", check.line);
    }
    report
}

fn deterministic(lab: &Lab, first: &Report) {
    let name = &lab.name;
    assert_eq!(run(lab, 7, Lang::En).digest, first.digest, "{name}: the same seed, other frames");
    assert_ne!(passes(lab, 8).digest, first.digest, "{name}: seeds 7 and 8 give the same frames");
    let chinese = run(lab, 7, Lang::Zh);
    assert!(chinese.passed(), "{}", chinese.text(Lang::Zh));
    assert_eq!(chinese.digest, first.digest, "{name}: the language of people reached the wire");
    let long = self::lab(name, &long_form(lab));
    assert_eq!(
        run(&long, 7, Lang::En).digest,
        first.digest,
        "{name}: the long form is another lab"
    );
}

fn every_check_can_fail(lab: &Lab) {
    let mut failing: Vec<Vec<&str>> = vec![Vec::new(); lab.checks.len()];
    for overlay in lab.broken_names() {
        let Some(broken) = lab.with_overlay(overlay) else { continue };
        let report = run(&broken, 7, Lang::En);
        let again = again(lab, 7, Some(overlay));
        assert!(report.faults.is_empty(), "{:?}\n{again}", report.faults);
        assert!(!report.passed(), "[{overlay}] breaks nothing; {again}");
        for (failed, check) in failing.iter_mut().zip(&report.checks) {
            if !check.verdict.holds {
                failed.push(overlay);
            }
        }
    }
    for (check, failed) in lab.checks.iter().zip(&failing) {
        println!("{}: \"{}\" fails under {failed:?}", lab.name, check.text.en);
        assert!(!failed.is_empty(), "{}: no [broken] breaks `{}`", lab.name, check.line);
    }
}

#[test]
fn two_lans() {
    ship("two-lans");
}

#[test]
fn broadcast_and_learning() {
    ship("broadcast-and-learning");
}

#[test]
fn many_programs_one_machine() {
    ship("many-programs-one-machine");
}

#[test]
fn port_conflict() {
    ship("port-conflict");
}

#[test]
fn handshake() {
    ship("handshake");
}

#[test]
fn lossy_link() {
    ship("lossy-link");
}

/// A lab in the gallery that is not named above would be shipped untested.
#[test]
fn every_lab_is_named_here() {
    let named = include_str!("shipped_labs.rs");
    for name in gallery::names() {
        assert!(named.contains(&format!("ship(\"{name}\")")), "{name}");
    }
}
