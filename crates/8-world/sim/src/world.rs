//! The world: its parts, what can be read of them, and the loop that makes time go.

use crate::calendar::{Calendar, Key, Owner, Slot};
use crate::error::Stuck;
use crate::machine::Desk;
use crate::node::{Kind, Node, NodeKind, NodeView};
use crate::plan::Plan;
use crate::recorder::Twin;
use crate::{EventLog, Outputs, Programs, Recorder};
use base::{Instant, JackId, Lang, NodeId};
use cable::Line;
use core::net::IpAddr;
use std::collections::{BTreeMap, VecDeque};

/// What holds for the whole world.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    pub(crate) epoch_unix: i64,
    pub(crate) programs: std::sync::Arc<Programs>,
    pub(crate) trace: bool,
    pub(crate) record: bool,
    pub(crate) record_bound: usize,
    pub(crate) hosts: BTreeMap<String, IpAddr>,
    pub(crate) lang: Lang,
    pub(crate) tcp: host::TcpConfig,
}

/// One direction of a cable with its ends.
pub(crate) struct Link {
    pub(crate) line: Line,
    pub(crate) from: (usize, JackId),
    pub(crate) to: (usize, JackId),
    pub(crate) slot: Slot,
    /// What the recorder knows of the frames under way, by the sender's count.
    pub(crate) twins: VecDeque<(u64, Twin)>,
}

impl Link {
    /// Notes the entry of a frame that sets out. What the line loses leaves its note behind, until a
    /// later frame arrives or the line is empty.
    pub(crate) fn remember(&mut self, count: u64, twin: Twin) {
        let under_way = self.line.in_flight();
        if under_way == 0 {
            self.twins.clear();
        }
        if twin != Twin::NONE && self.twins.len() <= 2 * under_way + 64 {
            self.twins.push_back((count, twin));
        }
    }

    /// The entry of the frame that arrives next; none for one that was overtaken.
    pub(crate) fn recall(&mut self) -> Twin {
        let Some((_, count)) = self.line.next_arrival() else { return Twin::NONE };
        while let Some(&(noted, twin)) = self.twins.front() {
            if noted >= count {
                return if noted == count { twin } else { Twin::NONE };
            }
            self.twins.pop_front();
        }
        Twin::NONE
    }
}

pub(crate) struct Cable {
    pub(crate) name: String,
    pub(crate) lines: [usize; 2],
    /// Somebody cut it.
    pub(crate) cut: bool,
    /// Both ends have a link now.
    pub(crate) up: bool,
    pub(crate) removed: bool,
}

/// A cable as it can be seen from outside.
#[derive(Clone, Copy, Debug)]
pub struct CableView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its first end.
    pub a: (NodeId, JackId),
    /// Its second end.
    pub b: (NodeId, JackId),
    /// Did somebody cut it?
    pub cut: bool,
    /// Does it carry frames (not cut, both ends switched on)?
    pub up: bool,
    /// From `a` to `b`.
    pub forward: &'a Line,
    /// From `b` to `a`.
    pub backward: &'a Line,
}

/// A whole network in virtual time.
pub struct World {
    pub(crate) settings: Settings,
    pub(crate) now: Instant,
    pub(crate) nodes: Vec<Node>,
    pub(crate) names: BTreeMap<String, usize>,
    pub(crate) links: Vec<Link>,
    pub(crate) cables: Vec<Cable>,
    pub(crate) cable_names: BTreeMap<String, usize>,
    pub(crate) calendar: Calendar,
    pub(crate) recorder: Recorder,
    pub(crate) events: EventLog,
    pub(crate) outputs: Outputs,
    /// Doors with frames to fetch, each once.
    pub(crate) open_doors: VecDeque<usize>,
    /// What is lent to whichever machine has its turn.
    pub(crate) desk: Desk,
    /// What happens by itself.
    pub(crate) plan: Plan,
    /// Who sees frames set out.
    pub(crate) witness: Option<Box<dyn crate::Witness>>,
    /// Events since time last moved.
    pub(crate) at_instant: u64,
    pub(crate) stuck: Option<Stuck>,
    /// Events since the beginning.
    pub(crate) count: u64,
}

impl World {
    /// Nodes at most.
    pub const NODES: usize = 1 << 20;
    /// Events at one instant after which time stands still.
    pub const AT_INSTANT: u64 = 1_000_000;

