//! Just enough rtnetlink(7) to make a link, move it, and give it an address and a route.
//!
//! ```text
//!   nlmsghdr (16)            body (ifinfomsg, ifaddrmsg, rtmsg)    attributes, each padded to 4
//!   | len | type, flags | seq | pid |  ...                         | len, type | value | ...
//! ```
//! Everything is in the machine's byte order but addresses. One request, one answer; the kernel's
//! errno is our error. A socket belongs to the namespace it was made in.

use nix::libc;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

const HEADER: usize = 16;
const IFLA_ADDRESS: u16 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_TXQLEN: u16 = 13;
const IFLA_LINKINFO: u16 = 18;
const IFLA_AF_SPEC: u16 = 26;
const IFLA_NET_NS_FD: u16 = 28;
const IFLA_INET6_ADDR_GEN_MODE: u16 = 8;
const ADDR_GEN_NONE: u8 = 1;
const IFLA_INFO_KIND: u16 = 1;
const IFLA_INFO_DATA: u16 = 2;
const VETH_INFO_PEER: u16 = 1;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_BROADCAST: u16 = 4;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;

/// What a new or changed link shall be; `None` leaves it as it is.
#[derive(Default)]
pub(crate) struct Link<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) mac: Option<[u8; 6]>,
    pub(crate) mtu: Option<u16>,
    /// Frames that wait for their reader.
    pub(crate) queue: Option<u32>,
    /// Move it into this namespace.
    pub(crate) namespace: Option<std::os::fd::BorrowedFd<'a>>,
    pub(crate) up: bool,
}

struct Request {
    octets: Vec<u8>,
}

impl Request {
    fn new(kind: u16, flags: i32, body: &[u8]) -> Self {
        let mut octets = vec![0; HEADER];
        octets[4..6].copy_from_slice(&kind.to_ne_bytes());
        let flags = (flags | libc::NLM_F_REQUEST | libc::NLM_F_ACK) as u16;
        octets[6..8].copy_from_slice(&flags.to_ne_bytes());
        octets.extend_from_slice(body);
        Self { octets }
    }

    fn attribute(&mut self, kind: u16, value: &[u8]) {
        self.nest(kind, |request| request.octets.extend_from_slice(value));
    }

    fn nest(&mut self, kind: u16, fill: impl FnOnce(&mut Self)) {
        let start = self.octets.len();
        self.octets.extend_from_slice(&[0, 0]);
        self.octets.extend_from_slice(&kind.to_ne_bytes());
        fill(self);
        // Names, MACs and numbers: an attribute stays far below 64 KiB.
        let length = (self.octets.len() - start) as u16;
        self.octets[start..start + 2].copy_from_slice(&length.to_ne_bytes());
        self.octets.resize(self.octets.len().next_multiple_of(4), 0);
    }

    fn link_attributes(&mut self, link: &Link<'_>) {
        if let Some(name) = link.name {
            let mut name = name.as_bytes().to_vec();
            name.push(0);
            self.attribute(IFLA_IFNAME, &name);
        }
        if let Some(mac) = link.mac {
            self.attribute(IFLA_ADDRESS, &mac);
        }
        if let Some(mtu) = link.mtu {
            self.attribute(IFLA_MTU, &u32::from(mtu).to_ne_bytes());
        }
        if let Some(queue) = link.queue {
            self.attribute(IFLA_TXQLEN, &queue.to_ne_bytes());
        }
        if let Some(namespace) = link.namespace {
            self.attribute(IFLA_NET_NS_FD, &namespace.as_raw_fd().to_ne_bytes());
        }
    }

    fn finish(mut self, sequence: u32) -> Vec<u8> {
        let length = self.octets.len() as u32;
        self.octets[0..4].copy_from_slice(&length.to_ne_bytes());
        self.octets[8..12].copy_from_slice(&sequence.to_ne_bytes());
        self.octets
    }
}

/// `struct ifinfomsg`.
fn ifinfomsg(index: u32, up: bool) -> [u8; 16] {
    let mut body = [0; 16];
    body[4..8].copy_from_slice(&index.to_ne_bytes());
    if up {
        let flag = (libc::IFF_UP as u32).to_ne_bytes();
        body[8..12].copy_from_slice(&flag);
        body[12..16].copy_from_slice(&flag);
    }
    body
}

/// A netlink socket in the namespace that was current when it was opened.
pub(crate) struct Netlink {
    socket: OwnedFd,
    sequence: u32,
}

