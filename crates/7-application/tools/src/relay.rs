//! The program `relay HOST PORT`: one TCP connection of this machine for a program outside the lab.
//! `catenet open` runs one per connection of the browser.
//!
//! ```text
//!   stdin   frames: kind (1 octet), length (4, most significant first), that many octets
//!           'd' data for the peer   'c' so many more octets may come (4 octets)   'e' end of data
//!   stdout  what the peer sends, as it is
//!   stderr  lines: connected ADDRESS:PORT | failed KIND TEXT, then: took N | end
//! ```
//! Both directions have a window of [`WINDOW`] octets, so that neither this program's input nor the
//! lab's log of outputs fills while the other side is slow. Each direction ends by itself.

use crate::Running;
use crate::options::show_usage;
use base::Duration;
use core::net::SocketAddr;
use core::pin::pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use dns::ResolveError;
use futures_util::future::{Either, select, try_join};
use socket::{Env, ExitCode, Stdin, TcpStream};
use std::io;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Octets that may be under way in one direction without having been taken.
pub const WINDOW: usize = 128 * 1024;
/// Octets of one frame, at most.
const FRAME: usize = 64 * 1024;
/// How long a connection may take to open: who waits outside would think that all had stopped.
const PATIENCE: Duration = Duration::from_secs(30);
const USAGE: (&str, &str) = ("usage: relay HOST PORT", "用法: relay 主机 端口");

/// The program.
pub fn relay(env: Env) -> Running {
    Box::pin(run(env))
}

async fn run(env: Env) -> ExitCode {
    let (host, port) = match env.args() {
        [_, host, port] => match port.parse::<u16>() {
            Ok(port) if port > 0 => (host.clone(), port),
            _ => return show_usage(&env, USAGE),
        },
        _ => return show_usage(&env, USAGE),
    };
    match connect(&env, &host, port).await {
        Ok(stream) => match both_ways(&env, &stream).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => {
                stream.abort();
                ExitCode::FAILURE
            }
        },
        Err((kind, text)) => {
            env.eprint(format_args!("failed {kind} {text}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn connect(env: &Env, host: &str, port: u16) -> Result<TcpStream, (&'static str, String)> {
    let found = dns::resolve(env, host).await.map_err(|why| {
        let kind = match why {
            ResolveError::BadName | ResolveError::NotFound | ResolveError::NoAddress => "name",
            _ => "resolver",
        };
        (kind, why.text(env.lang()))
    })?;
    let ip = found.first().copied().ok_or(("name", host.to_owned()))?;
    let peer = SocketAddr::new(ip, port);
    let connecting = env.timeout(PATIENCE, env.tcp_connect(peer)).await;
    let connected = connecting.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    let stream = connected.map_err(|error| {
        let kind = match error.kind() {
            io::ErrorKind::ConnectionRefused => "refused",
            io::ErrorKind::TimedOut => "timeout",
            io::ErrorKind::NetworkUnreachable => "network",
            io::ErrorKind::HostUnreachable => "host",
            _ => "other",
        };
        (kind, format!("{peer}: {error}"))
    })?;
    env.eprint(format_args!("connected {peer}\n"));
    Ok(stream)
}

async fn both_ways(env: &Env, stream: &TcpStream) -> io::Result<()> {
    let (credit, waiting) = (Semaphore::new(WINDOW), AtomicUsize::new(0));
    let (put, queue) = unbounded_channel();
    stream.set_nodelay(true)?;
    let frames = async {
        let read = read_frames(env, &credit, &waiting, put).await;
        credit.close(); // a reader that has gone takes the credit with it
        read
    };
    let ways = try_join(up(env, stream, &waiting, queue), down(env, stream, &credit));
    match select(pin!(ways), pin!(frames)).await {
        Either::Left((ways, _)) => ways.map(drop),
        Either::Right((Ok(()), ways)) => ways.await.map(drop),
        Either::Right((Err(error), _)) => Err(error),
    }
}

/// Takes the input apart. An input that ends in the middle of a frame, or goes beyond its window,
/// is not ours to guess at.
async fn read_frames(
    env: &Env,
    credit: &Semaphore,
    waiting: &AtomicUsize,
    put: UnboundedSender<Vec<u8>>,
) -> io::Result<()> {
    let mut stdin = env.stdin();
    let mut put = Some(put);
    while let Some(kind) = read_exactly(&mut stdin, 1).await {
        let head = read_exactly(&mut stdin, 4).await.ok_or(io::ErrorKind::UnexpectedEof)?;
        let length = number(&head);
        if length > FRAME {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let body = read_exactly(&mut stdin, length).await.ok_or(io::ErrorKind::UnexpectedEof)?;
        match (kind.first(), &put) {
            (Some(b'c'), _) => credit.add_permits(number(&body).min(WINDOW)),
            (Some(b'd'), Some(put)) => {
                if waiting.fetch_add(body.len(), Ordering::Relaxed) + body.len() > WINDOW {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                // The way up may have broken already: its error is told there.
                let _ = put.send(body);
            }
            (Some(b'e'), _) => put = None,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    Ok(())
}

fn number(octets: &[u8]) -> usize {
    octets.iter().take(4).fold(0, |sum, &octet| sum << 8 | usize::from(octet))
}

/// So many octets; `None`: the input ended before.
async fn read_exactly(stdin: &mut Stdin, count: usize) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(count);
    while octets.len() < count {
        let piece = stdin.read_bytes(count - octets.len()).await;
        if piece.is_empty() {
            return None;
        }
        octets.extend_from_slice(&piece);
    }
    Some(octets)
}

async fn up(
    env: &Env,
    stream: &TcpStream,
    waiting: &AtomicUsize,
    mut queue: UnboundedReceiver<Vec<u8>>,
) -> io::Result<()> {
    while let Some(octets) = queue.recv().await {
        stream.write_all_bytes(&octets).await?;
        waiting.fetch_sub(octets.len(), Ordering::Relaxed);
        env.eprint(format_args!("took {}\n", octets.len()));
    }
    stream.shutdown_write()
}

async fn down(env: &Env, stream: &TcpStream, credit: &Semaphore) -> io::Result<()> {
    loop {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        credit.acquire().await.map_err(gone)?.forget();
        let most = credit.available_permits().min(FRAME - 1);
        let octets = stream.read_bytes(most + 1).await?;
        if octets.is_empty() {
            env.eprint(format_args!("end\n"));
            return Ok(());
        }
        env.stdout().write_all(&octets).await?;
        let spent = octets.len() as u32 - 1;
        credit.acquire_many(spent).await.map_err(gone)?.forget();
    }
}
