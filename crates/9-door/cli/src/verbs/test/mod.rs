//! `test`: a lab in virtual time or by the wall's clock, judged; its evidence for people, programs
//! and build servers.

pub mod load;
mod real;
pub mod repeat;
mod seeds;

use crate::args::Test;
use crate::say::{Context, Exit, Failure, print, tell};
use crate::verbs::grade::{hold, used};
use lab::report::{Graded, Outcome, Refusal, Report};
use lab::run::{Options, bounded};
use load::{Trial, Wanted};
use std::path::Path;
use std::time::Duration;

/// Runs it; 1 when a check failed.
pub fn run(context: &Context, wish: &Test) -> Result<Exit, Failure> {
    if let Some(limit) = wish.limit.filter(|_| wish.clock != "real") {
        hold(Duration::from_secs(limit)).map_err(|error| Failure::cannot(error.to_string()))?;
    }
    let wanted = Wanted {
        lab_file: &wish.lab_file,
        overlay: wish.overlay.as_deref(),
        checks: wish.checks.as_deref(),
        student: wish.variables.student.as_deref().unwrap_or_default(),
        variables: &wish.variables.var,
        alone: wish.alone,
    };
    if wish.seeds.is_some() && wish.clock != "real" {
        let trial = load::load(&wanted).map_err(|refusal| said(context, &refusal))?;
        return seeds::run(context, wish, &trial);
    }
    let mut failed = None;
    let played = match wish.clock.as_str() {
        "real" => real::play(context, wish).map_err(|failure| {
            let refusal = unplayed(&failure);
            failed = Some(failure);
            refusal
        }),
        _ => load::load(&wanted).and_then(|trial| play(context, wish, &trial)),
    };
    let outcome = match played {
        Ok(report) => Outcome::Ran(Box::new(report)),
        Err(refusal) => Outcome::Refused(refusal),
    };
    let student = wanted.student.to_owned();
    let graded = Graded { student, file: wish.lab_file.clone(), outcome };
    let written = evidence(context, wish, &graded);
    if let Some(failure) = failed {
        // Why it failed comes first; that it could not be written down is said, too.
        written.unwrap_or_else(|unwritten| tell(&format!("{}\n", unwritten.text)));
        return Err(failure);
    }
    written?;
    match &graded.outcome {
        Outcome::Ran(report) => {
            print(&{ if context.json { report.to_json() } else { report.text(context.lang) } })?;
            if report.checks.is_empty() && report.tasks.is_empty() {
                tell(&context.say(
                    "nothing was judged: the lab has neither [[check]] nor [[task]]\n",
                    "没有评判任何东西: 实验没有 [[check]], 也没有 [[task]]\n",
                ));
            }
            Ok(Exit(u8::from(!report.passed())))
        }
        Outcome::Refused(refusal) => Err(said(context, refusal)),
    }
}

/// A run by the wall's clock that came to no end.
fn unplayed(failure: &Failure) -> Refusal {
    match (failure.text.trim(), failure.code) {
        ("", 130) => Refusal::new("no-run", "stopped before it ended", "结束之前被停止"),
        ("", _) => Refusal::new(
            "bad-lab",
            "the lab file has mistakes: catenet validate shows them",
            "实验文件有错误: catenet validate 会显示它们",
        ),
        _ => Refusal::told("no-run", failure.both()),
    }
}

fn play(context: &Context, wish: &Test, trial: &Trial) -> Result<Report, Refusal> {
    let files = |path: &str| trial.files(path);
    let options = Options {
        seed: wish.seed.unwrap_or(trial.lab.seed),
        lang: context.lang,
        folder: &files,
        capture: wish.capture.is_some(),
    };
    let enough = || wish.limit.is_some_and(|limit| used() > Duration::from_secs(limit));
    let (mut report, _) =
        bounded(&trial.lab, &options, &enough).map_err(|why| Refusal::told("bad-lab", why))?;
    report.solving = trial.solving;
    report.student = wish.variables.student.clone().unwrap_or_default();
    Ok(report)
}

/// A refusal on the terminal: in full, if there is more than a line of it.
pub fn said(context: &Context, refusal: &Refusal) -> Failure {
    match refusal.detail.get(context.lang) {
        "" => Failure::usage(refusal.why.get(context.lang)),
        detail => {
            tell(&crate::say::as_called(detail));
            Failure::usage("")
        }
    }
}

/// What was asked for beside the lines on the terminal.
fn evidence(context: &Context, wish: &Test, graded: &Graded) -> Result<(), Failure> {
    let all = std::slice::from_ref(graded);
    if let Some(file) = &wish.junit {
        write(context, file, lab::report::junit(all, context.lang).as_bytes())?;
    }
    if let Some(file) = &wish.report {
        let again = repeat::line(&repeat::Again {
            file: wish.lab_file.as_ref(),
            overlay: wish.overlay.as_deref(),
            checks: wish.checks.as_deref(),
            alone: wish.alone,
            student: &graded.student,
            seed: wish.seed,
            limit: wish.limit,
            variables: &wish.variables.var,
            real: wish.clock == "real",
            lang: context.lang,
        });
        write(context, file, lab::report::page(graded, &again, context.lang).as_bytes())?;
    }
    if let (Some(folder), Some(report)) = (&wish.capture, graded.report()) {
        for (name, octets) in &report.captures {
            write(context, &folder.join(format!("{name}.pcapng")), octets)?;
        }
    }
    Ok(())
}

/// Writes a file, and the folders that lead to it.
pub fn write(context: &Context, file: &Path, octets: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::of_system(&file.display(), &error, context.lang);
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        if folder.exists() && !folder.is_dir() {
            let odd = std::io::ErrorKind::NotADirectory.into();
            return Err(Failure::of_system(&folder.display(), &odd, context.lang));
        }
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(file, octets).map_err(failed)
}
