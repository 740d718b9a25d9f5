//! MiniEdit: Mininet's editor writes hosts, switches and links as JSON (`*.mn`).
//!
//! Hosts without an address get Mininet's own: the next of `ipBase`, 10.0.0.0/8 by default.

use ipnet::Ipv4Net;
use language::Text;
use language::diagnostic::text;
use language::quantity::{parse_duration, show_rate};
use serde_json::Value;
use std::net::Ipv4Addr;

use crate::import::Draft;
use crate::import::boxes::Boxes;
use crate::import::losses::short;
use crate::plan::{Kind, Plan};

/// Reads the file.
pub(super) fn read(whole: &str) -> Result<Draft, Text> {
    let root: Value = serde_json::from_str(whole).map_err(|error| {
        // At the end of a line the parser counts the column from 0.
        let (line, column) = (error.line(), error.column().max(1));
        text(
            format!("line {line}, column {column}: not JSON, so no file of MiniEdit"),
            format!("第 {line} 行第 {column} 列: 不是 JSON, 因此不是 MiniEdit 的文件"),
        )
    })?;
    if root.get("hosts").is_none() && root.get("switches").is_none() {
        return Err(text(
            "neither hosts nor switches: no file of MiniEdit",
            "既没有 hosts 也没有 switches: 不是 MiniEdit 的文件",
        ));
    }
    let mut draft = Draft::default();
    let mut boxes = Boxes::default();
    switches(&root, &mut draft, &mut boxes)?;
    let hosts = hosts(&root, &mut draft, &mut boxes)?;
    links(&root, &mut draft, &mut boxes);
    addresses(&root, &hosts, &mut draft);
    controllers(&root, &mut draft);
    Ok(draft)
}

fn list<'a>(root: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    root.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn opt<'a>(item: &'a Value, key: &str) -> Option<&'a Value> {
    item.get("opts")?.get(key)
}

fn words<'a>(item: &'a Value, key: &str) -> &'a str {
    opt(item, key).and_then(Value::as_str).unwrap_or_default()
}

fn switches(root: &Value, draft: &mut Draft, boxes: &mut Boxes) -> Result<(), Text> {
    for switch in list(root, "switches") {
        let name = words(switch, "hostname");
        let kind = match words(switch, "switchType") {
            "legacyRouter" => Kind::Router,
            _ => Kind::Switch,
        };
        boxes.add(&mut draft.plan, name, kind)?;
    }
    Ok(())
}

/// The hosts, each with the address that it asks for.
fn hosts(root: &Value, draft: &mut Draft, boxes: &mut Boxes) -> Result<Vec<(usize, String)>, Text> {
    let mut found = Vec::new();
    for host in list(root, "hosts") {
        let name = words(host, "hostname");
        let node = boxes.add(&mut draft.plan, name, Kind::Host)?;
        let gateway = words(host, "defaultRoute").trim_start_matches("via ").trim();
        draft.plan.nodes[node].gateway = gateway.parse().ok();
        found.push((node, words(host, "ip").to_owned()));
        for key in ["startCommand", "stopCommand"] {
            let command = short(words(host, key));
            if !command.is_empty() {
                let name = short(name);
                draft.losses.say(
                    format!("{name}: {key} is not carried over: {command}"),
                    format!("{name}: 未能导入 {key}: {command}"),
                );
            }
        }
        for key in ["externalInterfaces", "privateDirectory", "vlanInterfaces"] {
            if opt(host, key).and_then(Value::as_array).is_some_and(|list| !list.is_empty()) {
                let name = short(name);
                draft.losses.say(
                    format!("{name}: {key} has no counterpart here"),
                    format!("{name}: {key} 在这里没有对应"),
                );
            }
        }
    }
    Ok(found)
}

