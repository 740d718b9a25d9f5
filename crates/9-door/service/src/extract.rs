//! What handlers take from a request, refused as a [`Problem`] where it cannot be read.
//!
//! The same names as axum's, whose own refusals are plain text.

use crate::api::Problem;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// A body of JSON: an object.
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
        let (parts, body) = request.into_parts();
        let Octets(octets) =
            Octets::from_request(Request::from_parts(parts.clone(), body), state).await?;
        let request = Request::from_parts(parts, Body::from(octets.clone()));
        let axum::Json(value) = axum::Json::from_request(request, state)
            .await
            .map_err(|error| unreadable(error.status(), &error.body_text()))?;
        // A list of values in the order of our fields would be read as well: nobody means that.
        match octets.trim_ascii_start().first() {
            Some(b'{') => Ok(Json(value)),
            _ => Err(unreadable(StatusCode::BAD_REQUEST, "the request must be an object: {..}")),
        }
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
