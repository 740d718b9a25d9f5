//! containerlab: `*.clab.yml`.
//!
//! ```yaml
//! name: two
//! topology:
//!   nodes:
//!     r1: { kind: linux, image: frrouting/frr, exec: [ip addr add 10.0.0.1/24 dev eth1] }
//!     br: { kind: bridge }
//!   links:
//!     - endpoints: ["r1:eth1", "br:eth1"]
//! ```
//! Images are not run. `linux` with one cable is a host, with several a router; a bridge is a switch;
//! every other kind is a router whose own system is left out.

use language::Text;
use language::diagnostic::text;
use serde_json::Value;

use crate::import::Draft;
use crate::import::boxes::Boxes;
use crate::import::commands::carry_out;
use crate::import::losses::short;
use crate::plan::Kind;

/// Nesting, nodes and repeated aliases of the YAML; a topology is flat.
const DEEPEST: usize = 32;
const MOST_VALUES: usize = 200_000;

/// Reads the file.
pub(super) fn read(whole: &str) -> Result<Draft, Text> {
    let root = yaml(whole)?;
    let no_topology = || {
        text(
            "no `topology:` with `nodes:`: no file of containerlab",
            "没有 `topology:` 和 `nodes:`: 不是 containerlab 的文件",
        )
    };
    let topology = root.get("topology").ok_or_else(no_topology)?;
    let nodes = topology.get("nodes").and_then(Value::as_object).ok_or_else(no_topology)?;
    let mut draft = Draft::default();
    draft.plan.name = root.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let links: Vec<[String; 2]> = ends(topology, &mut draft);
    let mut boxes = Boxes::default();
    for (name, node) in nodes {
        let kind = kind(topology, node);
        let cables =
            links.iter().flatten().filter(|end| end.split(':').next() == Some(name)).count();
        let made = match kind.as_str() {
            "bridge" | "ovs-bridge" => Kind::Switch,
            "linux" | "host" if cables <= 1 => Kind::Host,
            _ => Kind::Router,
        };
        boxes.add(&mut draft.plan, name, made)?;
        lost_system(&kind, name, &mut draft);
    }
    cables(&links, &mut draft, &mut boxes);
    for (name, node) in nodes {
        inside(topology, name, node, &mut draft, &boxes);
    }
    Ok(draft)
}

fn yaml(whole: &str) -> Result<Value, Text> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            max_nodes: MOST_VALUES,
            max_events: 2 * MOST_VALUES,
            max_documents: 1,
        },
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(whole, options).map_err(|error| {
        let why = short(error.to_string().lines().next().unwrap_or_default());
        text(format!("the YAML cannot be read: {why}"), format!("读不懂这段 YAML; 解析器说: {why}"))
    })
}

/// A node's kind: its own, its group's or the default.
fn kind(topology: &Value, node: &Value) -> String {
    let own = node.get("kind").or_else(|| {
        let group = node.get("group")?.as_str()?;
        topology.get("groups")?.get(group)?.get("kind")
    });
    let kind = own.or_else(|| topology.get("defaults")?.get("kind"));
    kind.and_then(Value::as_str).unwrap_or("linux").to_owned()
}

/// A network system of its own is not run; what it would have learnt is computed.
fn lost_system(kind: &str, name: &str, draft: &mut Draft) {
    if !["linux", "host", "bridge", "ovs-bridge"].contains(&kind) {
        draft.learns = true;
        let (kind, name) = (short(kind), short(name));
        draft.losses.say(
            format!("{name}: its system ({kind}) is not run: a router of Catenet stands in for it, with static routes"),
            format!("{name}: 不运行它的系统 ({kind}): 由 Catenet 的路由器代替, 用静态路由"),
        );
    }
}

/// The two ends of each link, as `node:jack`; other kinds of links are said.
fn ends(topology: &Value, draft: &mut Draft) -> Vec<[String; 2]> {
    let mut found = Vec::new();
    for link in topology.get("links").and_then(Value::as_array).into_iter().flatten() {
        let ends = link.get("endpoints").and_then(Value::as_array);
        let end = |end: &Value| match end {
            Value::String(words) => Some(words.clone()),
            end => {
                Some(format!("{}:{}", end.get("node")?.as_str()?, end.get("interface")?.as_str()?))
            }
        };
        let both: Vec<String> = ends.into_iter().flatten().filter_map(end).collect();
        match <[String; 2]>::try_from(both) {
            Ok(both) => found.push(both),
            Err(_) => {
                let kind = short(link.get("type").and_then(Value::as_str).unwrap_or("?"));
                draft.losses.say(
                    format!("a link of type {kind} does not join two nodes: left out"),
                    format!("{kind} 类型的链路不是连接两个节点: 已略去"),
                );
            }
        }
        if let Some(mtu) = link.get("mtu").filter(|mtu| mtu.as_u64() != Some(1500)) {
            let mtu = short(&mtu.to_string());
            draft.losses.say(
                format!("a link's mtu {mtu} is 1500 here"),
                format!("链路的 mtu {mtu} 在这里为 1500"),
            );
        }
    }
    found
}

fn cables(links: &[[String; 2]], draft: &mut Draft, boxes: &mut Boxes) {
    for [a, b] in links {
        let end = |end: &str| {
            let (node, jack) = end.split_once(':')?;
            Some((boxes.node(node)?, jack.to_owned()))
        };
        let ends = end(a).zip(end(b));
        let cable = ends.and_then(|((a, of_a), (b, of_b))| {
            boxes.cable(&mut draft.plan, (a, &of_a), (b, &of_b))
        });
        if cable.is_none() {
            let (a, b) = (short(a), short(b));
            draft.losses.say(
                format!(
                    "the link {a} - {b} leaves the lab, or one of its jacks is taken: left out"
                ),
                format!("链路 {a} - {b} 通往实验之外, 或网口已被占用: 已略去"),
            );
        }
    }
}

/// What is said inside a node: its `exec` lines are carried out, what has no counterpart is said.
fn inside(topology: &Value, name: &str, node: &Value, draft: &mut Draft, boxes: &Boxes) {
    let Some(number) = boxes.node(name) else { return };
    let exec = node.get("exec").and_then(Value::as_array).into_iter().flatten();
    let lines: Vec<&str> = exec.filter_map(Value::as_str).collect();
    let Draft { plan, losses, learns, .. } = draft;
    *learns |= carry_out(&lines.join("\n"), number, plan, boxes, losses);
    let defaults = topology.get("defaults").and_then(Value::as_object).into_iter().flatten();
    for (key, _) in node.as_object().into_iter().flatten().chain(defaults) {
        let known = ["kind", "exec", "group", "labels", "mgmt-ipv4", "mgmt-ipv6", "position"];
        match key.as_str() {
            key if known.contains(&key) => {}
            "image" => losses.say(
                "images are not run: machines are Catenet's own, with its own programs",
                "不运行镜像: 机器都是 Catenet 自己的, 程序也是",
            ),
            key => {
                let (key, name) = (short(key), short(name));
                losses.say(
                    format!("{name}: `{key}` is not carried over"),
                    format!("{name}: 未能导入 `{key}`"),
                );
            }
        }
    }
}
