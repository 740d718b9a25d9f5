//! Rows of nodes under (or above) the node they hang from: trees in layers, hosts in racks.
//!
//! ```text
//!        sw                 sw             row 0
//!       / | \            / |    | \
//!     pc1 sw2 pc2      pc1-|  pc3-|        row 1     a rack: many hosts under one switch
//!        /  \              |      |
//!      pc3  pc4          pc2    pc4        row 2
//! ```
//!
//! A branch knows how far it reaches left and right in each row; branches are pushed together until
//! they would touch in some row. Rows get their heights when the whole drawing is known.

use std::collections::BTreeMap;

use super::geometry::Point;
use super::graph::{GAP, Graph};
use super::sketch::{Side, Sketch};
use super::tree::SCREEN;

/// More hosts than this in one row are put into a rack of several rows.
pub(crate) const MOST_IN_A_ROW: usize = 9;
/// A child less than this from under its parent hangs upright.
const UPRIGHT: f64 = 16.0;
/// Room for one cable between the columns of a rack.
const LANE: f64 = 14.0;
/// What a rack assumes of a row's height when it chooses how many rows it has.
const ROW_GUESS: f64 = 110.0;

/// A part of a drawing: places by x and row; rows grow downwards, row 0 holds the spine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Branch {
    /// Node, x, row.
    pub(crate) spots: Vec<(usize, f64, i32)>,
    /// How far it reaches in each row.
    pub(crate) reach: BTreeMap<i32, (f64, f64)>,
    /// Parent, child, and the x where its cable comes down beside the column.
    pub(crate) lanes: Vec<(usize, usize, Option<f64>)>,
    /// Labels that stand elsewhere than below.
    pub(crate) wishes: Vec<(usize, Side)>,
}

impl Branch {
    /// One node at x = 0.
    pub(crate) fn single(v: usize, row: i32, left: f64, right: f64) -> Branch {
        Branch {
            spots: vec![(v, 0.0, row)],
            reach: BTreeMap::from([(row, (-left, right))]),
            ..Branch::default()
        }
    }

    /// How far right of this branch's zero `other`'s zero must lie.
    pub(crate) fn room_for(&self, other: &Branch) -> f64 {
        let rows = self.reach.iter().filter_map(|(row, &(_, right))| {
            other.reach.get(row).map(|&(left, _)| right - left + GAP)
        });
        rows.fold(0.0, f64::max)
    }

    /// Takes `other` in, moved right by `x`.
    pub(crate) fn take(&mut self, other: Branch, x: f64) {
        self.spots.extend(other.spots.into_iter().map(|(v, at, row)| (v, at + x, row)));
        let lane =
            |(parent, child, at): (usize, usize, Option<f64>)| (parent, child, at.map(|at| at + x));
        self.lanes.extend(other.lanes.into_iter().map(lane));
        self.wishes.extend(other.wishes);
        for (row, (left, right)) in other.reach {
            let mine = self.reach.entry(row).or_insert((left + x, right + x));
            *mine = (mine.0.min(left + x), mine.1.max(right + x));
        }
    }

    fn moved(self, x: f64) -> Branch {
        let mut moved = Branch::default();
        moved.take(self, x);
        moved
    }
}

/// The branch of `v` and all that hangs from it, away from `from`; `v` is at x = 0.
pub(crate) fn hang(graph: &Graph, v: usize, from: usize, row: i32, down: bool) -> Branch {
    let children: Vec<usize> = graph.near[v].iter().copied().filter(|&w| w != from).collect();
    let size = &graph.sizes[v];
    if children.is_empty() {
        let mut branch = Branch::single(v, row, size.half(), size.half());
        branch.wishes.push((v, if down { Side::Below } else { Side::Above }));
        return branch;
    }
    let beside = size.width / 2.0 + size.label_width + 8.0;
    let mut branch = Branch::single(v, row, size.width / 2.0 + 4.0, beside);
    branch.wishes.push((v, Side::Right));
    branch.take(fan(graph, v, &children, row, down), 0.0);
    branch
}

/// The children of `v` side by side, centred under x = 0; `v` itself is not in it.
pub(crate) fn fan(graph: &Graph, v: usize, children: &[usize], row: i32, down: bool) -> Branch {
    let next = if down { row + 1 } else { row - 1 };
    let is_leaf = |w: &&usize| graph.near[**w].len() == 1;
    let leaves: Vec<usize> = children.iter().filter(is_leaf).copied().collect();
    let racked = leaves.len() > MOST_IN_A_ROW;
    let mut whole = Branch::default();
    let (mut first, mut last) = (None, 0.0);
    for &child in children {
        let leaf = graph.near[child].len() == 1;
        if racked && leaf && child != leaves[0] {
            continue;
        }
        let (branch, left, right) = if racked && leaf {
            rack(graph, v, &leaves, next, down)
        } else {
            (hang(graph, child, v, next, down), 0.0, 0.0)
        };
        let x = whole.room_for(&branch).max(last);
        whole.take(branch, x);
        if !(racked && leaf) {
            whole.lanes.push((v, child, None));
        }
        first.get_or_insert(x + left);
        last = x + right;
    }
    let middle = (first.unwrap_or(0.0) + last) / 2.0;
    // A child that is nearly in the middle hangs upright: a slant of a few pixels looks like a slip.
    let upright =
        whole.spots.iter().find(|&&(_, x, at)| at == next && (x - middle).abs() < UPRIGHT);
    let middle = upright.map_or(middle, |&(_, x, _)| x);
    whole.moved(-middle)
}

