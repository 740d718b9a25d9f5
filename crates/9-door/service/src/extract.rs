//! What handlers take from a request, refused as a [`Problem`] where it cannot be read.
//!
//! The same names as axum's, whose own refusals are plain text.

use crate::api::Problem;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// A body of JSON.
pub struct Json<T>(pub T);
/// The parts of the path.
pub struct Path<T>(pub T);
/// What follows the question mark.
pub struct Query<T>(pub T);
/// A body of octets.
pub struct Octets(pub axum::body::Bytes);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = axum::Json::from_request(request, state).await;
        read.map(|axum::Json(value)| Json(value))
            .map_err(|error| unreadable(error.status(), &error.body_text()))
    }
}

impl<S: Send + Sync> FromRequest<S> for Octets {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = axum::body::Bytes::from_request(request, state).await;
        read.map(Octets).map_err(|error| unreadable(error.status(), &error.body_text()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(value)| Path(value))
            .map_err(|error| unreadable(error.status(), &error.body_text()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::from_request_parts(parts, state).await;
        read.map(|axum::extract::Query(value)| Query(value))
            .map_err(|error| unreadable(error.status(), &error.body_text()))
    }
}

fn unreadable(status: StatusCode, why: &str) -> Problem {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            "too-large",
            "the request is larger than 4 MiB; send less at once",
            "请求超过 4 MiB; 请分次发送",
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(
            "wrong-type",
            "the request must be JSON; say so: Content-Type: application/json",
            "请求必须是 JSON; 请注明 Content-Type: application/json",
        ),
        _ => Problem::new("bad-request", why, format!("请求内容无法读取: {why}")),
    }
}
