//! What is recorded: lists of frames and events, and one frame with its fields.
//!
//! A list is made in bounded turns ([`crate::turns`]); what then is not looked at is said (`more`), and
//! where to go on (`resume`).

use crate::answers::{Answer, OfLab};
use crate::api::{Dropped, EventList, FieldLine, FrameLine, FrameList, FrameView, Problem, Text};
use crate::extract::{Path, Query};
use crate::http::Service;
use crate::labs::RunningLab;
use crate::turns::{Found, Order, Span, event_ends, frame_ends, search};
use crate::watching::{self, bad_filter, unknown_place};
use axum::Json;
use axum::extract::State;
use base::field::{Field, Fields};
use capture::{Capture, labels};
use lab::line::Line;
use lab::seen::StreamFilter;
use serde::Deserialize;
use sim::{Direction, Recorded, World};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(list_frames))
        .routes(routes!(look_at_frame))
        .routes(routes!(list_events))
}

/// Which frames.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FrameWish {
    /// A filter: `tcp.flags.syn == 1`; none: all.
    filter: Option<String>,
    /// A link, a jack (`pc1.eth0`) or a node; none: everywhere.
    at: Option<String>,
    /// From this number on; none: from the oldest that is kept.
    from: Option<u64>,
    /// Before this number; none: to the newest.
    before: Option<u64>,
    /// At most so many (default 100, at most 500).
    limit: Option<usize>,
    /// `oldest` (default) or `newest` first.
    #[param(inline)]
    order: Option<Order>,
}

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventWish {
    /// A filter: `reason == "retransmit"`, `node == "r1"`; none: all.
    filter: Option<String>,
    /// From this number on; none: from the oldest that is kept.
    from: Option<u64>,
    /// Before this number; none: to the newest.
    before: Option<u64>,
    /// At most so many (default 100, at most 500).
    limit: Option<usize>,
    /// `oldest` (default) or `newest` first.
    #[param(inline)]
    order: Option<Order>,
}

/// Recorded frames
///
/// One entry per frame, jack and direction. What needs several frames (`tcp.stream`, `tcp.seq`) is
/// counted from the first frame looked at.
#[utoipa::path(get, path = "/labs/{lab}/frames", tag = "frames",
    params(("lab" = String, Path, description = "The lab's name."), FrameWish),
    responses((status = 200, body = FrameList), OfLab))]
async fn list_frames(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Query(wish): Query<FrameWish>,
) -> Answer<Json<FrameList>> {
    let lab = service.labs.find(Some(&lab))?;
    let filter = StreamFilter::parse(wish.filter.as_deref().unwrap_or("")).map_err(bad_filter)?;
    let place = match &wish.at {
        Some(at) => Some(place_of(&lab, at).await?),
        None => None,
    };
    let span = Span::new(wish.from, wish.before, wish.order);
    let filter = followed(&lab, filter).await?;
    let found = search(&lab, span, wish.limit, frame_ends, move |world, number| {
        let frame = world.recorder().get(number)?;
        let wanted = place.as_ref().is_none_or(|place| place.covers(&frame));
        let passes = wanted && filter.passes_recorded(world, &frame);
        passes.then(|| frame_line(world, &frame))
    });
    let Found { lines: frames, first, next, more, resume } = found.await?;
    Ok(Json(FrameList { frames, first, next, more, resume }))
}

/// What happened
#[utoipa::path(get, path = "/labs/{lab}/happened", tag = "frames",
    params(("lab" = String, Path, description = "The lab's name."), EventWish),
    responses((status = 200, body = EventList), OfLab))]
async fn list_events(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Query(wish): Query<EventWish>,
) -> Answer<Json<EventList>> {
    let lab = service.labs.find(Some(&lab))?;
    let filter = StreamFilter::parse(wish.filter.as_deref().unwrap_or("")).map_err(bad_filter)?;
    let filter = followed(&lab, filter).await?;
    let span = Span::new(wish.from, wish.before, wish.order);
    let found = search(&lab, span, wish.limit, event_ends, move |world, number| {
        let event = world.events().since(number).next()?;
        let passes = filter.passes_event(world, &event);
        passes.then(|| watching::event_line(world, &event, number))
    });
    let Found { lines: events, first, next, more, resume } = found.await?;
    Ok(Json(EventList { events, first, next, more, resume }))
}

/// Frames walked over in one turn.
const FOLLOWED_A_TURN: usize = 1024;

