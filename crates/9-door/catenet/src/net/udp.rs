//! UDP, shaped as tokio's.

use super::address::{addresses, first};
use super::{Here, ToSocketAddrs};
use core::net::SocketAddr;
use std::io;

/// One UDP socket of a host.
#[derive(Debug)]
pub struct UdpSocket {
    pub(super) inner: socket::UdpSocket,
    pub(super) here: Here,
}

impl UdpSocket {
    /// Binds to an address of the host (unspecified: all; port 0: any).
    ///
    /// # Errors
    /// The port is taken, the address is not the host's, or this task is on no host.
    pub async fn bind(local: impl ToSocketAddrs) -> io::Result<UdpSocket> {
        let here = Here::current()?;
        let locals = addresses(&here, &local).await?;
        first(locals, |local| {
            let here = here.clone();
            async move {
                let inner = socket::UdpSocket::bind_with(&here.machine()?, "tokio", local)?;
                Ok(UdpSocket { inner, here })
            }
        })
        .await
    }
    /// The address that it is bound to.
    ///
    /// # Errors
    /// The host is gone.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
    /// From here on `send` goes there, and only datagrams from there come in.
    ///
    /// # Errors
    /// No such name.
    pub async fn connect(&self, peer: impl ToSocketAddrs) -> io::Result<()> {
        let peers = addresses(&self.here, &peer).await?;
        first(peers, |peer| self.inner.connect(peer)).await
    }
    /// Sends one datagram to where the socket is connected; returns its length.
    ///
    /// # Errors
    /// It is too long, there is no route, or an ICMP error came back.
    pub async fn send(&self, data: &[u8]) -> io::Result<usize> {
        self.here.learn();
        self.inner.send(data).await
    }
    /// Sends one datagram to `peer`.
    ///
    /// # Errors
    /// As [`UdpSocket::send`].
    pub async fn send_to(&self, data: &[u8], peer: impl ToSocketAddrs) -> io::Result<usize> {
        self.here.learn();
        let peers = addresses(&self.here, &peer).await?;
        first(peers, |peer| self.inner.send_to(data, peer)).await
    }
    /// The next datagram, cut to `buffer`.
    ///
    /// # Errors
    /// An ICMP error came back.
    pub async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.here.learn();
        self.inner.recv(buffer).await
    }
    /// The next datagram, cut to `buffer`, and who sent it.
    ///
    /// # Errors
    /// As [`UdpSocket::recv`].
    pub async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.here.learn();
        self.inner.recv_from(buffer).await
    }
}
