//! TCP as programs see it: [`TcpListener`] and [`TcpStream`].
//!
//! A stream is read and written through `&self` below, so that its halves can live apart. Dropping
//! the last handle closes the connection as a killed process's is closed: unread data makes it a
//! reset (RFC 2525 section 2.17), otherwise the other side sees a FIN.

use crate::Machine;
use bytes::Bytes;
use core::future::poll_fn;
use core::net::SocketAddr;
use core::task::{Context, Poll};
use host::{Direction, Error, ListenOptions, ListenerKey, TcpKey};
use std::io;
use std::sync::Arc;

/// Octets taken from a connection by one read at most.
const READ_MOST: usize = 65_536;

#[derive(Debug)]
pub(crate) struct Connection {
    machine: Machine,
    key: TcpKey,
    local: SocketAddr,
    peer: SocketAddr,
}

impl Connection {
    pub(crate) fn poll_read(&self, task: &mut Context<'_>, max: usize) -> Poll<io::Result<Bytes>> {
        if max == 0 {
            return Poll::Ready(Ok(Bytes::new()));
        }
        self.machine.call(|host, cx| {
            match host.tcp_receive_bytes(cx, self.key, max.min(READ_MOST)) {
                Err(Error::WouldBlock) => {
                    host.tcp_waker(self.key, Direction::Read, task.waker());
                    Poll::Pending
                }
                result => Poll::Ready(result.map_err(io::Error::from)),
            }
        })
    }

    pub(crate) fn poll_write(
        &self,
        task: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        if data.is_empty() {
            return Poll::Ready(Ok(0));
        }
        self.machine.call(|host, cx| match host.tcp_send(cx, self.key, data) {
            Ok(0) | Err(Error::WouldBlock) => {
                host.tcp_waker(self.key, Direction::Write, task.waker());
                Poll::Pending
            }
            result => Poll::Ready(result.map_err(io::Error::from)),
        })
    }

    pub(crate) fn shutdown(&self) -> io::Result<()> {
        self.machine.call(|host, cx| host.tcp_shutdown(cx, self.key)).map_err(io::Error::from)
    }

    fn poll_connected(&self, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.machine.call(|host, _| match host.tcp_connected(self.key) {
            Err(Error::WouldBlock) => {
                host.tcp_waker(self.key, Direction::Write, task.waker());
                Poll::Pending
            }
            result => Poll::Ready(result.map_err(io::Error::from)),
        })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.machine.call(|host, cx| host.tcp_close(cx, self.key));
    }
}

/// One TCP connection.
#[derive(Debug)]
pub struct TcpStream {
    pub(crate) connection: Arc<Connection>,
}

impl TcpStream {
    /// Opens a connection from an address of the machine's choice.
    pub async fn connect(machine: &Machine, peer: SocketAddr) -> io::Result<TcpStream> {
        Self::connect_from(machine, "", None, peer).await
    }

    /// Opens a connection from `local` (port 0: any) for the program called `owner`.
    pub async fn connect_from(
        machine: &Machine,
        owner: &str,
        local: Option<SocketAddr>,
        peer: SocketAddr,
    ) -> io::Result<TcpStream> {
        let stream = machine.call(|host, cx| {
            host.set_owner(owner);
            let key = host.tcp_connect(cx, local, peer)?;
            let local = host.tcp_endpoints(key)?.local;
            Ok::<_, Error>(Self::of(machine, key, local, peer))
        })?;
        poll_fn(|task| stream.connection.poll_connected(task)).await?;
        Ok(stream)
    }

    fn of(machine: &Machine, key: TcpKey, local: SocketAddr, peer: SocketAddr) -> TcpStream {
        let machine = machine.clone();
        TcpStream { connection: Arc::new(Connection { machine, key, local, peer }) }
    }

