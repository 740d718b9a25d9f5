//! The program `echo [port=7] [udp=yes] [addr=ADDRESS]`: sends back what it gets (RFC 862), over
//! TCP, and with `udp=yes` over UDP too.

use crate::Running;
use crate::listening::{each_connection, failed, refuse, settings};
use core::net::SocketAddr;
use dns::settings::BadSetting;
use socket::{Env, ExitCode, TcpStream, UdpSend};
use std::io;

const USAGE: (&str, &str) =
    ("usage: echo [port=7] [udp=yes] [addr=ADDRESS]", "用法: echo [port=7] [udp=yes] [addr=地址]");

/// The program.
pub fn echo(env: Env) -> Running {
    Box::pin(run(env))
}

async fn run(env: Env) -> ExitCode {
    let (local, udp) = match read(&env) {
        Ok(read) => read,
        Err(bad) => return refuse(&env, &bad, USAGE),
    };
    if udp {
        match env.udp_bind(local) {
            Ok(socket) => drop(env.spawn(send_back(socket))),
            Err(error) => return failed(&env, local, &error),
        }
    }
    let visit = |stream, _| async move {
        // A connection that breaks is its client's loss.
        let _ = stream_back(&stream).await;
    };
    match each_connection(&env, local, visit).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&env, local, &error),
    }
}

fn read(env: &Env) -> Result<(SocketAddr, bool), BadSetting> {
    let settings = settings(env, &["port", "udp", "addr"])?;
    Ok((settings.listen(7)?, settings.flag("udp")?))
}

async fn stream_back(stream: &TcpStream) -> io::Result<()> {
    loop {
        let octets = stream.read_bytes(1 << 16).await?;
        if octets.is_empty() {
            return stream.shutdown_write();
        }
        stream.write_all_bytes(&octets).await?;
    }
}

async fn send_back(socket: socket::UdpSocket) {
    loop {
        match socket.recv_msg().await {
            Ok(got) if got.from.port() != got.to.port() => {
                let how = UdpSend { to: Some(got.from), ..UdpSend::default() };
                // What cannot be sent is lost, as a datagram may be.
                let _ = socket.try_send_msg(how, got.payload.into_bytes());
            }
            // Two echo servers would send one datagram to and fro for ever.
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotConnected => return,
            Err(_) => {}
        }
    }
}
