//! What a host is told when it is made, and what passes between it and its owner.

use base::{Frame, InterfaceId, MacAddr};

/// A host at its birth.
#[derive(Clone, Debug)]
pub struct HostConfig {
    /// Its name; for people, and in errors.
    pub name: String,
    /// Does it pass on packets of others (a router)?
    pub forwarding: bool,
    /// What its TCP connections begin with.
    pub tcp: tcp::Config,
    /// The bounds of its tables.
    pub limits: Limits,
}

impl HostConfig {
    /// A host with everything as usual.
    pub fn new(name: &str) -> Self {
        HostConfig {
            name: name.to_owned(),
            forwarding: false,
            tcp: tcp::Config::default(),
            limits: Limits::default(),
        }
    }
}

/// The bounds of a host's tables and queues; at a bound the answer is an error or an event.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// TCP connections, those in TIME-WAIT not counted.
    pub connections: usize,
    /// Connections in TIME-WAIT; beyond, the oldest goes.
    pub time_wait: usize,
    /// Listeners, UDP and ping sockets, each.
    pub sockets: usize,
    /// Timers of programs.
    pub timers: usize,
    /// Octets (true memory) that wait in one UDP or ping socket.
    pub datagram_buffer: usize,
    /// Frames that wait to be polled or loop back.
    pub frames: usize,
    /// The first and the last ephemeral port.
    pub ephemeral: (u16, u16),
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 100_000,
            time_wait: 16_384,
            sockets: 16_384,
            timers: 1_000_000,
            datagram_buffer: 212_992,
            frames: 65_536,
            // RFC 6335 section 6: the dynamic ports.
            ephemeral: (49_152, 65_535),
        }
    }
}

/// One interface at its birth.
#[derive(Clone, Debug)]
pub struct InterfaceConfig {
    /// `eth0`, or a network's name on a router.
    pub name: String,
    /// Its card's address.
    pub mac: MacAddr,
    /// The longest IP packet that it carries, in octets.
    pub mtu: u16,
}

/// A frame that leaves.
#[derive(Debug)]
pub struct Output {
    /// By which interface.
    pub interface: InterfaceId,
    /// An Ethernet frame; for an interface without a card (tunnel), a bare IP packet.
    pub frame: Frame,
}

/// Which half of a socket somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Something to receive or accept.
    Read,
    /// Room to send, or the end of connecting.
    Write,
}
