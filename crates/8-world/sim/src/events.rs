//! The last events of a world, in the order in which they happened.
//!
//! Events are many, and as they come each takes 80 octets: here most take 24 to 44.
//!
//! ```text
//!   | what and where, 8 | time, 8 | journey, 8 | as many arguments as the reason has |
//!
//!   what and where:  code 16 bits, kind of place 2, its number 16, sizes of arguments 5 x 2, node 20
//! ```
//! Each argument takes four octets, where that is enough for all of them; else as many as it needs, of
//! `OCTETS`.

use crate::log::{Log, Numbered, Since};
use crate::slabs::Slabs;
use base::{Instant, InterfaceId, JackId, Journey, NodeId};
use trace::{Args, Event, Place, ReasonInfo};

/// A bounded log with consecutive numbers; readers hold a cursor.
#[derive(Debug, Default)]
pub struct EventLog {
    /// Where each event lies.
    places: Log<u32>,
    slabs: Slabs,
    /// The reasons that there were, in the order of their codes.
    reasons: Vec<&'static ReasonInfo>,
    /// By the code of each of them: how many arguments it has.
    widths: Vec<Option<u8>>,
}

/// Octets before the arguments.
const HEAD: usize = 24;
/// Octets of an event at most.
const MOST: usize = HEAD + size_of::<Args>();
/// Octets that an argument takes, by its size; six are a hardware address, or an IPv4 address where
/// there could be one of IPv6.
const OCTETS: [usize; 4] = [4, 0, 6, 8];

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
        let code_of = |number| self.octets(number).map(|octets| word(octets, 0) as u16);
        numbers.filter(move |&number| code_of(number) == code).filter_map(|it| self.get(it))
    }

    fn octets(&self, number: u64) -> Option<&[u8]> {
        Some(self.slabs.from(*self.places.get(number)?))
    }

    fn get(&self, number: u64) -> Option<Event> {
        let octets = self.octets(number)?;
        let (head, journey) = (word(octets, 0), word(octets, 16));
        let code = head as u16;
        let reason = self.reasons.binary_search_by_key(&code, |reason| reason.code);
        let reason = *self.reasons.get(reason.ok()?)?;
        let width = usize::from((*self.widths.get(usize::from(code))?)?);
        let (mut args, mut at) = (Args::default(), HEAD);
        for (index, arg) in args.iter_mut().enumerate().take(width) {
            let len = OCTETS[(head >> (SIZES + 2 * index) & 3) as usize];
            *arg = word(octets, at) & u64::MAX.checked_shr(64 - 8 * len as u32).unwrap_or(0);
            at += len;
        }
        Some(Event {
            time: Instant::from_nanos(word(octets, 8)),
            node: NodeId((head >> NODE) as u32),
            place: place_of(head >> 16),
            journey: Journey { origin: NodeId((journey >> 32) as u32), count: journey as u32 },
            reason,
            args,
        })
    }

    #[inline]
    pub(crate) fn push(&mut self, event: &Event) {
        if self.places.len() == Self::BOUND {
            self.forget_oldest();
        }
        let code = event.reason.code; // one reason a code: `cargo xtask tidy` and a test of the lab
        let width = match self.widths.get(usize::from(code)) {
            Some(&Some(width)) => width.into(),
            _ => self.learn(event.reason),
        };
        let mut octets = [0; MOST];
        let len = write(event, width, &mut octets);
        let (place, slab) = self.slabs.room(MOST);
        // To copy a known number and to cut it is cheaper than to copy some number.
        let end = slab.len() + len;
        slab.extend_from_slice(&octets);
        slab.truncate(end);
        self.places.push(place);
    }

    #[cold]
    fn learn(&mut self, reason: &'static ReasonInfo) -> usize {
        let at = self.reasons.partition_point(|known| known.code < reason.code);
        self.reasons.insert(at, reason);
        let (code, width) = (usize::from(reason.code), width(reason));
        self.widths.resize(self.widths.len().max(code + 1), None);
        self.widths[code] = Some(width as u8);
        width
    }

    fn forget_oldest(&mut self) {
        self.places.pop();
        if let Some(&oldest) = self.places.get(self.places.first()) {
            self.slabs.forget_before(oldest);
        }
    }
}

/// How many arguments a reason has.
fn width(reason: &ReasonInfo) -> usize {
    let width: usize = reason.params.iter().map(|param| param.kind.width()).sum();
    width.min(Args::default().len())
}

/// Writes an event with so many arguments; how many octets that are.
#[inline]
fn write(event: &Event, width: usize, out: &mut [u8; MOST]) -> usize {
    debug_assert!(event.args[width..].iter().all(|&arg| arg == 0), "more than its reason has");
    let (mut sizes, mut end) = (0, HEAD + 4 * width);
    if event.args.iter().fold(0, |all, arg| all | arg) <= u32::MAX.into() {
        for (room, arg) in out[HEAD..].chunks_exact_mut(4).zip(event.args) {
            room.copy_from_slice(&(arg as u32).to_le_bytes());
        }
    } else {
        (sizes, end) = write_each(&event.args[..width], out);
    }
    let head = head_of(event) | sizes << SIZES;
    let journey = u64::from(event.journey.origin.0) << 32 | u64::from(event.journey.count);
    for (room, word) in out.chunks_exact_mut(8).zip([head, event.time.as_nanos(), journey]) {
        room.copy_from_slice(&word.to_le_bytes());
    }
    end
}

