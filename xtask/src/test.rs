//! `cargo xtask test`: every step in order, each with its time, a table at the end.
//!
//! A step that fails does not stop the others, unless they stand on what it builds. A step whose
//! programs are missing is skipped aloud; with `CI=true` a skip is a failure. The last line of a
//! complete run is `N passed, N failed`.
//!
//! Builds are the dear part on two cores, so that there are few of them: one release profile for
//! tests, labs and the binary that a newcomer runs; the check artefacts of clippy, in the same
//! profile, so that procedural macros and build scripts are compiled once; one debug build of the
//! binary, for the labs alone, because an overflow or an uninitialised order would show there.

use std::time::{Duration, Instant};

use crate::shell::{self, Failure};
use crate::{api, dist, fuzz, labs, page, peers, tidy, tower, walk, wasm, workspace};

/// How the run was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Install missing programs first.
    pub install: bool,
    /// Leave out what takes long: the debug build, documentation, WebAssembly, interop, dist.
    pub quick: bool,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Passed(String),
    Failed(String),
    Skipped(String),
}

/// One step: what it is called, what it needs, what it does.
struct Step {
    name: &'static str,
    needs: &'static [&'static str],
    /// Left out of a quick run.
    long: bool,
    work: fn(Options) -> Result<Outcome, Failure>,
}

/// Lines of a failure that the summary repeats, at most.
const MOST_REPEATED: usize = 40;

/// What interop speaks with.
const INTEROP: &[&str] =
    &["dig", "ping", "traceroute", "nginx", "curl", "nc", "python3", "ip", "script"];

const STEPS: &[Step] = &[
    step("format", &[], false, format),
    step("tidy", &[], false, |_| tidy::run().map(Outcome::Passed)),
    step("tower", &[], false, tower),
    step("clippy", &[], false, clippy),
    step("build", &[], false, build),
    step("tests", &[], false, tests),
    step("walk", &[], false, walk),
    step("fuzz inputs", &[], false, fuzz_inputs),
    step("guests", &[], true, guests),
    step("doc", &[], true, doc),
    step("package", &[], true, package),
    step("wasm", &[], true, wasm),
    step("labs", labs::NEEDS, false, labs),
    step("interop", INTEROP, true, interop),
    step("api", api::NEEDS, true, |_| api::run().map(Outcome::Passed)),
    step("dist", dist::NEEDS, true, |_| dist::run().map(Outcome::Passed)),
    step("page", page::NEEDS, true, |_| page::run().map(Outcome::Passed)),
];

const fn step(
    name: &'static str,
    needs: &'static [&'static str],
    long: bool,
    work: fn(Options) -> Result<Outcome, Failure>,
) -> Step {
    Step { name, needs, long, work }
}

/// Runs every step.
///
/// # Errors
/// One or more steps failed, or were skipped where that is a failure.
pub(crate) fn run(options: Options) -> Result<(), Failure> {
    let strict = workspace::ci();
    if options.install {
        // What could not be installed is missed by the step that needs it, aloud.
        if let Err(failure) = peers::install() {
            println!("peers: {failure}");
        }
    }
    let mut results = Vec::new();
    for step in STEPS.iter().filter(|step| !(options.quick && step.long)) {
        println!("\n=== {} ===", step.name);
        let begun = Instant::now();
        let outcome = judged(outcome(step, options), strict);
        let result = Finished { name: step.name, outcome, took: begun.elapsed() };
        println!("{result}");
        results.push(result);
    }
    conclude(&results, options.quick)
}

fn outcome(step: &Step, options: Options) -> Outcome {
    let missing = peers::missing(step.needs);
    if !missing.is_empty() {
        return Outcome::Skipped(format!(
            "needs {}; cargo xtask test --install-peers installs it",
            missing.join(", ")
        ));
    }
    (step.work)(options).unwrap_or_else(|failure| Outcome::Failed(failure.to_string()))
}

/// In CI nobody reads what was skipped, so a skip is a failure there.
fn judged(outcome: Outcome, strict: bool) -> Outcome {
    match outcome {
        Outcome::Skipped(why) if strict => Outcome::Failed(format!("skipped in CI: {why}")),
        other => other,
    }
}

struct Finished {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, note) = match &self.outcome {
            Outcome::Passed(note) => ("passed", note),
            Outcome::Failed(why) => ("FAILED", why),
            Outcome::Skipped(why) => ("SKIPPED", why),
        };
        write!(f, "{word:<7} {:<12} {:>7.1} s  {note}", self.name, self.took.as_secs_f64())
    }
}

