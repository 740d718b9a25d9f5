//! Streams of what happens: events as lines, frames as pcapng.

use crate::answers::{Answer, OfLab};
use crate::api::{EventLine, EventNews, Problem};
use crate::extract::{Path, Query};
use crate::http::Service;
use crate::labs::RunningLab;
use crate::stream::{self, Made};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use base::{InterfaceId, Lang, NodeId};
use capture::Capture;
use lab::seen::{StreamFilter, Walk};
use serde::Deserialize;
use sim::World;
use std::sync::Arc;
use trace::{Event, Fate, Place};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(follow_events)).routes(routes!(follow_frames))
}

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Events {
    /// A filter: `tcp.flags.syn == 1`, `node == "r1"`; none: all.
    filter: Option<String>,
}

/// Which frames.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Frames {
    /// A link, a jack (`pc1.eth0`) or a node; none: everywhere.
    at: Option<String>,
    /// A filter; none: all.
    filter: Option<String>,
}

/// Events from now on, as a stream
#[utoipa::path(get, path = "/labs/{lab}/events", tag = "watching",
    params(("lab" = String, Path, description = "The lab's name."), Events),
    responses((status = 200, description = "An EventNews a line, without end.", body = EventNews,
        content_type = "application/x-ndjson"), OfLab))]
async fn follow_events(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Query(wish): Query<Events>,
) -> Answer<Response> {
    let lab = service.labs.find(Some(&lab))?;
    let events = events(&lab, wish.filter.as_deref())?;
    Ok(stream::answer("application/x-ndjson", events))
}

/// Frames from now on, as a stream of pcapng
#[utoipa::path(get, path = "/labs/{lab}/capture", tag = "watching",
    params(("lab" = String, Path, description = "The lab's name."), Frames),
    responses((status = 200, description = "pcapng, without end.", body = Vec<u8>,
        content_type = "application/x-pcapng"), OfLab))]
async fn follow_frames(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Query(wish): Query<Frames>,
) -> Answer<Response> {
    let lab = service.labs.find(Some(&lab))?;
    let frames = capture(&lab, wish.at.as_deref(), wish.filter.as_deref()).await?;
    Ok(stream::answer("application/x-pcapng", frames))
}

/// Octets made in one turn at most; the rest comes in the next.
const MOST_PER_TURN: usize = 256 << 10;
/// Events or frames looked at in one turn at most.
const MOST_LOOKS: usize = 4096;

/// Events from now on.
pub fn events(lab: &Arc<RunningLab>, filter: Option<&str>) -> Result<Body, Problem> {
    let filter = StreamFilter::parse(filter.unwrap_or("")).map_err(bad_filter)?;
    let mut cursor: Option<u64> = None;
    Ok(stream::body(lab, move |world| {
        // Where the lab went back, what happens from there on is news.
        let next = world.events().next();
        let start = cursor.unwrap_or(next).min(next);
        cursor = Some(start);
        if filter.follow(world, MOST_LOOKS) {
            return Made::More(Vec::new());
        }
        let mut lines = Vec::new();
        let missed = world.events().missed(start);
        if missed > 0 {
            put(&mut lines, &EventNews::Missed { missed });
        }
        let mut seen = start + missed;
        for event in world.events().since(seen).take(filter.looks(MOST_LOOKS)) {
            if lines.len() > MOST_PER_TURN {
                break;
            }
            if filter.passes_event(world, &event) {
                put(&mut lines, &EventNews::Event(event_line(world, &event, seen)));
            }
            seen += 1;
        }
        cursor = Some(seen);
        made(lines, seen < world.events().next())
    }))
}

fn made(octets: Vec<u8>, more: bool) -> Made {
    match (more, octets.is_empty()) {
        (true, _) => Made::More(octets),
        (false, true) => Made::Nothing,
        (false, false) => Made::Some(octets),
    }
}

