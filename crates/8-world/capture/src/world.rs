//! A world's frames as a pcapng file: which jacks, their names, and what is known of each frame.

use crate::pcapng::{self, Packet, Way};
use base::{JackId, Journey, Lang, NodeId};
use sim::{Direction, Recorded, World};
use std::collections::BTreeMap;

/// The place that is captured.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Everything,
    Jack(NodeId, JackId),
    Node(NodeId),
    /// What was handed to a cable at either end: each frame once.
    Cable([(NodeId, JackId); 2]),
}

/// One capture: a reader of the recorder that writes pcapng, whole or bit by bit.
///
/// Call [`Capture::write_new`] as often as wanted; each call appends what was recorded since. The
/// first writes the header. What the recorder has let go is counted in [`Capture::missed`], and told in
/// a comment at the next frame.
#[derive(Clone, Debug)]
pub struct Capture {
    place: Place,
    cursor: u64,
    missed: u64,
    /// Of those, what no comment has told yet.
    untold: u64,
    written: u64,
    begun: bool,
    interfaces: BTreeMap<(NodeId, JackId), u32>,
    scratch: Vec<u8>,
}

impl Capture {
    /// Everything at every jack.
    pub fn everything() -> Capture {
        Capture::of(Place::Everything)
    }
    /// One jack, both directions.
    pub fn jack(node: NodeId, jack: JackId) -> Capture {
        Capture::of(Place::Jack(node, jack))
    }
    /// All jacks of a node, later ones too.
    pub fn node(node: NodeId) -> Capture {
        Capture::of(Place::Node(node))
    }
    /// A cable: what was handed to it at either end, so that each frame is seen once, the lost ones
    /// too.
    pub fn cable(world: &World, name: &str) -> Option<Capture> {
        let cable = world.cable(name)?;
        Some(Capture::of(Place::Cable([cable.a, cable.b])))
    }
    /// The place as people name it: a node, a cable, or a jack (`sw1.3`, `pc1.eth0`).
    pub fn named(world: &World, name: &str) -> Option<Capture> {
        if let Some(capture) = Capture::cable(world, name) {
            return Some(capture);
        }
        if let Some(node) = world.node(name) {
            return Some(Capture::node(node));
        }
        let (node, jack) = name.split_once('.')?;
        let node = world.node(node)?;
        Some(Capture::jack(node, world.jack(node, jack)?))
    }

    fn of(place: Place) -> Capture {
        Capture {
            place,
            cursor: 0,
            missed: 0,
            untold: 0,
            written: 0,
            begun: false,
            interfaces: BTreeMap::new(),
            scratch: Vec::new(),
        }
    }

    /// Begins with what is recorded from now on, not with what lies there.
    pub fn from_now(mut self, world: &World) -> Capture {
        self.cursor = world.recorder().next();
        self
    }

    /// Does the capture hold this frame?
    pub fn covers(&self, frame: &Recorded) -> bool {
        let at = (frame.node, frame.jack);
        match &self.place {
            Place::Everything => true,
            Place::Jack(node, jack) => at == (*node, *jack),
            Place::Node(node) => frame.node == *node,
            Place::Cable(ends) => frame.direction == Direction::Out && ends.contains(&at),
        }
    }

    /// Appends all that was recorded since the last call (at first: the header, and what lies
    /// there); returns how many frames.
    pub fn write_new(&mut self, world: &World, out: &mut Vec<u8>) -> u64 {
        self.write_new_if(world, out, |_| true)
    }

    /// As [`Capture::write_new`], for frames that pass a filter.
    pub fn write_new_if(
        &mut self,
        world: &World,
        out: &mut Vec<u8>,
        wanted: impl FnMut(&Recorded) -> bool,
    ) -> u64 {
        let before = self.written;
        self.write_some_if(world, out, wanted, usize::MAX, usize::MAX);
        self.written - before
    }

