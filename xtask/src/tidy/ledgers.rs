//! Lists that must be whole: every reason speaks both languages, every lab is tested.

use super::{Fault, File};

/// The reasons of a file that lack a language.
pub(super) fn half_reasons(text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut inside = false;
    let mut open: Option<Reason> = None;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.ends_with("reasons! {") && !line.starts_with("//") {
            inside = true;
        } else if inside && line == "}" {
            inside = false;
            faults.extend(open.take().and_then(Reason::fault));
        } else if inside {
            if let Some(code) = reason_code(line) {
                faults.extend(open.take().and_then(Reason::fault));
                open = Some(Reason { line: at + 1, code, en: false, zh: false });
            }
            if let Some(reason) = &mut open {
                reason.en |= speaks(line, "en");
                reason.zh |= speaks(line, "zh");
            }
        }
    }
    faults
}

struct Reason<'a> {
    line: usize,
    code: &'a str,
    en: bool,
    zh: bool,
}

impl Reason<'_> {
    fn fault(self) -> Option<Fault> {
        let lacks = match (self.en, self.zh) {
            (true, true) => return None,
            (true, false) => "zh",
            (false, true) => "en",
            (false, false) => "en and zh",
        };
        Some(Fault::at(self.line, format!("reason {} lacks its text in {lacks}", self.code)))
    }
}

/// The number that opens a reason.
fn reason_code(line: &str) -> Option<&str> {
    let word = line.split_whitespace().next()?;
    word.chars().all(|c| c.is_ascii_digit() || c == '_').then_some(word)
}

/// Whether the line holds a text in a language, as `en "The queue is full."`.
fn speaks(line: &str, language: &str) -> bool {
    line.split(language).skip(1).any(|rest| {
        let text = rest.trim_start().strip_prefix('"');
        text.is_some_and(|text| !text.trim_start().starts_with('"'))
    })
}

/// Labs that no test names.
pub(super) fn untested_labs(files: &[File]) -> Vec<String> {
    let tests: Vec<&File> = files
        .iter()
        .filter(|file| file.path.ends_with(".rs") && file.path.split('/').any(|p| p == "tests"))
        .collect();
    files
        .iter()
        .filter_map(|file| crate::labs::name_of(&file.path))
        .filter(|lab| !tests.iter().any(|test| test.text.contains(lab)))
        .map(|lab| format!("labs/{lab}.toml: no test in tests/ names it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_speaks_both_languages() {
        let whole =
            "trace::reasons! {\n 1001 full Full {} Note \"\"\n en \"Full.\"\n zh \"满\";\n}\n";
        assert_eq!(half_reasons(whole), []);
        let half = "trace::reasons! {\n 1001 full Full {} Note \"\"\n en \"Full.\";\n}\n";
        assert_eq!(half_reasons(half), [Fault::at(2, "reason 1001 lacks its text in zh")]);
        let empty = "trace::reasons! {\n 1001 a A {}\n en \"\"\n zh \"满\";\n 1002 b B {}\n\
                     en \"B\" zh \"乙\";\n}\n";
        assert_eq!(half_reasons(empty), [Fault::at(2, "reason 1001 lacks its text in en")]);
    }

    #[test]
    fn a_lab_without_a_test_is_found() {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let lab = file("labs/two-lans.toml", "");
        let test = file("tests/src/labs.rs", "run(\"two-lans\")");
        let data = file("labs/captures.toml", "");
        assert_eq!(untested_labs(&[lab, test, data]), Vec::<String>::new());
        let lonely = [file("labs/lonely.toml", "")];
        assert_eq!(untested_labs(&lonely), ["labs/lonely.toml: no test in tests/ names it"]);
    }
}
