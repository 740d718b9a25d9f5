//! What a program needs of files: whole files by path. The file system itself lives upstairs
//! (`files`); this trait is the hatch in the ceiling.

use bytes::Bytes;
use std::io;

/// A file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name without the folder.
    pub name: String,
    /// Octets; 0 for a folder.
    pub size: u64,
    /// Is it a folder?
    pub is_folder: bool,
}

/// A machine's files. Paths are absolute, parts divided by `/`.
pub trait FileTree: Send + Sync {
    /// A file's octets.
    fn read(&self, path: &str) -> io::Result<Bytes>;
    /// What a folder holds, sorted by name.
    fn list(&self, path: &str) -> io::Result<Vec<FileEntry>>;
    /// What stands at `path`.
    fn entry(&self, path: &str) -> io::Result<FileEntry>;
    /// Makes or replaces a file.
    fn write(&self, path: &str, octets: Bytes) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &str) -> io::Result<()>;
}

/// A machine without files.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl FileTree for NoFiles {
    fn read(&self, _: &str) -> io::Result<Bytes> {
        Err(io::ErrorKind::NotFound.into())
    }
    fn list(&self, _: &str) -> io::Result<Vec<FileEntry>> {
        Err(io::ErrorKind::NotFound.into())
    }
    fn entry(&self, _: &str) -> io::Result<FileEntry> {
        Err(io::ErrorKind::NotFound.into())
    }
    fn write(&self, _: &str, _: Bytes) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
    fn remove(&self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::NotFound.into())
    }
}