fn conclude(results: &[Finished], quick: bool) -> Result<(), Failure> {
    println!("\n=== summary{} ===", if quick { " (quick: long steps left out)" } else { "" });
    for result in results {
        let line = result.to_string();
        println!("{}", line.lines().next().unwrap_or_default());
    }
    let total: Duration = results.iter().map(|result| result.took).sum();
    println!("{:.0} s in all", total.as_secs_f64());
    let (passed, failed, skipped) = tally(results.iter().map(|result| &result.outcome));
    if skipped > 0 {
        println!("SKIPPED: {skipped} steps; see above what they need");
    }
    // Once more, where a long output is read: at its end.
    for result in results {
        if let Outcome::Failed(why) = &result.outcome {
            println!("\nfailed: {}\n{}", result.name, shortened(why));
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 { Ok(()) } else { Err(Failure::told()) }
}

/// A text's first line, which is the command, and its last ones.
fn shortened(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let left_out = lines.len().saturating_sub(MOST_REPEATED);
    if left_out == 0 {
        return text.to_owned();
    }
    let last = lines[left_out + 1..].join("\n");
    format!("{}\n  .. ({left_out} lines more)\n{last}", lines[0])
}

fn tally<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> (usize, usize, usize) {
    outcomes.fold((0, 0, 0), |(passed, failed, skipped), outcome| match outcome {
        Outcome::Passed(_) => (passed + 1, failed, skipped),
        Outcome::Failed(_) => (passed, failed + 1, skipped),
        Outcome::Skipped(_) => (passed, failed, skipped + 1),
    })
}

fn passed(note: impl Into<String>) -> Outcome {
    Outcome::Passed(note.into())
}

fn format(_: Options) -> Result<Outcome, Failure> {
    shell::run(workspace::cargo().args(["fmt", "--all", "--check"]))?;
    Ok(passed(""))
}

fn tower(_: Options) -> Result<Outcome, Failure> {
    let report = tower::run(false)?;
    print!("{report}");
    Ok(passed(report.lines().last().unwrap_or_default()))
}

fn clippy(_: Options) -> Result<Outcome, Failure> {
    let words = ["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"];
    shell::run(workspace::cargo().args(words))?;
    Ok(passed("no warning"))
}

/// With `--all-targets`, so that the binary, its libraries and the tests share one set of
/// features, and nothing is compiled twice.
fn build(options: Options) -> Result<Outcome, Failure> {
    shell::run(workspace::cargo().args(["build", "--release", "--workspace", "--all-targets"]))?;
    if options.quick {
        return Ok(passed("release"));
    }
    shell::run(workspace::cargo().args(["build", "--package", "catenet-cli"]))?;
    Ok(passed("release and debug"))
}

/// The integration tests are left to `interop`, which runs all of them with the foreign programs;
/// where those are missing, they run here without.
fn tests(options: Options) -> Result<Outcome, Failure> {
    let mut command = workspace::cargo();
    command.args(["test", "--release", "--workspace", "--no-fail-fast"]);
    if !options.quick && peers::missing(INTEROP).is_empty() {
        command.args(["--exclude", "catenet-tests"]);
    }
    let counts = shell::run_and_read(&mut command, test_counts)?;
    let (passed_tests, failed, ignored) =
        counts.iter().fold((0, 0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2));
    Ok(passed(format!("{passed_tests} passed, {failed} failed, {ignored} ignored")))
}

/// Passed, failed and ignored of a line such as `test result: ok. 3 passed; 0 failed; 1 ignored;`.
fn test_counts(line: &str) -> Option<(u64, u64, u64)> {
    let words = line.strip_prefix("test result: ")?;
    let number = |word: &str| {
        let before = words.split(word).next()?;
        before.split_whitespace().next_back()?.parse().ok()
    };
    Some((number(" passed")?, number(" failed")?, number(" ignored")?))
}

/// tokio programs in a lab: a workspace of its own, for what they are made of is not ours.
fn guests(_: Options) -> Result<Outcome, Failure> {
    let manifest = workspace::root().join("examples/tokio-guests/Cargo.toml");
    let mut command = workspace::cargo();
    command.args(["test", "--locked", "--manifest-path"]).arg(manifest);
    command.arg("--target-dir").arg(workspace::target()?);
    let counts = shell::run_and_read(&mut command, test_counts)?;
    Ok(passed(format!("{} passed", counts.iter().map(|one| one.0).sum::<u64>())))
}

/// Every crate makes a package: what a manifest forgets is seen here, not on the day of a release.
fn package(_: Options) -> Result<Outcome, Failure> {
    let words = ["package", "--workspace", "--no-verify", "--allow-dirty"];
    let aside = ["--exclude", "xtask", "--exclude", "catenet-tests"];
    shell::run(workspace::cargo().args(words).args(aside))?;
    Ok(passed("all crates"))
}

fn doc(_: Options) -> Result<Outcome, Failure> {
    let mut command = workspace::cargo();
    command
        .args(["doc", "--release", "--workspace", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings");
    shell::run(&mut command)?;
    Ok(passed("no warning"))
}

fn wasm(_: Options) -> Result<Outcome, Failure> {
    if !peers::has_wasm() {
        let target = peers::WASM_TARGET;
        return Ok(Outcome::Skipped(format!(
            "needs {target}; cargo xtask test --install-peers installs it"
        )));
    }
    wasm::run().map(Outcome::Passed)
}

fn walk(_: Options) -> Result<Outcome, Failure> {
    if !walk::exists() {
        return Ok(Outcome::Skipped("docs/walk.md is not in this checkout".to_owned()));
    }
    walk::run().map(Outcome::Passed)
}

fn fuzz_inputs(_: Options) -> Result<Outcome, Failure> {
    if !fuzz::exists() {
        return Ok(Outcome::Skipped("fuzz/ is not in this checkout".to_owned()));
    }
    fuzz::run(&[])?;
    Ok(passed("saved inputs replayed"))
}

fn labs(options: Options) -> Result<Outcome, Failure> {
    if labs::names()?.is_empty() {
        return Ok(Outcome::Skipped("labs/ holds no lab".to_owned()));
    }
    labs::run(&[], options.quick).map(Outcome::Passed)
}

/// The integration tests with the foreign programs. The built tests are run
/// directly: asking cargo for this one package would compile its tree with other features again.
fn interop(_: Options) -> Result<Outcome, Failure> {
    let words = ["test", "--release", "--workspace", "--no-run", "--message-format", "json"];
    let messages = shell::capture(workspace::cargo().args(words))?;
    let mut run = 0;
    for executable in messages.lines().filter_map(integration_test) {
        let mut command = std::process::Command::new(executable);
        command.current_dir(workspace::root().join("tests"));
        command.arg("--show-output"); // what was measured is printed, also where it passed
        command.env("CATENET_PEERS", "1");
        command.env("CATENET_BINARY", workspace::target()?.join("release/catenet"));
        run += shell::run_and_read(&mut command, test_counts)?.iter().map(|one| one.0).sum::<u64>();
    }
    if run == 0 {
        return Ok(Outcome::Skipped("catenet-tests holds no test".to_owned()));
    }
    Ok(passed(format!("{run} passed")))
}

/// The executable that a message of cargo names, if it is a test of `catenet-tests`.
fn integration_test(message: &str) -> Option<String> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let ours = message["manifest_path"].as_str()?.ends_with("/tests/Cargo.toml");
    let is_test = message["profile"]["test"].as_bool()?;
    (ours && is_test).then(|| message["executable"].as_str().map(str::to_owned))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_test_harness_is_understood() {
        let line = "test result: ok. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out";
        assert_eq!(test_counts(line), Some((12, 1, 2)));
        assert_eq!(test_counts("test tests::x ... ok"), None);
    }

    #[test]
    fn only_the_integration_tests_meet_the_peers() {
        let of = |manifest: &str, test: bool| {
            integration_test(&format!(
                r#"{{"manifest_path": "{manifest}", "profile": {{"test": {test}}},
                "executable": "/t/x"}}"#
            ))
        };
        assert_eq!(of("/house/tests/Cargo.toml", true), Some("/t/x".to_owned()));
        assert_eq!(of("/house/tests/Cargo.toml", false), None);
        assert_eq!(of("/house/xtask/Cargo.toml", true), None);
    }

    #[test]
    fn a_skip_is_a_failure_in_ci() {
        let skip = || Outcome::Skipped("needs dig".to_owned());
        assert_eq!(judged(skip(), false), skip());
        assert!(matches!(judged(skip(), true), Outcome::Failed(_)));
    }

    #[test]
    fn a_step_without_its_program_says_what_brings_it() {
        let lonely = step("x", &["no-such-program-anywhere"], false, |_| Ok(passed("")));
        let options = Options { install: false, quick: false };
        let Outcome::Skipped(why) = outcome(&lonely, options) else { panic!("not skipped") };
        assert!(why.contains("no-such-program-anywhere; cargo xtask test --install-peers"));
    }

    #[test]
    fn every_need_is_a_known_peer() {
        let known = |need: &&&str| peers::PEERS.iter().any(|peer| peer.program == **need);
        for step in STEPS {
            assert_eq!(step.needs.iter().filter(known).count(), step.needs.len(), "{}", step.name);
        }
    }

    #[test]
    fn the_summary_repeats_the_beginning_and_the_end_of_a_failure() {
        let lines: Vec<String> = (0..MOST_REPEATED + 7).map(|line| line.to_string()).collect();
        let short = shortened(&lines.join("\n"));
        let rest = lines[8..].join("\n");
        assert_eq!(short, format!("0\n  .. (7 lines more)\n{rest}"));
        assert_eq!(shortened("short\nlines"), "short\nlines");
    }

    #[test]
    fn the_last_line_counts_steps() {
        let outcomes = [passed(""), Outcome::Failed(String::new()), passed("")];
        assert_eq!(tally(outcomes.iter()), (2, 1, 0));
    }
}