    /// The same, in portions: ends after a look at so many frames, or when `out` holds so many
    /// octets; true when there are more.
    pub fn write_some_if(
        &mut self,
        world: &World,
        out: &mut Vec<u8>,
        mut wanted: impl FnMut(&Recorded) -> bool,
        looks: usize,
        octets: usize,
    ) -> bool {
        self.write_header(out);
        let recorder = world.recorder();
        // Where the world went back, what is recorded from there on is new.
        self.cursor = self.cursor.min(recorder.next());
        let missed = recorder.missed(self.cursor);
        self.missed += missed;
        self.untold += missed;
        self.cursor += missed;
        for recorded in recorder.since(self.cursor).take(looks) {
            if out.len() >= octets {
                break;
            }
            self.cursor += 1;
            if self.covers(&recorded) && wanted(&recorded) {
                self.write_frame(world, &recorded, out);
            }
        }
        self.cursor < recorder.next()
    }

    /// Appends the header, once.
    pub fn write_header(&mut self, out: &mut Vec<u8>) {
        if !self.begun {
            self.begun = true;
            pcapng::section_header("catenet", out);
        }
    }

    /// Appends one frame, and before it its jack's description if it is the jack's first.
    pub fn write_frame(&mut self, world: &World, recorded: &Recorded, out: &mut Vec<u8>) {
        let interface = self.interface(world, recorded, out);
        self.scratch.resize(recorded.frame.len(), 0);
        recorded.frame.copy_to(&mut self.scratch);
        let mut comments = comments(world, recorded);
        match core::mem::take(&mut self.untold) {
            0 => {}
            missed => comments.push(format!("{missed} frames before this one were missed")),
        }
        let journey = recorded.journey();
        let epoch = u64::try_from(world.epoch_unix()).unwrap_or(0).saturating_mul(1_000_000_000);
        let packet = Packet {
            interface,
            nanos: epoch.saturating_add(recorded.time.as_nanos()),
            octets: &self.scratch,
            way: match recorded.direction {
                Direction::In => Way::Inbound,
                Direction::Out => Way::Outbound,
            },
            bad_fcs: recorded.frame.fcs() == base::frame::Fcs::Bad,
            id: u64::from(journey.origin.0) << 32 | u64::from(journey.count),
            comments: &comments,
        };
        pcapng::packet(&packet, out);
        self.written += 1;
    }

    fn interface(&mut self, world: &World, recorded: &Recorded, out: &mut Vec<u8>) -> u32 {
        let key = (recorded.node, recorded.jack);
        if let Some(&number) = self.interfaces.get(&key) {
            return number;
        }
        let number = self.interfaces.len() as u32;
        self.interfaces.insert(key, number);
        let name = jack_name(world, recorded.node, recorded.jack);
        let description = match world.cable_at(recorded.node, recorded.jack) {
            Some(cable) => format!("{name} (jack of cable {})", cable.name),
            None => name.clone(),
        };
        pcapng::interface(&name, &description, out);
        number
    }

    /// Frames written so far.
    pub fn written(&self) -> u64 {
        self.written
    }
    /// Frames that were gone before they could be written.
    pub fn missed(&self) -> u64 {
        self.missed
    }
}

/// `pc1.eth0`, `sw1.3`.
fn jack_name(world: &World, node: NodeId, jack: JackId) -> String {
    format!("{}.{}", world.name(node), world.jack_name(node, jack))
}

/// `pc1:12`, then why it went no further.
fn comments(world: &World, recorded: &Recorded) -> Vec<String> {
    let mut comments = Vec::with_capacity(2);
    let journey = recorded.journey();
    if !journey.is_none() {
        let mut text = journey_name(world, journey);
        let parent = recorded.parent();
        if !parent.is_none() {
            text.push_str(" from ");
            text.push_str(&journey_name(world, parent));
        }
        comments.push(text);
    }
    if let Some((reason, args)) = recorded.dropped() {
        // The one reason of a cable that loses nothing by itself: the far card drops the frame.
        let fate = if reason.name == "cable_flipped_bits" { "corrupted" } else { "dropped" };
        comments.push(format!("{fate} ({}): {}", reason.name, reason.sentence(args, Lang::En)));
    }
    comments
}

fn journey_name(world: &World, journey: Journey) -> String {
    format!("{}:{}", world.name(journey.origin), journey.count)
}
