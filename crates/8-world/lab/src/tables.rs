//! The tables inside a node as one tree: what `show` prints and what a check's path reads.

use sim::{NodeKind, World};
use socket::Tree;

/// All tables of a node; none when there is no such node, it is switched off, or it is a door.
pub fn of_node(world: &World, name: &str) -> Option<Tree> {
    let node = world.node(name)?;
    let view = world.view(node)?;
    let mut parts = match view.kind {
        NodeKind::Door => return None,
        NodeKind::Switch => vec![("mac".to_owned(), mac_table(world, node)?)],
        _ => match socket::Inspect::new(world.machine(node)?).tables() {
            Tree::Map(parts) => parts,
            other => vec![("tables".to_owned(), other)],
        },
    };
    if let Some(ledger) = world.ledger(node) {
        let counters = [
            ("entered", ledger.entered),
            ("born", ledger.born),
            ("sent", ledger.sent),
            ("delivered", ledger.delivered),
            ("consumed", ledger.consumed),
            ("dropped", ledger.dropped),
        ];
        let counters = counters.map(|(name, count)| (name.to_owned(), Tree::from(count)));
        parts.push(("counters".to_owned(), Tree::Map(counters.to_vec())));
    }
    parts.push(("programs".to_owned(), programs(world, node)));
    Some(Tree::Map(parts))
}

fn mac_table(world: &World, node: base::NodeId) -> Option<Tree> {
    let entries = world.switch(node)?.table();
    let row = |entry: &ether::switch::TableEntry| {
        let jack = world.jack_name(node, entry.jack);
        let seen = Tree::text(entry.seen);
        (entry.mac.to_string(), Tree::map([("jack", Tree::Text(jack)), ("seen", seen)]))
    };
    Some(Tree::Map(entries.iter().map(row).collect()))
}

/// By label: how often it ran, and its last exit code.
fn programs(world: &World, node: base::NodeId) -> Tree {
    let mut rows = Vec::new();
    for (label, seen) in world.outputs().labels() {
        let of_node = world
            .outputs()
            .processes()
            .any(|process| process.node == node && process.label == label);
        if of_node {
            let exit = seen
                .exits
                .back()
                .map_or(Tree::Text("runs".to_owned()), |&(_, code)| Tree::from(u64::from(code)));
            rows.push((
                label.to_owned(),
                Tree::map([("runs", Tree::from(seen.runs)), ("exit", exit)]),
            ));
        }
    }
    Tree::Map(rows)
}
