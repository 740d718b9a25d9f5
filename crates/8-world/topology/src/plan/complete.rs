//! Addresses where the source gives none: a network of 10.0.0.0/8 where hosts are, a /30 of
//! 172.16.0.0/12 for a cable between two routers. Routers first, as in a lab file's short form.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use language::Text;
use language::diagnostic::{counted, text};

use crate::plan::segments::segments;
use crate::plan::{Kind, Plan};

/// Fills in what is missing; says what it did.
pub(crate) fn complete(plan: &mut Plan) -> Vec<Text> {
    let cards = plan.nodes.iter().flat_map(|node| &node.jacks);
    let given: Vec<Ipv4Net> = cards.flat_map(|jack| &jack.addresses).map(Ipv4Net::trunc).collect();
    let mut room = Room { given, next_lan: 1, next_wire: 0 };
    let (mut ours, mut bare) = (0, 0);
    for mut cards in segments(plan) {
        let has =
            |&(node, jack): &(usize, usize)| !plan.nodes[node].jacks[jack].addresses.is_empty();
        let with = cards.iter().filter(|card| has(card)).count();
        if with > 0 {
            bare += cards.len() - with;
            continue;
        }
        ours += 1;
        cards.sort_by_key(|&(node, _)| (plan.nodes[node].kind != Kind::Router, node));
        address(plan, &cards, &mut room);
    }
    let mut said = Vec::new();
    if ours > 0 {
        said.push(text(
            format!(
                "{} no addresses in the source: new ones are given here",
                counted(ours, "subnet has", "subnets have")
            ),
            format!("{ours} 个子网在原文件里没有地址: 这里分配了新的"),
        ));
    }
    if bare > 0 {
        said.push(text(
            format!(
                "{} no address, as in the source, though others on the same subnet have",
                counted(bare, "card has", "cards have")
            ),
            format!("{bare} 块网卡没有地址 (原文件如此), 而同一子网的其他网卡有"),
        ));
    }
    said
}

fn address(plan: &mut Plan, cards: &[(usize, usize)], room: &mut Room) {
    let routers = cards.iter().filter(|&&(node, _)| plan.nodes[node].kind == Kind::Router).count();
    let net = if routers == 2 && cards.len() == 2 { room.wire() } else { room.lan(cards.len()) };
    let Some(net) = net else { return };
    let mut gateway = None;
    for (&(node, jack), address) in cards.iter().zip(net.hosts()) {
        let Ok(own) = Ipv4Net::new(address, net.prefix_len()) else { continue };
        plan.nodes[node].jacks[jack].addresses.push(own);
        match plan.nodes[node].kind {
            Kind::Host if plan.nodes[node].gateway.is_none() => plan.nodes[node].gateway = gateway,
            Kind::Host => {}
            _ => gateway = gateway.or(Some(address)),
        }
    }
}

/// Subnets that are still free.
struct Room {
    given: Vec<Ipv4Net>,
    next_lan: u32,
    next_wire: u32,
}

impl Room {
    /// 10.0.1.0/24, 10.0.2.0/24 ..; as much larger as it must be.
    fn lan(&mut self, cards: usize) -> Option<Ipv4Net> {
        let larger = (cards + 2).div_ceil(256).next_power_of_two().trailing_zeros();
        let step = 1 << larger;
        loop {
            let number = self.next_lan.div_ceil(step) * step;
            self.next_lan = number + step;
            if number >= 1 << 16 {
                return None;
            }
            let first = Ipv4Addr::from_bits((10 << 24) + (number << 8));
            let net = Ipv4Net::new(first, 24 - u8::try_from(larger).ok()?).ok()?;
            if self.is_free(net) {
                return Some(net);
            }
        }
    }

    /// 172.16.0.0/30, 172.16.0.4/30 ..
    fn wire(&mut self) -> Option<Ipv4Net> {
        loop {
            let number = self.next_wire;
            self.next_wire += 1;
            if number >= 1 << 18 {
                return None;
            }
            let net = wire(number);
            if self.is_free(net) {
                return Some(net);
            }
        }
    }

    fn is_free(&self, net: Ipv4Net) -> bool {
        !self.given.iter().any(|given| given.contains(&net) || net.contains(given))
    }
}

/// The subnet of the cable of this number between two routers; there are 2^18.
pub(crate) fn wire(number: u32) -> Ipv4Net {
    let first = Ipv4Addr::new(172, 16, 0, 0).to_bits() + (number << 2);
    Ipv4Net::new_assert(Ipv4Addr::from_bits(first), 30)
}
