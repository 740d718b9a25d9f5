//! What no two may share: DNS names, hardware addresses, labels, and the ports of one machine.

use std::collections::BTreeMap;

use base::MacAddr;

use crate::command::Listen;
use crate::diagnostic::{Complaint, Span, Text, text};
use crate::read::Reader;
use crate::read::machine::MachineDraft;

impl Reader<'_> {
    /// Every name is one machine's, and `web.example.lab` is web's own (`lab/tests/suite/rules.rs`).
    pub(super) fn one_name_each(&mut self, drafts: &[MachineDraft], domain: &str) {
        let mut owners: BTreeMap<String, (Span, &str)> = BTreeMap::new();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for draft in drafts {
            let own = format!("{}.{domain}", draft.name).to_lowercase();
            owners.insert(own, (draft.span, &draft.name));
        }
        for (draft, named) in drafts.iter().flat_map(|d| d.names.iter().map(move |n| (d, n))) {
            let name = named.name.to_lowercase();
            let owner = owners.get(&name).filter(|(_, owner)| *owner != draft.name);
            let first = owner.map(|(span, _)| *span).or_else(|| seen.get(&name).copied());
            let what =
                text(format!("two machines are called `{name}`"), format!("两台机器都叫 `{name}`"));
            match first {
                Some(first) => self.twice("duplicate-name", named.span, first, what),
                None => drop(seen.insert(name, named.span)),
            }
        }
    }

    pub(super) fn given_macs(
        &mut self,
        drafts: &[MachineDraft],
        macs: &mut BTreeMap<MacAddr, Span>,
    ) {
        let jacks = drafts.iter().flat_map(|draft| &draft.jacks);
        for (mac, span) in jacks.filter_map(|jack| jack.mac) {
            if let Some(first) = macs.insert(mac, span) {
                let what = text(
                    format!("two jacks have the hardware address {mac}"),
                    format!("两个网口用了同一个硬件地址 {mac}"),
                );
                self.twice("duplicate-mac", span, first, what);
            }
        }
    }

    pub(super) fn labels_once(&mut self, drafts: &[MachineDraft]) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for run in drafts.iter().flat_map(|draft| &draft.run).filter(|run| run.labelled) {
            let label = &run.run.label;
            if let Some(first) = seen.insert(label, run.span) {
                let what = text(
                    format!("two programs have the label `{label}`"),
                    format!("两个程序的标签都是 `{label}`"),
                );
                self.twice("duplicate-name", run.span, first, what);
            }
        }
    }

    /// Files the second of two that must differ.
    pub(super) fn twice(&mut self, code: &'static str, span: Span, first: Span, what: Text) {
        let complaint = Complaint::new(code, 0..0, what)
            .label(text("the second", "第二个"))
            .help(text("change one of the two, or leave it out", "两个里改一个, 或去掉一个"));
        self.sink.report_with(span, complaint, Some((first, text("the first", "第一个"))));
    }

    /// Two servers of one machine on one port: the second could not bind.
    pub(super) fn ports(&mut self, draft: &MachineDraft) {
        let mut taken: Vec<(&Listen, Span)> = Vec::new();
        for run in &draft.run {
            for listen in &run.listens {
                let Listen { transport, address, port } = listen;
                let clash = taken.iter().find(|(other, _)| {
                    let any = other.address.is_none() || address.is_none();
                    other.transport == *transport
                        && other.port == *port
                        && (any || other.address == *address)
                });
                let Some((_, first)) = clash else {
                    taken.push((listen, run.span));
                    continue;
                };
                let (name, protocol) = (&draft.name, format!("{transport:?}").to_uppercase());
                let complaint = Complaint::new(
                    "port-conflict",
                    0..0,
                    text(
                        format!("two programs of `{name}` want {protocol} port {port}"),
                        format!("`{name}` 上有两个程序要用 {protocol} 端口 {port}"),
                    ),
                )
                .label(text("the second", "第二个"))
                .help(text(
                    "give one of them another port: \"http port=8080\"",
                    "给其中一个换端口: \"http port=8080\"",
                ));
                let first = *first;
                self.sink.report_with(
                    run.span,
                    complaint,
                    Some((first, text("the first", "第一个"))),
                );
                break;
            }
        }
    }
}
