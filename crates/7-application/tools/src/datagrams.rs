//! The program `datagrams`: what UDP does not promise, counted (RFC 768).
//!
//! ```text
//!   datagrams HOST PORT COUNT [every=1ms] [size=200]   sends COUNT numbered datagrams
//!   datagrams [port=9001] [addr=ADDRESS]               counts what arrives, until Ctrl-C
//!
//!   payload:  number (4 octets) | COUNT (4 octets) | filling
//! ```
//!
//! When a second goes by without any, the receiver says how many came, and how many are missing,
//! late (a higher number came before) or came twice. Absent: any repair. That is the point.

use crate::Running;
use crate::listening::{failed, refuse};
use crate::options::{seconds, show_usage};
use crate::size;
use base::{Duration, Lang};
use core::net::SocketAddr;
use dns::settings::{BadSetting, Settings};
use socket::{Env, ExitCode, UdpSocket};
use std::io;

const USAGE: (&str, &str) = (
    "usage: datagrams HOST PORT COUNT [every=1ms] [size=200]\n       datagrams [port=9001] [addr=ADDRESS]",
    "用法: datagrams 主机 端口 个数 [every=1ms] [size=200]\n      datagrams [port=9001] [addr=地址]",
);
/// The most that one run sends: the receiver remembers a flag for each.
const MOST: u32 = 100_000;
const HEAD: usize = 8;
const QUIET: Duration = Duration::from_secs(1);

/// The program.
pub fn datagrams(env: Env) -> Running {
    Box::pin(run(env))
}

async fn run(env: Env) -> ExitCode {
    let words = env.args().get(1..).unwrap_or_default();
    let result = match words {
        [host, port, count, rest @ ..] if !host.contains('=') => {
            match Sending::read(port, count, rest) {
                Ok(Some(sending)) => {
                    let host = host.clone();
                    return send(&env, &host, &sending).await;
                }
                Ok(None) => return show_usage(&env, USAGE),
                Err(bad) => Err(bad),
            }
        }
        words => Settings::read(words, &["port", "addr"]).and_then(|given| given.listen(9001)),
    };
    match result {
        Ok(local) => match env.udp_bind(local) {
            Ok(socket) => receive(&env, &socket).await,
            Err(error) => failed(&env, local, &error),
        },
        Err(bad) => refuse(&env, &bad, USAGE),
    }
}

struct Sending {
    port: u16,
    count: u32,
    every: Duration,
    size: usize,
}

impl Sending {
    fn read(port: &str, count: &str, rest: &[String]) -> Result<Option<Self>, BadSetting> {
        let given = Settings::read(rest, &["every", "size"])?;
        let every = given.parsed("every", ("a time: 1ms, 0.5s", "时间: 1ms, 0.5s"), span)?;
        let fits = |text: &str| {
            let size = usize::try_from(size::octets(text)?).ok()?;
            (HEAD..=1472).contains(&size).then_some(size)
        };
        let size = given.parsed("size", ("8 to 1472 octets", "8 到 1472 字节"), fits)?;
        let (port, count) = (port.parse().ok(), count.parse().ok().filter(|&n| n <= MOST));
        Ok(port.zip(count).map(|(port, count)| Sending {
            port,
            count,
            every: every.unwrap_or(Duration::from_millis(1)),
            size: size.unwrap_or(200),
        }))
    }

    fn payload(&self, number: u32) -> Vec<u8> {
        let head = number.to_be_bytes().into_iter().chain(self.count.to_be_bytes());
        let filling = (0..self.size - HEAD).map(|place| (place % 251) as u8);
        head.chain(filling).collect()
    }
}

/// `1ms`, `0.5s`, or seconds without a unit.
fn span(text: &str) -> Option<Duration> {
    match text.strip_suffix("ms") {
        Some(number) => number.parse().ok().map(Duration::from_millis),
        None => seconds(text.strip_suffix('s').unwrap_or(text)),
    }
}

