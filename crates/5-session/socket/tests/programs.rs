//! Programs on machines: sockets, waiting, input and output, ends of all kinds.

mod harness;

use base::Duration;
use catenet_socket as socket;
use core::hash::Hasher;
use harness::{World, any, peer};
use socket::{
    Control, Env, ExitCode, Launch, PingReceived, Pipe, ProcessId, Stdin, Streams, TcpStream,
    Writer,
};
use std::io;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn echo_server(env: Env) -> ExitCode {
    let listener = env.tcp_listen(any(7), 16).expect("listening");
    loop {
        let (stream, _) = listener.accept().await.expect("accepted");
        drop(env.spawn(async move {
            let (reader, writer) = stream.into_split();
            let (mut reader, mut writer) = (reader, writer);
            let mut buffer = [0; 2048];
            while let Ok(len @ 1..) = reader.read(&mut buffer).await {
                writer.write_all(&buffer[..len]).await.expect("echoed");
            }
        }));
    }
}

async fn echo_client(env: Env) -> ExitCode {
    let result: io::Result<()> = async {
        let mut stream = env.tcp_connect(peer(7)).await?;
        for round in 0..10u8 {
            let sent = vec![round; 3000];
            stream.write_all(&sent).await?;
            let mut got = vec![0; sent.len()];
            stream.read_exact(&mut got).await?;
            assert_eq!(got, sent);
            env.sleep(Duration::from_millis(20)).await;
        }
        stream.shutdown().await?;
        assert_eq!(stream.read(&mut [0; 1]).await?, 0);
        Ok(())
    }
    .await;
    env.print(format_args!("{:?} at {}\n", result.map_err(|e| e.kind()), env.now()));
    ExitCode::SUCCESS
}

fn echo_world(seed: u64) -> (u64, String) {
    let mut world = World::pair(seed);
    world.spawn(1, &["echo"], echo_server);
    let clients: Vec<_> =
        (0..5).map(|_| world.spawn(0, &["nc", "10.0.0.2"], echo_client)).collect();
    let mut text = String::new();
    for client in clients {
        let (code, output) = world.finish(0, client);
        assert_eq!(code, ExitCode::SUCCESS);
        assert!(output.starts_with("Ok"), "{output}");
        text += &output;
    }
    (world.hasher.finish(), text)
}

#[test]
fn echo_to_five_clients_the_same_in_every_run() {
    assert_eq!(echo_world(1), echo_world(1));
    assert_ne!(echo_world(1).0, echo_world(2).0);
}

#[test]
fn datagrams_and_pings() {
    let mut world = World::pair(3);
    world.spawn(1, &["time"], |env| async move {
        let socket = env.udp_bind(any(37)).expect("bound");
        let mut buffer = [0; 64];
        let (len, from) = socket.recv_from(&mut buffer).await.expect("asked");
        assert_eq!(&buffer[..len], b"when?");
        let answer = env.civil_now().imf_fixdate();
        socket.send_to(answer.as_bytes(), from).await.expect("answered");
        ExitCode::SUCCESS
    });
    let client = world.spawn(0, &["ask"], |env| async move {
        let socket = env.udp_bind(any(0)).expect("bound");
        socket.connect(peer(37)).await.expect("connected");
        socket.send(b"when?").await.expect("asked");
        let got = socket.recv_msg().await.expect("answered").payload.into_bytes();
        env.print(format_args!("{}\n", String::from_utf8_lossy(&got)));
        let ping = env.ping_socket().expect("a socket");
        ping.send(peer(0).ip(), 1, None, b"x").await.expect("sent");
        match env.timeout(Duration::from_secs(1), ping.recv()).await {
            Ok(Ok(PingReceived::Reply { seq, .. })) => env.print(format_args!("reply {seq}\n")),
            other => env.print(format_args!("{other:?}\n")),
        }
        let silence = env.timeout(Duration::from_secs(1), ping.recv()).await;
        env.print(format_args!("{}\n", silence.is_err()));
        ExitCode::SUCCESS
    });
    let (_, output) = world.finish(0, client);
    assert_eq!(output, "Thu, 01 Jan 2026 00:00:00 GMT\nreply 1\ntrue\n");
}

