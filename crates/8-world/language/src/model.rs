//! A lab as plain data: the long form. Every address, gateway, jack, cable and hardware address is
//! spelled out; nothing is left to compute. [`crate::parse`](fn@crate::parse) makes it.
//!
//! Invariants (made by the reader, tested in `tests/labs.rs`): names are unique over switches,
//! routers and hosts; every link's ends exist and no jack bears two links; addresses are unique
//! and valid for hosts; labels of `run` entries and scripts are unique.

use std::net::{IpAddr, SocketAddr};

use base::{Duration, MacAddr};
use ipnet::{IpNet, Ipv4Net};
use serde::{Serialize, Serializer};

use crate::{Expect, Text, Verb, quantity};

/// One lab, complete.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lab {
    /// Its short name: what `ps` lists and `-l` takes.
    pub name: String,
    /// What the gallery shows; empty where the file gives none.
    pub title: Text,
    /// One or two sentences for its card in the gallery; empty where the file gives none.
    pub about: Text,
    /// Version of the lab format; 1.
    pub version: u32,
    /// The clock the file asks for; without one, real for `up` and virtual for `test`.
    pub clock: Option<Clock>,
    /// Seed of every random stream.
    pub seed: u64,
    /// Civil time at the lab's instant zero, in seconds since 1970-01-01T00:00:00Z.
    pub epoch: i64,
    /// How long `test` runs the lab; without one, until its checks are decided.
    #[serde(serialize_with = "optional_duration")]
    pub duration: Option<Duration>,
    /// Domain of the lab: a joined host `chat` is `chat.DOMAIN`.
    pub domain: String,
    /// The name server that machines ask unless they say otherwise.
    pub resolver: Option<IpAddr>,
    /// Subnets, each with the switch that joins its machines.
    pub networks: Vec<Network>,
    /// Learning switches, in the order of the file.
    pub switches: Vec<Switch>,
    /// Machines that forward, in the order of the file.
    pub routers: Vec<Machine>,
    /// Machines that do not, in the order of the file.
    pub hosts: Vec<Machine>,
    /// Cables, in the order of the file; those that short forms imply come last.
    pub links: Vec<Link>,
    /// Real addresses that lead to virtual services.
    pub publish: Vec<Publish>,
    /// Captures that every run writes.
    pub captures: Vec<Capture>,
    /// What happens to the lab while it runs.
    pub scripts: Vec<Script>,
    /// What holds in the lab as shipped.
    pub checks: Vec<Check>,
    /// What the learner shall bring about.
    pub tasks: Vec<Task>,
    /// Nodes, networks and links that a submission must leave as this lab has them.
    pub fixed: Vec<String>,
    /// The lab with its `[solution]`, `[broken]` and `[broken.NAME]` laid over, in file order.
    pub overlays: Vec<Overlay>,
}

/// How time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// As fast as it goes.
    Virtual,
    /// Paced by the wall clock.
    Real,
}

/// A subnet and its switch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Network {
    /// Name.
    pub name: String,
    /// The IPv4 subnet.
    pub v4: Ipv4Net,
    /// The switch whose jacks belong to it.
    pub switch: String,
}

/// A learning switch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Switch {
    /// Name.
    pub name: String,
    /// A name for people, any script.
    pub title: Text,
    /// Whether it runs the spanning tree protocol.
    pub stp: bool,
    /// Time it takes per frame.
    #[serde(serialize_with = "duration")]
    pub cpu: Duration,
}

/// A host or a router: a machine with addresses.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Machine {
    /// Name.
    pub name: String,
    /// A name for people, any script.
    pub title: Text,
    /// Jacks in order; each bears one interface.
    pub jacks: Vec<Jack>,
    /// Next hop of the default route.
    pub gateway: Option<IpAddr>,
    /// Name server that its programs ask.
    pub resolver: Option<IpAddr>,
    /// Static routes beside the default one.
    pub routes: Vec<Route>,
    /// Time it takes per frame.
    #[serde(serialize_with = "duration")]
    pub cpu: Duration,
    /// Names that the lab's DNS answers for it.
    pub names: Vec<String>,
    /// Programs that it starts by itself.
    pub run: Vec<Run>,
    /// The command of the machine we run on that *is* this host: it joins, and nothing is simulated
    /// but its cable.
    pub real: Option<String>,
}

/// Where a cable plugs into a machine, with the interface on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Jack {
    /// Name: `eth0`.. on hosts, the network's on routers.
    pub name: String,
    /// Hardware address.
    #[serde(serialize_with = "mac")]
    pub mac: MacAddr,
    /// Addresses with their prefix lengths.
    pub addresses: Vec<IpNet>,
    /// The network that holds its first address.
    pub network: Option<String>,
}

