//! Sights and reasons, sorted into stays: who came in at one jack leaves by others, or ends there.
//!
//! A device handles its frames in the order in which they came, so what leaves belongs to the oldest
//! stay that has not left yet; copies of one frame leave at one instant. A cable's reasons belong to
//! the stay that handed it the frame.

use super::known::{Happened, Kind, Known, Sight};
use super::{Cause, Ending, Way};
use base::Instant;
use sim::Direction;
use trace::Fate;

/// One stay at one device.
pub(super) struct Visit<'a> {
    pub(super) node: &'a str,
    pub(super) kind: Kind,
    pub(super) time: Instant,
    pub(super) arrived: Option<&'a Sight>,
    pub(super) left: Vec<&'a Sight>,
    pub(super) causes: Vec<&'a Cause>,
}

enum Step<'a> {
    Seen(&'a Sight),
    Told(&'a Happened),
}

impl Step<'_> {
    /// At one instant: first what comes in, then why, then what leaves, then what a cable did to it.
    fn rank(&self) -> (Instant, u8) {
        match self {
            Step::Seen(sight) if sight.direction == Direction::In => (sight.time, 0),
            Step::Seen(sight) => (sight.time, 2),
            Step::Told(told) if told.cause.layer == 1 && told.cause.way == Way::Outbound => {
                (told.time, 3)
            }
            Step::Told(told) => (told.time, 1),
        }
    }
}

impl<'a> Visit<'a> {
    fn new(node: &'a str, kind: Kind, time: Instant) -> Visit<'a> {
        Visit { node, kind, time, arrived: None, left: Vec::new(), causes: Vec::new() }
    }

    /// Has the frame's stay ended by a reason?
    fn end(&self) -> Option<&'a Cause> {
        self.causes
            .iter()
            .find(|cause| cause.fate != Fate::Note && cause.fate != Fate::Sent)
            .copied()
    }

    /// May this frame, which leaves now, be the one of this stay?
    fn may_send(&self, at: Instant) -> bool {
        self.end().is_none() && self.left.first().is_none_or(|first| first.time == at)
    }

    pub(super) fn ending(&self, with_reasons: bool) -> Ending {
        if !self.left.is_empty() {
            return Ending::Sent;
        }
        let at_jack = self.arrived.and_then(|sight| sight.dropped.as_ref());
        match self.end().or(at_jack).map(|cause| cause.fate) {
            Some(Fate::Delivered) => Ending::Delivered,
            Some(Fate::Consumed) => Ending::Consumed,
            Some(_) => Ending::Dropped,
            None if self.kind == Kind::Joined => Ending::Delivered,
            None if !with_reasons && self.kind == Kind::Host => Ending::Consumed,
            None => Ending::Held,
        }
    }

    /// The layer at which the frame was thrown away here.
    pub(super) fn dropped_at(&self) -> Option<u8> {
        if !self.left.is_empty() {
            return None;
        }
        let at_jack = self.arrived.and_then(|sight| sight.dropped.as_ref());
        let cause = self.end().or(at_jack)?;
        (cause.fate == Fate::Dropped).then_some(cause.layer.max(1))
    }
}

/// The stays of a packet, in the order in which they began.
pub(super) fn visits(known: &Known) -> Vec<Visit<'_>> {
    let mut steps: Vec<Step<'_>> = known.sights.iter().map(Step::Seen).collect();
    steps.extend(known.reasons.iter().map(Step::Told));
    steps.sort_by_key(Step::rank);
    let mut visits: Vec<Visit<'_>> = Vec::new();
    for step in steps {
        match step {
            Step::Seen(sight) if sight.direction == Direction::In => {
                let mut visit = Visit::new(&sight.node, sight.kind, sight.time);
                visit.arrived = Some(sight);
                visits.push(visit);
            }
            Step::Seen(sight) => {
                let at = sight.time;
                let mine = |visit: &Visit<'_>| visit.node == sight.node && visit.may_send(at);
                let index = find(&mut visits, mine, &sight.node, sight.kind, at);
                visits[index].left.push(sight);
            }
            Step::Told(told) => {
                let index = of_reason(&mut visits, told);
                visits[index].causes.push(&told.cause);
            }
        }
    }
    visits
}

fn find<'a>(
    visits: &mut Vec<Visit<'a>>,
    mine: impl Fn(&Visit<'_>) -> bool,
    node: &'a str,
    kind: Kind,
    time: Instant,
) -> usize {
    if let Some(index) = visits.iter().position(mine) {
        return index;
    }
    visits.push(Visit::new(node, kind, time));
    visits.len() - 1
}

fn of_reason<'a>(visits: &mut Vec<Visit<'a>>, told: &'a Happened) -> usize {
    let here = |visit: &Visit<'_>| visit.node == told.node;
    if told.cause.way == Way::Outbound && told.cause.layer == 1 {
        let by_jack = |visit: &Visit<'_>| {
            let jack = |sight: &&Sight| told.jack.as_ref().is_none_or(|jack| *jack == sight.jack);
            here(visit) && visit.left.iter().any(jack)
        };
        if let Some(index) = visits.iter().rposition(by_jack) {
            return index;
        }
    }
    let open = |visit: &Visit<'_>| here(visit) && visit.may_send(told.time);
    match visits.iter().position(open).or_else(|| visits.iter().rposition(here)) {
        Some(index) => index,
        None => find(visits, here, &told.node, told.kind, told.time),
    }
}
