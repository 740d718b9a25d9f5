//! `up`: boot a lab in the user's service.

use crate::args::Up;
use crate::client::{Client, block_on, encode};
use crate::say::{Context, Exit, Failure, SERVICE_LEAVES, called_as, print, tell};
use base::Lang;
use language::Text;
use service::api::{LabLine, LabView, Source, StartLab, Status};
use service::sources::{self, Loaded};
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The lab without a name.
const WELCOME: &str = "two-lans";

/// Boots the lab; in the foreground, stays until Ctrl-C.
pub fn run(context: &Context, up: &Up) -> Result<Exit, Failure> {
    let refused = |why| Failure::in_both(2, why, context.lang);
    let request = StartLab {
        source: source(up.lab_file.as_deref().unwrap_or(WELCOME)).map_err(refused)?,
        seed: up.seed,
        record: up.record.as_deref().map(absolute_text).transpose().map_err(refused)?,
        lang: Some(if context.lang == Lang::Zh { "zh" } else { "en" }.to_owned()),
        variables: up.variables.all(),
    };
    let own = real(context, up, &request)?;
    block_on(async {
        // What comes while the lab boots is heard when it has: nothing is left behind.
        let ends = if up.detach { None } else { Some(Ends::listen()?) };
        let (client, line) = boot(context, up.listen, &request).await?;
        let view: LabView = client.get(&format!("/labs/{}", line.name)).await?;
        let status: Status = client.get("/status").await?;
        let running: Vec<LabLine> = client.get("/labs").await?;
        print(&{
            if context.json {
                json(&view, &status)
            } else {
                welcome(
                    context,
                    &view,
                    &status,
                    Next { detached: up.detach, alone: running.len() == 1 },
                )
            }
        })?;
        match ends {
            None => Ok(Exit::DONE),
            Some(ends) => live(context, client, &line.name, ends, own.as_ref()).await,
        }
    })
}

/// The lab and its folder, if its real programs shall be started. They are a lab file's word about
/// this machine, so it is never done unasked.
fn real(
    context: &Context,
    up: &Up,
    request: &StartLab,
) -> Result<Option<(language::Lab, PathBuf)>, Failure> {
    // What is wrong with the lab is the service's to say.
    let Ok(loaded) = service::sources::load(&request.source) else { return Ok(None) };
    let Ok(lab) = loaded.read(&request.variables) else { return Ok(None) };
    let Some(first) = lab.real_hosts().next() else { return Ok(None) };
    let (name, command) = (&first.name, first.real.as_deref().unwrap_or_default());
    match (up.real, up.detach) {
        (true, false) => Ok(Some((lab, super::real::folder_of(loaded.folder.as_deref())))),
        (true, true) => Err(Failure::usage(context.say(
            "real programs end with the command that starts them: leave out -d, or join them by hand",
            "真实程序随启动它们的命令一起结束: 去掉 -d, 或者手工 join",
        ))),
        (false, _) => {
            tell(&context.say(
                &format!("{name} is a real program (`{command}`), not started: --real runs it on this machine, with your rights\n"),
                &format!("{name} 是真实程序 (`{command}`), 未启动: 加 --real 会以你的权限在本机运行它\n"),
            ));
            Ok(None)
        }
    }
}

/// Holds the lab until Ctrl-C, or until it ends by itself; its real programs, if asked, start meanwhile.
async fn live(
    context: &Context,
    client: Client,
    name: &str,
    mut ends: Ends,
    own: Option<&(language::Lab, PathBuf)>,
) -> Result<Exit, Failure> {
    let client = Arc::new(client);
    let mut programs = None;
    let path = format!("/labs/{}/hold", encode(name));
    let done = tokio::select! {
        biased;
        // First of all: while programs start, too, the lab ends with us.
        why = client.get_text(&path) => why.and_then(|why| ended(context, name, why)),
        () = ends.one() => {
            // Giving up the answer stops it too; asking makes sure that it is gone when we are.
            let _ = client.stop(context, name).await;
            let text = context.say(&format!("{name} stopped"), &format!("{name} 已停止"));
            print(&format!("{text}\n")).map(|()| Exit::DONE)
        }
        failure = start(context, &client, name, own, &mut programs) => {
            let _ = client.stop(context, name).await;
            Err(failure)
        }
    };
    if let Some(programs) = programs {
        programs.end().await;
    }
    done
}

