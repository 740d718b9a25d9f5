//! Machines on cables: ping, TCP, a router between two LANs, cuts, power, determinism.

mod programs;

use base::{Duration, Instant};
use cable::LineConfig;
use catenet_sim::{
    CableSpec, End, Input, InputError, InterfaceSpec, LineChange, MachineSpec, Outcome, ProcessId,
    SwitchSpec, Way, World, WorldBuilder,
};
use programs::registry;

/// Two machines on one cable; `b` runs the echo server.
fn pair(seed: u64) -> WorldBuilder {
    let mut builder = WorldBuilder::new(seed, 0, registry());
    builder
        .machine(host("a", "10.0.0.1/24"))
        .machine(host("b", "10.0.0.2/24").run("echod 7"))
        .cable(CableSpec::new(End::new("a", 0), End::new("b", 0), LineConfig::default()));
    builder
}

fn host(name: &str, address: &str) -> MachineSpec {
    MachineSpec::new(name).interface("eth0", address.parse().expect("an address"))
}

/// `pc1`, `pc2` on the switch `office`; `web` on `servers`; `r1` between.
fn two_lans(seed: u64) -> WorldBuilder {
    let mut builder = WorldBuilder::new(seed, 0, registry());
    let gateway = |ip: &str| ip.parse().expect("an address");
    let card = |name: &str, net: &str| InterfaceSpec::new(name, [net.parse().expect("a network")]);
    let mut router = MachineSpec::new("r1");
    router.forwarding = true;
    router.interfaces = vec![card("office", "192.168.1.1/24"), card("servers", "10.0.2.1/24")];
    let wire = |a: (&str, u16), b: (&str, u16)| {
        CableSpec::new(End::new(a.0, a.1), End::new(b.0, b.1), LineConfig::default())
    };
    builder
        .machine(host("pc1", "192.168.1.10/24").gateway(gateway("192.168.1.1")))
        .machine(host("pc2", "192.168.1.11/24").gateway(gateway("192.168.1.1")))
        .machine(host("web", "10.0.2.80/24").gateway(gateway("10.0.2.1")).run("echod 7"))
        .machine(router)
        .switch(SwitchSpec::new("office", 4))
        .switch(SwitchSpec::new("servers", 4))
        .cable(wire(("pc1", 0), ("office", 0)))
        .cable(wire(("pc2", 0), ("office", 1)))
        .cable(wire(("r1", 0), ("office", 2)))
        .cable(wire(("r1", 1), ("servers", 0)))
        .cable(wire(("web", 0), ("servers", 1)));
    builder
}

fn exec(world: &mut World, node: &str, line: &str) -> ProcessId {
    let mut words = line.split_whitespace().map(str::to_owned);
    let input = Input::Exec {
        node: node.to_owned(),
        program: words.next().expect("a program"),
        args: words.collect(),
        label: Some(line.to_owned()),
        every_ns: None,
    };
    match world.handle_input(input) {
        Ok(Outcome::Started(process)) => process,
        other => panic!("{line}: {other:?}"),
    }
}

fn run(world: &mut World, span: Duration) {
    world.run_until(world.now() + span).expect("not stuck");
    world.audit().expect("balanced");
}

fn printed(world: &World, label: &str) -> String {
    let label = world.outputs().label(label);
    label.map(|label| String::from_utf8_lossy(&label.output).into_owned()).unwrap_or_default()
}

fn exit(world: &World, process: ProcessId) -> Option<u8> {
    world.outputs().process(process).expect("known").ended.map(|(_, code)| code)
}

