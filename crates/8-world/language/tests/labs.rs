//! Every lab of ours parses and survives its long form; every bad lab says what it always said.
//!
//! `labs/bad/NN-name.toml` stands beside `NN-name.en.txt` and `.zh.txt`, what `catenet validate`
//! prints for it. `UPDATE=1 cargo test -p catenet-language` writes them anew: look at each by eye.
#![allow(clippy::disallowed_methods, reason = "a test reads the labs from the disk")]

use std::fs;
use std::path::{Path, PathBuf};

use base::Lang;
use catenet_language::{Lab, Options, long_form, parse, parse_bytes, parse_with, render};

fn labs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../labs")
}

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}

fn read(text: &str) -> Lab {
    // The language is larger than what is built.
    let options = Options { unbuilt: true, ..Options::default() };
    match parse_with(text, "lab.toml", &options) {
        Ok(lab) => lab,
        Err(mistakes) => panic!("{}\n{text}", render(&mistakes, Lang::En)),
    }
}

#[test]
fn bad_labs_say_what_is_wrong_and_how_to_mend_it() {
    let files = toml_files(&labs().join("bad"));
    assert!(files.len() >= 25, "only {} bad labs", files.len());
    let update = std::env::var("UPDATE").is_ok();
    let mut changed = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let octets = fs::read(&file).unwrap_or_default();
        let include = |path: &str| {
            let why = |_| catenet_language::Text {
                en: "no such file".into(),
                zh: "没有这个文件".into(),
            };
            fs::read_to_string(labs().join("bad").join(path)).map_err(why)
        };
        let options = Options { include: Some(&include), ..Options::default() };
        let Err(mistakes) = parse_bytes(&octets, &format!("labs/bad/{name}"), &options) else {
            panic!("{name} has no mistakes");
        };
        assert!(
            mistakes.iter().all(|m| !m.message.zh.is_empty() && !m.message.en.is_empty()),
            "{name}"
        );
        let repaired = |m: &catenet_language::Diagnostic| {
            !m.help.is_empty() && m.help.iter().all(|h| !h.zh.is_empty())
        };
        assert!(
            mistakes.iter().all(repaired),
            "{name}: a mistake without its repair: {mistakes:#?}"
        );
        for (lang, ending) in [(Lang::En, "en.txt"), (Lang::Zh, "zh.txt")] {
            let shown = render(&mistakes, lang);
            let expected = file.with_extension(ending);
            if update {
                fs::write(&expected, &shown)
                    .unwrap_or_else(|error| panic!("{expected:?}: {error}"));
            } else if fs::read_to_string(&expected).unwrap_or_default() != shown {
                changed.push(format!("{name} {ending}:\n{shown}"));
            }
        }
    }
    assert!(changed.is_empty(), "changed (UPDATE=1 accepts):\n{}", changed.join("\n"));
}

#[test]
fn every_lab_survives_its_long_form() {
    // What tshark must count in the captures of the labs stands beside them and is no lab.
    let no_lab = |file: &PathBuf| file.file_name().is_some_and(|name| name == "captures.toml");
    for file in toml_files(&labs()).into_iter().filter(|file| !no_lab(file)) {
        let text = fs::read_to_string(&file).unwrap_or_default();
        survives(&text);
    }
    survives(FULL);
}

fn survives(text: &str) {
    let lab = read(text);
    let long = long_form(&lab);
    let again = read(&long);
    assert_eq!(lab, again, "\n{long}");
    assert_eq!(long, long_form(&again), "the long form of the long form is itself");
}

