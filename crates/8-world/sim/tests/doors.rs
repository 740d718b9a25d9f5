//! Doors, switches and cables, without any machine: how frames move, and what inputs do.

use base::{Duration, Instant, JackId, NodeId};
use cable::LineConfig;
use catenet_sim::{
    CableSpec, Direction, End, Input, InputError, LineChange, Mishap, Outcome, Programs,
    SwitchSpec, TimedInput, Way, World, WorldBuilder,
};

/// Three doors on one switch.
fn world(seed: u64) -> World {
    let mut builder = WorldBuilder::new(seed, 0, Programs::default());
    builder.switch(SwitchSpec::new("lan", 3));
    for (jack, door) in ["d1", "d2", "d3"].into_iter().enumerate() {
        builder.door(door);
        let (a, b) = (End::new(door, 0), End::new("lan", jack as u16));
        builder.cable(CableSpec::new(a, b, LineConfig::default()));
    }
    builder.build().expect("whole")
}

fn octets(dst: u8, src: u8, len: usize) -> Vec<u8> {
    let mut octets = vec![0u8; len];
    octets[..6].copy_from_slice(&if dst == 0xff { [0xff; 6] } else { [2, 0, 0, 0, 0, dst] });
    octets[6..12].copy_from_slice(&[2, 0, 0, 0, 0, src]);
    octets[12..14].copy_from_slice(&[0x88, 0xb5]);
    octets
}

fn send(world: &mut World, door: &str, octets: Vec<u8>) {
    let input = Input::FrameIn { node: door.to_owned(), octets };
    assert_eq!(world.handle_input(input), Ok(Outcome::Done));
}

fn fetch(world: &mut World) -> Vec<(String, Vec<u8>)> {
    let mut frames = Vec::new();
    while let Some((door, frame)) = world.poll_door_frame() {
        frames.push((world.name(door).to_owned(), frame.to_vec()));
    }
    frames
}

fn settle(world: &mut World) {
    world.run_until(world.now() + Duration::from_millis(10)).expect("not stuck");
    world.audit().expect("balanced");
}

#[test]
fn a_frame_takes_cable_switch_cable() {
    let mut world = world(1);
    send(&mut world, "d1", octets(0xff, 1, 60));
    settle(&mut world);
    // 672 ns to send 84 octets, 500 ns on the way, 1 us in the switch, and again.
    let times: Vec<u64> = world.recorder().since(0).map(|frame| frame.time.as_nanos()).collect();
    assert_eq!(times, [0, 1_172, 2_172, 2_172, 3_344, 3_344]);
    let doors: Vec<String> = fetch(&mut world).into_iter().map(|(door, _)| door).collect();
    assert_eq!(doors, ["d2", "d3"]);
    // Learned: the answer goes to one door alone.
    send(&mut world, "d2", octets(1, 2, 60));
    settle(&mut world);
    assert_eq!(fetch(&mut world), [("d1".to_owned(), octets(1, 2, 60))]);
    assert_eq!(world.now(), Instant::from_nanos(20_000_000));
}

#[test]
fn names_become_ranks_whatever_the_order() {
    let world = world(1);
    let names: Vec<&str> = world.nodes().map(|node| node.name).collect();
    assert_eq!(names, ["d1", "d2", "d3", "lan"]);
    assert_eq!(world.node("lan"), Some(NodeId(3)));
    assert_eq!(world.jack_name(NodeId(3), JackId(2)), "3");
    assert_eq!(world.jack(NodeId(3), "3"), Some(JackId(2)));
}

