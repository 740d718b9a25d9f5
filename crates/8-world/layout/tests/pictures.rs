//! What must hold of every picture, counted over the shipped labs and over generated networks.
//!
//! Every picture is also kept as SVG in the target folder (`tmp/layout/`), to be looked at.

// A test reads the shipped files and looks at a watch.
#![allow(clippy::disallowed_methods)]

#[path = "pictures/networks.rs"]
mod networks;

use base::Lang;
use catenet_layout::{
    Faults, Kind, Layout, Placed, dot, faults, layout, of_lab, parts, svg, terminal,
};
use language::{Lab, Options, parse_bytes};
use networks::Network;
use std::path::{Path, PathBuf};

/// Crossings are forbidden up to this many machines.
const SMALL: usize = 20;

fn labs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../labs")
}

fn read(file: &Path) -> Lab {
    let octets = std::fs::read(file).expect("a lab file");
    parse_bytes(&octets, &file.to_string_lossy(), &Options::default()).expect("a good lab")
}

fn keep(name: &str, picture: &Layout) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout");
    std::fs::create_dir_all(&folder).expect("the test's own folder");
    let file = folder.join(format!("{name}.svg"));
    std::fs::write(file, svg(picture, Lang::En, false)).expect("a picture");
}

fn inside(picture: &Layout) -> bool {
    let fits = |x: f64, y: f64| x >= 0.0 && y >= 0.0 && x <= picture.width && y <= picture.height;
    let node = |node: &Placed| {
        let (w, h) = (node.width / 2.0, node.height / 2.0);
        let label = &node.label;
        fits(node.x - w, node.y - h)
            && fits(node.x + w, node.y + h)
            && fits(label.x, label.y)
            && fits(label.x + label.width, label.y + label.height)
    };
    let points = picture.links.iter().flat_map(|link| &link.points);
    picture.nodes.iter().all(node) && points.into_iter().all(|&[x, y]| fits(x, y))
}

#[test]
fn every_shipped_lab_is_drawn_without_a_fault() {
    let mut drawn = 0;
    for entry in std::fs::read_dir(labs()).expect("labs/") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if path.extension().is_none_or(|end| end != "toml") || name == "captures" {
            continue;
        }
        let lab = read(&path);
        let picture = of_lab(&lab);
        keep(&name, &picture);
        assert_eq!(faults(&picture), Faults::default(), "{name}");
        assert!(inside(&picture), "{name}");
        assert_eq!(picture.nodes.len(), lab.node_names().count(), "{name}");
        assert_eq!(picture.links.len(), lab.links.len(), "{name}");
        drawn += 1;
    }
    assert!(drawn >= 6, "{drawn} labs");
}

#[test]
fn generated_networks_are_drawn_without_a_fault() {
    let mut bad = Vec::new();
    for net in networks::all() {
        let picture = layout(&net.nodes, &net.links);
        keep(&net.name, &picture);
        let found = faults(&picture);
        let (nodes, labels) = (net.nodes.len(), net.nodes.len() / 2 + 2);
        println!(
            "{:28} {nodes:4} nodes {:5.0} x {:5.0} {found:?}",
            net.name, picture.width, picture.height
        );
        let crossed = net.planar && nodes <= SMALL && found.crossings > 0;
        if found.hard() > 0 || crossed || found.under_label > labels || !inside(&picture) {
            bad.push((net.name, found));
        }
    }
    assert_eq!(bad, Vec::<(String, Faults)>::new());
}

#[test]
fn the_same_network_has_the_same_picture() {
    for net in [networks::mesh(14, 3, 9), networks::tangled(20, 4, 2), networks::campus(3, 4)] {
        assert_eq!(layout(&net.nodes, &net.links), layout(&net.nodes, &net.links), "{}", net.name);
    }
}

/// How far the old nodes moved on average when `after` came, as a share of the picture's diagonal;
/// a move of the whole does not count.
fn moved(before: &Layout, after: &Layout) -> f64 {
    let pairs = before.nodes.iter().zip(&after.nodes);
    let by: Vec<(f64, f64)> = pairs.map(|(old, new)| (new.x - old.x, new.y - old.y)).collect();
    let mut x: Vec<f64> = by.iter().map(|by| by.0).collect();
    let mut y: Vec<f64> = by.iter().map(|by| by.1).collect();
    x.sort_by(f64::total_cmp);
    y.sort_by(f64::total_cmp);
    let middle = (x[x.len() / 2], y[y.len() / 2]);
    let far: f64 = by.iter().map(|by| (by.0 - middle.0).hypot(by.1 - middle.1)).sum();
    far / by.len() as f64 / before.width.hypot(before.height)
}

#[test]
fn one_more_host_does_not_turn_the_picture_over() {
    let nets =
        [networks::campus(3, 4), networks::campus(2, 2), networks::ring(4, 2), networks::star(5)];
    for mut net in nets {
        let before = layout(&net.nodes, &net.links);
        net.hang(0, Kind::Host);
        let after = layout(&net.nodes, &net.links);
        let share = moved(&before, &after);
        assert!(share < 0.12, "{}: {share:.3} of the diagonal", net.name);
    }
}

#[test]
fn the_counter_of_faults_sees_them() {
    let net: Network = networks::campus(2, 2);
    let good = layout(&net.nodes, &net.links);
    assert_eq!(faults(&good), Faults::default());
    let mut on_top = good.clone();
    (on_top.nodes[0].x, on_top.nodes[0].y) = (on_top.nodes[1].x, on_top.nodes[1].y);
    on_top.nodes[0].label = on_top.nodes[1].label;
    assert!(faults(&on_top).machines == 1 && faults(&on_top).labels >= 1);
    let mut in_the_way = good.clone();
    let middle = (good.nodes[0].x + good.nodes[2].x) / 2.0;
    (in_the_way.nodes[4].x, in_the_way.nodes[4].y) = (middle, good.nodes[0].y);
    assert!(faults(&in_the_way).on_cable >= 1);
    let mut crossed = good.clone();
    let (a, b) = (crossed.links.len() - 1, crossed.links.len() - 3);
    let end = crossed.links[a].points.clone();
    let last = crossed.links[b].points.len() - 1;
    let other = crossed.links[b].points[last];
    crossed.links[b].points[last] = end[end.len() - 1];
    let tail = crossed.links[a].points.len() - 1;
    crossed.links[a].points[tail] = other;
    assert!(faults(&crossed).crossings >= 1);
}

#[test]
fn a_picture_as_text() {
    let lab = read(&labs().join("two-lans.toml"));
    let text = terminal(&of_lab(&lab), Lang::En, 160).expect("narrow enough");
    let names = text.lines().find(|line| line.contains("[office]")).expect("a line with the spine");
    let (office, router, servers) =
        (names.find("[office]"), names.find("(r1)"), names.find("[servers]"));
    assert!(office < router && router < servers, "{text}");
    assert!(text.contains("10.0.2.80"), "{text}");
    assert_eq!(terminal(&of_lab(&lab), Lang::En, 10), None);
    let (nodes, links) = parts(&lab);
    let graph = dot(&lab.name, &nodes, &links);
    assert!(
        graph.contains("\"pc1\" -- \"office\"") || graph.contains("\"office\" -- \"pc1\""),
        "{graph}"
    );
}
