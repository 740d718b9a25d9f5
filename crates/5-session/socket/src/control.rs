//! What privileged programs may change ([`Control`]) and any program may look at ([`Inspect`]).

use crate::Machine;
use crate::env::Resolver;
use crate::machine::lock;
use base::{InterfaceId, MacAddr};
use core::net::IpAddr;
use host::{Error, Tree};
use ipnet::IpNet;
use std::sync::{Arc, Mutex};

/// Addresses, routes, neighbours, links and the resolver, to be changed.
#[derive(Clone, Debug)]
pub struct Control {
    machine: Machine,
    resolver: Arc<Mutex<Arc<Resolver>>>,
}

impl Control {
    pub(crate) fn new(machine: &Machine, resolver: &Arc<Mutex<Arc<Resolver>>>) -> Control {
        Control { machine: machine.clone(), resolver: resolver.clone() }
    }
    /// The interface of that name.
    pub fn interface_named(&self, name: &str) -> Option<InterfaceId> {
        self.machine.with(|host, _| host.interface_named(name))
    }
    /// Gives an interface an address.
    pub fn add_address(&self, interface: InterfaceId, address: IpNet) -> Result<(), Error> {
        self.machine.call(|host, cx| host.add_address(cx, interface, address))
    }
    /// Takes an address away.
    pub fn remove_address(&self, interface: InterfaceId, address: IpNet) -> Result<(), Error> {
        self.machine.call(|host, cx| host.remove_address(cx, interface, address))
    }
    /// Adds a route: to `destination` by `gateway`, or straight out of `interface`.
    pub fn add_route(
        &self,
        destination: IpNet,
        gateway: Option<IpAddr>,
        interface: Option<InterfaceId>,
        metric: u32,
    ) -> Result<(), Error> {
        self.machine.call(|host, _| host.add_route(destination, gateway, interface, metric))
    }
    /// Removes the routes to exactly `destination`.
    pub fn remove_route(&self, destination: IpNet) -> Result<(), Error> {
        self.machine.call(|host, _| host.remove_route(destination))
    }
    /// Adds a neighbour that is never asked for.
    pub fn add_neighbour(&self, interface: InterfaceId, address: IpAddr, mac: MacAddr) {
        self.machine.call(|host, cx| host.add_neighbour(cx, interface, address, mac));
    }
    /// Forgets what was learned about neighbours.
    pub fn flush_neighbours(&self, interface: InterfaceId) {
        self.machine.call(|host, cx| host.flush_neighbours(cx, interface));
    }
    /// Sends octets as they are, Ethernet header and all: what attackers and testers do.
    pub fn send_raw_frame(&self, interface: InterfaceId, octets: bytes::Bytes) {
        self.machine.call(|host, cx| host.send_raw_frame(cx, interface, octets));
    }
    /// Switches an interface on or off.
    pub fn set_link(&self, interface: InterfaceId, up: bool) {
        self.machine.call(|host, cx| host.set_link(cx, interface, up));
    }
    /// Says where names are asked for from here on.
    pub fn set_resolver(&self, resolver: Resolver) {
        *lock(&self.resolver) = Arc::new(resolver);
    }
}

/// The machine's tables.
#[derive(Clone, Debug)]
pub struct Inspect {
    machine: Machine,
}

impl Inspect {
    /// The tables of `machine`.
    pub fn new(machine: &Machine) -> Inspect {
        Inspect { machine: machine.clone() }
    }
    /// All tables; see [`host::inspect`] for their names.
    pub fn tables(&self) -> Tree {
        self.machine.with(|host, cx| host.inspect(cx.now()))
    }
    /// The value at a path (`tcp.listen[80].syn_queue`); only its table is made.
    pub fn look(&self, path: &str) -> Option<Tree> {
        self.machine.with(|host, cx| host.look(cx.now(), path))
    }
}
