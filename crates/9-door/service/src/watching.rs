//! Streams of what happens: events as lines, frames as pcapng.

use crate::api::{EventLine, Problem};
use crate::labs::RunningLab;
use crate::stream::{self, Made};
use axum::body::Body;
use base::Lang;
use lab::seen::{EventFilter, FrameFilter};
use sim::World;
use std::sync::Arc;
use trace::{Event, Fate, Place};

/// Octets made in one turn at most; the rest comes in the next.
const MOST_PER_TURN: usize = 256 << 10;

/// Events from now on.
pub fn events(lab: &Arc<RunningLab>, filter: Option<&str>) -> Result<Body, Problem> {
    let filter = EventFilter::parse(filter.unwrap_or(""), &lab.lab).map_err(bad_filter)?;
    let mut cursor = None;
    Ok(stream::body(lab, move |world| {
        let start = *cursor.get_or_insert(world.events().next());
        let mut lines = Vec::new();
        let mut seen = start;
        for event in world.events().since(start) {
            seen += 1;
            if filter.matches(world, event) {
                put(&mut lines, &event_line(world, event));
            }
            if lines.len() > MOST_PER_TURN {
                break;
            }
        }
        cursor = Some(seen + world.events().missed(start));
        if lines.is_empty() { Made::Nothing } else { Made::Some(lines) }
    }))
}

fn put(lines: &mut Vec<u8>, line: &EventLine) {
    if let Ok(json) = serde_json::to_vec(line) {
        lines.extend_from_slice(&json);
        lines.push(b'\n');
    }
}

/// An event for people.
pub fn event_line(world: &World, event: &Event) -> EventLine {
    let place = match event.place {
        Place::Node => String::new(),
        Place::Jack(jack) => world.jack_name(event.node, jack),
        Place::Interface(interface) => format!("if{}", interface.0),
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
        time: event.time.as_secs_f64(),
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

/// Frames from now on, as pcapng: at a link, a jack or a node, or everywhere.
pub async fn capture(
    lab: &Arc<RunningLab>,
    place: Option<&str>,
    filter: Option<&str>,
) -> Result<Body, Problem> {
    let place = match place {
        None => None,
        Some(text) => Some(lab.lab.place(text).or_else(|| guest_place(lab, text)).ok_or_else(|| {
            let (en, zh) = (
                format!("{text} is no link, jack or node of this lab; see: catenet show"),
                format!("此实验没有名为 {text} 的网线, 网口或节点; 查看: catenet show"),
            );
            Problem::new("unknown-place", en, zh)
        })?),
    };
    let filter = FrameFilter::parse(filter.unwrap_or(""), &lab.lab).map_err(bad_filter)?;
    let mut writer: Option<lab::seen::LiveCapture> = None;
    Ok(stream::body(lab, move |world| {
        let writer = writer.get_or_insert_with(|| lab::seen::LiveCapture::begin(world, place.clone(), filter.clone()));
        let octets = writer.more(world, MOST_PER_TURN);
        if octets.is_empty() { Made::Nothing } else { Made::Some(octets) }
    }))
}

fn guest_place(lab: &RunningLab, text: &str) -> Option<lab::Place> {
    lab.guests().contains_key(text).then(|| lab::Place::Node(text.to_owned()))
}

fn bad_filter(why: lab::Text) -> Problem {
    Problem::new("bad-filter", why.en, why.zh)
}
