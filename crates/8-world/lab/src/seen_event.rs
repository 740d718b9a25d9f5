//! An event as filters see it, and filters for people's streams.

use crate::fields::{FIELDS, FieldId};
use crate::filter::{FieldSource, Filter, Value};
use crate::seen::{Seen, Walk};
use crate::{Complaint, Text};
use sim::{Recorded, World};
use std::collections::BTreeMap;
use trace::Event;

/// An event as filters see it: `node`, `reason`, `event`, `time`; and the fields of the frame that
/// it is about, as far as that frame is still recorded.
pub struct SeenEvent<'a> {
    world: &'a World,
    event: &'a Event,
    frame: Option<Seen<'a>>,
}

/// How far a stream looks for an event's frame, in frames before and after it: the lab waits for it.
const REACH: usize = 4096;

/// The recorded frame that an event is about: of its journey, at its node if it was there, the last
/// up to the event's time, else the first after it (a frame that was born waits for its cable). It is
/// looked for among the `reach` frames before the event and as many after it.
fn frame_of<'a>(world: &'a World, event: &Event, reach: usize) -> Option<&'a Recorded> {
    if event.journey.is_none() {
        return None;
    }
    let recorder = world.recorder();
    let split = first_after(world, event);
    let mine = |frame: &&Recorded| frame.journey() == event.journey;
    let gone = (recorder.next() - split) as usize;
    let before = || recorder.since(0).rev().skip(gone).take(reach).filter(mine);
    let after = || recorder.since(split).take(reach).filter(mine);
    let here = |frame: &&Recorded| frame.node == event.node;
    before()
        .find(here)
        .or_else(|| after().find(here))
        .or_else(|| before().next())
        .or_else(|| after().next())
}

/// The number of the first frame recorded after the event: times never fall.
fn first_after(world: &World, event: &Event) -> u64 {
    let recorder = world.recorder();
    let (mut low, mut high) = (recorder.first(), recorder.next());
    while low < high {
        let middle = low + (high - low) / 2;
        match recorder.get(middle).is_some_and(|frame| frame.time <= event.time) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    low
}

/// Those of the events that pass a filter, their frames seen in one walk over all that is recorded:
/// `tcp.stream` counts as in a capture of everything.
pub(crate) fn passing<'a>(
    world: &'a World,
    events: Vec<&'a Event>,
    filter: &Filter,
) -> Vec<&'a Event> {
    if !needs_frame(filter) {
        let own = |event: &&Event| filter.matches(&SeenEvent { world, event, frame: None });
        return events.into_iter().filter(own).collect();
    }
    let mut by_frame: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    let mut passes = vec![false; events.len()];
    for (at, event) in events.iter().enumerate() {
        match frame_of(world, event, usize::MAX) {
            Some(frame) => by_frame.entry(frame.sequence).or_default().push(at),
            None => passes[at] = filter.matches(&SeenEvent { world, event, frame: None }),
        }
    }
    let mut walk = Walk::default();
    for frame in world.recorder().since(0) {
        let mut seen = Some(walk.step(world, frame));
        for &at in by_frame.get(&frame.sequence).into_iter().flatten() {
            let of_event = SeenEvent { world, event: events[at], frame: seen.take() };
            passes[at] = filter.matches(&of_event);
            seen = of_event.frame;
        }
    }
    events.into_iter().zip(passes).filter(|(_, passes)| *passes).map(|(event, _)| event).collect()
}

pub(crate) fn needs_frame(filter: &Filter) -> bool {
    let own = ["node", "reason", "event", "time"];
    let fields = filter.fields();
    fields.iter().any(|&id| FIELDS.get(id).is_some_and(|row| !own.contains(&row.name)))
}

impl<'a> SeenEvent<'a> {
    /// The event; `with_frame`: look for its frame too, not far from it, which is then seen alone
    /// (`tcp.stream` is 0).
    pub fn new(world: &'a World, event: &'a Event, with_frame: bool) -> Self {
        let find = || frame_of(world, event, REACH).map(|frame| Walk::default().step(world, frame));
        let frame = with_frame.then(find).flatten();
        SeenEvent { world, event, frame }
    }
}

impl FieldSource for SeenEvent<'_> {
    fn values(&self, field: FieldId, see: &mut dyn FnMut(Value<'_>)) {
        let Some(row) = FIELDS.get(field) else { return };
        match row.name {
            "node" => see(Value::Text(self.world.name(self.event.node))),
            "reason" | "event" => see(Value::Text(self.event.reason.name)),
            "time" => see(Value::Time(self.event.time.as_nanos() as i64)),
            _ => {
                if let Some(frame) = &self.frame {
                    frame.values(field, see);
                }
            }
        }
    }
}

/// A filter for people's streams: nothing written lets everything pass.
#[derive(Clone, Debug, Default)]
pub struct StreamFilter(Option<Filter>);

impl StreamFilter {
    /// Reads it.
    ///
    /// # Errors
    /// The mistake with its caret, in both languages.
    pub fn parse(text: &str) -> Result<StreamFilter, Text> {
        if text.trim().is_empty() {
            return Ok(StreamFilter(None));
        }
        Filter::parse(text, FIELDS)
            .map(|filter| StreamFilter(Some(filter)))
            .map_err(|complaint| explain(complaint, text))
    }

    /// Does this event pass?
    pub fn passes_event(&self, world: &World, event: &Event) -> bool {
        let Some(filter) = &self.0 else { return true };
        filter.matches(&SeenEvent::new(world, event, needs_frame(filter)))
    }

    /// Does this event pass, of a stream that has its frames, too? There a filter that asks for a
    /// frame's fields and says nothing of events (`reason`, `event`) is about the frames alone.
    pub fn passes_event_beside_frames(&self, world: &World, event: &Event) -> bool {
        let Some(filter) = &self.0 else { return true };
        let of_events =
            |id| FIELDS.get(id).is_some_and(|row| ["reason", "event"].contains(&row.name));
        let about_frames = needs_frame(filter) && !filter.fields().into_iter().any(of_events);
        !about_frames && self.passes_event(world, event)
    }

    /// Does this frame pass?
    pub fn passes_frame(&self, walk: &mut Walk, world: &World, frame: &Recorded) -> bool {
        self.0.as_ref().is_none_or(|filter| filter.matches(&walk.step(world, frame)))
    }
}

/// A mistake in a text of the command line, rendered in both languages.
pub fn explain(complaint: Complaint, text: &str) -> Text {
    let mistake = [complaint.in_text("-", text)];
    Text {
        en: crate::render(&mistake, base::Lang::En),
        zh: crate::render(&mistake, base::Lang::Zh),
    }
}
