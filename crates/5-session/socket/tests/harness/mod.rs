//! A tiny world of machines with programs: cables of 10 us, virtual time, one event at a time.

#![allow(dead_code, unreachable_pub)] // each test file uses its own part

use base::{Duration, Frame, Instant, InterfaceId, MacAddr, NodeId, RandomSource};
use catenet_socket as socket;
use core::hash::Hasher;
use core::net::SocketAddr;
use host::{Host, HostConfig, InterfaceConfig};
use siphasher::sip::SipHasher13;
use socket::{Env, Executor, ExitCode, Launch, Machine, ProcessId, Surroundings};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use trace::Cx;

const CABLE: Duration = Duration::from_micros(10);

pub struct World {
    pub nodes: Vec<Executor>,
    cables: BTreeMap<(usize, InterfaceId), (usize, InterfaceId)>,
    flying: BinaryHeap<Reverse<(Instant, u64)>>,
    frames: BTreeMap<u64, (usize, InterfaceId, Frame)>,
    count: u64,
    pub now: Instant,
    pub hasher: SipHasher13,
    /// What programs wrote, by node and process.
    pub output: BTreeMap<(usize, ProcessId), String>,
    /// What programs ended with.
    pub exits: BTreeMap<(usize, ProcessId), ExitCode>,
}

impl World {
    /// Machines on one cable: 10.0.0.1 and 10.0.0.2.
    pub fn pair(seed: u64) -> World {
        let nodes = (1..=2).map(|n| executor(seed, n)).collect();
        let (a, b) = ((0, InterfaceId(1)), (1, InterfaceId(1)));
        World {
            nodes,
            cables: BTreeMap::from([(a, b), (b, a)]),
            flying: BinaryHeap::new(),
            frames: BTreeMap::new(),
            count: 0,
            now: Instant::ZERO,
            hasher: SipHasher13::new(),
            output: BTreeMap::new(),
            exits: BTreeMap::new(),
        }
    }

    pub fn spawn<F, Fut>(&mut self, node: usize, args: &[&str], program: F) -> ProcessId
    where
        F: FnOnce(Env) -> Fut,
        Fut: Future<Output = ExitCode> + Send + 'static,
    {
        self.nodes[node].spawn_with(Launch::new(args), program)
    }

    fn settle(&mut self, node: usize) {
        let executor = &mut self.nodes[node];
        executor.machine().with(|_, cx| cx.set_now(self.now));
        assert!(!executor.run_ready(), "a task never rests: {:?}", executor.last_polled());
        for chunk in executor.drain_output() {
            let text = String::from_utf8_lossy(&chunk.octets).into_owned();
            self.output.entry((node, chunk.process)).or_default().push_str(&text);
        }
        for finished in executor.finished() {
            self.exits.insert((node, finished.process), finished.code);
        }
        let out: Vec<_> = executor
            .machine()
            .with(|host, cx| core::iter::from_fn(|| host.poll_output(cx)).collect());
        for output in out {
            self.hasher.write_u64(self.now.as_nanos());
            self.hasher.write(&output.frame.to_vec());
            if let Some((to, interface)) = self.cables.get(&(node, output.interface)) {
                self.count += 1;
                self.flying.push(Reverse((self.now + CABLE, self.count)));
                self.frames.insert(self.count, (*to, *interface, output.frame));
            }
        }
    }

    pub fn settle_all(&mut self) {
        while (0..self.nodes.len()).any(|node| {
            self.settle(node);
            self.nodes[node].is_ready()
        }) {}
    }

    fn next(&mut self) -> Option<Instant> {
        self.settle_all();
        let flying = self.flying.peek().map(|Reverse((at, _))| *at);
        let of = |executor: &Executor| executor.machine().with(|host, _| host.next_deadline());
        self.nodes.iter().filter_map(of).chain(flying).min()
    }

    fn step_to(&mut self, at: Instant) {
        self.now = self.now.max(at);
        while let Some(&Reverse((due, id))) = self.flying.peek() {
            if due > self.now {
                break;
            }
            self.flying.pop();
            let (node, interface, frame) = self.frames.remove(&id).expect("a flying frame");
            self.nodes[node].machine().with(|host, cx| {
                cx.set_now(self.now);
                host.handle_frame(cx, interface, frame);
            });
            self.settle(node);
        }
        for node in 0..self.nodes.len() {
            self.nodes[node].machine().with(|host, cx| {
                cx.set_now(self.now);
                host.handle_timeout(cx);
            });
            self.settle(node);
        }
    }

    /// Lets time pass; checks that no frame was lost from the account.
    pub fn run(&mut self, span: Duration) {
        let end = self.now + span;
        let mut steps = 0;
        while let Some(at) = self.next().filter(|at| *at <= end) {
            self.step_to(at);
            steps += 1;
            assert!(steps < 3_000_000, "the world does not come to rest at {}", self.now);
        }
        self.now = end;
        for executor in &self.nodes {
            executor.machine().with(|host, cx| {
                let ledger = cx.trace.ledger();
                assert_eq!(ledger.held(), host.held() as i64, "{}: {ledger:?}", host.name());
            });
        }
    }

    /// Runs until the program has ended; its code and what it wrote.
    pub fn finish(&mut self, node: usize, process: ProcessId) -> (ExitCode, String) {
        for _ in 0..600 {
            if let Some(code) = self.exits.get(&(node, process)) {
                let text = self.output.get(&(node, process)).cloned().unwrap_or_default();
                return (*code, text);
            }
            self.run(Duration::from_millis(500));
        }
        panic!("the program does not end; so far: {:?}", self.output.get(&(node, process)));
    }
}

fn executor(seed: u64, n: u8) -> Executor {
    let name = format!("host{n}");
    let random = RandomSource::new(seed, &name, 0);
    let mut cx = Cx::new(NodeId(u32::from(n)), true);
    let mut host = Host::new(HostConfig::new(&name), &random);
    let mac = MacAddr([2, 0, 0, 0, 0, n]);
    let id = host.add_interface(InterfaceConfig { name: "eth0".into(), mac, mtu: 1500 });
    let address = format!("10.0.0.{n}/24").parse().expect("address");
    host.add_address(&mut cx, id, address).expect("added");
    let surroundings = Surroundings { epoch_unix: 1_767_225_600, ..Surroundings::new(random) };
    Executor::new(Machine::new(host, cx), surroundings)
}

pub fn peer(port: u16) -> SocketAddr {
    ([10, 0, 0, 2], port).into()
}
pub fn any(port: u16) -> SocketAddr {
    ([0, 0, 0, 0], port).into()
}
