//! A connection inside the lab, carried by the program `relay` of one of its machines.
//!
//! The frames and windows are told at that program: at most a window of octets is under way in
//! either direction that the other side has not taken.

use super::socks::{Reply, Target};
use crate::client::Client;
use data_encoding::BASE64;
use http_body_util::BodyExt;
use hyper::Method;
use hyper::body::Incoming;
use service::api::{Exec, ExecNews};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Semaphore, mpsc};

/// As `tools::relay::WINDOW`: a test sends more than it in both directions.
const WINDOW: usize = 128 * 1024;
/// Octets read at once.
const PIECE: usize = 32 * 1024;
/// Octets that were taken before the other side is told.
const TELL: usize = WINDOW / 4;

/// The host through which connections go.
pub struct Gate {
    client: Rc<Client>,
    lab: String,
    host: String,
}

impl Gate {
    /// Connections of `host` in `lab` (a word of a path).
    pub fn new(client: Rc<Client>, lab: String, host: String) -> Gate {
        Gate { client, lab, host }
    }

    /// Opens a connection.
    pub async fn connect(&self, target: &Target) -> Result<Line, Reply> {
        let words = ["relay", &target.host, &target.port.to_string()].map(str::to_owned);
        let request = Exec { node: self.host.clone(), argv: words.to_vec(), stdin: true };
        let path = format!("/labs/{}/exec", self.lab);
        let answer = self.client.post(&path, &request).await.map_err(|_| Reply::Failure)?;
        let mut news = NewsReader::new(answer.into_body());
        let mut process = None;
        loop {
            match news.next().await {
                Some(ExecNews::Process(id)) => process = Some(id),
                Some(ExecNews::Stderr(text)) => {
                    // The line and what follows it may come together.
                    let text = octets(&text).map_err(|_| Reply::Failure)?;
                    let text = String::from_utf8_lossy(&text).into_owned();
                    let (line, rest) = text.split_once('\n').unwrap_or((&text, ""));
                    let id = process.filter(|_| line.starts_with("connected "));
                    let id = id.ok_or_else(|| refusal(line))?;
                    let stdin = format!("/labs/{}/processes/{id}/stdin", self.lab);
                    return Ok(Line {
                        client: self.client.clone(),
                        stdin,
                        news,
                        notes: rest.to_owned(),
                    });
                }
                _ => return Err(Reply::Failure),
            }
        }
    }
}

/// `failed KIND TEXT` as SOCKS says it.
fn refusal(line: &str) -> Reply {
    match line.split(' ').nth(1) {
        Some("refused") => Reply::Refused,
        Some("name" | "host" | "resolver") => Reply::HostUnreachable,
        Some("network") => Reply::NetworkUnreachable,
        Some("timeout") => Reply::TimedOut,
        _ => Reply::Failure,
    }
}

fn octets(text: &str) -> io::Result<Vec<u8>> {
    BASE64.decode(text.as_bytes()).map_err(io::Error::other)
}

/// A connection that is open.
pub struct Line {
    client: Rc<Client>,
    stdin: String,
    news: NewsReader,
    /// Lines of the relay, not read yet.
    notes: String,
}

