//! After anything touched a node: its programs run, its frames leave, its next deadline is planned.

use crate::calendar::Key;
use crate::machine::{Came, Launch};
use crate::node::Kind;
use crate::outputs::ProcessId;
use crate::reasons::NoProgram;
use crate::recorder::Twin;
use crate::world::World;
use base::{Instant, Journey, NodeId};
use trace::Place;

impl World {
    /// Programs that run outside of the world ([`socket::Machine::follow`]) have used this machine's
    /// sockets, or were woken by it: what they sent leaves now, and the next deadline is planned.
    /// [`socket::Outside::take_calls`] says of which machines that is so. Such calls are no
    /// [`crate::Input`]: a world that has them is repeated by running those programs again.
    pub fn attend(&mut self, node: NodeId) {
        if (node.0 as usize) < self.nodes.len() {
            self.settle(node.0 as usize);
        }
    }

    /// Brings a node to rest; call it after every touch.
    pub(crate) fn settle(&mut self, index: usize) {
        if let Kind::Machine(_) = &self.nodes[index].kind {
            self.give_turn(index, None);
        } else {
            self.plan_switch(index);
            self.gather(index);
        }
    }

    /// A machine has its turn.
    pub(crate) fn give_turn(&mut self, index: usize, came: Option<Came>) {
        let Kind::Machine(machine) = &mut self.nodes[index].kind else { return };
        let turn = machine.run(self.now, came, &mut self.desk, &mut self.outputs);
        self.at_instant += turn.polls;
        if !self.desk.frames.is_empty() {
            let mut frames = core::mem::take(&mut self.desk.frames);
            for (jack, frame) in frames.drain(..) {
                self.transmit(index, jack, frame, Twin::NONE);
            }
            self.desk.frames = frames;
        }
        if !turn.waits {
            self.plan_deadline(index, turn.deadline);
        }
        if !self.nodes[index].cx.trace.is_empty() {
            self.gather_physical(index);
        }
        for event in self.desk.events.drain(..) {
            self.recorder.learn(&event);
            self.events.push(&event);
        }
    }

    pub(crate) fn plan_deadline(&mut self, index: usize, deadline: Option<Instant>) {
        let node = &self.nodes[index];
        let id = node.id.0;
        let key = deadline.map(|time| Key::new(time.max(self.now), id, id, 0));
        self.calendar.set(node.deadline, key);
    }

    /// Starts the programs of a machine that are due.
    pub(crate) fn start_due(&mut self, index: usize) {
        let Kind::Machine(machine) = &mut self.nodes[index].kind else { return };
        for launch in machine.take_due(self.now) {
            if self.settings.programs.get(&launch.program).is_some() {
                self.launch_now(index, launch);
            } else {
                let cx = &mut self.nodes[index].cx;
                cx.set_now(self.now);
                cx.trace.emit(Place::Node, Journey::NONE, NoProgram {});
            }
        }
    }

    /// Starts a program that the registry has; settle the node afterwards.
    pub(crate) fn launch_now(&mut self, index: usize, launch: Launch) -> ProcessId {
        let node = &mut self.nodes[index];
        let label =
            launch.label.clone().unwrap_or_else(|| format!("{}/{}", node.name, launch.program));
        let (program, args) = (&launch.program, &launch.args);
        let id = self.outputs.started(self.now, NodeId(index as u32), program, args, &label, None);
        let known = self.settings.programs.get(program).map(|program| program.run);
        if let (Kind::Machine(machine), Some(run)) = (&mut node.kind, known) {
            machine.spawn(self.now, id, run, &launch, &self.settings);
            machine.repeat(self.now, launch, id);
        }
        id
    }
}
