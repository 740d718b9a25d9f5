//! What a variable is: a text, a number, or a draw.
//!
//! ```text
//!   { from = 1, to = 200 }                       a whole number, both ends included
//!   { one_of = ["red", "green", 7] }             one of these
//!   { subnet = "10.0.0.0/8", prefix = 24 }       a subnet of that length: 10.37.4.0/24
//!   { address = 80, of = "{lan}" }               no draw: the 80th address of a subnet
//!   { hex = 16 }   { letters = 8 }               that many digits, or small letters
//! ```
//!
//! A draw is a pure function of (lab's name, variable's name, student): the same on every machine,
//! in every version. Two students may draw the same.

use std::net::Ipv4Addr;

use base::random::{Random, RandomSource};
use ipnet::Ipv4Net;

use crate::diagnostic::{Complaint, Span, text};
use crate::nearest::nearest;
use crate::tree::{Item, Kind, Table};

/// Most digits or letters of a draw.
const MOST_CHARACTERS: i64 = 64;
/// The keys that say what is drawn, with the key that may stand beside.
const KINDS: &[(&str, Option<&str>)] = &[
    ("from", Some("to")),
    ("one_of", None),
    ("subnet", Some("prefix")),
    ("address", Some("of")),
    ("hex", None),
    ("letters", None),
];
/// What a repair shows.
const FORMS: &str = "{ from = 1, to = 200 }, { one_of = [..] }, { subnet = \"10.0.0.0/8\", prefix = 24 }, { address = 80, of = \"10.1.2.0/24\" }, { hex = 16 }, { letters = 8 }";

/// Whose draw it is.
pub(super) struct Wish<'a> {
    pub(super) lab: &'a str,
    pub(super) student: &'a str,
    pub(super) name: &'a str,
}

/// A value, and whether it is a number.
pub(super) struct Value {
    pub(super) words: String,
    pub(super) number: bool,
}

/// Boxed, so that a result stays small.
type Found<T> = Result<T, Box<(Span, Complaint)>>;

/// The value of a variable.
pub(super) fn value(item: &Item, wish: &Wish<'_>) -> Found<Value> {
    let plain = |words: String, number| Ok(Value { words, number });
    match &item.kind {
        Kind::Text(words) if words.len() > super::LONGEST => {
            Err(Box::new((item.span, super::too_long(wish.name))))
        }
        Kind::Text(words) => plain(words.clone(), false),
        Kind::Integer(number) => plain(number.to_string(), true),
        Kind::Float(number) if number.is_finite() => plain(number.to_string(), false),
        Kind::Table(table) => draw(item, table, wish),
        _ => Err(Box::new((item.span, not_a_value(wish.name)))),
    }
}

fn not_a_value(name: &str) -> Complaint {
    Complaint::new(
        "wrong-type",
        0..0,
        text(
            format!("the variable `{name}` is a text, a number or a draw"),
            format!("变量 `{name}` 应是文本、数或抽取的值"),
        ),
    )
    .help(text(format!("draws are: {FORMS}"), format!("可以这样抽取: {FORMS}")))
}

fn draw(item: &Item, table: &Table, wish: &Wish<'_>) -> Found<Value> {
    let kind = KINDS.iter().find(|(kind, _)| table.get(kind).is_some());
    let Some((kind, beside)) = kind else {
        return Err(Box::new(match table.entries.first() {
            None => (item.span, not_a_value(wish.name)),
            Some((key, _)) => (key.span, unknown_key(&key.name)),
        }));
    };
    for (key, _) in &table.entries {
        if key.name != *kind && Some(key.name.as_str()) != *beside {
            return Err(Box::new((key.span, unknown_key(&key.name))));
        }
    }
    let mut chance = chance(wish);
    let words = match *kind {
        "from" => return range(item, table, &mut chance),
        "one_of" => return one_of(item, table, &mut chance),
        "subnet" => subnet(item, table, &mut chance)?,
        "address" => address(item, table)?,
        kind => characters(item, table, kind, &mut chance)?,
    };
    Ok(Value { words, number: false })
}

