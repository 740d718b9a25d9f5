//! Conversations of a lab, and the ladder of one.
//!
//! Each lab has one [`Talks`], fed when somebody asks and not before, by letters to the lab's thread
//! that look at `LOOKS_A_TURN` entries each: other letters and the lab itself come between them. What
//! a frame says in words is made here, not on the lab's thread: frames are shared, not copied.

use crate::answers::{Answer, OfLab};
use crate::api::{Conversation, Dropped, End, Ladder, Problem, Rung, Sample, StateChange, Text};
use crate::extract::{Path, Query};
use crate::http::Service;
use crate::labs::RunningLab;
use axum::Json;
use axum::extract::State;
use base::{Instant, Journey, Lang, NodeId};
use lab::talk::{self, Side, Talks};
use serde::Deserialize;
use sim::World;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Entries looked at in one turn: a millisecond or two.
const LOOKS_A_TURN: usize = 4096;
/// Turns of one request: as many as read all that is kept, and what comes meanwhile.
const TURNS: usize = 256;
/// Conversations in one answer.
const MOST: usize = 200;
/// Rungs in one answer, if the request says nothing, and at most.
const LIMIT: (usize, usize) = (500, 2000);

/// The conversations of one lab; only its thread opens the lock.
pub type Board = Arc<Mutex<Talks>>;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(ladder))
}

/// How much of it.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wish {
    /// At most so many rungs, the newest (default 500, at most 2000).
    limit: Option<usize>,
}

/// Conversations, newest first
///
/// At most 200. What was recorded is read when somebody asks, so the first answer of a lab that has run
/// for long takes a moment.
#[utoipa::path(get, path = "/labs/{lab}/conversations", tag = "conversations",
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, body = Vec<Conversation>), OfLab))]
async fn list(
    State(service): State<Service>,
    Path(lab): Path<String>,
) -> Answer<Json<Vec<Conversation>>> {
    let lab = service.labs.find(Some(&lab))?;
    let all = fed(&lab, |world, talks| {
        talks.newest().take(MOST).map(|one| conversation(world, one)).collect()
    });
    Ok(Json(all.await?))
}

/// The ladder of a conversation
#[utoipa::path(get, path = "/labs/{lab}/conversations/{conversation}", tag = "conversations",
    params(("lab" = String, Path, description = "The lab's name."),
        ("conversation" = String, Path, description = "Its `id`."), Wish),
    responses((status = 200, body = Ladder), OfLab))]
async fn ladder(
    State(service): State<Service>,
    Path((lab, id)): Path<(String, String)>,
    Query(wish): Query<Wish>,
) -> Answer<Json<Ladder>> {
    let lab = service.labs.find(Some(&lab))?;
    let limit = wish.limit.unwrap_or(LIMIT.0).min(LIMIT.1);
    let wanted = id.clone();
    let found =
        fed(&lab, move |world, talks| talks.get(&wanted).map(|one| climb(world, one, limit)));
    let (mut ladder, frames) = found.await?.ok_or_else(|| unknown(&id))?;
    for (rung, frame) in ladder.rungs.iter_mut().zip(frames) {
        if let Some(frame) = frame {
            let says = lab::line::summary(&capture::dissect(&frame)).info;
            rung.info = Text { en: says.en, zh: says.zh };
        }
    }
    Ok(Json(ladder))
}

fn unknown(id: &str) -> Problem {
    Problem::new(
        "unknown-conversation",
        format!("this lab has no conversation {id} (any more); ask for the list again"),
        format!("此实验没有 (或不再有) 会话 {id}; 请重新获取列表"),
    )
}

/// Reads what is new, then asks.
async fn fed<R: Send + 'static>(
    lab: &Arc<RunningLab>,
    ask: impl FnOnce(&World, &Talks) -> R + Send + 'static,
) -> Result<R, Problem> {
    for _ in 0..TURNS {
        let board = lab.talks.clone();
        let more = lab.ask(move |running| open(&board).feed(&running.world, LOOKS_A_TURN));
        if !more.await? {
            break;
        }
    }
    let board = lab.talks.clone();
    lab.ask(move |running| ask(&running.world, &open(&board))).await
}

/// Forgets what was read: the lab went back.
pub fn forget(board: &Board) {
    *open(board) = Talks::default();
}

