//! Switching on and off, and what a link's two ends are told.
//!
//! A cable carries frames when it is not cut and both its ends are switched on. What lies in a node
//! that is switched off is gone, with a reason, and so is what flies towards or away from it.

use crate::node::{Kind, Node};
use crate::reasons::{LinkDown, LinkUp, PowerLost, PoweredOff, PoweredOn};
use crate::world::World;
use base::{JackId, Journey, RandomSource};
use trace::{Cx, Place};

impl World {
    /// Switches a node on: its volatile part begins anew, its programs are due now.
    pub(crate) fn power_on(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        node.cx.set_now(self.now);
        node.powered = true;
        let source = RandomSource::new(self.settings.seed, &node.name, node.boot);
        node.boot += 1;
        node.cx.trace.emit(Place::Node, Journey::NONE, PoweredOn { boot: node.boot });
        match &mut node.kind {
            Kind::Machine(machine) => machine.boot(self.now, &self.settings, source),
            Kind::Switch(switch) => {
                *switch = Some(boot_switch(&mut node.cx, node.jacks.len(), &source))
            }
            Kind::Door(_) => {}
        }
        for cable in self.cables_of(index) {
            self.refresh_link(cable);
        }
        self.settle(index);
    }

    /// Switches a node off: its volatile part is gone.
    pub(crate) fn power_off(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        node.cx.set_now(self.now);
        node.powered = false;
        node.cx.trace.emit(Place::Node, Journey::NONE, PoweredOff {});
        for (jack, frame, _) in node.ring.drain(..) {
            node.cx.trace.emit(Place::Jack(jack), frame.meta().journey, PowerLost {});
        }
        match &mut node.kind {
            Kind::Machine(machine) => machine.off(self.now, &mut self.outputs),
            Kind::Switch(switch) => *switch = None,
            Kind::Door(waiting) => {
                for frame in waiting.drain(..) {
                    let journey = frame.meta().journey;
                    node.cx.trace.emit(Place::Jack(JackId(0)), journey, PowerLost {});
                }
                self.open_doors.retain(|&door| door != index);
            }
        }
        self.calendar.set(node.deadline, None);
        self.calendar.set(node.service, None);
        for cable in self.cables_of(index) {
            self.refresh_link(cable);
        }
        self.gather(index);
    }

    fn cables_of(&self, index: usize) -> Vec<usize> {
        self.nodes[index].jacks.iter().flatten().map(|plug| plug.cable).collect()
    }

    /// Finds out whether a cable carries frames, and tells its ends when that changed.
    pub(crate) fn refresh_link(&mut self, cable: usize) {
        let part = &self.cables[cable];
        let ends = part.lines.map(|line| self.links[line].from);
        let powered = ends.iter().all(|&(node, _)| self.nodes[node].powered);
        let up = powered && !part.cut && !part.removed;
        if up == part.up {
            return;
        }
        self.cables[cable].up = up;
        for line in self.cables[cable].lines {
            let link = &mut self.links[line];
            let (node, jack) = link.from;
            let cx = &mut self.nodes[node].cx;
            cx.set_now(self.now);
            if up {
                link.line.mend();
            } else {
                link.line.cut(cx, jack);
            }
            self.plan_line(line);
        }
        for (node, jack) in ends {
            self.tell_link(node, jack, up);
        }
    }

    fn tell_link(&mut self, index: usize, jack: JackId, up: bool) {
        let node = &mut self.nodes[index];
        if !node.powered {
            return self.gather(index);
        }
        let place = Place::Jack(jack);
        if up {
            node.cx.trace.emit(place, Journey::NONE, LinkUp {});
        } else {
            node.cx.trace.emit(place, Journey::NONE, LinkDown {});
        }
        Self::set_inner_link(node, jack, up);
        self.settle(index);
    }

    fn set_inner_link(node: &mut Node, jack: JackId, up: bool) {
        let now = node.cx.now();
        match &mut node.kind {
            Kind::Machine(machine) => machine.set_link(now, jack, up),
            Kind::Switch(switch) => {
                if let Some(switch) = switch {
                    switch.set_jack_up(&mut node.cx, jack, up);
                }
            }
            Kind::Door(_) => {}
        }
    }

    /// A jack was added to a switch: the thing inside gets one, too.
    pub(crate) fn grow_switch(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        let jacks = node.jacks.len();
        node.cx.set_now(self.now);
        let Kind::Switch(Some(switch)) = &mut node.kind else { return };
        while usize::from(switch.jacks()) < jacks {
            let Some(jack) = switch.add_jack() else { break };
            switch.set_jack_up(&mut node.cx, jack, false);
        }
    }
}

/// A switch at its birth: an empty table, every link still down.
fn boot_switch(cx: &mut Cx, jacks: usize, random: &RandomSource) -> Box<ether::Switch> {
    let config = ether::switch::Config {
        secret: random.stream("switch table").next_u64(),
        ..ether::switch::Config::default()
    };
    let jacks = u16::try_from(jacks).unwrap_or(u16::MAX);
    let mut switch = ether::Switch::new(jacks, config);
    (0..jacks).for_each(|jack| switch.set_jack_up(cx, JackId(jack), false));
    Box::new(switch)
}
