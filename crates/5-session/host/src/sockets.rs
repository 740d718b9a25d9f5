//! What the three kinds of sockets have in common: their records, their wakers, their bounds.

use crate::config::Direction;
use crate::key::{ListenerKey, TcpKey};
use crate::{Error, Host};
use base::{Instant, Seq};
use core::net::{IpAddr, SocketAddr};
use core::task::Waker;
use std::collections::VecDeque;
use std::sync::Arc;
use tcp::Endpoints;
use trace::Cx;

/// One TCP connection and what the host keeps beside it.
#[derive(Debug)]
pub(crate) struct ConnectionRecord {
    pub(crate) connection: Box<tcp::Connection>,
    pub(crate) endpoints: Endpoints,
    pub(crate) wakers: Wakers,
    pub(crate) owner: Arc<str>,
    /// Its entry in the timer heap.
    pub(crate) armed: Option<Instant>,
    /// Does it stand in the queue of those that may have something to say?
    pub(crate) dirty: bool,
    /// Did a listener make it?
    pub(crate) accepted: bool,
    /// Has the program let go of it?
    pub(crate) released: bool,
    /// Is it over, and taken out of demux and ports?
    pub(crate) detached: bool,
    pub(crate) in_time_wait: bool,
    /// What this machine itself said against it while it was being opened.
    pub(crate) unopened: Option<Error>,
    /// When its progress last vouched for the neighbour.
    pub(crate) hinted: Instant,
}

impl ConnectionRecord {
    pub(crate) fn new(
        connection: Box<tcp::Connection>,
        endpoints: Endpoints,
        owner: Arc<str>,
        accepted: bool,
    ) -> Self {
        ConnectionRecord {
            connection,
            endpoints,
            wakers: Wakers::default(),
            owner,
            armed: None,
            dirty: false,
            accepted,
            released: false,
            detached: false,
            in_time_wait: false,
            unopened: None,
            hinted: Instant::ZERO,
        }
    }
}

impl ConnectionRecord {
    /// Turns the connection's error into a socket's; `closed` says what "closed on this side" means.
    pub(crate) fn explain(&self, error: tcp::Error, closed: Error) -> Error {
        match (error, &self.unopened) {
            (tcp::Error::WouldBlock, _) => Error::WouldBlock,
            (_, Some(why)) => why.clone(),
            (tcp::Error::Unreachable, None) => Error::HostUnreachable(self.endpoints.remote.ip()),
            (tcp::Error::Reset, None) => Error::Reset,
            (tcp::Error::Refused, None) => Error::Refused,
            (tcp::Error::TimedOut, None) => Error::TimedOut,
            (tcp::Error::Closed, None) => closed,
        }
    }

    /// This machine itself cannot send what would open the connection: it is over at once.
    pub(crate) fn fail_to_open(&mut self, cx: &mut Cx, seq: Seq, why: Error) {
        if self.connection.state() == tcp::StateName::SynSent {
            self.unopened = Some(why);
            self.connection.handle_icmp_error(cx, tcp::IcmpErrorKind::Hard, seq);
        }
    }
}

/// One TCP listener.
#[derive(Debug)]
pub(crate) struct ListenerRecord {
    pub(crate) listener: tcp::Listener,
    pub(crate) local: SocketAddr,
    pub(crate) wakers: Wakers,
    pub(crate) owner: Arc<str>,
    pub(crate) armed: Option<Instant>,
    pub(crate) dirty: bool,
}

/// One UDP socket.
#[derive(Debug)]
pub(crate) struct UdpRecord {
    pub(crate) local: SocketAddr,
    /// Connected: to whom, from which address.
    pub(crate) remote: Option<Endpoints>,
    pub(crate) queue: udp::Queue,
    pub(crate) error: Option<Error>,
    pub(crate) wakers: Wakers,
    pub(crate) owner: Arc<str>,
}

/// One ICMP echo socket.
#[derive(Debug)]
pub(crate) struct PingRecord {
    pub(crate) id: u16,
    pub(crate) queue: VecDeque<crate::PingReceived>,
    pub(crate) memory: usize,
    pub(crate) wakers: Wakers,
    pub(crate) owner: Arc<str>,
}

