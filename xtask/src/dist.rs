//! `cargo xtask dist`: one static binary with the page and the labs inside, tried where nothing is.
//!
//! ```text
//! build (static, stripped) ── target/dist/catenet, catenet.sha256
//!   └── in an empty folder, the environment HOME alone:  up ── join ── the page ── down
//! ```
//! The C library is musl where rustup has its target, else this machine's glibc, linked statically:
//! that one asks for its own shared files when names of the real world are looked up, which we do
//! nowhere. Which of the two it was is said.
//!
//! Invariants: no interpreter is named in it (it needs no file of the machine), it is smaller than
//! [`MOST`], and a page that was not built in is a failure (`CATENET_UI=require`).

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::shell::{self, Failure};
use crate::{peers, workspace};

/// What the build and the trial need.
pub(crate) const NEEDS: &[&str] = &["cc", "node", "npm", "curl", "sha256sum"];

/// Octets of the binary, at most.
const MOST: u64 = 40_000_000;
/// How long one command of the trial may take.
const BOUND: Duration = Duration::from_secs(60);

/// Builds it, tries it, writes its SHA-256 beside it.
///
/// # Errors
/// It cannot be built statically here (and what to install), or one of the invariants fails.
pub(crate) fn run() -> Result<String, Failure> {
    let (target, libc) = target()?;
    let built = build(&target)?;
    let folder = workspace::target()?.join("dist");
    let binary = folder.join("catenet");
    let failed = |error| Failure::about(&binary, &error);
    fs::create_dir_all(&folder).map_err(failed)?;
    fs::copy(built, &binary).map_err(failed)?;
    let octets = fs::read(&binary).map_err(failed)?;
    if !is_static(&octets) {
        return Err(Failure::new(format!("{}: it needs a loader", binary.display())));
    }
    let size = octets.len() as u64;
    if size >= MOST {
        return Err(Failure::new(format!("{}: {size} octets, at most {MOST}", binary.display())));
    }
    let page = try_it(&binary)?;
    let sum = shell::capture(Command::new("sha256sum").arg("catenet").current_dir(&folder))?;
    fs::write(folder.join("catenet.sha256"), &sum).map_err(failed)?;
    let sum = sum.split_whitespace().next().unwrap_or_default();
    let mega = size as f64 / 1e6;
    Ok(format!("{mega:.1} MB with {libc}, page of {page} files, sha256 {sum}"))
}

/// The target to build for, and which C library that is.
fn target() -> Result<(String, &'static str), Failure> {
    let arch = std::env::consts::ARCH;
    let sysroot = shell::capture(Command::new("rustc").args(["--print", "sysroot"]))?;
    let musl = format!("{arch}-unknown-linux-musl");
    if Path::new(sysroot.trim()).join("lib/rustlib").join(&musl).join("lib").is_dir() {
        return Ok((musl, "musl"));
    }
    let found = shell::capture(Command::new("cc").arg("-print-file-name=libc.a"))?;
    if !Path::new(found.trim()).is_absolute() {
        return Err(Failure::new(format!(
            "neither musl nor a static glibc is here: rustup target add {musl}, \
             or apt-get install libc6-dev"
        )));
    }
    Ok((format!("{arch}-unknown-linux-gnu"), "glibc"))
}

fn build(target: &str) -> Result<PathBuf, Failure> {
    let mut command = workspace::cargo();
    command
        .args(["build", "--release", "--package", "catenet-cli", "--target", target])
        .args(["--config", "profile.release.strip=\"symbols\""])
        .args(["--config", "profile.release.debug=false"])
        .env("RUSTFLAGS", "-C target-feature=+crt-static")
        .env("CATENET_UI", "require");
    shell::run(&mut command)?;
    Ok(workspace::target()?.join(target).join("release/catenet"))
}

