//! Our contestant: two [`Host`]s joined by queues of frames; the program speaks to [`Host`] itself.

use super::Setting;
use crate::clock::cpu_ns;
use crate::figures::Round;
use crate::pattern::Pattern;
use base::{Duration, Frame, Instant, InterfaceId, MacAddr, NodeId, RandomSource};
use bytes::Bytes;
use host::{Error, Host, HostConfig, InterfaceConfig, ListenOptions, TcpKey};
use std::collections::VecDeque;
use trace::Cx;

/// A frame of more octets than this carries text.
const WITH_TEXT: usize = 100;
pub(crate) const PORT: u16 = 9;
const CARD: InterfaceId = InterfaceId(1);

pub(crate) struct Side {
    pub(crate) host: Host,
    pub(crate) cx: Cx,
    /// Frames on their way to this side.
    arriving: VecDeque<Frame>,
}

impl Side {
    fn new(node: u8, setting: Setting) -> Self {
        let mut config = HostConfig::new(if node == 1 { "a" } else { "b" });
        config.tcp.send_buffer = setting.buffer as u32;
        config.tcp.receive_buffer = setting.buffer as u32;
        let random = RandomSource::new(1, &config.name, 0);
        let mut cx = Cx::new(NodeId(node.into()), setting.record);
        let mut host = Host::new(config, &random);
        let mac = MacAddr([2, 0, 0, 0, 0, node]);
        let card = host.add_interface(InterfaceConfig { name: "eth0".into(), mac, mtu: 1500 });
        assert_eq!(card, CARD);
        let address = format!("10.0.0.{node}/24").parse().expect("an address");
        host.add_address(&mut cx, CARD, address).expect("a free address");
        Side { host, cx, arriving: VecDeque::new() }
    }

    /// Takes what has arrived, at most `batch` frames (0: all).
    fn take(&mut self, batch: usize) -> bool {
        let count = if batch == 0 { self.arriving.len() } else { batch.min(self.arriving.len()) };
        for frame in core::iter::from_fn(|| self.arriving.pop_front()).take(count) {
            self.host.handle_frame(&mut self.cx, CARD, frame);
        }
        count > 0
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
    pub(crate) fn new(setting: Setting) -> Self {
        let (a, b) = (Side::new(1, setting), Side::new(2, setting));
        Pair { now: Instant::ZERO, a, b, round: Round::default(), batch: setting.batch }
    }

    fn pass_on(&mut self) -> bool {
        let mut moved = false;
        while let Some(output) = self.a.host.poll_output(&mut self.a.cx) {
            self.round.segments += u64::from(output.frame.len() > WITH_TEXT);
            self.b.arriving.push_back(output.frame);
            moved = true;
        }
        while let Some(output) = self.b.host.poll_output(&mut self.b.cx) {
            self.round.acks += 1;
            self.a.arriving.push_back(output.frame);
            moved = true;
        }
        moved
    }

    /// A moment passes; where nothing is under way, time leaps to the next deadline.
    fn pass_time(&mut self, idle: bool) {
        self.now += Duration::from_micros(1);
        if idle {
            let deadlines = [self.a.host.next_deadline(), self.b.host.next_deadline()];
            let next = deadlines.into_iter().flatten().min().expect("somebody waits for something");
            self.now = self.now.max(next);
        }
        for side in [&mut self.a, &mut self.b] {
            side.cx.set_now(self.now);
            if side.host.next_deadline().is_some_and(|due| due <= self.now) {
                side.host.handle_timeout(&mut side.cx);
            }
        }
    }

    pub(crate) fn turn(&mut self) {
        let sent = self.pass_on();
        let taken = self.a.take(0) | self.b.take(self.batch);
        // Heads that ended at the receiver begin anew at the sender, as the peer's buffers do.
        if self.a.cx.pool.is_empty() {
            core::mem::swap(&mut self.a.cx.pool, &mut self.b.cx.pool);
        }
        self.pass_time(!sent && !taken);
    }

    pub(crate) fn open(&mut self) -> (TcpKey, TcpKey) {
        let (a, b) = (&mut self.a, &mut self.b);
        let local = ([10, 0, 0, 2], PORT).into();
        let listener = b.host.tcp_listen(&mut b.cx, local, ListenOptions::default());
        let listener = listener.expect("a free port");
        let client = a.host.tcp_connect(&mut a.cx, None, local).expect("a way");
        loop {
            self.turn();
            if self.a.host.tcp_connected(client).is_ok()
                && let Ok((server, _)) = self.b.host.tcp_accept(&mut self.b.cx, listener)
            {
                return (client, server);
            }
        }
    }
}

/// Writes from the pattern until the stack takes no more.
fn write(pattern: &Pattern, side: &mut Side, key: TcpKey, sent: &mut u64, octets: u64) {
    while *sent < octets {
        let data = pattern.at(*sent);
        let data = &data[..data.len().min((octets - *sent) as usize)];
        match side.host.tcp_send(&mut side.cx, key, data).expect("an open connection") {
            0 => return,
            n => *sent += n as u64,
        }
    }
}

/// The same with octets that are handed over: 16 KiB views of one buffer.
fn hand_over(all: &Bytes, side: &mut Side, key: TcpKey, sent: &mut u64, octets: u64) {
    while *sent < octets {
        let start = (*sent % all.len() as u64) as usize;
        let len = (all.len() - start).min(16 << 10).min((octets - *sent) as usize);
        let data = all.slice(start..start + len);
        match side.host.tcp_send_bytes(&mut side.cx, key, data).expect("an open connection") {
            0 => return,
            n => *sent += n as u64,
        }
    }
}

struct Reader<'a> {
    pattern: &'a Pattern,
    buffer: Vec<u8>,
    setting: Setting,
    read: u64,
}

impl Reader<'_> {
    fn read(&mut self, side: &mut Side, key: TcpKey) {
        loop {
            let result = if self.setting.shared {
                side.host.tcp_receive_bytes(&mut side.cx, key, usize::MAX).map(|view| {
                    self.pattern.check(self.read, &view, self.setting.whole);
                    view.len()
                })
            } else {
                let got = side.host.tcp_receive(&mut side.cx, key, &mut self.buffer);
                got.inspect(|&n| {
                    self.pattern.check(self.read, &self.buffer[..n], self.setting.whole);
                })
            };
            match result {
                Ok(n) if n > 0 => self.read += n as u64,
                Err(Error::WouldBlock) => return,
                other => panic!("{other:?} after {} octets", self.read),
            }
        }
    }
}

/// Moves `octets` octets; says what it took.
pub(super) fn transfer(pattern: &Pattern, setting: Setting, octets: u64) -> Round {
    let mut pair = Pair::new(setting);
    let (client, server) = pair.open();
    let shared = Bytes::copy_from_slice(pattern.at(0));
    let buffer = vec![0; 64 << 10];
    let mut reader = Reader { pattern, buffer, setting, read: 0 };
    let mut sent = 0;
    pair.round = Round::default();
    let start = cpu_ns();
    while reader.read < octets {
        if setting.shared {
            hand_over(&shared, &mut pair.a, client, &mut sent, octets);
        } else {
            write(pattern, &mut pair.a, client, &mut sent, octets);
        }
        pair.turn();
        reader.read(&mut pair.b, server);
    }
    pair.round.ns = cpu_ns() - start;
    pair.round.octets = reader.read;
    let info = pair.a.host.tcp_info(client).expect("an open connection");
    assert!(info.sack && info.timestamps, "SACK and timestamps are on");
    assert_eq!(info.retransmissions, 0, "nothing was lost");
    pair.round
}
