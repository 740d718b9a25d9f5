//! The service interface over HTTP: which request leads where. Types are in [`crate::api`].

use crate::api::{Do, ErrorBody, Exec, LabLine, Problem, ROOT, StartLab, Status, Stopped};
use crate::guard::{Guard, Refusal};
use crate::labs::{Labs, RunningLab};
use crate::loopback::Known;
use crate::{control, look, programs, watching};
use axum::body::{Body, Bytes};
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use std::collections::HashMap;
use std::sync::Arc;

/// The largest body of a request: a lab's text, or a chunk of standard input.
const LARGEST_BODY: usize = 4 << 20;

/// What every handler can reach.
#[derive(Clone)]
pub struct Service {
    /// The labs.
    pub labs: Arc<Labs>,
    /// The loopback port's guard; its secret is told over the Unix socket only.
    pub guard: Arc<Guard>,
    /// Told when the service shall end.
    pub stop: Arc<tokio::sync::Notify>,
}

/// The routes, as the Unix socket serves them: the kernel has said who speaks.
pub fn routes(service: Service) -> Router {
    let lab = Router::new()
        .route("/", get(look_at_lab).delete(stop_lab))
        .route("/hold", get(hold_lab))
        .route("/file", get(lab_file))
        .route("/nodes/{node}", get(look_at_node))
        .route("/nodes/{node}/{table}", get(look_at_table))
        .route("/do", post(do_line))
        .route("/exec", post(exec))
        .route("/processes/{id}/stdin", post(stdin))
        .route("/processes/{id}/interrupt", post(interrupt))
        .route("/processes/{id}/kill", post(kill))
        .route("/events", get(events))
        .route("/capture", get(capture));
    let api = Router::new()
        .route("/status", get(status))
        .route("/stop", post(stop_service))
        .route("/labs", get(list_labs).post(start_lab))
        .nest("/labs/{lab}", lab)
        .fallback(no_such_path);
    Router::new().nest(ROOT, api).layer(DefaultBodyLimit::max(LARGEST_BODY)).with_state(service)
}

/// The routes as the loopback port serves them: behind the guard, with the front page.
pub fn guarded(service: Service) -> Router {
    let guard = service.guard.clone();
    let api = routes(Service { guard: guard.clone(), ..service })
        .layer(middleware::from_fn_with_state(guard.clone(), check_secret));
    Router::new()
        .route("/", get(front))
        .merge(api)
        .layer(middleware::from_fn_with_state(guard, check_source))
}

/// What the loopback port's root says until there is a page.
async fn front() -> impl IntoResponse {
    let says = "Catenet's service interface is under /api/v1 (send the token as a bearer token).\n\
                This version has no page yet; the command line can do everything: catenet --help\n";
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], says)
}

async fn check_source(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    match guard.check_source(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refuse(refusal),
    }
}

async fn check_secret(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    match guard.check_secret(request.headers()) {
        Ok(()) => {
            if let Some(known) = request.extensions().get::<Known>() {
                known.set();
            }
            next.run(request).await
        }
        Err(refusal) => refuse(refusal),
    }
}

fn refuse(refusal: Refusal) -> Response {
    let (status, problem) = match refusal {
        Refusal::ForeignHost => (
            StatusCode::FORBIDDEN,
            Problem::new(
                "foreign-host",
                "the request's Host is not this service",
                "请求的 Host 不是此服务",
            ),
        ),
        Refusal::ForeignOrigin => (
            StatusCode::FORBIDDEN,
            Problem::new(
                "foreign-origin",
                "another site's page may not speak to this service",
                "其他网站的页面不能访问此服务",
            ),
        ),
        Refusal::NoSecret => (
            StatusCode::UNAUTHORIZED,
            Problem::new(
                "no-secret",
                "the secret is missing or wrong; `catenet up` prints it, and the service's folder holds it as PORT.token",
                "缺少密钥或密钥错误; catenet up 会打印它, 服务文件夹中的 PORT.token 也保存着它",
            ),
        ),
    };
    (status, Json(ErrorBody { error: problem })).into_response()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = match self.code.as_str() {
            "bad-lab" | "bad-verb" | "bad-request" | "bad-filter" | "bad-knob" | "wrong-kind" => {
                StatusCode::BAD_REQUEST
            }
            "lab-runs" | "name-taken" | "powered-off" | "process-over" | "input-over" => {
                StatusCode::CONFLICT
            }
            "lab-ended" => StatusCode::GONE,
            "too-many-labs" | "full" => StatusCode::TOO_MANY_REQUESTS,
            "service-leaves" => StatusCode::SERVICE_UNAVAILABLE,
            "internal" | "no-thread" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::NOT_FOUND,
        };
        (status, Json(ErrorBody { error: self })).into_response()
    }
}

type Answer<T> = Result<T, Problem>;

