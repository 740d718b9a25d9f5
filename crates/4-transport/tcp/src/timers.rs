//! When something is to happen by itself. A deadline of `Instant::MAX` is a timer that is off.
//!
//! | timer | serves |
//! |---|---|
//! | retransmit | the RTO (RFC 6298) while something is in flight; zero-window probes and the SWS override (RFC 9293 section 3.8.6) while not |
//! | reorder | what was overtaken is lost by then (RFC 8985 section 6.2) |
//! | ack | the delayed acknowledgement |
//! | life | keep-alive while open, the orphan's patience in FIN-WAIT-2, 2 MSL in TIME-WAIT |

use base::Instant;

#[derive(Debug)]
pub(crate) struct Timers {
    pub(crate) retransmit: Instant,
    pub(crate) reorder: Instant,
    pub(crate) ack: Instant,
    pub(crate) life: Instant,
}

impl Timers {
    pub(crate) const OFF: Instant = Instant::MAX;

    pub(crate) const fn new() -> Self {
        Timers { retransmit: Self::OFF, reorder: Self::OFF, ack: Self::OFF, life: Self::OFF }
    }
    #[inline]
    pub(crate) fn next(&self) -> Option<Instant> {
        let next = self.retransmit.min(self.reorder).min(self.ack).min(self.life);
        (next != Self::OFF).then_some(next)
    }
    pub(crate) fn stop_all(&mut self) {
        *self = Timers::new();
    }
}
