//! A mistake as data: what is wrong, where, and how to mend it, in English and Chinese.
//!
//! Small parsers (quantities, commands, filters) know only their own text: they return a
//! [`Complaint`], placed by a byte range of it. The reader of files, or the command line, turns it
//! into a [`Diagnostic`] with file, line and column. Codes are stable: scripts may match them.

use std::collections::HashMap;
use std::ops::Range;

use base::Lang;
use serde::{Deserialize, Serialize};

use crate::variables::Filled;

/// One sentence in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// English.
    pub en: String,
    /// Chinese (simplified).
    pub zh: String,
}

impl Text {
    /// The sentence in `lang`; the other language where this one is missing.
    pub fn get(&self, lang: Lang) -> &str {
        let (first, second) = match lang {
            Lang::En => (&self.en, &self.zh),
            Lang::Zh => (&self.zh, &self.en),
        };
        if first.is_empty() { second } else { first }
    }

    /// Whether neither language says anything.
    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.zh.is_empty()
    }
}

/// So many of something, in English: `1 frame`, `2 frames`.
pub fn counted(n: impl std::fmt::Display, one: &str, many: &str) -> String {
    let n = n.to_string();
    let what = if n == "1" { one } else { many };
    format!("{n} {what}")
}

/// Both languages of one sentence, side by side in the code.
pub fn text(en: impl Into<String>, zh: impl Into<String>) -> Text {
    Text { en: en.into(), zh: zh.into() }
}

/// A mistake in a piece of text, before anybody knows which file the text came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Complaint {
    /// Stable name of the kind of mistake, such as `unknown-key`.
    pub code: &'static str,
    /// Where, in bytes of the text that was parsed.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: Text,
    /// A few words beside the caret. Boxed, so that a `Result` with a complaint stays small.
    pub label: Box<Text>,
    /// How to mend it: "did you mean", then the repaired line.
    pub help: Vec<Text>,
}

impl Complaint {
    /// A mistake without label or help yet.
    pub fn new(code: &'static str, at: Range<usize>, message: Text) -> Complaint {
        Complaint { code, at, message, label: Box::default(), help: Vec::new() }
    }

    /// A quote that begins at `at` and does not end.
    pub(crate) fn unclosed(at: usize, quote: char) -> Complaint {
        Complaint::new(
            "unclosed-quote",
            at..at + 1,
            text(format!("`{quote}` is not closed"), format!("`{quote}` 没有配对")),
        )
        .label(text("begins here", "从这里开始"))
        .help(text(format!("close it with `{quote}`"), format!("用 `{quote}` 结束")))
    }

    /// The same with words beside the caret.
    pub fn label(mut self, label: Text) -> Complaint {
        *self.label = label;
        self
    }

    /// The same with one more line of help.
    pub fn help(mut self, help: Text) -> Complaint {
        self.help.push(help);
        self
    }

    /// The same with "did you mean `word`?" beside the caret, if there is a word.
    pub(crate) fn did_you_mean(self, word: Option<&str>) -> Complaint {
        match word {
            Some(word) => {
                self.label(text(format!("did you mean `{word}`?"), format!("是不是想写 `{word}`?")))
            }
            None => self,
        }
    }

    /// The same with the nearest of several words as its repair, or with all of them.
    pub fn choose(self, near: Option<&str>, all: &str) -> Complaint {
        match near {
            Some(word) => {
                let repair = text(format!("write `{word}`"), format!("写成 `{word}`"));
                self.did_you_mean(near).help(repair)
            }
            None => self.help(text(format!("there are: {all}"), format!("有这些: {all}"))),
        }
    }

    /// Moves the range by `offset` bytes: the text was a part of a larger one.
    pub fn shifted(mut self, offset: usize) -> Complaint {
        self.at = self.at.start + offset..self.at.end + offset;
        self
    }

    /// Places the complaint in a text that is no file, such as an argument of the command line.
    pub fn in_text(self, name: &str, whole: &str) -> Diagnostic {
        let place = Place::of(name, whole, self.at.clone());
        Diagnostic::placed(self, place)
    }
}

/// A stretch of one line of one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Name of the file as it was given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters are marked, at least 1; never beyond the line.
    pub width: usize,
    /// The line itself, without its end.
    pub source: String,
}

impl Place {
    /// The place of a byte range of `whole`. A range over several lines marks the first of them.
    pub fn of(file: &str, whole: &str, at: Range<usize>) -> Place {
        // A byte order mark is no character of the first line.
        let mark = whole.len() - whole.trim_start_matches('\u{feff}').len();
        let start = floor_boundary(whole, at.start).max(mark);
        let end = floor_boundary(whole, at.end).max(start);
        let line_start = whole[..start].rfind('\n').map_or(mark, |i| i + 1);
        let line_end = whole[start..].find('\n').map_or(whole.len(), |i| start + i);
        let source = whole[line_start..line_end].trim_end_matches('\r');
        let marked = &whole[start..end.min(line_end).max(start)];
        Place {
            file: file.to_owned(),
            line: whole[..start].matches('\n').count() + 1,
            column: whole[line_start..start].chars().count() + 1,
            width: marked.trim_end().chars().count().max(1),
            source: source.to_owned(),
        }
    }
}

