//! Requests to the routes, without a socket under them.

use super::*;
use crate::guard::Guard;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use std::collections::BTreeSet;
use tower::ServiceExt;

const SECRET: &str = "Bearer s3cret";

fn service() -> Service {
    Service {
        labs: Arc::default(),
        guard: Arc::new(Guard { address: ([127, 0, 0, 1], 8742).into(), secret: "s3cret".into() }),
        stop: Arc::default(),
        page: None,
    }
}

/// One request over "loopback": status, the refusal's code if it is one, headers.
async fn ask(
    method: Method,
    path: &str,
    lines: &[(&str, &str)],
    body: impl Into<Body>,
) -> (StatusCode, String, axum::http::HeaderMap) {
    let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8742");
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).expect("a request");
    let answer = guarded(service()).oneshot(request).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let octets = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let said: serde_json::Value = serde_json::from_slice(&octets).unwrap_or_default();
    let code = said["error"]["code"].as_str().unwrap_or_default();
    let both = said["error"]["en"].is_string() && said["error"]["zh"].is_string();
    assert_eq!(both, parts.status.is_client_error(), "{path}: a refusal is an ErrorBody");
    (parts.status, code.to_owned(), parts.headers)
}

#[tokio::test]
async fn whatever_cannot_be_read_is_refused_as_a_problem() {
    let json = ("content-type", "application/json");
    let key = ("authorization", SECRET);
    let large = vec![b' '; LARGEST_BODY + 1];
    let post = |path, lines, body: Vec<u8>| ask(Method::POST, path, lines, body);
    let cases = [
        (400, "bad-request", post("/api/v1/labs", &[key, json], b"{".to_vec()).await),
        (400, "bad-request", post("/api/v1/labs", &[key, json], b"{\"sauce\":1}".to_vec()).await),
        (
            400,
            "bad-request",
            post("/api/v1/labs/x/do", &[key, json], b"[\"cut a--b\"]".to_vec()).await,
        ),
        (415, "wrong-type", post("/api/v1/labs", &[key], b"{}".to_vec()).await),
        (413, "too-large", post("/api/v1/labs", &[key, json], large).await),
        (400, "bad-request", post("/api/v1/labs/x/processes/y/kill", &[key], vec![]).await),
        (405, "wrong-method", post("/api/v1/status", &[key], vec![]).await),
        (405, "wrong-method", post("/api/openapi.json", &[], vec![]).await),
        (404, "unknown-lab", ask(Method::GET, "/api/v1/labs/x", &[key], "").await),
        (400, "bad-request", ask(Method::GET, "/api/v1/labs/%FF", &[key], "").await),
        (400, "bad-request", ask(Method::GET, "/api/v1/labs/x/events?flter=a", &[key], "").await),
        (404, "no-such-path", ask(Method::GET, "/api/v1/nothing", &[key], "").await),
        (404, "no-such-path", ask(Method::GET, "/api/v2", &[], "").await),
        (404, "no-such-path", ask(Method::GET, "/nothing", &[], "").await),
        (401, "no-secret", ask(Method::GET, "/api/v1/nothing", &[], "").await),
        (403, "foreign-host", ask(Method::GET, "/", &[("host", "127.0.0.1:8742")], "").await),
    ];
    for (status, code, (said, with, headers)) in cases {
        assert_eq!((said.as_u16(), with.as_str()), (status, code));
        assert_eq!(headers["content-type"], "application/json", "{code}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{code}");
        assert!(headers["content-security-policy"].to_str().expect("text").contains("'none'"));
        assert_eq!(headers.contains_key("allow"), status == 405, "{code}");
    }
}

#[tokio::test]
async fn the_token_is_exchanged_for_a_cookie_that_opens() {
    let (status, _, headers) =
        ask(Method::POST, "/api/v1/session", &[("authorization", SECRET)], "").await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let cookie = headers["set-cookie"].to_str().expect("text");
    assert_eq!(cookie, "catenet-8742=s3cret; HttpOnly; SameSite=Strict; Path=/");
    let (pair, _) = cookie.split_once(';').expect("a pair");
    assert_eq!(ask(Method::GET, "/api/v1/status", &[("cookie", pair)], "").await.0, StatusCode::OK);
    assert_eq!(ask(Method::POST, "/api/v1/session", &[], "").await.0, StatusCode::UNAUTHORIZED);
}

/// Whoever waits for the stop may be elsewhere at that moment.
#[tokio::test]
async fn a_stop_is_heard_by_who_comes_to_listen_later() {
    let service = service();
    let request = Request::builder().method("POST").uri("/api/v1/stop").body(Body::empty());
    let answer = routes(service.clone()).oneshot(request.expect("a request")).await;
    assert_eq!(answer.expect("an answer").status(), StatusCode::ACCEPTED);
    let heard = tokio::time::timeout(std::time::Duration::from_secs(5), service.stop.notified());
    heard.await.expect("it is heard");
}

#[tokio::test]
async fn the_document_is_open_and_what_the_kept_copy_says() {
    let (status, _, headers) = ask(Method::GET, "/api/openapi.json", &[], "").await;
    assert_eq!(
        (status, headers["content-type"].as_bytes()),
        (StatusCode::OK, &b"application/json"[..])
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, document()).expect("written");
    }
    let kept = std::fs::read_to_string(path).expect("openapi.json");
    assert!(
        kept == document(),
        "openapi.json is old: UPDATE=1 cargo test -p catenet-service document"
    );
}

#[test]
fn every_operation_of_the_document_has_a_name_of_its_own_and_its_refusals() {
    let document: serde_json::Value = serde_json::from_str(&document()).expect("JSON");
    assert!(document["openapi"].as_str().expect("a version").starts_with("3.1"));
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name");
            assert!(names.insert(name.to_owned()), "{method} {path}: {name} is another's");
            let answers = operation["responses"].as_object().expect("answers");
            assert!(answers.contains_key("401"), "{method} {path}");
            let good = answers.keys().any(|status| status.starts_with(['1', '2']));
            assert!(good, "{method} {path} never succeeds");
            let of_lab = path.contains("{lab}");
            assert!(!of_lab || answers.contains_key("404"), "{method} {path}");
        }
    }
    let text = document.to_string();
    for part in text.split("\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap_or_default();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is not described");
    }
}
