//! One ring of switches or routers, with trees hanging from it: the ring is drawn as two rows, the
//! first nodes of the file above, trees grow upwards from the upper row and downwards from the lower.
//!
//! ```text
//!   pc1 pc2   pc3          pc1 pc2
//!     \ /      |             \ /
//!     r1 ---- r2             r1
//!      |       |            /  \
//!     r4 ---- r3          r3 -- r2
//! ```

use super::geometry::Point;
use super::graph::{GAP, Graph};
use super::hang::{self, Branch};
use super::sketch::{Side, Sketch};

/// A longer ring without branches is drawn round.
const MOST_IN_ROWS: usize = 14;
/// Way along the ellipse from one node to the next.
const LENGTH: f64 = 170.0;

/// The drawing, or `None` if the graph is no ring with trees.
pub(crate) fn draw(graph: &Graph) -> Option<Sketch> {
    let core = graph.core();
    let ring = order(graph, &core)?;
    if ring.len() > MOST_IN_ROWS {
        return (ring.len() == graph.len()).then(|| round(graph, &ring));
    }
    // The lower row has one more where the number is odd.
    let (upper, lower) = ring.split_at(ring.len() / 2);
    let lower: Vec<usize> = lower.iter().rev().copied().collect();
    let above: Vec<Branch> = upper.iter().map(|&v| grown(graph, &core, v, false)).collect();
    let below: Vec<Branch> = lower.iter().map(|&v| grown(graph, &core, v, true)).collect();
    let pitch = pitch(&above).max(pitch(&below));
    let mut whole = Branch::default();
    let inset = if above.len() < below.len() { pitch / 2.0 } else { 0.0 };
    for (row, first) in [(above, inset), (below, 0.0)] {
        let mut x = first;
        for branch in row {
            whole.take(branch, x);
            x += pitch;
        }
    }
    Some(hang::sketch(graph, &whole))
}

/// A long ring without branches, as an ellipse.
#[allow(clippy::cast_precision_loss)] // far below 2^52
fn round(graph: &Graph, ring: &[usize]) -> Sketch {
    let mut sketch = Sketch::new(vec![Point::default(); graph.len()]);
    let half = ring.len() as f64 * LENGTH / 4.6;
    for (i, &v) in ring.iter().enumerate() {
        let angle = std::f64::consts::TAU * ((i as f64 + 0.5) / ring.len() as f64 - 0.375);
        sketch.at[v] = Point::new(half * angle.cos(), half * angle.sin() * 0.6);
        sketch.wishes[v] = match (angle.cos(), angle.sin()) {
            (x, _) if x > 0.8 => Side::Right,
            (x, _) if x < -0.8 => Side::Left,
            (_, y) if y < 0.0 => Side::Above,
            _ => Side::Below,
        };
    }
    sketch
}

/// The ring's nodes in turn from the first of the file, or `None` if the core is no ring.
fn order(graph: &Graph, core: &[bool]) -> Option<Vec<usize>> {
    let start = core.iter().position(|&inside| inside)?;
    let around = |v: usize| graph.near[v].iter().copied().filter(|&w| core[w]);
    if (0..graph.len()).any(|v| core[v] && around(v).count() != 2) {
        return None;
    }
    let mut ring = vec![start];
    let (mut before, mut at) = (start, around(start).next()?);
    while at != start {
        ring.push(at);
        let next = around(at).find(|&w| w != before)?;
        (before, at) = (at, next);
    }
    Some(ring)
}

/// A node of the ring with its trees.
fn grown(graph: &Graph, core: &[bool], v: usize, down: bool) -> Branch {
    let row = i32::from(down);
    let size = &graph.sizes[v];
    let children: Vec<usize> = graph.near[v].iter().copied().filter(|&w| !core[w]).collect();
    let half = size.half().max(size.width / 2.0 + GAP);
    let mut branch = Branch::single(v, row, half, half);
    let outside = if down { Side::Below } else { Side::Above };
    let inside = if down { Side::Above } else { Side::Below };
    branch.wishes.push((v, if children.is_empty() { outside } else { inside }));
    branch.take(hang::fan(graph, v, &children, row, down), 0.0);
    branch
}

/// How far apart the nodes of a row must stand.
fn pitch(row: &[Branch]) -> f64 {
    let least = row.windows(2).map(|pair| pair[0].room_for(&pair[1]));
    least.fold(180.0, f64::max)
}
