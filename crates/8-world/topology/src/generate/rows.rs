//! The simple shapes: rows and rings of routers, a star, a tree of switches.

use crate::generate::{address, join, lan, network};
use crate::plan::{Kind, Plan, Plug};
use language::diagnostic::{counted, text};

/// Routers in a row.
pub(super) fn linear(numbers: &[u32]) -> Plan {
    let mut plan = row(numbers, false);
    plan.title = text(
        format!("{} in a row", counted(numbers[0], "router", "routers")),
        format!("一排 {} 台路由器", numbers[0]),
    );
    plan
}

/// Routers in a ring.
pub(super) fn ring(numbers: &[u32]) -> Plan {
    let mut plan = row(numbers, true);
    plan.title = text(
        format!("A ring of {}", counted(numbers[0], "router", "routers")),
        format!("{} 台路由器组成的环", numbers[0]),
    );
    plan
}

fn row(numbers: &[u32], closed: bool) -> Plan {
    let (count, hosts) = (numbers[0], numbers[1]);
    let mut plan = Plan::default();
    plan.notes.push(text(
        "Cables between routers are subnets of their own: four addresses of 172.16.0.0/12 each.",
        "路由器之间的每根网线是一个单独的子网: 取自 172.16.0.0/12, 各有四个地址。",
    ));
    let routers: Vec<usize> =
        (1..=count).map(|number| plan.node(format!("r{number}"), Kind::Router)).collect();
    let mut pc = 0;
    for (number, &router) in (1..).zip(&routers) {
        let names: Vec<String> = (1..=hosts).map(|at| format!("pc{}", pc + at)).collect();
        pc += hosts;
        network(&mut plan, &format!("lan{number}"), lan(0, number), router, &names);
    }
    let mut wires = 0;
    for pair in routers.windows(2) {
        join(&mut plan, pair[0], pair[1], &mut wires);
    }
    if let (true, [first, .., last]) = (closed, routers.as_slice()) {
        join(&mut plan, *last, *first, &mut wires);
    }
    plan
}

/// Hosts around a switch.
pub(super) fn star(numbers: &[u32]) -> Plan {
    let mut plan = Plan {
        title: text(
            format!("{} around one switch", counted(numbers[0], "host", "hosts")),
            format!("{} 台主机围着一台交换机", numbers[0]),
        ),
        ..Plan::default()
    };
    let subnet = lan(0, 1);
    let switch = plan.network("lan", subnet);
    for number in 1..=numbers[0] {
        let host = plan.node(format!("pc{number}"), Kind::Host);
        plan.cable(Plug::jack(host, "eth0").at(address(subnet, number)), Plug::of(switch));
    }
    plan
}

/// Switches over switches; hosts below the last.
pub(super) fn tree(numbers: &[u32]) -> Plan {
    let (depth, fanout) = (numbers[0], numbers[1]);
    let mut plan = Plan {
        title: text(
            format!("A tree of switches, {depth} deep, {fanout} below each"),
            format!("交换机组成的树, 深 {depth} 层, 每台下接 {fanout} 个"),
        ),
        ..Plan::default()
    };
    plan.notes.push(text(
        "One subnet for all of it, 10.0.0.0/16: switches need no addresses and no routes.",
        "全部属于一个子网 10.0.0.0/16: 交换机不需要地址, 也不需要路由。",
    ));
    let mut level = vec![plan.node("s1", Kind::Switch)];
    let (mut switches, mut hosts) = (1, 0);
    for floor in 1..=depth {
        let mut below = Vec::new();
        for &above in &level {
            for _ in 0..fanout {
                // A shape that is too large is refused by whoever asked; it need not be drawn whole.
                if plan.nodes.len() > crate::plan::MOST_NODES {
                    return plan;
                }
                if floor < depth {
                    switches += 1;
                    let switch = plan.node(format!("s{switches}"), Kind::Switch);
                    plan.cable(Plug::of(above), Plug::of(switch));
                    below.push(switch);
                } else {
                    hosts += 1;
                    let host = plan.node(format!("pc{hosts}"), Kind::Host);
                    let own = ipnet::Ipv4Net::new_assert(address(lan(0, 0), hosts).addr(), 16);
                    plan.cable(Plug::of(above), Plug::jack(host, "eth0").at(own));
                }
            }
        }
        level = below;
    }
    plan
}
