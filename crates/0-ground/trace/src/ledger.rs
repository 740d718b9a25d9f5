//! Conservation: every frame that enters a node, or is born in it, ends in exactly one way.

/// How a decision ends a frame's stay at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It does not: the frame goes on (or there is no frame).
    Note,
    /// The frame (or its copies) left by a jack.
    Sent,
    /// Its payload reached a program's buffer.
    Delivered,
    /// The node itself used it up: an ACK, an ARP reply, an ICMP error.
    Consumed,
    /// It was thrown away.
    Dropped,
}

/// The account of one node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Frames that came in by a jack.
    pub entered: u64,
    /// Frames made here.
    pub born: u64,
    /// Frames that left.
    pub sent: u64,
    /// Frames whose payload reached a program.
    pub delivered: u64,
    /// Frames that the node itself used up.
    pub consumed: u64,
    /// Frames thrown away.
    pub dropped: u64,
}

impl Ledger {
    /// Frames that came and have not ended yet: they must lie in a queue of the node.
    /// Negative only when a fate was counted twice.
    pub fn held(&self) -> i64 {
        let came = self.entered + self.born;
        let ended = self.sent + self.delivered + self.consumed + self.dropped;
        came.wrapping_sub(ended) as i64
    }

    pub(crate) fn end(&mut self, fate: Fate) {
        match fate {
            Fate::Note => {}
            Fate::Sent => self.sent += 1,
            Fate::Delivered => self.delivered += 1,
            Fate::Consumed => self.consumed += 1,
            Fate::Dropped => self.dropped += 1,
        }
    }
}
