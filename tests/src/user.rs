//! An ordinary user of the tests: a uid, folders, and the commands it gives.

use crate::job::{Done, Job};
use crate::machine::{PATH, Traces, is_root, missing, processes, soon};
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

/// How long a command of a test may take unless the test says otherwise.
const BOUND: Duration = Duration::from_secs(30);

/// Tests that measure have the machine to themselves.
static MACHINE: RwLock<()> = RwLock::new(());
static NEXT: AtomicU32 = AtomicU32::new(0);

#[allow(dead_code)] // held, never read
enum Turn {
    Shared(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
    Guest,
}

/// What stands at `/dev/net/tun` for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tun {
    /// Whatever this machine has.
    AsIs,
    /// A node that the user may open.
    Open,
    /// A node that the user may not open.
    Closed,
}

/// An ordinary user with folders and a service of its own.
pub struct User {
    uid: Option<u32>,
    folder: PathBuf,
    _turn: Turn,
}

impl User {
    /// A user beside those of other tests.
    pub fn new(test: &str) -> Self {
        Self::make(test, Turn::Shared(MACHINE.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// A user while no other test runs: for what is measured.
    pub fn alone(test: &str) -> Self {
        Self::make(test, Turn::Alone(MACHINE.write().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Another user in the same test.
    pub fn beside(&self, test: &str) -> Self {
        Self::make(test, Turn::Guest)
    }

    fn make(test: &str, turn: Turn) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let uid = is_root().then_some(15000 + process % 400 * 40 + number % 40);
        let folder = std::env::temp_dir().join(format!("catenet-{test}-{process}"));
        let _ = fs::remove_dir_all(&folder);
        let user = Self { uid, folder, _turn: turn };
        for part in ["", "run", "labs", "labs/site", "examples"] {
            user.make_folder(part);
        }
        user.bring("labs/two-lans.toml");
        user.bring("labs/site/index.html");
        user.bring("examples/echo_server.py");
        user.bring("examples/echo_client.py");
        user
    }

    fn make_folder(&self, part: &str) {
        let folder = self.path(part);
        fs::create_dir_all(&folder).expect("a folder");
        fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).expect("its own");
        self.give(&folder);
    }

    /// Makes a file or folder the user's own.
    fn give(&self, path: &Path) {
        if let Some(uid) = self.uid {
            chown(path, Some(uid), Some(uid)).expect("chown");
        }
    }

    /// Copies a file of the repository to the same place in the user's folder.
    fn bring(&self, file: &str) {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
        fs::copy(&source, self.path(file))
            .unwrap_or_else(|error| panic!("{}: {error}", source.display()));
        self.give(&self.path(file));
    }

    /// A file of the user's with this content; its folders are made.
    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) -> PathBuf {
        if let Some((folder, _)) = file.rsplit_once('/') {
            self.make_folder(folder);
        }
        let path = self.path(file);
        fs::write(&path, content).expect("a file");
        self.give(&path);
        path
    }

    /// A path in the user's HOME, which is also where its commands run.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Its uid, if it has one of its own.
    pub fn uid(&self) -> Option<u32> {
        self.uid
    }

    /// The folder of its service.
    pub fn service_folder(&self) -> PathBuf {
        self.path("run/catenet")
    }

    /// The loopback port of its service, and the secret.
    pub fn port(&self) -> (u16, String) {
        let entries = fs::read_dir(self.service_folder()).expect("a service runs").flatten();
        let tokens = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "token"));
        let tokens: Vec<PathBuf> = tokens.collect();
        let [token] = tokens.as_slice() else { panic!("one token, not {tokens:?}") };
        let port =
            token.file_stem().and_then(|stem| stem.to_str()?.parse().ok()).expect("PORT.token");
        (port, fs::read_to_string(token).expect("the token").trim().to_owned())
    }

    /// A program as this user, in its folder.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        self.command_with(Tun::AsIs, program)
    }

    /// The same, with another `/dev/net/tun`; only root can lay one out.
    pub fn command_with(&self, tun: Tun, program: impl AsRef<Path>) -> Command {
        let program = program.as_ref();
        let mut command = match self.uid {
            None => Command::new(program),
            Some(uid) if tun == Tun::AsIs => {
                let mut command = Command::new("setpriv");
                let uid = uid.to_string();
                command
                    .args(["--reuid", &uid, "--regid", &uid, "--clear-groups", "--"])
                    .arg(program);
                command
            }
            Some(uid) => {
                let mut command = Command::new("unshare");
                let script = format!(
                    "set -e; {}\nexec setpriv --reuid {uid} --regid {uid} --clear-groups -- \"$@\"",
                    self.prelude(tun)
                );
                command.args(["-m", "sh", "-c", &script, "sh"]).arg(program);
                command
            }
        };
        command.env_clear().env("PATH", PATH).env("LC_ALL", "C.UTF-8").env("HOME", &self.folder);
        command.env("XDG_RUNTIME_DIR", self.path("run")).current_dir(&self.folder);
        command
    }

