//! From specifications to a world: names get ranks, cables get ends, machines are switched on.

use crate::calendar::Owner;
use crate::error::BuildError;
use crate::input::Input;
use crate::machine::MachineNode;
use crate::node::{Kind, Node, Plug};
use crate::spec::{CableSpec, End, MachineSpec, SwitchSpec};
use crate::world::{Cable, Link, Settings, World};
use crate::{Programs, Recorder, Witness};
use base::{Duration, JackId, NodeId, RandomSource};
use cable::Line;
use std::collections::{BTreeMap, VecDeque};
use trace::Cx;

/// Collects what a world is made of.
///
/// Nodes are ranked by name when the world is built, and the rank is the [`NodeId`], so the order in
/// which they are named here changes nothing. A node added while the world runs ranks after all
/// that are there.
pub struct WorldBuilder {
    settings: Settings,
    machines: Vec<MachineSpec>,
    switches: Vec<SwitchSpec>,
    doors: Vec<String>,
    cables: Vec<CableSpec>,
    first: Vec<(String, Vec<Input>)>,
    note_mishaps: bool,
    witness: Option<Box<dyn Witness>>,
}

impl WorldBuilder {
    /// A world with this seed of all chance, beginning at `epoch_unix` (seconds since 1970) civil
    /// time, whose machines have these programs.
    pub fn new(seed: u64, epoch_unix: i64, programs: Programs) -> Self {
        let settings = Settings {
            seed,
            epoch_unix,
            programs: programs.into(),
            trace: true,
            record: true,
            record_bound: Recorder::BOUND,
            hosts: BTreeMap::new(),
            lang: base::Lang::En,
            tcp: host::TcpConfig::default(),
        };
        WorldBuilder {
            settings,
            machines: Vec::new(),
            switches: Vec::new(),
            doors: Vec::new(),
            cables: Vec::new(),
            first: Vec::new(),
            note_mishaps: false,
            witness: None,
        }
    }
    /// Adds a machine.
    pub fn machine(&mut self, spec: MachineSpec) -> &mut Self {
        self.machines.push(spec);
        self
    }
    /// Adds a switch.
    pub fn switch(&mut self, spec: SwitchSpec) -> &mut Self {
        self.switches.push(spec);
        self
    }
    /// Adds a door with one jack.
    pub fn door(&mut self, name: &str) -> &mut Self {
        self.doors.push(name.to_owned());
        self
    }
    /// Adds a cable.
    pub fn cable(&mut self, spec: CableSpec) -> &mut Self {
        self.cables.push(spec);
        self
    }
    /// A name that every machine knows without asking (`/etc/hosts`).
    pub fn name(&mut self, name: &str, address: core::net::IpAddr) -> &mut Self {
        self.settings.hosts.insert(name.to_owned(), address);
        self
    }
    /// Inputs that are handled before anything is switched on, so that they hold for the first frame,
    /// too; `name` is what whoever gives them calls them. One that is refused is kept as one of the
    /// plan's ([`World::refused`]).
    pub fn first(&mut self, name: &str, inputs: Vec<Input>) -> &mut Self {
        self.first.push((name.to_owned(), inputs));
        self
    }
    /// What the TCP connections of every machine begin with.
    pub fn tcp(&mut self, config: host::TcpConfig) -> &mut Self {
        self.settings.tcp = config;
        self
    }
    /// Keep what the cables' chance gives, from the first frame on ([`cable::Line::mishaps`])?
    pub fn note_mishaps(&mut self, on: bool) -> &mut Self {
        self.note_mishaps = on;
        self
    }
    /// Somebody sees every frame that sets out.
    pub fn witness(&mut self, witness: Box<dyn Witness>) -> &mut Self {
        self.witness = Some(witness);
        self
    }
    /// The language that programs speak.
    pub fn lang(&mut self, lang: base::Lang) -> &mut Self {
        self.settings.lang = lang;
        self
    }
    /// Keep events (on by default)?
    pub fn trace(&mut self, on: bool) -> &mut Self {
        self.settings.trace = on;
        self
    }
    /// Record frames (on by default)?
    pub fn record(&mut self, on: bool) -> &mut Self {
        self.settings.record = on;
        self
    }
    /// How many octets of recorded frames to keep ([`Recorder::BOUND`] by default).
    pub fn record_bound(&mut self, octets: usize) -> &mut Self {
        self.settings.record_bound = octets;
        self
    }