fn open(board: &Board) -> std::sync::MutexGuard<'_, Talks> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

fn end(world: &World, end: &talk::End) -> End {
    let name = |node: NodeId| world.name(node).to_owned();
    let address = end.address;
    End { node: end.node.map(name), address: address.ip().to_string(), port: address.port() }
}

fn conversation(world: &World, one: &talk::Conversation) -> Conversation {
    let state = |side| one.state(side).map(|state| state.name().to_owned());
    Conversation {
        id: one.id(),
        protocol: one.protocol.name().to_owned(),
        client: end(world, &one.client),
        server: end(world, &one.server),
        began: one.began.as_secs_f64(),
        last: one.last.as_secs_f64(),
        frames: one.frames,
        octets: one.octets,
        state: [state(Side::Client), state(Side::Server)],
        spoke: one.spoke().to_owned(),
    }
}

/// The ladder without words, and the frames that have them.
fn climb(world: &World, one: &talk::Conversation, limit: usize) -> (Ladder, Vec<Option<Vec<u8>>>) {
    let skip = one.rungs().len().saturating_sub(limit);
    let skipped_samples = one.samples().len().saturating_sub(limit);
    let shown = || one.rungs().skip(skip);
    let frame = |rung: &talk::Rung| {
        world.recorder().get(rung.sent_sequence).map(|recorded| recorded.octets())
    };
    let ladder = Ladder {
        conversation: conversation(world, one),
        rungs: shown().map(|it| rung(world, one, it)).collect(),
        states: one.states().map(state_change).collect(),
        samples: one.samples().skip(skipped_samples).map(sample).collect(),
        more: one.forgotten || skip > 0 || skipped_samples > 0,
    };
    (ladder, shown().map(frame).collect())
}

fn nanos(time: Instant) -> u64 {
    time.as_nanos()
}

fn packet(world: &World, journey: Journey) -> String {
    lab::line::packet_name(world, journey)
}

fn rung(world: &World, one: &talk::Conversation, it: &talk::Rung) -> Rung {
    let reason = it.dropped.map(|drop| Dropped {
        reason: drop.reason.name.to_owned(),
        en: drop.reason.sentence(&drop.args, Lang::En),
        zh: drop.reason.sentence(&drop.args, Lang::Zh),
    });
    let (dropped, refused) = if it.received.is_some() { (None, reason) } else { (reason, None) };
    let flags = it.numbers.map(|numbers| numbers.flag_names()).unwrap_or_default();
    let acks = flags.contains(&"ACK");
    let relative = one.relative(it);
    Rung {
        packet: packet(world, it.journey),
        from: it.from.name().to_owned(),
        sent: it.sent.as_secs_f64(),
        received: it.received.map(|(time, _)| time.as_secs_f64()),
        sent_nanos: nanos(it.sent),
        received_nanos: it.received.map(|(time, _)| nanos(time)),
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        seq: it.numbers.map(|numbers| numbers.seq.0),
        ack: it.numbers.filter(|_| acks).map(|numbers| numbers.ack.0),
        relative_seq: relative.map(|(seq, _)| seq),
        relative_ack: relative.filter(|_| acks).map(|(_, ack)| ack),
        window: it.numbers.map(|numbers| numbers.window),
        length: it.length,
        info: Text { en: String::new(), zh: String::new() },
        dropped,
        refused,
        repeated: it.repeated,
        sent_sequence: it.sent_sequence,
        received_sequence: it.received.map(|(_, sequence)| sequence),
    }
}

fn state_change(change: &talk::StateChange) -> StateChange {
    StateChange {
        seconds: change.time.as_secs_f64(),
        nanos: nanos(change.time),
        side: change.side.name().to_owned(),
        state: change.state.name().to_owned(),
    }
}

fn sample(sample: &talk::Sample) -> Sample {
    Sample {
        seconds: sample.time.as_secs_f64(),
        side: sample.side.name().to_owned(),
        cwnd: sample.cwnd,
        ssthresh: sample.ssthresh,
        in_flight: sample.in_flight,
        srtt_ms: sample.srtt.map(|span| span.as_nanos() as f64 / 1e6),
    }
}

#[cfg(test)]
#[path = "conversations_tests.rs"]
mod tests;
