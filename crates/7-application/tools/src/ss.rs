//! The program `ss`: the machine's sockets, as iproute2 lists them. Addresses are always numbers.

use crate::Running;
use crate::options::{Opt, flag, read, refuse, show_usage};
use crate::tables::{number, rows, text};
use socket::{Env, ExitCode, Tree};

const OPTIONS: &[Opt] = &[
    flag('t', "tcp"),
    flag('u', "udp"),
    flag('l', "listening"),
    flag('a', "all"),
    flag('n', "numeric"),
    flag('p', "processes"),
];
const USAGE: (&str, &str) = (
    "usage: ss [-tulanp]\n-t TCP  -u UDP  -l listening  -a all  -p with programs",
    "用法: ss [-tulanp]\n-t TCP  -u UDP  -l 监听的  -a 全部  -p 显示程序",
);

/// The program.
pub fn ss(env: Env) -> Running {
    Box::pin(run(env))
}

struct Row {
    cells: [String; 6],
    owner: String,
    listening: bool,
}

async fn run(env: Env) -> ExitCode {
    let given = match read(env.args().get(1..).unwrap_or_default(), OPTIONS) {
        Ok(given) if given.operands.is_empty() => given,
        Ok(_) => return show_usage(&env, USAGE),
        Err(wrong) => return refuse(&env, &wrong, USAGE),
    };
    let (tcp, udp) = (given.has("tcp"), given.has("udp"));
    let wanted = |protocol: &str| match protocol {
        "tcp" => tcp || !udp,
        "udp" => udp || !tcp,
        _ => !tcp && !udp,
    };
    let connections = rows(&env, "tcp.connections");
    let listeners = rows(&env, "tcp.listen");
    let queues = rows(&env, "udp");
    let shown: Vec<Row> = rows(&env, "sockets")
        .iter()
        .filter(|(_, socket)| wanted(text(socket, "protocol")))
        .map(|(_, socket)| row(socket, &connections, &listeners, &queues))
        .filter(|row| given.has("all") || row.listening == given.has("listening"))
        .collect();
    let table = format_table(&shown, given.has("processes"));
    env.print(format_args!("{table}"));
    ExitCode::SUCCESS
}

type Rows = [(String, Tree)];

fn row(socket: &Tree, connections: &Rows, listeners: &Rows, queues: &Rows) -> Row {
    let (local, remote) = (text(socket, "local"), text(socket, "remote"));
    let state = text(socket, "state");
    let at = |rows: &Rows| rows.iter().find(|(_, row)| text(row, "local") == local).cloned();
    let key = format!("{local}-{remote}");
    let (receive, send) = match (text(socket, "protocol"), state) {
        ("tcp", "LISTEN") => at(listeners)
            .map_or((0, 0), |(_, row)| (number(&row, "accept_queue"), number(&row, "backlog"))),
        ("tcp", _) => connections
            .iter()
            .find(|(name, _)| *name == key)
            .map_or((0, 0), |(_, row)| (number(row, "receive_queue"), number(row, "send_queue"))),
        _ => at(queues).map_or((0, 0), |(_, row)| (number(&row, "memory"), 0)),
    };
    let shown = match state {
        "ESTABLISHED" => "ESTAB",
        "SYN-RECEIVED" => "SYN-RECV",
        "BOUND" if remote.is_empty() => "UNCONN",
        "BOUND" => "ESTAB",
        other => other,
    };
    let far = match (remote.is_empty(), local.starts_with('[')) {
        (false, _) => remote,
        (true, false) => "0.0.0.0:*",
        (true, true) => "[::]:*",
    };
    Row {
        cells: [
            text(socket, "protocol").to_owned(),
            shown.to_owned(),
            receive.to_string(),
            send.to_string(),
            local.to_owned(),
            far.to_owned(),
        ],
        owner: text(socket, "owner").to_owned(),
        listening: matches!(shown, "LISTEN" | "UNCONN"),
    }
}

fn format_table(rows: &[Row], owners: bool) -> String {
    let head = ["Netid", "State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port"];
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row.cells[column].len());
        cells.chain([head[column].len()]).max().unwrap_or(0)
    };
    let widths: [usize; 6] = core::array::from_fn(width);
    let line = |cells: [&str; 6], owner: &str| {
        let padded: Vec<String> =
            cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}  {owner}", padded.join(" ")).trim_end().to_owned() + "\n"
    };
    let mut table = line(head, if owners { "Process" } else { "" });
    for row in rows {
        let owner = if owners { row.owner.as_str() } else { "" };
        table.push_str(&line(row.cells.each_ref().map(String::as_str), owner));
    }
    table
}
