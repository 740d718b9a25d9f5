//! The programs of a host: ping, dig, curl, nc, ss, ip, arp, servers to talk to.
//!
//! Each program is a function from its environment to an exit code, in a file of its own; it says
//! what the real tool says, in English or Chinese where the text is ours. [`programs`] lists them.

pub mod arp;
pub mod curl;
pub mod datagrams;
pub mod dig;
pub mod discard;
pub mod echo;
pub mod ip;
mod listening;
pub mod nc;
pub mod options;
pub mod ping;
pub mod relay;
pub mod send;
pub mod sh;
pub mod sink;
pub mod size;
pub mod small;
pub mod ss;
mod tables;
pub mod traceroute;

use core::future::Future;
use core::pin::Pin;
use socket::{ExitCode, ProgramFn};

/// A program at work.
pub type Running = Pin<Box<dyn Future<Output = ExitCode> + Send>>;

/// Every program: its name, itself, a line of help in English and in Chinese.
pub fn programs() -> Vec<(&'static str, ProgramFn, &'static str, &'static str)> {
    vec![
        ("arp", arp::arp, "lists the known neighbours", "列出已知的邻居"),
        ("cat", small::cat, "prints files", "显示文件内容"),
        ("curl", curl::curl, "gets and sends files over HTTP", "用 HTTP 下载和上传"),
        ("datagrams", datagrams::datagrams, "counts what UDP loses", "数一数 UDP 丢了多少"),
        ("dig", dig::dig, "asks a name server", "查询域名服务器"),
        (
            "discard",
            discard::discard,
            "a server that takes all and says nothing",
            "只收不回的服务器",
        ),
        ("dns", dns::dns, "answers for every name of the lab", "回答实验里所有的名字"),
        ("echo", echo::echo, "a server that sends back what it gets", "原样送回的服务器"),
        ("hostname", small::hostname, "prints the machine's name", "显示本机的名字"),
        ("http", web::http, "serves a folder over HTTP", "用 HTTP 提供一个文件夹"),
        ("ip", ip::ip, "shows and changes addresses, routes, links", "查看和修改地址, 路由, 网卡"),
        ("ls", small::ls, "lists a folder", "列出文件夹"),
        ("nc", nc::nc, "reads and writes connections", "直接读写连接"),
        ("ping", ping::ping, "asks a host for an echo", "测试主机是否有回应"),
        (
            "relay",
            relay::relay,
            "a connection for a program outside (open)",
            "供实验外的程序使用的连接 (open)",
        ),
        ("send", send::send, "sends so many octets to somebody", "向对方发送若干字节"),
        ("sh", sh::sh, "reads lines and runs programs", "读取命令行并运行程序"),
        ("sink", sink::sink, "a server that takes all, then replies", "收完之后再回复的服务器"),
        ("sleep", small::sleep, "waits", "等待"),
        ("ss", ss::ss, "lists sockets", "列出套接字"),
        ("traceroute", traceroute::traceroute, "shows the routers on the way", "显示途中的路由器"),
    ]
}
