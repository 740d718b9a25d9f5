//! The clock of programs that run outside of their machine's world, on a runtime of their own.
//!
//! ```text
//!   runtime --set--> Outside --now--> Machine::with          the machine is never late
//!   runtime <--take_woke-- Outside <--note_wake-- Machine    somebody may have something to do
//! ```
//! Time never falls: a machine takes the later one of its world's time and this.

use base::Instant;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The time of a runtime, shared with the machines whose programs it runs.
#[derive(Debug, Default)]
pub struct Outside {
    now: AtomicU64,
    woke: AtomicBool,
}

impl Outside {
    /// What time it is.
    pub fn now(&self) -> Instant {
        Instant::from_nanos(self.now.load(Ordering::Acquire))
    }
    /// It is so late now.
    pub fn set(&self, now: Instant) {
        self.now.fetch_max(now.as_nanos(), Ordering::AcqRel);
    }
    /// Was a waiting program of one of the machines woken since the last call?
    pub fn take_woke(&self) -> bool {
        self.woke.swap(false, Ordering::AcqRel)
    }
    pub(crate) fn note_wake(&self) {
        self.woke.store(true, Ordering::Release);
    }
}
