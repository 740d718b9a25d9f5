//! One filter language: for every filter in labs and docs, and for generated ones over the whole
//! table of fields, the frames that we find are the frames that `tshark -Y` finds.
//!
//! ```text
//!   lab --run--> world --Walk--> our frame numbers ----+
//!                  |                                    +-- equal, filter by filter
//!                  +--pcapng--> tshark, a tap a filter -+
//! ```
//!
//! tshark reads a capture once for all filters (a tap per filter, by its Lua); one filter in fifty is
//! asked again by `-Y`, so that the taps are no other language. Our own words (`node`, `reason`, ..)
//! are not asked: tshark has none of them.
//!
//! Where tshark is missing the test says so aloud and passes; under `CI=true` that is a failure.

mod generate;
mod peer;
mod written;

use base::Lang;
use capture::Capture;
use catenet_lab::run::{Options, played};
use catenet_lab::seen::{Walk, Where};
use catenet_lab::{gallery, read_lab};
use language::fields::FIELDS;
use language::model::Place;
use language::{Filter, Lab, render};
use sim::World;
use std::collections::BTreeSet;

/// Generated filters for each capture.
const GENERATED: usize = 700;

/// Errors about packets, and packets in pieces: what no shipped lab has.
const ERRORS: &str = r#"
lab = "errors"
duration = "9s"
links = [{ link = "r2.b - far", mtu = 1500 }, { link = "r1.b - r2.a", mtu = 900 }, "near - r1.a"]
[routers.r1]
jacks = { a = "10.0.0.1/24", b = "10.0.1.1/24" }
gateway = "10.0.1.2"
[routers.r2]
jacks = { a = "10.0.1.2/24", b = "10.0.2.1/24" }
gateway = "10.0.1.1"
[hosts.near]
ip = "10.0.0.2/24"
gateway = "10.0.0.1"
run = [
  { do = "traceroute 10.0.2.2", at = "1s" },
  { do = "nc -v -u -z 10.0.2.2 4444", at = "2s" },
  { do = "nc -v -z 10.0.2.2 4445", at = "2s" },
  { do = "ping -c 2 -s 3000 10.0.2.2", at = "3s" },
  { do = "ping -c 1 -s 1200 10.0.2.2", at = "4s" },
  { do = "ping -c 1 10.0.9.9", at = "4s" },
  { do = "datagrams 10.0.2.2 9001 3 size=2500", at = "5s" },
  { do = "datagrams 10.0.2.2 9002 2", at = "5s" },
  { do = "send 10.0.2.2 9000 5000", at = "6s" },
  { do = "curl http://10.0.2.2/", at = "7s" },
  { do = "nc -v -z 10.0.9.9 81", at = "8s" },
]
[hosts.far]
ip = "10.0.2.2/24"
gateway = "10.0.2.1"
run = ["datagrams port=9001", "sink port=9000", "http root=./site"]
[[script]]
at = "5500ms"                      # what an ICMP error quotes of TCP's text is tshark's alone, see below
do = "set r1--r2 mtu=1500"
"#;

// tshark reads the text of a quoted TCP segment as if it had arrived (`tcp.payload`, `http`); we name
// a quoted segment's header alone. So TCP here meets no narrow cable: `narrow.rs` does.

/// What chance may miss.
const ALWAYS: &[&str] = &[
    "ip.frag_offset == 185",
    "ip.frag_offset > 0 && icmp.type == 8",
    "icmp.checksum.status == 2",
    "icmp && tcp.stream == 3 && tcp.seq > 1000",
    "udp.stream == 1 && icmp",
    "http.response && tcp.stream in {0..9}",
    "tcp.stream == 4",
    "udp[4:2] == 00:0c || arp[6:2] == 00:01",
];

fn lab(name: &str, text: &str) -> Lab {
    match read_lab(text.as_bytes(), name) {
        Ok(lab) => lab,
        Err(mistakes) => panic!("{}", render(&mistakes, Lang::En)),
    }
}

/// The frames of a walk that pass, by number.
fn ours(world: &World, place: &Where, filters: &[Filter]) -> Vec<BTreeSet<u64>> {
    let mut found = vec![BTreeSet::new(); filters.len()];
    let mut walk = Walk::default();
    for frame in world.recorder().since(0).filter(|frame| place.covers(frame)) {
        let seen = walk.step(world, frame);
        for (filter, found) in filters.iter().zip(&mut found) {
            if filter.matches(&seen) {
                found.insert(seen.number());
            }
        }
    }
    found
}

