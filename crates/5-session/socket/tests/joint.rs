//! The joint: libraries that real programs are made of, on our sockets, executor and clock: hyper,
//! tokio-rustls, quinn; and a host alone inside a tokio runtime.

mod harness;

use base::{Duration, Instant, InterfaceId, MacAddr, NodeId, RandomSource};
use catenet_socket as socket;
use core::hash::Hasher;
use core::pin::Pin;
use core::task::{Context, Poll};
use harness::{World, any, peer};
use host::{Host, HostConfig, InterfaceConfig};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Bytes;
use hyper::rt::Timer as _;
use hyper::{Request, Response};
use socket::{Env, ExitCode, HyperTimer, Machine, TcpListener, TcpStream, UdpSend, UdpSocket};
use std::io::{self, IoSliceMut};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use trace::Cx;

const PAGE: usize = 200_000;

async fn http_server(env: Env) -> ExitCode {
    let listener = env.tcp_listen(any(80), 16).expect("listening");
    loop {
        let (stream, _) = listener.accept().await.expect("accepted");
        let (timer, clock) = (env.hyper_timer(), env.clone());
        drop(env.spawn(async move {
            let answer = hyper::service::service_fn(|request: Request<hyper::body::Incoming>| {
                let clock = clock.clone();
                async move {
                    clock.sleep(Duration::from_millis(5)).await;
                    let page = format!("{} ", request.uri().path()).repeat(PAGE / 8);
                    Ok::<_, core::convert::Infallible>(Response::new(Full::new(Bytes::from(page))))
                }
            });
            hyper::server::conn::http1::Builder::new()
                .timer(timer)
                .header_read_timeout(core::time::Duration::from_secs(5))
                .auto_date_header(false)
                .serve_connection(stream, answer)
                .await
        }));
    }
}

async fn get(env: &Env, path: &str) -> Result<usize, Box<dyn core::error::Error + Send + Sync>> {
    let stream = env.tcp_connect(peer(80)).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    drop(env.spawn(connection));
    let request = Request::get(path).header("host", "web").body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    assert_eq!(response.status(), 200);
    Ok(response.into_body().collect().await?.to_bytes().len())
}

fn http_world(seed: u64) -> (u64, String) {
    let mut world = World::pair(seed);
    world.spawn(1, &["http"], http_server);
    let client = world.spawn(0, &["curl"], |env| async move {
        for _ in 0..3 {
            let got = get(&env, "/a/page").await.expect("a page");
            env.print(format_args!("{got} at {}\n", env.now()));
        }
        ExitCode::SUCCESS
    });
    let (code, output) = world.finish(0, client);
    assert_eq!(code, ExitCode::SUCCESS);
    assert_eq!(output.matches("200000 at").count(), 3, "{output}");
    // An idle connection is given up after five seconds of the world's time.
    let idle = world.spawn(0, &["nc"], |env| async move {
        let mut stream = env.tcp_connect(peer(80)).await.expect("connected");
        let begun = env.now();
        let _ = stream.read(&mut [0; 1]).await;
        env.print(format_args!("{}", env.now().since(begun).as_millis() / 1000));
        ExitCode::SUCCESS
    });
    assert_eq!(world.finish(0, idle).1, "5");
    (world.hasher.finish(), output)
}

#[test]
fn hyper_serves_and_asks_the_same_in_every_run() {
    assert_eq!(http_world(1), http_world(1));
}

fn certificate()
-> (rustls::pki_types::CertificateDer<'static>, rustls::pki_types::PrivateKeyDer<'static>) {
    let made =
        rcgen::generate_simple_self_signed(vec!["web.lab".to_owned()]).expect("a certificate");
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    (made.cert.der().clone(), key.into())
}

use tokio_rustls::rustls;

fn tls_configs() -> (Arc<rustls::ServerConfig>, Arc<rustls::ClientConfig>) {
    let (certificate, key) = certificate();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate.clone()).expect("a root");
    let server = rustls::ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a server");
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(server), Arc::new(client))
}

