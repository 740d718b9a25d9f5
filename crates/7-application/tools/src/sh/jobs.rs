//! What runs in the background: its numbers, its end.

use base::Lang;
use socket::{Child, Joined};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Jobs at once, at most.
pub(super) const MOST_JOBS: usize = 64;

/// The processes that a chain has running now: whom Ctrl-C and `kill` mean.
#[derive(Clone, Debug, Default)]
pub(super) struct Group(Arc<Mutex<Members>>);

#[derive(Debug, Default)]
struct Members {
    children: Vec<Child>,
    /// No further pipeline of the chain is begun.
    stopped: bool,
    code: Option<u8>,
}

impl Group {
    fn lock(&self) -> MutexGuard<'_, Members> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// The next pipeline's processes.
    pub(super) fn set(&self, children: Vec<Child>) {
        self.lock().children = children;
    }
    /// Ctrl-C.
    pub(super) fn interrupt(&self) {
        self.lock().children.iter().for_each(Child::interrupt);
    }
    /// They die where they stand.
    pub(super) fn kill(&self) {
        let mut members = self.lock();
        members.stopped = true;
        members.children.iter().for_each(Child::kill);
    }
    /// Was it killed?
    pub(super) fn is_stopped(&self) -> bool {
        self.lock().stopped
    }
    /// The chain has come to its end.
    pub(super) fn end(&self, code: u8) {
        self.lock().code = Some(code);
    }
    /// With what the chain ended.
    pub(super) fn code(&self) -> Option<u8> {
        self.lock().code
    }
}

/// One chain in the background.
pub(super) struct Job {
    /// From 1.
    pub(super) number: usize,
    /// Its line.
    pub(super) text: String,
    /// Its processes.
    pub(super) group: Group,
    /// Its task.
    pub(super) task: Joined<()>,
}

impl Job {
    /// `[1] running  ping 10.0.2.80`
    pub(super) fn describe(&self, lang: Lang) -> String {
        let state = match (self.group.code(), lang) {
            (None, Lang::En) => "running".to_owned(),
            (None, Lang::Zh) => "运行中".to_owned(),
            (Some(0), Lang::En) => "done".to_owned(),
            (Some(0), Lang::Zh) => "完成".to_owned(),
            (Some(code), Lang::En) => format!("exit {code}"),
            (Some(code), Lang::Zh) => format!("退出码 {code}"),
        };
        format!("[{}] {state}  {}\n", self.number, self.text)
    }
}

/// The table of jobs, by number.
#[derive(Default)]
pub(super) struct Jobs(Vec<Job>);

impl Jobs {
    /// Is there room for another?
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MOST_JOBS
    }
    /// The lowest free number.
    pub(super) fn free_number(&self) -> usize {
        let taken = |number: &usize| self.0.iter().all(|job| job.number != *number);
        (1..=MOST_JOBS).find(taken).unwrap_or(MOST_JOBS)
    }
    /// Enters one.
    pub(super) fn add(&mut self, job: Job) {
        self.0.push(job);
        self.0.sort_by_key(|job| job.number);
    }
    /// All, by number.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Job> {
        self.0.iter()
    }
    /// Takes out those that have ended.
    pub(super) fn take_ended(&mut self) -> Vec<Job> {
        self.0.extract_if(.., |job| job.group.code().is_some()).collect()
    }
    /// The job that `%2` or `2` names.
    pub(super) fn find(&self, word: &str) -> Option<&Job> {
        let number: usize = word.strip_prefix('%').unwrap_or(word).parse().ok()?;
        self.0.iter().find(|job| job.number == number)
    }
    /// Takes out the job of this number, or the first.
    pub(super) fn take(&mut self, number: Option<usize>) -> Option<Job> {
        let place = match number {
            Some(number) => self.0.iter().position(|job| job.number == number)?,
            None => 0,
        };
        (place < self.0.len()).then(|| self.0.remove(place))
    }
}
