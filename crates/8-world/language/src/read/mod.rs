//! From the tree of a file to a [`Lab`]: what keys there are, what values they take, and what the
//! short forms leave to be computed. Every mistake goes into the sink and reading goes on, so that
//! one run finds them all.

mod address;
mod cable;
pub(crate) mod cabled;
mod elaborate;
pub(crate) mod keys;
mod lists;
mod machine;
mod node;
mod not_yet;
mod real;
mod unique;

use std::ops::Range;

use base::Duration;

use crate::diagnostic::{Complaint, Sink, Span, Text, text};
use crate::model::{Clock, Lab};
use crate::nearest::nearest;
use crate::parse::Options;
use crate::quantity::{self, Parsed};
use crate::tree::{Item, Key, Kind, Table, inside_text};

pub use address::check_name;
pub use keys::is_key;
pub(crate) use keys::{SCALARS, TABLES};

/// Noon of nothing: labs begin at 2026-01-01T00:00:00Z unless they say otherwise.
const EPOCH: i64 = 1_767_225_600;

/// Reads values and files what is wrong with them.
pub(crate) struct Reader<'a> {
    pub(crate) sink: &'a mut Sink,
    pub(crate) options: &'a Options<'a>,
    /// Networks that the file declares, well or badly: a bad one is one mistake, not many.
    pub(crate) declared: Vec<String>,
}

/// Reads a whole lab without its overlays. What comes out counts only if the sink stayed empty.
pub(crate) fn lab(root: &Table, sink: &mut Sink, options: &Options<'_>) -> Lab {
    let mut reader = Reader::new(sink, options);
    reader.top(root)
}

impl<'a> Reader<'a> {
    pub(crate) fn new(sink: &'a mut Sink, options: &'a Options<'a>) -> Reader<'a> {
        Reader { sink, options, declared: Vec::new() }
    }
}

impl Reader<'_> {
    fn top(&mut self, root: &Table) -> Lab {
        let known: Vec<&str> = SCALARS.iter().chain(TABLES).copied().collect();
        self.only(root, &known, "a lab", "实验文件");
        let mut lab = Lab {
            name: self.lab_name(root),
            title: self.title(root),
            about: self.sentence(root, "about"),
            version: self.version(root),
            clock: self.clock(root),
            seed: root
                .get("seed")
                .and_then(|item| self.natural(item, "seed", i64::MAX))
                .unwrap_or(1),
            epoch: root.get("epoch").and_then(|item| self.epoch(item)).unwrap_or(EPOCH),
            duration: self.optional(root, "duration"),
            domain: self.domain(root),
            resolver: None,
            networks: Vec::new(),
            switches: Vec::new(),
            routers: Vec::new(),
            hosts: Vec::new(),
            links: Vec::new(),
            publish: Vec::new(),
            captures: Vec::new(),
            scripts: Vec::new(),
            checks: Vec::new(),
            tasks: Vec::new(),
            fixed: Vec::new(),
            overlays: Vec::new(),
        };
        self.nodes(root, &mut lab);
        self.lists(root, &mut lab);
        lab.fixed = self.fixed(root, &lab);
        self.named(root);
        self.not_yet(root);
        lab
    }

    fn lab_name(&mut self, root: &Table) -> String {
        let Some(item) = root.get("lab") else {
            return String::new();
        };
        let name = self.words(item, "lab").unwrap_or("").to_owned();
        if let Err(complaint) = check_name(&name) {
            self.complain(item, complaint);
        }
        name
    }

    /// A lab has a name. Asked last: `lab = ..` below a table has been reported as that.
    fn named(&mut self, root: &Table) {
        if root.get("lab").is_none() && !self.sink.has("top-level-key") {
            let start =
                root.entries.iter().map(|(key, _)| key.span).min_by_key(|s| (s.file, s.start));
            let complaint =
                Complaint::new("missing-key", 0..0, text("the lab has no name", "实验没有名字"))
                    .label(text(
                        "expected `lab = \"name\"` above this",
                        "这上面应有 `lab = \"名字\"`",
                    ))
                    .help(text(
                        "begin the file with: lab = \"my-lab\"",
                        "文件开头写: lab = \"my-lab\"",
                    ));
            self.sink.report(start.unwrap_or_default(), complaint);
        }
    }

