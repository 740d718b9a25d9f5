//! The program `nc`: standard input and output at the two ends of a connection, as OpenBSD's.
//!
//! ```text
//!   stdin --> socket        at the end of input: a FIN with -N, otherwise nothing
//!   socket --> stdout       when the other side has finished: the end
//! ```
//!
//! Absent: `-e`, proxies, Unix sockets, telnet negotiation, ranges of ports without `-z`.

use crate::Running;
use crate::options::{BadOption, Opt, flag, read, refuse, seconds, show_usage, value};
use base::{Duration, Instant};
use core::future::{Future, pending};
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::pin::pin;
use core::sync::atomic::{AtomicU64, Ordering};
use futures_util::future::{Either, select};
use socket::{Env, ExitCode, TcpStream, UdpReceived, UdpSocket};
use std::io;

const OPTIONS: &[Opt] = &[
    flag('l', "listen"),
    flag('u', "udp"),
    flag('k', "keep"),
    flag('z', "scan"),
    flag('v', "verbose"),
    flag('N', "shutdown"),
    flag('n', "numeric"),
    value('p', "port"),
    value('w', "wait"),
];

const USAGE: (&str, &str) = (
    "usage: nc [-uvzNn] [-w SECONDS] [-p PORT] HOST PORT[-PORT]\n       nc -l [-ukvN] [-w SECONDS] [-p] PORT",
    "用法: nc [-uvzNn] [-w 秒] [-p 端口] 主机 端口[-端口]\n      nc -l [-ukvN] [-w 秒] [-p] 端口",
);
const PIECE: usize = 1 << 16;
/// The longest datagram made of input.
const DATAGRAM: usize = 16 * 1024;

/// The program.
pub fn nc(env: Env) -> Running {
    Box::pin(run(env))
}

struct Plan {
    udp: bool,
    keep: bool,
    verbose: bool,
    shutdown: bool,
    wait: Option<Duration>,
    local_port: u16,
    task: Task,
}

enum Task {
    Listen,
    Talk(String, u16),
    Scan(String, core::ops::RangeInclusive<u16>),
}

async fn run(env: Env) -> ExitCode {
    let plan = match plan(env.args().get(1..).unwrap_or_default()) {
        Ok(Some(plan)) => plan,
        Ok(None) => return show_usage(&env, USAGE),
        Err(wrong) => return refuse(&env, &wrong, USAGE),
    };
    let nc = Nc { env: &env, plan: &plan };
    let result = match &plan.task {
        Task::Listen if plan.udp => nc.listen_udp().await,
        Task::Listen => nc.listen_tcp().await,
        Task::Talk(host, port) => nc.talk(host, *port).await,
        Task::Scan(host, ports) => nc.scan(host, ports.clone()).await,
    };
    result.unwrap_or_else(|error| {
        env.eprint(format_args!("nc: {error}\n"));
        ExitCode::FAILURE
    })
}

fn plan(words: &[String]) -> Result<Option<Plan>, BadOption> {
    let given = read(words, OPTIONS)?;
    let port = |text: &str| {
        let bad = || BadOption::BadValue("PORT".to_owned(), text.to_owned());
        text.parse::<u16>().ok().filter(|&port| port > 0).ok_or_else(bad)
    };
    let mut local_port = given.get("port").map(port).transpose()?.unwrap_or(0);
    let task = match (given.has("listen"), given.operands.as_slice()) {
        (true, []) if local_port > 0 => Task::Listen,
        (true, [text]) => {
            local_port = port(text)?;
            Task::Listen
        }
        (false, [host, ports]) if given.has("scan") => {
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            Task::Scan(host.clone(), port(first)?..=port(last)?)
        }
        (false, [host, text]) => Task::Talk(host.clone(), port(text)?),
        _ => return Ok(None),
    };
    Ok(Some(Plan {
        udp: given.has("udp"),
        keep: given.has("keep"),
        verbose: given.has("verbose"),
        shutdown: given.has("shutdown"),
        wait: given.parsed("wait", None, |text| seconds(text).map(Some))?,
        local_port,
        task,
    }))
}

