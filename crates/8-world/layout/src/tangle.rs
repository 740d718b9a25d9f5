//! Networks that are neither trees nor rings: without crossings where that can be, else with few.
//!
//! Two first drawings (distances on paper like distances in the network; without crossings by
//! [`super::spread`]) are untangled, set apart until nothing is in anything's way, and the better one
//! is taken.

use super::faults::{Faults, of_sketch};
use super::geometry::Point;
use super::graph::Graph;
use super::labels;
use super::layered;
use super::planar::{self, Rotation};
use super::polish;
use super::sketch::Sketch;
use super::spread::spread;
use super::untangle::{self, crossings};

/// Length of a cable where nothing asks for another.
const LENGTH: f64 = 150.0;
/// Above this many nodes nobody looks for a drawing without crossings.
const MOST_PLANAR: usize = 250;
/// Up to so many nodes there is time for a second try.
const FEW: usize = 60;
/// How many faces are tried as the outer one, and how often a crowded drawing gets more room.
const OUTER_FACES: usize = 4;
const WIDENINGS: usize = 3;

/// The drawing.
pub(crate) fn draw(graph: &Graph) -> Sketch {
    let edges = graph.edges();
    let task = Task { graph, steps: steps(graph), length: length(graph.len(), edges.len()) };
    let rotation = if graph.len() <= MOST_PLANAR { planar::embed(graph) } else { None };
    if let Some(rows) = layered::draw(graph).filter(|_| rotation.is_none()) {
        return rows;
    }
    let tries = match &rotation {
        Some(rotation) => task.without_crossings(rotation, 0),
        None => task.with_crossings(),
    };
    let mut best = task.best(tries);
    for outer in 1..OUTER_FACES {
        let Some(rotation) = rotation.as_ref().filter(|_| !clean(graph, &best)) else { break };
        let other = task.best(task.without_crossings(rotation, outer));
        if polish::cost(graph, &other) < polish::cost(graph, &best) {
            best = other;
        }
    }
    best
}

fn clean(graph: &Graph, sketch: &Sketch) -> bool {
    let faults = of_sketch(graph, sketch);
    faults.hard() + faults.crossings == 0
}

/// What is to be drawn.
struct Task<'a> {
    graph: &'a Graph,
    /// How many cables lie between any two nodes on the shortest way.
    steps: Vec<Vec<u32>>,
    /// How long a cable would like to be.
    length: f64,
}

impl Task<'_> {
    /// First drawings of a planar graph: none of them has a crossing.
    fn without_crossings(&self, rotation: &Rotation, outer: usize) -> Vec<Vec<Point>> {
        let size = 1.2 * half_width(self.graph.len(), self.length);
        let apart = spread(self.graph, rotation, outer, size);
        let like = by_distance(&self.steps, apart.clone(), self.length);
        let flat = crossings(&self.graph.edges(), &like) == 0;
        std::iter::once(apart).chain(flat.then_some(like)).collect()
    }

    /// First drawings of a graph that is not planar, or too large to find out.
    fn with_crossings(&self) -> Vec<Vec<Point>> {
        let round = circle(self.graph.len(), self.length);
        let like = by_distance(&self.steps, round.clone(), self.length);
        let few = self.graph.len() <= FEW;
        std::iter::once(like).chain(few.then_some(round)).collect()
    }

    fn best(&self, tries: Vec<Vec<Point>>) -> Sketch {
        let drawn = tries.into_iter().map(|at| self.worked_out(at));
        let cost = |sketch: &Sketch| polish::cost(self.graph, sketch);
        drawn.min_by(|one, other| cost(one).total_cmp(&cost(other))).unwrap_or_default()
    }

    /// Untangles and sets apart, on more and more room until nothing is in anything's way.
    fn worked_out(&self, mut at: Vec<Point>) -> Sketch {
        let (graph, edges) = (self.graph, self.graph.edges());
        let mut length = self.length;
        untangle::improve(graph, &self.steps, &mut at, length);
        if crossings(&edges, &at) > 0 && graph.len() <= FEW {
            untangle::improve(graph, &self.steps, &mut at, length);
        }
        let bad = |sketch: &Sketch| {
            let faults = of_sketch(graph, sketch);
            faults.hard() + faults.crossings
        };
        let crossed = crossings(&edges, &at);
        let mut sketch = set_apart(graph, &at);
        for _ in 0..WIDENINGS {
            if bad(&sketch) <= crossed {
                break;
            }
            length *= 1.4;
            at.iter_mut().for_each(|p| *p = Point::new(p.x * 1.4, p.y * 1.4));
            untangle::improve(graph, &self.steps, &mut at, length);
            let wider = set_apart(graph, &at);
            if bad(&wider) < bad(&sketch) {
                sketch = wider;
            }
        }
        polish::polish(graph, sketch)
    }
}

/// How long cables would like to be: longer where many meet.
#[allow(clippy::cast_precision_loss)] // far below 2^52
fn length(nodes: usize, edges: usize) -> f64 {
    let degree = 2.0 * edges as f64 / (nodes as f64).max(1.0);
    LENGTH * (degree / 2.6).clamp(1.0, 2.2)
}

