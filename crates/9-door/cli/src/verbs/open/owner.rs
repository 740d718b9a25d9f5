//! Whose program a loopback connection comes from: the kernel's table of sockets knows its uid.
//!
//! A SOCKS port of a browser cannot ask for a password, and every user of the machine can reach
//! 127.0.0.1; so a connection is served only when its other end belongs to our own uid. What the
//! table does not tell is not served.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

/// Is the other end of the connection from `peer` to `local` a socket of our own uid?
pub fn is_ours(peer: SocketAddr, local: SocketAddr) -> bool {
    let (SocketAddr::V4(peer), SocketAddr::V4(local)) = (peer, local) else { return false };
    let Ok(table) = std::fs::read_to_string("/proc/net/tcp") else { return false };
    owner(&table, peer, local) == Some(nix::unistd::Uid::effective().as_raw())
}

/// The uid of the socket at `end` that is connected to `other`, by the table's text.
fn owner(table: &str, end: SocketAddrV4, other: SocketAddrV4) -> Option<u32> {
    table.lines().skip(1).find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let found = (address(words.next()?)?, address(words.next()?)?) == (end, other);
        found.then(|| words.nth(4)?.parse().ok())?
    })
}

/// `0100007F:1F90`: the address's octets in the machine's order, then the port.
fn address(text: &str) -> Option<SocketAddrV4> {
    let (ip, port) = text.split_once(':')?;
    let ip = u32::from_str_radix(ip, 16).ok()?.to_ne_bytes();
    Some(SocketAddrV4::new(Ipv4Addr::from(ip), u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn our_own_connection_is_ours() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let local = listener.local_addr().expect("its address");
        let stream = TcpStream::connect(local).expect("connected");
        let peer = stream.local_addr().expect("its address");
        assert!(is_ours(peer, local));
        let other = SocketAddr::from(([127, 0, 0, 1], local.port().wrapping_add(1)));
        assert!(!is_ours(peer, other));
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn another_users_connection_is_not() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n   \
                     0: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 1\n   \
                     1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1007        0 2\n";
        let end = |port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        assert_eq!(owner(table, end(0xc350), end(0x1f90)), Some(1007));
        assert_eq!(owner(table, end(0x1f90), end(0xc350)), Some(0));
        assert_eq!(owner(table, end(0xc351), end(0x1f90)), None);
        assert_eq!(owner("nonsense\nmore nonsense", end(1), end(2)), None);
    }
}
