//! A lab as it shall be run: the file, an overlay or somebody's checks over it, a student's values.
//!
//! With `--checks` the lab is a submission and its files may be its owner's: a folder that the task has
//! beside its checks wins, what it lacks is looked for beside the submission, unless that came alone.

use lab::report::Refusal;
use lab::world::Folder;
use language::{Diagnostic, Lab, Text};
use service::sources::{self, Loaded};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Machines and switches that a submission may have.
const NODES: usize = 1_000;
/// Cables that it may have.
const LINKS: usize = 4_000;

/// What shall be run.
pub struct Wanted<'a> {
    /// A lab file, or the name of a built-in lab.
    pub lab_file: &'a str,
    /// An overlay of it.
    pub overlay: Option<&'a str>,
    /// Whose checks, if not its own.
    pub checks: Option<&'a str>,
    /// Whose values; may be empty.
    pub student: &'a str,
    /// Values of variables.
    pub variables: &'a [(String, String)],
    /// Did the file come alone, so that no folder and no part beside it belongs to it?
    pub alone: bool,
}

/// A lab that can be run.
pub struct Trial {
    /// The lab.
    pub lab: Lab,
    /// Is it meant to solve the tasks?
    pub solving: bool,
    /// Where its files are looked for, the first place first; `None` is the gallery.
    folders: Vec<Option<PathBuf>>,
}

impl Trial {
    /// The files of one of its folders.
    pub fn files(&self, path: &str) -> Vec<(String, Vec<u8>)> {
        let found = self.folders.iter().map(|folder| sources::folder(folder.as_deref(), path));
        found.into_iter().find(|files| !files.is_empty()).unwrap_or_default()
    }
}

/// Reads it.
pub fn load(wanted: &Wanted<'_>) -> Result<Trial, Refusal> {
    let student = |wanted: &Wanted<'_>| match wanted.student {
        "" => BTreeMap::new(),
        student => BTreeMap::from([("student".to_owned(), student.to_owned())]),
    };
    let mut variables = student(wanted);
    variables.extend(wanted.variables.iter().cloned());
    let mut loaded = source(wanted.lab_file)?;
    let Some(checks) = wanted.checks else {
        let lab = read(&loaded, &variables)?;
        let lab = overlaid(lab, wanted)?;
        virtual_time(&lab, wanted.lab_file)?;
        let solving = wanted.overlay == Some("solution");
        let folders = vec![loaded.folder.clone()];
        return served(Trial { lab, solving, folders }, &loaded);
    };
    let task = source(checks)?;
    let rules = read(&task, &variables)?;
    judges(&rules, checks)?;
    if wanted.alone {
        loaded.folder = None; // what lies beside it is other people's: nothing to include
    }
    // The task's variables are the task's; a submission that draws the same draws as this student.
    let submission = read(&loaded, &student(wanted))?;
    let lab = language::with_checks(submission, &rules, Some(&lab::reason_names()))
        .map_err(|mistakes| Refusal::lacks(&mistakes))?;
    virtual_time(&lab, checks)?;
    too_large(&lab)?;
    no_real(&lab)?;
    let mut folders = vec![task.folder];
    if !wanted.alone {
        folders.push(loaded.folder.clone());
    }
    served(Trial { lab, solving: true, folders }, &loaded)
}

/// Refused if a folder that its servers name holds nothing; the place is a line of the lab's file.
fn served(trial: Trial, loaded: &Loaded) -> Result<Trial, Refusal> {
    let empty = no_files(&trial.lab, loaded, &|path| trial.files(path));
    if empty.is_empty() { Ok(trial) } else { Err(Refusal::mistakes(&empty)) }
}

/// Folders that a lab's servers name and that hold nothing.
pub fn no_files(lab: &Lab, loaded: &Loaded, files: &Folder<'_>) -> Vec<Diagnostic> {
    lab::world::empty_folders(lab, &loaded.name, &loaded.text, files)
}

/// Reads a file's or a built-in lab's text.
fn source(name: &str) -> Result<Loaded, Refusal> {
    crate::verbs::up::loaded(name).map_err(|why| Refusal::told("no-file", why))
}

