//! Two runs side by side: what is the same, what differs first, and why; and a run that is replayed.

use base::{Duration, Instant, Lang};
use catenet_lab::diff::{Compared, Side, diff};
use catenet_lab::run::{Options, Replay, Until, played, replayed};
use catenet_lab::world::{Ground, boot};
use catenet_lab::{gallery, programs, read_lab};
use language::{Lab, render};
use sim::{Input, LineChange, Tape, TimedInput, Way, World};

const LOSSY: &str = r#"lab = "lossy"
links = [{ link = "a - b", loss = "20%" }]
[hosts.a]
ip = "10.0.0.1/24"
run = "ping -c 50 -i 0.1 10.0.0.2"
[hosts.b]
ip = "10.0.0.2/24"
[broken]
links = [{ link = "a - b", delay = "7ms", loss = "20%" }]
"#;

fn lab(text: &str) -> Lab {
    let lab = read_lab(text.as_bytes(), "x.toml");
    lab.unwrap_or_else(|mistakes| panic!("{}", render(&mistakes, Lang::En)))
}

fn world(lab: &Lab, seed: u64) -> World {
    let ground = Ground { seed, programs: programs(), lang: Lang::En, folder: &gallery::folder };
    boot(lab, &ground).expect("a world")
}

fn compare(mine: (&Lab, u64, Tape), yours: (&Lab, u64, Tape)) -> Compared {
    let mut a = Side::new(world(mine.0, mine.1), mine.2);
    let mut b = Side::new(world(yours.0, yours.1), yours.2);
    diff(&mut a, &mut b, Instant::ZERO + Duration::from_secs(5), &|| false).expect("not stuck")
}

fn why(compared: &Compared) -> String {
    let first = compared.happens.as_ref().expect("something differs");
    first.why.iter().map(|why| format!("{}\n", why.en)).collect()
}

#[test]
fn the_same_run_is_the_same() {
    let lab = lab(LOSSY);
    let compared = compare((&lab, 1, Tape::default()), (&lab, 1, Tape::default()));
    assert!(compared.happens.is_none() && compared.octets.is_none(), "{compared:?}");
    assert!(compared.frames > 100 && compared.events > 100, "{compared:?}");
}

#[test]
fn another_seed_loses_another_packet_and_that_is_said() {
    let lab = lab(LOSSY);
    let compared = compare((&lab, 1, Tape::default()), (&lab, 2, Tape::default()));
    let why = why(&compared);
    assert!(why.contains("at the cable a--b") && why.contains("The cable lost the frame"), "{why}");
    let first = compared.happens.expect("something differs");
    // What only one of them has stands alone, not beside what happens to be next in the other.
    let had = first.sides.iter().flatten().count();
    assert_eq!(had, 1, "{first:?}");
}

#[test]
fn another_delay_is_the_same_later_and_the_cable_is_named() {
    let lab = lab(&LOSSY.replace(", loss = \"20%\"", ""));
    let slow = lab.with_overlay("broken").expect("an overlay");
    let compared = compare((&lab, 1, Tape::default()), (&slow, 1, Tape::default()));
    let why = why(&compared);
    assert!(why.contains("in run B the same happens 6.9995ms later"), "{why}");
    assert!(why.contains("the cable a--b: delay 500ns in A, 7ms in B"), "{why}");
}

#[test]
fn two_lans_with_another_seed_differs_in_what_chance_draws() {
    let lab = lab(gallery::text("two-lans").expect("built in"));
    let compared = compare((&lab, 1, Tape::default()), (&lab, 2, Tape::default()));
    assert!(compared.happens.is_none(), "{compared:?}");
    let octets = compared.octets.expect("sequence numbers are drawn");
    assert!(octets.why.iter().any(|why| why.en.contains(" in A and ")), "{octets:?}");
}

#[test]
fn a_replay_is_the_same_run_again() {
    let lab = lab(LOSSY);
    let options = Options { seed: 1, lang: Lang::En, folder: &gallery::folder, capture: false };
    let change = LineChange { loss: Some(0.9), ..LineChange::default() };
    let worse = Input::SetCable { cable: "a--b".into(), way: Way::Both, change };
    let given = [TimedInput { at_ns: 1_500_000_000, input: worse }];
    // As it went live: driven by hand, paused in the midst of an instant.
    let (mut live, tape, mut played_so_far) = (world(&lab, 1), Tape::of(given), 0);
    while live.now() < Instant::ZERO + Duration::from_secs(3) {
        tape.step(&mut live, &mut played_so_far).expect("not stuck");
    }
    let until = Until::Moment(Tape::position(&live, played_so_far));
    let again = Replay { tape, until };
    let (report, _) = replayed(&lab, &options, again, &|| false).expect("a world");
    assert_eq!((report.digest, report.ran), (live.digest(), live.now()));
    let (without, _) = played(&lab, &options).expect("a world");
    assert_ne!(without.digest, report.digest);
}

/// Whoever compares the labs of strangers stops when it is enough, and then nothing is claimed.
#[test]
fn enough_is_neither_alike_nor_not() {
    let lab = lab(LOSSY);
    let (mut a, mut b) =
        (Side::new(world(&lab, 1), Tape::default()), Side::new(world(&lab, 1), Tape::default()));
    let asked = std::cell::Cell::new(0);
    let enough = || {
        asked.set(asked.get() + 1);
        asked.get() > 40
    };
    let compared = diff(&mut a, &mut b, Instant::ZERO + Duration::from_secs(5), &enough);
    let compared = compared.expect("not stuck");
    assert!(compared.enough && compared.happens.is_none(), "{compared:?}");
    assert!(compared.until < Instant::ZERO + Duration::from_secs(5) && compared.frames > 0);
}
