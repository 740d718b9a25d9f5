//! The WebSocket on which a lab tells what it does right now.
//!
//! ```text
//!   lab's thread --- 5 looks a second, while somebody listens ---> pulse --- digest per filter --+
//!                                                                                                |
//!   socket <-- the newest digest, when the reader has taken the one before <-- watch channel ----+
//! ```
//!
//! A digest is made once for all readers of the same filter, and the lab waits for none of them: who
//! does not read keeps one message waiting and is told afterwards what it missed
//! (`a_reader_that_stops_is_told_what_it_missed`). How many sockets and filters a lab has is bounded.

use crate::answers::{Answer, OfLab};
use crate::api::{ErrorBody, Live, LiveWish, Problem};
use crate::extract::{Path, Query};
use crate::http::Service;
use crate::labs::RunningLab;
use crate::pulse::{self, Reader};
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The longest message of a reader, in octets: a filter.
const LONGEST_WISH: usize = 16 << 10;
/// Octets read at once. The buffer is cleared each time that a socket is looked at, which is at every
/// message to it; by itself it would have 128 KiB.
const READ_AT_ONCE: usize = 1 << 10;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(live))
}

/// What to begin with.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Beginning {
    /// A filter: `tcp.flags.syn == 1`, `node == "r1"`; none: everything.
    filter: Option<String>,
}

/// What the lab does right now, as a WebSocket
///
/// Each message of the service is a Live, at most one in 200 ms and only when something is new (while
/// the clock runs, at least one a second, or in two where many read). A message of the reader is a
/// LiveWish.
#[utoipa::path(get, path = "/labs/{lab}/live", tag = "watching",
    params(("lab" = String, Path, description = "The lab's name."), Beginning),
    responses(
        (status = 101, description = "Each message of the WebSocket.", body = Live),
        (status = 426, description = "Ask for a WebSocket.", body = ErrorBody),
        (status = 429, description = "The lab has as many readers or filters as it can have.", body = ErrorBody),
        OfLab,
    ))]
async fn live(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Query(beginning): Query<Beginning>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer<Response> {
    let lab = service.labs.find(Some(&lab))?;
    let upgrade = upgrade.map_err(|_| no_websocket())?;
    let reader = pulse::listen(&lab, beginning.filter.as_deref().unwrap_or_default())?;
    let upgrade = upgrade
        .read_buffer_size(READ_AT_ONCE)
        .max_message_size(LONGEST_WISH)
        .max_frame_size(LONGEST_WISH);
    let meter = lab.live.meter.clone();
    Ok(upgrade.on_upgrade(move |socket| meter.on(tell(socket, lab, reader))))
}

fn no_websocket() -> Problem {
    Problem::new(
        "no-websocket",
        "this path is a WebSocket; open it as one (Upgrade: websocket)",
        "此路径是 WebSocket; 请以 WebSocket 方式打开 (Upgrade: websocket)",
    )
}

/// Serves one reader until it, or the lab, has gone.
async fn tell(mut socket: WebSocket, lab: Arc<RunningLab>, mut reader: Reader) {
    loop {
        tokio::select! {
            news = reader.next() => {
                let Some(text) = news else { break };
                if socket.send(Message::Text(text)).await.is_err() {
                    return;
                }
            }
            said = socket.recv() => match said {
                Some(Ok(Message::Text(wish))) => {
                    let refused = turn(&lab, &mut reader, &wish).err();
                    if let Some(refused) = refused.map(|problem| ErrorBody { error: problem })
                        && let Ok(text) = serde_json::to_string(&refused)
                        && socket.send(Message::Text(text.into())).await.is_err()
                    {
                        return;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
    let reason = Utf8Bytes::from_static("lab-ended");
    let close = CloseFrame { code: close_code::AWAY, reason };
    let _ = socket.send(Message::Close(Some(close))).await; // it may have gone as well
}

/// Turns a reader to another filter; on an error it stays where it is.
fn turn(lab: &Arc<RunningLab>, reader: &mut Reader, wish: &str) -> Result<(), Problem> {
    let wish: LiveWish = serde_json::from_str(wish).map_err(|error| {
        Problem::new("bad-request", error.to_string(), format!("消息无法读取: {error}"))
    })?;
    reader.turn(lab, &wish.filter)
}
