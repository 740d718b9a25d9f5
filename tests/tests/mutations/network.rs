//! The network that is flooded, and what is asked of it.

use crate::people::{PARTS, registry};
use base::{Duration, InterfaceId, JackId, MacAddr, NodeId};
use cable::LineConfig;
use sim::{
    CableSpec, Direction, End, Input, InterfaceSpec, MachineSpec, Outcome, ProcessId, SwitchSpec,
    World, WorldBuilder,
};

/// Honest transfers, half from `pc2` to `web`, half the other way.
pub(crate) const TRANSFERS: u64 = 10;
const MACHINES: [&str; 4] = ["pc1", "pc2", "r1", "web"];
/// The port of those whose segments are bent while they talk.
const VICTIM: u16 = 7;
const HONEST: u16 = 80;
/// Victims that talk at one time. A bent copy of a live segment often ends one; it begins again.
const CHATS: usize = 16;
/// Live frames that are kept as templates.
const LIVE: usize = 64;

/// Who knows whom: machine, its card, the other with its card, the other's address.
const PERMANENT: [(&str, usize, (&str, usize), &str); 6] = [
    ("pc1", 0, ("r1", 0), "192.168.1.1"),
    ("r1", 0, ("pc1", 0), "192.168.1.10"),
    ("pc2", 0, ("r1", 0), "192.168.1.1"),
    ("r1", 0, ("pc2", 0), "192.168.1.11"),
    ("r1", 1, ("web", 0), "10.0.2.80"),
    ("web", 0, ("r1", 1), "10.0.2.1"),
];

pub(crate) struct Network {
    pub(crate) world: World,
    pub(crate) door: NodeId,
    transfers: Vec<ProcessId>,
    cursor: u64,
}

impl Network {
    pub(crate) fn new(seed: u64) -> Network {
        let world = build(seed);
        let door = world.node("door").expect("built");
        let mut network = Network { world, door, transfers: Vec::new(), cursor: 0 };
        for (one, card, other, address) in PERMANENT {
            network.introduce(one, card, other, address);
        }
        network
    }

    /// `one` knows by which hardware address it reaches `other`, whatever anybody says.
    fn introduce(&mut self, one: &str, card: usize, (other, at): (&str, usize), address: &str) {
        let address = address.parse().expect("an address");
        let mac = self.mac(other, at);
        self.machine(one).with(|host, cx| host.add_neighbour(cx, interface(card), address, mac));
    }

    /// The hardware address of a machine's card.
    pub(crate) fn mac(&self, name: &str, card: usize) -> MacAddr {
        let found = self.machine(name).with(|host, _| {
            let mut cards = host.interfaces();
            cards.find(|(id, ..)| *id == interface(card)).and_then(|found| found.2)
        });
        found.expect("a card")
    }

    fn machine(&self, name: &str) -> &socket::Machine {
        self.world.node(name).and_then(|node| self.world.machine(node)).expect("on")
    }

    pub(crate) fn run(&mut self, span: Duration) {
        self.world.run_until(self.world.now() + span).expect("time goes on");
        while self.world.poll_door_frame().is_some() {}
    }

    /// A frame comes in from outside.
    pub(crate) fn throw(&mut self, octets: Vec<u8>) {
        self.world.frame_in(self.door, octets.into()).expect("a frame for an open door");
    }

    pub(crate) fn check(&self, when: &str) {
        if let Err(fault) = self.world.audit() {
            panic!("{when}: {fault}");
        }
    }

    fn exec(&mut self, node: &str, line: &str, every: Option<Duration>) -> ProcessId {
        let mut words = line.split_whitespace().map(str::to_owned);
        let input = Input::Exec {
            node: node.to_owned(),
            program: words.next().expect("a program"),
            args: words.collect(),
            label: None,
            every_ns: every.map(Duration::as_nanos),
        };
        match self.world.handle_input(input) {
            Ok(Outcome::Started(process)) => process,
            other => panic!("{line}: {other:?}"),
        }
    }

