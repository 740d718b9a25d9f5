//! Races against other stacks. They live in `bench/`, a workspace of its own, because their
//! dependencies are other people's stacks and must never reach ours.

use crate::shell::{self, Failure};
use crate::workspace;

/// Runs one race, or all of them; the last line of each is `NAME ours .. theirs .. ratio ..`.
///
/// # Errors
/// There is no `bench/` in this checkout, or the race failed.
pub(crate) fn run(name: Option<&str>) -> Result<(), Failure> {
    let manifest = workspace::root().join("bench/Cargo.toml");
    if !manifest.is_file() {
        return Err(Failure::new("bench/Cargo.toml is not in this checkout: no race to run"));
    }
    let mut command = workspace::cargo();
    command.args(["run", "--release", "--quiet", "--manifest-path"]).arg(manifest).arg("--");
    shell::run(command.args(name))
}
