//! Rules over files that no compiler checks. Each fault is `file:line: what is wrong`.
//!
//! ```text
//! tidy ── rust       unsafe, unfinished work, the opening line, length
//!      ├─ words      the glossary's words and no others
//!      ├─ texts      developer paths, registry hosts
//!      ├─ links      what a Markdown file points at exists
//!      ├─ twins      a document's two languages show the same code
//!      ├─ citations  the section that `//= rfcNNNN#section` names exists
//!      └─ ledgers    reasons in both languages, labs that somebody tests
//! ```
//!
//! A rule is a function from a file's path and text to faults; `scan` blanks comments and
//! literals for those rules that mean code. What could not be checked is said in the note.

mod citations;
mod ledgers;
mod links;
mod rust;
mod scan;
mod texts;
mod twins;
mod words;

use std::path::{Path, PathBuf};

use crate::shell::Failure;
use crate::workspace;

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Counted from 1; 0 means the file as a whole.
    line: usize,
    what: String,
}

impl Fault {
    fn at(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }

    fn shown(&self, path: &str) -> String {
        match self.line {
            0 => format!("{path}: {}", self.what),
            line => format!("{path}:{line}: {}", self.what),
        }
    }
}

/// A text file of ours.
pub(crate) struct File {
    path: String,
    text: String,
}

/// Endings of the texts among our files.
const TEXTS: &[&str] =
    &["css", "html", "js", "json", "lock", "md", "mjs", "rs", "sh", "svelte", "toml", "ts"];

/// Applies every rule to every file.
///
/// # Errors
/// All faults, sorted by file and line.
pub(crate) fn run() -> Result<String, Failure> {
    let paths = workspace::files()?;
    let files = load(&paths)?;
    let words = words::Words::of_checkout()?;
    let mut faults = Vec::new();
    for file in &files {
        faults.extend(faults_of(file, &paths, &words).iter().map(|fault| fault.shown(&file.path)));
    }
    let specifications = citations::Library::beside(workspace::root());
    let (cited, wrong) = citations::check(&files, specifications.as_ref());
    faults.extend(wrong);
    faults.extend(rust::lengths(&files));
    faults.extend(ledgers::untested_labs(&files));
    faults.extend(twins::faults(&files));
    if !faults.is_empty() {
        return Err(Failure::new(format!("untidy\n  {}", faults.join("\n  "))));
    }
    Ok(note(files.len(), cited, specifications.is_some()))
}

fn note(files: usize, cited: usize, checked: bool) -> String {
    if checked {
        format!("{files} files are tidy; {cited} citations point at a section that exists")
    } else {
        format!(
            "{files} files are tidy; NOT CHECKED: {cited} citations (no RFC texts in ../shared/rfc)"
        )
    }
}

fn load(paths: &[PathBuf]) -> Result<Vec<File>, Failure> {
    let is_text = |path: &&PathBuf| {
        path.extension().and_then(|end| end.to_str()).is_some_and(|end| TEXTS.contains(&end))
            || path.starts_with(".ci")
    };
    let mut files = Vec::new();
    for path in paths.iter().filter(is_text) {
        if let Some(text) = read(path)? {
            files.push(File { path: path.to_string_lossy().into_owned(), text });
        }
    }
    Ok(files)
}

/// The text of a file; `None` when it is not UTF-8 (a test may keep such a thing on purpose) or
/// has gone since the folder was listed.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    let path = workspace::root().join(path);
    match std::fs::read(&path) {
        Ok(octets) => Ok(String::from_utf8(octets).ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::about(&path, &error)),
    }
}

fn faults_of(file: &File, all: &[PathBuf], words: &words::Words) -> Vec<Fault> {
    let File { path, text } = file;
    let mut faults = texts::faults(path, text);
    faults.extend(words.faults(path, text));
    match Path::new(path).extension().and_then(|end| end.to_str()) {
        Some("rs") => {
            faults.extend(rust::faults(path, text));
            faults.extend(ledgers::half_reasons(text));
        }
        Some("md") => faults.extend(links::faults(path, text, all)),
        _ => {}
    }
    faults.sort_by_key(|fault| fault.line);
    faults
}
