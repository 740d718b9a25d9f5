//! One direction of an HTTP connection: from segments as they are seen to whole messages.
//!
//! ```text
//!   segment(number, octets) --in order?--> held --head, body--> a message, where its last octet came
//!                              \--early--> kept until the hole is filled
//! ```
//!
//! A message is named once, in the segment that completes it, as Wireshark names it; octets that were
//! seen before (sent again, or seen at the next jack) name nothing. Early octets wait, as Wireshark's
//! do under `tcp.reassemble_out_of_order`; without that preference it reads them where they come, so
//! on a cable that loses HTTP the two may differ.
//!
//! The length is the header's (RFC 9112 section 6.3): chunked, `Content-Length`, none (a request, or
//! an answer of 1xx, 204, 304), or the end of the connection. Absent: that an answer to HEAD has no
//! body. Bounds: [`HELD`] octets wait for their message's end, [`EARLY`] behind a hole; past them the
//! direction is given up.

use std::collections::BTreeMap;

/// Octets of a message that is not whole yet.
const HELD: usize = 64 << 20;
/// Octets behind a hole.
const EARLY: usize = 16 << 20;

/// What one direction of a connection has said so far.
#[derive(Debug, Default)]
pub struct Messages {
    /// The sequence number that comes next, once it is known.
    next: Option<u32>,
    held: Vec<u8>,
    /// By distance from `next` when they came: number and octets.
    early: BTreeMap<u32, Vec<u8>>,
    lost: bool,
}

/// How a message's end is found.
enum Length {
    Octets(usize),
    UntilClosed,
    Unknown,
}

impl Messages {
    /// The connection opens: its first octet bears this number.
    pub fn opens(&mut self, first: u32) {
        *self = Messages { next: Some(first), ..Messages::default() };
    }

    /// A segment; gives the messages that it completes.
    pub fn segment(&mut self, number: u32, octets: &[u8], closes: bool) -> Vec<Vec<u8>> {
        if self.lost {
            return Vec::new();
        }
        let next = *self.next.get_or_insert(number);
        let ahead = number.wrapping_sub(next);
        let before = next.wrapping_sub(number) as usize;
        let ahead_of_us = ahead != 0 && ahead < 1 << 31;
        if ahead_of_us {
            self.keep_early(number, octets);
            return Vec::new();
        }
        self.take(octets.get(before..).unwrap_or(&[]));
        self.take_early();
        let mut whole = self.whole();
        if closes && !self.held.is_empty() && head_length(&self.held).is_some() {
            whole.push(std::mem::take(&mut self.held));
        }
        whole
    }

    fn take(&mut self, octets: &[u8]) {
        self.held.extend_from_slice(octets);
        self.next = self.next.map(|next| next.wrapping_add(octets.len() as u32));
        self.lost |= self.held.len() > HELD;
    }

    fn keep_early(&mut self, number: u32, octets: &[u8]) {
        let waiting: usize = self.early.values().map(Vec::len).sum();
        self.lost |= waiting + octets.len() > EARLY;
        if !octets.is_empty() && !self.lost {
            self.early.entry(number).or_insert_with(|| octets.to_vec());
        }
    }

    fn take_early(&mut self) {
        while let Some(next) = self.next {
            let fits = |number: &u32| next.wrapping_sub(*number) < 1 << 31;
            let Some(number) = self.early.keys().copied().find(fits) else { return };
            let octets = self.early.remove(&number).unwrap_or_default();
            self.take(octets.get(next.wrapping_sub(number) as usize..).unwrap_or(&[]));
        }
    }

    /// Takes whole messages from the front of what is held.
    fn whole(&mut self) -> Vec<Vec<u8>> {
        let mut whole = Vec::new();
        while !self.held.is_empty() {
            match length(&self.held) {
                Length::Octets(length) if length <= self.held.len() => {
                    let rest = self.held.split_off(length);
                    whole.push(std::mem::replace(&mut self.held, rest));
                }
                Length::Octets(_) | Length::UntilClosed => break,
                // No message begins here: nothing that follows can be told apart.
                Length::Unknown => self.held.clear(),
            }
        }
        whole
    }
}

