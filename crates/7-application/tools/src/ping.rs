//! The program `ping`: echo requests and their replies (RFC 792), printed as iputils prints them.
//!
//! Replies are shown by address, as `ping -n` does: asking for the name of who answers would add
//! frames that have nothing to do with the question. Exit 0: somebody answered; 1: nobody;
//! 2: it could not be tried.

use crate::Running;
use crate::options::{BadOption, Opt, flag, read, refuse, seconds, show_usage, value};
use base::{Duration, Instant};
use core::fmt::Write;
use core::net::IpAddr;
use core::pin::pin;
use futures_util::future::{Either, select};
use socket::{Env, ExitCode, PingError, PingReceived, PingSocket};
use std::collections::BTreeMap;
use std::io;

const OPTIONS: &[Opt] = &[
    value('c', "count"),
    value('i', "interval"),
    value('s', "size"),
    value('t', "ttl"),
    value('W', "timeout"),
    value('w', "deadline"),
    flag('n', "numeric"),
    flag('q', "quiet"),
];

const USAGE: (&str, &str) = (
    "usage: ping [-c COUNT] [-i SECONDS] [-s SIZE] [-t TTL] [-W SECONDS] [-w SECONDS] [-n] [-q] HOST",
    "用法: ping [-c 次数] [-i 间隔秒数] [-s 字节数] [-t TTL] [-W 等待秒数] [-w 总秒数] [-n] [-q] 主机",
);

/// Requests whose sending time is remembered; a reply to an older one is shown without its time.
const REMEMBERED: usize = 1024;
/// How long the last request is waited for when nobody has answered yet.
const LINGER: Duration = Duration::from_secs(10);

/// The program.
pub fn ping(env: Env) -> Running {
    Box::pin(run(env))
}

struct Plan {
    name: String,
    count: Option<u64>,
    interval: Duration,
    size: usize,
    ttl: Option<u8>,
    timeout: Option<Duration>,
    deadline: Option<Duration>,
    quiet: bool,
}

async fn run(env: Env) -> ExitCode {
    let plan = match plan(env.args().get(1..).unwrap_or_default()) {
        Ok(Some(plan)) => plan,
        Ok(None) => return show_usage(&env, USAGE),
        Err(wrong) => return refuse(&env, &wrong, USAGE),
    };
    let to = match dns::resolve(&env, &plan.name).await.map(|found| found.first().copied()) {
        Ok(Some(address)) => address,
        Ok(None) => return ExitCode(2),
        Err(why) => {
            env.eprint(format_args!("ping: {}: {}\n", plan.name, why.text(env.lang())));
            return ExitCode(2);
        }
    };
    match Pinging::new(&env, &plan, to) {
        Ok(mut pinging) => pinging.run().await.unwrap_or_else(|error| failed(&env, &error)),
        Err(error) => failed(&env, &error),
    }
}

fn failed(env: &Env, error: &io::Error) -> ExitCode {
    env.eprint(format_args!("ping: sendmsg: {error}\n"));
    ExitCode(2)
}

fn plan(words: &[String]) -> Result<Option<Plan>, BadOption> {
    let given = read(words, OPTIONS)?;
    let [name] = given.operands.as_slice() else { return Ok(None) };
    let shortest = Duration::from_millis(1);
    let interval = |text: &str| seconds(text).filter(|&span| span >= shortest);
    Ok(Some(Plan {
        name: name.clone(),
        count: given
            .parsed("count", None, |text| text.parse().ok().filter(|&count| count > 0).map(Some))?,
        interval: given.parsed("interval", Duration::from_secs(1), interval)?,
        size: given.parsed("size", 56, |text| text.parse().ok().filter(|&size| size <= 65_507))?,
        ttl: given
            .parsed("ttl", None, |text| text.parse().ok().filter(|&ttl| ttl > 0).map(Some))?,
        timeout: given.parsed("timeout", None, |text| seconds(text).map(Some))?,
        deadline: given.parsed("deadline", None, |text| seconds(text).map(Some))?,
        quiet: given.has("quiet"),
    }))
}

struct Pinging<'a> {
    env: &'a Env,
    plan: &'a Plan,
    to: IpAddr,
    socket: PingSocket,
    payload: Vec<u8>,
    began: Instant,
    /// When what was sent, and whether it was answered.
    sent: BTreeMap<u16, (Instant, bool)>,
    tally: Tally,
}

