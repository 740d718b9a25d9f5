//! Cables: those the file names, then those that `net = ..` implies. A machine's jack is found or
//! made, a switch's is the next free number.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Complaint, Span, text};
use crate::model::{End, Lab, Link, OneWay};
use crate::nearest::nearest;
use crate::read::machine::{JackDraft, MachineDraft};
use crate::read::{Reader, check_name, keys};
use crate::tree::{Item, Kind, Table, inside_text};
use crate::verb::{SETTINGS, Setting, unknown};

/// A cable whose jacks may not be chosen yet.
struct CableDraft {
    ends: [EndDraft; 2],
    name: Option<String>,
    forward: OneWay,
    reverse: OneWay,
}

#[derive(Clone)]
struct EndDraft {
    node: String,
    jack: Option<String>,
    span: Span,
}

/// Jacks that bear a cable; each switch remembers where it stands, so that no host is searched for.
#[derive(Default)]
struct Taken {
    jacks: BTreeSet<(String, String)>,
    next: BTreeMap<String, u32>,
}

impl Reader<'_> {
    /// All cables of the lab, in order.
    pub(super) fn links(
        &mut self,
        root: &Table,
        lab: &Lab,
        machines: &mut [MachineDraft],
    ) -> Vec<Link> {
        let mut drafts = Vec::new();
        for item in root.get("links").map_or(&[][..], |item| self.list(item)) {
            self.cable(item, &mut drafts);
        }
        let real = machines.iter().filter(|machine| machine.real.is_some());
        let real: BTreeSet<&str> = real.map(|machine| machine.name.as_str()).collect();
        for end in drafts.iter().flat_map(|draft| &draft.ends) {
            if real.contains(end.node.as_str()) {
                self.cable_of_a_real_host(&end.node, end.span);
            }
        }
        let mut taken = Taken::default();
        for draft in &mut drafts {
            for end in &mut draft.ends {
                self.named_jack(end, lab, machines, &mut taken);
            }
        }
        for draft in &mut drafts {
            for end in &mut draft.ends {
                self.free_jack(end, lab, machines, &mut taken);
            }
        }
        implied(lab, machines, &mut taken, &mut drafts);
        let switches = lab.node_names().map(|name| (name, None));
        let nodes = machines.iter().map(|machine| (machine.name.as_str(), Some(machine.span)));
        self.named_links(drafts, &switches.chain(nodes).collect())
    }

    fn cable(&mut self, item: &Item, drafts: &mut Vec<CableDraft>) {
        let mut name = None;
        let mut forward = OneWay::default();
        let mut reverse = OneWay::default();
        let chain = match &item.kind {
            Kind::Text(_) => item,
            Kind::Table(table) => {
                self.only(table, keys::LINK, "a link", "网线");
                name = table.get("name").and_then(|item| self.link_name(item));
                self.settings(table, &mut [&mut forward, &mut reverse]);
                if let Some(table) =
                    table.get("reverse").and_then(|item| self.table(item, "reverse"))
                {
                    self.only(table, SETTINGS, "`reverse`", "`reverse`");
                    self.settings(table, &mut [&mut reverse]);
                }
                let Some(chain) = table.get("link") else {
                    let complaint = Complaint::new(
                        "missing-key",
                        0..0,
                        text("a link from where to where?", "网线从哪里连到哪里?"),
                    );
                    self.sink.report(
                        item.span,
                        complaint.help(text(
                            "write: { link = \"pc1 - sw1\", .. }",
                            "写成: { link = \"pc1 - sw1\", .. }",
                        )),
                    );
                    return;
                };
                chain
            }
            _ => {
                return self.wrong_type(
                    item,
                    "links",
                    "a text such as \"pc1 - sw1\", or a table",
                    "文本 (例如 \"pc1 - sw1\") 或表",
                );
            }
        };
        let Some(ends) = self.chain(chain) else { return };
        if ends.len() > 2 && name.is_some() {
            let complaint = Complaint::new(
                "ambiguous",
                0..0,
                text("one name for several cables", "一个名字给了几条网线"),
            );
            self.sink.report(
                chain.span,
                complaint.help(text(
                    "write each cable with a name on its own: { link = \"a - b\", name = \"..\" }",
                    "有名字的网线各写一条: { link = \"a - b\", name = \"..\" }",
                )),
            );
        }
        for pair in ends.windows(2) {
            if pair[0].node == pair[1].node {
                self.self_link(&pair[1]);
                continue;
            }
            let ends = [pair[0].clone(), pair[1].clone()];
            drafts.push(CableDraft {
                ends,
                name: name.clone(),
                forward: forward.clone(),
                reverse: reverse.clone(),
            });
        }
    }

    /// A cable from a node to itself: a slip of the pen, in a chain above all.
    fn self_link(&mut self, end: &EndDraft) {
        let node = &end.node;
        let complaint = Complaint::new(
            "self-link",
            0..0,
            text(
                format!("a cable from `{node}` to `{node}`"),
                format!("网线从 `{node}` 连到 `{node}` 自己"),
            ),
        )
        .help(text(
            "name two nodes; a loop is made of two switches and two cables: \"sw1 - sw2\" twice",
            "写两个不同的设备; 要环路, 用两台交换机和两条网线: \"sw1 - sw2\" 写两遍",
        ));
        self.sink.report(end.span, complaint);
    }

    fn link_name(&mut self, item: &Item) -> Option<String> {
        let name = self.words(item, "name")?;
        if let Err(complaint) = check_name(name) {
            self.complain(item, complaint);
            return None;
        }
        Some(name.to_owned())
    }

    fn settings(&mut self, table: &Table, ways: &mut [&mut OneWay]) {
        for (key, item) in &table.entries {
            if !SETTINGS.contains(&key.name.as_str()) {
                continue;
            }
            let parse = |words: &str| match Setting::parse(&key.name, words) {
                Some(parsed) => parsed,
                None => Err(Complaint::new("unknown-setting", 0..0, text("unknown", "未知"))),
            };
            if let Some(setting) = self.quantity(item, &key.name, parse) {
                ways.iter_mut().for_each(|way| setting.apply(way));
            }
        }
    }

    /// `"pc1 - sw1 - r1.lan"`: spaces stand around each `-`, which names may hold too.
    fn chain(&mut self, item: &Item) -> Option<Vec<EndDraft>> {
        let words = self.words(item, "links")?;
        let mut ends = Vec::new();
        let mut at = 0;
        for part in words.split(" - ") {
            let start = at + (part.len() - part.trim_start().len());
            let name = part.trim();
            at += part.len() + 3;
            let span = inside_text(self.sink, item.span, &(start..start + name.len()));
            let (node, jack) = name
                .split_once('.')
                .map_or((name, None), |(node, jack)| (node, Some(jack.to_owned())));
            ends.push(EndDraft { node: node.to_owned(), jack, span });
        }
        let spaced =
            !ends.iter().any(|end| end.node.is_empty() || end.node.contains(char::is_whitespace));
        if ends.len() >= 2 && spaced {
            return Some(ends);
        }
        let complaint = Complaint::new(
            "bad-link",
            0..0,
            text(format!("`{words}` is not a link"), format!("`{words}` 不是网线")),
        )
        .label(text("expected two names with ` - ` between them", "应为两个名字, 中间是 ` - `"))
        .help(text(
            "write \"pc1 - sw1\", with a space on each side of `-`",
            "写成 \"pc1 - sw1\", `-` 两边有空格",
        ));
        self.sink.report(item.span, complaint);
        None
    }

    /// Finds or makes the jack that an end names.
    fn named_jack(
        &mut self,
        end: &mut EndDraft,
        lab: &Lab,
        machines: &mut [MachineDraft],
        taken: &mut Taken,
    ) {
        let switches = lab.switches.iter().map(|switch| switch.name.as_str());
        let is_switch = switches.clone().any(|name| name == end.node);
        let position = machines.iter().position(|machine| machine.name == end.node);
        if position.is_none() && !is_switch {
            let known = machines.iter().map(|machine| machine.name.as_str()).chain(switches);
            let complaint = unknown(&end.node, &end.node, "node", "设备", known);
            self.sink.report(end.span, complaint);
            return;
        }
        let Some(jack) = end.jack.clone() else { return };
        let exists = match position.and_then(|at| machines.get_mut(at)) {
            None => {
                jack.parse::<u16>().is_ok_and(|n| (1..=4096).contains(&n)) && !jack.starts_with('0')
            }
            Some(machine) => claim(machine, &jack),
        };
        if !exists {
            let jacks: Vec<String> = machines
                .iter()
                .filter(|m| m.name == end.node)
                .flat_map(|m| &m.jacks)
                .map(|j| j.name.clone())
                .collect();
            let list = if is_switch { "1, 2, 3 ..".to_owned() } else { jacks.join(", ") };
            let complaint = Complaint::new(
                "unknown-jack",
                0..0,
                text(
                    format!("`{}` has no jack `{jack}`", end.node),
                    format!("`{}` 没有网口 `{jack}`", end.node),
                ),
            )
            .choose(nearest(&jack, jacks.iter().map(String::as_str)), &list);
            self.sink.report(end.span, complaint);
        } else if !taken.jacks.insert((end.node.clone(), jack.clone())) {
            let complaint = Complaint::new(
                "jack-taken",
                0..0,
                text(
                    format!("two cables in the jack {}.{jack}", end.node),
                    format!("网口 {}.{jack} 插了两条网线", end.node),
                ),
            )
            .label(text("the second", "第二条"))
            .help(text(
                "a jack holds one cable: choose another, or leave the jack out",
                "一个网口只能插一条网线: 换一个, 或不写网口",
            ));
            self.sink.report(end.span, complaint);
        }
    }

    /// Chooses a jack for an end that names none.
    fn free_jack(
        &mut self,
        end: &mut EndDraft,
        lab: &Lab,
        machines: &mut [MachineDraft],
        taken: &mut Taken,
    ) {
        if end.jack.is_some() {
            return;
        }
        let Some(machine) = machines.iter_mut().find(|machine| machine.name == end.node) else {
            if lab.switches.iter().any(|switch| switch.name == end.node) {
                end.jack = Some(next_port(&end.node, taken));
            }
            return;
        };
        let mut free = machine.jacks.iter_mut().filter(|jack| !jack.linked);
        match (free.next(), free.next()) {
            (Some(jack), None) => {
                jack.linked = true;
                end.jack = Some(jack.name.clone());
            }
            (Some(jack), Some(_)) if !machine.router => {
                jack.linked = true;
                end.jack = Some(jack.name.clone());
            }
            (None, _) if !machine.router => {
                let name = format!("eth{}", machine.jacks.len());
                machine.jacks.push(JackDraft { linked: true, ..JackDraft::named(&name) });
                end.jack = Some(name);
            }
            _ => {
                let jacks: Vec<String> = machine
                    .jacks
                    .iter()
                    .map(|jack| format!("{}.{}", machine.name, jack.name))
                    .collect();
                let complaint = Complaint::new(
                    "which-jack",
                    0..0,
                    text(
                        format!("which jack of router `{}`?", machine.name),
                        format!("路由器 `{}` 的哪个网口?", machine.name),
                    ),
                )
                .help(text(
                    format!("write one of: {}", jacks.join(", ")),
                    format!("写其中一个: {}", jacks.join(", ")),
                ));
                self.sink.report(end.span, complaint);
            }
        }
        if let Some(jack) = &end.jack {
            taken.jacks.insert((end.node.clone(), jack.clone()));
        }
    }

    /// Names them; no two bear one name, and none that of a node, which a place would mean.
    fn named_links(
        &mut self,
        drafts: Vec<CableDraft>,
        nodes: &BTreeMap<&str, Option<Span>>,
    ) -> Vec<Link> {
        let mut pairs: BTreeMap<[String; 2], u32> = BTreeMap::new();
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        let mut links = Vec::new();
        for CableDraft { ends: [a, b], name, forward, reverse } in drafts {
            let (Some(jack_a), Some(jack_b)) = (a.jack, b.jack) else { continue };
            let mut pair = [a.node.clone(), b.node.clone()];
            pair.sort();
            let count = pairs.entry(pair).and_modify(|count| *count += 1).or_insert(1);
            let plain = match count {
                1 => format!("{}--{}", a.node, b.node),
                n => format!("{}--{}/{n}", a.node, b.node),
            };
            let name = name.unwrap_or(plain);
            if let Some(node) = nodes.get(name.as_str()) {
                self.named_as_a_node(&name, a.span, *node);
            }
            if let Some(first) = names.insert(name.clone(), a.span) {
                let what = text(
                    format!("two links are called `{name}`"),
                    format!("有两条网线都叫 `{name}`"),
                );
                self.twice("duplicate-name", a.span, first, what);
            }
            let (a, b) = (End { node: a.node, jack: jack_a }, End { node: b.node, jack: jack_b });
            links.push(Link { name, a, b, forward, reverse });
        }
        links
    }

    fn named_as_a_node(&mut self, name: &str, span: Span, node: Option<Span>) {
        let what = text(
            format!("a link and a node are both called `{name}`"),
            format!("一条网线和一个节点都叫 `{name}`"),
        );
        let complaint = Complaint::new("duplicate-name", 0..0, what)
            .label(text("the link", "网线"))
            .help(text("give one of the two another name", "给其中一个换个名字"));
        let node = node.map(|node| (node, text("the node", "节点")));
        self.sink.report_with(span, complaint, node);
    }
}

