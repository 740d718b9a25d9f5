#![allow(missing_docs, unused_variables)]
use crate::*;
use base::{Body, Duration, Frame, Instant, InterfaceId, MacAddr, RandomSource};
use bytes::Bytes;
use core::net::{IpAddr, SocketAddr};
use core::task::Waker;
use ipnet::IpNet;
use trace::Cx;

/// One machine.
pub struct Host;

/// What arrived in a UDP socket.
#[derive(Debug)]
pub struct UdpReceived {
    pub from: SocketAddr,
    /// The destination address: which of our addresses (or a broadcast).
    pub to: SocketAddr,
    pub interface: InterfaceId,
    /// The two ECN bits.
    pub ecn: u8,
    pub ttl: u8,
    pub payload: Body,
}

/// How a datagram is to be sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct UdpSend {
    /// To whom; none: where the socket is connected to.
    pub to: Option<SocketAddr>,
    /// From which of our addresses.
    pub from: Option<IpAddr>,
    pub ecn: u8,
    pub ttl: Option<u8>,
    pub interface: Option<InterfaceId>,
}

/// What arrived in a ping socket.
#[derive(Debug)]
pub enum PingReceived {
    /// An echo reply.
    Reply { from: IpAddr, seq: u16, ttl: u8, payload: Body },
    /// An ICMP error about an echo request (or a probe) of this socket, said by `from`.
    Error { from: IpAddr, seq: u16, error: PingError },
}

/// What the error says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PingError {
    TimeExceeded,
    NetUnreachable,
    HostUnreachable,
    PortUnreachable,
    FragmentationNeeded { mtu: u16 },
    Other { kind: u8, code: u8 },
}

/// What a TCP connection can do now.
pub type TcpReadiness = tcp::Readiness;

