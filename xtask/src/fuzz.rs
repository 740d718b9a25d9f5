//! Inputs that once broke something are kept, and replayed for ever.
//!
//! `fuzz/` is a workspace of its own. Its saved inputs are replayed by ordinary tests on the
//! stable compiler (`cargo xtask fuzz`); looking for new ones needs cargo-fuzz and a nightly
//! compiler (`cargo xtask fuzz TARGET SECONDS`).

use crate::peers;
use crate::shell::{self, Failure};
use crate::workspace;

const DEFAULT_SECONDS: &str = "60";

/// Whether this checkout has fuzz targets.
pub(crate) fn exists() -> bool {
    workspace::root().join("fuzz/Cargo.toml").is_file()
}

/// Replays the saved inputs, or with a target looks for new ones for some seconds.
///
/// # Errors
/// There is no `fuzz/`, an input breaks something, or cargo-fuzz is not installed.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if !exists() {
        return Err(Failure::new("fuzz/Cargo.toml is not in this checkout: no saved inputs"));
    }
    match words {
        [] => replay(),
        [target, rest @ ..] => search(target, rest.first().unwrap_or(&DEFAULT_SECONDS)),
    }
}

/// Not optimised: the inputs are few, and every check of the debug build looks at them.
fn replay() -> Result<(), Failure> {
    let mut command = workspace::cargo();
    command.args(["test", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target-dir"]);
    shell::run(command.arg(workspace::target()?))
}

fn search(target: &str, seconds: &str) -> Result<(), Failure> {
    if seconds.parse::<u32>().is_err() {
        return Err(Failure::new(format!("`{seconds}` is not a number of seconds")));
    }
    if peers::find("cargo-fuzz").is_none() {
        return Err(Failure::new("needs cargo-fuzz: cargo install cargo-fuzz --locked"));
    }
    let limit = format!("-max_total_time={seconds}");
    // Not `workspace::cargo()`: that is the compiler of this project, and cargo-fuzz wants nightly.
    let mut command = std::process::Command::new("cargo");
    command.current_dir(workspace::root()).env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
    shell::run(command.args(["+nightly", "fuzz", "run", target, "--", &limit]))
}
