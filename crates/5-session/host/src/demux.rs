//! Whose is an incoming segment or datagram? Hash tables keyed by the host's secret.
//!
//! The order of asking (RFC 9293 section 3.1, RFC 1122 section 4.1.3.5): the exact pair of
//! endpoints, then who waits on this address and port, then who waits on this port on all
//! addresses. Nothing here is ever iterated, so the secret decides no order.
//!
//! Endpoints are hashed for every segment and datagram, and so by foldhash, keyed: who does not know
//! the key cannot aim at one bucket, and what is placed there is bounded. SipHash took six times as
//! long. What reaches the wire (ephemeral ports) stays with SipHash.

use crate::key::{ListenerKey, PingKey, TcpKey, UdpKey};
use core::hash::{BuildHasher, Hash, Hasher};
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

/// Hashers for the tables of every segment, keyed by the host's secret.
#[derive(Clone, Debug)]
struct Keyed(foldhash::quality::FixedState);

impl Keyed {
    fn new(secret: &Secret) -> Self {
        Keyed(foldhash::quality::FixedState::with_seed(secret.hash_one("demux")))
    }
}

impl BuildHasher for Keyed {
    type Hasher = foldhash::quality::FoldHasher<'static>;
    #[inline]
    fn build_hasher(&self) -> Self::Hasher {
        self.0.build_hasher()
    }
}

/// A pair of endpoints as a key: an IPv4 pair is hashed as two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pair(Endpoints);

impl Hash for Pair {
    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let (local, remote) = (self.0.local, self.0.remote);
        if let (SocketAddr::V4(local), SocketAddr::V4(remote)) = (local, remote) {
            let (ours, theirs) = (local.ip().to_bits(), remote.ip().to_bits());
            hasher.write_u64(u64::from(ours) << 32 | u64::from(theirs));
            hasher.write_u32(u32::from(local.port()) << 16 | u32::from(remote.port()));
        } else {
            self.0.hash(hasher);
        }
    }
}

/// One endpoint as a key: of IPv4, one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Local(SocketAddr);

impl Hash for Local {
    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        match self.0 {
            SocketAddr::V4(local) => {
                let address = u64::from(local.ip().to_bits());
                hasher.write_u64(address << 16 | u64::from(local.port()));
            }
            SocketAddr::V6(local) => local.hash(hasher),
        }
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
    tcp: HashMap<Pair, TcpKey, Keyed>,
    /// Whose the last segment was: segments come in bursts. It stands in `tcp` too.
    last: Option<(Pair, TcpKey)>,
    listeners: HashMap<Local, ListenerKey, Keyed>,
    udp: HashMap<Local, UdpKey, Keyed>,
    udp_connected: HashMap<Pair, UdpKey, Keyed>,
    /// Where the last datagram went that was for no connected socket, and whose it was.
    last_udp: Option<(Local, UdpKey)>,
    pings: HashMap<u16, PingKey, Secret>,
}

impl Demux {
    pub(crate) fn new(secret: &Secret) -> Self {
        Demux {
            tcp: HashMap::with_hasher(Keyed::new(secret)),
            last: None,
            listeners: HashMap::with_hasher(Keyed::new(secret)),
            udp: HashMap::with_hasher(Keyed::new(secret)),
            udp_connected: HashMap::with_hasher(Keyed::new(secret)),
            last_udp: None,
            pings: HashMap::with_hasher(secret.clone()),
        }
    }

    pub(crate) fn tcp(&self, endpoints: &Endpoints) -> Option<TcpKey> {
        self.tcp.get(&Pair(*endpoints)).copied()
    }
    /// The same for a segment that came in.
    #[inline]
    pub(crate) fn tcp_in(&mut self, endpoints: &Endpoints) -> Option<TcpKey> {
        match &self.last {
            Some((Pair(last), key)) if last == endpoints => Some(*key),
            _ => {
                let key = self.tcp(endpoints)?;
                self.last = Some((Pair(*endpoints), key));
                Some(key)
            }
        }
    }
    pub(crate) fn insert_tcp(&mut self, endpoints: Endpoints, key: TcpKey) {
        self.last = None;
        self.tcp.insert(Pair(endpoints), key);
    }
    pub(crate) fn remove_tcp(&mut self, endpoints: &Endpoints, key: TcpKey) {
        self.last = None;
        if self.tcp(endpoints) == Some(key) {
            self.tcp.remove(&Pair(*endpoints));
        }
    }

