//! The peer: two smoltcp 0.14 interfaces joined by queues of buffers that are used again.
//!
//! Driven in the way that suits it best: all waiting frames are taken, the program reads, and only
//! then acknowledgements leave (so that they tell the open window). smoltcp sends no timestamps
//! unless given a clock; it repeats on time-outs and three duplicate ACKs, and its sender does not
//! use SACK.

use super::Setting;
use crate::clock::cpu_ns;
use crate::figures::Round;
use crate::pattern::Pattern;
use smoltcp::iface::{Config, Interface, PollIngressSingleResult, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::AnySocket;
use smoltcp::socket::tcp::{CongestionControl, Socket, SocketBuffer};
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpAddress, IpCidr};
use std::collections::VecDeque;

const LONGEST_FRAME: usize = 1514;
const WITH_TEXT: usize = 100;
pub(crate) const PORT: u16 = 9;

struct Buffer {
    octets: Box<[u8; LONGEST_FRAME]>,
    len: usize,
}

/// A card whose received and sent frames lie in queues; spent buffers come back.
#[derive(Default)]
struct Card {
    received: VecDeque<Buffer>,
    sent: VecDeque<Buffer>,
    free: Vec<Buffer>,
}

struct Rx<'a>(Buffer, &'a mut Vec<Buffer>);
struct Tx<'a>(&'a mut VecDeque<Buffer>, Option<Buffer>);

impl RxToken for Rx<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        let result = f(&self.0.octets[..self.0.len]);
        self.1.push(self.0);
        result
    }
}

impl TxToken for Tx<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let octets = || Box::new([0; LONGEST_FRAME]);
        let mut buffer = self.1.unwrap_or_else(|| Buffer { octets: octets(), len });
        buffer.len = len;
        let result = f(&mut buffer.octets[..len]);
        self.0.push_back(buffer);
        result
    }
}

impl Device for Card {
    type RxToken<'a> = Rx<'a>;
    type TxToken<'a> = Tx<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Rx<'_>, Tx<'_>)> {
        let buffer = self.received.pop_front()?;
        let spare = self.free.pop();
        Some((Rx(buffer, &mut self.free), Tx(&mut self.sent, spare)))
    }
    fn transmit(&mut self, _: Instant) -> Option<Tx<'_>> {
        Some(Tx(&mut self.sent, self.free.pop()))
    }
    fn capabilities(&self) -> DeviceCapabilities {
        // Checksums: made and verified, the default.
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = LONGEST_FRAME;
        capabilities
    }
}

pub(crate) struct Side {
    pub(crate) interface: Interface,
    card: Card,
    pub(crate) sockets: SocketSet<'static>,
    handle: SocketHandle,
}

impl Side {
    fn new(node: u8, setting: Setting) -> Self {
        let buffer = || SocketBuffer::new(vec![0; setting.buffer]);
        let mut socket = Socket::new(buffer(), buffer());
        let control = if setting.reno { CongestionControl::Reno } else { CongestionControl::None };
        socket.set_congestion_control(control);
        Self::with(node, socket)
    }

    /// With one socket, of whatever kind.
    pub(crate) fn with(node: u8, socket: impl AnySocket<'static>) -> Self {
        let mac = EthernetAddress([2, 0, 0, 0, 0, node]);
        let mut config = Config::new(HardwareAddress::Ethernet(mac));
        config.random_seed = node.into();
        let mut card = Card::default();
        let mut interface = Interface::new(config, &mut card, Instant::ZERO);
        interface.update_ip_addrs(|addresses| {
            let address = IpCidr::new(IpAddress::v4(10, 0, 0, node), 24);
            addresses.push(address).expect("room for one address");
        });
        let mut sockets = SocketSet::new(vec![]);
        let handle = sockets.add(socket);
        Side { interface, card, sockets, handle }
    }

