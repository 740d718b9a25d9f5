//! Whether a graph can be drawn without crossings, and in which order its edges then leave each node.
//!
//! Demoucron, Malgrange and Pertuiset: begin with a circle; what is not drawn yet falls into
//! fragments; a fragment fits into the faces that bear all its feet; draw a path of the one with the
//! least choice. If one fits nowhere, no drawing without crossings exists. Blocks (parts that no
//! single node separates) are embedded alone and joined at the nodes they share.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Graph;

/// For each node its neighbours in the order in which their edges leave it.
pub(crate) type Rotation = Vec<Vec<usize>>;

/// Nodes of a face in turn: the face lies on the same side of every step.
pub(crate) type Face = Vec<usize>;

/// An order without crossings, or `None` if there is none. The graph must be connected.
pub(crate) fn embed(graph: &Graph) -> Option<Rotation> {
    let edges = graph.edges();
    if graph.len() > 2 && edges.len() > 3 * graph.len() - 6 {
        return None;
    }
    let mut rotation: Rotation = vec![Vec::new(); graph.len()];
    for block in blocks(graph) {
        join(&mut rotation, &faces_of_block(&block)?);
    }
    Some(rotation)
}

/// The faces of an embedded graph, each as a closed walk.
pub(crate) fn faces(rotation: &Rotation) -> Vec<Face> {
    let mut after: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (v, around) in rotation.iter().enumerate() {
        for (i, &from) in around.iter().enumerate() {
            after.insert((from, v), around[(i + 1) % around.len()]);
        }
    }
    let mut seen = BTreeSet::new();
    let mut faces = Vec::new();
    for &start in after.keys() {
        let mut face = Vec::new();
        let mut step = start;
        while seen.insert(step) {
            face.push(step.0);
            step = (step.1, after[&step]);
        }
        if !face.is_empty() {
            faces.push(face);
        }
    }
    faces
}

/// Adds a block's order to each of its nodes, opened at the block's longest face: so blocks that
/// share a node stand beside each other and not inside each other.
fn join(rotation: &mut Rotation, faces: &[Face]) {
    let mut order: Vec<&Face> = faces.iter().collect();
    order.sort_by_key(|face| std::cmp::Reverse(face.len()));
    let mut after: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    let mut opened: BTreeMap<usize, usize> = BTreeMap::new();
    for face in order {
        for i in 0..face.len() {
            let (u, v, w) = (face[i], face[(i + 1) % face.len()], face[(i + 2) % face.len()]);
            after.entry(v).or_default().insert(u, w);
            opened.entry(v).or_insert(w);
        }
    }
    for (v, next) in after {
        let mut at = opened[&v];
        for _ in 0..next.len() {
            rotation[v].push(at);
            at = next[&at];
        }
    }
}

/// Edges of each block, blocks in the order in which a walk from node 0 leaves them (Tarjan).
fn blocks(graph: &Graph) -> Vec<Vec<(usize, usize)>> {
    let mut found = Vec::new();
    let mut number = vec![usize::MAX; graph.len()];
    let mut low = vec![usize::MAX; graph.len()];
    let mut edges: Vec<(usize, usize)> = Vec::new();
    let mut path = vec![(0_usize, usize::MAX, 0_usize)];
    let mut count = 0;
    while let Some(&mut (v, from, ref mut next)) = path.last_mut() {
        if *next == 0 {
            (number[v], low[v]) = (count, count);
            count += 1;
        }
        let Some(&w) = graph.near[v].get(*next) else {
            path.pop();
            if let Some(&(parent, _, _)) = path.last() {
                low[parent] = low[parent].min(low[v]);
                if low[v] >= number[parent] {
                    let at = edges.iter().position(|&edge| edge == (parent, v)).unwrap_or(0);
                    found.push(edges.split_off(at));
                }
            }
            continue;
        };
        *next += 1;
        if number[w] == usize::MAX {
            edges.push((v, w));
            path.push((w, v, 0));
        } else if w != from && number[w] < number[v] {
            edges.push((v, w));
            low[v] = low[v].min(number[w]);
        }
    }
    found
}

/// The faces of one block, all running the same way round; `None` if it is not planar.
fn faces_of_block(edges: &[(usize, usize)]) -> Option<Vec<Face>> {
    if let [(a, b)] = *edges {
        return Some(vec![vec![a, b]]);
    }
    let mut drawing = Drawing::new(edges);
    while let Some(fragments) = drawing.fragments() {
        let choices = fragments.iter().map(|fragment| {
            let fits = |face: &&usize| fragment.feet.iter().all(|v| drawing.has(**face, *v));
            let all: Vec<usize> = (0..drawing.faces.len()).collect();
            all.iter().filter(fits).copied().collect::<Vec<_>>()
        });
        let (fragment, fitting) =
            fragments.iter().zip(choices).min_by_key(|(_, fitting)| fitting.len())?;
        let face = *fitting.first()?;
        let path = drawing.path_through(fragment);
        drawing.draw(face, &path);
    }
    Some(drawing.faces)
}

/// A part of a block, as far as it is drawn.
struct Drawing {
    near: BTreeMap<usize, Vec<usize>>,
    drawn: BTreeSet<(usize, usize)>,
    inside: BTreeSet<usize>,
    faces: Vec<Face>,
    on: Vec<BTreeSet<usize>>,
}

