//! `//= rfcNNNN#section` stands where a clause is obeyed. A citation of a section that does not
//! exist is a defect, so each is looked up in the text of the RFC; so is each that a lesson or the
//! glossary gives the reader to read on in.
//!
//! The texts are not part of this project: they are looked for in `../shared/rfc` beside the
//! checkout, and where they are absent the number of unchecked citations is said aloud.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::File;

/// Old, short RFCs without numbered sections: citing the whole is precise enough.
const UNNUMBERED: &[&str] = &["rfc768", "rfc792", "rfc826", "rfc894"];

/// The RFC texts of this machine.
pub(super) struct Library {
    folder: PathBuf,
}

impl Library {
    /// The texts beside a checkout, if they are there.
    pub(super) fn beside(root: &Path) -> Option<Self> {
        let folder = root.parent()?.join("shared/rfc");
        folder.is_dir().then_some(Self { folder })
    }

    /// The text of `rfcNNNN`; `None` when the library lacks it.
    fn text(&self, rfc: &str) -> Option<String> {
        let octets = std::fs::read(self.folder.join(format!("{rfc}.txt"))).ok()?;
        Some(String::from_utf8_lossy(&octets).into_owned())
    }
}

/// One citation.
#[derive(Debug, PartialEq, Eq)]
struct Citation<'a> {
    line: usize,
    rfc: &'a str,
    section: &'a str,
}

/// How many citations there are, and those that point nowhere.
pub(super) fn check(files: &[File], library: Option<&Library>) -> (usize, Vec<String>) {
    let mut count = 0;
    let mut faults = Vec::new();
    let mut known: BTreeMap<String, Option<Sections>> = BTreeMap::new();
    for file in files {
        let cited = match file.path.as_str() {
            path if path.ends_with(".rs") => citations(&file.text),
            path if is_for_readers(path) => quoted(&file.text),
            _ => continue,
        };
        for citation in cited {
            count += 1;
            let place = format!("{}:{}", file.path, citation.line);
            let Some(library) = library else { continue };
            let sections = known
                .entry(citation.rfc.to_owned())
                .or_insert_with(|| library.text(citation.rfc).as_deref().map(Sections::of));
            if let Some(what) = fault(&citation, sections.as_ref()) {
                faults.push(format!("{place}: {what}"));
            }
        }
    }
    (count, faults)
}

fn fault(citation: &Citation<'_>, sections: Option<&Sections>) -> Option<String> {
    let Citation { rfc, section, .. } = citation;
    if section.is_empty() && UNNUMBERED.contains(rfc) {
        return None;
    }
    if section.is_empty() {
        return Some(format!("{rfc}: names no section (//= {rfc}#SECTION)"));
    }
    // An RFC that the library lacks cannot be checked, nor can the citation be called wrong.
    let sections = sections?;
    (!sections.has(section)).then(|| format!("{rfc} has no section {section}"))
}

fn citations(text: &str) -> Vec<Citation<'_>> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some(cited) = line.trim_start().strip_prefix("//= ") else { continue };
        let target = cited.split_whitespace().next().unwrap_or_default();
        let (rfc, section) = target.split_once('#').unwrap_or((target, ""));
        if rfc.starts_with("rfc") {
            found.push(Citation {
                line: at + 1,
                rfc,
                section: section.trim_end_matches([',', ':']),
            });
        }
    }
    found
}

/// Whether a file's clauses are for people to look up.
fn is_for_readers(path: &str) -> bool {
    path == "docs/glossary.toml"
        || (path.starts_with("labs/lessons/") && path.ends_with(".toml") && !path.contains("/bad/"))
}

/// The clauses of a data file: texts such as `"rfc9293#3.5"`.
fn quoted(text: &str) -> Vec<Citation<'_>> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for part in line.split('"').skip(1).step_by(2).filter(|part| part.starts_with("rfc")) {
            let (rfc, section) = part.split_once('#').unwrap_or((part, ""));
            found.push(Citation { line: at + 1, rfc, section });
        }
    }
    found
}

/// The section numbers that stand at the head of a line, and the words of the text.
struct Sections {
    numbers: BTreeSet<String>,
    words: String,
}

impl Sections {
    fn of(text: &str) -> Self {
        let heads = text.lines().filter_map(|line| line.split_whitespace().find(|w| *w != "|"));
        let numbers = heads
            .map(|word| word.trim_start_matches('(').trim_end_matches(['.', ':', ')']).to_owned())
            .filter(|word| word.chars().any(|c| c.is_ascii_digit()) || word.len() == 1)
            .collect();
        Self { numbers, words: words(text) }
    }

    /// A number is looked up among the headings; a title (`rfc768#fields`) in the text.
    fn has(&self, section: &str) -> bool {
        let plain = section.trim_start_matches("section-").trim_start_matches("appendix-");
        self.numbers.contains(plain)
            || (plain.chars().all(|c| c.is_alphabetic() || c == '-')
                && plain.len() > 1
                && self.words.contains(&words(plain)))
    }
}

/// Lower case, with one space between words.
fn words(text: &str) -> String {
    let lower = text.to_lowercase().replace('-', " ");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "3.10.7.4.  Other States\n\n   3.2.1.3  Addressing: RFC-791\n\nFields\n\
                        \x20  (2.3) When the next measurement is made\n";

    #[test]
    fn a_citation_names_rfc_and_section() {
        let text = "fn f() {\n    //= rfc9293#3.10.7.4 MUST-12\n}\n// = rfc1#2\n";
        let expected = Citation { line: 2, rfc: "rfc9293", section: "3.10.7.4" };
        assert_eq!(citations(text), [expected]);
    }

    #[test]
    fn a_lesson_names_clauses_between_quotes() {
        let text = "rfc = [\"rfc9293#3.5\", \"rfc768\"]\nabout = \"see rfc1\"\n";
        let expected = [
            Citation { line: 1, rfc: "rfc9293", section: "3.5" },
            Citation { line: 1, rfc: "rfc768", section: "" },
        ];
        assert_eq!(quoted(text), expected);
    }

    #[test]
    fn a_section_that_does_not_exist_is_a_fault() {
        let sections = Sections::of(TEXT);
        for section in ["3.10.7.4", "3.2.1.3", "2.3", "fields"] {
            assert!(sections.has(section), "{section}");
        }
        for section in ["3.10.7", "9.9", "no-such-title"] {
            assert!(!sections.has(section), "{section}");
            let cited = Citation { line: 1, rfc: "rfc9293", section };
            assert!(fault(&cited, Some(&sections)).is_some());
        }
    }

    #[test]
    fn without_the_text_nothing_is_called_wrong() {
        let cited = Citation { line: 1, rfc: "rfc9293", section: "9.9" };
        assert_eq!(fault(&cited, None), None);
        let nowhere = Citation { section: "", ..cited };
        assert!(fault(&nowhere, None).is_some());
        let short = Citation { rfc: "rfc826", ..nowhere };
        assert_eq!(fault(&short, None), None);
    }
}
