//! The file as a tree in which every key and value knows its place: what TOML says, before anybody
//! asks what it means. Order is the file's. Overlays and includes are laid over at this level.

use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Complaint, Sink, Span, text};

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// A TOML value.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    Date(String),
    List(Vec<Item>),
    Table(Table),
}

/// A key and its place.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) span: Span,
}

/// Keys and values in the order of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<(Key, Item)>,
}

impl Table {
    pub(crate) fn from_toml(file: usize, table: &DeTable<'_>) -> Table {
        let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
            let name: &std::borrow::Cow<'_, str> = key.get_ref();
            let key = Key { name: name.to_string(), span: span(file, key.span()) };
            (
                key,
                Item {
                    span: span(file, value.span()),
                    kind: Kind::from_toml(file, value.get_ref()),
                },
            )
        };
        Table { entries: table.iter().map(entry).collect() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Item> {
        self.entry(name).map(|(_, item)| item)
    }

    pub(crate) fn entry(&self, name: &str) -> Option<&(Key, Item)> {
        self.entries.iter().find(|(key, _)| key.name == name)
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Item> {
        self.entries.iter_mut().find(|(key, _)| key.name == name).map(|(_, item)| item)
    }

    /// Places of all its keys and values.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        for (key, item) in &self.entries {
            spans.extend([key.span, item.span]);
            if let Kind::Table(table) = &item.kind {
                spans.extend(table.spans());
            }
        }
        spans
    }

    /// Lays `over` over this table: tables mix, everything else is replaced.
    pub(crate) fn lay_over(&mut self, over: &Table) {
        for (key, item) in &over.entries {
            match (self.get_mut(&key.name), &item.kind) {
                (Some(Item { kind: Kind::Table(under), .. }), Kind::Table(table)) => {
                    under.lay_over(table)
                }
                (Some(under), _) => *under = item.clone(),
                (None, _) => self.entries.push((key.clone(), item.clone())),
            }
        }
    }

    /// Adds what another file says: tables mix, lists grow; the same key twice is a mistake.
    pub(crate) fn include(&mut self, part: Table, sink: &mut Sink) {
        for (key, item) in part.entries {
            let Some(at) = self.entries.iter().position(|(here, _)| here.name == key.name) else {
                self.entries.push((key, item));
                continue;
            };
            let (here, present) = &mut self.entries[at];
            match (&mut present.kind, item.kind) {
                (Kind::Table(table), Kind::Table(more)) => table.include(more, sink),
                (Kind::List(list), Kind::List(more)) => list.extend(more),
                _ => sink.report_with(
                    key.span,
                    duplicate_key(&key.name),
                    Some((here.span, text("first here", "第一次在这里"))),
                ),
            }
        }
    }

    /// The last place before `end` where a key of this name stands, at any depth.
    pub(crate) fn earlier_key(&self, name: &str, end: usize) -> Option<Span> {
        let here = self.entries.iter().filter(|(key, _)| key.name == name).map(|(key, _)| key.span);
        let deeper = self.entries.iter().filter_map(|(_, item)| item.earlier_key(name, end));
        here.chain(deeper).filter(|span| span.end <= end).max_by_key(|span| span.end)
    }
}

pub(crate) fn duplicate_key(name: &str) -> Complaint {
    Complaint::new(
        "duplicate-key",
        0..0,
        text(format!("the key `{name}` stands twice"), format!("键 `{name}` 出现了两次")),
    )
    .label(text("again here", "这里又写了一次"))
    .help(text(
        "keep one of the two lines, or give one another name",
        "两行保留一行, 或给其中一个改名",
    ))
}

