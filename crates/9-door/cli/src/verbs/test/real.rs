//! `test --clock real`: network, real programs, faults and checks in one command with one exit code.
//!
//! ```text
//!   up (in your service) -> its real programs join -> script and programs run by the wall's clock
//!      -> each check is asked when it is due -> down -> the same report as in virtual time
//! ```
//! What differs from virtual time is said by the report: no digest, for a real program's own timing
//! is its kernel's; `always` is looked at every 250 ms. Whatever ends us ends the lab and its programs.

use crate::args::Test;
use crate::client::{Client, block_on, encode};
use crate::say::{Context, Failure};
use crate::verbs::{real, up};
use base::Instant;
use lab::judge::{Measured, Verdict};
use lab::report::{Judged, JudgedTask, Report};
use lab::run::end_of;
use language::Text;
use language::model::{Check, Lab};
use service::api::{self, GradeWish, JudgeWish, LabLine, StartLab};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How often a check that must hold always is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Runs the lab by the wall's clock.
pub fn play(context: &Context, wish: &Test) -> Result<Report, Failure> {
    refuse(context, wish)?;
    let refused = |why| Failure::in_both(2, why, context.lang);
    let source = up::source(&wish.lab_file).map_err(refused)?;
    let loaded = up::loaded(&wish.lab_file).map_err(refused)?;
    let lab = loaded
        .read(&wish.variables.all())
        .map_err(|mistakes| Failure::mistakes(&mistakes, context.lang))?;
    let request = StartLab {
        source,
        seed: wish.seed,
        record: None,
        lang: Some(if context.lang == base::Lang::Zh { "zh" } else { "en" }.to_owned()),
        variables: wish.variables.all(),
    };
    block_on(async {
        let mut ends = up::Ends::listen()?;
        let (client, line) = up::boot(context, None, &request).await?;
        let began = tokio::time::Instant::now() - Duration::from_secs_f64(line.seconds.max(0.0));
        let client = Arc::new(client);
        let play = Play { context, client: client.clone(), lab: &lab, line: &line, began };
        let hold = format!("/labs/{}/hold", encode(&line.name));
        let done = tokio::select! {
            biased;
            why = client.get_text(&hold) => Err(gone(context, &line.name, why?)),
            () = ends.one() => Err(Failure { code: 130, ..Failure::usage("") }),
            report = play.whole(loaded.folder.as_deref()) => report,
        };
        let _ = client.stop(context, &line.name).await;
        let (mut report, programs) = done?;
        programs.end().await;
        report.student = wish.variables.student.clone().unwrap_or_default();
        Ok(report)
    })
}

/// What has no meaning by the wall's clock, or is not built for it.
fn refuse(context: &Context, wish: &Test) -> Result<(), Failure> {
    let unfit = [
        ("--with", wish.overlay.is_some()),
        ("--checks", wish.checks.is_some()),
        ("--capture", wish.capture.is_some()),
        ("--seeds", wish.seeds.is_some()),
        ("--limit", wish.limit.is_some()),
    ];
    match unfit.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => Err(Failure::in_both(
            2,
            Text {
                en: format!(
                    "{option} does not go with --clock real; leave it out, or test in virtual time"
                ),
                zh: format!("{option} 不能和 --clock real 同时使用; 请去掉它, 或按虚拟时间测试"),
            },
            context.lang,
        )),
    }
}

fn gone(context: &Context, name: &str, why: String) -> Failure {
    let why = Text {
        en: format!("{name} ended before its checks were done {why}"),
        zh: format!("{name} 在检查完成之前就结束了 {why}"),
    };
    Failure::in_both(3, why, context.lang)
}

/// A lab that plays.
struct Play<'a> {
    context: &'a Context,
    client: Arc<Client>,
    lab: &'a Lab,
    line: &'a LabLine,
    /// The lab's instant zero on our clock.
    began: tokio::time::Instant,
}

