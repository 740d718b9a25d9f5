//! A card with an address and no cable in a lab that has cables: nobody could reach it.
//!
//! Asked of the lab itself, not of its overlays: pulling a cable is a fair way to break a lab. A
//! machine that a script plugs in later may begin without.

use crate::diagnostic::{Complaint, Sink, Span, text};
use crate::model::{Jack, Lab, Machine};
use crate::tree::{Kind, Table};
use crate::verb::Verb;

/// Files every card without a cable.
pub(crate) fn check(root: &Table, lab: &Lab, sink: &mut Sink) {
    if lab.links.is_empty() || !sink.is_empty() {
        return;
    }
    for machine in lab.machines().filter(|machine| !plugged_later(lab, machine)) {
        let alone = |jack: &&Jack| !jack.addresses.is_empty() && !has_cable(lab, machine, jack);
        if let Some(jack) = machine.jacks.iter().find(alone) {
            sink.report(span(root, &machine.name), complaint(lab, machine, jack));
        }
    }
}

fn has_cable(lab: &Lab, machine: &Machine, jack: &Jack) -> bool {
    let ends = lab.links.iter().flat_map(|link| [&link.a, &link.b]);
    ends.into_iter().any(|end| end.node == machine.name && end.jack == jack.name)
}

fn plugged_later(lab: &Lab, machine: &Machine) -> bool {
    let plugs = |verb: &Verb| matches!(verb, Verb::Plug { node, .. } if *node == machine.name);
    lab.scripts.iter().any(|script| plugs(&script.verb))
}

fn complaint(lab: &Lab, machine: &Machine, jack: &Jack) -> Complaint {
    let (node, name) = (&machine.name, &jack.name);
    let to = lab.switches.first().map_or("sw1", |switch| &switch.name);
    Complaint::new(
        "no-cable",
        0..0,
        text(
            format!("`{node}.{name}` has an address and no cable"),
            format!("网口 `{node}.{name}` 有地址, 却没有网线"),
        ),
    )
    .label(text("nobody can reach it", "谁也到不了它"))
    .help(text(
        format!("add a cable to `links`: \"{node}.{name} - {to}\""),
        format!("在 `links` 里加一条网线: \"{node}.{name} - {to}\""),
    ))
}

/// Where the file has the machine.
fn span(root: &Table, name: &str) -> Span {
    let of = |table: &str| match root.get(table).map(|item| &item.kind) {
        Some(Kind::Table(table)) => table.entry(name).map(|(key, _)| key.span),
        _ => None,
    };
    of("routers").or_else(|| of("hosts")).unwrap_or_default()
}
