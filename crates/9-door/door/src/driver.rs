//! The driver: one thread that owns a running lab, paces it by the wall clock, and works its doors.
//!
//! ```text
//!   service --- closures ---> mailbox --+
//!                                       v          every turn:
//!   kernel <=== carriers (epoll) ===> Running      1. run the world up to the wall clock's time
//!                                       |          2. frames that left by a door -> carriers
//!   watchers (captures, output) <-------+          3. mailbox, 4. watchers, 5. sleep until the
//!                                                     next event, a frame, or a letter
//! ```
//!
//! A turn is cut after `SLICE` of wall time even when the world is behind, so a letter is answered
//! in time even in a storm. Order is kept and no timer skipped: a world that is late stays late until
//! it catches up, and [`Running::lateness`] tells. A panic inside the world ends this lab alone.
//!
//! The clock can be stopped, set to a speed, stepped and taken back ([`crate::clock`]): then 1. is
//! another target.
//!
//! Everything that reaches the world goes through [`Running::input`], which the tape and the journal
//! see.

// The driver is where wall time enters: it alone paces a world.
#![allow(clippy::disallowed_methods)]

use crate::carrier::Carrier;
use crate::journal::Journal;
use crate::mailbox::MAILBOX;
pub use crate::mailbox::{Gone, Letter, Mailbox, NotSent};
use crate::pace::Pace;
use crate::rewind::{Again, Rewinding};
use crate::stepping::Stepping;
use base::{Duration, Instant};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use sim::{Input, InputError, NodeKind, Outcome, Tape, World};
use std::collections::BTreeMap;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

/// How long the world may run before doors and mailbox have their turn.
pub(crate) const SLICE: core::time::Duration = core::time::Duration::from_millis(2);
/// Steps between two looks at the wall clock.
const STEPS_PER_LOOK: u32 = 64;
/// Frames taken from one carrier in one turn.
const FRAMES_PER_TURN: usize = 64;
/// From here on a world counts as late.
const LATE: Duration = Duration::from_millis(50);

const LETTERS: u64 = u64::MAX;
const TIMER: u64 = u64::MAX - 1;

/// Looks at the world after every turn; false means that it has seen enough.
pub type Watcher = Box<dyn FnMut(&mut World) -> bool + Send>;

/// A lab that runs: its world, and the doors into it.
pub struct Running {
    /// The world. Inputs go through [`Running::input`].
    pub world: World,
    /// What the world was given since its boot.
    pub(crate) tape: Tape,
    /// How much of that: less than all after going back.
    pub(crate) played: usize,
    /// Boots the same lab anew.
    pub(crate) again: Option<Again>,
    pub(crate) rewinding: Option<Rewinding>,
    /// How often the world went back: whoever holds numbers of its logs asks anew.
    pub(crate) rewound: u64,
    journal: Option<Journal>,
    carriers: BTreeMap<u64, Joined>,
    next_carrier: u64,
    epoll: Epoll,
    watchers: Vec<Watcher>,
    pub(crate) pace: Pace,
    pub(crate) stepping: Option<Stepping>,
    latest: Duration,
    stopping: bool,
}

/// A joined host: its card, and a line to its `join`, which hears its end when we go away.
struct Joined {
    node: String,
    carrier: Carrier,
    control: UnixStream,
}

impl Drop for Joined {
    /// Closing our descriptor would not do: whoever reads the line holds another one.
    fn drop(&mut self) {
        let _ = self.control.shutdown(Shutdown::Both); // it may have gone first
    }
}

/// Why a lab came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Somebody stopped it.
    Stopped,
    /// The world gave up (a storm at one instant, for example).
    Failed(String),
    /// A bug of ours.
    Panicked(String),
}

/// A handle to the thread; dropping it stops the lab.
pub struct Driver {
    mailbox: Mailbox,
    thread: Option<JoinHandle<Ended>>,
}

impl Driver {
    /// Starts the thread of a lab; `ended` is told how it went. Without `again`, which boots the same
    /// lab anew, its clock cannot be taken back.
    pub fn start(
        name: &str,
        world: World,
        journal: Option<Journal>,
        again: Option<Again>,
        ended: impl FnOnce(Ended) + Send + 'static,
    ) -> io::Result<Driver> {
        let (letters, inbox) = mpsc::sync_channel(MAILBOX);
        let bell = Arc::new(EventFd::from_flags(EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC)?);
        let timer = TimerFd::new(
            ClockId::CLOCK_MONOTONIC,
            TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC,
        )?;
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        epoll.add(&*bell, EpollEvent::new(EpollFlags::EPOLLIN, LETTERS))?;
        epoll.add(&timer, EpollEvent::new(EpollFlags::EPOLLIN, TIMER))?;
        let running = Running {
            world,
            tape: Tape::default(),
            played: 0,
            again,
            rewinding: None,
            rewound: 0,
            journal,
            carriers: BTreeMap::new(),
            next_carrier: 0,
            epoll,
            watchers: Vec::new(),
            pace: Pace::new(std::time::Instant::now()),
            stepping: None,
            latest: Duration::ZERO,
            stopping: false,
        };
        let mailbox = Mailbox { letters, bell: bell.clone() };
        let thread = std::thread::Builder::new().name(format!("lab {name}")).spawn(move || {
            let mut running = running;
            let how = live(&mut running, &inbox, &bell, &timer);
            running.finish();
            // Its guests hear of its end before anybody else does.
            drop(running);
            ended(how.clone());
            how
        })?;
        Ok(Driver { mailbox, thread: Some(thread) })
    }

