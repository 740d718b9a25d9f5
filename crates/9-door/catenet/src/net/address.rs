//! What names a peer: an address, or a name of the lab and a port.

use super::Here;
use super::resolve::resolve;
use core::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::io;

/// As tokio's trait of this name; names are the lab's.
pub trait ToSocketAddrs: sealed::Target {}
impl<T: sealed::Target + ?Sized> ToSocketAddrs for T {}

mod sealed {
    /// An address, or a name with a port.
    pub enum Wanted {
        /// Known already.
        Addresses(Vec<core::net::SocketAddr>),
        /// To be asked for.
        Name(String, u16),
    }

    /// What can be one.
    pub trait Target {
        /// Which one.
        fn wanted(&self) -> std::io::Result<Wanted>;
    }
}
use sealed::{Target, Wanted};

fn known(address: SocketAddr) -> io::Result<Wanted> {
    Ok(Wanted::Addresses(vec![address]))
}

impl Target for SocketAddr {
    fn wanted(&self) -> io::Result<Wanted> {
        known(*self)
    }
}
impl Target for SocketAddrV4 {
    fn wanted(&self) -> io::Result<Wanted> {
        known((*self).into())
    }
}
impl Target for (IpAddr, u16) {
    fn wanted(&self) -> io::Result<Wanted> {
        known((*self).into())
    }
}
impl Target for (Ipv4Addr, u16) {
    fn wanted(&self) -> io::Result<Wanted> {
        known((*self).into())
    }
}
impl Target for [SocketAddr] {
    fn wanted(&self) -> io::Result<Wanted> {
        Ok(Wanted::Addresses(self.to_vec()))
    }
}
impl Target for Vec<SocketAddr> {
    fn wanted(&self) -> io::Result<Wanted> {
        Ok(Wanted::Addresses(self.clone()))
    }
}
impl Target for (&str, u16) {
    fn wanted(&self) -> io::Result<Wanted> {
        match self.0.parse::<IpAddr>() {
            Ok(address) => known((address, self.1).into()),
            Err(_) => Ok(Wanted::Name(self.0.to_owned(), self.1)),
        }
    }
}
impl Target for (String, u16) {
    fn wanted(&self) -> io::Result<Wanted> {
        (self.0.as_str(), self.1).wanted()
    }
}
impl Target for str {
    fn wanted(&self) -> io::Result<Wanted> {
        if let Ok(address) = self.parse::<SocketAddr>() {
            return known(address);
        }
        let parts = self.rsplit_once(':').and_then(|(name, port)| Some((name, port.parse().ok()?)));
        let (name, port) = parts.ok_or_else(|| {
            let why = format!("`{self}` is no address: write NAME:PORT, as in \"web:80\"");
            io::Error::new(io::ErrorKind::InvalidInput, why)
        })?;
        (name, port).wanted()
    }
}
impl Target for String {
    fn wanted(&self) -> io::Result<Wanted> {
        self.as_str().wanted()
    }
}
impl<T: Target + ?Sized> Target for &T {
    fn wanted(&self) -> io::Result<Wanted> {
        (**self).wanted()
    }
}

/// The addresses behind it; names are asked for from here.
pub(super) async fn addresses(
    here: &Here,
    target: &(impl ToSocketAddrs + ?Sized),
) -> io::Result<Vec<SocketAddr>> {
    match target.wanted()? {
        Wanted::Addresses(addresses) => Ok(addresses),
        Wanted::Name(name, port) => {
            let found = resolve(here, &name).await?;
            Ok(found.into_iter().map(|address| (address, port).into()).collect())
        }
    }
}

/// The first of the addresses that `attempt` succeeds with; the last failure else.
pub(super) async fn first<T, F: Future<Output = io::Result<T>>>(
    addresses: Vec<SocketAddr>,
    mut attempt: impl FnMut(SocketAddr) -> F,
) -> io::Result<T> {
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "no address at all");
    for address in addresses {
        match attempt(address).await {
            Ok(done) => return Ok(done),
            Err(error) => last = error,
        }
    }
    Err(last)
}
