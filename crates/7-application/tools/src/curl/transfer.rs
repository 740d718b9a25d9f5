//! One URL's transfer: name, connection, request, response, redirections.

use super::report::{Failure, Seen, field_lines, head_lines};
use super::request::{Asked, Url};
use crate::options::Given;
use base::{Duration, Instant};
use bytes::{Bytes, BytesMut};
use core::net::SocketAddr;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Method, Response};
use hyper::body::{Body, Incoming};
use socket::{Env, TcpStream};
use web::content::next_piece;

/// What the command line asks for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) urls: Vec<String>,
    pub(super) max_time: Option<Duration>,
    pub(super) connect_timeout: Duration,
    pub(super) redirections: usize,
    pub(super) given: Given,
}

/// Where the content goes.
enum Sink {
    Stdout,
    Nowhere,
    File(String, BytesMut),
}

pub(super) struct Transfer<'a> {
    env: &'a Env,
    wanted: &'a Wanted,
    url: &'a str,
    /// Which of the URLs it is: the n-th `-o` is its.
    place: usize,
    began: Instant,
    pub(super) seen: Seen,
}

impl<'a> Transfer<'a> {
    pub(super) fn new(env: &'a Env, wanted: &'a Wanted, url: &'a str, place: usize) -> Self {
        Transfer { env, wanted, url, place, began: env.now(), seen: Seen::default() }
    }

