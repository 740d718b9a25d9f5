//! Foreign names to nodes and jacks of ours. A jack takes one cable.

use std::collections::{HashMap, HashSet};

use language::Text;
use language::diagnostic::text;

use crate::plan::{Kind, MOST_NODES, Names, Plan, Plug, fitting};

/// Who is called what.
#[derive(Default)]
pub(super) struct Boxes {
    names: Names,
    nodes: HashMap<String, usize>,
    jacks: HashMap<(usize, String), usize>,
    used: HashSet<(usize, usize)>,
}

impl Boxes {
    /// A node of this foreign name; its own name stays as the title where ours is another.
    pub(super) fn add(
        &mut self,
        plan: &mut Plan,
        foreign: &str,
        kind: Kind,
    ) -> Result<usize, Text> {
        self.add_as(plan, foreign, foreign, kind)
    }

    /// The same where what people call it is not what the file refers to.
    pub(super) fn add_as(
        &mut self,
        plan: &mut Plan,
        key: &str,
        label: &str,
        kind: Kind,
    ) -> Result<usize, Text> {
        if plan.nodes.len() >= MOST_NODES {
            return Err(text(
                format!("more than {MOST_NODES} nodes"),
                format!("超过 {MOST_NODES} 个节点"),
            ));
        }
        let name = self.names.take(label);
        let node = plan.node(&name, kind);
        if name != label {
            plan.nodes[node].title = label.chars().take(100).collect();
        }
        self.nodes.insert(key.to_owned(), node);
        Ok(node)
    }

    /// The node of this name.
    pub(super) fn node(&self, foreign: &str) -> Option<usize> {
        self.nodes.get(foreign).copied()
    }

    /// The jack that a foreign name means, if there is one with a cable.
    pub(super) fn jack(&self, node: usize, foreign: &str) -> Option<usize> {
        self.jacks.get(&(node, foreign.to_owned())).copied()
    }

    /// A cable between two foreign jacks; `None` if one of them has one already.
    pub(super) fn cable(
        &mut self,
        plan: &mut Plan,
        a: (usize, &str),
        b: (usize, &str),
    ) -> Option<usize> {
        if a.0 == b.0 || !self.is_free(plan, a) || !self.is_free(plan, b) {
            return None;
        }
        let [name_a, name_b] = [a, b].map(|(_, jack)| fitting(jack));
        let cable = plan.cable(Plug::jack(a.0, &name_a), Plug::jack(b.0, &name_b));
        let ends = [plan.cables[cable].a, plan.cables[cable].b];
        for (end, (_, foreign)) in ends.into_iter().zip([a, b]) {
            if let Some(jack) = end.jack {
                self.used.insert((end.node, jack));
                self.jacks.insert((end.node, foreign.to_owned()), jack);
            }
        }
        Some(cable)
    }

    fn is_free(&self, plan: &Plan, (node, jack): (usize, &str)) -> bool {
        let name = fitting(jack);
        let known = plan.nodes[node].jacks.iter().position(|known| known.name == name);
        plan.nodes[node].kind == Kind::Switch
            || known.is_none_or(|known| !self.used.contains(&(node, known)))
    }
}
