//! `catenet new`: a network of a known shape as a lab file that boots, routes and proves it.
//!
//! ```text
//!  linear 3   r1 -- r2 -- r3, a host behind each    tree 2 3   switches two deep, three each, hosts below
//!  ring 4     the same, closed                      fat-tree 4 core, pods of routers, hosts (RFC-free:
//!  star 5     five hosts around one switch                     Al-Fares, Loukissas, Vahdat 2008)
//!  campus 3 4 three buildings of four hosts, a server room, two core routers
//! ```
//!
//! What comes out is text to go on with by hand: comments, the shortest form, static routes.

mod campus;
mod fat_tree;
mod rows;

use base::Lang;
use ipnet::Ipv4Net;
use language::Text;
use language::diagnostic::text;
use language::nearest;
use std::net::Ipv4Addr;

use crate::plan::{self, Kind, Plan, Plug};

/// A shape: its name, its numbers and what it looks like.
pub struct Shape {
    /// What is written after `new`.
    pub name: &'static str,
    /// Its numbers.
    pub numbers: &'static [Number],
    /// A line about it.
    pub about: fn() -> Text,
    draw: fn(&[u32]) -> Plan,
}

/// A number that a shape takes.
pub struct Number {
    /// How it is called: `ROUTERS`.
    pub name: &'static str,
    /// Without a word.
    pub default: u32,
    /// The least.
    pub least: u32,
    /// The most.
    pub most: u32,
}

const fn number(name: &'static str, default: u32, least: u32, most: u32) -> Number {
    Number { name, default, least, most }
}

/// All shapes.
pub static SHAPES: &[Shape] = &[
    Shape {
        name: "linear",
        numbers: &[number("ROUTERS", 3, 1, 200), number("HOSTS", 1, 1, 100)],
        about: || text("routers in a row, hosts behind each", "一排路由器, 每台后面有主机"),
        draw: rows::linear,
    },
    Shape {
        name: "ring",
        numbers: &[number("ROUTERS", 4, 3, 200), number("HOSTS", 1, 1, 100)],
        about: || text("the same, closed to a ring", "同上, 首尾相连成环"),
        draw: rows::ring,
    },
    Shape {
        name: "star",
        numbers: &[number("HOSTS", 4, 2, 250)],
        about: || text("hosts around one switch", "主机围着一台交换机"),
        draw: rows::star,
    },
    Shape {
        name: "tree",
        numbers: &[number("DEPTH", 2, 1, 6), number("FANOUT", 2, 2, 16)],
        about: || {
            text("switches over switches, hosts at the leaves", "交换机一层接一层, 末端是主机")
        },
        draw: rows::tree,
    },
    Shape {
        name: "fat-tree",
        numbers: &[number("PORTS", 4, 2, 12)],
        about: || text("a data centre: core, pods, hosts", "数据中心: 核心, 分区, 主机"),
        draw: fat_tree::fat_tree,
    },
    Shape {
        name: "campus",
        numbers: &[number("BUILDINGS", 3, 1, 50), number("HOSTS", 3, 1, 100)],
        about: || {
            text("buildings, a server room with DNS and web", "几座楼, 一个机房 (DNS 和网站)")
        },
        draw: campus::campus,
    },
];

/// The lab file of a shape. Numbers that are not given are the shape's own.
///
/// # Errors
/// No such shape, a number too many or out of range, or too many nodes.
pub fn generate(
    shape: &str,
    given: &[u32],
    name: Option<&str>,
    lang: Lang,
) -> Result<String, Text> {
    let known = SHAPES.iter().find(|known| known.name == shape).ok_or_else(|| unknown(shape))?;
    let numbers = numbers(known, given)?;
    let mut plan = (known.draw)(&numbers);
    let words: Vec<String> = numbers.iter().map(u32::to_string).collect();
    if plan.nodes.len() > plan::MOST_NODES {
        let (nodes, most) = (plan.nodes.len(), plan::MOST_NODES);
        return Err(text(
            format!(
                "{shape} {}: {nodes} nodes are more than {most}; choose smaller numbers",
                words.join(" ")
            ),
            format!("{shape} {}: {nodes} 个节点超过了 {most} 个; 请选小一些的数", words.join(" ")),
        ));
    }
    plan.name = match name {
        Some(name) => {
            language::check_name(name).map_err(|bad| {
                let (what, why) = (bad.message, bad.label);
                text(format!("{}: {}", what.en, why.en), format!("{}: {}", what.zh, why.zh))
            })?;
            name.to_owned()
        }
        None => format!("{shape}-{}", words.join("-")),
    };
    plan.notes.insert(0, text(
        format!("Made by: catenet new {shape} {}. Change it by hand; `catenet test FILE` says whether it still works.", words.join(" ")),
        format!("由 catenet new {shape} {} 生成。可以随意修改; catenet test 文件名 会告诉你它是否还能工作。", words.join(" ")),
    ));
    plan::routes(&mut plan);
    plan::prove(&mut plan);
    Ok(plan::write(&plan, lang))
}

