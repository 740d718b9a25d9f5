//! Two runs side by side: the first thing that differs, and why.
//!
//! ```text
//!   run A:  same  same  same  | what happens differs: an event or a frame, its time, node, packet
//!   run B:  same  same  same  |
//!                  ^ the octets may differ before: what chance draws (ports, sequence numbers)
//! ```
//!
//! Both worlds go from instant to instant together, and what each recorded there is compared: events
//! by time, node, place, packet and reason, frames by time, node, jack, direction, packet and length.
//! Octets, and the numbers in an event's sentence, are compared beside that: two seeds draw other
//! sequence numbers from the first SYN on, which is no difference in what happens.
//!
//! Why: the event's own reason, and the cables that are not the same in the two worlds at that moment.

mod why;

use crate::line::{Line, packet_name};
use base::field::Value;
use base::{Instant, Lang};
use language::Text;
use language::diagnostic::text;
use sim::{Recorded, Stuck, Tape, World};
use trace::{Event, Place};
use why::explain;

/// Names of what differs that are told, of a kind.
const MOST_NAMES: usize = 3;
/// Events worked off before it is asked whether it is enough.
const SLICE: u64 = 20_000;

/// One run: its world, what it is given, and how much of that it was given.
pub struct Side {
    world: World,
    tape: Tape,
    played: usize,
    frames: u64,
    events: u64,
}

/// Something that happened in one run and not in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub time: Instant,
    /// On which node.
    pub node: String,
    /// At which jack; empty: on the node as a whole.
    pub jack: String,
    /// To which packet; may be empty.
    pub packet: String,
    /// What.
    pub says: Text,
}

/// The first thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// When.
    pub time: Instant,
    /// What each run has there; none: nothing.
    pub sides: [Option<Told>; 2],
    /// Why, sentence by sentence.
    pub why: Vec<Text>,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Frames that are the same in both, before anything happens that is not.
    pub frames: u64,
    /// Events, the same.
    pub events: u64,
    /// How far both were run.
    pub until: Instant,
    /// Whoever compared had enough before the end, and nothing had happened otherwise by then.
    pub enough: bool,
    /// What happens otherwise first.
    pub happens: Option<First>,
    /// Where octets, or numbers in a sentence, differ first, if that is before.
    pub octets: Option<First>,
}

impl Side {
    /// A run at its beginning.
    pub fn new(world: World, tape: Tape) -> Side {
        Side { world, tape, played: 0, frames: 0, events: 0 }
    }

    fn next(&self) -> Option<Instant> {
        self.tape.next_deadline(&self.world, self.played)
    }

