//! CPU time of this thread: on a machine that others use too, the wall clock measures them.

use nix::time::{ClockId, clock_gettime};

/// Nanoseconds of CPU that this thread has used.
pub(crate) fn cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("Linux has this clock");
    time.tv_sec() as u64 * 1_000_000_000 + time.tv_nsec() as u64
}
