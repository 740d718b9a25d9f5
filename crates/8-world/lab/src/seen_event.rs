//! An event as filters see it, and filters for people's streams.

use crate::event_frames::{EventFrames, frame_of};
use crate::followed::Followed;
use crate::seen::{Seen, Walk, told_by_a_walk};
use language::fields::{FIELDS, FieldId};
use language::filter::{FieldSource, Filter, Value};
use language::{Complaint, Text};
use sim::{Recorded, World};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use trace::Event;

/// An event as filters see it: `node`, `reason`, `event`, `time`; and the fields of the frame that
/// it is about, as far as that frame is still recorded.
pub struct SeenEvent<'a> {
    world: &'a World,
    event: &'a Event,
    frame: Option<Seen<'a>>,
}

/// A filter of so many tests costs no more than the dissecting of a frame does.
const PLAIN: usize = 32;

/// How far a stream looks for an event's frame, in frames before and after it: the lab waits for it.
const REACH: usize = 4096;

/// Those of the events that pass a filter, their frames seen in one walk over all that is recorded:
/// `tcp.stream` counts as in a capture of everything. And of how many nobody knows, because frames are
/// forgotten and theirs may be among them.
pub(crate) fn passing(world: &World, events: Vec<Event>, filter: &Filter) -> (Vec<Event>, u64) {
    if !needs_frame(filter) {
        let own = |event: &Event| filter.matches(&SeenEvent { world, event, frame: None });
        return (events.into_iter().filter(own).collect(), 0);
    }
    let mut by_frame: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    let mut passes = vec![false; events.len()];
    let (whole, mut unknown) = (world.recorder().missed(0) == 0, 0);
    let frames = EventFrames::note(&events, world.recorder().since(0), whole);
    for (at, event) in events.iter().enumerate() {
        match frames.of(event) {
            Some(sequence) => by_frame.entry(sequence).or_default().push(at),
            None if !whole => unknown += 1,
            None => passes[at] = filter.matches(&SeenEvent { world, event, frame: None }),
        }
    }
    let mut walk = Walk::default();
    for frame in world.recorder().since(0) {
        let mut seen = Some(walk.step(world, frame));
        for &at in by_frame.get(&frame.sequence).into_iter().flatten() {
            let of_event = SeenEvent { world, event: &events[at], frame: seen.take() };
            passes[at] = filter.matches(&of_event);
            seen = of_event.frame;
        }
    }
    let both = events.into_iter().zip(passes).filter(|(_, passes)| *passes);
    (both.map(|(event, _)| event).collect(), unknown)
}

pub(crate) fn needs_frame(filter: &Filter) -> bool {
    let own = ["node", "reason", "event", "time"];
    let fields = filter.fields();
    fields.iter().any(|&id| FIELDS.get(id).is_some_and(|row| !own.contains(&row.name)))
}

/// Does it ask for what one frame alone does not say?
fn needs_walk(filter: &Filter) -> bool {
    let over_frames = |name: &str| {
        told_by_a_walk(name)
            || name.starts_with("http")
            || ["frame.number", "frame.time_relative", "frame.time_delta"].contains(&name)
    };
    filter.fields().into_iter().any(|id| FIELDS.get(id).is_some_and(|row| over_frames(row.name)))
}

impl<'a> SeenEvent<'a> {
    /// The event; with `see`: look for its frame too, not far from it, which is then seen so.
    fn new(
        world: &'a World,
        event: &'a Event,
        see: Option<&mut dyn FnMut(Recorded<'a>) -> Seen<'a>>,
    ) -> Self {
        let frame = see.and_then(|see| frame_of(world, event, REACH).map(see));
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
///
/// What several frames say together is counted from the oldest frame that is recorded. So a stream walks
/// over them all first, in slices ([`StreamFilter::follow`]); a filter without such fields needs no walk.
#[derive(Default)]
pub struct StreamFilter {
    filter: Option<Filter>,
    needs_frame: bool,
    needs_walk: bool,
    followed: Mutex<Followed>,
}

impl StreamFilter {
    /// Reads it.
    ///
    /// # Errors
    /// The mistake with its caret, in both languages.
    pub fn parse(text: &str) -> Result<StreamFilter, Text> {
        if text.trim().is_empty() {
            return Ok(StreamFilter::default());
        }
        let filter = Filter::parse(text, FIELDS).map_err(|complaint| explain(complaint, text))?;
        Ok(StreamFilter {
            needs_frame: needs_frame(&filter),
            needs_walk: needs_walk(&filter),
            filter: Some(filter),
            followed: Mutex::default(),
        })
    }

    /// Walks over so many more frames; true when there are more to come before an answer is right.
    pub fn follow(&self, world: &World, looks: usize) -> bool {
        self.needs_walk && self.followed().follow(world, looks)
    }

    /// How many looks may be made in a turn in which `most` looks of a plain filter may.
    pub fn looks(&self, most: usize) -> usize {
        let tests = self.filter.as_ref().map_or(1, Filter::tests);
        (most / (1 + tests / PLAIN)).max(1)
    }

    fn followed(&self) -> MutexGuard<'_, Followed> {
        // Whoever panicked while it held the walk has left it between two frames.
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does this event pass?
    pub fn passes_event(&self, world: &World, event: &Event) -> bool {
        let Some(filter) = &self.filter else { return true };
        if !self.needs_frame {
            return filter.matches(&SeenEvent::new(world, event, None));
        }
        let mut see = |frame| self.see(world, frame);
        filter.matches(&SeenEvent::new(world, event, Some(&mut see)))
    }

    /// Does this event pass, of a stream that has its frames, too? There a filter that asks for a
    /// frame's fields and says nothing of events (`reason`, `event`) is about the frames alone.
    pub fn passes_event_beside_frames(&self, world: &World, event: &Event) -> bool {
        let Some(filter) = &self.filter else { return true };
        let of_events =
            |id| FIELDS.get(id).is_some_and(|row| ["reason", "event"].contains(&row.name));
        let about_frames = self.needs_frame && !filter.fields().into_iter().any(of_events);
        !about_frames && self.passes_event(world, event)
    }

    /// Does this frame pass, of those that the walk is made over? For captures of one place, which are
    /// counted as whoever opens them counts.
    pub fn passes_frame(&self, walk: &mut Walk, world: &World, frame: &Recorded) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(&walk.step(world, *frame)))
    }

    /// Does this frame pass, of all that are recorded?
    pub fn passes_recorded(&self, world: &World, frame: &Recorded) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(&self.see(world, *frame)))
    }

    fn see<'a>(&self, world: &'a World, frame: Recorded<'a>) -> Seen<'a> {
        match self.needs_walk {
            true => self.followed().seen(world, frame),
            false => Walk::default().step(world, frame),
        }
    }
}

/// A mistake in a text of the command line, rendered in both languages.
pub fn explain(complaint: Complaint, text: &str) -> Text {
    let mistake = [complaint.in_text("-", text)];
    Text {
        en: language::render(&mistake, base::Lang::En),
        zh: language::render(&mistake, base::Lang::Zh),
    }
}
