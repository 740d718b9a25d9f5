//! A cable's end moves to another switch: frames flow to the new place, the old one forgets, every
//! account balances, and a replay is the same.

mod programs;

use base::{Duration, Instant};
use cable::LineConfig;
use catenet_sim::{
    CableSpec, End, Input, InputError, InterfaceSpec, LineChange, MachineSpec, Outcome, SwitchSpec,
    Way, World, WorldBuilder,
};
use programs::registry;

/// `a` and `b` on `left`, `c` on `right`, all in one subnet; the switches know nothing of each other.
/// `a`'s cable has its switch as the first end.
fn world() -> World {
    let mut builder = WorldBuilder::new(7, 0, registry());
    for (node, address) in [("a", "10.0.0.1/24"), ("b", "10.0.0.2/24"), ("c", "10.0.0.3/24")] {
        let card = InterfaceSpec::new("eth0", [address.parse().expect("a network")]);
        builder.machine(MachineSpec { interfaces: vec![card], ..MachineSpec::new(node) });
    }
    builder.switch(SwitchSpec::new("left", 2)).switch(SwitchSpec::new("right", 1)).door("d");
    let slow = LineConfig { delay: Duration::from_millis(3), ..LineConfig::default() };
    let mut turned = CableSpec::new(End::new("left", 0), End::new("a", 0), LineConfig::default());
    turned.backward = slow;
    builder.cable(turned);
    for (node, switch, jack) in [("b", "left", 1), ("c", "right", 0)] {
        let ends = (End::new(node, 0), End::new(switch, jack));
        builder.cable(CableSpec::new(ends.0, ends.1, LineConfig::default()));
    }
    builder.build().expect("whole")
}

fn plug(node: &str, network: &str) -> Input {
    Input::Plug { node: node.into(), jack: "eth0".into(), network: network.into() }
}

fn ping(world: &mut World, from: &str, to: &str) -> bool {
    let input = Input::Exec {
        node: from.into(),
        program: "ping".into(),
        args: vec![to.into(), "1".into()],
        label: None,
        every_ns: None,
    };
    let Ok(Outcome::Started(process)) = world.handle_input(input) else { panic!("no ping") };
    run(world, 5);
    world.outputs().process(process).expect("known").ended.map(|(_, code)| code) == Some(0)
}

fn run(world: &mut World, seconds: u64) {
    world.run_until(world.now() + Duration::from_secs(seconds)).expect("not stuck");
    world.audit().expect("balanced");
}

fn names(world: &World) -> Vec<String> {
    world.cables().map(|cable| cable.name.to_owned()).collect()
}

#[test]
fn frames_flow_to_the_new_place_and_the_old_one_forgets() {
    let mut world = world();
    assert!(ping(&mut world, "a", "10.0.0.2") && !ping(&mut world, "a", "10.0.0.3"));
    let left = world.node("left").expect("there");
    let learnt = |world: &World| world.switch(left).expect("on").table().len();
    assert_eq!(learnt(&world), 2);
    assert_eq!(world.handle_input(plug("a", "right")), Ok(Outcome::Done));
    assert_eq!((names(&world).join(" "), learnt(&world)), ("a--right b--left c--right".into(), 1));
    run(&mut world, 1);
    assert!(ping(&mut world, "a", "10.0.0.3") && !ping(&mut world, "a", "10.0.0.2"));
    // It is the same cable: its knobs went with it, whichever end was named first.
    let cable = world.cable("a--right").expect("there");
    assert_eq!(cable.forward.config().delay, Duration::from_millis(3));
    assert_eq!(cable.backward.config().delay, Duration::from_nanos(500));
    assert_eq!((world.name(cable.a.0), world.jack_name(cable.b.0, cable.b.1)), ("a", "2".into()));
    assert!(cable.up);
    // And back again, into the jack that is free.
    assert_eq!(world.handle_input(plug("a", "left")), Ok(Outcome::Done));
    assert!(ping(&mut world, "a", "10.0.0.2") && !ping(&mut world, "a", "10.0.0.3"));
    assert_eq!(world.view(left).expect("there").jacks, 2);
}

#[test]
fn what_flies_is_lost_and_both_ends_are_told() {
    let mut world = world();
    let input = Input::Exec {
        node: "a".into(),
        program: "ping".into(),
        args: vec!["10.0.0.2".into(), "1".into()],
        label: None,
        every_ns: None,
    };
    world.handle_input(input).expect("runs");
    // Who asks who 10.0.0.2 is, is on the way for 3 ms.
    world.run_until(Instant::ZERO + Duration::from_millis(1)).expect("runs");
    let flying = world.cable("left--a").expect("there").backward.in_flight();
    assert!(flying > 0);
    world.handle_input(plug("a", "right")).expect("moves");
    world.audit().expect("balanced");
    let happened = |name: &str, node: &str| {
        let mine =
            |event: &trace::Event| event.reason.name == name && world.name(event.node) == node;
        world.events().since(0).filter(mine).count()
    };
    assert_eq!(happened("cable_cut", "a"), flying);
    assert_eq!((happened("link_down", "a"), happened("link_down", "left")), (1, 1));
    assert_eq!((happened("link_up", "a"), happened("link_up", "right")), (2, 2));
    run(&mut world, 5);
}

