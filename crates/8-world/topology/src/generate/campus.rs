//! A campus: two core routers, a router and two networks per building, a server room.
//!
//! ```text
//!        core1 ---- core2 -- servers: dns, www
//!       /  |   \   /  |
//!     b1  b2    b1   b2 ..     each with bN-staff and bN-students
//! ```

use crate::generate::{address, join, lan, network};
use crate::plan::{Kind, Plan, Plug};
use language::diagnostic::{counted, text};

/// A campus.
pub(super) fn campus(numbers: &[u32]) -> Plan {
    let (buildings, hosts) = (numbers[0], numbers[1]);
    let mut plan = Plan {
        title: text(
            format!("A campus of {}", counted(buildings, "building", "buildings")),
            format!("{buildings} 座楼的校园网"),
        ),
        ..Plan::default()
    };
    plan.notes.push(text(
        "Every building has two ways up, to core1 and core2; its default leads to core1.",
        "每座楼都有两条上行网线, 接 core1 和 core2; 默认路由走 core1。",
    ));
    let [first, second] = ["core1", "core2"].map(|name| plan.node(name, Kind::Router));
    plan.nodes[second].up = Some(first);
    let mut wires = 0;
    join(&mut plan, first, second, &mut wires);
    for building in 1..=buildings {
        let router = plan.node(format!("b{building}"), Kind::Router);
        plan.nodes[router].up = Some(first);
        join(&mut plan, router, first, &mut wires);
        join(&mut plan, router, second, &mut wires);
        for (number, who) in [(1, "staff"), (2, "students")] {
            let names: Vec<String> =
                (1..=hosts).map(|at| format!("b{building}-{who}{at}")).collect();
            let name = format!("b{building}-{who}");
            network(&mut plan, &name, lan(building, number), router, &names);
        }
    }
    servers(&mut plan, second);
    plan
}

/// The server room behind the second core router.
fn servers(plan: &mut Plan, router: usize) {
    let subnet = lan(100, 1);
    let switch = network(plan, "servers", subnet, router, &[]);
    let servers = [("dns", "dns", None), ("www", "http", Some("www.example.lab"))];
    for (number, (name, program, known_as)) in (2..).zip(servers) {
        let host = plan.node(name, Kind::Host);
        plan.cable(Plug::jack(host, "eth0").at(address(subnet, number)), Plug::of(switch));
        plan.nodes[host].gateway = Some(address(subnet, 1).addr());
        plan.nodes[host].run.push(program.to_owned());
        plan.nodes[host].dns.extend(known_as.map(str::to_owned));
    }
}
