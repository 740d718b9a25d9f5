//! When things happen and when they are judged: scripts, windows of time, tasks.

use base::{Duration, Instant, Lang};
use catenet_lab::run::{Options, Report, test};
use catenet_lab::world::{Ground, boot};
use catenet_lab::{gallery, programs, read_lab};
use language::{Lab, render};

const HOSTS: &str = "links = [\"a - b\"]\n[hosts.a]\nip = \"10.0.0.1/24\"\nrun = { do = \"ping -c 60 -i 0.5 10.0.0.2\", label = \"ping\" }\n[hosts.b]\nip = \"10.0.0.2/24\"\n";

fn lab(above: &str, below: &str) -> Lab {
    let text = format!("lab = \"timed\"\n{above}{HOSTS}{below}");
    match read_lab(text.as_bytes(), "timed.toml") {
        Ok(lab) => lab,
        Err(mistakes) => panic!("{}", render(&mistakes, Lang::En)),
    }
}

fn run(lab: &Lab) -> Report {
    let options = Options { seed: 1, lang: Lang::En, folder: &gallery::folder, capture: false };
    test(lab, &options).unwrap_or_else(|why| panic!("{why:?}"))
}

#[test]
fn the_script_is_the_worlds_own() {
    let below = "[[script]]\nat = \"1s\"\nevery = \"2s\"\ndo = \"exec a -- ping -c 1 10.0.0.2\"\nlabel = \"p\"\n[[script]]\nat = \"4s\"\ndo = \"cut a--b\"\n";
    let lab = lab("duration = \"6s\"\n", below);
    let ground = Ground { seed: 1, programs: programs(), lang: Lang::En, folder: &gallery::folder };
    let mut world = boot(&lab, &ground).expect("a world");
    // As `up` drives it: bit by bit, with nobody reading the script.
    for step in 1..=600 {
        world.run_until(Instant::ZERO + Duration::from_millis(10 * step)).expect("runs");
    }
    assert_eq!(world.outputs().label("p").map(|label| label.runs), Some(3));
    assert!(world.cable("a--b").expect("there").cut);
    assert_eq!(world.digest(), run(&lab).digest, "bit by bit or at once");
    assert_eq!(world.refused().count(), 0);
}

#[test]
fn a_scripts_label_reaches_the_world() {
    let check =
        "[[check]]\nexpect = \"exit(p) == 0 and output(p) contains \\\" 0% packet loss\\\"\"\n";
    for script in [
        "do = \"exec a -- ping -c 1 10.0.0.2\"\nlabel = \"p\"\n",
        "do = \"exec --label p a -- ping -c 1 10.0.0.2\"\n",
    ] {
        let report = run(&lab("", &format!("[[script]]\nat = \"1s\"\n{script}{check}")));
        assert!(report.passed(), "{}", report.text(Lang::En));
    }
}

#[test]
fn what_a_script_cannot_do_is_a_fault_in_both_languages() {
    let below = "[[script]]\nat = \"1s\"\ndo = \"power b off\"\n[[script]]\nat = \"2s\"\ndo = \"exec b -- ping 10.0.0.1\"\n";
    let report = run(&lab("", below));
    assert!(!report.passed());
    assert!(report.faults[0].en.contains("switched off"), "{:?}", report.faults);
    assert!(report.faults[0].zh.contains("已关机"), "{:?}", report.faults);
}

#[test]
fn windows_of_time_mean_what_they_say() {
    let late = run(&lab("", "[[check]]\nexpect = \"count(icmp) > 5\"\nafter = \"15s\"\n"));
    assert!(late.passed(), "a check has its span after `after`: {}", late.text(Lang::En));
    let cut = "[[script]]\nat = \"3s\"\ndo = \"power b off\"\n";
    let always = |within: &str| {
        let check = "[[check]]\nexpect = \"b.counters.dropped < 1000\"\nalways = true\n";
        run(&lab("duration = \"6s\"\n", &format!("{cut}{check}{within}"))).checks[0].clone()
    };
    assert!(!always("").verdict.holds, "b is gone after 3 s");
    let until = always("within = \"2s\"\n");
    assert!(until.verdict.holds, "and was there until 2 s: {:?}", until.verdict);
    assert_eq!(until.at, Instant::ZERO + Duration::from_secs(2));
}

#[test]
fn tasks_are_shown_as_shipped_and_decide_under_the_solution() {
    let below = "[[script]]\nat = \"1s\"\ndo = \"cut a--b\"\n[[check]]\nexpect = \"count(icmp) < 20\"\n[[task]]\ntext = { en = \"Mend it\", zh = \"修好它\" }\nexpect = \"count(icmp) > 20\"\npoints = 30\nhint = { en = \"Who cut it?\", zh = \"谁剪的?\" }\n[[task]]\ntext = \"Speak\"\nexpect = \"count(arp) > 0\"\npoints = 12\n[solution]\nscript = []\n";
    let lab = lab("", below);
    let mut shipped = run(&lab);
    assert!(shipped.passed(), "an open task is no failure");
    assert_eq!(shipped.points(), (12, 42));
    let text = shipped.text(Lang::Zh);
    assert!(text.contains("open  修好它") && text.contains("提示: 谁剪的?"), "{text}");
    shipped.solving = true;
    assert!(!shipped.passed(), "a solution must solve");
    let mut solved = run(&lab.with_overlay("solution").expect("there"));
    solved.solving = true;
    assert!(solved.passed(), "{}", solved.text(Lang::En));
    assert_eq!(solved.points(), (42, 42));
}
