//! The lessons inside the binary, in the order of the course.

/// One built-in lesson.
struct Builtin {
    name: &'static str,
    text: &'static str,
}

macro_rules! lessons {
    ($($name:literal)*) => {
        &[$(Builtin {
            name: $name,
            text: include_str!(concat!("../../labs/lessons/", $name, ".toml")),
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
pub fn lesson(name: &str) -> Option<Result<super::Lesson, Vec<crate::Diagnostic>>> {
    let file = format!("labs/lessons/{name}.toml");
    text(name).map(|text| super::read_lesson(text.as_bytes(), &file))
}