/// Marks a machine's jack as plugged; a host grows `ethN` on demand.
fn claim(machine: &mut MachineDraft, jack: &str) -> bool {
    if let Some(known) = machine.jacks.iter_mut().find(|known| known.name == jack) {
        known.linked = true;
        return true;
    }
    let number = jack.strip_prefix("eth").and_then(|n| n.parse::<u8>().ok());
    let grows = !machine.router && number.is_some_and(|n| n < 64);
    if grows {
        machine.jacks.push(JackDraft { linked: true, ..JackDraft::named(jack) });
    }
    grows
}

fn next_port(switch: &str, taken: &mut Taken) -> String {
    let number = taken.next.entry(switch.to_owned()).or_insert(1);
    loop {
        let port = number.to_string();
        *number += 1;
        if taken.jacks.insert((switch.to_owned(), port.clone())) {
            return port;
        }
    }
}

/// A jack with a network and no cable is plugged into that network's switch.
fn implied(
    lab: &Lab,
    machines: &mut [MachineDraft],
    taken: &mut Taken,
    drafts: &mut Vec<CableDraft>,
) {
    for machine in machines {
        for jack in &mut machine.jacks {
            let Some(named) = jack.network.as_ref().filter(|_| !jack.linked) else { continue };
            let Some(network) = lab.networks.iter().find(|network| network.name == named.name)
            else {
                continue;
            };
            let port = next_port(&network.switch, taken);
            let near = EndDraft {
                node: machine.name.clone(),
                jack: Some(jack.name.clone()),
                span: machine.span,
            };
            let far =
                EndDraft { node: network.switch.clone(), jack: Some(port), span: machine.span };
            let way = OneWay::default();
            drafts.push(CableDraft {
                ends: [near, far],
                name: None,
                forward: way.clone(),
                reverse: way,
            });
            jack.linked = true;
        }
    }
}
