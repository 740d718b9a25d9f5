//! What a name server knows: names and addresses, read from a text in the form of `/etc/hosts`.
//!
//! ```text
//! # address     names, the first one is the answer to reverse questions
//! 10.0.2.80     www.example.lab web.example.lab
//! ```
//!
//! The zones served are the last two labels of each name (`example.lab`) and everything below
//! `in-addr.arpa` and `ip6.arpa`: inside a lab nobody else answers for private addresses (RFC 6303).
//! Names are compared without case (RFC 1035 section 2.3.3). Absent: wildcards, delegation, records
//! other than A, AAAA, PTR, NS and SOA.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// The names of a lab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    forward: BTreeMap<String, Vec<IpAddr>>,
    reverse: BTreeMap<IpAddr, String>,
    apexes: Vec<String>,
}

impl Zone {
    /// Reads a hosts text. Lines that are no entry are skipped: the text comes from the lab, which
    /// was checked when it was read.
    pub fn from_hosts(text: &str) -> Zone {
        let mut zone = Zone::default();
        for line in text.lines() {
            let mut words = line.split('#').next().unwrap_or("").split_whitespace();
            let Some(address) = words.next().and_then(|word| word.parse::<IpAddr>().ok()) else {
                continue;
            };
            for name in words {
                zone.add(name, address);
            }
        }
        zone
    }

    /// Takes a table of names.
    pub fn from_names(names: &[(String, IpAddr)]) -> Zone {
        let mut zone = Zone::default();
        for (name, address) in names {
            zone.add(name, *address);
        }
        zone
    }

    /// The first of the zones that hold names, in the order of the alphabet.
    pub fn first_apex(&self) -> Option<&str> {
        self.apexes.first().map(String::as_str)
    }

    fn add(&mut self, name: &str, address: IpAddr) {
        let name = canonical(name);
        let addresses = self.forward.entry(name.clone()).or_default();
        if !addresses.contains(&address) {
            addresses.push(address);
        }
        if let Some(apex) = apex_of(&name)
            && !self.apexes.iter().any(|known| known == apex)
        {
            self.apexes.push(apex.to_owned());
            self.apexes.sort_unstable();
        }
        self.reverse.entry(address).or_insert(name);
    }

    /// The addresses of a name, in the order of the text.
    pub fn addresses(&self, name: &str) -> &[IpAddr] {
        self.forward.get(&canonical(name)).map_or(&[], Vec::as_slice)
    }

    /// The name of an address.
    pub fn name_of(&self, address: IpAddr) -> Option<&str> {
        self.reverse.get(&address).map(String::as_str)
    }

    /// Does the name, or a name below it, exist? (A name that only has children exists: RFC 8020.)
    pub fn exists(&self, name: &str) -> bool {
        let name = canonical(name);
        let below = format!(".{name}");
        self.forward.contains_key(&name)
            || self.apexes.contains(&name)
            || self.forward.keys().any(|known| known.ends_with(&below))
    }

    /// The zone that `name` lies in, if it is one of ours.
    pub fn apex(&self, name: &str) -> Option<&str> {
        let name = canonical(name);
        for arpa in ["in-addr.arpa", "ip6.arpa"] {
            if is_within(&name, arpa) {
                return Some(arpa);
            }
        }
        self.apexes.iter().map(String::as_str).find(|apex| is_within(&name, apex))
    }
}

/// Lower case, without the final dot.
pub(crate) fn canonical(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn is_within(name: &str, apex: &str) -> bool {
    name.strip_suffix(apex).is_some_and(|left| left.is_empty() || left.ends_with('.'))
}

fn apex_of(name: &str) -> Option<&str> {
    let last = name.rfind('.')?;
    Some(name[..last].rfind('.').map_or(name, |dot| &name[dot + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: &str = "# a lab\n10.0.2.80 www.Example.lab web.example.lab web\n10.0.2.81 www.example.lab\nnonsense line\n192.168.1.2 pc1.home.test # with a comment";

    #[test]
    fn a_hosts_text_becomes_zones() {
        let zone = Zone::from_hosts(HOSTS);
        let two: [IpAddr; 2] = [[10, 0, 2, 80].into(), [10, 0, 2, 81].into()];
        assert_eq!(zone.addresses("WWW.example.LAB."), two);
        assert_eq!(zone.name_of(two[0]), Some("www.example.lab"));
        assert!(zone.addresses("nobody.example.lab").is_empty());
        assert!(zone.exists("example.lab") && !zone.exists("xample.lab"));
        assert_eq!(zone.apex("a.b.example.lab"), Some("example.lab"));
        assert_eq!(zone.apex("myexample.lab"), None);
        assert_eq!(zone.apex("pc1.home.test"), Some("home.test"));
        assert_eq!(zone.apex("80.2.0.10.in-addr.arpa."), Some("in-addr.arpa"));
    }
}
