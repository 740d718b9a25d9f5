//! What a lab of ours must not have though a foreign one may: loops of switches, an address twice, a
//! next hop that is out of reach.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::import::losses::Losses;
use crate::plan::{Kind, Plan};

/// Leaves out each cable that closes a loop of switches: nobody here would stop its storm.
pub(super) fn without_loops(plan: &mut Plan, losses: &mut Losses) {
    let mut group: Vec<usize> = (0..plan.nodes.len()).collect();
    let mut dropped = Vec::new();
    for (number, cable) in plan.cables.iter().enumerate() {
        let [a, b] = [cable.a.node, cable.b.node];
        if plan.nodes[a].kind != Kind::Switch || plan.nodes[b].kind != Kind::Switch {
            continue;
        }
        let (of_a, of_b) = (find(&mut group, a), find(&mut group, b));
        if of_a == of_b {
            dropped.push(number);
            let (a, b) = (&plan.nodes[a].name, &plan.nodes[b].name);
            losses.say(
                format!("the cable {a} - {b} closes a loop of switches: left out, or broadcasts would circle forever (no spanning tree yet)"),
                format!("网线 {a} - {b} 使交换机成环: 已略去, 否则广播会永远循环 (尚无生成树)"),
            );
        } else {
            group[of_a] = of_b;
        }
    }
    let mut number = 0;
    plan.cables.retain(|_| {
        number += 1;
        dropped.binary_search(&(number - 1)).is_err()
    });
}

fn find(group: &mut [usize], mut node: usize) -> usize {
    while group[node] != node {
        group[node] = group[group[node]];
        node = group[node];
    }
    node
}

/// Drops what no machine may bear, and what another bears already.
pub(super) fn unique_addresses(plan: &mut Plan, losses: &mut Losses) {
    let mut seen = HashSet::new();
    for node in &mut plan.nodes {
        let name = &node.name;
        for jack in &mut node.jacks {
            jack.addresses.retain(|address| {
                let fits = fits(*address);
                let keeps = fits && seen.insert(address.addr());
                if !keeps && fits {
                    losses.say(
                        format!("{name}: {address} is another machine's already: left out"),
                        format!("{name}: {address} 已被另一台机器使用: 已略去"),
                    );
                } else if !keeps {
                    losses.say(
                        format!("{name}: {address} is no address for a machine: left out"),
                        format!("{name}: {address} 不能作机器的地址: 已略去"),
                    );
                }
                keeps
            });
        }
    }
}

fn fits(address: Ipv4Net) -> bool {
    let ip = address.addr();
    let special = ip.is_loopback() || ip.is_multicast() || ip.is_unspecified() || ip.is_broadcast();
    let edge = address.prefix_len() < 31 && (ip == address.network() || ip == address.broadcast());
    !special && !edge && ip.octets()[0] != 0 && ip.octets()[0] < 240
}

/// Drops gateways and routes whose next hop is on none of the machine's subnets.
pub(super) fn on_link(plan: &mut Plan, losses: &mut Losses) {
    for node in &mut plan.nodes {
        let nets: Vec<Ipv4Net> =
            node.jacks.iter().flat_map(|jack| &jack.addresses).copied().collect();
        let reaches = |hop: Ipv4Addr| {
            nets.iter().any(|net| net.contains(&hop)) && !nets.iter().any(|net| net.addr() == hop)
        };
        let name = &node.name;
        let mut lost = |what: String| {
            losses.say(
                format!("{name}: {what} is out of reach: left out"),
                format!("{name}: 够不到 {what}: 已略去"),
            );
        };
        if let Some(gateway) = node.gateway.filter(|&gateway| !reaches(gateway)) {
            lost(gateway.to_string());
            node.gateway = None;
        }
        node.routes.retain(|(to, via)| {
            let keeps = reaches(*via);
            if !keeps {
                lost(format!("{to} via {via}"));
            }
            keeps
        });
    }
}
