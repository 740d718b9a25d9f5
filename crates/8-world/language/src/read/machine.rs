//! Hosts and routers as the file writes them, short or long; nothing computed yet.

use std::net::Ipv4Addr;

use base::{Duration, MacAddr};

use crate::command::{Listen, parse_command};
use crate::diagnostic::{Complaint, Span, Text, text};
use crate::model::{Route, Run};
use crate::quantity::show_duration;
use crate::read::{Named, Reader, SCALARS, address, check_name, keys, top_level, whole};
use crate::tree::{Item, Key, Kind, Table};

/// A machine before anything is computed.
pub(super) struct MachineDraft {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) router: bool,
    pub(super) title: Text,
    pub(super) jacks: Vec<JackDraft>,
    pub(super) gateway: Next,
    pub(super) resolver: Next,
    pub(super) routes: Vec<(Route, Span)>,
    pub(super) cpu: Duration,
    pub(super) names: Vec<Named>,
    pub(super) run: Vec<RunDraft>,
    pub(super) real: Option<String>,
}

/// A jack before anything is computed.
pub(super) struct JackDraft {
    pub(super) name: String,
    pub(super) network: Option<Named>,
    pub(super) addresses: Vec<AddressDraft>,
    pub(super) mac: Option<(MacAddr, Span)>,
    pub(super) linked: bool,
}

/// An address as written.
#[derive(Clone, Copy)]
pub(super) struct AddressDraft {
    pub(super) address: Ipv4Addr,
    pub(super) prefix: Option<u8>,
    pub(super) span: Span,
}

/// A next hop or resolver as written.
pub(super) enum Next {
    /// Nothing: to be computed.
    Unsaid,
    /// `"none"`.
    None,
    /// An address.
    Address(Ipv4Addr, Span),
    /// The name of a router.
    Router(Named),
}

/// A program with the ports it listens on.
pub(super) struct RunDraft {
    pub(super) run: Run,
    pub(super) span: Span,
    pub(super) labelled: bool,
    pub(super) listens: Vec<Listen>,
}

