//! The clock of programs that run outside of their machine's world, on a runtime of their own, and
//! what the runtime is told of their doings.
//!
//! ```text
//!   runtime --set--> Outside --now--> Machine::with           the machine is never late
//!   runtime <--take_woke--- Outside <--note_wake-- Machine    somebody may have something to do
//!   runtime <--take_calls-- Outside <--note_call-- Machine    this machine may have something to send
//! ```
//! Nearly all calls are made on the runtime's own thread. It says that it is that ([`Outside::settle`]),
//! and then the first machine that is called is noted in a variable of the thread: no atomic operation,
//! no lock. Further machines, and calls on other threads, are noted in the `Outside`.
//!
//! Time never falls: a machine takes the later one of its world's time and this.

use crate::machine::lock;
use base::{Instant, NodeId};
use core::cell::Cell;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::task::Waker;
use std::sync::{Mutex, MutexGuard};

/// The time of a runtime, shared with the machines whose programs it runs.
#[derive(Debug)]
pub struct Outside {
    now: AtomicU64,
    woke: AtomicBool,
    /// Who was called, those at home left out: `NOBODY`, or one machine, which is noted here alone; or
    /// `LISTED` with the machine that was listed last. Only in the last case is there anything in `calls`.
    noted: AtomicU64,
    calls: Mutex<Calls>,
    /// No other clock has this number.
    number: u64,
}

thread_local! {
    /// The number of the clock whose runtime runs on this thread (0: of none), and one machine that was
    /// called here since the runtime asked.
    static HOME: Cell<(u64, u32)> = const { Cell::new((0, NONE)) };
}

/// Neither a call, nor a poke, nor a sleeper.
const NOBODY: u64 = u64::MAX;
/// Beside the number of a machine: it is in the list, as is all else that was noted for all threads.
const LISTED: u64 = 1 << 32;
/// No machine's number.
const NONE: u32 = u32::MAX;

/// What is seldom: several machines called, something else happened, the runtime sleeps.
#[derive(Debug, Default)]
struct Calls {
    /// Whom programs called since the runtime last asked; some perhaps more than once.
    machines: Vec<NodeId>,
    /// Something else happened since then.
    poked: bool,
    /// The runtime sleeps: who wakes it.
    sleeper: Option<Waker>,
}

impl Calls {
    fn push(&mut self, node: u32) {
        if node == NONE {
            return;
        }
        if self.machines.len() == self.machines.capacity() {
            self.machines.sort_unstable();
            self.machines.dedup();
        }
        self.machines.push(NodeId(node));
    }
}

impl Default for Outside {
    fn default() -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        Outside {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            now: AtomicU64::default(),
            woke: AtomicBool::default(),
            noted: AtomicU64::new(NOBODY),
            calls: Mutex::default(),
        }
    }
}

impl Outside {
    /// What time it is.
    #[inline]
    pub fn now(&self) -> Instant {
        Instant::from_nanos(self.now.load(Ordering::Acquire))
    }
    /// It is so late now. Only the runtime says so, on one thread.
    pub fn set(&self, now: Instant) {
        if now > self.now() {
            self.now.store(now.as_nanos(), Ordering::Release);
        }
    }

    /// Was a waiting program of one of the machines woken since the last call? Only the runtime asks,
    /// and then lets programs run: who is woken meanwhile is seen by that.
    #[inline]
    pub fn take_woke(&self) -> bool {
        let woke = self.woke.load(Ordering::Acquire);
        if woke {
            self.woke.store(false, Ordering::Release);
        }
        woke
    }
    pub(crate) fn note_wake(&self) {
        self.woke.store(true, Ordering::Release);
    }

