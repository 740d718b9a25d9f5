//! Euler's formula proves an order of edges: on a sheet, faces = edges - nodes + 2.

use super::{embed, faces};
use crate::graph::Graph;
use crate::{Kind, LinkIn, NodeIn};

fn graph(nodes: usize, edges: &[(usize, usize)]) -> Graph {
    let node = |v: usize| NodeIn { name: v.to_string(), kind: Kind::Router, lines: Vec::new() };
    let link = |&(a, b): &(usize, usize)| LinkIn { name: String::new(), a, b };
    let nodes: Vec<NodeIn> = (0..nodes).map(node).collect();
    Graph::new(&nodes, &edges.iter().map(link).collect::<Vec<_>>())
}

fn check(nodes: usize, edges: &[(usize, usize)]) {
    let graph = graph(nodes, edges);
    let rotation = embed(&graph).expect("planar");
    assert_eq!(rotation.len(), nodes);
    for (v, order) in rotation.iter().enumerate() {
        let mut around = order.clone();
        around.sort_unstable();
        assert_eq!(around, graph.near[v], "node {v}");
    }
    assert_eq!(faces(&rotation).len() + nodes, graph.edges().len() + 2, "{edges:?}");
}

#[test]
fn planar_graphs_get_an_order_without_crossings() {
    check(2, &[(0, 1)]);
    check(3, &[(0, 1), (1, 2), (2, 0)]);
    check(4, &[(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]);
    // Two triangles at one node, with a tail.
    check(6, &[(0, 1), (1, 2), (2, 0), (0, 3), (3, 4), (4, 0), (4, 5)]);
    // A cube.
    let cube = [
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 0),
        (4, 5),
        (5, 6),
        (6, 7),
        (7, 4),
        (0, 4),
        (1, 5),
        (2, 6),
        (3, 7),
    ];
    check(8, &cube);
    // Three ways between two nodes, one of them a single cable.
    check(5, &[(0, 1), (0, 2), (2, 1), (0, 3), (3, 4), (4, 1)]);
}

#[test]
fn others_get_none() {
    let full: Vec<(usize, usize)> = (0..5).flat_map(|a| (a + 1..5).map(move |b| (a, b))).collect();
    assert_eq!(embed(&graph(5, &full)), None);
    let houses: Vec<(usize, usize)> = (0..3).flat_map(|a| (3..6).map(move |b| (a, b))).collect();
    assert_eq!(embed(&graph(6, &houses)), None);
    let petersen: Vec<(usize, usize)> =
        (0..5).flat_map(|i| [(i, (i + 1) % 5), (i, i + 5), (i + 5, (i + 2) % 5 + 5)]).collect();
    assert_eq!(embed(&graph(10, &petersen)), None);
    // The same with one cable less is no better; a house that has but two wells is.
    assert!(embed(&graph(6, &houses[1..])).is_some());
}
