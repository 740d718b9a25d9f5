//! What is really compiled: the whole tree under some crates, as `cargo tree` shows it.
//!
//! `cargo metadata` would mix the features that tests and floor 9 ask for into everybody's tree;
//! `cargo tree` for chosen packages, without dev-dependencies, shows what they alone bring.

use std::collections::BTreeSet;
use std::fmt;

use super::Tower;
use super::plan::SYSTEM;
use crate::shell::{self, Failure};
use crate::workspace;

/// Floors 0 to 5 together compile at most this many crates that are not ours: a room more in our own
/// house is no dependency.
const STACK: usize = 30;
/// The default binary compiles at most this many.
const BINARY: usize = 250;

/// How many crates are compiled, against how many may be.
pub(super) struct Budget {
    stack: BTreeSet<String>,
    binary: BTreeSet<String>,
}

impl Budget {
    pub(super) fn faults(&self) -> Vec<String> {
        let over = |what: &str, names: &BTreeSet<String>, most: usize| {
            (names.len() > most).then(|| {
                let list = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                format!("{what}: {} crates, at most {most}: {list}", names.len())
            })
        };
        [over("floors 0 to 5", &self.stack, STACK), over("the binary", &self.binary, BINARY)]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (stack, binary) = (self.stack.len(), self.binary.len());
        write!(
            f,
            "budget, crates that are not ours: floors 0 to 5 compile {stack} (at most {STACK}), "
        )?;
        write!(f, "the default binary {binary} (at most {BINARY})")
    }
}

/// Counts the crates of the stack and of the default binary.
pub(super) fn budget(tower: &Tower) -> Result<Budget, Failure> {
    let foreign = |names: BTreeSet<String>| {
        names.into_iter().filter(|name| !name.starts_with("catenet")).collect::<BTreeSet<_>>()
    };
    let stack = foreign(compiled(&tower.below(60))?);
    Ok(Budget { stack, binary: foreign(compiled(&["catenet-cli"])?) })
}

/// Sentence 4 over the whole tree: no friend of a friend brings the operating system in.
pub(super) fn faults(tower: &Tower) -> Result<Vec<String>, Failure> {
    let below = tower.below(90);
    let names = compiled(&below)?;
    let guilty = SYSTEM.iter().filter(|name| names.contains(**name));
    guilty.map(|name| Ok(format!("{}\n{}", sentence(name), who_brings(name, &below)?))).collect()
}

fn sentence(name: &str) -> String {
    format!("below rank 90 something brings {name}: sentence 4, no operating system there")
}

fn who_brings(name: &str, packages: &[&str]) -> Result<String, Failure> {
    let text = shell::capture(tree(packages).args(["--invert", name]))?;
    Ok(text.lines().map(|line| format!("      {line}")).collect::<Vec<_>>().join("\n"))
}

/// The names of all packages in the tree under `packages`, themselves among them.
fn compiled(packages: &[&str]) -> Result<BTreeSet<String>, Failure> {
    if packages.is_empty() {
        return Ok(BTreeSet::new());
    }
    Ok(names(&shell::capture(tree(packages).args(["--prefix", "none", "--format", "{p}"]))?))
}

fn tree(packages: &[&str]) -> std::process::Command {
    let mut command = workspace::cargo();
    command.args(["tree", "--edges", "normal"]);
    for package in packages {
        command.args(["-p", package]);
    }
    command
}

/// Package names out of lines such as `bytes v1.12.0 (*)`.
fn names(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_counts_once() {
        let text = "catenet-base v0.1.0 (/house/base)\nbytes v1.12.0\n\nbytes v1.12.0 (*)\n";
        assert_eq!(names(text).len(), 2);
    }

    #[test]
    fn a_house_that_grew_too_big_is_refused() {
        let many = |n: usize| (0..n).map(|i| i.to_string()).collect::<BTreeSet<_>>();
        let fits = Budget { stack: many(STACK), binary: many(BINARY) };
        assert_eq!(fits.faults(), Vec::<String>::new());
        let grown = Budget { stack: many(STACK + 1), binary: many(BINARY + 1) };
        assert_eq!(grown.faults().len(), 2);
    }
}
