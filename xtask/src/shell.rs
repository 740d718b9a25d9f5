//! Running other programs: streamed, captured, fed, repeated; and the one error of this tool.
//!
//! Every failure names the command that failed, so that a person can paste it.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Why a task failed: one message, already fit for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// A failure about which everything was said already.
    pub(crate) fn told() -> Self {
        Self(String::new())
    }

    /// Whether something is left to be said.
    pub(crate) fn is_told(&self) -> bool {
        self.0.is_empty()
    }

    /// A failure that concerns a file or folder.
    pub(crate) fn about(path: &Path, error: &dyn fmt::Display) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The command as a person would type it (without its environment).
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Runs a command, its output streamed to ours.
///
/// # Errors
/// It could not be started, or did not end with 0.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    println!("$ {}", shown(command));
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| Failure::new(format!("{}: {error}", shown(command))))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("{status}: {}", shown(command))))
}

/// Runs a command and hands back what it printed; its errors go into the failure.
///
/// # Errors
/// It could not be started, or did not end with 0.
pub(crate) fn capture(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::new(format!("{}: {error}", shown(command))))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("{}: {}\n{}", output.status, shown(command), said.trim_end())))
}

/// As [`capture`], but a command that takes longer than `limit` is ended and has failed: a program
/// that hangs must not take the whole run with it.
///
/// # Errors
/// As [`capture`], or it took too long.
pub(crate) fn capture_within(command: &mut Command, limit: Duration) -> Result<String, Failure> {
    let (status, output, said) = end_within(command, limit)?;
    if status.success() {
        return Ok(output);
    }
    Err(Failure::new(format!("{status}: {}\n{output}{}", shown(command), said.trim_end())))
}

/// The exit code of a command, whose output is of no interest.
///
/// # Errors
/// It could not be started, was killed by a signal, or took too long.
pub(crate) fn exit_within(command: &mut Command, limit: Duration) -> Result<i32, Failure> {
    let (status, ..) = end_within(command, limit)?;
    status.code().ok_or_else(|| Failure::new(format!("{status}: {}", shown(command))))
}

/// Runs a command to its end, or ends it: how it ended, what it printed, what it complained of.
fn end_within(
    command: &mut Command,
    limit: Duration,
) -> Result<(ExitStatus, String, String), Failure> {
    let name = shown(command);
    let fail = |error: std::io::Error| Failure::new(format!("{name}: {error}"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(fail)?;
    let (output, said) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let deadline = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(fail)? {
            break status;
        }
        if Instant::now() >= deadline {
            child.kill().and_then(|()| child.wait()).map_err(fail)?;
            return Err(Failure::new(format!("ended after {} s: {name}", limit.as_secs())));
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    Ok((status, output.join().unwrap_or_default(), said.join().unwrap_or_default()))
}

/// Reads a pipe to its end beside the caller, so that a full pipe stops nobody.
fn drain(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut octets = Vec::new();
        // A pipe that breaks gives what it held until then.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut octets));
        String::from_utf8_lossy(&octets).into_owned()
    })
}

/// Runs a command, its output streamed to ours, and keeps what `read` finds in its lines.
///
/// # Errors
/// It could not be started, or did not end with 0; then the failure repeats each panic that it told
/// of, for thousands of lines may stand between that place and the end.
pub(crate) fn run_and_read<T>(
    command: &mut Command,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, Failure> {
    let name = shown(command);
    println!("$ {name}");
    let fail = |error: std::io::Error| Failure::new(format!("{name}: {error}"));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(fail)?;
    let (mut found, mut panics) = (Vec::new(), Panics::default());
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.map_err(fail)?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            panics.read(&line);
            found.extend(read(&line));
        }
    }
    let status = child.wait().map_err(fail)?;
    if status.success() {
        return Ok(found);
    }
    Err(Failure::new(format!("{status}: {name}{}", panics.told)))
}

/// The panics in what tests print, each a line that says where and some that say why.
#[derive(Default)]
struct Panics {
    told: String,
    /// Lines that still belong to the last one.
    more: usize,
    /// What follows was printed by tests that passed; some of them catch panics.
    passed: bool,
}

