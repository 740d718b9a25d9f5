//! What is wrong with a picture, counted: tests hold all labs to it, and drawings are chosen by it.

use super::Layout;
use super::geometry::{Area, Point, cross};
use super::graph::Graph;
use super::sketch::Sketch;

/// How near a machine's picture may come to a cable that is not its own.
pub(crate) const MARGIN: f64 = 5.0;

/// Pairs of things that stand in each other's way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Two machines that overlap.
    pub machines: usize,
    /// Two labels, or a label and a machine, that overlap.
    pub labels: usize,
    /// A machine within 5 px of a cable that is not its own.
    pub on_cable: usize,
    /// Two cables that cross.
    pub crossings: usize,
    /// A label with a cable under it.
    pub under_label: usize,
}

impl Faults {
    /// Faults that no picture may have, whatever the network.
    pub fn hard(&self) -> usize {
        self.machines + self.labels + self.on_cable
    }
}

/// The parts of a picture that can be in each other's way.
struct Scene {
    bodies: Vec<Area>,
    labels: Vec<Area>,
    cables: Vec<((usize, usize), Vec<Point>)>,
}

/// Counts what is wrong with a picture.
pub fn faults(layout: &Layout) -> Faults {
    let body =
        |node: &super::Placed| Area::around(Point::new(node.x, node.y), node.width, node.height);
    let way = |link: &super::Routed| link.points.iter().map(|&[x, y]| Point::new(x, y)).collect();
    let scene = Scene {
        bodies: layout.nodes.iter().map(body).collect(),
        labels: layout.nodes.iter().map(|node| node.label).collect(),
        cables: layout.links.iter().map(|link| (link.ends, way(link))).collect(),
    };
    scene.faults()
}

/// Counts what is wrong with a drawing whose labels are placed.
pub(crate) fn of_sketch(graph: &Graph, sketch: &Sketch) -> Faults {
    let scene = Scene {
        bodies: (0..graph.len()).map(|v| sketch.body(graph, v)).collect(),
        labels: sketch.labels.clone(),
        cables: graph.edges().iter().map(|&(a, b)| ((a, b), sketch.way(a, b))).collect(),
    };
    scene.faults()
}

impl Scene {
    fn faults(&self) -> Faults {
        Faults {
            machines: pairs(&self.bodies),
            labels: pairs(&self.labels) + self.labels_on_machines(),
            on_cable: self.on_cable(),
            crossings: self.crossings(),
            under_label: self.under_label(),
        }
    }

    fn labels_on_machines(&self) -> usize {
        let on = |label: &Area| self.bodies.iter().filter(|body| body.meets(label)).count();
        self.labels.iter().filter(|label| label.width > 0.0).map(on).sum()
    }

    fn on_cable(&self) -> usize {
        let near = |v: usize| {
            let body = self.bodies[v].grown(MARGIN);
            let foreign = self.cables.iter().filter(|((a, b), _)| *a != v && *b != v);
            foreign.filter(|(_, way)| runs_through(&body, way)).count()
        };
        (0..self.bodies.len()).map(near).sum()
    }

    fn under_label(&self) -> usize {
        let under =
            |label: &Area| self.cables.iter().filter(|(_, way)| runs_through(label, way)).count();
        self.labels.iter().filter(|label| label.width > 0.0).map(under).sum()
    }

    fn crossings(&self) -> usize {
        let later = |(i, (_, way)): (usize, &((usize, usize), Vec<Point>))| {
            self.cables[i + 1..].iter().filter(|(_, other)| ways_cross(way, other)).count()
        };
        self.cables.iter().enumerate().map(later).sum()
    }
}

fn pairs(areas: &[Area]) -> usize {
    let seen: Vec<&Area> = areas.iter().filter(|area| area.width > 0.0).collect();
    let later =
        |(i, area): (usize, &&Area)| seen[i + 1..].iter().filter(|other| area.meets(other)).count();
    seen.iter().enumerate().map(later).sum()
}

fn runs_through(area: &Area, way: &[Point]) -> bool {
    way.windows(2).any(|pair| area.cut_by(pair[0], pair[1]))
}

/// Whether two cables cross; meeting at a common end is no crossing.
pub(crate) fn ways_cross(one: &[Point], other: &[Point]) -> bool {
    let meets = |a: Point, b: Point| other.windows(2).any(|pair| cross(a, b, pair[0], pair[1]));
    one.windows(2).any(|pair| meets(pair[0], pair[1]))
}
