//! The host's clock work: one heap of deadlines, re-armed lazily.
//!
//! Each thing with a deadline has at most one entry that counts: the one whose time equals its
//! `armed`. A deadline that moves later costs nothing: the entry fires early, and the thing says
//! when it really wants to be called. A deadline that moves earlier pushes a new entry and leaves
//! the old one behind, which is ignored when it fires; so does one whose thing is gone. Whenever the
//! heap has doubled they are swept out: it is never longer than twice what counted then, and
//! [`SPARE`]. So `next_deadline` is O(1), may be early and is never late.

use crate::key::{Arena, ListenerKey, TcpKey, TimerKey};
use crate::{Error, Host};
use base::{Instant, InterfaceId};
use core::cmp::Reverse;
use core::task::Waker;
use std::collections::BinaryHeap;
use trace::Cx;

/// Entries beside twice those that counted at the last sweep.
const SPARE: usize = 1024;

/// Whose deadline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Tcp(TcpKey),
    Listener(ListenerKey),
    Interface(InterfaceId),
    Program(TimerKey),
}

#[derive(Debug)]
struct ProgramTimer {
    at: Instant,
    waker: Waker,
}

/// All deadlines of a host but those of loopback and `ip`, which keep their own.
#[derive(Debug)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Instant, u64, Target)>>,
    count: u64,
    programs: Arena<TimerKey, ProgramTimer>,
    /// How long the heap was after it was swept.
    swept: usize,
}

impl Timers {
    pub(crate) fn new() -> Self {
        Timers { heap: BinaryHeap::new(), count: 0, programs: Arena::new(), swept: 0 }
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _, _))| *at)
    }

    fn push(&mut self, at: Instant, target: Target) {
        self.count += 1;
        self.heap.push(Reverse((at, self.count, target)));
    }

    /// Sees to it that `target` is called at `deadline` or earlier; `armed` is its own memory.
    pub(crate) fn arm(
        &mut self,
        armed: &mut Option<Instant>,
        deadline: Option<Instant>,
        target: Target,
    ) {
        let Some(deadline) = deadline else { return };
        if armed.is_none_or(|armed| deadline < armed) {
            *armed = Some(deadline);
            self.push(deadline, target);
        }
    }

    fn pop_due(&mut self, now: Instant) -> Option<(Instant, Target)> {
        let Reverse((at, _, _)) = self.heap.peek()?;
        if *at > now {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, target))| (at, target))
    }
}

/// Is this the entry that counts? If so it counts no longer.
fn fires(armed: &mut Option<Instant>, at: Instant) -> bool {
    let counts = *armed == Some(at);
    if counts {
        *armed = None;
    }
    counts
}

impl Host {
    /// Wakes `waker` at `at`.
    ///
    /// # Errors
    /// [`Error::TooMany`] at the bound of the table.
    pub fn add_timer(&mut self, at: Instant, waker: &Waker) -> Result<TimerKey, Error> {
        if self.timers.programs.len() >= self.limits.timers {
            return Err(Error::TooMany("timers"));
        }
        let key = self.timers.programs.insert(ProgramTimer { at, waker: waker.clone() });
        self.timers.push(at, Target::Program(key));
        Ok(key)
    }

    /// Exchanges the waker; false when the timer has fired or was cancelled.
    pub fn update_timer(&mut self, key: TimerKey, waker: &Waker) -> bool {
        let Some(timer) = self.timers.programs.get_mut(key) else { return false };
        if !timer.waker.will_wake(waker) {
            let old = core::mem::replace(&mut timer.waker, waker.clone());
            self.woken.push_back(old);
        }
        true
    }

    /// Takes a timer away.
    pub fn cancel_timer(&mut self, key: TimerKey) {
        self.timers.programs.remove(key);
        self.sweep_timers();
    }

    /// Takes out the entries that no longer count, when the heap has doubled since the last time.
    #[inline]
    pub(crate) fn sweep_timers(&mut self) {
        if self.timers.heap.len() > 2 * self.timers.swept + SPARE {
            self.sweep_all();
        }
    }

