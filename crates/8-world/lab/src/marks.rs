//! How a frame is known again in another run of the same lab.
//!
//! Its number on the cable shifts as soon as an earlier frame is lost or sent again. What it carries does
//! not: a segment by its place in the stream, a datagram by its first octets, and which of its like it is
//! (`ordinal`: the second of two equal segments is a retransmission).

use base::Frame;
use sim::{Mishap, Witness};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use wire::ipv4::Protocol;
use wire::{ipv4, tcp};

const ETHERNET: usize = wire::ethernet::HEADER_LEN;
/// Octets of a payload that tell one datagram from another.
const TELLING: usize = 16;

/// A frame, in any run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// The line, by its number in the world.
    pub(crate) line: usize,
    what: Vec<u8>,
    ordinal: u32,
}

/// Where each direction of a conversation began, so that its numbers count from there.
type Streams = BTreeMap<Vec<u8>, (u32, u32)>;

/// What a run's frames were, and what befalls some of them.
#[derive(Default)]
pub(crate) struct Book {
    /// Of each line: its frames so far, by number.
    pub(crate) frames: Vec<Vec<Mark>>,
    seen: BTreeMap<(usize, Vec<u8>), u32>,
    streams: Streams,
    told: BTreeMap<Mark, Vec<Mishap>>,
    /// What befell: line, number of the frame on it (the first is 1), and what.
    pub(crate) befell: Vec<(usize, u64, Mishap)>,
}

impl Book {
    pub(crate) fn telling(incidents: &[(Mark, Mishap)]) -> Book {
        let mut book = Book::default();
        for (mark, mishap) in incidents {
            book.told.entry(mark.clone()).or_default().push(*mishap);
        }
        book
    }

    fn meets(&mut self, line: usize, frame: &Frame) -> Vec<Mishap> {
        let what = what(&frame.to_vec(), &mut self.streams);
        let ordinal = self.seen.entry((line, what.clone())).or_default();
        *ordinal += 1;
        let mark = Mark { line, what, ordinal: *ordinal };
        let told = self.told.remove(&mark).unwrap_or_default();
        if self.frames.len() <= line {
            self.frames.resize_with(line + 1, Vec::new);
        }
        self.frames[line].push(mark);
        let number = self.frames[line].len() as u64;
        self.befell.extend(told.iter().map(|mishap| (line, number, *mishap)));
        told
    }
}

/// The book, shared with the world that fills it.
#[derive(Clone)]
pub(crate) struct Shared(pub(crate) Arc<Mutex<Book>>);

impl Shared {
    pub(crate) fn new(book: Book) -> Shared {
        Shared(Arc::new(Mutex::new(book)))
    }
    /// Takes the book out, when the world is done.
    pub(crate) fn close(&self) -> Book {
        self.0.lock().map(|mut book| std::mem::take(&mut *book)).unwrap_or_default()
    }
}

impl Witness for Shared {
    fn meets(&mut self, line: usize, frame: &Frame) -> Vec<Mishap> {
        self.0.lock().map(|mut book| book.meets(line, frame)).unwrap_or_default()
    }
}

/// What a frame is, without what depends on when it is sent.
fn what(octets: &[u8], streams: &mut Streams) -> Vec<u8> {
    let packet = octets.get(ETHERNET..).unwrap_or_default();
    let ipv4 = octets.get(12..14) == Some(&[8, 0]);
    let Some(header) = ipv4.then(|| ipv4::Header::read(packet).ok()).flatten() else {
        return octets.iter().take(ETHERNET + 28).copied().collect();
    };
    let mut what = vec![header.protocol.0];
    what.extend(header.src.octets());
    what.extend(header.dst.octets());
    what.extend(header.fragment_offset.to_be_bytes());
    let payload = packet.get(usize::from(header.header_len)..).unwrap_or_default();
    let segment = (header.protocol == Protocol::TCP && header.fragment_offset == 0)
        .then(|| tcp::Header::read(payload).ok())
        .flatten();
    if let Some((segment, len)) = segment {
        let body =
            usize::from(header.total_len).saturating_sub(usize::from(header.header_len) + len);
        place_in_stream(&segment, body, &mut what, streams);
        return what;
    }
    what.extend(header.total_len.to_be_bytes());
    // A checksum follows from the rest, and from times that the rest may hold.
    let checksum = if header.protocol == Protocol::UDP { 6..8 } else { 2..4 };
    let telling = payload.iter().enumerate().take(TELLING);
    what.extend(telling.filter(|(at, _)| !checksum.contains(at)).map(|(_, octet)| *octet));
    what
}

/// Ports, flags, and where the segment stands: its octets by their sequence number, or what it
/// acknowledges if it has none; both count from the first that was seen.
fn place_in_stream(segment: &tcp::Header, body: usize, what: &mut Vec<u8>, streams: &mut Streams) {
    what.extend(segment.src_port.to_be_bytes());
    what.extend(segment.dst_port.to_be_bytes());
    let flags = segment.flags;
    let (seq, ack) = (segment.seq.0, segment.ack.0);
    let begins = flags.has(tcp::Flags::SYN);
    let stream = streams.entry(what.clone()).or_insert((seq, ack));
    if begins {
        *stream = (seq, ack);
    } else if stream.1 == 0 {
        stream.1 = ack;
    }
    what.push(flags.0);
    what.extend(seq.wrapping_sub(stream.0).to_be_bytes());
    what.extend((body as u32).to_be_bytes());
    if body == 0 && !begins {
        what.extend(ack.wrapping_sub(stream.1).to_be_bytes());
    }
}
