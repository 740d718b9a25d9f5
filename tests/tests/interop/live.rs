//! The live WebSocket under load: it costs the lab next to nothing, and a reader that stops costs
//! nobody anything.

use catenet_tests::{User, WebSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// About 20,000 events a second.
const BUSY: &str = r#"
[networks]
lan = "10.0.0.0/24"
[hosts]
a = { net = "lan", run = { do = "curl http://10.0.0.80/", every = "5ms" } }
b = { net = "lan", run = { do = "curl http://10.0.0.80/", every = "5ms" } }
c = { net = "lan", run = { do = "curl http://10.0.0.80/", every = "5ms" } }
web = { net = "lan", ip = "10.0.0.80", run = "http" }
"#;
/// Two such labs: one is watched while the other is not, and so the machine's own ups and downs, which
/// are larger than what is measured, happen to both.
const TWINS: [&str; 2] = ["castor", "pollux"];

/// Readers at once.
const READERS: usize = 50;
/// One measurement.
const WINDOW: Duration = Duration::from_millis(1000);
/// What is not measured after readers came or went.
const SETTLE: Duration = Duration::from_millis(400);
/// Pairs of measurements, one with readers for each twin, in one round.
const PAIRS: usize = 8;
/// Rounds at most: what else runs on the machine is noise in each pair.
const ROUNDS: usize = 3;
/// What must be left of the pace.
const LEFT: f64 = 0.95;
/// Messages a second that a reader gets however dear they are: one in two seconds, and room for what
/// a busy machine adds. How many more it gets is a matter of what a look costs there.
const SELDOM: f64 = 0.4;
/// How long a reader stops.
const PAUSE: Duration = Duration::from_secs(10);
/// What fifty readers and a stopped one may cost in memory.
const MEMORY_MIB: f64 = 50.0;

/// Two busy labs of a user, and the service that runs both.
struct Busy<'a> {
    user: &'a User,
    process: u32,
    port: u16,
    key: [String; 1],
}

impl<'a> Busy<'a> {
    fn start(user: &'a User) -> Self {
        for lab in TWINS {
            let text = format!("lab = \"{lab}\"{BUSY}");
            let file = user.write(&format!("labs/{lab}.toml"), text);
            user.up(&file.display().to_string());
        }
        let process = user.service().expect("a service");
        let (port, secret) = user.port();
        Self { user, process, port, key: [format!("Authorization: Bearer {secret}")] }
    }