/// What the last lines are made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tally {
    transmitted: u64,
    received: u64,
    duplicates: u64,
    errors: u64,
    times: Vec<Duration>,
}

impl<'a> Pinging<'a> {
    fn new(env: &'a Env, plan: &'a Plan, to: IpAddr) -> io::Result<Self> {
        Ok(Pinging {
            env,
            plan,
            to,
            socket: env.ping_socket()?,
            payload: (0..plan.size).map(|place| place as u8).collect(),
            began: env.now(),
            sent: BTreeMap::new(),
            tally: Tally::default(),
        })
    }

    async fn run(&mut self) -> io::Result<ExitCode> {
        let (name, to, size) = (&self.plan.name, self.to, self.plan.size);
        self.env.print(format_args!("PING {name} ({to}) {size}({}) bytes of data.\n", size + 28));
        let last = self.plan.deadline.map_or(Instant::MAX, |span| self.began + span);
        let mut next = self.began;
        while self.wants_more() && next <= last {
            self.send().await?;
            next = self.env.now() + self.plan.interval;
            let patience = if self.wants_more() { next } else { self.env.now() + self.linger() };
            if self.listen(patience.min(last)).await? {
                break;
            }
        }
        self.summary();
        let enough = self.plan.count.filter(|_| self.plan.deadline.is_some()).unwrap_or(1);
        Ok(if self.tally.received >= enough { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn wants_more(&self) -> bool {
        self.plan.count.is_none_or(|count| self.tally.transmitted < count)
    }

    /// How long the last request is waited for.
    fn linger(&self) -> Duration {
        let slowest = self.tally.times.iter().max().map_or(LINGER, |&time| time.saturating_mul(2));
        self.plan.timeout.unwrap_or(slowest.max(Duration::from_secs(1)))
    }

    async fn send(&mut self) -> io::Result<()> {
        self.tally.transmitted += 1;
        let seq = self.tally.transmitted as u16;
        self.sent.insert(seq, (self.env.now(), false));
        if self.sent.len() > REMEMBERED {
            self.sent.pop_first();
        }
        self.socket.send(self.to, seq, self.plan.ttl, &self.payload).await
    }

    /// Takes what comes until `until`, or until all is answered; true: interrupted.
    async fn listen(&mut self, until: Instant) -> io::Result<bool> {
        loop {
            if !self.wants_more()
                && self.tally.received + self.tally.errors >= self.tally.transmitted
            {
                return Ok(false);
            }
            let heard = {
                let interrupted = pin!(self.env.interrupted());
                let ends = select(self.env.sleep_until(until), interrupted);
                match select(pin!(self.socket.recv()), ends).await {
                    Either::Left((received, _)) => received?,
                    Either::Right((Either::Left(_), _)) => return Ok(false),
                    Either::Right((Either::Right(_), _)) => return Ok(true),
                }
            };
            self.heard(heard);
        }
    }

    fn heard(&mut self, received: PingReceived) {
        match received {
            PingReceived::Reply { from, seq, ttl, payload, at } => {
                let line = self.reply(from, seq, ttl, payload.len() + 8, at);
                self.say(&line);
            }
            PingReceived::Error { from, seq, error, .. } => {
                if let Some((_, answered)) = self.sent.get_mut(&seq)
                    && !core::mem::replace(answered, true)
                {
                    self.tally.errors += 1;
                }
                self.say(&format!("From {from} icmp_seq={seq} {}\n", error_text(error)));
            }
        }
    }

    fn reply(&mut self, from: IpAddr, seq: u16, ttl: u8, octets: usize, at: Instant) -> String {
        let mut line = format!("{octets} bytes from {from}: icmp_seq={seq} ttl={ttl}");
        let mut again = false;
        if let Some((sent, answered)) = self.sent.get_mut(&seq) {
            let time = at.since(*sent);
            again = core::mem::replace(answered, true);
            self.tally.times.push(time);
            if self.tally.times.len() > 1 << 16 {
                self.tally.times.remove(0);
            }
            line.push_str(&format!(" time={} ms", shown_ms(time)));
        }
        match again {
            true => self.tally.duplicates += 1,
            false => self.tally.received += 1,
        }
        line + if again { " (DUP!)\n" } else { "\n" }
    }

    fn say(&self, line: &str) {
        if !self.plan.quiet {
            self.env.print(format_args!("{line}"));
        }
    }

    fn summary(&self) {
        let took = self.env.now().since(self.began);
        let text = self.tally.text(&self.plan.name, took);
        self.env.print(format_args!("{text}"));
    }
}

impl Tally {
    fn text(&self, name: &str, took: Duration) -> String {
        let Tally { transmitted, received, duplicates, errors, times } = self;
        let mut text = format!("\n--- {name} ping statistics ---\n");
        let _ = write!(text, "{transmitted} packets transmitted, {received} received");
        if *duplicates > 0 {
            let _ = write!(text, ", +{duplicates} duplicates");
        }
        if *errors > 0 {
            let _ = write!(text, ", +{errors} errors");
        }
        let lost = transmitted.saturating_sub(*received) as f64 * 100.0;
        let lost = significant(lost / (*transmitted).max(1) as f64);
        let _ = writeln!(text, ", {lost}% packet loss, time {}ms", took.as_millis());
        if let (Some(&least), Some(&most)) = (times.iter().min(), times.iter().max()) {
            let ms = |time: Duration| time.as_nanos() as f64 / 1e6;
            let count = times.len() as f64;
            let mean = times.iter().map(|&time| ms(time)).sum::<f64>() / count;
            let squares = times.iter().map(|&time| ms(time) * ms(time)).sum::<f64>() / count;
            let deviation = (squares - mean * mean).max(0.0).sqrt();
            let _ = writeln!(
                text,
                "rtt min/avg/max/mdev = {:.3}/{mean:.3}/{:.3}/{deviation:.3} ms",
                ms(least),
                ms(most)
            );
        }
        text
    }
}

/// Six significant digits without zeros at the end, as C's `%g` writes a percentage.
fn significant(number: f64) -> String {
    let before = if number >= 100.0 {
        3
    } else if number >= 10.0 {
        2
    } else {
        1
    };
    let text = format!("{number:.*}", 6 - before);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Three digits that count, as iputils shows a time.
pub(crate) fn shown_ms(time: Duration) -> String {
    let micros = time.as_micros();
    let (ms, rest) = (micros / 1000, micros % 1000);
    match micros {
        100_000.. => format!("{ms}"),
        10_000.. => format!("{ms}.{}", rest / 100),
        1_000.. => format!("{ms}.{:02}", rest / 10),
        _ => format!("{ms}.{rest:03}"),
    }
}

fn error_text(error: PingError) -> String {
    match error {
        PingError::TimeExceeded => "Time to live exceeded".to_owned(),
        PingError::NetUnreachable => "Destination Net Unreachable".to_owned(),
        PingError::HostUnreachable => "Destination Host Unreachable".to_owned(),
        PingError::PortUnreachable => "Destination Port Unreachable".to_owned(),
        PingError::FragmentationNeeded { mtu } => format!("Frag needed and DF set (mtu = {mtu})"),
        PingError::Other { kind: 3, code: 13 } => "Packet filtered".to_owned(),
        PingError::Other { kind, code } => format!("ICMP type {kind} code {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_as_iputils_prints_them() {
        let ms = |n: u64| Duration::from_micros(n);
        let tally = Tally {
            transmitted: 3,
            received: 2,
            duplicates: 1,
            errors: 0,
            times: vec![ms(1000), ms(2000), ms(3000)],
        };
        assert_eq!(
            tally.text("web", Duration::from_millis(2003)),
            "\n--- web ping statistics ---\n3 packets transmitted, 2 received, +1 duplicates, \
             33.3333% packet loss, time 2003ms\nrtt min/avg/max/mdev = 1.000/2.000/3.000/0.816 ms\n"
        );
        let none = Tally { transmitted: 2, errors: 2, ..Tally::default() };
        assert_eq!(
            none.text("x", Duration::from_millis(1000)),
            "\n--- x ping statistics ---\n2 packets transmitted, 0 received, +2 errors, \
             100% packet loss, time 1000ms\n"
        );
        for (micros, shown) in [(43, "0.043"), (1234, "1.23"), (11_950, "11.9"), (120_400, "120")] {
            assert_eq!(shown_ms(ms(micros)), shown);
        }
    }
}
