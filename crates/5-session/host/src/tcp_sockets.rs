//! TCP as a program's calls: connect, listen, accept, send, receive, shut down, close, abort. How
//! connections come into the host's tables and leave them is told in `connections`.

use crate::config::Direction;
use crate::error::Transport;
use crate::key::{Key, ListenerKey, TcpKey};
use crate::ports::Bound;
use crate::reasons::{Listening, PortChosen};
use crate::sockets::{ListenerRecord, Wakers, wake};
use crate::{Error, Host};
use base::{Duration, Journey};
use bytes::Bytes;
use core::net::SocketAddr;
use core::task::Waker;
use std::sync::Arc;
use tcp::Endpoints;
use trace::{Cx, Place};

/// What a TCP connection can do now.
pub type TcpReadiness = tcp::Readiness;

/// How a listener listens.
#[derive(Clone, Copy, Debug)]
pub struct ListenOptions {
    /// Connections that may wait to be accepted; at least 1.
    pub backlog: usize,
    /// As SO_REUSEADDR: what is left of earlier connections on the port does not stand in the way.
    pub reuse_address: bool,
}

impl Default for ListenOptions {
    fn default() -> Self {
        ListenOptions { backlog: 128, reuse_address: true }
    }
}

impl Host {
    /// Begins a connection to `remote`. Without `local`, or where its address is unspecified or its
    /// port 0, the host chooses. Wait for [`Host::tcp_connected`].
    ///
    /// # Errors
    /// An address that means many or nobody, or is of IPv6; no route, an address that is not ours,
    /// no free port, a port that somebody has, a full table.
    pub fn tcp_connect(
        &mut self,
        cx: &mut Cx,
        local: Option<SocketAddr>,
        remote: SocketAddr,
    ) -> Result<TcpKey, Error> {
        self.check_remote(remote)?;
        self.room_for_connection()?;
        let local = self.local_endpoint(cx, local, remote)?;
        let endpoints = Endpoints { local, remote };
        if self.demux.tcp(&endpoints).is_some() {
            return self.check_bind(cx, Transport::Tcp, local, false).and(Err(Error::NoFreePort));
        }
        let iss = self.isn.isn(cx.now(), &endpoints);
        let mss = self.receive_mss(remote.ip(), Some(local.ip()));
        let connection = tcp::Connection::connect(cx, &self.tcp_config, endpoints, iss, mss);
        let owner = self.owner.clone();
        Ok(self.insert_connection(Box::new(connection), endpoints, owner, false))
    }

    /// Can anybody be there, and can we speak with them?
    fn check_remote(&self, remote: SocketAddr) -> Result<(), Error> {
        let ip = remote.ip();
        //= rfc9293#3.9.1.1 MUST-46 to many at once no connection can be opened
        let many = ip.is_multicast() || (self.ip.is_broadcast(ip) && !self.ip.is_local(ip));
        if remote.port() == 0 || ip.is_unspecified() {
            Err(Error::Invalid("nobody can be at that address and port"))
        } else if many {
            Err(Error::Invalid("TCP is between two, and that address means many"))
        } else if ip.is_ipv6() {
            Err(Error::Ipv6NotSpoken(ip))
        } else {
            Ok(())
        }
    }

    fn local_endpoint(
        &mut self,
        cx: &mut Cx,
        local: Option<SocketAddr>,
        remote: SocketAddr,
    ) -> Result<SocketAddr, Error> {
        let wanted = local.map(|local| local.ip()).filter(|ip| !ip.is_unspecified());
        let ip = self.source_for(remote.ip(), wanted)?;
        match local.map_or(0, |local| local.port()) {
            0 => {
                let port = self.choose_port(ip, remote).ok_or(Error::NoFreePort)?;
                let chosen = PortChosen { port, dst: remote.ip() };
                cx.trace.emit(Place::Node, Journey::NONE, chosen);
                Ok(SocketAddr::new(ip, port))
            }
            port => {
                let local = SocketAddr::new(ip, port);
                // Only what is in TIME-WAIT, or was accepted, may have the port too.
                self.check_bind(cx, Transport::Tcp, local, true)?;
                Ok(local)
            }
        }
    }