async fn send(env: &Env, host: &str, sending: &Sending) -> ExitCode {
    let ip = match dns::resolve(env, host).await.map(|found| found.first().copied()) {
        Ok(Some(ip)) => ip,
        Ok(None) => return ExitCode::FAILURE,
        Err(why) => {
            env.eprint(format_args!("datagrams: {host}: {}\n", why.text(env.lang())));
            return ExitCode::FAILURE;
        }
    };
    match send_all(env, SocketAddr::new(ip, sending.port), sending).await {
        Ok(()) => {
            let count = sending.count;
            match env.lang() {
                Lang::En => env.print(format_args!("sent {count} datagrams\n")),
                Lang::Zh => env.print(format_args!("发出 {count} 个数据报\n")),
            }
            ExitCode::SUCCESS
        }
        Err(error) => failed(env, host, &error),
    }
}

async fn send_all(env: &Env, peer: SocketAddr, sending: &Sending) -> io::Result<()> {
    let socket = env.udp_bind(SocketAddr::from(([0, 0, 0, 0], 0)))?;
    socket.connect(peer).await?;
    for number in 0..sending.count {
        socket.send(&sending.payload(number)).await?;
        env.sleep(sending.every).await;
    }
    Ok(())
}

/// What came of one sender's datagrams.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    seen: Vec<bool>,
    received: u64,
    late: u64,
    twice: u64,
    highest: Option<u32>,
}

impl Tally {
    /// Counts one datagram; anything that is none of ours is left out.
    fn count(&mut self, payload: &[u8]) {
        let Some((head, _)) = payload.split_first_chunk::<HEAD>() else { return };
        let [a, b, c, d, e, f, g, h] = *head;
        let (number, of) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        if number >= of || of > MOST {
            return;
        }
        self.seen.resize(self.seen.len().max(of as usize), false);
        self.received += 1;
        let Some(seen) = self.seen.get_mut(number as usize) else { return };
        if core::mem::replace(seen, true) {
            self.twice += 1;
        } else if self.highest > Some(number) {
            self.late += 1;
        }
        self.highest = self.highest.max(Some(number));
    }

    fn line(&self, lang: Lang) -> String {
        let Tally { seen, received, late, twice, .. } = self;
        let of = seen.len();
        let missing = seen.iter().filter(|seen| !**seen).count();
        match lang {
            Lang::En => format!(
                "received {received}, sent were {of}: {missing} missing, {late} late, {twice} twice"
            ),
            Lang::Zh => {
                format!(
                    "收到 {received} 个, 对方发出 {of} 个: 缺 {missing}, 迟到 {late}, 重复 {twice}"
                )
            }
        }
    }
}

async fn receive(env: &Env, socket: &UdpSocket) -> ExitCode {
    let mut tally = Tally::default();
    loop {
        match env.timeout(QUIET, socket.recv_msg()).await {
            Ok(Ok(got)) => tally.count(&got.payload.into_bytes()),
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotConnected => {
                return ExitCode::SUCCESS;
            }
            // An ICMP error about something sent earlier is no reason to stop.
            Ok(Err(_)) => {}
            Err(_) if tally.received > 0 => {
                let tally = core::mem::take(&mut tally);
                env.print(format_args!("{}\n", tally.line(env.lang())));
            }
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_late_and_twice_are_three_things() {
        let sending = Sending { port: 9, count: 5, every: Duration::ZERO, size: 8 };
        let mut tally = Tally::default();
        for number in [0, 2, 1, 1, 4] {
            tally.count(&sending.payload(number));
        }
        for stranger in
            [&b"short"[..], &[0, 0, 0, 9, 0, 0, 0, 5], &[0, 0, 0, 0, 255, 255, 255, 255]]
        {
            tally.count(stranger);
        }
        let line = "received 5, sent were 5: 1 missing, 1 late, 1 twice";
        assert_eq!(tally.line(Lang::En), line);
        assert!(tally.line(Lang::Zh).contains("缺 1"));
    }

    #[test]
    fn times_and_sizes_have_bounds() {
        assert_eq!(span("5ms"), Some(Duration::from_millis(5)));
        assert_eq!(span("0.5s"), Some(Duration::from_millis(500)));
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(Sending::read("9", "10", &words("size=7")).is_err());
        assert!(Sending::read("9", "10", &words("size=1473")).is_err());
        assert!(matches!(Sending::read("9", "100001", &[]), Ok(None)));
    }
}
