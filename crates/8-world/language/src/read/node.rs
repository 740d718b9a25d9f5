//! Networks, switches and the order in which everything with a name is read.

use base::Duration;

use crate::diagnostic::{Complaint, Span, text};
use crate::model::{Lab, Network, Switch};
use crate::read::machine::MachineDraft;
use crate::read::{Reader, SCALARS, address, check_name, keys, top_level};
use crate::tree::{Item, Key, Kind, Table};

impl Reader<'_> {
    /// Reads everything that has a name, then lets it be computed.
    pub(super) fn nodes(&mut self, root: &Table, lab: &mut Lab) {
        let mut names: Vec<(String, Span)> = Vec::new();
        for (key, item) in self.entries(root, "switches") {
            if let Some(switch) = self.switch(key, item) {
                names.push((switch.name.clone(), key.span));
                lab.switches.push(switch);
            }
        }
        for (key, item) in self.entries(root, "networks") {
            self.declared.push(key.name.clone());
            let network = self.network(key, item, lab);
            if network.is_none() && !lab.switches.iter().any(|switch| switch.name == key.name) {
                lab.switches.push(plain_switch(&key.name));
            }
            if let Some(network) = network {
                if !lab.switches.iter().any(|switch| switch.name == network.switch) {
                    names.push((network.switch.clone(), key.span));
                    lab.switches.push(plain_switch(&network.switch));
                }
                lab.networks.push(network);
            }
        }
        let mut machines: Vec<MachineDraft> = Vec::new();
        for (table, router) in [("routers", true), ("hosts", false)] {
            for (key, item) in self.entries(root, table) {
                if self.new_name(&names, key) {
                    names.push((key.name.clone(), key.span));
                    machines.extend(self.machine(key, item, router));
                }
            }
        }
        let links = self.links(root, lab, &mut machines);
        self.elaborate(root, lab, machines, links);
    }

    fn new_name(&mut self, names: &[(String, Span)], key: &Key) -> bool {
        let Some((name, first)) = names.iter().find(|(name, _)| *name == key.name) else {
            return true;
        };
        let complaint = Complaint::new(
            "duplicate-name",
            0..0,
            text(format!("two nodes are called `{name}`"), format!("有两个设备都叫 `{name}`")),
        )
        .label(text("the second", "第二个"))
        .help(text(
            "networks (as switches), switches, routers and hosts share one set of names: rename one",
            "网络 (即交换机)、交换机、路由器、主机共用一套名字: 给其中一个改名",
        ));
        self.sink.report_with(key.span, complaint, Some((*first, text("the first", "第一个"))));
        false
    }

    fn switch(&mut self, key: &Key, item: &Item) -> Option<Switch> {
        let mut switch = plain_switch(&key.name);
        let table = match &item.kind {
            Kind::Table(table) if !item.is_sentence() => Some(table),
            _ => None,
        };
        let Some(table) = table else {
            if SCALARS.contains(&key.name.as_str()) {
                self.sink.report(key.span, top_level(&key.name));
            } else {
                let what = ("a table, such as {}", "表, 例如 {}");
                self.wrong_value(item, &key.name, what, "{}");
            }
            return None;
        };
        if let Err(complaint) = check_name(&key.name) {
            self.sink.report(key.span, complaint);
        }
        self.only(table, keys::SWITCH, "a switch", "交换机");
        switch.title = self.title(table);
        switch.stp = table.get("stp").and_then(|item| self.boolean(item, "stp")).unwrap_or(false);
        switch.cpu = self.optional(table, "cpu").unwrap_or(switch.cpu);
        Some(switch)
    }

    fn network(&mut self, key: &Key, item: &Item, lab: &Lab) -> Option<Network> {
        if SCALARS.contains(&key.name.as_str()) && item.is_sentence() {
            return self.not_a_network(key, item);
        }
        let mut switch = key.name.clone();
        let subnet = match &item.kind {
            Kind::Text(_) => item,
            Kind::Table(table) => {
                self.only(table, keys::NETWORK, "a network", "网络");
                if let Some(item) = table.get("switch") {
                    switch = self.words(item, "switch")?.to_owned();
                    self.known_switch(item, &switch, lab)?;
                }
                if let Some(v6) = table.get("v6") {
                    let complaint = Complaint::new(
                        "ipv6-later",
                        0..0,
                        text("IPv6 is not there yet", "还不支持 IPv6"),
                    );
                    self.sink.report(
                        v6.span,
                        complaint.help(text("leave `v6` out for now", "目前先不写 `v6`")),
                    );
                }
                let Some(v4) = table.get("v4") else {
                    let complaint = Complaint::new(
                        "missing-key",
                        0..0,
                        text(
                            format!("the network `{}` has no subnet", key.name),
                            format!("网络 `{}` 没有子网", key.name),
                        ),
                    );
                    self.sink.report(
                        key.span,
                        complaint.help(text(
                            "write: v4 = \"192.168.1.0/24\"",
                            "写成: v4 = \"192.168.1.0/24\"",
                        )),
                    );
                    return None;
                };
                v4
            }
            _ => {
                return self.not_a_network(key, item);
            }
        };
        let words = self.words(subnet, "v4")?;
        match address::parse_subnet(words) {
            Ok(v4) => {
                if let Err(complaint) = check_name(&key.name) {
                    self.sink.report(key.span, complaint);
                }
                self.no_overlap(subnet, v4, lab);
                Some(Network { name: key.name.clone(), v4, switch })
            }
            Err(_) if SCALARS.contains(&key.name.as_str()) => self.not_a_network(key, item),
            Err(complaint) => {
                self.complain(subnet, complaint);
                None
            }
        }
    }

    fn not_a_network(&mut self, key: &Key, item: &Item) -> Option<Network> {
        if SCALARS.contains(&key.name.as_str()) {
            self.sink.report(key.span, top_level(&key.name));
        } else {
            let what = ("a subnet, such as \"192.168.1.0/24\"", "子网, 例如 \"192.168.1.0/24\"");
            self.wrong_value(item, &key.name, what, "\"192.168.1.0/24\"");
        }
        None
    }

    fn known_switch(&mut self, item: &Item, switch: &str, lab: &Lab) -> Option<()> {
        if lab.switches.iter().any(|known| known.name == switch) {
            return Some(());
        }
        let known = lab.switches.iter().map(|known| known.name.as_str());
        let complaint = crate::verb::unknown(switch, switch, "switch", "交换机", known);
        self.complain(item, complaint);
        None
    }

    fn no_overlap(&mut self, item: &Item, v4: ipnet::Ipv4Net, lab: &Lab) {
        let overlaps = |n: &&Network| n.v4.contains(&v4.network()) || v4.contains(&n.v4.network());
        let Some(other) = lab.networks.iter().find(overlaps) else { return };
        let (name, net) = (&other.name, other.v4);
        let complaint = Complaint::new(
            "overlap",
            0..0,
            text(
                format!("{v4} overlaps network `{name}` ({net})"),
                format!("{v4} 与网络 `{name}` ({net}) 重叠"),
            ),
        )
        .label(text("a router could not tell them apart", "路由器分不清它们"))
        .help(text(
            "give each network its own range, such as 10.0.2.0/24 and 10.0.3.0/24",
            "每个网络用各自的范围, 例如 10.0.2.0/24 和 10.0.3.0/24",
        ));
        self.sink.report(item.span, complaint);
    }
}

fn plain_switch(name: &str) -> Switch {
    Switch {
        name: name.to_owned(),
        title: Default::default(),
        stp: false,
        cpu: Duration::from_micros(1),
    }
}
