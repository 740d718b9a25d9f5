//! Topology Zoo: real networks as GraphML. Cities with coordinates, lines with speeds.
//!
//! ```xml
//! <key attr.name="Latitude" for="node" id="d29"/>
//! <node id="0"><data key="d29">52.37</data> ..</node>
//! <edge source="0" target="1"><data key="d37">10000000000</data></edge>
//! ```
//! A node becomes a router with a host behind it. A line's delay is that of light in glass over the
//! great circle, 5 us a kilometre: real fibres are longer.

use std::collections::{HashMap, HashSet};

use language::Text;
use language::diagnostic::{counted, text};
use language::quantity::show_rate;
use roxmltree::{Document, Node as Element, ParsingOptions};

use crate::import::Draft;
use crate::import::boxes::Boxes;
use crate::import::losses::short;
use crate::plan::{Kind, MOST_NODES, Plug};

/// Elements and texts; the largest network of the Zoo has some 20,000.
const MOST_ELEMENTS: u32 = 500_000;
/// Elements inside elements; GraphML needs four.
const DEEPEST: usize = 64;
/// Cables of one lab: many lines may lie between two nodes.
const MOST_CABLES: usize = 4 * MOST_NODES;
/// Cables of one node: a machine has room for 4096 cards.
const MOST_AT_ONE: u32 = 512;
/// Light in glass.
const NS_A_KM: f64 = 5000.0;

/// Reads the file.
pub(super) fn read(whole: &str) -> Result<Draft, Text> {
    let broken = |why: String| {
        text(format!("the XML cannot be read: {why}"), format!("读不懂这段 XML; 解析器说: {why}"))
    };
    if deeper_than(whole, DEEPEST) {
        return Err(text(
            format!("the XML cannot be read: more than {DEEPEST} elements deep"),
            format!("读不懂这段 XML: 元素嵌套超过 {DEEPEST} 层"),
        ));
    }
    let options = ParsingOptions { nodes_limit: MOST_ELEMENTS, ..ParsingOptions::default() };
    let document = Document::parse_with_options(whole, options)
        .map_err(|error| broken(short(&error.to_string())))?;
    let graph = document.descendants().find(|element| element.has_tag_name_any("graph"));
    let graph =
        graph.ok_or_else(|| text("no <graph>: no GraphML", "没有 <graph>: 不是 GraphML"))?;
    let keys = keys(&document);
    let mut draft = Draft { no_way_up: true, learns: true, ..Draft::default() };
    draft.plan.name = datum(&graph, &keys, "Network").unwrap_or_default();
    let places = nodes(&graph, &keys, &mut draft)?;
    edges(&graph, &keys, &places, &mut draft);
    behind_each(&places, &mut draft);
    draft.losses.say(
        "addresses, hosts and routes are not in the source: they are made here",
        "原文件里没有地址、主机和路由: 都是这里生成的",
    );
    Ok(draft)
}

/// Is any element deeper than this? Counted by the eye, before a parser that calls itself sees it.
fn deeper_than(whole: &str, most: usize) -> bool {
    let (mut depth, mut deepest) = (0usize, 0);
    for piece in whole.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap_or_default();
        match tag.as_bytes() {
            [b'/', ..] => depth = depth.saturating_sub(1),
            [b'!' | b'?', ..] | [.., b'/'] => {}
            _ => depth += 1,
        }
        deepest = deepest.max(depth);
    }
    deepest > most
}

trait Named {
    /// Of this name, in whatever namespace.
    fn has_tag_name_any(&self, name: &str) -> bool;
}