#[test]
fn tokio_rustls_shakes_hands_over_our_stream() {
    let (server, client) = tls_configs();
    let mut world = World::pair(2);
    world.spawn(1, &["https"], |env| async move {
        let listener = env.tcp_listen(any(443), 1).expect("listening");
        let (stream, _) = listener.accept().await.expect("accepted");
        let acceptor = tokio_rustls::TlsAcceptor::from(server);
        let mut stream = acceptor.accept(stream).await.expect("a handshake");
        let mut asked = [0; 4];
        stream.read_exact(&mut asked).await.expect("asked");
        stream.write_all(&asked.repeat(10_000)).await.expect("answered");
        stream.shutdown().await.expect("shut");
        ExitCode::SUCCESS
    });
    let process = world.spawn(0, &["client"], |env| async move {
        let stream = env.tcp_connect(peer(443)).await.expect("connected");
        let connector = tokio_rustls::TlsConnector::from(client);
        let name = "web.lab".try_into().expect("a name");
        let mut stream = connector.connect(name, stream).await.expect("a handshake");
        stream.write_all(b"ping").await.expect("asked");
        let mut got = Vec::new();
        stream.read_to_end(&mut got).await.expect("answered");
        env.print(format_args!("{}", got == b"ping".repeat(10_000)));
        ExitCode::SUCCESS
    });
    assert_eq!(world.finish(0, process).1, "true");
}

/// Our socket as quinn wants it.
#[derive(Debug)]
struct QuicSocket(UdpSocket);

#[derive(Debug)]
struct AlwaysWritable;
impl quinn::UdpPoller for AlwaysWritable {
    fn poll_writable(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl quinn::AsyncUdpSocket for QuicSocket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn quinn::UdpPoller>> {
        Box::pin(AlwaysWritable)
    }
    fn try_send(&self, transmit: &quinn::udp::Transmit<'_>) -> io::Result<()> {
        let how = UdpSend {
            to: Some(transmit.destination),
            from: transmit.src_ip,
            ecn: transmit.ecn.map_or(0, |ecn| ecn as u8),
            ..UdpSend::default()
        };
        self.0.try_send_msg(how, Bytes::copy_from_slice(transmit.contents)).map(|_| ())
    }
    fn poll_recv(
        &self,
        task: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [quinn::udp::RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let Poll::Ready(received) = self.0.poll_recv_msg(task) else { return Poll::Pending };
        let received = received?;
        let len = received.payload.copy_to(&mut buffers[0]);
        let about = quinn::udp::RecvMeta {
            addr: received.from,
            len,
            stride: len,
            ecn: quinn::udp::EcnCodepoint::from_bits(received.ecn),
            dst_ip: Some(received.to.ip()),
        };
        meta[0] = about;
        Poll::Ready(Ok(1))
    }
    fn local_addr(&self) -> io::Result<core::net::SocketAddr> {
        self.0.local_addr()
    }
}

/// Our executor and clock as quinn wants them.
#[derive(Debug)]
struct QuicRuntime(Env, HyperTimer);

struct QuicTimer(HyperTimer, Pin<Box<dyn hyper::rt::Sleep>>);
impl core::fmt::Debug for QuicTimer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("QuicTimer")
    }
}
impl quinn::AsyncTimer for QuicTimer {
    fn reset(mut self: Pin<&mut Self>, at: std::time::Instant) {
        self.1 = self.0.sleep_until(at);
    }
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        self.1.as_mut().poll(task)
    }
}
impl quinn::Runtime for QuicRuntime {
    fn new_timer(&self, at: std::time::Instant) -> Pin<Box<dyn quinn::AsyncTimer>> {
        Box::pin(QuicTimer(self.1.clone(), self.1.sleep_until(at)))
    }
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        drop(self.0.spawn(future));
    }
    fn wrap_udp_socket(
        &self,
        _: std::net::UdpSocket,
    ) -> io::Result<Arc<dyn quinn::AsyncUdpSocket>> {
        Err(io::ErrorKind::Unsupported.into())
    }
    fn now(&self) -> std::time::Instant {
        self.1.now()
    }
}

fn quic_endpoint(env: &Env, port: u16, server: Option<quinn::ServerConfig>) -> quinn::Endpoint {
    let socket = Arc::new(QuicSocket(env.udp_bind(any(port)).expect("bound")));
    let runtime = Arc::new(QuicRuntime(env.clone(), env.hyper_timer()));
    let config = quinn::EndpointConfig::default();
    quinn::Endpoint::new_with_abstract_socket(config, server, socket, runtime).expect("an endpoint")
}

