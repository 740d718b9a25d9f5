//! Ways to bend a frame, and how its checksums are made right again.
//!
//! Blind: bits, octets, words, lengths, runs, the tail of another frame. Knowing: addresses, TTL,
//! fragments, lengths, ports, flags, sequence numbers near and far, windows, options, ICMP types.
//! All offsets are those of untagged Ethernet; a frame that is too short for a change stays as it is.

use base::Random;
use core::net::Ipv4Addr;
use wire::Protocol;

const IP: usize = 14;
/// No frame grows longer.
const LONGEST: usize = 2_400;
const WORDS: [u16; 12] = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff, 53];
/// Who may be meant: machines of the network, nobody, everybody, and who must never be on a wire.
const PEOPLE: [[u8; 4]; 12] = [
    [192, 168, 1, 10],
    [192, 168, 1, 11],
    [192, 168, 1, 1],
    [10, 0, 2, 1],
    [10, 0, 2, 80],
    [10, 0, 2, 99],
    [192, 168, 1, 255],
    [255, 255, 255, 255],
    [127, 0, 0, 1],
    [224, 0, 0, 1],
    [0, 0, 0, 0],
    [8, 8, 8, 8],
];

/// Bends a frame once; `other` lends its tail.
pub(crate) fn mutate(random: &mut Random, octets: &mut Vec<u8>, other: &[u8]) {
    match random.below(20) {
        0 | 1 => flip(random, octets),
        2 | 3 => overwrite(random, octets),
        4 => resize(random, octets),
        5 => duplicate(random, octets),
        6 => splice(random, octets, other),
        7 if random.chance(0.5) => retarget(random, octets),
        7 | 8 => ip_field(random, octets),
        _ => {
            transport_field(random, octets);
        }
    }
}

fn place(random: &mut Random, octets: &[u8]) -> usize {
    // Mostly in the headers, where it hurts, and mostly in the last of them: what is wrong further
    // out ends there and asks nothing of the layers above.
    let within = match random.below(10) {
        0 => 0..IP,
        1 => IP..IP + 20,
        2..=6 => IP + 20..IP + 60,
        _ => 0..octets.len(),
    };
    let place = within.start + random.below(within.len() as u64) as usize;
    if place < octets.len() { place } else { random.below(octets.len() as u64) as usize }
}

fn flip(random: &mut Random, octets: &mut [u8]) {
    let place = place(random, octets);
    if let Some(octet) = octets.get_mut(place) {
        *octet ^= 1 << random.below(8);
    }
}

fn overwrite(random: &mut Random, octets: &mut [u8]) {
    let place = place(random, octets);
    let word = WORDS[random.below(WORDS.len() as u64) as usize];
    match random.below(3) {
        0 => put(octets, place, &[random.next_u32() as u8]),
        1 => put(octets, place, &word.to_be_bytes()),
        _ => put(octets, place, &random.next_u32().to_be_bytes()),
    }
}

fn put(octets: &mut [u8], place: usize, value: &[u8]) {
    if let Some(field) = octets.get_mut(place..place + value.len()) {
        field.copy_from_slice(value);
    }
}

fn get16(octets: &[u8], place: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*octets.get(place)?, *octets.get(place + 1)?]))
}

