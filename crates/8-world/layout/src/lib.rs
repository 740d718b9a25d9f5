//! Where the machines and cables of a lab stand on paper, so that a person sees the network at once.
//!
//! ```text
//!  Lab --parts--> nodes, cables --layout--> Layout (places) --svg, terminal--> a picture
//!                      +-----------------------------dot--> Graphviz draws it
//!
//!  tree      a spine of switches and routers from left to right, hosts in rows above and below
//!  ring      the same, with the spine bent into two rows
//!  other     without crossings where that can be (planar, spread), untangled (untangle), set apart
//! ```
//!
//! [`layout`] is a pure function of nodes and links: the same lab has the same picture everywhere.
//! What must hold of every picture is counted by [`faults`](fn@faults): no two machines or labels
//! overlap, no machine lies on a cable that is not its own, a planar lab has no crossing, and cables
//! keep clear of labels where there is room. `tests/pictures.rs` counts it over the shipped labs and
//! over generated ones.
//!
//! | room | what lives there |
//! |---|---|
//! | [`of_lab`](fn@of_lab) | a lab's nodes, what their labels say, and its cables |
//! | `text`, `geometry` | how wide a label is; points, boxes, segments |
//! | `graph`, `sketch` | what is joined to what; places while they are being found |
//! | `hang`, `tree`, `ring` | rows of hosts under their switch; the two drawings made of them |
//! | `planar`, `spread`, `untangle`, `polish`, `tangle` | every other network |
//! | `layered` | what cannot but cross, in rows, if it has such |
//! | `labels`, `route`, `pack` | beside which edge a label stands; cables; parts side by side |
//! | [`faults`] | what is wrong with a picture |
//! | [`svg`], [`dot`], [`terminal`] | a picture as a file or as text |

mod dot;
mod faults;
mod geometry;
mod graph;
mod hang;
mod labels;
mod layered;
mod of_lab;
mod pack;
mod planar;
mod polish;
mod ring;
mod route;
mod sketch;
mod spread;
mod svg;
mod tangle;
mod terminal;
mod text;
mod tree;
mod untangle;

use language::Text;
use serde::Serialize;

pub use dot::dot;
pub use faults::{Faults, faults};
pub use geometry::Area;
pub use of_lab::{node, of_lab, parts};
pub use svg::svg;
pub use terminal::terminal;

/// What a node is: it decides the size of its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A learning switch.
    Switch,
    /// A machine that forwards.
    Router,
    /// A machine that does not.
    Host,
    /// A real program's machine.
    Joined,
}

impl Kind {
    /// Width and height of its picture.
    pub fn size(self) -> (f64, f64) {
        match self {
            Kind::Switch => (64.0, 40.0),
            Kind::Router => (52.0, 52.0),
            Kind::Host | Kind::Joined => (48.0, 44.0),
        }
    }

    /// The kind in the service's words: `switch`, `router`, `host`, `joined`.
    pub fn from_name(name: &str) -> Kind {
        match name {
            "switch" => Kind::Switch,
            "router" => Kind::Router,
            "joined" => Kind::Joined,
            _ => Kind::Host,
        }
    }
}

/// A node to be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeIn {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its label, line by line.
    pub lines: Vec<Text>,
}

/// A cable to be drawn; its ends are places in the list of nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkIn {
    /// Its name.
    pub name: String,
    /// One end.
    pub a: usize,
    /// The other end.
    pub b: usize,
}

/// A picture: everything lies between (0, 0) and (width, height), in CSS pixels.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Layout {
    /// Width of the whole.
    pub width: f64,
    /// Height of the whole.
    pub height: f64,
    /// The nodes, in the order given.
    pub nodes: Vec<Placed>,
    /// The cables, in the order given.
    pub links: Vec<Routed>,
}

/// A node in its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Placed {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its centre.
    pub x: f64,
    /// Its centre.
    pub y: f64,
    /// Width of its picture.
    pub width: f64,
    /// Height of its picture.
    pub height: f64,
    /// Where its label stands.
    pub label: Area,
    /// What its label says; both languages fit into the box.
    pub lines: Vec<Text>,
}

/// A cable in its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Routed {
    /// Its name.
    pub name: String,
    /// The nodes at its ends, as places in the list of nodes.
    #[serde(skip)]
    pub ends: (usize, usize),
    /// From the centre of one end to the centre of the other, straight between the points.
    pub points: Vec<[f64; 2]>,
}

/// Places every node and cable. Links whose ends are no nodes are left out.
pub fn layout(nodes: &[NodeIn], links: &[LinkIn]) -> Layout {
    let known = |link: &&LinkIn| link.a < nodes.len() && link.b < nodes.len();
    let links: Vec<LinkIn> = links.iter().filter(known).cloned().collect();
    let whole = graph::Graph::new(nodes, &links);
    let parts = whole.parts();
    let drawn = parts.iter().map(|members| {
        let part = whole.part(members);
        let mut sketch = draw(&part);
        let taken = labels::place(&part, &sketch);
        sketch.labels = taken;
        sketch
    });
    let sketch = pack::together(&whole, &parts, drawn.collect());
    route::finish(nodes, &links, &sketch)
}

/// Draws one connected part, with the drawing that suits it.
fn draw(part: &graph::Graph) -> sketch::Sketch {
    tree::draw(part).or_else(|| ring::draw(part)).unwrap_or_else(|| tangle::draw(part))
}
