//! A network on paper, before it is a lab file: what generators draw and imports find.
//!
//! ```text
//!  generate --+                    +--complete: addresses, gateways (what the source left open)
//!             +--> Plan (nodes, cables) --routes: static routes, the shortest way
//!  import  ---+                    +--prove: pings that show that all of it works, and a way to break it
//!                                  +--write: a lab file that a person reads and goes on with
//! ```
//!
//! Invariants: names are unique and fit the lab file ([`Names`]); a cable's ends name jacks that
//! their nodes have ([`Plan::cable`] makes both). What [`write()`] prints parses (tested for every
//! shape and every import in `tests/generate.rs`, `tests/import.rs`).

mod complete;
mod names;
mod prove;
mod routes;
mod segments;
mod write;

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use language::Text;

pub(crate) use complete::{complete, wire};
pub(crate) use names::{Names, fitting};
pub(crate) use prove::prove;
pub(crate) use routes::{routes, toward_the_middle};
pub(crate) use write::write;

/// More nodes than this are refused by generators and imports alike.
pub(crate) const MOST_NODES: usize = 2000;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Joins cables by hardware address.
    Switch,
    /// Forwards by address.
    Router,
    /// Neither.
    Host,
}

/// A switch, router or host.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    /// For people; empty where the name says it all.
    pub(crate) title: String,
    pub(crate) kind: Kind,
    /// A switch that is a `[networks]` entry: the short form, its cables implied.
    pub(crate) subnet: Option<Ipv4Net>,
    /// Of machines; a switch has none of its own.
    pub(crate) jacks: Vec<Jack>,
    pub(crate) gateway: Option<Ipv4Addr>,
    pub(crate) routes: Vec<(Ipv4Net, Ipv4Addr)>,
    /// The router toward which the default route shall lead.
    pub(crate) up: Option<usize>,
    /// Names that the lab's DNS answers.
    pub(crate) dns: Vec<String>,
    /// Programs that it starts.
    pub(crate) run: Vec<String>,
}

/// A card of a machine: its addresses with their prefix lengths.
#[derive(Clone, Debug)]
pub(crate) struct Jack {
    pub(crate) name: String,
    pub(crate) addresses: Vec<Ipv4Net>,
}

/// Where a cable ends: a node, and its jack where it is a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) node: usize,
    pub(crate) jack: Option<usize>,
}

/// A cable with the knobs that the source turns: `("delay", "20ms")`.
#[derive(Clone, Debug)]
pub(crate) struct Cable {
    pub(crate) a: End,
    pub(crate) b: End,
    pub(crate) knobs: Vec<(&'static str, String)>,
}

/// The whole network.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) title: Text,
    /// Lines at the head of the file.
    pub(crate) notes: Vec<Text>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) cables: Vec<Cable>,
    /// What shows that it works; none where nobody can be asked.
    pub(crate) proof: Option<Proof>,
}

/// A check that holds, and a cable without which it does not.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    /// The nodes whose first program, a ping, must come back.
    pub(crate) askers: Vec<usize>,
    /// A cable of one of them.
    pub(crate) cut: usize,
}

impl Plan {
    /// A node more; its number.
    pub(crate) fn node(&mut self, name: impl Into<String>, kind: Kind) -> usize {
        self.nodes.push(Node {
            name: name.into(),
            title: String::new(),
            kind,
            subnet: None,
            jacks: Vec::new(),
            gateway: None,
            routes: Vec::new(),
            up: None,
            dns: Vec::new(),
            run: Vec::new(),
        });
        self.nodes.len() - 1
    }

    /// A network: a switch with a subnet.
    pub(crate) fn network(&mut self, name: impl Into<String>, subnet: Ipv4Net) -> usize {
        let node = self.node(name, Kind::Switch);
        self.nodes[node].subnet = Some(subnet);
        node
    }

    /// A jack of a machine, found by its name or made.
    pub(crate) fn jack(&mut self, node: usize, name: &str) -> usize {
        let jacks = &mut self.nodes[node].jacks;
        if let Some(known) = jacks.iter().position(|jack| jack.name == name) {
            return known;
        }
        jacks.push(Jack { name: name.to_owned(), addresses: Vec::new() });
        jacks.len() - 1
    }

    /// A cable between two ends; a machine's jack bears this name and this address.
    pub(crate) fn cable(&mut self, a: Plug<'_>, b: Plug<'_>) -> usize {
        let [a, b] = [a, b].map(|plug| self.end(plug));
        self.cables.push(Cable { a, b, knobs: Vec::new() });
        self.cables.len() - 1
    }

    fn end(&mut self, plug: Plug<'_>) -> End {
        let jack = (self.nodes[plug.node].kind != Kind::Switch).then(|| {
            let jack = self.jack(plug.node, plug.jack);
            self.nodes[plug.node].jacks[jack].addresses.extend(plug.address);
            jack
        });
        End { node: plug.node, jack }
    }

    /// Every address in use, with its machine.
    pub(crate) fn first_address(&self, node: usize) -> Option<Ipv4Addr> {
        let jacks = self.nodes[node].jacks.iter();
        jacks.flat_map(|jack| &jack.addresses).map(Ipv4Net::addr).next()
    }
}

/// Where a cable shall end, before the jack is there.
#[derive(Clone, Copy)]
pub(crate) struct Plug<'a> {
    pub(crate) node: usize,
    pub(crate) jack: &'a str,
    pub(crate) address: Option<Ipv4Net>,
}

impl<'a> Plug<'a> {
    /// A switch's next free jack.
    pub(crate) fn of(node: usize) -> Plug<'a> {
        Plug { node, jack: "", address: None }
    }

    /// A machine's jack by its name.
    pub(crate) fn jack(node: usize, jack: &'a str) -> Plug<'a> {
        Plug { node, jack, address: None }
    }

    /// The same with an address.
    pub(crate) fn at(self, address: Ipv4Net) -> Plug<'a> {
        Plug { address: Some(address), ..self }
    }
}
