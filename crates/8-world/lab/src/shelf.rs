//! The lessons inside the binary, in the order of the course.

use language::lesson::{Labs, Lesson, parse};
use language::{Diagnostic, Options};

use crate::{gallery, program_names, read_lab, reason_names};

/// One built-in lesson.
struct Builtin {
    name: &'static str,
    text: &'static str,
}

macro_rules! lessons {
    ($($name:literal)*) => {
        &[$(Builtin {
            name: $name,
            text: include_str!(concat!("../labs/lessons/", $name, ".toml")),
        }),*]
    };
}

static LESSONS: &[Builtin] = lessons![
    "journey-of-a-packet"
    "three-way-handshake"
    "the-close"
];

/// Their names.
pub fn names() -> impl Iterator<Item = &'static str> {
    LESSONS.iter().map(|lesson| lesson.name)
}

/// A lesson's text.
pub fn text(name: &str) -> Option<&'static str> {
    LESSONS.iter().find(|lesson| lesson.name == name).map(|lesson| lesson.text)
}

/// A lesson, read. `None` if there is none of that name.
///
/// # Errors
/// Its mistakes: the tests let none be shipped.
pub fn lesson(name: &str) -> Option<Result<Lesson, Vec<Diagnostic>>> {
    let file = format!("labs/lessons/{name}.toml");
    text(name).map(|text| read_lesson(text.as_bytes(), &file))
}

/// Reads a lesson over a lab of the gallery, with the programs and reasons of this very program.
///
/// # Errors
/// All mistakes, in the order of the file.
pub fn read_lesson(octets: &[u8], file_name: &str) -> Result<Lesson, Vec<Diagnostic>> {
    let (programs, reasons) = (program_names(), reason_names());
    let options =
        Options { known_programs: &programs, known_reasons: Some(&reasons), ..Options::default() };
    let names: Vec<&str> = gallery::names().collect();
    let find = |name: &str| read_lab(gallery::text(name)?.as_bytes(), name).ok();
    parse(octets, file_name, &options, &Labs { names: &names, find: &find })
}
