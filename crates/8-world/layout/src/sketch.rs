//! A drawing while it is being made: places of nodes, bends of cables, and beside which edge of its
//! machine a label would like to stand.

use std::collections::BTreeMap;

use super::geometry::{Area, Point};
use super::graph::{Graph, LABEL_GAP};

/// Beside which edge of its machine a label stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Below,
    Above,
    Right,
    Left,
    BelowRight,
    AboveRight,
    BelowLeft,
    AboveLeft,
}

impl Side {
    /// All of them, the plainest first.
    pub(crate) const ALL: [Side; 8] = [
        Side::Below,
        Side::Above,
        Side::Right,
        Side::Left,
        Side::BelowRight,
        Side::AboveRight,
        Side::BelowLeft,
        Side::AboveLeft,
    ];
}

/// A drawing of a graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sketch {
    /// Centre of each node.
    pub(crate) at: Vec<Point>,
    /// Where an edge (smaller end first) bends on the way from its smaller to its larger end.
    pub(crate) bends: BTreeMap<(usize, usize), Vec<Point>>,
    /// Where each label would like to be.
    pub(crate) wishes: Vec<Side>,
    /// Where each label is; empty until they are placed.
    pub(crate) labels: Vec<Area>,
}

impl Sketch {
    pub(crate) fn new(at: Vec<Point>) -> Sketch {
        let wishes = vec![Side::Below; at.len()];
        Sketch { at, wishes, ..Sketch::default() }
    }

    /// The way of an edge, from its smaller to its larger end.
    pub(crate) fn way(&self, a: usize, b: usize) -> Vec<Point> {
        let bends = self.bends.get(&(a, b)).into_iter().flatten().copied();
        std::iter::once(self.at[a]).chain(bends).chain([self.at[b]]).collect()
    }

    /// Where a machine's picture lies.
    pub(crate) fn body(&self, graph: &Graph, v: usize) -> Area {
        Area::around(self.at[v], graph.sizes[v].width, graph.sizes[v].height)
    }

    /// Everything of this drawing in one box.
    pub(crate) fn bounds(&self, graph: &Graph) -> Area {
        let bodies = (0..self.at.len()).map(|v| self.body(graph, v));
        let bends = self.bends.values().flatten().map(|&p| Area::around(p, 2.0, 2.0));
        let all = bodies.chain(self.labels.iter().copied()).chain(bends);
        all.reduce(|one, other| one.with(&other)).unwrap_or_default()
    }

    /// Moves everything.
    pub(crate) fn shift(&mut self, x: f64, y: f64) {
        let points = self.at.iter_mut().chain(self.bends.values_mut().flatten());
        for point in points {
            *point = point.plus(x, y);
        }
        for label in &mut self.labels {
            (label.x, label.y) = (label.x + x, label.y + y);
        }
    }
}

/// Where the label of a node stands if it stands at this side.
pub(crate) fn label_at(graph: &Graph, v: usize, at: Point, side: Side) -> Area {
    let size = &graph.sizes[v];
    let (dx, dy) = (size.width / 2.0 + LABEL_GAP, size.height / 2.0 + LABEL_GAP);
    let (w, h) = (size.label_width, size.label_height);
    let (left, up) = match side {
        Side::Below => (-w / 2.0, dy),
        Side::Above => (-w / 2.0, -dy - h),
        Side::Right => (dx, -h / 2.0),
        Side::Left => (-dx - w, -h / 2.0),
        Side::BelowRight => (dx, LABEL_GAP),
        Side::AboveRight => (dx, -LABEL_GAP - h),
        Side::BelowLeft => (-dx - w, LABEL_GAP),
        Side::AboveLeft => (-dx - w, -LABEL_GAP - h),
    };
    Area { x: at.x + left, y: at.y + up, width: w, height: h }
}
