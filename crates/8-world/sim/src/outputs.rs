//! Processes, what they printed, and how they ended.
//!
//! Three views of the same thing, each bounded: the table of processes, what was printed per label
//! (a program that runs every two seconds keeps one label), and a log with a cursor for whoever
//! follows along.

use crate::log::Log;
use base::{Instant, NodeId};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// A process, world-wide; numbers are never used again.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ProcessId(pub u64);

/// Where a program wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One run of a program.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its number.
    pub id: ProcessId,
    /// On which machine.
    pub node: NodeId,
    /// Which program.
    pub program: String,
    /// With which arguments.
    pub args: Vec<String>,
    /// The process that started it, if it was one of the machine's own (a shell).
    pub parent: Option<ProcessId>,
    /// The process from which it descends, or itself: who follows that one follows this one, too.
    pub leader: ProcessId,
    /// Under which label its output is kept.
    pub label: String,
    /// Since when.
    pub started: Instant,
    /// When it ended and with which code; 137 when it was killed, as a shell says it.
    pub ended: Option<(Instant, u8)>,
}

/// What a label has seen.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// When its first run began.
    pub since: Instant,
    /// The last of what was printed, both streams in order of time.
    pub output: Vec<u8>,
    /// Octets printed before those.
    pub dropped: u64,
    /// How many runs began.
    pub runs: u64,
    /// When runs ended and with which codes, the last ones, oldest first.
    pub exits: VecDeque<(Instant, u8)>,
    /// Where in `output` the octets of each moment begin; the first is at 0.
    moments: Vec<(Instant, usize)>,
}

impl Label {
    /// What was printed from `after` until `until`, both of them counted.
    pub fn printed(&self, after: Instant, until: Instant) -> &[u8] {
        let begin = |index: usize| self.moments.get(index).map_or(self.output.len(), |it| it.1);
        let first = self.moments.partition_point(|&(time, _)| time < after);
        let end = self.moments.partition_point(|&(time, _)| time <= until);
        &self.output[begin(first)..begin(end.max(first))]
    }

    /// May octets that are forgotten have been printed from `after` on? Times never fall.
    pub fn forgot(&self, after: Instant) -> bool {
        self.dropped > 0 && self.moments.first().is_none_or(|&(time, _)| time >= after)
    }

    fn print(&mut self, time: Instant, octets: &[u8]) {
        if octets.is_empty() {
            return;
        }
        if self.moments.last().is_none_or(|&(last, _)| last < time) {
            self.moments.push((time, self.output.len()));
        }
        self.output.extend_from_slice(octets);
        let surplus = self.surplus();
        if surplus == 0 {
            return;
        }
        self.output.drain(..surplus);
        self.dropped += surplus as u64;
        // The moment that the cut falls into begins at the cut.
        let cut = self.moments.partition_point(|&(_, at)| at <= surplus);
        self.moments.drain(..cut.saturating_sub(1));
        for (_, at) in &mut self.moments {
            *at = at.saturating_sub(surplus);
        }
    }

    /// Octets to forget. Cut with slack, so that a chatty program does not move 256 KiB per line.
    fn surplus(&self) -> usize {
        let (octets, moments) = (self.output.len(), self.moments.len());
        if octets > 2 * Outputs::LABEL_OCTETS {
            return octets - Outputs::LABEL_OCTETS;
        }
        match moments > 2 * Outputs::LABEL_MOMENTS {
            true => self.moments[moments - Outputs::LABEL_MOMENTS].1,
            false => 0,
        }
    }
}

/// Something for whoever follows along.
#[derive(Clone, Debug)]
pub enum News {
    /// A program started.
    Started,
    /// It printed.
    Printed(Stream, Bytes),
    /// It ended.
    Ended(u8),
}

/// The log's entry.
#[derive(Clone, Debug)]
pub struct Record {
    /// When.
    pub time: Instant,
    /// Who.
    pub process: ProcessId,
    /// From which process that one descends, or itself.
    pub leader: ProcessId,
    /// What.
    pub news: News,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Outputs {
    processes: BTreeMap<ProcessId, Process>,
    labels: BTreeMap<String, Label>,
    log: Log<Record>,
    log_octets: usize,
    last: u64,
    running: usize,
}

impl Outputs {
    /// Octets kept per label.
    pub const LABEL_OCTETS: usize = 256 << 10;
    /// Moments at which those were printed, kept per label; what is from before them goes.
    pub const LABEL_MOMENTS: usize = 16 << 10;
    /// Labels at most; a program under a further one runs, and its output is only in the log.
    pub const LABELS: usize = 1024;
    /// Ended processes that stay in the table.
    pub const ENDED: usize = 4096;
    /// Octets (64 are added per entry) kept in the log.
    pub const LOG_OCTETS: usize = 8 << 20;
    const EXITS: usize = 1024;

