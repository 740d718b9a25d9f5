//! The programs of the flooded network: an echo server and its client, a datagram service and its
//! client, ping. Each gives up after a while, so that a bent handshake leaves nothing for ever.

use base::Duration;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::str::FromStr;
use sim::Programs;
use socket::{Env, ExitCode, PingReceived, TcpStream};

const PATIENCE: Duration = Duration::from_secs(20);

/// Parts of an honest transfer.
pub(crate) const PARTS: usize = 100;

pub(crate) fn registry() -> Programs {
    let mut programs = Programs::default();
    programs
        .add("echod", |env| Box::pin(echod(env)), "echod PORT", "echod 端口")
        .add(
            "echo",
            |env| Box::pin(echo(env)),
            "echo IP PORT OCTETS PAUSE_NS",
            "echo 地址 端口 字节数 停顿纳秒",
        )
        .add("after", |env| Box::pin(after(env)), "after NS echo ..", "after 纳秒 echo ..")
        .add("chat", |env| Box::pin(chat(env)), "chat IP PORT", "chat 地址 端口")
        .add("named", |env| Box::pin(named(env)), "named PORT", "named 端口")
        .add("ask", |env| Box::pin(ask(env)), "ask IP PORT", "ask 地址 端口")
        .add("ping", |env| Box::pin(ping(env)), "ping IP", "ping 地址");
    programs
}

fn argument<T: FromStr>(env: &Env, index: usize) -> Option<T> {
    env.args().get(index)?.parse().ok()
}

fn peer(env: &Env) -> Option<SocketAddr> {
    Some(SocketAddr::new(argument(env, 1)?, argument(env, 2)?))
}

fn any(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port)
}

async fn echod(env: Env) -> ExitCode {
    let Some(port) = argument(&env, 1) else { return ExitCode::USAGE };
    let Ok(listener) = env.tcp_listen(any(port), 256) else { return ExitCode::FAILURE };
    loop {
        let Ok((stream, _)) = listener.accept().await else { return ExitCode::FAILURE };
        let inside = env.clone();
        env.spawn(async move { serve(&inside, stream).await });
    }
}

/// Sends back what comes, until the end or until nothing moves for too long.
async fn serve(env: &Env, stream: TcpStream) {
    loop {
        match env.timeout(PATIENCE, stream.read_bytes(65_536)).await {
            Ok(Ok(part)) if !part.is_empty() => {
                let written = env.timeout(PATIENCE, stream.write_all_bytes(&part)).await;
                if !matches!(written, Ok(Ok(()))) {
                    return;
                }
            }
            _ => return,
        }
    }
}

/// Sends so many octets in parts with a pause after each, reads them back, and compares. Exit codes: 1 an error, 3 wrong octets.
async fn echo(env: Env) -> ExitCode {
    let (Some(to), Some(count)) = (peer(&env), argument::<usize>(&env, 3)) else {
        return ExitCode::USAGE;
    };
    let pause = Duration::from_nanos(argument(&env, 4).unwrap_or(0));
    match exchange(&env, to, count, pause).await {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(wrong)) => {
            env.print(format_args!("octet {wrong} of {count} is wrong\n"));
            ExitCode(3)
        }
        Err(error) => {
            env.print(format_args!("{error}\n"));
            ExitCode::FAILURE
        }
    }
}

/// Waits for its turn, then does as [`echo`].
async fn after(env: Env) -> ExitCode {
    let Some(nanos) = argument(&env, 1) else { return ExitCode::USAGE };
    env.sleep(Duration::from_nanos(nanos)).await;
    echo(env.with_args(env.args()[2..].to_vec())).await
}

/// The place of the first octet that did not come back as it was.
async fn exchange(
    env: &Env,
    to: SocketAddr,
    count: usize,
    pause: Duration,
) -> std::io::Result<Option<usize>> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let stream = env.tcp_connect(to).await?;
    let mut data = vec![0; count];
    env.random().fill(&mut data);
    let (mut reader, mut writer) = stream.into_split();
    let (sent, inside) = (data.clone(), env.clone());
    let sender = env.spawn(async move {
        for part in sent.chunks(sent.len().div_ceil(PARTS).max(1)) {
            writer.write_all(part).await?;
            inside.sleep(pause).await;
        }
        writer.shutdown().await
    });
    let mut received = Vec::new();
    reader.read_to_end(&mut received).await?;
    sender.await?;
    let differs = received.iter().zip(&data).position(|(got, sent)| got != sent);
    Ok(differs.or((received.len() != count).then_some(received.len().min(count))))
}

/// Sends back each question with its first bit set. What has that bit is an answer (a bent one, or
/// of a service that was asked in our name): answering answers would go on for ever.
async fn named(env: Env) -> ExitCode {
    const ANSWER: u8 = 0x80;
    let Some(port) = argument(&env, 1) else { return ExitCode::USAGE };
    let Ok(socket) = env.udp_bind(any(port)) else { return ExitCode::FAILURE };
    let mut message = vec![0; 2_048];
    loop {
        let Ok((len @ 1.., from)) = socket.recv_from(&mut message).await else { continue };
        if message[0] & ANSWER == 0 {
            message[0] |= ANSWER;
            // An error here is about somebody who has gone: the next one is served.
            let _ = socket.send_to(&message[..len], from).await;
        }
    }
}

/// Says little and often over one connection, and does not mind what comes back.
async fn chat(env: Env) -> ExitCode {
    let Some(to) = peer(&env) else { return ExitCode::USAGE };
    let talk = async {
        let stream = env.tcp_connect(to).await?;
        for round in 0..100 {
            stream.write_all_bytes(&[round; 700]).await?;
            stream.read_bytes(65_536).await?;
            env.sleep(Duration::from_millis(20)).await;
        }
        Ok::<(), std::io::Error>(())
    };
    match env.timeout(PATIENCE, talk).await {
        Ok(Ok(())) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

async fn ask(env: Env) -> ExitCode {
    let Some(to) = peer(&env) else { return ExitCode::USAGE };
    let Ok(socket) = env.udp_bind(any(0)) else { return ExitCode::FAILURE };
    let mut answer = vec![0; 2_048];
    for len in [20, 48, 300, 1_400] {
        let question = vec![len as u8 & 0x7f; len];
        let _ = socket.send_to(&question, to).await;
        let _ = env.timeout(Duration::from_millis(500), socket.recv_from(&mut answer)).await;
    }
    ExitCode::SUCCESS
}

async fn ping(env: Env) -> ExitCode {
    let Some(to) = argument::<IpAddr>(&env, 1) else { return ExitCode::USAGE };
    let Ok(socket) = env.ping_socket() else { return ExitCode::FAILURE };
    for seq in 1..=3 {
        if socket.send(to, seq, None, b"are you there?").await.is_err() {
            return ExitCode::FAILURE;
        }
        let answer = env.timeout(Duration::from_millis(500), socket.recv()).await;
        if matches!(answer, Ok(Ok(PingReceived::Reply { .. }))) {
            env.print(format_args!("reply {seq}\n"));
        }
    }
    ExitCode::SUCCESS
}