impl Host {
    /// Says for whom the sockets are that are made from here on: a program's name, or nobody's ("").
    pub fn set_owner(&mut self, owner: &str) {
        if &*self.owner != owner {
            self.owner = owner.into();
        }
    }

    /// Our address towards `remote`.
    #[inline]
    pub(crate) fn source_for(
        &self,
        remote: IpAddr,
        wanted: Option<IpAddr>,
    ) -> Result<IpAddr, Error> {
        match self.ip.remembered_source(remote, wanted) {
            Some(source) => Ok(source),
            None => self.find_source(remote, wanted),
        }
    }

    fn find_source(&self, remote: IpAddr, wanted: Option<IpAddr>) -> Result<IpAddr, Error> {
        if let Some(wanted) = wanted.filter(|&wanted| !self.ip.is_local(wanted)) {
            return Err(Error::AddrNotAvailable(wanted));
        }
        let path = self.ip.lookup(0, remote, wanted, None, 0);
        let path = path.ok_or(Error::NetworkUnreachable(remote))?;
        let source = wanted.unwrap_or(path.source);
        if source.is_unspecified() { Err(Error::AddrNotAvailable(source)) } else { Ok(source) }
    }

    /// Puts a connection into the queue of those that may have something to say, and wakes who
    /// waits for what it can do now.
    pub(crate) fn touch(&mut self, key: TcpKey) {
        let Some(record) = self.connections.get_mut(key) else { return };
        if !record.dirty {
            record.dirty = true;
            self.dirty.push_back(key);
        }
        if record.wakers.are_set() {
            let ready = record.connection.readiness();
            let over = ready.failed.is_some();
            if ready.readable || ready.peer_closed || over {
                wake(&mut self.woken, record.wakers.read.take());
            }
            if (ready.connected && ready.writable) || over {
                wake(&mut self.woken, record.wakers.write.take());
            }
        }
    }

    /// The same for a listener.
    pub(crate) fn touch_listener(&mut self, key: ListenerKey) {
        let Some(record) = self.listeners.get_mut(key) else { return };
        if !record.dirty {
            record.dirty = true;
            self.dirty_listeners.push_back(key);
        }
        if record.listener.accept_queue_len() > 0 {
            wake(&mut self.woken, record.wakers.read.take());
        }
    }
}

/// The state's name as a word that lives for ever, for events and errors.
pub(crate) fn state_name(state: tcp::StateName) -> &'static str {
    use tcp::StateName as S;
    match state {
        S::Listen => "LISTEN",
        S::SynSent => "SYN-SENT",
        S::SynReceived => "SYN-RECEIVED",
        S::Established => "ESTABLISHED",
        S::FinWait1 => "FIN-WAIT-1",
        S::FinWait2 => "FIN-WAIT-2",
        S::CloseWait => "CLOSE-WAIT",
        S::Closing => "CLOSING",
        S::LastAck => "LAST-ACK",
        S::TimeWait => "TIME-WAIT",
        S::Closed => "CLOSED",
    }
}

/// Notes whom to wake, if anybody; nearly always there is nobody.
#[inline]
pub(crate) fn wake(woken: &mut VecDeque<Waker>, waker: Option<Waker>) {
    if let Some(waker) = waker {
        woken.push_back(waker);
    }
}

/// The wakers of a socket, one a direction.
#[derive(Debug, Default)]
pub(crate) struct Wakers {
    pub(crate) read: Option<Waker>,
    pub(crate) write: Option<Waker>,
}

impl Wakers {
    pub(crate) fn are_set(&self) -> bool {
        self.read.is_some() || self.write.is_some()
    }
    /// Both, to be woken because the socket is no more.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Waker> {
        [self.read.take(), self.write.take()].into_iter().flatten()
    }
    /// Remembers whom to wake; returns who is forgotten for it.
    pub(crate) fn set(&mut self, direction: Direction, waker: &Waker) -> Option<Waker> {
        let slot = match direction {
            Direction::Read => &mut self.read,
            Direction::Write => &mut self.write,
        };
        match slot {
            Some(known) if known.will_wake(waker) => None,
            _ => slot.replace(waker.clone()),
        }
    }
}
