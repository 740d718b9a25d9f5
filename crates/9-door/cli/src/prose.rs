//! Paragraphs for a terminal: broken between words, and between Chinese characters, where a line is
//! full. `**strong**` is bold on a terminal; `` `code` `` keeps its backticks.

use crate::table::width;
use language::lesson::{Piece, pieces};

/// How wide a line may be, in columns.
const WIDEST: usize = 78;
/// What may not begin a line.
const CLOSING: &str = ",.;:!?)]}。，、；：！？”’」）…";
/// What may not end one.
const OPENING: &str = "([{“‘「（";

/// Paragraphs with `margin` blanks before each line.
pub fn paragraphs(text: &str, margin: usize, bold: bool) -> String {
    let blocks = text.split("\n\n").map(|block| paragraph(block, margin, bold));
    blocks.collect::<Vec<_>>().join("\n")
}

fn paragraph(text: &str, margin: usize, bold: bool) -> String {
    let blank = " ".repeat(margin);
    let (mut out, mut line, mut used) = (String::new(), String::new(), 0);
    for chunk in chunks(text) {
        let cells = width(chunk.text.trim_end());
        if used > 0 && margin + used + cells > WIDEST {
            out.push_str(&format!("{blank}{}\n", line.trim_end()));
            (line, used) = (String::new(), 0);
        }
        match (chunk.strong && bold, chunk.text.trim_end()) {
            (true, words) => {
                let rest = chunk.text.get(words.len()..).unwrap_or_default();
                line.push_str(&format!("\u{1b}[1m{words}\u{1b}[0m{rest}"));
            }
            (false, _) => line.push_str(&chunk.text),
        }
        used += width(&chunk.text);
    }
    out.push_str(&format!("{blank}{}\n", line.trim_end()));
    out
}

/// What stays together on a line, with the blank behind it.
struct Chunk {
    text: String,
    strong: bool,
}

fn chunks(text: &str) -> Vec<Chunk> {
    let mut out: Vec<Chunk> = Vec::new();
    for piece in pieces(text) {
        let (words, strong) = match piece {
            Piece::Plain(words) => (words.to_owned(), false),
            Piece::Code(words) => (format!("`{words}`"), false),
            Piece::Strong(words) => (words.to_owned(), true),
        };
        for c in words.chars() {
            match out.last_mut() {
                Some(last) if last.strong == strong && joins(&last.text, c) => last.text.push(c),
                _ => out.push(Chunk { text: c.to_string(), strong }),
            }
        }
    }
    out
}

/// Whether `next` may not begin a new line behind `text`.
fn joins(text: &str, next: char) -> bool {
    let Some(last) = text.chars().next_back() else { return true };
    let wide = |c: char| width(&c.to_string()) == 2;
    next == ' '
        || CLOSING.contains(next)
        || OPENING.contains(last)
        || (last != ' ' && !wide(last) && !wide(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_too_wide_and_nothing_is_lost() {
        let english = "A connection is **two tunnels**, `SYN` digs one. ".repeat(6);
        let chinese = "一条连接是**两条地道**, 谁要说话, 谁就自己挖 (`SYN`)。".repeat(6);
        for text in [english, chinese] {
            let shown = paragraphs(text.trim(), 2, false);
            assert!(shown.lines().count() > 2);
            for line in shown.lines() {
                // Punctuation hangs over the edge rather than begin a line.
                assert!(width(line) <= WIDEST + 2, "{line}");
                let first = line.trim().chars().next();
                assert!(!first.is_some_and(|c| CLOSING.contains(c)), "{line}");
            }
            let plain = |text: &str| text.replace("**", "").split_whitespace().collect::<String>();
            assert_eq!(plain(&shown), plain(&text));
        }
        assert!(paragraphs("a **b**", 0, true).contains("\u{1b}[1mb\u{1b}[0m"));
        assert_eq!(paragraphs("a\n\nb", 1, false), " a\n\n b\n");
    }
}