impl Item {
    /// The text, if it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(words) => Some(words),
            _ => None,
        }
    }

    /// Whether this is `{ en = "..", zh = ".." }`.
    pub(crate) fn is_sentence(&self) -> bool {
        let has = |table: &Table| table.get("en").is_some() || table.get("zh").is_some();
        matches!(&self.kind, Kind::Table(table) if has(table))
    }

    /// What this is called in an error.
    pub(crate) fn type_name(&self) -> (&'static str, &'static str) {
        match &self.kind {
            Kind::Text(_) => ("a text", "文本"),
            Kind::Integer(_) => ("a whole number", "整数"),
            Kind::Float(_) => ("a number", "小数"),
            Kind::Bool(_) => ("true or false", "布尔值"),
            Kind::Date(_) => ("a date", "日期"),
            Kind::List(_) => ("a list", "列表"),
            Kind::Table(_) => ("a table", "表"),
        }
    }

    fn earlier_key(&self, name: &str, end: usize) -> Option<Span> {
        match &self.kind {
            Kind::Table(table) => table.earlier_key(name, end),
            Kind::List(list) => {
                list.iter().filter_map(|i| i.earlier_key(name, end)).max_by_key(|s| s.end)
            }
            _ => None,
        }
    }
}

impl Kind {
    fn from_toml(file: usize, value: &DeValue<'_>) -> Kind {
        match value {
            DeValue::String(words) => Kind::Text(words.to_string()),
            DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
                Ok(n) => Kind::Integer(n),
                Err(_) => Kind::Float(f64::INFINITY),
            },
            DeValue::Float(n) => Kind::Float(n.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(b) => Kind::Bool(*b),
            DeValue::Datetime(date) => Kind::Date(date.to_string()),
            DeValue::Array(list) => {
                let item = |i: &toml::Spanned<DeValue<'_>>| Item {
                    span: span(file, i.span()),
                    kind: Kind::from_toml(file, i.get_ref()),
                };
                Kind::List(list.iter().map(item).collect())
            }
            DeValue::Table(table) => Kind::Table(Table::from_toml(file, table)),
        }
    }
}

fn span(file: usize, range: std::ops::Range<usize>) -> Span {
    Span { file, start: range.start, end: range.end }
}

/// Where the byte range `at` of a decoded text stands in the file: TOML's quotes and escapes make
/// the two differ. Falls back on the whole value where the text has no literal counterpart.
pub(crate) fn inside_text(sink: &Sink, item: Span, at: &std::ops::Range<usize>) -> Span {
    let before = sink.filled.get(&item).map(|filled| filled.before(at));
    let at = before.as_ref().unwrap_or(at);
    let map = offsets(sink.slice(item));
    let find = |wanted: usize| {
        map.iter().rev().find(|(decoded, _)| *decoded <= wanted).map(|(d, raw)| raw + (wanted - d))
    };
    match (find(at.start), find(at.end)) {
        (Some(start), Some(end)) if start <= end && item.start + end <= item.end => {
            Span { file: item.file, start: item.start + start, end: item.start + end }
        }
        _ => item,
    }
}

/// Pairs (offset in the decoded text, offset in the raw one), one per stretch without escapes.
fn offsets(raw: &str) -> Vec<(usize, usize)> {
    let quotes = ["\"\"\"", "'''", "\"", "'"];
    let Some(quote) = quotes.into_iter().find(|quote| raw.starts_with(quote)) else {
        return Vec::new();
    };
    let mut start = quote.len();
    if quote.len() == 3 && raw[start..].starts_with('\n') {
        start += 1;
    }
    let mut map = vec![(0, start)];
    if quote.starts_with('\'') {
        return map;
    }
    let (mut decoded, mut at) = (0, start);
    let bytes = raw.as_bytes();
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            decoded += 1;
            at += 1;
            continue;
        }
        let digits = match bytes.get(at + 1) {
            Some(b'u') => 4,
            Some(b'U') => 8,
            Some(b'x') => 2,
            _ => 0,
        };
        let code =
            raw.get(at + 2..at + 2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        decoded += code.and_then(char::from_u32).map_or(1, char::len_utf8);
        at += 2 + digits;
        map.push((decoded, at));
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_places_behind_escapes() {
        let raw = r#""a \"b\" é\u00e9 z""#;
        let decoded = "a \"b\" éé z";
        let mut sink = Sink::default();
        let file = sink.add_file("f", raw);
        let item = Span { file, start: 0, end: raw.len() };
        let z = decoded.find('z').unwrap_or(0);
        let found = inside_text(&sink, item, &(z..z + 1));
        assert_eq!(sink.slice(found), "z");
        let b = decoded.find('b').unwrap_or(0);
        assert_eq!(sink.slice(inside_text(&sink, item, &(b..b + 1))), "b");
    }
}