/// No program header names an interpreter: an ELF file (64 bits, little end first) that stands alone.
fn is_static(file: &[u8]) -> bool {
    const INTERPRETER: u32 = 3;
    let number = |place: usize, len: usize| -> Option<usize> {
        let octets = file.get(place..place.checked_add(len)?)?;
        Some(octets.iter().rev().fold(0, |sum, &octet| sum << 8 | usize::from(octet)))
    };
    let kinds = || -> Option<Vec<usize>> {
        let (table, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
        (0..count).map(|which| number(table + which * size, 4)).collect()
    };
    file.starts_with(b"\x7fELF\x02\x01")
        && kinds().is_some_and(|kinds| !kinds.contains(&(INTERPRETER as usize)))
}

/// A folder that is removed whatever happens.
struct Empty(PathBuf);

impl Drop for Empty {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `up`, `join` and the page; says of how many files the page is.
fn try_it(binary: &Path) -> Result<usize, Failure> {
    let folder = std::env::temp_dir().join(format!("catenet-dist-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| Failure::about(&folder, &error))?;
    let empty = Empty(folder);
    let catenet = |words: &[&str]| {
        let mut command = Command::new(binary);
        command.args(words).current_dir(&empty.0).env_clear().env("HOME", &empty.0);
        shell::capture_within(&mut command, BOUND)
    };
    let said = catenet(&["up", "two-lans", "-d"])?;
    let tried = (|| {
        let curl = peers::find("curl").ok_or_else(|| Failure::new("curl is missing"))?;
        let curl = curl.display().to_string();
        let site = catenet(&["join", "office", "--", &curl, "-s", "http://www.example.lab/"])?;
        if !site.contains("Catenet") {
            return Err(Failure::new(format!("the lab's web server gave: {site}")));
        }
        page(&said)
    })();
    catenet(&["down", "--all"])?;
    tried
}

/// The page at the address that `up` printed, and every file that it names.
fn page(said: &str) -> Result<usize, Failure> {
    let port: Option<u16> = said
        .split("http://127.0.0.1:")
        .nth(1)
        .and_then(|rest| rest.split('/').next()?.parse().ok());
    let port = port.ok_or_else(|| Failure::new(format!("no address in: {said}")))?;
    let index = fetch(port, "/")?;
    if index.contains("CATENET_UI") {
        return Err(Failure::new("the page is not in it: build with Node, CATENET_UI=require"));
    }
    let marks = ["src=\"", "href=\""];
    let named = marks.iter().flat_map(|mark| index.split(mark).skip(1));
    let files: Vec<&str> = named.filter_map(|rest| rest.split('"').next()).collect();
    if !files.iter().any(|file| file.ends_with(".js")) {
        return Err(Failure::new(format!("the page names no script:\n{index}")));
    }
    for file in &files {
        fetch(port, &format!("/{}", file.trim_start_matches("./").trim_start_matches('/')))?;
    }
    Ok(files.len() + 1)
}

/// A file of the page, which must be there.
fn fetch(port: u16, path: &str) -> Result<String, Failure> {
    let fail = |error: std::io::Error| Failure::new(format!("GET {path}: {error}"));
    let mut line = TcpStream::connect(("127.0.0.1", port)).map_err(fail)?;
    line.set_read_timeout(Some(BOUND)).map_err(fail)?;
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    line.write_all(request.as_bytes()).map_err(fail)?;
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).map_err(fail)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    match answer.starts_with("HTTP/1.1 200") {
        true => Ok(answer),
        false => Err(Failure::new(format!("GET {path}: {}", answer.lines().next().unwrap_or("")))),
    }
}

#[cfg(test)]
mod tests {
    use super::is_static;

    /// A file of one program header of this kind.
    fn file(kind: u8) -> Vec<u8> {
        let mut octets = vec![0; 64 + 56];
        octets[..6].copy_from_slice(b"\x7fELF\x02\x01");
        (octets[32], octets[54], octets[56], octets[64]) = (64, 56, 1, kind);
        octets
    }

    #[test]
    fn a_file_that_names_an_interpreter_is_not_static() {
        assert!(is_static(&file(1)));
        assert!(!is_static(&file(3)));
        assert!(!is_static(&file(1)[..66]), "a table that is cut off");
        assert!(!is_static(b"#!/bin/sh"));
        // This very test is linked as programs of this machine are.
        let ours = std::fs::read("/proc/self/exe").expect("our own file");
        assert!(!is_static(&ours));
    }
}
