//! Rules over every text: no path of a developer's machine, no registry but the public ones in a
//! lock file.

use super::Fault;

/// Folders of one developer's machine. Documents also keep clear of its scratch folder.
const MACHINE: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/")];
const SCRATCH: &str = concat!("/tm", "p/");

/// The sources that a lock file may name.
const REGISTRIES: &[&str] =
    &["registry+https://github.com/rust-lang/crates.io-index", "https://registry.npmjs.org/"];

/// The faults of one text.
pub(super) fn faults(path: &str, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let mut found = |what: String| faults.push(Fault::at(at + 1, what));
        for folder in MACHINE.iter().filter(|folder| begins_path(line, folder)) {
            found(format!("`{folder}` is a folder of one machine"));
        }
        if path.ends_with(".md") && begins_path(line, SCRATCH) {
            found(format!("`{SCRATCH}`: a document names places that every reader has"));
        }
        if let Some(source) = foreign_source(path, line) {
            found(format!("`{source}` is not a public registry"));
        }
    }
    faults
}

/// Whether an absolute path that starts with `folder` stands in the line.
fn begins_path(line: &str, folder: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || "_.-~})$*]".contains(c);
    line.match_indices(folder)
        .any(|(at, _)| !line.get(..at).and_then(|text| text.chars().next_back()).is_some_and(joins))
}

/// The source that a line of a lock file names, unless it is a public one.
fn foreign_source<'a>(path: &str, line: &'a str) -> Option<&'a str> {
    let key = if path.ends_with(".lock") {
        "source = \""
    } else if path.ends_with("package-lock.json") {
        "\"resolved\": \""
    } else {
        return None;
    };
    let source = line.trim().strip_prefix(key)?.split('"').next()?;
    let public = REGISTRIES.iter().any(|registry| source.starts_with(registry));
    (!public).then_some(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_at_fault(path: &str, text: &str) -> Vec<usize> {
        faults(path, text).iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn a_developers_folder_is_nobody_elses() {
        let home = format!("see {}main\n", MACHINE[0]);
        assert_eq!(lines_at_fault("docs/a.md", &home), [1]);
        assert_eq!(lines_at_fault("docs/a.md", "the net/work/ folder\n"), [0; 0]);
        let scratch = format!("write to {SCRATCH}a.pcapng\n");
        assert_eq!(lines_at_fault("docs/a.md", &scratch), [1]);
        assert_eq!(lines_at_fault("src/a.rs", &scratch), [0; 0]);
    }

    #[test]
    fn a_lock_names_public_registries_only() {
        let good = format!("source = \"{}\"\n", REGISTRIES[0]);
        assert_eq!(faults("Cargo.lock", &good), []);
        let bad = "source = \"registry+https://mirror.example/index\"\n";
        assert_eq!(lines_at_fault("Cargo.lock", bad), [1]);
    }
}
