//! `test --seeds A..B`: one lab under many seeds, on all cores; the first that fails is shrunk.
//!
//! ```text
//!   1..1000 --> core 1: seed 1, 3, 4, ..      who failed, and at what
//!               core 2: seed 2, 5, ..    -->  the first: shrunk to script lines that repeat it
//! ```
//!
//! What is printed depends on the lab and the seeds alone, not on how many cores there are.

use super::load::Trial;
use super::repeat;
use crate::args::Test;
use crate::say::{Context, Exit, Failure, print, tell};
use lab::run::Options;
use lab::seeds::{Broken, Demand, broken};
use lab::shrink::{NotShrunk, Shrunk, shrink};
use language::Lab;
use language::diagnostic::counted;
use serde_json::json;
use std::io::IsTerminal;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Seeds in one go.
const MOST: u64 = 100_000_000;
/// Failing seeds that are kept by name; further ones are counted.
const KEPT: usize = 10_000;
/// Failing seeds that a person wants to see.
const SHOWN: usize = 10;
/// How long a failure may be shrunk.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often somebody at a terminal hears how far we are.
const PROGRESS: Duration = Duration::from_millis(200);

/// A seed that failed.
type Failed = (u64, Broken);

/// Runs them; 1 when a seed failed.
pub fn run(context: &Context, wish: &Test, trial: &Trial) -> Result<Exit, Failure> {
    let words = wish.seeds.as_deref().unwrap_or_default();
    let seeds = range(words).ok_or_else(|| {
        Failure::usage(context.say(
            &format!("`{words}` is no range of seeds: write --seeds 1..1000 (both ends belong to it, at most {MOST} seeds)"),
            &format!("`{words}` 不是种子的范围: 请写 --seeds 1..1000 (包含两端, 最多 {MOST} 个种子)"),
        ))
    })?;
    let hunt = Hunt { context, trial, lab: &trial.lab, seeds };
    let (failed, count) = hunt.run(jobs(wish.jobs))?;
    let shrunk = match failed.first() {
        Some((seed, broken)) => Some((*seed, hunt.shrink(*seed, broken.demand)?)),
        None => None,
    };
    if let (Some(path), Some((seed, Ok(shrunk)))) = (&wish.write, &shrunk) {
        hunt.write(path, *seed, shrunk)?;
    }
    print(&match context.json {
        true => hunt.json(&failed, count, shrunk.as_ref()),
        false => hunt.text(wish, &failed, count, shrunk.as_ref()),
    })?;
    Ok(Exit(u8::from(count > 0)))
}

/// `1..1000`, both ends included, or a single seed.
fn range(words: &str) -> Option<RangeInclusive<u64>> {
    let (first, last) = words.split_once("..").unwrap_or((words, words));
    let last = last.strip_prefix('=').unwrap_or(last);
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last && last - first < MOST).then_some(first..=last)
}

fn jobs(wish: Option<usize>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    wish.unwrap_or_else(cores).clamp(1, 256)
}

struct Hunt<'a> {
    context: &'a Context,
    trial: &'a Trial,
    lab: &'a Lab,
    seeds: RangeInclusive<u64>,
}

/// What the cores share.
struct Shared {
    next: AtomicU64,
    done: AtomicU64,
    failed: AtomicU64,
    stop: AtomicBool,
    found: Mutex<Vec<Failed>>,
    /// Why no world could be built.
    trouble: Mutex<Option<language::Text>>,
}

