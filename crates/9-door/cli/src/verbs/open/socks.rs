//! SOCKS 5 (RFC 1928) as far as a browser needs it: CONNECT, by name or IPv4 address, without
//! authentication (`owner` says who may).
//!
//! ```text
//!   -> 5, methods         <- 5, 0
//!   -> 5, CONNECT, 0, address   <- 5, reply, 0, address
//! ```
//! Absent: BIND, UDP ASSOCIATE, IPv6 addresses, passwords; each is answered with its code.

use super::owner;
use super::relay::Gate;
use crate::say::tell;
use std::io;
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

const VERSION: u8 = 5;
const CONNECT: u8 = 1;
/// Connections at one time; further ones wait to be accepted. The lab's log holds all their windows.
const MOST: usize = 48;
/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a request is not granted, by its number in the answer (RFC 1928 section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is granted.
    Granted = 0,
    /// Something else.
    Failure = 1,
    /// No way to that network.
    NetworkUnreachable = 3,
    /// No such name, no such host.
    HostUnreachable = 4,
    /// Nobody listens there.
    Refused = 5,
    /// No answer in time.
    TimedOut = 6,
    /// Not CONNECT.
    UnknownCommand = 7,
    /// Neither a name nor IPv4.
    UnknownAddress = 8,
}

/// Where somebody wants to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// A name or an IPv4 address.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Serves connections for ever; only accepting can fail.
pub async fn accept(listener: TcpListener, gate: Gate) -> io::Result<()> {
    let (room, gate) = (Arc::new(Semaphore::new(MOST)), Rc::new(gate));
    loop {
        let permit = room.clone().acquire_owned().await.map_err(io::Error::other)?;
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            // One client's misfortune, or too many files open for a moment.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let gate = gate.clone();
        if !stream.local_addr().is_ok_and(|local| owner::is_ours(peer, local)) {
            tell(&format!(
                "catenet: {peer}: another user's program, refused / 其他用户的程序, 已拒绝\n"
            ));
            continue;
        }
        tokio::task::spawn_local(async move {
            // Its client sees it end; there is nobody else to tell.
            let _ = one(stream, &gate).await;
            drop(permit);
        });
    }
}

async fn one(mut stream: TcpStream, gate: &Gate) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let asked = tokio::time::timeout(PATIENCE, request(&mut stream)).await??;
    let refused = match asked {
        Ok(target) => match gate.connect(&target).await {
            Ok(line) => {
                answer(&mut stream, Reply::Granted).await?;
                return line.carry(stream).await;
            }
            Err(reply) => reply,
        },
        Err(reply) => reply,
    };
    answer(&mut stream, refused).await?;
    stream.shutdown().await
}

async fn answer(stream: &mut TcpStream, reply: Reply) -> io::Result<()> {
    // The address at the lab's end is of no use outside.
    stream.write_all(&[VERSION, reply as u8, 0, 1, 0, 0, 0, 0, 0, 0]).await
}

async fn request(stream: &mut TcpStream) -> io::Result<Result<Target, Reply>> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).await?;
    let mut methods = vec![0; usize::from(head[1])];
    stream.read_exact(&mut methods).await?;
    if head[0] != VERSION || !methods.contains(&0) {
        stream.write_all(&[VERSION, 0xff]).await?;
        return Err(io::ErrorKind::InvalidData.into());
    }
    stream.write_all(&[VERSION, 0]).await?;
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let host = match head[3] {
        1 => {
            let mut octets = [0; 4];
            stream.read_exact(&mut octets).await?;
            Ipv4Addr::from(octets).to_string()
        }
        3 => {
            let mut name = vec![0; usize::from(stream.read_u8().await?)];
            stream.read_exact(&mut name).await?;
            String::from_utf8_lossy(&name).into_owned()
        }
        _ => return Ok(Err(Reply::UnknownAddress)),
    };
    let port = stream.read_u16().await?;
    Ok(match (head[0], head[1]) {
        (VERSION, CONNECT) => Ok(Target { host, port }),
        _ => Err(Reply::UnknownCommand),
    })
}
