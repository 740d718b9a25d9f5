//! What a joined host's network card is to be, checked once before anything is made.
//!
//! Invariants after [`Card::check`]: the name is one DNS label, the MAC is unicast, the address is
//! one that a host may own inside its prefix, and the gateway is a neighbour.

use crate::error::DoorError;
use core::net::{IpAddr, Ipv4Addr};
use serde::{Deserialize, Serialize};

/// The card of a joined program, and what its machine knows of the lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The host's name in the lab: also its host name and a line of its `hosts` file.
    pub name: String,
    /// The Ethernet address; unicast.
    pub mac: [u8; 6],
    /// The IPv4 address.
    pub address: Ipv4Addr,
    /// The length of its prefix, 1 to 32 bits.
    pub prefix: u8,
    /// Where everything else goes; a neighbour inside the prefix.
    pub gateway: Option<Ipv4Addr>,
    /// The largest packet in octets, 576 to 9000.
    pub mtu: u16,
    /// The lab's name server; without one, names come from the `hosts` file alone.
    pub resolver: Option<Ipv4Addr>,
    /// The search domain of `resolv.conf`.
    pub search: Option<String>,
    /// Further lines of the `hosts` file, at most 4096.
    pub hosts: Vec<(IpAddr, String)>,
    /// The congestion control of its kernel's TCP, by the kernel's name; none: as it is.
    #[serde(default)]
    pub congestion: Option<String>,
}

/// Which kind of card to make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prefer {
    /// A TAP, else a veth pair.
    #[default]
    Auto,
    /// A TAP or nothing.
    Tap,
    /// A veth pair or nothing.
    Veth,
}

/// What stands behind a [`Carrier`](crate::carrier)'s descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CarrierKind {
    /// `/dev/net/tun` with `IFF_TAP | IFF_NO_PI`.
    Tap {
        /// `IFF_VNET_HDR` is on: a virtio header stands before each frame.
        vnet_header: bool,
    },
    /// An AF_PACKET socket bound to the far end of a veth pair.
    Packet {
        /// `PACKET_VNET_HDR` is on.
        vnet_header: bool,
    },
}

impl CarrierKind {
    /// Whether a virtio header stands before each frame.
    pub fn has_vnet_header(self) -> bool {
        match self {
            Self::Tap { vnet_header } | Self::Packet { vnet_header } => vnet_header,
        }
    }
}

fn bad(field: &str, reason: impl Into<String>, reason_zh: impl Into<String>) -> DoorError {
    let (reason, reason_zh) = (reason.into(), reason_zh.into());
    DoorError::BadCard { field: field.into(), reason, reason_zh }
}

/// The most lines of [`Card::hosts`].
pub const MAX_HOSTS: usize = 4096;

impl Card {
    /// Refuses what no host could be.
    ///
    /// # Errors
    /// [`DoorError::BadCard`] with the field and the reason.
    pub fn check(&self) -> Result<(), DoorError> {
        if !is_label(&self.name) {
            return Err(bad(
                "name",
                format!("{:?} is not a host name", self.name),
                format!("{:?} 不能作主机名", self.name),
            ));
        }
        if self.mac[0] & 1 == 1 || self.mac == [0; 6] {
            return Err(bad(
                "mac",
                "not the address of one card (group bit set, or all zero)",
                "不是单个网卡的地址 (组播位为 1, 或全为零)",
            ));
        }
        if !(576..=9000).contains(&self.mtu) {
            return Err(bad(
                "mtu",
                format!("{} is not between 576 and 9000", self.mtu),
                format!("{} 不在 576 和 9000 之间", self.mtu),
            ));
        }
        self.check_address()?;
        self.check_names()
    }

    fn check_address(&self) -> Result<(), DoorError> {
        if !(1..=32).contains(&self.prefix) {
            return Err(bad(
                "prefix",
                format!("/{} is not between /1 and /32", self.prefix),
                format!("/{} 不在 /1 和 /32 之间", self.prefix),
            ));
        }
        let address = self.address;
        if address.is_loopback()
            || address.is_multicast()
            || address.octets()[0] == 0
            || address.is_broadcast()
        {
            return Err(bad(
                "address",
                format!("{address} is not an address for a host"),
                format!("{address} 不是主机可用的地址"),
            ));
        }
        let host = u32::from(address) & !self.mask();
        if self.prefix < 31 && (host == 0 || host == !self.mask()) {
            return Err(bad(
                "address",
                format!("{address}/{} is the network or its broadcast", self.prefix),
                format!("{address}/{} 是网络地址或广播地址", self.prefix),
            ));
        }
        match self.gateway {
            Some(gateway)
                if u32::from(gateway) & self.mask() != u32::from(address) & self.mask() =>
            {
                Err(bad(
                    "gateway",
                    format!("{gateway} is not a neighbour of {address}/{}", self.prefix),
                    format!("{gateway} 与 {address}/{} 不在同一网络", self.prefix),
                ))
            }
            Some(gateway) if gateway == address => {
                Err(bad("gateway", "is the card's own address", "就是网卡自己的地址"))
            }
            _ => Ok(()),
        }
    }

