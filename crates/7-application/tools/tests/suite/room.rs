//! Two LANs with a router, a name server and a web server, in virtual time, as the labs have them.

use base::Duration;
use cable::LineConfig;
use sim::{
    CableSpec, End, Input, InterfaceSpec, MachineSpec, Outcome, ProcessId, Programs, SwitchSpec,
    World, WorldBuilder,
};

pub(crate) const WEB: &str = "10.0.2.80";

pub(crate) fn registry() -> Programs {
    let mut programs = Programs::default();
    for (name, run, en, zh) in catenet_tools::programs() {
        programs.add(name, run, en, zh);
    }
    programs
}

fn host(name: &str, address: &str, gateway: &str) -> MachineSpec {
    let mut spec = MachineSpec::new(name)
        .interface("eth0", address.parse().expect("a network"))
        .gateway(gateway.parse().expect("an address"));
    spec.resolvers = vec!["10.0.2.53".parse().expect("an address")];
    spec.search = Some("example.lab".to_owned());
    spec
}

/// `pc1` and `pc2` on `office`, `dns` and `web` on `servers`, `r1` between.
pub(crate) fn builder(seed: u64) -> WorldBuilder {
    builder_with(seed, registry())
}

/// The same with other programs.
pub(crate) fn builder_with(seed: u64, programs: Programs) -> WorldBuilder {
    let mut builder = WorldBuilder::new(seed, 1_700_000_000, programs);
    let card = |name: &str, net: &str| InterfaceSpec::new(name, [net.parse().expect("a network")]);
    let mut router = MachineSpec::new("r1");
    router.forwarding = true;
    router.interfaces = vec![card("office", "192.168.1.1/24"), card("servers", "10.0.2.1/24")];
    let wire = |a: (&str, u16), b: (&str, u16)| {
        CableSpec::new(End::new(a.0, a.1), End::new(b.0, b.1), LineConfig::default())
    };
    let mut dns = host("dns", "10.0.2.53/24", "10.0.2.1").run("dns");
    dns.knows_names = true;
    let web = host("web", "10.0.2.80/24", "10.0.2.1").run("http write=yes");
    web.files.write("/site/index.html", "<h1>Catenet</h1>\n").expect("room");
    web.files.write("/site/ten.txt", "0123456789").expect("room");
    builder
        .machine(host("pc1", "192.168.1.10/24", "192.168.1.1"))
        .machine(host("pc2", "192.168.1.11/24", "192.168.1.1"))
        .machine(dns)
        .machine(web)
        .machine(router)
        .switch(SwitchSpec::new("office", 4))
        .switch(SwitchSpec::new("servers", 4))
        .cable(wire(("pc1", 0), ("office", 0)))
        .cable(wire(("pc2", 0), ("office", 1)))
        .cable(wire(("r1", 0), ("office", 2)))
        .cable(wire(("r1", 1), ("servers", 0)))
        .cable(wire(("web", 0), ("servers", 1)))
        .cable(wire(("dns", 0), ("servers", 2)));
    let ip = |text: &str| text.parse().expect("an address");
    builder.name("www.example.lab", ip(WEB));
    builder.name("dns.example.lab", ip("10.0.2.53"));
    builder.name("pc2.example.lab", ip("192.168.1.11"));
    builder.name("r1.example.lab", ip("192.168.1.1"));
    builder
}

/// The room at work.
pub(crate) struct Room {
    pub(crate) world: World,
    runs: usize,
}

pub(crate) fn room() -> Room {
    Room::of(builder(1).build().expect("whole"))
}

impl Room {
    pub(crate) fn of(world: World) -> Room {
        Room { world, runs: 0 }
    }

    /// Starts a program line (words as a shell splits them, without escapes).
    pub(crate) fn start(&mut self, node: &str, line: &str) -> Run {
        let mut words = split(line).into_iter();
        self.runs += 1;
        let label = format!("{node}/{}", self.runs);
        let input = Input::Exec {
            node: node.to_owned(),
            program: words.next().expect("a program"),
            args: words.collect(),
            label: Some(label.clone()),
            every_ns: None,
        };
        match self.world.handle_input(input) {
            Ok(Outcome::Started(process)) => Run { process, label },
            other => panic!("{line}: {other:?}"),
        }
    }

    pub(crate) fn wait(&mut self, span: Duration) {
        self.world.run_until(self.world.now() + span).expect("not stuck");
    }

    pub(crate) fn stdin(&mut self, run: &Run, octets: &[u8]) {
        let input = Input::Stdin { process: run.process, octets: octets.to_vec() };
        self.world.handle_input(input).expect("it runs");
    }

    pub(crate) fn interrupt(&mut self, run: &Run) {
        self.world.handle_input(Input::Interrupt { process: run.process }).expect("it runs");
    }

    pub(crate) fn printed(&self, run: &Run) -> String {
        let label = self.world.outputs().label(&run.label);
        label.map(|label| String::from_utf8_lossy(&label.output).into_owned()).unwrap_or_default()
    }

    pub(crate) fn exit(&self, run: &Run) -> Option<u8> {
        self.world.outputs().process(run.process).expect("known").ended.map(|(_, code)| code)
    }

    /// Something that takes questions and says nothing has the name server's place.
    pub(crate) fn silence_the_name_server(&mut self) {
        self.wait(Duration::from_millis(1));
        let process = self.world.outputs().processes().find(|process| process.program == "dns");
        let process = process.expect("a name server").id;
        self.world.handle_input(Input::Kill { process }).expect("it runs");
        self.start("dns", "discard port=53 udp=yes");
    }

    /// Runs a line to its end (a minute at most): exit code and what it printed.
    pub(crate) fn sh(&mut self, node: &str, line: &str) -> (Option<u8>, String) {
        let run = self.start(node, line);
        for _ in 0..600 {
            self.wait(Duration::from_millis(100));
            if self.exit(&run).is_some() {
                break;
            }
        }
        (self.exit(&run), self.printed(&run))
    }
}

pub(crate) struct Run {
    pub(crate) process: ProcessId,
    pub(crate) label: String,
}

fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in line.split('\'').enumerate() {
        match place % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}
