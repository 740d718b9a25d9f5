//! The port table: who has which port, who may have it too, and which port a connection gets.
//!
//! Ports are counted apart for TCP and UDP. Two holders of one port get on when their addresses
//! differ and neither means "all". A TCP port that only connections use (accepted ones, or ones in
//! TIME-WAIT) may be listened on again by who asks for `reuse_address`, as with SO_REUSEADDR.
//!
//! Ephemeral ports follow RFC 6056 algorithm 4 (double hash): a keyed hash of the addresses says
//! where in the range to begin, a counter picked by a second hash says how far it has come, so
//! that an onlooker cannot guess the next and a pair is not met again soon.

use crate::demux::Secret;
use crate::error::{Holder, Transport};
use crate::key::{ListenerKey, UdpKey};
use crate::reasons::PortRefused;
use crate::sockets::state_name;
use crate::{Error, Host};
use base::{Journey, Random};
use core::hash::BuildHasher;
use core::net::{IpAddr, SocketAddr};
use hashbrown::HashMap;
use tcp::Endpoints;
use trace::{Cx, Place};

/// Counters of algorithm 4.
const COUNTERS: usize = 64;

/// Who has a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Listener(ListenerKey),
    Udp(UdpKey),
}

/// All that is known of one port of one transport.
#[derive(Debug, Default)]
struct PortUse {
    /// Who waits on it, with the address.
    bound: Vec<(IpAddr, Bound)>,
    /// TCP connections whose local port it is.
    connections: u32,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Ports {
    table: HashMap<(Transport, u16), PortUse, Secret>,
    first: u16,
    count: u16,
    secret: Secret,
    counters: [u16; COUNTERS],
    random: Random,
}

impl Ports {
    pub(crate) fn new(range: (u16, u16), secret: &Secret, mut random: Random) -> Self {
        let (first, last) = (range.0.max(1), range.1.max(range.0.max(1)));
        Ports {
            table: HashMap::with_hasher(secret.clone()),
            first,
            count: (last - first).saturating_add(1),
            secret: secret.clone(),
            counters: core::array::from_fn(|_| random.next_u32() as u16),
            random,
        }
    }

    pub(crate) fn bind(&mut self, transport: Transport, local: SocketAddr, bound: Bound) {
        let entry = self.table.entry((transport, local.port())).or_default();
        entry.bound.push((local.ip(), bound));
    }
    pub(crate) fn unbind(&mut self, transport: Transport, port: u16, bound: Bound) {
        self.change((transport, port), |entry| entry.bound.retain(|(_, held)| *held != bound));
    }
    pub(crate) fn connection_added(&mut self, port: u16) {
        self.table.entry((Transport::Tcp, port)).or_default().connections += 1;
    }
    pub(crate) fn connection_removed(&mut self, port: u16) {
        self.change((Transport::Tcp, port), |entry| {
            entry.connections = entry.connections.saturating_sub(1);
        });
    }
    fn change(&mut self, key: (Transport, u16), change: impl FnOnce(&mut PortUse)) {
        if let Some(entry) = self.table.get_mut(&key) {
            change(entry);
            if entry.bound.is_empty() && entry.connections == 0 {
                self.table.remove(&key);
            }
        }
    }

    /// Who waits on this port so that `ip` cannot.
    fn bound_in_the_way(&self, transport: Transport, ip: IpAddr, port: u16) -> Option<Bound> {
        let entry = self.table.get(&(transport, port))?;
        let in_the_way = |held: &IpAddr| overlap(*held, ip);
        entry.bound.iter().find(|(held, _)| in_the_way(held)).map(|(_, bound)| *bound)
    }
    fn has_connections(&self, port: u16) -> bool {
        self.table.get(&(Transport::Tcp, port)).is_some_and(|entry| entry.connections > 0)
    }

