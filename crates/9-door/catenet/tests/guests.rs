//! tokio programs on the hosts of a lab: written for `tokio::net`, with another `use`.

use catenet::World;
use catenet::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Duration, Instant, sleep, timeout};

const PAIR: &str = include_str!("../labs/pair.toml");

async fn echo(port: u16) -> std::io::Result<()> {
    let listener = TcpListener::bind(("0.0.0.0", port)).await?;
    loop {
        let (mut stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let (mut reader, mut writer) = tokio::io::split(&mut stream);
            let _ = tokio::io::copy(&mut reader, &mut writer).await;
            let _ = stream.shutdown().await;
        });
    }
}

#[catenet::test(lab = "labs/pair.toml")]
async fn echoes(w: World) {
    w.host("web").spawn(echo(7));
    let got = w
        .host("pc1")
        .run(async {
            let mut stream = TcpStream::connect("10.0.0.2:7").await?;
            stream.write_all(&[7; 100_000]).await?;
            stream.shutdown().await?;
            let mut got = Vec::new();
            stream.read_to_end(&mut got).await.map(|_| got)
        })
        .await
        .expect("an echo");
    assert_eq!(got, [7; 100_000]);
    w.assert("count(tcp.flags.syn == 1) at pc1--web == 2");
}

fn digest_of(seed: u64) -> (u128, u64) {
    let seen = Arc::new(Mutex::new((0, 0)));
    let told = seen.clone();
    catenet::testing::Setup::new("digest", catenet::testing::Source::Text(PAIR)).seed(seed).run(
        move |w: World| {
            let told = told.clone();
            async move {
                w.link("pc1--web").set("loss=20% delay=3ms jitter=1ms");
                w.host("web").spawn(echo(7));
                let asking = (0..3u8).map(|n| {
                    w.host("pc1").spawn(async move {
                        let mut stream = TcpStream::connect("10.0.0.2:7").await.expect("connected");
                        for _ in 0..20 {
                            stream.write_all(&[n; 700]).await.expect("written");
                            stream.read_exact(&mut [0; 700]).await.expect("read");
                            sleep(Duration::from_millis(u64::from(n) + 1)).await;
                        }
                    })
                });
                for one in asking.collect::<Vec<_>>() {
                    one.await.expect("ended");
                }
                *told.lock().expect("told") = (w.digest(), w.now().as_nanos());
            }
        },
    );
    *seen.lock().expect("seen")
}

#[test]
fn one_seed_gives_one_run() {
    let first = digest_of(5);
    assert_eq!(first, digest_of(5));
    assert_ne!(first, digest_of(6));
}

/// The world's nanoseconds are tokio's, between the ticks of its timers too.
#[catenet::test(
    lab = "\nlab = \"p\"\nlinks = [{ link = \"pc1 - web\", delay = \"1234567ns\", rate = \"1Gbit\" }]\n[hosts]\npc1 = { ip = \"10.0.0.1/24\" }\nweb = { ip = \"10.0.0.2/24\" }\n"
)]
async fn time_is_exact(w: World) {
    w.host("web").spawn(async {
        let socket = UdpSocket::bind("0.0.0.0:9").await.expect("bound");
        let mut buffer = [0; 100];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.expect("received");
            socket.send_to(&buffer[..length], from).await.expect("sent");
        }
    });
    let w2 = w.clone();
    w.host("pc1")
        .run(async move {
            let socket = UdpSocket::bind("0.0.0.0:0").await.expect("bound");
            let mut spans = Vec::new();
            for round in 0..4 {
                if round == 2 {
                    // A guest may move the clock itself, too.
                    tokio::time::advance(Duration::from_nanos(7_654_321)).await;
                }
                sleep(Duration::from_millis(3)).await;
                let begun = Instant::now();
                assert_eq!(w2.with(|world| world.now()), w2.now());
                socket.send_to(b"now", "10.0.0.2:9").await.expect("sent");
                socket.recv_from(&mut [0; 9]).await.expect("received");
                assert_eq!(w2.with(|world| world.now()), w2.now());
                // The first round asks for addresses too.
                if round > 0 {
                    spans.push(begun.elapsed());
                }
            }
            // Two ways of 1,234,567 ns, two times 60 octets and 24 around them at a nanosecond a
            // bit, two machines' microsecond.
            let way = 1_234_567 + (60 + 24) * 8;
            let wanted = Duration::from_nanos(2 * way + 2 * 1_000);
            assert_eq!(spans, [wanted; 3]);
        })
        .await;
}