impl Panics {
    /// Lines that say why, at most.
    const WHY: usize = 8;
    /// Octets of all, at most.
    const ROOM: usize = 16_384;

    fn read(&mut self, line: &str) {
        match line {
            "successes:" => self.passed = true,
            "failures:" => self.passed = false,
            _ if line.starts_with("test result:") => self.passed = false,
            _ if self.passed => {}
            _ if line.contains("panicked at ") => self.more = Self::WHY + 1,
            _ if line.starts_with("stack backtrace:") || line.starts_with("note: run with") => {
                self.more = 0;
            }
            _ => {}
        }
        if self.more > 0 && !line.is_empty() && self.told.len() + line.len() < Self::ROOM {
            self.more -= 1;
            self.told.extend(["\n  ", line]);
        }
    }
}

/// Runs a command with `text` on its standard input.
///
/// # Errors
/// It could not be started, did not read, or did not end with 0.
pub(crate) fn feed(command: &mut Command, text: &str) -> Result<(), Failure> {
    let name = shown(command);
    let fail = |error: std::io::Error| Failure::new(format!("{name}: {error}"));
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(fail)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes()).map_err(fail)?;
    }
    let status = child.wait().map_err(fail)?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{status}: {name}"))) }
}

/// Tries up to `attempts` times, waiting longer after each failure: mirrors have bad minutes.
///
/// # Errors
/// The failure of the last attempt.
pub(crate) fn retry(
    attempts: u32,
    mut work: impl FnMut() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut attempt = 1;
    loop {
        match work() {
            Ok(()) => return Ok(()),
            Err(failure) if attempt >= attempts => return Err(failure),
            Err(failure) => println!("attempt {attempt} of {attempts} failed: {failure}"),
        }
        std::thread::sleep(Duration::from_secs(5) * attempt);
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_a_command_that_can_be_pasted() {
        let mut command = Command::new("sh");
        command.args(["-c", "exit 3"]);
        let failure = run(&mut command).unwrap_err().to_string();
        assert!(failure.ends_with("sh -c 'exit 3'"), "{failure}");
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let limit = Duration::from_millis(50);
        let failure = capture_within(Command::new("sleep").arg("100"), limit).unwrap_err();
        assert!(failure.to_string().starts_with("ended after"), "{failure}");
        let mut quick = Command::new("sh");
        quick.args(["-c", "head -c 300000 /dev/zero | tr '\\0' x"]);
        let output = capture_within(&mut quick, Duration::from_secs(60)).unwrap();
        assert_eq!(output.len(), 300_000);
    }

    #[test]
    fn what_is_fed_arrives() {
        assert_eq!(feed(Command::new("grep").args(["-q", "^fed$"]), "fed\n"), Ok(()));
        assert!(feed(Command::new("grep").args(["-q", "^fed$"]), "starved\n").is_err());
    }

    #[test]
    fn a_failure_repeats_where_and_why_a_test_panicked() {
        let lines = "successes:\n'y' panicked at b.rs:1:2:\nas it should\nfailures:\n\
            thread 'x' panicked at a.rs:1:2:\ntoo slow:\n\n3\nstack backtrace:\n 1: main\n";
        let script = format!("printf '%s' '{}'; exit 1", lines.replace('\'', r"'\''"));
        let failure = run_and_read(Command::new("sh").args(["-c", &script]), |_| None::<()>);
        let failure = failure.unwrap_err().to_string();
        let told = "exit 1'\n  thread 'x' panicked at a.rs:1:2:\n  too slow:\n  3";
        assert!(failure.ends_with(told), "{failure}");
        let mut panics = Panics::default();
        (0..10_000).for_each(|_| panics.read("it panicked at last"));
        assert!(panics.told.len() <= Panics::ROOM * 2, "{}", panics.told.len());
    }

    #[test]
    fn a_first_success_is_not_repeated() {
        let mut runs = 0;
        let done = retry(3, || {
            runs += 1;
            Ok(())
        });
        assert_eq!((done, runs), (Ok(()), 1));
    }
}
