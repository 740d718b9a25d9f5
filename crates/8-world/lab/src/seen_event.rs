//! An event as filters see it, and filters for people's streams.

use crate::fields::{FIELDS, FieldId};
use crate::filter::{FieldSource, Filter, Value};
use crate::seen::{Seen, Walk};
use crate::{Complaint, Text};
use sim::{Recorded, World};
use trace::Event;

/// An event as filters see it: `node`, `reason`, `event`, `time`; and the fields of the frame that
/// it is about, as far as that frame is still recorded.
pub struct SeenEvent<'a> {
    world: &'a World,
    event: &'a Event,
    frame: Option<Seen<'a>>,
}

/// How many of the last frames are searched for an event's own.
const LOOK_BACK: usize = 512;

impl<'a> SeenEvent<'a> {
    /// The event; `with_frame`: look for its frame too.
    pub fn new(world: &'a World, event: &'a Event, with_frame: bool) -> Self {
        let find = || {
            let recent = world.recorder().since(0).rev().take(LOOK_BACK);
            let mut same = recent.filter(|frame| frame.journey() == event.journey);
            let at_node = same.next();
            at_node.map(|frame| Walk::default().step(world, frame))
        };
        let frame = (with_frame && !event.journey.is_none()).then(find).flatten();
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
        let own = ["node", "reason", "event", "time"];
        let needs_frame = filter
            .fields()
            .iter()
            .any(|&id| FIELDS.get(id).is_some_and(|row| !own.contains(&row.name)));
        filter.matches(&SeenEvent::new(world, event, needs_frame))
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
