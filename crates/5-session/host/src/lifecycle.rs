//! A host from its birth on: what it is made of, what its owner calls, when it wants to be called.

use crate::config::{HostConfig, InterfaceConfig, Limits, Output};
use crate::demux::{Demux, Secret};
use crate::key::{Arena, ListenerKey, PingKey, TcpKey, UdpKey};
use crate::ports::Ports;
use crate::reasons::{InterfaceDisabled, InterfaceDown, InterfaceEnabled};
use crate::sockets::{ConnectionRecord, ListenerRecord, PingRecord, UdpRecord};
use crate::stencil::Stencil;
use crate::timers::Timers;
use base::{Frame, Instant, InterfaceId, Journey, MacAddr, Random, RandomSource};
use core::net::{Ipv4Addr, Ipv6Addr};
use core::task::Waker;
use ether::Neighbours;
use ip::Ip;
use ipnet::{Ipv4Net, Ipv6Net};
use std::collections::VecDeque;
use std::sync::Arc;
use trace::{Cx, Fate, Place};

/// Loopback carries what fits into an IP packet.
const LOOPBACK_MTU: u16 = 65_535;
/// Interfaces of one host at most.
const INTERFACES: usize = 4_096;

/// One interface of a host.
#[derive(Debug)]
pub(crate) struct Interface {
    pub(crate) name: String,
    /// Its card's address; loopback and tunnels have none.
    pub(crate) mac: Option<MacAddr>,
    pub(crate) mtu: u16,
    pub(crate) up: bool,
    pub(crate) neighbours: Neighbours,
    /// Second announcements to come, first one first: an address at most once.
    pub(crate) announcements: VecDeque<(Instant, Ipv4Addr)>,
    pub(crate) armed: Option<Instant>,
    pub(crate) received: Count,
    pub(crate) sent: Count,
}

/// Frames and octets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) frames: u64,
    pub(crate) octets: u64,
}

impl Count {
    #[inline]
    pub(crate) fn add(&mut self, frame: &Frame) {
        self.frames += 1;
        self.octets += frame.len() as u64;
    }
}

/// One machine: interfaces, `ip`, `udp`, `tcp`, the port table and the sockets of its programs.
#[derive(Debug)]
pub struct Host {
    pub(crate) name: String,
    pub(crate) tcp_config: Arc<tcp::Config>,
    pub(crate) limits: Limits,
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) ip: Ip,
    pub(crate) isn: tcp::IsnSource,
    pub(crate) demux: Demux,
    pub(crate) ports: Ports,
    pub(crate) random: Random,
    pub(crate) connections: Arena<TcpKey, ConnectionRecord>,
    pub(crate) listeners: Arena<ListenerKey, ListenerRecord>,
    pub(crate) udp_sockets: Arena<UdpKey, UdpRecord>,
    pub(crate) ping_sockets: Arena<PingKey, PingRecord>,
    pub(crate) time_wait: VecDeque<TcpKey>,
    pub(crate) dirty: VecDeque<TcpKey>,
    pub(crate) dirty_listeners: VecDeque<ListenerKey>,
    pub(crate) outputs: VecDeque<Output>,
    pub(crate) stencil: Option<Stencil>,
    pub(crate) loopback: VecDeque<(Instant, Frame)>,
    pub(crate) timers: Timers,
    pub(crate) woken: VecDeque<Waker>,
    pub(crate) owner: Arc<str>,
}

impl Host {
    /// A host with nothing but loopback (127.0.0.1/8, ::1/128), switched on.
    pub fn new(config: HostConfig, random: &RandomSource) -> Host {
        let key = |purpose| {
            let mut key = [0; 16];
            random.stream(purpose).fill(&mut key);
            key
        };
        let secret = Secret(key("host secret"));
        let ip_config = ip::Config { forwarding: config.forwarding, ..ip::Config::default() };
        let mut host = Host {
            name: config.name,
            tcp_config: Arc::new(config.tcp),
            limits: config.limits,
            interfaces: Vec::new(),
            ip: Ip::new(ip_config, random.stream("ip")),
            isn: tcp::IsnSource::new(key("isn")),
            demux: Demux::new(&secret),
            ports: Ports::new(config.limits.ephemeral, &secret, random.stream("ports")),
            random: random.stream("host"),
            connections: Arena::new(),
            listeners: Arena::new(),
            udp_sockets: Arena::new(),
            ping_sockets: Arena::new(),
            time_wait: VecDeque::new(),
            dirty: VecDeque::new(),
            dirty_listeners: VecDeque::new(),
            outputs: VecDeque::new(),
            stencil: None,
            loopback: VecDeque::new(),
            timers: Timers::new(),
            woken: VecDeque::new(),
            owner: "".into(),
        };
        host.add_any("lo", None, LOOPBACK_MTU);
        // Both prefixes are valid, and the interface was just made.
        if let Ok(net) = Ipv4Net::new(Ipv4Addr::LOCALHOST, 8) {
            let _ = host.ip.add_address(InterfaceId::LOOPBACK, net.into());
        }
        if let Ok(net) = Ipv6Net::new(Ipv6Addr::LOCALHOST, 128) {
            let _ = host.ip.add_address(InterfaceId::LOOPBACK, net.into());
        }
        host
    }

