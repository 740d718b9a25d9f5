//! The programs of a host: ping, dig, curl, nc, ss, ip, arp, servers to talk to.
//!
//! Each program is a function from its environment to an exit code, in a file of its own; it says
//! what the real tool says, in English or Chinese where the text is ours. [`programs`] lists them.

pub mod curl;
pub mod options;
pub mod ping;

use core::future::Future;
use core::pin::Pin;
use socket::{ExitCode, ProgramFn};

/// A program at work.
pub type Running = Pin<Box<dyn Future<Output = ExitCode> + Send>>;

/// Every program: its name, itself, a line of help in English and in Chinese.
pub fn programs() -> Vec<(&'static str, ProgramFn, &'static str, &'static str)> {
    vec![
        ("curl", curl::curl, "gets and sends files over HTTP", "用 HTTP 下载和上传"),
        ("dns", dns::dns, "answers for every name of the lab", "回答实验里所有的名字"),
        ("http", web::http, "serves a folder over HTTP", "用 HTTP 提供一个文件夹"),
        ("ping", ping::ping, "asks a host for an echo", "测试主机是否有回应"),
    ]
}
