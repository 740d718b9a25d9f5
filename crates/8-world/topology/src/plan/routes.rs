//! Static routes: every router learns the shortest way to every subnet, neighbours joined where they
//! are exact halves of a larger one (10.0.2.0/24 and 10.0.3.0/24 are 10.0.2.0/23).
//!
//! A router that has an `up` sends there what it knows no better way for: one default route in place
//! of many. Its ties go up as well.

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::plan::segments::segments;
use crate::plan::{Kind, Plan};

/// A router on a subnet.
#[derive(Clone, Copy)]
struct On {
    router: usize,
    address: Ipv4Addr,
}

/// Subnets, and which routers are on each.
struct Chart {
    subnets: Vec<(Ipv4Net, Vec<On>)>,
    /// The subnets of each node.
    of_node: Vec<Vec<usize>>,
}

/// Gives every router that has no routes of its own its way to every subnet.
pub(crate) fn routes(plan: &mut Plan) {
    let chart = chart(plan);
    let own: Vec<bool> =
        plan.nodes.iter().map(|node| !node.routes.is_empty() || node.gateway.is_some()).collect();
    let mut found: Vec<BTreeMap<Ipv4Addr, Vec<Ipv4Net>>> = vec![BTreeMap::new(); plan.nodes.len()];
    for (number, (net, _)) in chart.subnets.iter().enumerate() {
        for (router, hop) in hops(plan, &chart, number).into_iter().enumerate() {
            if let Some(hop) = hop {
                found[router].entry(hop.address).or_default().push(*net);
            }
        }
    }
    for (router, by_hop) in found.into_iter().enumerate() {
        if own[router] {
            continue;
        }
        let up = plan.nodes[router].up.and_then(|up| hop_to(&chart, router, up));
        plan.nodes[router].gateway = up;
        let others = by_hop.into_iter().filter(|(via, _)| Some(*via) != up);
        let routes = others.flat_map(|(via, nets)| {
            Ipv4Net::aggregate(&nets).into_iter().map(move |net| (net, via))
        });
        let mut routes: Vec<_> = routes.collect();
        routes.sort();
        plan.nodes[router].routes = routes;
    }
}

/// Lets every router's default lead toward the router with most neighbours: for networks that
/// somebody else drew, where nobody says which way is up.
pub(crate) fn toward_the_middle(plan: &mut Plan) {
    let chart = chart(plan);
    let degree = |node: usize| chart.of_node[node].iter().map(|&s| chart.subnets[s].1.len()).sum();
    let routers = (0..plan.nodes.len()).filter(|&node| plan.nodes[node].kind == Kind::Router);
    // One middle for each part of the network.
    let mut middles: Vec<usize> = routers.collect();
    middles.sort_by_key(|&node| (std::cmp::Reverse::<usize>(degree(node)), node));
    let mut seen = vec![false; plan.nodes.len()];
    for middle in middles {
        if std::mem::replace(&mut seen[middle], true) {
            continue;
        }
        let mut queue = VecDeque::from([middle]);
        while let Some(router) = queue.pop_front() {
            for other in chart.neighbours(router) {
                if !std::mem::replace(&mut seen[other.router], true) {
                    plan.nodes[other.router].up = Some(router);
                    queue.push_back(other.router);
                }
            }
        }
    }
}

impl Chart {
    /// The routers beside this one, by the addresses that they have toward it.
    fn neighbours(&self, router: usize) -> impl Iterator<Item = On> {
        let nets = self.of_node[router].iter();
        nets.flat_map(|&net| self.subnets[net].1.iter().copied())
            .filter(move |on| on.router != router)
    }
}

fn chart(plan: &Plan) -> Chart {
    let mut subnets: Vec<(Ipv4Net, Vec<On>)> = Vec::new();
    for cards in segments(plan) {
        let mut here: BTreeMap<Ipv4Net, Vec<On>> = BTreeMap::new();
        for (node, jack) in cards {
            for address in &plan.nodes[node].jacks[jack].addresses {
                let on = here.entry(address.trunc()).or_default();
                if plan.nodes[node].kind == Kind::Router {
                    on.push(On { router: node, address: address.addr() });
                }
            }
        }
        subnets.extend(here);
    }
    let mut of_node = vec![Vec::new(); plan.nodes.len()];
    for (number, (_, on)) in subnets.iter().enumerate() {
        for on in on {
            of_node[on.router].push(number);
        }
    }
    Chart { subnets, of_node }
}

/// The next hop of every router toward a subnet; `None` for those on it, and those cut off.
fn hops(plan: &Plan, chart: &Chart, to: usize) -> Vec<Option<On>> {
    let mut distance = vec![usize::MAX; chart.of_node.len()];
    let mut hops: Vec<Option<On>> = vec![None; chart.of_node.len()];
    let mut queue = VecDeque::new();
    for on in &chart.subnets[to].1 {
        distance[on.router] = 0;
        queue.push_back(on.router);
    }
    while let Some(router) = queue.pop_front() {
        for &net in &chart.of_node[router] {
            let Some(own) = chart.subnets[net].1.iter().find(|on| on.router == router) else {
                continue;
            };
            for other in chart.subnets[net].1.iter().filter(|on| on.router != router) {
                let next = distance[router] + 1;
                let is_up = plan.nodes[other.router].up == Some(router);
                if distance[other.router] == usize::MAX {
                    distance[other.router] = next;
                    queue.push_back(other.router);
                    hops[other.router] = Some(*own);
                } else if distance[other.router] == next && is_up {
                    hops[other.router] = Some(*own);
                }
            }
        }
    }
    hops
}

fn hop_to(chart: &Chart, from: usize, to: usize) -> Option<Ipv4Addr> {
    chart.neighbours(from).find(|on| on.router == to).map(|on| on.address)
}
