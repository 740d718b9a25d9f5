//! Speaking to the service: HTTP over its Unix socket, or over loopback with the token.

use crate::say::{Context, Failure, tell};
use base::Lang;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use service::api::{ErrorBody, LabLine, Problem, ROOT, Status, Stopped};
use service::place::Place;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::net::{TcpStream, UnixStream};

/// What a service that was started for a lab ends with when another got the place.
pub const ANOTHER_RUNS: i32 = 75;
/// How long a service may take to start.
const START: Duration = Duration::from_secs(10);

/// Where the service is.
enum Address {
    Socket(PathBuf),
    Loopback { host: String, token: String },
}

/// A way to the service. Each request has a connection of its own.
pub struct Client {
    address: Address,
    lang: Lang,
}

/// Runs a verb that speaks to the service.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::cannot(error.to_string()))?;
    let done = runtime.block_on(work);
    // A thread that waits for standard input must not hold us.
    runtime.shutdown_background();
    done
}

/// The user's folder.
pub fn place() -> Result<Place, Failure> {
    let lang = crate::say::language(std::env::args_os().skip(1));
    Place::of_caller().map_err(|error| Failure::cannot(error.text(lang)))
}

impl Client {
    /// The service named by `--server`, or the user's own; it must run.
    pub async fn connect(context: &Context) -> Result<Client, Failure> {
        let client = Client::find(context)?;
        match client.open().await {
            Ok(_) => Ok(client),
            Err(_) => {
                let called = crate::say::called_as();
                let last = if context.server.is_none() { last_ending() } else { String::new() };
                Err(Failure::cannot(context.say(
                    &format!("no service runs; start a lab: {called} up two-lans{last}"),
                    &format!("服务没有运行; 先启动一个实验: {called} up two-lans{last}"),
                )))
            }
        }
    }

    /// The same; a service of the user's own is started when none runs.
    pub async fn connect_or_start(
        context: &Context,
        listen: Option<std::net::SocketAddr>,
    ) -> Result<Client, Failure> {
        let client = Client::find(context)?;
        if client.open().await.is_ok() {
            return Ok(client);
        }
        if context.server.is_some() {
            return Client::connect(context).await;
        }
        client.start(context, listen).await?;
        Ok(client)
    }

    fn find(context: &Context) -> Result<Client, Failure> {
        let address = match context.server.as_deref() {
            None => Address::Socket(place()?.socket()),
            Some(url) => match url.strip_prefix("http://") {
                Some(rest) => loopback(rest, context)?,
                None => Address::Socket(PathBuf::from(url)),
            },
        };
        Ok(Client { address, lang: context.lang })
    }

