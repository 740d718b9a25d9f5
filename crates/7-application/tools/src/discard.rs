//! The program `discard [port=9] [udp=yes] [addr=ADDRESS]`: takes what it gets and says nothing
//! (RFC 863).

use crate::Running;
use crate::listening::{each_connection, failed, refuse, settings};
use core::net::SocketAddr;
use dns::settings::BadSetting;
use socket::{Env, ExitCode, TcpStream, UdpSocket};
use std::io;

const USAGE: (&str, &str) = (
    "usage: discard [port=9] [udp=yes] [addr=ADDRESS]",
    "用法: discard [port=9] [udp=yes] [addr=地址]",
);

/// The program.
pub fn discard(env: Env) -> Running {
    Box::pin(run(env))
}

async fn run(env: Env) -> ExitCode {
    let (local, udp) = match read(&env) {
        Ok(read) => read,
        Err(bad) => return refuse(&env, &bad, USAGE),
    };
    if udp {
        match env.udp_bind(local) {
            Ok(socket) => drop(env.spawn(take_datagrams(socket))),
            Err(error) => return failed(&env, local, &error),
        }
    }
    let visit = |stream: TcpStream, _| async move {
        while stream.read_bytes(1 << 16).await.is_ok_and(|octets| !octets.is_empty()) {}
    };
    match each_connection(&env, local, visit).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&env, local, &error),
    }
}

fn read(env: &Env) -> Result<(SocketAddr, bool), BadSetting> {
    let settings = settings(env, &["port", "udp", "addr"])?;
    Ok((settings.listen(9)?, settings.flag("udp")?))
}

async fn take_datagrams(socket: UdpSocket) {
    loop {
        match socket.recv_msg().await {
            Err(error) if error.kind() == io::ErrorKind::NotConnected => return,
            Ok(_) | Err(_) => {}
        }
    }
}
