//! The journal of inputs: all that reached a running lab from outside, with its virtual time.
//!
//! With the lab, its seed and its folders' files it is the whole history: replaying it from boot gives
//! the same bytes.
//!
//! ```text
//!   "catenet-journal 2\n"                                     the format and its version
//!   record*:  length u32 | crc32 u32 | at_ns u64 | kind u8 | payload      integers little-endian
//!             `length` counts what follows the crc, which covers the same octets
//!   kind 0:   what the lab was, as JSON (`Head`); the first record
//!   kind 1:   an `Input`, as JSON
//!   kind 2:   a frame: length of the door's name u16 | name | octets (most records are frames)
//!   kind 3:   the lab went back, and something else happened: so many inputs u64 hold, later ones do not
//!   kind 4:   a piece of a file of the lab: length u16 | folder | length u16 | path | octets
//!   kind 5:   where the lab was at its end, and the hash of its frames, as JSON (`End`)
//! ```
//!
//! The lab is its long form, in which includes, variables and overlays are resolved already.
//!
//! A journal whose last record is cut (the service was killed) reads up to there, and says so. Version
//! 1, which knows the first three kinds, is read, too. Reading is bounded, whoever wrote it: a record
//! by 1 MiB, all of them by 512 MiB, and by 1 GiB of memory.
//!
//! Absent: compression, an index.

use base::{Instant, Lang};
use serde::{Deserialize, Serialize};
use sim::{Input, Position, TimedInput};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

const MAGIC: &[u8] = b"catenet-journal 2\n";
const MAGIC_1: &[u8] = b"catenet-journal 1\n";
/// No record is longer: a frame of 64 KiB as JSON would not be.
const LONGEST: u32 = 1 << 20;
/// No journal is longer.
const MOST: u64 = 512 << 20;
/// No journal takes more memory: its records may be tiny, and many.
const MOST_MEMORY: usize = 1 << 30;
/// Octets of a file in one record.
const PIECE: usize = 512 << 10;

/// The files of a lab's folders, by the folder's name in the lab and the path below it.
pub type Folders = BTreeMap<String, Vec<(String, Vec<u8>)>>;

/// What the lab was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The lab's name.
    pub lab: String,
    /// The lab file's text, in its long form.
    pub text: String,
    /// The seed.
    pub seed: u64,
    /// The language of its programs: `en` or `zh`.
    #[serde(default)]
    pub lang: String,
    /// Its files, which are records of their own.
    #[serde(skip)]
    pub folders: Folders,
}

/// Where a lab was at the end of its journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// The moment.
    pub position: Position,
    /// The hash of all frames, as `test` prints it; none: so many were recorded that a lab that runs
    /// has no time to hash them.
    pub digest: Option<String>,
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
        for (folder, files) in &head.folders {
            for (path, octets) in files {
                journal.write_file(folder, path, octets)?;
            }
        }
        journal.out.flush()?;
        Ok(journal)
    }

    /// At least one piece, so that an empty file is a file.
    fn write_file(&mut self, folder: &str, path: &str, octets: &[u8]) -> io::Result<()> {
        let mut front = Vec::new();
        for name in [folder, path] {
            let length = u16::try_from(name.len()).map_err(|_| io::Error::other("a long path"))?;
            front.extend_from_slice(&length.to_le_bytes());
            front.extend_from_slice(name.as_bytes());
        }
        for piece in octets.chunks(PIECE).chain(octets.is_empty().then_some(octets)) {
            self.write(Instant::ZERO, 4, &[&front, piece].concat())?;
        }
        Ok(())
    }

    /// Notes that the lab went back, to where it had been given so many inputs, and goes another way.
    pub fn go_back(&mut self, at: Instant, inputs: usize) {
        self.note(at, 3, &(inputs as u64).to_le_bytes());
    }

    /// Notes where the lab is at its end.
    pub fn end(&mut self, position: Position, digest: Option<u128>) {
        let end = End { position, digest: digest.map(|digest| format!("{digest:032x}")) };
        // Plain data always has a JSON form.
        let json = serde_json::to_vec(&end).unwrap_or_default();
        self.note(Instant::from_nanos(position.at_ns), 5, &json);
    }

    fn note(&mut self, at: Instant, kind: u8, payload: &[u8]) {
        if self.trouble.text().is_some() {
            return;
        }
        if let Err(error) = self.write(at, kind, payload) {
            self.fail(at, &error);
        }
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

/// A whole journal, up to a moment of a lab that goes on.
///
/// # Errors
/// An input that is longer than a record.
pub fn whole(
    head: &Head,
    inputs: &[TimedInput],
    position: Position,
    digest: Option<u128>,
) -> io::Result<Vec<u8>> {
    let octets = Octets::default();
    let mut journal = Journal::begin(Box::new(octets.clone()), head)?;
    inputs.iter().for_each(|input| journal.record(input.at(), &input.input));
    journal.end(position, digest);
    if let Some(trouble) = journal.trouble().text() {
        return Err(io::Error::other(trouble.to_owned()));
    }
    let mut written = octets.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *written))
}

/// A journal in memory.
#[derive(Clone, Default)]
struct Octets(Arc<Mutex<Vec<u8>>>);

