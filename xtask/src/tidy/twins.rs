//! A document in two languages: `time.md` and `time.zh.md` lead to each other and show the same code.
//!
//! In `docs/` every fenced block has its twin: the same octets, but of a `console` block only the lines
//! that are typed (what is answered is the reader's language), and of a `text` block, a picture, none.

use super::{Fault, File};
use std::path::Path;

/// What is wrong with the Chinese ones.
pub(super) fn faults(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        let Some(stem) = file.path.strip_suffix(".zh.md") else { continue };
        let english = format!("{stem}.md");
        match files.iter().find(|other| other.path == english) {
            Some(other) => faults.extend(unlike(other, file).map(|it| it.shown(&file.path))),
            None => faults.push(format!("{}: {english} is missing", file.path)),
        }
    }
    faults
}

fn unlike(english: &File, chinese: &File) -> Option<Fault> {
    let leads = |from: &File, to: &File| {
        let name = Path::new(&to.path).file_name().unwrap_or_default().to_string_lossy();
        from.text.contains(&format!("]({name})"))
    };
    if !leads(english, chinese) || !leads(chinese, english) {
        return Some(Fault::at(0, "the two languages of a document lead to each other by a link"));
    }
    if !english.path.starts_with("docs/") {
        return None;
    }
    let (theirs, ours) = (code(&english.text), code(&chinese.text));
    let lines = ours.iter().zip(&theirs);
    let first = lines.take_while(|((_, ours), (_, theirs))| ours == theirs).count();
    if first == ours.len() && first == theirs.len() {
        return None;
    }
    let line = ours.get(first).map_or(0, |(line, _)| *line);
    let wanted = theirs.get(first).map_or("no more code", |(_, text)| text);
    Some(Fault::at(line, format!("code unlike {}: there stands `{wanted}`", english.path)))
}

/// The lines inside fences that are the same in every language, numbered, the opening fences with them.
fn code(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut kind = None;
    for (at, line) in text.lines().enumerate() {
        let counts = match (kind, line.strip_prefix("```")) {
            (None, Some(opened)) => {
                kind = Some(opened);
                true
            }
            (Some(_), Some(_)) => {
                kind = None;
                false
            }
            (Some("console"), None) => line.starts_with("$ "),
            (Some("text") | None, None) => false,
            (Some(_), None) => true,
        };
        if counts {
            lines.push((at + 1, line));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(english: &str, chinese: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        faults(&[file("docs/a.md", english), file("docs/a.zh.md", chinese)])
    }

    #[test]
    fn both_languages_show_the_same_code() {
        let english =
            "[zh](a.zh.md)\n```rust\nf();\n```\n```console\n$ ls\na file\n```\n```text\nnow\n```\n";
        let chinese = english.replace("[zh](a.zh.md)", "[en](a.md)");
        let told = chinese.replace("a file", "一个文件").replace("now", "现在");
        assert_eq!(found(english, &told), [""; 0]);
        for (what, other, line) in
            [("f()", "g()", 3), ("$ ls", "$ ls -l", 6), ("```rust", "```", 2)]
        {
            let faults = found(english, &chinese.replacen(what, other, 1));
            assert!(faults.len() == 1 && faults[0].contains(&format!(":{line}: ")), "{faults:?}");
        }
        assert_eq!(found(english, chinese.split("```console").next().unwrap_or("")).len(), 1);
        assert_eq!(found(english, &chinese.replace("a.md", "b.md")).len(), 1);
    }
}