/// Octets of the head, its empty line included.
fn head_length(octets: &[u8]) -> Option<usize> {
    octets.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn length(octets: &[u8]) -> Length {
    let Some(head) = head_length(octets) else {
        let line = octets.split(|&octet| octet == b'\n').next().unwrap_or(octets);
        let whole_line = line.len() < octets.len();
        return match whole_line && !web::begins_message(line) {
            true => Length::Unknown,
            false => Length::Octets(usize::MAX),
        };
    };
    let text = String::from_utf8_lossy(&octets[..head]);
    let mut lines = text.lines();
    let first = lines.next().unwrap_or("");
    if !web::begins_message(first.as_bytes()) {
        return Length::Unknown;
    }
    let header = |name: &str| {
        let mut named = text.lines().skip(1).filter_map(|line| line.split_once(':'));
        named
            .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    };
    let answer = first.starts_with("HTTP/");
    let code = first.split(' ').nth(1).unwrap_or("");
    if answer && (code.starts_with('1') || code == "204" || code == "304") {
        return Length::Octets(head);
    }
    if header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        return Length::Octets(chunks(octets, head).unwrap_or(usize::MAX));
    }
    match header("content-length").and_then(|value| value.parse::<usize>().ok()) {
        Some(body) => Length::Octets(head.saturating_add(body)),
        None if answer => Length::UntilClosed,
        None => Length::Octets(head),
    }
}

/// Where a chunked body that begins at `at` ends; none while it is not whole.
fn chunks(octets: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let rest = octets.get(at..)?;
        let line = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..line]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        at = at.checked_add(line + 2)?;
        if size == 0 {
            let trailer = octets.get(at..)?;
            let end = if trailer.starts_with(b"\r\n") { 2 } else { head_length(trailer)? };
            return Some(at + end);
        }
        at = at.checked_add(size)?.checked_add(2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    fn texts(messages: Vec<Vec<u8>>) -> Vec<String> {
        messages.into_iter().map(|octets| String::from_utf8_lossy(&octets).into_owned()).collect()
    }

    #[test]
    fn a_message_is_whole_once_whatever_the_order() {
        let mut messages = Messages::default();
        messages.opens(100);
        let (a, b) = ANSWER.split_at(20);
        assert!(messages.segment(120, b, false).is_empty(), "early");
        assert_eq!(messages.segment(100, a, false).len(), 1);
        assert!(messages.segment(100, a, false).is_empty(), "again");
        assert!(messages.segment(110, &ANSWER[10..], false).is_empty(), "again, cut otherwise");
        let two = [b"GET / HTTP/1.1\r\n\r\n".as_slice(), b"GET /b HTTP/1.1\r\n\r\n"].concat();
        let next = 100 + ANSWER.len() as u32;
        assert_eq!(texts(messages.segment(next, &two, false)).len(), 2);
    }

    #[test]
    fn chunks_the_end_of_the_connection_and_no_http() {
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        for cut in 0..chunked.len() {
            let mut messages = Messages::default();
            let mut found = messages.segment(u32::MAX - 5, &chunked[..cut], false).len();
            let then = (u32::MAX - 5).wrapping_add(cut as u32);
            found += messages.segment(then, &chunked[cut..], false).len();
            assert_eq!(found, 1, "{cut}");
        }
        let mut messages = Messages::default();
        assert!(messages.segment(1, b"HTTP/1.0 200 OK\r\n\r\nab", false).is_empty());
        assert_eq!(messages.segment(22, b"", true).len(), 1);
        assert!(Messages::default().segment(1, b"no http at all\r\n\r\n", true).is_empty());
    }
}