#[test]
fn a_cut_loses_what_flies_and_says_so() {
    let mut world = world(1);
    let slow = LineChange { delay_ns: Some(1_000_000), ..LineChange::default() };
    let set = Input::SetCable { cable: "d1--lan".into(), way: Way::Forward, change: slow };
    assert_eq!(world.handle_input(set), Ok(Outcome::Done));
    send(&mut world, "d1", octets(0xff, 1, 100));
    world.run_until(Instant::from_nanos(500_000)).expect("runs");
    world.handle_input(Input::Cut { cable: "d1--lan".into() }).expect("known");
    settle(&mut world);
    assert!(fetch(&mut world).is_empty());
    assert!(!world.cable("d1--lan").expect("known").up);
    let names: Vec<&str> = world.events().since(0).map(|event| event.reason.name).collect();
    assert!(names.contains(&"cable_cut") && names.contains(&"link_down"), "{names:?}");
    let first = world.recorder().get(0).expect("recorded");
    assert_eq!(first.dropped().expect("learned").0.name, "cable_cut");
    world.handle_input(Input::Mend { cable: "d1--lan".into() }).expect("known");
    send(&mut world, "d1", octets(0xff, 1, 100));
    settle(&mut world);
    assert_eq!(fetch(&mut world).len(), 2);
}

#[test]
fn power_off_takes_the_link_and_what_lay_inside() {
    let mut world = world(1);
    for _ in 0..3 {
        send(&mut world, "d1", octets(0xff, 1, 60));
    }
    // The first is in the switch.
    world.run_until(Instant::from_nanos(1_500)).expect("runs");
    world.handle_input(Input::Power { node: "lan".into(), on: false }).expect("known");
    world.audit().expect("balanced");
    settle(&mut world);
    assert!(fetch(&mut world).is_empty());
    let lost = |name: &str| world.events().since(0).filter(|e| e.reason.name == name).count();
    assert_eq!((lost("power_lost"), lost("cable_cut")), (1, 2));
    send(&mut world, "d1", octets(0xff, 1, 60));
    world.handle_input(Input::Power { node: "lan".into(), on: true }).expect("known");
    send(&mut world, "d1", octets(0xff, 1, 60));
    settle(&mut world);
    assert_eq!(fetch(&mut world).len(), 2);
    assert_eq!(world.view(NodeId(3)).expect("there").boots, 2);
}

#[test]
fn a_full_ring_drops_with_a_reason() {
    let mut builder = WorldBuilder::new(1, 0, Programs::default());
    builder.switch(SwitchSpec {
        ring: 4,
        cpu: Duration::from_millis(1),
        ..SwitchSpec::new("s", 2)
    });
    builder.door("a").door("b");
    for (jack, door) in ["a", "b"].into_iter().enumerate() {
        let ends = (End::new(door, 0), End::new("s", jack as u16));
        builder.cable(CableSpec::new(ends.0, ends.1, LineConfig::default()));
    }
    let mut world = builder.build().expect("whole");
    for _ in 0..10 {
        send(&mut world, "a", octets(0xff, 1, 60));
    }
    settle(&mut world);
    assert_eq!(fetch(&mut world).len(), 4);
    let s = world.node("s").expect("there");
    let dropped =
        world.recorder().since(0).filter(|f| f.node == s && f.dropped().is_some()).count();
    assert_eq!(dropped, 6);
}

#[test]
fn a_door_host_comes_and_goes() {
    let mut world = world(1);
    let add = |name: &str| Input::AddDoorHost { name: name.into(), network: "lan".into() };
    let answer = world.handle_input(add("h1"));
    assert_eq!(answer, Ok(Outcome::Added(NodeId(4))));
    assert_eq!(world.handle_input(add("h1")), Err(InputError::NameTaken("h1".into())));
    let wrong = Input::AddDoorHost { name: "h2".into(), network: "d1".into() };
    assert!(matches!(world.handle_input(wrong), Err(InputError::WrongKind { .. })));
    send(&mut world, "h1", octets(0xff, 9, 60));
    settle(&mut world);
    assert_eq!(fetch(&mut world).len(), 3);
    send(&mut world, "d1", octets(9, 1, 60));
    settle(&mut world);
    assert_eq!(fetch(&mut world), [("h1".to_owned(), octets(9, 1, 60))]);
    world.handle_input(Input::RemoveNode { node: "h1".into() }).expect("there");
    assert_eq!((world.node("h1"), world.cable("h1--lan").is_none()), (None, true));
    let gone = Input::FrameIn { node: "h1".into(), octets: octets(1, 9, 60) };
    assert_eq!(world.handle_input(gone), Err(InputError::UnknownNode("h1".into())));
    // The name and the jack are free again.
    assert_eq!(world.handle_input(add("h1")), Ok(Outcome::Added(NodeId(5))));
    assert_eq!(world.nodes().find(|node| node.name == "lan").expect("there").jacks, 4);
    settle(&mut world);
}

