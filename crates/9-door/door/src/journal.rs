//! The journal of inputs: all that reached a running lab from outside, with its virtual time.
//!
//! With the lab's text and seed it is the whole history: replaying it from boot gives the same bytes.
//!
//! ```text
//!   "catenet-journal 1\n"                                     the format and its version
//!   record*:  length u32 | crc32 u32 | at_ns u64 | kind u8 | payload      integers little-endian
//!             `length` counts what follows the crc, which covers the same octets
//!   kind 0:   what the lab was, as JSON (`Head`); the first record
//!   kind 1:   an `Input`, as JSON
//!   kind 2:   a frame: length of the door's name u16 | name | octets (most records are frames)
//! ```
//!
//! A journal whose last record is cut (the service was killed) reads up to there, and says so.
//! Absent: compression, an index.

use base::Instant;
use serde::{Deserialize, Serialize};
use sim::Input;
use std::io::{self, Read, Write};
use std::sync::{Arc, OnceLock};

const MAGIC: &[u8] = b"catenet-journal 1\n";
/// No record is longer: a frame of 64 KiB as JSON would not be.
const LONGEST: u32 = 1 << 20;

/// What the lab was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The lab's name.
    pub lab: String,
    /// The lab file's text.
    pub text: String,
    /// The seed.
    pub seed: u64,
}

/// Writes a journal. After the first error it writes no more; [`Journal::trouble`] tells.
pub struct Journal {
    out: Box<dyn Write + Send>,
    trouble: Trouble,
}

/// What went wrong with a journal, if anything did: for whoever has to say it aloud.
#[derive(Clone, Debug, Default)]
pub struct Trouble(Arc<OnceLock<String>>);

