//! `show`: the lab, a node, one of its tables.

use crate::args::Show;
use crate::client::{Client, block_on, encode};
use crate::say::{Context, Exit, Failure, print};
use crate::table;
use serde_json::Value;
use service::api::LabView;

/// Shows what was named.
pub fn run(context: &Context, show: &Show) -> Result<Exit, Failure> {
    block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        let text = match (&show.node, &show.table) {
            _ if show.file => client.get_text(&format!("/labs/{lab}/file")).await?,
            (None, _) => whole(context, client.get(&format!("/labs/{lab}")).await?),
            (Some(node), None) => {
                tables(context, client.get(&format!("/labs/{lab}/nodes/{}", encode(node))).await?)
            }
            (Some(node), Some(table)) => {
                let value: Value = client
                    .get(&format!("/labs/{lab}/nodes/{}/{}", encode(node), encode(table)))
                    .await?;
                if context.json { format!("{value}\n") } else { one(table, &value) }
            }
        };
        print(&text)?;
        Ok(Exit::DONE)
    })
}

fn whole(context: &Context, view: LabView) -> String {
    if context.json {
        return format!("{}\n", serde_json::json!(view));
    }
    let nodes: Vec<Vec<String>> = view
        .nodes_list
        .into_iter()
        .map(|node| {
            let power = if node.powered { ("on", "开") } else { ("off", "关") };
            vec![
                node.name,
                node.kind,
                context.say(power.0, power.1),
                node.addresses.join(" "),
                node.names.join(" "),
            ]
        })
        .collect();
    let links: Vec<Vec<String>> = view
        .links
        .into_iter()
        .map(|link| {
            let back = if link.forward == link.backward { String::new() } else { link.backward };
            vec![link.name, link.a, link.b, link.state, link.forward, back]
        })
        .collect();
    let head = table::head(
        context.lang,
        ["NODE", "KIND", "POWER", "ADDRESSES", "NAMES"],
        ["节点", "类型", "电源", "地址", "名字"],
    );
    let nodes = table::render(&head, &nodes);
    let head = table::head(
        context.lang,
        ["LINK", "A", "B", "STATE", "A TO B", "B TO A"],
        ["链路", "A", "B", "状态", "A 到 B", "B 到 A"],
    );
    let links = table::render(&head, &links);
    format!("{nodes}\n{links}")
}

fn tables(context: &Context, value: Value) -> String {
    let Value::Object(tables) = &value else { return format!("{value}\n") };
    if context.json {
        return format!("{value}\n");
    }
    let parts: Vec<String> = tables.iter().map(|(name, table)| one(name, table)).collect();
    parts.join("\n")
}

/// One table: rows of like objects become columns, anything else indented lines.
fn one(name: &str, value: &Value) -> String {
    match rows(value) {
        Some((head, rows)) => {
            let head: Vec<&str> = head.iter().map(String::as_str).collect();
            format!("{}\n{}", name.to_uppercase(), table::render(&head, &rows))
        }
        None => {
            let mut text = format!("{}\n", name.to_uppercase());
            indent(value, 1, &mut text);
            text
        }
    }
}

type Rows = (Vec<String>, Vec<Vec<String>>);

fn rows(value: &Value) -> Option<Rows> {
    let (keys, entries): (Vec<Option<&String>>, Vec<&Value>) = match value {
        Value::Array(list) => (list.iter().map(|_| None).collect(), list.iter().collect()),
        Value::Object(map) => map.iter().map(|(key, entry)| (Some(key), entry)).unzip(),
        _ => return None,
    };
    let first = entries.first()?.as_object()?;
    let columns: Vec<&String> = first.keys().collect();
    let mut rows = Vec::new();
    for (key, entry) in keys.iter().zip(&entries) {
        let entry = entry.as_object()?;
        if entry.len() != columns.len() || entry.values().any(|cell| cell.is_object()) {
            return None;
        }
        let cells = columns.iter().map(|column| entry.get(*column).map_or(String::new(), plain));
        rows.push(key.iter().map(|key| (*key).clone()).chain(cells).collect());
    }
    let keyed = keys.iter().any(Option::is_some).then(|| "key".to_owned());
    Some((keyed.into_iter().chain(columns.into_iter().cloned()).collect(), rows))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn indent(value: &Value, depth: usize, text: &mut String) {
    let margin = "  ".repeat(depth);
    match value {
        Value::Object(map) => {
            for (key, part) in map {
                if part.is_object()
                    || part.as_array().is_some_and(|list| list.iter().any(Value::is_object))
                {
                    text.push_str(&format!("{margin}{key}:\n"));
                    indent(part, depth + 1, text);
                } else {
                    text.push_str(&format!("{margin}{key}: {}\n", plain(part)));
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|part| indent(part, depth, text)),
        other => text.push_str(&format!("{margin}{}\n", plain(other))),
    }
}
