//! The last events of a world, in the order in which they happened.

use crate::log::Log;
use trace::Event;

/// A bounded log with consecutive numbers; readers hold a cursor.
#[derive(Debug, Default)]
pub struct EventLog {
    events: Log<Event>,
}

impl EventLog {
    /// How many are kept; the oldest go and are counted.
    pub const BOUND: usize = 1 << 18;

    /// The events from number `cursor` on that are still kept, oldest first.
    pub fn since(
        &self,
        cursor: u64,
    ) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.events.since(cursor)
    }
    /// How many of the events from `cursor` on are gone.
    pub fn missed(&self, cursor: u64) -> u64 {
        self.events.missed(cursor)
    }
    /// The number that the next event will have: a reader's next cursor.
    pub fn next(&self) -> u64 {
        self.events.next()
    }
    /// The number of the oldest event that is kept.
    pub fn first(&self) -> u64 {
        self.events.first()
    }

    pub(crate) fn push(&mut self, event: Event) {
        if self.events.len() == Self::BOUND {
            self.events.pop();
        }
        self.events.push(event);
    }
}
