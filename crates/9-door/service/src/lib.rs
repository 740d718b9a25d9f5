//! The per-user service: labs that run, reached over HTTP on a Unix socket and on loopback.
//!
//! ```text
//!   command line --HTTP--> service.sock --+
//!                                         +--> routes --> Labs --> Mailbox --> the lab's thread
//!   page, scripts --> 127.0.0.1 -> guard -+                          ^
//!   join --descriptor--> join.sock -----------------------------------+
//! ```
//!
//! | room | what lives there |
//! |---|---|
//! | [`api`] | the interface in plain types |
//! | [`http`] | which request leads where; how a group is added |
//! | [`document`], [`answers`], [`extract`] | its OpenAPI document; what is answered, what is read |
//! | [`page`] | the page's files |
//! | [`guard`], [`loopback`] | who may speak over loopback, and how many |
//! | [`place`] | the user's folder: sockets, lock, token |
//! | [`labs`], [`sources`] | the labs that run; where their text comes from |
//! | [`endings`], [`kept`] | how labs ended that nobody stopped; which ran when a service was killed |
//! | [`join`] | real programs as hosts |
//! | [`who`], [`life`], [`look`], [`control`], [`programs`], [`logs`], [`watching`], [`frames`], [`fields`], [`journeys`], [`lessons`] | one group of requests each |
//! | [`judge`], [`grade`](mod@grade) | is it so in a running lab; how far are its checks and tasks |
//! | [`turns`] | searches of a lab's logs in bounded turns |
//! | [`picture`] | where a lab's machines and cables stand |
//! | [`stream`], [`letters`] | answers that go on; letters to a lab that may be busy |
//! | [`live`], [`pulse`], [`purse`] | what happens right now: the WebSocket, the one look that its readers share, its cost |
//!
//! Absent until the next version: roles for non-loopback addresses.

// Floor 9 is where the real machine begins: files, time and threads are its work.
#![allow(clippy::disallowed_methods)]

pub mod answers;
pub mod api;
pub mod clock;
pub mod control;
pub mod conversations;
pub mod document;
pub mod endings;
pub mod extract;
pub mod fields;
pub mod frames;
pub mod grade;
pub mod guard;
pub mod http;
pub mod join;
pub mod joined;
pub mod journeys;
pub mod judge;
pub mod kept;
pub mod labs;
pub mod lessons;
pub mod letters;
pub mod life;
pub mod live;
pub mod logs;
pub mod look;
pub mod loopback;
pub mod page;
pub mod picture;
pub mod place;
pub mod programs;
pub mod pulse;
pub mod purse;
pub mod sources;
pub mod stream;
#[cfg(test)]
mod trial;
pub mod turns;
pub mod watching;
pub mod who;

use crate::guard::Guard;
use crate::http::Service;
use crate::kept::Kept;
use crate::labs::Labs;
use crate::place::{Place, PlaceError};
use nix::unistd::Uid;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::sync::Notify;

/// The port that the page has if it is free.
const FIRST_PORT: u16 = 8742;
/// How many ports are tried.
const PORTS: u16 = 100;
/// How long a service that was started for a lab stays when none is left.
const IDLE: Duration = Duration::from_secs(3);

/// How a service is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the loopback port is; none: 8742 or the next free one.
    pub listen: Option<SocketAddr>,
    /// End by itself when no lab has run for a while: it was started for one.
    pub until_idle: bool,
    /// The page's files, for the loopback port.
    pub page: Option<&'static page::Page>,
}

/// Why a service does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// No folder.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Another service of this user runs.
    #[error("a service of yours runs already; see: catenet ps")]
    Runs,
    /// Not a loopback address.
    #[error("{0} is not a loopback address: others could reach your labs; use 127.0.0.1:PORT")]
    NotLoopback(SocketAddr),
    /// The system said no.
    #[error("{0}: {1}")]
    System(&'static str, io::Error),
}

impl ServiceError {
    /// The sentence for people.
    pub fn text(&self, lang: base::Lang) -> String {
        match (self, lang) {
            (_, base::Lang::En) => self.to_string(),
            (ServiceError::Place(error), _) => error.text(lang),
            (ServiceError::Runs, _) => "你的服务已在运行; 查看: catenet ps".to_owned(),
            (ServiceError::NotLoopback(address), _) => {
                format!("{address} 不是本机回环地址, 别人可能连到你的实验; 请用 127.0.0.1:PORT")
            }
            (ServiceError::System(what, error), _) => {
                format!("{what}: {}", door::system::says(error, lang))
            }
        }
    }
}

