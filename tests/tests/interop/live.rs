//! The live WebSocket under load: it costs the lab next to nothing, and a reader that stops costs
//! nobody anything.

use catenet_tests::{User, WebSocket};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// Clients of the busy lab: with them the lab's thread works for a good part of each second, so that
/// what readers cost can be told from what the machine's other work costs.
const CLIENTS: usize = 9;

/// About 60,000 events a second.
fn busy() -> String {
    let client = |n| {
        format!(
            "c{n} = {{ net = \"lan\", run = {{ do = \"curl http://10.0.0.80/\", every = \"5ms\" }} }}\n"
        )
    };
    let clients: String = (0..CLIENTS).map(client).collect();
    let web = "web = { net = \"lan\", ip = \"10.0.0.80\", run = \"http\" }";
    format!("lab = \"busy\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\n{clients}{web}\n")
}

/// Readers at once.
const READERS: usize = 50;
/// One measurement.
const WINDOW: Duration = Duration::from_millis(1000);
/// What is not measured after readers came or went.
const SETTLE: Duration = Duration::from_millis(400);
/// Pairs of measurements, without and with readers, in one round.
const PAIRS: usize = 8;
/// Rounds at most: what else runs on the machine is noise in each pair.
const ROUNDS: usize = 5;
/// What must be left of the pace.
const LEFT: f64 = 0.95;
/// How long a reader stops.
const PAUSE: Duration = Duration::from_secs(10);
/// What fifty readers and a stopped one may cost in memory.
const MEMORY_MIB: f64 = 50.0;

/// A busy lab of a user, and its service.
struct Busy<'a> {
    user: &'a User,
    process: u32,
    port: u16,
    key: [String; 1],
}

impl<'a> Busy<'a> {
    fn start(user: &'a User) -> Self {
        let lab = user.write("labs/busy.toml", busy());
        user.up(&lab.display().to_string());
        let process = user.service().expect("a service");
        let (port, secret) = user.port();
        Self { user, process, port, key: [format!("Authorization: Bearer {secret}")] }
    }

    fn reader(&self) -> WebSocket {
        let path = "/api/v1/labs/busy/live";
        WebSocket::open(self.port, path, &self.key).unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// Frames that the server's machine has got: the lab's work, of which its events are a multiple.
    fn frames(&self) -> f64 {
        number(&self.user.line("catenet show web --json").code(0).out, "entered") as f64
    }

    /// Frames for a second of the service's CPU time.
    fn pace(&self) -> f64 {
        let (began, spent) = (self.frames(), self.cpu_seconds());
        sleep(WINDOW);
        (self.frames() - began) / (self.cpu_seconds() - spent)
    }

    /// The same, while readers read; and how many messages each got a second.
    fn pace_with(&self, readers: usize) -> (f64, f64) {
        let (over, messages) = (AtomicBool::new(false), AtomicUsize::new(0));
        let began = Instant::now();
        let pace = scope(|threads| {
            for _ in 0..readers {
                let mut reader = self.reader();
                threads.spawn({
                    let (over, messages) = (&over, &messages);
                    move || {
                        while !over.load(Ordering::Relaxed) {
                            assert!(number(&reader.text(), "topology") > 0);
                            messages.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
            sleep(SETTLE);
            let pace = self.pace();
            over.store(true, Ordering::Relaxed);
            pace
        });
        let each = messages.load(Ordering::Relaxed) as f64 / readers as f64;
        (pace, each / began.elapsed().as_secs_f64())
    }

    /// CPU time of all threads of the service, to the nanosecond.
    fn cpu_seconds(&self) -> f64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.process)).expect("it runs");
        let spent = tasks.flatten().filter_map(|task| {
            let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<f64>().ok()
        });
        spent.sum::<f64>() / 1e9
    }

    /// Memory of the service that no file backs.
    fn memory_mib(&self) -> f64 {
        let path = format!("/proc/{}/status", self.process);
        let text = std::fs::read_to_string(path).expect("it runs");
        let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
        kib.expect("RssAnon") / 1024.0
    }
}

/// A number in JSON, by the key before it.
fn number(text: &str, key: &str) -> u64 {
    let rest = text.split(&format!("\"{key}\":")).nth(1).unwrap_or_default();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no {key} in {}", text.get(..200).unwrap_or(text)))
}

/// The events that a message tells, and those that it says were skipped.
fn events_of(message: &str) -> (u64, u64) {
    let skipped = message.split("\"skipped\":").nth(1).unwrap_or_default();
    (message.matches("\"reason\":").count() as u64, number(skipped, "events"))
}

#[test]
fn fifty_readers_cost_a_busy_lab_little_and_one_that_stops_is_told() {
    let user = User::alone("live");
    let busy = Busy::start(&user);
    let (_, alone) = busy.pace_with(1);
    let (mut ratios, mut each) = (Vec::new(), 0.0_f64);
    let mut middle = 0.0;
    while middle < LEFT && ratios.len() < PAIRS * ROUNDS {
        for _ in 0..PAIRS {
            sleep(SETTLE);
            let without = busy.pace();
            let (with, messages) = busy.pace_with(READERS);
            ratios.push(with / without);
            each = each.max(messages);
        }
        ratios.sort_by(f64::total_cmp);
        middle = ratios[ratios.len() / 2];
    }
    println!(
        "with {READERS} readers, of the pace without: {middle:.3}, the middle of {ratios:.2?}"
    );
    println!("messages a second: {alone:.1} for one reader, {each:.1} for each of {READERS}");
    // What the pairs cannot tell apart is held against nobody: twice the middle's own uncertainty.
    let quarter = ratios.len() / 4;
    let spread = ratios[ratios.len() - 1 - quarter] - ratios[quarter];
    let unsure = 2.0 * spread / (ratios.len() as f64).sqrt();
    assert!(middle + unsure >= LEFT, "readers cost the lab too much: {middle:.3} +- {unsure:.3}");
    assert!(alone >= 2.0 && each >= 0.4, "they are told too seldom");
    stopping(&busy);
    user.line("catenet down --all").code(0);
}

/// A reader that stops: it is told what it missed, and what waits for it is bounded.
fn stopping(busy: &Busy<'_>) {
    // What the lab records grows as well, until its bound.
    let before = busy.memory_mib();
    sleep(PAUSE / 4);
    let recorded = (busy.memory_mib() - before) * 4.0;
    let (mut steady, mut stopped) = (busy.reader(), busy.reader());
    let began = Instant::now();
    let before = busy.memory_mib();
    let (mut told, mut skipped) = (0, 0);
    while began.elapsed() < PAUSE {
        let (events, missed) = events_of(&steady.text());
        told += events;
        skipped += missed;
    }
    let grown = busy.memory_mib() - before - recorded;
    println!(
        "{told} events told, {skipped} skipped; the service grew by {grown:.1} MiB beside what is recorded"
    );
    assert!(grown < MEMORY_MIB, "the service grew by {grown:.1} MiB");
    // What lies in the sockets' buffers comes first; then it hears of all that the other one heard of.
    let (mut seen, mut messages) = (0, 0);
    while seen < told + skipped {
        let (events, missed) = events_of(&stopped.text());
        seen += events + missed;
        messages += 1;
        assert!(messages < 1000, "{seen} of {}", told + skipped);
    }
}
