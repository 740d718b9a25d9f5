//! The account of one line: what went in and how it came out.

/// `entered + copied == delivered + lost + in flight`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Frames handed to the line by its sender.
    pub entered: u64,
    /// Second copies made by the duplicate knob.
    pub copied: u64,
    /// Frames that reached the far end.
    pub delivered: u64,
    /// Frames that the line lost: full queue, too long, chance, cut.
    pub lost: u64,
    /// Frames with at least one flipped bit (they arrive, and the card drops them).
    pub corrupted: u64,
    /// Frames that were held back so that others overtook them.
    pub reordered: u64,
    /// Octets of frames that entered, without preamble, check sequence and gap.
    pub octets: u64,
}

impl Ledger {
    /// Frames that must be under way.
    pub fn held(&self) -> i64 {
        (self.entered + self.copied).wrapping_sub(self.delivered + self.lost) as i64
    }
}