/// A guest may move the clock itself: what it sends then leaves at that moment.
#[catenet::test(lab = "labs/pair.toml")]
async fn a_guest_may_move_the_clock(w: World) {
    w.host("web").spawn(async {
        let socket = UdpSocket::bind("0.0.0.0:9").await.expect("bound");
        while socket.recv_from(&mut [0; 9]).await.is_ok() {}
    });
    let seen = w.clone();
    w.host("pc1")
        .run(async move {
            let socket = UdpSocket::bind("0.0.0.0:0").await.expect("bound");
            socket.send_to(b"first", "10.0.0.2:9").await.expect("sent");
            sleep(Duration::from_millis(3)).await;
            for moved in [300_000, 7_654_321] {
                tokio::time::advance(Duration::from_nanos(moved)).await;
                let now = seen.now();
                socket.send_to(b"now", "10.0.0.2:9").await.expect("sent");
                sleep(Duration::from_millis(3)).await;
                let is_it = |frame: &catenet::sim::Recorded| {
                    frame.direction == catenet::sim::Direction::Out
                        && frame.octets().windows(3).any(|three| three == b"now")
                };
                let sent = seen.with(|world| {
                    world.recorder().since(0).rev().find(is_it).map(|frame| frame.time)
                });
                assert_eq!(sent, Some(now));
            }
        })
        .await;
}

/// A second in which nothing happens is not walked through; an exact wait ends exactly.
#[catenet::test(lab = "two-lans", limit = "2h")]
async fn waits_are_short(w: World) {
    let begun = w.now();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(w.now().since(begun).as_nanos(), 1_000_000_000);
    w.run(Duration::from_nanos(1_500_001)).await;
    assert_eq!(w.now().since(begun).as_nanos(), 1_001_500_001);
    // tokio rounds up to its boundaries.
    sleep(Duration::from_millis(1)).await;
    assert_eq!(w.now().since(begun).as_nanos(), 1_003_000_000);
}

/// However much happens meanwhile, and also at an instant at which something does.
#[catenet::test(lab = "labs/pair.toml")]
async fn waits_end_amid_traffic(w: World) {
    w.host("web").spawn(echo(7));
    let asking = w.host("pc1").spawn(async {
        let mut stream = TcpStream::connect("10.0.0.2:7").await.expect("connected");
        loop {
            stream.write_all(b"?").await.expect("written");
            stream.read_exact(&mut [0]).await.expect("read");
        }
    });
    w.run(Duration::from_millis(1)).await;
    let mut met = 0;
    for n in 0..300 {
        let next = w.with(sim::World::next_deadline).expect("it goes on");
        let to_next = next.since(w.now()).as_nanos();
        let span = [to_next, n * 37 % 2_000][(n % 2) as usize];
        let at = w.now() + base::Duration::from_nanos(span);
        w.run(Duration::from_nanos(span)).await;
        let last = w.with(|world| world.events().since(0).next_back().map(|event| event.time));
        assert!(w.now() == at && last <= Some(at), "{} {at} {last:?}", w.now());
        met += usize::from(last == Some(at));
    }
    assert!(met > 20, "{met}"); // not all that happens is told as an event
    // Whoever answers at once acknowledges with the answer, and no delay is told.
    assert!(w.count("events(data_accepted)") > 50);
    assert_eq!(w.count("events(ack_delayed)"), 0);
    asking.abort();
}

#[catenet::test(lab = "two-lans")]
async fn names_are_the_labs(w: World) {
    let host = w.host("pc2");
    let found = host.run(async {
        let found = catenet::net::lookup_host("www.example.lab:80").await?;
        Ok::<_, std::io::Error>(found.collect::<Vec<_>>())
    });
    let wanted = vec!["10.0.2.80:80".parse().expect("an address")];
    assert_eq!(found.await.expect("found"), wanted);
    w.assert("count(dns.qry.name == \"www.example.lab\" && node == \"pc2\") >= 1");
    let nobody = host.tcp_connect("nobody.example.lab:80").await;
    assert_eq!(nobody.err().map(|why| why.kind()), Some(std::io::ErrorKind::NotFound));
    let mut page = host.tcp_connect("www.example.lab:80").await.expect("connected");
    let ask = b"GET / HTTP/1.1\r\nHost: www.example.lab\r\nConnection: close\r\n\r\n";
    page.write_all(ask).await.expect("asked");
    let mut got = String::new();
    page.read_to_string(&mut got).await.expect("answered");
    assert!(got.contains("Catenet"), "{got}");
}

/// Off: what ran there ends, and who speaks to it hears nothing until it is on again.
#[catenet::test(lab = "two-lans", limit = "1h")]
async fn a_machine_dies_and_comes_back(w: World) {
    let running = w.host("pc2").spawn(echo(7));
    let ask = async || {
        let mut stream = w.host("pc1").tcp_connect("192.168.1.3:7").await?;
        stream.write_all(b"ab").await?;
        stream.read_exact(&mut [0; 2]).await
    };
    ask().await.expect("it answers");
    w.node("pc2").power_off();
    assert!(running.await.expect_err("ended").is_cancelled());
    assert!(timeout(Duration::from_secs(30), ask()).await.map_or(true, |said| said.is_err()));
    w.node("pc2").power_on();
    w.host("pc2").spawn(echo(7));
    w.run(Duration::from_secs(1)).await;
    ask().await.expect("it answers again");
}