fn read(loaded: &Loaded, variables: &BTreeMap<String, String>) -> Result<Lab, Refusal> {
    loaded.read(variables).map_err(|mistakes| Refusal::mistakes(&mistakes))
}

/// A task's own mistakes, before anybody's submission is read.
pub fn task(checks: &str, variables: &[(String, String)]) -> Result<(), Refusal> {
    let rules = read(&source(checks)?, &variables.iter().cloned().collect())?;
    judges(&rules, checks)?;
    virtual_time(&rules, checks)
}

/// Without a check and without a task everybody would have passed.
fn judges(rules: &Lab, file: &str) -> Result<(), Refusal> {
    if !rules.checks.is_empty() || !rules.tasks.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        "no-task",
        format!("{file} has neither [[check]] nor [[task]]: nothing to judge by"),
        format!("{file} 没有 [[check]], 也没有 [[task]]: 没有评判的依据"),
    ))
}

fn overlaid(lab: Lab, wanted: &Wanted<'_>) -> Result<Lab, Refusal> {
    let Some(overlay) = wanted.overlay else { return Ok(lab) };
    lab.with_overlay(overlay)
        .ok_or_else(|| Refusal::told("unknown-overlay", no_overlay(&lab, wanted.lab_file, overlay)))
}

/// There is no such overlay.
pub fn no_overlay(lab: &Lab, file: &str, overlay: &str) -> Text {
    let names: Vec<&str> = lab.overlays.iter().map(|it| it.name.as_str()).collect();
    let names = names.join(", ");
    let (en, zh) = match names.is_empty() {
        true => ("it has no overlay at all".to_owned(), "它没有任何叠加".to_owned()),
        false => (format!("there are: {names}"), format!("有: {names}")),
    };
    Text {
        en: format!("{file} has no [{overlay}]; {en}"),
        zh: format!("{file} 没有 [{overlay}]; {zh}"),
    }
}

fn virtual_time(lab: &Lab, file: &str) -> Result<(), Refusal> {
    if lab.clock != Some(language::model::Clock::Real) {
        return Ok(());
    }
    Err(Refusal::new(
        "real-clock",
        format!(
            "{file}: clock = \"real\", and a test runs in virtual time: take the line out, or run it by: catenet up {file}"
        ),
        format!(
            "{file}: clock = \"real\", 而测试按虚拟时间运行: 去掉这一行, 或者用 catenet up {file} 运行"
        ),
    ))
}

fn too_large(lab: &Lab) -> Result<(), Refusal> {
    let nodes = lab.node_names().count();
    let links = lab.links.len();
    if nodes <= NODES && links <= LINKS {
        return Ok(());
    }
    Err(Refusal::new(
        "too-large",
        format!("{nodes} nodes and {links} cables; a submission has at most {NODES} and {LINKS}"),
        format!("{nodes} 个节点, {links} 根网线; 提交的实验最多 {NODES} 个节点, {LINKS} 根网线"),
    ))
}

/// A program of the machine that grades is nobody's to start.
fn no_real(lab: &Lab) -> Result<(), Refusal> {
    let Some(host) = lab.real_hosts().next() else { return Ok(()) };
    let name = &host.name;
    Err(Refusal::new(
        "real-program",
        format!("{name} is a real program; a submission has none: give it `run`"),
        format!("{name} 是真实程序, 提交的实验不能有: 请改用 `run`"),
    ))
}

#[cfg(test)]
mod tests {
    use super::no_real;

    #[test]
    fn a_submission_starts_no_real_program() {
        let text = "lab = \"x\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\npc = { net = \"lan\", real = \"id\" }\n";
        let read = |text: &str| lab::read_lab(text.as_bytes(), "x.toml").expect("a lab");
        let refused = no_real(&read(text)).expect_err("a real program");
        assert_eq!(refused.code, "real-program");
        assert!(
            no_real(&read(&text.replace("real", "run").replace("\"id\"", "\"sleep 1\""))).is_ok()
        );
    }
}