    async fn start(
        &self,
        context: &Context,
        listen: Option<std::net::SocketAddr>,
    ) -> Result<(), Failure> {
        let place = place()?;
        let failed =
            |error: io::Error| Failure::cannot(format!("{}: {error}", place.log().display()));
        let began = Instant::now();
        let mut said = String::new();
        let mut child: Option<Child> = None;
        while began.elapsed() < START {
            if self.open().await.is_ok() {
                return Ok(());
            }
            match child.as_mut().map(Child::try_wait) {
                // None is started yet, or ours found another's that may be leaving: once more.
                None => child = Some(spawn(&place, listen).map_err(failed)?),
                Some(Ok(Some(status))) if status.code() == Some(ANOTHER_RUNS) => child = None,
                Some(Ok(Some(_))) => {
                    said = std::fs::read_to_string(place.log()).unwrap_or_default();
                    break;
                }
                Some(_) => {}
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let said = said.lines().last().unwrap_or_default();
        Err(Failure::cannot(
            context.say(
                &format!("the service did not start: {said}"),
                &format!("服务没有启动: {said}"),
            ),
        ))
    }

    async fn open(&self) -> io::Result<SendRequest<Full<Bytes>>> {
        match &self.address {
            Address::Socket(path) => shake_hands(UnixStream::connect(path).await?).await,
            Address::Loopback { host, .. } => shake_hands(TcpStream::connect(host).await?).await,
        }
    }

    /// Does the service still answer?
    pub async fn is_there(&self) -> bool {
        self.open().await.is_ok()
    }

    /// One request; the answer if it is a good one, else what the service says is wrong.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Response<Incoming>, Failure> {
        let lost = |error: &dyn core::fmt::Display| {
            let (en, zh) =
                (format!("the service is gone: {error}"), format!("服务已消失: {error}"));
            Failure::cannot(match self.lang {
                Lang::En => en,
                Lang::Zh => zh,
            })
        };
        let mut sender = self.open().await.map_err(|error| lost(&error))?;
        let mut request = Request::builder().method(method).uri(format!("{ROOT}{path}"));
        match &self.address {
            Address::Socket(_) => request = request.header("host", "catenet"),
            Address::Loopback { host, token } => {
                request =
                    request.header("host", host).header("authorization", format!("Bearer {token}"));
            }
        }
        let request =
            request.header("content-type", "application/json").body(Full::new(Bytes::from(body)));
        let request = request.map_err(|error| Failure::usage(error.to_string()))?;
        let response = sender.send_request(request).await.map_err(|error| lost(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| lost(&error))?.to_bytes();
        match serde_json::from_slice::<ErrorBody>(&body) {
            Ok(said) => Err(Failure::of(&said.error, self.lang)),
            Err(_) => Err(Failure::cannot(format!("{status}: {}", String::from_utf8_lossy(&body)))),
        }
    }

    /// GET that answers JSON.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let text = self.get_text(path).await?;
        serde_json::from_str(&text).map_err(|error| Failure::cannot(format!("{path}: {error}")))
    }

    /// GET that answers text.
    pub async fn get_text(&self, path: &str) -> Result<String, Failure> {
        let response = self.send(Method::GET, path, Vec::new()).await?;
        let body = response.into_body().collect().await;
        let body = body.map_err(|error| Failure::cannot(error.to_string()))?.to_bytes();
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// POST of JSON.
    pub async fn post(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Response<Incoming>, Failure> {
        let body = serde_json::to_vec(body).map_err(|error| Failure::usage(error.to_string()))?;
        self.send(Method::POST, path, body).await
    }

    /// POST of JSON that answers JSON.
    pub async fn post_for<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        let body = self.post(path, body).await?.into_body().collect().await;
        let body = body.map_err(|error| Failure::cannot(error.to_string()))?.to_bytes();
        serde_json::from_slice(&body).map_err(|error| Failure::cannot(format!("{path}: {error}")))
    }

    /// Stops a lab; what became of its journal is said.
    pub async fn stop(&self, context: &Context, name: &str) -> Result<(), Failure> {
        let answer =
            self.send(Method::DELETE, &format!("/labs/{}", encode(name)), Vec::new()).await?;
        let body = answer.into_body().collect().await;
        let body = body.map_err(|error| Failure::cannot(error.to_string()))?.to_bytes();
        let stopped = serde_json::from_slice::<Stopped>(&body).ok();
        say_trouble(context, name, stopped.and_then(|stopped| stopped.journal_trouble).as_deref());
        Ok(())
    }

    /// What to say when none runs: how the last ones ended, too.
    async fn no_lab(&self) -> Result<Problem, Failure> {
        let ended = self.get::<Status>("/status").await?.ended;
        let (en, zh) = (endings(&ended, Lang::En), endings(&ended, Lang::Zh));
        Ok(Problem::new(
            "no-lab",
            format!("no lab runs; start one: catenet up two-lans{en}"),
            format!("没有实验在运行; 先启动一个: catenet up two-lans{zh}"),
        ))
    }

    /// The lab that `--lab` names, or the only one, as a word of a path.
    pub async fn lab(&self, context: &Context) -> Result<String, Failure> {
        if let Some(name) = &context.lab {
            return Ok(encode(name));
        }
        self.one_lab(context).await
    }

    /// The lab that `--lab` names, or the only one, by its name.
    pub async fn one_lab(&self, context: &Context) -> Result<String, Failure> {
        if let Some(name) = &context.lab {
            return Ok(name.clone());
        }
        let labs: Vec<LabLine> = self.get("/labs").await?;
        let names: Vec<&str> = labs.iter().map(|lab| lab.name.as_str()).collect();
        let problem = match names.as_slice() {
            [only] => return Ok((*only).to_owned()),
            [] => self.no_lab().await?,
            several => {
                let names = several.join(", ");
                Problem::new(
                    "which-lab",
                    format!("several labs run ({names}); say which with --lab NAME"),
                    format!("有多个实验在运行 ({names}); 用 --lab NAME 指定"),
                )
            }
        };
        Err(Failure::of(&problem, self.lang))
    }
}

/// How the last lab of a service that has left ended, as its log says it, if nobody stopped it.
fn last_ending() -> String {
    let log = place().ok().and_then(|place| std::fs::read_to_string(place.log()).ok());
    let line =
        log.as_deref().and_then(|log| log.lines().rfind(|line| line.starts_with("the lab ")));
    line.map(|line| format!("\n  {line}")).unwrap_or_default()
}

/// Says of every lab that ended though nobody stopped it why it did.
pub fn endings(ended: &[(String, String)], lang: Lang) -> String {
    let line = |(lab, why): &(String, String)| match lang {
        Lang::En => format!("\n  the lab {lab} has ended: {why}"),
        Lang::Zh => format!("\n  实验 {lab} 已结束: {why}"),
    };
    ended.iter().map(line).collect()
}

async fn shake_hands<S>(line: S) -> io::Result<SendRequest<Full<Bytes>>>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(line))
        .await
        .map_err(io::Error::other)?;
    tokio::spawn(connection);
    Ok(sender)
}

