//! The knobs of one direction of a cable.

use base::Duration;

/// What one direction of a cable does to frames. The defaults are those of a lab:
/// 1 Gbit/s, 500 ns, a queue of 100 frames, and no impairment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineConfig {
    /// Bits per second; 0 means that sending takes no time.
    pub rate_bps: u64,
    /// One way, after the last bit was sent.
    pub delay: Duration,
    /// Each frame takes `delay` more or less up to this (uniform, never below zero); order is kept.
    pub jitter: Duration,
    /// The share of frames that vanish, 0 to 1.
    pub loss: f64,
    /// The share of frames that are held back, 0 to 1.
    pub reorder: f64,
    /// How long they are held back.
    pub reorder_by: Duration,
    /// The share of frames that arrive twice, 0 to 1.
    pub duplicate: f64,
    /// The chance of each bit to be flipped (bit error rate).
    pub corrupt: f64,
    /// Frames that may wait while another is being sent.
    pub queue: usize,
    /// The longest packet in octets, without Ethernet's header of 14; `None`: any.
    pub mtu: Option<u16>,
}

impl Default for LineConfig {
    fn default() -> Self {
        LineConfig {
            rate_bps: 1_000_000_000,
            delay: Duration::from_nanos(500),
            jitter: Duration::ZERO,
            loss: 0.0,
            reorder: 0.0,
            reorder_by: Duration::ZERO,
            duplicate: 0.0,
            corrupt: 0.0,
            queue: 100,
            mtu: None,
        }
    }
}

impl LineConfig {
    /// Octets that a frame of `len` takes on the wire: padded to 60, with check sequence (4),
    /// preamble (8) and gap (12), IEEE 802.3 clauses 3.1.1 and 4.4.2.
    pub fn octets_on_wire(len: usize) -> u64 {
        len.max(60) as u64 + 4 + 8 + 12
    }
    /// How long such a frame keeps the sender busy.
    pub fn sending_time(&self, len: usize) -> Duration {
        // Frames are short: 64 bits hold their bits times 10^9, and divide faster than 128.
        match Self::octets_on_wire(len).checked_mul(8 * 1_000_000_000) {
            Some(bit_nanos) if self.rate_bps > 0 => {
                Duration::from_nanos(bit_nanos.div_ceil(self.rate_bps))
            }
            _ => Duration::of_bytes(Self::octets_on_wire(len), self.rate_bps),
        }
    }
}
