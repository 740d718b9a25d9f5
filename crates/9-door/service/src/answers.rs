//! What an answer's status is, and sets of answers that many handlers can give, for the document.
//!
//! A handler fails with a [`Problem`]; its code decides the status, here and nowhere else. The sets
//! are named in `#[utoipa::path(responses(.., OfLab))]` and say the same to whoever reads the document.
//! What every request can meet (401, 403, 405 ..) is added to each operation by [`crate::document`].

use crate::api::{ErrorBody, Problem};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa::IntoResponses;

/// Codes and their statuses; a code that is not here is about something that is not there: 404.
static STATUSES: &[(&str, StatusCode)] = &[
    ("bad-expect", StatusCode::BAD_REQUEST),
    ("bad-filter", StatusCode::BAD_REQUEST),
    ("bad-knob", StatusCode::BAD_REQUEST),
    ("bad-lab", StatusCode::BAD_REQUEST),
    ("bad-request", StatusCode::BAD_REQUEST),
    ("bad-speed", StatusCode::BAD_REQUEST),
    ("bad-verb", StatusCode::BAD_REQUEST),
    ("foreign-host", StatusCode::FORBIDDEN),
    ("foreign-origin", StatusCode::FORBIDDEN),
    ("full", StatusCode::TOO_MANY_REQUESTS),
    ("input-over", StatusCode::CONFLICT),
    ("internal", StatusCode::INTERNAL_SERVER_ERROR),
    ("lab-ended", StatusCode::GONE),
    ("lab-runs", StatusCode::CONFLICT),
    ("name-taken", StatusCode::CONFLICT),
    ("no-journal", StatusCode::BAD_REQUEST),
    ("no-secret", StatusCode::UNAUTHORIZED),
    ("no-thread", StatusCode::INTERNAL_SERVER_ERROR),
    ("no-way-back", StatusCode::INTERNAL_SERVER_ERROR),
    ("no-websocket", StatusCode::UPGRADE_REQUIRED),
    ("powered-off", StatusCode::CONFLICT),
    ("process-over", StatusCode::CONFLICT),
    ("real-time", StatusCode::CONFLICT),
    ("service-leaves", StatusCode::SERVICE_UNAVAILABLE),
    ("time-not-yet", StatusCode::BAD_REQUEST),
    ("time-over", StatusCode::BAD_REQUEST),
    ("too-large", StatusCode::PAYLOAD_TOO_LARGE),
    ("too-many-labs", StatusCode::TOO_MANY_REQUESTS),
    ("too-much-input", StatusCode::CONFLICT),
    ("wrong-kind", StatusCode::BAD_REQUEST),
    ("wrong-method", StatusCode::METHOD_NOT_ALLOWED),
    ("wrong-type", StatusCode::UNSUPPORTED_MEDIA_TYPE),
];

/// What a handler gives: its answer, or why not.
pub type Answer<T> = Result<T, Problem>;

/// The status that goes with a problem's code.
pub fn status(code: &str) -> StatusCode {
    let found = STATUSES.iter().find(|(known, _)| *known == code);
    found.map_or(StatusCode::NOT_FOUND, |(_, status)| *status)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (status(&self.code), Json(ErrorBody { error: self })).into_response()
    }
}

/// Refusals of a request that names a lab (or a part of one).
#[derive(IntoResponses)]
#[allow(dead_code)] // read by the macro alone
pub enum OfLab {
    /// There is no such lab, or no such part of it.
    #[response(status = 404)]
    Unknown(ErrorBody),
    /// The lab has ended by itself.
    #[response(status = 410)]
    Ended(ErrorBody),
}

/// Refusals of a request with a body of JSON.
#[derive(IntoResponses)]
#[allow(dead_code)] // read by the macro alone
pub enum OfBody {
    /// The request cannot be read, or what it asks for is not possible.
    #[response(status = 400)]
    Bad(ErrorBody),
    /// The body is larger than 4 MiB, or a part of it is larger than that part may be.
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// The body is not said to be `application/json`.
    #[response(status = 415)]
    WrongType(ErrorBody),
}

/// Refusals of an input to a running lab.
#[derive(IntoResponses)]
#[allow(dead_code)] // read by the macro alone
pub enum OfInput {
    /// Not as the lab is now: the machine is off, the program is over.
    #[response(status = 409)]
    NotNow(ErrorBody),
    /// The lab has as many of these as it can have.
    #[response(status = 429)]
    Full(ErrorBody),
}

/// Refusals of whoever holds a lab's clock.
#[derive(IntoResponses)]
#[allow(dead_code)] // read by the macro alone
pub enum OfClock {
    /// Real programs are joined (`real-time`): the clock is the wall's. Or more came into the lab than
    /// is kept (`too-much-input`): it cannot go back.
    #[response(status = 409)]
    RealTime(ErrorBody),
}

/// A fault of the service's own.
#[derive(IntoResponses)]
#[allow(dead_code)] // read by the macro alone
pub enum OfService {
    /// A bug of ours.
    #[response(status = 500)]
    Internal(ErrorBody),
    /// The service is leaving.
    #[response(status = 503)]
    Leaves(ErrorBody),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_status() {
        assert!(STATUSES.is_sorted_by(|a, b| a.0 < b.0), "sorted, so that two never stand there");
        assert_eq!(status("unknown-lab"), StatusCode::NOT_FOUND);
        assert_eq!(status("lab-ended"), StatusCode::GONE);
    }
}