#[test]
fn a_killed_program_leaves_no_socket() {
    let mut world = World::pair(4);
    let server = world.spawn(1, &["echo"], echo_server);
    let client = world.spawn(0, &["holder"], |env| async move {
        let mut stream = env.tcp_connect(peer(7)).await.expect("connected");
        let end = stream.read(&mut [0; 1]).await.map_err(|error| error.kind());
        env.print(format_args!("{end:?}"));
        ExitCode::SUCCESS
    });
    world.run(Duration::from_millis(100));
    let sockets = |world: &World| {
        let tables = world.nodes[1].machine().with(|host, cx| host.inspect(cx.now()));
        let of = |path| tables.at(path).map(|value| value.to_string());
        (of("tcp.listen[7].owner"), of("tcp.states.ESTABLISHED"))
    };
    assert_eq!(sockets(&world), (Some("echo".into()), Some("1".into())));
    world.nodes[1].kill(server);
    let (_, output) = world.finish(0, client);
    assert_eq!(output, "Ok(0)");
    assert_eq!(world.exits.get(&(1, server)), Some(&ExitCode::KILLED));
    assert_eq!(sockets(&world), (None, Some("0".into())));
}

#[test]
fn ctrl_c_ends_who_does_not_listen_and_wakes_who_does() {
    let mut world = World::pair(5);
    let deaf = world.spawn(0, &["deaf"], |env| async move {
        env.sleep(Duration::from_secs(1_000)).await;
        ExitCode::SUCCESS
    });
    let polite = world.spawn(0, &["polite"], |env| async move {
        env.interrupted().await;
        env.print(format_args!("bye"));
        ExitCode(3)
    });
    world.run(Duration::from_millis(1));
    world.nodes[0].interrupt(deaf);
    world.nodes[0].interrupt(polite);
    assert_eq!(world.finish(0, deaf).0, ExitCode::INTERRUPTED);
    assert_eq!(world.finish(0, polite), (ExitCode(3), "bye".into()));
}

#[test]
fn input_comes_by_lines_and_ends() {
    let mut world = World::pair(6);
    let launch = Launch { no_stdin: false, ..Launch::new(&["cat"]) };
    let cat = world.nodes[0].spawn_with(launch, |env| async move {
        let mut stdin = env.stdin();
        while let Some(line) = stdin.read_line().await {
            env.stdout().write_all(format!("<{line}>").as_bytes()).await.expect("written");
        }
        ExitCode::SUCCESS
    });
    world.run(Duration::from_millis(1));
    for part in ["one\ntw", "o\r\n", "\nlast"] {
        assert_eq!(world.nodes[0].feed_stdin(cat, part.as_bytes()), part.len());
        world.run(Duration::from_millis(1));
    }
    world.nodes[0].close_stdin(cat);
    assert_eq!(world.finish(0, cat).1, "<one><two><><last>");
}

#[test]
fn a_program_that_never_rests_is_found_out() {
    let mut world = World::pair(7);
    world.spawn(0, &["spin"], |_| async move {
        loop {
            tokio::task::yield_now().await;
        }
    });
    // tokio's yield needs its own runtime to be deferred; outside it wakes at once.
    let more = world.nodes[0].run_ready();
    assert!(more);
    assert_eq!(world.nodes[0].last_polled().map(|(_, name)| name), Some("spin"));
}

#[test]
fn a_spawned_task_gives_its_value_or_is_aborted_with_all_it_holds() {
    let mut world = World::pair(12);
    let process = world.spawn(0, &["parent"], |env| async move {
        let child = env.clone();
        let sum = env.spawn(async move {
            child.sleep(Duration::from_millis(5)).await;
            40 + 2
        });
        env.print(format_args!("{} ", sum.await));
        let child = env.clone();
        let holder = env.spawn(async move {
            let _socket = child.udp_bind(any(99)).expect("bound");
            child.sleep(Duration::from_secs(1_000)).await;
        });
        env.sleep(Duration::from_millis(5)).await;
        env.print(format_args!("{} ", env.inspect().look("udp[99].owner").is_some()));
        holder.abort();
        env.sleep(Duration::from_millis(5)).await;
        env.print(format_args!("{}", env.inspect().look("udp[99].owner").is_some()));
        ExitCode::SUCCESS
    });
    assert_eq!(world.finish(0, process).1, "42 true false");
}

