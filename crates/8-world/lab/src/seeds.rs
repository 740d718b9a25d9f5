//! One lab under many seeds: which demand does a seed break?
//!
//! A seed is one run of [`crate::run`]; which of them run at one time, and on which threads, is the
//! caller's affair. The answer of a seed depends on nothing but the lab and the seed.

use crate::run::{Judged, Options, Report, test};
use base::Lang;
use language::Text;
use language::model::Lab;

/// What a run may break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A check, by its number in the file from 0.
    Check(usize),
    /// A task, by its number in the file from 0.
    Task(usize),
    /// Something beside them: a script line that was refused, a storm, an account that does not balance.
    Fault,
}

/// The first demand that a seed broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub demand: Demand,
    /// What the file says of it, or what happened.
    pub text: Text,
    /// The expression; empty of a fault.
    pub line: String,
}

/// Runs the lab with the seed of `options`; the first demand that it breaks, if any.
/// `solving`: the lab bears its solution, and its tasks decide.
///
/// # Errors
/// The world could not be built.
pub fn broken(lab: &Lab, options: &Options<'_>, solving: bool) -> Result<Option<Broken>, Text> {
    let mut report = test(lab, options)?;
    report.solving = solving;
    Ok(first_broken(&report))
}

/// The first demand that did not hold, by the rule of [`Report::passed`].
pub(crate) fn first_broken(report: &Report) -> Option<Broken> {
    let tasks = report.solving && !report.tasks.is_empty();
    let open = |judged: &Judged, demand: Demand| {
        let said = Text { en: judged.en.clone(), zh: judged.zh.clone() };
        let line = || Text { en: judged.line.clone(), zh: judged.line.clone() };
        let text = if said.is_empty() { line() } else { said };
        (!judged.verdict.holds).then(|| Broken { demand, text, line: judged.line.clone() })
    };
    let of_checks = || {
        let mut checks = report.checks.iter().enumerate();
        checks.find_map(|(index, check)| open(check, Demand::Check(index)))
    };
    let of_tasks = || {
        let mut tasks = report.tasks.iter().enumerate();
        tasks.find_map(|(index, task)| open(&task.judged, Demand::Task(index)))
    };
    let judged = if tasks { of_tasks() } else { of_checks() };
    judged.or_else(|| {
        let text = report.faults.first()?.clone();
        Some(Broken { demand: Demand::Fault, text, line: String::new() })
    })
}

/// Does the demand hold in this report? One that is not there does not.
pub(crate) fn holds(report: &Report, demand: Demand) -> bool {
    match demand {
        Demand::Check(index) => report.checks.get(index).is_some_and(|it| it.verdict.holds),
        Demand::Task(index) => report.tasks.get(index).is_some_and(|it| it.judged.verdict.holds),
        Demand::Fault => report.faults.is_empty(),
    }
}

impl Broken {
    /// The sentence for people.
    pub fn says(&self, lang: Lang) -> &str {
        self.text.get(lang)
    }
}