    fn reader(&self, lab: &str) -> WebSocket {
        let path = format!("/api/v1/labs/{lab}/live");
        WebSocket::open(self.port, &path, &self.key).unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// Frames that the machine of each twin's server has got: the lab's work, of which its events are
    /// a multiple.
    fn frames(&self) -> [f64; 2] {
        TWINS.map(|lab| {
            let line = format!("catenet -l {lab} show web --json");
            number(&self.user.line(&line).code(0).out, "entered") as f64
        })
    }

    /// Frames of each twin for a second of CPU time: of its thread, and for the watched one also of
    /// all threads that are no lab's.
    fn paces(&self, watched: usize) -> [f64; 2] {
        let (began, spent) = (self.frames(), self.cpu_seconds());
        sleep(WINDOW);
        // Before `show` answers: the tables that it makes are no work of the lab.
        let mut spent = zip(self.cpu_seconds(), spent, |now, then| now - then);
        spent[watched] += spent[2];
        let frames = zip(self.frames(), began, |now, then| now - then);
        zip(frames, [spent[0], spent[1]], |frames, seconds| frames / seconds)
    }

    /// The pace of one twin with readers by that of the other, which has none.
    fn with_readers(&self, watched: usize) -> f64 {
        let over = AtomicBool::new(false);
        let paces = scope(|threads| {
            for _ in 0..READERS {
                let mut reader = self.reader(TWINS[watched]);
                let over = &over;
                threads.spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        assert!(number(&reader.text(), "topology") > 0);
                    }
                });
            }
            sleep(SETTLE);
            let paces = self.paces(watched);
            over.store(true, Ordering::Relaxed);
            paces
        });
        paces[watched] / paces[1 - watched]
    }

    /// Messages a second that each of fifty readers gets.
    fn told_a_second(&self) -> f64 {
        scope(|threads| {
            let read = || {
                let mut reader = self.reader(TWINS[0]);
                reader.text(); // what it is told as it comes is no measure
                let (began, mut messages) = (Instant::now(), 0.0);
                while began.elapsed() < PAUSE {
                    reader.text();
                    messages += 1.0;
                }
                messages / began.elapsed().as_secs_f64()
            };
            let threads: Vec<_> = (0..READERS).map(|_| threads.spawn(read)).collect();
            let rates = threads.into_iter().map(|reader| reader.join().expect("it read"));
            rates.sum::<f64>() / READERS as f64
        })
    }

    /// CPU time of the service, to the nanosecond: of each twin's thread, and of all others.
    fn cpu_seconds(&self) -> [f64; 3] {
        let mut seconds = [0.0; 3];
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.process)).expect("it runs");
        for task in tasks.flatten() {
            let read = |file| std::fs::read_to_string(task.path().join(file)).ok();
            // A thread may end while it is looked at.
            let (Some(name), Some(text)) = (read("comm"), read("schedstat")) else { continue };
            let nanos = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
            let twin = TWINS.iter().position(|lab| name.trim_end() == format!("lab {lab}"));
            seconds[twin.unwrap_or(2)] += nanos.expect("nanoseconds") / 1e9;
        }
        assert!(seconds[..2].iter().all(|&seconds| seconds > 0.0), "a thread for each lab");
        seconds
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

/// Two rows, one number of each at a time.
fn zip<const N: usize>(a: [f64; N], b: [f64; N], with: impl Fn(f64, f64) -> f64) -> [f64; N] {
    std::array::from_fn(|at| with(a[at], b[at]))
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
    let mut ratios = Vec::new();
    let mut middle = 0.0;
    while middle < LEFT && ratios.len() < PAIRS * ROUNDS {
        for _ in 0..PAIRS {
            // The readers change sides: what else differs between the twins is taken out.
            ratios.push((busy.with_readers(0) * busy.with_readers(1)).sqrt());
        }
        ratios.sort_by(f64::total_cmp);
        middle = ratios[ratios.len() / 2];
    }
    let each = busy.told_a_second();
    println!(
        "with {READERS} readers, of the pace without: {middle:.3}, the middle of {ratios:.2?}"
    );
    println!("messages a second: {each:.2} for each of {READERS}");
    assert!(middle >= LEFT, "readers cost the lab too much: {middle:.3}");
    assert!(each >= SELDOM, "they are told too seldom: {each:.2}");
    stopping(&busy);
    user.line("catenet down --all").code(0);
}

/// A reader that stops: it is told what it missed, and what waits for it is bounded.
fn stopping(busy: &Busy<'_>) {
    // What the lab records grows as well, until its bound.
    let before = busy.memory_mib();
    sleep(PAUSE / 4);
    let recorded = (busy.memory_mib() - before) * 4.0;
    let (mut steady, mut stopped) = (busy.reader(TWINS[0]), busy.reader(TWINS[0]));
    steady.text(); // what it is told as it comes
    let began = Instant::now();
    let before = busy.memory_mib();
    let (mut told, mut skipped, mut messages) = (0, 0, 0);
    while began.elapsed() < PAUSE {
        let (events, missed) = events_of(&steady.text());
        told += events;
        skipped += missed;
        messages += 1;
    }
    let alone = f64::from(messages) / began.elapsed().as_secs_f64();
    let grown = busy.memory_mib() - before - recorded;
    println!("messages a second: {alone:.2} for one reader");
    assert!(alone >= SELDOM, "it is told too seldom: {alone:.2}");
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