/// What hangs together and is not drawn yet.
struct Fragment {
    feet: Vec<usize>,
    inner: BTreeSet<usize>,
}

impl Drawing {
    fn new(edges: &[(usize, usize)]) -> Drawing {
        let mut near: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &(a, b) in edges {
            near.entry(a).or_default().push(b);
            near.entry(b).or_default().push(a);
        }
        near.values_mut().for_each(|list| list.sort_unstable());
        let mut drawing = Drawing {
            near,
            drawn: BTreeSet::new(),
            inside: BTreeSet::new(),
            faces: Vec::new(),
            on: Vec::new(),
        };
        let circle = drawing.circle(edges[0]);
        let back: Vec<usize> = circle.iter().rev().copied().collect();
        for i in 0..circle.len() {
            drawing.mark(circle[i], circle[(i + 1) % circle.len()]);
        }
        drawing.add_face(circle);
        drawing.add_face(back);
        drawing
    }

    /// A circle through an edge: the shortest way back without it.
    fn circle(&self, (a, b): (usize, usize)) -> Vec<usize> {
        self.shortest(b, |v| v == a, |from, to| (from, to) != (b, a))
    }

    /// The shortest way from `start` to a node that is a `goal`, over steps that are allowed.
    fn shortest(
        &self,
        start: usize,
        goal: impl Fn(usize) -> bool,
        allowed: impl Fn(usize, usize) -> bool,
    ) -> Vec<usize> {
        let mut from = BTreeMap::from([(start, start)]);
        let mut queue = vec![start];
        let mut next = 0;
        while let Some(&v) = queue.get(next) {
            next += 1;
            if v != start && goal(v) {
                let mut way = vec![v];
                while way.last() != Some(&start) {
                    let last = way[way.len() - 1];
                    way.push(from[&last]);
                }
                way.reverse();
                return way;
            }
            for &w in self.near[&v].iter().filter(|&&w| allowed(v, w)) {
                from.entry(w).or_insert_with(|| {
                    queue.push(w);
                    v
                });
            }
        }
        vec![start]
    }

    fn mark(&mut self, a: usize, b: usize) {
        self.drawn.insert((a.min(b), a.max(b)));
        self.inside.extend([a, b]);
    }

    fn is_drawn(&self, a: usize, b: usize) -> bool {
        self.drawn.contains(&(a.min(b), a.max(b)))
    }

    fn has(&self, face: usize, v: usize) -> bool {
        self.on[face].contains(&v)
    }

    fn add_face(&mut self, face: Face) {
        self.on.push(face.iter().copied().collect());
        self.faces.push(face);
    }

    /// What is not drawn yet; `None` if everything is.
    fn fragments(&self) -> Option<Vec<Fragment>> {
        let mut found = Vec::new();
        let mut seen: BTreeSet<usize> = BTreeSet::new();
        for (&v, list) in &self.near {
            if self.inside.contains(&v) {
                let chord =
                    |w: &&usize| v < **w && self.inside.contains(w) && !self.is_drawn(v, **w);
                let single = |&w: &usize| Fragment { feet: vec![v, w], inner: BTreeSet::new() };
                found.extend(list.iter().filter(chord).map(single));
            } else if !seen.contains(&v) {
                let fragment = self.fragment(v);
                seen.extend(&fragment.inner);
                found.push(fragment);
            }
        }
        (!found.is_empty()).then_some(found)
    }

    fn fragment(&self, start: usize) -> Fragment {
        let (mut feet, mut inner) = (BTreeSet::new(), BTreeSet::from([start]));
        let mut open = vec![start];
        while let Some(v) = open.pop() {
            for &w in &self.near[&v] {
                if self.inside.contains(&w) {
                    feet.insert(w);
                } else if inner.insert(w) {
                    open.push(w);
                }
            }
        }
        Fragment { feet: feet.into_iter().collect(), inner }
    }

    /// A path through a fragment from one of its feet to another.
    fn path_through(&self, fragment: &Fragment) -> Vec<usize> {
        let start = fragment.feet[0];
        if fragment.inner.is_empty() {
            return fragment.feet.clone();
        }
        let inner = |v: usize| fragment.inner.contains(&v);
        let foot = |v: usize| v != start && fragment.feet.contains(&v);
        // Through the fragment only: from a foot inside, from inside anywhere.
        self.shortest(start, foot, |v, w| inner(w) || (inner(v) && foot(w)))
    }

    /// Draws a path through a face: it becomes two.
    fn draw(&mut self, face: usize, path: &[usize]) {
        for pair in path.windows(2) {
            self.mark(pair[0], pair[1]);
        }
        let old = std::mem::take(&mut self.faces[face]);
        let (first, last) = (path[0], path[path.len() - 1]);
        let place = |v: usize| old.iter().position(|&w| w == v).unwrap_or(0);
        let walk = |from: usize, to: usize| {
            let count = (to + old.len() - from) % old.len();
            (0..=count).map(|i| old[(from + i) % old.len()]).collect::<Vec<_>>()
        };
        let (i, j) = (place(first), place(last));
        let inner = &path[1..path.len() - 1];
        let mut one = walk(i, j);
        one.extend(inner.iter().rev());
        let mut other = walk(j, i);
        other.extend(inner);
        self.on[face] = one.iter().copied().collect();
        self.faces[face] = one;
        self.add_face(other);
    }
}

#[cfg(test)]
#[path = "planar_tests.rs"]
mod tests;
