//! The finished picture: cables as lines, parallel ones side by side, everything in whole pixels and
//! inside a margin.

use std::collections::BTreeMap;

use super::geometry::{Area, Point};
use super::sketch::Sketch;
use super::{Layout, LinkIn, NodeIn, Placed, Routed};

/// Room around the picture.
const MARGIN: f64 = 24.0;
/// Between parallel cables.
const APART: f64 = 16.0;

/// Puts nodes, labels and cables in their final places.
pub(crate) fn finish(nodes: &[NodeIn], links: &[LinkIn], sketch: &Sketch) -> Layout {
    let mut layout = Layout {
        nodes: nodes.iter().enumerate().map(|(v, node)| placed(node, v, sketch)).collect(),
        links: routed(links, sketch),
        ..Layout::default()
    };
    frame(&mut layout);
    layout
}

fn placed(node: &NodeIn, v: usize, sketch: &Sketch) -> Placed {
    let (width, height) = node.kind.size();
    let at = sketch.at[v];
    Placed {
        name: node.name.clone(),
        kind: node.kind,
        x: at.x,
        y: at.y,
        width,
        height,
        label: sketch.labels[v],
        lines: node.lines.clone(),
    }
}

fn routed(links: &[LinkIn], sketch: &Sketch) -> Vec<Routed> {
    let pair = |link: &LinkIn| (link.a.min(link.b), link.a.max(link.b));
    let mut how_many: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for link in links {
        *how_many.entry(pair(link)).or_default() += 1;
    }
    let mut drawn: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut one = |link: &LinkIn| {
        let (a, b) = pair(link);
        let place = drawn.entry((a, b)).or_default();
        #[allow(clippy::cast_precision_loss)] // links of one pair
        let aside = APART * (*place as f64 - (how_many[&(a, b)] - 1) as f64 / 2.0);
        *place += 1;
        let way = sketch.way(a, b);
        let mut points = if a == b {
            turned_back(sketch.at[a], *place)
        } else if how_many[&(a, b)] > 1 {
            beside(&way, aside)
        } else {
            way
        };
        if link.a > link.b {
            points.reverse();
        }
        let points = points.iter().map(|point| [point.x, point.y]).collect();
        Routed { name: link.name.clone(), ends: (link.a, link.b), points }
    };
    links.iter().map(&mut one).collect()
}

/// One of several cables between the same machines: it leaves both centres and runs beside the way.
fn beside(way: &[Point], aside: f64) -> Vec<Point> {
    let (from, to) = (way[0], way[way.len() - 1]);
    let length = from.distance(to).max(1.0);
    let (x, y) = (-(to.y - from.y) / length * aside, (to.x - from.x) / length * aside);
    let inner: Vec<Point> = match way.len() {
        2 => vec![from.toward(to, 0.3), from.toward(to, 0.7)],
        _ => way[1..way.len() - 1].to_vec(),
    };
    let moved = inner.into_iter().map(|point| point.plus(x, y));
    std::iter::once(from).chain(moved).chain([to]).collect()
}

/// A cable from a machine to itself: a small loop at its upper right corner.
fn turned_back(at: Point, place: usize) -> Vec<Point> {
    #[allow(clippy::cast_precision_loss)] // a handful
    let out = 34.0 + 6.0 * place as f64;
    vec![at, at.plus(out, 0.0), at.plus(out, -out), at.plus(0.0, -out), at]
}

/// Moves everything into the first quadrant and rounds to whole pixels.
fn frame(layout: &mut Layout) {
    let bodies = layout.nodes.iter().flat_map(|node| {
        [Area::around(Point::new(node.x, node.y), node.width, node.height), node.label]
    });
    let points = layout.links.iter().flat_map(|link| &link.points);
    let all = bodies.chain(points.map(|&[x, y]| Area { x, y, width: 0.0, height: 0.0 }));
    let bounds = all.reduce(|one, other| one.with(&other)).unwrap_or_default();
    let (dx, dy) = (MARGIN - bounds.x, MARGIN - bounds.y);
    for node in &mut layout.nodes {
        let (x, y) = ((node.x + dx).round(), (node.y + dy).round());
        node.label.x += x - node.x;
        node.label.y += y - node.y;
        (node.x, node.y) = (x, y);
    }
    for [x, y] in layout.links.iter_mut().flat_map(|link| &mut link.points) {
        (*x, *y) = ((*x + dx).round(), (*y + dy).round());
    }
    layout.width = (bounds.width + 2.0 * MARGIN).ceil();
    layout.height = (bounds.height + 2.0 * MARGIN).ceil();
}