fn links(root: &Value, draft: &mut Draft, boxes: &mut Boxes) {
    for link in list(root, "links") {
        let end = |key| link.get(key).and_then(Value::as_str).unwrap_or_default();
        let (src, dest) = (end("src"), end("dest"));
        let nodes = boxes.node(src).zip(boxes.node(dest));
        let cable = nodes.and_then(|(a, b)| {
            let jacks = [a, b].map(|node| format!("eth{}", draft.plan.nodes[node].jacks.len()));
            boxes.cable(&mut draft.plan, (a, &jacks[0]), (b, &jacks[1]))
        });
        match cable {
            Some(cable) => knobs(link, cable, draft),
            // A switch's line to its controller; said once below.
            None if list(root, "controllers")
                .any(|c| [src, dest].contains(&words(c, "hostname"))) => {}
            None => {
                let (src, dest) = (short(src), short(dest));
                draft.losses.say(
                    format!("the link {src} - {dest} has no two ends: left out"),
                    format!("链路 {src} - {dest} 缺少端点: 已略去"),
                );
            }
        }
    }
}

/// `bw` in Mbit/s, `delay` and `jitter` with a unit, `loss` in percent, `max_queue_size` in frames.
fn knobs(link: &Value, cable: usize, draft: &mut Draft) {
    let Some(options) = link.get("opts").and_then(Value::as_object) else { return };
    for (key, value) in options {
        let number = value.as_f64().or_else(|| value.as_str().and_then(|words| words.parse().ok()));
        let within = |low: f64, high: f64| number.filter(|n| (low..=high).contains(n));
        let span =
            || value.as_str().filter(|words| parse_duration(words).is_ok()).map(str::to_owned);
        let knob = match key.as_str() {
            "bw" => within(0.001, 100_000.0)
                .map(|mbit| ("rate", show_rate((mbit * 1e6).round() as u64))),
            "delay" => span().map(|span| ("delay", span)),
            "jitter" => span().map(|span| ("jitter", span)),
            "loss" => within(0.0, 100.0).map(|percent| ("loss", format!("{percent}%"))),
            "max_queue_size" => within(1.0, 1e6).map(|n| ("queue", format!("{}", n.round()))),
            _ => None,
        };
        match knob {
            Some(knob) => draft.plan.cables[cable].knobs.push(knob),
            None if value.as_str() == Some("") => {}
            None => {
                let (key, value) = (short(key), short(&value.to_string()));
                draft.losses.say(
                    format!("a link's {key} = {value} is not carried over"),
                    format!("未能导入链路的 {key} = {value}"),
                );
            }
        }
    }
}

fn addresses(root: &Value, hosts: &[(usize, String)], draft: &mut Draft) {
    let base = root.get("application").and_then(|app| app.get("ipBase")).and_then(Value::as_str);
    let ten = Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8);
    let base: Ipv4Net = base.and_then(|words| words.parse().ok()).unwrap_or(ten);
    let mut taken: Vec<Ipv4Addr> = Vec::new();
    let given = |words: &str| match words.contains('/') {
        true => words.parse::<Ipv4Net>().ok(),
        false => Ipv4Net::new(words.parse().ok()?, base.prefix_len()).ok(),
    };
    taken.extend(hosts.iter().filter_map(|(_, words)| given(words)).map(|net| net.addr()));
    let mut free = base.hosts();
    for (node, words) in hosts {
        let next = || {
            let address = free.find(|address| !taken.contains(address))?;
            Ipv4Net::new(address, base.prefix_len()).ok()
        };
        let Some(address) = given(words).or_else(next) else { continue };
        give(&mut draft.plan, *node, address);
    }
}

fn give(plan: &mut Plan, node: usize, address: Ipv4Net) {
    if let Some(jack) = plan.nodes[node].jacks.first_mut() {
        jack.addresses.push(address);
    }
}

fn controllers(root: &Value, draft: &mut Draft) {
    let names: Vec<String> =
        list(root, "controllers").map(|c| short(words(c, "hostname"))).take(10).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        draft.losses.say(
            format!("no OpenFlow here: {names} left out, the switches learn by themselves"),
            format!("这里没有 OpenFlow: 已略去 {names}, 交换机自己学习"),
        );
    }
}
