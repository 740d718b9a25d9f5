//! The changes.

use crate::tables::rows;
use base::{InterfaceId, Lang};
use core::net::{IpAddr, Ipv4Addr};
use ipnet::{IpNet, Ipv4Net};
use socket::{Control, Env};

/// Why nothing was changed.
pub(super) enum Refused {
    /// Not a command.
    Usage,
    /// What is wrong, in the language to speak.
    Because(String),
}

impl From<socket::Error> for Refused {
    fn from(error: socket::Error) -> Self {
        Refused::Because(error.to_string())
    }
}

pub(super) fn change(env: &Env, object: &str, words: &[&str]) -> Result<(), Refused> {
    let says = |en: &str, zh: &str| {
        Refused::Because(crate::options::pick(env.lang(), (en, zh)).to_owned())
    };
    let control = env.control().ok_or_else(|| says("Operation not permitted", "没有权限"))?;
    let changing = Changing { env, control };
    match (object, words) {
        ("address", ["add", net, "dev", name]) => {
            Ok(changing.control.add_address(changing.interface(name)?, changing.net(net)?)?)
        }
        ("address", ["del", net, "dev", name]) => {
            Ok(changing.control.remove_address(changing.interface(name)?, changing.net(net)?)?)
        }
        ("route", ["add", net, rest @ ..]) => changing.add_route(net, rest),
        ("route", ["del", net]) => Ok(changing.control.remove_route(changing.net(net)?)?),
        ("neighbour", ["add", address, "lladdr", mac, "dev", name]) => {
            let address = changing.address(address)?;
            let bad = || changing.bad(mac);
            let mac = mac.parse().map_err(|_| bad())?;
            changing.control.add_neighbour(changing.interface(name)?, address, mac);
            Ok(())
        }
        ("neighbour", ["flush"] | ["flush", "all"]) => {
            for (name, _) in rows(env, "interfaces") {
                changing.control.flush_neighbours(changing.interface(&name)?);
            }
            Ok(())
        }
        ("neighbour", ["flush", "dev", name]) => {
            changing.control.flush_neighbours(changing.interface(name)?);
            Ok(())
        }
        ("link", ["set", "dev", name, state @ ("up" | "down")])
        | ("link", ["set", name, state @ ("up" | "down")]) => {
            changing.control.set_link(changing.interface(name)?, *state == "up");
            Ok(())
        }
        _ => Err(Refused::Usage),
    }
}

struct Changing<'a> {
    env: &'a Env,
    control: Control,
}

impl Changing<'_> {
    fn bad(&self, word: &str) -> Refused {
        Refused::Because(match self.env.lang() {
            Lang::En => format!("{word}: not what is expected here"),
            Lang::Zh => format!("{word}: 这里不能这样写"),
        })
    }

    fn interface(&self, name: &str) -> Result<InterfaceId, Refused> {
        self.control.interface_named(name).ok_or_else(|| {
            Refused::Because(match self.env.lang() {
                Lang::En => format!("Cannot find device \"{name}\""),
                Lang::Zh => format!("没有网卡 \"{name}\""),
            })
        })
    }

    fn address(&self, word: &str) -> Result<IpAddr, Refused> {
        word.parse().map_err(|_| self.bad(word))
    }

    /// `10.0.0.0/8`, `10.0.0.1` (one host), `default`.
    fn net(&self, word: &str) -> Result<IpNet, Refused> {
        if word == "default" {
            let everything = Ipv4Net::new(Ipv4Addr::UNSPECIFIED, 0);
            return everything.map(IpNet::V4).map_err(|_| self.bad(word));
        }
        word.parse().or_else(|_| self.address(word).map(IpNet::from))
    }

    fn add_route(&self, net: &str, words: &[&str]) -> Result<(), Refused> {
        let (mut via, mut interface, mut metric) = (None, None, 0);
        let (pairs, []) = words.as_chunks::<2>() else { return Err(Refused::Usage) };
        for [key, value] in pairs {
            match *key {
                "via" => via = Some(self.address(value)?),
                "dev" => interface = Some(self.interface(value)?),
                "metric" => metric = value.parse().map_err(|_| self.bad(value))?,
                _ => return Err(Refused::Usage),
            }
        }
        Ok(self.control.add_route(self.net(net)?, via, interface, metric)?)
    }
}
