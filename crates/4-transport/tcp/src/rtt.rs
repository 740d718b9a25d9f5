//! How long a round trip takes, and so how long to wait before repeating (RFC 6298).
//!
//! One segment at a time is timed by the clock, to the nanosecond, and never one that was sent
//! twice (Karn's rule); after a loss the echoed timestamp, which cannot be mistaken, serves instead
//! (RFC 7323 section 4). The choice to question: RTO = SRTT + max(200 ms, 4 x RTTVAR), as Linux does,
//! where RFC 6298 wants at least 1 s; a delayed acknowledgement (up to 200 ms in old systems) must
//! not look like a loss, and nobody wants to wait a second in a LAN.

use base::{Duration, Instant, Seq};

const INITIAL_RTO: Duration = Duration::from_secs(1);
/// RFC 6298 section 5.7: when the SYN was repeated, data starts with this.
const RTO_AFTER_SYN_LOSS: Duration = Duration::from_secs(3);
const LEAST_MARGIN: Duration = Duration::from_millis(200);
/// RFC 6298 section 2.5 allows any bound of at least 60 s.
pub(crate) const MAX_RTO: Duration = Duration::from_secs(120);

#[derive(Debug)]
pub(crate) struct Rtt {
    srtt: Duration,
    rttvar: Duration,
    /// The segment that is being timed: its end, and when it left.
    timed_at: Instant,
    timed: Option<Seq>,
    backoff: u8,
    has_sample: bool,
    syn_was_lost: bool,
}

impl Rtt {
    pub(crate) const fn new() -> Self {
        Rtt {
            srtt: Duration::ZERO,
            rttvar: Duration::ZERO,
            timed_at: Instant::ZERO,
            timed: None,
            backoff: 0,
            has_sample: false,
            syn_was_lost: false,
        }
    }
    pub(crate) fn srtt(&self) -> Duration {
        self.srtt
    }
    pub(crate) fn rttvar(&self) -> Duration {
        self.rttvar
    }
    pub(crate) fn backoff(&self) -> u8 {
        self.backoff
    }

    /// The time to wait, back-off included.
    pub(crate) fn rto(&self) -> Duration {
        let calm = if self.has_sample {
            //= rfc6298#2.3
            self.srtt + (self.rttvar * 4).max(LEAST_MARGIN)
        } else if self.syn_was_lost {
            RTO_AFTER_SYN_LOSS
        } else {
            INITIAL_RTO
        };
        //= rfc6298#5.5
        (calm * (1u64 << self.backoff.min(16))).min(MAX_RTO)
    }

    /// The timer went off: wait twice as long next time, and trust no running measurement.
    pub(crate) fn back_off(&mut self) {
        self.backoff = self.backoff.saturating_add(1);
        self.timed = None;
    }
    /// The window opened: probing is over.
    pub(crate) fn calm_down(&mut self) {
        self.backoff = 0;
    }
    /// The handshake needed more than one SYN.
    pub(crate) fn syn_was_lost(&mut self) {
        self.syn_was_lost = true;
    }

    /// A segment that ends at `end` leaves for the first time.
    #[inline]
    pub(crate) fn start(&mut self, end: Seq, now: Instant) {
        if self.timed.is_none() {
            self.timed = Some(end);
            self.timed_at = now;
        }
    }
    /// Something was sent twice: an acknowledgement could mean either copy.
    pub(crate) fn stop(&mut self) {
        //= rfc6298#4
        self.timed = None;
    }
    /// Everything before `ack` has arrived: is that the end of a measurement?
    #[inline]
    pub(crate) fn finish(&mut self, ack: Seq, now: Instant) -> Option<Duration> {
        if self.timed.is_some_and(|end| ack.at_or_after(end)) {
            self.timed = None;
            return Some(now.since(self.timed_at));
        }
        None
    }

    /// A round trip took `sample`.
    pub(crate) fn sample(&mut self, sample: Duration) {
        // Karn: only a measurement ends the back-off, for an acknowledgement of what was sent twice does
        // not tell whether the path has become slow.
        //= rfc6298#5
        self.backoff = 0;
        if self.has_sample {
            //= rfc6298#2.3
            let error = if sample > self.srtt { sample - self.srtt } else { self.srtt - sample };
            self.rttvar = (self.rttvar * 3 + error) / 4;
            self.srtt = (self.srtt * 7 + sample) / 8;
        } else {
            //= rfc6298#2.2
            self.has_sample = true;
            self.srtt = sample;
            self.rttvar = sample / 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formulas_of_rfc_6298() {
        let mut rtt = Rtt::new();
        assert_eq!(rtt.rto(), Duration::from_secs(1));
        rtt.sample(Duration::from_millis(400));
        assert_eq!(rtt.rto(), Duration::from_millis(400 + 4 * 200));
        rtt.sample(Duration::from_millis(800));
        assert_eq!(rtt.srtt(), Duration::from_millis(450));
        assert_eq!(rtt.rttvar(), Duration::from_millis(250));
        rtt.back_off();
        rtt.back_off();
        assert_eq!(rtt.rto(), Duration::from_millis(1_450) * 4);
        (0..40).for_each(|_| rtt.back_off());
        assert_eq!(rtt.rto(), MAX_RTO);
        rtt.calm_down();
        (0..200).for_each(|_| rtt.sample(Duration::from_micros(50)));
        assert!(rtt.rto() >= Duration::from_millis(200) && rtt.rto() < Duration::from_millis(201));
    }

    #[test]
    fn karn_never_times_what_was_sent_twice() {
        let (mut rtt, t0) = (Rtt::new(), Instant::ZERO);
        rtt.start(Seq(100), t0);
        rtt.stop();
        assert_eq!(rtt.finish(Seq(100), t0 + Duration::from_secs(9)), None);
        rtt.start(Seq(200), t0);
        assert_eq!(rtt.finish(Seq(199), t0), None);
        assert_eq!(rtt.finish(Seq(300), t0 + INITIAL_RTO), Some(INITIAL_RTO));
    }
}