impl Trouble {
    /// The first error: from there on the journal says nothing.
    pub fn text(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

impl Journal {
    /// Begins a journal.
    pub fn begin(out: Box<dyn Write + Send>, head: &Head) -> io::Result<Journal> {
        let mut journal = Journal { out, trouble: Trouble::default() };
        journal.out.write_all(MAGIC)?;
        journal.write(Instant::ZERO, 0, &serde_json::to_vec(head)?)?;
        journal.out.flush()?;
        Ok(journal)
    }

    /// Notes one input.
    pub fn record(&mut self, at: Instant, input: &Input) {
        if self.trouble.text().is_some() {
            return;
        }
        let written = match input {
            Input::FrameIn { node, octets } if node.len() <= usize::from(u16::MAX) => {
                let mut payload = Vec::with_capacity(2 + node.len() + octets.len());
                payload.extend_from_slice(&(node.len() as u16).to_le_bytes());
                payload.extend_from_slice(node.as_bytes());
                payload.extend_from_slice(octets);
                self.write(at, 2, &payload)
            }
            other => serde_json::to_vec(other)
                .map_err(io::Error::from)
                .and_then(|json| self.write(at, 1, &json)),
        };
        if let Err(error) = written {
            self.fail(at, &error);
        }
    }

    /// Writes what is still held back, at the end.
    pub fn finish(&mut self, at: Instant) {
        if let Err(error) = self.out.flush() {
            self.fail(at, &error);
        }
    }

    /// What went wrong, now or later.
    pub fn trouble(&self) -> Trouble {
        self.trouble.clone()
    }

    fn fail(&self, at: Instant, error: &io::Error) {
        let _ = self.trouble.0.set(format!("{:.3} s: {error}", at.as_secs_f64())); // the first counts
    }

    fn write(&mut self, at: Instant, kind: u8, payload: &[u8]) -> io::Result<()> {
        let mut covered = Vec::with_capacity(9 + payload.len());
        covered.extend_from_slice(&at.as_nanos().to_le_bytes());
        covered.push(kind);
        covered.extend_from_slice(payload);
        let length = u32::try_from(covered.len()).ok().filter(|&length| length <= LONGEST);
        let length = length.ok_or_else(|| io::Error::other("an input longer than a record"))?;
        self.out.write_all(&length.to_le_bytes())?;
        self.out.write_all(&crc32(&covered).to_le_bytes())?;
        self.out.write_all(&covered)
    }
}

/// A journal that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What the lab was.
    pub head: Head,
    /// Its inputs, in order.
    pub inputs: Vec<(Instant, Input)>,
    /// False when the last record is cut or damaged: what came before it is here.
    pub complete: bool,
}

/// Why a file is no journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It does not begin like one, or is of a later version.
    #[error("this is no journal of this version (it should begin with `catenet-journal 1`)")]
    NoJournal,
    /// Its first record is not a head.
    #[error("the journal's head is damaged")]
    NoHead,
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads a journal.
pub fn read(mut from: impl Read) -> Result<Recorded, JournalError> {
    let mut magic = vec![0; MAGIC.len()];
    from.read_exact(&mut magic).map_err(|_| JournalError::NoJournal)?;
    if magic != MAGIC {
        return Err(JournalError::NoJournal);
    }
    let head = match next(&mut from)? {
        Next::Record(_, 0, payload) => {
            serde_json::from_slice(&payload).map_err(|_| JournalError::NoHead)?
        }
        _ => return Err(JournalError::NoHead),
    };
    let mut inputs = Vec::new();
    loop {
        let input = match next(&mut from)? {
            Next::End => return Ok(Recorded { head, inputs, complete: true }),
            Next::Damaged => None,
            Next::Record(at, kind, payload) => decode(kind, &payload).map(|input| (at, input)),
        };
        match input {
            Some(input) => inputs.push(input),
            None => return Ok(Recorded { head, inputs, complete: false }),
        }
    }
}

enum Next {
    Record(Instant, u8, Vec<u8>),
    End,
    Damaged,
}

fn next(from: &mut impl Read) -> io::Result<Next> {
    let mut front = Vec::with_capacity(8);
    from.take(8).read_to_end(&mut front)?;
    let (length, crc) = match front.as_slice() {
        [] => return Ok(Next::End),
        [a, b, c, d, e, f, g, h] => {
            (u32::from_le_bytes([*a, *b, *c, *d]), u32::from_le_bytes([*e, *f, *g, *h]))
        }
        _ => return Ok(Next::Damaged),
    };
    let mut covered = Vec::new();
    from.take(u64::from(length.min(LONGEST))).read_to_end(&mut covered)?;
    if covered.len() as u64 != u64::from(length) || crc32(&covered) != crc {
        return Ok(Next::Damaged);
    }
    let Some((front, payload)) = covered.split_at_checked(9) else { return Ok(Next::Damaged) };
    let mut at = [0; 8];
    at.copy_from_slice(&front[..8]);
    Ok(Next::Record(Instant::from_nanos(u64::from_le_bytes(at)), front[8], payload.to_vec()))
}

fn decode(kind: u8, payload: &[u8]) -> Option<Input> {
    match kind {
        1 => serde_json::from_slice(payload).ok(),
        2 => {
            let (length, rest) = payload.split_first_chunk::<2>()?;
            let (node, octets) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
            let node = String::from_utf8(node.to_vec()).ok()?;
            Some(Input::FrameIn { node, octets: octets.to_vec() })
        }
        _ => None,
    }
}

/// CRC-32 as in Ethernet and gzip, bit by bit over a table of 16.
fn crc32(octets: &[u8]) -> u32 {
    const TABLE: [u32; 16] = {
        let mut table = [0; 16];
        let mut index = 0;
        while index < 16 {
            let mut value = index as u32;
            let mut bit = 0;
            while bit < 4 {
                value = if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
                bit += 1;
            }
            table[index] = value;
            index += 1;
        }
        table
    };
    !octets.iter().fold(!0, |crc, &octet| {
        let crc = crc ^ u32::from(octet);
        let crc = crc >> 4 ^ TABLE[(crc & 15) as usize];
        crc >> 4 ^ TABLE[(crc & 15) as usize]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);
    impl Write for Sink {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(octets);
            Ok(octets.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written() -> (Head, Vec<(Instant, Input)>, Vec<u8>) {
        let head = Head { lab: "x".into(), text: "lab = \"x\"".into(), seed: 7 };
        let inputs = vec![
            (Instant::from_nanos(5), Input::Cut { cable: "a--b".into() }),
            (Instant::from_nanos(9), Input::FrameIn { node: "h1".into(), octets: vec![1; 60] }),
        ];
        let sink = Sink::default();
        let mut journal = Journal::begin(Box::new(sink.clone()), &head).expect("a sink");
        for (at, input) in &inputs {
            journal.record(*at, input);
        }
        assert!(journal.trouble().text().is_none());
        let octets = sink.0.lock().expect("not poisoned").clone();
        (head, inputs, octets)
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let (head, inputs, octets) = written();
        let recorded = read(octets.as_slice()).expect("a journal");
        assert_eq!(recorded, Recorded { head, inputs, complete: true });
    }

    #[test]
    fn a_record_beyond_the_limit_is_told() {
        let head = Head { lab: "x".into(), text: String::new(), seed: 7 };
        let mut journal = Journal::begin(Box::new(Sink::default()), &head).expect("a sink");
        let trouble = journal.trouble();
        let args = vec!["x".repeat(LONGEST as usize)];
        let (node, program) = ("a".to_owned(), "echo".to_owned());
        let input = Input::Exec { node, program, args, label: None, every_ns: None };
        journal.record(Instant::from_nanos(1_500_000_000), &input);
        let said = trouble.text().expect("a trouble");
        assert!(said.starts_with("1.500 s: ") && said.contains("longer"), "{said}");
    }

    #[test]
    fn a_cut_or_damaged_journal_reads_up_to_there() {
        let (_, inputs, octets) = written();
        for length in 0..octets.len() {
            match read(&octets[..length]) {
                Ok(recorded) => assert!(inputs.starts_with(&recorded.inputs)),
                Err(JournalError::NoJournal | JournalError::NoHead) => assert!(length < 80),
                Err(error) => panic!("{error}"),
            }
        }
        let mut damaged = octets.clone();
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        let recorded = read(damaged.as_slice()).expect("a journal");
        assert!(!recorded.complete && recorded.inputs == inputs[..1]);
    }
}