    /// Victims talk all the time; honest transfers follow one another over `span`, so that
    /// there always is one. (A program waits for its turn by itself.)
    pub(crate) fn start_people(&mut self, span: Duration, octets: usize) {
        self.run(Duration::from_millis(100));
        for _ in 0..CHATS {
            self.exec("pc1", "chat 10.0.2.80 7", Some(Duration::from_millis(100)));
        }
        for to in ["10.0.2.80", "192.168.1.11"] {
            self.exec("pc1", &format!("ask {to} 53"), Some(Duration::from_millis(250)));
            self.exec("pc1", &format!("ping {to}"), Some(Duration::from_millis(250)));
        }
        let ways = [("pc2", "10.0.2.80"), ("web", "192.168.1.11")];
        for number in 0..TRANSFERS {
            let (from, to) = ways[number as usize % 2];
            let share = span.as_nanos() / (TRANSFERS + 2);
            let (after, pause) = (share * number, share / PARTS as u64);
            let line = format!("after {after} echo {to} {HONEST} {octets} {pause}");
            let process = self.exec(from, &line, None);
            self.transfers.push(process);
        }
    }

    /// All ten have ended, well, and not much later than the flood.
    pub(crate) fn check_transfers(&self, span: Duration) {
        let outputs = self.world.outputs();
        for (number, &process) in self.transfers.iter().enumerate() {
            let process = outputs.process(process).expect("known");
            let (ended, code) = process.ended.unwrap_or_else(|| panic!("transfer {number} hangs"));
            println!("transfer {number} ended at {ended} with {code}");
            assert_eq!(code, 0, "transfer {number}: {:?}", self.printed(&process.label));
            assert!(ended <= process.started + span + Duration::from_secs(5), "too late");
        }
    }

    fn printed(&self, label: &str) -> String {
        let label = self.world.outputs().label(label);
        label.map(|label| String::from_utf8_lossy(&label.output).into_owned()).unwrap_or_default()
    }

    /// Renews templates with what the victims' segments look like now, as they reach the office's
    /// machines (bent frames of our own are none).
    pub(crate) fn renew(&mut self, live: &mut Vec<Vec<u8>>) {
        let fresh: Vec<Vec<u8>> = self
            .world
            .recorder()
            .since(self.cursor)
            .rev()
            .filter(|frame| frame.journey().origin != self.door && frame.direction == Direction::In)
            .filter(|frame| ["pc1", "r1"].contains(&self.world.name(frame.node)))
            .filter(|frame| frame.jack == JackId(0))
            .map(|frame| frame.octets())
            .filter(|octets| is_victim(octets))
            .take(LIVE)
            .collect();
        self.cursor = self.world.recorder().next();
        let surplus = (live.len() + fresh.len()).saturating_sub(LIVE);
        live.drain(..surplus.min(live.len()));
        live.extend(fresh);
    }

    /// After the flood: victims go home, and time does away with what was left half done.
    pub(crate) fn calm_down(&mut self) {
        let running: Vec<ProcessId> = {
            let outputs = self.world.outputs();
            let clients = |program: &str| ["chat", "ask", "ping"].contains(&program);
            let alive = outputs.processes().filter(|p| p.ended.is_none() && clients(&p.program));
            alive.map(|process| process.id).collect()
        };
        for process in running {
            self.world.handle_input(Input::Kill { process }).expect("it runs");
        }
        // `every` starts them again; a machine without a link does nobody harm.
        for cable in ["door--office", "pc1--office"] {
            self.world.handle_input(Input::Cut { cable: cable.into() }).expect("known");
        }
        for _ in 0..100 {
            self.run(Duration::from_secs(10));
            self.check("calm");
        }
        for name in MACHINES.into_iter().filter(|&name| name != "pc1") {
            self.check_forgotten(name);
        }
    }

    /// No frame waits in the machine, no connection is half open.
    fn check_forgotten(&self, name: &str) {
        let now = self.world.now();
        let (held, tcp) = self.machine(name).with(|host, _| (host.held(), host.table(now, "tcp")));
        assert_eq!(held, 0, "{name} holds frames");
        let tcp = tcp.expect("a table");
        let connections = tcp.get("connections").map(|all| all.to_json()).unwrap_or_default();
        assert_eq!(connections, "{}", "{name} remembers connections: {}", tcp.to_json());
        for port in [VICTIM, HONEST] {
            if let Some(queue) = tcp.at(&format!("listen[{port}].syn_queue")) {
                assert_eq!(queue.to_string(), "0", "{name} port {port}: half-open connections");
            }
        }
    }
}