/// Many hosts in columns; its width and where its first and last column stand.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn rack(graph: &Graph, v: usize, leaves: &[usize], row: i32, down: bool) -> (Branch, f64, f64) {
    let widest = leaves.iter().map(|&leaf| graph.sizes[leaf].half()).fold(0.0, f64::max);
    let count = leaves.len() as f64;
    let rows = (count * 2.0 * widest / (ROW_GUESS * 2.0 * SCREEN)).sqrt().round().max(1.0) as usize;
    let columns = leaves.len().div_ceil(rows);
    let pitch = 2.0 * widest + LANE * rows as f64;
    let mut whole = Branch::default();
    for (place, &leaf) in leaves.iter().enumerate() {
        let (line, column) = (place / columns, place % columns);
        let x = column as f64 * pitch;
        let at = if down { row + line as i32 } else { row - line as i32 };
        whole.take(Branch::single(leaf, at, widest, widest + LANE * rows as f64), x);
        let lane = (line > 0).then_some(x + widest + LANE * line as f64);
        whole.lanes.push((v, leaf, lane));
        whole.wishes.push((leaf, if down { Side::Below } else { Side::Above }));
    }
    (whole, 0.0, (columns - 1) as f64 * pitch)
}

/// Gives rows their heights and cables their bends.
pub(crate) fn sketch(graph: &Graph, branch: &Branch) -> Sketch {
    let heights = rows(graph, branch);
    let mut sketch = Sketch::new(vec![Point::default(); graph.len()]);
    for &(v, x, row) in &branch.spots {
        sketch.at[v] = Point::new(x, heights[&row].0);
    }
    for &(v, side) in &branch.wishes {
        sketch.wishes[v] = side;
    }
    let row_of: BTreeMap<usize, i32> = branch.spots.iter().map(|&(v, _, row)| (v, row)).collect();
    for fan in branch.lanes.chunk_by(|one, other| one.0 == other.0) {
        let sides = [true, false].map(|down| {
            let of =
                |lane: &&(usize, usize, Option<f64>)| (row_of[&lane.1] > row_of[&lane.0]) == down;
            fan.iter().filter(of).copied().collect::<Vec<_>>()
        });
        for lanes in sides.iter().filter(|lanes| !lanes.is_empty()) {
            bend(graph, &mut sketch, lanes, &heights, &row_of);
        }
    }
    sketch
}

/// Bends the cables of one fan where straight ones would touch a neighbour.
fn bend(
    graph: &Graph,
    sketch: &mut Sketch,
    lanes: &[(usize, usize, Option<f64>)],
    heights: &BTreeMap<i32, (f64, f64)>,
    row_of: &BTreeMap<usize, i32>,
) {
    let parent = lanes[0].0;
    let straight = |&(_, child, lane): &(usize, usize, Option<f64>)| {
        let clear = |&(_, other, _): &(usize, usize, Option<f64>)| {
            let body = sketch.body(graph, other).grown(8.0);
            other == child || !body.cut_by(sketch.at[parent], sketch.at[child])
        };
        lane.is_none() && lanes.iter().all(clear)
    };
    if lanes.iter().all(straight) {
        return;
    }
    let down = row_of[&lanes[0].1] > row_of[&parent];
    let first = if down { row_of[&parent] + 1 } else { row_of[&parent] - 1 };
    let (y, reach) = heights[&first];
    let edge = if down { y - reach } else { y + reach };
    for &(_, child, lane) in lanes {
        let at = sketch.at[child];
        let mut way = vec![Point::new(lane.unwrap_or(at.x), edge)];
        way.extend(lane.map(|x| Point::new(x, at.y)));
        if child < parent {
            way.reverse();
        }
        sketch.bends.insert((parent.min(child), parent.max(child)), way);
    }
}

/// For each row the y of its centres, and how far from it a bend lies on the side of the spine.
fn rows(graph: &Graph, branch: &Branch) -> BTreeMap<i32, (f64, f64)> {
    let mut reach: BTreeMap<i32, (f64, f64)> = BTreeMap::new();
    let wish: BTreeMap<usize, Side> = branch.wishes.iter().copied().collect();
    for &(v, _, row) in &branch.spots {
        let size = &graph.sizes[v];
        let half = size.height / 2.0;
        let (above, below) = match wish.get(&v) {
            Some(Side::Above) => (half + 4.0 + size.label_height, half),
            None | Some(Side::Below) => (half, half + 4.0 + size.label_height),
            Some(_) => (half.max(size.label_height / 2.0), half.max(size.label_height / 2.0)),
        };
        let mine = reach.entry(row).or_default();
        *mine = (mine.0.max(above), mine.1.max(below));
    }
    let air = |row: i32| {
        let (left, right) = branch.reach.get(&row).copied().unwrap_or_default();
        ((right - left) / 10.0).clamp(36.0, 80.0)
    };
    let mut heights = BTreeMap::new();
    let (mut y, mut first) = (0.0, true);
    let below_of = |row: i32| reach.get(&row).map_or(0.0, |reach| reach.1);
    let step = |row: i32| {
        let above = reach.get(&row).map_or(0.0, |reach| reach.0);
        // Cables fan out between a row and the next one away from the spine.
        below_of(row - 1) + air(if row > 0 { row } else { row - 1 }) + above
    };
    // The first rows above and below the spine are as far from it as each other.
    let even = if reach.contains_key(&-1) { step(0).max(step(1)) } else { 0.0 };
    for (&row, &(above, below)) in &reach {
        if !std::mem::take(&mut first) {
            let even = if (0..=1).contains(&row) { even } else { 0.0 };
            y += step(row).max(even);
        }
        let toward = if row >= 0 { above } else { below };
        heights.insert(row, (y, toward + 10.0));
    }
    heights
}
