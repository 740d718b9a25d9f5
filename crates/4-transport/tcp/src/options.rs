//! What the two SYNs agreed on, and the clock of timestamps (RFC 9293 section 3.2, RFC 7323, RFC 2018).
//!
//! Invariant: nothing is used that not both sides have offered.
//! ECN (RFC 3168) is not offered yet; unknown options are skipped by `wire`.

use crate::connection::Connection;
use crate::{Config, Endpoints, isn};
use base::{Duration, Instant, Seq};
use wire::tcp::{Options, Timestamps};

/// RFC 7323 section 2.3.
const MAX_SHIFT: u8 = 14;
/// A side that claims to take less than this cannot be served: options alone would fill it.
const LEAST_MSS: u16 = 64;
/// Every path takes packets of 68 octets (RFC 791 section 3.2): so much is left for options and text.
pub(crate) const LEAST_PATH_MSS: u16 = 28;
/// RFC 7323 section 5.5: a remembered timestamp this old proves nothing.
const TIMESTAMP_LIFE: Duration = Duration::from_secs(24 * 24 * 3_600);

/// What was agreed.
#[derive(Clone, Debug)]
pub(crate) struct Agreed {
    /// Octets (options included) that a segment to the other side may hold.
    pub(crate) mss: u16,
    /// Shift of windows that arrive, and of those that we send.
    pub(crate) snd_scale: u8,
    pub(crate) rcv_scale: u8,
    pub(crate) sack: bool,
    pub(crate) timestamps: bool,
    /// Added to the clock in every timestamp; the same for all connections of the same endpoints.
    offset: u32,
    /// TS.Recent, and when it was set.
    pub(crate) ts_recent: u32,
    ts_recent_at: Instant,
}

/// The shift that makes `buffer` fit into sixteen bits.
pub(crate) fn shift_for(buffer: u32) -> u8 {
    (0..MAX_SHIFT).find(|&shift| buffer >> shift <= 0xffff).unwrap_or(MAX_SHIFT)
}

/// Milliseconds, from a start that endpoints and secret decide: the ISN without its clock.
fn ts_offset(iss: Seq, born: Instant) -> u32 {
    iss.0.wrapping_sub(isn::clock(born))
}

fn ts_clock(offset: u32, now: Instant) -> u32 {
    offset.wrapping_add((now.as_nanos() / 1_000_000) as u32)
}

/// The options of our SYN.
pub(crate) fn offer(config: &Config, mss: u16, iss: Seq, born: Instant, now: Instant) -> Options {
    Options {
        //= rfc9293#3.7.1 MUST-14 SHLD-5
        mss: Some(mss),
        window_scale: config.window_scaling.then(|| shift_for(config.receive_buffer)),
        sack_permitted: config.sack,
        timestamps: config
            .timestamps
            .then(|| Timestamps { value: ts_clock(ts_offset(iss, born), now), echo: 0 }),
        ..Options::default()
    }
}

impl Agreed {
    /// Before the other side has said anything.
    pub(crate) fn nothing(mss: u16, iss: Seq, born: Instant) -> Self {
        Agreed {
            mss,
            snd_scale: 0,
            rcv_scale: 0,
            sack: false,
            timestamps: false,
            offset: ts_offset(iss, born),
            ts_recent: 0,
            ts_recent_at: Instant::ZERO,
        }
    }

    /// The other side's SYN arrived with `theirs`; `mss` is what the path to it takes.
    pub(crate) fn meet(
        &mut self,
        config: &Config,
        ends: &Endpoints,
        theirs: &Options,
        mss: u16,
        now: Instant,
    ) {
        //= rfc9293#3.7.1 MUST-15
        let default = if ends.remote.is_ipv4() { 536 } else { 1_220 };
        self.mss = theirs.mss.unwrap_or(default).max(LEAST_MSS).min(mss);
        //= rfc7323#2.2
        if let (true, Some(shift)) = (config.window_scaling, theirs.window_scale) {
            self.snd_scale = shift.min(MAX_SHIFT);
            self.rcv_scale = shift_for(config.receive_buffer);
        }
        self.sack = config.sack && theirs.sack_permitted;
        self.timestamps = config.timestamps && theirs.timestamps.is_some();
        if let (true, Some(stamp)) = (self.timestamps, theirs.timestamps) {
            self.ts_recent = stamp.value;
            self.ts_recent_at = now;
        }
    }

