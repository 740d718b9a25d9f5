//! What came out of a run, for people and for programs.
//!
//! ```text
//!   Report --text, to_json--> a terminal, a program
//!   Graded (a report or a refusal, and whose) --junit--> a build server
//!                                             --page---> a student's page in both languages
//!                                             --csv, index--> a class
//! ```
//! All of them are made of the same `Evidence`, and whatever somebody wrote passes `escape` (markup)
//! or `csv::cell`.

mod csv;
mod escape;
mod evidence;
mod graded;
mod index;
mod junit;
mod page;
#[cfg(test)]
mod tests;

pub use crate::run::{Judged, JudgedTask, Report};
pub use csv::csv;
pub use graded::{Graded, Outcome, Refusal};
pub use index::index;
pub use junit::junit;
pub use page::page;

use crate::judge::Measured;
use base::Lang;
use evidence::Evidence;
use language::diagnostic::counted;
use serde_json::{Value, json};

fn how(measured: &Measured, lang: Lang) -> &'static str {
    match (measured.known, measured.holds, lang) {
        (false, _, Lang::En) => "could not be measured",
        (false, _, Lang::Zh) => "无法测量",
        (true, true, Lang::En) => "held",
        (true, true, Lang::Zh) => "成立",
        (true, false, Lang::En) => "did not hold",
        (true, false, Lang::Zh) => "不成立",
    }
}

/// One check or task, and how it was measured if it does not hold.
fn judged_text(check: &Judged, mark: &str, lang: Lang, text: &mut String) {
    let evidence = Evidence::of(check, lang);
    text.push_str(&format!("{mark}  {}\n", evidence.says));
    if !check.verdict.holds && mark != "open" {
        text.push_str(&evidence.below("      "));
    }
}

impl Report {
    /// Did everything hold?
    pub fn passed(&self) -> bool {
        let good = |one: &Judged| one.verdict.holds;
        self.faults.is_empty()
            && match self.tasks_decide() {
                true => self.tasks.iter().all(|task| good(&task.judged)),
                false => self.checks.iter().all(good),
            }
    }

    /// Do the tasks decide, and not the checks?
    pub fn tasks_decide(&self) -> bool {
        self.solving && !self.tasks.is_empty()
    }

    /// For people.
    pub fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        for check in &self.checks {
            let mark = match (check.verdict.holds, self.tasks_decide()) {
                (true, _) => "ok  ",
                (false, false) => "FAIL",
                (false, true) => "no  ",
            };
            judged_text(check, mark, lang, &mut text);
        }
        self.tasks_text(lang, &mut text);
        for fault in &self.faults {
            text.push_str(&format!("FAIL  {}\n", fault.get(lang)));
        }
        let good = self.checks.iter().filter(|check| check.verdict.holds).count();
        let bad = self.checks.len() - good + self.faults.len();
        let (name, seed, ran, frames) = (&self.lab, self.seed, self.ran, self.frames);
        let how = match (self.real, lang) {
            (false, Lang::En) => {
                format!("{ran} s of virtual time, {}", counted(frames, "frame", "frames"))
            }
            (false, Lang::Zh) => format!("虚拟时间 {ran} 秒, {frames} 帧"),
            (true, Lang::En) => format!("{ran} s by the wall's clock"),
            (true, Lang::Zh) => format!("真实时间 {ran} 秒"),
        };
        text.push_str(&match lang {
            Lang::En => format!("{name}: {good} held, {bad} failed (seed {seed}, {how})\n"),
            Lang::Zh => format!("{name}: {good} 项成立, {bad} 项不成立 (种子 {seed}, {how})\n"),
        });
        text
    }

    /// As shipped a task is open; under the solution it is done, or the solution is none.
    fn tasks_text(&self, lang: Lang, text: &mut String) {
        for task in &self.tasks {
            let mark = match (task.judged.verdict.holds, self.solving) {
                (true, _) => "done",
                (false, true) => "FAIL",
                (false, false) => "open",
            };
            judged_text(&task.judged, mark, lang, text);
            if !task.judged.verdict.holds && !task.hint.is_empty() {
                let word = if lang == Lang::Zh { "提示" } else { "hint" };
                text.push_str(&format!("      {word}: {}\n", task.hint.get(lang)));
            }
        }
        if !self.tasks.is_empty() {
            let (points, all) = self.points();
            text.push_str(&match lang {
                Lang::En => format!("tasks: {points} of {}\n", counted(all, "point", "points")),
                Lang::Zh => format!("任务: {points} 分, 共 {all} 分\n"),
            });
        }
    }

    /// Points of the tasks that are done, and of all.
    pub fn points(&self) -> (u64, u64) {
        let done = self.tasks.iter().filter(|task| task.judged.verdict.holds);
        let sum = |tasks: &mut dyn Iterator<Item = &JudgedTask>| {
            tasks.map(|task| u64::from(task.points)).sum()
        };
        (sum(&mut done.into_iter()), sum(&mut self.tasks.iter()))
    }

    /// For programs: one line.
    pub fn to_json(&self) -> String {
        let check = |check: &Judged| {
            let measured: Vec<Value> = check.verdict.measured.iter().map(|measured| json!({
                "what": measured.what, "value": measured.value.en, "value_zh": measured.value.zh,
                "holds": measured.holds, "known": measured.known,
                "frames": measured.frames.iter().map(|frame| &frame.en).collect::<Vec<_>>(),
                "frames_zh": measured.frames.iter().map(|frame| &frame.zh).collect::<Vec<_>>(),
                "journey": measured.journey.iter().map(|step| &step.en).collect::<Vec<_>>(),
                "journey_zh": measured.journey.iter().map(|step| &step.zh).collect::<Vec<_>>(),
            })).collect();
            json!({ "text": { "en": check.en, "zh": check.zh }, "expect": check.line, "at": check.at.as_secs_f64(),
                    "holds": check.verdict.holds, "measured": measured })
        };
        let conversation = |found: &capture::Conversation| {
            json!({
                "a": found.a.to_string(), "b": found.b.to_string(),
                "a_to_b": { "packets": found.a_to_b.packets, "bytes": found.a_to_b.bytes },
                "b_to_a": { "packets": found.b_to_a.packets, "bytes": found.b_to_a.bytes },
            })
        };
        let report = json!({
            "lab": self.lab, "student": self.student, "seed": self.seed, "passed": self.passed(), "seconds": self.ran.as_secs_f64(),
            "events": self.events, "frames": self.frames, "digest": (!self.real).then(|| format!("{:032x}", self.digest)),
            "clock": if self.real { "real" } else { "virtual" },
            "checks": self.checks.iter().map(check).collect::<Vec<_>>(),
            "tasks": self.tasks.iter().map(|task| json!({
                "points": task.points, "hint": { "en": task.hint.en, "zh": task.hint.zh },
                "check": check(&task.judged),
            })).collect::<Vec<_>>(),
            "points": self.points().0, "of": self.points().1, "solving": self.solving, "ended": self.ended,
            "faults": self.faults.iter().map(|fault| &fault.en).collect::<Vec<_>>(),
            "faults_zh": self.faults.iter().map(|fault| &fault.zh).collect::<Vec<_>>(),
            "conversations": self.conversations.iter().map(conversation).collect::<Vec<_>>(),
        });
        format!("{report}\n")
    }
}