/// Starts the real programs, if asked; returns only if one cannot be.
async fn start(
    context: &Context,
    client: &Arc<Client>,
    name: &str,
    own: Option<&(language::Lab, PathBuf)>,
    programs: &mut Option<super::real::Programs>,
) -> Failure {
    if let Some((lab, folder)) = own {
        let stage = super::real::Stage {
            context,
            client: client.clone(),
            running: name,
            folder: folder.clone(),
            shown: true,
        };
        match super::real::start(&stage, lab).await {
            Ok(started) => *programs = Some(started),
            Err(failure) => return failure,
        }
    }
    std::future::pending().await
}

/// It ended by itself, or somebody else stopped it: then there is no reason why.
fn ended(context: &Context, name: &str, why: String) -> Result<Exit, Failure> {
    if !why.is_empty() {
        return Err(Failure::cannot(why));
    }
    let text = context.say(&format!("{name} was stopped"), &format!("{name} 已被停止"));
    print(&format!("{text}\n")).map(|()| Exit::DONE)
}

/// Boots the lab; once more if the service, idle until now, was just leaving.
pub async fn boot(
    context: &Context,
    listen: Option<std::net::SocketAddr>,
    request: &StartLab,
) -> Result<(Client, LabLine), Failure> {
    let mut tries = 3;
    loop {
        tries -= 1;
        let client = Client::connect_or_start(context, listen).await?;
        match client.post_for("/labs", request).await {
            // It said so, or it went without a word: a lab that it had would have gone with it.
            Err(failure)
                if tries > 0 && (failure.code == SERVICE_LEAVES || !client.is_there().await) =>
            {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            Err(failure) if failure.code == SERVICE_LEAVES => {
                return Err(Failure { code: 3, ..failure });
            }
            answer => return Ok((client, answer?)),
        }
    }
}

/// The signals that stop a lab in the foreground.
pub struct Ends([Signal; 3]);

impl Ends {
    /// From now on they are heard.
    pub fn listen() -> Result<Ends, Failure> {
        let hear = |kind| signal(kind).map_err(|error| Failure::cannot(error.to_string()));
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, terminate, hangup] = kinds.map(hear);
        Ok(Ends([interrupt?, terminate?, hangup?]))
    }

    /// Waits for one of them.
    pub async fn one(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

/// Is a file meant? What looks like a path is one, and what lies there and is no built-in lab.
pub fn is_file(name: &str) -> bool {
    let path = Path::new(name);
    let looks_like_file = name.contains('/') || name.ends_with(".toml");
    looks_like_file || path.is_file() || (path.exists() && lab::gallery::text(name).is_none())
}

/// A file or a built-in lab, for the service.
pub fn source(name: &str) -> Result<Source, Text> {
    match is_file(name) {
        true => absolute_text(Path::new(name)).map(Source::File),
        false => Ok(Source::Builtin(name.to_owned())),
    }
}

/// The same, read here: whatever is wrong with it is told by the name that the person wrote.
pub fn loaded(name: &str) -> Result<Loaded, Text> {
    let source = match is_file(name) {
        true => Source::File(name.to_owned()),
        false => Source::Builtin(name.to_owned()),
    };
    let loaded = sources::load(&source);
    let loaded = loaded.map_err(|problem| Text { en: problem.en, zh: problem.zh })?;
    Ok(Loaded { name: name.to_owned(), ..loaded })
}

/// The path from the root, which the service reads in a folder of its own.
fn absolute_text(path: &Path) -> Result<String, Text> {
    let shown = path.display();
    let absolute = absolute(path).map_err(|error| {
        let says = |lang| format!("{shown}: {}", door::system::says(&error, lang));
        Text { en: says(Lang::En), zh: says(Lang::Zh) }
    })?;
    absolute.into_os_string().into_string().map_err(|odd| {
        let odd = Path::new(&odd).display();
        Text {
            en: format!("{odd}: this path is not UTF-8; rename the folder or file"),
            zh: format!("{odd}: 这个路径不是 UTF-8 编码; 请给其中的文件夹或文件改名"),
        }
    })
}

fn json(view: &LabView, status: &Status) -> String {
    let both = serde_json::json!({ "lab": view, "service": status });
    format!("{both}\n")
}

/// What the lines after the welcome depend on.
struct Next {
    detached: bool,
    /// No other lab runs.
    alone: bool,
}

/// What the lab is, and what to do next: lines that can be pasted.
fn welcome(context: &Context, view: &LabView, status: &Status, next: Next) -> String {
    let name = &view.line.name;
    // Among several labs a command says which one it means.
    let called = if next.alone { called_as() } else { format!("{} -l {name}", called_as()) };
    let title = match context.lang {
        Lang::En => &view.line.title,
        Lang::Zh if !view.line.title_zh.is_empty() => &view.line.title_zh,
        Lang::Zh => &view.line.title,
    };
    let mut text = match context.lang {
        Lang::En => format!("{name} runs{} (seed {})\n", dash(title), view.line.seed),
        Lang::Zh => format!("{name} 正在运行{} (种子 {})\n", dash(title), view.line.seed),
    };
    for network in &view.networks {
        let on_it = |node: &&service::api::NodeLine| {
            let subnet: Option<ipnet::IpNet> = network.subnet.parse().ok();
            let inside = |address: &String| {
                let ip =
                    address.split('/').next().and_then(|ip| ip.parse::<std::net::IpAddr>().ok());
                subnet.zip(ip).is_some_and(|(subnet, ip)| subnet.contains(&ip))
            };
            node.kind != "switch" && node.addresses.iter().any(inside)
        };
        let hosts: Vec<&str> =
            view.nodes_list.iter().filter(on_it).map(|node| node.name.as_str()).collect();
        text.push_str(&format!(
            "  {:<10} {:<18} {}\n",
            network.name,
            network.subnet,
            hosts.join(" ")
        ));
    }
    let page = format!("{}#k={}", status.page, status.secret.as_deref().unwrap_or_default());
    text.push_str(
        &context.say(&format!("  page       {page}\n"), &format!("  页面       {page}\n")),
    );
    let first = view.networks.first().map_or("NETWORK", |network| network.name.as_str());
    let site = view
        .nodes_list
        .iter()
        .flat_map(|node| &node.names)
        .find(|name| name.starts_with("www."))
        .or_else(|| view.nodes_list.iter().flat_map(|node| &node.names).next());
    let host = first_host(view, first).unwrap_or("HOST");
    text.push_str(&context.say("Next, in another terminal:\n", "接下来, 在另一个终端里:\n"));
    if let Some(site) = site {
        text.push_str(&format!("  {called} join {first} -- curl -s http://{site}/\n"));
        text.push_str(&format!("  {called} exec {host} -- ping -c 3 {site}\n"));
    }
    text.push_str(&format!("  {called} watch\n"));
    let called = called_as();
    text.push_str(&match next.detached {
        true => context.say(
            &format!("Stop it: {called} down {name}\n"),
            &format!("停止: {called} down {name}\n"),
        ),
        false => context.say("Ctrl-C stops the lab.\n", "按 Ctrl-C 停止实验。\n"),
    });
    text
}

/// A host on this network, or any.
fn first_host<'a>(view: &'a LabView, network: &str) -> Option<&'a str> {
    let subnet = view
        .networks
        .iter()
        .find(|known| known.name == network)?
        .subnet
        .parse::<ipnet::IpNet>()
        .ok()?;
    let inside = |node: &&service::api::NodeLine| {
        let addresses = node.addresses.iter().filter_map(|text| text.parse::<ipnet::IpNet>().ok());
        addresses.into_iter().any(|net| subnet.contains(&net.addr()))
    };
    let hosts = || view.nodes_list.iter().filter(|node| node.kind == "host");
    hosts().find(inside).or_else(|| hosts().next()).map(|node| node.name.as_str())
}

fn dash(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!(": {title}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn a_path_that_cannot_be_told_is_refused_in_both_languages() {
        let cases = [
            (OsStr::new(""), "empty path", "参数无效"),
            (OsStr::from_bytes(b"/labs/\xff.toml"), "is not UTF-8; rename", "不是 UTF-8 编码; 请"),
        ];
        for (path, en, zh) in cases {
            let why = absolute_text(Path::new(path)).expect_err("refused");
            assert!(why.en.contains(en) && why.zh.contains(zh), "{why:?}");
        }
        assert_eq!(absolute_text(Path::new("/a/b.toml")).as_deref(), Ok("/a/b.toml"));
    }
}