fn get32(octets: &[u8], place: usize) -> Option<u32> {
    let word = octets.get(place..place + 4)?;
    Some(u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
}

fn resize(random: &mut Random, octets: &mut Vec<u8>) {
    if random.chance(0.5) {
        octets.truncate(14 + random.below(octets.len() as u64) as usize);
    } else {
        let most = 1 + random.below(1_500);
        let junk = random.below(most);
        octets.extend((0..junk).map(|i| i as u8));
        octets.truncate(LONGEST);
    }
}

fn duplicate(random: &mut Random, octets: &mut Vec<u8>) {
    let from = place(random, octets);
    let len = 1 + random.below(40) as usize;
    let run = octets[from..(from + len).min(octets.len())].to_vec();
    if random.chance(0.5) {
        octets.splice(from..from, run);
        octets.truncate(LONGEST);
    } else {
        octets.drain(from..from + run.len());
    }
}

fn splice(random: &mut Random, octets: &mut Vec<u8>, other: &[u8]) {
    let at = place(random, octets);
    octets.truncate(at);
    octets.extend(other.iter().skip(at));
}

/// Another receiver on the link: everybody, a group, or a stranger.
fn retarget(random: &mut Random, octets: &mut [u8]) {
    match random.below(4) {
        0 => put(octets, 0, &[0xff; 6]),
        1 => put(octets, 0, &[1, 0, 0x5e, 0, 0, 1]),
        2 => put(octets, 12, &random.next_u32().to_be_bytes()[..2]),
        _ => put(octets, 0, &random.next_u64().to_be_bytes()[..6]),
    }
}

fn ip_field(random: &mut Random, octets: &mut [u8]) {
    let someone = PEOPLE[random.below(PEOPLE.len() as u64) as usize];
    let word = random.next_u32();
    match random.below(9) {
        0 => put(octets, IP + 12, &someone),
        1 => put(octets, IP + 16, &someone),
        2 => put(octets, IP + 8, &[[0, 1, 2, 255][word as usize % 4]]),
        3 => put(octets, IP + 9, &[[1, 6, 17, 2, 41, 255][word as usize % 6]]),
        4 => put(octets, IP, &[0x40 | (word as u8 % 16)]),
        // Fragments: often of one packet, small offsets, more to come.
        5 => {
            put(octets, IP + 4, &[0, word as u8 % 4]);
            let more = if word & 4 != 0 { 0x2000 } else { 0 };
            let offset = ((word >> 8) as u16 % 200) | more;
            put(octets, IP + 6, &offset.to_be_bytes());
        }
        6 => put(octets, IP + 6, &(word as u16).to_be_bytes()),
        7 => {
            let len = get16(octets, IP + 2).unwrap_or(0).wrapping_add(word as u16 % 64);
            put(octets, IP + 2, &len.wrapping_sub(32).to_be_bytes());
        }
        _ => put(octets, IP + 1, &[word as u8]),
    }
}

/// Where the payload of an IPv4 packet begins, and what it is.
fn payload(octets: &[u8]) -> Option<(usize, Protocol)> {
    if get16(octets, 12)? != 0x0800 {
        return None;
    }
    let header_len = usize::from(octets.get(IP)? & 15) * 4;
    Some((IP + header_len, Protocol(*octets.get(IP + 9)?)))
}

fn transport_field(random: &mut Random, octets: &mut Vec<u8>) -> Option<()> {
    let (at, protocol) = payload(octets)?;
    match protocol {
        Protocol::TCP => tcp_field(random, octets, at),
        Protocol::UDP => udp_field(random, octets, at),
        _ => {
            put(octets, at, &[[0, 3, 4, 5, 8, 11, 12, 13, 17][random.below(9) as usize]]);
            put(octets, at + 1, &[random.below(16) as u8]);
        }
    }
    Some(())
}

fn port(random: &mut Random) -> [u8; 2] {
    let known = [0, 7, 53, 80, 81, 68, 49_152 + random.below(64) as u16, random.next_u32() as u16];
    known[random.below(known.len() as u64) as usize].to_be_bytes()
}

fn udp_field(random: &mut Random, octets: &mut [u8], at: usize) {
    match random.below(3) {
        0 => put(octets, at, &port(random)),
        1 => put(octets, at + 2, &port(random)),
        _ => {
            let len = get16(octets, at + 4).unwrap_or(0).wrapping_add(random.below(32) as u16);
            put(octets, at + 4, &len.wrapping_sub(16).to_be_bytes());
        }
    }
}

fn tcp_field(random: &mut Random, octets: &mut Vec<u8>, at: usize) {
    match random.below(10) {
        0 => put(octets, at, &port(random)),
        1 => put(octets, at + 2, &port(random)),
        2 | 3 => near(random, octets, at + 4),
        4 | 5 => near(random, octets, at + 8),
        6 => {
            let likely = [0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14, 0x00, 0x29, 0x3f, 0x03, 0xc2];
            put(octets, at + 13, &[likely[random.below(12) as usize]]);
        }
        7 => put(octets, at + 14, &WORDS[random.below(12) as usize].to_be_bytes()),
        8 => {
            put(octets, at + 12, &[(random.below(16) as u8) << 4]);
            put(octets, at + 18, &(random.next_u32() as u16).to_be_bytes());
        }
        _ => options(random, octets, at),
    }
}

/// A number near what it was, or at a distance where comparisons turn over, or anywhere.
fn near(random: &mut Random, octets: &mut [u8], place: usize) {
    let Some(old) = get32(octets, place) else { return };
    let step = match random.below(5) {
        0 => 1,
        1 => random.below(3_000) as u32,
        2 => random.below(1 << 17) as u32,
        3 => 0x8000_0000 - random.below(2) as u32,
        _ => random.next_u32(),
    };
    let new = if random.chance(0.5) { old.wrapping_add(step) } else { old.wrapping_sub(step) };
    put(octets, place, &new.to_be_bytes());
}

/// A list of options in place of the old ones: well formed kinds with any lengths and values.
fn options(random: &mut Random, octets: &mut Vec<u8>, at: usize) {
    let Some(old) = octets.get(at + 12).map(|octet| usize::from(octet >> 4) * 4) else { return };
    let (Some(begin), end) = (octets.get(at..at + 20).map(|_| at + 20), at + old) else { return };
    let mut list = Vec::new();
    while list.len() < 36 && random.chance(0.7) {
        let (kind, len) =
            [(0, 0), (1, 0), (2, 4), (3, 3), (4, 2), (5, 10), (5, 18), (5, 34), (8, 10), (34, 10)]
                [random.below(10) as usize];
        list.push(kind);
        if len > 0 {
            let len = if random.chance(0.1) { random.below(256) as u8 } else { len };
            list.push(len);
            list.extend((2..len.min(40)).map(|_| random.next_u32() as u8));
        }
    }
    list.truncate(40);
    list.resize(list.len().next_multiple_of(4), 1);
    octets[at + 12] = (((20 + list.len()) / 4) as u8) << 4;
    let end = end.clamp(begin, octets.len());
    octets.splice(begin..end, list);
}

/// Makes checksums right; mostly the lengths above them, too.
pub(crate) fn repair(random: &mut Random, octets: &mut [u8]) -> Option<()> {
    let (at, protocol) = payload(octets)?;
    if random.chance(0.8) {
        put(octets, IP + 2, &((octets.len() - IP) as u16).to_be_bytes());
        if protocol == Protocol::UDP {
            put(octets, at + 4, &(octets.len().saturating_sub(at) as u16).to_be_bytes());
        }
    }
    repair_exactly(octets)
}

/// Makes the checksums of the IPv4 header and of ICMP, UDP or TCP right, as far as they are there.
pub(crate) fn repair_exactly(octets: &mut [u8]) -> Option<()> {
    let (at, protocol) = payload(octets)?;
    let there = octets.len().checked_sub(IP)?;
    let total = usize::from(get16(octets, IP + 2)?);
    let (src, dst) = (address(octets, IP + 12)?, address(octets, IP + 16)?);
    let packet = octets.get_mut(IP..)?;
    let packet = packet.get_mut(..total.min(there))?;
    let (header, payload) = packet.split_at_mut_checked(at - IP)?;
    header.get_mut(10..12)?.fill(0);
    let sum = base::checksum::checksum(header);
    put(header, 10, &sum.to_be_bytes());
    let (place, mut sum) = match protocol {
        Protocol::ICMP => (2, base::checksum::Sum::new()),
        Protocol::TCP => (16, wire::pseudo_header(src.into(), dst.into(), protocol, payload.len())),
        Protocol::UDP => (6, wire::pseudo_header(src.into(), dst.into(), protocol, payload.len())),
        _ => return None,
    };
    payload.get_mut(place..place + 2)?.fill(0);
    sum.add(payload);
    put(payload, place, &sum.finish().to_be_bytes());
    Some(())
}

fn address(octets: &[u8], place: usize) -> Option<Ipv4Addr> {
    get32(octets, place).map(Ipv4Addr::from)
}
