//! The door of the language: text in, a [`Lab`] or all its mistakes out.
//!
//! Pure: files that a lab includes come through a callback. `[solution]` and `[broken]` are laid
//! over the tree, not over the finished lab, so that short forms are computed anew; each overlay is
//! checked as strictly as the lab itself.

use std::collections::BTreeMap;

use crate::command::KNOWN_PROGRAMS;
use crate::diagnostic::{Diagnostic, Sink, Span, Text};
use crate::include;
use crate::model::{Lab, Overlay};
use crate::read::{self, Reader, SCALARS, TABLES};
use crate::syntax;
use crate::tree::{Item, Key, Kind, Table};
use crate::variables;

/// Finds an included file beside the lab file: its text, or why there is none.
pub type Include<'a> = dyn Fn(&str) -> Result<String, Text> + 'a;

/// What the reader must know about the world around the file.
pub struct Options<'a> {
    /// Programs that every machine has.
    pub known_programs: &'a [&'a str],
    /// Names that `events(..)` may use; not checked without them.
    pub known_reasons: Option<&'a [&'a str]>,
    /// Where `include = [..]` comes from, by paths that count from the lab's folder; without it an
    /// include is refused.
    pub include: Option<&'a Include<'a>>,
    /// Values of variables, which win over the file's; `student` is one of them.
    pub variables: BTreeMap<String, String>,
    /// Whether what this version does not build is read without complaint.
    pub unbuilt: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            known_programs: KNOWN_PROGRAMS,
            known_reasons: None,
            include: None,
            variables: BTreeMap::new(),
            unbuilt: false,
        }
    }
}

/// Keys of a lab that no overlay has.
pub(crate) const NOT_IN_OVERLAYS: &[&str] =
    &["include", "solution", "broken", "lab", "version", "student", "variables", "fixed"];

/// Reads a lab. On failure: every mistake found, in the order of the file.
pub fn parse(text: &str, file_name: &str) -> Result<Lab, Vec<Diagnostic>> {
    parse_with(text, file_name, &Options::default())
}

/// Reads a lab from the octets of a file, which may be no text at all.
pub fn parse_bytes(
    octets: &[u8],
    file_name: &str,
    options: &Options<'_>,
) -> Result<Lab, Vec<Diagnostic>> {
    utf8(octets, file_name).and_then(|text| parse_with(text, file_name, options))
}

/// The text of a file, or the place of the first octet that no text has.
pub(crate) fn utf8<'a>(octets: &'a [u8], file_name: &str) -> Result<&'a str, Vec<Diagnostic>> {
    std::str::from_utf8(octets).map_err(|error| {
        let at = error.valid_up_to();
        let octet = octets.get(at).copied().unwrap_or(0);
        let shown = String::from_utf8_lossy(octets);
        // Invalid octets become one character of three: the place before them stays true.
        let complaint = syntax::not_text(&format!("0x{octet:02X}"));
        let mut sink = Sink::default();
        let file = sink.add_file(file_name, &shown);
        sink.report(crate::diagnostic::Span { file, start: at, end: at + 1 }, complaint);
        sink.finish()
    })
}

/// Reads a lab, given what the world around it knows.
pub fn parse_with(
    text: &str,
    file_name: &str,
    options: &Options<'_>,
) -> Result<Lab, Vec<Diagnostic>> {
    let mut sink = Sink::default();
    let lab = read(text, file_name, options, &mut sink);
    match lab {
        Some(lab) if sink.is_empty() => Ok(lab),
        _ => Err(sink.finish()),
    }
}

fn read(text: &str, file_name: &str, options: &Options<'_>, sink: &mut Sink) -> Option<Lab> {
    let mut root = syntax::read(file_name, text, sink)?;
    include::include(&mut root, file_name, text, options, sink);
    if !variables::fill(&mut root, options, sink) {
        return None;
    }
    let overlays = overlays(&mut root, options, sink);
    let mut lab = read::lab(&root, sink, options);
    read::cabled::check(&root, &lab, sink);
    for Over { name, span, table } in overlays {
        let mut laid = root.clone();
        laid.lay_over(&table);
        let found = sink.len();
        let overlay =
            Overlay { name: name.clone(), lab: Box::new(read::lab(&laid, sink, options)) };
        sink.blame(found, span, &table.spans(), &name);
        lab.overlays.push(overlay);
    }
    Some(lab)
}

/// What is laid over the lab, and where the file names it.
struct Over {
    name: String,
    span: Span,
    table: Table,
}

/// Takes `[solution]`, `[broken]` and `[broken.NAME]` out of the tree.
fn overlays(root: &mut Table, options: &Options<'_>, sink: &mut Sink) -> Vec<Over> {
    let mut out = Vec::new();
    for name in ["solution", "broken"] {
        let Some(at) = root.entries.iter().position(|(key, _)| key.name == name) else { continue };
        let (key, item) = root.entries.remove(at);
        let mut reader = Reader::new(sink, options);
        let Some(table) = reader.table(&item, name) else { continue };
        let known =
            |key: &Key| SCALARS.contains(&key.name.as_str()) || TABLES.contains(&key.name.as_str());
        let named = |(key, item): &(Key, Item)| {
            name == "broken" && !known(key) && matches!(item.kind, Kind::Table(_))
        };
        let (several, own): (Vec<_>, Vec<_>) = table.entries.iter().cloned().partition(named);
        let own = Table { entries: own };
        reader.overlay_keys(&own, name);
        if !own.entries.is_empty() || several.is_empty() {
            out.push(Over { name: name.to_owned(), span: key.span, table: own });
        }
        for (key, item) in several {
            let Kind::Table(over) = item.kind else { continue };
            reader.overlay_keys(&over, &format!("broken.{}", key.name));
            out.push(Over { name: format!("broken.{}", key.name), span: key.span, table: over });
        }
    }
    out
}

impl Reader<'_> {
    /// An overlay changes the lab; it holds no overlays and brings no files.
    fn overlay_keys(&mut self, over: &Table, name: &str) {
        let known =
            SCALARS.iter().chain(TABLES).copied().filter(|key| !NOT_IN_OVERLAYS.contains(key));
        self.only(over, &known.collect::<Vec<_>>(), &format!("[{name}]"), &format!("[{name}] "));
    }
}
