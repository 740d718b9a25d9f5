//! A cable's end moves to another switch while everything runs.
//!
//! ```text
//!   before   pc1.eth0 ---- office.2          after   pc1.eth0 ---- servers.4     (the same cable)
//! ```
//!
//! It is the same cable: its knobs, its account and its chance go with it, and one that was cut stays
//! cut; only its name changes, to `NODE--SWITCH`. What was under way on it is lost, both ends lose their
//! link for an instant, and the old switch forgets who lived behind the jack. Nothing above the cable
//! changes: a host keeps its addresses, and if they are not the new network's, it reaches nobody there.

use crate::input::{InputError, Outcome};
use crate::node::{NodeKind, Plug};
use crate::spec::{CableSpec, End};
use crate::world::World;
use base::JackId;
use cable::LineConfig;

impl World {
    /// Moves the far end of the cable in a jack of `node` to a free jack of the switch `network`.
    pub(crate) fn plug(
        &mut self,
        name: &str,
        jack: &str,
        network: &str,
    ) -> Result<Outcome, InputError> {
        let node = self.find_node(name)?;
        if self.nodes[node].what() == NodeKind::Switch {
            return Err(InputError::WrongKind { node: name.to_owned(), wanted: "machine" });
        }
        let switch = self.find_node(network)?;
        if self.nodes[switch].what() != NodeKind::Switch {
            return Err(InputError::WrongKind { node: network.to_owned(), wanted: "switch" });
        }
        let jack = self.jack(base::NodeId(node as u32), jack);
        let jack = jack.ok_or_else(|| InputError::UnknownJack(name.to_owned()))?;
        let far = self.nodes[switch].free_jack();
        let far = far.ok_or(InputError::Full("jacks", usize::from(u16::MAX)))?;
        self.grow_switch(switch);
        match self.nodes[node].plug(jack) {
            Some(plug) => self.move_cable((node, jack), plug, (switch, far)),
            None => self.new_cable((node, jack), (switch, far))?,
        }
        Ok(Outcome::Done)
    }

    fn move_cable(&mut self, near: (usize, JackId), plug: Plug, far: (usize, JackId)) {
        let Plug { line: away, cable } = plug;
        // Pulled out: what flies is lost, both ends are told.
        self.cables[cable].removed = true;
        self.refresh_link(cable);
        let (old_node, old_jack) = self.links[away].to;
        if let Some(slot) = self.nodes[old_node].jacks.get_mut(usize::from(old_jack.0)) {
            *slot = None;
        }
        let old_name = self.cables[cable].name.clone();
        self.cable_names.remove(&old_name);
        // Plugged in: `a` is the machine's end from now on, as the name says.
        let [first, second] = self.cables[cable].lines;
        let back = if first == away { second } else { first };
        let name = self.free_name(near.0, far.0);
        self.cables[cable].lines = [away, back];
        self.cables[cable].name.clone_from(&name);
        self.cable_names.insert(name, cable);
        self.links[away].to = far;
        self.links[back].from = far;
        for line in [away, back] {
            self.links[line].twins.clear();
        }
        self.nodes[far.0].jacks[usize::from(far.1.0)] = Some(Plug { line: back, cable });
        self.cables[cable].removed = false;
        self.refresh_link(cable);
    }

    /// A jack without a cable gets one with the defaults of a lab.
    fn new_cable(&mut self, near: (usize, JackId), far: (usize, JackId)) -> Result<(), InputError> {
        let name = self.free_name(near.0, far.0);
        let end = |(node, jack): (usize, JackId)| End { node: self.nodes[node].name.clone(), jack };
        let config = LineConfig::default();
        let (a, b) = (end(near), end(far));
        let spec = CableSpec { name: name.clone(), a, b, forward: config, backward: config };
        // The name and both jacks are free, so the cable fits.
        let cable = self.add_cable(spec).map_err(|_| InputError::NameTaken(name))?;
        self.refresh_link(cable);
        Ok(())
    }

    /// `pc1--servers`; where there is one of that name, either way round, `pc1--servers/2`, and so on.
    fn free_name(&self, near: usize, far: usize) -> String {
        let (near, far) = (&self.nodes[near].name, &self.nodes[far].name);
        let (name, turned) = (format!("{near}--{far}"), format!("{far}--{near}"));
        let taken = |end: &str| {
            let known = |name: &str| self.cable_names.contains_key(&format!("{name}{end}"));
            known(&name) || known(&turned)
        };
        let ends = core::iter::once(String::new()).chain((2u32..).map(|count| format!("/{count}")));
        let free = ends.into_iter().find(|end| !taken(end)).unwrap_or_default();
        format!("{name}{free}")
    }
}