fn loopback(rest: &str, context: &Context) -> Result<Address, Failure> {
    let host = rest.trim_end_matches('/').to_owned();
    let token = std::env::var("CATENET_TOKEN").ok().or_else(|| {
        let port = host.rsplit(':').next()?.parse().ok()?;
        std::fs::read_to_string(place().ok()?.token(port)).ok()
    });
    match token {
        Some(token) => Ok(Address::Loopback { host, token: token.trim().to_owned() }),
        None => Err(Failure::usage(context.say(
            "that service asks for a token: set CATENET_TOKEN",
            "该服务需要令牌: 请设置 CATENET_TOKEN",
        ))),
    }
}

/// Starts a service in the background. Whoever gets the place empties the log.
fn spawn(place: &Place, listen: Option<std::net::SocketAddr>) -> io::Result<Child> {
    let log = std::fs::File::options().create(true).append(true).open(place.log())?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["serve", "--until-idle"]);
    command.args(listen.map(|address| format!("--listen={address}")));
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    // A group of its own: Ctrl-C at the lab's terminal is not meant for the service.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}

/// Says that a lab's journal broke off: what it holds is good up to there.
pub fn say_trouble(context: &Context, lab: &str, trouble: Option<&str>) {
    if let Some(trouble) = trouble {
        tell(&context.say(
            &format!("catenet: the journal of {lab} breaks off at {trouble}\n"),
            &format!("catenet: {lab} 的日志中断于 {trouble}\n"),
        ));
    }
}

/// How a streamed answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its reader had enough.
    Enough,
    /// The service ended it: the lab has ended.
    Over,
    /// It broke off: the service is gone.
    Lost,
}

/// Calls `line` with every line of a streamed answer until it says stop or the answer ends.
pub async fn lines(
    response: Response<Incoming>,
    mut line: impl FnMut(&str) -> Result<bool, Failure>,
) -> Result<End, Failure> {
    lines_then(response, async |text: &str| line(text)).await
}

/// The same, where a line may have to wait: nothing more is read meanwhile.
pub async fn lines_then(
    response: Response<Incoming>,
    mut line: impl AsyncFnMut(&str) -> Result<bool, Failure>,
) -> Result<End, Failure> {
    let mut body = response.into_body();
    let mut rest: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Ok(End::Lost) };
        let Ok(data) = frame.into_data() else { continue };
        rest.extend_from_slice(&data);
        let mut start = 0;
        while let Some(end) = rest[start..].iter().position(|&octet| octet == b'\n') {
            let text = String::from_utf8_lossy(&rest[start..start + end]).into_owned();
            start += end + 1;
            if !line(&text).await? {
                return Ok(End::Enough);
            }
        }
        rest.drain(..start);
    }
    Ok(End::Over)
}

/// Percent-encodes a word of a path or a query's value.
pub fn encode(text: &str) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~".contains(&octet);
    text.bytes()
        .map(
            |octet| {
                if plain(octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") }
            },
        )
        .collect()
}
