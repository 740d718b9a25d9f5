//! `open`: a browser of this machine inside the lab, through a SOCKS port of ours.
//!
//! ```text
//!   browser --SOCKS5--> 127.0.0.1:PORT --HTTP--> relay on HOST --TCP of the lab--> web server
//! ```
//! Names are the lab's: the browser asks nobody else, and HOST asks its own name server. Who may
//! use the port is told by uid (`owner`). The browser has a profile of its own, which is removed.

mod browser;
mod owner;
mod relay;
mod socks;

use crate::args::Open;
use crate::client::{Client, block_on, encode};
use crate::say::{Context, Exit, Failure, called_as, print, tell};
use browser::{Browser, Profile};
use relay::Gate;
use serde_json::Value;
use service::api::{LabLine, LabView};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, ExitStatus};
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often we look whether the lab still runs, and the browser.
const LOOK: Duration = Duration::from_millis(500);

/// Opens the port, starts the browser, and ends with it.
pub fn run(context: &Context, open: &Open) -> Result<Exit, Failure> {
    block_on(async {
        let local = tokio::task::LocalSet::new();
        local.run_until(serve(context, open)).await
    })
}

async fn serve(context: &Context, open: &Open) -> Result<Exit, Failure> {
    let client = Rc::new(Client::connect(context).await?);
    let name = client.one_lab(context).await?;
    let lab = encode(&name);
    let view: LabView = client.get(&format!("/labs/{lab}")).await?;
    let host = host(context, &view, open.from.as_deref())?;
    let url = match &open.url {
        Some(url) => browser::url(url),
        None => first_site(context, &client, &lab, &view).await?,
    };
    let failed = |error: std::io::Error| Failure::cannot(error.to_string());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?;
    let gate = Gate::new(client.clone(), lab, host.clone());
    let work = async {
        match chosen(open)? {
            None => {
                print(&how_to(context, port, &host, &url))?;
                until_interrupted().await?;
                Ok(Exit::DONE)
            }
            Some(browser) => {
                tell_opening(context, &url, &host, port);
                browse(context, &browser, port, &url, open).await
            }
        }
    };
    tokio::select! {
        done = work => done,
        never = socks::accept(listener, gate) => never.map_err(failed).map(|()| Exit::DONE),
        ended = until_ended(context, &client, &name) => Err(ended),
    }
}