fn unknown(shape: &str) -> Text {
    let names = || SHAPES.iter().map(|shape| shape.name);
    let list = names().collect::<Vec<_>>().join(", ");
    match nearest(shape, names()) {
        Some(near) => text(
            format!("there is no shape `{shape}`; did you mean `{near}`? There are: {list}"),
            format!("没有 `{shape}` 这种形状; 是不是想写 `{near}`? 有这些: {list}"),
        ),
        None => text(
            format!("there is no shape `{shape}`; there are: {list}"),
            format!("没有 `{shape}` 这种形状; 有这些: {list}"),
        ),
    }
}

fn numbers(shape: &Shape, given: &[u32]) -> Result<Vec<u32>, Text> {
    let names: Vec<&str> = shape.numbers.iter().map(|number| number.name).collect();
    if given.len() > shape.numbers.len() {
        let (name, names) = (shape.name, names.join(" "));
        return Err(text(
            format!("{name} takes no more numbers than: {names}"),
            format!("{name} 只接受这些数: {names}"),
        ));
    }
    let mut out = Vec::new();
    for (at, number) in shape.numbers.iter().enumerate() {
        let value = given.get(at).copied().unwrap_or(number.default);
        if !(number.least..=number.most).contains(&value) {
            let Number { name, least, most, .. } = number;
            return Err(text(
                format!("{name} is from {least} to {most}, not {value}"),
                format!("{name} 应在 {least} 到 {most} 之间, 不能是 {value}"),
            ));
        }
        if shape.name == "fat-tree" && !value.is_multiple_of(2) {
            return Err(text(
                format!("half of a router's ports lead up, half down: an even number, not {value}"),
                format!("路由器的网口一半向上, 一半向下: 应是偶数, 不能是 {value}"),
            ));
        }
        out.push(value);
    }
    Ok(out)
}

/// `10.b.c.0/24`.
fn lan(b: u32, c: u32) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::from_bits((10 << 24) + (b << 16) + (c << 8)), 24)
}

/// The address of this number in a subnet, with its prefix length; 1 is the first.
fn address(net: Ipv4Net, number: u32) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::from_bits(net.network().to_bits() + number), net.prefix_len())
}

/// A network behind a router, with hosts: the router has its first address, the hosts the next.
fn network(plan: &mut Plan, name: &str, subnet: Ipv4Net, router: usize, hosts: &[String]) -> usize {
    let switch = plan.network(name, subnet);
    plan.cable(Plug::jack(router, name).at(address(subnet, 1)), Plug::of(switch));
    for (number, host) in (2..).zip(hosts) {
        let host = plan.node(host, Kind::Host);
        plan.cable(Plug::jack(host, "eth0").at(address(subnet, number)), Plug::of(switch));
        plan.nodes[host].gateway = Some(address(subnet, 1).addr());
    }
    switch
}

/// A cable between two routers, with a subnet of its own; each jack bears the other's name.
fn join(plan: &mut Plan, a: usize, b: usize, wires: &mut u32) {
    let net = plan::wire(*wires);
    *wires += 1;
    let [of_a, of_b] = [a, b].map(|node| plan.nodes[node].name.clone());
    plan.cable(Plug::jack(a, &of_b).at(address(net, 1)), Plug::jack(b, &of_a).at(address(net, 2)));
}