    fn check_names(&self) -> Result<(), DoorError> {
        if let Some(search) = self.search.as_deref().filter(|name| !is_domain(name)) {
            return Err(bad(
                "search",
                format!("{search:?} is not a domain"),
                format!("{search:?} 不是域名"),
            ));
        }
        if let Some(name) = self.congestion.as_deref().filter(|name| !is_label(name)) {
            return Err(bad(
                "congestion",
                format!("{name:?} is not a congestion control"),
                format!("{name:?} 不是拥塞控制算法"),
            ));
        }
        if self.hosts.len() > MAX_HOSTS {
            return Err(bad(
                "hosts",
                format!("more than {MAX_HOSTS} lines"),
                format!("超过 {MAX_HOSTS} 行"),
            ));
        }
        match self.hosts.iter().find(|(_, name)| !is_domain(name)) {
            Some((_, name)) => {
                Err(bad("hosts", format!("{name:?} is not a name"), format!("{name:?} 不是名字")))
            }
            None => Ok(()),
        }
    }

    fn mask(&self) -> u32 {
        u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0)
    }

    /// The broadcast address, where the prefix has one.
    pub fn broadcast(&self) -> Option<Ipv4Addr> {
        (self.prefix < 31).then(|| Ipv4Addr::from(u32::from(self.address) | !self.mask()))
    }
}

fn is_label(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && !name.starts_with('-')
        && !name.ends_with('-')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_domain(name: &str) -> bool {
    name.len() <= 253 && name.strip_suffix('.').unwrap_or(name).split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Card {
        Card {
            name: "pc1".into(),
            mac: [2, 0, 0, 0, 0, 1],
            address: Ipv4Addr::new(10, 0, 2, 90),
            prefix: 24,
            gateway: Some(Ipv4Addr::new(10, 0, 2, 1)),
            mtu: 1500,
            resolver: None,
            search: Some("example.lab".into()),
            hosts: vec![],
            congestion: None,
        }
    }

    fn refused(change: impl FnOnce(&mut Card)) -> String {
        let mut card = card();
        change(&mut card);
        match card.check() {
            Err(DoorError::BadCard { field, .. }) => field,
            other => panic!("{card:?} gave {other:?}"),
        }
    }

    #[test]
    fn an_honest_card_passes() {
        assert_eq!(card().check(), Ok(()));
        assert_eq!(card().broadcast(), Some(Ipv4Addr::new(10, 0, 2, 255)));
    }

    #[test]
    fn a_card_that_no_host_could_own_names_its_field() {
        assert_eq!(refused(|c| c.name = "a b".into()), "name");
        assert_eq!(refused(|c| c.name = "x\nnameserver 1.1.1.1".into()), "name");
        assert_eq!(refused(|c| c.mac = [1, 0, 0, 0, 0, 1]), "mac");
        assert_eq!(refused(|c| c.mtu = 68), "mtu");
        assert_eq!(refused(|c| c.prefix = 0), "prefix");
        assert_eq!(refused(|c| c.prefix = 33), "prefix");
        assert_eq!(refused(|c| c.address = Ipv4Addr::new(10, 0, 2, 0)), "address");
        assert_eq!(refused(|c| c.address = Ipv4Addr::new(10, 0, 2, 255)), "address");
        assert_eq!(refused(|c| c.address = Ipv4Addr::LOCALHOST), "address");
        assert_eq!(refused(|c| c.gateway = Some(Ipv4Addr::new(10, 0, 3, 1))), "gateway");
        assert_eq!(refused(|c| c.gateway = Some(c.address)), "gateway");
        assert_eq!(refused(|c| c.search = Some("a..b".into())), "search");
        assert_eq!(refused(|c| c.congestion = Some("../x".into())), "congestion");
        assert_eq!(
            refused(|c| c.hosts.push((IpAddr::V4(Ipv4Addr::LOCALHOST), "x y".into()))),
            "hosts"
        );
    }
}