fn put(lines: &mut Vec<u8>, line: &EventNews) {
    if let Ok(json) = serde_json::to_vec(line) {
        lines.extend_from_slice(&json);
        lines.push(b'\n');
    }
}

/// An event for people; `number` is its number in the log.
pub fn event_line(world: &World, event: &Event, number: u64) -> EventLine {
    let place = match event.place {
        Place::Node => String::new(),
        Place::Jack(jack) => world.jack_name(event.node, jack),
        Place::Interface(interface) => interface_name(world, event.node, interface),
    };
    let packet = match event.journey.is_none() {
        true => String::new(),
        false => format!("{}:{}", world.name(event.journey.origin), event.journey.count),
    };
    let fate = match event.reason.fate {
        Fate::Note => "note",
        Fate::Sent => "sent",
        Fate::Delivered => "delivered",
        Fate::Consumed => "consumed",
        Fate::Dropped => "dropped",
    };
    EventLine {
        number,
        time: event.time.as_secs_f64(),
        nanos: event.time.as_nanos(),
        layer: lab::journey::layer_of(event.reason),
        node: world.name(event.node).to_owned(),
        place,
        packet,
        reason: event.reason.name.to_owned(),
        fate: fate.to_owned(),
        clause: event.reason.clause.to_owned(),
        en: event.reason.sentence(&event.args, Lang::En),
        zh: event.reason.sentence(&event.args, Lang::Zh),
    }
}

/// What people call an interface: `eth0`, `office`; its number once the machine is off.
fn interface_name(world: &World, node: NodeId, interface: InterfaceId) -> String {
    let named = world.machine(node).and_then(|machine| {
        machine.with(|host, _| {
            host.interfaces().find(|(id, ..)| *id == interface).map(|(_, name, _)| name.to_owned())
        })
    });
    named.unwrap_or_else(|| interface.0.to_string())
}

/// Frames from now on, as pcapng: at a link, a jack or a node, or everywhere.
pub async fn capture(
    lab: &Arc<RunningLab>,
    place: Option<&str>,
    filter: Option<&str>,
) -> Result<Body, Problem> {
    let filter = StreamFilter::parse(filter.unwrap_or("")).map_err(bad_filter)?;
    let named = place.map(str::to_owned);
    let begun = lab.ask(move |running| {
        let world = &running.world;
        let capture = match &named {
            None => Some(Capture::everything()),
            // A link may be written from either end; the lab file knows its one name.
            Some(name) => Capture::named(world, name),
        };
        capture.map(|capture| capture.from_now(world))
    });
    let name = place.and_then(|place| lab.lab.link(place)).map(|link| link.name.clone());
    let found = match (begun.await?, name) {
        (Some(capture), _) => Some(capture),
        (None, Some(link)) => {
            lab.ask(move |running| {
                Capture::cable(&running.world, &link)
                    .map(|capture| capture.from_now(&running.world))
            })
            .await?
        }
        (None, None) => None,
    };
    let mut capture = found.ok_or_else(|| unknown_place(place.unwrap_or_default()))?;
    let mut walk = Walk::default();
    Ok(stream::body(lab, move |world| {
        let mut octets = Vec::new();
        let wanted = |frame: &sim::Recorded| filter.passes_frame(&mut walk, world, frame);
        let looks = filter.looks(MOST_LOOKS);
        let more = capture.write_some_if(world, &mut octets, wanted, looks, MOST_PER_TURN);
        made(octets, more)
    }))
}

pub(crate) fn unknown_place(text: &str) -> Problem {
    let (en, zh) = (
        format!("{text} is no link, jack or node of this lab; see: catenet show"),
        format!("此实验没有名为 {text} 的网线, 网口或节点; 查看: catenet show"),
    );
    Problem::new("unknown-place", en, zh)
}

pub(crate) fn bad_filter(why: language::Text) -> Problem {
    Problem::new("bad-filter", why.en, why.zh)
}
