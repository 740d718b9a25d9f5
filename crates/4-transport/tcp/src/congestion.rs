//! How much may be in flight: the congestion window, behind a small trait.
//!
//! [`NewReno`] is RFC 5681 with appropriate byte counting (RFC 3465) and an initial window of ten
//! segments (RFC 6928). Which octets are lost and when to repeat them is not decided here but in
//! `loss`. CUBIC and others will be further implementors.
//! Invariant: the window is never below one segment (RFC 5681 section 3.1: the loss window).

/// A congestion controller. Sizes in octets.
pub trait Congestion {
    /// The window.
    fn window(&self) -> u32;
    /// The slow start threshold.
    fn ssthresh(&self) -> u32;
    /// `acked` octets arrived while the window was what held us back, outside fast recovery.
    fn on_ack(&mut self, acked: u32, mss: u32);
    /// Duplicates or SACK blocks say that something is lost, with `flight` octets out.
    fn on_loss(&mut self, flight: u32, mss: u32);
    /// Everything up to the recovery point has arrived.
    fn on_recovered(&mut self, flight: u32, mss: u32);
    /// The last loss was none: back to the window and threshold from before it.
    fn on_undo(&mut self, cwnd: u32, ssthresh: u32);
    /// The retransmission timer went off; `first` for this segment.
    fn on_timeout(&mut self, flight: u32, mss: u32, first: bool);
    /// Nothing was sent for longer than an RTO.
    fn on_idle(&mut self, initial: u32);
}

/// RFC 5681.
#[derive(Clone, Debug)]
pub struct NewReno {
    cwnd: u32,
    ssthresh: u32,
    /// Octets acknowledged since the window last grew, in congestion avoidance.
    counted: u32,
    /// After a time-out each acknowledgement counts for one segment at most (RFC 3465 section 2.3).
    after_timeout: bool,
}

impl NewReno {
    /// A controller that starts with a window of `initial` octets.
    pub fn new(initial: u32) -> Self {
        NewReno { cwnd: initial, ssthresh: u32::MAX, counted: 0, after_timeout: false }
    }
    fn is_slow_start(&self) -> bool {
        self.cwnd < self.ssthresh
    }
    //= rfc5681#3.1
    fn half(flight: u32, mss: u32) -> u32 {
        (flight / 2).max(2 * mss)
    }
}

impl Congestion for NewReno {
    #[inline]
    fn window(&self) -> u32 {
        self.cwnd
    }
    fn ssthresh(&self) -> u32 {
        self.ssthresh
    }

    #[inline]
    fn on_ack(&mut self, acked: u32, mss: u32) {
        if self.is_slow_start() {
            let limit = if self.after_timeout { mss } else { 2 * mss };
            self.cwnd = self.cwnd.saturating_add(acked.min(limit));
            return;
        }
        //= rfc5681#3.1
        self.counted = self.counted.saturating_add(acked);
        if self.counted >= self.cwnd {
            self.counted -= self.cwnd;
            self.cwnd = self.cwnd.saturating_add(mss);
        }
    }

    fn on_loss(&mut self, flight: u32, mss: u32) {
        //= rfc6675#5
        self.ssthresh = Self::half(flight, mss);
        self.cwnd = self.ssthresh;
        self.counted = 0;
    }

    fn on_recovered(&mut self, flight: u32, mss: u32) {
        if core::mem::take(&mut self.after_timeout) {
            return; // slow start goes on from where it is
        }
        //= rfc6582#3.2
        let calm = self.ssthresh.min(flight.max(mss).saturating_add(mss));
        self.cwnd = self.cwnd.min(calm).max(2 * mss); // a repair never widens the window
    }

    fn on_undo(&mut self, cwnd: u32, ssthresh: u32) {
        self.cwnd = self.cwnd.max(cwnd);
        self.ssthresh = self.ssthresh.max(ssthresh);
    }

    fn on_timeout(&mut self, flight: u32, mss: u32, first: bool) {
        if first {
            self.ssthresh = Self::half(flight, mss);
        }
        //= rfc5681#3.1
        self.cwnd = mss;
        self.counted = 0;
        self.after_timeout = true;
    }

    fn on_idle(&mut self, initial: u32) {
        //= rfc5681#4.1
        self.cwnd = self.cwnd.min(initial);
    }
}

/// RFC 6928: min (`segments` x MSS, max (2 x MSS, 14600)), for the usual ten.
pub(crate) fn initial_window(segments: u8, mss: u32) -> u32 {
    let segments = u32::from(segments.max(1));
    (segments * mss).min((2 * mss).max(segments * 1_460))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_over_a_small_life() {
        let mss = 1_000;
        let mut reno = NewReno::new(initial_window(10, mss));
        assert_eq!(reno.window(), 10_000);
        (0..5).for_each(|_| reno.on_ack(2 * mss, mss));
        assert_eq!(reno.window(), 20_000, "slow start doubles in a round trip");
        reno.on_loss(20_000, mss);
        assert_eq!((reno.window(), reno.ssthresh()), (10_000, 10_000));
        (0..5).for_each(|_| reno.on_ack(2 * mss, mss));
        assert_eq!(reno.window(), 11_000, "then a segment in a round trip");
        reno.on_timeout(11_000, mss, true);
        assert_eq!((reno.window(), reno.ssthresh()), (1_000, 5_500));
        reno.on_timeout(1_000, mss, false);
        assert_eq!(reno.ssthresh(), 5_500, "a second time-out does not halve again");
        reno.on_ack(2 * mss, mss);
        assert_eq!(reno.window(), 2_000, "after a time-out one segment an acknowledgement");
        assert_eq!((initial_window(10, 536), initial_window(10, 8_960)), (5_360, 17_920));
    }
}