/// The full form of the design, with everything a lab can say.
const FULL: &str = r#"
lab   = "broadcast-storm"
title = { en = "A loop of switches", zh = "交换机环路与广播风暴" }
about = { en = "Two cables between two switches: a broadcast runs in circles.", zh = "两台交换机之间插了两根网线: 广播帧一圈一圈停不下来。" }
clock = "virtual"
seed  = 42
epoch = 2027-05-06T07:08:09Z
duration = "30s"
links = [
  "pc1 - sw1 - sw2 - r1.lan",
  "sw1 - sw2",
  "sw2.7 - sw1",
  { link = "r1.wan - web", name = "uplink", rate = "10Mbit", delay = "20ms", jitter = "2ms", loss = "1%", reorder = "0.1% 5ms", corrupt = "1e-6", queue = "fq_codel", mtu = 1500, reverse = { loss = "0%" } },
]
[switches]
sw1 = { stp = false }
sw2 = { stp = false, cpu = "2us" }
[routers.r1]
jacks  = { lan = "192.168.1.1/24", wan = "10.0.2.1/24" }
routes = ["10.0.3.0/24 via 10.0.2.80"]
[hosts.pc1]
title = "小明的电脑"
ip = "192.168.1.10/24"
gateway = "192.168.1.1"
run = [{ do = "curl http://10.0.2.80/", every = "1s" }, "ping 10.0.2.80", { do = "curl \"http://a b/\"", at = "2s" }]
[hosts.web]
ip  = ["10.0.2.80/24"]
mac = "02:00:5e:10:00:01"
gateway = "10.0.2.1"
run = ["http root=./site"]
[publish]
"127.0.0.1:8080" = "web:80"
[capture]
loop = "sw1--sw2"
jack = "sw1.2"
[[script]]
at = "3s"
every = "1s"
do = "set uplink loss=30%"
[[script]]
at = "4s"
do = "exec --label p pc1 -- ping -c 1 10.0.2.80"
[[check]]
expect = "copies(arp) at sw1--sw2 > 1000 and exit(p) == 0"
within = "1s"
[[task]]
text   = { en = "Stop the storm without pulling a cable", zh = "不拔网线, 让风暴停下来" }
expect = "copies(arp) at sw1--sw2 <= 2"
points = 80
hint   = { en = "Is there a loop?", zh = "有环路吗?" }
[solution]
switches = { sw1 = { stp = true }, sw2 = { stp = true } }
[broken]
links = ["pc1 - sw1 - sw2 - r1.lan"]
script = []
check = []
"#;

#[test]
fn short_forms_are_computed_as_the_rules_say() {
    let text = fs::read_to_string(labs().join("two-lans.toml")).unwrap_or_default();
    let lab = read(&text);
    let address = |name: &str, jack: usize| {
        lab.machine(name).map(|m| m.jacks[jack].addresses[0].to_string()).unwrap_or_default()
    };
    assert_eq!(address("r1", 0), "192.168.1.1/24");
    assert_eq!(address("r1", 1), "10.0.2.1/24");
    assert_eq!(address("pc1", 0), "192.168.1.2/24");
    assert_eq!(address("pc2", 0), "192.168.1.3/24");
    let gateway = |name: &str| lab.machine(name).and_then(|m| m.gateway).map(|a| a.to_string());
    assert_eq!(gateway("pc2").as_deref(), Some("192.168.1.1"));
    assert_eq!(gateway("web").as_deref(), Some("10.0.2.1"));
    assert_eq!(gateway("r1"), None);
    assert_eq!(lab.resolver.map(|a| a.to_string()).as_deref(), Some("10.0.2.53"));
    let links: Vec<&str> = lab.links.iter().map(|link| link.name.as_str()).collect();
    assert_eq!(
        links,
        ["r1--office", "r1--servers", "pc1--office", "pc2--office", "dns--servers", "web--servers"]
    );
    assert!(lab.link("servers--r1").is_some() && lab.link("servers.1").is_some());
    assert_eq!(
        lab.broken_names().collect::<Vec<_>>(),
        ["broken.cut", "broken.nameless", "broken.idle"]
    );
    let broken = lab.with_overlay("broken.cut");
    assert_eq!(broken.and_then(|lab| lab.machine("web")?.gateway), None);
}

#[test]
fn what_is_added_below_renumbers_nobody() {
    let text = fs::read_to_string(labs().join("two-lans.toml")).unwrap_or_default();
    let before = read(&text);
    let after = read(&text.replace("pc2 = \"office\"", "pc2 = \"office\"\npc3 = \"office\""));
    for machine in before.machines() {
        let same = after.machine(&machine.name);
        assert_eq!(same.map(|m| &m.jacks), Some(&machine.jacks), "{}", machine.name);
    }
    let macs: std::collections::BTreeSet<String> =
        after.machines().flat_map(|m| &m.jacks).map(|j| j.mac.to_string()).collect();
    assert_eq!(macs.len(), 7);
    assert!(macs.iter().all(|mac| mac.starts_with("02:")));
}