#[test]
fn bad_inputs_change_nothing() {
    let mut world = world(1);
    let digest = world.digest();
    let bad: [(Input, &str); 6] = [
        (Input::Cut { cable: "x".into() }, "unknown-cable"),
        (Input::Power { node: "x".into(), on: true }, "unknown-node"),
        (Input::FrameIn { node: "d1".into(), octets: vec![0; 13] }, "bad-frame"),
        (Input::FrameIn { node: "lan".into(), octets: vec![0; 60] }, "wrong-kind"),
        (
            Input::SetCable {
                cable: "d1--lan".into(),
                way: Way::Both,
                change: LineChange { loss: Some(1.5), ..LineChange::default() },
            },
            "bad-knob",
        ),
        (
            Input::Exec {
                node: "lan".into(),
                program: "x".into(),
                args: vec![],
                label: None,
                every_ns: None,
            },
            "wrong-kind",
        ),
    ];
    for (input, code) in bad {
        assert_eq!(world.handle_input(input).expect_err("refused").code(), code);
    }
    settle(&mut world);
    assert_eq!(world.digest(), digest);
}

#[test]
fn the_real_world_may_be_slow() {
    let mut world = world(1);
    for round in 0..50u64 {
        for _ in 0..100 {
            send(&mut world, "d1", octets(0xff, 1, 60));
        }
        world.run_until(Instant::from_nanos((round + 1) * 1_000_000)).expect("runs");
    }
    world.audit().expect("balanced");
    let full = world.events().since(0).filter(|e| e.reason.name == "door_full").count();
    assert_eq!(full, 2 * (5_000 - World::DOOR_FRAMES));
    assert_eq!(fetch(&mut world).len(), 2 * World::DOOR_FRAMES);
    world.audit().expect("balanced");
}

