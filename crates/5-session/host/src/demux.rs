//! Whose is an incoming segment or datagram? Hash tables keyed by the host's secret.
//!
//! The order of asking (RFC 9293 section 3.1, RFC 1122 section 4.1.3.5): the exact pair of
//! endpoints, then who waits on this address and port, then who waits on this port on all
//! addresses. Nothing here is ever iterated, so the secret decides no order.

use crate::key::{ListenerKey, PingKey, TcpKey, UdpKey};
use core::hash::BuildHasher;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use hashbrown::HashMap;
use siphasher::sip::SipHasher13;
use tcp::Endpoints;

/// Makes hashers with the host's secret.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) [u8; 16]);

impl BuildHasher for Secret {
    type Hasher = SipHasher13;
    fn build_hasher(&self) -> SipHasher13 {
        SipHasher13::new_with_key(&self.0)
    }
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret")
    }
}

/// The address that means "all" in the family of `ip`.
pub(crate) fn unspecified(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    }
}

/// The tables.
#[derive(Debug)]
pub(crate) struct Demux {
    tcp: HashMap<Endpoints, TcpKey, Secret>,
    listeners: HashMap<SocketAddr, ListenerKey, Secret>,
    udp: HashMap<SocketAddr, UdpKey, Secret>,
    udp_connected: HashMap<Endpoints, UdpKey, Secret>,
    pings: HashMap<u16, PingKey, Secret>,
}

impl Demux {
    pub(crate) fn new(secret: &Secret) -> Self {
        Demux {
            tcp: HashMap::with_hasher(secret.clone()),
            listeners: HashMap::with_hasher(secret.clone()),
            udp: HashMap::with_hasher(secret.clone()),
            udp_connected: HashMap::with_hasher(secret.clone()),
            pings: HashMap::with_hasher(secret.clone()),
        }
    }

    pub(crate) fn tcp(&self, endpoints: &Endpoints) -> Option<TcpKey> {
        self.tcp.get(endpoints).copied()
    }
    pub(crate) fn insert_tcp(&mut self, endpoints: Endpoints, key: TcpKey) {
        self.tcp.insert(endpoints, key);
    }
    pub(crate) fn remove_tcp(&mut self, endpoints: &Endpoints, key: TcpKey) {
        if self.tcp.get(endpoints) == Some(&key) {
            self.tcp.remove(endpoints);
        }
    }

    pub(crate) fn listener(&self, local: SocketAddr) -> Option<ListenerKey> {
        at_or_everywhere(&self.listeners, local)
    }
    pub(crate) fn insert_listener(&mut self, local: SocketAddr, key: ListenerKey) {
        self.listeners.insert(local, key);
    }
    pub(crate) fn remove_listener(&mut self, local: SocketAddr) {
        self.listeners.remove(&local);
    }

    pub(crate) fn udp(&self, local: SocketAddr, remote: SocketAddr) -> Option<UdpKey> {
        if self.udp_connected.is_empty() {
            return at_or_everywhere(&self.udp, local);
        }
        let exact = self.udp_connected.get(&Endpoints { local, remote }).copied();
        exact.or_else(|| at_or_everywhere(&self.udp, local))
    }
    pub(crate) fn insert_udp(&mut self, local: SocketAddr, key: UdpKey) {
        self.udp.insert(local, key);
    }
    pub(crate) fn remove_udp(&mut self, local: SocketAddr) {
        self.udp.remove(&local);
    }
    pub(crate) fn connect_udp(&mut self, endpoints: Endpoints, key: UdpKey) {
        self.udp_connected.insert(endpoints, key);
    }
    pub(crate) fn disconnect_udp(&mut self, endpoints: &Endpoints) {
        self.udp_connected.remove(endpoints);
    }

    pub(crate) fn ping(&self, id: u16) -> Option<PingKey> {
        self.pings.get(&id).copied()
    }
    pub(crate) fn insert_ping(&mut self, id: u16, key: PingKey) {
        self.pings.insert(id, key);
    }
    pub(crate) fn remove_ping(&mut self, id: u16) {
        self.pings.remove(&id);
    }
}

fn at_or_everywhere<K: Copy>(
    table: &HashMap<SocketAddr, K, Secret>,
    local: SocketAddr,
) -> Option<K> {
    let everywhere = || table.get(&SocketAddr::new(unspecified(local.ip()), local.port())).copied();
    table.get(&local).copied().or_else(everywhere)
}
