//! ICMP echo as programs see it: [`PingSocket`], enough for `ping` and `traceroute`.

use crate::Machine;
use bytes::Bytes;
use core::future::poll_fn;
use core::net::IpAddr;
use core::task::{Context, Poll};
use host::{Error, PingKey, PingReceived};
use std::io;

/// Sends echo requests under an identifier of its own; gets their replies and the errors about them.
#[derive(Debug)]
pub struct PingSocket {
    machine: Machine,
    key: PingKey,
}

impl PingSocket {
    /// Opens a socket for the program called `owner`.
    pub fn open(machine: &Machine, owner: &str) -> io::Result<PingSocket> {
        machine
            .call(|host, cx| {
                host.set_owner(owner);
                let key = host.ping_open(cx)?;
                Ok::<_, Error>(PingSocket { machine: machine.clone(), key })
            })
            .map_err(io::Error::from)
    }
    /// Sends one echo request; `ttl` none: as usual.
    pub async fn send(
        &self,
        to: IpAddr,
        seq: u16,
        ttl: Option<u8>,
        payload: &[u8],
    ) -> io::Result<()> {
        let payload = Bytes::copy_from_slice(payload);
        self.machine
            .call(|host, cx| host.ping_send(cx, self.key, to, seq, ttl, payload))
            .map_err(io::Error::from)
    }
    /// The next reply or error.
    pub async fn recv(&self) -> io::Result<PingReceived> {
        poll_fn(|task| self.poll_recv(task)).await
    }
    /// As [`PingSocket::recv`], polled.
    pub fn poll_recv(&self, task: &mut Context<'_>) -> Poll<io::Result<PingReceived>> {
        self.machine.call(|host, cx| match host.ping_receive(cx, self.key) {
            Err(Error::WouldBlock) => {
                host.ping_waker(self.key, task.waker());
                Poll::Pending
            }
            result => Poll::Ready(result.map_err(io::Error::from)),
        })
    }
}

impl Drop for PingSocket {
    fn drop(&mut self) {
        self.machine.call(|host, cx| host.ping_close(cx, self.key));
    }
}