/// A stream of its own for every (lab, variable, student). A variable's name has no space.
fn chance(wish: &Wish<'_>) -> Random {
    RandomSource::new(0, wish.lab, 0).stream(&format!("variable {} {}", wish.name, wish.student))
}

fn range(item: &Item, table: &Table, chance: &mut Random) -> Found<Value> {
    let from = number(item, table, "from")?;
    let to = number(item, table, "to")?;
    // One more than i64 holds: from its least to its greatest.
    let width = i128::from(to) - i128::from(from) + 1;
    let Some(width) = u64::try_from(width).ok().filter(|width| *width > 0) else {
        let why = no_room(
            &format!("no number lies from {from} to {to}"),
            &format!("从 {from} 到 {to} 没有数"),
        );
        return Err(Box::new((
            item.span,
            why.help(text(
                "write the smaller one first: { from = 1, to = 200 }",
                "先写较小的: { from = 1, to = 200 }",
            )),
        )));
    };
    let drawn = i128::from(from) + i128::from(chance.below(width));
    Ok(Value { words: drawn.to_string(), number: true })
}

fn one_of(item: &Item, table: &Table, chance: &mut Random) -> Found<Value> {
    let choices = match table.get("one_of").map(|item| &item.kind) {
        Some(Kind::List(list)) if !list.is_empty() => list,
        _ => {
            let why = no_room("there is nothing to choose from", "没有可选的值");
            return Err(Box::new((
                item.span,
                why.help(text(
                    "write: { one_of = [\"red\", \"green\"] }",
                    "写成: { one_of = [\"red\", \"green\"] }",
                )),
            )));
        }
    };
    let mut values = Vec::new();
    for choice in choices {
        match &choice.kind {
            Kind::Text(words) if words.len() <= super::LONGEST => {
                values.push((words.clone(), false))
            }
            Kind::Integer(number) => values.push((number.to_string(), true)),
            _ => {
                let why = no_room("a choice is a text or a whole number", "可选的值应是文本或整数");
                return Err(Box::new((
                    choice.span,
                    why.help(text(
                        "write: { one_of = [\"red\", 7] }",
                        "写成: { one_of = [\"red\", 7] }",
                    )),
                )));
            }
        }
    }
    let number = values.iter().all(|(_, number)| *number);
    let (words, _) = values.swap_remove(chance.below(values.len() as u64) as usize);
    Ok(Value { words, number })
}

fn subnet(item: &Item, table: &Table, chance: &mut Random) -> Found<String> {
    let (inside, span) = net(item, table, "subnet")?;
    let prefix = number(item, table, "prefix")?;
    let longest = 30;
    if prefix < i64::from(inside.prefix_len()) || prefix > longest {
        let least = inside.prefix_len();
        let why = no_room(
            &format!("no subnet of length /{prefix} for hosts lies in {inside}"),
            &format!("{inside} 里没有可放主机的 /{prefix} 子网"),
        );
        return Err(Box::new((
            table.get("prefix").map_or(span, |item| item.span),
            why.help(text(
                format!("`prefix` is a number from {least} to {longest}"),
                format!("`prefix` 是 {least} 到 {longest} 的数"),
            )),
        )));
    }
    let prefix = prefix as u8; // between 0 and 30
    let count = 1u64 << (prefix - inside.prefix_len());
    let step = chance.below(count) << (32 - u32::from(prefix));
    let first = u64::from(u32::from(inside.network())) + step;
    Ok(format!("{}/{prefix}", Ipv4Addr::from(first as u32)))
}