struct Nc<'a> {
    env: &'a Env,
    plan: &'a Plan,
}

impl Nc<'_> {
    fn note(&self, line: core::fmt::Arguments<'_>) {
        if self.plan.verbose {
            self.env.eprint(format_args!("{line}\n"));
        }
    }
    fn local(&self) -> SocketAddr {
        (Ipv4Addr::UNSPECIFIED, self.plan.local_port).into()
    }
    fn protocol(&self) -> &'static str {
        if self.plan.udp { "udp" } else { "tcp" }
    }

    async fn address(&self, host: &str) -> Option<IpAddr> {
        match dns::resolve(self.env, host).await {
            Ok(found) => found.first().copied(),
            Err(why) => {
                let why = why.text(self.env.lang());
                self.env.eprint(format_args!("nc: getaddrinfo for host \"{host}\": {why}\n"));
                None
            }
        }
    }

    async fn talk(&self, host: &str, port: u16) -> io::Result<ExitCode> {
        let Some(ip) = self.address(host).await else { return Ok(ExitCode::FAILURE) };
        let peer = SocketAddr::new(ip, port);
        if self.plan.udp {
            let socket = self.env.udp_bind(self.local())?;
            socket.connect(peer).await?;
            return self.converse_udp(&socket).await;
        }
        match self.connect(peer).await {
            Ok(stream) => {
                self.succeeded(host, port);
                self.converse(&stream).await
            }
            Err(error) => {
                self.env.eprint(format_args!(
                    "nc: connect to {host} port {port} (tcp) failed: {error}\n"
                ));
                Ok(ExitCode::FAILURE)
            }
        }
    }

    fn succeeded(&self, host: &str, port: u16) {
        let protocol = self.protocol();
        self.note(format_args!("Connection to {host} {port} port [{protocol}/*] succeeded!"));
    }

    async fn connect(&self, peer: SocketAddr) -> io::Result<TcpStream> {
        let local = (self.plan.local_port > 0).then(|| self.local());
        let connecting = self.env.tcp_connect_from(local, peer);
        match self.plan.wait {
            Some(span) => self.env.timeout(span, connecting).await?,
            None => connecting.await,
        }
    }

    /// Which ports answer. A UDP port counts as open when nobody objects within a second.
    async fn scan(
        &self,
        host: &str,
        ports: core::ops::RangeInclusive<u16>,
    ) -> io::Result<ExitCode> {
        let Some(ip) = self.address(host).await else { return Ok(ExitCode::FAILURE) };
        let mut open = 0;
        for port in ports {
            let peer = SocketAddr::new(ip, port);
            let answer = match self.plan.udp {
                true => self.probe_udp(peer).await,
                false => self.connect(peer).await.map(drop),
            };
            match answer {
                Ok(()) => {
                    open += 1;
                    self.succeeded(host, port);
                }
                Err(error) => {
                    let protocol = self.protocol();
                    self.note(format_args!(
                        "nc: connect to {host} port {port} ({protocol}) failed: {error}"
                    ));
                }
            }
        }
        Ok(if open > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn probe_udp(&self, peer: SocketAddr) -> io::Result<()> {
        let socket = self.env.udp_bind(self.local())?;
        socket.connect(peer).await?;
        socket.send(b"X").await?;
        let patience = self.plan.wait.unwrap_or(Duration::from_secs(1));
        match self.env.timeout(patience, socket.recv_msg()).await {
            Ok(received) => received.map(drop),
            Err(_) => Ok(()),
        }
    }

    async fn listen_tcp(&self) -> io::Result<ExitCode> {
        let listener = self.env.tcp_listen(self.local(), 8)?;
        self.note(format_args!("Listening on 0.0.0.0 {}", self.plan.local_port));
        loop {
            let (stream, peer) = listener.accept().await?;
            self.note(format_args!("Connection received on {} {}", peer.ip(), peer.port()));
            let code = match self.converse(&stream).await {
                Ok(code) => code,
                Err(error) if self.plan.keep => {
                    self.env.eprint(format_args!("nc: {peer}: {error}\n"));
                    continue;
                }
                Err(error) => return Err(error),
            };
            if !self.plan.keep {
                return Ok(code);
            }
        }
    }

    async fn listen_udp(&self) -> io::Result<ExitCode> {
        let socket = self.env.udp_bind(self.local())?;
        self.note(format_args!("Bound on 0.0.0.0 {}", self.plan.local_port));
        loop {
            let UdpReceived { from, payload, .. } = socket.recv_msg().await?;
            self.note(format_args!("Connection received on {} {}", from.ip(), from.port()));
            self.env.stdout().write_all(&payload.into_bytes()).await?;
            if !self.plan.keep {
                socket.connect(from).await?;
                return self.converse_udp(&socket).await;
            }
        }
    }

    async fn converse(&self, stream: &TcpStream) -> io::Result<ExitCode> {
        let clock = Clock::new(self.env);
        let up = async {
            let mut stdin = self.env.stdin();
            loop {
                let octets = stdin.read_bytes(PIECE).await;
                if octets.is_empty() {
                    break;
                }
                stream.write_all_bytes(&octets).await?;
                clock.touch();
            }
            if self.plan.shutdown {
                stream.shutdown_write()?;
            }
            pending::<io::Result<()>>().await
        };
        let down = async {
            loop {
                let octets = stream.read_bytes(PIECE).await?;
                if octets.is_empty() {
                    return Ok(());
                }
                self.env.stdout().write_all(&octets).await?;
                clock.touch();
            }
        };
        self.until_one_ends(down, up, &clock).await
    }

    async fn converse_udp(&self, socket: &UdpSocket) -> io::Result<ExitCode> {
        let clock = Clock::new(self.env);
        let up = async {
            let mut stdin = self.env.stdin();
            loop {
                let octets = stdin.read_bytes(DATAGRAM).await;
                if octets.is_empty() {
                    return pending::<io::Result<()>>().await;
                }
                socket.send(&octets).await?;
                clock.touch();
            }
        };
        let down = async {
            loop {
                let octets = socket.recv_msg().await?.payload.into_bytes();
                self.env.stdout().write_all(&octets).await?;
                clock.touch();
            }
        };
        self.until_one_ends(down, up, &clock).await
    }

    async fn until_one_ends(
        &self,
        down: impl Future<Output = io::Result<()>>,
        up: impl Future<Output = io::Result<()>>,
        clock: &Clock<'_>,
    ) -> io::Result<ExitCode> {
        let (down, up) = (pin!(down), pin!(up));
        let idle = pin!(clock.idle(self.plan.wait));
        let result = match select(select(down, up), idle).await {
            Either::Left((Either::Left((result, _)) | Either::Right((result, _)), _)) => result,
            Either::Right(_) => Ok(()),
        };
        result.map(|()| ExitCode::SUCCESS)
    }
}

/// When something last moved.
struct Clock<'a> {
    env: &'a Env,
    moved: AtomicU64,
}

impl<'a> Clock<'a> {
    fn new(env: &'a Env) -> Self {
        Clock { env, moved: AtomicU64::new(env.now().as_nanos()) }
    }
    fn touch(&self) {
        self.moved.store(self.env.now().as_nanos(), Ordering::Relaxed);
    }
    /// Ready when nothing has moved for `span`.
    async fn idle(&self, span: Option<Duration>) {
        let Some(span) = span else { return pending().await };
        loop {
            let over = Instant::from_nanos(self.moved.load(Ordering::Relaxed)) + span;
            if self.env.now() >= over {
                return;
            }
            self.env.sleep_until(over).await;
        }
    }
}
