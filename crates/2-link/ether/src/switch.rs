//! The learning switch (IEEE 802.1D-2004 sections 7.7 to 7.9): it remembers behind which jack an
//! address lives, sends what it knows there, and everything else everywhere.
//!
//! ```text
//!   frame in by jack J, from S to D
//!     learn  S -> J            (a single card's address only)
//!     D known behind J         -> drop: D heard it
//!     D known behind K         -> out of K
//!     D unknown, group, all    -> out of all jacks but J
//! ```
//!
//! It stores a frame whole before it sends it on, so a frame with a wrong check sequence goes no
//! further. Whoever sends what [`Forwarding`] says ends the frame as Sent, once, however many copies.
//!
//! Invariants: every entry lies in `checks` exactly once; an entry's jack is up; entries never
//! outnumber `capacity`. Absent: spanning tree (a loop storms, which is a lesson), VLANs, storm
//! control. What another engineer would question: an entry's age is checked when it is looked up,
//! and its place in `checks` moves only when its time comes, so learning costs one hash lookup.

use crate::reasons::{
    Aged, BadFcs, Flooded, JackDown, JackFlushed, Learnt, MalformedFrame, Moved, NowhereToFlood,
    ReservedGroup, SameJack, SourceIsGroup, SwitchTableFull, Switched,
};
use base::{Duration, Frame, Instant, JackId, Journey, MacAddr, frame::Fcs};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::collections::BTreeSet;
use trace::{Cx, Place, Reason};
use wire::ethernet::{HEADER_LEN, Header};

/// The switch's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// How long an address is remembered after it was heard.
    pub age: Duration,
    /// Addresses at most.
    pub capacity: usize,
    /// The key of the table's hash, so that nobody can choose addresses that collide.
    pub secret: u64,
}
impl Default for Config {
    fn default() -> Self {
        Config { age: Duration::from_secs(300), capacity: 8192, secret: 0 }
    }
}

/// Where a frame goes. Whoever sends it ends it as Sent, once.
#[derive(Debug)]
#[must_use]
pub enum Forwarding {
    /// Out of one jack.
    One(JackId, Frame),
    /// Out of all jacks that are up but one.
    Flood {
        /// The one it came by.
        except: JackId,
        /// The frame.
        frame: Frame,
    },
    /// Nowhere; the frame was ended with a reason.
    Ended,
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableEntry {
    /// Whose.
    pub mac: MacAddr,
    /// Behind which jack.
    pub jack: JackId,
    /// When it was last heard.
    pub seen: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    jack: JackId,
    seen: Instant,
    /// Its place in `checks`.
    check: Instant,
}

/// The switch.
#[derive(Debug)]
pub struct Switch {
    config: Config,
    up: Vec<bool>,
    table: HashMap<MacAddr, Entry, FixedState>,
    checks: BTreeSet<(Instant, MacAddr)>,
}

impl Switch {
    /// A switch with `jacks` jacks, all of them up.
    pub fn new(jacks: u16, config: Config) -> Self {
        Switch {
            up: vec![true; usize::from(jacks)],
            table: HashMap::with_hasher(FixedState::with_seed(config.secret)),
            checks: BTreeSet::new(),
            config,
        }
    }

    /// A frame came in (`frame`: at the Ethernet header).
    pub fn handle_frame(&mut self, cx: &mut Cx, jack: JackId, mut frame: Frame) -> Forwarding {
        if !self.is_jack_up(jack) {
            return end(cx, jack, frame, JackDown { jack: shown(jack) });
        }
        if frame.meta().fcs == Fcs::Bad {
            return end(cx, jack, frame, BadFcs {});
        }
        frame.pull(HEADER_LEN);
        let header = match Header::parse(frame.head()) {
            Ok(header) => header,
            Err(bad) => {
                return end(cx, jack, frame, MalformedFrame { field: bad.field, why: bad.why });
            }
        };
        self.learn(cx, jack, header.src, frame.meta().journey);
        self.forward(cx, jack, header.dst, frame)
    }

    /// One jack more, up; `None`: there are 65,535 already.
    pub fn add_jack(&mut self) -> Option<JackId> {
        let jack = u16::try_from(self.up.len()).ok().filter(|&n| n < u16::MAX)?;
        self.up.push(true);
        Some(JackId(jack))
    }

    /// A cable was plugged in or pulled out; pulling it forgets what lived behind the jack.
    pub fn set_jack_up(&mut self, cx: &mut Cx, jack: JackId, up: bool) {
        let Some(slot) = self.up.get_mut(usize::from(jack.0)) else { return };
        if core::mem::replace(slot, up) == up || up {
            return;
        }
        let before = self.table.len();
        let checks = &mut self.checks;
        self.table.retain(|mac, entry| {
            let stays = entry.jack != jack;
            if !stays {
                checks.remove(&(entry.check, *mac));
            }
            stays
        });
        let entries = before - self.table.len();
        cx.trace.emit(Place::Jack(jack), Journey::NONE, JackFlushed { jack: shown(jack), entries });
    }

