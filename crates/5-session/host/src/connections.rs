//! How TCP connections come into the host's tables, say what they have to say, and leave.
//!
//! ```text
//!   tcp_connect / accepted --> connections + demux + port count
//!                                   | is_over()            | released by the program
//!                                   v                      v
//!                               detached (demux, port)  -> both: gone
//! ```
//!
//! Invariants: a connection stands in the demux table and in its port's count until it is detached,
//! and never after; it is forgotten when it is detached and the program has let go of it.

use crate::key::{Key, ListenerKey, TcpKey};
use crate::reasons::{ConnectionsFull, TimeWaitEvicted};
use crate::sockets::ConnectionRecord;
use crate::timers::Target;
use crate::udp_sockets::send_error;
use crate::{Error, Host};
use base::{Journey, Seq};
use ip::SendError;
use std::sync::Arc;
use tcp::{Endpoints, IcmpErrorKind, StateName};
use trace::{Cx, Place};

impl Host {
    pub(crate) fn room_for_connection(&self) -> Result<(), Error> {
        let open = self.connections.len().saturating_sub(self.time_wait.len());
        if open >= self.limits.connections { Err(Error::TooMany("connections")) } else { Ok(()) }
    }

    pub(crate) fn insert_connection(
        &mut self,
        connection: Box<tcp::Connection>,
        endpoints: Endpoints,
        owner: Arc<str>,
        accepted: bool,
    ) -> TcpKey {
        let record = ConnectionRecord::new(connection, endpoints, owner, accepted);
        let key = self.connections.insert(record);
        self.demux.insert_tcp(endpoints, key);
        self.ports.connection_added(endpoints.local.port());
        self.touch(key);
        key
    }

    /// A listener's handshake is complete.
    pub(crate) fn established(
        &mut self,
        cx: &mut Cx,
        listener: ListenerKey,
        endpoints: Endpoints,
        mut connection: Box<tcp::Connection>,
    ) {
        let Some(record) = self.listeners.get(listener) else { return };
        let owner = record.owner.clone();
        self.replace_old(cx, &endpoints);
        let full = self.room_for_connection().is_err();
        if full {
            let bound = self.limits.connections;
            let reason = ConnectionsFull { src: endpoints.remote.ip(), bound };
            cx.trace.emit(Place::Node, Journey::NONE, reason);
            connection.abort(cx);
        }
        let key = self.insert_connection(connection, endpoints, owner, true);
        let queued = !full
            && self
                .listeners
                .get_mut(listener)
                .is_some_and(|record| record.listener.push_accepted(key.number()));
        if !queued {
            self.tcp_abort(cx, key);
            self.tcp_close(cx, key);
        }
    }

    /// Sends what a connection has to say, then sees to its timers and whether it is over.
    pub(crate) fn flush_connection(&mut self, cx: &mut Cx, key: TcpKey) {
        if let Some(record) = self.connections.get_mut(key) {
            record.dirty = false;
        }
        loop {
            let Some(record) = self.connections.get_mut(key) else { return };
            // Taken apart where it lies: a segment is too large to be moved for nothing.
            let mut polled = record.connection.poll_segment(cx);
            let Some(segment) = &mut polled else { break };
            let (endpoints, seq) = (record.endpoints, segment.header.seq);
            if let Err(error) = self.send_segment(cx, &endpoints, segment) {
                self.segment_unsent(cx, key, seq, error);
            }
        }
        self.settle_connection(cx, key);
    }

    /// The network layer did not take a connection's segment.
    fn segment_unsent(&mut self, cx: &mut Cx, key: TcpKey, seq: Seq, error: SendError) {
        let Some(record) = self.connections.get_mut(key) else { return };
        let Endpoints { local, remote } = record.endpoints;
        let kind = match error {
            SendError::TooBig { mtu } => IcmpErrorKind::TooBig { mtu: u32::from(mtu) },
            // A route may come back: as when a router says so (RFC 9293 section 3.9.2.2, MUST-56).
            SendError::NoRoute => IcmpErrorKind::Soft,
            SendError::BadSource | SendError::BadDestination => {
                record.fail_to_open(cx, seq, send_error(error, local.ip(), remote.ip(), 0));
                return self.touch(key);
            }
        };
        record.connection.handle_icmp_error(cx, kind, seq);
    }

    fn settle_connection(&mut self, cx: &mut Cx, key: TcpKey) {
        self.sweep_timers();
        let Some(record) = self.connections.get_mut(key) else { return };
        if record.connection.is_over() {
            let released = record.released;
            self.detach(key);
            if released {
                self.connections.remove(key);
            }
            return;
        }
        let deadline = record.connection.next_deadline();
        self.timers.arm(&mut record.armed, deadline, Target::Tcp(key));
        if !record.in_time_wait && record.connection.state() == StateName::TimeWait {
            record.in_time_wait = true;
            self.time_wait.push_back(key);
            self.bound_time_wait(cx);
        }
    }

    fn bound_time_wait(&mut self, cx: &mut Cx) {
        while self.time_wait.len() > self.limits.time_wait {
            let Some(oldest) = self.time_wait.pop_front() else { return };
            let Some(record) = self.connections.get(oldest) else { continue };
            let (dst, port) = (record.endpoints.remote.ip(), record.endpoints.remote.port());
            let released = record.released;
            let evicted = TimeWaitEvicted { dst, port, bound: self.limits.time_wait };
            cx.trace.emit(Place::Node, Journey::NONE, evicted);
            self.cut_time_wait(cx, oldest);
            if released {
                self.connections.remove(oldest);
            }
        }
    }

    /// A connection in TIME-WAIT goes before its time.
    pub(crate) fn cut_time_wait(&mut self, cx: &mut Cx, key: TcpKey) {
        if let Some(record) = self.connections.get_mut(key) {
            record.connection.cut_time_wait(cx);
        }
        self.detach(key);
    }

    /// Takes a connection out of demux and ports; its handle stays until the program lets go.
    pub(crate) fn detach(&mut self, key: TcpKey) {
        let Some(record) = self.connections.get_mut(key) else { return };
        if core::mem::replace(&mut record.detached, true) {
            return;
        }
        let (endpoints, in_time_wait, released) =
            (record.endpoints, record.in_time_wait, record.released);
        self.demux.remove_tcp(&endpoints, key);
        self.ports.connection_removed(endpoints.local.port());
        if in_time_wait {
            // They leave in about the order in which they came: the first ones are looked at first.
            if let Some(place) = self.time_wait.iter().position(|&waiting| waiting == key) {
                self.time_wait.remove(place);
            }
        }
        if released {
            self.connections.remove(key);
        }
    }

    /// The same for a listener.
    pub(crate) fn flush_listener(&mut self, cx: &mut Cx, key: ListenerKey) {
        if let Some(record) = self.listeners.get_mut(key) {
            record.dirty = false;
        }
        while let Some((endpoints, mut segment)) =
            self.listeners.get_mut(key).and_then(|record| record.listener.poll_segment(cx))
        {
            // A SYN-ACK that finds no way is lost as on a wire; the listener tries again.
            let _ = self.send_segment(cx, &endpoints, &mut segment);
        }
        let Some(record) = self.listeners.get_mut(key) else { return };
        let deadline = record.listener.next_deadline();
        self.timers.arm(&mut record.armed, deadline, Target::Listener(key));
    }
}
