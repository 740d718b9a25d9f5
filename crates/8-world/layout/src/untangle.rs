//! Moves one node at a time where that makes a drawing better, and never where it makes it worse:
//! a drawing without crossings stays so, and one with crossings loses some.
//!
//! What a place costs: crossings most, then machines on cables and boxes that overlap, then cables
//! that run near a machine, distances that are unlike those in the network, and slanted cables.

use super::geometry::{Area, Point, cross, distance_to_segment};
use super::graph::Graph;

const ON_CABLE: f64 = 150.0;
const OVERLAP: f64 = 80.0;
const NEAR: f64 = 4.0;
/// A crossing, where there are some, and where there is none yet.
const CROSSING: f64 = 100.0;
const FIRST_CROSSING: f64 = 5000.0;
const SLANT: f64 = 0.25;
/// A picture is wider than high: an up-and-down distance counts for more.
const STEEP: f64 = 1.15;
/// Bound on the steps of all rounds together.
const WORK: usize = 24_000_000;
/// How far a node tries to move, round by round, in pixels.
const STRIDES: [f64; 14] =
    [200.0, 120.0, 80.0, 40.0, 20.0, 120.0, 60.0, 30.0, 5.0, 90.0, 40.0, 60.0, 20.0, 10.0];

/// How many pairs of edges cross.
pub(crate) fn crossings(edges: &[(usize, usize)], at: &[Point]) -> usize {
    let later = |(i, &(a, b)): (usize, &(usize, usize))| {
        let crosses = |&&(c, d): &&(usize, usize)| cross(at[a], at[b], at[c], at[d]);
        edges[i + 1..].iter().filter(crosses).count()
    };
    edges.iter().enumerate().map(later).sum()
}

/// A drawing being improved.
struct Work<'a> {
    graph: &'a Graph,
    /// Distances in the network, in cables.
    steps: &'a [Vec<u32>],
    edges: Vec<(usize, usize)>,
    /// How long a cable would like to be.
    length: f64,
    crossing: f64,
}

/// Improves the places; `steps` are the distances in the network, `length` what a cable would like
/// to have.
pub(crate) fn improve(graph: &Graph, steps: &[Vec<u32>], at: &mut [Point], length: f64) {
    let edges = graph.edges();
    let crossing = if crossings(&edges, at) == 0 { FIRST_CROSSING } else { CROSSING };
    let work = Work { graph, steps, edges, length, crossing };
    let mut done = 0;
    for stride in STRIDES.iter().cycle().take(3 * STRIDES.len()) {
        let mut moved = false;
        for v in 0..at.len() {
            let all = work.edges.len() + at.len();
            done += 10 * (graph.near[v].len() + 1) * all;
            if done > WORK {
                return;
            }
            moved |= work.step(at, v, *stride);
        }
        if !moved && *stride <= 10.0 {
            return;
        }
    }
}

impl Work<'_> {
    /// Moves a node to the best of the places around it; whether it moved.
    fn step(&self, at: &mut [Point], v: usize, stride: f64) -> bool {
        let home = at[v];
        let slant = stride * std::f64::consts::FRAC_1_SQRT_2;
        let around = [
            (stride, 0.0),
            (-stride, 0.0),
            (0.0, stride),
            (0.0, -stride),
            (slant, slant),
            (slant, -slant),
            (-slant, slant),
            (-slant, -slant),
        ];
        let mut tries: Vec<Point> = around.iter().map(|&(x, y)| home.plus(x, y)).collect();
        tries.extend(straightened(self.graph, at, v));
        let (mut best, mut cost) = (home, self.cost(at, v));
        for place in tries {
            at[v] = place;
            let other = self.cost(at, v);
            if other < cost - 1e-6 {
                (best, cost) = (place, other);
            }
        }
        at[v] = best;
        best != home
    }

    /// What the place of `v` costs, all else staying.
    fn cost(&self, at: &[Point], v: usize) -> f64 {
        let mut cost = 0.0;
        let mine = block(self.graph, v, at[v]);
        for w in (0..at.len()).filter(|&w| w != v) {
            let (dx, dy) = (at[v].x - at[w].x, (at[v].y - at[w].y) * STEEP);
            let wanted = f64::from(self.steps[v][w]) * self.length;
            let off = dx.hypot(dy) / wanted - 1.0;
            cost += if self.steps[v][w] == 1 { 1.5 * off * off } else { off * off };
            if mine.meets(&block(self.graph, w, at[w])) {
                cost += OVERLAP;
            }
        }
        let foreign = self.edges.iter().filter(|&&(a, b)| a != v && b != v);
        for &(a, b) in foreign {
            cost += near(self.graph, v, at, a, b);
        }
        let own = self.graph.near[v].iter().map(|&w| self.of_edge(at, v, w));
        cost + own.sum::<f64>()
    }

    /// What the edge from `v` to `w` costs.
    fn of_edge(&self, at: &[Point], v: usize, w: usize) -> f64 {
        let (from, to) = (at[v], at[w]);
        let apart = |a: f64, b: f64, c: f64, d: f64| a.max(b) < c.min(d) || c.max(d) < a.min(b);
        let others = self.edges.iter().filter(|&&(a, b)| a != v && b != v && a != w && b != w);
        let crossed = others.filter(|&&(a, b)| {
            let (c, d) = (at[a], at[b]);
            !apart(from.x, to.x, c.x, d.x)
                && !apart(from.y, to.y, c.y, d.y)
                && cross(from, to, c, d)
        });
        #[allow(clippy::cast_precision_loss)] // far below 2^52
        let mut cost = self.crossing * crossed.count() as f64;
        for other in (0..at.len()).filter(|&other| other != v && other != w) {
            cost += near(self.graph, other, at, v, w);
        }
        let (dx, dy) = ((from.x - to.x).abs(), (from.y - to.y).abs());
        cost + SLANT * dx.min(dy) / from.distance(to).max(1.0)
    }
}

/// Places level with or straight above a neighbour.
fn straightened(graph: &Graph, at: &[Point], v: usize) -> Vec<Point> {
    let home = at[v];
    let level = |&w: &usize| {
        let other = at[w];
        if (home.x - other.x).abs() < (home.y - other.y).abs() {
            Point::new(other.x, home.y)
        } else {
            Point::new(home.x, other.y)
        }
    };
    graph.near[v].iter().map(level).take(4).collect()
}

/// The machine with its label below it, and some air.
fn block(graph: &Graph, v: usize, at: Point) -> Area {
    let size = &graph.sizes[v];
    let top = at.y - size.height / 2.0;
    Area {
        x: at.x - size.half() - 8.0,
        y: top - 8.0,
        width: 2.0 * size.half() + 16.0,
        height: size.height + size.label_height + 16.0,
    }
}

/// What it costs that machine `v` stands near the cable from `a` to `b`.
fn near(graph: &Graph, v: usize, at: &[Point], a: usize, b: usize) -> f64 {
    let reach = 60.0;
    let (low, high) = (at[a].x.min(at[b].x) - reach, at[a].x.max(at[b].x) + reach);
    let (top, bottom) = (at[a].y.min(at[b].y) - reach, at[a].y.max(at[b].y) + reach);
    if at[v].x < low || at[v].x > high || at[v].y < top || at[v].y > bottom {
        return 0.0;
    }
    let far = distance_to_segment(at[v], at[a], at[b]);
    let room = (reach - far).max(0.0) / reach;
    let size = &graph.sizes[v];
    let body = Area::around(at[v], size.width + 14.0, size.height + 14.0);
    let on = if body.cut_by(at[a], at[b]) { ON_CABLE } else { 0.0 };
    on + NEAR * room * room
}
