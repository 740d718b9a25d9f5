//! How far is a running lab? Each of its checks and tasks is judged on what happened up to now, in
//! slices as [`crate::judge`] does it, so that the lab runs on meanwhile.

use crate::answers::{Answer, OfBody, OfLab};
use crate::api::{Grade, GradeWish, GradedTask, Judgement, Problem, Text};
use crate::extract::{Json, Path};
use crate::http::Service;
use crate::judge::{judged, told};
use crate::labs::RunningLab;
use axum::extract::State;
use base::{Duration, Instant};
use lab::run::faults;
use language::model::{Check, When};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(grade))
}

/// How far are its checks and tasks?
#[utoipa::path(post, path = "/labs/{lab}/grade", tag = "lessons", request_body = GradeWish,
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, body = Grade), OfLab, OfBody))]
async fn grade(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Json(wish): Json<GradeWish>,
) -> Answer<axum::Json<Grade>> {
    let running = service.labs.find(Some(&lab))?;
    let now = running.ask(|running| running.world.now()).await?;
    let from = wish.last.map(|last| from(last, now)).transpose()?;
    let mut checks = Vec::new();
    for check in &running.lab.checks {
        checks.push(judgement(&running, check, from).await?);
    }
    let mut tasks = Vec::new();
    for task in &running.lab.tasks {
        let mut judgement = judgement(&running, &task.check, from).await?;
        judgement.text = text(&task.text);
        tasks.push(GradedTask { points: task.points, hint: text(&task.hint), judgement });
    }
    let (now, faults) =
        running.ask(|running| (running.world.now(), faults(&running.world))).await?;
    let done = tasks.iter().filter(|task| task.judgement.verdict.holds);
    Ok(axum::Json(Grade {
        lab: running.lab.name.clone(),
        seed: running.seed,
        seconds: now.as_secs_f64(),
        points: done.map(|task| u64::from(task.points)).sum(),
        of: tasks.iter().map(|task| u64::from(task.points)).sum(),
        checks,
        tasks,
        faults: faults.iter().map(text).collect(),
    }))
}

/// When what counts begins.
fn from(last: f64, now: Instant) -> Result<Duration, Problem> {
    if !(last > 0.0 && last <= 1e9) {
        return Err(Problem::new(
            "bad-request",
            "`last` is a number of seconds above 0",
            "`last` 是大于 0 的秒数",
        ));
    }
    let begin = now - Duration::from_nanos((last * 1e9) as u64);
    Ok(begin - Instant::ZERO)
}

async fn judgement(
    running: &Arc<RunningLab>,
    check: &Check,
    from: Option<Duration>,
) -> Answer<Judgement> {
    let mut when = check.when.clone();
    if let Some(from) = from {
        let after = when.after.unwrap_or_default().max(from);
        when = When { after: Some(after), within: None, ..when };
    }
    let verdict = judged(running, check.expect.clone(), check.line.clone(), when).await?;
    Ok(Judgement {
        text: text(&check.text),
        expect: check.line.clone(),
        within: check.when.within.map(Duration::as_secs_f64),
        always: check.when.always,
        verdict: told(verdict),
    })
}

fn text(text: &language::Text) -> Text {
    Text { en: text.en.clone(), zh: text.zh.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::booted;

    const LAB: &str = "lab = \"graded\"\nlinks = [\"a - b\"]\n[hosts.a]\nip = \"10.0.0.1/24\"\nrun = [{ do = \"ping -c 3 -i 0.05 10.0.0.2\", label = \"p\" }]\n[hosts.b]\nip = \"10.0.0.2/24\"\n[[check]]\nexpect = \"count(icmp.type == 8) at a == 3\"\n[[check]]\nexpect = \"count(icmp.type == 8) at a == 3\"\nwithin = \"75ms\"\n[[task]]\ntext = { en = \"Ping\", zh = \"通\" }\nexpect = \"exit(p) == 0\"\npoints = 3\nhint = { en = \"wait\", zh = \"等\" }\n[[task]]\ntext = { en = \"Never\", zh = \"从不\" }\nexpect = \"count(udp) > 0\"\npoints = 4\n";

    async fn ask(service: &Service, last: Option<f64>) -> Answer<Grade> {
        let wish = Json(GradeWish { last });
        let answer = grade(State(service.clone()), Path("graded".to_owned()), wish).await;
        answer.map(|graded| graded.0)
    }

    #[tokio::test]
    async fn points_come_as_tasks_are_done() {
        let (service, _lab) = booted(LAB);
        let graded = loop {
            let graded =
                ask(&service, None).await.unwrap_or_else(|problem| panic!("{}", problem.en));
            assert_eq!(graded.of, 7);
            if graded.points == 3 && graded.checks[0].verdict.holds {
                break graded;
            }
            assert!(graded.seconds < 20.0, "{graded:?}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        };
        assert_eq!(graded.tasks[0].judgement.text.zh, "通");
        assert_eq!(graded.tasks[0].hint.en, "wait");
        assert!(!graded.tasks[1].judgement.verdict.holds);
        // What came after `within` does not count, though it is asked about later.
        let early = &graded.checks[1].verdict;
        assert!(!early.holds, "{early:?}");
        assert_eq!(early.measured[0].value.en, "count = 2");
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let late =
            ask(&service, Some(0.1)).await.unwrap_or_else(|problem| panic!("{}", problem.en));
        assert_eq!(
            late.checks[0].verdict.measured[0].value.en, "count = 0",
            "only the last 100 ms"
        );
        let ping = &late.tasks[0].judgement.verdict;
        assert!(!ping.holds && !ping.known, "it ended before those: {ping:?}");
        let refused = ask(&service, Some(-1.0)).await.err().map(|problem| problem.code);
        assert_eq!(refused.as_deref(), Some("bad-request"));
    }
}
