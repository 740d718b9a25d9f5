//! `join`: a REAL program as a host of the lab. One thread only: [`door::join`] forks.

use crate::args::Join;
use crate::client;
use crate::say::{Context, Exit, Failure, WE_FAILED, called_as, print};
use door::card::Prefer;
use door::error::DoorError;
use door::{fd, join};
use service::api::{JoinAnswer, JoinRequest};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// The longest message on the line.
const LONGEST: usize = 256 << 10;

/// Joins, runs the command, and ends with its exit code.
pub fn run(context: &Context, wish: Join) -> Result<Exit, Failure> {
    if wish.detach {
        return detach(context);
    }
    let line = reach(context)?;
    let plan = JoinRequest::Plan {
        lab: context.lab.clone(),
        network: wish.network.clone(),
        name: wish.name.clone(),
        ip: wish.ip.clone(),
        mac: wish.mac.clone(),
    };
    let mut card = match ask(context, &line, &plan, &[])? {
        JoinAnswer::Card(card) => *card,
        JoinAnswer::Joined => return Err(out_of_order()),
        JoinAnswer::Refused(problem) => return Err(failed(problem.text(context.lang).to_owned())),
    };
    card.congestion = wish.congestion;
    let prefer = match wish.card.as_str() {
        "tap" => Prefer::Tap,
        "veth" => Prefer::Veth,
        _ => Prefer::Auto,
    };
    let mut prepared = join::prepare(&card, prefer).map_err(|error| of_door(context, &error))?;
    let descriptor = prepared.take_carrier().ok_or_else(out_of_order)?;
    let attach = JoinRequest::Attach { kind: prepared.kind() };
    match ask(context, &line, &attach, &[descriptor.as_fd()])? {
        JoinAnswer::Joined => {}
        JoinAnswer::Card(_) => return Err(out_of_order()),
        JoinAnswer::Refused(problem) => return Err(failed(problem.text(context.lang).to_owned())),
    }
    // The service holds the card now; ours would keep it alive after the service has let go.
    drop(descriptor);
    let started = || {
        // Nobody waits any more: then the program runs all the same.
        if let Some(socket) = &wish.tell {
            let _ = UnixStream::connect(socket)
                .and_then(|mut told| write!(told, "{} {}", card.name, card.address));
        }
    };
    let code = prepared.run_telling(&wish.command, Some(line.into()), context.lang, started);
    let code = code.map_err(|error| of_door(context, &error))?;
    Ok(Exit(u8::try_from(code).unwrap_or(WE_FAILED)))
}

fn reach(context: &Context) -> Result<UnixStream, Failure> {
    if context.server.as_deref().is_some_and(|url| url.starts_with("http")) {
        return Err(Failure::usage(context.say(
            "join hands a descriptor over: it needs the service's Unix socket, not an http address",
            "join 要传递文件描述符: 它需要服务的 Unix 套接字, 而不是 http 地址",
        )));
    }
    let path = match &context.server {
        Some(socket) => std::path::Path::new(socket).with_file_name("join.sock"),
        None => client::place()?.join_socket(),
    };
    UnixStream::connect(path).map_err(|_| {
        let called = called_as();
        Failure {
            code: WE_FAILED,
            ..Failure::cannot(context.say(
                &format!("no service runs; start a lab first: {called} up two-lans"),
                &format!("服务没有运行; 先启动一个实验: {called} up two-lans"),
            ))
        }
    })
}