impl Named for Element<'_, '_> {
    fn has_tag_name_any(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

/// What the file's own abbreviations mean: `d29` is `Latitude`.
fn keys<'a>(document: &'a Document<'_>) -> HashMap<&'a str, &'a str> {
    let keys = document.root_element().children().filter(|child| child.has_tag_name_any("key"));
    keys.filter_map(|key| Some((key.attribute("id")?, key.attribute("attr.name")?))).collect()
}

fn datum(element: &Element<'_, '_>, keys: &HashMap<&str, &str>, name: &str) -> Option<String> {
    let is = |data: &Element<'_, '_>| {
        data.has_tag_name_any("data")
            && data
                .attribute("key")
                .is_some_and(|key| keys.get(key).copied().unwrap_or(key) == name)
    };
    let text = element.children().find(is)?.text()?.trim();
    (!text.is_empty()).then(|| text.chars().take(100).collect())
}

/// A node, and where on earth it is.
struct Spot {
    node: usize,
    at: Option<(f64, f64)>,
}

type Places = HashMap<String, Spot>;

fn nodes(
    graph: &Element<'_, '_>,
    keys: &HashMap<&str, &str>,
    draft: &mut Draft,
) -> Result<Places, Text> {
    let mut boxes = Boxes::default();
    let mut places = Places::new();
    for element in graph.children().filter(|child| child.has_tag_name_any("node")) {
        let Some(id) = element.attribute("id") else { continue };
        let label = datum(&element, keys, "label").unwrap_or_else(|| format!("n{id}"));
        let several = datum(&element, keys, "hyperedge").is_some_and(|words| words == "1");
        let kind = if several { Kind::Switch } else { Kind::Router };
        let node = boxes.add_as(&mut draft.plan, id, &label, kind)?;
        let number =
            |name| datum(&element, keys, name)?.parse::<f64>().ok().filter(|n| n.is_finite());
        let at = number("Latitude").zip(number("Longitude"));
        places.insert(id.to_owned(), Spot { node, at });
    }
    Ok(places)
}

fn edges(graph: &Element<'_, '_>, keys: &HashMap<&str, &str>, places: &Places, draft: &mut Draft) {
    let mut nowhere = 0;
    let mut jacks = Jacks::default();
    for edge in graph.children().filter(|child| child.has_tag_name_any("edge")) {
        let place = |end| places.get(edge.attribute(end)?);
        let Some((a, b)) = place("source").zip(place("target")).filter(|(a, b)| a.node != b.node)
        else {
            draft.losses.say(
                "a line from a node to itself or to nowhere: left out",
                "有网线连向自身或不存在的节点: 已略去",
            );
            continue;
        };
        if jacks.no_room(draft, [a.node, b.node]) {
            continue;
        }
        let cable = jacks.cable(draft, a.node, b.node);
        let knobs = &mut draft.plan.cables[cable].knobs;
        let speed = datum(&edge, keys, "LinkSpeedRaw").and_then(|words| words.parse::<f64>().ok());
        let sane = speed.map(f64::round).filter(|bps| (1000.0..=1e12).contains(bps));
        knobs.extend(sane.map(|bps| ("rate", show_rate(bps as u64))));
        match a.at.zip(b.at) {
            Some((a, b)) => knobs.push(("delay", format!("{}us", delay_us(a, b)))),
            None => nowhere += 1,
        }
    }
    if nowhere > 0 {
        draft.losses.say(
            format!(
                "{} no coordinates: the delay is that of a short cable",
                counted(nowhere, "line has", "lines have")
            ),
            format!("{nowhere} 条网线没有坐标: 时延按短网线计"),
        );
    }
}

/// Names of jacks that are taken, and how many lead from a node to another: nothing is counted twice.
#[derive(Default)]
struct Jacks {
    taken: HashSet<(usize, String)>,
    count: HashMap<(usize, usize), u32>,
    lines: HashMap<usize, u32>,
}

impl Jacks {
    /// Is there no room for one more cable? Then that is said.
    fn no_room(&self, draft: &mut Draft, ends: [usize; 2]) -> bool {
        let full = |node| self.lines.get(&node).is_some_and(|lines| *lines >= MOST_AT_ONE);
        let at_one = ends.into_iter().any(full);
        if at_one {
            draft.losses.say(
                format!("more than {MOST_AT_ONE} lines at one node: the others are left out"),
                format!("一个节点上的网线超过 {MOST_AT_ONE} 条: 其余已略去"),
            );
        } else if draft.plan.cables.len() >= MOST_CABLES {
            draft.losses.say(
                format!("more than {MOST_CABLES} lines: the others are left out"),
                format!("网线超过 {MOST_CABLES} 条: 其余已略去"),
            );
        }
        at_one || draft.plan.cables.len() >= MOST_CABLES
    }

    /// A cable whose jacks bear the names of those at the other end.
    fn cable(&mut self, draft: &mut Draft, a: usize, b: usize) -> usize {
        for node in [a, b] {
            *self.lines.entry(node).or_insert(0) += 1;
        }
        let plan = &mut draft.plan;
        let of_a = self.toward(a, b, &plan.nodes[b].name);
        let of_b = self.toward(b, a, &plan.nodes[a].name);
        plan.cable(Plug::jack(a, &of_a), Plug::jack(b, &of_b))
    }

    /// `paris`, `paris-2`, ..
    fn toward(&mut self, from: usize, to: usize, name: &str) -> String {
        let count = self.count.entry((from, to)).or_insert(0);
        loop {
            *count += 1;
            let jack = if *count == 1 { name.to_owned() } else { format!("{name}-{count}") };
            if self.taken.insert((from, jack.clone())) {
                return jack;
            }
        }
    }
}

/// The great circle at the speed of light in glass, in microseconds, at least one.
fn delay_us(a: (f64, f64), b: (f64, f64)) -> u64 {
    let [a, b] =
        [a, b].map(|(latitude, longitude)| (latitude.to_radians(), longitude.to_radians()));
    let half = |angle: f64| (angle / 2.0).sin().powi(2);
    let h = half(b.0 - a.0) + a.0.cos() * b.0.cos() * half(b.1 - a.1);
    let km = 2.0 * 6371.0 * h.clamp(0.0, 1.0).sqrt().asin();
    ((km * NS_A_KM / 1000.0).round() as u64).max(1)
}

/// A host behind every router, as long as there is room.
fn behind_each(places: &Places, draft: &mut Draft) {
    let plan = &mut draft.plan;
    let mut routers: Vec<usize> = places.values().map(|spot| spot.node).collect();
    routers.retain(|&node| plan.nodes[node].kind == Kind::Router);
    routers.sort_unstable();
    if plan.nodes.len() + routers.len() > MOST_NODES {
        return;
    }
    let mut names = crate::plan::Names::default();
    plan.nodes.iter().for_each(|node| drop(names.take(&node.name)));
    for router in routers {
        let name = names.take(&format!("{}-pc", plan.nodes[router].name));
        let host = plan.node(name, Kind::Host);
        plan.cable(Plug::jack(host, "eth0"), Plug::jack(router, "lan"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_needs_its_time() {
        let (amsterdam, london) = ((52.37, 4.89), (51.51, -0.13));
        assert!((1700..1900).contains(&delay_us(amsterdam, london)), "358 km, 1.8 ms");
        assert_eq!(delay_us(london, london), 1);
    }
}
