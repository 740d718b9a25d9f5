//! The guide's second test: a tokio program on a host.

use catenet::World;
use catenet::net::TcpListener; // was: tokio::net
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn echo() -> std::io::Result<()> {
    let listener = TcpListener::bind("0.0.0.0:7").await?;
    loop {
        let (mut stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let mut octets = [0; 1024];
            while let Ok(length @ 1..) = stream.read(&mut octets).await {
                if stream.write_all(&octets[..length]).await.is_err() {
                    break;
                }
            }
        });
    }
}

#[catenet::test(lab = "two-lans", seeds = 1..4)]
async fn a_cut_cable_only_delays(w: World) {
    w.host("pc2").spawn(echo());
    let pc1 = w.host("pc1");
    let mut stream = pc1.tcp_connect("192.168.1.3:7").await.expect("connected");
    w.link("pc2--office").cut();
    stream.write_all(b"are you there?").await.expect("queued");
    w.run(std::time::Duration::from_secs(2)).await;
    w.link("pc2--office").mend();
    let mut answer = [0; 14];
    stream.read_exact(&mut answer).await.expect("answered after all");
    assert_eq!(&answer, b"are you there?");
    w.assert("events(retransmit) > 0");
}
