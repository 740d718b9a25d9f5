//! A lab, looked at: networks, nodes, cables, programs.

use super::LabLine;
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