    fn version(&mut self, root: &Table) -> u32 {
        let Some(item) = root.get("version") else {
            return 1;
        };
        if self.natural(item, "version", i64::MAX).is_some_and(|version| version != 1) {
            let complaint = Complaint::new(
                "unknown-version",
                0..0,
                text(
                    "this Catenet reads version 1 of the lab format",
                    "这个 Catenet 只认识第 1 版实验格式",
                ),
            );
            self.sink
                .report(item.span, complaint.help(text("write: version = 1", "写成: version = 1")));
        }
        1
    }

    fn clock(&mut self, root: &Table) -> Option<Clock> {
        let item = root.get("clock")?;
        match self.words(item, "clock")? {
            "virtual" => Some(Clock::Virtual),
            "real" => Some(Clock::Real),
            other => {
                let complaint = Complaint::new(
                    "unknown-word",
                    0..other.len(),
                    text(
                        format!("no clock is called `{other}`"),
                        format!("没有叫 `{other}` 的时钟"),
                    ),
                )
                .choose(nearest(other, ["virtual", "real"]), "virtual, real");
                self.complain(item, complaint);
                None
            }
        }
    }

    fn epoch(&mut self, item: &Item) -> Option<i64> {
        let words = match &item.kind {
            Kind::Date(words) | Kind::Text(words) => words,
            _ => {
                self.wrong_type(item, "epoch", "a date", "日期");
                return None;
            }
        };
        let seconds = address::unix_seconds(words);
        if seconds.is_none() {
            let complaint = Complaint::new(
                "bad-date",
                0..0,
                text(format!("`{words}` is not a date in UTC"), format!("`{words}` 不是 UTC 日期")),
            )
            .help(text(
                "write: epoch = 2026-01-01T00:00:00Z",
                "写成: epoch = 2026-01-01T00:00:00Z",
            ));
            self.sink.report(item.span, complaint);
        }
        seconds
    }

    fn domain(&mut self, root: &Table) -> String {
        let Some(item) = root.get("domain") else {
            return "example.lab".to_owned();
        };
        let domain = self.words(item, "domain").unwrap_or("").to_owned();
        if let Err(complaint) = address::check_dns_name(&domain) {
            self.complain(item, complaint);
        }
        domain
    }

    /// Files a complaint about the text of `item` where in it the mistake is.
    pub(crate) fn complain(&mut self, item: &Item, complaint: Complaint) {
        let span = inside_text(self.sink, item.span, &complaint.at);
        let filled = self.sink.filled.get(&item.span).and_then(|filled| filled.says(&complaint.at));
        self.sink.report_with(span, complaint, filled);
    }

    /// Files every key that is not known here.
    pub(crate) fn only(&mut self, table: &Table, known: &[&str], what: &str, zh: &str) {
        for (key, item) in &table.entries {
            if !known.contains(&key.name.as_str()) {
                let complaint = unknown_key(&key.name, item, known, what, zh);
                self.sink.report(key.span, complaint);
            }
        }
    }

    pub(crate) fn wrong_type(&mut self, item: &Item, key: &str, en: &str, zh: &str) {
        self.wrong_value(item, key, (en, zh), example(key));
    }

    /// The same with a value to show: a key that the file's author made up has none of its own.
    pub(crate) fn wrong_value(
        &mut self,
        item: &Item,
        key: &str,
        what: (&str, &str),
        example: &str,
    ) {
        let (found, found_zh) = item.type_name();
        let (en, zh) = what;
        let complaint = Complaint::new(
            "wrong-type",
            0..0,
            text(
                format!("`{key}` is {en}, not {found}"),
                format!("`{key}` 应是{zh}, 不是{found_zh}"),
            ),
        )
        .label(text(format!("expected {en}"), format!("应为{zh}")))
        .help(write_so(key, example));
        self.sink.report(item.span, complaint);
    }