    /// Listens on `local` (an unspecified address: on all; port 0: any free one).
    ///
    /// # Errors
    /// [`Error::AddrInUse`] names who has the port; an address that is not ours; a full table.
    pub fn tcp_listen(
        &mut self,
        cx: &mut Cx,
        local: SocketAddr,
        options: ListenOptions,
    ) -> Result<ListenerKey, Error> {
        if self.listeners.len() >= self.limits.sockets {
            return Err(Error::TooMany("listeners"));
        }
        let local = self.bind_address(cx, Transport::Tcp, local, options.reuse_address)?;
        let backlog = options.backlog.max(1);
        let key = self.listeners.insert(ListenerRecord {
            listener: tcp::Listener::new(Arc::clone(&self.tcp_config), backlog),
            local,
            wakers: Wakers::default(),
            owner: self.owner.clone(),
            armed: None,
            dirty: false,
        });
        self.demux.insert_listener(local, key);
        self.ports.bind(Transport::Tcp, local, Bound::Listener(key));
        cx.trace.emit(Place::Node, Journey::NONE, Listening { port: local.port(), backlog });
        Ok(key)
    }

    /// Is the address ours and the port free? Fills in port 0.
    pub(crate) fn bind_address(
        &mut self,
        cx: &mut Cx,
        transport: Transport,
        local: SocketAddr,
        reuse: bool,
    ) -> Result<SocketAddr, Error> {
        let ip = local.ip();
        if !ip.is_unspecified() && !self.ip.is_local(ip) {
            return Err(Error::AddrNotAvailable(ip));
        }
        if local.port() == 0 {
            let port = self.ports.choose_any(transport, ip).ok_or(Error::NoFreePort)?;
            return Ok(SocketAddr::new(ip, port));
        }
        self.check_bind(cx, transport, local, reuse)?;
        Ok(local)
    }

    /// The next connection that waits to be accepted, and who is at its other end.
    ///
    /// # Errors
    /// [`Error::WouldBlock`] when none waits.
    pub fn tcp_accept(
        &mut self,
        _cx: &mut Cx,
        key: ListenerKey,
    ) -> Result<(TcpKey, SocketAddr), Error> {
        let record = self.listeners.get_mut(key).ok_or(Error::Closed)?;
        while let Some(number) = record.listener.accept() {
            let key = TcpKey::from_number(number);
            if let Some(connection) = self.connections.get_mut(key) {
                connection.owner = record.owner.clone();
                return Ok((key, connection.endpoints.remote));
            }
        }
        Err(Error::WouldBlock)
    }

