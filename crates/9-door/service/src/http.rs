//! The service interface over HTTP: which request leads where.
//!
//! ```text
//!   groups() --- OpenApiRouter of each group, merged --+-- router ---> Unix socket
//!                                                      |      `--> guard, page, headers ---> loopback
//!                                                      `-- document ---> /api/openapi.json
//! ```
//!
//! **A new group** is three things: its types in `api/<group>.rs`; a room `<group>.rs` with handlers,
//! each under `#[utoipa::path(..)]` with its path below [`ROOT`] and every answer it can give (sets of
//! refusals stand in [`crate::answers`]), and `pub fn routes() -> OpenApiRouter<Service>`; and its line
//! in `groups`. Handlers take `Path`, `Query`, `Json` from [`crate::extract`], so that what cannot be
//! read is refused like everything else. Then `UPDATE=1 cargo test -p catenet-service document` writes
//! `openapi.json` anew.

use crate::api::{Problem, ROOT};
use crate::guard::{Guard, Refusal};
use crate::labs::Labs;
use crate::loopback::Known;
use crate::page::Shelf;
use crate::{
    clock, control, conversations, document, fields, frames, grade, joined, journeys, judge,
    lessons, life, live, logs, look, programs, watching, who,
};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

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
    /// The page's files, if there is a page.
    pub page: Option<Arc<Shelf>>,
}

/// All groups, below [`ROOT`]: one line each.
fn groups() -> OpenApiRouter<Service> {
    let groups = OpenApiRouter::new()
        .merge(who::routes())
        .merge(life::routes())
        .merge(look::routes())
        .merge(control::routes())
        .merge(clock::routes())
        .merge(programs::routes())
        .merge(joined::routes())
        .merge(logs::routes())
        .merge(watching::routes())
        .merge(conversations::routes())
        .merge(frames::routes())
        .merge(fields::routes())
        .merge(journeys::routes())
        .merge(judge::routes())
        .merge(grade::routes())
        .merge(live::routes())
        .merge(lessons::routes());
    OpenApiRouter::new().nest(ROOT, groups.fallback(no_such))
}

/// The document of the interface, as indented JSON.
pub fn document() -> String {
    let document = document::complete(groups().into_openapi());
    // Plain data always has a JSON form.
    document.to_pretty_json().unwrap_or_default() + "\n"
}

/// The routes, as the Unix socket serves them: the kernel has said who speaks.
pub fn routes(service: Service) -> Router {
    open().merge(interface(service)).fallback(no_such)
}

/// The routes as the loopback port serves them: behind the guard, with the page.
pub fn guarded(service: Service) -> Router {
    let (guard, page) = (service.guard.clone(), service.page.clone());
    let interface =
        interface(service).layer(middleware::from_fn_with_state(guard.clone(), check_secret));
    open()
        .merge(interface)
        .fallback(move |request: Request| async move { page_file(page.as_deref(), &request) })
        .layer(middleware::from_fn_with_state(guard, check_source))
        .layer(middleware::from_fn(harden))
}

fn interface(service: Service) -> Router {
    let (router, _) = groups().split_for_parts();
    let router = router.method_not_allowed_fallback(async || wrong_method());
    router.layer(DefaultBodyLimit::max(LARGEST_BODY)).with_state(service)
}

/// What is open to whoever may connect at all.
fn open() -> Router {
    let document: Arc<str> = document().into();
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let serve = move || async move { (kind, document.to_string()) };
    Router::new()
        .route(document::PATH, get(serve))
        .method_not_allowed_fallback(async || wrong_method())
}

fn page_file(page: Option<&Shelf>, request: &Request) -> Response {
    let path = request.uri().path();
    match page {
        _ if path == "/api" || path.starts_with("/api/") => no_such_path().into_response(),
        Some(page) => page.serve(request.method(), path, request.headers()),
        None if path == "/" => front().into_response(),
        None => no_such_path().into_response(),
    }
}

/// What the loopback port's root says where there is no page.
fn front() -> impl IntoResponse {
    let says = "Catenet's service interface is under /api/v1 (send the token as a bearer token);\n\
                its document is /api/openapi.json. This build has no page; the command line can\n\
                do everything: catenet --help\n";
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], says)
}

/// What a browser must not do with anything of ours.
static HARD: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

async fn harden(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    for (name, value) in HARD {
        let name = HeaderName::from_static(name);
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // Answers of the interface are about now; the page's files say for themselves.
    let kept = answer.headers_mut().entry(header::CACHE_CONTROL);
    kept.or_insert(HeaderValue::from_static("no-store"));
    answer
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
    let problem = match refusal {
        Refusal::ForeignHost => Problem::new(
            "foreign-host",
            "the request's Host is not this service",
            "请求的 Host 不是此服务",
        ),
        Refusal::ForeignOrigin => Problem::new(
            "foreign-origin",
            "another site's page may not speak to this service",
            "其他网站的页面不能访问此服务",
        ),
        Refusal::NoSecret => Problem::new(
            "no-secret",
            "the secret is missing or wrong; `catenet up` prints it, and the service's folder holds it as PORT.token",
            "缺少密钥或密钥错误; catenet up 会打印它, 服务文件夹中的 PORT.token 也保存着它",
        ),
    };
    problem.into_response()
}

async fn no_such() -> Problem {
    no_such_path()
}

/// What a path that leads nowhere is answered.
pub fn no_such_path() -> Problem {
    Problem::new(
        "no-such-path",
        "there is no such path in the service interface; see /api/openapi.json",
        "服务接口中没有这个路径; 见 /api/openapi.json",
    )
}

/// What a method that a path does not have is answered.
pub fn wrong_method() -> Problem {
    Problem::new(
        "wrong-method",
        "this path does not have that method; see /api/openapi.json",
        "此路径不支持这个方法; 见 /api/openapi.json",
    )
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
