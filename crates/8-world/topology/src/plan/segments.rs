//! Which cards can speak to each other without a router: cables and switches joined together.

use crate::plan::{End, Kind, Plan};

/// The machines' cards of each segment, as (node, jack).
pub(crate) fn segments(plan: &Plan) -> Vec<Vec<(usize, usize)>> {
    let mut parent: Vec<usize> = (0..plan.cables.len()).collect();
    let mut of_switch: Vec<Option<usize>> = vec![None; plan.nodes.len()];
    for (number, cable) in plan.cables.iter().enumerate() {
        for end in [cable.a, cable.b] {
            if plan.nodes[end.node].kind != Kind::Switch {
                continue;
            }
            match of_switch[end.node] {
                Some(other) => {
                    let (a, b) = (root(&mut parent, number), root(&mut parent, other));
                    parent[a.max(b)] = a.min(b);
                }
                None => of_switch[end.node] = Some(number),
            }
        }
    }
    let mut found: Vec<Vec<(usize, usize)>> = vec![Vec::new(); plan.cables.len()];
    for (number, cable) in plan.cables.iter().enumerate() {
        let segment = root(&mut parent, number);
        let cards =
            [cable.a, cable.b].into_iter().filter_map(|End { node, jack }| Some((node, jack?)));
        found[segment].extend(cards);
    }
    found.retain(|cards| !cards.is_empty());
    found
}

fn root(parent: &mut [usize], mut number: usize) -> usize {
    while parent[number] != number {
        parent[number] = parent[parent[number]];
        number = parent[number];
    }
    number
}
