//! The driver: makes time go, for the world and for tokio's clock alike.

use super::{Stage, lock};
use base::Instant;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;

/// tokio's timers fire on boundaries of this.
const TICK: u64 = 1_000_000;

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

/// Runs for as long as the runtime does.
pub(crate) async fn drive(stage: Arc<Stage>) {
    loop {
        idle(&stage).await;
        let now = stage.now();
        if now >= stage.limit {
            let limit = stage.limit;
            stage.end(format!("the test has not ended after {limit} s of virtual time (`limit`)"));
            return;
        }
        match stage.turn(now) {
            Err(why) => return stage.end(why),
            Ok(Next::Again) => {}
            Ok(Next::To(at)) => {
                // Before anybody runs who was woken at that moment.
                stage.outside.set(at);
                advance(at.since(now));
            }
            Ok(Next::Sleep(at)) => sleep(&stage, at.min(stage.limit)).await,
        }
    }
}

/// Moves tokio's clock. That then waits for others to run; the driver does so anyway.
fn advance(span: base::Duration) {
    let moved = pin!(tokio::time::advance(span.into()));
    let _ = moved.poll(&mut Context::from_waker(Waker::noop()));
}

/// Ready when the runtime is about to park.
async fn idle(stage: &Stage) {
    let mut asked = false;
    poll_fn(|task| {
        let mut desk = lock(&stage.desk);
        if asked && desk.idle.is_none() {
            return Poll::Ready(());
        }
        asked = true;
        desk.idle = Some(task.waker().clone());
        Poll::Pending
    })
    .await;
}

/// Sleeps as everybody does, until somebody touches the world.
async fn sleep(stage: &Stage, until: Instant) {
    let Some(until) = stage.moment(until) else { return };
    let mut sleep = pin!(tokio::time::sleep_until(until));
    poll_fn(|task| {
        {
            let mut desk = lock(&stage.desk);
            if desk.poked || !desk.touched.is_empty() {
                return Poll::Ready(());
            }
            desk.driver = Some(task.waker().clone());
        }
        sleep.as_mut().poll(task)
    })
    .await;
    lock(&stage.desk).driver = None;
}

/// The boundary after `now`.
fn boundary(now: Instant) -> Instant {
    Instant::from_nanos((now.as_nanos() / TICK + 1) * TICK)
}

impl Stage {
    /// Everybody rests. Lets the world work until somebody may have something to do.
    fn turn(self: &Arc<Self>, now: Instant) -> Result<Next, String> {
        let mut world = lock(&self.world);
        lock(&self.desk).poked = false;
        self.outside.take_woke();
        self.run(&mut world, now)?;
        while self.attend(&mut world) {
            self.run(&mut world, now)?;
        }
        if self.outside.take_woke() | self.look(&world) {
            return Ok(Next::Again);
        }
        let tick = boundary(now);
        // Guests rest, so that nobody else begins to wait meanwhile.
        let wait = self.next_wait();
        let anybody = !lock(&self.desk).waiting.is_empty();
        loop {
            let next = [world.next_deadline(), wait].into_iter().flatten().min();
            let Some(at) = next.filter(|&at| at < tick) else {
                return Ok(Self::far(now, next.unwrap_or(self.limit)));
            };
            self.run(&mut world, at)?;
            if self.outside.take_woke() | (anybody && self.look(&world)) {
                return Ok(Next::To(at));
            }
        }
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
        world.run_until(until.max(world.now())).map_err(|stuck| stuck.text(base::Lang::En))
    }

    /// What guests' calls left to do; true if there was any.
    fn attend(self: &Arc<Self>, world: &mut sim::World) -> bool {
        let mut touched = core::mem::take(&mut lock(&self.desk).touched);
        touched.sort_unstable();
        touched.dedup();
        for &node in &touched {
            world.attend(node);
            let watched = lock(&self.desk).machines.get(&node).cloned();
            if let Some((machine, waker)) = watched {
                machine.notify(&waker);
            }
        }
        !touched.is_empty()
    }

    fn next_wait(&self) -> Option<Instant> {
        lock(&self.desk).waiting.iter().filter_map(|waiting| waiting.at).min()
    }

    /// Wakes those who see what they waited for; true if there were any.
    fn look(&self, world: &sim::World) -> bool {
        let mut waiting = core::mem::take(&mut lock(&self.desk).waiting);
        if waiting.is_empty() {
            return false;
        }
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
        lock(&self.desk).waiting.extend(waiting);
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
