//! Networks to draw: every shape that a lesson might have, and chance ones from a seed.

use catenet_layout::{Kind, LinkIn, NodeIn};
use language::Text;

/// A network by name.
pub(crate) struct Network {
    pub(crate) name: String,
    pub(crate) nodes: Vec<NodeIn>,
    pub(crate) links: Vec<LinkIn>,
    /// Whether it can be drawn without crossings.
    pub(crate) planar: bool,
}

/// A repeatable stream of small numbers.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % most.max(1)
    }
}

impl Network {
    pub(crate) fn new(name: impl Into<String>) -> Network {
        Network { name: name.into(), nodes: Vec::new(), links: Vec::new(), planar: true }
    }

    pub(crate) fn add(&mut self, kind: Kind) -> usize {
        let at = self.nodes.len();
        let name = match kind {
            Kind::Switch => format!("sw{at}"),
            Kind::Router => format!("r{at}"),
            Kind::Host => format!("pc{at}"),
            Kind::Joined => format!("real{at}"),
        };
        let mut lines = vec![name.clone()];
        let address = |subnet: usize| format!("192.168.{subnet}.{}/24", at % 200 + 1);
        match kind {
            Kind::Switch => {}
            Kind::Router => lines.extend([address(1), address(20)]),
            Kind::Host | Kind::Joined => lines.push(address(100)),
        }
        let both = |line: String| Text { en: line.clone(), zh: line };
        self.nodes.push(NodeIn { name, kind, lines: lines.into_iter().map(both).collect() });
        at
    }

    pub(crate) fn join(&mut self, a: usize, b: usize) {
        let name = format!("{}--{}/{}", self.nodes[a].name, self.nodes[b].name, self.links.len());
        self.links.push(LinkIn { name, a, b });
    }

    /// A new node at the end of a cable from `from`.
    pub(crate) fn hang(&mut self, from: usize, kind: Kind) -> usize {
        let at = self.add(kind);
        self.join(from, at);
        at
    }
}

pub(crate) fn star(hosts: usize) -> Network {
    let mut net = Network::new(format!("star-{hosts}"));
    let middle = net.add(Kind::Switch);
    for _ in 0..hosts {
        net.hang(middle, Kind::Host);
    }
    net
}

/// Switches with hosts, in a chain with routers between them.
pub(crate) fn campus(lans: usize, hosts: usize) -> Network {
    let mut net = Network::new(format!("campus-{lans}x{hosts}"));
    let switches: Vec<usize> = (0..lans).map(|_| net.add(Kind::Switch)).collect();
    for pair in switches.windows(2) {
        let router = net.hang(pair[0], Kind::Router);
        net.join(router, pair[1]);
    }
    for switch in switches {
        for _ in 0..hosts {
            net.hang(switch, Kind::Host);
        }
    }
    net
}

pub(crate) fn tree(nodes: usize, seed: u64) -> Network {
    let mut net = Network::new(format!("tree-{nodes}-{seed}"));
    let mut dice = Dice(seed);
    net.add(Kind::Switch);
    for at in 1..nodes {
        let kind = [Kind::Switch, Kind::Host, Kind::Router, Kind::Host][dice.below(4)];
        net.hang(dice.below(at), kind);
    }
    net
}

pub(crate) fn ring(nodes: usize, hosts: usize) -> Network {
    let mut net = Network::new(format!("ring-{nodes}-with-{hosts}"));
    let ring: Vec<usize> = (0..nodes).map(|_| net.add(Kind::Router)).collect();
    (0..nodes).for_each(|i| net.join(ring[i], ring[(i + 1) % nodes]));
    for &router in &ring {
        if hosts > 0 {
            let switch = net.hang(router, Kind::Switch);
            for _ in 0..hosts {
                net.hang(switch, Kind::Host);
            }
        }
    }
    net
}

pub(crate) fn grid(columns: usize, rows: usize) -> Network {
    let mut net = Network::new(format!("grid-{columns}x{rows}"));
    for at in 0..columns * rows {
        net.add(Kind::Router);
        if at % columns > 0 {
            net.join(at - 1, at);
        }
        if at >= columns {
            net.join(at - columns, at);
        }
    }
    net
}

/// A data centre: four pods of two and two switches under four core switches, `hosts` per rack.
pub(crate) fn fat_tree(hosts: usize) -> Network {
    let mut net = Network::new(format!("fat-tree-{hosts}"));
    net.planar = false;
    let core: Vec<usize> = (0..4).map(|_| net.add(Kind::Switch)).collect();
    for _ in 0..4 {
        let upper: Vec<usize> = (0..2).map(|_| net.add(Kind::Switch)).collect();
        (0..4).for_each(|i| net.join(core[i], upper[i / 2]));
        for _ in 0..2 {
            let rack = net.add(Kind::Switch);
            upper.iter().for_each(|&up| net.join(up, rack));
            for _ in 0..hosts {
                net.hang(rack, Kind::Host);
            }
        }
    }
    net
}

/// A planar mesh: triangles inside triangles, every node with at least three cables; then `cut`
/// cables are taken away where three stay.
pub(crate) fn mesh(nodes: usize, cut: usize, seed: u64) -> Network {
    let mut net = Network::new(format!("mesh-{nodes}-{cut}-{seed}"));
    let mut dice = Dice(seed);
    for _ in 0..3 {
        net.add(Kind::Router);
    }
    let mut edges = vec![(0, 1), (1, 2), (0, 2)];
    let mut faces = vec![[0, 1, 2], [0, 1, 2]];
    for _ in 3..nodes {
        let kind = [Kind::Router, Kind::Switch][dice.below(2)];
        let at = net.add(kind);
        let face = faces.swap_remove(dice.below(faces.len()));
        for i in 0..3 {
            edges.push((face[i], at));
            faces.push([face[i], face[(i + 1) % 3], at]);
        }
    }
    for _ in 0..cut * 4 {
        let degree = |v: usize| edges.iter().filter(|&&(a, b)| a == v || b == v).count();
        let at = dice.below(edges.len());
        let (a, b) = edges[at];
        if degree(a) > 3 && degree(b) > 3 && edges.len() + cut > 3 * nodes - 6 {
            edges.remove(at);
        }
    }
    edges.into_iter().for_each(|(a, b)| net.join(a, b));
    net
}

