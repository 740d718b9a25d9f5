//! What a Linux machine's start-up lines say about its addresses and routes: `ip`, `ifconfig`,
//! `route`, `sysctl`. Every other line is a loss, by word.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::import::boxes::Boxes;
use crate::import::losses::{Losses, short};
use crate::plan::Plan;

/// What a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Effect {
    Address(String, Ipv4Net),
    Route(Ipv4Net, Ipv4Addr),
    Gateway(Ipv4Addr),
    /// It starts something that learns routes.
    Learns(String),
    /// True in any lab of ours.
    Granted,
    Unknown,
}

/// Carries the lines out on a machine of the plan. True if it learns routes by itself.
pub(super) fn carry_out(
    lines: &str,
    node: usize,
    plan: &mut Plan,
    boxes: &Boxes,
    losses: &mut Losses,
) -> bool {
    let mut learns = false;
    let name = plan.nodes[node].name.clone();
    for line in lines.lines().flat_map(pieces) {
        match effect(&line) {
            Effect::Address(jack, address) => match boxes.jack(node, &jack) {
                Some(jack) => plan.nodes[node].jacks[jack].addresses.push(address),
                None => losses.say(
                    format!("{name}: {jack} has no cable, so {address} is left out"),
                    format!("{name}: {jack} 没有网线, 已略去 {address}"),
                ),
            },
            Effect::Route(to, via) => plan.nodes[node].routes.push((to, via)),
            Effect::Gateway(via) => plan.nodes[node].gateway = Some(via),
            Effect::Learns(what) => {
                learns = true;
                losses.say(
                    format!("{name} runs {what}: static routes the shortest way stand in for it"),
                    format!("{name} 运行 {what}: 用最短路径的静态路由代替"),
                );
            }
            Effect::Granted => {}
            Effect::Unknown => {
                let line = short(&line);
                losses.say(
                    format!("{name}: not carried over: {line}"),
                    format!("{name}: 未能导入: {line}"),
                );
            }
        }
    }
    learns
}

/// A line's commands, without comments.
fn pieces(line: &str) -> Vec<String> {
    let line = line.trim();
    if line.starts_with('#') {
        return Vec::new();
    }
    let line = line.split(" #").next().unwrap_or_default();
    let parts = line.split("&&").flat_map(|part| part.split(';'));
    parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn effect(line: &str) -> Effect {
    let words: Vec<&str> = line.split_whitespace().collect();
    let granted = ["echo 1 > /proc/sys/net/ipv4/ip_forward", "sysctl -w net.ipv4.ip_forward=1"];
    if granted.contains(&words.join(" ").as_str()) {
        return Effect::Granted;
    }
    let found = match words.as_slice() {
        ["ip", rest @ ..] => ip(rest),
        ["ifconfig", rest @ ..] | ["/sbin/ifconfig", rest @ ..] => ifconfig(rest),
        ["route", "add", rest @ ..] => route(rest),
        ["systemctl" | "service", rest @ ..] => daemon(rest),
        [init, "start" | "restart"] if init.starts_with("/etc/init.d/") => daemon(&[&init[12..]]),
        _ => None,
    };
    found.unwrap_or(Effect::Unknown)
}

fn ip(words: &[&str]) -> Option<Effect> {
    let words = match words {
        ["-4", rest @ ..] => rest,
        all => all,
    };
    match words {
        ["a" | "ad" | "addr" | "address", "add", address, rest @ ..] => {
            let jack = after(rest, "dev")?;
            Some(Effect::Address(jack.to_owned(), net(address, 32)?))
        }
        ["l" | "link", "set", rest @ ..] => {
            rest.last().is_some_and(|last| *last == "up").then_some(Effect::Granted)
        }
        ["r" | "ro" | "route", "add" | "replace", to, rest @ ..] => {
            let via = after(rest, "via")?.parse().ok()?;
            Some(match *to {
                "default" | "0.0.0.0/0" => Effect::Gateway(via),
                to => Effect::Route(net(to, 32)?.trunc(), via),
            })
        }
        _ => None,
    }
}

fn ifconfig(words: &[&str]) -> Option<Effect> {
    match words {
        [_, "up"] => Some(Effect::Granted),
        [jack, address, rest @ ..] if *address != "down" => {
            let address = match after(rest, "netmask") {
                Some(mask) => with_mask(address, mask)?,
                None => net(address, classful(address)?)?,
            };
            Some(Effect::Address((*jack).to_owned(), address))
        }
        _ => None,
    }
}

fn route(words: &[&str]) -> Option<Effect> {
    let via = after(words, "gw")?.parse().ok()?;
    match words {
        ["default", ..] => Some(Effect::Gateway(via)),
        ["-net", to, rest @ ..] => {
            let to = match after(rest, "netmask") {
                Some(mask) => with_mask(to, mask)?,
                None => net(to, classful(to)?)?,
            };
            Some(if to.prefix_len() == 0 {
                Effect::Gateway(via)
            } else {
                Effect::Route(to.trunc(), via)
            })
        }
        ["-host", to, ..] => Some(Effect::Route(net(to, 32)?, via)),
        _ => None,
    }
}

/// Daemons that learn routes; `service frr start`, `systemctl start frr`.
fn daemon(words: &[&str]) -> Option<Effect> {
    let known = ["frr", "quagga", "zebra", "bird", "bird2", "ospfd", "ripd", "bgpd"];
    let word = words.iter().find(|word| known.contains(word))?;
    Some(Effect::Learns((*word).to_owned()))
}

fn after<'a>(words: &[&'a str], key: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == key)?;
    words.get(at + 1).copied()
}

