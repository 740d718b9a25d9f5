//! The two windows: what we may send, and what we have promised to take (RFC 9293 sections 3.3.1, 3.8.6).
//!
//! ```text
//!   send:     SND.UNA        SND.NXT            SND.UNA + SND.WND
//!                | in flight    | may be sent now   | must wait
//!   receive:  RCV.NXT                           RCV.ADV (the edge we have promised)
//!                | acceptable                       | refused
//! ```
//!
//! Invariant: RCV.ADV never moves back (RFC 9293 section 3.8.6.2 SHLD-14), and moves on only in steps
//! worth a segment, so that no silly window is ever offered.

use base::Seq;

/// Send sequence variables.
#[derive(Debug)]
pub(crate) struct SendSpace {
    pub(crate) iss: Seq,
    pub(crate) una: Seq,
    pub(crate) nxt: Seq,
    pub(crate) wnd: u32,
    pub(crate) wl1: Seq,
    pub(crate) wl2: Seq,
    /// The largest window ever offered to us.
    pub(crate) max_wnd: u32,
    /// The end of the last small segment (Nagle).
    pub(crate) small_to: Seq,
    /// The octet at SND.NXT was sent as a probe of a closed window.
    pub(crate) probed: bool,
}

impl SendSpace {
    pub(crate) fn new(iss: Seq) -> Self {
        SendSpace {
            iss,
            una: iss,
            nxt: iss,
            wnd: 0,
            wl1: Seq(0),
            wl2: iss,
            max_wnd: 0,
            small_to: iss,
            probed: false,
        }
    }
    /// Octets out and not acknowledged, SYN and FIN counted.
    #[inline]
    pub(crate) fn flight(&self) -> u32 {
        self.nxt.since(self.una)
    }
    /// Octets that the other side's window takes beyond SND.NXT.
    #[inline]
    pub(crate) fn usable(&self) -> u32 {
        (self.una + self.wnd).distance(self.nxt).max(0) as u32
    }
    /// One past the last number that was ever on the wire.
    #[inline]
    pub(crate) fn max_sent(&self) -> Seq {
        self.nxt + u32::from(self.probed)
    }
    /// Takes the window of a segment that is not older than the last one used.
    #[inline]
    pub(crate) fn update_window(&mut self, seq: Seq, ack: Seq, window: u32) {
        //= rfc9293#3.10.7.4
        if self.wl1.before(seq) || (self.wl1 == seq && self.wl2.at_or_before(ack)) {
            self.wnd = window;
            self.wl1 = seq;
            self.wl2 = ack;
            self.max_wnd = self.max_wnd.max(window);
        }
    }
}

/// Receive sequence variables.
#[derive(Debug)]
pub(crate) struct ReceiveSpace {
    pub(crate) irs: Seq,
    pub(crate) nxt: Seq,
    /// The right edge of the window as the other side knows it.
    pub(crate) adv: Seq,
    /// What our last acknowledgement said (Last.ACK.sent of RFC 7323).
    pub(crate) acked: Seq,
    /// Where the other side's FIN stands, once one has arrived.
    pub(crate) fin_at: Option<Seq>,
    /// The widest window that we have offered.
    pub(crate) widest: u32,
    /// The other side's segment size, as seen.
    pub(crate) mss_seen: u16,
}

impl ReceiveSpace {
    pub(crate) fn new() -> Self {
        let zero = Seq(0);
        ReceiveSpace {
            irs: zero,
            nxt: zero,
            adv: zero,
            acked: zero,
            fin_at: None,
            widest: 0,
            mss_seen: 536,
        }
    }
    /// The other side's SYN has arrived; `window` is what our SYN offers.
    pub(crate) fn open(&mut self, irs: Seq, window: u32) {
        self.irs = irs;
        self.nxt = irs + 1;
        self.adv = self.nxt + window;
        self.acked = self.nxt;
        self.widest = window;
    }
    /// Octets that we have promised to take.
    #[inline]
    pub(crate) fn window(&self) -> u32 {
        self.adv.distance(self.nxt).max(0) as u32
    }

    /// Would it be worth telling the other side that `free` octets are free now?
    #[inline]
    pub(crate) fn is_worth_moving(&self, free: u32, step: u32) -> bool {
        (self.nxt + free).distance(self.adv) >= step as i32
    }
    /// The window field for a segment that leaves now, with `free` octets free; `step` is the
    /// least move of the edge.
    #[inline]
    pub(crate) fn offer(&mut self, free: u32, step: u32, scale: u8) -> u16 {
        //= rfc9293#3.8.6.2.2 MUST-39
        if self.is_worth_moving(free, step) {
            let field = (free >> scale).min(0xffff);
            // Rounded down, the edge may not have moved at all; it never goes back.
            self.adv = self.adv.max(self.nxt + (field << scale));
            self.widest = self.widest.max(self.window());
        }
        let window = self.window();
        // Rounded up: an edge once promised is kept.
        let field = (u64::from(window) + (1u64 << scale) - 1) >> scale;
        field.min(0xffff) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_promised_edge_never_goes_back_and_never_creeps() {
        let mut space = ReceiveSpace::new();
        space.open(Seq(u32::MAX), 1_000);
        assert_eq!(space.offer(1_000, 500, 0), 1_000);
        space.nxt += 400;
        assert_eq!(space.offer(600, 500, 0), 600);
        assert_eq!(space.offer(1_000, 500, 0), 600, "400 octets are not worth a move");
        space.nxt += 600;
        assert_eq!(space.offer(0, 500, 0), 0);
        assert_eq!(space.offer(500, 500, 0), 500);
        assert_eq!(space.offer(100, 500, 0), 500, "never back");
    }

    #[test]
    fn an_old_segment_does_not_change_the_window() {
        let mut space = SendSpace::new(Seq(10));
        space.update_window(Seq(100), Seq(10), 500);
        space.update_window(Seq(99), Seq(11), 1);
        assert_eq!(space.wnd, 500);
        space.update_window(Seq(100), Seq(11), 50);
        assert_eq!((space.wnd, space.max_wnd), (50, 500));
    }
}
