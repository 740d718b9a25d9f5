//! Making the card: a TAP, or a veth pair whose far end an AF_PACKET socket reads.
//!
//! ```text
//!   near: eth0 <== TAP ==> the descriptor of /dev/net/tun, opened in the far namespace
//!   near: eth0 <== veth ==> far: far0 <-> AF_PACKET socket
//! ```
//! A TAP is born in the far namespace and moved: its descriptor then holds only the empty far one,
//! so the near one ends with its last process, whoever still holds the descriptor.
//!
//! Invariants: no offload is on at either end (what the kernel does not let us switch off, the
//! carrier finishes); IPv6 is off on the card and at the far end, so nothing is sent that the lab did
//! not ask for; congestion control is left as it is unless the card names one.

use crate::card::{Card, CarrierKind, Prefer};
use crate::error::DoorError;
use crate::namespace::{Rooms, step, write};
use crate::netlink::{Link, Netlink};
use crate::note::Note;
use crate::sys;
use nix::net::if_::if_nametoindex;
use nix::sys::socket::sockopt::{RcvBuf, RcvBufForce};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, setsockopt, socket};
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;

/// The card's name inside.
pub(crate) const CARD: &str = "eth0";
const FAR: &str = "far0";
const TUN: &str = "/dev/net/tun";
const LOOPBACK_INDEX: u32 = 1;
/// What the kernel may hold for us while the lab's thread is busy, in octets.
const RECEIVE_BUFFER: usize = 4 << 20;
/// The same for a TAP, in frames: the kernel's 1000 are less than a connection's window, and what
/// it drops there no counter of ours would show.
const TAP_QUEUE: u32 = 4000;

/// `ETHTOOL_S*` commands that leave work to a card: checksums (receive, transmit), scatter-gather,
/// TSO, UFO, GSO, GRO, and the flags LRO and VLAN.
const OFFLOADS: [u32; 8] = [0x15, 0x17, 0x19, 0x1f, 0x22, 0x24, 0x2c, 0x26];

/// The descriptor for the service, and what could not be had.
pub(crate) struct Plugged {
    pub(crate) carrier: OwnedFd,
    pub(crate) kind: CarrierKind,
    pub(crate) notes: Vec<Note>,
}

/// Makes the card in the current (near) network namespace and returns there.
pub(crate) fn plug(card: &Card, prefer: Prefer, gid: u32) -> Result<Plugged, DoorError> {
    let mut notes = Vec::new();
    let silenced = silence_ipv6();
    // Groups that may open ICMP sockets without any capability: the caller's (icmp(7)).
    if let Err(error) = write("/proc/sys/net/ipv4/ping_group_range", &format!("{gid} {gid}")) {
        notes.push(Note::NoPing { errno: error.raw_os_error().unwrap_or(0) });
    }
    // All ports of this host are its program's: a learner's web server on port 80 too. Where /proc/sys
    // is read-only, bind(2) says so to the program that asks.
    let _ = write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
    if let Some(name) = &card.congestion {
        let file = "/proc/sys/net/ipv4/tcp_congestion_control";
        write(file, name)
            .map_err(|error| step(format!("choose the congestion control {name}"), error))?;
    }
    let rooms = Rooms::make()?;
    let _ = silence_ipv6();
    let (carrier, kind) = make(card, prefer, &rooms)?;
    rooms.enter_near()?;
    // In a container /proc/sys may be read-only; a link without an address is silent too.
    let quiet = open_netlink()?.stop_ipv6_addresses(index_of(CARD)?);
    if let (Err(error), Err(_)) = (silenced, quiet) {
        notes.push(Note::Ipv6Stays { errno: error.raw_os_error().unwrap_or(0) });
    }
    configure(card)?;
    Ok(Plugged { carrier, kind, notes })
}

/// No interface made from now on in this namespace speaks IPv6 (loopback keeps ::1).
fn silence_ipv6() -> std::io::Result<()> {
    let file = "/proc/sys/net/ipv6/conf/default/disable_ipv6";
    // A kernel without IPv6 has no such file.
    if std::path::Path::new(file).exists() { write(file, "1") } else { Ok(()) }
}

fn make(card: &Card, prefer: Prefer, rooms: &Rooms) -> Result<(OwnedFd, CarrierKind), DoorError> {
    match prefer {
        Prefer::Tap => tap(rooms),
        Prefer::Veth => veth(card, rooms),
        Prefer::Auto => tap(rooms).or_else(|tap| {
            veth(card, rooms)
                .map_err(|veth| DoorError::NoCard { tap: tap.to_string(), veth: veth.to_string() })
        }),
    }
}