fn net(words: &str, prefix: u8) -> Option<Ipv4Net> {
    match words.split_once('/') {
        Some((_, mask)) if mask.contains('.') => with_mask(words.split('/').next()?, mask),
        Some(_) => words.parse().ok(),
        None => Ipv4Net::new(words.parse().ok()?, prefix).ok(),
    }
}

fn with_mask(address: &str, mask: &str) -> Option<Ipv4Net> {
    Ipv4Net::with_netmask(address.parse().ok()?, mask.parse().ok()?).ok()
}

/// The prefix that an address had before masks were written: what `ifconfig` still assumes.
fn classful(address: &str) -> Option<u8> {
    let first = address.split('.').next()?.parse::<u8>().ok()?;
    Some(match first {
        0..=127 => 8,
        128..=191 => 16,
        _ => 24,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_linux_are_understood_or_said_to_be_lost() {
        let net = |words: &str| words.parse::<Ipv4Net>().expect(words);
        let via = |words: &str| words.parse::<Ipv4Addr>().expect(words);
        let address = |jack: &str, words: &str| Effect::Address(jack.to_owned(), net(words));
        let cases = [
            ("ip addr add 10.0.0.1/24 dev eth0", address("eth0", "10.0.0.1/24")),
            ("ip -4 address add 10.0.0.1/24 brd + dev eth1", address("eth1", "10.0.0.1/24")),
            ("ifconfig eth0 195.11.14.5/24 up", address("eth0", "195.11.14.5/24")),
            ("ifconfig eth0 10.0.0.1 netmask 255.255.0.0 up", address("eth0", "10.0.0.1/16")),
            ("ifconfig eth0 192.168.1.1 up", address("eth0", "192.168.1.1/24")),
            ("ip route add default via 10.0.0.254 dev eth0", Effect::Gateway(via("10.0.0.254"))),
            (
                "ip route add 10.1.0.0/16 via 10.0.0.2",
                Effect::Route(net("10.1.0.0/16"), via("10.0.0.2")),
            ),
            ("route add default gw 10.0.0.254", Effect::Gateway(via("10.0.0.254"))),
            (
                "route add -net 200.1.1.0 netmask 255.255.255.0 gw 10.0.0.2",
                Effect::Route(net("200.1.1.0/24"), via("10.0.0.2")),
            ),
            ("ip link set dev eth0 up", Effect::Granted),
            ("systemctl start frr", Effect::Learns("frr".to_owned())),
            ("/etc/init.d/zebra start", Effect::Learns("zebra".to_owned())),
            ("ip addr add 2001:db8::1/64 dev eth0", Effect::Unknown),
            ("ip addr add 10.0.0.1/33 dev eth0", Effect::Unknown),
            ("ip", Effect::Unknown),
            ("rm -rf /", Effect::Unknown),
        ];
        for (line, wanted) in cases {
            assert_eq!(effect(line), wanted, "{line}");
        }
    }
}
