//! Verb lines on a running lab: `set`, `cut`, `mend`, `power`.

use crate::answers::{Answer, OfBody, OfInput, OfLab};
use crate::api::Do;
use crate::api::Problem;
use crate::extract::{Json, Path};
use crate::http::Service;
use crate::labs::RunningLab;
use axum::extract::State;
use axum::http::StatusCode;
use lab::Verb;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(do_line))
}

/// Carry out a verb line: `set`, `cut`, `mend`, `power`
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
    let known: Vec<&str> = lab::program_names();
    let verb = Verb::parse(line, &known).and_then(|verb| verb.check(line, &lab.lab).map(|()| verb));
    let verb = verb.map_err(|complaint| {
        let said = lab::seen::explain(complaint, line);
        Problem::new("bad-verb", said.en, said.zh)
    })?;
    let inputs = lab::inputs::inputs(&verb, &lab.lab)
        .map_err(|why| Problem::new("bad-verb", why.en, why.zh))?;
    let done = lab.ask(move |running| {
        inputs.into_iter().try_for_each(|input| running.input(input).map(drop))
    });
    done.await?.map_err(|error| {
        Problem::new(error.code(), error.text(base::Lang::En), error.text(base::Lang::Zh))
    })
}