    /// The host's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Adds an interface with a card; it is switched on and has no addresses.
    ///
    /// # Panics
    /// Beyond 4,096 interfaces.
    pub fn add_interface(&mut self, config: InterfaceConfig) -> InterfaceId {
        self.add_any(&config.name, Some(config.mac), config.mtu)
    }

    /// Adds an interface without a card: what goes in and out are bare IP packets (a tunnel).
    pub fn add_tunnel(&mut self, name: &str, mtu: u16) -> InterfaceId {
        self.add_any(name, None, mtu)
    }

    fn add_any(&mut self, name: &str, mac: Option<MacAddr>, mtu: u16) -> InterfaceId {
        assert!(self.interfaces.len() < INTERFACES, "more than {INTERFACES} interfaces");
        let id = InterfaceId(self.interfaces.len() as u16);
        let neighbours = ether::Config { interface: id, ..ether::Config::default() };
        self.interfaces.push(Interface {
            name: name.to_owned(),
            mac,
            mtu,
            up: true,
            neighbours: Neighbours::new(neighbours),
            announcements: VecDeque::new(),
            armed: None,
            received: Count::default(),
            sent: Count::default(),
        });
        self.ip.set_interface(id, ip::InterfaceConfig { mtu, up: true });
        id
    }

    pub(crate) fn interface(&self, id: InterfaceId) -> Option<&Interface> {
        self.interfaces.get(usize::from(id.0))
    }
    pub(crate) fn interface_mut(&mut self, id: InterfaceId) -> Option<&mut Interface> {
        self.interfaces.get_mut(usize::from(id.0))
    }

    /// Switches an interface on or off (or its cable was cut or mended). Off, what was learned about
    /// its neighbours is forgotten.
    pub fn set_link(&mut self, cx: &mut Cx, id: InterfaceId, up: bool) {
        let Some(interface) = self.interface_mut(id) else { return };
        if interface.up == up {
            return;
        }
        interface.up = up;
        let mtu = interface.mtu;
        if !up {
            interface.neighbours.flush(cx);
            interface.announcements.clear();
        }
        self.ip.set_interface(id, ip::InterfaceConfig { mtu, up });
        let place = Place::Interface(id);
        if up {
            cx.trace.emit(place, Journey::NONE, InterfaceEnabled {});
            self.announce_all(cx, id);
        } else {
            cx.trace.emit(place, Journey::NONE, InterfaceDisabled {});
        }
    }

    /// Changes the longest IP packet that an interface carries; connections notice as they send.
    pub fn set_mtu(&mut self, id: InterfaceId, mtu: u16) {
        let Some(interface) = self.interface_mut(id) else { return };
        interface.mtu = mtu;
        let up = interface.up;
        self.ip.set_interface(id, ip::InterfaceConfig { mtu, up });
    }

    /// The next frame to leave; call until `None`. Everything that a call before made happens here
    /// at the latest: segments are cut when they leave.
    #[inline]
    pub fn poll_output(&mut self, cx: &mut Cx) -> Option<Output> {
        let idle = self.outputs.is_empty() && self.dirty.is_empty();
        if idle && self.dirty_listeners.is_empty() { None } else { self.poll_some(cx) }
    }

    fn poll_some(&mut self, cx: &mut Cx) -> Option<Output> {
        loop {
            if let Some(output) = self.outputs.pop_front() {
                match self.interface_mut(output.interface) {
                    Some(interface) if interface.up => interface.sent.add(&output.frame),
                    _ => {
                        let place = Place::Interface(output.interface);
                        cx.trace.emit(place, output.frame.meta().journey, InterfaceDown {});
                        continue;
                    }
                }
                cx.trace.ended(Fate::Sent);
                return Some(output);
            }
            if !self.flush_one(cx) {
                return None;
            }
        }
    }

    /// The next waker that is due; call until `None`, outside of any lock.
    pub fn poll_waker(&mut self) -> Option<Waker> {
        // Whoever is woken first acts first: the order of waking is the order of events.
        self.woken.pop_front()
    }

    /// Is a waker due?
    #[inline]
    pub fn is_waking(&self) -> bool {
        !self.woken.is_empty()
    }

    /// When [`Host::handle_timeout`] wants to be called; may be early, never late. Valid when
    /// [`Host::poll_output`] has said `None`.
    #[inline]
    pub fn next_deadline(&self) -> Option<Instant> {
        let loopback = self.loopback.front().map(|(at, _)| *at);
        earlier(earlier(self.timers.next_deadline(), loopback), self.ip.next_deadline())
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, cx: &mut Cx) {
        let now = cx.now();
        while self.loopback.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, frame)) = self.loopback.pop_front() {
                self.receive_packet(cx, InterfaceId::LOOPBACK, false, frame);
            }
        }
        if self.ip.next_deadline().is_some_and(|due| due <= now) {
            self.ip.handle_timeout(cx);
            self.run_ip(cx);
        }
        self.run_timers(cx);
    }

    /// Frames that lie in a queue of this host: the ledger's `held` must say the same.
    pub fn held(&self) -> usize {
        let with_neighbours: usize = self.interfaces.iter().map(|i| i.neighbours.held()).sum();
        with_neighbours + self.outputs.len() + self.loopback.len() + self.ip.held()
    }
}

#[inline]
fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