/// Chance: a tree with `more` further cables anywhere.
pub(crate) fn tangled(nodes: usize, more: usize, seed: u64) -> Network {
    let mut net = tree(nodes, seed);
    net.name = format!("tangled-{nodes}-{more}-{seed}");
    net.planar = false;
    let mut dice = Dice(seed ^ 77);
    for _ in 0..more {
        let (a, b) = (dice.below(nodes), dice.below(nodes));
        if a != b {
            net.join(a, b);
        }
    }
    net
}

/// All routers joined to each other.
pub(crate) fn full(nodes: usize) -> Network {
    let mut net = Network::new(format!("full-{nodes}"));
    net.planar = nodes < 5;
    for _ in 0..nodes {
        net.add(Kind::Router);
    }
    for a in 0..nodes {
        (a + 1..nodes).for_each(|b| net.join(a, b));
    }
    net
}

/// Shapes that are none of the above.
pub(crate) fn odd() -> Vec<Network> {
    let mut bow = Network::new("two-triangles");
    let at: Vec<usize> = (0..6).map(|_| bow.add(Kind::Router)).collect();
    [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]
        .iter()
        .for_each(|&(a, b)| bow.join(at[a], at[b]));
    for v in 0..6 {
        bow.hang(v, Kind::Host);
    }
    let mut knot = Network::new("triangles-at-one-switch");
    for _ in 0..5 {
        knot.add(Kind::Switch);
    }
    [(0, 1), (1, 2), (2, 0), (0, 3), (3, 4), (4, 0)].iter().for_each(|&(a, b)| knot.join(a, b));
    for _ in 0..4 {
        knot.hang(0, Kind::Host);
    }
    let mut apart = campus(2, 2);
    apart.name = "apart".to_owned();
    for _ in 0..3 {
        apart.add(Kind::Host);
    }
    let lone = apart.add(Kind::Switch);
    for _ in 0..2 {
        apart.hang(lone, Kind::Host);
    }
    let mut parallel = Network::new("parallel");
    let (a, b) = (parallel.add(Kind::Switch), parallel.add(Kind::Switch));
    (0..3).for_each(|_| parallel.join(a, b));
    for _ in 0..2 {
        parallel.hang(a, Kind::Host);
    }
    for _ in 0..2 {
        parallel.hang(b, Kind::Host);
    }
    let mut redundant = Network::new("two-routers-two-lans");
    let (a, b) = (redundant.add(Kind::Switch), redundant.add(Kind::Switch));
    for _ in 0..2 {
        let router = redundant.hang(a, Kind::Router);
        redundant.join(router, b);
    }
    for switch in [a, b] {
        for _ in 0..3 {
            redundant.hang(switch, Kind::Host);
        }
    }
    let mut theta = Network::new("theta");
    let (a, b) = (theta.add(Kind::Router), theta.add(Kind::Router));
    for _ in 0..3 {
        let middle = theta.hang(a, Kind::Switch);
        theta.join(middle, b);
        theta.hang(middle, Kind::Host);
    }
    let mut none = Network::new("no-cable");
    for _ in 0..7 {
        none.add(Kind::Host);
    }
    let mut looped = star(2);
    looped.name = "loop-at-a-switch".to_owned();
    looped.join(0, 0);
    vec![bow, knot, apart, parallel, redundant, theta, none, looped]
}

/// A number of all of them.
pub(crate) fn all() -> Vec<Network> {
    let mut all = odd();
    all.extend([1, 2, 3, 4, 5, 8, 12, 24, 60, 199].map(star));
    all.extend([(2, 1), (2, 2), (3, 4), (4, 6), (6, 2), (8, 20)].map(|(l, h)| campus(l, h)));
    all.extend([3, 4, 5, 6, 9, 20].map(|nodes| ring(nodes, 0)));
    all.extend([(3, 2), (4, 2), (5, 3), (6, 1), (20, 4)].map(|(n, h)| ring(n, h)));
    all.extend([(2, 3), (3, 3), (5, 4), (10, 10)].map(|(c, r)| grid(c, r)));
    all.extend([0, 2].map(fat_tree));
    all.extend([4, 5, 6].map(full));
    for seed in 1..=12 {
        all.push(tree(usize::try_from(seed).unwrap_or(0) * 3 + 2, seed));
        all.push(mesh(7 + usize::try_from(seed).unwrap_or(0), 3, seed));
        all.push(tangled(12, 2, seed));
    }
    all.extend([
        tree(200, 5),
        tree(80, 6),
        mesh(60, 40, 3),
        tangled(40, 8, 3),
        tangled(200, 20, 4),
    ]);
    all.push(chain(3));
    all.push(chain(12));
    all
}

/// Machines in a row.
pub(crate) fn chain(nodes: usize) -> Network {
    let mut net = Network::new(format!("chain-{nodes}"));
    let mut at = net.add(Kind::Host);
    (2..nodes).for_each(|_| at = net.hang(at, Kind::Router));
    net.hang(at, Kind::Host);
    net
}
