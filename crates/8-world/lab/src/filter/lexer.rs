//! From text to tokens: words, quoted texts, symbols. A word is everything between spaces and
//! symbols (`10.0.0.0/8`, `aa:bb:cc`, `sw1--sw2/2`, `80..90`): what it means depends on the field
//! beside it, so that is decided later.

use std::ops::Range;

use crate::diagnostic::{Complaint, text};

/// The longest filter or check, in octets.
const MOST_OCTETS: usize = 4096;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) at: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    Word(String),
    Quoted(String),
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
    "{", "}", "[", "]", ",", "&", "=",
];

pub(crate) fn tokens(whole: &str) -> Result<Vec<Token>, Complaint> {
    if whole.len() > MOST_OCTETS {
        return Err(Complaint::new(
            "too-long",
            0..1,
            text("longer than 4096 octets", "超过 4096 字节"),
        ));
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
    let length = whole[at..].find(|c: char| !in_word(c)).unwrap_or(whole.len() - at);
    if length == 0 {
        return Err(stray(c, at));
    }
    let kind = TokenKind::Word(whole[at..at + length].to_owned());
    Ok(Token { kind, at: at..at + length })
}

fn in_word(c: char) -> bool {
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
    let mut chars = whole[at + 1..].char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            c if c == quote => {
                return Ok(Token { kind: TokenKind::Quoted(word), at: at..at + 1 + i + 1 });
            }
            '\\' => match chars.next() {
                Some((_, 'n')) => word.push('\n'),
                Some((_, 'r')) => word.push('\r'),
                Some((_, 't')) => word.push('\t'),
                Some((_, next)) => word.push(next),
                None => break,
            },
            c => word.push(c),
        }
    }
    Err(Complaint::new(
        "unclosed-quote",
        at..at + 1,
        text(format!("`{quote}` is not closed"), format!("`{quote}` 没有配对")),
    )
    .label(text("begins here", "从这里开始"))
    .help(text(format!("close it with `{quote}`"), format!("用 `{quote}` 结束"))))
}
