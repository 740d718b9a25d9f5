//! Conservation, checked; and what makes two runs comparable.

use crate::node::{Kind, Node};
use crate::recorder::Recorded;
use crate::world::World;
use base::NodeId;
use core::hash::Hasher;
use siphasher::sip128::{Hasher128, SipHasher13};

impl World {
    /// Does every account balance? For each node: frames that came and did not end lie in its
    /// queues. For each line: frames that entered and neither arrived nor were lost are under way.
    ///
    /// # Errors
    /// A sentence that names the node or cable and the two numbers.
    pub fn audit(&self) -> Result<(), String> {
        self.nodes.iter().try_for_each(audit_node)?;
        for link in &self.links {
            let (held, flying) = (link.line.ledger().held(), link.line.in_flight() as i64);
            if held != flying {
                let (from, to) = (&self.nodes[link.from.0].name, &self.nodes[link.to.0].name);
                return Err(format!("line {from} to {to}: {held} frames held, {flying} in flight"));
            }
        }
        Ok(())
    }

    /// The account of a node that is switched on: of a machine, what happened inside it; of a switch
    /// or a door, what passed its jacks.
    pub fn ledger(&self, node: NodeId) -> Option<trace::Ledger> {
        if let Some(machine) = self.machine(node) {
            return Some(machine.with(|_, cx| *cx.trace.ledger()));
        }
        let node = self.nodes.get(node.0 as usize)?;
        node.powered.then(|| *node.cx.trace.ledger())
    }

    /// A hash over all frames that are recorded (time, node's name, jack, direction, octets) and how
    /// many there were: equal for two runs with the same seed.
    pub fn digest(&self) -> u128 {
        self.hash_of(self.recorder.since(0), true)
    }

    /// The same over the frames of one node, without their numbers: equal for two worlds that do the
    /// same to this node, whatever others do.
    pub fn digest_of(&self, node: NodeId) -> u128 {
        self.hash_of(self.recorder.since(0).filter(|frame| frame.node == node), false)
    }

    fn hash_of<'a>(&self, frames: impl Iterator<Item = Recorded<'a>>, numbered: bool) -> u128 {
        let mut hasher = SipHasher13::new();
        for frame in frames {
            if numbered {
                hasher.write_u64(frame.sequence);
            }
            hasher.write_u64(frame.time.as_nanos());
            hasher.write(self.name(frame.node).as_bytes());
            hasher.write_u16(frame.jack.0);
            hasher.write_u8(frame.direction as u8);
            hasher.write_usize(frame.frame.len());
            hasher.write(&frame.octets());
        }
        hasher.finish128().as_u128()
    }
}

fn audit_node(node: &Node) -> Result<(), String> {
    let check = |what: &str, held: i64, lying: usize| {
        if held == lying as i64 {
            return Ok(());
        }
        Err(format!("{} ({what}): {held} frames held, {lying} in its queues", node.name))
    };
    let at_jacks = node.cx.trace.ledger().held();
    match &node.kind {
        Kind::Machine(machine) => {
            let (held, lying) = machine.account();
            check("inside", held, lying)?;
            check("ring", at_jacks, node.ring.len())
        }
        Kind::Switch(_) => check("ring", at_jacks, node.ring.len()),
        Kind::Door(waiting) => check("door", at_jacks, waiting.len()),
    }
}
