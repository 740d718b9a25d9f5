//! A REAL program as a host of a lab, started by an ordinary user: the client side of `catenet join`.
//!
//! [`prepare`] makes the namespaces and the card and yields the descriptor for the service;
//! [`Prepared::run`] starts the program in them and stays until it ends. The caller's own process
//! stays where it is, outside.
//!
//! Invariants: dropping a [`Prepared`], or the caller's death by whatever cause, ends the program and
//! leaves no process, namespace or interface (`kill_nine_leaves_nothing`); the program has the
//! caller's uid, gid, terminal and working folder; its exit code is passed through.
//!
//! **The caller must have one thread** when it calls [`prepare`] (it forks), and `prepare` and `run`
//! must be called from its main thread (the kernel ties the helper's life to that thread). SIGCHLD is
//! put back to its default, or the program's exit code could not be had.
//!
//! Absent: a program that stops itself (a shell's `suspend`) does not stop `join`; X11 cookies bound
//! to the real host name do not fit, for the host name is the lab's.

use crate::card::{Card, CarrierKind, Prefer};
use crate::error::DoorError;
use crate::init::{self, END_ALL, MAX_MESSAGE, Order, PASSED_ON, Report};
use crate::namespace::{self, Owner, step};
use crate::note::Note;
use crate::{fd, sys};
use base::Lang;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd, siginfo};
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp};
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// How long a program may take to end after the service went away.
const GRACE: Duration = Duration::from_secs(2);

/// A joined host without its program: namespaces and card are there.
#[derive(Debug)]
pub struct Prepared {
    init: Option<Pid>,
    line: UnixStream,
    carrier: Option<OwnedFd>,
    kind: CarrierKind,
    notes: Vec<Note>,
}

/// Makes namespaces and card; see the head of the file for what the caller must be.
///
/// # Errors
/// [`DoorError::BadCard`], [`DoorError::Namespaces`], [`DoorError::NoCard`] or the step that failed.
pub fn prepare(card: &Card, prefer: Prefer) -> Result<Prepared, DoorError> {
    card.check()?;
    sys::wait_for_children();
    let owner = Owner::of_caller();
    let (ours, theirs) = UnixStream::pair().map_err(|error| step("make a socket pair", error))?;
    let ours_there = ours.as_raw_fd();
    let init = sys::spawn_in(namespace::flags(), || {
        // Our end, inherited: the helper must see it close when we are gone.
        let _ = nix::unistd::close(ours_there);
        init::live(&theirs, owner, card, prefer)
    })
    .map_err(|error| namespace::forbidden(error.raw_os_error().unwrap_or(0)))?;
    drop(theirs);
    await_ready(init, ours)
}

fn await_ready(init: Pid, line: UnixStream) -> Result<Prepared, DoorError> {
    // From here on the drop of `prepared` ends the helper.
    let kind = CarrierKind::Tap { vnet_header: false };
    let mut prepared = Prepared { init: Some(init), line, carrier: None, kind, notes: Vec::new() };
    match fd::recv_json::<Report>(&prepared.line, MAX_MESSAGE) {
        Ok(Some((Report::Ready { kind, notes }, mut descriptors))) => {
            prepared.carrier = descriptors.pop();
            prepared.kind = kind;
            prepared.notes = notes;
            Ok(prepared)
        }
        Ok(Some((Report::Failed(error), _))) => Err(error),
        Ok(Some((Report::Started | Report::Ended, _))) => {
            Err(DoorError::Helper { detail: "it spoke out of turn".into() })
        }
        Ok(None) => Err(DoorError::Helper { detail: "it ended while setting up".into() }),
        Err(error) => Err(DoorError::Helper { detail: error.to_string() }),
    }
}

impl Prepared {
    /// The descriptor for [`Carrier::from_fd`](crate::carrier::Carrier::from_fd); once.
    /// The card lives as long as somebody holds it: whoever does must close it when the program has
    /// ended, and not before. One that is not taken is kept until [`Prepared::run`] returns.
    pub fn take_carrier(&mut self) -> Option<OwnedFd> {
        self.carrier.take()
    }

    /// What stands behind the descriptor.
    pub fn kind(&self) -> CarrierKind {
        self.kind
    }

    /// What could not be had; [`Prepared::run`] says it on stderr.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The first process of the namespaces, as seen from here.
    pub fn pid(&self) -> Option<u32> {
        self.init.and_then(|pid| u32::try_from(pid.as_raw()).ok())
    }

