//! The tree itself.

use crate::path::resolve;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Files by path. Clones are handles to the same tree.
#[derive(Clone, Debug, Default)]
pub struct Tree(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    files: BTreeMap<String, Bytes>,
    octets: usize,
}

/// A name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, without its path.
    pub name: String,
    /// Octets of a file; none for a directory.
    pub size: Option<usize>,
}

/// The tree would grow beyond [`Tree::LIMIT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeFull;

impl core::fmt::Display for TreeFull {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the file system is full ({} octets)", Tree::LIMIT)
    }
}
impl core::error::Error for TreeFull {}

impl Tree {
    /// Octets that all files of one tree may hold together: 1 GiB.
    pub const LIMIT: usize = 1 << 30;

    /// The content of a file, shared and not copied.
    pub fn read(&self, path: &str) -> Option<Bytes> {
        self.lock().files.get(&resolve(path)).cloned()
    }

    /// Creates or replaces a file.
    pub fn write(&self, path: &str, content: impl Into<Bytes>) -> Result<(), TreeFull> {
        let (path, content) = (resolve(path), content.into());
        let mut inner = self.lock();
        let before = inner.files.get(&path).map_or(0, Bytes::len);
        let octets = inner.octets - before + content.len();
        if octets > Self::LIMIT {
            return Err(TreeFull);
        }
        inner.octets = octets;
        inner.files.insert(path, content);
        Ok(())
    }

    /// Removes a file; false when there is none.
    pub fn remove(&self, path: &str) -> bool {
        let mut inner = self.lock();
        let removed = inner.files.remove(&resolve(path));
        inner.octets -= removed.as_ref().map_or(0, Bytes::len);
        removed.is_some()
    }

    /// Is there something below this path?
    pub fn is_directory(&self, path: &str) -> bool {
        let below = directory_prefix(path);
        let inner = self.lock();
        below == "/"
            || inner
                .files
                .range(below.clone()..)
                .next()
                .is_some_and(|(path, _)| path.starts_with(&below))
    }

    /// The names in a directory, sorted; empty when there is no such directory.
    pub fn list(&self, path: &str) -> Vec<Entry> {
        let below = directory_prefix(path);
        let inner = self.lock();
        let mut entries: Vec<Entry> = Vec::new();
        for (path, content) in inner.files.range(below.clone()..) {
            let Some(rest) = path.strip_prefix(&below) else { break };
            let (name, size) = match rest.split_once('/') {
                Some((directory, _)) => (directory, None),
                None => (rest, Some(content.len())),
            };
            if entries.last().is_none_or(|last| last.name != name) {
                entries.push(Entry { name: name.to_owned(), size });
            }
        }
        entries
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn directory_prefix(path: &str) -> String {
    let mut below = resolve(path);
    if !below.ends_with('/') {
        below.push('/');
    }
    below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_directories() {
        let tree = Tree::default();
        for (path, content) in
            [("/index.html", "hello"), ("/a/b/c.txt", "abc"), ("/a/d", ""), ("/ab", "x")]
        {
            tree.write(path, content).expect("room");
        }
        assert_eq!(tree.read("//a/./b/../b/c.txt").as_deref(), Some(b"abc".as_slice()));
        assert_eq!(tree.read("/a"), None);
        assert!(
            tree.is_directory("/a/b") && !tree.is_directory("/a/b/c.txt") && tree.is_directory("/")
        );
        let names = |path: &str| {
            tree.list(path).into_iter().map(|entry| (entry.name, entry.size)).collect::<Vec<_>>()
        };
        assert_eq!(names("/a"), [("b".into(), None), ("d".into(), Some(0))]);
        assert_eq!(
            names("/"),
            [("a".into(), None), ("ab".into(), Some(1)), ("index.html".into(), Some(5))]
        );
        assert!(names("/nothing").is_empty());
    }

    #[test]
    fn a_tree_has_a_bound() {
        let tree = Tree::default();
        let big = Bytes::from(vec![0; 1 << 20]);
        for n in 0..1024 {
            tree.write(&format!("/{n}"), big.clone()).expect("room");
        }
        assert_eq!(tree.write("/more", "x"), Err(TreeFull));
        tree.write("/0", "smaller").expect("replacing frees");
        tree.write("/more", "x").expect("room again");
        assert!(tree.remove("/1") && !tree.remove("/1"));
    }
}
