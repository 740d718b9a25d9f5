//! A recorded frame as filters see it: its dissected fields, plus where, when and why.
//!
//! Fields that span frames are Wireshark's: `tcp.stream` counts connections in the order in which
//! this walk meets them, `tcp.seq` and `tcp.ack` are relative to the first number seen that way,
//! `tcp.window_size` is scaled where the handshake was seen, a fragmented packet's headers are named
//! with its last piece, an HTTP message with its last segment and once. So a walk is made over the
//! frames of one place in order, as a capture of that place would hold them. `tests/suite/tshark.rs` asks
//! tshark whether all of it is so.

use crate::pieces::Pieces;
pub use crate::seen_event::{SeenEvent, StreamFilter, explain};
use crate::streams::{Streams, Told, hosts};
use base::field::{Field, Value as Dissected};
use base::{Duration, Instant, JackId, NodeId};
use language::Text;
use language::diagnostic::text;
use language::fields::{FIELDS, FieldId};
use language::filter::{FieldSource, Value};
use language::model::Place;
use sim::{Direction, Recorded, World};
use std::ops::Range;
use std::sync::Arc;

/// Which recorded frames count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// Every frame at every jack.
    Everywhere,
    /// All frames at these jacks, both ways.
    Jacks(Vec<(NodeId, JackId)>),
    /// All jacks of a node, both ways.
    Node(NodeId),
    /// What was handed to a cable, at both its ends: each frame once.
    Cable([(NodeId, JackId); 2]),
}

impl Where {
    /// A place of the lab in its world; none when the world has no such thing (any more).
    pub fn of(world: &World, place: Option<&Place>) -> Option<Where> {
        Some(match place {
            None => Where::Everywhere,
            Some(Place::Node(name)) => Where::Node(world.node(name)?),
            Some(Place::Jack(end)) => {
                let node = world.node(&end.node)?;
                Where::Jacks(vec![(node, world.jack(node, &end.jack)?)])
            }
            Some(Place::Link(name)) => {
                let cable = world.cable(name)?;
                Where::Cable([cable.a, cable.b])
            }
        })
    }

    /// Does this frame count?
    pub fn covers(&self, frame: &Recorded) -> bool {
        let at = (frame.node, frame.jack);
        match self {
            Where::Everywhere => true,
            Where::Jacks(jacks) => jacks.contains(&at),
            Where::Node(node) => frame.node == *node,
            Where::Cable(ends) => frame.direction == Direction::Out && ends.contains(&at),
        }
    }
}

/// A walk over frames, with what must be remembered between them.
#[derive(Default)]
pub struct Walk {
    number: u64,
    first: Option<Instant>,
    last: Option<Instant>,
    streams: Streams,
    pieces: Pieces,
}

/// Octets and what they say: the frame itself, a packet put together from fragments, an HTTP message.
pub(crate) struct Part {
    octets: Vec<u8>,
    fields: Vec<Field>,
}

/// What a walk makes of a frame beyond what its own octets say.
#[derive(Clone)]
pub(crate) struct Known {
    /// What the frame completes: a packet in pieces, messages over segments.
    parts: Vec<Arc<Part>>,
    told: Vec<Told>,
    number: u64,
    relative: Duration,
    delta: Duration,
}

/// One frame, dissected.
pub struct Seen<'a> {
    world: &'a World,
    frame: Recorded<'a>,
    own: Part,
    known: Known,
    node: String,
    jack: String,
    link: String,
}

impl Walk {
    /// The next frame of the walk.
    pub fn step<'a>(&mut self, world: &'a World, frame: Recorded<'a>) -> Seen<'a> {
        let (own, http) = Part::of_frame(&frame);
        let known = self.know(frame.time, &own, http);
        Seen::new(world, frame, own, known)
    }

    /// The next frame of the walk, only to be remembered.
    pub(crate) fn pass(&mut self, frame: &Recorded) -> Known {
        let (own, http) = Part::of_frame(frame);
        self.know(frame.time, &own, http)
    }

