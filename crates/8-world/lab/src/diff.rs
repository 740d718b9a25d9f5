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

use crate::Text;
use crate::diagnostic::text;
use crate::line::{Line, packet_name};
use base::field::Value;
use base::{Instant, Lang};
use sim::{CableView, Recorded, Stuck, Tape, World};
use trace::{Event, Place};

/// How far the other run is searched for the same thing at another time.
const LOOK_AHEAD: base::Duration = base::Duration::from_secs(2);
/// Names of what differs that are told, of a kind.
const MOST_NAMES: usize = 3;

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

    fn run_until(&mut self, until: Instant) -> Result<(), Stuck> {
        self.tape.run_until(&mut self.world, &mut self.played, until)?;
        while self.world.poll_door_frame().is_some() {}
        Ok(())
    }

    fn passed(&mut self) {
        self.frames = self.world.recorder().next();
        self.events = self.world.events().next();
    }

    fn new_events(&self) -> Vec<&Event> {
        self.world.events().since(self.events).collect()
    }

    fn new_frames(&self) -> Vec<&Recorded> {
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

/// Runs both until `end`, or until what happens differs.
///
/// # Errors
/// A world that stands still.
pub fn diff(a: &mut Side, b: &mut Side, end: Instant) -> Result<Compared, Stuck> {
    let mut octets = None;
    let mut at = Instant::ZERO;
    loop {
        a.run_until(at)?;
        b.run_until(at)?;
        if let Some(first) = happened(a, b) {
            let (frames, events, happens) = (a.frames, a.events, Some(first));
            let happens = happens.map(|first| explain(first, a, b));
            return Ok(Compared { frames, events, until: at, happens, octets });
        }
        octets = octets.or_else(|| other_octets(a, b));
        a.passed();
        b.passed();
        match [a.next(), b.next()].into_iter().flatten().min().filter(|&next| next <= end) {
            Some(next) => at = next.max(at),
            None => {
                let (frames, events) = (a.frames, a.events);
                return Ok(Compared { frames, events, until: end, happens: None, octets });
            }
        }
    }
}

/// The first thing that is recorded in one and not in the other. Events come first: they say why.
fn happened(a: &Side, b: &Side) -> Option<First> {
    let (mine, yours) = (a.new_events(), b.new_events());
    let event = unlike(&mine, &yours, |x, y| same_event(a, x, b, y)).map(|index| {
        [mine.get(index).map(|it| a.tell_event(it)), yours.get(index).map(|it| b.tell_event(it))]
    });
    let (mine, yours) = (a.new_frames(), b.new_frames());
    let sides = event.or_else(|| {
        let index = unlike(&mine, &yours, |x, y| same_frame(a, x, b, y))?;
        let (mine, yours) = (mine.get(index), yours.get(index));
        Some([mine.map(|it| a.tell_frame(it)), yours.map(|it| b.tell_frame(it))])
    })?;
    let time = sides.iter().flatten().map(|told| told.time).min()?;
    Some(First { time, sides, why: Vec::new() })
}

/// Where two lists part.
fn unlike<T>(mine: &[T], yours: &[T], same: impl Fn(&T, &T) -> bool) -> Option<usize> {
    let both = mine.len().min(yours.len());
    let found = (0..both).find(|&index| !same(&mine[index], &yours[index]));
    found.or((mine.len() != yours.len()).then_some(both))
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
    let differ = pairs
        .filter(|(x, y)| x.name == y.name && x.value != y.value && !x.name.contains("checksum"));
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

/// Why: what the event says of itself, the same at another time, and what is not the same around it.
fn explain(mut first: First, a: &mut Side, b: &mut Side) -> First {
    // Before one of them is run on to look for the same thing later.
    let around = [other_cables(&a.world, &b.world), other_nodes(&a.world, &b.world)];
    for index in [0, 1] {
        let (name, zh_other) = if index == 0 { ("A", "B") } else { ("B", "A") };
        let Some(told) = first.sides[index].clone() else { continue };
        let (here, there) = if index == 0 { (&mut *a, &mut *b) } else { (&mut *b, &mut *a) };
        if let Some(cable) = cable_of(here, &told) {
            let packet = &told.packet;
            first.why.push(text(
                format!("in run {name}, at the cable {cable}, to {packet}: {}", told.says.en),
                format!("运行 {name} 中, 网线 {cable} 上的 {packet}: {}", told.says.zh),
            ));
        }
        if first.sides[1 - index].is_none()
            && let Some(then) = same_later(there, &told)
        {
            let later = then - told.time;
            first.why.push(text(
                format!("in run {zh_other} the same happens {later} later"),
                format!("运行 {zh_other} 中同样的事晚 {later} 发生"),
            ));
        }
    }
    first.why.extend(around.into_iter().flatten());
    first
}

/// The cable whose doing it is, if it is one's.
fn cable_of(side: &Side, told: &Told) -> Option<String> {
    let node = side.world.node(&told.node)?;
    let jack = side.world.jack(node, &told.jack)?;
    let by_cable = |event: &&&Event| {
        (1001..=1008).contains(&event.reason.code) && side.tell_event(event) == *told
    };
    side.new_events().iter().find(by_cable)?;
    side.world.cable_at(node, jack).map(|cable| cable.name.to_owned())
}

/// When the same happens in this run, within a while.
fn same_later(side: &mut Side, told: &Told) -> Option<Instant> {
    let end = told.time + LOOK_AHEAD;
    while let Some(next) = side.next().filter(|&next| next <= end) {
        side.passed();
        side.run_until(next).ok()?;
        let events = side.new_events().into_iter().map(|event| side.tell_event(event));
        let frames = side.new_frames().into_iter().map(|frame| side.tell_frame(frame));
        let mut all = events.chain(frames);
        let like = |it: &Told| {
            (&it.node, &it.jack, &it.packet, &it.says)
                == (&told.node, &told.jack, &told.packet, &told.says)
        };
        if let Some(found) = all.find(like) {
            return Some(found.time);
        }
    }
    None
}

/// Cables that are not set alike.
fn other_cables(a: &World, b: &World) -> Vec<Text> {
    let set =
        |cable: &CableView<'_>| (cable.cut, *cable.forward.config(), *cable.backward.config());
    let differ = a.cables().filter_map(|mine| match b.cable(mine.name) {
        Some(yours) if set(&mine) == set(&yours) => None,
        Some(_) => Some(text(
            format!("the cable {} is not set as in the other run", mine.name),
            format!("网线 {} 的设定在两次运行中不同", mine.name),
        )),
        None => Some(only(mine.name, "A")),
    });
    let gone = b.cables().filter(|yours| a.cable(yours.name).is_none());
    let all = differ.chain(gone.map(|yours| only(yours.name, "B")));
    all.take(MOST_NAMES).collect()
}

fn other_nodes(a: &World, b: &World) -> Vec<Text> {
    let power = |world: &World, name: &str| {
        let node = world.node(name).and_then(|node| world.view(node));
        node.map(|node| node.powered)
    };
    let differ = a.nodes().filter_map(|mine| match power(b, mine.name) {
        Some(powered) if powered == mine.powered => None,
        Some(_) => Some(text(
            format!("{} is switched on in one run and off in the other", mine.name),
            format!("{} 在一次运行中开机, 在另一次中关机", mine.name),
        )),
        None => Some(only(mine.name, "A")),
    });
    let more = b.nodes().filter(|yours| a.node(yours.name).is_none());
    differ.chain(more.map(|yours| only(yours.name, "B"))).take(MOST_NAMES).collect()
}

fn only(name: &str, run: &str) -> Text {
    text(format!("{name} is there in run {run} only"), format!("只有运行 {run} 里有 {name}"))
}