    /// Where letters go.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Stops the lab and waits for its thread.
    pub fn stop(mut self) -> Ended {
        self.end()
    }

    fn end(&mut self) -> Ended {
        let _ = self.mailbox.send(Running::stop);
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(how)) => how,
            _ => Ended::Stopped,
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.end();
    }
}

fn live(
    running: &mut Running,
    inbox: &mpsc::Receiver<Letter>,
    bell: &EventFd,
    timer: &TimerFd,
) -> Ended {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        while !running.stopping {
            let behind = match running.run_slice() {
                Ok(behind) => behind,
                Err(error) => return Ended::Failed(error),
            };
            running.deliver();
            let _ = bell.read();
            while let Ok(letter) = inbox.try_recv() {
                letter(running);
            }
            running.watch();
            // A letter may have stopped it: a world without events would sleep on.
            if !running.stopping {
                running.wait(timer, behind || running.is_under_way());
            }
        }
        Ended::Stopped
    }));
    attempt.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
        Ended::Panicked(said.unwrap_or_else(|| "no message".to_owned()))
    })
}

impl Running {
    /// Something reaches the world from outside, now. Tape and journal see it. It comes after
    /// everything else of its instant, also where a step or a slice ended in the midst of one: so a
    /// replay, which knows times alone, does the same. Where the world went back, what was to come is
    /// dropped, and with it the doors behind which nobody is any more.
    pub fn input(&mut self, input: Input) -> Result<Outcome, InputError> {
        self.call_off_rewinding();
        if self.played < self.tape.inputs().len() {
            self.tape.drop_from(self.played);
            if let Some(journal) = &mut self.journal {
                journal.go_back(self.world.now(), self.played);
            }
            for input in self.farewells() {
                let _ = self.give(input);
            }
        }
        self.give(input)
    }

    fn give(&mut self, input: Input) -> Result<Outcome, InputError> {
        // A world that stands still says so in the next turn, and the lab ends.
        let _ = self.world.run_until(self.world.now());
        if let Some(journal) = &mut self.journal {
            journal.record(self.world.now(), &input);
        }
        self.tape.give(&mut self.world, &mut self.played, input)
    }

    /// What takes doors without a card away, and their names: their programs ended in what is the past
    /// no more.
    fn farewells(&self) -> Vec<Input> {
        let names = self.tape.names().map(|name| Input::SetName { name, address: None });
        let doors = self.world.nodes().filter(|node| node.kind == NodeKind::Door);
        let alone = doors.filter(|door| self.joined().all(|joined| joined != door.name));
        let nodes = alone.map(|door| Input::RemoveNode { node: door.name.to_owned() });
        names.chain(nodes).collect()
    }

    /// Writes what the journal still holds back.
    fn finish(&mut self) {
        if let Some(journal) = &mut self.journal {
            let position = Tape::position(&self.world, self.played);
            journal.end(position, Some(self.world.digest()));
            journal.finish(self.world.now());
        }
    }

    /// A joined host's card: frames of the door `node` go to it and come from it. `control` is shut
    /// down, for all who hold it, when the host goes or the lab ends, however it ends.
    ///
    /// # Errors
    /// The kernel's; or the clock is not the wall's ([`Running::is_real_time`]).
    pub fn attach(&mut self, node: &str, carrier: Carrier, control: UnixStream) -> io::Result<()> {
        if !self.is_real_time() {
            return Err(io::Error::other("the lab's clock is not the wall's"));
        }
        let token = self.next_carrier;
        self.epoll.add(&carrier, EpollEvent::new(EpollFlags::EPOLLIN, token))?;
        self.next_carrier += 1;
        self.carriers.insert(token, Joined { node: node.to_owned(), carrier, control });
        Ok(())
    }

    /// Takes a joined host's card away; false when there is none of that name.
    pub fn detach(&mut self, node: &str) -> bool {
        let token =
            self.carriers.iter().find(|(_, joined)| joined.node == node).map(|(token, _)| *token);
        let Some(joined) = token.and_then(|token| self.carriers.remove(&token)) else {
            return false;
        };
        let _ = self.epoll.delete(&joined.carrier);
        true
    }

    /// Lets `watcher` look at the world after every turn until it has seen enough.
    pub fn add_watcher(&mut self, watcher: Watcher) {
        self.watchers.push(watcher);
    }

