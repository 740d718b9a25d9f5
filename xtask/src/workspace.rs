//! Where things are: the root of the checkout, the target folder, the files that are ours.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::shell::{self, Failure};

/// Folders that hold what was built or fetched, never what we wrote.
const NOT_OURS: &[&str] = &["target", "out", "node_modules", "dist"];

/// Folders with a leading dot that we did write.
const OURS_WITH_DOT: &[&str] = &[".ci", ".cargo", ".github"];

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.parent().unwrap_or(here).to_path_buf()
    })
}

/// `cargo`, to be run at the root. The same cargo that started us, if one did.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    if ci() {
        // Nothing is built a second time there.
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

/// Is this a run that nobody watches (`CI=true`)?
pub(crate) fn ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// What `cargo metadata` says of the workspace, asked once.
///
/// # Errors
/// A manifest that cargo cannot read: the message is cargo's.
pub(crate) fn metadata() -> Result<&'static Value, Failure> {
    static METADATA: OnceLock<Result<Value, Failure>> = OnceLock::new();
    METADATA.get_or_init(ask_metadata).as_ref().map_err(Clone::clone)
}

fn ask_metadata() -> Result<Value, Failure> {
    let text = shell::capture(cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    serde_json::from_str(&text).map_err(|error| Failure::new(format!("cargo metadata: {error}")))
}

/// The folder that cargo builds into.
///
/// # Errors
/// As [`metadata`].
pub(crate) fn target() -> Result<PathBuf, Failure> {
    let folder = metadata()?["target_directory"].as_str().unwrap_or("target");
    Ok(root().join(folder))
}

/// Every file of ours under the root, by path from the root, sorted.
///
/// # Errors
/// A folder that cannot be read.
pub(crate) fn files() -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    collect(root(), &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| Failure::about(folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| Failure::about(folder, &error))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let foreign = NOT_OURS.contains(&name)
            || (name.starts_with('.') && path.is_dir() && !OURS_WITH_DOT.contains(&name));
        if foreign || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            collect(&path, found)?;
        } else if let Ok(short) = path.strip_prefix(root()) {
            found.push(short.to_path_buf());
        }
    }
    Ok(())
}

/// Reads a file of ours.
///
/// # Errors
/// It cannot be read, or is not UTF-8.
pub(crate) fn read(short: impl AsRef<Path>) -> Result<String, Failure> {
    let path = root().join(short);
    std::fs::read_to_string(&path).map_err(|error| Failure::about(&path, &error))
}
