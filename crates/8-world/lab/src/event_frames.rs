//! Which recorded frame an event is about.
//!
//! ```text
//! frames at the event's node, of its journey     the same journey, anywhere
//!   1. the last up to the event's time             3. the last up to the event's time
//!   2. the first after it                          4. the first after it
//! ```
//!
//! One event's is looked for nearby ([`frame_of`]). Those of many are noted in one pass over all that is
//! kept and then looked up ([`EventFrames`]), so that the work grows with the frames and the events, not
//! with their product (`the_frames_are_passed_once`).
//!
//! Where frames are forgotten a worse one that is kept must not stand in for a better one that is gone:
//! the next hop's has another TTL, other addresses and another jack. Then only the last one at the
//! event's own node counts, or of a packet that was born there the first: it waited for its cable. So a
//! frame that is found is the one that would be found if nothing were forgotten
//! (`what_is_found_is_found_with_everything_kept`).

use base::{Instant, Journey, NodeId};
use sim::{Recorded, World};
use std::collections::BTreeMap;
use trace::Event;

/// The frame that an event is about, looked for among the `reach` frames before it and as many after it.
pub(crate) fn frame_of<'a>(world: &'a World, event: &Event, reach: usize) -> Option<Recorded<'a>> {
    if event.journey.is_none() {
        return None;
    }
    let recorder = world.recorder();
    let split = first_after(world, event);
    let mine = |frame: &Recorded| frame.journey() == event.journey;
    let gone = (recorder.next() - split) as usize;
    let before = || recorder.since(0).rev().skip(gone).take(reach).filter(mine);
    let after = || recorder.since(split).take(reach).filter(mine);
    let here = |frame: &Recorded| frame.node == event.node;
    before()
        .find(here)
        .or_else(|| after().find(here))
        .or_else(|| before().next())
        .or_else(|| after().next())
}

