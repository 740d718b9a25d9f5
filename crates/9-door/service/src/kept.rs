//! What runs, written down: after `kill -9` the next service knows which labs there were.
//!
//! ```text
//!   a lab starts ----> left/NAME.json        it is stopped, or ends ----> gone
//!   the service dies -> the files stay       the next service reads them: its `left`
//!                                              restored: they start anew; forgotten: they go
//! ```
//!
//! A file says what started the lab (its text, or where that is), and its seed, so that it begins as
//! it did. What happened in it is not kept: that is a journal's work. A service that ends properly
//! forgets (`a_service_that_ends_forgets_what_was_left`).

use crate::api::{LeftLab, Source, StartLab, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Octets of one of our files: a lab's text, twice escaped.
const MOST_OCTETS: u64 = 32 << 20;

/// Labs that run, and labs that ran when the last service died.
#[derive(Debug, Default)]
pub struct Kept {
    /// None: nothing is written down.
    folder: Option<PathBuf>,
    left: Mutex<BTreeMap<String, KeptLab>>,
}

/// One lab.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptLab {
    title: Text,
    /// What starts it again.
    pub start: StartLab,
}

impl Kept {
    /// Reads what the service before us has left in a folder.
    pub fn at(folder: PathBuf) -> Kept {
        let left = Mutex::new(read(&folder));
        Kept { folder: Some(folder), left }
    }

    /// Writes down a lab that has started with this seed; what was left of its name is no more.
    pub fn keep(&self, name: &str, title: Text, request: &StartLab, seed: u64) {
        self.lock().remove(name);
        let Some(folder) = &self.folder else { return };
        // A journal is begun once: what starts again would write over it.
        let start = StartLab { seed: Some(seed), record: None, ..request.clone() };
        if let Err(error) = write(folder, name, &KeptLab { title, start }) {
            eprintln!("the lab {name} would not be restored: {}: {error}", folder.display());
        }
    }

    /// A lab has ended.
    pub fn drop(&self, name: &str) {
        if let Some(folder) = &self.folder {
            let _ = fs::remove_file(file(folder, name)); // it may not have been written
        }
    }

    /// The labs that were left, for people.
    pub fn left(&self) -> Vec<LeftLab> {
        let line = |(name, lab): (&String, &KeptLab)| LeftLab {
            name: name.clone(),
            title: lab.title.clone(),
            source: match &lab.start.source {
                Source::Builtin(known) | Source::File(known) => known.clone(),
                Source::Text(_) => "text".to_owned(),
            },
        };
        self.lock().iter().map(line).collect()
    }

    /// Takes the labs that were left: they are somebody's now.
    pub fn take_left(&self) -> BTreeMap<String, KeptLab> {
        let left = std::mem::take(&mut *self.lock());
        left.keys().for_each(|name| self.drop(name));
        left
    }

    /// Forgets everything: the service ends.
    pub fn forget(&self) {
        self.take_left();
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir(folder); // there may be none
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, KeptLab>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lab's name is letters, digits, `-` and `_`: a file's name as it is.
fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.json"))
}

fn read(folder: &Path) -> BTreeMap<String, KeptLab> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let known = entries.filter_map(|entry| {
        let path = entry.path();
        let name = path.file_name()?.to_str()?.strip_suffix(".json")?.to_owned();
        let short = entry.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= MOST_OCTETS);
        let octets = short.then(|| fs::read(&path)).and_then(Result::ok)?;
        match serde_json::from_slice(&octets) {
            Ok(lab) => Some((name, lab)),
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                let _ = fs::remove_file(path); // nobody could restore it
                None
            }
        }
    });
    known.collect()
}

/// Writes beside and renames: a file is whole or not there.
fn write(folder: &Path, name: &str, lab: &KeptLab) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let new = folder.join(format!("{name}.new"));
    let _ = fs::remove_file(&new); // a service that died while it wrote
    let file = fs::File::options().create_new(true).write(true).mode(0o600).open(&new)?;
    serde_json::to_writer(io::BufWriter::new(file), lab)?;
    fs::rename(new, self::file(folder, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_ends_forgets_what_was_left() {
        let folder = std::env::temp_dir().join(format!("catenet-kept-{}", std::process::id()));
        let request = StartLab {
            source: Source::Text("lab = \"a\"".into()),
            seed: None,
            record: Some("/tmp/journal".into()),
            lang: None,
            variables: BTreeMap::from([("student".into(), "7".into())]),
        };
        let keep = |kept: &Kept, name| kept.keep(name, Text::default(), &request, 7);
        let first = Kept::at(folder.clone());
        ["a", "b", "c"].iter().for_each(|name| keep(&first, name));
        first.drop("c");
        fs::write(folder.join("d.json"), "{").expect("half a file");
        assert!(first.left().is_empty(), "what runs is not left");
        let second = Kept::at(folder.clone());
        let names: Vec<String> = second.left().into_iter().map(|lab| lab.name).collect();
        assert_eq!(names, ["a", "b"]);
        keep(&second, "b");
        let left = second.take_left();
        let start = &left["a"].start;
        assert_eq!((left.len(), start.seed, &start.record), (1, Some(7), &None));
        assert_eq!(start.variables, request.variables);
        assert!(second.left().is_empty());
        second.drop("b");
        second.forget();
        assert!(!folder.exists());
        assert!(Kept::at(folder).left().is_empty());
    }
}