impl Reader<'_> {
    pub(super) fn machine(&mut self, key: &Key, item: &Item, router: bool) -> Option<MachineDraft> {
        let mut draft = MachineDraft {
            name: key.name.clone(),
            span: key.span,
            router,
            title: Text::default(),
            jacks: Vec::new(),
            gateway: Next::Unsaid,
            resolver: Next::Unsaid,
            routes: Vec::new(),
            cpu: Duration::from_micros(1),
            names: Vec::new(),
            run: Vec::new(),
            real: None,
        };
        if SCALARS.contains(&key.name.as_str()) && !looks_like_machine(item) {
            self.sink.report(key.span, top_level(&key.name));
            return None;
        }
        match &item.kind {
            Kind::Table(table) => self.long_machine(&mut draft, table),
            Kind::Text(_) | Kind::List(_) => self.nets(&mut draft, item),
            _ => {
                let what = ("a network's name or a table", "网络的名字或表");
                let net = self.declared.first().map_or("{}".to_owned(), |net| format!("\"{net}\""));
                self.wrong_value(item, &key.name, what, &net);
                return None;
            }
        }
        if let Err(complaint) = check_name(&key.name) {
            self.sink.report(key.span, complaint);
        }
        Some(draft)
    }

    fn long_machine(&mut self, draft: &mut MachineDraft, table: &Table) {
        let (what, zh) =
            if draft.router { ("a router", "路由器") } else { ("a host", "主机") };
        self.only(table, keys::MACHINE, what, zh);
        draft.title = self.title(table);
        if let Some(item) = table.get("net") {
            self.nets(draft, item);
        }
        if let Some((_, item)) = table.entry("jacks") {
            self.jacks(draft, item);
        }
        if draft.jacks.is_empty() && !table.entries.iter().any(|(key, _)| key.name == "jacks") {
            draft.jacks.push(JackDraft::named("eth0"));
        }
        self.addresses(draft, table);
        draft.gateway = self.next(table, "gateway");
        draft.resolver = self.next(table, "resolver");
        draft.routes = self.routes(table);
        draft.cpu = self.optional(table, "cpu").unwrap_or(draft.cpu);
        for key in ["name", "names"] {
            let Some(item) = table.get(key) else { continue };
            for item in self.list(item) {
                draft.names.extend(self.dns_name(item, key));
            }
        }
        if let Some(item) = table.get("run") {
            for item in self.list(item) {
                draft.run.extend(self.run(item));
            }
        }
        draft.real = self.real(draft, table);
    }

    fn dns_name(&mut self, item: &Item, key: &str) -> Option<Named> {
        let name = self.words(item, key)?;
        if let Err(complaint) = address::check_dns_name(name) {
            self.complain(item, complaint);
            return None;
        }
        Some(Named { name: name.to_owned(), span: item.span })
    }

    /// `"office"` or `["office", "servers"]`: one jack each.
    fn nets(&mut self, draft: &mut MachineDraft, item: &Item) {
        for item in self.list(item) {
            let Some(net) = self.words(item, "net") else { continue };
            let name = match draft.router {
                true => net.to_owned(),
                false => format!("eth{}", draft.jacks.len()),
            };
            if draft.router && draft.jacks.iter().any(|jack| jack.name == name) {
                let twice = Complaint::new(
                    "network-twice",
                    0..0,
                    text(
                        format!("`{net}` is named twice: a router has one jack in a network"),
                        format!("`{net}` 写了两次: 路由器在一个网络里只有一个网口"),
                    ),
                );
                self.sink
                    .report(item.span, twice.help(text("leave one of them out", "去掉其中一个")));
                continue;
            }
            let network = Some(Named { name: net.to_owned(), span: item.span });
            draft.jacks.push(JackDraft { network, ..JackDraft::named(&name) });
        }
    }

    fn jacks(&mut self, draft: &mut MachineDraft, item: &Item) {
        let Some(table) = self.table(item, "jacks") else { return };
        for (key, item) in &table.entries {
            if let Err(complaint) = check_name(&key.name) {
                self.sink.report(key.span, complaint);
            }
            let mut jack = JackDraft::named(&key.name);
            match &item.kind {
                Kind::Text(words) if !words.starts_with(|c: char| c.is_ascii_digit()) => {
                    jack.network = Some(Named { name: words.clone(), span: item.span });
                }
                Kind::Text(_) | Kind::List(_) => jack.addresses = self.address_list(item),
                Kind::Table(table) => {
                    self.only(table, keys::JACK, "a jack", "网口");
                    let net = table
                        .get("net")
                        .and_then(|item| Some((self.words(item, "net")?, item.span)));
                    jack.network = net.map(|(name, span)| Named { name: name.to_owned(), span });
                    jack.addresses =
                        table.get("ip").map(|item| self.address_list(item)).unwrap_or_default();
                    jack.mac = table.get("mac").and_then(|item| self.mac(item));
                }
                _ => {
                    let what = ("an address, a network's name or a table", "地址、网络的名字或表");
                    self.wrong_value(item, &key.name, what, "\"10.0.2.1/24\"");
                }
            }
            match draft.jacks.iter_mut().find(|known| known.name == jack.name) {
                Some(known) => *known = jack,
                None => draft.jacks.push(jack),
            }
        }
    }

    /// `ip` and `mac` of a machine: its only jack's; with several, `ip` goes where it fits.
    fn addresses(&mut self, draft: &mut MachineDraft, table: &Table) {
        let addresses = table.get("ip").map(|item| self.address_list(item)).unwrap_or_default();
        let mac = table.get("mac").and_then(|item| self.mac(item));
        let one = draft.jacks.len() == 1;
        match draft.jacks.first_mut() {
            Some(jack) if one || addresses.len() <= 1 => {
                jack.addresses.extend(addresses);
                jack.mac = mac.or(jack.mac);
            }
            _ => {
                if let Some((key, _)) = table.entry("ip") {
                    let complaint = Complaint::new(
                        "ambiguous",
                        0..0,
                        text("which jack bears which address?", "哪个网口用哪个地址?"),
                    )
                    .help(text(
                        "write: jacks = { eth0 = { net = \"..\", ip = \"..\" }, .. }",
                        "写成: jacks = { eth0 = { net = \"..\", ip = \"..\" }, .. }",
                    ));
                    self.sink.report(key.span, complaint);
                }
            }
        }
    }

    fn address_list(&mut self, item: &Item) -> Vec<AddressDraft> {
        let mut out = Vec::new();
        for item in self.list(item) {
            let Some(words) = self.words(item, "ip") else { continue };
            match address::parse_address(words) {
                Ok((address, prefix)) => {
                    out.push(AddressDraft { address, prefix, span: item.span })
                }
                Err(complaint) => self.complain(item, complaint),
            }
        }
        out
    }

    fn mac(&mut self, item: &Item) -> Option<(MacAddr, Span)> {
        let words = self.words(item, "mac")?;
        let complaint = |en: &str, zh: &str| {
            Complaint::new(
                "bad-mac",
                whole(words),
                text(
                    format!("`{words}` is no hardware address for a machine"),
                    format!("`{words}` 不能作机器的硬件地址"),
                ),
            )
            .label(text(en, zh))
            .help(text("write: mac = \"02:00:5e:10:00:01\"", "写成: mac = \"02:00:5e:10:00:01\""))
        };
        match words.parse::<MacAddr>() {
            Ok(mac) if mac.is_unicast() => Some((mac, item.span)),
            Ok(_) => {
                self.complain(item, complaint("a group address, or none", "这是组地址或空地址"));
                None
            }
            Err(_) => {
                self.complain(
                    item,
                    complaint("six pairs of hexadecimal digits", "应为六组十六进制数"),
                );
                None
            }
        }
    }

    /// `"none"`, an address, or a router's name.
    pub(super) fn next(&mut self, table: &Table, key: &str) -> Next {
        let Some(item) = table.get(key) else { return Next::Unsaid };
        let Some(words) = self.words(item, key) else { return Next::None };
        if words == "none" {
            return Next::None;
        }
        if key == "gateway"
            && words.starts_with(|c: char| c.is_ascii_alphabetic())
            && !words.contains(':')
        {
            return Next::Router(Named { name: words.to_owned(), span: item.span });
        }
        match address::parse_address(words) {
            Ok((address, None)) => Next::Address(address, item.span),
            Ok((address, Some(_))) => {
                let complaint = Complaint::new(
                    "bad-address",
                    whole(words),
                    text(
                        format!("`{key}` is one address, without a prefix"),
                        format!("`{key}` 是一个地址, 不带前缀"),
                    ),
                );
                self.complain(
                    item,
                    complaint
                        .help(text(format!("write \"{address}\""), format!("写成 \"{address}\""))),
                );
                Next::None
            }
            Err(complaint) => {
                self.complain(item, complaint);
                Next::None
            }
        }
    }

    /// `routes = ["10.0.3.0/24 via 10.0.2.2"]`.
    fn routes(&mut self, table: &Table) -> Vec<(Route, Span)> {
        let mut out = Vec::new();
        for item in table.get("routes").map_or(&[][..], |item| self.list(item)) {
            let Some(words) = self.words(item, "routes") else { continue };
            let Some((to, via)) = words.split_once(" via ") else {
                let complaint = Complaint::new(
                    "bad-route",
                    whole(words),
                    text(format!("`{words}` is not a route"), format!("`{words}` 不是路由")),
                );
                self.complain(
                    item,
                    complaint.help(text(
                        "write \"10.0.3.0/24 via 10.0.2.2\"",
                        "写成 \"10.0.3.0/24 via 10.0.2.2\"",
                    )),
                );
                continue;
            };
            let offset = to.len() + " via ".len();
            let via =
                address::parse_address(via.trim()).map_err(|complaint| complaint.shifted(offset));
            match (address::parse_subnet(to.trim()), via) {
                (Ok(to), Ok((via, _))) => {
                    out.push((Route { to: to.into(), via: via.into() }, item.span))
                }
                (Err(complaint), _) | (_, Err(complaint)) => self.complain(item, complaint),
            }
        }
        out
    }

    /// `"http"` or `{ do = "curl ..", every = "1s", at = "2s", label = "fetch" }`.
    fn run(&mut self, item: &Item) -> Option<RunDraft> {
        let empty = Table::default();
        let (line_item, table) = match &item.kind {
            Kind::Text(_) => (item, &empty),
            Kind::Table(table) => {
                self.only(table, keys::RUN, "a `run` entry", "`run` 项");
                let Some(line) = table.get("do") else {
                    let complaint = Complaint::new(
                        "missing-key",
                        0..0,
                        text("which program?", "运行哪个程序?"),
                    );
                    self.sink.report(
                        item.span,
                        complaint.help(text(
                            "write: run = { do = \"ping pc2\" }",
                            "写成: run = { do = \"ping pc2\" }",
                        )),
                    );
                    return None;
                };
                (line, table)
            }
            _ => {
                self.wrong_type(item, "run", "a program line or a table", "程序行或表");
                return None;
            }
        };
        let line = self.words(line_item, "do")?;
        let command = match parse_command(line, self.options.known_programs) {
            Ok(command) => command,
            Err(complaints) => {
                complaints.into_iter().for_each(|complaint| self.complain(line_item, complaint));
                return None;
            }
        };
        let label =
            table.get("label").and_then(|item| self.words(item, "label")).unwrap_or("").to_owned();
        let run = Run {
            line: line.to_owned(),
            program: command.program,
            arguments: command.arguments,
            at: self.optional(table, "at").unwrap_or(Duration::ZERO),
            every: self.every(table, Duration::from_millis(1)),
            label,
        };
        let labelled = !run.label.is_empty();
        Some(RunDraft { run, span: line_item.span, labelled, listens: command.listens })
    }

    /// A period: never zero, or the world would stand still. A program is born each time, which is
    /// dearer than a line of the script: `least` is longer for it.
    pub(super) fn every(&mut self, table: &Table, least: Duration) -> Option<Duration> {
        let item = table.get("every")?;
        let period = self.duration(item, "every")?;
        if period < least {
            let least = show_duration(least);
            let complaint = Complaint::new(
                "out-of-range",
                0..0,
                text(
                    format!("a period here is {least} at least"),
                    format!("这里的周期至少 {least}"),
                ),
            );
            self.sink.report(
                item.span,
                complaint.help(text("write: every = \"2s\"", "写成: every = \"2s\"")),
            );
            return None;
        }
        Some(period)
    }
}

/// Whether a key of the whole lab, such as `title`, could still be a machine's name: it could
/// unless its value is a sentence, a list of links or no machine at all.
fn looks_like_machine(item: &Item) -> bool {
    match &item.kind {
        Kind::Text(_) => true,
        Kind::Table(_) => !item.is_sentence(),
        Kind::List(list) => list
            .iter()
            .all(|item| matches!(&item.kind, Kind::Text(words) if !words.contains([' ', '.']))),
        _ => false,
    }
}

impl JackDraft {
    pub(super) fn named(name: &str) -> JackDraft {
        JackDraft {
            name: name.to_owned(),
            network: None,
            addresses: Vec::new(),
            mac: None,
            linked: false,
        }
    }
}
