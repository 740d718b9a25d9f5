//! What shows that a network works: some hosts, spread over it, ping each other in a circle.

use crate::plan::{Kind, Plan, Proof};

/// So many hosts ask; in a larger network the others are taken to be like them.
const MOST_ASKERS: usize = 8;

/// Lets hosts ping each other, and says which cable breaks that.
pub(crate) fn prove(plan: &mut Plan) {
    let able = |node: &usize| {
        let known = &plan.nodes[*node];
        known.kind == Kind::Host && known.run.is_empty() && plan.first_address(*node).is_some()
    };
    let hosts: Vec<usize> = (0..plan.nodes.len()).filter(able).collect();
    let count = hosts.len().min(MOST_ASKERS);
    if count < 2 {
        return;
    }
    let askers: Vec<usize> =
        (0..count).map(|i| hosts[i * (hosts.len() - 1) / (count - 1)]).collect();
    for (i, &asker) in askers.iter().enumerate() {
        let Some(asked) = plan.first_address(askers[(i + 1) % count]) else { continue };
        plan.nodes[asker].run.push(format!("ping -c 1 {asked}"));
    }
    let of = |node: usize| plan.cables.iter().position(|c| c.a.node == node || c.b.node == node);
    plan.proof = of(askers[0]).map(|cut| Proof { askers, cut });
}
