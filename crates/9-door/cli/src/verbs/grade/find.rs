//! The submissions of a folder: `ID.toml`, and `ID/lab.toml` or else every `ID/*.toml`, sorted by name.
//!
//! A submission is a plain file: a link may lead to another student's work or out of the folder, a pipe
//! never ends; both are rows with that reason (`links_and_pipes_are_rows`).

use lab::report::Refusal;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Submissions that one call grades.
pub const MOST: usize = 10_000;
/// Lab files in one student's folder.
const MOST_FILES: usize = 100;
/// Octets of one of them.
const MOST_OCTETS: u64 = 1 << 20;

/// One submission.
pub struct Found {
    /// Whose.
    pub student: String,
    /// Its file.
    pub path: PathBuf,
    /// Is it a file alone, without a folder of its own?
    pub alone: bool,
    /// Why it is not even opened.
    pub refusal: Option<Refusal>,
}

/// All of them.
pub fn find(folder: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for path in sorted(folder)? {
        let Some(student) = path.file_stem().filter(|_| !is_hidden(&path)) else { continue };
        if is_toml(&path) && !is_folder(&path) {
            found.push(one(student, path.clone(), true));
        } else if is_folder(&path) {
            let student = path.file_name().unwrap_or(student).to_owned();
            found.extend(of_folder(&student, path));
        } else if is_link(&path) && path.is_dir() {
            found.push(one(student, path.clone(), false));
        }
        if found.len() > MOST {
            break;
        }
    }
    Ok(found)
}

/// A student's folder: `lab.toml` is the lab and what lies beside it are its parts; without it every
/// file is one. Nothing in it is a row, too: nobody is forgotten.
fn of_folder(student: &OsStr, folder: PathBuf) -> Vec<Found> {
    let refused = |refusal| {
        let student = student.to_string_lossy().into_owned();
        vec![Found { student, path: folder.clone(), alone: false, refusal: Some(refusal) }]
    };
    let whole = folder.join("lab.toml");
    if fs::symlink_metadata(&whole).is_ok() {
        return vec![one(student, whole, false)];
    }
    let mut files = sorted(&folder).unwrap_or_default();
    files.retain(|path| is_toml(path) && !is_hidden(path) && !is_folder(path));
    if files.is_empty() {
        let (en, zh) = ("the folder holds no lab file", "文件夹里没有实验文件");
        return refused(Refusal::new("no-file", en, zh));
    }
    if files.len() > MOST_FILES {
        return refused(Refusal::new(
            "too-large",
            format!("the folder holds more than {MOST_FILES} lab files"),
            format!("文件夹里的实验文件超过 {MOST_FILES} 个"),
        ));
    }
    files.into_iter().map(|path| one(student, path, false)).collect()
}

fn one(student: &OsStr, path: PathBuf, alone: bool) -> Found {
    let refusal = refusal(&path);
    Found { student: student.to_string_lossy().into_owned(), path, alone, refusal }
}

fn refusal(path: &Path) -> Option<Refusal> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) => {
            let says = |lang| door::system::says(&error, lang);
            return Some(Refusal::new("no-file", says(base::Lang::En), says(base::Lang::Zh)));
        }
    };
    if meta.is_symlink() {
        return Some(Refusal::new(
            "no-file",
            "this is a link; a submission is a file of its own",
            "这是一个链接; 提交的必须是文件本身",
        ));
    }
    if !meta.is_file() {
        return Some(Refusal::new("no-file", "this is no plain file", "这不是普通文件"));
    }
    (meta.len() > MOST_OCTETS).then(|| {
        let len = meta.len();
        Refusal::new(
            "too-large",
            format!("{len} octets; a submission has at most {MOST_OCTETS}"),
            format!("{len} 字节; 提交的文件最多 {MOST_OCTETS} 字节"),
        )
    })
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.take(10 * MOST);
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("toml"))
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// A folder itself, not a link to one.
fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_pipes_are_rows() {
        let base = std::env::temp_dir().join(format!("catenet-find-{}", std::process::id()));
        let _ = fs::remove_dir_all(&base);
        let class = base.join("class");
        fs::create_dir_all(class.join("carol/parts")).expect("a folder");
        for folder in ["empty", "erin", "many"] {
            fs::create_dir_all(class.join(folder)).expect("a folder");
        }
        for n in 0..=MOST_FILES {
            fs::write(class.join(format!("many/{n}.toml")), "x").expect("a file");
        }
        fs::write(base.join("secret.toml"), "outside").expect("a file");
        for file in [
            "alice.toml",
            "carol/a.toml",
            "carol/parts/x.toml",
            "erin/lab.toml",
            "erin/part.toml",
            "note.txt",
            ".a.toml",
        ] {
            fs::write(class.join(file), "x").expect("a file");
        }
        fs::write(class.join("long.TOML"), vec![b'#'; (MOST_OCTETS + 1) as usize]).expect("a file");
        let link = |to: &Path, at: &str| std::os::unix::fs::symlink(to, class.join(at));
        link(&base.join("secret.toml"), "bob.toml").expect("a link");
        link(&base, "dora").expect("a link");
        link(&class.join("alice.toml"), "carol/stolen.toml").expect("a link");
        let found = find(&class).expect("a folder");
        let told: Vec<(String, bool, Option<&str>)> = found
            .iter()
            .map(|it| {
                (it.student.clone(), it.alone, it.refusal.as_ref().map(|it| it.code.as_str()))
            })
            .collect();
        let told: Vec<(&str, bool, Option<&str>)> =
            told.iter().map(|(name, alone, code)| (name.as_str(), *alone, *code)).collect();
        assert_eq!(
            told,
            [
                ("alice", true, None),
                ("bob", true, Some("no-file")),
                ("carol", false, None),
                ("carol", false, Some("no-file")),
                ("dora", false, Some("no-file")),
                ("empty", false, Some("no-file")),
                ("erin", false, None),
                ("long", true, Some("too-large")),
                ("many", false, Some("too-large")),
            ]
        );
        fs::remove_dir_all(&base).expect("removed");
    }
}
