//! ICMP echo as a program's calls: each socket has an identifier of its own (RFC 792 page 14), gets
//! the replies that bear it, and the ICMP errors about the requests that bore it.

use crate::config::Direction;
use crate::demux::unspecified;
use crate::key::PingKey;
use crate::reasons::{PingDelivered, PingFull, PingNobody};
use crate::sockets::{PingRecord, Wakers, wake};
use crate::udp_sockets::send_error;
use crate::{Error, Host};
use base::{Body, Instant, Journey};
use bytes::Bytes;
use core::net::IpAddr;
use core::task::Waker;
use ip::{Datagram, Packet, Protocol};
use std::collections::VecDeque;
use trace::{Cx, Place};
use wire::icmpv4::{HEADER_LEN, Header};

/// What one waiting message counts beside its octets.
const OVERHEAD: usize = 256;

/// What arrived in a ping socket.
#[derive(Debug)]
pub enum PingReceived {
    /// An echo reply.
    Reply {
        /// From whom.
        from: IpAddr,
        /// The sequence number of the request.
        seq: u16,
        /// The hops that the reply had left.
        ttl: u8,
        /// What the request carried.
        payload: Body,
        /// When it arrived.
        at: Instant,
    },
    /// An ICMP error about a request.
    Error {
        /// Who says so.
        from: IpAddr,
        /// The sequence number of the request.
        seq: u16,
        /// What is wrong.
        error: PingError,
        /// When it arrived.
        at: Instant,
    },
}

/// What an ICMP error says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PingError {
    /// The TTL ran out there.
    TimeExceeded,
    /// No route from there.
    NetUnreachable,
    /// Nobody answers there.
    HostUnreachable,
    /// The host is there, the port is closed.
    PortUnreachable,
    /// The packet was too long for the next hop.
    FragmentationNeeded {
        /// What fits.
        mtu: u16,
    },
    /// Anything else, by type and code.
    Other {
        /// The ICMP type.
        kind: u8,
        /// Its code.
        code: u8,
    },
}

impl Host {
    /// Opens a socket with a free identifier.
    ///
    /// # Errors
    /// A full table.
    pub fn ping_open(&mut self, _cx: &mut Cx) -> Result<PingKey, Error> {
        if self.ping_sockets.len() >= self.limits.sockets.min(32_768) {
            return Err(Error::TooMany("ping sockets"));
        }
        let mut id = (self.random.next_u32() as u16).max(1);
        while self.demux.ping(id).is_some() {
            id = id.wrapping_add(1).max(1);
        }
        let key = self.ping_sockets.insert(PingRecord {
            id,
            queue: VecDeque::new(),
            memory: 0,
            wakers: Wakers::default(),
            owner: self.owner.clone(),
        });
        self.demux.insert_ping(id, key);
        Ok(key)
    }

    /// Sends one echo request.
    ///
    /// # Errors
    /// No route, or too long.
    pub fn ping_send(
        &mut self,
        cx: &mut Cx,
        key: PingKey,
        to: IpAddr,
        seq: u16,
        ttl: Option<u8>,
        payload: Bytes,
    ) -> Result<(), Error> {
        let id = self.ping_sockets.get(key).ok_or(Error::Closed)?.id;
        if to.is_ipv6() {
            return Err(Error::NetworkUnreachable(to));
        }
        let len = payload.len();
        let payload = Body::from(payload);
        let mut header = [0; HEADER_LEN];
        Header::EchoRequest { id, seq }.emit(&mut header, &[], &payload);
        let mut frame = cx.pool.frame(payload);
        frame.prepend(HEADER_LEN).copy_from_slice(&header);
        Self::born(cx, &mut frame, Journey::NONE);
        let packet = Packet {
            source: None,
            destination: to,
            protocol: Protocol::ICMP,
            ttl,
            tos: 0,
            dont_fragment: false,
            interface: None,
        };
        let from = unspecified(to);
        self.send_packet(cx, &packet, frame).map_err(|error| send_error(error, from, to, len))
    }

    /// The next reply or error.
    ///
    /// # Errors
    /// [`Error::WouldBlock`]: none yet.
    pub fn ping_receive(&mut self, _cx: &mut Cx, key: PingKey) -> Result<PingReceived, Error> {
        let record = self.ping_sockets.get_mut(key).ok_or(Error::Closed)?;
        let received = record.queue.pop_front().ok_or(Error::WouldBlock)?;
        record.memory -= memory(&received);
        Ok(received)
    }

    /// Wakes `waker` when something has arrived.
    pub fn ping_waker(&mut self, key: PingKey, waker: &Waker) {
        if let Some(record) = self.ping_sockets.get_mut(key) {
            let old = record.wakers.set(Direction::Read, waker);
            wake(&mut self.woken, old);
        }
    }

    /// Closes the socket.
    pub fn ping_close(&mut self, _cx: &mut Cx, key: PingKey) {
        let Some(mut record) = self.ping_sockets.remove(key) else { return };
        self.demux.remove_ping(record.id);
        self.woken.extend(record.wakers.take());
    }

    /// An ICMP message that `ip` does not use up itself.
    pub(crate) fn ping_in(&mut self, cx: &mut Cx, datagram: Datagram) {
        let Datagram { src, ttl, interface, mut frame, .. } = datagram;
        frame.pull(HEADER_LEN.min(frame.len()));
        let (id, seq) = match Header::parse(frame.head(), frame.body()) {
            Ok(Header::EchoReply { id, seq }) => (id, seq),
            Ok(_) | Err(_) => return self.end(cx, interface, frame, PingNobody { src, id: 0 }),
        };
        let Some(key) = self.demux.ping(id) else {
            return self.end(cx, interface, frame, PingNobody { src, id });
        };
        let journey = frame.meta().journey;
        frame.strip(HEADER_LEN);
        let payload = frame.into_body();
        let at = cx.now();
        let reply = PingReceived::Reply { from: src, seq, ttl, payload, at };
        let place = Place::Interface(interface);
        if self.push_ping(key, reply) {
            cx.trace.emit(place, journey, PingDelivered { src, seq });
        } else {
            cx.trace.emit(place, journey, PingFull { src });
        }
    }

    /// Puts something into a socket's queue; false at its bound.
    pub(crate) fn push_ping(&mut self, key: PingKey, received: PingReceived) -> bool {
        let bound = self.limits.datagram_buffer;
        let Some(record) = self.ping_sockets.get_mut(key) else { return false };
        let size = memory(&received);
        if record.memory + size > bound {
            return false;
        }
        record.memory += size;
        record.queue.push_back(received);
        wake(&mut self.woken, record.wakers.read.take());
        true
    }
}

fn memory(received: &PingReceived) -> usize {
    match received {
        PingReceived::Reply { payload, .. } => OVERHEAD + payload.len(),
        PingReceived::Error { .. } => OVERHEAD,
    }
}
