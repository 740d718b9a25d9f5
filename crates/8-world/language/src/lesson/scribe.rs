//! The hand that reads a lesson: demanded keys, both languages, "did you mean".

use base::Lang;

use super::prose::{paragraphs, unclosed};
use crate::diagnostic::{Complaint, Sink, Span, Text, text};
use crate::model::Lab;
use crate::nearest::nearest;
use crate::parse::Options;
use crate::read::Reader;
use crate::tree::{Item, Key, Kind, Table};

pub(super) const LESSON_KEYS: &[&str] = &["lesson", "lab", "title", "about", "scene"];
pub(super) const SCENE_KEYS: &[&str] = &["title", "text", "show", "rfc", "note", "actions", "task"];
pub(super) const ACTION_KEYS: &[&str] = &["label", "do"];
pub(super) const TASK_KEYS: &[&str] = &["text", "expect", "hint", "points", "solution"];

/// How a text is read: as one line, or as paragraphs with marks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Line,
    Prose,
}

/// Reads one lesson.
pub(super) struct Scribe<'a> {
    pub(super) reader: Reader<'a>,
    /// The lesson's lab; without one, nothing is held to it.
    pub(super) lab: Option<Lab>,
}

impl<'a> Scribe<'a> {
    pub(super) fn new(sink: &'a mut Sink, options: &'a Options<'a>) -> Scribe<'a> {
        Scribe { reader: Reader::new(sink, options), lab: None }
    }

    /// A text in both languages. `None` if a language is missing, which has been said.
    pub(super) fn both(
        &mut self,
        table: &Table,
        head: Span,
        key: &str,
        style: Style,
    ) -> Option<Text> {
        let example = format!("{key}.en = \"..\" and {key}.zh = \"..\"");
        let Some((name, item)) = table.entry(key) else {
            self.missing(head, key, &example);
            return None;
        };
        let Kind::Table(both) = &item.kind else {
            match &item.kind {
                Kind::Text(_) => self.half(name, "zh", &format!("{key}.zh")),
                _ => self.no_sentence(item, key),
            }
            return None;
        };
        self.keys(both, &["en", "zh"], &format!("`{key}`"), &format!("`{key}` "));
        let en = self.language(name, both, Lang::En, style);
        let zh = self.language(name, both, Lang::Zh, style);
        Some(Text { en: en?, zh: zh? })
    }

    fn no_sentence(&mut self, item: &Item, key: &str) {
        let (found, found_zh) = item.type_name();
        let complaint = Complaint::new(
            "wrong-type",
            0..0,
            text(
                format!("`{key}` is a sentence in both languages, not {found}"),
                format!("`{key}` 应是中英文各一句, 不是{found_zh}"),
            ),
        );
        let form = format!("{key} = {{ en = \"..\", zh = \"..\" }}");
        let help = text(format!("write: {form}"), format!("写成: {form}"));
        self.reader.sink.report(item.span, complaint.help(help));
    }

    fn language(&mut self, name: &Key, both: &Table, lang: Lang, style: Style) -> Option<String> {
        let code = if lang == Lang::En { "en" } else { "zh" };
        let Some(item) = both.get(code) else {
            self.half(name, code, &format!("{}.{code}", name.name));
            return None;
        };
        let words = self.reader.words(item, code)?;
        if words.trim().is_empty() {
            let span = item.span;
            self.reader.sink.report(span, half(code, &format!("{}.{code}", name.name)));
            return None;
        }
        if style == Style::Line {
            return Some(words.trim().to_owned());
        }
        if let Some(complaint) = unclosed(words) {
            self.reader.complain(item, complaint);
        }
        Some(paragraphs(words))
    }

    pub(super) fn half(&mut self, name: &Key, code: &str, key: &str) {
        self.reader.sink.report(name.span, half(code, key));
    }

    pub(super) fn missing(&mut self, head: Span, key: &str, example: &str) {
        let complaint = Complaint::new(
            "missing-key",
            0..0,
            text(format!("`{key}` is missing"), format!("缺少 `{key}`")),
        );
        let help = text(
            format!("write: {example}"),
            format!("写上: {}", example.replace(" and ", " 和 ")),
        );
        self.reader.sink.report(head, complaint.help(help));
    }

    pub(super) fn demand<'t>(
        &mut self,
        table: &'t Table,
        head: Span,
        key: &str,
        what: &str,
        what_zh: &str,
        example: &str,
    ) -> Option<&'t Item> {
        let found = table.get(key);
        if found.is_none() {
            let complaint = Complaint::new(
                "missing-key",
                0..0,
                text(format!("{what} needs `{key}`"), format!("{what_zh}缺少 `{key}`")),
            );
            let help = text(format!("write: {example}"), format!("写上: {example}"));
            self.reader.sink.report(head, complaint.help(help));
        }
        found
    }

    /// Files every key that is not known here: a typo, or one that belongs further up.
    pub(super) fn keys(&mut self, table: &Table, known: &[&str], what: &str, zh: &str) {
        for (key, _) in &table.entries {
            let name = key.name.as_str();
            if known.contains(&name) {
                continue;
            }
            let complaint = Complaint::new(
                "unknown-key",
                0..0,
                text(format!("{what} has no key `{name}`"), format!("{zh}没有 `{name}` 这个键")),
            );
            let near = nearest(name, known.iter().copied());
            let complaint = match higher(name, known).filter(|_| near.is_none()) {
                Some((en, zh)) => complaint.help(text(en, zh)),
                None => complaint.choose(near, &known.join(", ")),
            };
            self.reader.sink.report(key.span, complaint);
        }
    }
}

/// Where a key belongs that TOML has given to a table further down.
fn higher(name: &str, known: &[&str]) -> Option<(&'static str, &'static str)> {
    if LESSON_KEYS.contains(&name) {
        return Some((
            "a key of the whole lesson stands above the first [[scene]]",
            "整篇课文的键要写在第一个 [[scene]] 之前",
        ));
    }
    let below = known == ACTION_KEYS || known == TASK_KEYS;
    (below && SCENE_KEYS.contains(&name)).then_some((
        "a key of the scene stands above its [[scene.actions]] and [scene.task]",
        "一幕的键要写在它的 [[scene.actions]] 和 [scene.task] 之前",
    ))
}

fn half(code: &str, key: &str) -> Complaint {
    let (en, zh) = match code {
        "en" => ("English", "英文"),
        _ => ("Chinese", "中文"),
    };
    Complaint::new("missing-language", 0..0, text(format!("no {en} text"), format!("没有{zh}")))
        .label(text("a lesson speaks both languages", "课文要有中英两种语言"))
        .help(text(format!("write: {key} = \"..\""), format!("写上: {key} = \"..\"")))
}

/// The heading alone of a table that begins with one; its keys may have mistakes of their own.
pub(super) fn heading(item: &Item, what: &str) -> Span {
    let Span { file, start, end } = item.span;
    Span { file, start, end: end.min(start + what.len()) }
}