#[test]
fn quinn_speaks_over_our_datagrams() {
    let (server, client) = tls_configs();
    let server = quinn::crypto::rustls::QuicServerConfig::try_from(server).expect("TLS 1.3");
    let client = quinn::crypto::rustls::QuicClientConfig::try_from(client).expect("TLS 1.3");
    let mut world = World::pair(3);
    world.spawn(1, &["h3"], |env| async move {
        let config = quinn::ServerConfig::with_crypto(Arc::new(server));
        let endpoint = quic_endpoint(&env, 443, Some(config));
        let connection = endpoint.accept().await.expect("somebody").await.expect("a handshake");
        let (mut send, mut receive) = connection.accept_bi().await.expect("a stream");
        let asked = receive.read_to_end(1000).await.expect("asked");
        send.write_all(&asked.repeat(10_000)).await.expect("answered");
        send.finish().expect("open");
        connection.closed().await;
        ExitCode::SUCCESS
    });
    let process = world.spawn(0, &["client"], |env| async move {
        let mut endpoint = quic_endpoint(&env, 0, None);
        endpoint.set_default_client_config(quinn::ClientConfig::new(Arc::new(client)));
        let connecting = endpoint.connect(peer(443), "web.lab").expect("begun");
        let connection = connecting.await.expect("a handshake");
        let (mut send, mut receive) = connection.open_bi().await.expect("a stream");
        send.write_all(b"quic").await.expect("asked");
        send.finish().expect("open");
        let got = receive.read_to_end(1_000_000).await.expect("answered");
        env.print(format_args!("{}", got == b"quic".repeat(10_000)));
        ExitCode::SUCCESS
    });
    assert_eq!(world.finish(0, process).1, "true");
}

/// One machine on a wire made of a tokio channel, driven by tokio's clock.
async fn drive(
    machine: Machine,
    to_peer: tokio::sync::mpsc::UnboundedSender<Vec<u8>>,
    mut from_peer: tokio::sync::mpsc::UnboundedReceiver<Vec<u8>>,
) {
    let begun = tokio::time::Instant::now();
    let eth0 = InterfaceId(1);
    loop {
        let now = Instant::ZERO + begun.elapsed().into();
        let (frames, deadline) = machine.with(|host, cx| {
            cx.set_now(now);
            host.handle_timeout(cx);
            let frames: Vec<_> = core::iter::from_fn(|| host.poll_output(cx)).collect();
            (frames, host.next_deadline())
        });
        for output in frames {
            let _ = to_peer.send(output.frame.to_vec());
        }
        let sleep = deadline.map_or(Duration::from_secs(3600), |at| at.since(now));
        let notified = core::future::poll_fn({
            let mut asked = false;
            let machine = machine.clone();
            move |task| {
                if core::mem::replace(&mut asked, true) {
                    return Poll::Ready(());
                }
                machine.notify(task.waker());
                Poll::Pending
            }
        });
        tokio::select! {
            frame = from_peer.recv() => {
                let Some(octets) = frame else { return };
                machine.with(|host, cx| {
                    cx.set_now(Instant::ZERO + begun.elapsed().into());
                    let frame = cx.pool.frame_from(octets.into());
                    host.handle_frame(cx, eth0, frame);
                });
            }
            () = tokio::time::sleep(sleep.into()) => {}
            () = notified => {}
        }
    }
}

fn lone_machine(n: u8) -> Machine {
    let random = RandomSource::new(1, "tokio", u32::from(n));
    let mut cx = Cx::new(NodeId(u32::from(n)), false);
    let mut host = Host::new(HostConfig::new("lone"), &random);
    let mac = MacAddr([2, 0, 0, 0, 0, n]);
    let eth0 = host.add_interface(InterfaceConfig { name: "eth0".into(), mac, mtu: 1500 });
    host.add_address(&mut cx, eth0, format!("10.0.0.{n}/24").parse().expect("ok")).expect("ok");
    Machine::new(host, cx)
}

#[tokio::test]
async fn two_machines_alone_inside_tokio() {
    let (a, b) = (lone_machine(1), lone_machine(2));
    let (to_b, from_a) = tokio::sync::mpsc::unbounded_channel();
    let (to_a, from_b) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(drive(a.clone(), to_b, from_b));
    tokio::spawn(drive(b.clone(), to_a, from_a));
    let listener = TcpListener::bind(&b, any(7)).expect("listening");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("accepted");
        let mut got = Vec::new();
        stream.read_to_end(&mut got).await.expect("read");
        stream.write_all(&got).await.expect("written");
    });
    let mut stream = TcpStream::connect(&a, peer(7)).await.expect("connected");
    let data: Vec<u8> = (0..100_000u32).map(|i| (i / 3) as u8).collect();
    stream.write_all(&data).await.expect("written");
    stream.shutdown().await.expect("shut");
    let mut got = Vec::new();
    stream.read_to_end(&mut got).await.expect("read");
    assert!(got == data);
    server.await.expect("the server ended well");
}