    pub(crate) fn empty(settings: Settings) -> Self {
        let recorder = Recorder::new(settings.record, settings.record_bound);
        World {
            settings,
            now: Instant::ZERO,
            nodes: Vec::new(),
            names: BTreeMap::new(),
            links: Vec::new(),
            cables: Vec::new(),
            cable_names: BTreeMap::new(),
            calendar: Calendar::default(),
            recorder,
            events: EventLog::default(),
            outputs: Outputs::default(),
            open_doors: VecDeque::new(),
            desk: Desk::default(),
            plan: Plan::default(),
            witness: None,
            at_instant: 0,
            stuck: None,
            count: 0,
        }
    }

    /// The time.
    pub fn now(&self) -> Instant {
        self.now
    }
    /// Seconds since 1970 at the world's first instant.
    pub fn epoch_unix(&self) -> i64 {
        self.settings.epoch_unix
    }
    /// The seed of all chance.
    pub fn seed(&self) -> u64 {
        self.settings.seed
    }
    /// The programs that machines have.
    pub fn programs(&self) -> &Programs {
        &self.settings.programs
    }
    /// When something happens next; `None`: never, unless an input comes.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.calendar.first().map(|(key, _)| key.time().max(self.now))
    }
    /// How many events the world has worked off: a measure of work.
    pub fn events_done(&self) -> u64 {
        self.count
    }

    /// Lets the next thing happen; says when it was, or `None` when nothing will.
    pub fn step(&mut self) -> Result<Option<Instant>, Stuck> {
        if let Some(stuck) = &self.stuck {
            return Err(stuck.clone());
        }
        let Some((key, owner)) = self.calendar.first() else { return Ok(None) };
        self.turn(key, owner)?;
        Ok(Some(self.now))
    }

    /// Lets everything happen up to and at `until`; then it is `until`.
    #[inline]
    pub fn run_until(&mut self, until: Instant) -> Result<(), Stuck> {
        let nothing_happens = self.next_deadline().is_none_or(|next| next > until);
        if nothing_happens && until <= self.now && self.stuck.is_none() {
            return Ok(());
        }
        while !self.run_some(until, u64::MAX)? {}
        Ok(())
    }

    /// As [`World::run_until`], but at most `budget` events, so that whoever drives a storm can
    /// look up in between; true when `until` is reached.
    pub fn run_some(&mut self, until: Instant, budget: u64) -> Result<bool, Stuck> {
        if let Some(stuck) = &self.stuck {
            return Err(stuck.clone());
        }
        let mut left = budget;
        while let Some((key, owner)) = self.calendar.first().filter(|(key, _)| key.time() <= until)
        {
            if left == 0 {
                return Ok(false);
            }
            left -= 1;
            self.turn(key, owner)?;
        }
        if until > self.now {
            self.now = until;
            self.at_instant = 0;
        }
        Ok(true)
    }

    /// Lets everything happen at the next instant at which anything does, if that is before `end`; says
    /// when it was. For whoever looks up after each instant.
    #[inline]
    pub fn run_instant(&mut self, end: Instant) -> Result<Option<Instant>, Stuck> {
        if let Some(stuck) = &self.stuck {
            return Err(stuck.clone());
        }
        let mut at = None;
        while let Some((key, owner)) = self.calendar.first()
            && key.time().max(self.now) < end
            && at.is_none_or(|at| key.time() <= at)
        {
            self.turn(key, owner)?;
            at = Some(self.now);
        }
        Ok(at)
    }

    fn turn(&mut self, key: Key, owner: Owner) -> Result<(), Stuck> {
        if key.time() > self.now {
            self.now = key.time();
            self.at_instant = 0;
        }
        self.count += 1;
        self.at_instant += 1;
        match owner {
            Owner::Line(line) => self.arrive(line),
            Owner::Service(node) => self.serve(node),
            Owner::Deadline(node) => self.wake(node),
            Owner::Plan => self.follow_plan(),
        }
        if self.at_instant > Self::AT_INSTANT {
            return Err(self.stand_still(key.target()));
        }
        Ok(())
    }

    #[cold]
    fn stand_still(&mut self, node: usize) -> Stuck {
        let id = NodeId(node as u32);
        let running = self.outputs.processes().filter(|p| p.node == id && p.ended.is_none());
        let stuck = Stuck {
            time: self.now,
            node: self.nodes.get(node).map(|node| node.name.clone()).unwrap_or_default(),
            programs: running.map(|p| p.program.clone()).collect(),
        };
        self.stuck = Some(stuck.clone());
        stuck
    }

    /// The node of this name.
    pub fn node(&self, name: &str) -> Option<NodeId> {
        self.names.get(name).map(|&index| NodeId(index as u32))
    }
    /// A node's name; of one that is gone, too. Empty for an id of another world.
    pub fn name(&self, node: NodeId) -> &str {
        self.nodes.get(node.0 as usize).map_or("", |node| &node.name)
    }
    /// All nodes that are there, by id.
    pub fn nodes(&self) -> impl Iterator<Item = NodeView<'_>> {
        self.nodes.iter().filter(|node| !node.removed).map(Node::view)
    }
    /// One of them.
    pub fn view(&self, node: NodeId) -> Option<NodeView<'_>> {
        self.nodes.get(node.0 as usize).filter(|node| !node.removed).map(Node::view)
    }
    /// What people call a jack: an interface's name on a machine, a number from 1 on a switch.
    pub fn jack_name(&self, node: NodeId, jack: JackId) -> String {
        let interface = self.nodes.get(node.0 as usize).and_then(|node| match &node.kind {
            Kind::Machine(machine) => machine.spec.interfaces.get(usize::from(jack.0)),
            Kind::Switch(_) | Kind::Door(_) => None,
        });
        match (interface, self.nodes.get(node.0 as usize).map(Node::what)) {
            (Some(interface), _) => interface.name.clone(),
            (None, Some(NodeKind::Door)) => "eth0".to_owned(),
            (None, _) => (u32::from(jack.0) + 1).to_string(),
        }
    }
    /// The jack that people call so.
    pub fn jack(&self, node: NodeId, name: &str) -> Option<JackId> {
        let jacks = self.nodes.get(node.0 as usize)?.jacks.len();
        (0..u16::try_from(jacks).ok()?).map(JackId).find(|&jack| self.jack_name(node, jack) == name)
    }
    /// All cables that are there, in the order in which they were plugged in.
    pub fn cables(&self) -> impl Iterator<Item = CableView<'_>> {
        self.cables.iter().filter(|cable| !cable.removed).map(|cable| self.view_cable(cable))
    }
    /// The cable of this name.
    pub fn cable(&self, name: &str) -> Option<CableView<'_>> {
        self.cable_names.get(name).map(|&index| self.view_cable(&self.cables[index]))
    }
    /// The cable in this jack.
    pub fn cable_at(&self, node: NodeId, jack: JackId) -> Option<CableView<'_>> {
        let plug = self.nodes.get(node.0 as usize)?.plug(jack)?;
        Some(self.view_cable(&self.cables[plug.cable]))
    }

    fn view_cable<'a>(&'a self, cable: &'a Cable) -> CableView<'a> {
        let [forward, backward] = cable.lines.map(|line| &self.links[line]);
        let end = |(node, jack): (usize, JackId)| (NodeId(node as u32), jack);
        CableView {
            name: &cable.name,
            a: end(forward.from),
            b: end(forward.to),
            cut: cable.cut,
            up: cable.up,
            forward: &forward.line,
            backward: &backward.line,
        }
    }

    /// The machine inside a node, while it is switched on.
    pub fn machine(&self, node: NodeId) -> Option<&socket::Machine> {
        match &self.nodes.get(node.0 as usize)?.kind {
            Kind::Machine(machine) => machine.running(),
            Kind::Switch(_) | Kind::Door(_) => None,
        }
    }
    /// The switch inside a node, while it is switched on.
    pub fn switch(&self, node: NodeId) -> Option<&ether::Switch> {
        match &self.nodes.get(node.0 as usize)?.kind {
            Kind::Switch(switch) => switch.as_deref(),
            Kind::Machine(_) | Kind::Door(_) => None,
        }
    }
    /// A machine's files, switched on or not.
    pub fn files(&self, node: NodeId) -> Option<&files::Tree> {
        match &self.nodes.get(node.0 as usize)?.kind {
            Kind::Machine(machine) => Some(&machine.spec.files),
            Kind::Switch(_) | Kind::Door(_) => None,
        }
    }

    /// The last events.
    pub fn events(&self) -> &EventLog {
        &self.events
    }
    /// The last frames at every jack.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }
    /// Starts or stops recording frames.
    pub fn set_recording(&mut self, on: bool) {
        self.recorder.set_on(on);
    }
    /// How many octets of recorded frames to keep from now on; what is beyond is forgotten at once.
    pub fn set_record_bound(&mut self, octets: usize) {
        self.recorder.set_bound(octets);
    }
    /// Processes and what they printed.
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }
}

impl core::fmt::Debug for World {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "World({} nodes, {} cables, {})", self.nodes.len(), self.cables.len(), self.now)
    }
}
