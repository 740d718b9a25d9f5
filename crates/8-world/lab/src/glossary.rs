//! The glossary: one word per thing, in both languages, beside the lesson's own word.
//!
//! Its text is `docs/glossary.toml`; `cargo xtask tidy` holds every text of ours to it.

use language::Diagnostic;
use language::lesson::{Term, read_terms};

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
            panic!("{}", language::render(&mistakes, base::Lang::En));
        });
        assert!(terms.len() >= 50, "{}", terms.len());
        let mut seen = std::collections::BTreeSet::new();
        for term in &terms {
            assert!(seen.insert(&term.id), "{} twice", term.id);
            assert!(!term.en.is_empty() && !term.zh.is_empty(), "{}", term.id);
        }
    }
}