    fn given(&self) -> &'a Given {
        &self.wanted.given
    }
    fn so_far(&self) -> Duration {
        self.env.now().since(self.began)
    }
    fn note(&self, line: &str) {
        if self.given().has("verbose") {
            self.env.eprint(format_args!("{line}\n"));
        }
    }

    /// The message when `--max-time` is over.
    pub(super) fn out_of_time(&self, took: Duration) -> Failure {
        let ms = took.as_millis();
        if self.seen.connecting || self.seen.remote.is_none() {
            return Failure::new(28, format!("Connection timed out after {ms} milliseconds"));
        }
        let got = self.seen.downloaded;
        let of = self.seen.announced.map_or(String::new(), |all| format!(" out of {all}"));
        Failure::new(
            28,
            format!("Operation timed out after {ms} milliseconds with {got}{of} bytes received"),
        )
    }

    pub(super) async fn run(&mut self) -> Result<(), Failure> {
        let mut url = Url::parse(self.url)?;
        let mut asked = Asked::read(self.env, self.given()).await?;
        if let Some(path) = self.given().get("upload-file").filter(|path| *path != "-")
            && url.target.ends_with('/')
        {
            let name = path.rsplit('/').next().unwrap_or(path);
            url = url.join(name)?;
        }
        let mut sink = self.sink(&url)?;
        loop {
            let response = self.ask(&url, &asked).await?;
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let follow = self.given().has("location") && response.status().is_redirection();
            let Some(location) = location.filter(|_| follow) else {
                return self.take(response, &mut sink).await;
            };
            if self.seen.redirections >= self.wanted.redirections {
                let most = self.wanted.redirections;
                return Err(Failure::new(47, format!("Maximum ({most}) redirects followed")));
            }
            self.seen.redirections += 1;
            let next = url.join(location)?;
            let status = response.status().as_u16();
            self.show_head(&response, &mut sink).await?;
            self.note(&format!("* Issue another request to this URL: '{}'", next.text));
            asked.redirected(status, self.given().has("request"));
            url = next;
        }
    }

    fn sink(&self, url: &Url) -> Result<Sink, Failure> {
        let path = match self.given().all("output").nth(self.place) {
            Some("-") => return Ok(Sink::Stdout),
            Some("/dev/null") => return Ok(Sink::Nowhere),
            Some(path) => path,
            None if self.given().has("remote-name") => url.file_name(),
            None => return Ok(Sink::Stdout),
        };
        if path.is_empty() {
            return Err(Failure::new(23, "Remote filename has no length"));
        }
        Ok(Sink::File(path.to_owned(), BytesMut::new()))
    }

    async fn ask(&mut self, url: &Url, asked: &Asked) -> Result<Response<Incoming>, Failure> {
        self.seen.url = url.text.clone();
        self.seen.method = asked.method.to_string();
        let request = asked.request(url)?;
        let stream = self.connect(url).await?;
        self.note(&format!("> {} {} HTTP/1.1", asked.method, url.target));
        field_lines(request.headers()).iter().for_each(|line| self.note(&format!("> {line}")));
        self.note(">");
        self.seen.uploaded = request.body().len() as u64;
        let response = web::client::send(self.env, stream, request).await;
        let response = response.map_err(|error| Failure::of_head(&error))?;
        self.seen.first_octet = self.so_far();
        self.seen.status = Some(response.status());
        let media = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        self.seen.content_type = media.unwrap_or("").to_owned();
        let lines = head_lines(&response);
        self.seen.head_octets += lines.iter().map(|line| line.len() + 2).sum::<usize>() + 2;
        lines.iter().for_each(|line| self.note(&format!("< {line}")));
        self.note("<");
        Ok(response)
    }

    async fn connect(&mut self, url: &Url) -> Result<TcpStream, Failure> {
        self.seen.connecting = true;
        let (host, port) = (&url.host, url.port);
        let addresses = dns::resolve(self.env, host).await.map_err(|why| {
            self.note(&format!("* {host}: {}", why.text(self.env.lang())));
            Failure::new(6, format!("Could not resolve host: {host}"))
        })?;
        self.seen.name_known = self.so_far();
        let began = self.env.now();
        let mut failure = String::new();
        for ip in addresses {
            let peer = SocketAddr::new(ip, port);
            self.note(&format!("*   Trying {peer}..."));
            let connecting = self.env.tcp_connect(peer);
            match self.env.timeout(self.wanted.connect_timeout, connecting).await {
                Ok(Ok(stream)) => {
                    self.seen.connected = self.so_far();
                    self.seen.connecting = false;
                    self.seen.remote = Some(peer);
                    self.seen.local = stream.local_addr().ok();
                    self.note(&format!("* Connected to {host} ({ip}) port {port}"));
                    return Ok(stream);
                }
                Ok(Err(error)) => {
                    failure = format!("* connect to {peer} failed: {error}");
                    self.note(&failure);
                }
                Err(_) => {
                    let ms = self.env.now().since(began).as_millis();
                    let says = format!(
                        "Failed to connect to {host} port {port} after {ms} ms: Timeout was reached"
                    );
                    return Err(Failure::new(28, says));
                }
            }
        }
        let ms = self.env.now().since(began).as_millis();
        let timed_out = failure.contains("timed out");
        let (code, why) =
            if timed_out { (28, "Timeout was reached") } else { (7, "Couldn't connect to server") };
        let says = format!("Failed to connect to {host} port {port} after {ms} ms: {why}");
        Err(Failure::new(code, says))
    }

    async fn show_head(
        &self,
        response: &Response<Incoming>,
        sink: &mut Sink,
    ) -> Result<(), Failure> {
        if !self.given().has("include") && !self.given().has("head") {
            return Ok(());
        }
        let mut text = head_lines(response).join("\r\n");
        text.push_str("\r\n\r\n");
        self.put(sink, Bytes::from(text)).await
    }

    async fn take(&mut self, response: Response<Incoming>, sink: &mut Sink) -> Result<(), Failure> {
        let status = response.status().as_u16();
        if self.given().has("fail") && status >= 400 {
            return Err(Failure::new(22, format!("The requested URL returned error: {status}")));
        }
        self.show_head(&response, sink).await?;
        let mut body = response.into_body();
        // The answer to a HEAD announces content that does not come.
        let content = self.seen.method != Method::HEAD.as_str();
        self.seen.announced = body.size_hint().exact().filter(|_| content);
        while let Some(piece) = next_piece(&mut body).await {
            let missing = self.seen.announced.map(|all| all.saturating_sub(self.seen.downloaded));
            let octets = piece.map_err(|error| Failure::of_content(&error, missing))?;
            self.seen.downloaded += octets.len() as u64;
            self.put(sink, octets).await?;
        }
        self.note(&format!("* Connection #0 to host {} left intact", self.host()));
        self.finish(sink)
    }

    fn host(&self) -> String {
        Url::parse(&self.seen.url).map_or(String::new(), |url| url.host)
    }

    async fn put(&self, sink: &mut Sink, octets: Bytes) -> Result<(), Failure> {
        let failed = || Failure::new(23, "Failure writing output to destination");
        match sink {
            Sink::Stdout => self.env.stdout().write_all(&octets).await.map_err(|_| failed())?,
            Sink::Nowhere => {}
            Sink::File(_, content) if content.len() + octets.len() > files::Tree::LIMIT => {
                return Err(failed());
            }
            Sink::File(_, content) => content.extend_from_slice(&octets),
        }
        Ok(())
    }

    fn finish(&self, sink: &mut Sink) -> Result<(), Failure> {
        let Sink::File(path, content) = sink else { return Ok(()) };
        let written = self.env.files().write(path, core::mem::take(content).freeze());
        written.map_err(|error| {
            Failure::new(23, format!("client returned ERROR on write to {path}: {error}"))
        })
    }
}