    /// Runs the command to its end and gives its exit code, 128 + n if signal n ended it.
    ///
    /// `control` is a socket of the service: when it reaches end of file the program gets SIGHUP and
    /// SIGTERM, and SIGKILL two seconds later. What the service writes there is read and dropped.
    ///
    /// # Errors
    /// [`DoorError::NotFound`], [`DoorError::NotExecutable`], [`DoorError::ServiceGone`], or the step
    /// that failed; [`DoorError::exit_code`] is what a shell would give.
    pub fn run(
        self,
        command: &[OsString],
        control: Option<OwnedFd>,
        lang: Lang,
    ) -> Result<i32, DoorError> {
        self.run_telling(command, control, lang, || {})
    }

    /// As [`Prepared::run`]; `started` is called when the program runs, and never if it cannot.
    ///
    /// # Errors
    /// As [`Prepared::run`].
    pub fn run_telling(
        mut self,
        command: &[OsString],
        control: Option<OwnedFd>,
        lang: Lang,
        started: impl FnOnce(),
    ) -> Result<i32, DoorError> {
        let Some(init) = self.init else {
            return Err(DoorError::Helper { detail: "it has ended".into() });
        };
        let without = proxies();
        self.say(&without, lang);
        let terminal = Terminal::remember();
        let signals = Signals::block()?;
        let command = command.iter().map(|word| word.as_bytes().to_vec()).collect();
        fd::send_json(&self.line, &Order { command, without }, &[])
            .map_err(|error| step("start the command", error))?;
        let failed = match fd::recv_json::<Report>(&self.line, MAX_MESSAGE) {
            Ok(Some((Report::Failed(error), _))) => Some(error),
            Ok(Some((Report::Started, _))) => {
                started();
                None
            }
            _ => None,
        };
        let control = control.map(File::from);
        let watch = Watch { init, signals: &signals, line: self.line.as_fd(), control };
        let gone = watch.until_the_end()?;
        let code = self.bury(init);
        terminal.restore(gone);
        match failed.or_else(|| self.last_words()) {
            _ if gone => Err(DoorError::ServiceGone),
            Some(error) => Err(error),
            None => code,
        }
    }

    fn say(&mut self, proxies: &[String], lang: Lang) {
        if !proxies.is_empty() {
            self.notes.push(Note::ProxyRemoved { names: proxies.to_vec() });
        }
        for note in &self.notes {
            eprintln!("catenet join: {}", note.message(lang));
        }
    }

    fn bury(&mut self, init: Pid) -> Result<i32, DoorError> {
        self.init = None;
        match waitpid(init, None) {
            Ok(WaitStatus::Exited(_, code)) => Ok(code),
            Ok(WaitStatus::Signaled(_, signal, _)) => Ok(128 + signal as i32),
            other => Err(DoorError::Helper { detail: format!("{other:?}") }),
        }
    }

    /// What the helper or the failed `exec` left on the line.
    fn last_words(&self) -> Option<DoorError> {
        match fd::recv_json::<Report>(&self.line, MAX_MESSAGE) {
            Ok(Some((Report::Failed(error), _))) => Some(error),
            _ => None,
        }
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        if let Some(init) = self.init.take() {
            let _ = kill(init, Signal::SIGKILL);
            let _ = waitpid(init, None);
        }
    }
}

/// The environment's proxy variables: they name machines that are not in the lab.
fn proxies() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names.filter(|name| name.to_ascii_lowercase().ends_with("_proxy")).collect()
}

/// Signals that come by descriptor while a program runs; the old mask comes back with the drop.
struct Signals {
    descriptor: SignalFd,
    before: SigSet,
}

impl Signals {
    fn block() -> Result<Self, DoorError> {
        let failed = |error| step("block signals", error);
        let mut mask: SigSet = PASSED_ON.into_iter().collect();
        // Taking the terminal back from outside its foreground group must not stop us.
        mask.add(Signal::SIGTTOU);
        let before = mask.thread_swap_mask(SigmaskHow::SIG_BLOCK).map_err(failed)?;
        mask.remove(Signal::SIGTTOU);
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        let descriptor = SignalFd::with_flags(&mask, flags).map_err(failed)?;
        Ok(Self { descriptor, before })
    }

