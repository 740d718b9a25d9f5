//! Every bad lesson says what it always said, in both languages, with its place and its repair.
//!
//! `labs/lessons/bad/NN-name.toml` stands beside `NN-name.en.txt` and `.zh.txt`, what a person is
//! shown. `UPDATE=1 cargo test -p catenet-lab --test suite bad_lessons` writes them anew: look at each by eye.
#![allow(clippy::disallowed_methods, reason = "a test reads the lessons from the disk")]

use std::fs;
use std::path::{Path, PathBuf};

use base::Lang;
use catenet_lab::shelf;
use catenet_lab::shelf::read_lesson;
use language::render;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../labs/lessons")
}

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[test]
fn bad_lessons_say_what_is_wrong_and_how_to_mend_it() {
    let files = toml_files(&folder().join("bad"));
    assert!(files.len() >= 10, "only {} bad lessons", files.len());
    let update = std::env::var("UPDATE").is_ok();
    let mut changed = Vec::new();
    for file in files {
        let octets = fs::read(&file).unwrap_or_default();
        let shown_as = format!("labs/lessons/bad/{}", name(&file));
        let Err(mistakes) = read_lesson(&octets, &shown_as) else {
            panic!("{shown_as} has no mistakes");
        };
        for mistake in &mistakes {
            let whole = |text: &language::Text| !text.en.is_empty() && !text.zh.is_empty();
            assert!(whole(&mistake.message), "{shown_as}: {mistake:?}");
            let mended = !mistake.help.is_empty() && mistake.help.iter().all(whole);
            assert!(mended, "{shown_as}: a mistake without its repair: {mistake:#?}");
        }
        for (lang, ending) in [(Lang::En, "en.txt"), (Lang::Zh, "zh.txt")] {
            let shown = render(&mistakes, lang);
            let expected = file.with_extension(ending);
            if update {
                fs::write(&expected, &shown).unwrap_or_else(|error| panic!("{error}"));
            } else if fs::read_to_string(&expected).unwrap_or_default() != shown {
                changed.push(format!("{shown_as} {ending}:\n{shown}"));
            }
        }
    }
    assert!(changed.is_empty(), "changed (UPDATE=1 accepts):\n{}", changed.join("\n"));
}

#[test]
fn every_lesson_of_the_folder_is_on_the_shelf() {
    for file in toml_files(&folder()) {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        assert!(shelf::names().any(|name| name == stem), "{stem} is built into no binary");
    }
}

/// Whatever the octets, an answer: cut anywhere, with a letter missing, with noise in between.
#[test]
fn a_damaged_lesson_is_an_answer() {
    let text = shelf::text("the-close").unwrap_or_default();
    let cuts = (0..text.len()).step_by(97);
    for at in cuts {
        let octets = text.as_bytes();
        let _ = read_lesson(&octets[..at], "cut.toml");
        let missing = [&octets[..at], &octets[at + 1..]].concat();
        let _ = read_lesson(&missing, "missing.toml");
        let noise = [&octets[..at], b"\xff\"]}", &octets[at..]].concat();
        assert!(read_lesson(&noise, "noise.toml").is_err(), "at {at}");
    }
}