#[allow(clippy::todo)]
impl Host {
    pub fn new(config: HostConfig, random: &RandomSource) -> Host {
        todo!()
    }
    pub fn name(&self) -> &str {
        todo!()
    }
    pub fn add_interface(&mut self, config: InterfaceConfig) -> InterfaceId {
        todo!()
    }
    /// An interface without a card: bare IP packets (a tunnel).
    pub fn add_tunnel(&mut self, name: &str, mtu: u16) -> InterfaceId {
        todo!()
    }
    pub fn set_link(&mut self, cx: &mut Cx, interface: InterfaceId, up: bool) {
        todo!()
    }
    pub fn handle_frame(&mut self, cx: &mut Cx, interface: InterfaceId, frame: Frame) {
        todo!()
    }
    pub fn handle_packet(&mut self, cx: &mut Cx, interface: InterfaceId, frame: Frame) {
        todo!()
    }
    pub fn poll_output(&mut self, cx: &mut Cx) -> Option<Output> {
        todo!()
    }
    pub fn poll_waker(&mut self) -> Option<Waker> {
        todo!()
    }
    pub fn next_deadline(&self) -> Option<Instant> {
        todo!()
    }
    pub fn handle_timeout(&mut self, cx: &mut Cx) {
        todo!()
    }
    pub fn held(&self) -> usize {
        todo!()
    }
    // control
    pub fn add_address(
        &mut self,
        cx: &mut Cx,
        interface: InterfaceId,
        address: IpNet,
    ) -> Result<(), Error> {
        todo!()
    }
    pub fn remove_address(
        &mut self,
        cx: &mut Cx,
        interface: InterfaceId,
        address: IpNet,
    ) -> Result<(), Error> {
        todo!()
    }
    pub fn addresses(&self) -> Vec<(InterfaceId, IpNet)> {
        todo!()
    }
    pub fn add_route(
        &mut self,
        destination: IpNet,
        gateway: Option<IpAddr>,
        interface: Option<InterfaceId>,
        metric: u32,
    ) -> Result<(), Error> {
        todo!()
    }
    pub fn remove_route(&mut self, destination: IpNet) -> Result<(), Error> {
        todo!()
    }
    pub fn add_neighbour(
        &mut self,
        cx: &mut Cx,
        interface: InterfaceId,
        address: IpAddr,
        mac: MacAddr,
    ) {
        todo!()
    }
    pub fn flush_neighbours(&mut self, cx: &mut Cx, interface: InterfaceId) {
        todo!()
    }
    pub fn interface_named(&self, name: &str) -> Option<InterfaceId> {
        todo!()
    }
    /// The tables as one value: `{addresses, arp, routes, sockets, tcp, udp, interfaces}`.
    pub fn inspect(&self, now: Instant) -> Tree {
        todo!()
    }
    // tcp
    /// `local`: `None` or an unspecified address or port 0 mean "choose".
    pub fn tcp_connect(
        &mut self,
        cx: &mut Cx,
        local: Option<SocketAddr>,
        remote: SocketAddr,
    ) -> Result<TcpKey, Error> {
        todo!()
    }
    pub fn tcp_listen(
        &mut self,
        cx: &mut Cx,
        local: SocketAddr,
        options: ListenOptions,
    ) -> Result<ListenerKey, Error> {
        todo!()
    }
    pub fn tcp_accept(
        &mut self,
        cx: &mut Cx,
        key: ListenerKey,
    ) -> Result<(TcpKey, SocketAddr), Error> {
        todo!()
    }
    pub fn tcp_listener_address(&self, key: ListenerKey) -> Result<SocketAddr, Error> {
        todo!()
    }
    pub fn tcp_listener_waker(&mut self, key: ListenerKey, waker: &Waker) {
        todo!()
    }
    pub fn tcp_listener_close(&mut self, cx: &mut Cx, key: ListenerKey) {
        todo!()
    }
    pub fn tcp_send(&mut self, cx: &mut Cx, key: TcpKey, data: &[u8]) -> Result<usize, Error> {
        todo!()
    }
    pub fn tcp_send_bytes(
        &mut self,
        cx: &mut Cx,
        key: TcpKey,
        data: Bytes,
    ) -> Result<usize, Error> {
        todo!()
    }
    pub fn tcp_receive(
        &mut self,
        cx: &mut Cx,
        key: TcpKey,
        out: &mut [u8],
    ) -> Result<usize, Error> {
        todo!()
    }
    pub fn tcp_receive_bytes(
        &mut self,
        cx: &mut Cx,
        key: TcpKey,
        max: usize,
    ) -> Result<Bytes, Error> {
        todo!()
    }
    pub fn tcp_shutdown(&mut self, cx: &mut Cx, key: TcpKey) -> Result<(), Error> {
        todo!()
    }
    pub fn tcp_close(&mut self, cx: &mut Cx, key: TcpKey) {
        todo!()
    }
    pub fn tcp_abort(&mut self, cx: &mut Cx, key: TcpKey) {
        todo!()
    }
    pub fn tcp_readiness(&self, key: TcpKey) -> Result<TcpReadiness, Error> {
        todo!()
    }
    pub fn tcp_info(&self, key: TcpKey) -> Result<tcp::Info, Error> {
        todo!()
    }
    pub fn tcp_endpoints(&self, key: TcpKey) -> Result<tcp::Endpoints, Error> {
        todo!()
    }
    pub fn tcp_waker(&mut self, key: TcpKey, direction: Direction, waker: &Waker) {
        todo!()
    }
    /// Err(WouldBlock) while connecting.
    pub fn tcp_connected(&self, key: TcpKey) -> Result<(), Error> {
        todo!()
    }
    pub fn tcp_set_nodelay(
        &mut self,
        cx: &mut Cx,
        key: TcpKey,
        nodelay: bool,
    ) -> Result<(), Error> {
        todo!()
    }
    // udp
    pub fn udp_bind(&mut self, cx: &mut Cx, local: SocketAddr) -> Result<UdpKey, Error> {
        todo!()
    }
    pub fn udp_connect(&mut self, key: UdpKey, remote: Option<SocketAddr>) -> Result<(), Error> {
        todo!()
    }
    pub fn udp_send(
        &mut self,
        cx: &mut Cx,
        key: UdpKey,
        send: UdpSend,
        payload: Bytes,
    ) -> Result<usize, Error> {
        todo!()
    }
    pub fn udp_receive(&mut self, cx: &mut Cx, key: UdpKey) -> Result<UdpReceived, Error> {
        todo!()
    }
    pub fn udp_address(&self, key: UdpKey) -> Result<SocketAddr, Error> {
        todo!()
    }
    pub fn udp_waker(&mut self, key: UdpKey, direction: Direction, waker: &Waker) {
        todo!()
    }
    pub fn udp_close(&mut self, cx: &mut Cx, key: UdpKey) {
        todo!()
    }
    // ping
    pub fn ping_open(&mut self, cx: &mut Cx) -> Result<PingKey, Error> {
        todo!()
    }
    pub fn ping_send(
        &mut self,
        cx: &mut Cx,
        key: PingKey,
        to: IpAddr,
        seq: u16,
        ttl: Option<u8>,
        payload: Bytes,
    ) -> Result<(), Error> {
        todo!()
    }
    pub fn ping_receive(&mut self, cx: &mut Cx, key: PingKey) -> Result<PingReceived, Error> {
        todo!()
    }
    pub fn ping_waker(&mut self, key: PingKey, waker: &Waker) {
        todo!()
    }
    pub fn ping_close(&mut self, cx: &mut Cx, key: PingKey) {
        todo!()
    }
    // timers
    pub fn add_timer(&mut self, at: Instant, waker: &Waker) -> Result<TimerKey, Error> {
        todo!()
    }
    /// Exchanges the waker; false when the timer is over.
    pub fn update_timer(&mut self, key: TimerKey, waker: &Waker) -> bool {
        todo!()
    }
    pub fn cancel_timer(&mut self, key: TimerKey) {
        todo!()
    }
    /// Who makes the sockets that are made from here on (a program's name; empty: nobody).
    pub fn set_owner(&mut self, owner: &str) {
        todo!()
    }
}

/// How a listener listens.
#[derive(Clone, Copy, Debug)]
pub struct ListenOptions {
    /// Connections that may wait to be accepted.
    pub backlog: usize,
    /// SO_REUSEADDR: a connection in TIME-WAIT on this port does not stand in the way.
    pub reuse_address: bool,
}
impl Default for ListenOptions {
    fn default() -> Self {
        ListenOptions { backlog: 128, reuse_address: true }
    }
}