    pub(crate) fn words<'i>(&mut self, item: &'i Item, key: &str) -> Option<&'i str> {
        let Kind::Text(words) = &item.kind else {
            self.wrong_type(item, key, "a text in quotes", "带引号的文本");
            return None;
        };
        Some(words)
    }

    pub(crate) fn table<'i>(&mut self, item: &'i Item, key: &str) -> Option<&'i Table> {
        let Kind::Table(table) = &item.kind else {
            self.wrong_type(item, key, "a table", "表");
            return None;
        };
        Some(table)
    }

    /// A list, or one value alone.
    pub(crate) fn list<'i>(&self, item: &'i Item) -> &'i [Item] {
        match &item.kind {
            Kind::List(list) => list,
            _ => std::slice::from_ref(item),
        }
    }

    /// The entries of a table of the lab that may be missing.
    pub(crate) fn entries<'i>(&mut self, root: &'i Table, name: &str) -> &'i [(Key, Item)] {
        let table = root.get(name).and_then(|item| self.table(item, name));
        table.map_or(&[], |table| &table.entries)
    }

    /// A whole number; also a text that is one variable and nothing else: `mtu = "{mtu}"`.
    pub(crate) fn natural(&mut self, item: &Item, key: &str, most: i64) -> Option<u64> {
        let words = item.as_text().unwrap_or("");
        let filled = self.sink.filled.get(&item.span).filter(|filled| filled.is_all(words.len()));
        let kind = match filled.and_then(|_| words.parse().ok()) {
            Some(number) => Kind::Integer(number),
            None if filled.is_some() => {
                self.complain(item, no_number(key, words));
                return None;
            }
            None => item.kind.clone(),
        };
        match kind {
            Kind::Integer(n) if (0..=most).contains(&n) => u64::try_from(n).ok(),
            Kind::Integer(_) | Kind::Float(_) => {
                let complaint = Complaint::new(
                    "out-of-range",
                    0..0,
                    text(format!("`{key}` is out of range"), format!("`{key}` 超出范围")),
                )
                .help(text(format!("write: {key} = 42"), format!("写成: {key} = 42")))
                .label(text(
                    format!("a whole number from 0 to {most}"),
                    format!("应为 0 到 {most} 的整数"),
                ));
                self.sink.report(item.span, complaint);
                None
            }
            _ => {
                self.wrong_type(item, key, "a whole number", "整数");
                None
            }
        }
    }

    pub(crate) fn boolean(&mut self, item: &Item, key: &str) -> Option<bool> {
        let Kind::Bool(value) = item.kind else {
            self.wrong_type(item, key, "true or false", " true 或 false");
            return None;
        };
        Some(value)
    }

    /// A quantity in quotes; a bare number is shown what it lacks.
    pub(crate) fn quantity<T>(
        &mut self,
        item: &Item,
        key: &str,
        parse: impl Fn(&str) -> Parsed<T>,
    ) -> Option<T> {
        let bare = match &item.kind {
            Kind::Text(words) => {
                return parse(words).map_err(|complaint| self.complain(item, complaint)).ok();
            }
            Kind::Integer(n) => n.to_string(),
            Kind::Float(n) => n.to_string(),
            _ => {
                self.wrong_type(item, key, "a quantity in quotes", "带引号的量");
                return None;
            }
        };
        match parse(&bare) {
            Ok(value) => Some(value),
            Err(mut complaint) => {
                complaint.at = 0..0;
                self.sink.report(item.span, complaint);
                None
            }
        }
    }

    pub(crate) fn duration(&mut self, item: &Item, key: &str) -> Option<Duration> {
        self.quantity(item, key, quantity::parse_duration)
    }

    pub(crate) fn optional(&mut self, table: &Table, key: &str) -> Option<Duration> {
        table.get(key).and_then(|item| self.duration(item, key))
    }

    /// `title = "words"` or `title = { en = "..", zh = ".." }`; the same for `about`, `text` and `hint`.
    pub(crate) fn sentence(&mut self, table: &Table, key: &str) -> Text {
        let Some(item) = table.get(key) else {
            return Text::default();
        };
        match &item.kind {
            Kind::Text(words) => text(words, ""),
            Kind::Table(both) => {
                self.only(both, &["en", "zh"], "a sentence", "句子");
                let mut get = |lang| {
                    both.get(lang).and_then(|item| self.words(item, lang)).unwrap_or("").to_owned()
                };
                Text { en: get("en"), zh: get("zh") }
            }
            _ => {
                self.wrong_type(
                    item,
                    key,
                    "a text, or { en = \"..\", zh = \"..\" }",
                    "文本, 或 { en = \"..\", zh = \"..\" }",
                );
                Text::default()
            }
        }
    }

    pub(crate) fn title(&mut self, table: &Table) -> Text {
        self.sentence(table, "title")
    }
}

