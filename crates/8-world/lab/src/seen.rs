//! A recorded frame as filters see it: its dissected fields, plus where, when and why.
//!
//! Fields that span frames are Wireshark's: `tcp.stream` counts connections in the order in which
//! this walk meets them, `tcp.seq` and `tcp.ack` are relative to the first number seen that way,
//! `tcp.window_size` is scaled where the handshake was seen. So a walk is made over the frames of
//! one place in order, as a capture of that place would hold them.

use crate::fields::{FIELDS, FieldId};
use crate::filter::{FieldSource, Filter, Value};
use crate::model::Place;
use crate::{Complaint, Text};
use base::field::{Field, Fields, Value as Dissected};
use base::{Instant, JackId, NodeId};
use sim::{Direction, Recorded, World};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use trace::Event;

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
    tcp: BTreeMap<(SocketAddr, SocketAddr), Stream>,
    tcp_streams: u64,
    udp: BTreeMap<(SocketAddr, SocketAddr), u64>,
}

#[derive(Clone, Copy, Default)]
struct Half {
    base: Option<u32>,
    scale: Option<u8>,
}

#[derive(Clone, Copy)]
struct Stream {
    index: u64,
    /// Of the lower endpoint, of the higher one.
    halves: [Half; 2],
}

/// One frame, dissected.
pub struct Seen<'a> {
    world: &'a World,
    frame: &'a Recorded,
    octets: Vec<u8>,
    fields: Vec<Field>,
    number: u64,
    relative: u64,
    derived: Derived,
    node: String,
    jack: String,
    link: String,
}

#[derive(Default)]
struct Derived {
    tcp_stream: Option<u64>,
    udp_stream: Option<u64>,
    seq: Option<u64>,
    ack: Option<u64>,
    next: Option<u64>,
    window: Option<u64>,
}

impl Walk {
    /// The next frame of the walk.
    pub fn step<'a>(&mut self, world: &'a World, frame: &'a Recorded) -> Seen<'a> {
        self.number += 1;
        let first = *self.first.get_or_insert(frame.time);
        let octets = frame.octets();
        let Fields { list: fields, .. } = capture::dissect(&octets);
        let derived = self.derive(&fields);
        let cable = world.cable_at(frame.node, frame.jack);
        Seen {
            world,
            frame,
            number: self.number,
            relative: (frame.time - first).as_nanos(),
            derived,
            node: world.name(frame.node).to_owned(),
            jack: format!("{}.{}", world.name(frame.node), world.jack_name(frame.node, frame.jack)),
            link: cable.map(|cable| cable.name.to_owned()).unwrap_or_default(),
            octets,
            fields,
        }
    }

    fn derive(&mut self, fields: &[Field]) -> Derived {
        let mut derived = Derived::default();
        let Some((src, dst)) = hosts(fields) else { return derived };
        if let (Some(from), Some(to)) =
            (number(fields, "udp.srcport"), number(fields, "udp.dstport"))
        {
            let (low, high, _) = ordered(endpoint(src, from), endpoint(dst, to));
            let next = self.udp.len() as u64;
            derived.udp_stream = Some(*self.udp.entry((low, high)).or_insert(next));
        }
        if let (Some(from), Some(to)) =
            (number(fields, "tcp.srcport"), number(fields, "tcp.dstport"))
        {
            self.derive_tcp(fields, endpoint(src, from), endpoint(dst, to), &mut derived);
        }
        derived
    }

    fn derive_tcp(
        &mut self,
        fields: &[Field],
        from: SocketAddr,
        to: SocketAddr,
        derived: &mut Derived,
    ) {
        let flag = |name| number(fields, name) == Some(1);
        let (syn, ack) = (flag("tcp.flags.syn"), flag("tcp.flags.ack"));
        let seq = number(fields, "tcp.seq_raw").unwrap_or(0) as u32;
        let (low, high, side) = ordered(from, to);
        let known = self.tcp.get(&(low, high)).copied();
        // A SYN with another number opens another connection of the same four values.
        let reopened = known.is_some_and(|stream| {
            syn && !ack && stream.halves[side].base.is_some_and(|base| base != seq)
        });
        let mut stream = match known {
            Some(stream) if !reopened => stream,
            _ => {
                self.tcp_streams += 1;
                Stream { index: self.tcp_streams - 1, halves: [Half::default(); 2] }
            }
        };
        let half = &mut stream.halves[side];
        let base = *half.base.get_or_insert(if syn { seq } else { seq.wrapping_sub(1) });
        if syn {
            half.scale =
                number(fields, "tcp.options.wscale.shift").map(|shift| shift.min(14) as u8);
        }
        let length = number(fields, "tcp.len").unwrap_or(0);
        let relative = u64::from(seq.wrapping_sub(base));
        derived.tcp_stream = Some(stream.index);
        derived.seq = Some(relative);
        if length > 0 || syn || flag("tcp.flags.fin") {
            derived.next =
                Some(relative + length + u64::from(syn) + u64::from(flag("tcp.flags.fin")));
        }
        if ack {
            let acked = number(fields, "tcp.ack_raw").unwrap_or(0) as u32;
            let base = *stream.halves[1 - side].base.get_or_insert(acked.wrapping_sub(1));
            derived.ack = Some(u64::from(acked.wrapping_sub(base)));
        }
        let both = stream.halves[0].scale.is_some() && stream.halves[1].scale.is_some();
        let shift = if both && !syn { stream.halves[side].scale.unwrap_or(0) } else { 0 };
        derived.window = number(fields, "tcp.window_size_value").map(|window| window << shift);
        self.tcp.insert((low, high), stream);
    }
}