impl Write for Octets {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(octets);
        Ok(octets.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A journal that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What the lab was.
    pub head: Head,
    /// Its inputs, in order: those of the way that it went at last.
    pub inputs: Vec<TimedInput>,
    /// Where it was at its end; none: it was killed, or goes on.
    pub end: Option<End>,
    /// False when the last record is cut or damaged: what came before it is here.
    pub complete: bool,
}

/// Why a file is no journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It does not begin like one, or is of a later version.
    #[error("this is no journal of this version (it should begin with `catenet-journal 2`)")]
    NoJournal,
    /// Its first record is not a head.
    #[error("the journal's head is damaged")]
    NoHead,
    /// It is longer than any that is read.
    #[error("the journal is longer than {} MiB, or takes more than {} MiB of memory", MOST >> 20, MOST_MEMORY >> 20)]
    TooLong,
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl JournalError {
    /// The sentence for people.
    pub fn text(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, _) => self.to_string(),
            (Lang::Zh, JournalError::NoJournal) => {
                "这不是此版本的日志 (开头应为 `catenet-journal 2`)".to_owned()
            }
            (Lang::Zh, JournalError::NoHead) => "日志的开头已损坏".to_owned(),
            (Lang::Zh, JournalError::TooLong) => {
                format!("日志超过 {} MiB, 或需要超过 {} MiB 内存", MOST >> 20, MOST_MEMORY >> 20)
            }
            (Lang::Zh, JournalError::Io(error)) => crate::system::says(error, lang),
        }
    }
}

/// Does a file that begins so want to be a journal?
pub fn is_journal(beginning: &[u8]) -> bool {
    beginning.starts_with(b"catenet-journal ")
}

/// Reads a journal.
///
/// # Errors
/// It is none, or too long. One that breaks off is read up to there.
pub fn read(from: impl Read) -> Result<Recorded, JournalError> {
    read_within(from, MOST_MEMORY)
}

fn read_within(from: impl Read, mut memory: usize) -> Result<Recorded, JournalError> {
    let mut from = from.take(MOST);
    let mut magic = vec![0; MAGIC.len()];
    from.read_exact(&mut magic).map_err(|_| JournalError::NoJournal)?;
    if magic != MAGIC && magic != MAGIC_1 {
        return Err(JournalError::NoJournal);
    }
    let head = match next(&mut from)? {
        Next::Record(_, 0, payload) => {
            serde_json::from_slice(&payload).map_err(|_| JournalError::NoHead)?
        }
        _ => return Err(JournalError::NoHead),
    };
    let mut recorded = Recorded { head, inputs: Vec::new(), end: None, complete: true };
    loop {
        let record = next(&mut from)?;
        // A journal that fills what is read ends there for the reader, not for itself.
        if from.limit() == 0 {
            return Err(JournalError::TooLong);
        }
        let taken = match record {
            Next::End => return Ok(recorded),
            Next::Damaged => None,
            Next::Record(at, kind, payload) => {
                let left = memory.checked_sub(unfolded(kind, &payload));
                memory = left.ok_or(JournalError::TooLong)?;
                recorded.take(at, kind, &payload)
            }
        };
        if taken.is_none() {
            return Ok(Recorded { complete: false, ..recorded });
        }
    }
}

/// Octets of memory that a record takes at most: JSON of `""` after `""` grows the most.
fn unfolded(kind: u8, payload: &[u8]) -> usize {
    let grows = if kind == 1 { size_of::<String>() / r#""","#.len() } else { 1 };
    size_of::<TimedInput>() + grows * payload.len()
}

impl Recorded {
    /// Takes a record in; none: it says nothing that can be.
    fn take(&mut self, at: Instant, kind: u8, payload: &[u8]) -> Option<()> {
        match kind {
            3 => {
                let inputs = u64::from_le_bytes(payload.try_into().ok()?);
                self.inputs.truncate(usize::try_from(inputs).ok()?);
            }
            4 => {
                let (folder, rest) = name(payload)?;
                let (path, octets) = name(rest)?;
                let files = self.head.folders.entry(folder).or_default();
                match files.last_mut().filter(|(last, _)| *last == path) {
                    Some((_, content)) => content.extend_from_slice(octets),
                    None => files.push((path, octets.to_vec())),
                }
            }
            5 => self.end = Some(serde_json::from_slice(payload).ok()?),
            _ => {
                let at_ns = at.as_nanos();
                // Time never falls, and goes on after what claimed to be the end only by mistake.
                let falls = self.inputs.last().is_some_and(|last| last.at_ns > at_ns);
                let input = decode(kind, payload).filter(|_| !falls && self.end.is_none())?;
                self.inputs.push(TimedInput { at_ns, input });
            }
        }
        Some(())
    }
}

/// A name behind its length, and what follows it.
fn name(octets: &[u8]) -> Option<(String, &[u8])> {
    let (length, rest) = octets.split_first_chunk::<2>()?;
    let (name, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    Some((String::from_utf8(name.to_vec()).ok()?, rest))
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
            let (node, octets) = name(payload)?;
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
#[path = "journal_tests.rs"]
mod tests;
