//! A verb line on a lab that runs: its names are looked for in the world as it is now, where cables
//! have moved and hosts have joined since the file was read.

use crate::inputs::{Names, translate};
use crate::seen_event::explain;
use language::Text;
use language::mishap::Side;
use language::model::Lab;
use language::verb::{Verb, unknown};
use sim::{Input, NodeKind, World};

/// The inputs that carry out `verb`, written as `line`, in a running world.
///
/// # Errors
/// What is not there, with its caret, or what the world cannot do; in both languages.
pub fn live_inputs(verb: &Verb, line: &str, lab: &Lab, world: &World) -> Result<Vec<Input>, Text> {
    let live = Live { lab, world };
    live.check(verb, line)?;
    translate(verb, &live)
}

struct Live<'a> {
    lab: &'a Lab,
    world: &'a World,
}

impl Live<'_> {
    fn check(&self, verb: &Verb, line: &str) -> Result<(), Text> {
        let wrong = |name: &str, what: &str, zh: &str, known: Vec<&str>| {
            Err(explain(unknown(line, name, what, zh, known), line))
        };
        match verb {
            Verb::Set { link, .. }
            | Verb::Cut { link }
            | Verb::Mend { link }
            | Verb::Befall { link, .. }
                if self.cable(link).is_none() =>
            {
                let known = self.world.cables().map(|cable| cable.name).collect();
                wrong(link, "link", "网线", known)
            }
            Verb::Befall { link, side: Side::From(node), .. }
                if self.way_from(link, node).is_none() =>
            {
                let ends = self.ends(link).map(|end| self.world.name(end));
                wrong(node, "end of the cable", "网线端点", ends.to_vec())
            }
            Verb::Power { node, .. } if self.world.node(node).is_none() => {
                wrong(node, "node", "设备", self.nodes(|_| true))
            }
            Verb::Exec { node, .. } if self.kind(node) != Some(NodeKind::Machine) => {
                wrong(node, "machine", "机器", self.nodes(|kind| kind == NodeKind::Machine))
            }
            Verb::Plug { node, .. }
                if self.kind(node).is_none_or(|kind| kind == NodeKind::Switch) =>
            {
                wrong(node, "machine", "机器", self.nodes(|kind| kind != NodeKind::Switch))
            }
            Verb::Plug { network, .. } if self.switch(network).is_none() => {
                let networks = self.lab.networks.iter().map(|network| network.name.as_str());
                let switches = self.lab.switches.iter().map(|switch| switch.name.as_str());
                let mut known: Vec<&str> = networks.chain(switches).collect();
                known.sort_unstable();
                known.dedup();
                wrong(network, "network", "网络", known)
            }
            Verb::Plug { node, jack: Some(jack), .. } => {
                let id = self.world.node(node);
                if id.is_some_and(|id| self.world.jack(id, jack).is_some()) {
                    return Ok(());
                }
                let jacks: Vec<String> = self.jacks(node);
                wrong(jack, "jack", "网口", jacks.iter().map(String::as_str).collect())
            }
            _ => Ok(()),
        }
    }

    /// The nodes at the ends of a cable that is there.
    fn ends(&self, link: &str) -> [base::NodeId; 2] {
        let view = self.cable(link).and_then(|name| self.world.cable(&name));
        view.map_or_else(Default::default, |view| [view.a.0, view.b.0])
    }

    fn kind(&self, node: &str) -> Option<NodeKind> {
        self.world.node(node).and_then(|id| self.world.view(id)).map(|view| view.kind)
    }

    fn nodes(&self, wanted: impl Fn(NodeKind) -> bool) -> Vec<&str> {
        self.world.nodes().filter(|node| wanted(node.kind)).map(|node| node.name).collect()
    }

    fn jacks(&self, node: &str) -> Vec<String> {
        let view = self.world.node(node).and_then(|id| self.world.view(id));
        let count = view.map_or(0, |view| u16::try_from(view.jacks).unwrap_or(u16::MAX));
        let name = |jack| view.map(|view| self.world.jack_name(view.id, base::JackId(jack)));
        (0..count).filter_map(name).collect()
    }
}

impl Names for Live<'_> {
    /// By its name now, by one of its jacks, turned round, or as the file calls it.
    fn cable(&self, link: &str) -> Option<String> {
        let by_jack = || {
            let (node, jack) = link.split_once('.')?;
            let node = self.world.node(node)?;
            self.world.cable_at(node, self.world.jack(node, jack)?)
        };
        let turned = || {
            let (a, rest) = link.split_once("--")?;
            let (b, count) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            self.world.cable(&format!("{b}--{a}{count}"))
        };
        let found = self.world.cable(link).or_else(by_jack).or_else(turned);
        found.map(|cable| cable.name.to_owned())
    }

    fn way_from(&self, link: &str, node: &str) -> Option<sim::Way> {
        let node = self.world.node(node)?;
        let [a, b] = self.ends(link);
        match node {
            node if node == a => Some(sim::Way::Forward),
            node if node == b => Some(sim::Way::Backward),
            _ => None,
        }
    }

    fn switch(&self, network: &str) -> Option<String> {
        let switch = self.lab.switch_of(network)?;
        self.world.node(switch).map(|_| switch.to_owned())
    }

    fn first_jack(&self, node: &str) -> Option<String> {
        self.jacks(node).into_iter().next()
    }
}
