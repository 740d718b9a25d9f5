//! How frames move: from a node onto a line, from a line into a ring, from a ring into the thing.

use crate::calendar::Key;
use crate::machine::Came;
use crate::node::Kind;
use crate::reasons::{DoorFull, NoCable, PowerLost, RingFull};
use crate::recorder::{Direction, Twin};
use crate::world::World;
use base::{Frame, JackId, NodeId};
use bytes::Bytes;
use ether::Forwarding;
use trace::{Fate, Place};

impl World {
    /// Frames that wait at one door for the real world.
    pub const DOOR_FRAMES: usize = 4096;

    /// A node puts a frame on the cable in one of its jacks.
    /// `twin` is what the recorder knows of the same frame on its way in.
    pub(crate) fn transmit(&mut self, node: usize, jack: JackId, frame: Frame, twin: Twin) {
        let place = (NodeId(node as u32), jack);
        let twin = self.recorder.record(self.now, place, Direction::Out, &frame, twin);
        let sender = &mut self.nodes[node];
        sender.cx.set_now(self.now);
        let Some(plug) = sender.plug(jack) else {
            sender.cx.trace.emit(Place::Jack(jack), frame.meta().journey, NoCable {});
            return;
        };
        sender.count += 1;
        if self.witness.is_some() {
            self.ask_witness(plug.line, &frame);
        }
        let sender = &mut self.nodes[node];
        let link = &mut self.links[plug.line];
        link.remember(sender.count, twin);
        let before = link.line.next_arrival();
        link.line.transmit(&mut sender.cx, jack, sender.count, frame);
        if link.line.next_arrival() != before {
            self.plan_line(plug.line);
        }
    }

    /// Tells the calendar about a line's first arrival.
    pub(crate) fn plan_line(&mut self, line: usize) {
        let link = &self.links[line];
        let key = link
            .line
            .next_arrival()
            .map(|(time, count)| Key::new(time, link.to.0 as u32, link.from.0 as u32, count));
        self.calendar.set(link.slot, key);
    }

    /// The first frame of a line has arrived.
    pub(crate) fn arrive(&mut self, line: usize) {
        let link = &mut self.links[line];
        let (node, jack) = link.to;
        let twin = link.recall();
        let frame = link.line.take(self.now);
        self.plan_line(line);
        if let Some(mut frame) = frame {
            frame.meta_mut().arrival = self.now;
            self.enter(node, jack, frame, twin);
        }
    }

    fn enter(&mut self, index: usize, jack: JackId, frame: Frame, twin: Twin) {
        let place = (NodeId(index as u32), jack);
        let twin = self.recorder.record(self.now, place, Direction::In, &frame, twin);
        let node = &mut self.nodes[index];
        node.cx.set_now(self.now);
        node.cx.trace.entered();
        let (place, journey) = (Place::Jack(jack), frame.meta().journey);
        if !node.powered {
            node.cx.trace.emit(place, journey, PowerLost {});
        } else if let Kind::Door(waiting) = &mut node.kind {
            if waiting.len() >= Self::DOOR_FRAMES {
                node.cx.trace.emit(place, journey, DoorFull { waiting: waiting.len() });
            } else {
                if waiting.is_empty() {
                    self.open_doors.push_back(index);
                }
                waiting.push_back(frame);
            }
        } else if node.ring.len() >= node.ring_limit {
            node.cx.trace.emit(place, journey, RingFull { waiting: node.ring.len() });
        } else {
            node.ring.push_back((jack, frame, twin));
            if node.ring.len() == 1 {
                self.plan_service(index);
            }
        }
        if !self.nodes[index].cx.trace.is_empty() {
            self.gather(index);
        }
    }

    /// The node is busy with the frame at the front of its ring until then.
    pub(crate) fn plan_service(&mut self, index: usize) {
        let node = &self.nodes[index];
        let id = node.id.0;
        let key = Key::new(self.now + node.cpu, id, id, 1);
        self.calendar.set(node.service, (!node.ring.is_empty()).then_some(key));
    }

