//! A lab, looked at: networks, nodes, cables, programs.

use super::{LabLine, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A lab, looked at.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LabView {
    /// The line of `ps`.
    #[serde(flatten)]
    pub line: LabLine,
    /// Its networks.
    pub networks: Vec<NetworkView>,
    /// Its nodes.
    pub nodes_list: Vec<NodeLine>,
    /// Its cables.
    pub links: Vec<LinkLine>,
    /// Programs that its machines have.
    pub programs: Vec<ProgramLine>,
    /// Where its machines and cables stand in a picture.
    pub layout: Layout,
}

/// A picture of the lab: everything lies between (0, 0) and (width, height), in CSS pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Layout {
    /// Width of the whole.
    pub width: f64,
    /// Height of the whole.
    pub height: f64,
    /// The nodes, in the order of the file; joined hosts come last.
    pub nodes: Vec<LayoutNode>,
    /// The cables.
    pub links: Vec<LayoutLink>,
}

/// A node in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LayoutNode {
    /// Its name.
    pub name: String,
    /// Its centre, from the left.
    pub x: f64,
    /// Its centre, from the top.
    pub y: f64,
    /// Width of its picture.
    pub width: f64,
    /// Height of its picture.
    pub height: f64,
    /// Where its label stands.
    pub label: LayoutLabel,
}

/// A label: lines of 16 px in 13 px type, the first 3 px below the upper edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LayoutLabel {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width: both languages fit.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// What it says: name, title if any, addresses; cut where too long.
    pub lines: Vec<Text>,
}

/// A cable in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LayoutLink {
    /// Its name.
    pub name: String,
    /// From the centre of end `a` to the centre of end `b`, straight between the points.
    pub points: Vec<[f64; 2]>,
}

/// A network.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NetworkView {
    /// Its name.
    pub name: String,
    /// Its addresses.
    pub subnet: String,
    /// The address of its first router.
    pub gateway: Option<String>,
}

/// A node.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NodeLine {
    /// Its name.
    pub name: String,
    /// `host`, `router`, `switch`, or `joined`.
    pub kind: String,
    /// Is it switched on?
    pub powered: bool,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Its names in the lab's DNS.
    pub names: Vec<String>,
}

/// A cable.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LinkLine {
    /// Its name.
    pub name: String,
    /// One end: `pc1.eth0`.
    pub a: String,
    /// The other.
    pub b: String,
    /// `up`, `cut`, or `down` (an end is switched off).
    pub state: String,
    /// From `a` to `b`, as a lab file would say it: `1Gbit 500ns`.
    pub forward: String,
    /// From `b` to `a`.
    pub backward: String,
}

/// A program.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProgramLine {
    /// Its name.
    pub name: String,
    /// What it does.
    pub help: String,
    /// What it does, Chinese.
    pub help_zh: String,
}
