//! The page's sources, copied where they may be built: only what is newer, and what has gone goes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What of `web/` the build needs.
const NEEDED: &[&str] = &[
    ".npmrc",
    "index.html",
    "package.json",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
    "public",
    "src",
    "tools",
];
/// What the build makes in the copy.
const MADE: &[&str] = &["node_modules", "dist", ".lock-installed"];

/// Copies the sources, telling cargo of each; returns where they are now.
pub(crate) fn copy(web: &Path, to: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let path = entry?.path();
        if !MADE.iter().any(|made| path.ends_with(made)) {
            remove(&path)?;
        }
    }
    for name in NEEDED {
        copy_tree(&web.join(name), &to.join(name))?;
    }
    Ok(to.to_path_buf())
}

/// Copies a folder as it is.
pub(crate) fn copy_plain(from: &Path, to: &Path) -> io::Result<PathBuf> {
    if to.exists() {
        remove(to)?;
    }
    copy_tree(from, to)?;
    Ok(to.to_path_buf())
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{from:?}: {error}"));
    println!("cargo:rerun-if-changed={}", from.display());
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ()).map_err(named);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).map_err(named)? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        // Tests are not built; the generated types are made anew.
        if text.ends_with(".test.ts") || text == "schema.ts" {
            continue;
        }
        copy_tree(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match path.is_dir() && !path.is_symlink() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}
