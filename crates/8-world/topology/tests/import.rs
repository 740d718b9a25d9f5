//! Labs of other tools become labs that boot; what is lost is said; hostile files are refused.
//!
//! `tests/foreign/` holds samples of our own in each tool's format. Beside each, `NAME.lab.toml` is
//! what comes out and `NAME.losses.txt` what is said (`UPDATE=1` writes them anew).
#![allow(clippy::disallowed_methods, reason = "a test reads its samples from the disk")]

use std::fs;
use std::path::{Path, PathBuf};

use base::Lang;
use catenet_topology::import::{Format, Imported, Source, import};
use lab::read_lab;
use lab::run::{Options, test};
use language::{Lab, Text, render};

fn foreign(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign").join(file)
}

fn from_disk(file: &str) -> Imported {
    let path = foreign(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let mut beside: Vec<(String, String)> = Vec::new();
    if file.ends_with("lab.conf") {
        for entry in fs::read_dir(path.parent().expect("a folder")).expect("a folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            beside.push((name, fs::read_to_string(entry.path()).expect("a text")));
        }
        beside.sort();
    }
    let file = path.file_name().expect("a name").to_string_lossy();
    let folder = path.parent().and_then(Path::file_name).expect("a folder").to_string_lossy();
    import(&Source { file: &file, folder: &folder, text: &text, beside: &beside }, Lang::En)
        .unwrap_or_else(|why| panic!("{file}: {}", why.en))
}

fn lab(imported: &Imported) -> Lab {
    read_lab(imported.text.as_bytes(), "imported.toml")
        .unwrap_or_else(|mistakes| panic!("{}\n{}", render(&mistakes, Lang::En), imported.text))
}

fn passes(lab: &Lab) -> bool {
    let folder = |_: &str| Vec::new();
    let options = Options { seed: 1, lang: Lang::En, folder: &folder, capture: false };
    test(lab, &options).expect("it boots").passed()
}

#[test]
fn every_sample_becomes_a_lab_whose_check_can_fail() {
    let samples = [
        "pair.clab.yml",
        "fabric.clab.yml",
        "kathara/lab.conf",
        "frr/lab.conf",
        "triangle.mn",
        "north.graphml",
    ];
    let update = std::env::var("UPDATE").is_ok();
    for sample in samples {
        let imported = from_disk(sample);
        let lab = lab(&imported);
        assert_eq!(lab.checks.len(), 1, "{sample}: {:?}\n{}", imported.losses, imported.text);
        assert!(passes(&lab), "{sample}");
        assert!(
            !passes(&lab.with_overlay("broken").expect("one")),
            "{sample} holds with a cable cut"
        );
        let said = |lang| imported.losses.iter().map(move |loss| format!("{}\n", loss.get(lang)));
        assert!(imported.losses.iter().all(|loss| !loss.en.is_empty() && !loss.zh.is_empty()));
        let losses: String = said(Lang::En).chain(said(Lang::Zh)).collect();
        let base = sample.trim_end_matches("/lab.conf").split('.').next().expect("a name");
        for (end, now) in [("lab.toml", &imported.text), ("losses.txt", &losses)] {
            let path = foreign(&format!("{base}.{end}"));
            if update {
                fs::write(&path, now).expect("written");
            }
            assert_eq!(*now, fs::read_to_string(&path).unwrap_or_default(), "{path:?}");
        }
    }
}

fn refused(file: &str, text: &str) -> Text {
    match import(&Source { file, folder: "", text, beside: &[] }, Lang::En) {
        Err(why) => why,
        Ok(imported) => panic!("{file}: accepted: {}", imported.text),
    }
}

#[test]
fn what_is_no_lab_is_refused_in_both_languages() {
    let cases = [
        ("notes.txt", "hello", "containerlab"),
        ("x.mn", "{ \"hosts\": [", "line 1"),
        ("x.mn", "{}", "hosts"),
        ("x.mn", "{ \"hosts\": [] }", "no machine"),
        ("x.clab.yml", "name: [", "YAML"),
        ("x.clab.yml", "name: x", "topology"),
        ("x.graphml", "<graphml></graph>", "XML"),
        ("x.graphml", "<graphml/>", "<graph>"),
        ("lab.conf", "pc1[0]=\"A\"\nwhat is this", "lab.conf:2"),
    ];
    for (file, text, part) in cases {
        let why = refused(file, text);
        assert!(why.en.contains(part), "{file}: {}", why.en);
        assert!(!why.zh.is_ascii(), "{file}: {}", why.zh);
    }
}

/// Bombs of each format: refused, and soon.
#[test]
fn hostile_files_cost_little() {
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><graphml>&b;</graphml>";
    refused("x.graphml", laughs);
    refused("x.graphml", &format!("{}{}", "<a>".repeat(400_000), "</a>".repeat(400_000)));
    refused("x.graphml", "<a>".repeat(400_000).as_str());
    let many: String = (0..5000).map(|n| format!("<node id=\"{n}\"/>")).collect();
    let why = refused("x.graphml", &format!("<graphml><graph>{many}</graph></graphml>"));
    assert!(why.en.contains("nodes"), "{}", why.en);
    let lines = "<edge source=\"0\" target=\"1\"/>".repeat(130_000);
    let two = "<node id=\"0\"/><node id=\"1\"/>";
    let parallel = format!("<graphml><graph>{two}{lines}</graph></graphml>");
    let source = Source { file: "x.graphml", folder: "", text: &parallel, beside: &[] };
    let said = match import(&source, Lang::En) {
        Ok(imported) => imported.losses.iter().map(|loss| loss.en.clone()).collect(),
        Err(why) => why.en,
    };
    assert!(said.contains("more than 512 lines at one node"), "{said}");
    let aliases: String =
        (1..40).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
    refused("x.clab.yml", &format!("a0: &a0 [x, x]\n{aliases}topology: {{ nodes: *a39 }}"));
    refused("x.clab.yml", &format!("topology: {}", "[".repeat(200_000)));
    refused("x.clab.yml", &format!("topology: {}", "{a: ".repeat(200_000)));
    refused("x.mn", &format!("{{\"hosts\": {}", "[".repeat(1_000_000)));
    let hosts: String = (0..5000).map(|n| format!("h{n}[0]=\"A\"\n")).collect();
    refused("lab.conf", &hosts);
    refused("lab.conf", &"x".repeat(5 << 20));
}

/// Names are somebody else's: they end neither string nor comment, and name no variable.
#[test]
fn foreign_words_stay_inside_their_quotes() {
    let text = "{ \"hosts\": [\
        { \"opts\": { \"hostname\": \"a\\\"]\\n[broken]\\nx = \\\"{seed}\" } },\
        { \"opts\": { \"hostname\": \"\\u0007links\" } },\
        { \"opts\": { \"hostname\": \"links\" } } ],\
        \"switches\": [ { \"opts\": { \"hostname\": \"s\" } } ],\
        \"links\": [ { \"src\": \"links\", \"dest\": \"s\" }, { \"src\": \"\\u0007links\", \"dest\": \"s\" } ] }";
    let file = "evil\n[hosts]\nx = 1.mn";
    let imported =
        import(&Source { file, folder: "", text, beside: &[] }, Lang::En).expect("a lab");
    let lab = lab(&imported);
    assert_eq!(lab.hosts.len(), 3, "{}", imported.text);
}

#[test]
fn a_file_without_a_telling_name_is_known_by_its_content() {
    let cases = [
        ("x", "  {\n}", Some(Format::MiniEdit)),
        ("x", "<?xml ?>", Some(Format::TopologyZoo)),
        ("x", "name: y\ntopology:\n", Some(Format::Containerlab)),
        ("x", "# a lab\npc1[0]=\"A\"\n", Some(Format::Kathara)),
        ("x.YAML", "", Some(Format::Containerlab)),
        ("x", "hello", None),
    ];
    for (file, text, wanted) in cases {
        assert_eq!(Format::of(file, text), wanted, "{file} {text}");
    }
}
