//! What a running world still knows of a packet, found in bounded turns.
//!
//! Records are searched backwards from the newest: people ask about what has just happened. A turn
//! looks at as many entries as it is told, so the lab's thread is never held for long; the search ends
//! where the packet was born, and a while before that for reasons (it may have waited for a
//! neighbour), or at the oldest record.

use super::known::{Cause, Happened, Kind, Known, Sight};
use crate::line::packet_name;
use base::{Duration, Instant, Journey, NodeId};
use language::model::Lab;
use sim::{Direction, NodeKind, World};
use std::collections::BTreeSet;
use trace::Place;

/// Sights and reasons kept of one packet: a loop of switches makes them without end.
const MOST: usize = 512;
/// Packets named as its children.
const MOST_CHILDREN: usize = 64;
/// How long before its first sight a packet may have been talked about.
const WAITED: Duration = Duration::from_secs(10);

/// A search for one packet.
#[derive(Debug)]
pub struct Gather {
    journey: Journey,
    known: Known,
    children: BTreeSet<String>,
    /// The next frame to look at is the one before this.
    frames: Option<u64>,
    events: Option<u64>,
    frames_done: bool,
    events_done: bool,
    /// When it was first seen where it was born.
    born: Option<Instant>,
}

impl Gather {
    /// The search for a packet of this world.
    pub fn new(world: &World, journey: Journey) -> Gather {
        let known = Known {
            packet: packet_name(world, journey),
            origin: world.name(journey.origin).to_owned(),
            with_reasons: true,
            whole: true,
            ..Known::default()
        };
        Gather {
            journey,
            known,
            children: BTreeSet::new(),
            frames: None,
            events: None,
            frames_done: false,
            events_done: false,
            born: None,
        }
    }

    /// Looks at so many records more; true when there is nothing left to look at.
    pub fn step(&mut self, lab: &Lab, world: &World, looks: usize) -> bool {
        if !self.frames_done {
            self.frames_done = self.look_at_frames(lab, world, looks);
        } else if !self.events_done {
            self.events_done = self.look_at_events(lab, world, looks);
        }
        self.frames_done && self.events_done
    }

    /// What was found; not whole if the search was broken off.
    pub fn finish(mut self) -> Known {
        self.known.sights.reverse();
        self.known.reasons.reverse();
        self.known.whole &= self.frames_done && self.events_done;
        self.known.children = self.children.into_iter().collect();
        self.known.children.sort_by_key(|name| {
            let (origin, count) = name.rsplit_once(':').unwrap_or((name, ""));
            (origin.to_owned(), count.parse::<u32>().unwrap_or_default())
        });
        self.known
    }

    fn look_at_frames(&mut self, lab: &Lab, world: &World, looks: usize) -> bool {
        let recorder = world.recorder();
        let mut at = self.frames.unwrap_or(recorder.next());
        for _ in 0..looks {
            let Some(frame) = at.checked_sub(1).and_then(|before| recorder.get(before)) else {
                self.known.whole &= self.born.is_some() || recorder.first() == 0;
                return true;
            };
            at -= 1;
            if self.born.is_some_and(|born| frame.time < born) {
                return true;
            }
            if frame.journey() == self.journey {
                self.see(lab, world, &frame);
            } else if frame.parent() == self.journey && self.children.len() < MOST_CHILDREN {
                self.children.insert(packet_name(world, frame.journey()));
            }
        }
        self.frames = Some(at);
        false
    }

    fn see(&mut self, lab: &Lab, world: &World, frame: &sim::Recorded) {
        let here = (frame.node, frame.jack);
        let cable = world.cable_at(frame.node, frame.jack);
        if frame.direction == Direction::Out && frame.node == self.journey.origin {
            self.born = Some(frame.time);
        }
        if !frame.parent().is_none() {
            self.known.parent = Some(packet_name(world, frame.parent()));
        }
        if self.known.sights.len() >= MOST {
            self.known.whole = false;
            self.known.sights.remove(0); // the newest: the beginning is worth more
        }
        self.known.sights.push(Sight {
            sequence: frame.sequence,
            time: frame.time,
            node: world.name(frame.node).to_owned(),
            kind: kind_of(lab, world, frame.node),
            jack: world.jack_name(frame.node, frame.jack),
            link: cable.as_ref().map(|cable| cable.name.to_owned()),
            peer: cable.map(|cable| {
                let (peer, _) = if cable.a == here { cable.b } else { cable.a };
                world.name(peer).to_owned()
            }),
            direction: frame.direction,
            octets: frame.octets(),
            dropped: frame.dropped().map(|(reason, args)| Cause::new(reason, args)),
        });
    }

    fn look_at_events(&mut self, lab: &Lab, world: &World, looks: usize) -> bool {
        let log = world.events();
        let mut at = self.events.unwrap_or(log.next());
        let first = self.known.sights.last().map(|sight| sight.time);
        let since = first.map(|time| time.as_nanos().saturating_sub(WAITED.as_nanos()));
        for _ in 0..looks {
            if at <= log.first() {
                // Reasons are forgotten sooner than frames, or later.
                self.known.whole &= log.first() == 0 || self.first_event_is_older(world);
                return true;
            }
            at -= 1;
            let Some(event) = log.since(at).next() else { return true };
            if since.is_some_and(|since| event.time.as_nanos() < since) {
                return true;
            }
            if event.journey == self.journey && self.known.reasons.len() < MOST {
                self.known.reasons.push(Happened {
                    time: event.time,
                    node: world.name(event.node).to_owned(),
                    kind: kind_of(lab, world, event.node),
                    jack: match event.place {
                        Place::Jack(jack) => Some(world.jack_name(event.node, jack)),
                        _ => None,
                    },
                    cause: Cause::new(event.reason, &event.args),
                });
            }
        }
        self.events = Some(at);
        false
    }

    fn first_event_is_older(&self, world: &World) -> bool {
        let first = world.events().since(0).next().map(|event| event.time);
        let seen = self.known.sights.last().map(|sight| sight.time);
        matches!((first, seen), (Some(first), Some(seen)) if first < seen)
    }
}

fn kind_of(lab: &Lab, world: &World, node: NodeId) -> Kind {
    match world.view(node).map(|view| view.kind) {
        Some(NodeKind::Switch) => Kind::Switch,
        Some(NodeKind::Door) => Kind::Joined,
        _ if lab.routers.iter().any(|router| router.name == world.name(node)) => Kind::Router,
        _ => Kind::Host,
    }
}
