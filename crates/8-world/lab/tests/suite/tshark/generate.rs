//! Filters by chance, over every field of the table and the values that a capture holds.
//!
//! Left out: what tshark 4.0 does not read and we do (`xor`, `true` in small letters, a literal on the
//! left, `[3-3]`), and octets that it takes for a protocol (`ff`).

use base::Random;
use catenet_lab::seen::Walk;
use language::Filter;
use language::fields::{FIELDS, FieldId, Kind};
use language::filter::{FieldSource, Value};
use sim::World;
use std::collections::BTreeMap;

/// Values of a field, as a filter writes them, and whether it was text or octets.
type Values = BTreeMap<&'static str, Vec<String>>;

/// Different values that are kept of a field.
const KEPT: usize = 24;

pub(crate) fn filters(world: &World, name: &str, count: usize) -> Vec<String> {
    let values = gather(world);
    let chance = base::RandomSource::new(1, name, 0).stream("filters");
    let mut made = Made { values, chance };
    let mut filters = made.every_field();
    while filters.len() < count {
        let filter = made.filter(0);
        let fieldbus = filter.split([' ', ')', '}', ',']).any(|word| word == "ff");
        // A value that its field cannot have is refused by both.
        if !fieldbus && !filters.contains(&filter) && Filter::parse(&filter, FIELDS).is_ok() {
            filters.push(filter);
        }
    }
    filters
}

fn gather(world: &World) -> Values {
    let mut values = Values::new();
    let mut walk = Walk::default();
    for frame in world.recorder().since(0) {
        let seen = walk.step(world, frame);
        for (at, field) in FIELDS.0.iter().enumerate().filter(|(_, field)| !field.layer.is_empty())
        {
            let known = values.entry(field.name).or_default();
            if known.len() >= KEPT {
                continue;
            }
            seen.values(FieldId(at as u16), &mut |value| {
                if let Some(text) = written(field.kind, value)
                    && !known.contains(&text)
                {
                    known.push(text);
                }
            });
        }
    }
    values
}

fn written(kind: Kind, value: Value<'_>) -> Option<String> {
    Some(match value {
        Value::Unsigned(number) => number.to_string(),
        Value::Time(nanos) if kind == Kind::Time => {
            format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
        }
        Value::Address(address) => address.to_string(),
        Value::Ether(octets) => colons(&octets),
        Value::Bytes(octets) if !octets.is_empty() && octets.len() <= 24 => colons(octets),
        Value::Text(text)
            if text.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '\\') =>
        {
            format!("\"{text}\"")
        }
        _ => return None,
    })
}

/// A text as a pattern that fits it.
fn escaped(text: &str) -> String {
    text.replace('.', "\\\\.").replace('/', ".").replace(['*', '+', '(', ')', '[', '?'], ".")
}

fn colons(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(":")
}

struct Made {
    values: Values,
    chance: Random,
}

const ORDERS: &[&str] = &["==", "!=", "<", "<=", ">", ">=", "===", "!==", "eq", "ne", "gt", "le"];

impl Made {
    /// Presence and absence of each field, so that none is left to chance.
    fn every_field(&mut self) -> Vec<String> {
        let rows = FIELDS.0.iter().filter(|field| !field.layer.is_empty());
        rows.flat_map(|field| [field.name.to_owned(), format!("!{}", field.name)]).collect()
    }

    fn below(&mut self, bound: usize) -> usize {
        self.chance.below(bound as u64) as usize
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn filter(&mut self, depth: usize) -> String {
        if depth > 3 {
            return self.test();
        }
        match self.below(12) {
            0 => format!("!({})", self.filter(depth + 1)),
            1 => format!("not {}", self.test()),
            2 => format!("({})", self.filter(depth + 1)),
            3..=6 => {
                let mut text = self.filter(depth + 1);
                for _ in 0..1 + self.below(3) {
                    let join = self.one(&["&&", "||", "and", "or"]);
                    text = format!("{text} {join} {}", self.filter(depth + 2));
                }
                text
            }
            _ => self.test(),
        }
    }

    fn field(&mut self) -> &'static language::fields::Field {
        let rows: Vec<_> = FIELDS.0.iter().filter(|field| !field.layer.is_empty()).collect();
        rows[self.below(rows.len())]
    }

    fn test(&mut self) -> String {
        let field = self.field();
        let name = field.name;
        let Some(value) = self.value(field) else { return name.to_owned() };
        match (field.kind, self.below(10)) {
            _ if self.below(6) == 0 => self.widened(field, &value),
            (Kind::Protocol | Kind::Bytes | Kind::Text | Kind::Ether, 0..=1) => {
                self.contains(name, &value)
            }
            (Kind::Protocol | Kind::Bytes | Kind::Ether, 2..=3) => {
                self.slice(name, field.kind, &value)
            }
            (Kind::Protocol, _) => name.to_owned(),
            (Kind::Bool, 0..=4) => format!("{name} == {}", self.one(&["0", "1", "True", "FALSE"])),
            (Kind::Bool, _) => format!("{name} != {}", self.one(&["0", "1"])),
            (Kind::Unsigned, 0) => format!("{name} & 0x{:x}", 1 << self.below(8)),
            (Kind::Unsigned, 1) => format!("{name} & 0x1f == {}", self.below(32)),
            (Kind::Unsigned | Kind::Ipv4 | Kind::Time | Kind::Text, 2..=3) => {
                self.set(field, &value)
            }
            (Kind::Unsigned, 4) => self.fields_of_a_kind(field),
            (Kind::Ipv4, 4) => format!("{name} == {value}/{}", self.below(33)),
            (_, 5) => name.to_owned(),
            _ => format!("{name} {} {value}", self.one(ORDERS)),
        }
    }