/// The number of the first frame recorded after the event: times never fall.
fn first_after(world: &World, event: &Event) -> u64 {
    let recorder = world.recorder();
    let (mut low, mut high) = (recorder.first(), recorder.next());
    while low < high {
        let middle = low + (high - low) / 2;
        match recorder.get(middle).is_some_and(|frame| frame.time <= event.time) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    low
}

/// Where the frames of those journeys are that some events name.
pub(crate) struct EventFrames {
    anywhere: BTreeMap<Journey, Noted>,
    at_node: BTreeMap<(Journey, NodeId), Noted>,
    /// Are none forgotten?
    whole: bool,
}

/// Times and numbers of frames, as they were recorded.
#[derive(Default)]
struct Noted(Vec<(Instant, u64)>);

impl Noted {
    fn up_to(&self, time: Instant) -> Option<u64> {
        let split = self.0.partition_point(|(at, _)| *at <= time);
        self.0.get(split.checked_sub(1)?).map(|(_, sequence)| *sequence)
    }

    fn near(&self, time: Instant) -> Option<u64> {
        self.up_to(time).or_else(|| self.0.first().map(|(_, sequence)| *sequence))
    }
}

impl EventFrames {
    /// Those of the events' journeys among `frames`, oldest first; `whole`: none are forgotten.
    pub(crate) fn note<'a>(
        events: &[Event],
        frames: impl Iterator<Item = Recorded<'a>>,
        whole: bool,
    ) -> EventFrames {
        let named = events.iter().map(|event| event.journey).filter(|it| !it.is_none());
        let mut anywhere: BTreeMap<_, Noted> = named.map(|it| (it, Noted::default())).collect();
        let mut at_node: BTreeMap<_, Noted> = BTreeMap::new();
        for frame in frames {
            let (journey, found) = (frame.journey(), (frame.time, frame.sequence));
            let Some(noted) = anywhere.get_mut(&journey) else { continue };
            at_node.entry((journey, frame.node)).or_default().0.push(found);
            if whole {
                noted.0.push(found);
            }
        }
        EventFrames { anywhere, at_node, whole }
    }

    /// The number of the frame that one of the events is about.
    pub(crate) fn of(&self, event: &Event) -> Option<u64> {
        let here = self.at_node.get(&(event.journey, event.node));
        if !self.whole && event.journey.origin != event.node {
            return here?.up_to(event.time);
        }
        here.or_else(|| self.anywhere.get(&event.journey))?.near(event.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Ground, boot};
    use crate::{gallery, programs, read_lab};
    use base::{Duration, Lang};
    use std::cell::Cell;

    /// Some reach b, some die on the way, and some wait long for a neighbour that is not there.
    const LAB: &str = "lab = \"hops\"\nlinks = [{ link = \"b - far\", loss = \"20%\", delay = \"3ms\" }]\n\
        [networks]\nnear = \"10.0.1.0/24\"\nfar = \"10.0.2.0/24\"\n\
        [routers]\nr = [\"near\", \"far\"]\n[hosts]\nb = \"far\"\n[hosts.a]\nnet = \"near\"\nrun = [\
        \"ping -c 60 -i 0.01 10.0.2.2\", \"ping -c 20 -i 0.02 -t 1 10.0.2.2\", \
        \"ping -c 5 10.0.1.9\"]\n";

    fn world() -> World {
        let lab = read_lab(LAB.as_bytes(), "hops.toml").expect("a lab");
        let folder = &gallery::folder;
        let ground = Ground { seed: 1, programs: programs(), lang: Lang::En, folder };
        let mut world = boot(&lab, &ground).expect("boots");
        world.run_until(Instant::ZERO + Duration::from_secs(3)).expect("not stuck");
        world
    }

    fn found(world: &World, events: &[Event]) -> Vec<Option<u64>> {
        let recorder = world.recorder();
        let frames = EventFrames::note(events, recorder.since(0), recorder.missed(0) == 0);
        events.iter().map(|event| frames.of(event)).collect()
    }

    #[test]
    fn many_are_found_as_one_is() {
        let mut world = world();
        let events: Vec<Event> = world.events().since(0).collect();
        let mut elsewhere = [0; 2];
        // Of a whole record no event's frames are elsewhere alone: so what is left of one is looked at.
        for _ in 0..2 {
            let frames = EventFrames::note(&events, world.recorder().since(0), true);
            for event in &events {
                let one = frame_of(&world, event, usize::MAX);
                assert_eq!(frames.of(event), one.map(|frame| frame.sequence), "{event:?}");
                let one = one.filter(|one| one.node != event.node);
                elsewhere[0] += u32::from(one.is_some_and(|one| one.time <= event.time));
                elsewhere[1] += u32::from(one.is_some_and(|one| one.time > event.time));
            }
            world.set_record_bound(world.recorder().size() / 2);
        }
        assert!(elsewhere[1] > 0, "{elsewhere:?}");
    }

    #[test]
    fn what_is_found_is_found_with_everything_kept() {
        let mut world = world();
        let events: Vec<Event> = world.events().since(0).collect();
        let with_all = found(&world, &events);
        while world.recorder().since(0).len() > 1 {
            world.set_record_bound(world.recorder().size() - 1);
            let found = found(&world, &events);
            let first = world.recorder().first();
            for ((event, now), then) in events.iter().zip(&found).zip(&with_all) {
                assert!(now.is_none() || now == then, "{first} on: {event:?}");
            }
            let kept = with_all.iter().flatten().filter(|then| **then >= first).count();
            let known = found.iter().flatten().count();
            assert!(known * 10 >= kept * 9, "{first} on: {known} of {kept}");
        }
    }

    #[test]
    fn the_frames_are_passed_once() {
        let world = world();
        let events: Vec<Event> = world.events().since(0).collect();
        let looks = Cell::new(0);
        let frames = world.recorder().since(0).inspect(|_| looks.set(looks.get() + 1));
        let frames = EventFrames::note(&events, frames, true);
        assert!(events.iter().filter_map(|event| frames.of(event)).count() > 300);
        assert_eq!(looks.get(), world.recorder().since(0).len());
    }
}