fn tap(rooms: &Rooms) -> Result<(OwnedFd, CarrierKind), DoorError> {
    rooms.enter_far()?;
    let tun = File::options()
        .read(true)
        .write(true)
        .custom_flags(nix::libc::O_NONBLOCK)
        .open(TUN)
        .map_err(|error| step(format!("open {TUN}"), error))?;
    let mut vnet_header = true;
    if sys::tap_create(tun.as_fd(), CARD, true).is_err() {
        vnet_header = false;
        sys::tap_create(tun.as_fd(), CARD, false).map_err(|error| step("make a TAP", error))?;
    }
    let index = index_of(CARD)?;
    let mut netlink = open_netlink()?;
    let longer = Link { queue: Some(TAP_QUEUE), ..Link::default() };
    netlink.set_link(index, &longer).map_err(|error| step("lengthen the TAP's queue", error))?;
    let moved = Link { namespace: Some(rooms.near()), ..Link::default() };
    netlink.set_link(index, &moved).map_err(|error| step("move the TAP", error))?;
    Ok((tun.into(), CarrierKind::Tap { vnet_header }))
}

fn veth(card: &Card, rooms: &Rooms) -> Result<(OwnedFd, CarrierKind), DoorError> {
    rooms.enter_near()?;
    let mtu = Some(card.mtu);
    let near = Link { name: Some(CARD), mtu, ..Link::default() };
    let far = Link { name: Some(FAR), mtu, namespace: Some(rooms.far()), ..Link::default() };
    open_netlink()?.add_veth(&near, &far).map_err(|error| step("make a veth pair", error))?;
    rooms.enter_far()?;
    finish_checksums(FAR)?;
    let index = index_of(FAR)?;
    let mut netlink = open_netlink()?;
    let _ = netlink.stop_ipv6_addresses(index);
    let up = Link { up: true, ..Link::default() };
    netlink.set_link(index, &up).map_err(|error| step(format!("set {FAR} up"), error))?;
    // Only now: binding to a link that is down leaves ENETDOWN to be read (packet(7)).
    let (socket, vnet_header) =
        sys::packet_socket(index).map_err(|error| step("open an AF_PACKET socket", error))?;
    // The larger buffer is a comfort: without the privilege the ordinary bound applies.
    if setsockopt(&socket, RcvBufForce, &RECEIVE_BUFFER).is_err() {
        let _ = setsockopt(&socket, RcvBuf, &RECEIVE_BUFFER);
    }
    Ok((socket, CarrierKind::Packet { vnet_header }))
}

/// Addresses, routes and loopback, in the near namespace.
fn configure(card: &Card) -> Result<(), DoorError> {
    let mut netlink = open_netlink()?;
    let up = Link { up: true, ..Link::default() };
    netlink.set_link(LOOPBACK_INDEX, &up).map_err(|error| step("set lo up", error))?;
    let index = index_of(CARD)?;
    let identity = Link { mac: Some(card.mac), mtu: Some(card.mtu), ..Link::default() };
    netlink
        .set_link(index, &identity)
        .map_err(|error| step(format!("give {CARD} its MAC and MTU"), error))?;
    finish_checksums(CARD)?;
    netlink
        .add_address(index, card)
        .map_err(|error| step(format!("give {CARD} its address"), error))?;
    netlink.set_link(index, &up).map_err(|error| step(format!("set {CARD} up"), error))?;
    if let Some(gateway) = card.gateway {
        netlink
            .add_default_route(index, gateway)
            .map_err(|error| step(format!("route by {gateway}"), error))?;
    }
    Ok(())
}

/// Switches every offload off. A driver that lacks one refuses it: that is as good as off.
fn finish_checksums(name: &str) -> Result<(), DoorError> {
    let socket = socket(AddressFamily::Inet, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)
        .map_err(|error| step("open a socket", error))?;
    for command in OFFLOADS {
        let _ = sys::ethtool_set(socket.as_fd(), name, command, 0);
    }
    Ok(())
}

fn index_of(name: &str) -> Result<u32, DoorError> {
    if_nametoindex(name).map_err(|error| step(format!("look for {name}"), error))
}

fn open_netlink() -> Result<Netlink, DoorError> {
    Netlink::open().map_err(|error| step("open a netlink socket", error))
}