#[test]
fn routers_first_then_hosts_around_what_is_given() {
    let lab = read(
        "lab = \"x\"\n[networks]\nn = \"10.0.0.0/24\"\n[hosts]\na = \"n\"\nb = { net = \"n\", ip = \"10.0.0.3\" }\nc = \"n\"\nd = { net = \"n\", gateway = \"r2\" }\n[routers]\nr1 = [\"n\"]\nr2 = [\"n\"]\n"
            .replace("a = \"n\"", "a = { net = \"n\", gateway = \"r1\" }")
            .replace("b = { net = \"n\",", "b = { net = \"n\", gateway = \"none\",")
            .replace("c = \"n\"", "c = { net = \"n\", gateway = \"10.0.0.2\" }")
            .as_str(),
    );
    let addresses: Vec<String> =
        lab.machines().map(|m| m.jacks[0].addresses[0].addr().to_string()).collect();
    assert_eq!(addresses, ["10.0.0.1", "10.0.0.2", "10.0.0.4", "10.0.0.3", "10.0.0.5", "10.0.0.6"]);
    let gateways: Vec<Option<String>> =
        lab.hosts.iter().map(|m| m.gateway.map(|a| a.to_string())).collect();
    let some = |words: &str| Some(words.to_owned());
    assert_eq!(gateways, [some("10.0.0.1"), None, some("10.0.0.2"), some("10.0.0.2")]);
}

#[test]
fn hostile_text_is_an_answer() {
    let two_lans = fs::read_to_string(labs().join("two-lans.toml")).unwrap_or_default();
    // Every prefix, and every character struck out: no panic, and never a silent success for a cut word.
    for (at, c) in two_lans.char_indices() {
        let _ = parse(&two_lans[..at], "x");
        let struck = format!("{}{}", &two_lans[..at], &two_lans[at + c.len_utf8()..]);
        let _ = parse(&struck, "x")
            .map_err(|mistakes| (render(&mistakes, Lang::En), render(&mistakes, Lang::Zh)));
        let wide = format!("{}“{}", &two_lans[..at], &two_lans[at..]);
        let _ = parse(&wide, "x").map_err(|mistakes| render(&mistakes, Lang::Zh));
    }
    let deep = format!("lab = \"x\"\na = {}1{}\n", "[".repeat(10_000), "]".repeat(10_000));
    assert!(parse(&deep, "x").is_err());
}

#[test]
fn a_top_level_key_is_found_under_every_table() {
    let tables = [
        "[networks]\nn = \"10.0.0.0/24\"\n",
        "[switches]\nsw1 = {}\n",
        "[routers]\nr1 = []\n",
        "[hosts]\npc1 = {}\n",
        "[hosts.pc1]\n",
        "[publish]\n",
        "[capture]\n",
        "[[check]]\nexpect = \"arp before ip\"\n",
        "[[script]]\nat = \"1s\"\ndo = \"cut x\"\n",
    ];
    let keys = [
        "seed = 42",
        "clock = \"virtual\"",
        "domain = \"x.lab\"",
        "links = [\"pc1 - sw1\", \"sw1 - r1.lan\"]",
        "title = { en = \"a\", zh = \"b\" }",
        "duration = \"3s\"",
    ];
    for table in tables {
        for key in keys {
            // A jack or a host has a title of its own.
            if table.starts_with("[hosts.") && key.starts_with("title") {
                continue;
            }
            let text = format!("lab = \"x\"\n{table}{key}\n");
            let mistakes = parse(&text, "x").err().unwrap_or_default();
            let found = mistakes.iter().any(|mistake| mistake.code == "top-level-key");
            assert!(found, "{text}{}", render(&mistakes, Lang::En));
        }
    }
}

#[test]
fn a_lab_is_plain_data() {
    let text = fs::read_to_string(labs().join("two-lans.toml")).unwrap_or_default();
    let json = serde_json::to_value(read(&text)).unwrap_or_default();
    assert_eq!(json["hosts"][0]["jacks"][0]["addresses"][0], "192.168.1.2/24");
    assert_eq!(json["links"][0]["forward"]["delay"], "500ns");
    assert_eq!(json["hosts"][0]["run"][0]["every"], "2s");
}

#[test]
fn ten_thousand_hosts_are_read() {
    let mut text = String::from("lab = \"big\"\n[networks]\nn = \"10.0.0.0/16\"\n[hosts]\n");
    for host in 0..10_000 {
        text.push_str(&format!("h{host} = \"n\"\n"));
    }
    let lab = read(&text);
    assert_eq!(lab.links.last().map(|link| link.b.jack.as_str()), Some("10000"));
}