/// A task that a library started opens connections on the host whose socket it used.
#[catenet::test(lab = "two-lans")]
async fn a_started_task_learns_where_it_is(w: World) {
    w.host("pc2").spawn(echo(7));
    w.host("pc1").spawn(async {
        let listener = TcpListener::bind("0.0.0.0:8").await.expect("bound");
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut first = [0; 1];
                near.read_exact(&mut first).await.expect("asked");
                let mut far = TcpStream::connect("192.168.1.3:7").await.expect("on pc1");
                far.write_all(&first).await.expect("asked on");
                far.read_exact(&mut first).await.expect("answered");
                near.write_all(&first).await.expect("answered");
            });
        }
    });
    let mut stream = w.host("web").tcp_connect("192.168.1.2:8").await.expect("connected");
    stream.write_all(b"x").await.expect("asked");
    stream.read_exact(&mut [0; 1]).await.expect("answered");
    w.assert("count(tcp.flags.syn == 1 && tcp.flags.ack == 0 && node == \"pc1\" && ip.src == 192.168.1.2) >= 1");
    let nowhere = tokio::spawn(TcpStream::connect("192.168.1.3:7")).await.expect("ended");
    assert!(nowhere.expect_err("on no host").to_string().contains("on which host?"));
}

/// A thread that uses a socket is served, though the runtime itself may have nothing to do by then.
#[allow(clippy::disallowed_methods)] // a real thread, and the runtime is to sleep before it calls
#[catenet::test(lab = "two-lans")]
async fn a_thread_is_served_in_its_own_time(w: World) {
    w.host("pc2").spawn(echo(7));
    let mut stream = w.host("pc1").tcp_connect("192.168.1.3:7").await.expect("connected");
    let runtime = tokio::runtime::Handle::current();
    let thread = tokio::task::spawn_blocking(move || {
        for _ in 0..100 {
            std::thread::sleep(Duration::from_micros(100));
            runtime.block_on(async {
                stream.write_all(b"ab").await.expect("asked");
                stream.read_exact(&mut [0; 2]).await.expect("answered");
            });
        }
    });
    thread.await.expect("ended");
}

/// A thread that asks for the world waits while the runtime works with it, and the other way round.
#[catenet::test(lab = "two-lans")]
async fn threads_look_at_the_world_one_after_the_other(w: World) {
    w.host("pc2").spawn(echo(7));
    let seen = w.clone();
    let looks = tokio::task::spawn_blocking(move || {
        (0..20_000).map(|_| usize::from(seen.with(|world| world.node("pc2").is_some()))).sum()
    });
    for _ in 0..100 {
        let mut stream = w.host("pc1").tcp_connect("192.168.1.3:7").await.expect("connected");
        stream.write_all(b"ab").await.expect("asked");
        stream.read_exact(&mut [0; 2]).await.expect("answered");
    }
    let looks: usize = looks.await.expect("no panic");
    assert_eq!(looks, 20_000);
}

fn failure(setup: catenet::testing::Setup, body: fn(World) -> BoxedTest) -> String {
    let failed = std::panic::catch_unwind(move || setup.run(body)).expect_err("it fails");
    failed.downcast_ref::<String>().cloned().unwrap_or_default()
}
type BoxedTest = std::pin::Pin<Box<dyn Future<Output = ()>>>;

#[test]
fn failures_say_why() {
    let setup = || catenet::testing::Setup::new("crate::t", catenet::testing::Source::Text(PAIR));
    let endless = failure(setup().limit("3ms"), |w| {
        Box::pin(async move { while w.host("pc1").exec("ping -c 1 10.0.0.2").await.ok() {} })
    });
    assert!(endless.contains("has not ended after 0.003"), "{endless}");
    let silent = failure(setup(), |_| Box::pin(core::future::pending()));
    assert!(silent.contains("has not ended after 600"), "{silent}");
    assert!(silent.contains("seed 1; repeat: cargo test t -- --exact"), "{silent}");
    let blind = failure(setup(), |w| {
        Box::pin(async move { w.until(|world| panic!("not at {} s", world.now())).await })
    });
    assert!(blind.contains("not at 0"), "{blind}");
    let guest = failure(setup(), |w| {
        Box::pin(async move {
            let _ = w.host("web").spawn(async { panic!("no {}", "disk") }).await;
        })
    });
    assert!(guest.contains("a program on web: no disk"), "{guest}");
}
