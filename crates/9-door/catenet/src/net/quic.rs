//! quinn on our datagrams, tokio's tasks and tokio's clock.
//!
//! quinn's own chance comes from the world's seed. ring draws its own randomness, so the octets of
//! QUIC do not repeat; when which frame passed and how long it was does, where the certificate's key is
//! of a kind whose signatures have one length (`examples/tokio-guests`).

use super::UdpSocket;
use base::RandomSource;
use bytes::Bytes;
use core::future::Future;
use core::net::SocketAddr;
use core::pin::Pin;
use core::task::{Context, Poll};
use quinn::udp::{EcnCodepoint, RecvMeta, Transmit};
use socket::UdpSend;
use std::io::{self, IoSliceMut};
use std::sync::Arc;
use tokio::time::Sleep;

/// An endpoint of quinn on a socket of a host.
///
/// # Errors
/// The socket is gone.
pub fn quic_endpoint(
    socket: UdpSocket,
    server: Option<quinn::ServerConfig>,
) -> io::Result<quinn::Endpoint> {
    let place = format!("quic {}", socket.local_addr()?);
    let source = RandomSource::new(socket.here.stage().with(|w| w.seed()), socket.here.name(), 0);
    let mut seed = [0; 32];
    source.stream(&place).fill(&mut seed);
    let mut config = quinn::EndpointConfig::default();
    config.rng_seed(Some(seed));
    quinn::Endpoint::new_with_abstract_socket(
        config,
        server,
        Arc::new(socket),
        Arc::new(QuicRuntime),
    )
}

/// What quinn runs on: tokio as it is, without sockets of the real machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct QuicRuntime;

impl quinn::Runtime for QuicRuntime {
    fn new_timer(&self, at: std::time::Instant) -> Pin<Box<dyn quinn::AsyncTimer>> {
        Box::pin(QuicTimer(Box::pin(tokio::time::sleep_until(at.into()))))
    }
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        drop(tokio::spawn(future));
    }
    fn wrap_udp_socket(
        &self,
        _: std::net::UdpSocket,
    ) -> io::Result<Arc<dyn quinn::AsyncUdpSocket>> {
        let why = "a socket of the real machine has no place in a lab: use `quic_endpoint`";
        Err(io::Error::new(io::ErrorKind::Unsupported, why))
    }
    fn now(&self) -> std::time::Instant {
        tokio::time::Instant::now().into_std()
    }
}

#[derive(Debug)]
struct QuicTimer(Pin<Box<Sleep>>);

impl quinn::AsyncTimer for QuicTimer {
    fn reset(mut self: Pin<&mut Self>, at: std::time::Instant) {
        self.0.as_mut().reset(at.into());
    }
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(task)
    }
}

/// A datagram that finds no room is lost, as on any network; QUIC sends it again.
#[derive(Debug)]
struct AlwaysWritable;

impl quinn::UdpPoller for AlwaysWritable {
    fn poll_writable(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl quinn::AsyncUdpSocket for UdpSocket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn quinn::UdpPoller>> {
        Box::pin(AlwaysWritable)
    }
    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        let how = UdpSend {
            to: Some(transmit.destination),
            from: transmit.src_ip,
            ecn: transmit.ecn.map_or(0, |ecn| ecn as u8),
            ..UdpSend::default()
        };
        match self.inner.try_send_msg(how, Bytes::copy_from_slice(transmit.contents)) {
            Err(full) if full.kind() == io::ErrorKind::WouldBlock => Ok(()),
            sent => sent.map(|_| ()),
        }
    }
    fn poll_recv(
        &self,
        task: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let (Some(buffer), Some(about)) = (buffers.first_mut(), meta.first_mut()) else {
            return Poll::Ready(Ok(0));
        };
        let Poll::Ready(received) = self.inner.poll_recv_msg(task) else { return Poll::Pending };
        let received = received?;
        let len = received.payload.copy_to(buffer);
        *about = RecvMeta {
            addr: received.from,
            len,
            stride: len,
            ecn: EcnCodepoint::from_bits(received.ecn),
            dst_ip: Some(received.to.ip()),
        };
        Poll::Ready(Ok(1))
    }
    fn local_addr(&self) -> io::Result<SocketAddr> {
        UdpSocket::local_addr(self)
    }
}