    fn socket(&mut self) -> &mut Socket<'static> {
        self.any()
    }

    /// The socket, of the kind that was put in.
    pub(crate) fn any<T: AnySocket<'static>>(&mut self) -> &mut T {
        self.sockets.get_mut(self.handle)
    }

    /// Takes waiting frames, at most `batch` (0: all).
    fn take(&mut self, now: Instant, batch: usize) {
        let mut left = if batch == 0 { usize::MAX } else { batch };
        while left > 0 {
            let result = self.interface.poll_ingress_single(now, &mut self.card, &mut self.sockets);
            if matches!(result, PollIngressSingleResult::None) {
                return;
            }
            left -= 1;
        }
    }

    fn give(&mut self, now: Instant) {
        self.interface.poll_egress(now, &mut self.card, &mut self.sockets);
    }
}

pub(crate) struct Pair {
    now: Instant,
    pub(crate) a: Side,
    pub(crate) b: Side,
    round: Round,
    batch: usize,
}

impl Pair {
    pub(crate) fn of(a: Side, b: Side) -> Self {
        Pair { now: Instant::ZERO, a, b, round: Round::default(), batch: 0 }
    }

    /// Everybody takes and gives once.
    pub(crate) fn turn(&mut self) {
        let moved = self.first_half();
        self.second_half(moved);
    }

    /// Frames cross; true when there were any. The receiver gives back as many buffers as it takes.
    fn cross(&mut self) -> bool {
        let moved = !self.a.card.sent.is_empty() || !self.b.card.sent.is_empty();
        while let Some(buffer) = self.a.card.sent.pop_front() {
            self.round.segments += u64::from(buffer.len > WITH_TEXT);
            self.b.card.received.push_back(buffer);
            self.a.card.free.extend(self.b.card.free.pop());
        }
        while let Some(buffer) = self.b.card.sent.pop_front() {
            self.round.acks += 1;
            self.a.card.received.push_back(buffer);
        }
        moved
    }

    /// The sender's half of a turn, then the receiver takes frames; true where something moved.
    fn first_half(&mut self) -> bool {
        self.a.take(self.now, 0);
        self.a.give(self.now);
        let moved = self.cross();
        let had = self.b.card.received.len();
        self.b.take(self.now, self.batch);
        moved || had > 0
    }

    /// The receiver's answers leave; a moment passes, or the time to the next deadline.
    fn second_half(&mut self, moved: bool) {
        self.b.give(self.now);
        let moved = self.cross() || moved;
        self.now += smoltcp::time::Duration::from_micros(1);
        if !moved {
            let next = [&mut self.a, &mut self.b]
                .into_iter()
                .filter_map(|side| side.interface.poll_at(self.now, &side.sockets))
                .min()
                .expect("somebody waits for something");
            self.now = self.now.max(next);
        }
    }
}

pub(crate) fn open(setting: Setting) -> Pair {
    let mut pair = Pair {
        now: Instant::ZERO,
        a: Side::new(1, setting),
        b: Side::new(2, setting),
        round: Round::default(),
        batch: setting.batch,
    };
    pair.b.socket().listen(PORT).expect("a closed socket");
    let remote = (IpAddress::v4(10, 0, 0, 2), PORT);
    let socket = pair.a.sockets.get_mut::<Socket>(pair.a.handle);
    socket.connect(pair.a.interface.context(), remote, 49_152).expect("a closed socket");
    while !(pair.a.socket().may_send() && pair.b.socket().may_recv()) {
        let moved = pair.first_half();
        pair.second_half(moved);
    }
    pair
}

/// Moves `octets` octets; says what it took.
pub(super) fn transfer(pattern: &Pattern, setting: Setting, octets: u64) -> Round {
    let mut pair = open(setting);
    let mut buffer = vec![0; 64 << 10];
    let (mut sent, mut read) = (0, 0);
    pair.round = Round::default();
    let start = cpu_ns();
    while read < octets {
        while sent < octets {
            let data = pattern.at(sent);
            let data = &data[..data.len().min((octets - sent) as usize)];
            match pair.a.socket().send_slice(data).expect("an open connection") {
                0 => break,
                n => sent += n as u64,
            }
        }
        let moved = pair.first_half();
        loop {
            let n = pair.b.socket().recv_slice(&mut buffer).expect("an open connection");
            if n == 0 {
                break;
            }
            pattern.check(read, &buffer[..n], setting.whole);
            read += n as u64;
        }
        pair.second_half(moved);
    }
    pair.round.ns = cpu_ns() - start;
    pair.round.octets = read;
    pair.round
}
