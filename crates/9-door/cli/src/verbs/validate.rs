//! `validate`: look for mistakes in lab files. Nothing is started.

use crate::args::{Validate, Variables};
use crate::say::{Context, Exit, Failure, print};
use service::api::Source;
use service::sources;
use std::path::Path;

/// Reads every file; all mistakes of all files are said.
pub fn run(context: &Context, validate: &Validate) -> Result<Exit, Failure> {
    let mut bad = false;
    for path in &validate.files {
        match read(context, path, &validate.variables)?.and_then(|lab| with_folders(lab, path)) {
            Ok(lab) if !context.json => {
                let (networks, machines) = (lab.networks.len(), lab.machines().count());
                print(&format!(
                    "{}\n",
                    context.say(
                        &format!(
                            "{}: good ({networks} networks, {machines} machines, {} checks)",
                            path.display(),
                            lab.checks.len()
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
                eprint!("{}", crate::say::as_called(&language::render(&mistakes, context.lang)));
            }
        }
    }
    if bad { Err(Failure::usage("")) } else { Ok(Exit::DONE) }
}

/// The lab, if every folder that its servers name holds files.
fn with_folders(
    lab: language::Lab,
    path: &Path,
) -> Result<language::Lab, Vec<language::Diagnostic>> {
    let beside = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = |name: &str| sources::folder(Some(beside.unwrap_or(Path::new("."))), name);
    let whole = std::fs::read_to_string(path).unwrap_or_default();
    let file = path.display().to_string();
    let empty = lab::world::empty_folders(&lab, &file, &whole, &folder);
    if empty.is_empty() { Ok(lab) } else { Err(empty) }
}

/// A lab file, or its mistakes; an error when it cannot be read.
pub fn read(
    context: &Context,
    path: &Path,
    variables: &Variables,
) -> Result<Result<language::Lab, Vec<language::Diagnostic>>, Failure> {
    let name = path.display().to_string();
    let octets = std::fs::read(path).map_err(|error| Failure {
        code: 2,
        ..Failure::of_system(&path.display(), &error, context.lang)
    })?;
    // What is no text is told by its octet.
    if std::str::from_utf8(&octets).is_err() {
        return Ok(lab::read_lab(&octets, &name));
    }
    let loaded = sources::load(&Source::File(name));
    let loaded = loaded.map_err(|problem| Failure::of(&problem, context.lang))?;
    Ok(loaded.read(&variables.all()))
}
