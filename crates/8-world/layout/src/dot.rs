//! A lab's network in Graphviz's language, for those who want to go on drawing with other tools.

use super::{Kind, LinkIn, NodeIn};

/// An undirected graph; labels keep their lines, cables their names as tooltips.
pub fn dot(title: &str, nodes: &[NodeIn], links: &[LinkIn]) -> String {
    let mut out = format!("graph {} {{\n", quoted(title));
    for node in nodes {
        let lines: Vec<&str> = node.lines.iter().map(|line| line.en.as_str()).collect();
        let shape = match node.kind {
            Kind::Switch => "box",
            Kind::Router => "circle",
            Kind::Host | Kind::Joined => "ellipse",
        };
        let (name, label) = (quoted(&node.name), quoted(&lines.join("\n")));
        out.push_str(&format!("  {name} [shape={shape}, label={label}];\n"));
    }
    for link in links {
        let end = |v: usize| nodes.get(v).map_or(String::new(), |node| quoted(&node.name));
        let (a, b, name) = (end(link.a), end(link.b), quoted(&link.name));
        out.push_str(&format!("  {a} -- {b} [tooltip={name}];\n"));
    }
    out.push_str("}\n");
    out
}

fn quoted(name: &str) -> String {
    let inner = name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{inner}\"")
}
