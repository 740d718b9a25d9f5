//! The published table of fields is the table: `docs/fields.md` is made from it.
//!
//! `UPDATE=1 cargo test -p catenet-language --test fields` writes it anew.
#![allow(clippy::disallowed_methods, reason = "a test reads and writes a document")]

use catenet_language::fields::{FIELDS, Field, describe};
use std::fmt::Write as _;
use std::path::Path;

/// What people call a layer of the table.
fn title(layer: &str) -> String {
    match layer {
        "" => "Catenet's own words".to_owned(),
        layer => format!("`{layer}`: {}", describe(layer).en),
    }
}

fn document() -> String {
    let mut out = String::from(
        "# Fields\n\n\
         Every field that [filters](filters.md) may name, made from the table in the code\n\
         (`crates/8-world/language/src/fields.rs`). Names and types are Wireshark's, but for the first group. A\n\
         number's width says which values a filter accepts; `number (64)` takes all.\n",
    );
    let mut layers: Vec<&str> = FIELDS.0.iter().map(|field| field.layer).collect();
    layers.dedup();
    for layer in layers {
        write!(
            out,
            "\n## {}\n\n| field | type | what it is | 含义 |\n|---|---|---|---|\n",
            title(layer)
        )
        .expect("a string");
        let rows = FIELDS.0.iter().filter(|field| field.layer == layer);
        rows.for_each(|field| out.push_str(&row(field)));
    }
    out
}

fn row(field: &Field) -> String {
    let (kind, about) = (field.kind.word().en, describe(field.name));
    let kind = match kind.as_str() {
        "number" => format!("number ({})", field.bits),
        kind => kind.to_owned(),
    };
    format!("| `{}` | {kind} | {} | {} |\n", field.name, about.en, about.zh)
}

#[test]
fn the_published_table_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/fields.md");
    let made = document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).expect("docs is there");
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == made, "docs/fields.md is not the table: UPDATE=1 writes it anew");
}
