//! Builds the page from `web/` into this crate's own folder, and writes it down as Rust.
//!
//! ```text
//!   web/ ──copy──> OUT_DIR/web ──npm ci──> types ──> vite build ──> dist/
//!                  (npm ci: only when the lock changed)               │
//!   CATENET_UI_DIST=/folder ─────────────────────────────────────────>┤
//!   CATENET_UI=off, DOCS_RS, no Node: note/ ─────────────────────────>┴─gzip─> page.rs
//! ```
//!
//! Nothing is written outside OUT_DIR. What is missing is a warning and a page that says so; with
//! `CI=true` or `CATENET_UI=require` it is an error. A page that does not build with a Node that is
//! good enough is always an error: the fault is ours.

// A build script works on the machine it runs on.
#![allow(clippy::disallowed_methods)]

mod embed;
mod node;
mod sources;

use std::path::{Path, PathBuf};
use std::process::exit;

/// Why there is no page, for people.
pub(crate) struct Missing {
    pub(crate) en: String,
    pub(crate) zh: String,
}

impl Missing {
    pub(crate) fn new(en: impl Into<String>, zh: impl Into<String>) -> Missing {
        Missing { en: en.into(), zh: zh.into() }
    }
}

/// What can go wrong.
pub(crate) enum Fault {
    /// The page cannot be built here.
    Missing(Missing),
    /// The page is broken, or the disk is.
    Broken(String),
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Fault {
        Fault::Broken(error.to_string())
    }
}

fn main() {
    for name in ["CATENET_UI", "CATENET_UI_DIST", "DOCS_RS", "CI"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let out = PathBuf::from(setting("OUT_DIR").unwrap_or_default());
    let here = PathBuf::from(setting("CARGO_MANIFEST_DIR").unwrap_or_default());
    let written = match page(&here, &out) {
        Ok(dist) => embed::write(&dist, &out, true),
        Err(Fault::Missing(why)) => without(&why, &here, &out),
        Err(broken) => Err(broken),
    };
    match written {
        Ok(()) => {}
        Err(Fault::Broken(why) | Fault::Missing(Missing { en: why, .. })) => {
            eprintln!("{why}");
            exit(1)
        }
    }
}

/// The folder of the built page.
fn page(here: &Path, out: &Path) -> Result<PathBuf, Fault> {
    if let Some(dist) = setting("CATENET_UI_DIST").map(PathBuf::from) {
        println!("cargo:rerun-if-changed={}", dist.display());
        return Ok(dist);
    }
    if setting("CATENET_UI").as_deref() == Some("off") {
        return Err(Fault::Missing(Missing::new(
            "it was switched off (CATENET_UI=off).",
            "构建时关掉了它 (CATENET_UI=off).",
        )));
    }
    if setting("DOCS_RS").is_some() {
        return Err(Fault::Missing(Missing::new(
            "this is a documentation build.",
            "这是文档构建.",
        )));
    }
    let web = here.join("../../../web");
    let document = here.join("../service/openapi.json");
    println!("cargo:rerun-if-changed={}", document.display());
    let copy = sources::copy(&web, &out.join("web"))?;
    node::build(&copy, &web, &document)?;
    Ok(copy.join("dist"))
}

/// Says that there is no page: to the builder now, to the visitor later.
fn without(why: &Missing, here: &Path, out: &Path) -> Result<(), Fault> {
    let wish = setting("CATENET_UI").unwrap_or_default();
    let in_ci = setting("CI").is_some_and(|value| value == "true" || value == "1");
    if wish == "require" || (in_ci && wish != "off") {
        return Err(Fault::Broken(format!("the page is required here, and missing: {}", why.en)));
    }
    if setting("DOCS_RS").is_none() {
        println!(
            "cargo:warning=no page in this binary: {} It will say how to get it. \
             (不含页面: {})",
            why.en, why.zh
        );
    }
    let note = sources::copy_plain(&here.join("note"), &out.join("note"))?;
    let index = std::fs::read_to_string(note.join("index.html"))?;
    let index = index.replace("{why_en}", &escaped(&why.en)).replace("{why_zh}", &escaped(&why.zh));
    std::fs::write(note.join("index.html"), index)?;
    embed::write(&note, out, false)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A variable that is set to something.
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
