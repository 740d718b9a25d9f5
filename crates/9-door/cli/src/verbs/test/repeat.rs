//! The command that comes to the same result on any machine, as a shell takes it.

use base::Lang;
use std::path::Path;

/// What the command must say.
pub struct Again<'a> {
    /// The lab file.
    pub file: &'a Path,
    /// The overlay.
    pub overlay: Option<&'a str>,
    /// Whose checks.
    pub checks: Option<&'a str>,
    /// Did the file come alone, a submission without a folder of its own?
    pub alone: bool,
    /// Whose lab.
    pub student: &'a str,
    /// Another seed than the lab's.
    pub seed: Option<u64>,
    /// Values of variables.
    pub variables: &'a [(String, String)],
    /// Seconds of computing time that it may use.
    pub limit: Option<u64>,
    /// By the wall's clock?
    pub real: bool,
    /// What its programs speak: an `output(..)` may ask for their words.
    pub lang: Lang,
}

/// One line.
pub fn line(again: &Again<'_>) -> String {
    let mut words = vec!["test".to_owned(), again.file.display().to_string()];
    let mut add = |option: &str, value: &str| words.push(format!("--{option}={value}"));
    if again.real {
        add("clock", "real");
    }
    again.overlay.into_iter().for_each(|overlay| add("with", overlay));
    again.checks.into_iter().for_each(|checks| add("checks", checks));
    if !again.student.is_empty() {
        add("student", again.student);
    }
    again.seed.into_iter().for_each(|seed| add("seed", &seed.to_string()));
    again.limit.into_iter().for_each(|limit| add("limit", &limit.to_string()));
    again.variables.iter().for_each(|(name, value)| add("var", &format!("{name}={value}")));
    add("lang", if again.lang == Lang::Zh { "zh" } else { "en" });
    if again.alone {
        words.push("--alone".to_owned());
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("catenet {}", words.join(" "))
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:,+@%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_meant() {
        let again = Again {
            file: Path::new("in/it's $HOME.toml"),
            overlay: None,
            checks: Some("task.toml"),
            alone: true,
            student: "=1+1 \"x\"",
            seed: Some(7),
            limit: Some(30),
            variables: &[("net".to_owned(), "10.0.0.0/8".to_owned())],
            real: true,
            lang: Lang::Zh,
        };
        assert_eq!(
            line(&again),
            "catenet test 'in/it'\\''s $HOME.toml' --clock=real --checks=task.toml '--student==1+1 \"x\"' --seed=7 --limit=30 --var=net=10.0.0.0/8 --lang=zh --alone"
        );
    }
}