    /// The process with this number.
    pub fn process(&self, id: ProcessId) -> Option<&Process> {
        self.processes.get(&id)
    }
    /// Those that run and the last that ended, by number.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        self.processes.values()
    }
    /// What this label has seen.
    pub fn label(&self, label: &str) -> Option<&Label> {
        self.labels.get(label)
    }
    /// All labels, by name.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &Label)> {
        self.labels.iter().map(|(name, label)| (name.as_str(), label))
    }
    /// The log from number `cursor` on, oldest first.
    pub fn since(&self, cursor: u64) -> impl ExactSizeIterator<Item = &Record> {
        self.log.since(cursor)
    }
    /// How many of the log's entries from `cursor` on are gone.
    pub fn missed(&self, cursor: u64) -> u64 {
        self.log.missed(cursor)
    }
    /// The number that the next entry will have: a reader's next cursor.
    pub fn next(&self) -> u64 {
        self.log.next()
    }
    /// How many processes run.
    pub fn running(&self) -> usize {
        self.running
    }

    pub(crate) fn started(
        &mut self,
        time: Instant,
        node: NodeId,
        program: &str,
        args: &[String],
        label: &str,
        parent: Option<ProcessId>,
    ) -> ProcessId {
        self.last += 1;
        let id = ProcessId(self.last);
        let leader = parent.map_or(id, |parent| self.leader_of(parent));
        let process = Process {
            id,
            node,
            program: program.to_owned(),
            args: args.to_vec(),
            parent,
            leader,
            label: label.to_owned(),
            started: time,
            ended: None,
        };
        self.running += 1;
        self.processes.insert(id, process);
        if self.labels.len() < Self::LABELS || self.labels.contains_key(label) {
            let first = || Label { since: time, ..Label::default() };
            self.labels.entry(label.to_owned()).or_insert_with(first).runs += 1;
        }
        self.push(time, id, News::Started);
        id
    }

    pub(crate) fn printed(&mut self, time: Instant, id: ProcessId, stream: Stream, octets: Bytes) {
        if let Some(label) = self.label_of(id) {
            label.print(time, &octets);
        }
        self.push(time, id, News::Printed(stream, octets));
    }

    pub(crate) fn ended(&mut self, time: Instant, id: ProcessId, code: u8) {
        if let Some(label) = self.label_of(id) {
            if label.exits.len() == Self::EXITS {
                label.exits.pop_front();
            }
            label.exits.push_back((time, code));
        }
        if let Some(process) = self.processes.get_mut(&id) {
            process.ended = Some((time, code));
            self.running -= 1;
        }
        self.push(time, id, News::Ended(code));
        self.forget_old();
    }

    /// Its leader; a process that is forgotten already leads itself.
    fn leader_of(&self, id: ProcessId) -> ProcessId {
        self.processes.get(&id).map_or(id, |process| process.leader)
    }

    fn label_of(&mut self, id: ProcessId) -> Option<&mut Label> {
        self.labels.get_mut(&self.processes.get(&id)?.label)
    }

    fn forget_old(&mut self) {
        if self.processes.len() <= 2 * Self::ENDED {
            return;
        }
        let ended: Vec<ProcessId> =
            self.processes.values().filter(|p| p.ended.is_some()).map(|p| p.id).collect();
        for id in ended.iter().take(ended.len().saturating_sub(Self::ENDED)) {
            self.processes.remove(id);
        }
    }

    fn push(&mut self, time: Instant, process: ProcessId, news: News) {
        self.log_octets += Self::cost(&news);
        let leader = self.leader_of(process);
        self.log.push(Record { time, process, leader, news });
        while self.log_octets > Self::LOG_OCTETS {
            let Some(gone) = self.log.pop() else { break };
            self.log_octets -= Self::cost(&gone.news);
        }
    }

    fn cost(news: &News) -> usize {
        64 + if let News::Printed(_, octets) = news { octets.len() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Instant {
        Instant::ZERO + base::Duration::from_secs(second)
    }

    #[test]
    fn a_label_knows_when_it_printed_what() {
        let mut label = Label::default();
        for (second, text) in [(1, "a"), (1, "b"), (2, ""), (3, "cd")] {
            label.print(at(second), text.as_bytes());
        }
        let all: [(u64, u64, &[u8]); 7] = [
            (0, 9, b"abcd"),
            (1, 1, b"ab"),
            (2, 2, b""),
            (2, 3, b"cd"),
            (0, 0, b""),
            (4, 9, b""),
            (3, 1, b""),
        ];
        for (after, until, printed) in all {
            assert_eq!(label.printed(at(after), at(until)), printed, "{after}..{until}");
        }
        assert!(!label.forgot(at(0)));
    }

    #[test]
    fn what_is_forgotten_goes_with_its_moments() {
        let (mut long, mut often) = (Label::default(), Label::default());
        for second in 0..=2 * Outputs::LABEL_MOMENTS as u64 {
            long.print(at(second), &[b'x'; 100]);
            often.print(at(second), &[second as u8]);
        }
        for label in [&long, &often] {
            assert!(label.moments.len() <= 2 * Outputs::LABEL_MOMENTS);
            assert_eq!(label.moments.first().map(|it| it.1), Some(0));
            let first = label.moments[0].0;
            assert!(label.forgot(at(0)) && label.forgot(first) && !label.forgot(first + SECOND));
            assert_eq!(label.printed(at(0), Instant::MAX).len(), label.output.len());
        }
        assert_eq!(often.printed(at(30_000), at(30_001)), [48, 49]);
        assert_eq!(often.output.len() + often.dropped as usize, 2 * Outputs::LABEL_MOMENTS + 1);
        assert_eq!(long.printed(at(32_000), at(32_009)).len(), 1000);
    }

    const SECOND: base::Duration = base::Duration::from_secs(1);
}