/// The filter, once it has walked over what is recorded: what several frames say together is then known.
pub(crate) async fn followed(
    lab: &Arc<RunningLab>,
    mut filter: StreamFilter,
) -> Result<StreamFilter, Problem> {
    loop {
        let turn = lab.ask(move |running| {
            let more = filter.follow(&running.world, FOLLOWED_A_TURN);
            (filter, more)
        });
        let more;
        (filter, more) = turn.await?;
        if !more {
            return Ok(filter);
        }
    }
}

/// One recorded frame with its fields
#[utoipa::path(get, path = "/labs/{lab}/frames/{sequence}", tag = "frames",
    params(("lab" = String, Path, description = "The lab's name."),
        ("sequence" = u64, Path, description = "The frame's number.")),
    responses((status = 200, body = FrameView), OfLab))]
async fn look_at_frame(
    State(service): State<Service>,
    Path((lab, sequence)): Path<(String, u64)>,
) -> Answer<Json<FrameView>> {
    let lab = service.labs.find(Some(&lab))?;
    let looked = lab.ask(move |running| {
        let world = &running.world;
        let frame = world.recorder().get(sequence);
        let found = frame.map(|frame| (frame_line(world, &frame), frame.octets()));
        found.ok_or_else(|| frame_ends(world))
    });
    let (line, octets) = looked.await?.map_err(|ends| no_frame(sequence, ends))?;
    let fields = field_lines(&capture::dissect(&octets), &octets);
    let octets = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    Ok(Json(FrameView { line, octets, fields }))
}

fn no_frame(sequence: u64, (first, next): (u64, u64)) -> Problem {
    if sequence < first {
        return Problem::new(
            "forgotten-frame",
            format!(
                "frame {sequence} is no longer kept; the oldest that is has the number {first}"
            ),
            format!("第 {sequence} 帧已不再保存; 现存最早的是第 {first} 帧"),
        );
    }
    Problem::new(
        "unknown-frame",
        format!("there is no frame {sequence} yet; the next one will have the number {next}"),
        format!("还没有第 {sequence} 帧; 下一帧的编号是 {next}"),
    )
}

/// A place as people name it; a link may be written from either end.
async fn place_of(lab: &Arc<RunningLab>, name: &str) -> Result<Capture, Problem> {
    let (named, copy) = (name.to_owned(), lab.clone());
    let found = lab.ask(move |running| {
        let world = &running.world;
        let link = || Capture::cable(world, &copy.lab.link(&named)?.name);
        Capture::named(world, &named).or_else(link)
    });
    found.await?.ok_or_else(|| unknown_place(name))
}

/// A recorded frame for people.
pub fn frame_line(world: &World, recorded: &Recorded) -> FrameLine {
    let line = Line::of(world, recorded);
    let protocol = line.summary.protocol().to_owned();
    FrameLine {
        sequence: line.sequence,
        seconds: line.time.as_secs_f64(),
        nanos: line.time.as_nanos(),
        node: line.node,
        jack: line.jack,
        link: line.link,
        peer: line.peer,
        direction: match line.direction {
            Direction::In => "in".to_owned(),
            Direction::Out => "out".to_owned(),
        },
        packet: line.packet,
        parent: line.parent,
        length: line.length,
        layers: line.summary.layers.into_iter().map(str::to_owned).collect(),
        protocol,
        src: line.summary.src,
        dst: line.summary.dst,
        info: text(line.summary.info),
        dropped: line.dropped.map(|(reason, says)| Dropped {
            reason: reason.to_owned(),
            en: says.en,
            zh: says.zh,
        }),
    }
}

/// The fields of a frame for people.
pub fn field_lines(fields: &Fields, octets: &[u8]) -> Vec<FieldLine> {
    fields.list.iter().map(|field| field_line(field, octets)).collect()
}

fn field_line(field: &Field, octets: &[u8]) -> FieldLine {
    let words = |(en, zh): (&str, &str)| Text { en: en.to_owned(), zh: zh.to_owned() };
    let label = labels::label(field.name).map_or((field.name, field.name), |row| (row.en, row.zh));
    let shown = labels::show(field, octets);
    FieldLine {
        name: field.name.to_owned(),
        label: words(label),
        start: field.range.start,
        end: field.range.end,
        depth: field.depth,
        value: shown.value,
        meaning: shown.meaning.map(words),
        layer: labels::layer(field.name),
    }
}

/// The lab's texts as the interface's.
pub fn text(text: language::Text) -> Text {
    Text { en: text.en, zh: text.zh }
}

#[cfg(test)]
#[path = "frames_tests.rs"]
mod tests;
