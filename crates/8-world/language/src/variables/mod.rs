//! Variables: `[variables]` and `student`, filled into every text of the lab.
//!
//! ```text
//!   student = "20260001"                          or: catenet test LAB --student 20260001
//!   [variables]
//!   net = { from = 1, to = 200 }                  a draw: this student's own
//!   key = { letters = 8 }
//!   [hosts]
//!   web = { net = "lan", ip = "10.0.{net}.80" }   {NAME} in any text becomes its value
//! ```
//!
//! `{NAME}` is a variable wherever it stands in a text with exactly a name between the braces; any
//! other brace is itself (`tcp.port in {80, 443}`), and `{{NAME}}` is `{NAME}`. Keys are never filled.
//! A variable may use those above it. Values given from outside win over the file's. Values and
//! growth are bounded. A mistake inside a filled text is told at its place in the file, with the
//! value beside it (`tests/parts/variables.rs`).

mod draw;

use std::ops::Range;

use crate::diagnostic::{Complaint, Sink, Span, Text, text};
use crate::nearest::nearest;
use crate::parse::Options;
use crate::tree::{Item, Key, Kind, Table};

/// The variable that every lab has.
pub(crate) const STUDENT: &str = "student";
/// Octets of one value.
const LONGEST: usize = 4096;
/// Octets that filling in may add to a lab.
const MOST_OCTETS: usize = 16 << 20;
/// Variables of one lab.
const MOST: usize = 1000;

/// A variable with its value.
struct Variable {
    name: String,
    value: String,
    /// Where the file gives it; nowhere for a `student` that it does not name.
    span: Option<Span>,
}

/// How a text was filled: which octets of it stand for which octets of what was written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filled {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
struct Piece {
    now: Range<usize>,
    was: Range<usize>,
    /// Where the variable is given, and what it is here.
    given: Option<(Span, Text)>,
}

impl Filled {
    /// The range of the written text that a range of the filled one came from.
    pub(crate) fn before(&self, at: &Range<usize>) -> Range<usize> {
        self.point(at.start, false)..self.point(at.end, true)
    }

    fn point(&self, at: usize, end: bool) -> usize {
        let (mut now, mut was) = (0, 0);
        for piece in &self.pieces {
            if at < piece.now.start || (end && at == piece.now.start) {
                break;
            }
            if at < piece.now.end || (end && at == piece.now.end) {
                return if end { piece.was.end } else { piece.was.start };
            }
            (now, was) = (piece.now.end, piece.was.end);
        }
        was + (at - now)
    }

    /// The variable that a mistake in this range lies in: where it is given and what it is.
    pub(crate) fn says(&self, at: &Range<usize>) -> Option<(Span, Text)> {
        let touches =
            |piece: &&Piece| piece.now.start < at.end.max(at.start + 1) && at.start < piece.now.end;
        self.pieces.iter().filter(touches).find_map(|piece| piece.given.clone())
    }

    /// Whether the whole text is one variable: then it may stand for a number.
    pub(crate) fn is_all(&self, length: usize) -> bool {
        matches!(self.pieces.as_slice(), [piece] if piece.now == (0..length))
    }
}

/// Takes the variables out of the tree and fills them into its texts. False if one has no value: then
/// nobody can say what the texts that use it mean.
pub(crate) fn fill(root: &mut Table, options: &Options<'_>, sink: &mut Sink) -> bool {
    let found = sink.len();
    let mut variables = Variables::default();
    variables.student(root, options, sink);
    variables.read(root, options, sink);
    variables.unknown_values(options, sink);
    let valued = sink.len() == found;
    if valued {
        variables.fill_table(root, sink);
    }
    valued
}

#[derive(Default)]
struct Variables {
    known: Vec<Variable>,
    added: usize,
}

impl Variables {
    fn student(&mut self, root: &mut Table, options: &Options<'_>, sink: &mut Sink) {
        let at = root.entries.iter().position(|(key, _)| key.name == STUDENT);
        let item = at.map(|at| root.entries.remove(at).1);
        let own = item.as_ref().and_then(|item| match &item.kind {
            Kind::Text(words) => Some(words.clone()),
            Kind::Integer(number) => Some(number.to_string()),
            _ => {
                sink.report(item.span, wrong_value(STUDENT));
                None
            }
        });
        let span = item.as_ref().map(|item| item.span);
        let value = options.variables.get(STUDENT).cloned().or(own).unwrap_or_default();
        let printable = value.chars().all(|c| !c.is_control());
        if !printable || value.len() > LONGEST {
            let complaint = Complaint::new(
                "bad-value",
                0..0,
                text("`student` is one short line", "`student` 应是简短的一行"),
            )
            .help(text("write: student = \"20260001\"", "写成: student = \"20260001\""));
            self.report(
                STUDENT,
                span.filter(|_| !options.variables.contains_key(STUDENT)),
                options,
                complaint,
                sink,
            );
        }
        self.known.push(Variable { name: STUDENT.to_owned(), value, span });
    }