impl Play<'_> {
    async fn whole(&self, folder: Option<&Path>) -> Result<(Report, real::Programs), Failure> {
        let stage = real::Stage {
            context: self.context,
            client: self.client.clone(),
            running: &self.line.name,
            folder: real::folder_of(folder),
            shown: false,
        };
        let programs = real::start(&stage, self.lab).await?;
        let tasks = self.lab.tasks.iter().map(|task| &task.check);
        let checks: Vec<&Check> = self.lab.checks.iter().chain(tasks).collect();
        let judged = self.judge_all(&checks).await?;
        let faults = self.faults().await?;
        Ok((self.report(judged, faults), programs))
    }

    async fn judge_all(&self, checks: &[&Check]) -> Result<Vec<Judged>, Failure> {
        let end = Duration::from_nanos(end_of(self.lab).as_nanos());
        let mut judged: Vec<Option<Judged>> = vec![None; checks.len()];
        // One look a check is known beforehand, the next one: a lab may run for years.
        let looks = checks.iter().map(|of| first_look(of, end)).zip(0..);
        let mut looks: BinaryHeap<_> = looks.map(Reverse).collect();
        while let Some(Reverse((at, check))) = looks.pop() {
            tokio::time::sleep_until(self.began + at).await;
            let one = self.judge(checks[check], at).await?;
            let last = last_look(checks[check], end);
            if at >= last || !one.verdict.holds {
                judged[check] = Some(one);
            } else {
                looks.push(Reverse((last.min(at + LOOK_EVERY), check)));
            }
        }
        tokio::time::sleep_until(self.began + end).await;
        Ok(judged.into_iter().flatten().collect())
    }

    async fn judge(&self, check: &Check, at: Duration) -> Result<Judged, Failure> {
        let second = |span: base::Duration| duration(span).as_secs_f64();
        let (after, within) = (check.when.after.map(second), check.when.within.map(second));
        let wish = JudgeWish { expect: check.line.clone(), after, within };
        let path = format!("/labs/{}/judge", encode(&self.line.name));
        let verdict: api::Verdict = self.client.post_for(&path, &wish).await?;
        Ok(Judged {
            en: check.text.get(base::Lang::En).to_owned(),
            zh: check.text.get(base::Lang::Zh).to_owned(),
            line: check.line.clone(),
            at: Instant::ZERO + base::Duration::from_nanos(at.as_nanos() as u64),
            verdict: told(verdict),
        })
    }

    /// What broke beside the checks; a lab that has been graded says it.
    async fn faults(&self) -> Result<Vec<Text>, Failure> {
        let path = format!("/labs/{}/grade", encode(&self.line.name));
        let graded: api::Grade = self.client.post_for(&path, &GradeWish::default()).await?;
        Ok(graded.faults.into_iter().map(|fault| Text { en: fault.en, zh: fault.zh }).collect())
    }

    fn report(&self, mut judged: Vec<Judged>, faults: Vec<Text>) -> Report {
        let tasks = judged.split_off(self.lab.checks.len().min(judged.len()));
        let tasks = self.lab.tasks.iter().zip(tasks).map(|(task, judged)| JudgedTask {
            judged: Judged {
                en: task.text.get(base::Lang::En).to_owned(),
                zh: task.text.get(base::Lang::Zh).to_owned(),
                ..judged
            },
            points: task.points,
            hint: task.hint.clone(),
        });
        Report::by_the_wall(self.lab, self.line.seed, judged, tasks.collect(), faults)
    }
}

/// When a check is looked at first: at its last moment, unless it must hold always.
fn first_look(check: &Check, end: Duration) -> Duration {
    let last = last_look(check, end);
    let after = check.when.after.map_or(Duration::ZERO, duration);
    if check.when.always { last.min(after) } else { last }
}

/// The look that counts.
fn last_look(check: &Check, end: Duration) -> Duration {
    check.when.within.map_or(end, duration)
}

fn duration(span: base::Duration) -> Duration {
    Duration::from_nanos(span.as_nanos())
}

fn told(verdict: api::Verdict) -> Verdict {
    let text = |text: api::Text| Text { en: text.en, zh: text.zh };
    let measured = verdict.measured.into_iter().map(|one| Measured {
        what: one.what,
        value: text(one.value),
        number: one.number,
        holds: one.holds,
        known: one.known,
        frames: one.frames.into_iter().map(text).collect(),
        journey: one.journey.into_iter().map(text).collect(),
    });
    Verdict { holds: verdict.holds, known: verdict.known, measured: measured.collect() }
}
