//! The program `curl`: HTTP transfers, with the real one's options, messages and exit codes.
//!
//! ```text
//!   mod       options, exit code, standard error
//!   request   what is asked: URL, method, header fields, content
//!   transfer  name, connection, response, redirections
//!   report    -w, -v, -i; failures with curl's numbers
//! ```
//!
//! Absent: every other protocol (`https` included), proxies, cookies, authentication, the progress
//! meter. An option that is not in the table is refused.

mod report;
mod request;
mod transfer;

use crate::Running;
use crate::options::{BadOption, Given, Opt, flag, long_flag, long_value, read, seconds, value};
use base::Duration;
use report::Failure;
use socket::{Env, ExitCode};
use transfer::{Transfer, Wanted};

const OPTIONS: &[Opt] = &[
    flag('s', "silent"),
    flag('S', "show-error"),
    flag('i', "include"),
    flag('I', "head"),
    flag('v', "verbose"),
    flag('L', "location"),
    flag('f', "fail"),
    flag('O', "remote-name"),
    flag('N', "no-buffer"),
    flag('4', "ipv4"),
    long_flag("http1.1"),
    flag('h', "help"),
    value('o', "output"),
    value('X', "request"),
    value('d', "data"),
    long_value("data-raw"),
    long_value("data-binary"),
    value('T', "upload-file"),
    value('H', "header"),
    value('A', "user-agent"),
    value('r', "range"),
    value('w', "write-out"),
    value('m', "max-time"),
    long_value("connect-timeout"),
    long_value("max-redirs"),
    long_value("url"),
];

const USAGE: (&str, &str) = (
    "usage: curl [OPTIONS] URL...\n\
     -o FILE, -O      write to FILE, or to the name in the URL\n\
     -i, -I, -v       with the head; only the head (HEAD); with the talk\n\
     -X METHOD        another method         -H 'NAME: VALUE'  another header field\n\
     -d DATA          POST (@FILE: from a file; --data-raw, --data-binary)\n\
     -T FILE          PUT (-: from standard input)\n\
     -r A-B           a range of octets      -L  follow redirections (--max-redirs N)\n\
     -f               exit 22 from status 400 on\n\
     -s, -S           no messages; errors all the same\n\
     -w FORMAT        a line afterwards: %{http_code} %{size_download} %{time_total} ...\n\
     -m SECONDS, --connect-timeout SECONDS",
    "用法: curl [选项] URL...\n\
     -o 文件, -O      写入文件, 或用 URL 里的文件名\n\
     -i, -I, -v       连同首部; 只要首部 (HEAD); 显示对话\n\
     -X 方法          换一个方法             -H '名: 值'  加一个首部字段\n\
     -d 数据          POST (@文件: 取自文件; --data-raw, --data-binary)\n\
     -T 文件          PUT (-: 取自标准输入)\n\
     -r A-B           只要一段字节           -L  跟随重定向 (--max-redirs N)\n\
     -f               状态码 400 起以 22 退出\n\
     -s, -S           不显示消息; 仍显示错误\n\
     -w 格式          结束后输出: %{http_code} %{size_download} %{time_total} ...\n\
     -m 秒, --connect-timeout 秒",
);

/// The program.
pub fn curl(env: Env) -> Running {
    Box::pin(run(env))
}

async fn run(env: Env) -> ExitCode {
    let words = env.args().get(1..).unwrap_or_default();
    let wanted = match read(words, OPTIONS).and_then(|given| wanted(&env, given)) {
        Ok(Some(wanted)) => wanted,
        Ok(None) => return ExitCode::SUCCESS,
        Err(bad) => {
            let says = match &bad {
                BadOption::Unknown(option) => format!("option {option}: is unknown"),
                BadOption::NeedsValue(option) => format!("option {option}: requires parameter"),
                BadOption::BadValue(option, _) => {
                    format!("option --{option}: expected a proper numerical parameter")
                }
            };
            env.eprint(format_args!(
                "curl: {says}\ncurl: try 'curl --help' for more information\n"
            ));
            return ExitCode::USAGE;
        }
    };
    let mut last = ExitCode::SUCCESS;
    for (place, url) in wanted.urls.iter().enumerate() {
        last = one(&env, &wanted, url, place).await;
    }
    last
}

/// What the options ask for; `None`: help was shown.
fn wanted(env: &Env, given: Given) -> Result<Option<Wanted>, BadOption> {
    if given.has("help") {
        env.print(format_args!("{}\n", crate::options::pick(env.lang(), USAGE)));
        return Ok(None);
    }
    let urls: Vec<String> =
        given.operands.iter().cloned().chain(given.all("url").map(str::to_owned)).collect();
    if urls.is_empty() {
        env.eprint(format_args!("curl: (2) no URL specified\n"));
        return Err(BadOption::NeedsValue("--url".into()));
    }
    let span = |text: &str| seconds(text).map(Some);
    let max_time = given.parsed("max-time", None, span)?.filter(|span| !span.is_zero());
    let connect_timeout = given
        .parsed("connect-timeout", None, span)?
        .filter(|span| !span.is_zero())
        .unwrap_or(Duration::from_secs(300));
    let redirections = given.parsed("max-redirs", 50, |text| text.parse().ok())?;
    Ok(Some(Wanted { urls, max_time, connect_timeout, redirections, given }))
}

async fn one(env: &Env, wanted: &Wanted, url: &str, place: usize) -> ExitCode {
    let mut transfer = Transfer::new(env, wanted, url, place);
    let began = env.now();
    let result = match wanted.max_time {
        Some(span) => match env.timeout(span, transfer.run()).await {
            Ok(result) => result,
            Err(_) => Err(transfer.out_of_time(env.now().since(began))),
        },
        None => transfer.run().await,
    };
    let code = match &result {
        Ok(()) => 0,
        Err(Failure { code, text }) => {
            if !wanted.given.has("silent") || wanted.given.has("show-error") {
                env.eprint(format_args!("curl: ({code}) {text}\n"));
            }
            *code
        }
    };
    if let Some(format) = wanted.given.get("write-out") {
        let took = env.now().since(began);
        let line = report::write_out(format, &transfer.seen, took, code);
        // Nobody is left to tell when standard output is gone.
        let _ = env.stdout().write_all(line.as_bytes()).await;
    }
    ExitCode(code)
}
