//! Labs begin and end: which run, starting one, stopping one, holding one.

use crate::answers::{Answer, OfBody, OfLab, OfService};
use crate::api::{ErrorBody, LabLine, Problem, StartLab, Stopped};
use crate::extract::{Json, Path};
use crate::http::Service;
use crate::labs::{Labs, RunningLab};
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(list_labs, start_lab))
        .routes(routes!(hold_lab))
        .routes(routes!(stop_lab))
}

/// The labs that run
#[utoipa::path(get, path = "/labs", tag = "labs", responses((status = 200, body = Vec<LabLine>)))]
async fn list_labs(State(service): State<Service>) -> axum::Json<Vec<LabLine>> {
    let mut lines = Vec::new();
    for lab in service.labs.all() {
        if let Ok(line) = lab.line().await {
            lines.push(line);
        }
    }
    axum::Json(lines)
}

/// Start a lab
#[utoipa::path(post, path = "/labs", tag = "labs", request_body = StartLab,
    responses(
        (status = 201, body = LabLine),
        (status = 404, description = "There is no such file or built-in lab.", body = ErrorBody),
        (status = 409, description = "A lab of this name runs already.", body = ErrorBody),
        (status = 410, description = "It ended while it began.", body = ErrorBody),
        (status = 429, description = "64 labs run already.", body = ErrorBody),
        OfBody, OfService,
    ))]
async fn start_lab(
    State(service): State<Service>,
    Json(request): Json<StartLab>,
) -> Answer<(StatusCode, axum::Json<LabLine>)> {
    let lab = start(&service.labs, request).await?;
    Ok((StatusCode::CREATED, axum::Json(lab.line().await?)))
}

/// Boots a lab, and watches for its end.
///
/// # Errors
/// Those of [`Labs::start`].
pub async fn start(labs: &Arc<Labs>, request: StartLab) -> Result<Arc<RunningLab>, Problem> {
    let copy = labs.clone();
    // Reading the lab's files and building its world are work: not on the thread of the interface.
    let started = tokio::task::spawn_blocking(move || copy.start(&request)).await;
    let lab = started
        .map_err(|error| Problem::new("internal", error.to_string(), error.to_string()))??;
    forget_when_ended(labs.clone(), lab.clone());
    Ok(lab)
}

/// A lab that ends by itself (a storm without end, a bug) leaves the list.
fn forget_when_ended(labs: Arc<Labs>, lab: Arc<RunningLab>) {
    tokio::spawn(async move {
        let how = lab.ended().await;
        labs.endings.note(&lab.lab.name, &how);
        labs.forget(&lab).await;
    });
}

/// Stop a lab
#[utoipa::path(delete, path = "/labs/{lab}", tag = "labs",
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, body = Stopped), OfLab, OfService))]
async fn stop_lab(
    State(service): State<Service>,
    Path(name): Path<String>,
) -> Answer<axum::Json<Stopped>> {
    service.labs.stop(&name).await.map(axum::Json)
}

/// Hold a lab: answers when it has ended, with the reason; giving the answer up stops the lab
#[utoipa::path(get, path = "/labs/{lab}/hold", tag = "labs",
    params(("lab" = String, Path, description = "The lab's name.")),
    responses(
        (status = 200, description = "Why it ended; empty: it was stopped.", body = String,
            content_type = "text/plain; charset=utf-8"),
        OfLab,
    ))]
async fn hold_lab(State(service): State<Service>, Path(name): Path<String>) -> Answer<String> {
    struct StopOnDrop(Arc<Labs>, Arc<RunningLab>, tokio::runtime::Handle);
    impl Drop for StopOnDrop {
        fn drop(&mut self) {
            let (labs, lab) = (self.0.clone(), self.1.clone());
            self.2.spawn(async move { labs.forget(&lab).await });
        }
    }
    let lab = service.labs.find(Some(&name))?;
    let _held = StopOnDrop(service.labs.clone(), lab.clone(), tokio::runtime::Handle::current());
    Ok(match lab.ended().await {
        door::driver::Ended::Stopped => String::new(),
        door::driver::Ended::Failed(why) | door::driver::Ended::Panicked(why) => why,
    })
}