    /// Where a listener listens.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn tcp_listener_address(&self, key: ListenerKey) -> Result<SocketAddr, Error> {
        self.listeners.get(key).map(|record| record.local).ok_or(Error::Closed)
    }

    /// Wakes `waker` when a connection waits to be accepted.
    pub fn tcp_listener_waker(&mut self, key: ListenerKey, waker: &Waker) {
        if let Some(record) = self.listeners.get_mut(key) {
            let old = record.wakers.set(Direction::Read, waker);
            wake(&mut self.woken, old);
        }
    }

    /// Stops listening; connections that nobody accepted are reset.
    pub fn tcp_listener_close(&mut self, cx: &mut Cx, key: ListenerKey) {
        let Some(mut record) = self.listeners.remove(key) else { return };
        self.demux.remove_listener(record.local);
        self.ports.unbind(Transport::Tcp, record.local.port(), Bound::Listener(key));
        self.woken.extend(record.wakers.take());
        record.listener.close(cx);
        while let Some(number) = record.listener.accept() {
            let waiting = TcpKey::from_number(number);
            self.tcp_abort(cx, waiting);
            self.tcp_close(cx, waiting);
        }
    }

    /// Is the connection open?
    ///
    /// # Errors
    /// [`Error::WouldBlock`]: not yet. Any other: it never will be.
    pub fn tcp_connected(&self, key: TcpKey) -> Result<(), Error> {
        let record = self.connections.get(key).ok_or(Error::Closed)?;
        let ready = record.connection.readiness();
        match ready.failed {
            _ if ready.connected => Ok(()),
            Some(error) => Err(record.explain(error, Error::Aborted)),
            None => Err(Error::WouldBlock),
        }
    }

    /// One call on a connection, with its error explained.
    fn tcp_call<R>(
        &mut self,
        cx: &mut Cx,
        key: TcpKey,
        closed: Error,
        call: impl FnOnce(&mut tcp::Connection, &mut Cx) -> Result<R, tcp::Error>,
    ) -> Result<R, Error> {
        let record = self.connections.get_mut(key).ok_or(Error::Closed)?;
        let result = call(&mut record.connection, cx);
        // Nothing changed when there was nothing to do.
        let changed = !matches!(result, Err(tcp::Error::WouldBlock));
        let result = result.map_err(|error| record.explain(error, closed));
        if changed {
            self.touch(key);
        }
        result
    }

    /// Queues octets to be sent; returns how many there was room for (0: wait for the waker).
    ///
    /// # Errors
    /// [`Error::BrokenPipe`] after a shutdown, or why the connection is no more.
    pub fn tcp_send(&mut self, cx: &mut Cx, key: TcpKey, data: &[u8]) -> Result<usize, Error> {
        self.tcp_call(cx, key, Error::BrokenPipe, |connection, cx| connection.send(cx, data))
    }

    /// As [`Host::tcp_send`], without a copy.
    ///
    /// # Errors
    /// As [`Host::tcp_send`].
    pub fn tcp_send_bytes(
        &mut self,
        cx: &mut Cx,
        key: TcpKey,
        data: Bytes,
    ) -> Result<usize, Error> {
        self.tcp_call(cx, key, Error::BrokenPipe, |connection, cx| connection.send_bytes(cx, data))
    }

    /// Takes received octets; 0: the other side has finished.
    ///
    /// # Errors
    /// [`Error::WouldBlock`]: nothing yet. Or why the connection is no more.
    pub fn tcp_receive(
        &mut self,
        cx: &mut Cx,
        key: TcpKey,
        out: &mut [u8],
    ) -> Result<usize, Error> {
        self.tcp_call(cx, key, Error::NotConnected, |connection, cx| connection.receive(cx, out))
    }

    /// As [`Host::tcp_receive`], without a copy where that can be.
    ///
    /// # Errors
    /// As [`Host::tcp_receive`].
    pub fn tcp_receive_bytes(
        &mut self,
        cx: &mut Cx,
        key: TcpKey,
        max: usize,
    ) -> Result<Bytes, Error> {
        let call =
            |connection: &mut tcp::Connection, cx: &mut Cx| connection.receive_bytes(cx, max);
        self.tcp_call(cx, key, Error::NotConnected, call)
    }

    /// Sends a FIN after what is queued; receiving goes on.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn tcp_shutdown(&mut self, cx: &mut Cx, key: TcpKey) -> Result<(), Error> {
        self.tcp_call(cx, key, Error::NotConnected, |connection, cx| {
            connection.shutdown_send(cx);
            Ok(())
        })
    }

    /// Lets go of a connection: both ways closed, the handle ends here.
    pub fn tcp_close(&mut self, cx: &mut Cx, key: TcpKey) {
        let Some(record) = self.connections.get_mut(key) else { return };
        record.released = true;
        record.connection.close(cx);
        let wakers = record.wakers.take();
        self.woken.extend(wakers);
        self.touch(key);
    }

    /// Breaks a connection off with a reset. The handle stays until it is closed.
    pub fn tcp_abort(&mut self, cx: &mut Cx, key: TcpKey) {
        if let Some(record) = self.connections.get_mut(key) {
            record.connection.abort(cx);
            self.touch(key);
        }
    }

    /// Nagle's algorithm off (true) or on.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn tcp_set_nodelay(
        &mut self,
        cx: &mut Cx,
        key: TcpKey,
        nodelay: bool,
    ) -> Result<(), Error> {
        //= rfc9293#3.7.4 MUST-17
        self.tcp_call(cx, key, Error::NotConnected, |connection, _| {
            connection.set_nagle(!nodelay);
            Ok(())
        })
    }

    /// Probes a silent peer, or no longer.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn tcp_set_keepalive(
        &mut self,
        cx: &mut Cx,
        key: TcpKey,
        keepalive: Option<tcp::Keepalive>,
    ) -> Result<(), Error> {
        self.tcp_call(cx, key, Error::NotConnected, |connection, cx| {
            connection.set_keepalive(cx, keepalive);
            Ok(())
        })
    }

    /// How long data may stay unacknowledged.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn tcp_set_user_timeout(
        &mut self,
        cx: &mut Cx,
        key: TcpKey,
        span: Duration,
    ) -> Result<(), Error> {
        self.tcp_call(cx, key, Error::NotConnected, |connection, _| {
            connection.set_user_timeout(span);
            Ok(())
        })
    }

    /// What the connection can do now.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn tcp_readiness(&self, key: TcpKey) -> Result<TcpReadiness, Error> {
        self.connections.get(key).map(|r| r.connection.readiness()).ok_or(Error::Closed)
    }
    /// The connection's numbers.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn tcp_info(&self, key: TcpKey) -> Result<tcp::Info, Error> {
        self.connections.get(key).map(|r| r.connection.info()).ok_or(Error::Closed)
    }
    /// Both ends.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn tcp_endpoints(&self, key: TcpKey) -> Result<Endpoints, Error> {
        self.connections.get(key).map(|record| record.endpoints).ok_or(Error::Closed)
    }
    /// Wakes `waker` when that direction is ready.
    pub fn tcp_waker(&mut self, key: TcpKey, direction: Direction, waker: &Waker) {
        if let Some(record) = self.connections.get_mut(key) {
            let old = record.wakers.set(direction, waker);
            wake(&mut self.woken, old);
        }
    }
}