    /// Quantifiers, patterns, functions, headers by number, slices one after the other, dates.
    fn widened(&mut self, field: &language::fields::Field, value: &str) -> String {
        let name = field.name;
        let (order, word) = (self.one(ORDERS), self.one(&["any", "all"]));
        match (field.kind, self.below(4)) {
            (Kind::Bool | Kind::Protocol, _) | (_, 0) => {
                format!("count({name}) {order} {}", self.below(4))
            }
            (Kind::Text, 1) => {
                let text = value.trim_matches('"');
                format!("{name} matches \"{}\"", escaped(&text[text.len() / 3..]).to_uppercase())
            }
            (Kind::Text, 2) => format!("upper({name}) == {}", value.to_uppercase()),
            (Kind::Text, _) => format!("len({name}) {order} {}", self.below(20)),
            (Kind::Bytes, 1) => format!("len({name}) {order} {}", self.below(60)),
            (Kind::Bytes | Kind::Ether, 2) => {
                format!("{name}[{},{}-{}] {order} {}", self.below(3), 3, 4, "00:01:02")
            }
            (Kind::Bytes, _) => format!("{name} matches \"[a-h][^\\\\d]\""),
            (Kind::Unsigned | Kind::Ipv4 | Kind::Ether, 1) => {
                let tail = value.get(value.len() / 2..).unwrap_or("");
                format!("string({name}) matches \"{}$\"", escaped(tail))
            }
            (Kind::Unsigned | Kind::Time, 2) => format!("max({name}, {value}) {order} {value}"),
            (_, 3) => format!("{name}#{} {order} {value}", 1 + self.below(2)),
            _ => format!("{word} {name} {} {value}", self.one(&["==", "!=", "<", ">="])),
        }
    }

    /// A value that the capture holds under this name, or one beside it.
    fn value(&mut self, field: &language::fields::Field) -> Option<String> {
        let known = self.values.get(field.name).cloned().unwrap_or_default();
        if !known.is_empty() && self.below(5) > 0 {
            return Some(known[self.below(known.len())].clone());
        }
        Some(match field.kind {
            Kind::Unsigned => {
                self.one(&["0", "1", "0x10", "64", "80", "200", "0b11", "017"]).to_owned()
            }
            Kind::Bool => "1".to_owned(),
            Kind::Ipv4 => self.one(&["10.0.0.1", "10.0.2.80", "255.255.255.255"]).to_owned(),
            Kind::Ether => self.one(&["ff:ff:ff:ff:ff:ff", "02:00:00:00:00:01"]).to_owned(),
            Kind::Text => self.one(&["\"GET\"", "\"www.example.lab\"", "\"\""]).to_owned(),
            Kind::Bytes | Kind::Protocol => self.one(&["00", "47:45:54", "01:01"]).to_owned(),
            Kind::Time => self.one(&["0", "1.5", "2", "3.000001"]).to_owned(),
            Kind::Date => self
                .one(&[
                    "\"2026-01-01 00:00:02\"",
                    "\"2026-01-01T01:00:01.5+01:00\"",
                    "\"2025-12-31\"",
                ])
                .to_owned(),
        })
    }

    fn contains(&mut self, name: &str, value: &str) -> String {
        let octets: Vec<&str> = value.trim_matches('"').split(':').collect();
        if value.starts_with('"') {
            let text = value.trim_matches('"');
            let end = 1 + self.below(text.len().max(1));
            return format!("{name} contains \"{}\"", &text[..end.min(text.len())]);
        }
        let (from, len) = (self.below(octets.len()), 1 + self.below(3));
        let part: Vec<&str> = octets.into_iter().skip(from).take(len).collect();
        format!("{name} contains {}", part.join(":"))
    }

    fn slice(&mut self, name: &str, kind: Kind, value: &str) -> String {
        let from = self.below(if kind == Kind::Ether { 6 } else { 20 });
        let len = 1 + self.below(3);
        let octets: Vec<&str> = value.split(':').collect();
        let part: Vec<&str> = octets.into_iter().cycle().skip(from).take(len).collect();
        let part = part.join(":");
        match self.below(5) {
            0 => format!("{name}[{from}:{len}] == {part}"),
            1 if len > 1 => format!("{name}[{from}-{}] != {part}", from + len - 1),
            2 => format!("{name}[:{len}] == {part}"),
            3 => format!("{name}[{from}] == {}", &part[..2]),
            _ => format!("{name}[-{len}:] == {part}"),
        }
    }

    fn set(&mut self, field: &language::fields::Field, value: &str) -> String {
        let name = field.name;
        let other = self.value(field).unwrap_or_else(|| value.to_owned());
        let word = self.one(&["in", "not in"]);
        match (field.kind, self.below(3)) {
            (Kind::Text, _) | (_, 0) => format!("{name} {word} {{{value}, {other}}}"),
            (Kind::Unsigned, 1) => format!("{name} {word} {{{value}..{}}}", self.below(70_000)),
            _ => format!("{name} {word} {{{value} .. {other}}}"),
        }
    }

    fn fields_of_a_kind(&mut self, field: &language::fields::Field) -> String {
        let pairs = [
            ("tcp.srcport", "tcp.dstport"),
            ("ip.src", "ip.dst"),
            ("eth.src", "eth.dst"),
            ("udp.port", "udp.srcport"),
            ("tcp.port", "tcp.dstport"),
            ("ip.addr", "ip.src"),
            ("frame.len", "ip.len"),
            ("arp.src.proto_ipv4", "arp.dst.proto_ipv4"),
        ];
        let _ = field;
        let (a, b) = pairs[self.below(pairs.len())];
        format!("{a} {} {b}", self.one(ORDERS))
    }
}
