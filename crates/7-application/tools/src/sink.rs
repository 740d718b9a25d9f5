//! The program `sink [port=9000] [reply=SIZE] [addr=ADDRESS]`: takes what comes until the other
//! side's FIN, then sends SIZE octets of its own and its FIN: the half-closed connection at work
//! (RFC 9293 section 3.6). One line per connection says how much went which way.

use crate::Running;
use crate::listening::{each_connection, failed, refuse, settings};
use crate::send::write_pattern;
use crate::size;
use base::Lang;
use core::net::SocketAddr;
use dns::settings::BadSetting;
use socket::{Env, ExitCode, TcpStream};
use std::io;

const USAGE: (&str, &str) = (
    "usage: sink [port=9000] [reply=SIZE] [addr=ADDRESS]",
    "用法: sink [port=9000] [reply=大小] [addr=地址]",
);

/// The program.
pub fn sink(env: Env) -> Running {
    Box::pin(run(env))
}

async fn run(env: Env) -> ExitCode {
    let (local, reply) = match read(&env) {
        Ok(read) => read,
        Err(bad) => return refuse(&env, &bad, USAGE),
    };
    let visit = |stream, peer| {
        let env = env.clone();
        async move { take(&env, stream, peer, reply).await }
    };
    match each_connection(&env, local, visit).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&env, local, &error),
    }
}

fn read(env: &Env) -> Result<(SocketAddr, u64), BadSetting> {
    let settings = settings(env, &["port", "reply", "addr"])?;
    let reply = settings.parsed("reply", size::WANTED, size::octets)?;
    Ok((settings.listen(9000)?, reply.unwrap_or(0)))
}

async fn take(env: &Env, stream: TcpStream, peer: SocketAddr, reply: u64) {
    let (mut received, mut sent) = (0, 0);
    let result = exchange(&stream, reply, &mut received, &mut sent).await;
    let line = match (env.lang(), &result) {
        (Lang::En, Ok(())) => format!("{peer} received {received} sent {sent} closed"),
        (Lang::Zh, Ok(())) => format!("{peer} 收到 {received} 发出 {sent} 已关闭"),
        (Lang::En, Err(error)) => format!("{peer} received {received} sent {sent} broken: {error}"),
        (Lang::Zh, Err(error)) => format!("{peer} 收到 {received} 发出 {sent} 中断: {error}"),
    };
    env.print(format_args!("{line}\n"));
}

async fn exchange(
    stream: &TcpStream,
    reply: u64,
    received: &mut u64,
    sent: &mut u64,
) -> io::Result<()> {
    loop {
        let octets = stream.read_bytes(1 << 16).await?;
        if octets.is_empty() {
            break;
        }
        *received += octets.len() as u64;
    }
    write_pattern(stream, reply, sent).await?;
    stream.shutdown_write()
}