    /// This thread is the runtime's, and it is awake: what is called on it from now on is noted in a
    /// variable of the thread, which only [`Outside::take_calls`] on this very thread finds. The
    /// runtime of another clock that settled here before keeps the place, and nothing changes.
    pub fn settle(&self) {
        if HOME.get().0 == 0 {
            HOME.set((self.number, NONE));
        }
    }
    /// This thread is no longer the runtime's, or the runtime is about to sleep: what was noted here is
    /// noted for all threads.
    pub fn leave(&self) {
        let (number, own) = HOME.get();
        if number == self.number {
            HOME.set((0, NONE));
            if own != NONE {
                self.note_call(NodeId(own));
            }
        }
    }

    /// Puts into `machines`, in order, those that programs called since the last time, and those that
    /// woke one. On the thread that settled, if any did.
    #[inline]
    pub fn take_calls(&self, machines: &mut Vec<NodeId>) {
        machines.clear();
        if let (number, own) = HOME.get()
            && number == self.number
            && own != NONE
        {
            HOME.set((number, NONE));
            machines.push(NodeId(own));
        }
        let noted = self.noted.load(Ordering::Acquire);
        if noted != NOBODY {
            self.take_noted(noted, machines);
        }
    }

    fn take_noted(&self, noted: u64, machines: &mut Vec<NodeId>) {
        if noted < LISTED && self.turn(noted, NOBODY) {
            machines.push(NodeId(noted as u32));
        } else {
            let mut calls = self.list(NONE);
            calls.poked = false;
            machines.append(&mut calls.machines);
            if calls.sleeper.is_none() {
                self.noted.store(NOBODY, Ordering::Release);
            }
        }
        machines.sort_unstable();
        machines.dedup();
    }
    /// This machine was called. What was done stands under the machine's lock, which whoever takes the
    /// call locks after taking it: so a call that finds its machine noted already needs no more.
    #[inline]
    pub(crate) fn note_call(&self, node: NodeId) {
        match HOME.get() {
            (number, own) if number == self.number && own == node.0 => {}
            (number, NONE) if number == self.number => HOME.set((number, node.0)),
            _ => self.note_aloud(node),
        }
    }

    /// The same, for every thread.
    fn note_aloud(&self, node: NodeId) {
        let noted = self.noted.load(Ordering::Acquire);
        if noted as u32 == node.0 || noted == NOBODY && self.turn(NOBODY, u64::from(node.0)) {
            return;
        }
        let sleeper = {
            let mut calls = self.list(node.0);
            calls.push(node.0);
            calls.sleeper.take()
        };
        sleeper.into_iter().for_each(Waker::wake);
    }

    /// From one note to another, if nobody else was faster.
    #[inline]
    fn turn(&self, from: u64, to: u64) -> bool {
        self.noted.compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Locks the list, and moves into it what was noted alone.
    fn list(&self, last: u32) -> MutexGuard<'_, Calls> {
        let mut calls = lock(&self.calls);
        let noted = self.noted.swap(LISTED | u64::from(last), Ordering::AcqRel);
        if noted < LISTED {
            calls.push(noted as u32);
        }
        calls
    }

