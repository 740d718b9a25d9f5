//! The JSON Schema of a lab file, for editors: what `catenet schema` prints.
//!
//! Made from the very lists of keys that the reader holds a file to, so that no key is in one and
//! not in the other (`every_key_has_a_shape`). Names, addresses and expressions are the reader's to
//! judge: the schema knows shapes only. A text may be `{NAME}` wherever a number stands.

use serde_json::{Map, Value, json};

use crate::read::keys::{
    CHECK, JACK, LINK, MACHINE, NETWORK, ONE_WAY, RUN, SCALARS, SCRIPT, SWITCH, TABLES, TASK,
};

/// The schema (draft 2020-12).
pub fn schema() -> Value {
    let top = SCALARS.iter().chain(TABLES).copied();
    let overlay = top.clone().filter(|key| !crate::parse::NOT_IN_OVERLAYS.contains(key));
    let mut whole = object(&top.collect::<Vec<_>>(), top_level);
    let mut broken = object(&overlay.clone().collect::<Vec<_>>(), top_level);
    whole["$defs"] = json!({
        "sentence": { "anyOf": [
            { "type": "string" },
            { "type": "object", "properties": { "en": { "type": "string" }, "zh": { "type": "string" } }, "additionalProperties": false },
        ] },
        "machine": { "anyOf": [{ "type": "string" }, strings(), object(MACHINE, machine)] },
        "cable": { "anyOf": [{ "type": "string" }, object(LINK, link)] },
        "overlay": object(&overlay.collect::<Vec<_>>(), top_level),
    });
    // [broken.NAME] stands beside the keys of [broken] itself.
    broken["additionalProperties"] = json!({ "$ref": "#/$defs/overlay" });
    whole["properties"]["broken"] = broken;
    whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    whole["title"] = json!("Catenet lab");
    whole["required"] = json!(["lab"]);
    whole
}

/// A closed table: these keys, each with its shape.
fn object(keys: &[&str], shape: fn(&str) -> Value) -> Value {
    let properties: Map<String, Value> =
        keys.iter().map(|key| ((*key).to_owned(), shape(key))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn string() -> Value {
    json!({ "type": "string" })
}

fn strings() -> Value {
    json!({ "type": "array", "items": { "type": "string" } })
}

fn one_or_more(one: Value) -> Value {
    json!({ "anyOf": [one, { "type": "array", "items": one }] })
}

fn number() -> Value {
    json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^\\{[A-Za-z][A-Za-z0-9_-]*\\}$" }] })
}

fn named(one: Value) -> Value {
    json!({ "type": "object", "additionalProperties": one })
}

fn sentence() -> Value {
    json!({ "$ref": "#/$defs/sentence" })
}

fn top_level(key: &str) -> Value {
    match key {
        "title" | "about" => sentence(),
        "version" => json!({ "const": 1 }),
        "clock" => json!({ "enum": ["virtual", "real"] }),
        "seed" => number(),
        // A date of TOML's own; as JSON it is a text.
        "epoch" => json!({ "type": ["string", "object"] }),
        "student" => json!({ "type": ["string", "integer"] }),
        "links" => one_or_more(json!({ "$ref": "#/$defs/cable" })),
        "include" | "fixed" => one_or_more(string()),
        "variables" => named(json!({ "type": ["string", "number", "object"] })),
        "networks" => named(json!({ "anyOf": [string(), object(NETWORK, |_| string())] })),
        "switches" => named(object(SWITCH, switch)),
        "routers" | "hosts" => named(json!({ "$ref": "#/$defs/machine" })),
        "publish" | "capture" => named(string()),
        "script" => one_or_more(object(SCRIPT, |_| string())),
        "check" => one_or_more(object(CHECK, check)),
        "task" => one_or_more(object(TASK, check)),
        "solution" => json!({ "$ref": "#/$defs/overlay" }),
        "lab" | "duration" | "domain" | "resolver" | "broken" => string(),
        _ => Value::Null,
    }
}

fn switch(key: &str) -> Value {
    match key {
        "title" => sentence(),
        "stp" => json!({ "type": "boolean" }),
        "cpu" => string(),
        _ => Value::Null,
    }
}

fn machine(key: &str) -> Value {
    let run = json!({ "anyOf": [string(), object(RUN, |_| string())] });
    let jack = json!({ "anyOf": [string(), strings(), object(JACK, jack)] });
    match key {
        "title" => sentence(),
        "net" | "ip" | "name" | "names" | "routes" => one_or_more(string()),
        "run" => one_or_more(run),
        "jacks" => named(jack),
        "mac" | "gateway" | "resolver" | "cpu" | "real" => string(),
        _ => Value::Null,
    }
}

fn jack(key: &str) -> Value {
    match key {
        "ip" => one_or_more(string()),
        "net" | "mac" => string(),
        _ => Value::Null,
    }
}

fn link(key: &str) -> Value {
    match key {
        "link" | "name" => string(),
        "reverse" => object(ONE_WAY, link),
        "mtu" => number(),
        // Quantities with units; a bare 0 is one, too.
        _ if ONE_WAY.contains(&key) => json!({ "type": ["string", "number"] }),
        _ => Value::Null,
    }
}

fn check(key: &str) -> Value {
    match key {
        "text" | "hint" => sentence(),
        "always" => json!({ "type": "boolean" }),
        "points" => number(),
        "expect" | "within" | "after" => string(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_shape() {
        fn nulls(at: &str, value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Null => found.push(at.to_owned()),
                Value::Object(map) => {
                    map.iter().for_each(|(key, value)| nulls(&format!("{at}.{key}"), value, found));
                }
                Value::Array(list) => list.iter().for_each(|value| nulls(at, value, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        nulls("", &schema(), &mut found);
        assert_eq!(found, Vec::<String>::new());
        let properties = schema()["properties"].as_object().map_or(0, Map::len);
        assert_eq!(properties, SCALARS.len() + TABLES.len());
    }
}