/// The host from which to look.
fn host(context: &Context, view: &LabView, wanted: Option<&str>) -> Result<String, Failure> {
    let is_host =
        |name: &str| view.nodes_list.iter().any(|node| node.name == name && node.kind == "host");
    let node_of = |jack: &str| jack.split('.').next().unwrap_or_default().to_owned();
    // Cables are in the order of the lab file, nodes are not.
    let ends = view.links.iter().flat_map(|link| [node_of(&link.a), node_of(&link.b)]);
    let mut hosts: Vec<String> = Vec::new();
    for host in ends.filter(|name| is_host(name)) {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    let all = hosts.join(", ");
    match wanted {
        None => hosts
            .into_iter()
            .next()
            .ok_or_else(|| Failure::usage(context.say("this lab has no host", "此实验没有主机"))),
        Some(name)
            if view.nodes_list.iter().any(|node| {
                node.name == name && ["host", "router"].contains(&node.kind.as_str())
            }) =>
        {
            Ok(name.to_owned())
        }
        Some(name) => Err(Failure::usage(context.say(
            &format!("{name} is no host of this lab; there are: {all}"),
            &format!("此实验没有名为 {name} 的主机; 有: {all}"),
        ))),
    }
}

/// The first machine with a name that listens on port 80.
async fn first_site(
    context: &Context,
    client: &Client,
    lab: &str,
    view: &LabView,
) -> Result<String, Failure> {
    for node in view.nodes_list.iter().filter(|node| node.powered && node.kind == "host") {
        let Some(name) = node.names.first() else { continue };
        let tcp: Value =
            client.get(&format!("/labs/{lab}/nodes/{}/tcp", encode(&node.name))).await?;
        if tcp.pointer("/listen/80").is_some() {
            return Ok(format!("http://{name}/"));
        }
    }
    let called = called_as();
    Err(Failure::usage(context.say(
        &format!("no web server of this lab has a name; say what to open: {called} open http://10.0.2.80/"),
        &format!("此实验没有带名字的网站; 请写明要打开的网址: {called} open http://10.0.2.80/"),
    )))
}

/// The browser to start; `None`: print only, since it was asked for or none is here.
fn chosen(open: &Open) -> Result<Option<Browser>, Failure> {
    match (&open.browser, open.print) {
        (_, true) => Ok(None),
        (Some(program), _) => Ok(Some(Browser::named(program))),
        (None, _) => Ok(Browser::find()),
    }
}

fn how_to(context: &Context, port: SocketAddr, host: &str, url: &str) -> String {
    context.say(
        &format!(
            "a SOCKS port into the lab, seen from {host}: socks5h://{port}\n  \
             curl -x socks5h://{port} {url}\n  \
             in a browser: SOCKS 5 host {}, port {}, names by SOCKS\n\
             only programs of your own uid may use it; it ends with Ctrl-C\n",
            port.ip(),
            port.port()
        ),
        &format!(
            "从 {host} 进入实验的 SOCKS 端口: socks5h://{port}\n  \
             curl -x socks5h://{port} {url}\n  \
             在浏览器里: SOCKS 5 主机 {}, 端口 {}, 由 SOCKS 解析域名\n\
             只有你自己 (同一 uid) 的程序可以使用; 按 Ctrl-C 结束\n",
            port.ip(),
            port.port()
        ),
    )
}

/// On standard error: standard output is the browser's where somebody gives it words of his own.
fn tell_opening(context: &Context, url: &str, host: &str, port: SocketAddr) {
    let text = context.say(
        &format!(
            "{url} as {host} sees it, by socks5h://{port}; close the browser or press Ctrl-C to end"
        ),
        &format!("{url}, 从 {host} 看到的样子, 经过 socks5h://{port}; 关闭浏览器或按 Ctrl-C 结束"),
    );
    tell(&format!("{text}\n"));
}

async fn browse(
    context: &Context,
    browser: &Browser,
    port: SocketAddr,
    url: &str,
    open: &Open,
) -> Result<Exit, Failure> {
    let profile = Profile::make(port).map_err(|error| Failure::cannot(error.to_string()))?;
    let started = browser.start(&profile, port, url, &open.words);
    let mut child = started.map_err(|error| {
        let program = browser.program().display();
        Failure::cannot(context.say(
            &format!("{program}: {error}; start none with --print"),
            &format!("{program}: {error}; 用 --print 只显示端口"),
        ))
    })?;
    tokio::select! {
        status = ended(&mut child) => judge(context, browser, status),
        interrupted = until_interrupted() => {
            let _ = child.kill();
            let _ = child.wait();
            interrupted.map(|()| Exit::DONE)
        }
    }
}

/// Waits for the browser's end.
async fn ended(child: &mut Child) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(None) => tokio::time::sleep(LOOK / 10).await,
            Ok(Some(status)) => return Some(status),
            Err(_) => return None,
        }
    }
}

fn judge(
    context: &Context,
    browser: &Browser,
    status: Option<ExitStatus>,
) -> Result<Exit, Failure> {
    match status {
        Some(status) if !status.success() => {
            let hint = match nix::unistd::Uid::effective().is_root() {
                true => context.say(
                    "; as root, chromium runs only without its sandbox: be an ordinary user, or add: -- --no-sandbox",
                    "; root 用户只能不带沙箱运行 chromium: 请换成普通用户, 或加上: -- --no-sandbox",
                ),
                false => String::new(),
            };
            let program = browser.program().display();
            Err(Failure::cannot(context.say(
                &format!("{program} ended with {status}{hint}"),
                &format!("{program} 异常结束: {status}{hint}"),
            )))
        }
        _ => Ok(Exit::DONE),
    }
}

async fn until_interrupted() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error: std::io::Error| Failure::cannot(error.to_string());
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    tokio::select! {
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }
}

/// Waits for the lab's end, whatever its cause.
async fn until_ended(context: &Context, client: &Client, name: &str) -> Failure {
    loop {
        tokio::time::sleep(LOOK).await;
        match client.get::<Vec<LabLine>>("/labs").await {
            Ok(labs) if labs.iter().any(|lab| lab.name == name) => {}
            Ok(_) => return Failure::cannot(context.say("the lab ended", "实验已结束")),
            Err(failure) => return failure,
        }
    }
}
