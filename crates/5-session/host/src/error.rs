//! What a call on a socket can answer instead of doing it.
//!
//! Every error says what a person needs to mend it: `AddrInUse` names who has the address.

use core::fmt;
use core::net::SocketAddr;
use std::io;

/// TCP or UDP: port numbers are counted separately for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Transport::Tcp => "TCP",
            Transport::Udp => "UDP",
        })
    }
}

/// Who has an address already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// TCP or UDP.
    pub transport: Transport,
    /// The address as it is held (`0.0.0.0:80`: on all addresses).
    pub local: SocketAddr,
    /// In which state: `LISTEN`, `TIME-WAIT`, `ESTABLISHED`, `BOUND`, ...
    pub state: &'static str,
    /// The program that holds it, as the owner of the socket named itself; empty when unknown.
    pub owner: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} is held ({})", self.transport, self.local, self.state)?;
        if self.owner.is_empty() { Ok(()) } else { write!(f, " by {}", self.owner) }
    }
}

/// Why a call on a socket did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing to receive, or no room to send: wait for the waker.
    #[error("not ready yet")]
    WouldBlock,
    /// Somebody has this port on this address.
    #[error("address already in use: {0}")]
    AddrInUse(Box<Holder>),
    /// The address is none of this host's.
    #[error("{0} is not an address of this host")]
    AddrNotAvailable(core::net::IpAddr),
    /// Every port of the ephemeral range is taken.
    #[error("no free port is left")]
    NoFreePort,
    /// No route leads there.
    #[error("network is unreachable: no route to {0}")]
    NetworkUnreachable(core::net::IpAddr),
    /// IPv6 addresses are known here, IPv6 packets are not sent.
    #[error("this machine does not speak IPv6 yet: it cannot reach {0}")]
    Ipv6NotSpoken(core::net::IpAddr),
    /// A router or the own neighbour machine says that the host cannot be reached.
    #[error("no route to host {0}")]
    HostUnreachable(core::net::IpAddr),
    /// Nobody listens there: a RST, or an ICMP "port unreachable".
    #[error("connection refused")]
    Refused,
    /// The other side broke the connection off.
    #[error("connection reset by peer")]
    Reset,
    /// This side broke the connection off.
    #[error("connection aborted")]
    Aborted,
    /// The other side did not answer for too long.
    #[error("connection timed out")]
    TimedOut,
    /// The sending half was shut before.
    #[error("the sending half is closed")]
    BrokenPipe,
    /// No destination was given and none is connected, or the connection is gone.
    #[error("not connected")]
    NotConnected,
    /// The message does not fit into one packet.
    #[error("message too long: {len} octets, at most {most}")]
    MessageTooLong {
        /// What was to be sent.
        len: usize,
        /// What fits.
        most: usize,
    },
    /// A table or queue of the host is at its bound.
    #[error("too many {0}")]
    TooMany(&'static str),
    /// The handle's socket is closed.
    #[error("the socket is closed")]
    Closed,
    /// The call itself makes no sense.
    #[error("invalid argument: {0}")]
    Invalid(&'static str),
}

impl Error {
    /// The nearest of the standard library's kinds.
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Error::WouldBlock => io::ErrorKind::WouldBlock,
            Error::AddrInUse(_) | Error::NoFreePort => io::ErrorKind::AddrInUse,
            Error::AddrNotAvailable(_) => io::ErrorKind::AddrNotAvailable,
            Error::NetworkUnreachable(_) => io::ErrorKind::NetworkUnreachable,
            Error::HostUnreachable(_) => io::ErrorKind::HostUnreachable,
            Error::Refused => io::ErrorKind::ConnectionRefused,
            Error::Reset => io::ErrorKind::ConnectionReset,
            Error::Aborted => io::ErrorKind::ConnectionAborted,
            Error::TimedOut => io::ErrorKind::TimedOut,
            Error::BrokenPipe => io::ErrorKind::BrokenPipe,
            Error::NotConnected | Error::Closed => io::ErrorKind::NotConnected,
            Error::Ipv6NotSpoken(_) => io::ErrorKind::Unsupported,
            Error::TooMany(_) => io::ErrorKind::OutOfMemory,
            Error::MessageTooLong { .. } | Error::Invalid(_) => io::ErrorKind::InvalidInput,
        }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        io::Error::new(error.kind(), error)
    }
}