    /// The runtime will sleep. What happens from now on, on another thread then, wakes it; what
    /// happened since it last asked does so at once.
    pub fn sleep(&self, waker: Waker) {
        self.leave();
        let mut calls = self.list(NONE);
        if calls.poked || !calls.machines.is_empty() {
            drop(calls);
            waker.wake();
        } else {
            calls.sleeper = Some(waker);
        }
    }
    /// It sleeps no longer; on its thread, which settles again.
    pub fn awake(&self) {
        lock(&self.calls).sleeper = None;
        self.settle();
    }
    /// Something happened that the runtime is to see, and that was no call.
    pub fn poke(&self) {
        let sleeper = {
            let mut calls = self.list(NONE);
            calls.poked = true;
            calls.sleeper.take()
        };
        sleeper.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::RandomSource;
    use core::sync::atomic::AtomicUsize;
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use std::task::Wake;

    #[derive(Default)]
    struct Woken(AtomicUsize);
    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A runtime that asks and sleeps as it likes hears of every call, and sleeps through nothing.
    #[test]
    fn no_call_is_lost_and_none_is_slept_through() {
        let mut random = RandomSource::new(1, "outside", 0).stream("test");
        let (outside, woken) = (Outside::default(), Arc::new(Woken::default()));
        let other = Outside::default();
        let (mut called, mut poked, mut sleeps) = (BTreeSet::new(), false, false);
        let (mut machines, mut wakes) = (Vec::new(), 0);
        for step in 0..20_000 {
            match random.below(12) {
                // Who sleeps does not settle.
                10 if sleeps => {}
                10 => [&outside, &other][random.below(2) as usize].settle(),
                11 => [&outside, &other][random.below(2) as usize].leave(),
                0 | 1 => {
                    outside.take_calls(&mut machines);
                    let expected: Vec<NodeId> = core::mem::take(&mut called).into_iter().collect();
                    assert_eq!(machines, expected, "step {step}");
                    poked = false;
                }
                2 | 3 => {
                    outside.sleep(Waker::from(woken.clone()));
                    sleeps = true;
                }
                4 => {
                    outside.awake();
                    sleeps = false;
                }
                5 => {
                    outside.poke();
                    poked = true;
                }
                _ => {
                    let node = NodeId(random.below(3) as u32);
                    outside.note_call(node);
                    called.insert(node);
                }
            }
            if sleeps && (poked || !called.is_empty()) {
                (sleeps, wakes) = (false, wakes + 1);
            }
            assert_eq!(woken.0.load(Ordering::Relaxed), wakes, "step {step}");
        }
        outside.leave();
        other.leave();
        assert!(wakes > 1_000, "only {wakes}");
    }

    /// At home a call is a note that no other thread sees, until it leaves or sleeps.
    #[test]
    fn calls_at_home_are_noted_there() {
        let (outside, other) = (Outside::default(), Outside::default());
        let noted = || outside.noted.load(Ordering::Relaxed);
        let mut machines = Vec::new();
        outside.settle();
        other.settle(); // the place is taken
        outside.note_call(NodeId(3));
        assert_eq!(noted(), NOBODY);
        outside.note_call(NodeId(5)); // one has room there
        assert_eq!(noted(), 5);
        other.note_call(NodeId(7));
        assert_eq!(other.noted.load(Ordering::Relaxed), 7);
        outside.take_calls(&mut machines);
        assert_eq!((machines.as_slice(), noted()), (&[NodeId(3), NodeId(5)][..], NOBODY));
        outside.sleep(Waker::noop().clone());
        outside.note_call(NodeId(3));
        assert_ne!(noted(), NOBODY, "it slept: others have to know");
        outside.take_calls(&mut machines);
        outside.awake();
        outside.note_call(NodeId(3));
        assert_eq!(noted(), NOBODY);
        outside.leave();
        assert_eq!(noted(), 3);
        other.settle();
        other.note_call(NodeId(8));
        assert_eq!(other.noted.load(Ordering::Relaxed), 7, "at home now");
        other.leave();
    }

    /// The note of who called is made and taken without a lock: a call beside an asking is heard, then
    /// or the next time.
    #[test]
    fn calls_of_another_thread_are_heard() {
        const CALLS: usize = 50_000;
        // As a machine's work, under a lock that who takes the call locks afterwards.
        let (outside, work) = (Outside::default(), Mutex::new(0));
        let (mut machines, mut seen) = (Vec::new(), 0);
        outside.settle();
        let mut ask = || {
            outside.take_calls(&mut machines);
            if !machines.is_empty() {
                seen = *lock(&work);
            }
            seen
        };
        std::thread::scope(|scope| {
            let calls = scope.spawn(|| {
                for call in 1..=CALLS {
                    *lock(&work) = call;
                    outside.note_call(NodeId(1));
                }
            });
            while !calls.is_finished() {
                ask();
            }
        });
        assert_eq!(ask(), CALLS);
        outside.leave();
    }
}