fn ordered(from: SocketAddr, to: SocketAddr) -> (SocketAddr, SocketAddr, usize) {
    if from <= to { (from, to, 0) } else { (to, from, 1) }
}

fn endpoint(ip: IpAddr, port: u64) -> SocketAddr {
    SocketAddr::new(ip, port as u16)
}

fn hosts(fields: &[Field]) -> Option<(IpAddr, IpAddr)> {
    let ip = |name: &str| {
        fields.iter().find(|field| field.name == name).and_then(|field| match field.value {
            Dissected::Ip(ip) => Some(ip),
            _ => None,
        })
    };
    Some((ip("ip.src")?, ip("ip.dst")?))
}

fn number(fields: &[Field], name: &str) -> Option<u64> {
    fields.iter().find(|field| field.name == name).and_then(|field| match field.value {
        Dissected::Number(number) => Some(number),
        Dissected::Flag(flag) => Some(u64::from(flag)),
        _ => None,
    })
}

impl Seen<'_> {
    /// The frame's number in this walk, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }
    /// Octets of the frame.
    pub fn len(&self) -> u64 {
        self.octets.len() as u64
    }
    /// Has it none?
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }
    /// The frame as it was recorded.
    pub fn recorded(&self) -> &Recorded {
        self.frame
    }

    /// One line for people: number, time, where, who to whom, what.
    pub fn line(&self) -> String {
        let shown = |name: &str| {
            let field = self.fields.iter().find(|field| field.name == name)?;
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
        let layers = self
            .fields
            .iter()
            .filter(|field| field.depth == 0 && field.value == Dissected::Present);
        let layer = layers.map(|field| field.name).rfind(|name| *name != "data").unwrap_or("");
        let journey = self.frame.journey();
        format!(
            "frame {} at {} s, {} {}, {}:{}: {} > {} {layer} {}",
            self.number,
            self.frame.time,
            self.jack,
            if self.frame.direction == Direction::In { "in" } else { "out" },
            self.world.name(journey.origin),
            journey.count,
            from.unwrap_or_default(),
            to.unwrap_or_default(),
            self.octets.len(),
        )
    }

    fn own(&self, name: &str, see: &mut dyn FnMut(Value<'_>)) -> bool {
        match name {
            "node" => see(Value::Text(&self.node)),
            "jack" => see(Value::Text(&self.jack)),
            "link" => see(Value::Text(&self.link)),
            "event" | "reason" => {
                if let Some((reason, _)) = self.frame.dropped {
                    see(Value::Text(reason.name));
                }
            }
            "time" => see(Value::Time(self.frame.time.as_nanos() as i64)),
            "frame" => see(Value::Bytes(&self.octets)),
            "frame.number" => see(Value::Unsigned(self.number)),
            "frame.len" | "frame.cap_len" => see(Value::Unsigned(self.octets.len() as u64)),
            "frame.time_relative" => see(Value::Time(self.relative as i64)),
            "frame.time_epoch" => {
                let epoch = self.world.epoch_unix().saturating_mul(1_000_000_000);
                see(Value::Time(epoch.saturating_add(self.frame.time.as_nanos() as i64)));
            }
            "frame.interface_name" => see(Value::Text(&self.jack)),
            "tcp.stream" => maybe(self.derived.tcp_stream, see),
            "udp.stream" => maybe(self.derived.udp_stream, see),
            "tcp.seq" => maybe(self.derived.seq, see),
            "tcp.ack" => maybe(self.derived.ack, see),
            "tcp.nxtseq" => maybe(self.derived.next, see),
            "tcp.window_size" => maybe(self.derived.window, see),
            _ => return false,
        }
        true
    }
}

fn maybe(value: Option<u64>, see: &mut dyn FnMut(Value<'_>)) {
    if let Some(value) = value {
        see(Value::Unsigned(value));
    }
}

impl FieldSource for Seen<'_> {
    fn values(&self, field: FieldId, see: &mut dyn FnMut(Value<'_>)) {
        let Some(row) = FIELDS.get(field) else { return };
        if self.own(row.name, see) {
            return;
        }
        for field in self.fields.iter().filter(|field| field.name == row.name) {
            let octets = self.octets.get(field.range.clone()).unwrap_or(&[]);
            match &field.value {
                Dissected::Number(number) => see(Value::Unsigned(*number)),
                Dissected::Flag(flag) => see(Value::Unsigned(u64::from(*flag))),
                Dissected::Mac(mac) => see(Value::Ether(mac.0)),
                Dissected::Ip(ip) => see(Value::Address(*ip)),
                Dissected::Text(text) => see(Value::Text(text)),
                Dissected::Time(span) => see(Value::Time(span.as_nanos() as i64)),
                Dissected::Present | Dissected::Octets => see(Value::Bytes(octets)),
            }
        }
    }
}

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
