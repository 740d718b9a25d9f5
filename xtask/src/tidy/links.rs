//! What a Markdown file of ours points at inside the checkout exists.
//!
//! Links inside code are text. Addresses with a scheme are not visited: tests need no network.

use std::path::{Component, Path, PathBuf};

use super::Fault;

/// The dead links of one Markdown file, given every path of the checkout.
pub(super) fn faults(path: &str, text: &str, all: &[PathBuf]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for target in targets(&without_code(line)) {
            if !exists(path, target, all) {
                faults.push(Fault::at(at + 1, format!("dead link: {target}")));
            }
        }
    }
    faults
}

/// The line with its code spans taken out.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

/// The local targets of a line, without fragments.
fn targets(line: &str) -> Vec<&str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter_map(|target| target.split_whitespace().next())
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .filter_map(|target| target.split('#').next())
        .filter(|target| !target.is_empty())
        .collect()
}

fn exists(from: &str, target: &str, all: &[PathBuf]) -> bool {
    let folder = Path::new(from).parent().unwrap_or(Path::new(""));
    resolved(&folder.join(target)).is_some_and(|path| all.iter().any(|one| one.starts_with(&path)))
}

/// The path without `.` and `..`; `None` when it leaves the checkout.
fn resolved(path: &Path) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !clean.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(text: &str) -> usize {
        let all = ["README.md", "docs/walk.md", "crates/a/src/lib.rs"].map(PathBuf::from);
        faults("docs/guide.md", text, &all).len()
    }

    #[test]
    fn a_link_leads_somewhere() {
        assert_eq!(dead("[a](walk.md) [b](../README.md#top) [c](../crates/a) [d](#here)\n"), 0);
        assert_eq!(dead("[web](https://example.com/none)\n"), 0);
        assert_eq!(dead("[a](nowhere.md)\n"), 1);
        assert_eq!(dead("[out](../../README.md)\n"), 1);
    }

    #[test]
    fn code_is_not_a_link() {
        assert_eq!(dead("`[a](nowhere.md)`\n```\n[b](nowhere.md)\n```\n"), 0);
        assert_eq!(dead("`code` then [a](nowhere.md)\n"), 1);
    }
}
