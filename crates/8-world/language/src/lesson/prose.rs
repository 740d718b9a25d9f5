//! The texts of a lesson: paragraphs, `` `code` `` and `**strong**`, and nothing else.
//!
//! A file wraps its lines where its writer likes. A line end inside a paragraph is a space, unless
//! it stands beside a Chinese character, where it is nothing; a blank line ends the paragraph.

use crate::diagnostic::{Complaint, text};

/// A stretch of text with one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it is.
    Plain(&'a str),
    /// Between backticks: what is typed or seen on a machine.
    Code(&'a str),
    /// Between double asterisks.
    Strong(&'a str),
}

/// One paragraph, taken apart. Marks that are not closed stay as they are.
pub fn pieces(paragraph: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = paragraph;
    while let Some((at, mark)) = next_mark(rest) {
        let inner = &rest[at + mark.len()..];
        let Some(end) = inner.find(mark) else { break };
        if at > 0 {
            out.push(Piece::Plain(&rest[..at]));
        }
        let marked = &inner[..end];
        out.push(if mark == "`" { Piece::Code(marked) } else { Piece::Strong(marked) });
        rest = &inner[end + mark.len()..];
    }
    if !rest.is_empty() {
        out.push(Piece::Plain(rest));
    }
    out
}

fn next_mark(text: &str) -> Option<(usize, &'static str)> {
    let marks = ["`", "**"].into_iter().filter_map(|mark| Some((text.find(mark)?, mark)));
    marks.min_by_key(|(at, _)| *at)
}

/// One line per paragraph, a blank line between.
pub(super) fn paragraphs(written: &str) -> String {
    let mut out: Vec<String> = vec![String::new()];
    for line in written.lines().map(str::trim) {
        match (line, out.last_mut()) {
            ("", Some(last)) if !last.is_empty() => out.push(String::new()),
            (line, Some(last)) => join(last, line),
            (_, None) => {}
        }
    }
    out.retain(|paragraph| !paragraph.is_empty());
    out.join("\n\n")
}

fn join(paragraph: &mut String, line: &str) {
    let wide = |c: Option<char>| c.is_some_and(is_wide);
    let glued = wide(paragraph.chars().next_back()) || wide(line.chars().next());
    if !paragraph.is_empty() && !line.is_empty() && !glued {
        paragraph.push(' ');
    }
    paragraph.push_str(line);
}

/// Whether a character is set without spaces around it: Chinese, and its punctuation.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x2e80..=0x9fff | 0xf900..=0xfaff | 0xff00..=0xff60)
}

/// The first mark of a text that is never closed in its paragraph.
pub(super) fn unclosed(written: &str) -> Option<Complaint> {
    let mut start = 0;
    for paragraph in written.split("\n\n") {
        let mut at = 0;
        while let Some((offset, mark)) = next_mark(&paragraph[at..]) {
            let open = at + offset;
            let Some(length) = paragraph[open + mark.len()..].find(mark) else {
                return Some(complaint(start + open, mark));
            };
            at = open + 2 * mark.len() + length;
        }
        start += paragraph.len() + 2;
    }
    None
}

fn complaint(at: usize, mark: &str) -> Complaint {
    Complaint::new(
        "unclosed-mark",
        at..at + mark.len(),
        text(format!("the mark {mark} is not closed"), format!("记号 {mark} 没有配对")),
    )
    .label(text("begins here", "从这里开始"))
    .help(text(
        "write `code` or **strong**, both marks in one paragraph",
        "写成 `code` 或 **strong**, 两个记号在同一段里",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_join_as_each_language_writes() {
        assert_eq!(paragraphs("a\n  b\n\n\n c\n"), "a b\n\nc");
        assert_eq!(paragraphs("服务端\n收到 SYN\n之后"), "服务端收到 SYN之后");
    }

    #[test]
    fn marks_are_taken_apart() {
        let found = pieces("the **one** and `tcp.flags`, a*b");
        let expected = [
            Piece::Plain("the "),
            Piece::Strong("one"),
            Piece::Plain(" and "),
            Piece::Code("tcp.flags"),
            Piece::Plain(", a*b"),
        ];
        assert_eq!(found, expected);
        assert_eq!(pieces("`**`"), [Piece::Code("**")]);
    }

    #[test]
    fn an_open_mark_is_found_where_it_stands() {
        let at = |written: &str| unclosed(written).map(|complaint| complaint.at);
        assert_eq!(at("a `b` c"), None);
        assert_eq!(at("a `b c\n\nd`"), Some(2..3));
        assert_eq!(at("ok\n\n**b"), Some(4..6));
    }
}