#[test]
fn only_who_may_controls() {
    let mut world = World::pair(8);
    let program = |env: Env| async move {
        let Some(control) = env.control() else { return ExitCode::FAILURE };
        let eth0 = control.interface_named("eth0").expect("there");
        let add = |control: &Control, text: &str| {
            control.add_address(eth0, text.parse().expect("address"))
        };
        add(&control, "10.9.9.9/24").expect("added");
        assert!(add(&control, "10.9.9.9/24").is_err());
        env.print(format_args!("{}", env.inspect().tables().at("addresses[eth0]").expect("row")));
        ExitCode::SUCCESS
    };
    let user = world.nodes[0].spawn_with(Launch::new(&["ip"]), program);
    let launch = Launch { control: true, ..Launch::new(&["ip"]) };
    let root = world.nodes[0].spawn_with(launch, program);
    assert_eq!(world.finish(0, user).0, ExitCode::FAILURE);
    assert_eq!(world.finish(0, root).1, r#"["10.0.0.1/24","10.9.9.9/24"]"#);
}

#[test]
fn an_address_in_use_says_by_whom() {
    let mut world = World::pair(9);
    world.spawn(0, &["httpd"], |env| async move {
        let _listener = env.tcp_listen(any(80), 1).expect("listening");
        env.sleep(Duration::from_secs(10)).await;
        ExitCode::SUCCESS
    });
    let second = world.spawn(0, &["other"], |env| async move {
        let error = env.tcp_listen(any(80), 1).expect_err("it is taken");
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        env.print(format_args!("{error}"));
        ExitCode::FAILURE
    });
    let (_, output) = world.finish(0, second);
    assert_eq!(output, "address already in use: TCP 0.0.0.0:80 is held (LISTEN) by httpd");
}

#[test]
fn a_waker_that_drops_a_socket_does_not_hang() {
    struct Holder(Mutex<Option<TcpStream>>);
    impl std::task::Wake for Holder {
        fn wake(self: Arc<Self>) {
            drop(self.0.lock().expect("unpoisoned").take());
        }
    }
    let mut world = World::pair(10);
    world.spawn(1, &["echo"], echo_server);
    let machine = world.nodes[0].machine().clone();
    let slot: Arc<Mutex<Option<TcpStream>>> = Arc::default();
    let found = slot.clone();
    world.spawn(0, &["opener"], |env| async move {
        *found.lock().expect("unpoisoned") = env.tcp_connect(peer(7)).await.ok();
        env.sleep(Duration::from_secs(60)).await;
        ExitCode::SUCCESS
    });
    world.run(Duration::from_millis(50));
    let stream = slot.lock().expect("unpoisoned").take().expect("connected");
    let key = stream.key();
    let waker = std::task::Waker::from(Arc::new(Holder(Mutex::new(Some(stream)))));
    machine.with(|host, cx| {
        host.tcp_waker(key, host::Direction::Read, &waker);
        host.tcp_abort(cx, key);
    });
    world.run(Duration::from_millis(50));
    assert!(machine.with(|host, _| host.tcp_endpoints(key)).is_err());
}

#[test]
fn handles_and_futures_cross_threads() {
    fn both<T: Send + Sync + Unpin>() {}
    both::<TcpStream>();
    both::<socket::UdpSocket>();
    both::<socket::TcpListener>();
    both::<socket::PingSocket>();
    both::<Env>();
    fn sendable<T: Send>(_: &T) {}
    let world = World::pair(11);
    sendable(&TcpStream::connect(world.nodes[0].machine(), peer(7)));
    sendable(&world.nodes[0]);
}

/// A parent whose children wait for Ctrl-C, for ever, and for nothing.
#[test]
fn children_have_ends_of_their_own_and_end_with_their_parent() {
    let mut world = World::pair(9);
    let parent = world.spawn(0, &["parent"], |env| async move {
        let start = |name: &str, program: socket::ProgramFn| {
            env.start(program, vec![name.to_owned()], Streams::default())
        };
        let quick = start("quick", |env| {
            Box::pin(async move {
                env.print(format_args!("{} is {}", env.args()[0], env.process().0));
                ExitCode(4)
            })
        });
        assert_eq!(quick.code(), None);
        assert_eq!(quick.wait().await, ExitCode(4));
        assert_eq!(quick.code(), Some(ExitCode(4)));
        let forever: socket::ProgramFn = |env| {
            Box::pin(async move {
                env.sleep(Duration::from_secs(1_000)).await;
                ExitCode::SUCCESS
            })
        };
        let (deaf, doomed, last) =
            (start("deaf", forever), start("doomed", forever), start("last", forever));
        deaf.interrupt();
        doomed.kill();
        assert_eq!((deaf.wait().await, doomed.wait().await), (ExitCode(130), ExitCode(137)));
        env.next_interrupt().await;
        env.next_interrupt().await;
        assert_eq!(last.code(), None);
        ExitCode::SUCCESS
    });
    world.run(Duration::from_millis(1));
    let names: Vec<String> = world.nodes[0].processes().map(|(_, name)| name.to_owned()).collect();
    assert_eq!(names, ["parent", "last"]);
    assert_eq!(world.output.get(&(0, ProcessId(2))).map(String::as_str), Some("quick is 2"));
    let started = world.nodes[0].started();
    let parents: Vec<u32> = started.iter().map(|child| child.parent.0).collect();
    assert_eq!(parents, [1, 1, 1, 1]);
    world.nodes[0].interrupt(parent);
    world.run(Duration::from_millis(1));
    world.nodes[0].interrupt(parent);
    assert_eq!(world.finish(0, parent).0, ExitCode::SUCCESS);
    assert_eq!(world.exits.get(&(0, ProcessId(5))), Some(&ExitCode::KILLED));
    assert_eq!(world.nodes[0].processes().count(), 0);
}

/// What a terminal's Ctrl-D, a long line and a reader that has gone mean for a pipe.
#[test]
fn pipes_end_once_are_bounded_and_break() {
    let mut world = World::pair(10);
    let reader = world.spawn(0, &["reader"], |env| async move {
        let pipe = Pipe::new();
        let mut stdin = Stdin::new(&pipe);
        pipe.feed(b"one\ntwo\x04\x04three\n");
        assert_eq!(stdin.read_line().await.as_deref(), Some("one"));
        assert_eq!(&Stdin::new(&pipe).read_bytes(3).await[..], b"two");
        pipe.cook();
        assert_eq!(stdin.read_line().await, None);
        assert_eq!(&stdin.read_bytes(10).await[..], b"");
        assert!(stdin.read_line_within(4).await.is_err());
        pipe.feed(b"four\nfive");
        assert_eq!(stdin.read_line_within(4).await.expect("short").as_deref(), Some("four"));
        pipe.close();
        assert_eq!(stdin.read_line_within(4).await.expect("short").as_deref(), Some("five"));
        assert!(stdin.read_line_within(4).await.expect("over").is_none());
        let patience = Duration::from_millis(1);
        assert!(env.timeout(patience, pipe.broken()).await.is_err());
        assert!(Writer::into_pipe(&pipe).write_all(b"x").await.is_err());
        assert!(env.timeout(patience, pipe.broken()).await.is_ok());
        // A writer that waits for room hears of the end, too.
        let full = Pipe::new();
        let writer = Writer::into_pipe(&full);
        let waiting = env.spawn(async move { writer.write_all(&vec![0; 1 << 20]).await.is_err() });
        env.sleep(patience).await;
        full.close();
        assert!(waiting.await);
        ExitCode::SUCCESS
    });
    assert_eq!(world.finish(0, reader).0, ExitCode::SUCCESS);
}