impl Netlink {
    pub(crate) fn open() -> io::Result<Self> {
        let socket = nix::sys::socket::socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::NetlinkRoute,
        )?;
        Ok(Self { socket, sequence: 0 })
    }

    /// Makes a veth pair: `near` here, `far` (which may name another namespace) its peer.
    pub(crate) fn add_veth(&mut self, near: &Link<'_>, far: &Link<'_>) -> io::Result<()> {
        let flags = libc::NLM_F_CREATE | libc::NLM_F_EXCL;
        let mut request = Request::new(libc::RTM_NEWLINK, flags, &ifinfomsg(0, false));
        request.link_attributes(near);
        request.nest(IFLA_LINKINFO, |info| {
            info.attribute(IFLA_INFO_KIND, b"veth\0");
            info.nest(IFLA_INFO_DATA, |data| {
                data.nest(VETH_INFO_PEER, |peer| {
                    peer.octets.extend_from_slice(&ifinfomsg(0, false));
                    peer.link_attributes(far);
                });
            });
        });
        self.ask(request)
    }

    /// Changes the link with this index.
    pub(crate) fn set_link(&mut self, index: u32, link: &Link<'_>) -> io::Result<()> {
        let mut request = Request::new(libc::RTM_NEWLINK, 0, &ifinfomsg(index, link.up));
        request.link_attributes(link);
        self.ask(request)
    }

    /// No IPv6 address comes to the link by itself, and so no solicitation leaves it.
    pub(crate) fn stop_ipv6_addresses(&mut self, index: u32) -> io::Result<()> {
        let mut request = Request::new(libc::RTM_NEWLINK, 0, &ifinfomsg(index, false));
        request.nest(IFLA_AF_SPEC, |families| {
            families.nest(libc::AF_INET6 as u16, |inet6| {
                inet6.attribute(IFLA_INET6_ADDR_GEN_MODE, &[ADDR_GEN_NONE]);
            });
        });
        self.ask(request)
    }

    /// Gives the link an IPv4 address.
    pub(crate) fn add_address(&mut self, index: u32, card: &crate::card::Card) -> io::Result<()> {
        let mut body = [0; 8];
        body[0] = libc::AF_INET as u8;
        body[1] = card.prefix;
        body[4..8].copy_from_slice(&index.to_ne_bytes());
        let flags = libc::NLM_F_CREATE | libc::NLM_F_EXCL;
        let mut request = Request::new(libc::RTM_NEWADDR, flags, &body);
        request.attribute(IFA_LOCAL, &card.address.octets());
        request.attribute(IFA_ADDRESS, &card.address.octets());
        if let Some(broadcast) = card.broadcast() {
            request.attribute(IFA_BROADCAST, &broadcast.octets());
        }
        self.ask(request)
    }

    /// A default route through a neighbour.
    pub(crate) fn add_default_route(
        &mut self,
        index: u32,
        gateway: core::net::Ipv4Addr,
    ) -> io::Result<()> {
        let mut body = [0; 12];
        body[0] = libc::AF_INET as u8;
        body[4] = libc::RT_TABLE_MAIN;
        body[5] = libc::RTPROT_BOOT;
        body[6] = libc::RT_SCOPE_UNIVERSE;
        body[7] = libc::RTN_UNICAST;
        let flags = libc::NLM_F_CREATE | libc::NLM_F_EXCL;
        let mut request = Request::new(libc::RTM_NEWROUTE, flags, &body);
        request.attribute(RTA_GATEWAY, &gateway.octets());
        request.attribute(RTA_OIF, &index.to_ne_bytes());
        self.ask(request)
    }

    fn ask(&mut self, request: Request) -> io::Result<()> {
        self.sequence += 1;
        let octets = request.finish(self.sequence);
        let fd = self.socket.as_raw_fd();
        nix::sys::socket::send(fd, &octets, MsgFlags::empty())?;
        let mut answer = [0; 4096];
        let length = nix::sys::socket::recv(fd, &mut answer, MsgFlags::empty())?;
        verdict(answer.get(..length).unwrap_or_default())
    }
}

/// The errno of an NLMSG_ERROR message; 0 is the acknowledgement.
fn verdict(answer: &[u8]) -> io::Result<()> {
    let kind = answer.get(4..6).and_then(|k| k.first_chunk::<2>());
    let code = answer.get(HEADER..).and_then(|body| body.first_chunk::<4>());
    match (kind, code) {
        (Some(kind), Some(code)) if i32::from(u16::from_ne_bytes(*kind)) == libc::NLMSG_ERROR => {
            match i32::from_ne_bytes(*code) {
                0 => Ok(()),
                error => Err(io::Error::from_raw_os_error(error.wrapping_neg())),
            }
        }
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "not a netlink answer")),
    }
}