    fn know(&mut self, now: Instant, own: &Part, http: Option<Range<usize>>) -> Known {
        self.number += 1;
        let first = *self.first.get_or_insert(now);
        let last = self.last.replace(now).unwrap_or(now);
        let Part { octets, fields } = own;
        let whole = self.pieces.step(octets, fields);
        let payload = http.and_then(|at| octets.get(at));
        let (mut told, mut messages) = self.streams.step(now, octets, fields, None, payload);
        let around = hosts(fields);
        let mut parts = Vec::new();
        if let Some(packet) = whole {
            let (inner, http) = capture::dissect_packet(&packet);
            let payload = http.and_then(|at| packet.get(at));
            let (more, others) = self.streams.step(now, &packet, &inner.list, around, payload);
            told.extend(more);
            messages.extend(others);
            parts.push(Arc::new(Part { octets: packet, fields: inner.list }));
        }
        for message in messages {
            let fields = capture::dissect_message(&message).list;
            parts.push(Arc::new(Part { octets: message, fields }));
        }
        Known { parts, told, number: self.number, relative: now - first, delta: now - last }
    }
}

/// Two numbers that Wireshark gives otherwise than our dissector: where a fragment begins it counts
/// in units of eight octets, as the header does; the checksum of a quoted message it never verifies.
fn as_wireshark(fields: &mut [Field]) {
    let mut messages = 0;
    for field in fields {
        messages += usize::from(field.name == "icmp");
        match (field.name, &mut field.value) {
            ("ip.frag_offset", Dissected::Number(offset)) => *offset /= 8,
            ("icmp.checksum.status", Dissected::Number(status)) if messages > 1 => *status = 2,
            _ => {}
        }
    }
}

impl Part {
    /// The frame itself, and where it carries HTTP.
    fn of_frame(frame: &Recorded) -> (Part, Option<Range<usize>>) {
        let octets = frame.octets();
        let (fields, http) = capture::dissect_alone(&octets);
        let mut fields = fields.list;
        as_wireshark(&mut fields);
        (Part { octets, fields }, http)
    }

    /// The octets of a field; a layer's are its header and all that its packet carries.
    fn of(&self, field: &Field) -> &[u8] {
        let layer = field.value == Dissected::Present && !field.name.contains('.');
        let end = match field.name {
            _ if !layer => field.range.end,
            "arp" => field.range.end,
            "eth" => self.octets.len(),
            _ => self.packet_end(field.range.start),
        };
        self.octets.get(field.range.start..end.min(self.octets.len())).unwrap_or(&[])
    }

    /// Where the IP packet around an octet ends; padding is not in it.
    fn packet_end(&self, at: usize) -> usize {
        let ip = |field: &&Field| field.name == "ip" && field.range.start <= at;
        let ends = self.fields.iter().filter(ip).filter_map(|field| {
            let length = self.octets.get(field.range.start + 2..)?.first_chunk::<2>()?;
            Some(field.range.start + usize::from(u16::from_be_bytes(*length)))
        });
        ends.min().unwrap_or(self.octets.len())
    }
}

