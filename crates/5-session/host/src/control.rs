//! What may be changed while a host runs: addresses, routes, neighbours, and who it is.

use crate::{Error, Host};
use base::{InterfaceId, Journey, MacAddr};
use core::net::IpAddr;
use ip::{AddressError, Route, RouteError};
use ipnet::IpNet;
use trace::Cx;

impl Host {
    /// Gives an interface an address, and tells everybody on the link (RFC 5227 section 2.3).
    ///
    /// # Errors
    /// No such interface, there already, or not the address of a single host.
    pub fn add_address(
        &mut self,
        cx: &mut Cx,
        interface: InterfaceId,
        address: IpNet,
    ) -> Result<(), Error> {
        self.ip.add_address(interface, address).map_err(address_error)?;
        self.announce(cx, interface, address.addr());
        Ok(())
    }

    /// Takes an address away. Connections that used it find out by themselves.
    ///
    /// # Errors
    /// It is not there.
    pub fn remove_address(
        &mut self,
        _cx: &mut Cx,
        interface: InterfaceId,
        address: IpNet,
    ) -> Result<(), Error> {
        self.ip.remove_address(interface, address).map_err(address_error)
    }

    /// The addresses, by interface and address.
    pub fn addresses(&self) -> Vec<(InterfaceId, IpNet)> {
        self.ip.addresses().into_iter().map(|view| (view.interface, view.address)).collect()
    }

    /// Adds a route to `destination`: by `gateway`, or straight out of `interface`. Where the
    /// interface is left out it is the one on whose network the gateway is.
    ///
    /// # Errors
    /// A gateway that is on no network of ours, no such interface, there already.
    pub fn add_route(
        &mut self,
        destination: IpNet,
        gateway: Option<IpAddr>,
        interface: Option<InterfaceId>,
        metric: u32,
    ) -> Result<(), Error> {
        let interface = match (interface, gateway) {
            (Some(interface), _) => interface,
            (None, Some(gateway)) => {
                let path = self.ip.lookup(0, gateway, None, None, 0);
                let near = path.filter(|path| path.next_hop == gateway);
                near.ok_or(Error::NetworkUnreachable(gateway))?.interface
            }
            (None, None) => return Err(Error::Invalid("a route needs a gateway or an interface")),
        };
        let route = Route {
            destination: destination.trunc(),
            via: gateway,
            interface,
            metric,
            source: None,
        };
        self.ip.add_route(route).map_err(route_error)
    }

    /// Removes the routes to exactly `destination` that did not come with an address.
    ///
    /// # Errors
    /// There is none.
    pub fn remove_route(&mut self, destination: IpNet) -> Result<(), Error> {
        let destination = destination.trunc();
        let mut removed = false;
        for view in self.ip.routes() {
            if view.route.destination == destination && !view.connected {
                self.ip.remove_route(view.route).map_err(route_error)?;
                removed = true;
            }
        }
        if removed { Ok(()) } else { Err(Error::Invalid("there is no such route")) }
    }

    /// Adds a neighbour that is never asked for and never forgotten.
    pub fn add_neighbour(
        &mut self,
        cx: &mut Cx,
        interface: InterfaceId,
        address: IpAddr,
        mac: MacAddr,
    ) {
        if let Some(interface) = self.interface_mut(interface) {
            interface.neighbours.insert_static(cx, address, mac);
        }
        self.run_neighbours(cx, interface);
    }

    /// Forgets one neighbour; frames that waited for it end with a reason.
    pub fn remove_neighbour(&mut self, cx: &mut Cx, interface: InterfaceId, address: IpAddr) {
        if let Some(interface) = self.interface_mut(interface) {
            interface.neighbours.remove(cx, address);
        }
        self.run_neighbours(cx, interface);
    }

    /// Forgets all neighbours of an interface.
    pub fn flush_neighbours(&mut self, cx: &mut Cx, interface: InterfaceId) {
        if let Some(interface) = self.interface_mut(interface) {
            interface.neighbours.flush(cx);
        }
        self.run_neighbours(cx, interface);
    }

    /// The interface of that name.
    pub fn interface_named(&self, name: &str) -> Option<InterfaceId> {
        let place = self.interfaces.iter().position(|interface| interface.name == name)?;
        Some(InterfaceId(place as u16))
    }
    /// The interfaces, loopback first.
    pub fn interfaces(&self) -> impl Iterator<Item = (InterfaceId, &str, Option<MacAddr>)> {
        self.interfaces
            .iter()
            .enumerate()
            .map(|(place, each)| (InterfaceId(place as u16), each.name.as_str(), each.mac))
    }
    /// Does it pass on packets of others?
    pub fn is_forwarding(&self) -> bool {
        self.ip.is_forwarding()
    }
    /// Makes it a router, or none.
    pub fn set_forwarding(&mut self, forwarding: bool) {
        self.ip.set_forwarding(forwarding);
    }
    /// Is it one of our addresses?
    pub fn is_local(&self, address: IpAddr) -> bool {
        self.ip.is_local(address)
    }

    /// Sends a frame that a program made itself, as it is (attackers, tests): Ethernet header and
    /// all. The address it bears as sender is the program's business.
    pub fn send_raw_frame(&mut self, cx: &mut Cx, interface: InterfaceId, octets: bytes::Bytes) {
        let mut frame = cx.pool.frame_from(octets);
        Self::born(cx, &mut frame, Journey::NONE);
        self.put_out(cx, interface, frame);
    }
}

fn address_error(error: AddressError) -> Error {
    Error::Invalid(match error {
        AddressError::NoInterface => "there is no such interface",
        AddressError::Exists => "the address is there already",
        AddressError::Absent => "the address is not there",
        AddressError::NotAHost => "the address names no single host",
    })
}

fn route_error(error: RouteError) -> Error {
    Error::Invalid(match error {
        RouteError::NoInterface => "there is no such interface",
        RouteError::Exists => "the route is there already",
        RouteError::Absent => "the route is not there",
        RouteError::RouterNotOnLink => "the gateway is on no network of the interface",
        RouteError::Full => "the route table is full",
        RouteError::BadRouter => "the gateway's address names no single host of that family",
    })
}
