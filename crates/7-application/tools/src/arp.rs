//! The program `arp`: the neighbours that the machine knows, as net-tools lists them.

use crate::Running;
use crate::options::{Opt, flag, read, refuse, show_usage};
use crate::tables::{rows, text};
use socket::{Env, ExitCode};

const OPTIONS: &[Opt] = &[flag('n', "numeric"), flag('a', "all")];
const USAGE: (&str, &str) = ("usage: arp [-n]", "用法: arp [-n]");

/// The program.
pub fn arp(env: Env) -> Running {
    Box::pin(run(env))
}

async fn run(env: Env) -> ExitCode {
    match read(env.args().get(1..).unwrap_or_default(), OPTIONS) {
        Ok(given) if given.operands.is_empty() => {}
        Ok(_) => return show_usage(&env, USAGE),
        Err(wrong) => return refuse(&env, &wrong, USAGE),
    }
    let mut table = String::from(
        "Address                  HWtype  HWaddress           Flags Mask            Iface\n",
    );
    for (address, row) in rows(&env, "arp") {
        let interface = text(&row, "interface");
        table.push_str(&match text(&row, "mac") {
            "" => format!("{address:24}         {:37}{interface}\n", "(incomplete)"),
            mac => format!("{address:24} {:7} {mac:19} {:21} {interface}\n", "ether", "C"),
        });
    }
    env.print(format_args!("{table}"));
    ExitCode::SUCCESS
}
