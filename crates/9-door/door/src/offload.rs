//! The virtio header that the kernel puts before a frame, and the work that it may leave undone.
//!
//! ```text
//!   0      1         2         4          6            8             10
//!   | flags | gso_type | hdr_len | gso_size | csum_start | csum_offset |  then the frame
//! ```
//! Specification: virtio 1.2, section 5.1.6 (native byte order here: Linux's legacy header).
//!
//! A kernel that trusts its card leaves a checksum half done (`NEEDS_CSUM`: the field holds the
//! pseudo-header's sum) or hands over a run of segments as one (`gso_type`). Offloads are switched
//! off where we may, and what still comes half done is finished here. A run is refused, never cut:
//! cutting would invent segments that the program's kernel did not send.
//!
//! Invariant (`a_half_done_checksum_is_finished`): after [`VnetHeader::finish`] gives `Ok`, no
//! checksum of the frame waits for anyone.

/// The octets of the header.
pub(crate) const VNET_HEADER: usize = 10;
const NEEDS_CSUM: u8 = 1;
const ETHERNET_HEADER: usize = 14;
const UDP_CHECKSUM_OFFSET: usize = 6;

/// What the kernel says of the frame that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VnetHeader {
    flags: u8,
    gso_type: u8,
    csum_start: u16,
    csum_offset: u16,
}

/// Why a frame is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A run of segments.
    Segmented,
    /// The place of the checksum lies outside the frame.
    Malformed,
}

impl VnetHeader {
    pub(crate) fn parse(octets: &[u8; VNET_HEADER]) -> Self {
        let [flags, gso_type, _, _, _, _, s0, s1, o0, o1] = *octets;
        Self {
            flags,
            gso_type,
            csum_start: u16::from_ne_bytes([s0, s1]),
            csum_offset: u16::from_ne_bytes([o0, o1]),
        }
    }

    /// Completes the frame's checksum; `true` if there was work to do.
    pub(crate) fn finish(self, frame: &mut [u8]) -> Result<bool, Refusal> {
        if self.gso_type != 0 {
            return Err(Refusal::Segmented);
        }
        if self.flags & NEEDS_CSUM == 0 {
            return Ok(false);
        }
        let start = usize::from(self.csum_start);
        let offset = usize::from(self.csum_offset);
        let covered = frame.get_mut(start..).ok_or(Refusal::Malformed)?;
        if start < ETHERNET_HEADER {
            return Err(Refusal::Malformed);
        }
        let sum = !ones_complement_sum(covered);
        let field = covered.get_mut(offset..).and_then(|rest| rest.first_chunk_mut::<2>());
        // A computed UDP checksum of zero is sent as all ones: zero means "none" (RFC 768).
        let sum = if sum == 0 && offset == UDP_CHECKSUM_OFFSET { 0xffff } else { sum };
        *field.ok_or(Refusal::Malformed)? = sum.to_be_bytes();
        Ok(true)
    }
}

/// RFC 1071, without the final complement.
fn ones_complement_sum(octets: &[u8]) -> u16 {
    let (pairs, last) = octets.as_chunks::<2>();
    let mut sum: u64 = pairs.iter().map(|pair| u64::from(u16::from_be_bytes(*pair))).sum();
    sum += last.first().map_or(0, |octet| u64::from(*octet) << 8);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(sum).unwrap_or(0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATAGRAM: [u8; 12] = [0x00, 0x35, 0xc0, 0x01, 0x00, 0x0c, 0, 0, b'l', b'a', b'b', b'!'];
    /// 10.0.0.1 -> 10.0.0.2, protocol 17, 12 octets.
    const PSEUDO: [u8; 12] = [10, 0, 0, 1, 10, 0, 0, 2, 0, 17, 0, 12];

    /// An Ethernet and an IPv4 header of no interest here, then a datagram with the kernel's half sum.
    fn half_done() -> (VnetHeader, Vec<u8>) {
        let mut frame = vec![0x5a; 34];
        frame.extend_from_slice(&DATAGRAM);
        frame[40..42].copy_from_slice(&ones_complement_sum(&PSEUDO).to_be_bytes());
        (header(1, 0, 34, 6), frame)
    }

    fn header(flags: u8, gso_type: u8, start: u16, offset: u16) -> VnetHeader {
        let mut octets = [0; VNET_HEADER];
        octets[0] = flags;
        octets[1] = gso_type;
        octets[6..8].copy_from_slice(&start.to_ne_bytes());
        octets[8..10].copy_from_slice(&offset.to_ne_bytes());
        VnetHeader::parse(&octets)
    }

    #[test]
    fn a_half_done_checksum_is_finished() {
        let (header, mut frame) = half_done();
        assert_eq!(header.finish(&mut frame), Ok(true));
        // A receiver sums pseudo-header and datagram, checksum included: all ones.
        let mut seen = PSEUDO.to_vec();
        seen.extend_from_slice(&frame[34..]);
        assert_eq!(ones_complement_sum(&seen), 0xffff);
    }

    #[test]
    fn a_zero_udp_sum_becomes_all_ones() {
        let mut frame = vec![0; 42];
        frame[40..42].copy_from_slice(&[0xff, 0xff]);
        assert_eq!(header(1, 0, 34, 6).finish(&mut frame), Ok(true));
        assert_eq!(frame[40..42], [0xff, 0xff]);
    }

    #[test]
    fn a_finished_frame_is_left_alone() {
        let (_, mut frame) = half_done();
        let before = frame.clone();
        assert_eq!(header(0, 0, 34, 6).finish(&mut frame), Ok(false));
        assert_eq!(frame, before);
    }

    #[test]
    fn a_run_and_a_place_outside_are_refused() {
        let (_, mut frame) = half_done();
        assert_eq!(header(1, 1, 34, 6).finish(&mut frame), Err(Refusal::Segmented));
        assert_eq!(header(1, 0, 34, 11).finish(&mut frame), Err(Refusal::Malformed));
        assert_eq!(header(1, 0, 34, 500).finish(&mut frame), Err(Refusal::Malformed));
        assert_eq!(header(1, 0, 9999, 0).finish(&mut frame), Err(Refusal::Malformed));
        assert_eq!(header(1, 0, 3, 0).finish(&mut frame), Err(Refusal::Malformed));
    }
}
