//! [`Env`]: everything one running program has. A clone is the same program's.

use crate::executor::{Joined, Spawner};
use crate::files::FileTree;
use crate::hyper_io::{HyperExecutor, HyperTimer};
use crate::machine::lock;
use crate::output::{Pipe, ProcessId, Stdin, Writer};
use crate::time::{Elapsed, Sleep, timeout};
use crate::{Control, Inspect, Machine, PingSocket, Programs, TcpListener, TcpStream, UdpSocket};
use base::{Civil, Duration, Instant, Lang, Random, RandomSource};
use core::fmt;
use core::future::{Future, poll_fn};
use core::net::{IpAddr, SocketAddr};
use core::pin::Pin;
use core::sync::atomic::{AtomicU64, Ordering};
use core::task::{Poll, Waker};
use host::ListenOptions;
use std::io;
use std::sync::{Arc, Mutex};

/// What a program ends with; 0 is success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExitCode(pub u8);

impl ExitCode {
    /// Done.
    pub const SUCCESS: ExitCode = ExitCode(0);
    /// Not done.
    pub const FAILURE: ExitCode = ExitCode(1);
    /// Wrong use.
    pub const USAGE: ExitCode = ExitCode(2);
    /// Interrupted (Ctrl-C), as shells count it.
    pub const INTERRUPTED: ExitCode = ExitCode(130);
    /// Killed, as shells count it.
    pub const KILLED: ExitCode = ExitCode(137);
}

/// A program.
pub type ProgramFn = fn(Env) -> Pin<Box<dyn Future<Output = ExitCode> + Send>>;

/// Where names are asked for: plain data; the DNS client lives upstairs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolver {
    /// The addresses of name servers, in the order of asking.
    pub servers: Vec<SocketAddr>,
    /// What is appended to names without a dot.
    pub search: Vec<String>,
    /// Names known without asking.
    pub hosts: Vec<(String, IpAddr)>,
}

/// What surrounds the programs of one machine.
#[derive(Clone)]
pub struct Surroundings {
    /// The machine's chance.
    pub random: RandomSource,
    /// Civil time at the beginning of the world, in seconds since 1970.
    pub epoch_unix: i64,
    /// Where names are asked for.
    pub resolver: Resolver,
    /// The machine's files.
    pub files: Arc<dyn FileTree>,
    /// The programs that a shell finds.
    pub programs: Arc<Programs>,
}

impl Surroundings {
    /// No name server, no files, no other programs, 1970.
    pub fn new(random: RandomSource) -> Self {
        Surroundings {
            random,
            epoch_unix: 0,
            resolver: Resolver::default(),
            files: Arc::new(crate::files::NoFiles),
            programs: Arc::default(),
        }
    }
}

/// How a program is started.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Its name and arguments, as a shell would have them; the first is the program's name.
    pub args: Vec<String>,
    /// The language it speaks.
    pub lang: Lang,
    /// The terminal's columns and rows, if there is one.
    pub terminal: Option<(u16, u16)>,
    /// May it change addresses, routes and links?
    pub control: bool,
    /// Is its standard input empty from the beginning?
    pub no_stdin: bool,
}

impl Launch {
    /// A program without input, terminal or privileges.
    pub fn new(args: &[&str]) -> Self {
        Launch {
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            lang: Lang::En,
            terminal: None,
            control: false,
            no_stdin: true,
        }
    }
}

/// Set once by Ctrl-C.
#[derive(Debug, Default)]
pub(crate) struct Interrupt {
    pub(crate) raised: bool,
    pub(crate) wanted: bool,
    pub(crate) wakers: Vec<Waker>,
}

pub(crate) struct Shared {
    pub(crate) machine: Machine,
    pub(crate) surroundings: Surroundings,
    pub(crate) resolver: Arc<Mutex<Arc<Resolver>>>,
    pub(crate) process: ProcessId,
    pub(crate) owner: String,
    pub(crate) launch: Launch,
    pub(crate) interrupt: Mutex<Interrupt>,
    pub(crate) spawner: Spawner,
    pub(crate) streams: AtomicU64,
}

/// Everything one running program has.
#[derive(Clone)]
pub struct Env {
    pub(crate) shared: Arc<Shared>,
    pub(crate) args: Arc<[String]>,
    pub(crate) stdin: Pipe,
    pub(crate) stdout: Writer,
    pub(crate) stderr: Writer,
}

impl Env {
    /// The program's name and its arguments.
    pub fn args(&self) -> &[String] {
        &self.args
    }
    /// Its number on this machine.
    pub fn process(&self) -> ProcessId {
        self.shared.process
    }
    /// The machine.
    pub fn machine(&self) -> &Machine {
        &self.shared.machine
    }
    /// The same program with other arguments: a shell calls a built-in with it.
    pub fn with_args(&self, args: Vec<String>) -> Env {
        Env { args: args.into(), ..self.clone() }
    }
    /// The same program, writing its results elsewhere.
    pub fn with_stdout(&self, stdout: Writer) -> Env {
        Env { stdout, ..self.clone() }
    }
    /// The same program, reading from elsewhere.
    pub fn with_stdin(&self, pipe: &Pipe) -> Env {
        Env { stdin: pipe.clone(), ..self.clone() }
    }

