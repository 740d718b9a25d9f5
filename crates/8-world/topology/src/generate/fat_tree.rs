//! A fat tree of k-port routers (Al-Fares, Loukissas, Vahdat: "A scalable, commodity data center
//! network architecture", SIGCOMM 2008): (k/2)^2 core routers, k pods of k/2 upper and k/2 lower
//! routers, k/2 hosts below each lower one. Every cable is as fast as every other.
//!
//! Here a packet has one way up: the lower router's default leads to the upper router of its own
//! number, that one's to the first core router of its group. Equal ways beside it stand idle until
//! a route is written that uses them.

use crate::generate::{join, lan, network};
use crate::plan::{Kind, Plan};
use language::diagnostic::text;

/// A fat tree.
pub(super) fn fat_tree(numbers: &[u32]) -> Plan {
    let half = (numbers[0] / 2).max(1);
    let pods = half * 2;
    let mut plan = Plan {
        title: text(format!("A fat tree of {pods} pods"), format!("{pods} 个分区的胖树")),
        ..Plan::default()
    };
    plan.notes.push(text(
        "Each packet has one way up (the default routes); the equal ways beside it are yours to use by hand.",
        "每个分组向上只有一条路 (默认路由); 旁边等价的路留给你手工使用。",
    ));
    let core: Vec<usize> = (0..half * half)
        .map(|number| plan.node(format!("core{}", number + 1), Kind::Router))
        .collect();
    let mut wires = 0;
    let mut pc = 0;
    for pod in 1..=pods {
        let layer = |plan: &mut Plan, word: &str| -> Vec<usize> {
            (1..=half).map(|at| plan.node(format!("{word}{pod}-{at}"), Kind::Router)).collect()
        };
        let upper = layer(&mut plan, "agg");
        let lower = layer(&mut plan, "edge");
        for (group, &above) in upper.iter().enumerate() {
            let group = &core[group * half as usize..][..half as usize];
            plan.nodes[above].up = group.first().copied();
            for &core in group {
                join(&mut plan, above, core, &mut wires);
            }
        }
        for (at, &below) in lower.iter().enumerate() {
            plan.nodes[below].up = upper.get(at).copied();
            for &above in &upper {
                join(&mut plan, below, above, &mut wires);
            }
            let names: Vec<String> = (1..=half).map(|at| format!("pc{}", pc + at)).collect();
            pc += half;
            let number = u32::try_from(at).unwrap_or(0) + 1;
            network(&mut plan, &format!("rack{pod}-{number}"), lan(pod, number), below, &names);
        }
    }
    plan
}
