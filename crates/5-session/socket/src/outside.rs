//! The clock of programs that run outside of their machine's world, on a runtime of their own, and
//! what the runtime is told of their doings.
//!
//! ```text
//!   runtime --set--> Outside --now--> Machine::with           the machine is never late
//!   runtime <--take_woke--- Outside <--note_wake-- Machine    somebody may have something to do
//!   runtime <--take_calls-- Outside <--note_call-- Machine    this machine may have something to send
//! ```
//! Time never falls: a machine takes the later one of its world's time and this.

use crate::machine::lock;
use base::{Instant, NodeId};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::task::Waker;
use std::sync::Mutex;

/// The time of a runtime, shared with the machines whose programs it runs.
#[derive(Debug)]
pub struct Outside {
    now: AtomicU64,
    woke: AtomicBool,
    calls: Mutex<Calls>,
    /// The machine noted last in `calls`, if any: it is noted, and nobody sleeps.
    noted: AtomicU64,
}

/// No machine's number.
const NOBODY: u64 = u64::MAX;

#[derive(Debug, Default)]
struct Calls {
    /// Whom programs called since the runtime last asked; some perhaps more than once.
    machines: Vec<NodeId>,
    /// Something else happened since then.
    poked: bool,
    /// The runtime sleeps: who wakes it.
    sleeper: Option<Waker>,
}

impl Default for Outside {
    fn default() -> Self {
        Outside {
            now: AtomicU64::default(),
            woke: AtomicBool::default(),
            calls: Mutex::default(),
            noted: AtomicU64::new(NOBODY),
        }
    }
}

impl Outside {
    /// What time it is.
    #[inline]
    pub fn now(&self) -> Instant {
        Instant::from_nanos(self.now.load(Ordering::Acquire))
    }
    /// It is so late now.
    pub fn set(&self, now: Instant) {
        self.now.fetch_max(now.as_nanos(), Ordering::AcqRel);
    }

    /// Was a waiting program of one of the machines woken since the last call?
    #[inline]
    pub fn take_woke(&self) -> bool {
        self.woke.load(Ordering::Acquire) && self.woke.swap(false, Ordering::AcqRel)
    }
    pub(crate) fn note_wake(&self) {
        self.woke.store(true, Ordering::Release);
    }

    /// Puts into `machines`, in order, those that programs called since the last time, and those that
    /// woke one.
    pub fn take_calls(&self, machines: &mut Vec<NodeId>) {
        machines.clear();
        {
            let mut calls = lock(&self.calls);
            calls.poked = false;
            self.noted.store(NOBODY, Ordering::Release);
            core::mem::swap(machines, &mut calls.machines);
        }
        machines.sort_unstable();
        machines.dedup();
    }
    pub(crate) fn note_call(&self, node: NodeId) {
        if self.noted.load(Ordering::Acquire) == u64::from(node.0) {
            return;
        }
        let sleeper = {
            let mut calls = lock(&self.calls);
            let machines = &mut calls.machines;
            if machines.len() == machines.capacity() {
                machines.sort_unstable();
                machines.dedup();
            }
            machines.push(node);
            self.noted.store(u64::from(node.0), Ordering::Release);
            calls.sleeper.take()
        };
        sleeper.into_iter().for_each(Waker::wake);
    }

    /// The runtime will sleep. What happens from now on, on another thread then, wakes it; what
    /// happened since it last asked does so at once.
    pub fn sleep(&self, waker: Waker) {
        let mut calls = lock(&self.calls);
        if calls.poked || !calls.machines.is_empty() {
            drop(calls);
            waker.wake();
        } else {
            calls.sleeper = Some(waker);
        }
    }
    /// It sleeps no longer.
    pub fn awake(&self) {
        lock(&self.calls).sleeper = None;
    }
    /// Something happened that the runtime is to see, and that was no call.
    pub fn poke(&self) {
        let sleeper = {
            let mut calls = lock(&self.calls);
            calls.poked = true;
            calls.sleeper.take()
        };
        sleeper.into_iter().for_each(Waker::wake);
    }
}
