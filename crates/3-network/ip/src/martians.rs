//! Addresses that no packet on a wire may have (RFC 1812 section 5.3.7, RFC 1122 section 3.2.1.3,
//! RFC 6890 section 2.2.2).
//!
//! Not refused, though RFC 6890 marks them so: the documentation networks 192.0.2.0/24,
//! 198.51.100.0/24 and 203.0.113.0/24. Labs play "the internet" with them, which is what they are
//! for. Absent: reverse path validation (RFC 1812 section 5.3.8), off there by default too.

use core::net::Ipv4Addr;

/// Why a source address cannot be on a wire; `None`: it can. 0.0.0.0 is allowed only to everybody,
/// for a host that asks for its address.
pub(crate) fn bad_source(src: Ipv4Addr, dst: Ipv4Addr) -> Option<&'static str> {
    match src.octets() {
        //= rfc1122#3.2.1.3 (a) "this host" may speak only before it knows its address
        [0, 0, 0, 0] if dst.is_broadcast() => None,
        //= rfc1122#3.2.1.3 (b)
        [0, ..] => Some("this network"),
        //= rfc1122#3.2.1.3 (g)
        [127, ..] => Some("loopback"),
        //= rfc1122#3.2.1.3 (c)
        [255, 255, 255, 255] => Some("broadcast"),
        [224..=239, ..] => Some("multicast"),
        //= rfc6890#2.2.2 240/4 is reserved
        [240..=255, ..] => Some("reserved"),
        _ => None,
    }
}

/// Why a destination address cannot be on a wire; `None`: it can.
pub(crate) fn bad_destination(dst: Ipv4Addr) -> Option<&'static str> {
    match dst.octets() {
        [255, 255, 255, 255] => None,
        [0, ..] => Some("this network"),
        [127, ..] => Some("loopback"),
        [240..=255, ..] => Some("reserved"),
        _ => None,
    }
}

/// Can one host, somewhere, have this address?
pub(crate) fn names_a_host(address: Ipv4Addr) -> bool {
    bad_source(address, Ipv4Addr::UNSPECIFIED).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        let all = "255.255.255.255";
        let rows = [
            ("10.0.0.1", "10.0.0.2", None, None),
            ("192.0.2.1", "203.0.113.1", None, None),
            ("0.0.0.0", all, None, None),
            ("0.0.0.0", "10.0.0.2", Some("this network"), None),
            ("0.0.0.1", all, Some("this network"), None),
            ("0.255.255.255", "10.0.0.2", Some("this network"), None),
            ("127.0.0.1", "127.255.255.255", Some("loopback"), Some("loopback")),
            ("126.255.255.255", "128.0.0.0", None, None),
            ("223.255.255.255", "224.0.0.1", None, None),
            ("224.0.0.0", "239.255.255.255", Some("multicast"), None),
            ("239.255.255.255", "0.0.0.0", Some("multicast"), Some("this network")),
            ("240.0.0.0", "240.0.0.0", Some("reserved"), Some("reserved")),
            ("255.255.255.254", "255.255.255.254", Some("reserved"), Some("reserved")),
            (all, "10.0.0.2", Some("broadcast"), None),
            (all, all, Some("broadcast"), None),
        ];
        for (src, dst, source, destination) in rows {
            let (src, dst) = (src.parse().expect("v4"), dst.parse().expect("v4"));
            assert_eq!(bad_source(src, dst), source, "{src} -> {dst}");
            assert_eq!(bad_destination(dst), destination, "{src} -> {dst}");
        }
    }
}
