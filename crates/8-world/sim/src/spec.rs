//! What a world is made of, before it runs: the builder's plain data.

use base::{Duration, JackId, MacAddr};
use cable::LineConfig;
use core::net::IpAddr;
use ipnet::IpNet;

/// A machine: a host or, with `forwarding`, a router.
#[derive(Clone, Debug)]
pub struct MachineSpec {
    /// Its name; unique in the world.
    pub name: String,
    /// Does it forward packets (a router)?
    pub forwarding: bool,
    /// Its cards; the first has jack 0.
    pub interfaces: Vec<InterfaceSpec>,
    /// Routes beyond those to its own networks.
    pub routes: Vec<RouteSpec>,
    /// How long it is busy with one frame that comes in.
    pub cpu: Duration,
    /// Frames that may wait for it; more are dropped.
    pub ring: usize,
    /// Where its programs ask for names.
    pub resolvers: Vec<IpAddr>,
    /// The domain that completes short names.
    pub search: Option<String>,
    /// Its files (the durable part).
    pub files: files::Tree,
    /// Does it know every name of the world by itself, in `/etc/hosts` and in its resolver's table
    /// (a name server does, others ask it)?
    pub knows_names: bool,
    /// May its programs change addresses and routes (`Env::control`)?
    pub grant_control: bool,
    /// What starts when it is switched on.
    pub programs: Vec<ProgramSpec>,
}

impl MachineSpec {
    /// A machine with nothing but a name and the defaults of a lab: 1 us a frame, a ring of 512.
    pub fn new(name: &str) -> Self {
        MachineSpec {
            name: name.to_owned(),
            forwarding: false,
            interfaces: Vec::new(),
            routes: Vec::new(),
            cpu: Duration::from_micros(1),
            ring: 512,
            resolvers: Vec::new(),
            search: None,
            files: files::Tree::default(),
            knows_names: false,
            grant_control: true,
            programs: Vec::new(),
        }
    }
    /// Adds a card with one address.
    pub fn interface(mut self, name: &str, address: IpNet) -> Self {
        self.interfaces.push(InterfaceSpec::new(name, [address]));
        self
    }
    /// Adds the default route.
    pub fn gateway(mut self, via: IpAddr) -> Self {
        self.routes.push(RouteSpec::default_via(via));
        self
    }
    /// Adds a program that starts with the machine.
    pub fn run(mut self, line: &str) -> Self {
        self.programs.push(ProgramSpec::new(line));
        self
    }
}

/// A card of a machine; the n-th has jack n-1.
#[derive(Clone, Debug)]
pub struct InterfaceSpec {
    /// `eth0`, or on a router the network's name.
    pub name: String,
    /// Its hardware address; `None`: made from the machine's name and the jack.
    pub mac: Option<MacAddr>,
    /// The longest packet it sends.
    pub mtu: u16,
    /// Its addresses with their networks.
    pub addresses: Vec<IpNet>,
}

impl InterfaceSpec {
    /// A card with an MTU of 1500.
    pub fn new(name: &str, addresses: impl IntoIterator<Item = IpNet>) -> Self {
        InterfaceSpec {
            name: name.to_owned(),
            mac: None,
            mtu: 1500,
            addresses: addresses.into_iter().collect(),
        }
    }
}

/// A route.
#[derive(Clone, Debug)]
pub struct RouteSpec {
    /// To where.
    pub destination: IpNet,
    /// Over whom; `None`: directly.
    pub via: Option<IpAddr>,
    /// By which card, by number; `None`: the one whose network holds `via`.
    pub interface: Option<usize>,
    /// The lower wins.
    pub metric: u32,
}

impl RouteSpec {
    /// Everything else goes over `via`.
    pub fn default_via(via: IpAddr) -> Self {
        let zero = match via {
            IpAddr::V4(_) => IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(core::net::Ipv6Addr::UNSPECIFIED),
        };
        let destination = IpNet::from(zero).supernet().unwrap_or(IpNet::from(zero));
        let destination = IpNet::new(destination.network(), 0).unwrap_or(destination);
        RouteSpec { destination, via: Some(via), interface: None, metric: 0 }
    }
}

/// A program that starts with its machine.
#[derive(Clone, Debug)]
pub struct ProgramSpec {
    /// Its name in the registry.
    pub program: String,
    /// What follows the name.
    pub args: Vec<String>,
    /// Under which label its output and exit are kept (default: `NODE/PROGRAM`).
    pub label: Option<String>,
    /// How long after power-on it starts.
    pub after: Duration,
    /// How long after each start it starts again.
    pub every: Option<Duration>,
}

impl ProgramSpec {
    /// A program line, split at white space.
    pub fn new(line: &str) -> Self {
        let mut words = line.split_whitespace().map(str::to_owned);
        ProgramSpec {
            program: words.next().unwrap_or_default(),
            args: words.collect(),
            label: None,
            after: Duration::ZERO,
            every: None,
        }
    }
}

/// A learning switch.
#[derive(Clone, Debug)]
pub struct SwitchSpec {
    /// Its name; unique in the world.
    pub name: String,
    /// How many jacks it has at first.
    pub jacks: u16,
    /// How long it is busy with one frame.
    pub cpu: Duration,
    /// Frames that may wait for it; more are dropped.
    pub ring: usize,
}

impl SwitchSpec {
    /// A switch that takes 1 us a frame.
    pub fn new(name: &str, jacks: u16) -> Self {
        SwitchSpec { name: name.to_owned(), jacks, cpu: Duration::from_micros(1), ring: 512 }
    }
}

/// One end of a cable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The node's name.
    pub node: String,
    /// The jack, from 0.
    pub jack: JackId,
}

impl End {
    /// Jack `jack` (from 0) of `node`.
    pub fn new(node: &str, jack: u16) -> Self {
        End { node: node.to_owned(), jack: JackId(jack) }
    }
}

/// A cable.
#[derive(Clone, Debug)]
pub struct CableSpec {
    /// Its name (`pc1--sw1`, `uplink`); unique in the world.
    pub name: String,
    /// Its first end.
    pub a: End,
    /// Its second end.
    pub b: End,
    /// What it does from `a` to `b`.
    pub forward: LineConfig,
    /// What it does from `b` to `a`.
    pub backward: LineConfig,
}

impl CableSpec {
    /// A cable that is the same both ways, named `a--b` by its nodes.
    pub fn new(a: End, b: End, config: LineConfig) -> Self {
        let name = format!("{}--{}", a.node, b.node);
        CableSpec { name, a, b, forward: config, backward: config }
    }
}
