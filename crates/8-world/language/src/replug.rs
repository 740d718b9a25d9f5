//! What a lab's cables are after some of them moved: a script's `plug`, and what later lines may name.
//!
//! The same rule as [`sim`]'s: the cable's far end goes to the first free jack of the new switch, and it
//! is called `NODE--SWITCH` from then on.

use crate::model::{End, Lab, Link, OneWay, Script};
use crate::verb::Verb;
use std::borrow::Cow;

impl Lab {
    /// The switch of a network, or the switch itself, by name.
    pub fn switch_of(&self, network: &str) -> Option<&str> {
        let of_network = self.networks.iter().find(|known| known.name == network);
        let switch = self.switches.iter().find(|known| known.name == network);
        of_network
            .map(|network| network.switch.as_str())
            .or_else(|| switch.map(|switch| switch.name.as_str()))
    }

    /// Moves the cable in a machine's jack (its first without `jack`) to a network's switch; what is not
    /// there changes nothing.
    pub fn plug(&mut self, node: &str, jack: Option<&str>, network: &str) {
        let Some(switch) = self.switch_of(network).map(str::to_owned) else { return };
        let jacks = self.machine(node).map_or(&[][..], |machine| &machine.jacks);
        let Some(jack) = jack.or_else(|| jacks.first().map(|jack| jack.name.as_str())) else {
            return;
        };
        let near = End { node: node.to_owned(), jack: jack.to_owned() };
        let far = End { jack: self.free_jack(&switch), node: switch };
        let old = self.links.iter().position(|link| link.a == near || link.b == near);
        let old = old.map(|at| self.links.remove(at));
        let (forward, reverse) = match old {
            Some(link) if link.a == near => (link.forward, link.reverse),
            Some(link) => (link.reverse, link.forward),
            None => (OneWay::default(), OneWay::default()),
        };
        let name = self.free_link(&near.node, &far.node);
        self.links.push(Link { name, a: near, b: far, forward, reverse });
    }

    /// Calls `see` with every script line, in the order in which they happen first, and the lab as it is
    /// then; with the line's number in the file, from 0.
    pub fn each_script<'a>(&'a self, mut see: impl FnMut(usize, &'a Script, &Lab)) {
        let mut order: Vec<usize> = (0..self.scripts.len()).collect();
        order.sort_by_key(|&index| self.scripts[index].at);
        let mut now = Cow::Borrowed(self);
        for index in order {
            let script = &self.scripts[index];
            see(index, script, &now);
            if let Verb::Plug { node, jack, network } = &script.verb {
                now.to_mut().plug(node, jack.as_deref(), network);
            }
        }
    }

    fn free_jack(&self, switch: &str) -> String {
        let ends = self.links.iter().flat_map(|link| [&link.a, &link.b]);
        let used: Vec<&str> =
            ends.filter(|end| end.node == switch).map(|end| end.jack.as_str()).collect();
        let mut names = (1u32..).map(|number| number.to_string());
        names.find(|name| !used.contains(&name.as_str())).unwrap_or_default()
    }

    fn free_link(&self, near: &str, far: &str) -> String {
        let taken = |end: &str| {
            let known = |name: String| self.links.iter().any(|link| link.name == name);
            known(format!("{near}--{far}{end}")) || known(format!("{far}--{near}{end}"))
        };
        let mut ends =
            std::iter::once(String::new()).chain((2u32..).map(|count| format!("/{count}")));
        format!("{near}--{far}{}", ends.find(|end| !taken(end)).unwrap_or_default())
    }
}
