//! P2: the same octets through the whole world: program, socket, host, cable, switch, cable, host,
//! socket, program, by `sim::World` in virtual time; events neither traced nor recorded, and then
//! both. The cable: 10 Gbit/s, 10 us one way, a queue of 1,000 frames; the switch and the hosts
//! take the time that the defaults say. No peer runs here: see README.md.

use crate::Effort;
use crate::clock::cpu_ns;
use crate::figures::{self, Figures, Round};
use crate::pattern::Pattern;
use base::Duration;
use cable::LineConfig;
use serde_json::json;
use sim::{CableSpec, End, Input, MachineSpec, Programs, SwitchSpec, World, WorldBuilder};
use socket::{Env, ExitCode};

const CHUNK: usize = 64 << 10;
/// `ExitCode` of a program whose octets were wrong or whose connection failed.
const FAILED: ExitCode = ExitCode(9);

/// Reads to the end, with a copy out of the stack as `read(2)` makes, and checks samples.
async fn sink(env: Env) -> ExitCode {
    let pattern = Pattern::new();
    let Ok(listener) = env.tcp_listen(([0, 0, 0, 0], 9).into(), 4) else { return FAILED };
    let Ok((stream, _)) = listener.accept().await else { return FAILED };
    let mut buffer = vec![0; CHUNK];
    let mut read = 0;
    loop {
        match stream.read_bytes(CHUNK).await {
            Ok(view) if view.is_empty() => break,
            Ok(view) => {
                let own = &mut buffer[..view.len()];
                own.copy_from_slice(&view);
                pattern.check(read, own, false);
                read += view.len() as u64;
            }
            Err(_) => return FAILED,
        }
    }
    env.print(format_args!("{read}"));
    ExitCode(0)
}

/// Writes as many octets as its argument says.
async fn source(env: Env) -> ExitCode {
    let pattern = Pattern::new();
    let Some(octets) = env.args().get(1).and_then(|word| word.parse::<u64>().ok()) else {
        return FAILED;
    };
    let Ok(stream) = env.tcp_connect(([10, 0, 0, 2], 9).into()).await else { return FAILED };
    let mut sent = 0;
    while sent < octets {
        let data = pattern.at(sent);
        let data = &data[..data.len().min((octets - sent) as usize)];
        if stream.write_all_bytes(data).await.is_err() {
            return FAILED;
        }
        sent += data.len() as u64;
    }
    if stream.shutdown_write().is_err() {
        return FAILED;
    }
    // Wait for the other side's FIN: closed earlier, nothing would say that all arrived.
    while stream.read_bytes(1).await.is_ok_and(|view| !view.is_empty()) {}
    ExitCode(0)
}

/// a - switch - b, or a - b without a switch.
fn world(switch: bool, seen: bool) -> World {
    let mut programs = Programs::default();
    programs.add("sink", |env| Box::pin(sink(env)), "", "");
    programs.add("source", |env| Box::pin(source(env)), "", "");
    let mut builder = WorldBuilder::new(1, 0, programs);
    builder.record(seen).trace(seen);
    let machine = |name: &str, address: &str| {
        MachineSpec::new(name).interface("eth0", address.parse().expect("an address"))
    };
    builder.machine(machine("a", "10.0.0.1/24"));
    builder.machine(machine("b", "10.0.0.2/24").run("sink"));
    let line = LineConfig {
        rate_bps: 10_000_000_000,
        delay: Duration::from_micros(10),
        queue: 1_000,
        ..LineConfig::default()
    };
    if switch {
        builder.switch(SwitchSpec::new("s", 2));
        builder.cable(CableSpec::new(End::new("a", 0), End::new("s", 0), line));
        builder.cable(CableSpec::new(End::new("b", 0), End::new("s", 1), line));
    } else {
        builder.cable(CableSpec::new(End::new("a", 0), End::new("b", 0), line));
    }
    builder.build().expect("a sound world")
}

fn transfer(octets: u64, switch: bool, seen: bool) -> Round {
    let mut world = world(switch, seen);
    world.run_until(world.now() + Duration::from_millis(10)).expect("time passes");
    let cable = if switch { "a--s" } else { "a--b" };
    let start_program = Input::Exec {
        node: "a".into(),
        program: "source".into(),
        args: vec![octets.to_string()],
        label: None,
        every_ns: None,
    };
    world.handle_input(start_program).expect("the program starts");
    let start = cpu_ns();
    // 10 Gbit/s: a gibioctet takes less than a second; the world's idle time costs nothing.
    world.run_until(world.now() + Duration::from_secs(2 + (octets >> 28))).expect("time passes");
    let ns = cpu_ns() - start;
    world.audit().expect("every frame is accounted for");
    let printed = world.outputs().label("b/sink").map(|label| label.output.clone());
    let printed = String::from_utf8_lossy(&printed.unwrap_or_default()).into_owned();
    assert_eq!(printed, octets.to_string(), "all octets arrived");
    let view = world.cable(cable).expect("the cable");
    assert_eq!(view.forward.ledger().lost, 0, "nothing was lost");
    Round {
        ns,
        octets,
        segments: view.forward.ledger().entered,
        acks: view.backward.ledger().entered,
    }
}

pub(crate) fn run(effort: &Effort) {
    println!(
        "P2: {} MiB a round, {} rounds each, interleaved; MTU 1500, one thread; CPU time",
        effort.octets >> 20,
        effort.rounds,
    );
    let mut all: Vec<(Figures, bool, bool)> = [
        ("world: program-host-switch-host-program", true, false),
        ("world: program-host-cable-host-program", false, false),
        ("world with switch, traced and recorded", true, true),
    ]
    .into_iter()
    .filter(|(name, ..)| effort.wants(name))
    .map(|(name, switch, seen)| (Figures::new(name), switch, seen))
    .collect();
    for _ in 0..effort.rounds {
        for (figures, switch, seen) in &mut all {
            figures.add(transfer(effort.octets, *switch, *seen));
        }
    }
    all.iter().for_each(|(figures, ..)| figures.say());
    let figures: Vec<Figures> = all.into_iter().map(|(figures, ..)| figures).collect();
    figures::write("P2", &figures, json!({ "peer": "not measured in this run" }));
    if let Some(first) = figures.first() {
        println!(
            "P2 {}: {:.1} ns, {:.2} Gbit/s per core",
            first.name,
            first.median(),
            first.gbit()
        );
    }
}
