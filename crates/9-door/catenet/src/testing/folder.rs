//! The files beside a test's lab: what its servers serve, and where a capture goes.
#![allow(clippy::disallowed_methods)] // floor 9: a test's lab lies in real files

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Octets of one lab's folders at most.
const MOST_OCTETS: u64 = 64 << 20;
/// Files of one folder at most.
const MOST_FILES: usize = 10_000;

/// The files below `path` beside the lab file, sorted. Links are not followed, and nothing outside
/// of the lab's folder is read.
pub(super) fn read(lab: &Path, path: &str) -> Vec<(String, Vec<u8>)> {
    let beside = lab.parent().unwrap_or(Path::new("."));
    let (Ok(inside), Ok(root)) = (beside.canonicalize(), beside.join(path).canonicalize()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut left = MOST_OCTETS;
    let mut open = if root.starts_with(&inside) { vec![root.clone()] } else { Vec::new() };
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let Ok(meta) = fs::symlink_metadata(&path) else { continue };
            if meta.is_dir() {
                open.push(path);
            } else if meta.is_file()
                && meta.len() <= left
                && found.len() < MOST_FILES
                && let (Ok(content), Ok(below)) = (fs::read(&path), path.strip_prefix(&root))
            {
                left -= meta.len();
                found.push((below.to_string_lossy().into_owned(), content));
            }
        }
    }
    found.sort();
    found
}

/// Writes a file and the folders above it.
pub(super) fn write(file: &Path, octets: &[u8]) -> io::Result<()> {
    let folder: PathBuf = file.parent().map(Path::to_path_buf).unwrap_or_default();
    if !folder.as_os_str().is_empty() {
        fs::create_dir_all(&folder)?;
    }
    fs::write(file, octets)
}
