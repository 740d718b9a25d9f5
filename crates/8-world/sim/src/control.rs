//! The one door's other side: what each [`Input`] does.

use crate::ProcessId;
use crate::builder::Part;
use crate::input::{Input, InputError, LineChange, Outcome, Way};
use crate::machine::Launch;
use crate::node::{Kind, NodeKind};
use crate::spec::{CableSpec, End};
use crate::world::World;
use base::{Duration, NodeId};
use bytes::Bytes;
use cable::LineConfig;

pub(crate) type Answer = Result<Outcome, InputError>;

impl World {
    /// Processes that may run at one time.
    pub const PROCESSES: usize = 1 << 20;
    const FRAME: core::ops::RangeInclusive<usize> = 14..=65_549;

    /// Does now what the input says, or says why not and changes nothing.
    pub fn handle_input(&mut self, input: Input) -> Answer {
        match input {
            Input::FrameIn { node, octets } => {
                let door = self.find_node(&node)?;
                self.frame_in(NodeId(door as u32), octets.into()).map(|()| Outcome::Done)
            }
            Input::SetCable { cable, way, change } => self.set_cable(&cable, way, &change),
            Input::Befall { cable, way, nth, mishap } => self.befall(&cable, way, nth, mishap),
            Input::Cut { cable } => self.set_cut(&cable, true),
            Input::Mend { cable } => self.set_cut(&cable, false),
            Input::Plug { node, jack, network } => self.plug(&node, &jack, &network),
            Input::Power { node, on } => self.set_power(&node, on),
            Input::Exec { node, program, args, label, every_ns } => {
                let launch =
                    Launch { program, args, label, every: every_ns.map(Duration::from_nanos) };
                self.exec(&node, launch)
            }
            Input::Stdin { process, octets } => self.stdin(process, octets.into()),
            Input::Interrupt { process } => self.interrupt(process),
            Input::Kill { process } => self.kill(process),
            Input::AddDoorHost { name, network } => self.add_door_host(name, network),
            Input::RemoveNode { node } => self.remove_node(&node),
            Input::SetName { name, address } => self.set_name(name, address),
            Input::Joined { host, deed } => self.joined(&host, deed),
        }
    }

    /// As [`Input::FrameIn`], without a look-up by name.
    pub fn frame_in(&mut self, door: NodeId, octets: Bytes) -> Result<(), InputError> {
        let index = door.0 as usize;
        let Some(node) = self.nodes.get(index).filter(|node| !node.removed) else {
            return Err(InputError::UnknownNode(format!("#{index}")));
        };
        if !matches!(node.kind, Kind::Door(_)) {
            return Err(InputError::WrongKind { node: node.name.clone(), wanted: "door" });
        }
        if !node.powered {
            return Err(InputError::PoweredOff(node.name.clone()));
        }
        if !Self::FRAME.contains(&octets.len()) {
            return Err(InputError::BadFrame(octets.len()));
        }
        self.door_in(index, octets);
        Ok(())
    }

    pub(crate) fn find_node(&self, name: &str) -> Result<usize, InputError> {
        self.names.get(name).copied().ok_or_else(|| InputError::UnknownNode(name.to_owned()))
    }
    pub(crate) fn find_cable(&self, name: &str) -> Result<usize, InputError> {
        let found = self.cable_names.get(name).copied();
        found.ok_or_else(|| InputError::UnknownCable(name.to_owned()))
    }

    fn set_cable(&mut self, cable: &str, way: Way, change: &LineChange) -> Answer {
        let cable = self.find_cable(cable)?;
        if let Some(knob) = change.fault() {
            return Err(InputError::BadKnob(knob));
        }
        for line in self.lines_of(cable, way) {
            let link = &mut self.links[line];
            link.line.set_config(change.apply(link.line.config()));
            let (node, jack) = link.from;
            if let (Some(mtu), Kind::Machine(machine)) = (change.mtu, &mut self.nodes[node].kind) {
                machine.set_mtu(jack, mtu);
            }
        }
        Ok(Outcome::Done)
    }

    fn set_cut(&mut self, cable: &str, cut: bool) -> Answer {
        let cable = self.find_cable(cable)?;
        self.cables[cable].cut = cut;
        self.refresh_link(cable);
        Ok(Outcome::Done)
    }

    fn set_power(&mut self, node: &str, on: bool) -> Answer {
        let node = self.find_node(node)?;
        match (self.nodes[node].powered, on) {
            (false, true) => self.power_on(node),
            (true, false) => self.power_off(node),
            _ => {}
        }
        Ok(Outcome::Done)
    }