impl Line {
    /// Carries octets both ways until both have ended.
    pub async fn carry(self, stream: TcpStream) -> io::Result<()> {
        let (reader, writer) = stream.into_split();
        let (put, frames) = mpsc::channel(8);
        let room = Rc::new(Semaphore::new(WINDOW));
        let Line { client, stdin, news, notes } = self;
        let down = Down { news, notes, room: room.clone(), put: put.clone(), taken: 0 };
        let up = async {
            match up(reader, &room, put).await {
                Ok(()) => core::future::pending().await, // the way down ends by itself
                broken => broken,
            }
        };
        // Dropping the answer ends the relay, and with it its connection.
        tokio::select! {
            done = down.run(writer) => done,
            broken = up => broken,
            () = send(&client, &stdin, frames) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

/// Gives frames to the relay, one request after another, so that they keep their order.
async fn send(client: &Client, path: &str, mut frames: mpsc::Receiver<Vec<u8>>) {
    while let Some(mut octets) = frames.recv().await {
        while let Ok(more) = frames.try_recv() {
            octets.extend_from_slice(&more);
        }
        if client.send(Method::POST, path, octets).await.is_err() {
            break; // it has ended: its exit is on its way
        }
    }
    core::future::pending().await
}

fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &(body.len() as u32).to_be_bytes()[..], body].concat()
}

async fn up(
    mut reader: OwnedReadHalf,
    room: &Semaphore,
    put: mpsc::Sender<Vec<u8>>,
) -> io::Result<()> {
    let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
    let mut buffer = vec![0; PIECE];
    loop {
        room.acquire_many(PIECE as u32).await.map_err(|_| gone())?.forget();
        let count = reader.read(&mut buffer).await?;
        room.add_permits(PIECE - count);
        let piece = if count == 0 { frame(b'e', &[]) } else { frame(b'd', &buffer[..count]) };
        put.send(piece).await.map_err(|_| gone())?;
        if count == 0 {
            return Ok(());
        }
    }
}

struct Down {
    news: NewsReader,
    notes: String,
    room: Rc<Semaphore>,
    put: mpsc::Sender<Vec<u8>>,
    /// Octets that the client took and the relay does not know of.
    taken: usize,
}

impl Down {
    async fn run(mut self, mut writer: OwnedWriteHalf) -> io::Result<()> {
        let lost = || io::Error::from(io::ErrorKind::ConnectionReset);
        loop {
            self.read_notes(&mut writer).await?;
            match self.news.next().await.ok_or_else(lost)? {
                ExecNews::Stdout(text) => {
                    let octets = octets(&text)?;
                    writer.write_all(&octets).await?;
                    self.took(octets.len()).await?;
                }
                ExecNews::Stderr(text) => {
                    self.notes += &String::from_utf8_lossy(&octets(&text)?);
                }
                ExecNews::Exit(0) => return Ok(()),
                ExecNews::Process(_) => {}
                // Whole or not at all: a gap must not look like data.
                ExecNews::Exit(_) | ExecNews::Missed(_) => {
                    break_off(writer);
                    return Err(lost());
                }
            }
        }
    }

    async fn took(&mut self, count: usize) -> io::Result<()> {
        self.taken += count;
        if self.taken >= TELL {
            let credit = frame(b'c', &(self.taken as u32).to_be_bytes());
            let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
            self.put.send(credit).await.map_err(gone)?;
            self.taken = 0;
        }
        Ok(())
    }

    async fn read_notes(&mut self, writer: &mut OwnedWriteHalf) -> io::Result<()> {
        let whole = self.notes.rfind('\n').map_or(0, |place| place + 1);
        let lines: String = self.notes.drain(..whole).collect();
        for line in lines.lines() {
            match line.split_once(' ') {
                Some(("took", count)) => {
                    self.room.add_permits(count.parse::<usize>().unwrap_or(0).min(WINDOW));
                }
                _ if line == "end" => writer.shutdown().await?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// The client hears of a reset as one.
fn break_off(writer: OwnedWriteHalf) {
    // Without the option it sees an ordinary end.
    let _ = writer.as_ref().set_zero_linger();
}

/// The lines of an answer, one after another.
struct NewsReader {
    body: Incoming,
    rest: Vec<u8>,
    lines: VecDeque<Vec<u8>>,
}

impl NewsReader {
    fn new(body: Incoming) -> NewsReader {
        NewsReader { body, rest: Vec::new(), lines: VecDeque::new() }
    }

    /// The next; `None`: there are no more, or they make no sense.
    async fn next(&mut self) -> Option<ExecNews> {
        while self.lines.is_empty() {
            let Ok(data) = self.body.frame().await?.ok()?.into_data() else { continue };
            self.rest.extend_from_slice(&data);
            let mut start = 0;
            while let Some(end) = self.rest[start..].iter().position(|&octet| octet == b'\n') {
                self.lines.push_back(self.rest[start..start + end].to_vec());
                start += end + 1;
            }
            self.rest.drain(..start);
        }
        serde_json::from_slice(&self.lines.pop_front()?).ok()
    }
}
