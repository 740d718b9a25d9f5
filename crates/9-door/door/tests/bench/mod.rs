//! The bench of the tests: an ordinary user's `join`, the `pump` it is plugged into, and a folder.
//!
//! When the tests run as root, every join drops to uid 1000 first, and a TAP comes from a second
//! device node that is open to all, laid over `/dev/net/tun` in a private mount namespace.
//! The binaries are the crate's examples: `cargo test -p catenet-door` builds them, `--test joined`
//! alone does not.
#![allow(clippy::disallowed_methods, dead_code)] // a test of the real machine, shared by two files

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
pub(crate) const UID: &str = "1000";
const DROP: &str = "setpriv --reuid 1000 --regid 1000 --clear-groups";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Tap,
    Veth,
}

/// What cannot be tried here: said aloud, and a failure where CI asks for everything.
pub(crate) fn missing(what: &str) {
    eprintln!("SKIPPED: {what}");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI asks for everything: {what}");
}

pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).trim() == "0"
}

pub(crate) fn has(program: &str) -> bool {
    let found = std::env::split_paths(PATH).any(|folder| folder.join(program).exists());
    if !found {
        missing(&format!("no {program} here"));
    }
    found
}

/// Standard output of a command that must succeed.
pub(crate) fn output(command: &mut Command) -> String {
    let done = command.output().expect("the command starts");
    assert!(done.status.success(), "{command:?} gave {done:?}");
    text(&done.stdout)
}

pub(crate) fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// Both streams and the code of a join that ran to its end.
pub(crate) fn spoken(done: &Output) -> (i32, String, String) {
    (done.status.code().unwrap_or(-1), text(&done.stdout), text(&done.stderr))
}

pub(crate) fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(15), "not within 15 s: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) struct Bench {
    pub(crate) folder: PathBuf,
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Bench {
    pub(crate) fn new(test: &str) -> Self {
        let name = format!("catenet-door-{test}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).expect("open to all");
        let bench = Self { folder };
        for program in ["join", "pump", "doctor"] {
            std::fs::copy(example(program), bench.program(program)).expect("an example binary");
        }
        bench
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn socket(&self) -> String {
        self.folder.join("pump.sock").to_string_lossy().into_owned()
    }

    /// The kinds of card that can be tried here.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        let mut kinds = vec![Kind::Veth];
        let open = std::fs::File::options().read(true).write(true).open("/dev/net/tun").is_ok();
        if open {
            kinds.push(Kind::Tap);
        } else {
            missing("no /dev/net/tun to try a TAP with");
        }
        kinds
    }

    /// A shell, as root if we are, in a private mount namespace, that prepares the machine by
    /// `prelude` and becomes an ordinary user's `program`.
    pub(crate) fn ordinary(&self, prelude: &str, program: &Path) -> Command {
        let mut command = if is_root() {
            let mut command = Command::new("unshare");
            let script = format!("set -e; {prelude}\nexec {DROP} \"$@\"");
            command.args(["-m", "sh", "-c", &script, "sh"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.env("PATH", PATH).env("LC_ALL", "C").current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `join` without anybody at the other end unless `socket` says who.
    pub(crate) fn join(&self, kind: Kind, socket: &str, host: u8, settings: &[&str]) -> Command {
        self.join_on(&self.prelude(kind), kind, socket, host, settings)
    }

    pub(crate) fn join_on(
        &self,
        prelude: &str,
        kind: Kind,
        socket: &str,
        host: u8,
        settings: &[&str],
    ) -> Command {
        let mut command = self.ordinary(prelude, &self.program("join"));
        let card = if kind == Kind::Tap { "card=tap" } else { "card=veth" };
        command.args([socket, &format!("pc{host}"), &format!("02:00:00:00:00:{host:02x}")]);
        command.args([&format!("10.0.2.{host}/24"), card]).args(settings).arg("--");
        command
    }

    fn prelude(&self, kind: Kind) -> String {
        let node = self.folder.join("tun");
        let node = node.display();
        match kind {
            Kind::Veth => String::new(),
            Kind::Tap => format!(
                "[ -e {node} ] || mknod -m 0666 {node} c 10 200 2>/dev/null || :\n\
                 chmod 0666 {node}; mount --bind {node} /dev/net/tun"
            ),
        }
    }

    pub(crate) fn pump(&self, settings: &[&str]) -> Running {
        let mut command = self.ordinary("", &self.program("pump"));
        command.stderr(Stdio::inherit());
        let mut child = command.arg(self.socket()).args(settings).spawn().expect("the pump starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        assert_eq!(line, "ready\n");
        Running { child, lines: Some(lines) }
    }
}

/// A child that does not outlive its test.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) lines: Option<BufReader<std::process::ChildStdout>>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the command starts");
        let lines = child.stdout.take().map(BufReader::new);
        Self { child, lines }
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.as_mut().expect("its output").read_line(&mut line).expect("a line");
        line
    }

    /// Everything it has said by its end, on both streams.
    pub(crate) fn rest(&mut self) -> String {
        let mut said = String::new();
        if let Some(lines) = &mut self.lines {
            let _ = lines.read_to_string(&mut said);
        }
        if let Some(errors) = &mut self.child.stderr {
            let _ = errors.read_to_string(&mut said);
        }
        said
    }

    pub(crate) fn signal(&self, signal: &str) {
        output(Command::new("kill").args(["-s", signal, &self.child.id().to_string()]));
    }

    pub(crate) fn code(&mut self) -> i32 {
        soon("the end of a command", || self.child.try_wait().expect("wait").is_some());
        self.child.wait().expect("wait").code().unwrap_or(-1)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Cargo builds the examples with the tests and puts them beside.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("our own path");
    let profile = test.parent().and_then(Path::parent).expect("target/PROFILE/deps/TEST");
    profile.join("examples").join(name)
}
