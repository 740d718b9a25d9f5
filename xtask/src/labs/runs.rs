//! One run of one lab: `catenet test LAB --seed N --capture DIR --json`, plainly or under strange
//! circumstances (another folder with a space in its name, another environment, a busy machine).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::shell::{self, Failure};
use crate::workspace;

/// A lab that runs longer on the real clock hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// Runs the lab with one of its knobs turned, and says how that ended: 0 all checks held, 1 one
/// failed.
pub(super) fn exit_with(binary: &Path, lab: &str, overlay: &str) -> Result<(i32, String), Failure> {
    let mut command = test(binary, lab, 7);
    command.args(["--with", overlay]).current_dir(workspace::root());
    let code = shell::exit_within(&mut command, LIMIT)?;
    Ok((code, shell::shown(&command)))
}

fn test(binary: &Path, lab: &str, seed: u64) -> Command {
    let mut command = Command::new(binary);
    command.arg("test").arg(workspace::root().join("labs").join(format!("{lab}.toml")));
    command.args(["--seed", &seed.to_string()]);
    command
}

/// How the machine looks while the lab runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Circumstances {
    /// As it is.
    Plain,
    /// Another working folder, home, language and time zone, and a core that never rests.
    Strange,
}

/// What a run left behind.
pub(super) struct Run {
    folder: PathBuf,
    /// The command, to be pasted.
    pub command: String,
    /// What it printed.
    pub output: String,
}

impl Run {
    /// Runs the lab; its captures go into `folder`, which is made empty first.
    pub(super) fn of(
        binary: &Path,
        lab: &str,
        seed: u64,
        folder: PathBuf,
        circumstances: Circumstances,
    ) -> Result<Self, Failure> {
        if !binary.is_file() {
            return Err(Failure::new(format!("{} is not built", binary.display())));
        }
        empty(&folder)?;
        let mut command = test(binary, lab, seed);
        command.arg("--capture").arg(&folder).arg("--json");
        let output = match circumstances {
            Circumstances::Plain => shell::capture_within(
                command.current_dir(workspace::root()).env("CATENET_LANG", "en"),
                LIMIT,
            ),
            Circumstances::Strange => {
                under_load(|| shell::capture_within(estrange(&mut command, &folder), LIMIT))
            }
        }?;
        Ok(Self { folder, command: shell::shown(&command), output })
    }

    /// The capture files, by name.
    pub(super) fn captures(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut files = files_under(&self.folder)?;
        files.retain(|file| file.extension().is_some_and(|end| end == "pcapng"));
        Ok(files)
    }

    /// The capture of every jack, `LAB.pcapng`; the lab's own captures may hold some of it again.
    pub(super) fn whole_capture(&self, lab: &str) -> PathBuf {
        self.folder.join(format!("{lab}.pcapng"))
    }

    /// How the captures of another run differ from ours, at most one line a file.
    pub(super) fn difference(&self, other: &Self) -> Result<Vec<String>, Failure> {
        let (ours, theirs) = (files_under(&self.folder)?, files_under(&other.folder)?);
        let names = |run: &Self, files: &[PathBuf]| -> Vec<PathBuf> {
            files
                .iter()
                .filter_map(|f| f.strip_prefix(&run.folder).ok())
                .map(PathBuf::from)
                .collect()
        };
        if names(self, &ours) != names(other, &theirs) {
            return Ok(vec![format!("other files than in the first run: {}", other.command)]);
        }
        let mut differences = Vec::new();
        for (mine, other_file) in ours.iter().zip(&theirs) {
            if let Some(at) = first_difference(&octets(mine)?, &octets(other_file)?) {
                differences.push(format!(
                    "{} differs from octet {at} on: {}",
                    mine.display(),
                    other.command
                ));
            }
        }
        Ok(differences)
    }

    /// Removes the captures.
    pub(super) fn forget(self) {
        // What cannot be removed lies in the system's scratch folder and hurts nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
        // Both folders above it go with the last run that they hold.
        for above in self.folder.ancestors().skip(1).take(2) {
            let _ = std::fs::remove_dir(above);
        }
    }
}

fn estrange<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command
        .current_dir(folder)
        .env("HOME", folder)
        .env("TZ", "Asia/Shanghai")
        .env("LANG", "zh_CN.UTF-8")
        .env("CATENET_LANG", "zh")
        .env("USER", "stranger")
        .env("RUST_BACKTRACE", "1")
        .env("SOME_OTHER_VARIABLE", "x".repeat(4096))
}

/// Keeps a core busy while the work is done.
fn under_load<T>(work: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        });
        let done = work();
        over.store(true, Ordering::Relaxed);
        done
    })
}

fn empty(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|error| Failure::about(folder, &error))?;
    }
    std::fs::create_dir_all(folder).map_err(|error| Failure::about(folder, &error))
}

fn files_under(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let fail = |error: std::io::Error| Failure::about(folder, &error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() {
            files.extend(files_under(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn octets(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::about(file, &error))
}

/// Where two texts part; `None` when they are equal.
fn first_difference(a: &[u8], b: &[u8]) -> Option<usize> {
    if a == b {
        return None;
    }
    let parted = a.iter().zip(b).position(|(a, b)| a != b);
    Some(parted.unwrap_or(a.len().min(b.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_octet_is_a_difference() {
        assert_eq!(first_difference(b"same", b"same"), None);
        assert_eq!(first_difference(b"same", b"sane"), Some(2));
        assert_eq!(first_difference(b"same", b"same and more"), Some(4));
    }
}
