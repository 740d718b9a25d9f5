//! A tree: its longest chain of switches and routers is the spine, from left to right in the order
//! of the file; what hangs from it stands in rows below, and above too where that keeps the picture
//! from growing wide.

use super::geometry::Point;
use super::graph::{GAP, Graph};
use super::hang::{self, Branch};
use super::sketch::{Side, Sketch};

/// Above this, hosts stand on both sides of the spine.
const WIDE: f64 = 3.4;
/// Half the length of the shortest cable of the spine: packets shall be seen to move along it.
const ARM: f64 = 70.0;
/// A longer chain without branches runs to and fro in rows, so far apart.
const LONG: usize = 8;
const PITCH: f64 = 180.0;
const ROW: f64 = 150.0;
/// The shape that a screen has.
pub(crate) const SCREEN: f64 = 16.0 / 9.0;

/// The drawing, or `None` if the graph is no tree.
pub(crate) fn draw(graph: &Graph) -> Option<Sketch> {
    if graph.core().contains(&true) {
        return None;
    }
    let spine = spine(graph);
    if spine.len() == graph.len() && spine.len() > LONG {
        return Some(to_and_fro(graph, &spine));
    }
    let below = with_branches(graph, &spine, false);
    let shape = shape(graph, &below);
    let crowded = spine.iter().any(|&v| graph.near[v].len() > hang::MOST_IN_A_ROW);
    if shape <= WIDE && !crowded {
        return Some(below);
    }
    let both = with_branches(graph, &spine, true);
    let off = |shape: f64| (shape / SCREEN).ln().abs();
    Some(if off(self::shape(graph, &both)) < off(shape) { both } else { below })
}

/// A long chain in rows: to the right, then back to the left.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn to_and_fro(graph: &Graph, spine: &[usize]) -> Sketch {
    let columns = (spine.len() as f64 * ROW * SCREEN / PITCH).sqrt().ceil().max(2.0) as usize;
    let mut sketch = Sketch::new(vec![Point::default(); graph.len()]);
    for (i, &v) in spine.iter().enumerate() {
        let (row, step) = (i / columns, i % columns);
        let column = if row % 2 == 0 { step } else { columns - 1 - step };
        sketch.at[v] = Point::new(column as f64 * PITCH, row as f64 * ROW);
    }
    sketch
}

fn shape(graph: &Graph, sketch: &Sketch) -> f64 {
    let bounds = sketch.bounds(graph);
    bounds.width.max(1.0) / bounds.height.max(90.0)
}

/// The chain in the middle, its earlier end first.
fn spine(graph: &Graph) -> Vec<usize> {
    let inner = |v: &usize| graph.near[*v].len() > 1;
    let all: Vec<usize> = (0..graph.len()).collect();
    let middle: Vec<usize> = all.iter().copied().filter(inner).collect();
    let in_line = graph.near.iter().all(|near| near.len() <= 2);
    let long = |members: &[usize]| {
        let part = graph.part(members);
        let chain = longest(&part);
        chain.into_iter().map(|v| members[v]).collect::<Vec<_>>()
    };
    if middle.is_empty() || (in_line && middle.len() > 1) {
        return long(&all);
    }
    long(&middle)
}

/// The longest chain of a tree, from the end that comes first.
fn longest(tree: &Graph) -> Vec<usize> {
    let first = farthest(tree, 0).first().copied().unwrap_or(0);
    let mut chain = farthest(tree, first);
    if chain.first() > chain.last() {
        chain.reverse();
    }
    chain
}

/// The chain from the node farthest from `start` to `start`.
fn farthest(tree: &Graph, start: usize) -> Vec<usize> {
    let mut from: Vec<Option<usize>> = vec![None; tree.len()];
    let mut steps = vec![0_usize; tree.len()];
    let mut queue = vec![start];
    let mut next = 0;
    while next < queue.len() {
        let v = queue[next];
        let back = from[v];
        for &w in tree.near[v].iter().filter(|&&w| Some(w) != back) {
            from[w] = Some(v);
            steps[w] = steps[v] + 1;
            queue.push(w);
        }
        next += 1;
    }
    let mut at = queue.iter().copied().max_by_key(|&v| (steps[v], usize::MAX - v));
    let mut chain = Vec::new();
    while let Some(v) = at {
        chain.push(v);
        at = from[v];
    }
    chain
}