#[test]
fn the_recorder_forgets_the_oldest_and_counts_them() {
    let mut builder = WorldBuilder::new(1, 0, Programs::default());
    builder.door("a").door("b").record_bound(32 << 10);
    builder.cable(CableSpec::new(End::new("a", 0), End::new("b", 0), LineConfig::default()));
    let mut world = builder.build().expect("whole");
    for i in 0..50 {
        send(&mut world, "a", octets(0xff, 1, 1000 + i));
        settle(&mut world);
    }
    let recorder = world.recorder();
    assert_eq!(recorder.next(), 100);
    assert!(recorder.size() <= 32 << 10 && recorder.first() > 0);
    assert_eq!(recorder.missed(0), recorder.first());
    let last = recorder.since(99).next().expect("kept");
    assert_eq!((last.sequence, last.direction, last.frame.len()), (99, Direction::In, 1049));
    assert!(recorder.get(0).is_none() && recorder.since(100).next().is_none());
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let run = |seed| {
        let mut world = world(seed);
        let change = LineChange {
            loss: Some(0.2),
            jitter_ns: Some(50_000),
            corrupt: Some(1e-5),
            ..LineChange::default()
        };
        for cable in ["d1--lan", "d2--lan", "d3--lan"] {
            let set = Input::SetCable { cable: cable.into(), way: Way::Both, change };
            world.handle_input(set).expect("known");
        }
        for i in 0..300u64 {
            send(&mut world, ["d1", "d2", "d3"][i as usize % 3], octets(0xff, i as u8, 200));
            world.run_until(Instant::from_nanos(i * 3_000)).expect("runs");
        }
        settle(&mut world);
        world.digest()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn a_journal_of_inputs_replays_the_world() {
    let mut first = world(3);
    let mut journal = Vec::new();
    let inputs = [
        (0, Input::FrameIn { node: "d1".into(), octets: octets(0xff, 1, 60) }),
        (1_500, Input::Cut { cable: "d2--lan".into() }),
        (9_000, Input::FrameIn { node: "d3".into(), octets: octets(1, 3, 90) }),
        (9_000, Input::AddDoorHost { name: "h".into(), network: "lan".into() }),
        (20_000, Input::FrameIn { node: "h".into(), octets: octets(0xff, 7, 200) }),
        (30_000, Input::Power { node: "lan".into(), on: false }),
        (31_000, Input::Power { node: "lan".into(), on: true }),
        (32_000, Input::FrameIn { node: "h".into(), octets: octets(0xff, 7, 200) }),
    ];
    for (at_ns, input) in inputs {
        let timed = TimedInput { at_ns, input };
        journal.push(serde_json::to_string(&timed).expect("plain data"));
        first.run_until(timed.at()).expect("runs");
        first.handle_input(timed.input).expect("taken");
    }
    settle(&mut first);
    let mut second = world(3);
    for line in &journal {
        let timed: TimedInput = serde_json::from_str(line).expect("our own");
        second.run_until(timed.at()).expect("runs");
        second.handle_input(timed.input).expect("taken");
    }
    settle(&mut second);
    assert_eq!(first.digest(), second.digest());
    assert!(first.recorder().next() > 15);
}

#[test]
fn a_world_may_move_to_its_drivers_thread() {
    fn may_move<T: Send>(_: &T) {}
    may_move(&world(1));
}

fn befall(cable: &str, way: Way, nth: u64, mishap: Mishap) -> Input {
    Input::Befall { cable: cable.into(), way, nth, mishap }
}

#[test]
fn a_mishap_befalls_the_frame_that_it_is_told_of() {
    let mut world = world(1);
    let held = Mishap::Hold { by_ns: 1_000_000 };
    for input in [
        befall("d1--lan", Way::Forward, 2, Mishap::Lose),
        befall("d1--lan", Way::Forward, 3, held),
        befall("d1--lan", Way::Both, 4, Mishap::Double),
    ] {
        let journal = serde_json::to_string(&input).expect("plain data");
        assert_eq!(serde_json::from_str::<Input>(&journal).expect("reads back"), input);
        world.handle_input(input).expect("known");
    }
    for i in 0..5u8 {
        send(&mut world, "d1", octets(0xff, i, 100));
    }
    settle(&mut world);
    let lan = world.node("lan").expect("there");
    let seen: Vec<u8> = world
        .recorder()
        .since(0)
        .filter(|frame| frame.node == lan && frame.direction == Direction::In)
        .map(|frame| frame.octets()[11])
        .collect();
    let sent = |i: u8| octets(0xff, i, 100)[11];
    assert_eq!(seen, [sent(0), sent(3), sent(3), sent(4), sent(2)]);
    let unknown = world.handle_input(befall("x", Way::Both, 1, Mishap::Lose));
    assert_eq!(unknown.expect_err("no such cable").code(), "unknown-cable");
}

#[test]
fn a_cable_takes_so_many_mishaps_and_says_so() {
    let mut world = world(1);
    let most = cable::Line::TOLD as u64;
    for nth in 1..=most {
        world.handle_input(befall("d1--lan", Way::Backward, nth, Mishap::Damage)).expect("fits");
    }
    let over = world.handle_input(befall("d1--lan", Way::Backward, most + 1, Mishap::Damage));
    assert_eq!(over.expect_err("full").code(), "full");
}
