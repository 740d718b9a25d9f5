//! A program that a test has started: what it says while it runs, and how it ends.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How a program ended.
#[derive(Clone, Debug)]
pub struct Done {
    /// Its exit code; 128 and the signal's number where a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// How long it ran.
    pub took: Duration,
}

impl Done {
    /// It must have ended with this code.
    #[track_caller]
    pub fn code(self, wanted: i32) -> Self {
        assert_eq!(self.code, wanted, "\n--- stdout\n{}\n--- stderr\n{}", self.out, self.err);
        self
    }

    /// It must have said this on standard output.
    #[track_caller]
    pub fn says(self, part: &str) -> Self {
        assert!(self.out.contains(part), "no {part:?} in\n{}\n--- stderr\n{}", self.out, self.err);
        self
    }

    /// It must have said this on standard error.
    #[track_caller]
    pub fn complains(self, part: &str) -> Self {
        assert!(
            self.err.contains(part),
            "no {part:?} on stderr:\n{}\n--- stdout\n{}",
            self.err,
            self.out
        );
        self
    }
}

/// A running program. Dropping it kills it.
pub struct Job {
    child: Child,
    began: Instant,
    out: Stream,
    err: Stream,
}

impl Job {
    /// Starts it without standard input.
    pub fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::null());
        Self::spawn(command)
    }

    /// Starts it and gives it this standard input.
    pub fn start_with(command: &mut Command, input: &[u8]) -> Self {
        let mut job = Self::spawn(command.stdin(Stdio::piped()));
        let mut stdin = job.child.stdin.take().expect("its standard input");
        // A program that does not read it all is its own business.
        let _ = stdin.write_all(input);
        job
    }

    fn spawn(command: &mut Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let began = Instant::now();
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let out = Stream::read(child.stdout.take());
        let err = Stream::read(child.stderr.take());
        Self { child, began, out, err }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has said so far on standard output.
    pub fn said(&self) -> String {
        self.out.text()
    }

    /// Waits until it has said this on standard output.
    #[track_caller]
    pub fn wait_for(&mut self, part: &str) {
        let began = Instant::now();
        while !self.out.text().contains(part) {
            let ended = self.child.try_wait().expect("wait").is_some() && self.out.is_over();
            let late = began.elapsed() > Duration::from_secs(15);
            if (ended || late) && !self.out.text().contains(part) {
                panic!(
                    "no {part:?} (ended: {ended})\n--- stdout\n{}\n--- stderr\n{}",
                    self.out.text(),
                    self.err.text()
                );
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends a signal by its name: `INT`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -s {name} {}", self.pid());
    }

    /// Has it ended?
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("wait").is_some()
    }

    /// Waits for its end, at most so long; then it is killed and the test fails.
    #[track_caller]
    pub fn end(mut self, bound: Duration) -> Done {
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("wait") {
                break status;
            }
            if self.began.elapsed() > bound {
                let _ = self.child.kill();
                panic!(
                    "still runs after {bound:?}\n--- stdout\n{}\n--- stderr\n{}",
                    self.out.text(),
                    self.err.text()
                );
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let took = self.began.elapsed();
        // What it left in the background may hold its output open: not waited for.
        let grace = Instant::now();
        while !(self.out.is_over() && self.err.is_over())
            && grace.elapsed() < Duration::from_secs(2)
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        let signal = std::os::unix::process::ExitStatusExt::signal(&status).unwrap_or(0);
        let code = status.code().unwrap_or(128 + signal);
        Done { code, out: self.out.text(), err: self.err.text(), took }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One of its output streams, read by a thread so that it never blocks.
struct Stream {
    octets: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Stream {
    fn read(from: Option<impl Read + Send + 'static>) -> Self {
        let octets = Arc::new(Mutex::new(Vec::new()));
        let kept = octets.clone();
        let reader = std::thread::spawn(move || {
            let Some(mut from) = from else { return };
            let mut chunk = [0; 8192];
            while let Ok(count @ 1..) = from.read(&mut chunk) {
                kept.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .extend_from_slice(&chunk[..count]);
            }
        });
        Self { octets, reader }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.octets.lock().unwrap_or_else(PoisonError::into_inner))
            .into_owned()
    }

    fn is_over(&self) -> bool {
        self.reader.is_finished()
    }
}
