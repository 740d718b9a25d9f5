//! Node and npm: are they here and new enough, are the packages installed, and then the build.

use crate::{Fault, Missing, setting};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// The least Node that Vite runs on.
const LEAST: (u32, u32) = (20, 19);

/// Installs what the lock says, makes the types, builds.
pub(crate) fn build(copy: &Path, web: &Path, document: &Path) -> Result<(), Fault> {
    check()?;
    install(copy, web)?;
    run(copy, "node", &["tools/types.mjs", &document.to_string_lossy()])?;
    run(copy, "node", &["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"])
}

/// Is Node here, and new enough?
fn check() -> Result<(), Fault> {
    let version = Command::new("node").arg("--version").output();
    let found = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let npm = Command::new("npm").arg("--version").output().is_ok_and(|npm| npm.status.success());
    let why = match found {
        Ok(version) if !is_enough(&version) => Missing::new(
            format!("Node.js {version} is older than {}.{}.", LEAST.0, LEAST.1),
            format!("Node.js {version} 比 {}.{} 旧.", LEAST.0, LEAST.1),
        ),
        Ok(_) if npm => return Ok(()),
        Ok(_) => Missing::new("npm was not found.", "没有找到 npm."),
        Err(_) => Missing::new("Node.js was not found.", "没有找到 Node.js."),
    };
    watch_for_node();
    Err(Fault::Missing(why))
}

/// `v20.19.2`: is it late enough?
fn is_enough(version: &str) -> bool {
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse().ok());
    let (major, minor) = (parts.next().flatten(), parts.next().flatten());
    major.zip(minor).is_some_and(|found| found >= LEAST)
}

/// Once somebody installs Node, the next build shall notice.
fn watch_for_node() {
    println!("cargo:rerun-if-env-changed=PATH");
    let path = setting("PATH").unwrap_or_default();
    for folder in std::env::split_paths(&path).filter(|folder| folder.is_dir()) {
        println!("cargo:rerun-if-changed={}", folder.display());
    }
}

/// `npm ci`, unless the packages of this very lock are there. When npm cannot (no network), the
/// packages of the working copy do as well.
fn install(copy: &Path, web: &Path) -> Result<(), Fault> {
    let lock = fs::read(copy.join("package-lock.json"))?;
    let (stamp, modules) = (copy.join(".lock-installed"), copy.join("node_modules"));
    if modules.is_dir() && fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let words =
        ["ci", "--omit=dev", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
    let said = Command::new("npm").current_dir(copy).args(words).output()?;
    if said.status.success() {
        return Ok(fs::write(stamp, lock)?);
    }
    let theirs = web.join("node_modules");
    if theirs.join("vite").is_dir() {
        let _ = fs::remove_dir_all(&modules); // what npm began
        return Ok(std::os::unix::fs::symlink(fs::canonicalize(theirs)?, modules)?);
    }
    let said = text(&said);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    println!("cargo:rerun-if-changed={}", modules.join("missing").display());
    Err(Fault::Missing(Missing::new(
        format!("npm could not install what the page is built with ({last})."),
        format!("npm 装不上构建页面所需的包 ({last})."),
    )))
}

fn run(folder: &Path, program: &str, words: &[&str]) -> Result<(), Fault> {
    let said = Command::new(program).current_dir(folder).args(words).output()?;
    match said.status.success() {
        true => Ok(()),
        false => Err(Fault::Broken(format!("{program} {}:\n{}", words.join(" "), text(&said)))),
    }
}

fn text(said: &Output) -> String {
    let (out, complained) =
        (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    format!("{out}{complained}")
}
