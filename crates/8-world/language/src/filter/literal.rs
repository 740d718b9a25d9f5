//! What a written value means beside a field of a given type, and the complaint if it means nothing.

use std::net::Ipv4Addr;

use base::MacAddr;

use crate::diagnostic::{Complaint, text};
use crate::fields::{Field, Kind};
use crate::filter::lexer::{Token, TokenKind};
use crate::filter::{Literal, date};
use crate::quantity;

/// Reads `token` as a value for `field`.
pub(super) fn read(field: &Field, token: &Token) -> Result<Literal, Complaint> {
    let (word, quote) = match &token.kind {
        TokenKind::Word(word) => (word.as_str(), None),
        TokenKind::Quoted(word, quote) => (word.as_str(), Some(*quote)),
        TokenKind::Symbol(symbol) => (*symbol, None),
    };
    let (kind, quoted) = (field.kind, quote.is_some());
    let found = match kind {
        Kind::Text => Some(Literal::Text(word.to_owned())),
        Kind::Bytes | Kind::Protocol if quoted => Some(Literal::Bytes(word.as_bytes().to_vec())),
        Kind::Bytes | Kind::Protocol => octets(word).map(Literal::Bytes),
        Kind::Bool => boolean(word).map(Literal::Unsigned),
        Kind::Unsigned => match if quoted { character(word, quote) } else { number(word) } {
            Some(number) => return in_range(field, number, token).map(Literal::Unsigned),
            None => None,
        },
        Kind::Time => time(word).map(Literal::Time),
        Kind::Date => date::read(word).map(Literal::Time),
        Kind::Ipv4 => ipv4(word),
        Kind::Ether => ether(word).map(Literal::Ether),
    };
    match (&token.kind, found) {
        (TokenKind::Symbol(_), _) | (_, None) => Err(mismatch(field, kind, word, token)),
        (_, Some(literal)) => Ok(literal),
    }
}

/// Reads octets for `contains`: a quoted text, or `47:45:54`.
pub(super) fn needle(field: &Field, token: &Token) -> Result<Vec<u8>, Complaint> {
    match &token.kind {
        TokenKind::Quoted(word, _) if word.is_empty() => Err(Complaint::new(
            "filter-type",
            token.at.clone(),
            text("an empty text is found nowhere", "空文本哪里也找不到"),
        )
        .help(text(
            format!("write: {} contains \"text\"", field.name),
            format!("写成: {} contains \"文本\"", field.name),
        ))),
        TokenKind::Quoted(word, _) => Ok(word.as_bytes().to_vec()),
        TokenKind::Word(word) if field.kind == Kind::Text => Ok(word.as_bytes().to_vec()),
        TokenKind::Word(word) if octets(word).is_some() => Ok(octets(word).unwrap_or_default()),
        TokenKind::Word(word) => Err(mismatch(field, Kind::Bytes, word, token)),
        TokenKind::Symbol(symbol) => Err(mismatch(field, Kind::Bytes, symbol, token)),
    }
}

/// A number that the field can have: `ip.ttl == 640` would be accepted and never hold.
pub(super) fn in_range(field: &Field, number: u64, token: &Token) -> Result<u64, Complaint> {
    let most = u64::MAX >> (64 - u32::from(field.bits.clamp(1, 64)));
    if number <= most {
        return Ok(number);
    }
    let name = field.name;
    Err(Complaint::new(
        "filter-range",
        token.at.clone(),
        text(format!("`{name}` is never {number}"), format!("`{name}` 不可能是 {number}")),
    )
    .label(text(format!("at most {most}"), format!("最大 {most}")))
    .help(text(
        format!("a number of {} bits: write {name} <= {most}", field.bits),
        format!("它只有 {} 位: 写成 {name} <= {most}", field.bits),
    )))
}

/// `'P'`: a character is its number, as in C.
fn character(word: &str, quote: Option<char>) -> Option<u64> {
    let mut all = word.chars();
    match (quote, all.next(), all.next()) {
        (Some('\''), Some(only), None) => Some(u64::from(u32::from(only))),
        _ => None,
    }
}

fn boolean(word: &str) -> Option<u64> {
    match word {
        "true" | "True" | "TRUE" => Some(1),
        "false" | "False" | "FALSE" => Some(0),
        word => number(word).map(|n| u64::from(n != 0)),
    }
}