    /// `[variables]`, from above to below.
    fn read(&mut self, root: &mut Table, options: &Options<'_>, sink: &mut Sink) {
        let at = root.entries.iter().position(|(key, _)| key.name == "variables");
        let Some((_, item)) = at.map(|at| root.entries.remove(at)) else { return };
        let Kind::Table(table) = item.kind else {
            sink.report(
                item.span,
                wrong_value("variables")
                    .help(text("begin a line with [variables]", "另起一行写 [variables]")),
            );
            return;
        };
        if let Some((key, _)) = table.entries.get(MOST) {
            sink.report(key.span, too_many());
        }
        let lab = root.get("lab").and_then(Item::as_text).unwrap_or("").to_owned();
        let student = self.value(STUDENT).unwrap_or("").to_owned();
        for (key, mut item) in table.entries.into_iter().take(MOST) {
            if let Some(complaint) = bad_name(&key.name) {
                sink.report(key.span, complaint);
                continue;
            }
            self.fill_item(&mut item, sink);
            let found =
                draw::value(&item, &draw::Wish { lab: &lab, student: &student, name: &key.name });
            let value = match found {
                Ok(own) => self.chosen(&key, own, options, sink),
                Err(wrong) => {
                    let (span, complaint) = *wrong;
                    sink.report(span, complaint);
                    None
                }
            };
            let value = value.unwrap_or_default(); // its mistake is told; see `fill`
            self.known.push(Variable { name: key.name, value, span: Some(item.span) });
        }
    }

    /// The file's value, or the one from outside; that is of the same kind.
    fn chosen(
        &self,
        key: &Key,
        own: draw::Value,
        options: &Options<'_>,
        sink: &mut Sink,
    ) -> Option<String> {
        let Some(given) = options.variables.get(&key.name) else { return Some(own.words) };
        let complaint = if own.number && given.parse::<i64>().is_err() {
            let example = format!("--var {}={}", key.name, own.words);
            Complaint::new(
                "wrong-type",
                0..0,
                text(
                    format!("the variable `{}` is a whole number, not `{given}`", key.name),
                    format!("变量 `{}` 应是整数, 不是 `{given}`", key.name),
                ),
            )
            .help(text(format!("write: {example}"), format!("写成: {example}")))
        } else if given.len() > LONGEST {
            too_long(&key.name)
        } else {
            return Some(given.clone());
        };
        self.report(&key.name, None, options, complaint, sink);
        None
    }

    /// Values from outside for what the lab does not have.
    fn unknown_values(&self, options: &Options<'_>, sink: &mut Sink) {
        for name in options.variables.keys() {
            if self.value(name).is_none() {
                self.report(name, None, options, self.unknown(name), sink);
            }
        }
    }

    /// Files a mistake in the file, or in a value from outside.
    fn report(
        &self,
        name: &str,
        span: Option<Span>,
        options: &Options<'_>,
        complaint: Complaint,
        sink: &mut Sink,
    ) {
        let span = span.unwrap_or_else(|| {
            let value = options.variables.get(name).map_or("", String::as_str);
            let shown: String = value.chars().take(60).filter(|c| !c.is_control()).collect();
            let file = sink.add_file("--var", &format!("{name}={shown}"));
            Span { file, start: 0, end: name.len() }
        });
        sink.report(span, complaint);
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.known.iter().find(|known| known.name == name).map(|known| known.value.as_str())
    }

    fn unknown(&self, name: &str) -> Complaint {
        let names: Vec<&str> = self.known.iter().map(|known| known.name.as_str()).collect();
        let complaint = Complaint::new(
            "unknown-variable",
            0..0,
            text(format!("the lab has no variable `{name}`"), format!("实验里没有变量 `{name}`")),
        );
        complaint.choose(nearest(name, names.iter().copied()), &names.join(", "))
    }

    fn fill_table(&mut self, table: &mut Table, sink: &mut Sink) {
        for (_, item) in &mut table.entries {
            self.fill_item(item, sink);
        }
    }

    fn fill_item(&mut self, item: &mut Item, sink: &mut Sink) {
        match &mut item.kind {
            Kind::Text(words) if words.contains('{') => {
                let (filled, how) = self.filled(words, item.span, sink);
                *words = filled;
                if !how.pieces.is_empty() {
                    sink.filled.insert(item.span, how);
                }
            }
            Kind::List(list) => list.iter_mut().for_each(|item| self.fill_item(item, sink)),
            Kind::Table(table) => self.fill_table(table, sink),
            _ => {}
        }
    }

