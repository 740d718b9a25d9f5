//! The tables as text.

use crate::tables::{is_set, number, rows, text};
use ipnet::IpNet;
use socket::{Env, Tree};

pub(super) fn links(env: &Env, only: Option<&str>) -> String {
    blocks(env, only, |_, _| String::new())
}

pub(super) fn addresses(env: &Env, only: Option<&str>) -> String {
    let tables = rows(env, "addresses");
    blocks(env, only, |name, _| {
        let here = tables.iter().find(|(interface, _)| interface == name);
        let Some((_, Tree::List(nets))) = here else { return String::new() };
        nets.iter().map(|net| address_line(name, &net.to_string())).collect()
    })
}

fn address_line(interface: &str, text: &str) -> String {
    let Ok(net) = text.parse::<IpNet>() else { return String::new() };
    let scope = if net.addr().is_loopback() { "host" } else { "global" };
    match net {
        IpNet::V4(v4) if v4.prefix_len() < 31 && scope == "global" => {
            format!("    inet {net} brd {} scope {scope} {interface}\n", v4.broadcast())
        }
        IpNet::V4(_) => format!("    inet {net} scope {scope} {interface}\n"),
        IpNet::V6(_) => format!("    inet6 {net} scope {scope}\n"),
    }
}

/// One block per interface: its two lines, and what `more` adds.
fn blocks(env: &Env, only: Option<&str>, more: impl Fn(&str, &Tree) -> String) -> String {
    let mut text = String::new();
    for (place, (name, row)) in rows(env, "interfaces").iter().enumerate() {
        if only.is_none_or(|only| only == name) {
            text.push_str(&link_lines(place + 1, name, row));
            text.push_str(&more(name, row));
        }
    }
    text
}

fn link_lines(place: usize, name: &str, row: &Tree) -> String {
    let (mtu, mac) = (number(row, "mtu"), text(row, "mac"));
    let loopback = mac.is_empty();
    let (kind, state) = match (loopback, is_set(row, "up")) {
        (true, _) => ("LOOPBACK,UP,LOWER_UP", "UNKNOWN"),
        (false, true) => ("BROADCAST,MULTICAST,UP,LOWER_UP", "UP"),
        (false, false) => ("BROADCAST,MULTICAST", "DOWN"),
    };
    let hardware = match loopback {
        true => "link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00".to_owned(),
        false => format!("link/ether {mac} brd ff:ff:ff:ff:ff:ff"),
    };
    format!("{place}: {name}: <{kind}> mtu {mtu} state {state}\n    {hardware}\n")
}

pub(super) fn routes(env: &Env, only: Option<&str>) -> String {
    let addresses = rows(env, "addresses");
    let lines = rows(env, "routes").into_iter().filter_map(|(key, row)| {
        let interface = text(&row, "interface");
        let shown = only.is_none_or(|only| only == interface) && interface != "lo";
        shown.then(|| route_line(&key, &row, &addresses))
    });
    let mut lines: Vec<String> = lines.collect();
    // The real one shows the default route first.
    lines.sort_by_key(|line| !line.starts_with("default"));
    lines.concat()
}

fn route_line(key: &str, row: &Tree, addresses: &[(String, Tree)]) -> String {
    let destination = key.split(' ').next().unwrap_or(key);
    let (via, interface) = (text(row, "via"), text(row, "interface"));
    let mut line = match destination {
        "0.0.0.0/0" | "::/0" => "default".to_owned(),
        // A route to one host is shown without its prefix length.
        other => other.strip_suffix("/32").unwrap_or(other).to_owned(),
    };
    if !via.is_empty() {
        line.push_str(&format!(" via {via}"));
    }
    line.push_str(&format!(" dev {interface}"));
    if is_set(row, "connected") {
        line.push_str(" proto kernel scope link");
        if let Some(source) = source(destination, interface, addresses) {
            line.push_str(&format!(" src {source}"));
        }
    }
    let metric = number(row, "metric");
    if metric > 0 {
        line.push_str(&format!(" metric {metric}"));
    }
    if !is_set(row, "active") {
        line.push_str(" linkdown");
    }
    line + "\n"
}

/// The interface's own address on that network.
fn source(destination: &str, interface: &str, addresses: &[(String, Tree)]) -> Option<String> {
    let net: IpNet = destination.parse().ok()?;
    let (_, Tree::List(own)) = addresses.iter().find(|(name, _)| name == interface)? else {
        return None;
    };
    let mut own = own.iter().filter_map(|each| each.to_string().parse::<IpNet>().ok());
    own.find(|each| net.contains(&each.addr())).map(|each| each.addr().to_string())
}

pub(super) fn neighbours(env: &Env, only: Option<&str>) -> String {
    let mut text_out = String::new();
    for (address, row) in rows(env, "arp") {
        let (interface, mac, state) =
            (text(&row, "interface"), text(&row, "mac"), text(&row, "state"));
        if only.is_none_or(|only| only == interface) {
            let mac = if mac.is_empty() { String::new() } else { format!(" lladdr {mac}") };
            text_out.push_str(&format!("{address} dev {interface}{mac} {state}\n"));
        }
    }
    text_out
}