    /// Is the jack there and up?
    pub fn is_jack_up(&self, jack: JackId) -> bool {
        self.up.get(usize::from(jack.0)).copied().unwrap_or(false)
    }

    /// How many jacks there are.
    pub fn jacks(&self) -> u16 {
        self.up.len() as u16
    }

    /// The table, sorted by address.
    pub fn table(&self) -> Vec<TableEntry> {
        let mut table: Vec<TableEntry> = self
            .table
            .iter()
            .map(|(&mac, entry)| TableEntry { mac, jack: entry.jack, seen: entry.seen })
            .collect();
        table.sort_unstable();
        table
    }

    /// When to call [`Switch::handle_timeout`] at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.checks.first().map(|(at, _)| *at)
    }

    /// Time has passed: addresses not heard for [`Config::age`] are forgotten.
    pub fn handle_timeout(&mut self, cx: &mut Cx) {
        let now = cx.now();
        while let Some(&(at, mac)) = self.checks.first().filter(|(at, _)| *at <= now) {
            self.checks.remove(&(at, mac));
            let Some(entry) = self.table.get_mut(&mac) else { continue };
            let end = entry.seen + self.config.age;
            if end > now {
                entry.check = end;
                self.checks.insert((end, mac));
                continue;
            }
            let jack = entry.jack;
            self.table.remove(&mac);
            cx.trace.emit(Place::Jack(jack), Journey::NONE, Aged { mac, jack: shown(jack) });
        }
    }

    fn learn(&mut self, cx: &mut Cx, jack: JackId, mac: MacAddr, journey: Journey) {
        let (now, place) = (cx.now(), Place::Jack(jack));
        //= ieee802.1d#7.8 only a single card's address is learnt
        if !mac.is_unicast() {
            return cx.trace.emit(place, journey, SourceIsGroup { src: mac });
        }
        if let Some(entry) = self.table.get_mut(&mac) {
            entry.seen = now;
            let was = core::mem::replace(&mut entry.jack, jack);
            if was != jack {
                cx.trace.emit(place, journey, Moved { mac, was: shown(was), is: shown(jack) });
            }
            return;
        }
        if self.table.len() >= self.config.capacity {
            let reason = SwitchTableFull { mac, bound: self.config.capacity };
            return cx.trace.emit(place, journey, reason);
        }
        let check = now + self.config.age;
        self.table.insert(mac, Entry { jack, seen: now, check });
        self.checks.insert((check, mac));
        cx.trace.emit(place, journey, Learnt { mac, jack: shown(jack) });
    }

    fn forward(&mut self, cx: &mut Cx, jack: JackId, dst: MacAddr, frame: Frame) -> Forwarding {
        //= ieee802.1d#7.12.6 the sixteen reserved groups stay on their cable
        if dst.0[..5] == [0x01, 0x80, 0xc2, 0x00, 0x00] && dst.0[5] < 0x10 {
            return end(cx, jack, frame, ReservedGroup { dst });
        }
        let now = cx.now();
        let known = self.table.get(&dst).filter(|entry| entry.seen + self.config.age > now);
        match known.map(|entry| entry.jack) {
            Some(out) if out == jack => end(cx, jack, frame, SameJack { dst, jack: shown(jack) }),
            Some(out) => {
                let journey = frame.meta().journey;
                cx.trace.emit(Place::Jack(jack), journey, Switched { dst, jack: shown(out) });
                Forwarding::One(out, frame)
            }
            None => self.flood(cx, jack, dst, frame),
        }
    }

    fn flood(&self, cx: &mut Cx, jack: JackId, dst: MacAddr, frame: Frame) -> Forwarding {
        let jacks = self.up.iter().filter(|&&up| up).count() - 1;
        if jacks == 0 {
            return end(cx, jack, frame, NowhereToFlood { dst });
        }
        let why = if dst.is_broadcast() {
            "broadcast"
        } else if dst.is_multicast() {
            "multicast"
        } else {
            "unknown"
        };
        let reason = Flooded { dst, why, jacks: jacks as u16 };
        cx.trace.emit(Place::Jack(jack), frame.meta().journey, reason);
        Forwarding::Flood { except: jack, frame }
    }
}

/// People count a switch's jacks from 1.
fn shown(jack: JackId) -> u16 {
    jack.0.saturating_add(1)
}

fn end(cx: &mut Cx, jack: JackId, frame: Frame, reason: impl Reason) -> Forwarding {
    cx.trace.emit(Place::Jack(jack), frame.meta().journey, reason);
    cx.pool.recycle(frame);
    Forwarding::Ended
}

#[cfg(test)]
#[path = "switch_test.rs"]
mod tests;
