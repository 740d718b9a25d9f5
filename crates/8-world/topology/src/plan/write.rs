//! A plan as a lab file: what a person would write by hand, in the shortest form that says it.

use std::fmt::Write;

use base::Lang;
use ipnet::Ipv4Net;
use language::Text;

use crate::plan::{Cable, End, Kind, Node, Plan};

/// The lab file; its comments speak `lang`.
pub(crate) fn write(plan: &Plan, lang: Lang) -> String {
    let mut out = String::new();
    for note in &plan.notes {
        let _ = writeln!(out, "# {}", plain(note.get(lang)));
    }
    let _ = writeln!(out, "lab   = {}", quoted(&plan.name));
    if !plan.title.is_empty() {
        let _ = writeln!(out, "title = {}", sentence(&plan.title));
    }
    links(plan, &mut out);
    switches(plan, &mut out);
    routers(plan, &mut out);
    hosts(plan, &mut out);
    proof(plan, &mut out);
    out
}

fn links(plan: &Plan, out: &mut String) {
    let written: Vec<&Cable> =
        plan.cables.iter().filter(|cable| !is_implied(plan, cable)).collect();
    if written.is_empty() {
        return;
    }
    out.push_str("links = [\n");
    for cable in written {
        let words = quoted(&format!("{} - {}", end(plan, cable.a), end(plan, cable.b)));
        let knobs = cable.knobs.iter().map(|(key, value)| format!(", {key} = {}", quoted(value)));
        let knobs: String = knobs.collect();
        let _ = match knobs.is_empty() {
            true => writeln!(out, "  {words},"),
            false => writeln!(out, "  {{ link = {words}{knobs} }},"),
        };
    }
    out.push_str("]\n");
}

/// A cable to a network goes without saying.
fn is_implied(plan: &Plan, cable: &Cable) -> bool {
    [cable.a, cable.b].iter().any(|end| plan.nodes[end.node].subnet.is_some())
}

/// `pc1` for a host's only card, `r1.lan` for a jack among several.
fn end(plan: &Plan, end: End) -> String {
    let node = &plan.nodes[end.node];
    match end.jack {
        Some(jack) if !is_plain(node) => format!("{}.{}", node.name, node.jacks[jack].name),
        _ => node.name.clone(),
    }
}

/// A host with one card: `eth0` goes without saying.
fn is_plain(node: &Node) -> bool {
    node.kind == Kind::Host && node.jacks.len() == 1 && node.jacks[0].name == "eth0"
}

fn switches(plan: &Plan, out: &mut String) {
    let of = |wanted: bool| {
        let switches = plan.nodes.iter().filter(|node| node.kind == Kind::Switch);
        switches.filter(move |node| node.subnet.is_some() == wanted)
    };
    if of(true).next().is_some() {
        out.push_str("\n[networks]\n");
    }
    let width = of(true).map(|node| node.name.len()).max().unwrap_or(0);
    for node in of(true) {
        let subnet = node.subnet.map(|net| net.to_string()).unwrap_or_default();
        let _ = writeln!(out, "{:width$} = {}", node.name, quoted(&subnet));
    }
    if of(false).next().is_some() {
        out.push_str("\n[switches]\n");
    }
    for node in of(false) {
        let title = titled(node).map(|title| format!(" {title} ")).unwrap_or_default();
        let _ = writeln!(out, "{} = {{{title}}}", node.name);
    }
}

fn routers(plan: &Plan, out: &mut String) {
    for (number, node) in of_kind(plan, Kind::Router) {
        let _ = writeln!(out, "\n[routers.{}]", node.name);
        for (key, value) in machine(plan, number, node) {
            match key == "routes" && node.routes.len() > 2 {
                true => {
                    let _ = writeln!(out, "routes = [");
                    for route in &node.routes {
                        let _ = writeln!(out, "  \"{} via {}\",", route.0, route.1);
                    }
                    out.push_str("]\n");
                }
                false => {
                    let _ = writeln!(out, "{key} = {value}");
                }
            }
        }
    }
}

fn hosts(plan: &Plan, out: &mut String) {
    let names = of_kind(plan, Kind::Host).map(|(_, node)| node.name.len());
    let Some(width) = names.max() else { return };
    out.push_str("\n[hosts]\n");
    for (number, node) in of_kind(plan, Kind::Host) {
        let keys = machine(plan, number, node);
        let value = match keys.as_slice() {
            [("net", net)] => net.clone(),
            keys => {
                let keys = keys.iter().map(|(key, value)| format!("{key} = {value}"));
                format!("{{ {} }}", keys.collect::<Vec<_>>().join(", "))
            }
        };
        let _ = writeln!(out, "{:width$} = {value}", node.name);
    }
}

