//! `import`: a lab of another tool as a lab file; what was lost goes to standard error.

use crate::args::Import;
use crate::say::{Context, Exit, Failure, tell};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use topology::import::{MOST_OCTETS, Source, import};

/// Files beside a `lab.conf` that are looked at, and their octets together.
const MOST_BESIDE: usize = 2000;
const MOST_TOGETHER: usize = 16 << 20;

/// Reads it, prints the lab, says what was lost.
pub fn run(context: &Context, wish: &Import) -> Result<Exit, Failure> {
    let path = if wish.file.is_dir() { wish.file.join("lab.conf") } else { wish.file.clone() };
    if wish.file.is_dir() && !path.exists() {
        let folder = wish.file.display();
        return Err(Failure::usage(context.say(
            &format!(
                "{folder}: no lab.conf in this folder; Kathara's has one, of others name the file"
            ),
            &format!(
                "{folder}: 文件夹里没有 lab.conf; Kathara 的文件夹里有, 其他工具请直接写文件名"
            ),
        )));
    }
    let text = read(context, &path)?;
    let file = name(&path);
    let beside = if file == "lab.conf" { beside(context, &path)? } else { Vec::new() };
    let folder = folder(&path);
    let source = Source { file: &file, folder: &folder, text: &text, beside: &beside };
    let imported = import(&source, context.lang)
        .map_err(|why| Failure::usage(format!("{}: {}", path.display(), why.get(context.lang))))?;
    let done = super::new::deliver(context, &imported.text, wish.output.as_deref())?;
    for loss in &imported.losses {
        let loss = loss.get(context.lang);
        tell(&context.say(&format!("lost or changed: {loss}\n"), &format!("丢失或改动: {loss}\n")));
    }
    Ok(done)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// How the folder is called that holds it, also where the path does not say so (`.`).
fn folder(path: &Path) -> String {
    let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    whole.parent().map(name).unwrap_or_default()
}

/// A regular file of no more than what is read at all.
fn read(context: &Context, path: &Path) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure {
        code: 2,
        ..Failure::of_system(&path.display(), &error, context.lang)
    };
    let kind = std::fs::metadata(path).map_err(failed)?;
    if !kind.is_file() {
        let path = path.display();
        return Err(Failure::usage(
            context.say(&format!("{path}: not a file"), &format!("{path}: 不是文件")),
        ));
    }
    let mut octets = Vec::new();
    let bound = MOST_OCTETS as u64 + 1;
    File::open(path).and_then(|file| file.take(bound).read_to_end(&mut octets)).map_err(failed)?;
    String::from_utf8(octets).map_err(|_| {
        let path = path.display();
        Failure::usage(context.say(&format!("{path}: not UTF-8"), &format!("{path}: 不是 UTF-8")))
    })
}

/// What lies in Kathara's folder: start-up files with their text, others by name only.
fn beside(context: &Context, conf: &Path) -> Result<Vec<(String, String)>, Failure> {
    let folder = conf.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let failed =
        |error: std::io::Error| Failure::of_system(&folder.display(), &error, context.lang);
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).take(MOST_BESIDE).collect();
    paths.sort();
    let mut found = Vec::new();
    let mut octets = 0;
    for path in paths.iter().filter(|path| *path != conf) {
        let file = name(path);
        let text = if file.ends_with(".startup") { read(context, path)? } else { String::new() };
        octets += text.len();
        if octets > MOST_TOGETHER {
            return Err(Failure::usage(
                context.say("more than 16 MiB of start-up files", "启动文件超过 16 MiB"),
            ));
        }
        found.push((file, text));
    }
    Ok(found)
}
