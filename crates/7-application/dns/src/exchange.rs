//! One question to one name server: sent, sent again, asked over TCP where the answer was cut.
//!
//! Against answers made up by somebody else (RFC 5452): a random id, a fresh socket with a port of
//! chance, connected, so that only the server's own datagrams come in; the question must be ours.
//! A foreign answer is passed over and the waiting goes on.

use crate::answer::Transport;
use crate::stream::{Messages, send};
use base::{Duration, Lang};
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query};
use hickory_proto::rr::{DNSClass, Name, RecordType};
use socket::{Env, UdpSocket};
use std::io;

/// How long each try waits for its answer.
pub const PATIENCE: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// About which name.
    pub name: Name,
    /// Which records.
    pub kind: RecordType,
    /// May the server ask others?
    pub recursion: bool,
    /// With an OPT record that announces this size of datagrams (RFC 6891).
    pub edns: Option<u16>,
}

impl Question {
    /// As a resolver asks: recursion desired, no EDNS.
    pub fn new(name: Name, kind: RecordType) -> Self {
        Question { name, kind, recursion: true, edns: None }
    }
    fn message(&self, id: u16) -> Message {
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = self.recursion;
        message.add_query(Query::query(self.name.clone(), self.kind));
        if let Some(size) = self.edns {
            let mut edns = Edns::new();
            edns.set_max_payload(size);
            message.set_edns(edns);
        }
        message
    }
    /// Is `octets` the answer to this question, asked under `id`?
    fn answered_by(&self, octets: &[u8], id: u16) -> Option<Message> {
        let message = Message::from_vec(octets).ok()?;
        let ours = message.metadata.id == id
            && message.metadata.message_type == MessageType::Response
            && match message.queries.as_slice() {
                // A server that could not read the question need not repeat it.
                [] => u16::from(message.metadata.response_code) != 0,
                [query] => {
                    query.name().eq_ignore_root(&self.name)
                        && query.query_type() == self.kind
                        && query.query_class() == DNSClass::IN
                }
                _ => false,
            };
        ours.then_some(message)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answered {
    /// What it says.
    pub message: Message,
    /// How long it is.
    pub octets: usize,
    /// Who gave it.
    pub server: SocketAddr,
    /// How.
    pub transport: Transport,
    /// From the last question to it.
    pub took: Duration,
}

/// Why there is none.
#[derive(Debug)]
pub enum NoAnswer {
    /// Nothing came in time.
    TimedOut,
    /// The question could not be sent, or the server's machine refused it.
    Failed(io::Error),
}

impl NoAnswer {
    /// The sentence for people.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (NoAnswer::TimedOut, Lang::En) => "timed out".to_owned(),
            (NoAnswer::TimedOut, Lang::Zh) => "超时".to_owned(),
            (NoAnswer::Failed(error), _) => error.to_string(),
        }
    }
}

impl From<io::Error> for NoAnswer {
    fn from(error: io::Error) -> Self {
        let over = error.kind() == io::ErrorKind::TimedOut;
        if over { NoAnswer::TimedOut } else { NoAnswer::Failed(error) }
    }
}

/// Asks `server`, by UDP with one try per entry of `patience`, then by TCP where the answer was cut.
///
/// # Errors
/// No answer in time, or no way there.
pub async fn ask(
    env: &Env,
    server: SocketAddr,
    question: &Question,
    patience: &[Duration],
) -> Result<Answered, NoAnswer> {
    let answered = ask_udp(env, server, question, patience).await?;
    if answered.message.metadata.truncation {
        return ask_tcp(env, server, question).await;
    }
    Ok(answered)
}

/// As [`ask`], and a cut answer counts.
///
/// # Errors
/// As [`ask`].
pub async fn ask_udp(
    env: &Env,
    server: SocketAddr,
    question: &Question,
    patience: &[Duration],
) -> Result<Answered, NoAnswer> {
    let id = env.random().next_u32() as u16;
    let octets = question.message(id).to_vec().map_err(io::Error::other)?;
    let socket = env.udp_bind(unspecified(server))?;
    socket.connect(server).await?;
    for &span in patience {
        let asked = env.now();
        socket.send(&octets).await?;
        if let Ok(heard) = env.timeout(span, hear(&socket, question, id)).await {
            let (message, octets) = heard?;
            let took = env.now().since(asked);
            return Ok(Answered { message, octets, server, transport: Transport::Udp, took });
        }
    }
    Err(NoAnswer::TimedOut)
}

async fn hear(socket: &UdpSocket, question: &Question, id: u16) -> io::Result<(Message, usize)> {
    loop {
        let octets = socket.recv_msg().await?.payload.into_bytes();
        if let Some(message) = question.answered_by(&octets, id) {
            return Ok((message, octets.len()));
        }
    }
}

/// Asks over a stream.
///
/// # Errors
/// As [`ask`].
pub async fn ask_tcp(
    env: &Env,
    server: SocketAddr,
    question: &Question,
) -> Result<Answered, NoAnswer> {
    let id = env.random().next_u32() as u16;
    let octets = question.message(id).to_vec().map_err(io::Error::other)?;
    let asked = env.now();
    let whole = PATIENCE.iter().fold(Duration::ZERO, |sum, &span| sum + span);
    let (message, octets) = env
        .timeout(whole, converse(env, server, question, id, &octets))
        .await
        .map_err(io::Error::from)??;
    let took = env.now().since(asked);
    Ok(Answered { message, octets, server, transport: Transport::Tcp, took })
}

async fn converse(
    env: &Env,
    server: SocketAddr,
    question: &Question,
    id: u16,
    octets: &[u8],
) -> io::Result<(Message, usize)> {
    let stream = env.tcp_connect(server).await?;
    send(&stream, octets).await?;
    let mut messages = Messages::new(&stream);
    while let Some(octets) = messages.next().await? {
        if let Some(message) = question.answered_by(&octets, id) {
            return Ok((message, octets.len()));
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

fn unspecified(server: SocketAddr) -> SocketAddr {
    match server.ip() {
        IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        IpAddr::V6(_) => (core::net::Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}
