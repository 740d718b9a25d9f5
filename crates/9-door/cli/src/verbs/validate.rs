//! `validate`: look for mistakes in lab files. Nothing is started.

use crate::args::{Validate, Variables};
use crate::say::{Context, Exit, Failure, as_called, print, tell};
use crate::verbs::test::load::no_files;
use crate::verbs::up;
use language::diagnostic::counted;
use service::api::Source;
use service::sources::{self, Loaded};
use std::path::Path;

/// Reads every file; all mistakes of all files are said.
pub fn run(context: &Context, validate: &Validate) -> Result<Exit, Failure> {
    let mut bad = false;
    for path in &validate.files {
        match read(context, path, &validate.variables)? {
            Ok(lab) if !context.json => {
                let (networks, machines) = (lab.networks.len(), lab.machines().count());
                print(&format!(
                    "{}\n",
                    context.say(
                        &format!(
                            "{}: good ({}, {}, {})",
                            path.display(),
                            counted(networks, "network", "networks"),
                            counted(machines, "machine", "machines"),
                            counted(lab.checks.len(), "check", "checks")
                        ),
                        &format!(
                            "{}: 没有错误 ({networks} 个网络, {machines} 台机器, {} 项检查)",
                            path.display(),
                            lab.checks.len()
                        ),
                    )
                ))?;
            }
            Ok(_) => {}
            Err(mistakes) => {
                bad = true;
                tell(&as_called(&language::render(&mistakes, context.lang)));
            }
        }
    }
    if bad { Err(Failure::usage("")) } else { Ok(Exit::DONE) }
}

/// A lab file, or its mistakes, servers that would serve nothing among them; an error when it cannot be
/// read.
fn read(
    context: &Context,
    path: &Path,
    variables: &Variables,
) -> Result<Result<language::Lab, Vec<language::Diagnostic>>, Failure> {
    let failed = |problem| Failure::of(&problem, context.lang);
    let loaded = match path.to_str().filter(|name| !up::is_file(name)) {
        Some(name) => sources::load(&Source::Builtin(name.to_owned())).map_err(failed)?,
        None => match String::from_utf8(sources::octets(path).map_err(failed)?) {
            Ok(text) => Loaded::of_file(path, text),
            // What is no text is told by its octet.
            Err(odd) => return Ok(lab::read_lab(odd.as_bytes(), &path.display().to_string())),
        },
    };
    let files = |path: &str| sources::folder(loaded.folder.as_deref(), path);
    Ok(loaded.read(&variables.all()).and_then(|lab| match no_files(&lab, &loaded, &files) {
        empty if empty.is_empty() => Ok(lab),
        empty => Err(empty),
    }))
}
