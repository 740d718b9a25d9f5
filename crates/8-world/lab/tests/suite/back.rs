//! Back to any moment, and forward again: the same bytes. A lab with TCP in flight over a cable that
//! loses, with DNS, timers and a script, and with everything that can be given to it from outside.

use base::{Duration, Instant, Lang};
use catenet_lab::world::{Ground, boot};
use catenet_lab::{gallery, programs, read_lab};
use language::{Lab, render};
use sim::{Input, LineChange, Outcome, Position, Tape, TimedInput, Way, World};
use std::hash::{DefaultHasher, Hash, Hasher};

const LAB: &str = r#"
lab = "moments"
[networks]
office  = "192.168.1.0/24"
servers = "10.0.2.0/24"
[routers]
r1 = ["office", "servers"]
[hosts]
pc1 = { net = "office", run = [{ do = "curl http://www.example.lab/", every = "300ms" }, { do = "send 10.0.2.80 9000 300kB", at = "200ms" }] }
pc2 = { net = "office", run = { do = "ping -c 100 -i 0.05 pc1", at = "100ms" } }
dns = { net = "servers", ip = "10.0.2.53", run = "dns" }
web = { net = "servers", ip = "10.0.2.80", name = "www.example.lab", run = ["http", "sink port=9000"] }
[[script]]
at = "100ms"
do = "set r1--servers loss=8% delay=3ms jitter=1ms"
[[script]]
at = "900ms"
every = "700ms"
do = "exec pc2 -- dig www.example.lab"
[[script]]
at = "1400ms"
do = "power web cycle"
"#;

const MOMENTS: usize = 100;
const END: Instant = Instant::from_nanos(3_000_000_000);

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn lab() -> Lab {
    let lab = read_lab(LAB.as_bytes(), "moments.toml");
    lab.unwrap_or_else(|mistakes| panic!("{}", render(&mistakes, Lang::En)))
}

fn born(lab: &Lab) -> World {
    let ground = Ground { seed: 5, programs: programs(), lang: Lang::En, folder: &gallery::folder };
    boot(lab, &ground).expect("a world")
}

/// All that a world has shown: frames by their octets, events with their words, output.
fn seen(world: &World) -> (u128, u64) {
    let mut hasher = DefaultHasher::new();
    for event in world.events().since(0) {
        let (place, words) = (event.place, event.reason.sentence(&event.args, Lang::En));
        format!("{} {} {place:?} {words}", event.time, world.name(event.node)).hash(&mut hasher);
    }
    for record in world.outputs().since(0) {
        format!("{record:?}").hash(&mut hasher);
    }
    world.now().as_nanos().hash(&mut hasher);
    (world.digest(), hasher.finish())
}

/// What somebody does who plays with the lab.
fn whim(dice: &mut Dice, world: &World) -> Input {
    let exec = |node: &str, line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        let program = words.next().unwrap_or_default();
        let (node, args) = (node.to_owned(), words.collect());
        Input::Exec { node, program, args, label: None, every_ns: None }
    };
    let running = world.outputs().processes();
    let running = running.filter(|process| process.ended.is_none() && process.program == "nc");
    let process = running.last().map(|process| process.id).unwrap_or_default();
    let change = LineChange { delay_ns: Some(dice.roll(9_000_000)), ..LineChange::default() };
    let cable = || "pc1--office".to_owned();
    let cut = world.cable("pc1--office").is_some_and(|cable| cable.cut);
    let off = world.nodes().any(|node| node.name == "r1" && !node.powered);
    match dice.roll(10) {
        // What is broken is mended soon, so that there is something to break.
        0..5 if cut => Input::Mend { cable: cable() },
        0..5 if off => Input::Power { node: "r1".into(), on: true },
        0 => Input::Cut { cable: cable() },
        1 => Input::Power { node: "r1".into(), on: false },
        2 | 3 => Input::SetCable { cable: "pc2--office".into(), way: Way::Forward, change },
        4 => exec("pc2", "nc 10.0.2.80 9000"),
        5 => exec("pc1", "curl http://www.example.lab/"),
        6 => Input::Kill { process },
        7 => Input::Plug { node: "pc2".into(), jack: "eth0".into(), network: "servers".into() },
        _ => Input::Stdin { process, octets: vec![b'x'; dice.roll(3000) as usize] },
    }
}

/// A life with inputs between steps and in the midst of instants; moments of it by chance, with the
/// digest that the world had then; and what it had shown at its end.
fn live(lab: &Lab, dice: &mut Dice) -> (Tape, Vec<(Position, u128)>, (u128, u64)) {
    let (mut world, mut tape, mut played) = (born(lab), Tape::default(), 0);
    let mut moments = Vec::new();
    let mut refused = 0;
    while world.now() < END {
        let soon = world.now() + Duration::from_millis(2);
        match (dice.roll(100), world.next_deadline()) {
            (0, _) => {
                let input = whim(dice, &world);
                refused += u32::from(tape.give(&mut world, &mut played, input).is_err());
            }
            (1..80, Some(next)) if next < soon => {
                world.step().expect("not stuck");
            }
            _ => {
                let on = world.now() + Duration::from_nanos(dice.roll(2_000_000));
                tape.run_until(&mut world, &mut played, on).expect("not stuck");
            }
        }
        if dice.roll(10) == 0 {
            moments.push((Tape::position(&world, played), world.digest()));
        }
    }
    assert!(
        tape.inputs().len() > 20 && refused > 0,
        "{refused} of {} in {}",
        tape.inputs().len(),
        moments.len()
    );
    tape.run_until(&mut world, &mut played, END + Duration::from_secs(1)).expect("not stuck");
    (tape, moments, seen(&world))
}

