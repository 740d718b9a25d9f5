//! `real = "python3 server.py"`: a host that is a program of the machine we run on; and `fixed`, what
//! a submission must leave as it is. Neither is simulated.

use crate::diagnostic::{Complaint, text};
use crate::model::Lab;
use crate::read::Reader;
use crate::tree::Table;
use crate::verb::unknown;

impl Reader<'_> {
    /// The command of a real host.
    pub(super) fn real(&mut self, router: bool, table: &Table) -> Option<String> {
        let (key, item) = table.entry("real")?;
        let line = self.words(item, "real")?.trim().to_owned();
        let complaint = if router {
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
        Some(line)
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
