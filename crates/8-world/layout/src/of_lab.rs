//! The picture of a lab: its nodes with what their labels say, and its cables.

use std::collections::BTreeMap;

use super::{Kind, Layout, LinkIn, NodeIn, layout, text};
use base::Lang;
use language::{Lab, Text};

/// A label shows at most this many addresses.
const MOST_ADDRESSES: usize = 4;

/// The picture of a lab as its file describes it.
pub fn of_lab(lab: &Lab) -> Layout {
    let (nodes, links) = parts(lab);
    layout(&nodes, &links)
}

/// Its nodes (switches, routers, hosts) and cables.
pub fn parts(lab: &Lab) -> (Vec<NodeIn>, Vec<LinkIn>) {
    let switches =
        lab.switches.iter().map(|switch| node(Kind::Switch, &switch.name, &switch.title, &[]));
    let machine = |kind: Kind| {
        move |machine: &language::model::Machine| {
            let jacks = machine.jacks.iter().flat_map(|jack| &jack.addresses);
            let addresses: Vec<String> = jacks.map(ToString::to_string).collect();
            node(kind, &machine.name, &machine.title, &addresses)
        }
    };
    let routers = lab.routers.iter().map(machine(Kind::Router));
    let hosts = lab.hosts.iter().map(machine(Kind::Host));
    let nodes: Vec<NodeIn> = switches.chain(routers).chain(hosts).collect();
    let number: BTreeMap<&str, usize> =
        nodes.iter().enumerate().map(|(v, node)| (node.name.as_str(), v)).collect();
    let link = |link: &language::model::Link| {
        let a = *number.get(link.a.node.as_str())?;
        let b = *number.get(link.b.node.as_str())?;
        Some(LinkIn { name: link.name.clone(), a, b })
    };
    let links = lab.links.iter().filter_map(link).collect();
    (nodes, links)
}

/// A node whose label says its name, its title where that is another, and its addresses.
pub fn node(kind: Kind, name: &str, title: &Text, addresses: &[String]) -> NodeIn {
    let mut lines = vec![both(name)];
    if !title.is_empty() && title.en != name {
        let line = |lang| text::fitted(title.get(lang));
        lines.push(Text { en: line(Lang::En), zh: line(Lang::Zh) });
    }
    lines.extend(address_lines(addresses));
    NodeIn { name: name.to_owned(), kind, lines }
}

/// The lines of a label that say addresses: four at most, then how many more there are.
fn address_lines(addresses: &[String]) -> Vec<Text> {
    let shown = if addresses.len() > MOST_ADDRESSES { MOST_ADDRESSES - 1 } else { MOST_ADDRESSES };
    let mut lines: Vec<Text> =
        addresses.iter().take(shown).map(|address| both(bare(address))).collect();
    let more = addresses.len().saturating_sub(shown);
    if more > 0 {
        lines.push(Text { en: format!("and {more} more"), zh: format!("另有 {more} 个") });
    }
    lines
}

/// The address without its prefix length.
fn bare(address: &str) -> &str {
    address.split('/').next().unwrap_or(address)
}

fn both(line: &str) -> Text {
    let line = text::fitted(line);
    Text { en: line.clone(), zh: line }
}