fn floor_boundary(whole: &str, at: usize) -> usize {
    let mut at = at.min(whole.len());
    while !whole.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A mistake with its place: what is printed, and what the service answers as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable name of the kind of mistake.
    pub code: &'static str,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: Text,
    /// A few words beside the caret.
    pub label: Text,
    /// How to mend it.
    pub help: Vec<Text>,
    /// A second place that matters, such as the first of two duplicates.
    pub also: Option<(Place, Text)>,
}

impl Diagnostic {
    /// A complaint that has found its place.
    pub fn placed(complaint: Complaint, place: Place) -> Diagnostic {
        let Complaint { code, message, label, help, .. } = complaint;
        let label = *label;
        Diagnostic { code, place, message, label, help, also: None }
    }
}

/// A byte range of one of the files that make a lab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Span {
    pub(crate) file: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Gathers the mistakes of one lab: knows its files, keeps each mistake once, and is bounded.
#[derive(Default)]
pub(crate) struct Sink {
    files: Vec<(String, String)>,
    found: Vec<(Span, Diagnostic)>,
    /// Texts whose `{NAME}`s have been filled in, by their places.
    pub(crate) filled: HashMap<Span, Filled>,
}

/// More mistakes than this are not kept: nobody reads the hundredth.
const MOST_DIAGNOSTICS: usize = 100;

impl Sink {
    pub(crate) fn add_file(&mut self, name: &str, whole: &str) -> usize {
        self.files.push((name.to_owned(), whole.to_owned()));
        self.files.len() - 1
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many have been found.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// The mistakes from number `first` on were found with an overlay laid over the lab. Those that
    /// do not stand in the overlay are its doing all the same: they are told at its name, with their
    /// own place beside it.
    pub(crate) fn blame(&mut self, first: usize, overlay: Span, inside: &[Span], name: &str) {
        let place = self.place(overlay);
        for (span, diagnostic) in self.found.iter_mut().skip(first) {
            let within = |own: &Span| {
                own.file == span.file && own.start <= span.start && span.end <= own.end
            };
            if inside.iter().any(within) {
                continue;
            }
            let own = std::mem::replace(&mut diagnostic.place, place.clone());
            let words = text("this no longer holds", "这里不再成立");
            diagnostic.also = Some((own, words));
            diagnostic.label =
                text(format!("with [{name}] laid over the lab"), format!("盖上 [{name}] 之后"));
            *span = overlay;
        }
    }

    /// Whether a mistake of this kind has been found.
    pub(crate) fn has(&self, code: &str) -> bool {
        self.found.iter().any(|(_, diagnostic)| diagnostic.code == code)
    }

    /// The text of a span; empty if it is none.
    pub(crate) fn slice(&self, span: Span) -> &str {
        let whole = self.files.get(span.file).map_or("", |(_, whole)| whole);
        whole.get(span.start..span.end).unwrap_or("")
    }

    /// What stands on the line before a span.
    pub(crate) fn line_before(&self, span: Span) -> &str {
        let whole = self.files.get(span.file).map_or("", |(_, whole)| whole);
        let before = whole.get(..span.start).unwrap_or("");
        before.rsplit('\n').next().unwrap_or("")
    }

    fn place(&self, span: Span) -> Place {
        let (name, whole) = self.files.get(span.file).map_or(("", ""), |(n, w)| (n, w));
        Place::of(name, whole, span.start..span.end)
    }

    /// Files a mistake at `span`.
    pub(crate) fn report(&mut self, span: Span, complaint: Complaint) {
        self.report_with(span, complaint, None);
    }

    /// Files a mistake at `span` with a second place. A mistake inside a stretch of text that
    /// already has one (a broken key seen again by the reader, an overlay over a broken lab)
    /// is the same mistake and is dropped.
    pub(crate) fn report_with(
        &mut self,
        span: Span,
        complaint: Complaint,
        also: Option<(Span, Text)>,
    ) {
        let same = |(other, _): &(Span, Diagnostic)| {
            other.file == span.file
                && other.start < span.end.max(span.start + 1)
                && span.start < other.end.max(other.start + 1)
        };
        if self.found.len() >= MOST_DIAGNOSTICS || self.found.iter().any(same) {
            return;
        }
        let mut diagnostic = Diagnostic::placed(complaint, self.place(span));
        diagnostic.also = also.map(|(span, words)| (self.place(span), words));
        self.found.push((span, diagnostic));
    }

    /// The mistakes in the order of the files and lines.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|(span, _)| (span.file, span.start));
        self.found.into_iter().map(|(_, diagnostic)| diagnostic).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_told_as_many() {
        let said = [0u64, 1, 2, 11].map(|n| counted(n, "frame is", "frames are"));
        assert_eq!(said, ["0 frames are", "1 frame is", "2 frames are", "11 frames are"]);
    }

    #[test]
    fn a_byte_order_mark_counts_for_no_column() {
        let whole = "\u{feff}lab = 5\nseed = 1\n";
        let place = |word: &str| {
            let start = whole.find(word).unwrap_or(0);
            let place = Place::of("f", whole, start..start + word.len());
            (place.line, place.column, place.width, place.source)
        };
        assert_eq!(place("lab"), (1, 1, 3, "lab = 5".into()));
        assert_eq!(place("5"), (1, 7, 1, "lab = 5".into()));
        assert_eq!(place("seed"), (2, 1, 4, "seed = 1".into()));
        assert_eq!(Place::of("f", whole, 0..1).column, 1);
    }
}