    /// The address at the other end.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.connection.peer)
    }
    /// The address at this end.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.connection.local)
    }
    /// Small writes go out at once (RFC 9293 section 3.7.4: Nagle's algorithm off).
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        let connection = &self.connection;
        connection
            .machine
            .call(|host, cx| host.tcp_set_nodelay(cx, connection.key, nodelay))
            .map_err(io::Error::from)
    }
    /// Asks a silent peer whether it is still there (RFC 9293 section 3.8.4); `None`: never, as by default.
    pub fn set_keepalive(&self, keepalive: Option<crate::Keepalive>) -> io::Result<()> {
        let connection = &self.connection;
        connection
            .machine
            .call(|host, cx| host.tcp_set_keepalive(cx, connection.key, keepalive))
            .map_err(io::Error::from)
    }
    /// How long what was written may stay unacknowledged before the connection is given up (RFC 9293
    /// section 3.8.3, R2).
    pub fn set_user_timeout(&self, span: base::Duration) -> io::Result<()> {
        let connection = &self.connection;
        connection
            .machine
            .call(|host, cx| host.tcp_set_user_timeout(cx, connection.key, span))
            .map_err(io::Error::from)
    }
    /// Breaks the connection off with a reset.
    pub fn abort(&self) {
        self.connection.machine.call(|host, cx| host.tcp_abort(cx, self.connection.key));
    }
    /// Sends a FIN after what was written; reading goes on.
    pub fn shutdown_write(&self) -> io::Result<()> {
        self.connection.shutdown()
    }
    /// The host's handle, for tables.
    pub fn key(&self) -> TcpKey {
        self.connection.key
    }
    /// What is there, up to `max` octets, without a copy; empty: the other side has finished.
    pub async fn read_bytes(&self, max: usize) -> io::Result<Bytes> {
        poll_fn(|task| self.connection.poll_read(task, max)).await
    }
    /// Writes some of `data`; returns how much.
    pub async fn write_some(&self, data: &[u8]) -> io::Result<usize> {
        poll_fn(|task| self.connection.poll_write(task, data)).await
    }
    /// Writes all of `data`.
    pub async fn write_all_bytes(&self, mut data: &[u8]) -> io::Result<()> {
        while !data.is_empty() {
            let written = self.write_some(data).await?;
            data = &data[written..];
        }
        Ok(())
    }
    /// Two halves that may live in two tasks; dropping the writing half sends a FIN.
    pub fn into_split(self) -> (OwnedReadHalf, OwnedWriteHalf) {
        let connection = self.connection;
        (OwnedReadHalf { connection: connection.clone() }, OwnedWriteHalf { connection })
    }
}

/// The reading half of a [`TcpStream`].
#[derive(Debug)]
pub struct OwnedReadHalf {
    pub(crate) connection: Arc<Connection>,
}

/// The writing half of a [`TcpStream`]; dropping it sends a FIN.
#[derive(Debug)]
pub struct OwnedWriteHalf {
    pub(crate) connection: Arc<Connection>,
}

impl Drop for OwnedWriteHalf {
    fn drop(&mut self) {
        // An error means that there is nothing left to finish.
        let _ = self.connection.shutdown();
    }
}

/// Waits for connections.
#[derive(Debug)]
pub struct TcpListener {
    machine: Machine,
    key: ListenerKey,
    local: SocketAddr,
}

impl TcpListener {
    /// Listens on `local` (an unspecified address: on all; port 0: any).
    pub fn bind(machine: &Machine, local: SocketAddr) -> io::Result<TcpListener> {
        Self::bind_with(machine, "", local, ListenOptions::default())
    }
    /// Listens for the program called `owner`.
    pub fn bind_with(
        machine: &Machine,
        owner: &str,
        local: SocketAddr,
        options: ListenOptions,
    ) -> io::Result<TcpListener> {
        machine
            .call(|host, cx| {
                host.set_owner(owner);
                let key = host.tcp_listen(cx, local, options)?;
                let local = host.tcp_listener_address(key)?;
                Ok::<_, Error>(TcpListener { machine: machine.clone(), key, local })
            })
            .map_err(io::Error::from)
    }
    /// The address it listens on.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
    }
    /// The next connection.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        poll_fn(|task| self.poll_accept(task)).await
    }
    /// The next connection, if there is one.
    pub fn poll_accept(&self, task: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        self.machine.call(|host, cx| match host.tcp_accept(cx, self.key) {
            Err(Error::WouldBlock) => {
                host.tcp_listener_waker(self.key, task.waker());
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error.into())),
            Ok((key, peer)) => {
                let local = host.tcp_endpoints(key).map_or(self.local, |both| both.local);
                Poll::Ready(Ok((TcpStream::of(&self.machine, key, local, peer), peer)))
            }
        })
    }
}

impl Drop for TcpListener {
    fn drop(&mut self) {
        self.machine.call(|host, cx| host.tcp_listener_close(cx, self.key));
    }
}