/// A node of the spine: where it is, how far it reaches in the spine's own row, whether anything
/// hangs from it.
struct Vertebra {
    x: f64,
    left: f64,
    right: f64,
    hangs: bool,
}

fn with_branches(graph: &Graph, spine: &[usize], both: bool) -> Sketch {
    let mut whole = Branch::default();
    let mut at: Vec<Vertebra> = Vec::new();
    for &v in spine {
        let (branch, hangs) = vertebra(graph, spine, v, both);
        let least = at.last().map_or(0.0, |before| before.x);
        let x = whole.room_for(&branch).max(least);
        let (left, right) = branch.reach.get(&0).copied().unwrap_or_default();
        at.push(Vertebra { x, left: -left, right, hangs });
        whole.take(branch, x);
    }
    center(&mut whole, spine, &at);
    hang::sketch(graph, &whole)
}

/// One node of the spine with what hangs from it; whether anything does.
fn vertebra(graph: &Graph, spine: &[usize], v: usize, both: bool) -> (Branch, bool) {
    let size = &graph.sizes[v];
    let off = |w: &&usize| !spine.contains(w);
    let children: Vec<usize> = graph.near[v].iter().filter(off).copied().collect();
    let (above, below) = if both { shared_out(graph, v, &children) } else { (vec![], children) };
    let side = match (above.is_empty(), below.is_empty()) {
        (true, false) => Side::Above,
        (_, true) => Side::Below,
        (false, false) => Side::Right,
    };
    let hangs = !(above.is_empty() && below.is_empty());
    let half = size.half().max(size.width / 2.0 + GAP).max(ARM);
    let right = if side == Side::Right { size.width / 2.0 + size.label_width + GAP } else { half };
    let mut branch = Branch::single(v, 0, half, right);
    branch.wishes.push((v, side));
    branch.take(hang::fan(graph, v, &above, 0, false), 0.0);
    branch.take(hang::fan(graph, v, &below, 0, true), 0.0);
    (branch, hangs)
}

/// Children above and below, in turn, so that a later one moves no earlier one to the other side.
fn shared_out(graph: &Graph, v: usize, children: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let (mut above, mut below) = ((Vec::new(), 0), (Vec::new(), 0));
    for &child in children {
        let weight = leaves(graph, child, v);
        let side = if above.1 < below.1 { &mut above } else { &mut below };
        side.0.push(child);
        side.1 += weight;
    }
    (above.0, below.0)
}

/// How many ends the branch of `v` away from `from` has.
fn leaves(graph: &Graph, v: usize, from: usize) -> usize {
    let (mut ends, mut open) = (0, vec![(v, from)]);
    while let Some((v, from)) = open.pop() {
        ends += usize::from(graph.near[v].len() == 1);
        open.extend(graph.near[v].iter().filter(|&&w| w != from).map(|&w| (w, v)));
    }
    ends
}

/// Spreads the nodes of the spine from which nothing hangs evenly between those with branches.
#[allow(clippy::cast_precision_loss)]
fn center(whole: &mut Branch, spine: &[usize], at: &[Vertebra]) {
    let anchors: Vec<usize> =
        (0..at.len()).filter(|&i| at[i].hangs || i == 0 || i + 1 == at.len()).collect();
    for pair in anchors.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let need = |i: usize| at[i].right + at[i + 1].left + GAP;
        let needed: f64 = (from..to).map(need).sum();
        let spare = (at[to].x - at[from].x - needed).max(0.0) / (to - from) as f64;
        let mut x = at[from].x;
        for (i, v) in spine.iter().enumerate().take(to).skip(from + 1) {
            x += need(i - 1) + spare;
            for spot in whole.spots.iter_mut().filter(|spot| spot.0 == *v) {
                spot.1 = x;
            }
        }
    }
}
