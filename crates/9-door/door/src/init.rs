//! The first process (pid 1) of a joined program's namespaces: sets them up, starts the program,
//! passes signals on, and takes everything with it when it ends.
//!
//! ```text
//!   join  --Order-->  init  --fork/exec-->  the program (in join's process group)
//!   join <--Report--  init
//! ```
//! Specification: pid_namespaces(7), signalfd(2), prctl(2) PR_SET_PDEATHSIG.
//!
//! Invariants: init dies with `join`, however that dies (`PR_SET_PDEATHSIG`, and end of file on the
//! line before the program runs), and every process of the namespace dies with init. The program is
//! in join's process group and session, so the terminal's signals reach it from the kernel, job
//! control is the shell's own business, and nothing is delivered twice: init, outside that group,
//! passes on only what `join` sends it.

use crate::card::{Card, CarrierKind, Prefer};
use crate::error::DoorError;
use crate::linger::linger;
use crate::namespace::{Owner, step};
use crate::note::Note;
use crate::{fd, overlay, plug, sys};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sched::CloneFlags;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill};
use nix::sys::signalfd::SignalFd;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, pipe2, setpgid};
use serde::{Deserialize, Serialize};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The longest message between join and init, in octets: a command line as JSON numbers.
pub(crate) const MAX_MESSAGE: usize = 16 << 20;
/// What join sends to init when every process must end: nobody else uses it.
pub(crate) const END_ALL: Signal = Signal::SIGPWR;
/// What is passed on to the program.
pub(crate) const PASSED_ON: [Signal; 7] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGWINCH,
];

/// What init tells join.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Report {
    /// Set up; the carrier's descriptor comes with it.
    Ready { kind: CarrierKind, notes: Vec<Note> },
    /// It cannot be.
    Failed(DoorError),
    /// The program runs.
    Started,
    /// The program has ended by itself: said before the card goes, so that a service which notices
    /// that first is not taken for one that went away.
    Ended,
}

/// What join tells init: start this.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) command: Vec<Vec<u8>>,
    /// Environment variables to take away.
    pub(crate) without: Vec<String>,
}

/// Everything that pid 1 does; the value is its exit code.
pub(crate) fn live(line: &UnixStream, owner: Owner, card: &Card, prefer: Prefer) -> i32 {
    // Best effort: should it fail, end of file on the line still ends us until the program runs.
    let _ = set_pdeathsig(Signal::SIGKILL);
    if let Err(error) = set_up(line, owner, card, prefer) {
        let _ = fd::send_json(line, &Report::Failed(error), &[]);
        return 125;
    }
    match fd::recv_json::<Order>(line, MAX_MESSAGE) {
        Ok(Some((order, _))) => start(line, &order).unwrap_or_else(|error| {
            let _ = fd::send_json(line, &Report::Failed(error), &[]);
            125
        }),
        // Nobody wants us any more.
        _ => 125,
    }
}

fn set_up(line: &UnixStream, owner: Owner, card: &Card, prefer: Prefer) -> Result<(), DoorError> {
    owner.keep()?;
    overlay::lay(card)?;
    nix::unistd::sethostname(&card.name).map_err(|error| step("set the host name", error))?;
    let plugged = plug::plug(card, prefer, owner.gid())?;
    let report = Report::Ready { kind: plugged.kind, notes: plugged.notes };
    fd::send_json(line, &report, &[plugged.carrier.as_fd()])
        .map_err(|error| step("hand over the card", error))
}

/// Starts the program and lives as long as it does.
fn start(line: &UnixStream, order: &Order) -> Result<i32, DoorError> {
    sys::wait_for_children();
    // SIGTSTP stays with the program: this process is in no terminal's group.
    let before = SigSet::all()
        .thread_swap_mask(SigmaskHow::SIG_BLOCK)
        .map_err(|error| step("block signals", error))?;
    let signals = SignalFd::new(&SigSet::all()).map_err(|error| step("make a signalfd", error))?;
    // An exec that succeeds closes the child's end; one that fails says so there first.
    let (told, telling) = pipe2(OFlag::O_CLOEXEC).map_err(|error| step("make a pipe", error))?;
    let program = sys::spawn_in(CloneFlags::empty(), || execute(line, order, &before, &telling))
        .map_err(|error| step("fork", error))?;
    let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
    drop(telling);
    if File::from(told).read(&mut [0]).is_ok_and(|octets| octets == 0) {
        let _ = fd::send_json(line, &Report::Started, &[]);
    }
    loop {
        let signal = match signals.read_signal() {
            Ok(Some(signal)) => signal,
            Ok(None) | Err(Errno::EINTR) => continue,
            Err(error) => return Err(step("read a signal", error)),
        };
        match Signal::try_from(signal.ssi_signo as i32) {
            Ok(Signal::SIGCHLD) => {
                if let Some(code) = reap(program) {
                    let _ = fd::send_json(line, &Report::Ended, &[]);
                    farewell(&signals);
                    return Ok(code);
                }
            }
            // From outside this pid namespace: from join.
            Ok(signal_number) if signal.ssi_pid == 0 => pass_on(signal_number, program),
            _ => {}
        }
    }
}

/// Ends what the program left running, and lets its connections end well.
fn farewell(signals: &SignalFd) {
    let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
    // Their SIGCHLDs must not be taken for a wish to hurry.
    while waitpid(None, None).is_ok() {}
    let mut hurry: SigSet = PASSED_ON.into_iter().collect();
    hurry.add(END_ALL);
    if signals.set_mask(&hurry).is_ok() {
        linger(signals);
    }
}

fn pass_on(signal: Signal, program: Pid) {
    if signal == END_ALL {
        let everyone = Pid::from_raw(-1);
        for last_word in [Signal::SIGHUP, Signal::SIGTERM, Signal::SIGCONT] {
            let _ = kill(everyone, last_word);
        }
    } else if PASSED_ON.contains(&signal) {
        let _ = kill(program, signal);
    }
}

/// Buries the dead; the exit code once the program is among them.
fn reap(program: Pid) -> Option<i32> {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(pid, code)) if pid == program => return Some(code),
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == program => {
                return Some(128 + signal as i32);
            }
            Ok(WaitStatus::StillAlive) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// Becomes the program, or tells join why not.
fn execute(line: &UnixStream, order: &Order, mask: &SigSet, telling: &OwnedFd) -> i32 {
    let mut words = order.command.iter().map(|word| OsString::from_vec(word.clone()));
    let name = words.next().unwrap_or_default();
    let mut command = Command::new(&name);
    command.args(words);
    for variable in &order.without {
        command.env_remove(variable);
    }
    let _ = mask.thread_set_mask();
    let error = command.exec();
    let program = name.to_string_lossy().into_owned();
    let errno = error.raw_os_error().unwrap_or(0);
    let failure = match Errno::from_raw(errno) {
        Errno::ENOENT | Errno::ENOTDIR => DoorError::NotFound { program },
        // A closed folder of PATH looks like a closed file; the shell says "not found" (POSIX 2.8.2).
        Errno::EACCES if !is_somewhere(&name) => DoorError::NotFound { program },
        _ => DoorError::NotExecutable { program, errno },
    };
    let code = failure.exit_code();
    let _ = nix::unistd::write(telling, &[1]);
    let _ = fd::send_json(line, &Report::Failed(failure), &[]);
    code
}

/// Whether a file of that name can be seen: by its path, or in one of the folders of PATH.
fn is_somewhere(name: &OsStr) -> bool {
    if name.as_bytes().contains(&b'/') {
        return true;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).exists())
}
