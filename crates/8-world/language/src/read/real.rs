//! `real = "python3 server.py"`: a host that is a program of the machine we run on; and `fixed`, what
//! a submission must leave as it is. Neither is simulated.

use crate::diagnostic::{Complaint, Span, text};
use crate::model::Lab;
use crate::read::Reader;
use crate::read::machine::MachineDraft;
use crate::tree::Table;
use crate::verb::unknown;

impl Reader<'_> {
    /// The command of a real host.
    pub(super) fn real(&mut self, draft: &MachineDraft, table: &Table) -> Option<String> {
        let (key, item) = table.entry("real")?;
        let line = self.words(item, "real")?.trim().to_owned();
        let complaint = if draft.router {
            Some(("a router is never a real program", "路由器不能是真实程序"))
        } else if table.get("run").is_some_and(|run| !self.list(run).is_empty()) {
            Some((
                "a host is a real program or runs the lab's own, not both",
                "主机要么是真实程序, 要么运行实验自带的程序",
            ))
        } else if line.is_empty() {
            Some(("which program?", "运行哪个程序?"))
        } else {
            None
        };
        if let Some((en, zh)) = complaint {
            let complaint = Complaint::new("bad-real", 0..0, text(en, zh)).help(text(
                "write: [hosts.NAME] with net = \"..\" and real = \"python3 server.py\"",
                "写成: [hosts.名字], 下面写 net = \"..\" 和 real = \"python3 server.py\"",
            ));
            self.sink.report(key.span, complaint);
            return None;
        }
        self.kept_by_its_kernel(draft, table);
        Some(line)
    }

    /// What a real host cannot have, so that nothing that is written is passed over: it joins one
    /// network by one card with one address, and routes and time are its kernel's.
    fn kept_by_its_kernel(&mut self, draft: &MachineDraft, table: &Table) {
        let networks = draft.jacks.iter().filter(|jack| jack.network.is_some()).count();
        let addresses = draft.jacks.iter().map(|jack| jack.addresses.len()).sum::<usize>();
        let wrong = [
            ("routes", true, "its routes are its kernel's", "它的路由由其内核决定"),
            ("cpu", true, "its time is its kernel's", "它的时间由其内核决定"),
            ("jacks", true, "a real program has one card", "真实程序只有一块网卡"),
            ("net", networks > 1, "a real program joins one network", "真实程序只加入一个网络"),
            ("ip", addresses > 1, "a real program has one address", "真实程序只有一个地址"),
            ("real", networks == 0, "a real program joins a network", "真实程序要加入一个网络"),
        ];
        for (name, is_wrong, en, zh) in wrong {
            let Some((key, _)) = table.entry(name).filter(|_| is_wrong) else { continue };
            let complaint = Complaint::new("bad-real", 0..0, text(en, zh)).help(text(
                "beside `real` there may be: net = \"..\", ip, mac, gateway, resolver, name, names, title",
                "`real` 旁边可以写: net = \"..\", ip, mac, gateway, resolver, name, names, title",
            ));
            self.sink.report(key.span, complaint);
        }
    }

    /// Its cable does not come from the file, so its knobs would be passed over.
    pub(super) fn cable_of_a_real_host(&mut self, node: &str, span: Span) {
        let complaint = Complaint::new(
            "bad-real",
            0..0,
            text(
                format!("`{node}` is a real program: its cable is made when it joins its network"),
                format!("`{node}` 是真实程序: 它的网线在加入网络时才有"),
            ),
        );
        self.sink.report(span, complaint.help(text(
            format!("leave this cable out; worsen it later by [[script]]: do = \"set {node}--NETWORK loss=30%\""),
            format!("去掉这条网线; 以后用 [[script]] 让它变差: do = \"set {node}--网络 loss=30%\""),
        )));
    }

    /// `fixed = ["web", "r1--servers"]`.
    pub(super) fn fixed(&mut self, root: &Table, lab: &Lab) -> Vec<String> {
        let mut fixed = Vec::new();
        for item in root.get("fixed").map_or(&[][..], |item| self.list(item)) {
            let Some(name) = self.words(item, "fixed") else { continue };
            let network = lab.networks.iter().any(|network| network.name == name);
            if !network && !lab.has_node(name) && lab.link(name).is_none() {
                let links = lab.links.iter().map(|link| link.name.as_str());
                let known = lab.node_names().chain(links);
                self.complain(
                    item,
                    unknown(name, name, "node, network or link", "设备、网络或网线", known),
                );
                continue;
            }
            fixed.push(name.to_owned());
        }
        fixed
    }
}
