//! One connection and one listener under any sequence of segments, calls and pauses.

use crate::{chunks, cx, pass};
use base::{Body, Seq};
use bytes::Bytes;
use core::net::{Ipv4Addr, SocketAddr};
use tcp::{
    Config, Connection, Endpoints, IcmpErrorKind, IsnSource, ListenOutcome, Listener, Segment,
};
use trace::Cx;
use wire::tcp::{Flags, Header};

const MSS: u16 = 1_460;
const ISS: Seq = Seq(0xffff_f000);

fn endpoints(port: u16) -> Endpoints {
    let at = |last, port| SocketAddr::from((Ipv4Addr::new(10, 0, 0, last), port));
    Endpoints { local: at(2, 80), remote: at(1, port) }
}

struct Bench {
    cx: Cx,
    connection: Connection,
    listener: Listener,
    isn: IsnSource,
    /// The other side's next number.
    next: Seq,
}

/// The first octet says whether the connection calls or is called. Each chunk is a segment, a call,
/// or time. In a segment, sequence and acknowledgement number are told relative to what the
/// connection expects, so that not every segment lies outside.
pub fn tcp(data: &[u8]) {
    let (first, data) = data.split_first().map_or((0, data), |(first, rest)| (*first, rest));
    let mut cx = cx();
    let isn = IsnSource::new([7; 16]);
    let config = Config { nagle: first & 2 != 0, ..Config::default() };
    let listener = Listener::new(config.clone(), 4);
    let connection = Connection::connect(&mut cx, &config.clone().into(), endpoints(1_000), ISS, MSS);
    let mut bench = Bench { cx, connection, listener, isn, next: Seq(1) };
    if first & 1 == 1 {
        bench.shake_hands();
    }
    for (what, octets) in chunks(data) {
        bench.turn(what, octets);
    }
    bench.go_home();
}

impl Bench {
    fn turn(&mut self, what: u8, octets: &[u8]) {
        match what & 0x0f {
            0..=7 => self.segment(octets),
            8 => drop(self.connection.send(&mut self.cx, octets)),
            9 => drop(self.connection.receive_bytes(&mut self.cx, octets.len() * 64)),
            10 => drop(self.connection.send_bytes(&mut self.cx, Bytes::from(vec![what; 5_000]))),
            11 => self.listen(octets),
            12 => self.icmp(octets),
            13 if what & 0xf0 == 0 => self.connection.shutdown_send(&mut self.cx),
            14 if what & 0xf0 == 0 => self.connection.close(&mut self.cx),
            15 if what & 0xf0 == 0 => self.connection.abort(&mut self.cx),
            _ => pass(&mut self.cx, what),
        }
        self.poll();
    }

    /// Timers and output; everything stays sane.
    fn poll(&mut self) {
        if self.connection.next_deadline().is_some_and(|at| at <= self.cx.now()) {
            self.connection.handle_timeout(&mut self.cx);
        }
        self.listener.handle_timeout(&mut self.cx);
        let mut count = 0;
        while let Some(segment) = self.connection.poll_segment(&mut self.cx) {
            assert!(segment.header.header_len() + segment.payload.len() <= 20 + usize::from(MSS));
            count += 1;
            assert!(count < 10_000, "talks without end");
        }
        while self.listener.poll_segment(&mut self.cx).is_some() {}
        assert!(self.listener.syn_queue_len() <= 4_096);
        assert_eq!(self.cx.trace.ledger().held(), 0, "one fate a segment");
        let info = self.connection.info();
        assert!(info.cwnd > 0 && info.snd_una.at_or_before(info.snd_nxt));
    }

    fn shake_hands(&mut self) {
        let flags = Flags::SYN.with(Flags::ACK);
        let header =
            Header { seq: Seq(0), ack: ISS + 1, flags, window: 0xffff, ..Header::default() };
        self.arrive(header, &[]);
        self.poll();
        assert!(self.connection.readiness().connected);
    }

    /// `flags | seq (signed 16) | ack (signed 16) | window (16) | options' length | options | text`
    fn segment(&mut self, octets: &[u8]) {
        let Some((header, text)) = header(octets) else { return };
        let info = self.connection.info();
        let (seq, ack) = (header.seq, header.ack);
        let header = Header { seq: self.next + seq.0, ack: info.snd_una + ack.0, ..header };
        self.arrive(header, text);
        let expected = self.connection.info().rcv_nxt;
        if self.connection.readiness().connected {
            self.next = expected;
        }
    }

    fn arrive(&mut self, header: Header, text: &[u8]) {
        self.cx.trace.entered();
        let segment = Segment { payload: Body::from(text.to_vec()), ..Segment::bare(header) };
        self.connection.handle_segment(&mut self.cx, segment);
        assert_eq!(self.cx.trace.ledger().held(), 0, "one fate a segment");
    }

    /// A segment for the listener, from one of a few ports; a handshake can be completed.
    fn listen(&mut self, octets: &[u8]) {
        let Some((mut header, text)) = header(octets) else { return };
        let endpoints = endpoints(2_000 + header.window % 8);
        if header.flags.has(Flags::ACK) {
            header.ack = self.isn.isn(self.cx.now(), &endpoints) + 1 + header.ack.0;
        }
        let segment = Segment { payload: Body::from(text.to_vec()), ..Segment::bare(header) };
        self.cx.trace.entered();
        let outcome =
            self.listener.handle_segment(&mut self.cx, endpoints, segment, &self.isn, MSS, None);
        if let ListenOutcome::Established(connection) = outcome {
            self.listener.push_accepted(1);
            self.listener.accept();
            self.connection = *connection;
            self.next = self.connection.info().rcv_nxt;
        }
    }

    fn icmp(&mut self, octets: &[u8]) {
        let [kind, high, low, ..] = octets else { return };
        let mtu = u32::from(u16::from_be_bytes([*high, *low]));
        let kind = match kind % 3 {
            0 => IcmpErrorKind::Soft,
            1 => IcmpErrorKind::Hard,
            _ => IcmpErrorKind::TooBig { mtu },
        };
        let seq = self.connection.info().snd_una;
        self.connection.handle_icmp_error(&mut self.cx, kind, seq);
    }

    /// The program goes: the connection ends by itself after a while.
    fn go_home(&mut self) {
        self.connection.close(&mut self.cx);
        for _ in 0..1_000 {
            self.poll();
            let Some(at) = self.connection.next_deadline() else { break };
            self.cx.set_now(self.cx.now().max(at));
        }
        assert!(self.connection.is_over(), "{} stays", self.connection.state());
    }
}

fn header(octets: &[u8]) -> Option<(Header, &[u8])> {
    let [flags, s0, s1, a0, a1, w0, w1, len, rest @ ..] = octets else { return None };
    let signed = |high: u8, low: u8| i32::from(i16::from_be_bytes([high, low])) as u32;
    let (options, text) = rest.split_at(usize::from(len % 41).min(rest.len()));
    let header = Header {
        seq: Seq(signed(*s0, *s1)),
        ack: Seq(signed(*a0, *a1)),
        flags: Flags(*flags),
        window: u16::from_be_bytes([*w0, *w1]),
        // What cannot be walked is refused before it gets here.
        options: wire::tcp::Options::parse(options).unwrap_or_default(),
        ..Header::default()
    };
    Some((header, text))
}
