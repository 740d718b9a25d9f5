//! The lab as a graph: nodes with the room they need, and who is joined to whom.
//!
//! Parallel cables are one edge here, and a cable from a node to itself is none: both are drawn
//! when the nodes have their places ([`super::route`]).

use std::collections::BTreeMap;

use super::text;
use super::{LinkIn, NodeIn};

/// Room between neighbouring boxes.
pub(crate) const GAP: f64 = 20.0;
/// Room between a machine and its label.
pub(crate) const LABEL_GAP: f64 = 4.0;

/// How much room a node takes.
#[derive(Clone, Debug)]
pub(crate) struct Size {
    /// The machine's picture.
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// Its label.
    pub(crate) label_width: f64,
    pub(crate) label_height: f64,
}

impl Size {
    fn of(node: &NodeIn) -> Size {
        let (width, height) = node.kind.size();
        let (label_width, label_height) = text::size(&node.lines);
        Size { width, height, label_width, label_height }
    }

    /// Half the width of the picture with its label above or below.
    pub(crate) fn half(&self) -> f64 {
        self.width.max(self.label_width) / 2.0
    }
}

/// Nodes by number, in the order given.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) sizes: Vec<Size>,
    /// Neighbours, ascending, each once.
    pub(crate) near: Vec<Vec<usize>>,
}

impl Graph {
    pub(crate) fn new(nodes: &[NodeIn], links: &[LinkIn]) -> Graph {
        let mut near = vec![Vec::new(); nodes.len()];
        for link in links.iter().filter(|link| link.a != link.b) {
            near[link.a].push(link.b);
            near[link.b].push(link.a);
        }
        for list in &mut near {
            list.sort_unstable();
            list.dedup();
        }
        Graph { sizes: nodes.iter().map(Size::of).collect(), near }
    }

    pub(crate) fn len(&self) -> usize {
        self.near.len()
    }

    /// Each pair of neighbours once, the smaller first.
    pub(crate) fn edges(&self) -> Vec<(usize, usize)> {
        let of = |(a, list): (usize, &Vec<usize>)| {
            list.iter().filter(move |&&b| a < b).map(move |&b| (a, b)).collect::<Vec<_>>()
        };
        self.near.iter().enumerate().flat_map(of).collect()
    }

    /// The part that consists of these nodes, renumbered in the order given.
    pub(crate) fn part(&self, members: &[usize]) -> Graph {
        let number: BTreeMap<usize, usize> =
            members.iter().enumerate().map(|(new, &old)| (old, new)).collect();
        let of = |&old: &usize| {
            let mut list: Vec<usize> =
                self.near[old].iter().filter_map(|next| number.get(next).copied()).collect();
            list.sort_unstable();
            list
        };
        Graph {
            sizes: members.iter().map(|&old| self.sizes[old].clone()).collect(),
            near: members.iter().map(of).collect(),
        }
    }

    /// Nodes of each connected part, parts in the order of their first node.
    pub(crate) fn parts(&self) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.len()];
        let mut parts = Vec::new();
        for start in 0..self.len() {
            if seen[start] {
                continue;
            }
            seen[start] = true;
            let mut part = vec![start];
            let mut next = 0;
            while next < part.len() {
                for &other in &self.near[part[next]] {
                    if !std::mem::replace(&mut seen[other], true) {
                        part.push(other);
                    }
                }
                next += 1;
            }
            part.sort_unstable();
            parts.push(part);
        }
        parts
    }

    /// Which nodes are left when ends of trees are taken away again and again: none of a tree.
    pub(crate) fn core(&self) -> Vec<bool> {
        let mut degree: Vec<usize> = self.near.iter().map(Vec::len).collect();
        let mut inside = vec![true; self.len()];
        let mut ends: Vec<usize> = (0..self.len()).filter(|&v| degree[v] <= 1).collect();
        while let Some(end) = ends.pop() {
            inside[end] = false;
            for &other in self.near[end].iter().filter(|&&other| inside[other]) {
                degree[other] -= 1;
                if degree[other] == 1 {
                    ends.push(other);
                }
            }
        }
        inside
    }
}
