//! From text to tokens: words, quoted texts with Wireshark's escapes, symbols. A word is everything between spaces and
//! symbols (`10.0.0.0/8`, `aa:bb:cc`, `sw1--sw2/2`, `80..90`): what it means depends on the field
//! beside it, so that is decided later.

use std::ops::Range;

use crate::diagnostic::{Complaint, text};

/// The longest filter or check, in octets: room for ten thousand terms.
const MOST_OCTETS: usize = 512 << 10;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) at: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    Word(String),
    /// A text, and the mark that it begins with: `"`, `'`, or `r` where it is raw.
    Quoted(String, char),
    Symbol(&'static str),
}

impl Token {
    pub(crate) fn is(&self, symbol: &str) -> bool {
        matches!(self.kind, TokenKind::Symbol(s) if s == symbol)
    }

    pub(crate) fn word(&self) -> Option<&str> {
        match &self.kind {
            TokenKind::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// Longer ones first.
const SYMBOLS: &[&str] = &[
    "===", "!==", "==", "!=", "~=", "<=", ">=", "&&", "||", "^^", "<", ">", "!", "~", "(", ")",
    "{", "}", "[", "]", ",", "&", "=", "#", "*",
];

pub(crate) fn tokens(whole: &str) -> Result<Vec<Token>, Complaint> {
    if whole.len() > MOST_OCTETS {
        return Err(Complaint::new(
            "too-long",
            0..1,
            text(
                format!("{} octets, longer than {MOST_OCTETS}", whole.len()),
                format!("有 {} 字节, 超过 {MOST_OCTETS} 字节", whole.len()),
            ),
        )
        .help(text(
            "many values of one field are shorter as a set: tcp.port in {80, 443, 8000..8080}",
            "同一字段的多个值写成集合更短: tcp.port in {80, 443, 8000..8080}",
        )));
    }
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = whole[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let token = one(whole, at, c)?;
        at = token.at.end;
        out.push(token);
    }
    Ok(out)
}

fn one(whole: &str, at: usize, c: char) -> Result<Token, Complaint> {
    if let Some(symbol) = SYMBOLS.iter().find(|symbol| whole[at..].starts_with(**symbol)) {
        return Ok(Token { kind: TokenKind::Symbol(symbol), at: at..at + symbol.len() });
    }
    if c == '"' || c == '\'' {
        return quoted(whole, at, c);
    }
    if matches!(c, 'r' | 'R') && whole[at + 1..].starts_with('"') {
        return raw(whole, at);
    }
    let length = whole[at..].find(|c: char| !in_word(c)).unwrap_or(whole.len() - at);
    if length == 0 {
        return Err(stray(c, at));
    }
    let kind = TokenKind::Word(whole[at..at + length].to_owned());
    Ok(Token { kind, at: at..at + length })
}

pub(super) fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '-' | '/' | '+' | '%')
}

fn stray(c: char, at: usize) -> Complaint {
    let complaint = Complaint::new(
        "filter-syntax",
        at..at + c.len_utf8(),
        text(format!("`{c}` means nothing in a filter"), format!("过滤器里不能有 `{c}`")),
    );
    let meant = match c {
        '＝' => "==",
        '＞' => ">",
        '＜' => "<",
        '（' => "(",
        '）' => ")",
        '，' => ",",
        '“' | '”' => "\"",
        '！' => "!",
        '＆' => "&&",
        '｜' | '|' => "||",
        _ => return complaint,
    };
    complaint.label(text(format!("write `{meant}`"), format!("应写 `{meant}`")))
}

fn quoted(whole: &str, at: usize, quote: char) -> Result<Token, Complaint> {
    let mut word = String::new();
    let mut rest = whole[at + 1..].chars();
    while let Some(c) = rest.next() {
        let here = whole.len() - rest.as_str().len();
        match c {
            c if c == quote => {
                return Ok(Token { kind: TokenKind::Quoted(word, quote), at: at..here });
            }
            '\\' if rest.as_str().is_empty() => break,
            '\\' => match escaped(&mut rest) {
                Some(c) => word.push(c),
                None => return Err(escape(whole, here - 1)),
            },
            c => word.push(c),
        }
    }
    Err(Complaint::unclosed(at, quote))
}

/// `r"..."`: a backslash is a backslash; one before a quote keeps it from closing.
fn raw(whole: &str, at: usize) -> Result<Token, Complaint> {
    let begin = at + 2;
    let mut behind_backslash = false;
    for (i, c) in whole[begin..].char_indices() {
        if c == '"' && !behind_backslash {
            let word = whole[begin..begin + i].to_owned();
            return Ok(Token { kind: TokenKind::Quoted(word, 'r'), at: at..begin + i + 1 });
        }
        behind_backslash = c == '\\' && !behind_backslash;
    }
    Err(Complaint::unclosed(at + 1, '"'))
}

/// What stands behind a backslash: `\n`, `\x41`, `\101`, `\u0041` and their like.
fn escaped(rest: &mut std::str::Chars<'_>) -> Option<char> {
    if rest.as_str().starts_with(|c: char| c.is_digit(8)) {
        return number(rest, 8, 3);
    }
    Some(match rest.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'x' => return number(rest, 16, 2),
        'u' => return number(rest, 16, 4),
        'U' => return number(rest, 16, 8),
        c @ ('"' | '\'' | '\\') => c,
        _ => return None,
    })
}

/// A character by its number, of at most so many digits. Above 127 only `\u` can name it: an octet that
/// is no character alone has no place in a text.
fn number(rest: &mut std::str::Chars<'_>, radix: u32, most: usize) -> Option<char> {
    let text = rest.as_str();
    let len = text.chars().take(most).take_while(|c| c.is_digit(radix)).count();
    let value = u32::from_str_radix(text.get(..len)?, radix).ok()?;
    rest.by_ref().take(len).for_each(drop);
    (most > 3 || value < 0x80).then(|| char::from_u32(value)).flatten()
}

fn escape(whole: &str, at: usize) -> Complaint {
    let end = at + 1 + whole[at + 1..].chars().next().map_or(0, char::len_utf8);
    let written = &whole[at..end];
    Complaint::new(
        "filter-escape",
        at..end,
        text(format!("`{written}` stands for nothing"), format!("`{written}` 没有意义")),
    )
    .help(text(
        "a backslash is written \\\\, or the text as r\"..\"; octets are written ff:fe",
        "反斜杠写成 \\\\, 或把文本写成 r\"..\"; 字节写成 ff:fe",
    ))
}
