//! Small programs for the tests: ping, an echo server and its client, cat, and one that spins.

use base::Duration;
use catenet_sim::Programs;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::str::FromStr;
use socket::{Env, ExitCode, PingReceived, TcpStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub(crate) fn registry() -> Programs {
    let mut programs = Programs::default();
    programs
        .add("ping", |env| Box::pin(ping(env)), "ping ADDRESS COUNT", "ping 地址 次数")
        .add("echod", |env| Box::pin(echod(env)), "echod PORT", "echod 端口")
        .add("echo", |env| Box::pin(echo(env)), "echo ADDRESS PORT OCTETS", "echo 地址 端口 字节数")
        .add("cat", |env| Box::pin(cat(env)), "cat", "cat")
        .add("spin", |env| Box::pin(spin(env)), "spin", "spin");
    programs
}

fn argument<T: FromStr>(env: &Env, index: usize) -> Option<T> {
    env.args().get(index)?.parse().ok()
}

async fn ping(env: Env) -> ExitCode {
    let (Some(to), Some(count)) = (argument::<IpAddr>(&env, 1), argument::<u16>(&env, 2)) else {
        return ExitCode::USAGE;
    };
    let Ok(socket) = env.ping_socket() else { return ExitCode::FAILURE };
    for seq in 1..=count {
        if socket.send(to, seq, None, b"are you there?").await.is_err() {
            return ExitCode::FAILURE;
        }
        match env.timeout(Duration::from_secs(1), socket.recv()).await {
            Ok(Ok(PingReceived::Reply { seq, .. })) => env.print(format_args!("reply {seq}\n")),
            _ => return ExitCode::FAILURE,
        }
        if seq < count {
            env.sleep(Duration::from_millis(500)).await;
        }
    }
    ExitCode::SUCCESS
}

async fn echod(env: Env) -> ExitCode {
    let port = argument(&env, 1).unwrap_or(7);
    let any = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port);
    let Ok(listener) = env.tcp_listen(any, 16) else { return ExitCode::FAILURE };
    loop {
        let Ok((stream, _)) = listener.accept().await else { return ExitCode::FAILURE };
        env.spawn(serve(stream));
    }
}

async fn serve(mut stream: TcpStream) {
    let mut buffer = vec![0; 16 << 10];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(count) => {
                if stream.write_all(&buffer[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
    let _ = stream.shutdown().await;
}

/// Sends so many octets, reads them back, and compares.
async fn echo(env: Env) -> ExitCode {
    let address = (argument::<IpAddr>(&env, 1), argument::<u16>(&env, 2));
    let ((Some(ip), Some(port)), Some(count)) = (address, argument::<usize>(&env, 3)) else {
        return ExitCode::USAGE;
    };
    match exchange(&env, SocketAddr::new(ip, port), count).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode(3),
        Err(error) => {
            env.eprint(format_args!("{error}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn exchange(env: &Env, to: SocketAddr, count: usize) -> std::io::Result<bool> {
    let stream = env.tcp_connect(to).await?;
    let data: Vec<u8> = (0..count).map(|i| (i * 7 + i / 251) as u8).collect();
    let (mut reader, mut writer) = stream.into_split();
    let sent = data.clone();
    let sender = env.spawn(async move {
        let result = writer.write_all(&sent).await;
        let _ = writer.shutdown().await;
        result
    });
    let mut received = Vec::new();
    reader.read_to_end(&mut received).await?;
    sender.await?;
    let differs = received.iter().zip(&data).position(|(got, sent)| got != sent);
    if received == data {
        return Ok(true);
    }
    env.print(format_args!("{} of {count} octets, first wrong at {differs:?}\n", received.len()));
    Ok(false)
}

async fn cat(env: Env) -> ExitCode {
    let mut input = env.stdin();
    while let Some(line) = input.read_line().await {
        env.print(format_args!("{line}\n"));
    }
    ExitCode::SUCCESS
}

/// Never lets time go on.
async fn spin(env: Env) -> ExitCode {
    loop {
        env.sleep(Duration::ZERO).await;
        let mut yielded = false;
        core::future::poll_fn(|task| {
            if yielded {
                return core::task::Poll::Ready(());
            }
            yielded = true;
            task.waker().wake_by_ref();
            core::task::Poll::Pending
        })
        .await;
    }
}