#[test]
fn a_cut_cable_stays_cut_and_one_of_a_machine_that_is_off_waits_for_it() {
    let mut world = world();
    world.handle_input(Input::Cut { cable: "left--a".into() }).expect("known");
    world.handle_input(plug("a", "right")).expect("moves");
    let cable = world.cable("a--right").expect("there");
    assert!(cable.cut && !cable.up);
    world.handle_input(Input::Mend { cable: "a--right".into() }).expect("known");
    assert!(ping(&mut world, "a", "10.0.0.3"));
    world.handle_input(Input::Power { node: "a".into(), on: false }).expect("known");
    world.handle_input(plug("a", "left")).expect("moves");
    assert!(!world.cable("a--left").expect("there").up);
    world.handle_input(Input::Power { node: "a".into(), on: true }).expect("known");
    assert!(ping(&mut world, "a", "10.0.0.2"));
}

#[test]
fn a_second_cable_has_a_number_and_a_bare_jack_gets_a_new_one() {
    let mut builder = WorldBuilder::new(7, 0, registry());
    let card = |name: &str| InterfaceSpec::new(name, []);
    let interfaces = vec![card("eth0"), card("eth1")];
    builder.machine(MachineSpec { interfaces, ..MachineSpec::new("a") });
    builder.switch(SwitchSpec::new("s", 1));
    builder.cable(CableSpec::new(End::new("s", 0), End::new("a", 0), LineConfig::default()));
    let mut world = builder.build().expect("whole");
    let second = Input::Plug { node: "a".into(), jack: "eth1".into(), network: "s".into() };
    world.handle_input(second).expect("a new cable");
    assert_eq!(names(&world), ["s--a", "a--s/2"]);
    // Plugged in where it was: it moves to another jack, and its own name is free.
    world.handle_input(plug("a", "s")).expect("moves");
    assert_eq!(names(&world), ["a--s", "a--s/2"]);
    assert!(world.cables().all(|cable| cable.up));
}

#[test]
fn what_cannot_be_plugged_changes_nothing() {
    let mut world = world();
    let before = names(&world);
    let jack = |node: &str, jack: &str| Input::Plug {
        node: node.into(),
        jack: jack.into(),
        network: "right".into(),
    };
    let cases = [
        (plug("x", "right"), "unknown-node"),
        (plug("a", "x"), "unknown-node"),
        (plug("a", "b"), "wrong-kind"),
        (jack("left", "1"), "wrong-kind"),
        (jack("a", "eth7"), "unknown-jack"),
    ];
    for (input, code) in cases {
        let why: InputError = world.handle_input(input).expect_err("refused");
        assert_eq!(why.code(), code);
    }
    let right = world.node("right").expect("there");
    assert_eq!((names(&world), world.view(right).expect("there").jacks), (before, 1));
}

#[test]
fn a_journal_with_plugs_replays() {
    let noise = LineChange { loss: Some(0.2), ..LineChange::default() };
    let set = |cable: &str| Input::SetCable { cable: cable.into(), way: Way::Both, change: noise };
    let echo = |to: &str| Input::Exec {
        node: "a".into(),
        program: "ping".into(),
        args: vec![to.into(), "20".into()],
        label: None,
        every_ns: None,
    };
    let inputs = [
        (1, set("left--a")),
        (2, echo("10.0.0.2")),
        (3_000_000_000, plug("a", "right")),
        (3_000_000_000, echo("10.0.0.3")),
        (7_000_000_000, plug("d", "right")), // a door without a cable gets one
        (9_000_000_000, plug("a", "left")),
    ];
    let play = || {
        let mut world = world();
        for (at, input) in inputs.clone() {
            let json = serde_json::to_string(&input).expect("plain data");
            world.run_until(Instant::from_nanos(at)).expect("runs");
            let read: Input = serde_json::from_str(&json).expect("our own");
            world.handle_input(read).expect("taken");
        }
        run(&mut world, 20);
        (world.digest(), world.events().next(), names(&world))
    };
    let first = play();
    assert_eq!(first.2, ["a--left", "b--left", "c--right", "d--right"]);
    assert_eq!(play(), first);
}
