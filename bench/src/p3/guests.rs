//! The same tokio program in two worlds: an echo server, and a client that says one octet after
//! another and waits for each.

use crate::clock::cpu_ns;
use crate::figures::Round;
use catenet::testing::{Setup, Source};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const LAB: &str = r#"
lab = "echo"
links = ["client - server"]
[hosts]
client = { ip = "10.0.0.1/24" }
server = { ip = "10.0.0.2/24" }
"#;

async fn echo(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut octet = [0];
    while stream.read(&mut octet).await? > 0 {
        stream.write_all(&octet).await?;
    }
    Ok(())
}

/// Says so many octets; the CPU time that went by.
async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, count: u64) -> io::Result<u64> {
    let begun = cpu_ns();
    for n in 0..count {
        let mut octet = [n as u8];
        stream.write_all(&octet).await?;
        octet = [!octet[0]];
        stream.read_exact(&mut octet).await?;
        assert_eq!(octet, [n as u8]);
    }
    Ok(cpu_ns() - begun)
}

fn round(ns: u64, count: u64) -> Round {
    Round { ns, octets: count, segments: count, acks: 0 }
}

fn in_a_lab(count: u64, recorded: bool) -> Round {
    let took = Arc::new(AtomicU64::new(0));
    let told = took.clone();
    Setup::new("p3", Source::Text(LAB)).run(move |w: catenet::World| {
        let told = told.clone();
        async move {
            w.set_recording(recorded);
            let listener = w.host("server").tcp_listen("0.0.0.0:9").await?;
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(echo(stream));
                }
            });
            let stream = w.host("client").tcp_connect("10.0.0.2:9").await?;
            told.store(ask(stream, count).await?, Ordering::Relaxed);
            Ok::<_, io::Error>(())
        }
    });
    round(took.load(Ordering::Relaxed), count)
}

/// In a lab of ours, as a test runs it.
pub(super) fn ours(count: u64) -> Round {
    in_a_lab(count, true)
}

/// The same, without keeping the frames.
pub(super) fn ours_unrecorded(count: u64) -> Round {
    in_a_lab(count, false)
}

/// In turmoil as it comes: a message takes any time up to 100 ms, in ticks of 1 ms.
pub(super) fn turmoil_as_it_comes(count: u64) -> Round {
    in_turmoil(turmoil::Builder::new(), count)
}

/// In turmoil at its best: a message takes 1 ms, the least that its ticks can tell apart.
pub(super) fn turmoil_at_its_best(count: u64) -> Round {
    let tick = Duration::from_millis(1);
    let mut builder = turmoil::Builder::new();
    builder.tick_duration(tick).min_message_latency(tick).max_message_latency(tick);
    in_turmoil(builder, count)
}

fn in_turmoil(mut builder: turmoil::Builder, count: u64) -> Round {
    let took = Arc::new(AtomicU64::new(0));
    let told = took.clone();
    let mut sim = builder.simulation_duration(Duration::from_secs(100_000)).build();
    sim.host("server", || async {
        let listener = turmoil::net::TcpListener::bind("0.0.0.0:9").await?;
        loop {
            tokio::spawn(echo(listener.accept().await?.0));
        }
    });
    sim.client("client", async move {
        let stream = turmoil::net::TcpStream::connect("server:9").await?;
        told.store(ask(stream, count).await?, Ordering::Relaxed);
        Ok(())
    });
    sim.run().expect("the client ended well");
    round(took.load(Ordering::Relaxed), count)
}
