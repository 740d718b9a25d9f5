//! UDP as a program's calls.

use crate::config::Direction;
use crate::error::Transport;
use crate::key::UdpKey;
use crate::ports::Bound;
use crate::sockets::{UdpRecord, Wakers, wake};
use crate::{Error, Host};
use base::{Body, Frame, InterfaceId, Journey};
use bytes::Bytes;
use core::net::{IpAddr, SocketAddr};
use core::task::Waker;
use ip::{Packet, Protocol, SendError};
use tcp::Endpoints;
use trace::Cx;

/// The longest UDP payload in an IPv4 packet.
const LONGEST_PAYLOAD: usize = 65_535 - 20 - udp::HEADER_LEN;

/// A datagram that arrived.
#[derive(Debug)]
pub struct UdpReceived {
    /// From whom.
    pub from: SocketAddr,
    /// To which of our addresses (or to which broadcast), and our port.
    pub to: SocketAddr,
    /// By which interface.
    pub interface: InterfaceId,
    /// The two ECN bits (RFC 3168).
    pub ecn: u8,
    /// The hops that it had left.
    pub ttl: u8,
    /// The data.
    pub payload: Body,
    /// Which packet brought it.
    pub journey: Journey,
}

/// How a datagram is to be sent; what is left out is as usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UdpSend {
    /// To whom; none: where the socket is connected to.
    pub to: Option<SocketAddr>,
    /// From which of our addresses.
    pub from: Option<IpAddr>,
    /// The two ECN bits (RFC 3168).
    pub ecn: u8,
    /// How many hops it may go.
    pub ttl: Option<u8>,
    /// Out of which interface.
    pub interface: Option<InterfaceId>,
}

impl UdpSend {
    /// What a datagram between `ends` asks of `ip`.
    #[inline]
    pub(crate) fn packet(&self, ends: &Endpoints) -> Packet {
        Packet {
            source: Some(ends.local.ip()),
            destination: ends.remote.ip(),
            protocol: Protocol::UDP,
            ttl: self.ttl,
            tos: self.ecn & 3,
            dont_fragment: false,
            interface: self.interface,
        }
    }
}

impl Host {
    /// Binds a socket to `local` (an unspecified address: all; port 0: any free one).
    ///
    /// # Errors
    /// [`Error::AddrInUse`] names who has the port; an address that is not ours; a full table.
    pub fn udp_bind(&mut self, cx: &mut Cx, local: SocketAddr) -> Result<UdpKey, Error> {
        if self.udp_sockets.len() >= self.limits.sockets {
            return Err(Error::TooMany("UDP sockets"));
        }
        let local = self.bind_address(cx, Transport::Udp, local, false)?;
        let key = self.udp_sockets.insert(UdpRecord {
            local,
            remote: None,
            queue: udp::Queue::new(self.limits.datagram_buffer),
            error: None,
            wakers: Wakers::default(),
            owner: self.owner.clone(),
        });
        self.demux.insert_udp(local, key);
        self.ports.bind(Transport::Udp, local, Bound::Udp(key));
        Ok(key)
    }

    /// From here on the socket sends to `remote` and hears only it; `None`: everybody again.
    ///
    /// # Errors
    /// No route, or [`Error::Closed`].
    pub fn udp_connect(&mut self, key: UdpKey, remote: Option<SocketAddr>) -> Result<(), Error> {
        let bound = self.udp_sockets.get(key).ok_or(Error::Closed)?.local;
        let endpoints = match remote {
            None => None,
            Some(remote) => {
                let wanted = Some(bound.ip()).filter(|ip| !ip.is_unspecified());
                let source = self.source_for(remote.ip(), wanted)?;
                Some(Endpoints { local: SocketAddr::new(source, bound.port()), remote })
            }
        };
        self.forget_datagram();
        let Some(record) = self.udp_sockets.get_mut(key) else { return Err(Error::Closed) };
        if let Some(old) = core::mem::replace(&mut record.remote, endpoints) {
            self.demux.disconnect_udp(&old);
        }
        if let Some(endpoints) = endpoints {
            self.demux.connect_udp(endpoints, key);
        }
        Ok(())
    }

    /// Sends one datagram; returns its length.
    ///
    /// # Errors
    /// No destination, no route, too long, or an ICMP error about an earlier one.
    pub fn udp_send(
        &mut self,
        cx: &mut Cx,
        key: UdpKey,
        how: UdpSend,
        payload: Bytes,
    ) -> Result<usize, Error> {
        let ends = self.udp_ends(key, &how, payload.len())?;
        let frame = cx.pool.frame(payload.into());
        self.udp_out(cx, &ends, &how, frame)
    }

    /// As [`Host::udp_send`], a copy of `data`: for short ones the cheaper way.
    ///
    /// # Errors
    /// As [`Host::udp_send`].
    pub fn udp_send_copy(
        &mut self,
        cx: &mut Cx,
        key: UdpKey,
        how: &UdpSend,
        data: &[u8],
    ) -> Result<usize, Error> {
        if self.put_datagram(cx, key, how, data) {
            return Ok(data.len());
        }
        let ends = self.udp_ends(key, how, data.len())?;
        let frame = cx.pool.frame_of(data);
        let len = self.udp_out(cx, &ends, how, frame)?;
        self.cut_datagram(key, how, &ends);
        Ok(len)
    }

