//! Reading pcapng: the blocks that [`pcapng`](crate::pcapng) writes, from a file of ours or another's.
//!
//! Little-endian sections with Ethernet interfaces; what else a file may hold (statistics, names,
//! secrets) is passed over. A file that ends in the middle of a block, as a capture does whose writer
//! was killed, is read as far as it goes. Bounds: what is read is what lies in memory already; a length
//! is believed only as far as there are octets. Absent: big-endian sections, old packet blocks.

use core::fmt;

/// A file that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its interfaces, as packets number them.
    pub interfaces: Vec<Interface>,
    /// Its packets, in the order of the file.
    pub packets: Vec<Read>,
    /// Does it end in the middle of a block?
    pub cut: bool,
}

/// An interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name: `pc1.eth0`.
    pub name: String,
    /// Its description: `pc1.eth0 (jack of cable pc1--office)`.
    pub description: String,
    /// Units of its times in a second, as a power of ten.
    resolution: u8,
}

/// A packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Its interface's number.
    pub interface: usize,
    /// Nanoseconds since 1970.
    pub nanos: u64,
    /// Its octets.
    pub octets: Vec<u8>,
    /// Was it sent (and not received) by the interface; none: not said.
    pub outbound: Option<bool>,
    /// Comments beside it.
    pub comments: Vec<String>,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no pcapng file.
    NoPcapng,
    /// It was written in the other order of octets.
    BigEndian,
    /// The block that begins at this octet makes no sense.
    Block(usize),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::NoPcapng => f.write_str("no pcapng file"),
            Unreadable::BigEndian => f.write_str("a big-endian file, which is not read yet"),
            Unreadable::Block(at) => write!(f, "the block at octet {at} makes no sense"),
        }
    }
}

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const MAGIC: u32 = 0x1a2b_3c4d;

/// Reads a file.
///
/// # Errors
/// As [`Unreadable`] says.
pub fn read(octets: &[u8]) -> Result<File, Unreadable> {
    if number(octets, 0) != Some(SECTION_HEADER) {
        return Err(Unreadable::NoPcapng);
    }
    match number(octets, 8) {
        Some(MAGIC) => {}
        Some(other) if other.swap_bytes() == MAGIC => return Err(Unreadable::BigEndian),
        _ => return Err(Unreadable::NoPcapng),
    }
    let mut file = File::default();
    // Interfaces are numbered anew in each section.
    let (mut at, mut section) = (0, 0);
    while at < octets.len() {
        let (Some(kind), Some(length)) = (number(octets, at), number(octets, at + 4)) else {
            file.cut = true;
            break;
        };
        let length = length as usize;
        if length < 12 || !length.is_multiple_of(4) {
            return Err(Unreadable::Block(at));
        }
        let Some(block) = octets.get(at..at + length) else {
            file.cut = true;
            break;
        };
        let body = &block[8..length - 4];
        match kind {
            SECTION_HEADER => section = file.interfaces.len(),
            INTERFACE => file.interfaces.push(interface(body)),
            ENHANCED_PACKET => {
                let found = packet(body, section, &file.interfaces);
                file.packets.push(found.ok_or(Unreadable::Block(at))?);
            }
            _ => {}
        }
        at += length;
    }
    Ok(file)
}

fn number(octets: &[u8], at: usize) -> Option<u32> {
    octets.get(at..)?.first_chunk::<4>().map(|four| u32::from_le_bytes(*four))
}

/// The options that begin at an octet of a block: code and value.
fn options(body: &[u8], mut at: usize) -> impl Iterator<Item = (u16, &[u8])> {
    core::iter::from_fn(move || {
        let word = number(body, at)?;
        let (code, length) = (word as u16, (word >> 16) as usize);
        let value = body.get(at + 4..at + 4 + length)?;
        at += 4 + length.next_multiple_of(4);
        (code != 0).then_some((code, value))
    })
}

fn words(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn interface(body: &[u8]) -> Interface {
    let mut interface =
        Interface { name: String::new(), description: String::new(), resolution: 6 };
    for (code, value) in options(body, 8) {
        match (code, value) {
            (2, name) => interface.name = words(name),
            (3, text) => interface.description = words(text),
            (9, &[power]) => interface.resolution = power,
            _ => {}
        }
    }
    interface
}

fn packet(body: &[u8], section: usize, interfaces: &[Interface]) -> Option<Read> {
    let interface = section + number(body, 0)? as usize;
    let units = u64::from(number(body, 4)?) << 32 | u64::from(number(body, 8)?);
    let length = number(body, 12)? as usize;
    let octets = body.get(20..20usize.checked_add(length)?)?.to_vec();
    let power = interfaces.get(interface)?.resolution;
    let nanos = match power {
        0..=9 => units.saturating_mul(10u64.pow(9 - u32::from(power))),
        10..=27 => units / 10u64.pow(u32::from(power) - 9),
        _ => 0, // a power of two, or nonsense: the order stays
    };
    let mut packet = Read { interface, nanos, octets, outbound: None, comments: Vec::new() };
    for (code, value) in options(body, 20 + length.next_multiple_of(4)) {
        match (code, value) {
            (1, comment) => packet.comments.push(words(comment)),
            (2, &[flags, ..]) => {
                packet.outbound = match flags & 3 {
                    1 => Some(false),
                    2 => Some(true),
                    _ => None,
                };
            }
            _ => {}
        }
    }
    Some(packet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pcapng::{self, Packet, Way};

    fn written() -> Vec<u8> {
        let mut out = Vec::new();
        pcapng::section_header("a test", &mut out);
        pcapng::interface("pc1.eth0", "pc1.eth0 (jack of cable c)", &mut out);
        let comments = ["pc1:3".to_owned(), "dropped (x): y".to_owned()];
        let packet = Packet {
            interface: 0,
            nanos: 1_700_000_000_123_456_789,
            octets: &[1, 2, 3, 4, 5],
            way: Way::Outbound,
            bad_fcs: false,
            id: 9,
            comments: &comments,
        };
        pcapng::packet(&packet, &mut out);
        out
    }

    #[test]
    fn what_we_write_is_read_back() {
        let file = read(&written()).expect("a good file");
        assert_eq!(file.interfaces[0].description, "pc1.eth0 (jack of cable c)");
        let packet = &file.packets[0];
        assert_eq!((packet.nanos, packet.outbound), (1_700_000_000_123_456_789, Some(true)));
        assert_eq!(packet.octets, [1, 2, 3, 4, 5]);
        assert_eq!(packet.comments, ["pc1:3", "dropped (x): y"]);
        assert!(!file.cut);
    }

    #[test]
    fn a_file_cut_or_bent_anywhere_hurts_nobody() {
        let whole = written();
        let mut whole_blocks = 0;
        for length in 0..whole.len() {
            match read(&whole[..length]) {
                Ok(file) => {
                    assert!(file.packets.is_empty(), "{length}");
                    whole_blocks += usize::from(!file.cut);
                }
                Err(error) => assert!(length < 12 && error == Unreadable::NoPcapng, "{length}"),
            }
        }
        assert_eq!(whole_blocks, 2, "cut behind the section's head, and behind the interface");
        for at in 0..whole.len() {
            for octet in [0, 1, 0x7f, 0xff] {
                let mut bent = whole.clone();
                bent[at] = octet;
                let _ = read(&bent); // whatever it says, it says something
            }
        }
        assert_eq!(read(b"GET / HTTP/1.1\r\n"), Err(Unreadable::NoPcapng));
    }
}
