//! The program `http [port=80] [addr=ADDRESS] [root=./site] [write=yes]`: files over HTTP/1.1.
//!
//! What a request gets is [`crate::respond`]'s business; this room keeps connections: keep-alive and
//! pipelining by hyper, a bound on connections (further ones wait in the listener's queue), a limit
//! for the time a request's head may take (slow clients), another for content, a bound for uploads.
//! One line per response goes to standard output, in the common log format. The date is the lab's.
//!
//! Absent: TLS, HTTP/2, a limit for the time in which a client takes its response.

use crate::content::{NotCollected, Pieces, collect};
use crate::respond::{Site, Whole};
use base::{Civil, Duration, Lang};
use bytes::Bytes;
use core::convert::Infallible;
use core::future::Future;
use core::net::SocketAddr;
use core::pin::Pin;
use dns::settings::{BadSetting, Settings};
use http::header::{CONNECTION, DATE, HOST, SERVER};
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use socket::{Env, ExitCode, TcpListener, TcpStream};
use std::sync::Arc;
use tokio::sync::Semaphore;

const CONNECTIONS: usize = 256;
/// Clients that may store at once; together they hold at most this many times [`UPLOAD`].
const UPLOADS: usize = 4;
/// Octets that one client may store in one request.
const UPLOAD: usize = 256 << 20;
const HEAD_WITHIN: Duration = Duration::from_secs(30);
const CONTENT_WITHIN: Duration = Duration::from_secs(600);
const DEFAULT_ROOT: &str = "./site";

/// The program.
pub fn http(env: Env) -> Pin<Box<dyn Future<Output = ExitCode> + Send>> {
    Box::pin(run(env))
}

async fn run(env: Env) -> ExitCode {
    let (local, site) = match settings(&env) {
        Ok(settings) => settings,
        Err(bad) => {
            let usage = match env.lang() {
                Lang::En => {
                    "usage: http [port=80] [addr=ADDRESS] [root=./site] [write=yes]\n\
                     write=yes: clients may store and remove files (PUT, DELETE)"
                }
                Lang::Zh => {
                    "用法: http [port=80] [addr=地址] [root=./site] [write=yes]\n\
                     write=yes: 允许客户端存放和删除文件 (PUT, DELETE)"
                }
            };
            env.eprint(format_args!("http: {}\n{usage}\n", bad.text(env.lang())));
            return ExitCode::USAGE;
        }
    };
    match env.tcp_listen(local, CONNECTIONS) {
        Ok(listener) => {
            accept(&env, &listener, site).await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            env.eprint(format_args!("http: {local}: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

fn settings(env: &Env) -> Result<(SocketAddr, Site), BadSetting> {
    let words = env.args().get(1..).unwrap_or_default();
    let settings = Settings::read(words, &["port", "addr", "root", "write"])?;
    let root = files::resolve(settings.get("root").unwrap_or(DEFAULT_ROOT));
    let site = Site { tree: env.files(), root, writable: settings.flag("write")? };
    Ok((settings.listen(80)?, site))
}

async fn accept(env: &Env, listener: &TcpListener, site: Site) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let uploads = Arc::new(Semaphore::new(UPLOADS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let Ok((stream, peer)) = listener.accept().await else { return };
        let own = Visit { env: env.clone(), site: site.clone(), peer, uploads: uploads.clone() };
        drop(env.spawn(async move {
            own.serve(stream).await;
            drop(place);
        }));
    }
}

/// One connection's client.
#[derive(Clone)]
struct Visit {
    env: Env,
    site: Site,
    peer: SocketAddr,
    uploads: Arc<Semaphore>,
}

impl Visit {
    async fn serve(self, stream: TcpStream) {
        let visit = self.clone();
        let service = service_fn(move |request| {
            let visit = visit.clone();
            async move { Ok::<_, Infallible>(visit.answer(request).await) }
        });
        let served = http1::Builder::new()
            .timer(self.env.hyper_timer())
            .header_read_timeout(core::time::Duration::from(HEAD_WITHIN))
            .auto_date_header(false)
            .title_case_headers(true)
            .half_close(true)
            .serve_connection(stream, service)
            .await;
        match served {
            Err(error) if error.is_parse() => self.log("-", StatusCode::BAD_REQUEST, 0),
            Err(error) if error.is_timeout() => self.log("-", StatusCode::REQUEST_TIMEOUT, 0),
            _ => {}
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Pieces> {
        let line = format!("{} {} {:?}", request.method(), request.uri(), request.version());
        let mut response = self.respond(request).await;
        let headers = response.headers_mut();
        let date = HeaderValue::from_str(&self.env.civil_now().imf_fixdate());
        headers.extend(date.ok().map(|date| (DATE, date)));
        headers.insert(SERVER, HeaderValue::from_static("Catenet"));
        self.log(&line, response.status(), response.body().len());
        response.map(Pieces::from)
    }

    async fn respond(&self, request: Request<Incoming>) -> Whole {
        let (head, body) = request.into_parts();
        //= rfc9112#3.2 MUST: without a host, or with two, the request is refused
        let hosts = head.headers.get_all(HOST).iter().count();
        if hosts > 1 || (hosts == 0 && head.version == Version::HTTP_11) {
            return refused(StatusCode::BAD_REQUEST, "A request names one host.\n");
        }
        let content = match self.content(&head.method, body).await {
            Ok(content) => content,
            Err(refused) => return refused,
        };
        self.site.respond(&head.method, head.uri.path(), &head.headers, content)
    }

    /// The content of a request that may store something; others' is not waited for.
    async fn content(&self, method: &Method, body: Incoming) -> Result<Bytes, Whole> {
        if *method != Method::PUT || !self.site.writable {
            return Ok(Bytes::new());
        }
        let place = self.uploads.acquire().await;
        let collected = self.env.timeout(CONTENT_WITHIN, collect(body, UPLOAD)).await;
        drop(place);
        collected
            .map_err(|_| refused(StatusCode::REQUEST_TIMEOUT, "The content came too slowly.\n"))?
            .map_err(|why| match why {
                NotCollected::TooLong => {
                    refused(StatusCode::PAYLOAD_TOO_LARGE, "At most 256 MiB are taken.\n")
                }
                NotCollected::Broken(_) => {
                    refused(StatusCode::BAD_REQUEST, "The content is not readable.\n")
                }
            })
    }

    fn log(&self, line: &str, status: StatusCode, octets: usize) {
        let (peer, date) = (self.peer.ip(), log_date(&self.env.civil_now()));
        let status = status.as_u16();
        self.env.print(format_args!("{peer} - - [{date}] \"{line}\" {status} {octets}\n"));
    }
}

/// A refusal after which the connection is closed: what follows on it is not known.
fn refused(status: StatusCode, says: &'static str) -> Whole {
    let mut response = Response::new(Bytes::from_static(says.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

fn log_date(civil: &Civil) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS[usize::from((civil.month.max(1) - 1) % 12)];
    let Civil { year, day, hour, minute, second, .. } = civil;
    format!("{day:02}/{month}/{year:04}:{hour:02}:{minute:02}:{second:02} +0000")
}
