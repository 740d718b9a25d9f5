//! One submission in a process of its own: what it breaks, it breaks for itself.
//!
//! | what it may use | how it is held |
//! |---|---|
//! | computing time | the run stops itself; the kernel ends a reader that does not (`RLIMIT_CPU`) |
//! | memory | `RLIMIT_AS`: an allocation beyond it ends the process |
//! | machines and cables | counted before the lab is booted (`test::load`) |
//! | events at one instant | the world itself stops |

use crate::args::Grade;
use crate::say::{Context, Exit, Failure, print};
use crate::verbs::test::load::{self, Trial, Wanted};
use lab::report::{Graded, Outcome, Refusal, Report};
use lab::run::{Options, bounded};
use nix::sys::resource::{Resource, setrlimit};
use nix::time::{ClockId, clock_gettime};
use std::path::Path;
use std::time::Duration;

/// Octets that its process may have.
pub const MEMORY: u64 = 1 << 30;
/// Prints what came of it, for the process that asked.
pub fn run(context: &Context, wish: &Grade, file: &Path) -> Result<Exit, Failure> {
    hold(wish.limit()).map_err(|error| Failure::cannot(error.to_string()))?;
    let lab_file = file.to_str().unwrap_or_default();
    let student = wish.student.clone().unwrap_or_default();
    let wanted = Wanted {
        lab_file,
        overlay: None,
        checks: wish.checks.as_deref(),
        student: &student,
        variables: &wish.var,
        alone: wish.alone,
    };
    let outcome = match load::load(&wanted).and_then(|trial| play(context, wish, &trial)) {
        Ok(report) => Outcome::Ran(Box::new(Report { student: student.clone(), ..report })),
        Err(refusal) => Outcome::Refused(refusal),
    };
    let graded = Graded { student, file: lab_file.to_owned(), outcome };
    let told = serde_json::to_string(&graded);
    print(&told.map_err(|error| Failure::cannot(error.to_string()))?)?;
    Ok(Exit::DONE)
}

/// What this process may use from now on.
pub fn hold(limit: Duration) -> nix::Result<()> {
    // The run stops itself at the limit; what is left is telling what came out.
    let seconds = 2 * limit.as_secs() + 5;
    setrlimit(Resource::RLIMIT_CPU, seconds, seconds + 1)?;
    setrlimit(Resource::RLIMIT_AS, MEMORY, MEMORY)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)
}

fn play(context: &Context, wish: &Grade, trial: &Trial) -> Result<Report, Refusal> {
    let files = |path: &str| trial.files(path);
    let options = Options {
        seed: wish.seed.unwrap_or(trial.lab.seed),
        lang: context.lang,
        folder: &files,
        capture: false,
    };
    let limit = wish.limit();
    let enough = || used() > limit;
    let (mut report, _) =
        bounded(&trial.lab, &options, &enough).map_err(|why| Refusal::told("bad-lab", why))?;
    report.solving = true;
    Ok(report)
}

/// Computing time that this process has had: fair, however busy the machine is.
pub fn used() -> Duration {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map_or(Duration::MAX, Duration::from)
}
