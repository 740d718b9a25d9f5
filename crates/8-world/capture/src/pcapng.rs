//! The pcapng format (draft-ietf-opsawg-pcapng), as far as we write it: little-endian blocks.
//!
//! ```text
//!   +------+--------+-- body, padded to 4 --+-- options: code, length, value, padded --+--------+
//!   | type | length |                       |                              0, 0        | length |
//!   +------+--------+-----------------------+------------------------------------------+--------+
//! ```
//! A file is one section header, then interface descriptions (each before its first packet) and
//! packets. Times are nanoseconds since 1970 (`if_tsresol` 9). Golden octets in the tests; that real
//! readers agree is proven with tshark and capinfos in `tests/`.

/// LINKTYPE_ETHERNET.
const ETHERNET: u16 = 1;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;

const END_OF_OPTIONS: u16 = 0;
const COMMENT: u16 = 1;
const SECTION_APPLICATION: u16 = 4;
const IF_NAME: u16 = 2;
const IF_DESCRIPTION: u16 = 3;
const IF_RESOLUTION: u16 = 9;
const PACKET_FLAGS: u16 = 2;
const PACKET_ID: u16 = 5;

/// Which way a packet passed its interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Received.
    Inbound,
    /// Sent.
    Outbound,
}

/// One packet.
#[derive(Clone, Debug)]
pub struct Packet<'a> {
    /// The number of its interface: the how-manieth description before it, from 0.
    pub interface: u32,
    /// Nanoseconds since 1970.
    pub nanos: u64,
    /// The frame without its check sequence.
    pub octets: &'a [u8],
    /// Which way.
    pub way: Way,
    /// Is its check sequence wrong?
    pub bad_fcs: bool,
    /// The same for the same packet at several interfaces; 0: unknown.
    pub id: u64,
    /// What people should read beside it.
    pub comments: &'a [String],
}

/// The section header: the beginning of every file.
pub fn section_header(application: &str, out: &mut Vec<u8>) {
    block(SECTION_HEADER, out, |out| {
        out.extend_from_slice(&0x1a2b_3c4du32.to_le_bytes());
        out.extend_from_slice(&1u16.to_le_bytes());
        out.extend_from_slice(&0u16.to_le_bytes());
        // The section's length: unknown.
        out.extend_from_slice(&u64::MAX.to_le_bytes());
        option(SECTION_APPLICATION, application.as_bytes(), out);
        option(END_OF_OPTIONS, &[], out);
    });
}

/// An interface; packets name it by its number in the file.
pub fn interface(name: &str, description: &str, out: &mut Vec<u8>) {
    block(INTERFACE, out, |out| {
        out.extend_from_slice(&ETHERNET.to_le_bytes());
        out.extend_from_slice(&[0, 0]);
        // No limit on how much of a packet is kept.
        out.extend_from_slice(&0u32.to_le_bytes());
        option(IF_NAME, name.as_bytes(), out);
        option(IF_DESCRIPTION, description.as_bytes(), out);
        option(IF_RESOLUTION, &[9], out);
        option(END_OF_OPTIONS, &[], out);
    });
}

/// A packet.
pub fn packet(packet: &Packet<'_>, out: &mut Vec<u8>) {
    block(ENHANCED_PACKET, out, |out| {
        let len = packet.octets.len() as u32;
        let numbers =
            [packet.interface, (packet.nanos >> 32) as u32, packet.nanos as u32, len, len];
        numbers.iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
        out.extend_from_slice(packet.octets);
        pad(out, packet.octets.len());
        option(PACKET_FLAGS, &flags(packet).to_le_bytes(), out);
        if packet.id != 0 {
            option(PACKET_ID, &packet.id.to_le_bytes(), out);
        }
        for comment in packet.comments {
            option(COMMENT, comment.as_bytes(), out);
        }
        option(END_OF_OPTIONS, &[], out);
    });
}

/// Bits 0-1: the way; bit 24: wrong check sequence.
fn flags(packet: &Packet<'_>) -> u32 {
    let way = match packet.way {
        Way::Inbound => 1,
        Way::Outbound => 2,
    };
    way | u32::from(packet.bad_fcs) << 24
}

fn block(kind: u32, out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    body(out);
    let len = (out.len() - start + 4) as u32;
    out[start + 4..start + 8].copy_from_slice(&len.to_le_bytes());
    out.extend_from_slice(&len.to_le_bytes());
}

fn option(code: u16, value: &[u8], out: &mut Vec<u8>) {
    // A longer text is cut: the length has 16 bits.
    let value = &value[..value.len().min(usize::from(u16::MAX))];
    out.extend_from_slice(&code.to_le_bytes());
    out.extend_from_slice(&(value.len() as u16).to_le_bytes());
    out.extend_from_slice(value);
    pad(out, value.len());
}

fn pad(out: &mut Vec<u8>, len: usize) {
    out.resize(out.len() + len.next_multiple_of(4) - len, 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_octets() {
        let mut out = Vec::new();
        section_header("cat", &mut out);
        interface("a", "bb", &mut out);
        let comments = ["x:1".to_owned()];
        let one = Packet {
            interface: 0,
            nanos: 0x1_0000_0002,
            octets: &[1, 2, 3, 4, 5],
            way: Way::Outbound,
            bad_fcs: true,
            id: 7,
            comments: &comments,
        };
        packet(&one, &mut out);
        #[rustfmt::skip]
        let want: &[u8] = &[
            0x0a, 0x0d, 0x0d, 0x0a, 40, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0,
            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            4, 0, 3, 0, b'c', b'a', b't', 0, 0, 0, 0, 0, 40, 0, 0, 0,
            1, 0, 0, 0, 48, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
            2, 0, 1, 0, b'a', 0, 0, 0, 3, 0, 2, 0, b'b', b'b', 0, 0,
            9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 48, 0, 0, 0,
            6, 0, 0, 0, 72, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0,
            5, 0, 0, 0, 5, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0,
            2, 0, 4, 0, 2, 0, 0, 1, 5, 0, 8, 0, 7, 0, 0, 0, 0, 0, 0, 0,
            1, 0, 3, 0, b'x', b':', b'1', 0, 0, 0, 0, 0, 72, 0, 0, 0,
        ];
        assert_eq!(out, want);
    }
}
