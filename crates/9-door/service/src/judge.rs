//! Is it so, in a lab that runs? A check as in a lab file, judged on what happened up to now.
//!
//! Frames are walked over in slices of `LOOKS_A_TURN`, a letter to the lab's thread each; the lab runs on
//! between them, and what happens meanwhile does not count.

use crate::answers::{Answer, OfBody, OfLab};
use crate::api::{JudgeWish, Measured, Problem, Text, Verdict};
use crate::extract::{Json, Path};
use crate::http::Service;
use crate::labs::RunningLab;
use axum::extract::State;
use base::Duration;
use lab::judge::Judging;
use lab::seen::explain;
use language::Expect;
use language::fields::FIELDS;
use language::model::{Lab, When};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Frames walked over in one turn, and looked through in one go where slices are not possible.
const LOOKS_A_TURN: usize = 512;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(judge))
}

/// Is it so?
#[utoipa::path(post, path = "/labs/{lab}/judge", tag = "lessons", request_body = JudgeWish,
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, body = Verdict), OfLab, OfBody))]
async fn judge(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Json(wish): Json<JudgeWish>,
) -> Answer<axum::Json<Verdict>> {
    let running = service.labs.find(Some(&lab))?;
    let expect = read(&wish.expect, &running.lab)?;
    let (after, within) = (second("after", wish.after)?, second("within", wish.within)?);
    let when = When { after, within, ..When::default() };
    Ok(axum::Json(told(judged(&running, expect, wish.expect, when).await?)))
}

/// Judges `expect` (written as `line`) on what happened up to now, slice by slice.
pub(crate) async fn judged(
    running: &Arc<RunningLab>,
    expect: Expect,
    line: String,
    when: When,
) -> Answer<lab::judge::Verdict> {
    let lab = running.clone();
    let begun = running.ask(move |running| {
        let world = &running.world;
        Judging::begin(&expect, &line, &when, &lab.lab, world).at_most(LOOKS_A_TURN as u64)
    });
    let mut judging = begun.await?;
    loop {
        let place = running.clone();
        let turn = running.ask(move |running| {
            let more = judging.step(&place.lab, &running.world, LOOKS_A_TURN);
            let verdict = (!more).then(|| judging.verdict(&running.world));
            (judging, verdict)
        });
        let (on, verdict) = turn.await?;
        if let Some(verdict) = verdict {
            return Ok(verdict);
        }
        judging = on;
    }
}

/// Reads a check over this lab.
fn read(line: &str, lab: &Lab) -> Result<Expect, Problem> {
    let bad = |complaint| {
        let why = explain(complaint, line);
        Problem::new("bad-expect", why.en, why.zh)
    };
    let expect = Expect::parse(line, FIELDS).map_err(bad)?;
    let reasons = lab::reason_names();
    match expect.check(lab, Some(&reasons)).into_iter().next() {
        Some(complaint) => Err(bad(complaint)),
        None => Ok(expect),
    }
}

fn second(what: &str, seconds: Option<f64>) -> Result<Option<Duration>, Problem> {
    let Some(seconds) = seconds else { return Ok(None) };
    if !(0.0..=1e9).contains(&seconds) {
        return Err(Problem::new(
            "bad-request",
            format!("`{what}` is a second of the lab's clock, from 0"),
            format!("`{what}` 是实验时钟的秒数, 从 0 起"),
        ));
    }
    Ok(Some(Duration::from_nanos((seconds * 1e9) as u64)))
}

/// A verdict as the interface has it.
pub(crate) fn told(verdict: lab::judge::Verdict) -> Verdict {
    let text = |text: language::Text| Text { en: text.en, zh: text.zh };
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

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