    /// The ephemeral port for a connection, by algorithm 4; `taken` says which are not to be had.
    pub(crate) fn choose(
        &mut self,
        local: IpAddr,
        remote: SocketAddr,
        taken: impl Fn(&Self, u16) -> bool,
    ) -> Option<u16> {
        //= rfc6056#3.3.4
        let offset = self.secret.hash_one((0u8, local, remote));
        let counter = self.secret.hash_one((1u8, local, remote)) as usize % COUNTERS;
        for _ in 0..self.count {
            let step = self.counters[counter];
            self.counters[counter] = step.wrapping_add(1);
            let place = offset.wrapping_add(u64::from(step)) % u64::from(self.count);
            let port = self.first + place as u16;
            if !taken(self, port) {
                return Some(port);
            }
        }
        None
    }

    /// Some free port for `ip`, for who has no destination yet (RFC 6056 algorithm 1).
    pub(crate) fn choose_any(&mut self, transport: Transport, ip: IpAddr) -> Option<u16> {
        let start = self.random.below(u64::from(self.count)) as u32;
        (0..u32::from(self.count))
            .map(|step| self.first + ((start + step) % u32::from(self.count)) as u16)
            .find(|&port| {
                self.bound_in_the_way(transport, ip, port).is_none()
                    && !(transport == Transport::Tcp && self.has_connections(port))
            })
    }
}

/// Can one packet be meant for both?
fn overlap(a: IpAddr, b: IpAddr) -> bool {
    a.is_ipv4() == b.is_ipv4() && (a == b || a.is_unspecified() || b.is_unspecified())
}

impl Host {
    /// May a listener or a UDP socket have `local`? Emits why not.
    pub(crate) fn check_bind(
        &self,
        cx: &mut Cx,
        transport: Transport,
        local: SocketAddr,
        reuse: bool,
    ) -> Result<(), Error> {
        let bound = self.ports.bound_in_the_way(transport, local.ip(), local.port());
        let holder = match bound {
            Some(bound) => Some(self.holder(transport, bound)),
            None if transport == Transport::Tcp && self.ports.has_connections(local.port()) => {
                self.connection_in_the_way(local, reuse)
            }
            None => None,
        };
        let Some(holder) = holder else { return Ok(()) };
        let refused = PortRefused { port: local.port(), state: holder.state };
        cx.trace.emit(Place::Node, Journey::NONE, refused);
        Err(Error::AddrInUse(Box::new(holder)))
    }

    fn holder(&self, transport: Transport, bound: Bound) -> Holder {
        let (local, state, owner) = match bound {
            Bound::Listener(key) => {
                let record = self.listeners.get(key);
                (record.map(|r| r.local), "LISTEN", record.map(|r| r.owner.to_string()))
            }
            Bound::Udp(key) => {
                let record = self.udp_sockets.get(key);
                (record.map(|r| r.local), "BOUND", record.map(|r| r.owner.to_string()))
            }
        };
        let local = local.unwrap_or(SocketAddr::from(([0, 0, 0, 0], 0)));
        Holder { transport, local, state, owner: owner.unwrap_or_default() }
    }

    /// A connection on this port that forbids to listen on it. Linear, but only where a bind meets
    /// connections on its port.
    fn connection_in_the_way(&self, local: SocketAddr, reuse: bool) -> Option<Holder> {
        let mut held = self
            .connections
            .iter()
            .map(|(_, record)| record)
            .filter(|record| !record.detached && record.endpoints.local.port() == local.port())
            .filter(|record| overlap(record.endpoints.local.ip(), local.ip()));
        let blocks = |state: tcp::StateName, accepted: bool| {
            !reuse || (!accepted && state != tcp::StateName::TimeWait)
        };
        let record = held.find(|r| blocks(r.connection.state(), r.accepted))?;
        Some(Holder {
            transport: Transport::Tcp,
            local: record.endpoints.local,
            state: state_name(record.connection.state()),
            owner: record.owner.to_string(),
        })
    }

    /// The port for a connection from `local` to `remote`.
    pub(crate) fn choose_port(&mut self, local: IpAddr, remote: SocketAddr) -> Option<u16> {
        let demux = &self.demux;
        self.ports.choose(local, remote, |ports, port| {
            let endpoints = Endpoints { local: SocketAddr::new(local, port), remote };
            ports.bound_in_the_way(Transport::Tcp, local, port).is_some()
                || demux.tcp(&endpoints).is_some()
        })
    }
}
