//! The last strokes: a node is moved a little where that takes away what [`super::faults`] counts,
//! labels and all, or makes the picture smaller.

use super::faults::of_sketch;
use super::geometry::Point;
use super::graph::Graph;
use super::labels;
use super::sketch::Sketch;

/// Bound on the steps of all rounds together.
const WORK: usize = 6_000_000;
/// How far a node is moved, in pixels.
const STRIDES: [f64; 5] = [60.0, 30.0, 100.0, 20.0, 10.0];

/// What a drawing costs as a whole.
pub(crate) fn cost(graph: &Graph, sketch: &Sketch) -> f64 {
    let faults = of_sketch(graph, sketch);
    let bounds = sketch.bounds(graph);
    let size = bounds.width.max(bounds.height * super::tree::SCREEN);
    let slant: f64 = graph.edges().iter().map(|&(a, b)| off_line(sketch.at[a], sketch.at[b])).sum();
    count(faults.hard()) * 4000.0
        + count(faults.crossings) * 4000.0
        + count(faults.under_label) * 120.0
        + size / 6.0
        + 20.0 * slant
        + crowding(graph, sketch)
}

/// Machines that stand so close that the cable between them, or any gap, is hardly seen.
fn crowding(graph: &Graph, sketch: &Sketch) -> f64 {
    let short = |&(a, b): &(usize, usize)| (100.0 - sketch.at[a].distance(sketch.at[b])).max(0.0);
    let cables: f64 = graph.edges().iter().map(short).sum();
    let body = |v: usize| sketch.body(graph, v).grown(14.0);
    let close = |v: usize| (v + 1..graph.len()).filter(|&w| body(v).meets(&body(w))).count();
    3.0 * cables + 200.0 * count((0..graph.len()).map(close).sum())
}

/// 0 for a level or an upright line, up to 1 for one that is nearly so, which looks like a mistake.
fn off_line(a: Point, b: Point) -> f64 {
    let (dx, dy) = ((a.x - b.x).abs(), (a.y - b.y).abs());
    let off = dx.min(dy) / dx.max(dy).max(1.0);
    if off == 0.0 { 0.0 } else { 1.0 - off }
}

#[allow(clippy::cast_precision_loss)] // far below 2^52
fn count(things: usize) -> f64 {
    things as f64
}

/// Improves a drawing as long as the work is bounded.
pub(crate) fn polish(graph: &Graph, mut sketch: Sketch) -> Sketch {
    let edges = graph.edges().len();
    let one = (graph.len() + edges) * (9 * graph.len() + edges);
    let mut left = WORK / one.max(1);
    let mut best = cost(graph, &sketch);
    for stride in STRIDES {
        for v in 0..graph.len() {
            for (x, y) in [(stride, 0.0), (-stride, 0.0), (0.0, stride), (0.0, -stride)] {
                if left == 0 {
                    return sketch;
                }
                left -= 1;
                let mut moved = sketch.clone();
                moved.at[v] = moved.at[v].plus(x, y);
                moved.labels = labels::place(graph, &moved);
                let tried = cost(graph, &moved);
                if tried < best {
                    (sketch, best) = (moved, tried);
                }
            }
        }
    }
    sketch
}
