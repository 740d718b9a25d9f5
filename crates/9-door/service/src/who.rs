//! The service itself: who answers, the page's cookie, the end.

use crate::api::{LabLine, Status};
use crate::guard;
use crate::http::Service;
use crate::life;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(status))
        .routes(routes!(stop_service))
        .routes(routes!(open_session))
        .routes(routes!(restore_left))
        .routes(routes!(forget_left))
}

/// Who answers
#[utoipa::path(get, path = "/status", tag = "service", responses((status = 200, body = Status)))]
async fn status(State(service): State<Service>, request: Request) -> Json<Status> {
    // Over the loopback port the one who asks knows the secret already; over the Unix socket it is
    // told, so that the command line can print the page's address.
    let over_loopback = request.headers().contains_key(header::HOST)
        && service.guard.check_source(request.headers()).is_ok();
    Json(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        page: format!("http://{}/", service.guard.address),
        ended: service.labs.endings.all(),
        left: service.labs.kept.left(),
        secret: (!over_loopback).then(|| service.guard.secret.clone()),
    })
}

/// End the service and all labs
#[utoipa::path(post, path = "/stop", tag = "service",
    responses((status = 202, description = "It leaves as soon as its labs have ended.")))]
async fn stop_service(State(service): State<Service>) -> StatusCode {
    // `notify_one` is kept for a service that does not wait yet; `notify_waiters` would be lost.
    service.stop.notify_one();
    StatusCode::ACCEPTED
}

/// Exchange the bearer token for the page's cookie
#[utoipa::path(post, path = "/session", tag = "service",
    responses((status = 204, description = "The secret, as the cookie catenet-PORT.",
        headers(("Set-Cookie" = String, description = "HttpOnly, SameSite=Strict")))))]
async fn open_session(State(service): State<Service>) -> impl IntoResponse {
    let name = guard::cookie_name(service.guard.address.port());
    let cookie = format!("{name}={}; HttpOnly; SameSite=Strict; Path=/", service.guard.secret);
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)])
}

/// Start anew what ran when the last service was killed
///
/// The labs that start are answered; one that does not (its file has gone, its name is taken) is
/// among the endings of GET /status.
#[utoipa::path(post, path = "/left/restore", tag = "service",
    responses((status = 200, body = Vec<LabLine>)))]
async fn restore_left(State(service): State<Service>) -> Json<Vec<LabLine>> {
    let mut lines = Vec::new();
    for (name, lab) in service.labs.kept.take_left() {
        let started = match life::start(&service.labs, lab.start).await {
            Ok(lab) => lab.line().await,
            Err(problem) => Err(problem),
        };
        match started {
            Ok(line) => lines.push(line),
            Err(problem) => service.labs.endings.not_restored(&name, &problem),
        }
    }
    Json(lines)
}

/// Forget what ran when the last service was killed
#[utoipa::path(delete, path = "/left", tag = "service",
    responses((status = 204, description = "Nothing is left.")))]
async fn forget_left(State(service): State<Service>) -> StatusCode {
    service.labs.kept.take_left();
    StatusCode::NO_CONTENT
}
