//! The glossary: one word per thing, in both languages, beside the lesson's own word.
//!
//! Its text is `docs/glossary.toml`; `cargo xtask tidy` holds every text of ours to it.

use crate::diagnostic::{Diagnostic, Text};
use crate::lesson::read_terms;

/// One term.
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

static TEXT: &str = include_str!("../glossary.toml");

/// All terms, in the order of the course.
///
/// # Errors
/// Mistakes in the file: a test lets none be shipped.
pub fn terms() -> Result<Vec<Term>, Vec<Diagnostic>> {
    read_terms(TEXT, "docs/glossary.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_is_whole_and_stands_once() {
        let terms = terms().unwrap_or_else(|mistakes| {
            panic!("{}", crate::render(&mistakes, base::Lang::En));
        });
        assert!(terms.len() >= 50, "{}", terms.len());
        let mut seen = std::collections::BTreeSet::new();
        for term in &terms {
            assert!(seen.insert(&term.id), "{} twice", term.id);
            assert!(!term.en.is_empty() && !term.zh.is_empty(), "{}", term.id);
        }
    }

    #[test]
    fn a_broken_term_is_found_where_it_stands() {
        let text = "[[term]]\nid = \"x\"\nen = \"x\"\nzh = \"y\"\nlesson = \"\"\nmeaning.en = \"m\"\nrfc = \"9293\"\n";
        let mistakes = read_terms(text, "g.toml").err().unwrap_or_default();
        let codes: Vec<(&str, usize)> = mistakes.iter().map(|m| (m.code, m.place.line)).collect();
        assert_eq!(codes, [("missing-language", 6), ("bad-clause", 7)]);
    }
}
