//! Verb lines on a running lab: what changes it, and what holds its clock.

use crate::answers::{Answer, OfBody, OfInput, OfLab};
use crate::api::Do;
use crate::api::Problem;
use crate::clock;
use crate::extract::{Json, Path};
use crate::http::Service;
use crate::labs::RunningLab;
use axum::extract::State;
use axum::http::StatusCode;
use language::Verb;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(do_line))
}

/// Carry out a verb line: `set`, `cut`, `mend`, `lose`, `hold`, `double`, `damage`, `power`, `plug`, `exec`, `pause`, `resume`, `step`, `back`
#[utoipa::path(post, path = "/labs/{lab}/do", tag = "labs", request_body = Do,
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 204, description = "Done."), OfLab, OfBody, OfInput))]
async fn do_line(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Json(request): Json<Do>,
) -> Answer<StatusCode> {
    carry_out(&service.labs.find(Some(&lab))?, &request.line).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads a line and carries it out.
pub async fn carry_out(lab: &Arc<RunningLab>, line: &str) -> Result<(), Problem> {
    if let Some(verb) = language::TimeVerb::parse(line) {
        return clock::carry_out(lab, verb.map_err(|wrong| bad_verb(wrong, line))?).await;
    }
    let known: Vec<&str> = lab::program_names();
    let verb = Verb::parse(line, &known).map_err(|wrong| bad_verb(wrong, line))?;
    let (copy, text) = (lab.clone(), line.to_owned());
    let done = lab.ask(move |running| {
        let inputs = lab::live::live_inputs(&verb, &text, &copy.lab, &running.world);
        let inputs = inputs.map_err(|why| Problem::new("bad-verb", why.en, why.zh))?;
        let mut done = inputs.into_iter().map(|input| running.input(input).map(drop));
        done.try_for_each(|done| done.map_err(|error| refused(&error)))
    });
    done.await?
}

fn refused(error: &sim::InputError) -> Problem {
    Problem::new(error.code(), error.text(base::Lang::En), error.text(base::Lang::Zh))
}

fn bad_verb(wrong: language::Complaint, line: &str) -> Problem {
    let said = lab::seen::explain(wrong, line);
    Problem::new("bad-verb", said.en, said.zh)
}
