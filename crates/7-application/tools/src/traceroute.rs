//! The program `traceroute`: which routers are on the way, by packets that may go one hop, two, ...
//!
//! The probes are ICMP echo requests, as `traceroute -I` sends: sockets of a program hear the
//! errors about those, by router. `-I` is accepted and changes nothing. Absent: UDP and TCP probes.

use crate::Running;
use crate::options::{BadOption, Opt, flag, read, refuse, seconds, show_usage, value};
use base::{Duration, Instant};
use core::net::IpAddr;
use socket::{Env, ExitCode, PingError, PingReceived, PingSocket};
use std::io;

const OPTIONS: &[Opt] = &[
    flag('n', "numeric"),
    flag('I', "icmp"),
    value('m', "max-hops"),
    value('q', "queries"),
    value('w', "wait"),
];

const USAGE: (&str, &str) = (
    "usage: traceroute [-nI] [-m HOPS] [-q PROBES] [-w SECONDS] HOST",
    "用法: traceroute [-nI] [-m 最多跳数] [-q 每跳次数] [-w 等待秒数] 主机",
);
/// Octets after the ICMP header: 60 with the IP header, as the real one sends.
const PAYLOAD: [u8; 32] = *b"@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_";

/// The program.
pub fn traceroute(env: Env) -> Running {
    Box::pin(run(env))
}

struct Plan {
    name: String,
    numeric: bool,
    hops: u8,
    probes: u16,
    wait: Duration,
}

fn plan(words: &[String]) -> Result<Option<Plan>, BadOption> {
    let given = read(words, OPTIONS)?;
    let [name] = given.operands.as_slice() else { return Ok(None) };
    let up_to = |most: u16| {
        move |text: &str| text.parse::<u16>().ok().filter(|number| (1..=most).contains(number))
    };
    Ok(Some(Plan {
        name: name.clone(),
        numeric: given.has("numeric"),
        hops: given.parsed("max-hops", 30, up_to(255))? as u8,
        probes: given.parsed("queries", 3, up_to(10))?,
        wait: given.parsed("wait", Duration::from_secs(5), seconds)?,
    }))
}

async fn run(env: Env) -> ExitCode {
    let plan = match plan(env.args().get(1..).unwrap_or_default()) {
        Ok(Some(plan)) => plan,
        Ok(None) => return show_usage(&env, USAGE),
        Err(wrong) => return refuse(&env, &wrong, USAGE),
    };
    let to = match dns::resolve(&env, &plan.name).await.map(|found| found.first().copied()) {
        Ok(Some(address)) => address,
        Ok(None) => return ExitCode::USAGE,
        Err(why) => {
            env.eprint(format_args!("{}: {}\n", plan.name, why.text(env.lang())));
            return ExitCode::USAGE;
        }
    };
    match trace(&env, &plan, to).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            env.eprint(format_args!("traceroute: send: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn trace(env: &Env, plan: &Plan, to: IpAddr) -> io::Result<()> {
    let socket = env.ping_socket()?;
    let (name, hops, size) = (&plan.name, plan.hops, PAYLOAD.len() + 28);
    env.print(format_args!("traceroute to {name} ({to}), {hops} hops max, {size} byte packets\n"));
    let mut seq = 0;
    for ttl in 1..=hops {
        let mut line = format!("{ttl:2} ");
        let (mut last, mut arrived) = (None, false);
        for _ in 0..plan.probes {
            seq += 1;
            let sent = env.now();
            socket.send(to, seq, Some(ttl), &PAYLOAD).await?;
            let Some(answer) = hear(env, &socket, seq, sent + plan.wait).await? else {
                line.push_str(" *");
                continue;
            };
            if last != Some(answer.from) {
                line.push_str(&shown(env, plan, answer.from).await);
                last = Some(answer.from);
            }
            let ms = answer.at.since(sent).as_nanos() as f64 / 1e6;
            line.push_str(&format!("  {ms:.3} ms{}", answer.mark));
            arrived |= answer.last;
        }
        env.print(format_args!("{line}\n"));
        if arrived {
            break;
        }
    }
    Ok(())
}

async fn shown(env: &Env, plan: &Plan, address: IpAddr) -> String {
    if plan.numeric {
        return format!(" {address}");
    }
    let name = dns::reverse(env, address).await;
    format!(" {} ({address})", name.unwrap_or_else(|| address.to_string()))
}

struct Answer {
    from: IpAddr,
    at: Instant,
    /// Why it goes no further: ` !H`.
    mark: String,
    /// Is it the end of the way?
    last: bool,
}

/// The answer to probe `seq`; what comes late for earlier ones is passed over.
async fn hear(
    env: &Env,
    socket: &PingSocket,
    seq: u16,
    until: Instant,
) -> io::Result<Option<Answer>> {
    loop {
        let left = until.since(env.now());
        let Ok(received) = env.timeout(left, socket.recv()).await else { return Ok(None) };
        match received? {
            PingReceived::Reply { from, seq: of, at, .. } if of == seq => {
                return Ok(Some(Answer { from, at, mark: String::new(), last: true }));
            }
            PingReceived::Error { from, seq: of, error, at } if of == seq => {
                let mark = mark(error);
                let last = error != PingError::TimeExceeded;
                return Ok(Some(Answer { from, at, mark, last }));
            }
            _ => {}
        }
    }
}

fn mark(error: PingError) -> String {
    match error {
        PingError::TimeExceeded => String::new(),
        PingError::NetUnreachable => " !N".to_owned(),
        PingError::HostUnreachable => " !H".to_owned(),
        PingError::PortUnreachable => " !P".to_owned(),
        PingError::FragmentationNeeded { mtu } => format!(" !F-{mtu}"),
        PingError::Other { kind: 3, code: 9 | 10 | 13 } => " !X".to_owned(),
        PingError::Other { code, .. } => format!(" !{code}"),
    }
}
