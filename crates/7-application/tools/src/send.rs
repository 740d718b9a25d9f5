//! The program `send HOST PORT SIZE [then=close|wait|abort]`: moves octets to somebody and counts
//! what comes back.
//!
//! | then | after the last octet |
//! |---|---|
//! | `close` | its FIN; what still comes is read to the end |
//! | `wait` | nothing; the connection stays until the other side ends it, or Ctrl-C |
//! | `abort` | once all is acknowledged, a reset |

use crate::Running;
use crate::listening::failed;
use crate::options::{BadOption, refuse, show_usage};
use crate::size;
use base::{Duration, Lang};
use core::net::SocketAddr;
use core::pin::pin;
use futures_util::future::{Either, join, select};
use socket::{Env, ExitCode, TcpStream};
use std::io;

const USAGE: (&str, &str) = (
    "usage: send HOST PORT SIZE [then=close|wait|abort]",
    "用法: send 主机 端口 大小 [then=close|wait|abort]",
);
const PIECE: usize = 1 << 16;

/// The program.
pub fn send(env: Env) -> Running {
    Box::pin(run(env))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Close,
    Wait,
    Abort,
}

struct Plan {
    host: String,
    port: u16,
    size: u64,
    then: Then,
}

async fn run(env: Env) -> ExitCode {
    let plan = match plan(env.args().get(1..).unwrap_or_default()) {
        Ok(Some(plan)) => plan,
        Ok(None) => return show_usage(&env, USAGE),
        Err(bad) => return refuse(&env, &bad, USAGE),
    };
    let ip = match dns::resolve(&env, &plan.host).await.map(|found| found.first().copied()) {
        Ok(Some(ip)) => ip,
        Ok(None) => return ExitCode::FAILURE,
        Err(why) => {
            env.eprint(format_args!("send: {}: {}\n", plan.host, why.text(env.lang())));
            return ExitCode::FAILURE;
        }
    };
    let peer = SocketAddr::new(ip, plan.port);
    match env.tcp_connect(peer).await {
        Ok(stream) => transfer(&env, &stream, &plan).await,
        Err(error) => failed(&env, peer, &error),
    }
}

fn plan(words: &[String]) -> Result<Option<Plan>, BadOption> {
    let bad = |name: &str, value: &str| BadOption::BadValue(name.to_owned(), value.to_owned());
    let (host, port, amount, then) = match words {
        [host, port, amount] => (host, port, amount, "close"),
        [host, port, amount, then] => {
            let then =
                then.strip_prefix("then=").ok_or_else(|| BadOption::Unknown(then.clone()))?;
            (host, port, amount, then)
        }
        _ => return Ok(None),
    };
    let then = match then {
        "close" => Then::Close,
        "wait" => Then::Wait,
        "abort" => Then::Abort,
        other => return Err(bad("then", other)),
    };
    let port_number = port.parse().map_err(|_| bad("PORT", port))?;
    let size = size::octets(amount).ok_or_else(|| bad("SIZE", amount))?;
    Ok(Some(Plan { host: host.clone(), port: port_number, size, then }))
}

async fn transfer(env: &Env, stream: &TcpStream, plan: &Plan) -> ExitCode {
    let began = env.now();
    let (mut sent, mut received) = (0, 0);
    let result = {
        let up = async {
            write_pattern(stream, plan.size, &mut sent).await?;
            match plan.then {
                Then::Close => stream.shutdown_write()?,
                Then::Wait => {}
                Then::Abort => {
                    acknowledged(env, stream).await;
                    stream.abort();
                }
            }
            Ok(())
        };
        let down = read_to_end(stream, &mut received);
        let both = pin!(join(up, down));
        match select(both, pin!(env.interrupted())).await {
            // Who broke the connection off hears of it, too.
            Either::Left(((up, _), _)) if plan.then == Then::Abort => up,
            Either::Left(((up, down), _)) => up.and(down),
            Either::Right(_) => Ok(()),
        }
    };
    let took = env.now().since(began);
    let line = match env.lang() {
        Lang::En => format!("sent {sent} octets, received {received} octets in {took}"),
        Lang::Zh => format!("发出 {sent} 字节, 收到 {received} 字节, 用时 {took}"),
    };
    env.print(format_args!("{line}\n"));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(env, &plan.host, &error),
    }
}

/// Writes `size` octets whose values tell their places (modulo 251), counting in `sent`.
pub(crate) async fn write_pattern(stream: &TcpStream, size: u64, sent: &mut u64) -> io::Result<()> {
    // The pattern repeats every 251 octets: a piece begins anywhere in the first repetition.
    let pattern: Vec<u8> = (0..PIECE + 251).map(|place| (place % 251) as u8).collect();
    while *sent < size {
        let start = (*sent % 251) as usize;
        let length = usize::try_from(size - *sent).unwrap_or(PIECE).min(PIECE);
        let piece = pattern.get(start..start + length).unwrap_or_default();
        *sent += stream.write_some(piece).await? as u64;
    }
    Ok(())
}

async fn read_to_end(stream: &TcpStream, received: &mut u64) -> io::Result<()> {
    loop {
        let octets = stream.read_bytes(PIECE).await?;
        if octets.is_empty() {
            return Ok(());
        }
        *received += octets.len() as u64;
    }
}

/// Waits until nothing that was written is unacknowledged, a minute at most.
async fn acknowledged(env: &Env, stream: &TcpStream) {
    let key = stream.key();
    for _ in 0..6000 {
        let info = env.machine().with(|host, _| host.tcp_info(key));
        if info.map_or(true, |info| info.send_queue == 0 && info.in_flight == 0) {
            return;
        }
        env.sleep(Duration::from_millis(10)).await;
    }
}