    /// Signals that a process sent: the program has those of the terminal already.
    fn sent(&self) -> impl Iterator<Item = Signal> {
        let next = || self.descriptor.read_signal().ok().flatten();
        let sent = |info: siginfo| (info.ssi_code <= 0).then_some(info.ssi_signo as i32);
        std::iter::from_fn(next).filter_map(sent).filter_map(|n| Signal::try_from(n).ok())
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let _ = self.before.thread_set_mask();
    }
}

/// The three things that can happen while the program runs.
struct Watch<'a> {
    init: Pid,
    signals: &'a Signals,
    line: BorrowedFd<'a>,
    control: Option<File>,
}

impl Watch<'_> {
    /// Waits for init's end; `true` if the service went first.
    fn until_the_end(mut self) -> Result<bool, DoorError> {
        let end = sys::pidfd(self.init).map_err(|error| step("open a pidfd", error))?;
        let mut deadline: Option<Instant> = None;
        loop {
            let heard = self.wait(end.as_fd(), deadline)?;
            if heard.ended {
                return Ok(deadline.is_some());
            }
            if heard.signal {
                self.signals.sent().for_each(|signal| self.tell(signal));
            }
            if heard.control && self.control_closed() {
                self.control = None;
                deadline = (!self.has_ended()).then(|| now() + GRACE);
                self.tell(END_ALL);
            }
            if deadline.is_some_and(|deadline| now() >= deadline) {
                self.tell(Signal::SIGKILL);
            }
        }
    }

    /// Whether init has said its last: the program went before the service did.
    fn has_ended(&self) -> bool {
        poll(&mut [PollFd::new(self.line, PollFlags::POLLIN)], PollTimeout::ZERO) == Ok(1)
    }

    fn tell(&self, signal: Signal) {
        let _ = kill(self.init, signal);
    }

    fn wait(&self, end: BorrowedFd<'_>, deadline: Option<Instant>) -> Result<Heard, DoorError> {
        let mut places = vec![
            PollFd::new(end, PollFlags::POLLIN),
            PollFd::new(self.signals.descriptor.as_fd(), PollFlags::POLLIN),
        ];
        if let Some(control) = &self.control {
            places.push(PollFd::new(control.as_fd(), PollFlags::POLLIN));
        }
        let timeout = deadline.map_or(PollTimeout::NONE, |deadline| {
            let left = deadline.saturating_duration_since(now()).as_millis() + 1;
            u16::try_from(left).unwrap_or(u16::MAX).into()
        });
        match poll(&mut places, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(step("wait for the command", error)),
        }
        let any = |place: usize| places.get(place).and_then(PollFd::any).unwrap_or(false);
        Ok(Heard { ended: any(0), signal: any(1), control: any(2) })
    }

    fn control_closed(&mut self) -> bool {
        let mut dropped = [0; 512];
        match self.control.as_mut().map(|control| control.read(&mut dropped)) {
            Some(Ok(octets)) => octets == 0,
            Some(Err(error)) => {
                !matches!(error.raw_os_error(), Some(nix::libc::EAGAIN | nix::libc::EINTR))
            }
            None => false,
        }
    }
}

struct Heard {
    ended: bool,
    signal: bool,
    control: bool,
}

#[allow(clippy::disallowed_methods)] // floor 9: two seconds of the real clock
fn now() -> Instant {
    Instant::now()
}

/// The terminal as it was, if we were in its foreground: a program with job control of its own takes
/// it, and one that is killed gives nothing back.
struct Terminal {
    found: Option<(OwnedFd, Termios)>,
}

impl Terminal {
    fn remember() -> Self {
        let input = std::io::stdin();
        let ours = tcgetpgrp(&input).is_ok_and(|group| group == getpgrp());
        let found =
            ours.then(|| input.as_fd().try_clone_to_owned().ok().zip(tcgetattr(&input).ok()));
        Self { found: found.flatten() }
    }

    /// Takes the foreground back, and the modes too if the program was killed.
    fn restore(&self, killed: bool) {
        let Some((terminal, modes)) = &self.found else { return };
        if tcgetpgrp(terminal).is_ok_and(|group| group != getpgrp()) {
            let _ = tcsetpgrp(terminal, getpgrp());
        }
        if killed {
            let _ = tcsetattr(terminal, SetArg::TCSADRAIN, modes);
        }
    }
}
