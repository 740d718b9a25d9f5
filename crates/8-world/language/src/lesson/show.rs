//! `show = { view = "ladder", filter = ".." }`: what stands beside a scene's text, held to the lab.

use super::scribe::Scribe;
use super::{Show, View};
use crate::Filter;
use crate::diagnostic::{Complaint, text};
use crate::expect::TABLES;
use crate::fields::FIELDS;
use crate::model::Lab;
use crate::nearest::nearest;
use crate::tree::{Item, Kind, Table};
use crate::verb::unknown;

const SHOW_KEYS: &[&str] = &["view", "node", "filter", "layers", "table"];
/// The tables of a switch; a machine has the others too.
const SWITCH_TABLES: &[&str] = &["mac", "counters", "programs"];

impl Scribe<'_> {
    pub(super) fn show(&mut self, item: &Item) -> Option<Show> {
        let table = self.reader.table(item, "show")?.clone();
        self.keys(&table, SHOW_KEYS, "`show`", "`show` ");
        let example = "show = { view = \"network\" }";
        let view = self.demand(&table, item.span, "view", "`show`", "`show` ", example)?;
        let words = self.reader.words(view, "view")?;
        let Some(view) = View::ALL.into_iter().find(|view| view.name() == words) else {
            let names = View::ALL.map(View::name);
            let complaint = Complaint::new(
                "unknown-word",
                0..words.len(),
                text(format!("no view is called `{words}`"), format!("没有叫 `{words}` 的视图")),
            );
            let complaint = complaint.choose(nearest(words, names), &names.join(", "));
            self.reader.complain(view, complaint);
            return None;
        };
        self.only_in(&table, "filter", view, &[View::Events, View::Ladder, View::Packet]);
        self.only_in(&table, "layers", view, &[View::Packet]);
        self.only_in(&table, "table", view, &[View::Machine]);
        if view == View::Machine {
            let example = "show = { view = \"machine\", node = \"server\", table = \"tcp\" }";
            self.demand(&table, item.span, "node", "`show`", "`show` ", example);
        }
        let node = table.get("node").and_then(|item| self.node(item));
        let filter = table.get("filter").and_then(|item| self.filter(item));
        let layers = table.get("layers").and_then(|item| self.layers(item));
        let of_node = node.as_deref();
        let table = table.get("table").and_then(|item| self.table_name(item, of_node));
        Some(Show { view, node, filter, layers, table })
    }

    /// A key that says nothing in this view is a mistake: somebody expected something of it.
    fn only_in(&mut self, table: &Table, key: &str, view: View, views: &[View]) {
        let Some((name, _)) = table.entry(key).filter(|_| !views.contains(&view)) else { return };
        let fits = views.iter().map(|view| view.name()).collect::<Vec<_>>().join(", ");
        let view = view.name();
        let complaint = Complaint::new(
            "no-effect",
            0..0,
            text(
                format!("`{key}` says nothing in the view `{view}`"),
                format!("`{key}` 在视图 `{view}` 里不起作用"),
            ),
        )
        .label(text(format!("it belongs to: {fits}"), format!("它用于: {fits}")))
        .help(text(
            format!("leave `{key}` out, or choose another view"),
            format!("去掉 `{key}`, 或换一个视图"),
        ));
        self.reader.sink.report(name.span, complaint);
    }

    fn node(&mut self, item: &Item) -> Option<String> {
        let words = self.reader.words(item, "node")?;
        if let Some(lab) = self.lab.as_ref().filter(|lab| !lab.has_node(words)) {
            let complaint = unknown(words, words, "node", "设备", lab.node_names());
            self.reader.complain(item, complaint);
        }
        Some(words.to_owned())
    }

    fn filter(&mut self, item: &Item) -> Option<String> {
        let words = self.reader.words(item, "filter")?;
        if let Err(complaint) = Filter::parse(words, FIELDS) {
            self.reader.complain(item, complaint);
        }
        Some(words.to_owned())
    }

    fn layers(&mut self, item: &Item) -> Option<u8> {
        match item.kind {
            Kind::Integer(layers @ (4 | 5 | 7)) => u8::try_from(layers).ok(),
            _ => {
                let complaint = Complaint::new(
                    "out-of-range",
                    0..0,
                    text("`layers` is 7, 5 or 4", "`layers` 是 7、5 或 4"),
                );
                let help = text("write: layers = 7", "写成: layers = 7");
                self.reader.sink.report(item.span, complaint.help(help));
                None
            }
        }
    }

    fn table_name(&mut self, item: &Item, node: Option<&str>) -> Option<String> {
        let words = self.reader.words(item, "table")?;
        let is_switch = |node: &str, lab: &Lab| lab.has_node(node) && lab.machine(node).is_none();
        let machine = |lab: &Lab| !node.is_some_and(|node| is_switch(node, lab));
        let known = match self.lab.as_ref().is_none_or(machine) {
            true => TABLES,
            false => SWITCH_TABLES,
        };
        if !known.contains(&words) {
            let complaint = unknown(words, words, "table", "表", known.iter().copied());
            self.reader.complain(item, complaint);
        }
        Some(words.to_owned())
    }
}