fn of_kind(plan: &Plan, kind: Kind) -> impl Iterator<Item = (usize, &Node)> {
    plan.nodes.iter().enumerate().filter(move |(_, node)| node.kind == kind)
}

/// The keys of a machine.
fn machine(plan: &Plan, number: usize, node: &Node) -> Vec<(&'static str, String)> {
    let mut keys = Vec::new();
    if !node.title.is_empty() {
        keys.push(("title", quoted(&node.title)));
    }
    let network = network_of(plan, number, 0);
    match network {
        Some(network) if is_plain(node) => {
            keys.push(("net", quoted(&plan.nodes[network].name)));
        }
        _ if is_plain(node) => keys.push(("ip", addresses(&node.jacks[0].addresses))),
        _ if node.jacks.is_empty() => {}
        _ => keys.push(("jacks", jacks(plan, number, node))),
    }
    // The router on a network is its hosts' gateway without a word.
    if let Some(gateway) = node.gateway
        && !(network.is_some() && is_plain(node))
    {
        keys.push(("gateway", quoted(&gateway.to_string())));
    }
    if !node.routes.is_empty() {
        let routes = node.routes.iter().map(|(to, via)| quoted(&format!("{to} via {via}")));
        keys.push(("routes", list(routes)));
    }
    match node.dns.as_slice() {
        [] => {}
        [one] => keys.push(("name", quoted(one))),
        several => keys.push(("names", list(several.iter().map(|name| quoted(name))))),
    }
    match node.run.as_slice() {
        [] => {}
        [one] => keys.push(("run", quoted(one))),
        several => keys.push(("run", list(several.iter().map(|line| quoted(line))))),
    }
    keys
}

/// The network that a jack plugs into, if it is one.
fn network_of(plan: &Plan, node: usize, jack: usize) -> Option<usize> {
    let own = End { node, jack: Some(jack) };
    let other = plan.cables.iter().find_map(|cable| match (cable.a == own, cable.b == own) {
        (true, _) => Some(cable.b.node),
        (_, true) => Some(cable.a.node),
        _ => None,
    })?;
    plan.nodes[other].subnet.map(|_| other)
}

fn jacks(plan: &Plan, number: usize, node: &Node) -> String {
    let one = |(at, jack): (usize, &crate::plan::Jack)| {
        let value = match network_of(plan, number, at) {
            Some(network) => quoted(&plan.nodes[network].name),
            None if jack.addresses.is_empty() => "{}".to_owned(),
            None => addresses(&jack.addresses),
        };
        format!("{} = {value}", jack.name)
    };
    let jacks: Vec<String> = node.jacks.iter().enumerate().map(one).collect();
    format!("{{ {} }}", jacks.join(", "))
}

fn addresses(addresses: &[Ipv4Net]) -> String {
    match addresses {
        [one] => quoted(&one.to_string()),
        several => list(several.iter().map(|address| quoted(&address.to_string()))),
    }
}

fn proof(plan: &Plan, out: &mut String) {
    let Some(proof) = &plan.proof else { return };
    let pinged = proof.askers.iter().map(|&node| {
        let node = &plan.nodes[node];
        // The label that a program has without a word: a second `ping` of a machine is `ping/2`.
        format!("exit({}/ping) == 0", node.name)
    });
    let all = pinged.collect::<Vec<_>>().join(" and ");
    let cable = &plan.cables[proof.cut];
    let cut = format!("cut {}--{}", plan.nodes[cable.a.node].name, plan.nodes[cable.b.node].name);
    let text = language::diagnostic::text("Every ping comes back", "每个 ping 都有回答");
    let _ = write!(
        out,
        "\n[[check]]\ntext   = {}\nexpect = {}\nwithin = \"10s\"\n\n[broken]\nscript = [{{ at = \"0s\", do = {} }}]\n",
        sentence(&text),
        quoted(&all),
        quoted(&cut)
    );
}

fn titled(node: &Node) -> Option<String> {
    (!node.title.is_empty()).then(|| format!("title = {}", quoted(&node.title)))
}

fn sentence(text: &Text) -> String {
    match text.zh.is_empty() {
        true => quoted(&text.en),
        false => format!("{{ en = {}, zh = {} }}", quoted(&text.en), quoted(&text.zh)),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// A TOML string. Braces are the lab file's variables: a foreign title must not ask for one.
fn quoted(words: &str) -> String {
    let mut out = String::from("\"");
    for c in plain(words).chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '{' => out.push('('),
            '}' => out.push(')'),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// One line without control characters: a comment or a string never ends early.
fn plain(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