impl Hunt<'_> {
    fn all(&self) -> u64 {
        self.seeds.end() - self.seeds.start() + 1
    }

    fn with_options<T>(&self, seed: u64, then: impl FnOnce(&Options<'_>) -> T) -> T {
        let read = |path: &str| self.trial.files(path);
        then(&Options { seed, lang: self.context.lang, folder: &read, capture: false })
    }

    /// The seeds that failed, in order, and how many they are.
    fn run(&self, jobs: usize) -> Result<(Vec<Failed>, u64), Failure> {
        let shared = Shared {
            next: AtomicU64::new(0),
            done: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            found: Mutex::default(),
            trouble: Mutex::default(),
        };
        std::thread::scope(|scope| {
            let work = |_| scope.spawn(|| self.work(&shared));
            let workers: Vec<_> = (0..jobs).map(work).collect();
            if std::io::stderr().is_terminal() {
                while !workers.iter().all(|worker| worker.is_finished()) {
                    self.tell(&shared);
                    std::thread::sleep(PROGRESS);
                }
                tell("\r\x1b[K");
            }
        });
        let trouble = shared.trouble.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(trouble) = trouble {
            return Err(Failure::in_both(2, trouble, self.context.lang));
        }
        let mut found = shared.found.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        found.sort_by_key(|(seed, _)| *seed);
        found.truncate(KEPT);
        Ok((found, shared.failed.into_inner()))
    }

    fn tell(&self, shared: &Shared) {
        let (done, failed) =
            (shared.done.load(Ordering::Relaxed), shared.failed.load(Ordering::Relaxed));
        let all = self.all();
        let line = self.context.say(
            &format!("{done} of {}, {failed} failed", counted(all, "seed", "seeds")),
            &format!("已运行 {done} / {all} 个种子, {failed} 个失败"),
        );
        tell(&format!("\r\x1b[K{line}"));
    }

    fn work(&self, shared: &Shared) {
        while !shared.stop.load(Ordering::Relaxed) {
            let index = shared.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.all() {
                return;
            }
            let seed = self.seeds.start() + index;
            match self.with_options(seed, |options| self.judge(options)) {
                Ok(None) => {}
                Ok(Some(broken)) => {
                    shared.failed.fetch_add(1, Ordering::Relaxed);
                    keep(&shared.found, (seed, broken));
                }
                Err(why) => {
                    shared.stop.store(true, Ordering::Relaxed);
                    let mut trouble =
                        shared.trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                    trouble.get_or_insert(why);
                }
            }
            shared.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// One seed. A panic is a bug of ours, and no reason to lose the other seeds.
    fn judge(&self, options: &Options<'_>) -> Result<Option<Broken>, language::Text> {
        let run = || broken(self.lab, options, self.trial.solving);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|_| {
            let text = language::Text {
                en: "this run broke catenet itself: a bug".to_owned(),
                zh: "这次运行使 catenet 自身崩溃: 程序有错".to_owned(),
            };
            Ok(Some(Broken { demand: Demand::Fault, text, line: String::new() }))
        })
    }

    fn shrink(&self, seed: u64, demand: Demand) -> Result<Result<Shrunk, NotShrunk>, Failure> {
        let began = Instant::now();
        let at_terminal = std::io::stderr().is_terminal();
        let mut runs = 0u64;
        let mut patience = || {
            runs += 1;
            if at_terminal {
                let line = self.context.say(
                    &format!(
                        "seed {seed} fails; looking for what is to blame: {}",
                        counted(runs, "run", "runs")
                    ),
                    &format!("种子 {seed} 失败; 正在找原因: 已运行 {runs} 次"),
                );
                tell(&format!("\r\x1b[K{line}"));
            }
            began.elapsed() < PATIENCE
        };
        let found = self.with_options(seed, |options| {
            let search = || shrink(self.lab, options, demand, &mut patience);
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(search))
                .unwrap_or(Ok(Err(NotShrunk::Otherwise)))
        });
        if at_terminal {
            tell("\r\x1b[K");
        }
        found.map_err(|why| Failure::in_both(2, why, self.context.lang))
    }

    /// The lab, all of it, that repeats the failure.
    fn write(&self, path: &Path, seed: u64, shrunk: &Shrunk) -> Result<(), Failure> {
        let mut lab = shrunk.lab(self.lab);
        lab.seed = seed;
        let text = language::long_form(&lab);
        let failed =
            |error: std::io::Error| Failure::of_system(&path.display(), &error, self.context.lang);
        std::fs::write(path, text).map_err(failed)
    }

    fn json(
        &self,
        failed: &[Failed],
        count: u64,
        shrunk: Option<&(u64, Result<Shrunk, NotShrunk>)>,
    ) -> String {
        let failed = failed.iter().map(|(seed, broken)| {
            json!({ "seed": seed, "expect": broken.line,
                "text": { "en": broken.text.en, "zh": broken.text.zh } })
        });
        let shrunk = shrunk.and_then(|(seed, shrunk)| {
            let shrunk = shrunk.as_ref().ok()?;
            let lines = shrunk.scripts().map(|script| {
                json!({ "at": script.at.as_secs_f64(), "do": script.line,
                    "every": script.every.map(|every| every.as_secs_f64()) })
            });
            Some(json!({ "seed": seed, "mishaps": shrunk.given, "left": shrunk.mishaps.len(),
                "least": shrunk.least, "jitter": shrunk.jitter, "runs": shrunk.runs,
                "script": lines.collect::<Vec<_>>() }))
        });
        let all = self.all();
        let value = json!({
            "lab": self.lab.name, "seeds": { "first": self.seeds.start(), "last": self.seeds.end() },
            "held": all - count, "failed": count,
            "failures": failed.collect::<Vec<_>>(), "shrunk": shrunk,
        });
        format!("{value}\n")
    }

    fn text(
        &self,
        wish: &Test,
        failed: &[Failed],
        count: u64,
        shrunk: Option<&(u64, Result<Shrunk, NotShrunk>)>,
    ) -> String {
        let context = self.context;
        let mut text = String::new();
        for (seed, broken) in failed.iter().take(SHOWN) {
            let says = broken.says(context.lang);
            text += &context.say(
                &format!("FAIL  seed {seed}: {says}\n"),
                &format!("FAIL  种子 {seed}: {says}\n"),
            );
        }
        let more = count - failed.len().min(SHOWN) as u64;
        if more > 0 {
            text += &context
                .say(&format!("      and {more} more\n"), &format!("      另有 {more} 个\n"));
        }
        let (name, held) = (&self.lab.name, self.all() - count);
        let (first, last) = (self.seeds.start(), self.seeds.end());
        text += &context.say(
            &format!(
                "{name}: {} held, {count} failed (seeds {first} to {last})\n",
                counted(held, "seed", "seeds")
            ),
            &format!("{name}: {held} 个种子成立, {count} 个失败 (种子 {first} 到 {last})\n"),
        );
        if let Some((seed, shrunk)) = shrunk {
            text += &self.told(wish, *seed, shrunk);
        }
        text
    }

    /// What is to blame, as lines that repeat it.
    fn told(&self, wish: &Test, seed: u64, shrunk: &Result<Shrunk, NotShrunk>) -> String {
        let context = self.context;
        let again = repeat::line(&repeat::Again {
            file: wish.lab_file.as_ref(),
            overlay: wish.overlay.as_deref(),
            checks: wish.checks.as_deref(),
            alone: wish.alone,
            student: wish.variables.student.as_deref().unwrap_or_default(),
            seed: Some(seed),
            limit: None,
            variables: &wish.variables.var,
            real: false,
            lang: context.lang,
        });
        let again = crate::say::as_called(&again);
        let shrunk = match shrunk {
            Ok(shrunk) => shrunk,
            Err(why) => return format!("\n{}\n  {again}\n", self.not_shrunk(seed, *why)),
        };
        let (given, left) = (shrunk.given, shrunk.mishaps.len());
        let mut text = match left {
            0 => context.say(
                &format!("\nSeed {seed} needs none of its mishaps ({given}): it fails too when the cables do nothing.\n"),
                &format!("\n种子 {seed} 的 {given} 次意外都不需要: 网线什么也不做时同样失败。\n"),
            ),
            _ => context.say(
                &format!(
                    "\nSeed {seed}: of {} on its cables {}.\n",
                    counted(given, "mishap", "mishaps"),
                    counted(left, "suffices", "suffice")
                ),
                &format!("\n种子 {seed}: 网线上 {given} 次意外中, {left} 次就足以造成失败。\n"),
            ),
        };
        if !shrunk.least {
            text += &context.say(
                "There was no time to try whether fewer would do.\n",
                "没有时间再试更少的是否也够。\n",
            );
        }
        if shrunk.jitter {
            text += &context.say(
                "The cables keep their jitter, which the seed repeats: without it the lab does not fail.\n",
                "网线保留抖动 (由种子重现): 没有它就不会失败。\n",
            );
        }
        let lines = shrunk.text();
        if lines.trim().is_empty() {
            return text
                + &context.say("It fails again by: ", "这样就会再次失败: ")
                + &again
                + "\n";
        }
        let written = wish.write.as_ref().map(|path| path.display().to_string());
        text += &match written {
            Some(path) => context.say(
                &format!("{path} is the lab with these lines, and fails:\n"),
                &format!("{path} 是加上这些行的实验, 会失败:\n"),
            ),
            None => context.say(
                &format!("With these lines below the lab's own it fails again: {again}\n"),
                &format!("把这些行加到实验文件末尾, 就会再次失败: {again}\n"),
            ),
        };
        text + "\n" + &lines
    }

    fn not_shrunk(&self, seed: u64, why: NotShrunk) -> String {
        match why {
            NotShrunk::Holds => self.context.say(
                &format!(
                    "Seed {seed} held when it was run again: this should not be, and is a bug."
                ),
                &format!("种子 {seed} 再次运行时成立了: 不应如此, 是程序的错。"),
            ),
            NotShrunk::Otherwise | NotShrunk::NotRepeated => self.context.say(
                &format!("Seed {seed} fails by more than what befell single frames; to repeat it:"),
                &format!("种子 {seed} 的失败不只是单个帧的遭遇造成的; 重现它:"),
            ),
        }
    }
}

/// Keeps a failing seed; of too many the first.
fn keep(found: &Mutex<Vec<Failed>>, failed: Failed) {
    let mut found = found.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    found.push(failed);
    if found.len() >= 2 * KEPT {
        found.sort_by_key(|(seed, _)| *seed);
        found.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_both_its_ends() {
        assert_eq!(range("1..1000"), Some(1..=1000));
        assert_eq!(range("5..=9"), Some(5..=9));
        assert_eq!(range("7"), Some(7..=7));
        for wrong in ["", "..", "9..1", "a..b", "1..", "-1..3", "0..18446744073709551615"] {
            assert_eq!(range(wrong), None, "{wrong}");
        }
    }
}