    pub(crate) fn listener(&self, local: SocketAddr) -> Option<ListenerKey> {
        at_or_everywhere(&self.listeners, local)
    }
    pub(crate) fn insert_listener(&mut self, local: SocketAddr, key: ListenerKey) {
        self.listeners.insert(Local(local), key);
    }
    pub(crate) fn remove_listener(&mut self, local: SocketAddr) {
        self.listeners.remove(&Local(local));
    }

    pub(crate) fn udp(&self, local: SocketAddr, remote: SocketAddr) -> Option<UdpKey> {
        let exact = || self.udp_connected.get(&Pair(Endpoints { local, remote })).copied();
        let exact = if self.udp_connected.is_empty() { None } else { exact() };
        exact.or_else(|| at_or_everywhere(&self.udp, local))
    }
    /// The same for a datagram that came in.
    #[inline]
    pub(crate) fn udp_in(&mut self, local: SocketAddr, remote: SocketAddr) -> Option<UdpKey> {
        if !self.udp_connected.is_empty() {
            return self.udp(local, remote);
        }
        match self.last_udp {
            Some((Local(last), key)) if last == local => Some(key),
            _ => {
                let key = at_or_everywhere(&self.udp, local)?;
                self.last_udp = Some((Local(local), key));
                Some(key)
            }
        }
    }
    pub(crate) fn insert_udp(&mut self, local: SocketAddr, key: UdpKey) {
        self.last_udp = None;
        self.udp.insert(Local(local), key);
    }
    pub(crate) fn remove_udp(&mut self, local: SocketAddr) {
        self.last_udp = None;
        self.udp.remove(&Local(local));
    }
    pub(crate) fn connect_udp(&mut self, endpoints: Endpoints, key: UdpKey) {
        self.udp_connected.insert(Pair(endpoints), key);
    }
    pub(crate) fn disconnect_udp(&mut self, endpoints: &Endpoints) {
        self.udp_connected.remove(&Pair(*endpoints));
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

fn at_or_everywhere<K: Copy>(table: &HashMap<Local, K, Keyed>, local: SocketAddr) -> Option<K> {
    let all = || Local(SocketAddr::new(unspecified(local.ip()), local.port()));
    table.get(&Local(local)).or_else(|| table.get(&all())).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Arena;

    #[test]
    fn the_last_datagrams_socket_is_forgotten_when_sockets_come_and_go() {
        let mut keys: Arena<UdpKey, ()> = Arena::new();
        let mut new = || keys.insert(());
        let (all, one, peer) = (new(), new(), new());
        let at = |last: u8| SocketAddr::from(([10, 0, 0, last], 53));
        let everywhere = SocketAddr::from(([0, 0, 0, 0], 53));
        let both = Endpoints { local: at(1), remote: at(2) };
        let mut demux = Demux::new(&Secret([7; 16]));
        let asked = |demux: &mut Demux| {
            let first = demux.udp_in(at(1), at(2));
            assert_eq!((first, first), (demux.udp_in(at(1), at(2)), demux.udp(at(1), at(2))));
            first
        };
        assert_eq!(asked(&mut demux), None);
        demux.insert_udp(everywhere, all);
        assert_eq!(asked(&mut demux), Some(all));
        demux.insert_udp(at(1), one);
        assert_eq!(asked(&mut demux), Some(one), "a nearer one came");
        demux.connect_udp(both, peer);
        assert_eq!(asked(&mut demux), Some(peer));
        demux.disconnect_udp(&both);
        demux.remove_udp(at(1));
        assert_eq!(asked(&mut demux), Some(all), "it closed");
        demux.remove_udp(everywhere);
        assert_eq!(asked(&mut demux), None);
    }
}