    /// The world at its first instant: every node is switched on, its programs are started.
    pub fn build(self) -> Result<World, BuildError> {
        let mut nodes: Vec<Part> = self.machines.into_iter().map(Part::Machine).collect();
        nodes.extend(self.switches.into_iter().map(Part::Switch));
        nodes.extend(self.doors.into_iter().map(Part::Door));
        nodes.sort_by(|a, b| a.name().cmp(b.name()));
        if let Some(pair) = nodes.windows(2).find(|pair| pair[0].name() == pair[1].name()) {
            return Err(BuildError::DuplicateName(pair[0].name().to_owned()));
        }
        if nodes.len() > World::NODES {
            return Err(BuildError::TooMany("nodes"));
        }
        let mut world = World::empty(self.settings);
        for part in nodes {
            world.add_part(part);
        }
        for cable in self.cables {
            world.add_cable(cable)?;
        }
        world.witness = self.witness;
        if self.note_mishaps {
            world.links.iter_mut().for_each(|link| link.line.note_mishaps());
        }
        for (name, inputs) in self.first {
            world.carry_out(&name, &inputs);
        }
        for node in 0..world.nodes.len() {
            world.power_on(node);
        }
        Ok(world)
    }
}

/// A node's specification.
pub(crate) enum Part {
    Machine(MachineSpec),
    Switch(SwitchSpec),
    Door(String),
}

impl Part {
    fn name(&self) -> &str {
        match self {
            Part::Machine(spec) => &spec.name,
            Part::Switch(spec) => &spec.name,
            Part::Door(name) => name,
        }
    }
}

impl World {
    /// Makes the node, switched off.
    pub(crate) fn add_part(&mut self, part: Part) -> usize {
        let index = self.nodes.len();
        let id = NodeId(index as u32);
        let name = part.name().to_owned();
        let new_cx = || Cx::new(id, self.settings.trace);
        let (kind, jacks, ring_limit, cpu) = match part {
            Part::Machine(spec) => {
                let shape = (spec.interfaces.len(), spec.ring, spec.cpu);
                (
                    Kind::Machine(Box::new(MachineNode::new(spec, new_cx()))),
                    shape.0,
                    shape.1,
                    shape.2,
                )
            }
            Part::Switch(spec) => {
                (Kind::Switch(None), usize::from(spec.jacks), spec.ring, spec.cpu)
            }
            Part::Door(_) => (Kind::Door(VecDeque::new()), 1, 0, Duration::ZERO),
        };
        let node = Node {
            id,
            name: name.clone(),
            kind,
            jacks: vec![None; jacks],
            powered: false,
            removed: false,
            boot: 0,
            cx: new_cx(),
            ring: VecDeque::new(),
            ring_limit,
            cpu,
            count: 0,
            deadline: self.calendar.add(Owner::Deadline(index)),
            service: self.calendar.add(Owner::Service(index)),
        };
        self.nodes.push(node);
        self.names.insert(name, index);
        index
    }

    /// Plugs in a cable. Both ends must be free; nobody is told yet that the link is up.
    pub(crate) fn add_cable(&mut self, spec: CableSpec) -> Result<usize, BuildError> {
        if self.cable_names.contains_key(&spec.name) {
            return Err(BuildError::DuplicateName(spec.name));
        }
        let a = self.find_end(&spec.name, &spec.a)?;
        let b = self.find_end(&spec.name, &spec.b)?;
        if a == b {
            return Err(BuildError::JackTaken { node: spec.a.node, jack: spec.a.jack });
        }
        let cable = self.cables.len();
        // "cable " keeps a cable's streams apart from those of a node of the same name.
        let source = RandomSource::new(self.settings.seed, &format!("cable {}", spec.name), 0);
        let ways = [(a, b, spec.forward, "forward"), (b, a, spec.backward, "backward")];
        for (from, to, config, way) in ways {
            let line = self.links.len();
            let slot = self.calendar.add(Owner::Line(line));
            let mut wire = Line::new(config, &source, way);
            wire.cut(&mut self.nodes[from.0].cx, from.1);
            self.links.push(Link { line: wire, from, to, slot, twins: VecDeque::new() });
            self.nodes[from.0].jacks[usize::from(from.1.0)] = Some(Plug { line, cable });
        }
        self.cable_names.insert(spec.name.clone(), cable);
        let lines = [self.links.len() - 2, self.links.len() - 1];
        self.cables.push(Cable { name: spec.name, lines, cut: false, up: false, removed: false });
        Ok(cable)
    }

    fn find_end(&self, cable: &str, end: &End) -> Result<(usize, JackId), BuildError> {
        let node = *self.names.get(&end.node).ok_or_else(|| BuildError::UnknownNode {
            cable: cable.to_owned(),
            node: end.node.clone(),
        })?;
        match self.nodes[node].jacks.get(usize::from(end.jack.0)) {
            None => Err(BuildError::UnknownJack { node: end.node.clone(), jack: end.jack }),
            Some(Some(_)) => Err(BuildError::JackTaken { node: end.node.clone(), jack: end.jack }),
            Some(None) => Ok((node, end.jack)),
        }
    }
}
