//! Octets whose value depends on their place, so that what is lost, doubled or swapped shows.

/// A prime length: no power of two hides a shift.
const LENGTH: usize = 65_521;

/// The endless pattern.
pub(crate) struct Pattern(Vec<u8>);

impl Pattern {
    pub(crate) fn new() -> Self {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let octets = (0..LENGTH).map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        });
        Pattern(octets.collect())
    }

    /// The octets from `place` on, up to where the table ends.
    pub(crate) fn at(&self, place: u64) -> &[u8] {
        &self.0[(place % LENGTH as u64) as usize..]
    }

    /// Panics where `got` is not what stands at `place`; all of it when `whole`, else its ends.
    pub(crate) fn check(&self, place: u64, got: &[u8], whole: bool) {
        if whole {
            let mut done = 0;
            while done < got.len() {
                let want = self.at(place + done as u64);
                let len = want.len().min(got.len() - done);
                assert!(got[done..done + len] == want[..len], "octets differ at {place}+{done}");
                done += len;
            }
        } else if let (Some(&first), Some(&last)) = (got.first(), got.last()) {
            let at_last = place + got.len() as u64 - 1;
            let same = first == self.at(place)[0] && last == self.at(at_last)[0];
            assert!(same, "octets differ about {place}");
        }
    }
}
