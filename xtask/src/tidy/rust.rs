//! Rules over Rust files: where `unsafe` may live, that nothing is left unfinished and no test ignored,
//! that a file opens by telling what it is, and that no file grows beyond a room.
//!
//! `xtask/long-files.txt` lists the files that are longer all the same, with the length they may
//! not exceed. The list only shrinks: an entry that is no longer needed is a fault too.

use std::collections::BTreeMap;

use super::scan::{code_only, has_word};
use super::{Fault, File};
use crate::workspace;

/// A file longer than this is more than one room.
const LONGEST: usize = 600;

const LONG_FILES: &str = "xtask/long-files.txt";

/// The one file below floor 9 that may be unsafe.
const CHECKSUM_SIMD: &str = "crates/0-ground/base/src/checksum/simd.rs";

/// Macros that mark unfinished or temporary work.
const UNFINISHED: &[&str] = &["todo!", "unimplemented!", "dbg!"];

/// Notes to oneself, which belong into an issue. (In halves, or this file would be at fault.)
const NOTES: &[&str] = &[concat!("FIX", "ME"), concat!("XX", "X")];

/// The faults of one Rust file, its length left out.
pub(super) fn faults(path: &str, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !text.trim_start().starts_with("//!") {
        faults.push(Fault::at(1, "a file opens with `//!`: what it is, in one sentence"));
    }
    let code = code_only(text);
    for (at, (line, code)) in text.lines().zip(code.lines()).enumerate() {
        if has_word(code, "unsafe") && !may_be_unsafe(path) {
            faults.push(Fault::at(
                at + 1,
                "`unsafe` lives in `sys.rs` files of floor 9, and in the checksum's",
            ));
        }
        let macros = UNFINISHED.iter().filter(|name| calls(code, name));
        let notes = NOTES.iter().filter(|note| has_word(line, note));
        for name in macros.chain(notes) {
            faults.push(Fault::at(at + 1, format!("`{name}`: finish it, or open an issue")));
        }
    }
    faults.extend(ignored(&code).map(|line| {
        Fault::at(line, "a test that nobody runs: measure in `bench/`, write files in an example")
    }));
    faults
}

/// The lines of attributes by which a test is not run: `ignore`, alone or under a condition.
fn ignored(code: &str) -> impl Iterator<Item = usize> {
    code.match_indices("#[").filter_map(|(at, opening)| {
        let attribute = code.get(at + opening.len()..)?.split(']').next()?.trim_start();
        let conditional = attribute.starts_with("cfg_attr") && has_word(attribute, "ignore");
        let line = code.get(..at)?.matches('\n').count() + 1;
        (conditional || attribute.starts_with("ignore")).then_some(line)
    })
}

fn calls(code: &str, name: &str) -> bool {
    name.strip_suffix('!').is_some_and(|word| has_word(code, word)) && code.contains(name)
}

fn may_be_unsafe(path: &str) -> bool {
    let floor_nine = path.starts_with("crates/9-door/") && path.ends_with("/sys.rs");
    floor_nine || path == CHECKSUM_SIMD
}

/// Files too long, and entries of the exception list that have outlived their use.
pub(super) fn lengths(files: &[File]) -> Vec<String> {
    let list = workspace::read(LONG_FILES).unwrap_or_default();
    let lengths: BTreeMap<&str, usize> = files
        .iter()
        .filter(|file| file.path.ends_with(".rs"))
        .map(|file| (file.path.as_str(), file.text.lines().count()))
        .collect();
    length_faults(&lengths, &exceptions(&list))
}

/// `path length` by line; `#` begins a comment.
fn exceptions(list: &str) -> BTreeMap<&str, usize> {
    let entry = |line: &'_ str| -> Option<(usize, usize)> {
        let (path, length) = line.trim().rsplit_once(' ')?;
        Some((path.trim_end().len(), length.parse().ok()?))
    };
    list.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (end, length) = entry(line)?;
            Some((line.trim().get(..end)?, length))
        })
        .collect()
}

fn length_faults(lengths: &BTreeMap<&str, usize>, excepted: &BTreeMap<&str, usize>) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, &length) in lengths {
        let most = excepted.get(path).copied().unwrap_or(LONGEST);
        if length > most {
            faults.push(format!("{path}:{most}: {length} lines: make rooms (at most {most})"));
        }
    }
    for path in excepted.keys() {
        if lengths.get(path).is_none_or(|&length| length <= LONGEST) {
            faults.push(format!("{LONG_FILES}: {path} needs no exception any more: take it out"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_at_fault(path: &str, text: &str) -> Vec<usize> {
        faults(path, text).iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn unsafe_has_its_place() {
        let text = "//! A file.\nunsafe fn f() {}\n";
        assert_eq!(lines_at_fault("crates/0-ground/wire/src/lib.rs", text), [2]);
        assert_eq!(lines_at_fault("crates/0-ground/wire/src/sys.rs", text), [2]);
        assert_eq!(lines_at_fault("crates/9-door/door/src/sys.rs", text), [0; 0]);
        assert_eq!(lines_at_fault(CHECKSUM_SIMD, text), [0; 0]);
        let talk = "//! Talks of unsafe code.\n#![forbid(unsafe_code)]\n";
        assert_eq!(lines_at_fault("crates/0-ground/wire/src/lib.rs", talk), [0; 0]);
    }

    #[test]
    fn unfinished_work_is_found_in_code_not_in_talk() {
        assert_eq!(lines_at_fault("a.rs", "//! A.\nfn f() { todo!() }\n"), [2]);
        assert_eq!(lines_at_fault("a.rs", "//! A todo!() is refused.\n"), [0; 0]);
        let note = format!("//! A.\n// {}: later\n", NOTES[0]);
        assert_eq!(lines_at_fault("a.rs", &note), [2]);
    }

    #[test]
    fn no_test_is_ignored() {
        assert_eq!(lines_at_fault("a.rs", "//! A.\n#[ignore = \"slow\"]\nfn f() {}\n"), [2]);
        assert_eq!(lines_at_fault("a.rs", "//! No `#[ignore]`.\n// #[ignore]\n"), [0; 0]);
        for attribute in [
            "#[test] #[ignore]",
            "#[ ignore]",
            "#[cfg_attr(miri, ignore)]",
            "#[cfg_attr(\n    not(unix),\n    ignore = \"slow\",\n)]",
        ] {
            let text = format!("//! A.\n{attribute}\nfn f() {{}}\n");
            assert_eq!(lines_at_fault("a.rs", &text), [2], "{attribute}");
        }
        for other in ["#[cfg_attr(miri, inline)]\nfn ignore() {}", "#[cfg(ignore_me)]"] {
            assert_eq!(lines_at_fault("a.rs", &format!("//! A.\n{other}\n")), [0; 0], "{other}");
        }
    }

    #[test]
    fn a_file_says_what_it_is() {
        assert_eq!(lines_at_fault("a.rs", "fn f() {}\n"), [1]);
    }

    #[test]
    fn the_list_of_long_files_only_shrinks() {
        let list = exceptions("# why\nlong.rs 700\nshort.rs 650\ngone.rs 650\n");
        let lengths = BTreeMap::from([("long.rs", 701), ("short.rs", 10), ("new.rs", 601)]);
        let faults = length_faults(&lengths, &list);
        assert_eq!(faults.len(), 4, "{faults:?}");
        let fine = BTreeMap::from([("long.rs", 699), ("new.rs", 600)]);
        assert_eq!(length_faults(&fine, &exceptions("long.rs 700\n")), Vec::<String>::new());
    }
}
