//! A tiny world for tests: hosts joined by cables of 10 us, in virtual time, one event at a time.

#![allow(dead_code, unreachable_pub)] // each test file uses its own part

use base::{Duration, Frame, Instant, InterfaceId, MacAddr, NodeId, RandomSource};
use catenet_host::{Host, HostConfig, InterfaceConfig};
use core::hash::Hasher;
use core::net::{IpAddr, SocketAddr};
use siphasher::sip::SipHasher13;
use std::collections::{BTreeMap, BinaryHeap};
use trace::{Cx, Event};

const CABLE: Duration = Duration::from_micros(10);

pub struct Net {
    pub hosts: Vec<(Host, Cx)>,
    cables: BTreeMap<(usize, InterfaceId), (usize, InterfaceId)>,
    flying: BinaryHeap<std::cmp::Reverse<(Instant, u64)>>,
    frames: BTreeMap<u64, (usize, InterfaceId, Frame)>,
    count: u64,
    pub now: Instant,
    pub hasher: SipHasher13,
    pub seen: u64,
    /// Frames for which this says true are lost.
    pub lose: Box<dyn FnMut(&Frame) -> bool>,
    seed: u64,
}

impl Net {
    pub fn new(seed: u64) -> Net {
        Net {
            hosts: Vec::new(),
            cables: BTreeMap::new(),
            flying: BinaryHeap::new(),
            frames: BTreeMap::new(),
            count: 0,
            now: Instant::ZERO,
            hasher: SipHasher13::new(),
            seen: 0,
            lose: Box::new(|_| false),
            seed,
        }
    }

    /// Adds a host with one interface per address.
    pub fn host(&mut self, config: HostConfig, addresses: &[&str]) -> usize {
        let node = self.hosts.len();
        let random = RandomSource::new(self.seed, &config.name, 0);
        let mut cx = Cx::new(NodeId(node as u32), true);
        let mut host = Host::new(config, &random);
        for (place, address) in addresses.iter().enumerate() {
            let mac = MacAddr([2, 0, 0, 0, node as u8, place as u8]);
            let name = format!("eth{place}");
            let id = host.add_interface(InterfaceConfig { name, mac, mtu: 1500 });
            host.add_address(&mut cx, id, address.parse().expect("address")).expect("added");
        }
        self.hosts.push((host, cx));
        node
    }

    pub fn cable(&mut self, a: (usize, u16), b: (usize, u16)) {
        let (a, b) = ((a.0, InterfaceId(a.1)), (b.0, InterfaceId(b.1)));
        self.cables.insert(a, b);
        self.cables.insert(b, a);
    }

    /// Two hosts on a cable, 10.0.0.1 and 10.0.0.2.
    pub fn pair(seed: u64) -> Net {
        let mut net = Net::new(seed);
        net.host(HostConfig::new("a"), &["10.0.0.1/24"]);
        net.host(HostConfig::new("b"), &["10.0.0.2/24"]);
        net.cable((0, 1), (1, 1));
        net
    }

    /// a (10.0.1.10) - r (10.0.1.1, 10.0.2.1) - b (10.0.2.20).
    pub fn routed(seed: u64) -> Net {
        let mut net = Net::new(seed);
        net.host(HostConfig::new("a"), &["10.0.1.10/24"]);
        net.host(HostConfig::new("b"), &["10.0.2.20/24"]);
        let router = HostConfig { forwarding: true, ..HostConfig::new("r") };
        net.host(router, &["10.0.1.1/24", "10.0.2.1/24"]);
        net.cable((0, 1), (2, 1));
        net.cable((1, 1), (2, 2));
        for (node, gateway) in [(0, [10, 0, 1, 1]), (1, [10, 0, 2, 1])] {
            let default = "0.0.0.0/0".parse().expect("prefix");
            let host = &mut net.hosts[node].0;
            host.add_route(default, Some(gateway.into()), None, 0).expect("route");
        }
        net
    }

    pub fn on<R>(&mut self, node: usize, f: impl FnOnce(&mut Host, &mut Cx) -> R) -> R {
        let (host, cx) = &mut self.hosts[node];
        cx.set_now(self.now);
        f(host, cx)
    }

    fn drain(&mut self, node: usize) {
        let (host, cx) = &mut self.hosts[node];
        while let Some(output) = host.poll_output(cx) {
            self.seen += 1;
            self.hasher.write_u64(self.now.as_nanos());
            self.hasher.write(&output.frame.to_vec());
            if (self.lose)(&output.frame) {
                continue;
            }
            if let Some((to, interface)) = self.cables.get(&(node, output.interface)) {
                self.count += 1;
                self.flying.push(std::cmp::Reverse((self.now + CABLE, self.count)));
                self.frames.insert(self.count, (*to, *interface, output.frame));
            }
        }
        while let Some(waker) = host.poll_waker() {
            waker.wake();
        }
    }

    /// The moment of the next event.
    pub fn next(&mut self) -> Option<Instant> {
        (0..self.hosts.len()).for_each(|node| self.drain(node));
        let flying = self.flying.peek().map(|std::cmp::Reverse((at, _))| *at);
        let deadlines = self.hosts.iter().filter_map(|(host, _)| host.next_deadline());
        deadlines.chain(flying).min()
    }

    pub fn step_to(&mut self, at: Instant) {
        self.now = self.now.max(at);
        while let Some(&std::cmp::Reverse((due, id))) = self.flying.peek() {
            if due > self.now {
                break;
            }
            self.flying.pop();
            let (node, interface, frame) = self.frames.remove(&id).expect("a flying frame");
            self.on(node, |host, cx| host.handle_frame(cx, interface, frame));
            self.drain(node);
        }
        for node in 0..self.hosts.len() {
            if self.hosts[node].0.next_deadline().is_some_and(|due| due <= self.now) {
                self.on(node, |host, cx| host.handle_timeout(cx));
                self.drain(node);
            }
        }
    }

    /// Lets time pass.
    pub fn run(&mut self, span: Duration) {
        let end = self.now + span;
        let mut steps = 0;
        while let Some(at) = self.next().filter(|at| *at <= end) {
            self.step_to(at);
            steps += 1;
            assert!(steps < 1_000_000, "the world does not come to rest at {}", self.now);
        }
        self.now = end;
        self.check_conservation();
    }

    /// Every frame that came or was born ended, or lies in a queue that we know.
    pub fn check_conservation(&self) {
        for (host, cx) in &self.hosts {
            let ledger = cx.trace.ledger();
            assert_eq!(ledger.held(), host.held() as i64, "{}: {ledger:?}", host.name());
        }
    }

    /// The events of a node since the last call.
    pub fn events(&mut self, node: usize) -> Vec<Event> {
        self.hosts[node].1.trace.drain().collect()
    }
    /// How many events of a node since the last call bear this reason.
    pub fn count(&mut self, node: usize, reason: &str) -> usize {
        self.events(node).iter().filter(|event| event.reason.name == reason).count()
    }
}

pub fn ip(octets: [u8; 4]) -> IpAddr {
    octets.into()
}
pub fn at(octets: [u8; 4], port: u16) -> SocketAddr {
    (octets, port).into()
}
pub const ANY: [u8; 4] = [0; 4];
pub fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}