/// Compares on one capture; gives a line for each disagreement.
fn compare(world: &World, name: &str, place: Option<&str>, filters: &[String]) -> Vec<String> {
    let (mut capture, at) = match place {
        None => (Capture::everything(), Where::Everywhere),
        Some(node) => (
            Capture::named(world, node).expect("a node"),
            Where::of(world, Some(&Place::Node(node.to_owned()))).expect("a node"),
        ),
    };
    let mut octets = Vec::new();
    capture.write_new(world, &mut octets);
    let file = peer::File::new(&format!("{name}-{}", place.unwrap_or("all")), &octets);
    let parsed: Vec<Filter> = filters
        .iter()
        .map(|text| Filter::parse(text, FIELDS).unwrap_or_else(|why| panic!("{text}: {why:?}")))
        .collect();
    let ours = ours(world, &at, &parsed);
    let theirs = file.frames(filters);
    let mut wrong = Vec::new();
    for ((text, ours), theirs) in filters.iter().zip(&ours).zip(&theirs) {
        match theirs {
            Err(why) => wrong.push(format!("{name}: `{text}`: tshark refuses: {why}")),
            Ok(theirs) if theirs != ours => {
                let more: Vec<_> = ours.difference(theirs).take(3).collect();
                let less: Vec<_> = theirs.difference(ours).take(3).collect();
                wrong.push(format!(
                    "{name}: `{text}`: we {}, tshark {}; only we {more:?}, only tshark {less:?}",
                    ours.len(),
                    theirs.len()
                ));
            }
            Ok(_) => {}
        }
    }
    for (text, theirs) in filters.iter().zip(&theirs).step_by(50) {
        let direct = file.display_filter(text);
        assert_eq!(theirs.as_ref().ok(), direct.as_ref(), "{text}: the tap and -Y differ");
    }
    wrong
}

fn judge(name: &str, text: &str, place: Option<&str>) {
    if !peer::is_here() {
        return;
    }
    let lab = lab(name, text);
    let options = Options { seed: 7, lang: Lang::En, folder: &gallery::folder, capture: false };
    let (_, world) = played(&lab, &options).unwrap_or_else(|why| panic!("{name}: {why:?}"));
    let mut filters = written::filters();
    filters.extend(ALWAYS.iter().map(|&filter| filter.to_owned()));
    filters.extend(generate::filters(&world, name, GENERATED));
    let wrong = compare(&world, name, place, &filters);
    let mut wrong = wrong;
    wrong.sort_by_key(String::len);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), filters.len(), wrong.join("\n"));
}

fn shipped(name: &str, place: Option<&str>) {
    judge(name, gallery::text(name).expect("shipped"), place);
}

#[test]
fn two_lans() {
    shipped("two-lans", None);
}

#[test]
fn two_lans_at_the_router() {
    shipped("two-lans", Some("r1"));
}

#[test]
fn broadcast_and_learning() {
    shipped("broadcast-and-learning", None);
}

#[test]
fn many_programs_one_machine() {
    shipped("many-programs-one-machine", None);
}

#[test]
fn port_conflict() {
    shipped("port-conflict", None);
}

#[test]
fn handshake() {
    shipped("handshake", None);
}

#[test]
fn lossy_link() {
    shipped("lossy-link", None);
}

#[test]
fn lossy_link_at_the_client() {
    shipped("lossy-link", Some("client"));
}

#[test]
fn errors_and_fragments() {
    judge("errors", ERRORS, None);
}

/// The table of `docs/filters.md`: each row is read or refused, here and there, as it says.
#[test]
fn differs_where_the_document_says_so() {
    let rows = differences();
    assert!(rows.len() > 10, "{rows:?}");
    for (filter, _, ours) in &rows {
        assert_eq!(Filter::parse(filter, FIELDS).is_ok(), *ours, "{filter}: Catenet");
    }
    if !peer::is_here() {
        return;
    }
    let filters: Vec<String> = rows.iter().map(|(filter, ..)| filter.clone()).collect();
    let lab = lab("two-lans", gallery::text("two-lans").expect("shipped"));
    let options = Options { seed: 7, lang: Lang::En, folder: &gallery::folder, capture: true };
    let (report, _) = played(&lab, &options).expect("it runs");
    let file = peer::File::new("differences", &report.captures[0].1);
    for ((filter, theirs, _), found) in rows.iter().zip(file.frames(&filters)) {
        assert_eq!(found.is_ok(), *theirs, "{filter}: Wireshark: {found:?}");
    }
}

/// The rows of that table.
fn differences() -> Vec<(String, bool, bool)> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/filters.md");
    let text = written::read(&path);
    let (_, table) = text.split_once("differs on purpose").expect("the table");
    table.lines().filter_map(row).collect()
}

/// The filter, does Wireshark read it, do we.
fn row(line: &str) -> Option<(String, bool, bool)> {
    let line = line.replace("\\|", "\u{1}");
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let reads = |word: &str| match word {
        "read" => Some(true),
        "refused" => Some(false),
        _ => None,
    };
    let filter = cells.get(1)?.strip_prefix('`')?.strip_suffix('`')?.replace('\u{1}', "|");
    Some((filter, reads(cells.get(2)?)?, reads(cells.get(3)?)?))
}
