//! Parts that no cable joins, side by side in rows, in the order of the file.

use super::geometry::{Area, Point};
use super::graph::Graph;
use super::sketch::{Side, Sketch};
use super::tree::SCREEN;

/// Room between two parts.
const BETWEEN: f64 = 40.0;

/// One drawing of all parts; `members` says which node of the whole each node of a part is.
pub(crate) fn together(whole: &Graph, members: &[Vec<usize>], parts: Vec<Sketch>) -> Sketch {
    let boxes: Vec<Area> = parts
        .iter()
        .zip(members)
        .map(|(part, members)| part.bounds(&whole.part(members)))
        .collect();
    let mut sketch = Sketch::new(vec![Point::default(); whole.len()]);
    sketch.labels = vec![Area::default(); whole.len()];
    sketch.wishes = vec![Side::Below; whole.len()];
    let corners = shelves(&boxes, best_width(&boxes)).0;
    for (((mut part, members), area), corner) in
        parts.into_iter().zip(members).zip(&boxes).zip(corners)
    {
        part.shift(corner.x - area.x, corner.y - area.y);
        for (v, &node) in members.iter().enumerate() {
            sketch.at[node] = part.at[v];
            sketch.labels[node] = part.labels[v];
        }
        // Members ascend, so the smaller end stays the smaller.
        let bends = part.bends.into_iter();
        sketch.bends.extend(bends.map(|((a, b), way)| ((members[a], members[b]), way)));
    }
    sketch
}

/// Left upper corners when a row is at most this wide, and the size of the whole.
fn shelves(boxes: &[Area], most: f64) -> (Vec<Point>, f64, f64) {
    let (mut corners, mut width) = (Vec::new(), 0.0_f64);
    let (mut x, mut y, mut height) = (0.0, 0.0, 0.0_f64);
    for area in boxes {
        if x > 0.0 && x + area.width > most {
            (x, y, height) = (0.0, y + height + BETWEEN, 0.0);
        }
        corners.push(Point::new(x, y));
        width = width.max(x + area.width);
        height = height.max(area.height);
        x += area.width + BETWEEN;
    }
    (corners, width, y + height)
}

/// The width of rows that brings the whole nearest to the shape of a screen.
fn best_width(boxes: &[Area]) -> f64 {
    let widest = boxes.iter().map(|area| area.width).fold(0.0, f64::max);
    let area: f64 = boxes.iter().map(|b| (b.width + BETWEEN) * (b.height + BETWEEN)).sum();
    let guess = (area * SCREEN).sqrt();
    let tries = (4..=20).map(|tenth| widest.max(guess * f64::from(tenth) / 10.0));
    let off = |most: f64| {
        let (_, width, height) = shelves(boxes, most);
        (width.max(1.0) / height.max(1.0) / SCREEN).ln().abs()
    };
    tries.min_by(|&one, &other| off(one).total_cmp(&off(other))).unwrap_or(widest)
}