    /// False: it was enough before.
    fn run_until(&mut self, until: Instant, enough: &dyn Fn() -> bool) -> Result<bool, Stuck> {
        while !enough() {
            let there = self.tape.run_some(&mut self.world, &mut self.played, until, SLICE)?;
            while self.world.poll_door_frame().is_some() {}
            if there {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn passed(&mut self) {
        self.frames = self.world.recorder().next();
        self.events = self.world.events().next();
    }

    fn new_events(&self) -> Vec<Event> {
        self.world.events().since(self.events).collect()
    }

    fn new_frames(&self) -> Vec<Recorded<'_>> {
        self.world.recorder().since(self.frames).collect()
    }

    fn tell_event(&self, event: &Event) -> Told {
        let jack = match event.place {
            Place::Jack(jack) => self.world.jack_name(event.node, jack),
            Place::Node | Place::Interface(_) => String::new(),
        };
        let says = |lang| event.reason.sentence(&event.args, lang);
        Told {
            time: event.time,
            node: self.world.name(event.node).to_owned(),
            jack,
            packet: packet_name(&self.world, event.journey),
            says: text(says(Lang::En), says(Lang::Zh)),
        }
    }

    fn tell_frame(&self, frame: &Recorded) -> Told {
        let line = Line::of(&self.world, frame);
        let protocol = line.summary.protocol();
        let (src, dst, info) = (&line.summary.src, &line.summary.dst, &line.summary.info);
        let (en, zh) = match line.direction {
            sim::Direction::In => ("comes in", "进入"),
            sim::Direction::Out => ("goes out", "发出"),
        };
        let says = text(
            format!("{en}: {protocol} {src} > {dst} {}", info.en),
            format!("{zh}: {protocol} {src} > {dst} {}", info.zh),
        );
        Told { time: line.time, node: line.node, jack: line.jack, packet: line.packet, says }
    }
}

/// Runs both until `end`, until what happens differs, or until it is `enough`.
///
/// # Errors
/// A world that stands still.
pub fn diff(
    a: &mut Side,
    b: &mut Side,
    end: Instant,
    enough: &dyn Fn() -> bool,
) -> Result<Compared, Stuck> {
    let mut octets = None;
    let mut at = Instant::ZERO;
    loop {
        let there = a.run_until(at, enough)? && b.run_until(at, enough)?;
        let first = there.then(|| happened(a, b)).flatten();
        let (frames, events) = (a.frames, a.events);
        if first.is_some() || !there {
            let happens = first.map(|first| explain(first, a, b, enough));
            return Ok(Compared { frames, events, until: at, enough: !there, happens, octets });
        }
        octets = octets.or_else(|| other_octets(a, b));
        a.passed();
        b.passed();
        match [a.next(), b.next()].into_iter().flatten().min().filter(|&next| next <= end) {
            Some(next) => at = next.max(at),
            None => {
                let (frames, events) = (a.frames, a.events);
                let (until, enough, happens) = (end, false, None);
                return Ok(Compared { frames, events, until, enough, happens, octets });
            }
        }
    }
}

/// The first thing that is recorded in one and not in the other. Events come first: they say why.
fn happened(a: &Side, b: &Side) -> Option<First> {
    let (mine, yours) = (a.new_events(), b.new_events());
    let event = unlike(&mine, &yours, |x, y| same_event(a, x, b, y)).map(|(mine, yours)| {
        [mine.map(|event| a.tell_event(&event)), yours.map(|event| b.tell_event(&event))]
    });
    let (mine, yours) = (a.new_frames(), b.new_frames());
    let sides = event.or_else(|| {
        let (mine, yours) = unlike(&mine, &yours, |x, y| same_frame(a, x, b, y))?;
        Some([mine.map(|frame| a.tell_frame(&frame)), yours.map(|frame| b.tell_frame(&frame))])
    })?;
    let time = sides.iter().flatten().map(|told| told.time).min()?;
    Some(First { time, sides, why: Vec::new() })
}

/// Where two lists of one instant part. What one has here and the other only further down is no news:
/// what stands before it there is.
fn unlike<T: Copy>(
    mine: &[T],
    yours: &[T],
    same: impl Fn(&T, &T) -> bool,
) -> Option<(Option<T>, Option<T>)> {
    let both = mine.iter().zip(yours).take_while(|(x, y)| same(x, y)).count();
    let (mine, yours) = (&mine[both..], &yours[both..]);
    let (x, y) = (mine.first().copied(), yours.first().copied());
    let x_comes = x.is_some_and(|x| yours.iter().any(|y| same(&x, y)));
    let y_comes = y.is_some_and(|y| mine.iter().any(|x| same(x, &y)));
    match (x, y) {
        (None, None) => None,
        (_, Some(_)) if x_comes && !y_comes => Some((None, y)),
        (Some(_), _) if y_comes && !x_comes => Some((x, None)),
        parted => Some(parted),
    }
}

fn same_event(a: &Side, x: &Event, b: &Side, y: &Event) -> bool {
    (x.time, x.place, x.reason.code, x.journey.count)
        == (y.time, y.place, y.reason.code, y.journey.count)
        && a.world.name(x.node) == b.world.name(y.node)
        && a.world.name(x.journey.origin) == b.world.name(y.journey.origin)
}

fn same_frame(a: &Side, x: &Recorded, b: &Side, y: &Recorded) -> bool {
    let (mine, yours) = (x.journey(), y.journey());
    (x.time, x.jack, x.direction, x.frame.len(), mine.count)
        == (y.time, y.jack, y.direction, y.frame.len(), yours.count)
        && a.world.name(x.node) == b.world.name(y.node)
        && a.world.name(mine.origin) == b.world.name(yours.origin)
}

/// The first frame with other octets, and which fields they are.
fn other_octets(a: &Side, b: &Side) -> Option<First> {
    let (mine, yours) = (a.new_frames(), b.new_frames());
    let pairs = mine.iter().zip(&yours);
    let (x, y) = pairs.into_iter().find(|(x, y)| x.octets() != y.octets())?;
    let sides = [Some(a.tell_frame(x)), Some(b.tell_frame(y))];
    Some(First { time: x.time, sides, why: other_fields(&x.octets(), &y.octets()) })
}

fn other_fields(mine: &[u8], yours: &[u8]) -> Vec<Text> {
    let (x, y) = (capture::dissect(mine), capture::dissect(yours));
    let pairs = x.list.iter().zip(&y.list);
    // A checksum differs with the rest, and `udp.port` is `udp.srcport` under another name.
    let again = |name: &str| [".checksum", ".port", ".addr"].iter().any(|end| name.ends_with(end));
    let differ = pairs.filter(|(x, y)| x.name == y.name && x.value != y.value && !again(x.name));
    let told = differ.map(|(x, y)| {
        let (name, mine, yours) = (x.name, value(&x.value), value(&y.value));
        text(
            format!("{name} is {mine} in A and {yours} in B"),
            format!("{name} 在 A 中是 {mine}, 在 B 中是 {yours}"),
        )
    });
    told.take(MOST_NAMES).collect()
}

fn value(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => u8::from(*flag).to_string(),
        Value::Mac(mac) => mac.to_string(),
        Value::Ip(ip) => ip.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::Time(span) => span.to_string(),
        Value::Present | Value::Octets => "..".to_owned(),
    }
}
