//! TCP, shaped as tokio's.

use super::address::{addresses, first};
use super::{Here, ToSocketAddrs};
use core::net::SocketAddr;
use core::pin::Pin;
use core::task::{Context, Poll};
use socket::{ListenOptions, OwnedReadHalf, OwnedWriteHalf};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Connections that may wait to be accepted, as tokio's `bind` has it.
const BACKLOG: usize = 1024;

/// One TCP connection of a host.
#[derive(Debug)]
pub struct TcpStream {
    inner: socket::TcpStream,
    here: Here,
}

impl TcpStream {
    /// Opens a connection to the first address that answers.
    ///
    /// # Errors
    /// None does, or this task is on no host.
    pub async fn connect(peer: impl ToSocketAddrs) -> io::Result<TcpStream> {
        let here = Here::current()?;
        let peers = addresses(&here, &peer).await?;
        first(peers, |peer| {
            let here = here.clone();
            async move {
                let machine = here.machine()?;
                let inner = socket::TcpStream::connect_from(&machine, "tokio", None, peer).await?;
                Ok(TcpStream { inner, here })
            }
        })
        .await
    }
    /// The address at this end.
    ///
    /// # Errors
    /// None; the type is tokio's.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
    /// The address at the other end.
    ///
    /// # Errors
    /// None; the type is tokio's.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.inner.peer_addr()
    }
    /// Small writes go out at once.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.inner.set_nodelay(nodelay)
    }
    /// Two halves that may live in two tasks.
    pub fn into_split(self) -> (OwnedReadHalf, OwnedWriteHalf) {
        self.inner.into_split()
    }
}

impl AsyncRead for TcpStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.here.learn();
        Pin::new(&mut self.inner).poll_read(task, buffer)
    }
}

impl AsyncWrite for TcpStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.here.learn();
        Pin::new(&mut self.inner).poll_write(task, data)
    }
    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(task)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(task)
    }
}

/// Waits for connections to a host.
#[derive(Debug)]
pub struct TcpListener {
    inner: socket::TcpListener,
    here: Here,
}

impl TcpListener {
    /// Listens on an address of the host (unspecified: on all; port 0: any).
    ///
    /// # Errors
    /// The port is taken, the address is not the host's, or this task is on no host.
    pub async fn bind(local: impl ToSocketAddrs) -> io::Result<TcpListener> {
        let here = Here::current()?;
        let locals = addresses(&here, &local).await?;
        first(locals, |local| {
            let here = here.clone();
            async move {
                let options = ListenOptions { backlog: BACKLOG, ..ListenOptions::default() };
                let machine = here.machine()?;
                let inner = socket::TcpListener::bind_with(&machine, "tokio", local, options)?;
                Ok(TcpListener { inner, here })
            }
        })
        .await
    }
    /// The address that it listens on.
    ///
    /// # Errors
    /// None; the type is tokio's.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
    /// The next connection.
    ///
    /// # Errors
    /// The host is gone.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        core::future::poll_fn(|task| self.poll_accept(task)).await
    }
    /// The next connection, if there is one.
    ///
    /// # Errors
    /// As [`TcpListener::accept`].
    pub fn poll_accept(&self, task: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        self.here.learn();
        let here = self.here.clone();
        self.inner.poll_accept(task).map_ok(|(inner, peer)| (TcpStream { inner, here }, peer))
    }
}
