//! Mistakes as people read them: rustc's layout, carets that stand right under wide characters.
//!
//! ```text
//! error[unknown-key]: unknown key `nett`
//!   --> labs/x.toml:5:9
//!    |
//!  5 | pc1 = { nett = "office" }
//!    |         ^^^^ did you mean `net`?
//!    = help: ...
//! ```
//!
//! Columns in the header count characters (as editors do); the caret is moved by terminal cells,
//! where a Chinese character takes two. Our own renderer: the whole of it is shorter than the glue.

use base::Lang;

use crate::diagnostic::{Diagnostic, Place, Text};

/// All mistakes as plain text, in the order given, ending with a count.
pub fn render(diagnostics: &[Diagnostic], lang: Lang) -> String {
    Printer { lang, out: String::new() }.all(diagnostics)
}

/// A longer line is shown around its caret only.
const WIDEST: usize = 160;

struct Printer {
    lang: Lang,
    out: String,
}

impl Printer {
    fn all(mut self, diagnostics: &[Diagnostic]) -> String {
        for diagnostic in diagnostics {
            self.one(diagnostic);
            self.out.push('\n');
        }
        let n = diagnostics.len();
        if n > 1 {
            let count = match self.lang {
                Lang::En => format!("{n} mistakes\n"),
                Lang::Zh => format!("共 {n} 处错误\n"),
            };
            self.out.push_str(&count);
        }
        self.out
    }

    fn one(&mut self, d: &Diagnostic) {
        let word = self.word("error", "错误");
        self.out.push_str(&format!("{word}[{}]: {}\n", d.code, d.message.get(self.lang)));
        let gutter = d.place.line.max(d.also.as_ref().map_or(0, |(p, _)| p.line)).to_string().len();
        self.snippet("-->", &d.place, d.label.get(self.lang), gutter);
        if let Some((place, words)) = &d.also {
            self.snippet(":::", place, words.get(self.lang), gutter);
        }
        for help in &d.help {
            self.help(help, gutter);
        }
    }

    fn snippet(&mut self, arrow: &str, place: &Place, label: &str, gutter: usize) {
        let Place { file, line, column, .. } = place;
        self.out.push_str(&format!("{:gutter$} {arrow} ", ""));
        self.out.push_str(&format!("{file}:{line}:{column}\n"));
        self.out.push_str(&format!("{:gutter$}  |\n {line:>gutter$} | ", ""));
        let (shown, pad, carets) = shown(place);
        self.out.push_str(&shown);
        self.out.push_str(&format!("\n{:gutter$}  | ", ""));
        self.out.push_str(&" ".repeat(pad));
        let marks = format!("{} {label}", "^".repeat(carets));
        self.out.push_str(marks.trim_end());
        self.out.push('\n');
    }

    fn help(&mut self, help: &Text, gutter: usize) {
        let word = self.word("help", "改法");
        let margin = " ".repeat(gutter + 2);
        self.out.push_str(&format!("{margin}= {word}: "));
        let indented = help.get(self.lang).replace('\n', &format!("\n{margin}        "));
        self.out.push_str(&indented);
        self.out.push('\n');
    }

    fn word(&self, en: &'static str, zh: &'static str) -> &'static str {
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }
}

/// The line as shown, the cells before the caret, the cells the caret covers.
fn shown(place: &Place) -> (String, usize, usize) {
    let chars: Vec<char> = place.source.chars().collect();
    let start = (place.column - 1).min(chars.len());
    let end = (start + place.width).min(chars.len());
    let from = if chars.len() > WIDEST { start.saturating_sub(WIDEST / 3) } else { 0 };
    let to = chars.len().min(from + WIDEST);
    let mut line = String::new();
    let (mut pad, mut carets) = (0, 0);
    if from > 0 {
        line.push('…');
        pad += 1;
    }
    for (i, &c) in chars.iter().enumerate().take(to).skip(from) {
        let (printed, cells) = printable(c);
        line.push_str(&printed);
        if i < start {
            pad += cells;
        } else if i < end {
            carets += cells;
        }
    }
    if to < chars.len() {
        line.push('…');
    }
    (line.trim_end().to_owned(), pad, carets.max(1))
}

/// A character as a terminal can show it, and the cells it takes there. Control characters are
/// shown as a replacement: a lab file must not write to the reader's terminal.
fn printable(c: char) -> (String, usize) {
    match c {
        '\t' => ("    ".to_owned(), 4),
        c if c.is_control() => ("\u{fffd}".to_owned(), 1),
        c => (c.to_string(), cells(c)),
    }
}

/// Terminal cells of a character: Unicode's East Asian Width W and F take two, marks that combine
/// take none. Ranges are those of UAX #11, merged; the ambiguous ones count one, as terminals do.
fn cells(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f
        | 0x200b..=0x200f
        | 0x202a..=0x202e
        | 0x2060..=0x2064
        | 0xfe00..=0xfe0f
        | 0xfeff => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0x4dbf
        | 0x4e00..=0xa4cf
        | 0xa960..=0xa97f
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Complaint, text};

    #[test]
    fn carets_stand_under_wide_characters() {
        let whole = "a = 1\n# 小明\n小明 = \"办公室\" # x\n";
        let at = whole.find("\"办").unwrap_or(0);
        let complaint =
            Complaint::new("demo", at..at + 11, text("wrong", "不对")).label(text("here", "这里"));
        let shown = render(&[complaint.in_text("f.toml", whole)], Lang::En);
        let expected = "error[demo]: wrong\n  --> f.toml:3:6\n   |\n 3 | 小明 = \"办公室\" # x\n   |        ^^^^^^^^ here\n\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_control_character_never_reaches_the_terminal() {
        let shown = render(
            &[Complaint::new("x", 0..1, text("m", "m")).in_text("f", "\u{1b}[2J")],
            Lang::En,
        );
        assert!(!shown.contains('\u{1b}'), "{shown}");
    }
}
