//! The program `sink [port=9000] [reply=SIZE] [addr=ADDRESS] [reuse=no] [sum=yes]`: takes what comes
//! until the other side's FIN, then sends SIZE octets of its own and its FIN: the half-closed
//! connection at work (RFC 9293 section 3.6). One line per connection says how much went which way,
//! with `sum=yes` also the Adler-32 of what came (RFC 1950 section 8.2). `reuse=no` listens as
//! without SO_REUSEADDR: a connection in TIME-WAIT stands in the way.

use crate::Running;
use crate::listening::{CONNECTIONS, each_accepted, failed, refuse, settings};
use crate::send::write_pattern;
use crate::size;
use base::Lang;
use core::net::SocketAddr;
use dns::settings::BadSetting;
use socket::{Env, ExitCode, ListenOptions, TcpStream};
use std::io;

const USAGE: (&str, &str) = (
    "usage: sink [port=9000] [reply=SIZE] [addr=ADDRESS] [reuse=no] [sum=yes]",
    "用法: sink [port=9000] [reply=大小] [addr=地址] [reuse=no] [sum=yes]",
);

/// The program.
pub fn sink(env: Env) -> Running {
    Box::pin(run(env))
}

#[derive(Clone, Copy)]
struct Plan {
    local: SocketAddr,
    reply: u64,
    sum: bool,
    reuse: bool,
}

async fn run(env: Env) -> ExitCode {
    let plan = match read(&env) {
        Ok(read) => read,
        Err(bad) => return refuse(&env, &bad, USAGE),
    };
    let options = ListenOptions { backlog: CONNECTIONS, reuse_address: plan.reuse };
    let listener = match env.tcp_listen_with(plan.local, options) {
        Ok(listener) => listener,
        Err(error) => return failed(&env, plan.local, &error),
    };
    let visit = |stream, peer| {
        let env = env.clone();
        async move { take(&env, stream, peer, plan).await }
    };
    match each_accepted(&env, &listener, visit).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&env, plan.local, &error),
    }
}

fn read(env: &Env) -> Result<Plan, BadSetting> {
    let settings = settings(env, &["port", "reply", "addr", "reuse", "sum"])?;
    let reply = settings.parsed("reply", size::WANTED, size::octets)?.unwrap_or(0);
    let reuse = settings.get("reuse").is_none() || settings.flag("reuse")?;
    Ok(Plan { local: settings.listen(9000)?, reply, sum: settings.flag("sum")?, reuse })
}

async fn take(env: &Env, stream: TcpStream, peer: SocketAddr, plan: Plan) {
    let mut moved = Moved { received: 0, sent: 0, sum: Adler32::default() };
    let result = exchange(&stream, plan.reply, &mut moved).await;
    let Moved { received, sent, sum } = moved;
    let mut line = match (env.lang(), &result) {
        (Lang::En, Ok(())) => format!("{peer} received {received} sent {sent} closed"),
        (Lang::Zh, Ok(())) => format!("{peer} 收到 {received} 发出 {sent} 已关闭"),
        (Lang::En, Err(error)) => format!("{peer} received {received} sent {sent} broken: {error}"),
        (Lang::Zh, Err(error)) => format!("{peer} 收到 {received} 发出 {sent} 中断: {error}"),
    };
    if plan.sum {
        line.push_str(&format!(" Adler-32 {:08x}", sum.value()));
    }
    env.print(format_args!("{line}\n"));
}

struct Moved {
    received: u64,
    sent: u64,
    sum: Adler32,
}

/// The checksum of RFC 1950 section 8.2: of the octets and of their places.
#[derive(Clone, Copy)]
struct Adler32 {
    octets: u32,
    places: u32,
}

impl Default for Adler32 {
    fn default() -> Self {
        Adler32 { octets: 1, places: 0 }
    }
}

impl Adler32 {
    fn add(&mut self, octets: &[u8]) {
        const MODULUS: u32 = 65_521;
        for &octet in octets {
            self.octets = (self.octets + u32::from(octet)) % MODULUS;
            self.places = (self.places + self.octets) % MODULUS;
        }
    }

    fn value(self) -> u32 {
        self.places << 16 | self.octets
    }
}

async fn exchange(stream: &TcpStream, reply: u64, moved: &mut Moved) -> io::Result<()> {
    loop {
        let octets = stream.read_bytes(1 << 16).await?;
        if octets.is_empty() {
            break;
        }
        moved.received += octets.len() as u64;
        moved.sum.add(&octets);
    }
    write_pattern(stream, reply, &mut moved.sent).await?;
    stream.shutdown_write()
}

#[cfg(test)]
mod tests {
    use super::Adler32;

    #[test]
    fn the_checksum_of_a_known_word() {
        let mut sum = Adler32::default();
        sum.add(b"Wiki");
        sum.add(b"pedia");
        assert_eq!(sum.value(), 0x11E6_0398);
    }
}
