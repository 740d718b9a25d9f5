//! The program `ip`: addresses, routes, neighbours and links, shown and changed, as iproute2 does.
//!
//! ```text
//!   ip addr  [show]  | add NET dev X | del NET dev X
//!   ip route [show]  | add NET|default [via A] [dev X] [metric N] | del NET|default
//!   ip neigh [show]  | add A lladdr MAC dev X | flush [dev X]
//!   ip link  [show]  | set [dev] X up|down
//! ```

mod change;
mod show;

use crate::Running;
use crate::options::show_usage;
use socket::{Env, ExitCode};

const USAGE: (&str, &str) = (
    "usage: ip addr  [show | add NET dev X | del NET dev X]\n\
     \x20      ip route [show | add NET|default [via A] [dev X] [metric N] | del NET|default]\n\
     \x20      ip neigh [show | add A lladdr MAC dev X | flush [dev X]]\n\
     \x20      ip link  [show | set [dev] X up|down]",
    "用法: ip addr  [show | add 网段 dev X | del 网段 dev X]\n\
     \x20     ip route [show | add 网段|default [via 地址] [dev X] [metric N] | del 网段|default]\n\
     \x20     ip neigh [show | add 地址 lladdr MAC dev X | flush [dev X]]\n\
     \x20     ip link  [show | set [dev] X up|down]",
);

/// The program.
pub fn ip(env: Env) -> Running {
    Box::pin(run(env))
}

async fn run(env: Env) -> ExitCode {
    let words: Vec<&str> = env.args().iter().skip(1).map(String::as_str).collect();
    let words: &[&str] = words.strip_prefix(&["-4"]).unwrap_or(&words);
    let Some((&object, rest)) = words.split_first() else { return show_usage(&env, USAGE) };
    let full = ["address", "route", "neighbour", "link"]
        .into_iter()
        .find(|name| name.starts_with(object) || (*name == "neighbour" && object == "neighbor"));
    let Some(object) = full else { return show_usage(&env, USAGE) };
    if let [] | ["show" | "list" | "ls", ..] = rest {
        let only = match rest {
            [] | [_] => None,
            [_, "dev", name] | [_, name] => Some(*name),
            _ => return show_usage(&env, USAGE),
        };
        let text = match object {
            "address" => show::addresses(&env, only),
            "route" => show::routes(&env, only),
            "neighbour" => show::neighbours(&env, only),
            _ => show::links(&env, only),
        };
        env.print(format_args!("{text}"));
        return ExitCode::SUCCESS;
    }
    match change::change(&env, object, rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(change::Refused::Usage) => show_usage(&env, USAGE),
        Err(change::Refused::Because(why)) => {
            env.eprint(format_args!("ip: {why}\n"));
            ExitCode::USAGE
        }
    }
}