fn body<T>(read: Result<Json<T>, JsonRejection>) -> Answer<T> {
    read.map(|Json(value)| value).map_err(|error| {
        Problem::new(
            "bad-request",
            error.body_text(),
            format!("请求内容无法读取: {}", error.body_text()),
        )
    })
}

async fn no_such_path() -> Problem {
    Problem::new(
        "no-such-path",
        "there is no such path in the service interface",
        "服务接口中没有这个路径",
    )
}

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
        secret: (!over_loopback).then(|| service.guard.secret.clone()),
    })
}

async fn stop_service(State(service): State<Service>) -> StatusCode {
    service.stop.notify_waiters();
    StatusCode::ACCEPTED
}

async fn list_labs(State(service): State<Service>) -> Json<Vec<LabLine>> {
    let mut lines = Vec::new();
    for lab in service.labs.all() {
        if let Ok(line) = lab.line().await {
            lines.push(line);
        }
    }
    Json(lines)
}

async fn start_lab(
    State(service): State<Service>,
    request: Result<Json<StartLab>, JsonRejection>,
) -> Answer<(StatusCode, Json<LabLine>)> {
    let request = body(request)?;
    let labs = service.labs.clone();
    // Reading the lab's files and building its world are work: not on the thread of the interface.
    let started = tokio::task::spawn_blocking(move || labs.start(&request)).await;
    let lab = started
        .map_err(|error| Problem::new("internal", error.to_string(), error.to_string()))??;
    forget_when_ended(service.labs, lab.clone());
    Ok((StatusCode::CREATED, Json(lab.line().await?)))
}

/// A lab that ends by itself (a storm without end, a bug) leaves the list.
fn forget_when_ended(labs: Arc<Labs>, lab: Arc<RunningLab>) {
    tokio::spawn(async move {
        let how = lab.ended().await;
        labs.endings.note(&lab.lab.name, &how);
        labs.forget(&lab).await;
    });
}

async fn look_at_lab(State(service): State<Service>, Path(name): Path<String>) -> Answer<Response> {
    let lab = service.labs.find(Some(&name))?;
    Ok(Json(look::lab(&lab).await?).into_response())
}

async fn stop_lab(
    State(service): State<Service>,
    Path(name): Path<String>,
) -> Answer<Json<Stopped>> {
    service.labs.stop(&name).await.map(Json)
}

/// An answer that says how the lab ended; giving it up stops the lab.
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

async fn lab_file(State(service): State<Service>, Path(name): Path<String>) -> Answer<String> {
    Ok(lab::long_form(&service.labs.find(Some(&name))?.lab))
}

async fn look_at_node(
    State(service): State<Service>,
    Path((lab, node)): Path<(String, String)>,
) -> Answer<Response> {
    look::tables(&service.labs.find(Some(&lab))?, node, None).await.map(json_text)
}

async fn look_at_table(
    State(service): State<Service>,
    Path((lab, node, table)): Path<(String, String, String)>,
) -> Answer<Response> {
    look::tables(&service.labs.find(Some(&lab))?, node, Some(table)).await.map(json_text)
}

fn json_text(json: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response()
}

async fn do_line(
    State(service): State<Service>,
    Path(lab): Path<String>,
    request: Result<Json<Do>, JsonRejection>,
) -> Answer<StatusCode> {
    let request = body(request)?;
    control::carry_out(&service.labs.find(Some(&lab))?, &request.line).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn exec(
    State(service): State<Service>,
    Path(lab): Path<String>,
    request: Result<Json<Exec>, JsonRejection>,
) -> Answer<Response> {
    let request = body(request)?;
    let lab = service.labs.find(Some(&lab))?;
    let news = programs::start(&lab, request).await?;
    Ok(stream("application/x-ndjson", news))
}

async fn stdin(
    State(service): State<Service>,
    Path((lab, id)): Path<(String, u64)>,
    octets: Bytes,
) -> Answer<StatusCode> {
    programs::stdin(&service.labs.find(Some(&lab))?, id, octets.to_vec()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn interrupt(
    State(service): State<Service>,
    Path((lab, id)): Path<(String, u64)>,
) -> Answer<StatusCode> {
    programs::interrupt(&service.labs.find(Some(&lab))?, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn kill(
    State(service): State<Service>,
    Path((lab, id)): Path<(String, u64)>,
) -> Answer<StatusCode> {
    programs::kill(&service.labs.find(Some(&lab))?, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn events(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer<Response> {
    let lab = service.labs.find(Some(&lab))?;
    let events = watching::events(&lab, query.get("filter").map(String::as_str))?;
    Ok(stream("application/x-ndjson", events))
}

async fn capture(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer<Response> {
    let lab = service.labs.find(Some(&lab))?;
    let place = query.get("at").map(String::as_str);
    let frames = watching::capture(&lab, place, query.get("filter").map(String::as_str)).await?;
    Ok(stream("application/x-pcapng", frames))
}

fn stream(kind: &'static str, body: Body) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response()
}