    /// The node is done with the frame at the front of its ring: the thing inside gets it.
    pub(crate) fn serve(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        let front = node.ring.pop_front();
        node.cx.set_now(self.now);
        self.plan_service(index);
        let Some((jack, frame, twin)) = front else { return };
        let node = &mut self.nodes[index];
        match &mut node.kind {
            Kind::Machine(_) => {
                // Handed from the ring to the host, which counts it as entered there.
                node.cx.trace.ended(Fate::Sent);
                self.give_turn(index, Some(Came::Frame(jack, frame)));
            }
            Kind::Switch(Some(switch)) => {
                let forwarding = switch.handle_frame(&mut node.cx, jack, frame);
                self.forward(index, forwarding, twin);
                self.settle(index);
            }
            Kind::Switch(None) | Kind::Door(_) => {}
        }
    }

    /// A frame that a switch sends on is sent once, however many copies leave.
    fn forward(&mut self, index: usize, forwarding: Forwarding, twin: Twin) {
        let trace = &mut self.nodes[index].cx.trace;
        match forwarding {
            Forwarding::One(out, frame) => {
                trace.ended(Fate::Sent);
                self.transmit(index, out, frame, twin);
            }
            Forwarding::Flood { except, frame } => {
                trace.ended(Fate::Sent);
                self.flood(index, except, frame, twin);
            }
            Forwarding::Ended => {}
        }
    }

    fn flood(&mut self, index: usize, except: JackId, frame: Frame, twin: Twin) {
        let mut last = None;
        for jack in 0..self.nodes[index].jacks.len() {
            let jack = JackId(jack as u16);
            if jack == except || !self.link_is_up(index, jack) {
                continue;
            }
            if let Some(jack) = last.replace(jack) {
                self.transmit(index, jack, frame.clone(), twin);
            }
        }
        if let Some(jack) = last {
            self.transmit(index, jack, frame, twin);
        }
    }

    pub(crate) fn link_is_up(&self, index: usize, jack: JackId) -> bool {
        self.nodes[index].plug(jack).is_some_and(|plug| self.cables[plug.cable].up)
    }

    /// Tells the calendar when a switch has to forget something.
    pub(crate) fn plan_switch(&mut self, index: usize) {
        let Kind::Switch(switch) = &self.nodes[index].kind else { return };
        let deadline = switch.as_ref().and_then(|switch| switch.next_deadline());
        self.plan_deadline(index, deadline);
    }

    /// A node's deadline has come.
    pub(crate) fn wake(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        node.cx.set_now(self.now);
        match &mut node.kind {
            Kind::Machine(_) => {
                self.start_due(index);
                self.give_turn(index, Some(Came::Deadline));
            }
            Kind::Switch(switch) => {
                if let Some(switch) = switch {
                    switch.handle_timeout(&mut node.cx);
                }
                self.settle(index);
            }
            Kind::Door(_) => self.calendar.set(self.nodes[index].deadline, None),
        }
    }

    /// Collects what a node's traces have to tell.
    pub(crate) fn gather(&mut self, index: usize) {
        self.gather_physical(index);
        let node = &mut self.nodes[index];
        let (recorder, events) = (&mut self.recorder, &mut self.events);
        if let Kind::Machine(machine) = &mut node.kind {
            machine.with_cx(|cx| {
                for event in cx.trace.drain() {
                    recorder.learn(&event);
                    events.push(&event);
                }
            });
        }
    }

    /// What its physical part has to tell, which is all of a node that is no machine.
    pub(crate) fn gather_physical(&mut self, index: usize) {
        for event in self.nodes[index].cx.trace.drain() {
            self.recorder.learn(&event);
            self.events.push(&event);
        }
    }

    /// A frame from the real world comes in by a door. The caller has checked the door.
    pub(crate) fn door_in(&mut self, index: usize, octets: Bytes) {
        let node = &mut self.nodes[index];
        node.cx.set_now(self.now);
        let headers = wire::headers_len(&octets);
        let mut frame = node.cx.pool.frame_with_headers(octets, headers);
        frame.meta_mut().journey = node.cx.trace.born();
        node.cx.trace.ended(Fate::Sent);
        self.transmit(index, JackId(0), frame, Twin::NONE);
        self.gather(index);
    }

    /// The next frame that goes out to the real world by some door, in the order of doors that
    /// have any; fetch until `None`.
    pub fn poll_door_frame(&mut self) -> Option<(NodeId, Frame)> {
        let index = *self.open_doors.front()?;
        let node = &mut self.nodes[index];
        let Kind::Door(waiting) = &mut node.kind else { return None };
        let frame = waiting.pop_front();
        if waiting.is_empty() {
            self.open_doors.pop_front();
        }
        node.cx.trace.ended(Fate::Sent);
        frame.map(|frame| (NodeId(index as u32), frame))
    }
}