fn address(item: &Item, table: &Table) -> Found<String> {
    let (inside, span) = net(item, table, "of")?;
    let number = number(item, table, "address")?;
    let last = inside.hosts().size_hint().1.unwrap_or(0) as i64;
    if !(1..=last).contains(&number) {
        let why = no_room(
            &format!("{inside} has no address number {number} for a host"),
            &format!("{inside} 没有第 {number} 个主机地址"),
        );
        return Err(Box::new((
            table.get("address").map_or(span, |item| item.span),
            why.help(text(format!("there are 1 to {last}"), format!("有 1 到 {last} 号"))),
        )));
    }
    // The subnet's own address is a host's in a /31 and a /32 (rfc3021#2.1).
    let first = u64::from(u32::from(inside.network())) + u64::from(inside.prefix_len() < 31);
    let address = first + number as u64 - 1;
    Ok(Ipv4Addr::from(address as u32).to_string())
}

fn characters(item: &Item, table: &Table, kind: &str, chance: &mut Random) -> Found<String> {
    let alphabet = if kind == "hex" { "0123456789abcdef" } else { "abcdefghijklmnopqrstuvwxyz" };
    let length = number(item, table, kind)?;
    if !(1..=MOST_CHARACTERS).contains(&length) {
        let why = no_room(
            &format!("`{kind}` draws 1 to {MOST_CHARACTERS} characters"),
            &format!("`{kind}` 抽取 1 到 {MOST_CHARACTERS} 个字符"),
        );
        return Err(Box::new((
            table.get(kind).map_or(item.span, |item| item.span),
            why.help(text(format!("write: {{ {kind} = 8 }}"), format!("写成: {{ {kind} = 8 }}"))),
        )));
    }
    let letters: Vec<char> = alphabet.chars().collect();
    Ok((0..length).map(|_| letters[chance.below(letters.len() as u64) as usize]).collect())
}

/// A whole number; also a text that a variable made one.
fn number(item: &Item, table: &Table, key: &str) -> Found<i64> {
    let Some(value) = table.get(key) else {
        let why = Complaint::new(
            "missing-key",
            0..0,
            text(format!("the draw lacks `{key}`"), format!("抽取缺少 `{key}`")),
        );
        return Err(Box::new((
            item.span,
            why.help(text(format!("draws are: {FORMS}"), format!("可以这样抽取: {FORMS}"))),
        )));
    };
    let found = match &value.kind {
        Kind::Integer(number) => Some(*number),
        Kind::Text(words) => words.parse().ok(),
        _ => None,
    };
    found.ok_or_else(|| Box::new((value.span, whole_number(key))))
}

fn net(item: &Item, table: &Table, key: &str) -> Found<(Ipv4Net, Span)> {
    let value = table.get(key).unwrap_or(item);
    let net = value.as_text().and_then(|words| words.parse::<Ipv4Net>().ok());
    let net = net.filter(|net| net.trunc() == *net);
    net.map(|net| (net, value.span)).ok_or_else(|| {
        let why = no_room(&format!("`{key}` is a subnet"), &format!("`{key}` 应是子网"));
        Box::new((
            value.span,
            why.help(text(
                format!("write: {key} = \"10.0.0.0/8\""),
                format!("写成: {key} = \"10.0.0.0/8\""),
            )),
        ))
    })
}

fn whole_number(key: &str) -> Complaint {
    Complaint::new(
        "wrong-type",
        0..0,
        text(format!("`{key}` is a whole number"), format!("`{key}` 应是整数")),
    )
    .help(text(format!("write: {key} = 24"), format!("写成: {key} = 24")))
}

fn unknown_key(name: &str) -> Complaint {
    let known: Vec<&str> =
        KINDS.iter().flat_map(|(kind, beside)| [Some(*kind), *beside]).flatten().collect();
    let complaint = Complaint::new(
        "unknown-key",
        0..0,
        text(format!("no draw has a key `{name}`"), format!("没有哪种抽取有 `{name}` 这个键")),
    );
    match nearest(name, known.iter().copied()) {
        Some(near) => complaint.choose(Some(near), ""),
        None => {
            complaint.help(text(format!("draws are: {FORMS}"), format!("可以这样抽取: {FORMS}")))
        }
    }
}

fn no_room(en: &str, zh: &str) -> Complaint {
    Complaint::new("bad-draw", 0..0, text(en, zh))
}
