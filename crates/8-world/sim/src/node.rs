//! A node of the world: its jacks, its ring, and what kind of thing it is.
//!
//! ```text
//!   jack --> ring (bounded) --cpu per frame--> the thing itself --> jack
//! ```
//! A machine has two accounts: that of its physical part (jacks and ring), which is the node's, and
//! its host's. A frame handed from the ring to the host has been "sent" by the one and has "entered"
//! the other. Switches and doors have the node's alone.

use crate::calendar::Slot;
use crate::machine::MachineNode;
use crate::recorder::Twin;
use base::{Duration, Frame, JackId, NodeId};
use std::collections::VecDeque;
use trace::Cx;

/// What kind of thing a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A host or router.
    Machine,
    /// A learning switch.
    Switch,
    /// A door to the real world.
    Door,
}

impl NodeKind {
    /// The word for errors.
    pub fn name(self) -> &'static str {
        match self {
            NodeKind::Machine => "machine",
            NodeKind::Switch => "switch",
            NodeKind::Door => "door",
        }
    }
}

/// A node as it can be seen from outside.
#[derive(Clone, Copy, Debug)]
pub struct NodeView<'a> {
    /// Its id.
    pub id: NodeId,
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub kind: NodeKind,
    /// Is it switched on?
    pub powered: bool,
    /// How many times it was switched on.
    pub boots: u32,
    /// How many jacks it has.
    pub jacks: usize,
    /// Frames that wait in its ring.
    pub waiting: usize,
}

pub(crate) enum Kind {
    Machine(Box<MachineNode>),
    /// `None` while it is switched off.
    Switch(Option<Box<ether::Switch>>),
    /// Frames that wait to be fetched by the real world.
    Door(VecDeque<Frame>),
}

/// Where the cable in a jack leads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plug {
    /// The line that takes frames away from here.
    pub(crate) line: usize,
    pub(crate) cable: usize,
}

pub(crate) struct Node {
    pub(crate) id: NodeId,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) jacks: Vec<Option<Plug>>,
    pub(crate) powered: bool,
    /// Taken away for good; the id is never used again.
    pub(crate) removed: bool,
    /// How many times it was switched on before.
    pub(crate) boot: u32,
    /// Time, trace and account of the physical part.
    pub(crate) cx: Cx,
    pub(crate) ring: VecDeque<(JackId, Frame, Twin)>,
    pub(crate) ring_limit: usize,
    pub(crate) cpu: Duration,
    /// How many frames it put on cables: the last part of their order.
    pub(crate) count: u64,
    pub(crate) deadline: Slot,
    pub(crate) service: Slot,
}

impl Node {
    pub(crate) fn view(&self) -> NodeView<'_> {
        NodeView {
            id: self.id,
            name: &self.name,
            kind: self.what(),
            powered: self.powered,
            boots: self.boot,
            jacks: self.jacks.len(),
            waiting: self.ring.len(),
        }
    }

    pub(crate) fn what(&self) -> NodeKind {
        match self.kind {
            Kind::Machine(_) => NodeKind::Machine,
            Kind::Switch(_) => NodeKind::Switch,
            Kind::Door(_) => NodeKind::Door,
        }
    }

    /// A jack without a cable: the first such, or a new one.
    pub(crate) fn free_jack(&mut self) -> Option<JackId> {
        if let Some(free) = self.jacks.iter().position(Option::is_none) {
            return u16::try_from(free).ok().map(JackId);
        }
        let next = u16::try_from(self.jacks.len()).ok()?;
        self.jacks.push(None);
        Some(JackId(next))
    }

    pub(crate) fn plug(&self, jack: JackId) -> Option<Plug> {
        self.jacks.get(usize::from(jack.0)).copied().flatten()
    }
}
