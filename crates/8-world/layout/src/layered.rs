//! A data centre: hosts in the lowest row, the switches they hang from above them, and so on up to
//! those that only join switches. Such networks cross whatever one does; in rows they can be read.

use super::faults::of_sketch;
use super::geometry::Point;
use super::graph::{GAP, Graph};
use super::hang::{self, Branch};
use super::labels;
use super::sketch::{Side, Sketch};

/// How often rows are put into the order of their neighbours.
const SWEEPS: usize = 8;
/// How often rows are moved further apart.
const MOST_STRETCHES: usize = 8;

/// The drawing, or `None` if the network has no such rows, or they cannot be kept clear.
pub(crate) fn draw(graph: &Graph) -> Option<Sketch> {
    let ranks = ranks(graph)?;
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); ranks.iter().max()? + 1];
    (0..graph.len()).for_each(|v| rows[ranks[v]].push(v));
    let mut place = vec![0.0; graph.len()];
    rows.iter().for_each(|row| number(row, &mut place));
    for sweep in 0..SWEEPS {
        for i in 1..rows.len() {
            // From the hosts upwards, then downwards.
            let i = if sweep % 2 == 0 { i } else { rows.len() - 1 - i };
            let toward = if sweep % 2 == 0 { i.checked_sub(1)? } else { i + 1 };
            sort(graph, &mut rows[i], &ranks, toward, &mut place);
        }
    }
    let sketch = hang::sketch(graph, &in_rows(graph, &rows));
    stretched(graph, sketch)
}

/// How far each node is from the nearest end; `None` if cables join others than neighbouring ranks.
fn ranks(graph: &Graph) -> Option<Vec<usize>> {
    let mut ranks = vec![usize::MAX; graph.len()];
    let mut queue: Vec<usize> = (0..graph.len()).filter(|&v| graph.near[v].len() == 1).collect();
    queue.iter().for_each(|&v| ranks[v] = 0);
    let mut next = 0;
    while let Some(&v) = queue.get(next) {
        next += 1;
        for &w in &graph.near[v] {
            if ranks[w] == usize::MAX {
                ranks[w] = ranks[v] + 1;
                queue.push(w);
            }
        }
    }
    let steps = graph.edges().iter().all(|&(a, b)| ranks[a].abs_diff(ranks[b]) == 1);
    (steps && !ranks.contains(&usize::MAX)).then_some(ranks)
}

#[allow(clippy::cast_precision_loss)] // far below 2^52
fn number(row: &[usize], place: &mut [f64]) {
    // Shares of the row: rows of different lengths lie over each other.
    row.iter().enumerate().for_each(|(i, &v)| place[v] = (i as f64 + 0.5) / row.len() as f64);
}

/// Puts a row into the order of its neighbours in another row.
#[allow(clippy::cast_precision_loss)] // far below 2^52
fn sort(graph: &Graph, row: &mut [usize], ranks: &[usize], toward: usize, place: &mut [f64]) {
    let mean = |&v: &usize| {
        let near: Vec<f64> =
            graph.near[v].iter().filter(|&&w| ranks[w] == toward).map(|&w| place[w]).collect();
        if near.is_empty() { place[v] } else { near.iter().sum::<f64>() / near.len() as f64 }
    };
    row.sort_by(|one, other| mean(one).total_cmp(&mean(other)));
    number(row, place);
}

/// Rows of equal width, the last rank uppermost.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
fn in_rows(graph: &Graph, rows: &[Vec<usize>]) -> Branch {
    let room = |v: usize, end: bool| {
        let size = &graph.sizes[v];
        if end { 2.0 * size.half() } else { size.width + 2.0 * size.label_width }
    };
    let pitch = |(i, row): (usize, &Vec<usize>)| {
        let widest = row.iter().map(|&v| room(v, i == 0 || i + 1 == rows.len()));
        (widest.fold(0.0, f64::max) + GAP) * row.len() as f64
    };
    let width = rows.iter().enumerate().map(pitch).fold(0.0, f64::max);
    let mut whole = Branch::default();
    for (i, row) in rows.iter().enumerate() {
        let side = match i {
            0 => Side::Below,
            _ if i + 1 == rows.len() => Side::Above,
            _ => Side::Right,
        };
        for (j, &v) in row.iter().enumerate() {
            let x = width * (j as f64 + 0.5) / row.len() as f64;
            let half = graph.sizes[v].half();
            whole.take(Branch::single(v, (rows.len() - 1 - i) as i32, half, half), x);
            whole.wishes.push((v, side));
        }
    }
    whole
}

/// Rows further and further apart until no cable runs over a machine.
fn stretched(graph: &Graph, mut sketch: Sketch) -> Option<Sketch> {
    for _ in 0..MOST_STRETCHES {
        sketch.labels = labels::place(graph, &sketch);
        if of_sketch(graph, &sketch).hard() == 0 {
            return Some(sketch);
        }
        sketch.at.iter_mut().for_each(|p| *p = Point::new(p.x, p.y * 1.25));
    }
    None
}
