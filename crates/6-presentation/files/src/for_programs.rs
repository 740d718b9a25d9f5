//! The tree as programs see it: [`socket::FileTree`].

use crate::Tree;
use crate::path::resolve;
use bytes::Bytes;
use socket::{FileEntry, FileTree};
use std::io;

impl FileTree for Tree {
    fn read(&self, path: &str) -> io::Result<Bytes> {
        match Tree::read(self, path) {
            Some(content) => Ok(content),
            None if self.is_directory(path) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn list(&self, path: &str) -> io::Result<Vec<FileEntry>> {
        if !self.is_directory(path) {
            let found = Tree::read(self, path).is_some();
            let kind = if found { io::ErrorKind::NotADirectory } else { io::ErrorKind::NotFound };
            return Err(kind.into());
        }
        let entries = Tree::list(self, path).into_iter();
        Ok(entries.map(|entry| file_entry(entry.name, entry.size)).collect())
    }

    fn entry(&self, path: &str) -> io::Result<FileEntry> {
        let resolved = resolve(path);
        let name = resolved.rsplit('/').next().unwrap_or("").to_owned();
        match Tree::read(self, path) {
            Some(content) => Ok(file_entry(name, Some(content.len()))),
            None if self.is_directory(path) => Ok(file_entry(name, None)),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn write(&self, path: &str, octets: Bytes) -> io::Result<()> {
        if self.is_directory(path) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Tree::write(self, path, octets)
            .map_err(|full| io::Error::new(io::ErrorKind::StorageFull, full))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        if Tree::remove(self, path) { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }
}

fn file_entry(name: String, size: Option<usize>) -> FileEntry {
    FileEntry { name, size: size.unwrap_or(0) as u64, is_folder: size.is_none() }
}