    /// The world ends after this turn.
    pub fn stop(&mut self) {
        self.stopping = true;
    }

    /// How late the world was at worst.
    pub fn lateness(&self) -> Duration {
        self.latest
    }

    /// When something happens next: by itself, or by what is to come again.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.tape.next_deadline(&self.world, self.played)
    }

    /// Is the clock on its way somewhere, as fast as it goes?
    pub(crate) fn is_under_way(&self) -> bool {
        self.stepping.is_some() || self.rewinding.is_some()
    }

    /// Where the world should be by the wall clock.
    pub(crate) fn wall_now(&self) -> Instant {
        self.pace.now(std::time::Instant::now())
    }

    /// The joined hosts' names.
    pub(crate) fn joined(&self) -> impl Iterator<Item = &str> {
        self.carriers.values().map(|joined| joined.node.as_str())
    }

    /// Runs towards the wall clock's time, or towards the goal of a step, for at most a slice; true
    /// when it did not get there.
    fn run_slice(&mut self) -> Result<bool, String> {
        if self.rewinding.is_some() {
            return self.rewind_some();
        }
        if self.stepping.is_some() {
            return self.run_step();
        }
        if !self.pace.is_running() {
            return Ok(false);
        }
        let target = self.wall_now();
        let began = std::time::Instant::now();
        let mut steps = 0;
        while self.next_deadline().is_some_and(|next| next <= target) {
            let stepped = self.tape.step(&mut self.world, &mut self.played);
            stepped.map_err(|error| error.to_string())?;
            steps += 1;
            if steps % STEPS_PER_LOOK == 0 && began.elapsed() > SLICE {
                // As the wall clock counts it, whatever the speed.
                let late = self.pace.wall_span(target - self.world.now()).unwrap_or_default();
                let late = Duration::from(late);
                self.latest = self.latest.max(if late > LATE { late } else { Duration::ZERO });
                return Ok(true);
            }
        }
        self.world.run_until(target).map_err(|error| error.to_string())?;
        Ok(false)
    }

    /// Frames that left the world by a door.
    fn deliver(&mut self) {
        let mut buffer = Vec::with_capacity(2048);
        while let Some((node, frame)) = self.world.poll_door_frame() {
            let Some(joined) =
                self.carriers.values_mut().find(|joined| self.world.name(node) == joined.node)
            else {
                continue;
            };
            buffer.resize(frame.len(), 0);
            frame.copy_to(&mut buffer);
            // A card that takes no more loses the frame, as a real one does; the carrier counts it.
            let _ = joined.carrier.send(&buffer);
        }
    }

    pub(crate) fn watch(&mut self) {
        let world = &mut self.world;
        self.watchers.retain_mut(|watcher| watcher(world));
    }

    /// Sleeps until the next event of the world, a frame at a card, or a letter.
    fn wait(&mut self, timer: &TimerFd, behind: bool) {
        let mut ready = [EpollEvent::empty(); 32];
        let timeout = if behind { EpollTimeout::ZERO } else { self.arm(timer) };
        let count = self.epoll.wait(&mut ready, timeout).unwrap_or(0);
        for event in &ready[..count] {
            match event.data() {
                LETTERS => {}
                TIMER => {
                    let _ = timer.wait();
                }
                token => self.take_frames(token),
            }
        }
    }

    fn arm(&self, timer: &TimerFd) -> EpollTimeout {
        let Some(next) = self.next_deadline() else { return EpollTimeout::NONE };
        let Some(span) = self.pace.wall_span(next - self.wall_now()) else {
            return EpollTimeout::NONE; // stopped: only letters and frames wake it
        };
        if span.is_zero() {
            return EpollTimeout::ZERO;
        }
        let spec = TimeSpec::from_duration(span);
        match timer.set(Expiration::OneShot(spec), TimerSetTimeFlags::empty()) {
            Ok(()) => EpollTimeout::NONE,
            Err(_) => EpollTimeout::from(1u8),
        }
    }

    /// Takes what a card has, up to a turn's share.
    fn take_frames(&mut self, token: u64) {
        let Some(mut joined) = self.carriers.remove(&token) else { return };
        let mut buffer = vec![0; joined.carrier.max_frame()];
        let mut alive = true;
        for _ in 0..FRAMES_PER_TURN {
            match joined.carrier.recv(&mut buffer) {
                Ok(Some(frame)) => {
                    let input =
                        Input::FrameIn { node: joined.node.clone(), octets: frame.to_vec() };
                    // A frame that the world refuses (too short, powered off) is counted there.
                    let _ = self.input(input);
                }
                Ok(None) => break,
                Err(error) if Carrier::is_gone(&error) => {
                    alive = false;
                    break;
                }
                Err(_) => break,
            }
        }
        if alive {
            self.carriers.insert(token, joined);
        } else {
            let _ = self.epoll.delete(&joined.carrier);
        }
    }
}
