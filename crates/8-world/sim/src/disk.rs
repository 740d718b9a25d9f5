//! A machine's files as its programs see them: `files::Tree` behind `socket`'s trait.

use bytes::Bytes;
use socket::{FileEntry, FileTree};
use std::io;

pub(crate) struct Disk(pub(crate) files::Tree);

impl FileTree for Disk {
    fn read(&self, path: &str) -> io::Result<Bytes> {
        match self.0.read(path) {
            Some(octets) => Ok(octets),
            None if self.0.is_directory(path) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
    fn list(&self, path: &str) -> io::Result<Vec<FileEntry>> {
        if !self.0.is_directory(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let entries = self.0.list(path).into_iter();
        Ok(entries
            .map(|entry| FileEntry {
                name: entry.name,
                size: entry.size.unwrap_or(0) as u64,
                is_folder: entry.size.is_none(),
            })
            .collect())
    }
    fn entry(&self, path: &str) -> io::Result<FileEntry> {
        let path = files::resolve(path);
        let name = path.rsplit('/').next().unwrap_or("").to_owned();
        if let Some(octets) = self.0.read(&path) {
            return Ok(FileEntry { name, size: octets.len() as u64, is_folder: false });
        }
        if self.0.is_directory(&path) {
            return Ok(FileEntry { name, size: 0, is_folder: true });
        }
        Err(io::ErrorKind::NotFound.into())
    }
    fn write(&self, path: &str, octets: Bytes) -> io::Result<()> {
        self.0.write(path, octets).map_err(|full| io::Error::new(io::ErrorKind::StorageFull, full))
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        if self.0.remove(path) { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }
}
