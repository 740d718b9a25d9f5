//! What the language knows and this version does not build: refused where it stands, so that a lab
//! that reads well also runs. `Options::unbuilt` lets it pass, for whoever only reads.

use crate::diagnostic::{Complaint, Span, text};
use crate::read::Reader;
use crate::tree::{Item, Kind, Table};

impl Reader<'_> {
    pub(super) fn not_yet(&mut self, root: &Table) {
        for (_, item) in self.tables(root, "switches") {
            if let Some(stp) =
                inside(item, "stp").filter(|stp| matches!(stp.kind, Kind::Bool(true)))
            {
                let leave = ("write: stp = false", "写成: stp = false");
                self.refuse(stp.span, "stp = true", leave);
            }
        }
        for (key, _) in self.tables(root, "publish") {
            let join = (
                "real programs come in by: catenet join NETWORK -- COMMAND",
                "真实程序这样加入: catenet join 网络 -- 命令",
            );
            self.refuse(key.span, "[publish]", join);
        }
        let links = root.get("links").map_or(&[][..], |item| self.list(item));
        for link in links {
            for way in [Some(link), inside(link, "reverse")].into_iter().flatten() {
                self.queue(way);
            }
        }
    }

    fn queue(&mut self, way: &Item) {
        let fair = |item: &&Item| item.as_text().is_some_and(|words| words.contains("fq_codel"));
        if let Some(queue) = inside(way, "queue").filter(fair) {
            let number = ("write a number of frames: queue = \"100\"", "写帧数: queue = \"100\"");
            self.refuse(queue.span, "queue = \"fq_codel\"", number);
        }
    }

    fn tables<'i>(&self, root: &'i Table, name: &str) -> &'i [(crate::tree::Key, Item)] {
        match root.get(name).map(|item| &item.kind) {
            Some(Kind::Table(table)) => &table.entries,
            _ => &[],
        }
    }

    /// Files that something is not built, unless the reader only reads.
    pub(crate) fn refuse(&mut self, span: Span, what: &str, instead: (&str, &str)) {
        if self.options.unbuilt {
            return;
        }
        let complaint = Complaint::new(
            "not-built",
            0..0,
            text(format!("`{what}` is not built yet"), format!("尚未实现 `{what}`")),
        );
        self.sink.report(span, complaint.help(text(instead.0, instead.1)));
    }
}

fn inside<'i>(item: &'i Item, key: &str) -> Option<&'i Item> {
    match &item.kind {
        Kind::Table(table) => table.get(key),
        _ => None,
    }
}
