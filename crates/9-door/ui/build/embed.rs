//! The files of a built page as Rust: each compressed where that makes it smaller.

use crate::Fault;
use flate2::{Compression, write::GzEncoder};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes `page.rs` into `out`: the files of `dist`, and whether they are the real page.
pub(crate) fn write(dist: &Path, out: &Path, built: bool) -> Result<(), Fault> {
    let mut paths = Vec::new();
    gather(dist, &mut paths)?;
    paths.sort();
    if !paths.contains(&dist.join("index.html")) {
        return Err(Fault::Broken(format!("{}: no index.html", dist.display())));
    }
    let packed = out.join("packed");
    fs::create_dir_all(&packed)?;
    let mut text = String::from("static FILES: &[PageFile] = &[\n");
    for (number, path) in paths.iter().enumerate() {
        let name = path.strip_prefix(dist).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let octets = fs::read(path)?;
        let gzip = compressed(&octets)?;
        let small = gzip.len() < octets.len();
        let kept = packed.join(number.to_string());
        fs::write(&kept, if small { gzip } else { octets })?;
        let (kind, hashed) = (kind(&name), name.starts_with("assets/"));
        let _ = writeln!(
            text,
            "    PageFile {{ path: {name:?}, kind: {kind:?}, octets: include_bytes!({kept:?}), \
             gzip: {small}, hashed: {hashed} }},"
        ); // a String takes all
    }
    let _ = writeln!(
        text,
        "];\n/// Is this the real page? Otherwise a sheet that says what was missing.\n\
         pub const BUILT: bool = {built};"
    );
    Ok(fs::write(out.join("page.rs"), text)?)
}

fn gather(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    let named = |error| io::Error::other(format!("{}: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(named)? {
        let path = entry?.path();
        match path.is_dir() {
            true => gather(&path, paths)?,
            false => paths.push(path),
        }
    }
    Ok(())
}

fn compressed(octets: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(octets)?;
    encoder.finish()
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" | "map" => "application/json",
        _ => "application/octet-stream",
    }
}