    #[cold]
    fn sweep_all(&mut self) {
        let Host { timers, connections, listeners, interfaces, .. } = self;
        let programs = &timers.programs;
        timers.heap.retain(|Reverse((at, _, target))| {
            let armed = match target {
                Target::Program(key) => return programs.get(*key).is_some(),
                Target::Tcp(key) => connections.get(*key).and_then(|record| record.armed),
                Target::Listener(key) => listeners.get(*key).and_then(|record| record.armed),
                Target::Interface(id) => interfaces.get(usize::from(id.0)).and_then(|i| i.armed),
            };
            armed == Some(*at)
        });
        timers.swept = timers.heap.len();
    }

    /// Calls everything whose deadline has come.
    pub(crate) fn run_timers(&mut self, cx: &mut Cx) {
        let now = cx.now();
        self.sweep_timers();
        while let Some((at, target)) = self.timers.pop_due(now) {
            match target {
                Target::Tcp(key) => self.tcp_deadline(cx, key, at),
                Target::Listener(key) => self.listener_deadline(cx, key, at),
                Target::Interface(id) => self.interface_deadline(cx, id, at),
                Target::Program(key) => {
                    if let Some(timer) = self.timers.programs.remove(key) {
                        debug_assert!(timer.at <= now);
                        self.woken.push_back(timer.waker);
                    }
                }
            }
        }
    }

    fn tcp_deadline(&mut self, cx: &mut Cx, key: TcpKey, at: Instant) {
        let Some(record) = self.connections.get_mut(key) else { return };
        if !fires(&mut record.armed, at) {
            return;
        }
        if record.connection.next_deadline().is_some_and(|due| due <= cx.now()) {
            record.connection.handle_timeout(cx);
        }
        self.touch(key);
    }

    fn listener_deadline(&mut self, cx: &mut Cx, key: ListenerKey, at: Instant) {
        let Some(record) = self.listeners.get_mut(key) else { return };
        if !fires(&mut record.armed, at) {
            return;
        }
        if record.listener.next_deadline().is_some_and(|due| due <= cx.now()) {
            record.listener.handle_timeout(cx);
        }
        self.touch_listener(key);
    }

    fn interface_deadline(&mut self, cx: &mut Cx, id: InterfaceId, at: Instant) {
        let Some(interface) = self.interfaces.get_mut(usize::from(id.0)) else { return };
        if !fires(&mut interface.armed, at) {
            return;
        }
        if interface.neighbours.next_deadline().is_some_and(|due| due <= cx.now()) {
            interface.neighbours.handle_timeout(cx);
        }
        self.announce_again(cx, id);
        self.run_neighbours(cx, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HostConfig;
    use base::{Duration, NodeId, RandomSource};

    #[test]
    fn entries_that_no_longer_count_do_not_pile_up() {
        let mut cx = Cx::new(NodeId(0), true);
        let mut host = Host::new(HostConfig::new("a"), &RandomSource::new(1, "a", 0));
        let at = |ms| Instant::ZERO + Duration::from_millis(ms);
        let stays = host.add_timer(at(500_000), Waker::noop()).expect("room");
        for _ in 0..10_000 {
            let key = host.add_timer(at(900_000), Waker::noop()).expect("room");
            host.cancel_timer(key);
            assert!(host.timers.heap.len() <= 2 + SPARE + 1);
        }
        // A deadline that moves earlier and earlier, and one that does not move.
        host.interfaces[0].armed = Some(at(400_000));
        host.timers.push(at(400_000), Target::Interface(InterfaceId::LOOPBACK));
        for ms in (300_000..310_000).rev() {
            let mut armed = host.interfaces[0].armed;
            host.timers.arm(&mut armed, Some(at(ms)), Target::Interface(InterfaceId::LOOPBACK));
            host.interfaces[0].armed = armed;
            host.run_timers(&mut cx);
            assert!(host.timers.heap.len() <= 4 + SPARE + 1);
        }
        assert_eq!(host.timers.next_deadline(), Some(at(300_000)), "what counts is still there");
        assert!(host.update_timer(stays, Waker::noop()));
        cx.set_now(at(500_000));
        host.run_timers(&mut cx);
        assert!(!host.update_timer(stays, Waker::noop()) && host.timers.heap.is_empty());
    }
}