    /// Standard input. Two of them share one run of octets.
    pub fn stdin(&self) -> Stdin {
        Stdin::new(&self.stdin)
    }
    /// Standard output.
    pub fn stdout(&self) -> Writer {
        self.stdout.clone()
    }
    /// Standard error.
    pub fn stderr(&self) -> Writer {
        self.stderr.clone()
    }
    /// Writes to standard output: `env.print(format_args!("{n} octets\n"))`.
    pub fn print(&self, text: fmt::Arguments<'_>) {
        self.stdout.print(text);
    }
    /// Writes to standard error.
    pub fn eprint(&self, text: fmt::Arguments<'_>) {
        self.stderr.print(text);
    }
    /// The terminal's columns and rows; `None`: there is no terminal.
    pub fn terminal_size(&self) -> Option<(u16, u16)> {
        self.shared.launch.terminal
    }

    /// Opens a TCP connection.
    pub async fn tcp_connect(&self, peer: SocketAddr) -> io::Result<TcpStream> {
        self.tcp_connect_from(None, peer).await
    }
    /// Opens a TCP connection from a given address (port 0: any).
    pub async fn tcp_connect_from(
        &self,
        local: Option<SocketAddr>,
        peer: SocketAddr,
    ) -> io::Result<TcpStream> {
        TcpStream::connect_from(&self.shared.machine, &self.shared.owner, local, peer).await
    }
    /// Listens; `backlog` connections may wait to be accepted.
    pub fn tcp_listen(&self, local: SocketAddr, backlog: usize) -> io::Result<TcpListener> {
        self.tcp_listen_with(local, ListenOptions { backlog, ..ListenOptions::default() })
    }
    /// Listens with everything one may say about it.
    pub fn tcp_listen_with(
        &self,
        local: SocketAddr,
        options: ListenOptions,
    ) -> io::Result<TcpListener> {
        TcpListener::bind_with(&self.shared.machine, &self.shared.owner, local, options)
    }
    /// Binds a UDP socket.
    pub fn udp_bind(&self, local: SocketAddr) -> io::Result<UdpSocket> {
        UdpSocket::bind_with(&self.shared.machine, &self.shared.owner, local)
    }
    /// Opens an ICMP echo socket.
    pub fn ping_socket(&self) -> io::Result<PingSocket> {
        PingSocket::open(&self.shared.machine, &self.shared.owner)
    }

    /// Where names are asked for, as it is now.
    pub fn resolver(&self) -> Arc<Resolver> {
        lock(&self.shared.resolver).clone()
    }
    /// The machine's programs.
    pub fn programs(&self) -> &Programs {
        &self.shared.surroundings.programs
    }
    /// The machine's files.
    pub fn files(&self) -> Arc<dyn FileTree> {
        self.shared.surroundings.files.clone()
    }
    /// The machine's time.
    pub fn now(&self) -> Instant {
        self.shared.machine.now()
    }
    /// The date and the time of day (UTC).
    pub fn civil_now(&self) -> Civil {
        Civil::from_unix(self.unix_now())
    }
    /// Seconds since 1970, UTC.
    pub fn unix_now(&self) -> i64 {
        let passed = self.now().as_nanos() / 1_000_000_000;
        self.shared.surroundings.epoch_unix.saturating_add_unsigned(passed)
    }
    /// Waits.
    pub fn sleep(&self, span: Duration) -> Sleep {
        self.shared.machine.sleep(span)
    }
    /// Waits until a moment.
    pub fn sleep_until(&self, deadline: Instant) -> Sleep {
        Sleep::new(self.shared.machine.clone(), deadline)
    }
    /// What `future` gives, if it does so within `span`.
    pub async fn timeout<F: Future>(
        &self,
        span: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        timeout(&self.shared.machine, span, future).await
    }
    /// A stream of chance of this program; each call gives another one.
    pub fn random(&self) -> Random {
        let count = self.shared.streams.fetch_add(1, Ordering::Relaxed);
        self.shared
            .surroundings
            .random
            .stream(&format!("program {} stream {count}", self.shared.owner))
    }
    /// The language to speak.
    pub fn lang(&self) -> Lang {
        self.shared.launch.lang
    }

    /// Ready at Ctrl-C. A program that never called this is ended by Ctrl-C.
    pub async fn interrupted(&self) {
        poll_fn(|task| {
            let mut interrupt = lock(&self.shared.interrupt);
            interrupt.wanted = true;
            if interrupt.raised {
                return Poll::Ready(());
            }
            if !interrupt.wakers.iter().any(|waker| waker.will_wake(task.waker())) {
                interrupt.wakers.push(task.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }
    /// Ready at the next Ctrl-C, and at every further one when it is called again: for a shell,
    /// which outlives what it passes on.
    pub async fn next_interrupt(&self) {
        self.interrupted().await;
        lock(&self.shared.interrupt).raised = false;
    }

    /// Runs a future as another task of this program; it ends with the program at the latest.
    pub fn spawn<F>(&self, future: F) -> Joined<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        self.shared.spawner.spawn(self.shared.process, future)
    }

    /// Changes to addresses, routes and links, if the program may.
    pub fn control(&self) -> Option<Control> {
        self.shared
            .launch
            .control
            .then(|| Control::new(&self.shared.machine, &self.shared.resolver))
    }
    /// The machine's tables.
    pub fn inspect(&self) -> Inspect {
        Inspect::new(&self.shared.machine)
    }
    /// hyper's executor on this program.
    pub fn hyper_executor(&self) -> HyperExecutor {
        HyperExecutor(self.clone())
    }
    /// hyper's clock on this machine.
    pub fn hyper_timer(&self) -> HyperTimer {
        HyperTimer::new(&self.shared.machine)
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Env({})", self.shared.owner)
    }
}