/// For a failure: what the echo printed, and the last frames and events of the world.
fn story(world: &World) -> String {
    let mut text = String::new();
    for (name, label) in world.outputs().labels() {
        text += &format!("{name}: {}", String::from_utf8_lossy(&label.output));
    }
    let skip = world.events().next().saturating_sub(30);
    for event in world.events().since(skip) {
        text += &format!("\n{event:?}");
    }
    text
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn two_machines_on_a_cable_ping() {
    let mut world = pair(1).build().expect("whole");
    let ping = exec(&mut world, "a", "ping 10.0.0.2 3");
    run(&mut world, seconds(10));
    let text = printed(&world, "ping 10.0.0.2 3");
    assert_eq!((exit(&world, ping), text.lines().count()), (Some(0), 3), "{text}");
}

#[test]
fn an_echo_comes_back_whole() {
    let mut world = pair(1).build().expect("whole");
    let echo = exec(&mut world, "a", "echo 10.0.0.2 7 300000");
    run(&mut world, seconds(10));
    assert_eq!(exit(&world, echo), Some(0), "{}", story(&world));
}

#[test]
fn a_router_joins_two_lans() {
    let mut world = two_lans(1).build().expect("whole");
    let ping = exec(&mut world, "pc1", "ping 10.0.2.80 2");
    let echo = exec(&mut world, "pc2", "echo 10.0.2.80 7 100000");
    run(&mut world, seconds(10));
    assert_eq!((exit(&world, ping), exit(&world, echo)), (Some(0), Some(0)), "{}", story(&world));
    // The router's copies are journeys of their own, with the original as parent.
    let r1 = world.node("r1").expect("there");
    let forwarded = world.recorder().since(0).filter(|frame| frame.journey().origin == r1);
    let pc1 = world.node("pc1").expect("there");
    assert!(forwarded.into_iter().any(|frame| frame.parent().origin == pc1));
}

#[test]
fn the_same_seed_gives_the_same_world_and_another_seed_another() {
    let run_with = |seed| {
        let mut world = two_lans(seed).build().expect("whole");
        exec(&mut world, "pc1", "echo 10.0.2.80 7 50000");
        exec(&mut world, "pc2", "echo 10.0.2.80 7 50000");
        run(&mut world, seconds(5));
        (world.digest(), world.recorder().next())
    };
    let first = run_with(7);
    assert!(first.1 > 500);
    assert_eq!(run_with(7), first);
    assert_ne!(run_with(8).0, first.0);
}

#[test]
fn instant_by_instant_it_is_the_same_world() {
    let end = Instant::ZERO + seconds(5);
    let mut worlds = [(); 2].map(|()| {
        let mut world = two_lans(7).build().expect("whole");
        exec(&mut world, "pc1", "echo 10.0.2.80 7 50000");
        exec(&mut world, "pc2", "echo 10.0.2.80 7 50000");
        world
    });
    let mut last = None;
    while let Some(at) = worlds[0].run_instant(end).expect("not stuck") {
        let next = worlds[0].next_deadline();
        assert!(last < Some(at) && worlds[0].now() == at && at < end, "{last:?} {at}");
        assert!(next.is_none_or(|next| next > at), "{at} {next:?}");
        last = Some(at);
    }
    let done = worlds.each_mut().map(|world| {
        world.run_until(end).expect("not stuck");
        (world.digest(), world.events().next(), world.events_done())
    });
    assert!(done[0].2 > 1_000 && last.is_some());
    // What happens at the end has not happened before it.
    let next = worlds[0].next_deadline().expect("hosts have deadlines");
    assert_eq!(worlds[0].run_instant(next), Ok(None));
    assert_eq!(worlds[0].run_instant(Instant::ZERO), Ok(None));
    assert_eq!(worlds[0].run_instant(next + Duration::from_nanos(1)), Ok(Some(next)));
    assert_eq!(done[0], done[1]);
}

#[test]
fn an_unrelated_host_changes_nobodys_bytes() {
    let digests = |with_stranger: bool| {
        let mut builder = two_lans(7);
        if with_stranger {
            // Its name moves the rank of everybody else; it hangs on a switch of its own.
            builder.machine(host("aaa", "172.16.0.1/24").run("ping 172.16.0.2 1"));
            builder.switch(SwitchSpec::new("lonely", 1));
            let ends = (End::new("aaa", 0), End::new("lonely", 0));
            builder.cable(CableSpec::new(ends.0, ends.1, LineConfig::default()));
        }
        let mut world = builder.build().expect("whole");
        exec(&mut world, "pc1", "echo 10.0.2.80 7 50000");
        run(&mut world, seconds(5));
        let names = ["pc1", "pc2", "r1", "web", "office", "servers"];
        names.map(|name| world.digest_of(world.node(name).expect("there")))
    };
    assert_eq!(digests(true), digests(false));
}

#[test]
fn tcp_survives_a_cut() {
    let mut world = pair(1).build().expect("whole");
    let change = LineChange { rate_bps: Some(10_000_000), ..LineChange::default() };
    let slow = Input::SetCable { cable: "a--b".into(), way: Way::Both, change };
    world.handle_input(slow).expect("known");
    let echo = exec(&mut world, "a", "echo 10.0.0.2 7 1000000");
    run(&mut world, Duration::from_millis(300));
    world.handle_input(Input::Cut { cable: "a--b".into() }).expect("known");
    run(&mut world, seconds(2));
    assert_eq!(exit(&world, echo), None);
    world.handle_input(Input::Mend { cable: "a--b".into() }).expect("known");
    run(&mut world, seconds(30));
    assert_eq!(exit(&world, echo), Some(0), "{}", story(&world));
}

#[test]
fn tcp_survives_loss_reordering_and_bit_errors() {
    let mut world = pair(3).build().expect("whole");
    let change = LineChange {
        loss: Some(0.01),
        reorder: Some(0.01),
        reorder_by_ns: Some(2_000_000),
        corrupt: Some(1e-7),
        duplicate: Some(0.01),
        delay_ns: Some(1_000_000),
        ..LineChange::default()
    };
    let set = Input::SetCable { cable: "a--b".into(), way: Way::Both, change };
    world.handle_input(set).expect("known");
    let echo = exec(&mut world, "a", "echo 10.0.0.2 7 1000000");
    run(&mut world, seconds(120));
    assert_eq!(exit(&world, echo), Some(0), "{}", story(&world));
}

#[test]
fn a_power_cycle_forgets_connections_and_keeps_addresses() {
    let mut world = pair(1).build().expect("whole");
    let echo = exec(&mut world, "a", "echo 10.0.0.2 7 30000000");
    run(&mut world, Duration::from_millis(50));
    world.handle_input(Input::Power { node: "b".into(), on: false }).expect("known");
    world.audit().expect("balanced");
    run(&mut world, seconds(1));
    world.handle_input(Input::Power { node: "b".into(), on: true }).expect("known");
    run(&mut world, seconds(60));
    // The new `b` knows nothing of the connection: it resets it.
    assert_eq!(exit(&world, echo), Some(1));
    let again = exec(&mut world, "a", "echo 10.0.0.2 7 1000");
    run(&mut world, seconds(10));
    assert_eq!(exit(&world, again), Some(0));
    let b = world.node("b").expect("there");
    assert_eq!(world.view(b).expect("there").boots, 2);
}

#[test]
fn kill_and_interrupt_end_a_program() {
    let mut world = pair(1).build().expect("whole");
    let killed = exec(&mut world, "a", "ping 10.0.0.2 1000");
    let interrupted = exec(&mut world, "a", "ping 10.0.0.2 999");
    run(&mut world, seconds(3));
    world.handle_input(Input::Kill { process: killed }).expect("runs");
    world.handle_input(Input::Interrupt { process: interrupted }).expect("runs");
    run(&mut world, seconds(1));
    assert_eq!((exit(&world, killed), exit(&world, interrupted)), (Some(137), Some(130)));
    let over = world.handle_input(Input::Kill { process: killed }).expect_err("is over");
    assert_eq!(over.code(), "process-over");
}

#[test]
fn standard_input_reaches_a_program() {
    let mut world = pair(1).build().expect("whole");
    let cat = exec(&mut world, "a", "cat");
    for octets in [b"hello\n".to_vec(), b"world\n".to_vec(), Vec::new()] {
        world.handle_input(Input::Stdin { process: cat, octets }).expect("runs");
    }
    run(&mut world, seconds(1));
    assert_eq!((exit(&world, cat), printed(&world, "cat")), (Some(0), "hello\nworld\n".to_owned()));
}

#[test]
fn a_program_repeats() {
    let mut world = pair(1).build().expect("whole");
    let input = Input::Exec {
        node: "a".into(),
        program: "ping".into(),
        args: vec!["10.0.0.2".into(), "1".into()],
        label: Some("again".into()),
        every_ns: Some(2_000_000_000),
    };
    world.handle_input(input).expect("known");
    run(&mut world, seconds(9));
    let label = world.outputs().label("again").expect("ran");
    assert_eq!((label.runs, label.exits.len()), (5, 5));
}

#[test]
fn a_busy_loop_is_named() {
    let mut world = pair(1).build().expect("whole");
    exec(&mut world, "a", "spin");
    let stuck = world.run_until(Instant::ZERO + seconds(1)).expect_err("stands still");
    assert_eq!((stuck.node.as_str(), stuck.programs.as_slice()), ("a", &["spin".to_owned()][..]));
    assert_eq!(world.step(), Err(stuck.clone()));
    assert_eq!(world.run_instant(Instant::ZERO + seconds(2)), Err(stuck));
}

#[test]
fn every_account_balances_after_every_step() {
    let mut world = pair(5).build().expect("whole");
    let change = LineChange {
        loss: Some(0.05),
        duplicate: Some(0.05),
        queue: Some(5),
        ..Default::default()
    };
    let set = Input::SetCable { cable: "a--b".into(), way: Way::Both, change };
    world.handle_input(set).expect("known");
    let echo = exec(&mut world, "a", "echo 10.0.0.2 7 40000");
    let mut steps = 0;
    while exit(&world, echo).is_none() && steps < 20_000 {
        world.step().expect("not stuck");
        world.audit().unwrap_or_else(|fault| panic!("step {steps}: {fault}"));
        steps += 1;
    }
    assert_eq!(exit(&world, echo), Some(0), "{}", story(&world));
}

#[test]
fn a_storm_lets_its_driver_look_up() {
    let mut builder = WorldBuilder::new(1, 0, registry());
    builder.switch(SwitchSpec::new("s1", 4)).switch(SwitchSpec::new("s2", 4));
    builder.machine(host("a", "10.0.0.1/24").run("ping 10.0.0.9 1"));
    let wire = |name: &str, a: (&str, u16), b: (&str, u16)| CableSpec {
        name: name.into(),
        ..CableSpec::new(End::new(a.0, a.1), End::new(b.0, b.1), LineConfig::default())
    };
    builder.cable(wire("up", ("a", 0), ("s1", 0)));
    builder.cable(wire("loop1", ("s1", 1), ("s2", 1))).cable(wire("loop2", ("s1", 2), ("s2", 2)));
    let mut world = builder.build().expect("whole");
    let until = Instant::ZERO + seconds(10);
    assert_eq!(world.run_some(until, 50_000), Ok(false));
    assert!(world.now() < until && world.events_done() == 50_000);
    world.audit().expect("balanced");
}

#[test]
fn only_who_is_told_to_knows_the_names() {
    let mut builder = WorldBuilder::new(1, 0, registry());
    builder.name("web.lab", "10.0.0.2".parse().expect("an address"));
    let mut server = host("dns", "10.0.0.1/24");
    server.knows_names = true;
    builder.machine(server).machine(host("pc", "10.0.0.3/24"));
    let mut world = builder.build().expect("whole");
    let names = |world: &World, node: &str| {
        let files = world.files(world.node(node).expect("there")).expect("a machine");
        files.read("/etc/hosts").map(|octets| String::from_utf8_lossy(&octets).into_owned())
    };
    assert_eq!(names(&world, "dns").as_deref(), Some("10.0.0.2 web.lab\n"));
    assert_eq!(names(&world, "pc"), None);
    let set = |name: &str, ip: Option<&str>| Input::SetName {
        name: name.into(),
        address: ip.map(|ip| ip.parse().expect("an address")),
    };
    world.handle_input(set("chat.lab", Some("10.0.0.90"))).expect("taken");
    // A name that is there, in whatever case, is nobody else's.
    let taken = world.handle_input(set("Web.LAB", Some("10.0.0.90")));
    assert_eq!(taken, Err(InputError::NameTaken("Web.LAB".into())));
    world.handle_input(set("web.lab", None)).expect("taken");
    assert_eq!(names(&world, "dns").as_deref(), Some("10.0.0.90 chat.lab\n"));
}
