//! The host's clock work: one heap of deadlines, re-armed lazily.
//!
//! Each thing with a deadline has at most one entry that counts: the one whose time equals its
//! `armed`. A deadline that moves later costs nothing: the entry fires early, and the thing says
//! when it really wants to be called. A deadline that moves earlier pushes a new entry and leaves
//! the old one behind, which is ignored when it fires and swept out when such entries are many.
//! So `next_deadline` is O(1), may be early and is never late.

use crate::key::{Arena, ListenerKey, TcpKey, TimerKey};
use crate::{Error, Host};
use base::{Instant, InterfaceId};
use core::cmp::Reverse;
use core::task::Waker;
use std::collections::BinaryHeap;
use trace::Cx;

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
    cancelled: usize,
}

impl Timers {
    pub(crate) fn new() -> Self {
        Timers { heap: BinaryHeap::new(), count: 0, programs: Arena::new(), cancelled: 0 }
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

    fn sweep(&mut self) {
        self.cancelled += 1;
        if self.cancelled > 1024 && self.cancelled > self.heap.len() / 2 {
            self.cancelled = 0;
            let programs = &self.programs;
            self.heap.retain(|Reverse((_, _, target))| match target {
                Target::Program(key) => programs.get(*key).is_some(),
                _ => true,
            });
        }
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
        if self.timers.programs.remove(key).is_some() {
            self.timers.sweep();
        }
    }

    /// Calls everything whose deadline has come.
    pub(crate) fn run_timers(&mut self, cx: &mut Cx) {
        let now = cx.now();
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
