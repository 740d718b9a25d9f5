//! The last events of a world, in the order in which they happened.
//!
//! Events are many, and as they come each takes 80 octets, of which most are zeros: here its words are
//! packed, and take about 30.

use crate::log::{Log, Numbered, Since};
use crate::slabs::Slabs;
use crate::words::{self, Room, pack, unpack};
use base::{Instant, InterfaceId, JackId, Journey, NodeId};
use trace::{Event, Place, ReasonInfo};

/// A bounded log with consecutive numbers; readers hold a cursor.
#[derive(Debug, Default)]
pub struct EventLog {
    /// Where the words of each event lie: what and where ([`head_of`]), time, journey, five arguments.
    places: Log<u32>,
    slabs: Slabs,
    /// The reasons that there were, in the order of their codes.
    reasons: Vec<&'static ReasonInfo>,
    /// A bit for the code of each of them.
    known: Vec<u64>,
}

impl Numbered for &EventLog {
    type Entry = Event;
    fn entry(self, number: u64) -> Option<Event> {
        self.get(number)
    }
}

impl EventLog {
    /// How many are kept; the oldest go and are counted.
    pub const BOUND: usize = 1 << 18;

    /// The events from number `cursor` on that are still kept, oldest first.
    pub fn since(&self, cursor: u64) -> impl DoubleEndedIterator<Item = Event> + ExactSizeIterator {
        Since { of: self, numbers: self.places.numbers(cursor) }
    }
    /// How many of the events from `cursor` on are gone.
    pub fn missed(&self, cursor: u64) -> u64 {
        self.places.missed(cursor)
    }
    /// The number that the next event will have: a reader's next cursor.
    pub fn next(&self) -> u64 {
        self.places.next()
    }
    /// The number of the oldest event that is kept.
    pub fn first(&self) -> u64 {
        self.places.first()
    }

    /// The events of a reason that are still kept, oldest first; of the others no more than that is
    /// read.
    pub fn of(&self, reason: &str) -> impl Iterator<Item = Event> {
        let code = self.reasons.iter().find(|known| known.name == reason).map(|it| it.code);
        let numbers = if code.is_some() { self.places.numbers(0) } else { 0..0 };
        let code_of = |number| self.octets(number).map(|octets| words::first(octets) as u16);
        numbers.filter(move |&number| code_of(number) == code).filter_map(|it| self.get(it))
    }

    fn octets(&self, number: u64) -> Option<&[u8]> {
        Some(self.slabs.from(*self.places.get(number)?))
    }

    fn get(&self, number: u64) -> Option<Event> {
        let [head, time, journey, args @ ..] = unpack(self.octets(number)?);
        let code = head as u16;
        let reason = self.reasons.binary_search_by_key(&code, |reason| reason.code);
        Some(Event {
            time: Instant::from_nanos(time),
            node: NodeId((head >> 34) as u32),
            place: place_of(head >> 16),
            journey: Journey { origin: NodeId((journey >> 32) as u32), count: journey as u32 },
            reason: self.reasons.get(reason.ok()?)?,
            args,
        })
    }

    #[inline]
    pub(crate) fn push(&mut self, event: &Event) {
        if self.places.len() == Self::BOUND {
            self.forget_oldest();
        }
        let code = event.reason.code; // one reason a code: `cargo xtask tidy` and a test of the lab
        let bits = self.known.get(usize::from(code / 64)).copied().unwrap_or(0);
        if bits >> (code % 64) & 1 == 0 {
            self.learn(event.reason);
        }
        let journey = u64::from(event.journey.origin.0) << 32 | u64::from(event.journey.count);
        let [a, b, c, d, e] = event.args;
        let words = [head_of(event), event.time.as_nanos(), journey, a, b, c, d, e];
        let mut octets: Room = [0; _];
        let len = pack(&words, &mut octets);
        let (place, slab) = self.slabs.room(words::MOST);
        // To copy a known number and to cut it is cheaper than to copy some number.
        let end = slab.len() + len;
        slab.extend_from_slice(&octets[..words::MOST]);
        slab.truncate(end);
        self.places.push(place);
    }

    #[cold]
    fn learn(&mut self, reason: &'static ReasonInfo) {
        let at = self.reasons.partition_point(|known| known.code < reason.code);
        self.reasons.insert(at, reason);
        let word = usize::from(reason.code / 64);
        self.known.resize(self.known.len().max(word + 1), 0);
        self.known[word] |= 1 << (reason.code % 64);
    }

    fn forget_oldest(&mut self) {
        self.places.pop();
        if let Some(&oldest) = self.places.get(self.places.first()) {
            self.slabs.forget_before(oldest);
        }
    }
}

/// The reason's code (16 bits), the kind of place (2) and its number (16), the node (a world has at
/// most 2^20 of them).
fn head_of(event: &Event) -> u64 {
    let (kind, number) = match event.place {
        Place::Node => (0, 0),
        Place::Jack(jack) => (1, jack.0),
        Place::Interface(interface) => (2, interface.0),
    };
    u64::from(event.node.0) << 34
        | u64::from(number) << 18
        | kind << 16
        | u64::from(event.reason.code)
}

fn place_of(word: u64) -> Place {
    match word & 3 {
        1 => Place::Jack(JackId((word >> 2) as u16)),
        2 => Place::Interface(InterfaceId((word >> 2) as u16)),
        _ => Place::Node,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reasons::{NoCable, PowerLost, RingFull};
    use trace::Reason;

    fn event(n: u64) -> Event {
        let wide = |word: u64| if n.is_multiple_of(7) { u64::MAX - word } else { word };
        let reason = [RingFull::INFO, NoCable::INFO, PowerLost::INFO][(n % 3) as usize];
        let place = match n % 5 {
            0 => Place::Node,
            1 => Place::Jack(JackId(n as u16)),
            2 => Place::Jack(JackId(u16::MAX)),
            _ => Place::Interface(InterfaceId(n as u16)),
        };
        Event {
            time: Instant::from_nanos(n * 1_000_003),
            node: NodeId(n as u32 % 50),
            place,
            journey: match n % 11 {
                0 => Journey::NONE,
                _ => Journey { origin: NodeId(n as u32 % 9), count: n as u32 },
            },
            reason,
            args: [wide(n), 0, wide(1 << 40), 3, wide(n << 20)],
        }
    }

    #[test]
    fn an_event_is_read_as_it_was_written() {
        let mut log = EventLog::default();
        let all = EventLog::BOUND as u64 + 100_000;
        for n in 0..all {
            log.push(&event(n));
        }
        assert_eq!((log.first(), log.next()), (100_000, all));
        for (n, read) in (0..).zip(log.since(0)).step_by(997) {
            let written = event(n + 100_000);
            assert_eq!(format!("{read:?}"), format!("{written:?}"));
            assert_eq!((read.place, read.journey), (written.place, written.journey));
            assert_eq!((read.args, read.reason.code), (written.args, written.reason.code));
        }
        let reads = |reason: &str| {
            let all = log.since(0).filter(|event| event.reason.name == reason);
            let (all, own): (Vec<_>, Vec<_>) = (all.collect(), log.of(reason).collect());
            assert_eq!(format!("{:?}", &own[..99]), format!("{:?}", &all[..99]));
            assert_eq!(own.len(), all.len());
            own.len()
        };
        assert_eq!(reads("ring_full") + reads("no_cable") + reads("power_lost"), EventLog::BOUND);
        assert_eq!(log.of("nothing").count(), 0);
        assert_eq!(log.since(0).next_back().map(|last| last.time), Some(event(all - 1).time));
    }
}
