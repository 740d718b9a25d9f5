//! Every filter that a lab or a document of this checkout holds.
#![allow(clippy::disallowed_methods, reason = "a test reads labs and documents from the disk")]

use catenet_lab::gallery;
use language::expect::Test;
use language::fields::FIELDS;
use language::{Filter, Lab};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Has tshark a word for each field of it?
pub(crate) fn known_to_wireshark(filter: &Filter) -> bool {
    let layers = filter.fields().into_iter().filter_map(|id| FIELDS.get(id));
    layers.into_iter().all(|field| !field.layer.is_empty())
}

pub(crate) fn filters() -> Vec<String> {
    let mut found = BTreeSet::new();
    for name in gallery::names() {
        let lab = super::lab(name, gallery::text(name).expect("shipped"));
        of_lab(&lab, &mut found);
        lab.overlays.iter().for_each(|overlay| of_lab(&overlay.lab, &mut found));
    }
    of_texts(&mut found);
    // The document shows what Wireshark 4.0 does not read, and says so below.
    let differ: Vec<String> = super::differences().into_iter().map(|(filter, ..)| filter).collect();
    found.retain(|filter| !differ.contains(filter));
    assert!(found.len() > 40, "only {} filters in labs and documents", found.len());
    found.into_iter().collect()
}

fn of_lab(lab: &Lab, found: &mut BTreeSet<String>) {
    let checks = lab.checks.iter().chain(lab.tasks.iter().map(|task| &task.check));
    for (test, _) in checks.flat_map(|check| check.expect.tests()) {
        let filters: Vec<&Filter> = match test {
            Test::Count(frames, ..) | Test::Copies(frames, ..) | Test::Bytes(frames, ..) => {
                vec![&frames.filter]
            }
            Test::Before(first, second) => vec![first, second],
            Test::Events { filter, .. } => filter.iter().collect(),
            _ => Vec::new(),
        };
        let known = filters.into_iter().filter(|filter| known_to_wireshark(filter));
        found.extend(known.map(|filter| filter.as_str().to_owned()));
    }
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut files: Vec<PathBuf> = ["README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        .map(|name| root.join(name))
        .into();
    files.push(root.join("labs/captures.toml"));
    let docs = std::fs::read_dir(root.join("docs")).into_iter().flatten().flatten();
    files.extend(docs.map(|entry| entry.path()).filter(|path| path.is_file()));
    files
}

/// A document.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Between backquotes or quotes, and inside `count(..)`: whatever reads as a filter is one.
fn of_texts(found: &mut BTreeSet<String>) {
    for path in documents() {
        // Where filters.md says that Wireshark differs, it does.
        let text = read(&path);
        let text = text.split("differs on purpose").next().unwrap_or("").replace("\\\"", "\u{1}");
        for mark in ['`', '\'', '"'] {
            for part in text.lines().flat_map(|line| line.split(mark).skip(1).step_by(2)) {
                keep(&part.replace('\u{1}', "\""), found);
            }
        }
        for part in text.split("count(").skip(1).filter_map(|rest| rest.split(") ").next()) {
            keep(&part.replace('\u{1}', "\""), found);
        }
    }
}

fn keep(text: &str, found: &mut BTreeSet<String>) {
    if let Ok(filter) = Filter::parse(text, FIELDS)
        && known_to_wireshark(&filter)
    {
        found.insert(text.to_owned());
    }
}
