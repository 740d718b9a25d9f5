//! A first drawing without crossings of an embedded planar graph (Tutte).
//!
//! Every face is filled with helpers, a ring of them along its walk and one in its middle, until the
//! whole is made of triangles. The ring of the outer face is nailed to an ellipse, and every other
//! node moves to the middle of its neighbours: in such a drawing no two edges cross.

use super::geometry::Point;
use super::graph::Graph;
use super::planar::{Face, Rotation, faces};

/// How often springs are made new, and how often every node moves each time.
const TURNS: usize = 9;
const FIRST_ROUNDS: usize = 500;
const ROUNDS: usize = 150;

/// Places, within an ellipse of this many pixels half width; the longest face lies outside, or the
/// `nth` after it.
pub(crate) fn spread(
    graph: &Graph,
    rotation: &Rotation,
    nth: usize,
    half_width: f64,
) -> Vec<Point> {
    let faces = faces(rotation);
    let mut longest: Vec<usize> = (0..faces.len()).collect();
    longest.sort_by_key(|&i| std::cmp::Reverse(faces[i].len()));
    let outer = longest.get(nth).or(longest.first()).copied().unwrap_or(0);
    let mut net = Net {
        near: graph.near.clone(),
        at: vec![Point::default(); graph.len()],
        nailed: vec![false; graph.len()],
    };
    for (i, face) in faces.iter().enumerate() {
        if i == outer {
            net.nail(face, half_width);
        } else {
            net.fill(face);
        }
    }
    net.relax();
    net.at.truncate(graph.len());
    net.at
}

struct Net {
    near: Vec<Vec<usize>>,
    at: Vec<Point>,
    nailed: Vec<bool>,
}

impl Net {
    fn helper(&mut self) -> usize {
        self.near.push(Vec::new());
        self.at.push(Point::default());
        self.nailed.push(false);
        self.near.len() - 1
    }

    fn tie(&mut self, a: usize, b: usize) {
        self.near[a].push(b);
        self.near[b].push(a);
    }

    /// A ring of helpers along a face: one beside each step of its walk.
    fn ring(&mut self, face: &Face) -> Vec<usize> {
        let ring: Vec<usize> = face.iter().map(|_| self.helper()).collect();
        for i in 0..face.len() {
            let next = (i + 1) % face.len();
            self.tie(ring[i], face[i]);
            self.tie(ring[i], face[next]);
            if face.len() > 2 || i == 0 {
                self.tie(ring[i], ring[next]);
            }
        }
        ring
    }

    /// Fills an inner face: its corners meet in the middle.
    fn fill(&mut self, face: &Face) {
        let simple = face.iter().all(|v| face.iter().filter(|w| *w == v).count() == 1);
        let corners = if simple { face.clone() } else { self.ring(face) };
        if face.len() > 3 || !simple {
            let middle = self.helper();
            for corner in corners {
                self.tie(middle, corner);
            }
        }
    }

    #[allow(clippy::cast_precision_loss)] // far below 2^52
    fn nail(&mut self, face: &Face, half_width: f64) {
        let ring = self.ring(face);
        let count = ring.len() as f64;
        for (i, helper) in ring.into_iter().enumerate() {
            // The first node of the walk stands at the upper left.
            let angle = std::f64::consts::TAU * ((i as f64 + 0.5) / count - 0.375);
            self.at[helper] = Point::new(half_width * angle.cos(), half_width * angle.sin() * 0.6);
            self.nailed[helper] = true;
        }
    }

    /// Moves every node to the middle of its neighbours, again and again. Between the turns long
    /// edges become stronger springs, so that nothing is crowded in the middle; whatever the springs,
    /// no two edges cross.
    fn relax(&mut self) {
        let mut springs: Vec<Vec<f64>> =
            self.near.iter().map(|list| vec![1.0; list.len()]).collect();
        for turn in 0..TURNS {
            let rounds = if turn == 0 { FIRST_ROUNDS } else { ROUNDS };
            (0..rounds).for_each(|_| self.pull(&springs));
            for (v, list) in self.near.iter().enumerate() {
                for (spring, &w) in springs[v].iter_mut().zip(list) {
                    *spring *= self.at[v].distance(self.at[w]).max(1e-3).powf(0.4);
                }
            }
            let most = springs.iter().flatten().copied().fold(f64::MIN_POSITIVE, f64::max);
            springs.iter_mut().flatten().for_each(|spring| *spring /= most);
        }
    }

    fn pull(&mut self, springs: &[Vec<f64>]) {
        for v in (0..self.near.len()).filter(|&v| !self.nailed[v]) {
            let (mut x, mut y, mut sum) = (0.0, 0.0, 0.0);
            for (&w, &spring) in self.near[v].iter().zip(&springs[v]) {
                x += spring * self.at[w].x;
                y += spring * self.at[w].y;
                sum += spring;
            }
            if sum > 0.0 {
                self.at[v] = Point::new(x / sum, y / sum);
            }
        }
    }
}