    /// A text with its variables filled in.
    fn filled(&mut self, words: &str, span: Span, sink: &mut Sink) -> (String, Filled) {
        let (mut out, mut how, mut at) = (String::new(), Filled::default(), 0);
        while let Some(brace) = words[at..].find('{').map(|found| at + found) {
            out.push_str(&words[at..brace]);
            let (name, end, escaped) = match (doubled(&words[brace..]), braces(&words[brace..])) {
                (Some(name), _) => (name, brace + name.len() + 4, true),
                (None, Some(name)) => (name, brace + name.len() + 2, false),
                (None, None) => {
                    out.push('{');
                    at = brace + 1;
                    continue;
                }
            };
            let now = out.len();
            let given = match escaped {
                true => {
                    out.push_str(&format!("{{{name}}}"));
                    None
                }
                false => self.push(name, &words[brace..end], &mut out),
            };
            if !escaped && self.value(name).is_none() {
                let place = crate::tree::inside_text(sink, span, &(brace..end));
                sink.report(place, self.unknown(name).help(for_braces(name)));
            }
            how.pieces.push(Piece { now: now..out.len(), was: brace..end, given });
            at = end;
            if self.added > MOST_OCTETS || out.len() > MOST_OCTETS {
                sink.report(span, grown());
                return (out, how);
            }
        }
        out.push_str(&words[at..]);
        (out, how)
    }
}

impl Variables {
    /// Writes a variable's value; where it is given. An unknown one stays as it is written: what the
    /// reader says of it is the same mistake.
    fn push(&mut self, name: &str, written: &str, out: &mut String) -> Option<(Span, Text)> {
        let Some(known) = self.known.iter().find(|known| known.name == name) else {
            out.push_str(written);
            return None;
        };
        out.push_str(&known.value);
        self.added += known.value.len();
        known.span.map(|span| (span, says(&known.name, &known.value)))
    }
}

/// `NAME` if the text begins with `{NAME}`.
fn braces(words: &str) -> Option<&str> {
    let rest = words.strip_prefix('{')?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')?;
    let named = rest.starts_with(|c: char| c.is_ascii_alphabetic()) && rest[end..].starts_with('}');
    named.then(|| &rest[..end])
}

/// `NAME` if the text begins with `{{NAME}}`.
fn doubled(words: &str) -> Option<&str> {
    let name = braces(words.strip_prefix('{')?)?;
    words[name.len() + 3..].starts_with('}').then_some(name)
}

/// A text as it must be written to be itself: braces around a name are doubled.
pub(crate) fn braced(words: &str) -> String {
    let (mut out, mut at) = (String::new(), 0);
    while let Some(brace) = words[at..].find('{').map(|found| at + found) {
        out.push_str(&words[at..brace]);
        at = match braces(&words[brace..]) {
            Some(name) => {
                out.push_str(&format!("{{{{{name}}}}}"));
                brace + name.len() + 2
            }
            None => {
                out.push('{');
                brace + 1
            }
        };
    }
    out + &words[at..]
}

fn for_braces(name: &str) -> Text {
    text(
        format!("for these braces themselves write `{{{{{name}}}}}`"),
        format!("如果要花括号本身, 写 `{{{{{name}}}}}`"),
    )
}

fn says(name: &str, value: &str) -> Text {
    let mut shown: String = value.chars().take(60).collect();
    if shown.len() < value.len() {
        shown.push_str("..");
    }
    text(format!("`{name}` is `{shown}` here"), format!("这里 `{name}` 是 `{shown}`"))
}

fn bad_name(name: &str) -> Option<Complaint> {
    let complaint = if name == STUDENT {
        Complaint::new(
            "name-taken",
            0..0,
            text("every lab has `student` already", "每个实验都已有 `student`"),
        )
        .help(text(
            "write it above the first [table]: student = \"20260001\"",
            "写在第一个 [表] 之前: student = \"20260001\"",
        ))
    } else if braces(&format!("{{{name}}}")).is_none() {
        Complaint::new(
            "bad-name",
            0..0,
            text(
                format!("`{name}` is no name for a variable"),
                format!("`{name}` 不能作变量的名字"),
            ),
        )
        .help(text(
            "begin with a letter; then letters, digits, `-` and `_`",
            "以英文字母开头, 后面是字母、数字、`-` 和 `_`",
        ))
    } else {
        return None;
    };
    Some(complaint)
}

fn wrong_value(name: &str) -> Complaint {
    Complaint::new(
        "wrong-type",
        0..0,
        text(format!("`{name}` has no such value"), format!("`{name}` 不能是这样的值")),
    )
    .help(text("write a text or a whole number", "写文本或整数"))
}

fn too_many() -> Complaint {
    Complaint::new(
        "too-large",
        0..0,
        text(format!("more than {MOST} variables"), format!("变量超过 {MOST} 个")),
    )
    .help(text("leave some of them out", "去掉一些变量"))
}

fn too_long(name: &str) -> Complaint {
    Complaint::new(
        "too-long",
        0..0,
        text(
            format!("the variable `{name}` is longer than {LONGEST} octets"),
            format!("变量 `{name}` 超过 {LONGEST} 字节"),
        ),
    )
    .help(text("give it a shorter value", "换一个较短的值"))
}

fn grown() -> Complaint {
    Complaint::new(
        "too-large",
        0..0,
        text("variables make this lab larger than 16 MiB", "填入变量后实验大于 16 MiB"),
    )
    .help(text("shorten the values, or use them less often", "缩短变量的值, 或少用几次"))
}