/// A variable that is no number where one is wanted.
fn no_number(key: &str, words: &str) -> Complaint {
    Complaint::new(
        "wrong-type",
        0..words.len(),
        text(
            format!("`{key}` is a whole number, not `{words}`"),
            format!("`{key}` 应是整数, 不是 `{words}`"),
        ),
    )
    .help(text("give the variable a whole number", "让这个变量是整数"))
}

fn write_so(key: &str, example: &str) -> Text {
    text(format!("write: {key} = {example}"), format!("写成: {key} = {example}"))
}

/// What a key's value looks like.
fn example(key: &str) -> &'static str {
    match key {
        "seed" | "points" => "42",
        "version" => "1",
        "stp" | "always" => "true",
        "ip" => "\"10.0.2.80\"",
        "gateway" | "resolver" => "\"192.168.1.1\"",
        "mac" => "\"02:00:5e:10:00:01\"",
        "epoch" => "2026-01-01T00:00:00Z",
        "links" => "[\"pc1 - sw1\"]",
        "run" => "\"ping pc2\"",
        "show" => "{ view = \"network\" }",
        "rfc" => "\"rfc9293#3.5\"",
        "actions" => "[{ label = { .. }, do = \"..\" }]",
        "scene" | "term" => "{ .. }",
        "networks" | "switches" | "routers" | "hosts" | "publish" | "capture" | "solution"
        | "broken" | "jacks" | "reverse" | "script" | "check" | "task" => "{ .. }",
        _ => "\"..\"",
    }
}

/// A key that is not known here: a typo, or one that belongs above the first table.
fn unknown_key(name: &str, item: &Item, known: &[&str], what: &str, zh: &str) -> Complaint {
    let misplaced = SCALARS.contains(&name) && !known.contains(&"networks");
    if misplaced {
        return top_level(name);
    }
    let list = known.join(", ");
    let complaint = Complaint::new(
        "unknown-key",
        0..0,
        text(format!("{what} has no key `{name}`"), format!("{zh}没有 `{name}` 这个键")),
    );
    let looks_like_host = matches!(item.kind, Kind::Text(_)) && known.contains(&"networks");
    match nearest(name, known.iter().copied()) {
        None if looks_like_host => complaint
            .label(text("is this a host?", "这是主机吗?"))
            .help(text("hosts stand below a line [hosts]", "主机写在 [hosts] 这一行下面")),
        near => complaint.choose(near, &list),
    }
}

/// The complaint about a top-level key below a `[table]`, to which TOML gives it.
pub(crate) fn top_level(name: &str) -> Complaint {
    Complaint::new(
        "top-level-key",
        0..0,
        text(
            format!("`{name}` is a key of the whole lab, but stands under a table"),
            format!("`{name}` 是整个实验的键, 却写在了某个表下面"),
        ),
    )
    .label(text("TOML gives it to the [table] above", "TOML 把它归给了上面的 [表]"))
    .help(text(
        format!("move the line `{name} = ..` above the first [table]"),
        format!("把 `{name} = ..` 这行移到第一个 [表] 之前"),
    ))
}

/// A name in the file and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) span: Span,
}

/// The whole of a text.
pub(crate) fn whole(words: &str) -> Range<usize> {
    0..words.len()
}