/// A request and its answer. A service that refuses may close before it has read us: the answer
/// counts even if the request could not be sent.
fn ask(
    context: &Context,
    line: &UnixStream,
    request: &JoinRequest,
    descriptors: &[BorrowedFd<'_>],
) -> Result<JoinAnswer, Failure> {
    let sent = fd::send_json(line, request, descriptors);
    let lost = |error: io::Error| {
        failed(
            context.say(&format!("the service is gone: {error}"), &format!("服务已消失: {error}")),
        )
    };
    match (fd::recv_json::<JoinAnswer>(line, LONGEST), sent) {
        (Ok(Some((answer, _))), _) => Ok(answer),
        (_, Err(error)) | (Err(error), Ok(())) => Err(lost(error)),
        (Ok(None), Ok(())) => {
            Err(failed(context.say("the service closed the line", "服务关闭了连接")))
        }
    }
}

fn failed(text: String) -> Failure {
    Failure { code: WE_FAILED, ..Failure::cannot(text) }
}

fn out_of_order() -> Failure {
    failed("the service answered out of order".to_owned())
}

fn of_door(context: &Context, error: &DoorError) -> Failure {
    Failure {
        code: u8::try_from(error.exit_code()).unwrap_or(WE_FAILED),
        ..Failure::cannot(error.message(context.lang))
    }
}

/// The same command once more in the background, without `-d`; returns when it has joined.
fn detach(context: &Context) -> Result<Exit, Failure> {
    let mut words: Vec<_> = std::env::args_os().skip(1).collect();
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let flag = words[..end].iter().position(|word| word == "-d" || word == "--detach");
    let Some(flag) = flag else {
        return Err(Failure::usage(context.say("write -d by itself", "请单独写 -d")));
    };
    let cannot = |error: io::Error| failed(error.to_string());
    let socket = client::place()?.folder().join(format!("joining.{}", std::process::id()));
    let listener = UnixListener::bind(&socket).map_err(cannot)?;
    words[flag] = "--tell".into();
    words.insert(flag + 1, socket.clone().into());
    let joined = std::env::current_exe().and_then(|program| {
        let mut command = std::process::Command::new(program);
        command.args(words).stdin(Stdio::null());
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let joined = await_joined(&listener, &mut child);
        if joined.is_err() {
            // It would join some day, and nobody would know of it.
            let _ = child.kill();
            let _ = child.wait();
        }
        Ok((joined?, child.id()))
    });
    let _ = std::fs::remove_file(socket);
    let (joined, pid) = joined.map_err(cannot)?;
    match joined {
        Joined::As(host) => {
            print(&format!(
                "{}\n",
                context.say(
                    &format!("{host} joined, in the background (pid {pid})"),
                    &format!("{host} 已在后台加入 (进程 {pid})")
                )
            ))?;
            Ok(Exit::DONE)
        }
        // It has said why on our stderr.
        Joined::Not(code) => Ok(Exit(code)),
    }
}

/// How a join in the background began.
enum Joined {
    As(String),
    Not(u8),
}

/// How long a join may take to have its card.
const JOINING: Duration = Duration::from_secs(20);

fn await_joined(listener: &UnixListener, child: &mut Child) -> io::Result<Joined> {
    listener.set_nonblocking(true)?;
    let began = Instant::now();
    loop {
        let ended = child.try_wait()?;
        if let Ok((mut line, _)) = listener.accept() {
            let mut host = String::new();
            line.set_nonblocking(false)?;
            line.read_to_string(&mut host)?;
            return Ok(Joined::As(host));
        }
        match ended {
            Some(status) => {
                return Ok(Joined::Not(
                    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(WE_FAILED),
                ));
            }
            None if began.elapsed() > JOINING => return Err(io::ErrorKind::TimedOut.into()),
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Lang;
    use service::api::Problem;

    #[test]
    fn an_answer_is_read_though_the_service_closed_before_the_request() {
        let (ours, theirs) = UnixStream::pair().expect("a pair");
        let refused = JoinAnswer::Refused(Problem::new("not-yours", "another's", "别人的"));
        fd::send_json(&theirs, &refused, &[]).expect("sent");
        drop(theirs);
        let context = Context { lang: Lang::En, json: false, server: None, lab: None };
        let plan = JoinRequest::Plan {
            lab: None,
            network: "office".into(),
            name: None,
            ip: None,
            mac: None,
        };
        match ask(&context, &ours, &plan, &[]) {
            Ok(JoinAnswer::Refused(problem)) => assert_eq!(problem.code, "not-yours"),
            Ok(other) => panic!("{other:?}"),
            Err(failure) => panic!("{}", failure.text),
        }
        let lost = ask(&context, &ours, &plan, &[]).map_err(|failure| failure.code);
        assert!(matches!(lost, Err(WE_FAILED)));
    }
}
