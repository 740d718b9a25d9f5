//! Beside which edge of its machine each label stands: where it covers no machine and no other
//! label, then where no cable runs under it, then where the drawing wishes it.

use super::geometry::{Area, Point};
use super::graph::Graph;
use super::sketch::{Side, Sketch, label_at};

/// What it costs to cover a machine or a label, to cover a cable, and to stand elsewhere.
const COVER: f64 = 1000.0;
const CABLE: f64 = 10.0;
const ELSEWHERE: f64 = 1.0;
/// How often all labels look again at what the others chose.
const ROUNDS: usize = 6;

/// A box for each label.
pub(crate) fn place(graph: &Graph, sketch: &Sketch) -> Vec<Area> {
    let bodies: Vec<Area> = (0..graph.len()).map(|v| sketch.body(graph, v).grown(2.0)).collect();
    let segments: Vec<(Point, Point)> = graph
        .edges()
        .iter()
        .flat_map(|&(a, b)| {
            let way = sketch.way(a, b);
            way.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
        })
        .collect();
    let choices: Vec<[(Area, f64); 8]> = (0..graph.len())
        .map(|v| {
            let wish = sketch.wishes[v];
            Side::ALL.map(|side| {
                let area = label_at(graph, v, sketch.at[v], side);
                (area, alone(&area, side, wish, &bodies, &segments))
            })
        })
        .collect();
    settle(&choices)
}

/// What a place costs before other labels are looked at.
fn alone(area: &Area, side: Side, wish: Side, bodies: &[Area], segments: &[(Point, Point)]) -> f64 {
    if area.width == 0.0 {
        return 0.0;
    }
    let rank = Side::ALL.iter().position(|&other| other == side).unwrap_or(0);
    #[allow(clippy::cast_precision_loss)] // at most eight
    let liking = if side == wish { 0.0 } else { ELSEWHERE + 0.5 * rank as f64 };
    let wide = area.grown(2.0);
    let mut cost = liking;
    cost += COVER * count(bodies.iter().filter(|body| body.meets(area)).count());
    cost += CABLE * count(segments.iter().filter(|&&(a, b)| wide.cut_by(a, b)).count());
    cost
}

#[allow(clippy::cast_precision_loss)] // far below 2^52
fn count(things: usize) -> f64 {
    things as f64
}

/// Each label takes the best place given the others, until nobody moves.
fn settle(choices: &[[(Area, f64); 8]]) -> Vec<Area> {
    let cheapest = |of: &[(Area, f64); 8]| {
        of.iter().min_by(|one, other| one.1.total_cmp(&other.1)).map_or(of[0].0, |best| best.0)
    };
    let mut chosen: Vec<Area> = choices.iter().map(cheapest).collect();
    for _ in 0..ROUNDS {
        let mut moved = false;
        for v in 0..chosen.len() {
            let cost = |&(area, alone): &(Area, f64)| {
                let wide = area.grown(2.0);
                let others = chosen.iter().enumerate().filter(|&(w, _)| w != v);
                alone + COVER * count(others.filter(|(_, other)| wide.meets(other)).count())
            };
            let costs = choices[v].map(|choice| (choice.0, cost(&choice)));
            let best = cheapest(&costs);
            moved |= best != chosen[v];
            chosen[v] = best;
        }
        if !moved {
            break;
        }
    }
    chosen
}