/// A static route.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Route {
    /// Destination.
    pub to: IpNet,
    /// Next hop, on one of the machine's subnets.
    pub via: IpAddr,
}

/// A program that a machine starts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// The line as written.
    pub line: String,
    /// Its first word.
    pub program: String,
    /// The other words, unquoted.
    pub arguments: Vec<String>,
    /// When it starts, after boot.
    #[serde(serialize_with = "duration")]
    pub at: Duration,
    /// Start again this often; once without it.
    #[serde(serialize_with = "optional_duration")]
    pub every: Option<Duration>,
    /// What `exit(..)` and `output(..)` call it; `pc1/curl` where the file says nothing.
    pub label: String,
}

/// One end of a cable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    /// Switch, router or host.
    pub node: String,
    /// Its jack; a switch's count from 1.
    pub jack: String,
}

/// A cable.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    /// `a--b`, `a--b/2` for a second cable, or the name that the file gives.
    pub name: String,
    /// The end that `forward` leaves from.
    pub a: End,
    /// The other end.
    pub b: End,
    /// From `a` to `b`.
    pub forward: OneWay,
    /// From `b` to `a`.
    pub reverse: OneWay,
}

/// What a cable does in one direction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OneWay {
    /// Bits per second.
    pub rate_bps: u64,
    /// Propagation, one way.
    #[serde(serialize_with = "duration")]
    pub delay: Duration,
    /// Spread added to the delay; order is kept.
    #[serde(serialize_with = "duration")]
    pub jitter: Duration,
    /// Share of frames lost, 0 to 1.
    pub loss: f64,
    /// Frames held back so that later ones overtake them.
    pub reorder: Option<Reorder>,
    /// Share of frames that arrive twice, 0 to 1.
    pub duplicate: f64,
    /// Bit error rate, 0 to 1.
    pub corrupt: f64,
    /// The queue before the cable.
    pub queue: Queue,
    /// Largest IP packet in octets.
    pub mtu: u16,
}

impl Default for OneWay {
    /// 1 Gbit/s, 500 ns, a queue of 100 frames, 1500 octets (architecture.md, rule 4).
    fn default() -> Self {
        OneWay {
            rate_bps: 1_000_000_000,
            delay: Duration::from_nanos(500),
            jitter: Duration::ZERO,
            loss: 0.0,
            reorder: None,
            duplicate: 0.0,
            corrupt: 0.0,
            queue: Queue { discipline: Discipline::Fifo, frames: 100 },
            mtu: 1500,
        }
    }
}

/// Reordering: this share of frames is held back this long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reorder {
    /// Share of frames, 0 to 1.
    pub share: f64,
    /// How long each is held.
    #[serde(serialize_with = "duration")]
    pub hold: Duration,
}

/// The queue before one direction of a cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Who leaves first.
    pub discipline: Discipline,
    /// Most frames that wait.
    pub frames: u32,
}

/// How a queue chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Discipline {
    /// First come, first served; the newest is dropped when full.
    Fifo,
    /// Flow queueing with controlled delay (RFC 8290).
    FqCodel,
}

/// A real address that leads to a virtual service.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Publish {
    /// The real address.
    pub listen: SocketAddr,
    /// The machine.
    pub node: String,
    /// Its TCP port.
    pub port: u16,
}

/// A capture that every run writes to `NAME.pcapng`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Capture {
    /// Name of the file, without its ending.
    pub name: String,
    /// What is captured.
    pub place: Place,
}

/// A place in the lab where frames can be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Both directions of a cable, by its name.
    Link(String),
    /// One jack.
    Jack(End),
    /// All jacks of a node.
    Node(String),
}

/// Something that happens to the lab while it runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Script {
    /// When.
    #[serde(serialize_with = "duration")]
    pub at: Duration,
    /// Again this often.
    #[serde(serialize_with = "optional_duration")]
    pub every: Option<Duration>,
    /// The line as written.
    pub line: String,
    /// What it means.
    #[serde(skip)]
    pub verb: Verb,
    /// Label of an `exec`, for `exit(..)` and `output(..)`.
    pub label: Option<String>,
}

/// When a check is looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct When {
    /// It is judged then, on all that happened until then; at the end of the lab without it.
    #[serde(serialize_with = "optional_duration")]
    pub within: Option<Duration>,
    /// What happens before that does not count.
    #[serde(serialize_with = "optional_duration")]
    pub after: Option<Duration>,
    /// It must hold from `after` (or boot) on until `within` (or the end), not only then: it is looked
    /// at every 100 ms and at every script line (one that comes again faster: at its first time).
    pub always: bool,
}