    fn prelude(&self, tun: Tun) -> String {
        let node = self.path("tun");
        let node = node.display();
        match tun {
            Tun::AsIs => String::new(),
            Tun::Open | Tun::Closed => {
                let mode = if tun == Tun::Open { "0666" } else { "0600" };
                format!(
                    "[ -e {node} ] || mknod {node} c 10 200; chown 0:0 {node}; chmod {mode} {node}; \
                     [ -e /dev/net/tun ] || {{ mkdir -p /dev/net; : > /dev/net/tun; }}; \
                     mount --bind {node} /dev/net/tun"
                )
            }
        }
    }

    /// Can this kind of `/dev/net/tun` be had here? Says so if not.
    pub fn can_have(&self, tun: Tun) -> bool {
        let look = self
            .command_with(if is_root() { tun } else { Tun::AsIs }, "sh")
            .args(["-c", ": <>/dev/net/tun"])
            .output();
        let open = look.expect("sh runs").status.success();
        let had = match tun {
            Tun::AsIs => true,
            Tun::Open => open,
            Tun::Closed => !open,
        };
        if !had {
            missing(&format!("/dev/net/tun cannot be {tun:?} here"));
        }
        had
    }

    /// `catenet` with these words.
    pub fn catenet(&self, words: &[&str]) -> Command {
        self.catenet_with(Tun::AsIs, words)
    }

    /// The same, with another `/dev/net/tun`.
    pub fn catenet_with(&self, tun: Tun, words: &[&str]) -> Command {
        let mut command = self.command_with(tun, self.binary());
        command.args(words);
        command
    }

    /// The binary, where this user can reach it.
    pub fn binary(&self) -> PathBuf {
        let binary = binary();
        if self.uid.is_none() {
            return binary;
        }
        let copy = self.path("catenet");
        if !copy.exists() && fs::hard_link(&binary, &copy).is_err() {
            fs::copy(&binary, &copy).expect("a copy of the binary");
        }
        copy
    }

    /// Runs `catenet` to its end.
    #[track_caller]
    pub fn run(&self, words: &[&str]) -> Done {
        Job::start(&mut self.catenet(words)).end(BOUND)
    }

    /// Runs a command line of the documents: its first word is `catenet`, words are parted by spaces.
    #[track_caller]
    pub fn line(&self, line: &str) -> Done {
        Job::start(&mut self.line_command(line)).end(BOUND)
    }

    /// Starts such a line and leaves it running.
    pub fn start(&self, line: &str) -> Job {
        Job::start(&mut self.line_command(line))
    }

    /// Such a line, not yet started.
    pub fn line_command(&self, line: &str) -> Command {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some("catenet"), "{line}");
        self.catenet(&words.collect::<Vec<_>>())
    }

    /// Boots a lab in the background.
    #[track_caller]
    pub fn up(&self, lab: &str) -> Done {
        self.run(&["up", lab, "-d"]).code(0)
    }

    /// What its programs have left on this machine.
    pub fn traces(&self) -> Traces {
        Traces::of(self.uid, &self.folder)
    }

    /// The process of its service, if one runs.
    pub fn service(&self) -> Option<u32> {
        let all = processes(self.uid, &self.folder);
        all.into_iter().find(|(_, line)| line.contains("serve --until-idle")).map(|(pid, _)| pid)
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let left = || processes(self.uid, &self.folder);
        for (pid, _) in left() {
            let _ = Command::new("kill").args(["-s", "KILL", &pid.to_string()]).output();
        }
        if !std::thread::panicking() {
            soon("the end of what a user started", || left().is_empty());
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The binary under test.
fn binary() -> PathBuf {
    let named = std::env::var_os("CATENET_BINARY").map(PathBuf::from);
    let binary = named.unwrap_or_else(|| {
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        let target =
            target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"));
        target.join("release/catenet")
    });
    assert!(
        binary.is_file(),
        "{} is missing: cargo build --release -p catenet-cli",
        binary.display()
    );
    fs::canonicalize(binary).expect("its path")
}