#[allow(clippy::cast_precision_loss)] // far below 2^52
fn half_width(nodes: usize, length: f64) -> f64 {
    length * (nodes as f64).sqrt()
}

#[allow(clippy::cast_precision_loss)] // far below 2^52
fn circle(nodes: usize, length: f64) -> Vec<Point> {
    let angle = |v: usize| std::f64::consts::TAU * (v as f64 / nodes as f64 - 0.375);
    let half = half_width(nodes, length);
    let at = |v: usize| Point::new(half * angle(v).cos(), half * angle(v).sin() * 0.6);
    (0..nodes).map(at).collect()
}

/// How many cables lie between any two nodes on the shortest way.
fn steps(graph: &Graph) -> Vec<Vec<u32>> {
    let from = |start: usize| {
        let mut steps = vec![u32::MAX; graph.len()];
        steps[start] = 0;
        let mut queue = vec![start];
        let mut next = 0;
        while let Some(&v) = queue.get(next) {
            next += 1;
            for &w in &graph.near[v] {
                if steps[w] == u32::MAX {
                    steps[w] = steps[v] + 1;
                    queue.push(w);
                }
            }
        }
        steps
    };
    (0..graph.len()).map(from).collect()
}

/// Moves nodes until distances on paper are like distances in the network (stress majorisation).
fn by_distance(steps: &[Vec<u32>], mut at: Vec<Point>, length: f64) -> Vec<Point> {
    let rounds = (4_000_000 / (at.len() * at.len()).max(1)).clamp(20, 200);
    for _ in 0..rounds {
        for v in 0..at.len() {
            let (mut x, mut y, mut weight) = (0.0, 0.0, 0.0);
            for w in (0..at.len()).filter(|&w| w != v) {
                let wanted = f64::from(steps[v][w]) * length;
                let share = 1.0 / (wanted * wanted);
                let far = at[v].distance(at[w]).max(1.0);
                x += share * (at[w].x + wanted * (at[v].x - at[w].x) / far);
                y += share * (at[w].y + wanted * (at[v].y - at[w].y) / far);
                weight += share;
            }
            if weight > 0.0 {
                at[v] = Point::new(x / weight, y / weight);
            }
        }
    }
    lie_down(&mut at);
    at
}

/// Turns the drawing so that it is wider than high, the first node at the left.
#[allow(clippy::cast_precision_loss)] // far below 2^52
fn lie_down(at: &mut [Point]) {
    let count = at.len() as f64;
    let sum = at.iter().fold(Point::default(), |sum, p| sum.plus(p.x, p.y));
    let middle = Point::new(sum.x / count, sum.y / count);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for p in at.iter() {
        let (x, y) = (p.x - middle.x, p.y - middle.y);
        (xx, yy, xy) = (xx + x * x, yy + y * y, xy + x * y);
    }
    let mut angle = 0.5 * (2.0 * xy).atan2(xx - yy);
    let along = (at[0].x - middle.x) * angle.cos() + (at[0].y - middle.y) * angle.sin();
    if along > 0.0 {
        angle += std::f64::consts::PI;
    }
    for p in at.iter_mut() {
        let (x, y) = (p.x - middle.x, p.y - middle.y);
        *p = Point::new(x * angle.cos() + y * angle.sin(), y * angle.cos() - x * angle.sin());
    }
}

/// Stretches a drawing until nothing is in anything's way, as little as is enough.
fn set_apart(graph: &Graph, at: &[Point]) -> Sketch {
    let crossed = crossings(&graph.edges(), at);
    let stretched = |x: f64, y: f64| {
        let moved = at.iter().map(|p| Point::new((p.x * x).round(), (p.y * y).round()));
        let mut sketch = Sketch::new(moved.collect());
        sketch.labels = labels::place(graph, &sketch);
        sketch
    };
    // Whole pixels may bring a crossing where nodes stand close.
    let bad = |faults: &Faults| faults.hard() + faults.crossings.saturating_sub(crossed);
    let scales = (0..12).scan(1.0, |scale, _| Some(std::mem::replace(scale, *scale * 1.1)));
    let (mut sketch, mut scale, mut least) = (Sketch::default(), 1.0, usize::MAX);
    for wider in scales {
        let tried = stretched(wider, wider);
        let faults = bad(&of_sketch(graph, &tried));
        if faults < least {
            (sketch, scale, least) = (tried, wider, faults);
        }
        if least == 0 {
            break;
        }
    }
    let (mut x, mut y) = (scale, scale);
    let mut fewest = of_sketch(graph, &sketch).under_label;
    for (shrink_x, shrink_y) in [(1.0, 0.9), (0.9, 1.0)].repeat(4) {
        let smaller = stretched(x * shrink_x, y * shrink_y);
        let faults = of_sketch(graph, &smaller);
        if bad(&faults) <= least && faults.under_label <= fewest {
            (x, y, sketch, fewest) = (x * shrink_x, y * shrink_y, smaller, faults.under_label);
        }
    }
    sketch
}