impl<'a> Seen<'a> {
    fn new(world: &'a World, frame: Recorded<'a>, own: Part, known: Known) -> Seen<'a> {
        let cable = world.cable_at(frame.node, frame.jack);
        let node = world.name(frame.node);
        Seen {
            world,
            frame,
            own,
            known,
            node: node.to_owned(),
            jack: format!("{node}.{}", world.jack_name(frame.node, frame.jack)),
            link: cable.map(|cable| cable.name.to_owned()).unwrap_or_default(),
        }
    }

    /// A frame of which a walk remembers this.
    pub(crate) fn again(world: &'a World, frame: Recorded<'a>, known: Known) -> Seen<'a> {
        Seen::new(world, frame, Part::of_frame(&frame).0, known)
    }

    /// The frame's number in this walk, from 1.
    pub fn number(&self) -> u64 {
        self.known.number
    }
    /// Octets of the frame.
    pub fn len(&self) -> u64 {
        self.octets().len() as u64
    }
    fn octets(&self) -> &[u8] {
        &self.own.octets
    }
    fn fields(&self) -> impl DoubleEndedIterator<Item = &Field> {
        self.parts().flat_map(|part| &part.fields)
    }
    fn parts(&self) -> impl DoubleEndedIterator<Item = &Part> {
        std::iter::once(&self.own).chain(self.known.parts.iter().map(|part| &**part))
    }
    /// Has it none?
    pub fn is_empty(&self) -> bool {
        self.octets().is_empty()
    }
    /// The frame as it was recorded.
    pub fn recorded(&self) -> &Recorded<'a> {
        &self.frame
    }

    /// One line for people: number, time, where, who to whom, what.
    pub fn line(&self) -> Text {
        let shown = |name: &str| {
            let field = self.fields().find(|field| field.name == name)?;
            Some(match &field.value {
                Dissected::Ip(ip) => ip.to_string(),
                Dissected::Mac(mac) => mac.to_string(),
                Dissected::Number(number) => number.to_string(),
                Dissected::Text(text) => text.clone(),
                _ => return None,
            })
        };
        let from =
            shown("ip.src").or_else(|| shown("arp.src.proto_ipv4")).or_else(|| shown("eth.src"));
        let to =
            shown("ip.dst").or_else(|| shown("arp.dst.proto_ipv4")).or_else(|| shown("eth.dst"));
        let layers =
            self.fields().filter(|field| field.depth == 0 && field.value == Dissected::Present);
        let layer = layers.map(|field| field.name).rfind(|name| *name != "data").unwrap_or("");
        let journey = self.frame.journey();
        let (number, time, jack) = (self.number(), self.frame.time, &self.jack);
        let (origin, count) = (self.world.name(journey.origin), journey.count);
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
        let what = format!("{origin}:{count}: {from} > {to} {layer} {}", self.octets().len());
        let (way, way_zh) = match self.frame.direction {
            Direction::In => ("in", "进"),
            Direction::Out => ("out", "出"),
        };
        text(
            format!("frame {number} at {time} s, {jack} {way}, {what}"),
            format!("第 {number} 帧, {time} 秒, {jack} {way_zh}, {what}"),
        )
    }

    fn own(&self, name: &str, see: &mut dyn FnMut(Value<'_>)) -> bool {
        match name {
            "node" => see(Value::Text(&self.node)),
            "jack" => see(Value::Text(&self.jack)),
            "link" => see(Value::Text(&self.link)),
            "event" | "reason" => {
                if let Some((reason, _)) = self.frame.dropped() {
                    see(Value::Text(reason.name));
                }
            }
            "time" => see(Value::Time(self.frame.time.as_nanos() as i64)),
            "frame" => see(Value::Bytes(self.octets())),
            "frame.number" => see(Value::Unsigned(self.number())),
            "frame.len" | "frame.cap_len" => see(Value::Unsigned(self.len())),
            "frame.time_relative" => see(Value::Time(self.known.relative.as_nanos() as i64)),
            "frame.time_delta" => see(Value::Time(self.known.delta.as_nanos() as i64)),
            "frame.time" | "frame.time_epoch" => {
                let epoch = self.world.epoch_unix().saturating_mul(1_000_000_000);
                see(Value::Time(epoch.saturating_add(self.frame.time.as_nanos() as i64)));
            }
            "frame.interface_name" => see(Value::Text(&self.jack)),
            _ => return false,
        }
        true
    }
}

impl FieldSource for Seen<'_> {
    fn values(&self, field: FieldId, see: &mut dyn FnMut(Value<'_>)) {
        self.layered(field, &mut |_, value| see(value));
    }

    fn layered(&self, field: FieldId, see: &mut dyn FnMut(i64, Value<'_>)) {
        let Some(row) = FIELDS.get(field) else { return };
        if self.own(row.name, &mut |value| see(1, value)) {
            return;
        }
        if told_by_a_walk(row.name) {
            let told = self.known.told.iter().filter(|told| told.name == row.name);
            return told
                .for_each(|told| show(&told.value, &[], &mut |value| see(told.header, value)));
        }
        let mut header = 0;
        for part in self.parts() {
            for field in &part.fields {
                header += i64::from(field.name == row.layer);
                if field.name == row.name {
                    show(&field.value, part.of(field), &mut |value| see(header, value));
                }
            }
        }
    }
}

/// What several frames together say, instead of what one header says.
pub(crate) fn told_by_a_walk(name: &str) -> bool {
    match name.split_once('.') {
        Some(("udp", "stream" | "time_relative" | "time_delta")) => true,
        Some(("tcp", field)) => matches!(
            field,
            "stream"
                | "seq"
                | "ack"
                | "nxtseq"
                | "window_size"
                | "time_relative"
                | "time_delta"
                | "options.sack_le"
                | "options.sack_re"
        ),
        _ => false,
    }
}

fn show(value: &Dissected, octets: &[u8], see: &mut dyn FnMut(Value<'_>)) {
    match value {
        Dissected::Number(number) => see(Value::Unsigned(*number)),
        Dissected::Flag(flag) => see(Value::Unsigned(u64::from(*flag))),
        Dissected::Mac(mac) => see(Value::Ether(mac.0)),
        Dissected::Ip(ip) => see(Value::Address(*ip)),
        Dissected::Text(text) => see(Value::Text(text)),
        Dissected::Time(span) => see(Value::Time(span.as_nanos() as i64)),
        Dissected::Present | Dissected::Octets => see(Value::Bytes(octets)),
    }
}