/// Runs a service until it is told to stop, by a signal or a request. `ready` hears the page's address
/// with its secret once requests are answered.
pub async fn run(
    place: &Place,
    options: Options,
    ready: impl FnOnce(&str),
) -> Result<(), ServiceError> {
    let _taken = place.take()?.ok_or(ServiceError::Runs)?;
    if options.until_idle
        && let Ok(log) = std::fs::File::options().write(true).open(place.log())
    {
        let _ = log.set_len(0); // what the service before us said
    }
    let listener = listen(options.listen, &place.ports()).await?;
    let address = listener.local_addr().map_err(failed("loopback port"))?;
    let port = address.port();
    // A page that was open when a service was killed has its cookie still.
    let secret = match place.secret_left_at(port) {
        Some(secret) => secret,
        None => secret().map_err(failed("/dev/urandom"))?,
    };
    place.write_token(port, &secret).map_err(failed("token"))?;
    let service = Service {
        labs: Arc::new(Labs::keeping(Kept::at(place.left()))),
        guard: Arc::new(Guard { address, secret }),
        stop: Arc::new(Notify::new()),
        page: options.page.map(|page| Arc::new(page::Shelf::new(page))),
    };

    let joins = bind_std(&place.join_socket()).map_err(failed("join.sock"))?;
    let (labs, runtime) = (service.labs.clone(), tokio::runtime::Handle::current());
    std::thread::Builder::new()
        .name("joins".to_owned())
        .spawn(move || join::serve(joins, labs, runtime))
        .map_err(failed("thread"))?;

    let guarded = http::guarded(service.clone());
    tokio::spawn(loopback::serve(listener, guarded));
    let socket = bind_std(&place.socket()).and_then(|socket| {
        socket.set_nonblocking(true)?;
        UnixListener::from_std(socket)
    });
    let socket = OnlyUs(socket.map_err(failed("service.sock"))?);
    let routes = http::routes(service.clone());
    tokio::spawn(async move { axum::serve(socket, routes).await });

    ready(&format!("http://{address}/#k={}", service.guard.secret));
    wait_for_the_end(&service, options.until_idle).await;
    for lab in service.labs.all() {
        let _ = service.labs.stop(&lab.lab.name).await; // ended by itself meanwhile
    }
    service.labs.kept.forget();
    for path in [place.socket(), place.join_socket(), place.token(port)] {
        let _ = std::fs::remove_file(path); // the next service makes them anew
    }
    Ok(())
}

fn failed(what: &'static str) -> impl FnOnce(io::Error) -> ServiceError {
    move |error| ServiceError::System(what, error)
}

async fn wait_for_the_end(service: &Service, until_idle: bool) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return;
    };
    let mut since_busy = Duration::ZERO;
    let mut ticks = tokio::time::interval(Duration::from_millis(500));
    loop {
        tokio::select! {
            _ = term.recv() => return,
            _ = int.recv() => return,
            () = service.stop.notified() => return,
            _ = ticks.tick() => {
                let idle = service.labs.is_empty();
                since_busy = if idle { since_busy + ticks.period() } else { Duration::ZERO };
                // A lab that has begun to boot meanwhile keeps us.
                if until_idle && since_busy >= IDLE && service.labs.close_if_empty() {
                    return;
                }
            }
        }
    }
}

/// The port of `--listen`; else that of a service that was killed, so that an open page finds us; else
/// the first that is free.
async fn listen(wish: Option<SocketAddr>, left: &[u16]) -> Result<TcpListener, ServiceError> {
    if let Some(address) = wish {
        if !address.ip().is_loopback() {
            return Err(ServiceError::NotLoopback(address));
        }
        return TcpListener::bind(address).await.map_err(failed("the address of --listen"));
    }
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for port in left.iter().copied().chain(FIRST_PORT..FIRST_PORT + PORTS) {
        match TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(ServiceError::System("no free port from 8742 on", last))
}

/// Binds a Unix socket in our own folder; what a dead service left there goes.
fn bind_std(path: &std::path::Path) -> io::Result<std::os::unix::net::UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::os::unix::net::UnixListener::bind(path)
}

/// 128 random bits, as text.
fn secret() -> io::Result<String> {
    let mut octets = [0; 16];
    io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut octets)?;
    Ok(octets.iter().map(|octet| format!("{octet:02x}")).collect())
}

/// A Unix socket on which only the service's own user (or root) is heard.
struct OnlyUs(UnixListener);

impl axum::serve::Listener for OnlyUs {
    type Io = UnixStream;
    type Addr = tokio::net::unix::SocketAddr;

    async fn accept(&mut self) -> (UnixStream, Self::Addr) {
        loop {
            let Ok((line, address)) = self.0.accept().await else {
                // No descriptor is free, most likely: wait for one.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let peer = line.peer_cred().map(|peer| peer.uid());
            if peer.is_ok_and(|uid| uid == Uid::effective().as_raw() || uid == 0) {
                return (line, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}
