//! One network over two event queues: the same octets on every wire at the same nanosecond.
//!
//! Two LANs and a router, once as one world, once cut at the cable between the router and the
//! second LAN: each half is a world of its own with its own queue, and a door stands where the
//! other half would be. What decides is names and times, never which queue an event lay in, so
//! every node's digest is the same. (Worlds that run side by side on threads are not built yet; the
//! cable's delay is the look-ahead that they will have.)

mod programs;

use base::{Duration, Instant};
use cable::LineConfig;
use catenet_sim::{CableSpec, End, InterfaceSpec, MachineSpec, SwitchSpec, World, WorldBuilder};
use programs::registry;

const SEED: u64 = 7;

/// The cable that is cut: slow and lossy, so that its chance matters too.
fn between() -> LineConfig {
    LineConfig {
        delay: Duration::from_micros(200),
        jitter: Duration::from_micros(50),
        loss: 0.02,
        ..LineConfig::default()
    }
}

/// No time, no loss: the way from a door into its half.
fn nothing() -> LineConfig {
    LineConfig { rate_bps: 0, delay: Duration::ZERO, ..LineConfig::default() }
}

fn machine(name: &str, cards: &[(&str, &str)]) -> MachineSpec {
    let mut machine = MachineSpec::new(name);
    for (card, net) in cards {
        machine.interfaces.push(InterfaceSpec::new(card, [net.parse().expect("a network")]));
    }
    machine
}

fn left(builder: &mut WorldBuilder) {
    let mut router = machine("r1", &[("office", "192.168.1.1/24"), ("servers", "10.0.2.1/24")]);
    router.forwarding = true;
    let gateway = "192.168.1.1".parse().expect("an address");
    let pc1 = machine("pc1", &[("eth0", "192.168.1.10/24")]).gateway(gateway);
    builder
        .machine(router)
        .machine(pc1.run("ping 10.0.2.80 3").run("echo 10.0.2.80 7 60000"))
        .switch(SwitchSpec::new("office", 2));
    for (node, jack) in [("r1", 0), ("pc1", 1)] {
        let (a, b) = (End::new(node, 0), End::new("office", jack));
        builder.cable(CableSpec::new(a, b, LineConfig::default()));
    }
}

fn right(builder: &mut WorldBuilder) {
    let gateway = "10.0.2.1".parse().expect("an address");
    let web = machine("web", &[("eth0", "10.0.2.80/24")]).gateway(gateway);
    builder.machine(web.run("echod 7")).switch(SwitchSpec::new("servers", 2));
    let (a, b) = (End::new("web", 0), End::new("servers", 1));
    builder.cable(CableSpec::new(a, b, LineConfig::default()));
}

fn cable(a: End, b: End, forward: LineConfig, backward: LineConfig) -> CableSpec {
    CableSpec { name: "r1--servers".into(), a, b, forward, backward }
}

fn whole() -> World {
    let mut builder = WorldBuilder::new(SEED, 0, registry());
    left(&mut builder);
    right(&mut builder);
    builder.cable(cable(End::new("r1", 1), End::new("servers", 0), between(), between()));
    builder.build().expect("one world")
}

/// The halves; in each, a door bears the name of the node that stands in the other.
fn halves() -> [World; 2] {
    let mut one = WorldBuilder::new(SEED, 0, registry());
    left(&mut one);
    one.door("servers");
    one.cable(cable(End::new("r1", 1), End::new("servers", 0), between(), nothing()));
    let mut other = WorldBuilder::new(SEED, 0, registry());
    right(&mut other);
    other.door("r1");
    other.cable(cable(End::new("r1", 0), End::new("servers", 0), nothing(), between()));
    [one.build().expect("a half"), other.build().expect("the other half")]
}

/// Runs both queues in step and carries frames from door to door.
fn run(halves: &mut [World; 2], until: Instant) {
    const DOORS: [&str; 2] = ["servers", "r1"];
    loop {
        let next = halves.iter().filter_map(World::next_deadline).min();
        let Some(next) = next.filter(|next| *next <= until) else { return };
        for half in halves.iter_mut() {
            half.run_until(next).expect("not stuck");
        }
        for (from, to) in [(0, 1), (1, 0)] {
            while let Some((_, frame)) = halves[from].poll_door_frame() {
                let node = halves[to].node(DOORS[to]).expect("a door");
                halves[to].frame_in(node, frame.to_vec().into()).expect("a frame");
            }
        }
    }
}

#[test]
fn one_queue_or_two_the_same_bytes() {
    let until = Instant::from_nanos(20_000_000_000);
    let mut whole = whole();
    whole.run_until(until).expect("not stuck");
    whole.audit().expect("balanced");
    let mut halves = halves();
    run(&mut halves, until);
    halves.iter().for_each(|half| half.audit().expect("balanced"));
    for (name, half) in [("pc1", 0), ("office", 0), ("r1", 0), ("servers", 1), ("web", 1)] {
        let digest = |world: &World| world.digest_of(world.node(name).expect("a node"));
        assert_eq!(digest(&halves[half]), digest(&whole), "{name}");
    }
    let exits = |world: &World| {
        let label = world.outputs().label("pc1/echo").expect("it ran");
        label.exits.iter().map(|&(_, code)| code).collect::<Vec<u8>>()
    };
    assert_eq!((exits(&whole), exits(&halves[0])), (vec![0], vec![0]), "60,000 octets came back");
}