/// Decimal, `0x` hexadecimal, `0b` binary, or octal with a leading zero, as in C.
pub(super) fn number(word: &str) -> Option<u64> {
    let digits = |prefixes: [&str; 2]| prefixes.iter().find_map(|p| word.strip_prefix(p));
    let (digits, radix) = if let Some(hex) = digits(["0x", "0X"]) {
        (hex, 16)
    } else if let Some(binary) = digits(["0b", "0B"]) {
        (binary, 2)
    } else if word.len() > 1 && word.starts_with('0') {
        (&word[1..], 8)
    } else {
        (word, 10)
    };
    let plain = digits.starts_with(|c: char| c.is_ascii_hexdigit());
    plain.then(|| u64::from_str_radix(digits, radix).ok()).flatten()
}

/// Seconds with a fraction, or a quantity with its unit; to nanoseconds.
fn time(word: &str) -> Option<i64> {
    let (sign, word) = word.strip_prefix('-').map_or((1, word), |rest| (-1, rest));
    let unit = word.ends_with(|c: char| c.is_alphabetic());
    let quantity = if unit {
        quantity::parse_duration(word)
    } else {
        quantity::parse_duration(&format!("{word}s"))
    };
    i64::try_from(quantity.ok()?.as_nanos()).ok().map(|n| sign * n)
}

fn ipv4(word: &str) -> Option<Literal> {
    let (address, length) = word.split_once('/').map_or((word, None), |(a, l)| (a, Some(l)));
    let address: Ipv4Addr = address.parse().ok()?;
    let length = length.map_or(Some(32), |l| l.parse::<u32>().ok())?;
    let mask = match length {
        0 => 0,
        1..=32 => u32::MAX << (32 - length),
        _ => return None,
    };
    Some(Literal::Ipv4(address.into(), mask))
}

fn ether(word: &str) -> Option<[u8; 6]> {
    let plain: Result<MacAddr, _> = word.replace('.', ":").parse();
    plain.ok().map(|mac| mac.0).or_else(|| octets(word)?.try_into().ok())
}

/// `47:45:54`, `47-45-54`, `4745.5420`, or one octet `47`, `0x47`.
pub(super) fn octets(word: &str) -> Option<Vec<u8>> {
    if word.contains('+') {
        return None; // Rust's own reading would take "+f" for a number
    }
    if let Some(digits) = word.strip_prefix("0x").filter(|digits| digits.len() <= 2) {
        return u8::from_str_radix(digits, 16).ok().map(|octet| vec![octet]);
    }
    if word.len() == 1 {
        return u8::from_str_radix(word, 16).ok().map(|octet| vec![octet]);
    }
    let mut out = Vec::new();
    for part in word.split([':', '-', '.']) {
        if part.is_empty() || part.len() % 2 != 0 || !part.is_ascii() {
            return None;
        }
        for pair in 0..part.len() / 2 {
            out.push(u8::from_str_radix(part.get(pair * 2..pair * 2 + 2)?, 16).ok()?);
        }
    }
    Some(out)
}

fn mismatch(field: &Field, kind: Kind, word: &str, token: &Token) -> Complaint {
    let (en, zh) = match kind {
        Kind::Bool => ("1 or 0", " 1 或 0"),
        Kind::Unsigned => ("a number, such as 80 or 0x50", "数, 例如 80 或 0x50"),
        Kind::Time => ("a time, such as 1.5 or 20ms", "时间, 例如 1.5 或 20ms"),
        Kind::Date => {
            ("a date, such as \"2026-01-01 00:00:01.5\"", "日期, 例如 \"2026-01-01 00:00:01.5\"")
        }
        Kind::Ipv4 => (
            "an IPv4 address, such as 10.0.2.80 or 10.0.0.0/8",
            " IPv4 地址, 例如 10.0.2.80 或 10.0.0.0/8",
        ),
        Kind::Ether => {
            ("a hardware address, such as 02:00:5e:10:00:01", "硬件地址, 例如 02:00:5e:10:00:01")
        }
        Kind::Bytes | Kind::Protocol => {
            ("octets, such as 47:45:54 or \"GET\"", "字节, 例如 47:45:54 或 \"GET\"")
        }
        Kind::Text => ("a text, such as \"GET\"", "文本, 例如 \"GET\""),
    };
    let name = field.name;
    let example = match kind {
        Kind::Bool => "1",
        Kind::Unsigned => "80",
        Kind::Time => "1.5",
        Kind::Date => "\"2026-01-01 00:00:01\"",
        Kind::Ipv4 => "10.0.2.80",
        Kind::Ether => "02:00:5e:10:00:01",
        Kind::Bytes | Kind::Protocol | Kind::Text => "\"GET\"",
    };
    Complaint::new(
        "filter-type",
        token.at.clone(),
        text(
            format!("`{word}` is no value for `{name}`"),
            format!("`{word}` 不能作 `{name}` 的值"),
        ),
    )
    .label(text(format!("expected {en}"), format!("应为{zh}")))
    .help(text(format!("write: {name} == {example}"), format!("写成: {name} == {example}")))
}
