//! `cargo xtask page`: the page in the browser, by its own checks and by a real browser.
//!
//! ```text
//! web/ ── npm ci ── npm run check   types, lint, unit tests
//!              └── npm run e2e     Chromium against the built `catenet`: clicks, axe, pictures
//! ```
//!
//! The binary must be built (`cargo build --release`): the page that is tested is the one inside it.
//! Pictures of every view are left in `target/page/`.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{self, Failure};
use crate::workspace;

/// What the checks need.
pub(crate) const NEEDS: &[&str] = &["node", "npm", "chromium"];

/// Installs what the page is built with, then runs its checks.
///
/// # Errors
/// A check failed, the binary is not built, or npm could not install.
pub(crate) fn run() -> Result<String, Failure> {
    let binary = workspace::target()?.join("release/catenet");
    if !binary.is_file() {
        return Err(Failure::new("target/release/catenet is missing: cargo build --release"));
    }
    shell::retry(3, || {
        shell::run(npm().args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
    })?;
    shell::run(npm().args(["run", "check"]))?;
    let counts =
        shell::run_and_read(npm().args(["run", "e2e"]).env("CATENET_BINARY", binary), counted)?;
    match counts.iter().sum::<u64>() {
        0 => Err(Failure::new("the browser ran no test")),
        passed => Ok(format!("{passed} passed in a real browser; pictures in target/page")),
    }
}

fn folder() -> PathBuf {
    workspace::root().join("web")
}

fn npm() -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder());
    command
}

/// Passed tests of a closing line of node's test runner: `# pass 12` or `ℹ pass 12`.
fn counted(line: &str) -> Option<u64> {
    let words = line.strip_prefix("# pass ").or_else(|| line.strip_prefix("ℹ pass "))?;
    words.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn the_line_of_nodes_test_runner_is_understood() {
        assert_eq!(counted("# pass 12"), Some(12));
        assert_eq!(counted("ℹ pass 3"), Some(3));
        assert_eq!(counted("# passing"), None);
    }
}