/// What holds in the lab as shipped.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// A sentence for people; empty where the file gives none.
    pub text: Text,
    /// The expression as written.
    pub line: String,
    /// What it means.
    #[serde(skip)]
    pub expect: Expect,
    /// When it is looked at.
    pub when: When,
}

/// What the learner shall bring about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Task {
    /// What to do.
    pub text: Text,
    /// How it is judged.
    pub check: Check,
    /// Points it brings.
    pub points: u32,
    /// A nudge.
    pub hint: Text,
}

/// The lab with changes laid over.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overlay {
    /// `solution`, `broken`, or `broken.NAME`.
    pub name: String,
    /// The lab that comes out; its own overlays are empty.
    pub lab: Box<Lab>,
}

impl Lab {
    /// The lab with the overlay `name` (`solution`, `broken`, `broken.NAME`) laid over;
    /// `None` if the file has no such overlay.
    pub fn with_overlay(&self, name: &str) -> Option<Lab> {
        let found = self.overlays.iter().find(|overlay| overlay.name == name)?;
        Some((*found.lab).clone())
    }

    /// The overlays whose name is `broken` or begins with `broken.`.
    pub fn broken_names(&self) -> impl Iterator<Item = &str> {
        let names = self.overlays.iter().map(|overlay| overlay.name.as_str());
        names.filter(|name| name.split('.').next() == Some("broken"))
    }

    /// Routers, then hosts.
    pub fn machines(&self) -> impl Iterator<Item = &Machine> {
        self.routers.iter().chain(&self.hosts)
    }

    /// A router or host by name.
    pub fn machine(&self, name: &str) -> Option<&Machine> {
        self.machines().find(|machine| machine.name == name)
    }

    /// Whether a switch, router or host bears this name.
    pub fn has_node(&self, name: &str) -> bool {
        self.node_names().any(|node| node == name)
    }

    /// Names of all nodes: switches, routers, hosts.
    pub fn node_names(&self) -> impl Iterator<Item = &str> {
        let switches = self.switches.iter().map(|switch| switch.name.as_str());
        switches.chain(self.machines().map(|machine| machine.name.as_str()))
    }

    /// A link by its name, by `b--a` for `a--b`, or by one of its jacks (`r1.lan`, `sw1.3`).
    pub fn link(&self, name: &str) -> Option<&Link> {
        let by_name = self.links.iter().find(|link| link.name == name);
        let by_jack = || {
            let (node, jack) = name.split_once('.')?;
            let at = |end: &End| end.node == node && end.jack == jack;
            self.links.iter().find(|link| at(&link.a) || at(&link.b))
        };
        let turned = || {
            let (a, rest) = name.split_once("--")?;
            let (b, count) = rest.split_once('/').map_or((rest, None), |(b, n)| (b, Some(n)));
            let turned = match count {
                Some(n) => format!("{b}--{a}/{n}"),
                None => format!("{b}--{a}"),
            };
            self.links.iter().find(|link| link.name == turned)
        };
        by_name.or_else(by_jack).or_else(turned)
    }

    /// A place by what a person writes: a link's name, `node.jack`, or a node.
    pub fn place(&self, name: &str) -> Option<Place> {
        if self.has_node(name) {
            return Some(Place::Node(name.to_owned()));
        }
        if let Some((node, jack)) = name.split_once('.')
            && self.has_jack(node, jack)
        {
            return Some(Place::Jack(End { node: node.to_owned(), jack: jack.to_owned() }));
        }
        self.link(name).map(|link| Place::Link(link.name.clone()))
    }

    fn has_jack(&self, node: &str, jack: &str) -> bool {
        let of_machine = self.machine(node).is_some_and(|m| m.jacks.iter().any(|j| j.name == jack));
        let at = |end: &End| end.node == node && end.jack == jack;
        of_machine || self.links.iter().any(|link| at(&link.a) || at(&link.b))
    }

    /// Labels that `exit(..)` and `output(..)` may name.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        let runs = self.machines().flat_map(|m| m.run.iter().map(|run| run.label.as_str()));
        let real = self.real_hosts().map(|host| host.name.as_str());
        runs.chain(self.scripts.iter().filter_map(|script| script.label.as_deref())).chain(real)
    }

    /// Whether this file is only checks, tasks and scripts for somebody else's lab
    /// ([`crate::with_checks`]): what they name is asked of that one.
    pub fn is_rules(&self) -> bool {
        self.node_names().next().is_none()
    }

    /// Hosts that are real programs.
    pub fn real_hosts(&self) -> impl Iterator<Item = &Machine> {
        self.hosts.iter().filter(|host| host.real.is_some())
    }
}

fn duration<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&quantity::show_duration(*value))
}

fn optional_duration<S: Serializer>(value: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    value.map(quantity::show_duration).serialize(to)
}

fn mac<S: Serializer>(value: &MacAddr, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}