    fn exec(&mut self, name: &str, launch: Launch) -> Answer {
        let node = self.find_node(name)?;
        if self.nodes[node].what() != NodeKind::Machine {
            return Err(InputError::WrongKind { node: name.to_owned(), wanted: "machine" });
        }
        if !self.nodes[node].powered {
            return Err(InputError::PoweredOff(name.to_owned()));
        }
        if self.settings.programs.get(&launch.program).is_none() {
            return Err(InputError::UnknownProgram(launch.program));
        }
        if self.outputs.running() >= Self::PROCESSES {
            return Err(InputError::Full("processes", Self::PROCESSES));
        }
        let process = self.launch_now(node, launch);
        self.settle(node);
        Ok(Outcome::Started(process))
    }

    /// On which node a process runs, if it still does.
    fn find_process(&self, id: ProcessId) -> Result<usize, InputError> {
        let process = self.outputs.process(id).ok_or(InputError::UnknownProcess(id))?;
        if process.ended.is_some() {
            return Err(InputError::ProcessOver(id));
        }
        Ok(process.node.0 as usize)
    }

    fn stdin(&mut self, id: ProcessId, octets: Bytes) -> Answer {
        let node = self.find_process(id)?;
        let mut taken = 0;
        if let Kind::Machine(machine) = &mut self.nodes[node].kind {
            taken = machine.stdin(self.now, id, octets);
        }
        self.settle(node);
        Ok(Outcome::Taken(taken))
    }

    /// How many octets a process's standard input takes now; an error when process or input has
    /// ended.
    pub fn stdin_room(&self, id: ProcessId) -> Result<usize, InputError> {
        let node = self.find_process(id)?;
        match &self.nodes[node].kind {
            Kind::Machine(machine) => machine.stdin_room(id).ok_or(InputError::InputOver(id)),
            _ => Err(InputError::InputOver(id)),
        }
    }

    fn interrupt(&mut self, id: ProcessId) -> Answer {
        let node = self.find_process(id)?;
        if let Kind::Machine(machine) = &mut self.nodes[node].kind {
            machine.interrupt(self.now, id, &mut self.outputs);
        }
        self.settle(node);
        Ok(Outcome::Done)
    }

    fn kill(&mut self, id: ProcessId) -> Answer {
        let node = self.find_process(id)?;
        if let Kind::Machine(machine) = &mut self.nodes[node].kind {
            machine.kill(self.now, id, &mut self.outputs);
        }
        self.settle(node);
        Ok(Outcome::Done)
    }

    fn add_door_host(&mut self, name: String, network: String) -> Answer {
        let switch = self.find_node(&network)?;
        if self.nodes[switch].what() != NodeKind::Switch {
            return Err(InputError::WrongKind { node: network, wanted: "switch" });
        }
        let cable_name = format!("{name}--{network}");
        if self.names.contains_key(&name) || self.cable_names.contains_key(&cable_name) {
            return Err(InputError::NameTaken(name));
        }
        if self.nodes.len() >= Self::NODES {
            return Err(InputError::Full("nodes", Self::NODES));
        }
        let Some(jack) = self.nodes[switch].free_jack() else {
            return Err(InputError::Full("jacks", usize::from(u16::MAX)));
        };
        self.grow_switch(switch);
        let door = self.add_part(Part::Door(name.clone()));
        let spec =
            CableSpec::new(End::new(&name, 0), End { node: network, jack }, LineConfig::default());
        // The names were free and both jacks are, so the cable fits.
        if self.add_cable(spec).is_err() {
            return Err(InputError::NameTaken(name));
        }
        self.power_on(door);
        Ok(Outcome::Added(NodeId(door as u32)))
    }

    fn remove_node(&mut self, name: &str) -> Answer {
        let node = self.find_node(name)?;
        if self.nodes[node].powered {
            self.power_off(node);
        }
        let plugs: Vec<_> = self.nodes[node].jacks.iter().flatten().copied().collect();
        for plug in plugs {
            self.remove_cable(plug.cable);
        }
        self.nodes[node].removed = true;
        self.names.remove(name);
        Ok(Outcome::Done)
    }

    fn set_name(&mut self, name: String, address: Option<core::net::IpAddr>) -> Answer {
        let hosts = &self.settings.hosts;
        if address.is_some() && hosts.keys().any(|known| known.eq_ignore_ascii_case(&name)) {
            return Err(InputError::NameTaken(name));
        }
        match address {
            Some(address) => self.settings.hosts.insert(name, address),
            None => self.settings.hosts.remove(&name),
        };
        for node in &mut self.nodes {
            if let Kind::Machine(machine) = &mut node.kind {
                machine.refresh_names(&self.settings);
            }
        }
        Ok(Outcome::Done)
    }

    fn remove_cable(&mut self, cable: usize) {
        self.cables[cable].removed = true;
        self.refresh_link(cable);
        for line in self.cables[cable].lines {
            let (node, jack) = self.links[line].from;
            if let Some(plug) = self.nodes[node].jacks.get_mut(usize::from(jack.0)) {
                *plug = None;
            }
        }
        let name = self.cables[cable].name.clone();
        self.cable_names.remove(&name);
    }
}
