//! The driver: makes time go, for the world and for tokio's clock alike.

use super::{Scene, Stage, lock};
use base::{Duration, Instant, NodeId};
use core::future::Future;
use core::pin::{Pin, pin};
use core::sync::atomic::Ordering;
use core::task::{Context, Waker};

/// tokio's timers fire on boundaries of this.
const TICK: u64 = 1_000_000;

/// What wakes a runtime that sleeps.
pub(super) type Alarm = Pin<Box<tokio::time::Sleep>>;

/// How time goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// It does not yet: somebody was woken.
    Again,
    /// To this moment; no boundary lies before it.
    To(Instant),
    /// Until this boundary, or whenever somebody's timer fires.
    Sleep(Instant),
}

/// Moves tokio's clock, perhaps by nothing. That waits for others to run, so that the runtime does
/// not sleep now.
fn advance(span: Duration) {
    let moved = pin!(tokio::time::advance(span.into()));
    let _ = moved.poll(&mut Context::from_waker(Waker::noop()));
}

fn stuck(stuck: sim::Stuck) -> String {
    stuck.text(base::Lang::En)
}

/// The boundary after `now`.
fn boundary(now: Instant) -> Instant {
    Instant::from_nanos((now.as_nanos() / TICK + 1) * TICK)
}

impl Stage {
    /// The runtime is about to sleep. The world works until somebody may have something to do.
    pub(crate) fn parking(&self) {
        let mut scene = self.hold();
        let now = self.look_at_clock(&mut scene);
        self.outside.set(now);
        let next = if now < self.limit { self.turn(&mut scene, now) } else { Err(self.too_late()) };
        if let (Ok(Next::To(at)), Some((moment, known))) = (&next, &mut scene.clock) {
            *moment += at.since(now).into();
            *known = *at;
        }
        drop(scene);
        match next {
            Err(why) => self.end(why),
            // Who was woken need not be a task that is still there.
            Ok(Next::Again) => advance(Duration::ZERO),
            Ok(Next::To(at)) => {
                // Before anybody runs who was woken at that moment.
                self.outside.set(at);
                advance(at.since(now));
            }
            Ok(Next::Sleep(at)) => self.sleep(at.min(self.limit)),
        }
    }

    fn too_late(&self) -> String {
        let limit = self.limit;
        format!("the test has not ended after {limit} s of virtual time (`limit`)")
    }

    /// What time it is. A guest may have moved the clock itself (`tokio::time::advance`); nearly
    /// always it stands where it was left.
    fn look_at_clock(&self, scene: &mut Scene) -> Instant {
        let moment = tokio::time::Instant::now();
        match scene.clock {
            Some((known, now)) if known == moment => now,
            _ => {
                let now = self.instant(moment);
                scene.clock = Some((moment, now));
                now
            }
        }
    }

    /// The runtime will sleep until then, or until somebody's timer fires before, or until another
    /// thread calls a machine.
    fn sleep(&self, until: Instant) {
        // There is one: the test itself was polled before anybody could rest.
        let root = lock(&self.desk).root.clone();
        root.into_iter().for_each(|root| self.outside.sleep(root));
        let Some(until) = self.moment(until) else { return };
        let mut alarm = Box::pin(tokio::time::sleep_until(until));
        let _ = alarm.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        *lock(&self.alarm) = Some(alarm);
        self.asleep.store(true, Ordering::Relaxed);
    }

    /// The runtime woke; if it slept, it is later now.
    pub(crate) fn unparked(&self) {
        if self.asleep.load(Ordering::Relaxed) {
            self.asleep.store(false, Ordering::Relaxed);
            self.outside.set(self.now());
            self.outside.awake();
            *lock(&self.alarm) = None;
        }
    }

    /// Everybody rests. Lets the world work until somebody may have something to do.
    fn turn(&self, scene: &mut Scene, now: Instant) -> Result<Next, String> {
        let Scene { world, called, .. } = scene;
        self.outside.take_woke();
        self.run(world, now)?;
        while self.attend(world, called) {
            self.run(world, now)?;
        }
        // Guests rest, so that nobody else begins to wait meanwhile.
        let anybody = self.somebody_waits.load(Ordering::Acquire);
        let wait = if anybody { self.earliest_wait() } else { None };
        if self.outside.take_woke() | (anybody && self.look(world)) {
            return Ok(Next::Again);
        }
        let tick = boundary(now);
        let wait_here = wait.filter(|&at| at < tick);
        while let Some(at) = world.run_instant(wait_here.unwrap_or(tick)).map_err(stuck)? {
            if self.outside.take_woke() | (anybody && self.look(world)) {
                return Ok(Next::To(at));
            }
        }
        if let Some(at) = wait_here {
            self.run(world, at)?;
            self.look(world);
            return Ok(Next::To(at));
        }
        let next = world.next_deadline().into_iter().chain(wait).min();
        Ok(Self::far(now, next.unwrap_or(self.limit)))
    }

    /// The next event lies behind the next boundary, or on it.
    fn far(now: Instant, at: Instant) -> Next {
        let tick = boundary(now);
        if !now.as_nanos().is_multiple_of(TICK) || at == tick {
            return Next::To(tick);
        }
        Next::Sleep(Instant::from_nanos(at.as_nanos() / TICK * TICK))
    }

    fn run(&self, world: &mut sim::World, until: Instant) -> Result<(), String> {
        world.run_until(until.max(world.now())).map_err(stuck)
    }

    /// What guests' calls left to do; true if there was any.
    fn attend(&self, world: &mut sim::World, called: &mut Vec<NodeId>) -> bool {
        self.outside.take_calls(called);
        called.iter().for_each(|&node| world.attend(node));
        !called.is_empty()
    }

    /// The first of the moments that are waited for.
    fn earliest_wait(&self) -> Option<Instant> {
        lock(&self.desk).waiting.iter().filter_map(|waiting| waiting.at).min()
    }

    /// Wakes those who see what they waited for; true if there were any.
    fn look(&self, world: &sim::World) -> bool {
        let mut waiting = core::mem::take(&mut lock(&self.desk).waiting);
        let mut wakers: Vec<Waker> = Vec::new();
        let count = waiting.len();
        waiting.retain_mut(|one| {
            let late = one.at.is_some_and(|at| at <= world.now());
            let seen = late || one.sight.as_mut().is_some_and(|sight| sight(world));
            if seen {
                let mut done = lock(&one.done);
                done.0 = true;
                wakers.extend(done.1.take());
            }
            !seen
        });
        let any = waiting.len() < count;
        {
            let mut desk = lock(&self.desk);
            desk.waiting.extend(waiting);
            self.somebody_waits.store(!desk.waiting.is_empty(), Ordering::Release);
        }
        wakers.into_iter().for_each(Waker::wake);
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_ways_begin_on_a_boundary() {
        let at = Instant::from_nanos;
        assert_eq!(Stage::far(at(1_500_000), at(9_200_000)), Next::To(at(2_000_000)));
        assert_eq!(Stage::far(at(2_000_000), at(9_200_000)), Next::Sleep(at(9_000_000)));
        assert_eq!(Stage::far(at(2_000_000), at(3_000_000)), Next::To(at(3_000_000)));
    }
}