#[test]
fn back_and_forward_again_are_the_same_bytes_at_a_hundred_moments() {
    let lab = lab();
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let (tape, mut moments, end) = live(&lab, &mut dice);
    assert!(moments.len() >= MOMENTS, "{}", moments.len());
    for _ in 0..MOMENTS {
        let (position, frames) = moments.swap_remove(dice.roll(moments.len() as u64) as usize);
        let (mut world, mut played) = (born(&lab), 0);
        while !tape.reach(&mut world, &mut played, position, 97).expect("not stuck") {}
        assert_eq!(Tape::position(&world, played), position);
        assert_eq!(world.digest(), frames, "at {position:?}");
        world.audit().expect("balanced");
        let last = END + Duration::from_secs(1);
        tape.run_until(&mut world, &mut played, last).expect("not stuck");
        assert_eq!(seen(&world), end, "forward from {position:?}");
    }
}

/// The test above can fail: a run with one input less, or one nanosecond later, shows other bytes.
#[test]
fn another_past_is_another_end() {
    let lab = lab();
    let (tape, _, end) = live(&lab, &mut Dice(0x2545_f491_4f6c_dd1d));
    let last = END + Duration::from_secs(1);
    let play = |tape: &Tape| {
        let (mut world, mut played) = (born(&lab), 0);
        tape.run_until(&mut world, &mut played, last).expect("not stuck");
        seen(&world)
    };
    assert_eq!(play(&tape), end);
    let one = tape.inputs().iter().position(|it| matches!(it.input, Input::Power { .. }));
    let one = one.expect("it was switched off");
    let mut fewer = tape.inputs().to_vec();
    fewer.remove(one);
    assert_ne!(play(&Tape::of(fewer)), end);
    let mut later = tape.inputs().to_vec();
    later[one].at_ns += 1;
    assert_ne!(play(&Tape::of(later)), end);
}

#[test]
fn a_new_input_drops_what_was_to_come_and_a_bound_is_told() {
    let lab = lab();
    let (mut world, mut tape, mut played) = (born(&lab), Tape::within(1 << 10), 0);
    let cut = |on: bool| {
        let cable = "pc1--office".to_owned();
        if on { Input::Cut { cable } } else { Input::Mend { cable } }
    };
    for second in 1..=3 {
        let at = Instant::ZERO + Duration::from_millis(100 * second);
        tape.run_until(&mut world, &mut played, at).expect("not stuck");
        tape.give(&mut world, &mut played, cut(second % 2 == 1)).expect("a cable");
    }
    let (mut world, mut played) = (born(&lab), 0);
    let at = Instant::ZERO + Duration::from_millis(150);
    tape.run_until(&mut world, &mut played, at).expect("not stuck");
    assert!(world.cable("pc1--office").is_some_and(|cable| cable.cut) && played == 1);
    assert_eq!(tape.goes_on_until(played), Some(Instant::ZERO + Duration::from_millis(300)));
    assert_eq!(tape.give(&mut world, &mut played, cut(false)), Ok(Outcome::Done));
    assert_eq!((tape.inputs().len(), tape.goes_on_until(played)), (2, None));
    for _ in 0..100 {
        tape.give(&mut world, &mut played, cut(true)).expect("a cable");
    }
    // It lets go of them all, and counts on: a journal beside it may hold them.
    assert!(!tape.is_whole() && tape.inputs().is_empty() && played == 102);
}

/// A journal from hostile hands may end at a moment where no world ever was: far away, or after more
/// events than there are. The way there comes back after its share of work, however long it is.
#[test]
fn the_way_to_a_made_up_moment_is_made_in_slices() {
    let lab = lab();
    let (mut world, mut played) = (born(&lab), 0);
    let never = Position { at_ns: u64::MAX / 2, events: 0, inputs: 7 };
    let mends = (0..500)
        .map(|at_ns| TimedInput { at_ns, input: Input::Mend { cable: "pc1--office".to_owned() } });
    let tape = Tape::of(mends);
    for _ in 0..20 {
        let before = world.events_done();
        assert_eq!(tape.reach(&mut world, &mut played, never, 100), Ok(false));
        assert!(world.events_done() - before <= 100, "{before}");
    }
    let (mut world, mut played) = (born(&lab), 0);
    let far = Instant::ZERO + Duration::from_secs(1 << 30);
    assert_eq!(tape.run_some(&mut world, &mut played, far, 1000), Ok(false));
    assert!((1..20).contains(&played), "an input is work, too: {played}");
}
