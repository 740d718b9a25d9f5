//! The glossary's file, read with the same hand as a lesson.

use super::reader::is_clause;
use super::scribe::{Scribe, Style, heading};
use crate::diagnostic::{Diagnostic, Sink, Text};
use crate::parse::Options;
use crate::syntax;
use crate::tree::{Item, Table};

/// One word of the glossary, in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Stable name.
    pub id: String,
    /// The English word.
    pub en: String,
    /// The Chinese word.
    pub zh: String,
    /// The lesson's word or picture for it, in Chinese; empty where the lesson has none.
    pub lesson_word: String,
    /// One sentence.
    pub meaning: Text,
    /// The clause that defines it, as in lessons; empty where no RFC does.
    pub rfc: String,
}

const TERM_KEYS: &[&str] = &["id", "en", "zh", "lesson", "meaning", "rfc", "avoid"];

/// Reads the terms of a glossary.
///
/// # Errors
/// All mistakes, in the order of the file.
pub fn read_terms(text: &str, file_name: &str) -> Result<Vec<Term>, Vec<Diagnostic>> {
    let mut sink = Sink::default();
    let root = syntax::read(file_name, text, &mut sink);
    let options = Options::default();
    let terms = root.map(|root| terms(&mut Scribe::new(&mut sink, &options), &root));
    match terms {
        Some(terms) if sink.is_empty() => Ok(terms),
        _ => Err(sink.finish()),
    }
}

fn terms(scribe: &mut Scribe<'_>, root: &Table) -> Vec<Term> {
    scribe.keys(root, &["term"], "a glossary", "词汇表");
    let items = root.get("term").map_or(Vec::new(), |item| scribe.reader.list(item).to_vec());
    items.iter().filter_map(|item| term(scribe, item)).collect()
}

fn term(scribe: &mut Scribe<'_>, item: &Item) -> Option<Term> {
    let what = "[[term]]";
    let table = scribe.reader.table(item, "term")?.clone();
    scribe.keys(&table, TERM_KEYS, "a [[term]]", what);
    let head = heading(item, what);
    let mut word = |key: &str| {
        let example = format!("{key} = \"..\"");
        let item = scribe.demand(&table, head, key, "a [[term]]", what, &example)?;
        scribe.reader.words(item, key).map(|words| (item.span, words.to_owned()))
    };
    let (id, en, zh) = (word("id")?.1, word("en")?.1, word("zh")?.1);
    let (lesson_word, rfc) = (word("lesson")?.1, word("rfc"));
    let meaning = scribe.both(&table, head, "meaning", Style::Line);
    let (span, rfc) = rfc?;
    if !rfc.is_empty() && !is_clause(&rfc) {
        scribe.reader.sink.report(span, super::reader::bad_clause(&rfc));
    }
    Some(Term { id, en, zh, lesson_word, meaning: meaning?, rfc })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_term_is_found_where_it_stands() {
        let text = "[[term]]\nid = \"x\"\nen = \"x\"\nzh = \"y\"\nlesson = \"\"\nmeaning.en = \"m\"\nrfc = \"9293\"\n";
        let mistakes = read_terms(text, "g.toml").err().unwrap_or_default();
        let codes: Vec<(&str, usize)> = mistakes.iter().map(|m| (m.code, m.place.line)).collect();
        assert_eq!(codes, [("missing-language", 6), ("bad-clause", 7)]);
    }
}