    /// Was the segment that is echoed sent before `time`?
    pub(crate) fn is_older(&self, echo: u32, time: Instant) -> bool {
        (echo.wrapping_sub(ts_clock(self.offset, time)) as i32) < 0
    }

    /// The options of our SYN,ACK: what both want.
    pub(crate) fn answer(&self, mss: u16, scaled: bool, now: Instant) -> Options {
        Options {
            mss: Some(mss),
            window_scale: scaled.then_some(self.rcv_scale),
            sack_permitted: self.sack,
            timestamps: self.stamp(now),
            ..Options::default()
        }
    }

    /// The timestamp for a segment that leaves now.
    #[inline]
    pub(crate) fn stamp(&self, now: Instant) -> Option<Timestamps> {
        self.timestamps
            .then(|| Timestamps { value: ts_clock(self.offset, now), echo: self.ts_recent })
    }

    /// PAWS: is `value` older than what we have seen (RFC 7323 section 5.3 R1)?
    #[inline]
    pub(crate) fn is_old(&self, value: u32, now: Instant) -> bool {
        //= rfc7323#5.5
        (value.wrapping_sub(self.ts_recent) as i32) < 0
            && now.since(self.ts_recent_at) < TIMESTAMP_LIFE
    }
    /// An acceptable segment at the left edge carried `value`.
    #[inline]
    pub(crate) fn remember(&mut self, value: u32, now: Instant) {
        self.ts_recent = value;
        self.ts_recent_at = now;
    }
}

/// What options leave of a segment for text.
impl Connection {
    /// Octets of text that the next full segment holds.
    #[inline]
    pub(crate) fn text_room(&self) -> u32 {
        self.text_mss() - self.sack_room()
    }

    /// Octets that SACK blocks take from the text of the next segment.
    #[inline]
    fn sack_room(&self) -> u32 {
        if self.reassembly.is_none() && self.due.dsack.is_none() || !self.has_sack_room() {
            return 0;
        }
        // The most they can be: 2 octets of padding, kind and length, 8 a block.
        if self.agreed.timestamps { 28 } else { 36 }
    }

    /// Are SACK blocks agreed on, and do they leave text a place on a path as narrow as this?
    #[inline]
    pub(crate) fn has_sack_room(&self) -> bool {
        const OPTIONS_AND_SOME_TEXT: u16 = 40 + 8;
        self.agreed.sack && self.agreed.mss >= OPTIONS_AND_SOME_TEXT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_cover_the_buffer() {
        for buffer in [1u32, 65_535, 65_536, 1 << 20, 6 << 20, 1 << 29] {
            let shift = shift_for(buffer);
            assert!(buffer >> shift <= 0xffff && (shift == 0 || buffer >> (shift - 1) > 0xffff));
        }
        assert_eq!(shift_for(u32::MAX), 14);
    }

    #[test]
    fn timestamps_of_the_same_endpoints_grow_from_life_to_life() {
        let ends =
            Endpoints { local: ([10, 0, 0, 1], 9).into(), remote: ([10, 0, 0, 2], 80).into() };
        let source = crate::IsnSource::new([1; 16]);
        let stamp = |born: Instant, now| {
            let mut agreed = Agreed::nothing(1_460, source.isn(born, &ends), born);
            agreed.timestamps = true;
            agreed.stamp(now).map(|stamp| stamp.value)
        };
        let at = |secs| Instant::ZERO + Duration::from_secs(secs);
        let first = stamp(at(1), at(50)).expect("on");
        let second = stamp(at(99), at(100)).expect("on");
        assert_eq!(second.wrapping_sub(first), 50_000);
    }
}
