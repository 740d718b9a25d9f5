//! UDP as programs see it: [`UdpSocket`], with destination address and ECN where one asks.

use crate::Machine;
use bytes::Bytes;
use core::future::poll_fn;
use core::net::SocketAddr;
use core::task::{Context, Poll};
use host::{Direction, Error, Host, UdpKey, UdpReceived, UdpSend};
use std::io;
use trace::Cx;

/// One UDP socket. Dropping it closes it.
#[derive(Debug)]
pub struct UdpSocket {
    machine: Machine,
    key: UdpKey,
}

impl UdpSocket {
    /// Binds to `local` (an unspecified address: all; port 0: any).
    pub fn bind(machine: &Machine, local: SocketAddr) -> io::Result<UdpSocket> {
        Self::bind_with(machine, "", local)
    }
    /// Binds for the program called `owner`.
    pub fn bind_with(machine: &Machine, owner: &str, local: SocketAddr) -> io::Result<UdpSocket> {
        machine
            .call(|host, cx| {
                host.set_owner(owner);
                let key = host.udp_bind(cx, local)?;
                Ok::<_, Error>(UdpSocket { machine: machine.clone(), key })
            })
            .map_err(io::Error::from)
    }
    /// The address it is bound to.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.machine.with(|host, _| host.udp_address(self.key)).map_err(io::Error::from)
    }
    /// From here on `send` goes there, and only datagrams from there come in.
    pub async fn connect(&self, remote: SocketAddr) -> io::Result<()> {
        self.machine
            .call(|host, _| host.udp_connect(self.key, Some(remote)))
            .map_err(io::Error::from)
    }
    /// Sends one datagram to `to`; returns its length.
    pub async fn send_to(&self, data: &[u8], to: SocketAddr) -> io::Result<usize> {
        let how = UdpSend { to: Some(to), ..UdpSend::default() };
        poll_fn(|task| self.poll_send_copy(task, &how, data)).await
    }
    /// Sends one datagram to where the socket is connected.
    pub async fn send(&self, data: &[u8]) -> io::Result<usize> {
        poll_fn(|task| self.poll_send_copy(task, &UdpSend::default(), data)).await
    }
    fn poll_send_copy(
        &self,
        task: &mut Context<'_>,
        how: &UdpSend,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.attempt(task, Direction::Write, |host, cx| host.udp_send_copy(cx, self.key, how, data))
    }
    /// Sends one datagram with everything one may say about it.
    pub async fn send_msg(&self, how: UdpSend, data: Bytes) -> io::Result<usize> {
        poll_fn(|task| self.poll_send_msg(task, how, data.clone())).await
    }
    /// As [`UdpSocket::send_msg`], polled.
    pub fn poll_send_msg(
        &self,
        task: &mut Context<'_>,
        how: UdpSend,
        data: Bytes,
    ) -> Poll<io::Result<usize>> {
        self.attempt(task, Direction::Write, |host, cx| host.udp_send(cx, self.key, how, data))
    }
    /// Sends one datagram now or says why not.
    pub fn try_send_msg(&self, how: UdpSend, data: Bytes) -> io::Result<usize> {
        self.machine
            .call(|host, cx| host.udp_send(cx, self.key, how, data))
            .map_err(io::Error::from)
    }
    /// The next datagram, cut to `buffer`; its length there and who sent it.
    pub async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        poll_fn(|task| {
            self.attempt(task, Direction::Read, |host, cx| {
                host.udp_receive_into(cx, self.key, buffer)
            })
        })
        .await
    }
    /// The next datagram, cut to `buffer`; its length there.
    pub async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.recv_from(buffer).await?.0)
    }
    /// The next datagram with everything known about it.
    pub async fn recv_msg(&self) -> io::Result<UdpReceived> {
        poll_fn(|task| self.poll_recv_msg(task)).await
    }
    /// As [`UdpSocket::recv_msg`], polled.
    pub fn poll_recv_msg(&self, task: &mut Context<'_>) -> Poll<io::Result<UdpReceived>> {
        self.attempt(task, Direction::Read, |host, cx| host.udp_receive(cx, self.key))
    }

    /// Does it now, or wakes the task when it may be tried again.
    fn attempt<R>(
        &self,
        task: &mut Context<'_>,
        direction: Direction,
        work: impl FnOnce(&mut Host, &mut Cx) -> Result<R, Error>,
    ) -> Poll<io::Result<R>> {
        self.machine.call(|host, cx| match work(host, cx) {
            Err(Error::WouldBlock) => {
                host.udp_waker(self.key, direction, task.waker());
                Poll::Pending
            }
            result => Poll::Ready(result.map_err(io::Error::from)),
        })
    }
}

impl Drop for UdpSocket {
    fn drop(&mut self) {
        self.machine.call(|host, cx| host.udp_close(cx, self.key));
    }
}