/// Is it a segment of the victims?
fn is_victim(octets: &[u8]) -> bool {
    let is_tcp = octets.get(12..14) == Some(&[8, 0]) && octets.get(23) == Some(&6);
    let victim = VICTIM.to_be_bytes();
    let ports = octets.get(34..38);
    is_tcp && ports.is_some_and(|ports| ports[..2] == victim || ports[2..] == victim)
}

/// Cards count after the loopback interface.
fn interface(card: usize) -> InterfaceId {
    InterfaceId(card as u16 + 1)
}

fn build(seed: u64) -> World {
    let mut builder = WorldBuilder::new(seed, 0, registry());
    let card = |name: &str, net: &str| InterfaceSpec::new(name, [net.parse().expect("a network")]);
    let host = |name: &str, net: &str, gateway: &str| {
        let spec = MachineSpec::new(name).interface("eth0", net.parse().expect("a network"));
        spec.gateway(gateway.parse().expect("an address"))
    };
    let mut router = MachineSpec::new("r1");
    router.forwarding = true;
    router.interfaces = vec![card("office", "192.168.1.1/24"), card("servers", "10.0.2.1/24")];
    let server = |spec: MachineSpec| spec.run("echod 7").run("echod 80").run("named 53");
    builder
        .machine(server(host("pc1", "192.168.1.10/24", "192.168.1.1")))
        .machine(server(host("pc2", "192.168.1.11/24", "192.168.1.1")))
        .machine(server(host("web", "10.0.2.80/24", "10.0.2.1")))
        .machine(router)
        .switch(SwitchSpec::new("office", 4))
        .switch(SwitchSpec::new("servers", 2))
        .door("door")
        .record_bound(16 << 20);
    let cables = [
        (("pc1", 0), ("office", 0)),
        (("pc2", 0), ("office", 1)),
        (("r1", 0), ("office", 2)),
        (("door", 0), ("office", 3)),
        (("r1", 1), ("servers", 0)),
        (("web", 0), ("servers", 1)),
    ];
    for (a, b) in cables {
        let ends = (End::new(a.0, a.1), End::new(b.0, b.1));
        builder.cable(CableSpec::new(ends.0, ends.1, LineConfig::default()));
    }
    builder.build().expect("whole")
}

/// What a clean run looks like at the office's jacks: every frame that came into `pc1`, `pc2` or
/// the router from there.
pub(crate) fn recorded(seed: u64) -> Vec<Vec<u8>> {
    let mut network = Network::new(seed);
    network.start_people(Duration::from_secs(1), 10_000);
    network.run(Duration::from_millis(2_000));
    network.check("clean");
    let world = &network.world;
    let from_office = |frame: &sim::Recorded| {
        frame.direction == Direction::In
            && frame.jack == JackId(0)
            && ["pc1", "pc2", "r1"].contains(&world.name(frame.node))
    };
    let frames: Vec<_> =
        world.recorder().since(0).filter(from_office).map(|f| f.octets()).collect();
    let kinds = |ethertype: [u8; 2], protocol: Option<u8>| {
        let same = |f: &&Vec<u8>| {
            f.get(12..14) == Some(&ethertype[..])
                && (protocol.is_none() || protocol == f.get(23).copied())
        };
        frames.iter().filter(same).count()
    };
    let [arp, icmp, tcp, udp] =
        [([8, 6], None), ([8, 0], Some(1)), ([8, 0], Some(6)), ([8, 0], Some(17))]
            .map(|(ethertype, protocol)| kinds(ethertype, protocol));
    println!("recorded: {arp} ARP, {icmp} ICMP, {tcp} TCP, {udp} UDP");
    assert!([arp, icmp, tcp, udp].iter().all(|&count| count >= 4));
    frames
}