    /// From where to where a datagram of `len` octets goes.
    #[inline(always)] // what it answers is made where it is wanted
    #[allow(clippy::inline_always)]
    fn udp_ends(&mut self, key: UdpKey, how: &UdpSend, len: usize) -> Result<Endpoints, Error> {
        let record = self.udp_sockets.get_mut(key).ok_or(Error::Closed)?;
        if let Some(error) = record.error.take() {
            return Err(error);
        }
        let remote = match (&how.to, &record.remote) {
            (Some(to), _) => *to,
            (None, Some(both)) => both.remote,
            (None, None) => return Err(Error::NotConnected),
        };
        let bound = record.local;
        if len > LONGEST_PAYLOAD {
            return Err(Error::MessageTooLong { len, most: LONGEST_PAYLOAD });
        }
        let wanted = how.from.or(Some(bound.ip()).filter(|ip| !ip.is_unspecified()));
        let source = match (wanted, how.interface, remote.ip()) {
            // A program that has no address yet (DHCP) sends from 0.0.0.0 by a named interface.
            (None, Some(id), IpAddr::V4(v4)) => IpAddr::V4(self.source_on(id, v4)),
            _ => self.source_for(remote.ip(), wanted)?,
        };
        Ok(Endpoints { local: SocketAddr::new(source, bound.port()), remote })
    }

    /// Sends a payload that is short enough.
    fn udp_out(
        &mut self,
        cx: &mut Cx,
        ends: &Endpoints,
        how: &UdpSend,
        mut frame: Frame,
    ) -> Result<usize, Error> {
        let (source, to, len) = (ends.local.ip(), ends.remote.ip(), frame.len());
        if udp::emit(&mut frame, ends.local, ends.remote).is_err() {
            return Err(Error::MessageTooLong { len, most: LONGEST_PAYLOAD });
        }
        Self::born(cx, &mut frame, Journey::NONE);
        self.send_packet(cx, &how.packet(ends), frame)
            .map_err(|e| send_error(e, source, to, len))?;
        Ok(len)
    }

    /// The next datagram that arrived.
    ///
    /// # Errors
    /// [`Error::WouldBlock`]: none. An ICMP error about one that a connected socket sent.
    pub fn udp_receive(&mut self, _cx: &mut Cx, key: UdpKey) -> Result<UdpReceived, Error> {
        let record = self.udp_to_read(key)?;
        let (message, payload) = record.queue.pop().ok_or(Error::WouldBlock)?;
        Ok(UdpReceived {
            from: message.source,
            to: SocketAddr::new(message.destination, record.local.port()),
            interface: message.interface,
            ecn: message.tos & 3,
            ttl: message.ttl,
            payload,
            journey: message.journey,
        })
    }

    /// The next datagram, copied to `out` as far as it fits there: how many octets that are, and
    /// from whom.
    ///
    /// # Errors
    /// As [`Host::udp_receive`].
    pub fn udp_receive_into(
        &mut self,
        _cx: &mut Cx,
        key: UdpKey,
        out: &mut [u8],
    ) -> Result<(usize, SocketAddr), Error> {
        let record = self.udp_to_read(key)?;
        let message = record.queue.peek().ok_or(Error::WouldBlock)?;
        let (len, from) = (message.len.min(out.len()), message.source);
        record.queue.pop_into(out);
        Ok((len, from))
    }

    /// A socket that has no error to tell first.
    #[inline]
    fn udp_to_read(&mut self, key: UdpKey) -> Result<&mut UdpRecord, Error> {
        let record = self.udp_sockets.get_mut(key).ok_or(Error::Closed)?;
        match record.error.take() {
            Some(error) => Err(error),
            None => Ok(record),
        }
    }

    /// Where the socket is bound; connected, with the address that it sends from.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn udp_address(&self, key: UdpKey) -> Result<SocketAddr, Error> {
        let record = self.udp_sockets.get(key).ok_or(Error::Closed)?;
        Ok(record.remote.map_or(record.local, |both| both.local))
    }

    /// Wakes `waker` when that direction is ready.
    pub fn udp_waker(&mut self, key: UdpKey, direction: Direction, waker: &Waker) {
        if let Some(record) = self.udp_sockets.get_mut(key) {
            let old = record.wakers.set(direction, waker);
            wake(&mut self.woken, old);
        }
    }

    /// Closes the socket; what waits in it is gone.
    pub fn udp_close(&mut self, _cx: &mut Cx, key: UdpKey) {
        let Some(mut record) = self.udp_sockets.remove(key) else { return };
        self.demux.remove_udp(record.local);
        if let Some(endpoints) = record.remote {
            self.demux.disconnect_udp(&endpoints);
        }
        self.ports.unbind(Transport::Udp, record.local.port(), Bound::Udp(key));
        self.woken.extend(record.wakers.take());
    }
}

/// What `ip` answered, as a socket says it.
pub(crate) fn send_error(error: SendError, from: IpAddr, to: IpAddr, len: usize) -> Error {
    match error {
        SendError::NoRoute | SendError::BadSource | SendError::BadDestination if to.is_ipv6() => {
            Error::Ipv6NotSpoken(to)
        }
        SendError::NoRoute => Error::NetworkUnreachable(to),
        SendError::BadSource => Error::AddrNotAvailable(from),
        SendError::BadDestination => Error::Invalid("nobody can have that destination address"),
        SendError::TooBig { mtu } => Error::MessageTooLong { len, most: usize::from(mtu) },
    }
}