/// Writes arguments, each as short as it can be: their sizes, and where they end.
fn write_each(args: &[u64], out: &mut [u8; MOST]) -> (u64, usize) {
    let (mut sizes, mut at) = (0, HEAD);
    for (index, &arg) in args.iter().enumerate() {
        let size = match arg {
            0 => 1,
            1..=0xffff_ffff => 0,
            0x1_0000_0000..=0xffff_ffff_ffff => 2,
            _ => 3,
        };
        out[at..at + 8].copy_from_slice(&arg.to_le_bytes());
        sizes |= size << (2 * index);
        at += OCTETS[size as usize];
    }
    (sizes, at)
}

/// The eight octets from `at` on; zeros for what is missing.
#[inline]
fn word(octets: &[u8], at: usize) -> u64 {
    let there = octets.get(at..).unwrap_or_default();
    if let Some(&eight) = there.first_chunk() {
        return u64::from_le_bytes(eight);
    }
    let mut eight = [0; 8];
    eight[..there.len()].copy_from_slice(there);
    u64::from_le_bytes(eight)
}

/// Where in an event's first word the sizes of its arguments stand.
const SIZES: usize = 34;
/// And where its node (a world has at most 2^20 of them).
const NODE: usize = 44;

/// The first word, without sizes.
fn head_of(event: &Event) -> u64 {
    let (kind, number) = match event.place {
        Place::Node => (0, 0),
        Place::Jack(jack) => (1, jack.0),
        Place::Interface(interface) => (2, interface.0),
    };
    u64::from(event.node.0) << NODE
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
    use trace::{ArgKind, Fate, Param, Reason};

    /// No reason has more.
    static FIVE: ReasonInfo = ReasonInfo {
        code: 9_999,
        name: "five",
        fate: Fate::Note,
        clause: "",
        params: &[
            Param { name: "a", kind: ArgKind::Ip },
            Param { name: "b", kind: ArgKind::Text },
            Param { name: "c", kind: ArgKind::Number },
        ],
        en: "",
        zh: "",
    };

    fn event(n: u64) -> Event {
        let reason = [RingFull::INFO, NoCable::INFO, PowerLost::INFO, &FIVE][(n % 4) as usize];
        let place = match n % 5 {
            0 => Place::Node,
            1 => Place::Jack(JackId(n as u16)),
            2 => Place::Jack(JackId(u16::MAX)),
            _ => Place::Interface(InterfaceId(n as u16)),
        };
        let args = match (width(reason), n % 7) {
            (0, _) => [0; 5],
            (1, wide) => [n << (8 * wide), 0, 0, 0, 0],
            (_, 0) => [u64::MAX, n, 0, 1 << 40, u64::MAX - n],
            (_, 1) => [0, 0, 0, 0, 1 << 32],
            (_, 2) => [0, 0xffff_0a00_0001, (1 << 48) - 1, 1 << 48, n],
            _ => [u64::from(u32::MAX), 0, n, 3, n << 7],
        };
        Event {
            time: Instant::from_nanos(n * 1_000_003),
            node: NodeId(n as u32 % 50 + if n.is_multiple_of(13) { (1 << 20) - 50 } else { 0 }),
            place,
            journey: match n % 11 {
                0 => Journey::NONE,
                _ => Journey { origin: NodeId(n as u32 % 9), count: n as u32 },
            },
            reason,
            args,
        }
    }

    /// Addresses of IPv4 in arguments made for both, as a router and UDP have them, are short.
    #[test]
    fn an_event_takes_little_room() {
        let mut log = EventLog::default();
        let ip = |host: u64| 0xffff_0a00_0000 + host;
        let args = [[0; 5], [1, 2, 3, 4, 5], [0, ip(1), 0, ip(2), 80], [u64::MAX; 5]];
        for args in args {
            log.push(&Event { reason: &FIVE, args, ..event(1) });
        }
        log.push(&Event { reason: NoCable::INFO, args: [0; 5], ..event(1) });
        log.push(&event(1));
        let places: Vec<u32> = (0..6).filter_map(|n| log.places.get(n).copied()).collect();
        let octets: Vec<u32> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(octets, [44, 44, 40, 64, 24]);
    }

    #[test]
    fn an_event_is_read_as_it_was_written() {
        let mut log = EventLog::default();
        let all = EventLog::BOUND as u64 + 100_000;
        for n in 0..all {
            log.push(&event(n));
        }
        assert_eq!((log.first(), log.next()), (100_000, all));
        // All of them: where a slab ends, nothing lies behind an event.
        for (n, read) in (100_000..).zip(log.since(0)) {
            let written = event(n);
            assert_eq!((read.time, read.node), (written.time, written.node), "{n}");
            assert_eq!((read.place, read.journey), (written.place, written.journey), "{n}");
            assert_eq!((read.args, read.reason.code), (written.args, written.reason.code), "{n}");
        }
        let reads = |reason: &str| {
            let all = log.since(0).filter(|event| event.reason.name == reason);
            let (all, own): (Vec<_>, Vec<_>) = (all.collect(), log.of(reason).collect());
            assert_eq!(format!("{:?}", &own[..99]), format!("{:?}", &all[..99]));
            assert_eq!(own.len(), all.len());
            own.len()
        };
        let names = ["ring_full", "no_cable", "power_lost", "five"];
        assert_eq!(names.map(reads).iter().sum::<usize>(), EventLog::BOUND);
        assert_eq!(log.of("nothing").count(), 0);
        assert_eq!(log.since(0).next_back().map(|last| last.time), Some(event(all - 1).time));
    }
}
