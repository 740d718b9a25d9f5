//! Packet scripts: a small packetdrill, in-process and in virtual time.
//!
//! One file per area in `tests/scripts/*.pkt`; `case NAME` begins a fresh world. A line is
//! ```text
//! config nagle=off mss=1460 ..      before anything else
//! connect | listen 4                our side opens
//! < S. 0(0) ack=1 win=65535 mss=1460 sackok ws=7 ts=1/last      a segment arrives
//! > . 1(0) ack=1 win=1000           the next segment that leaves; only what is written is compared
//! +40ms                             time passes, timers fire
//! keepalive 10s | user-timeout 5s | send 1000 | recv 1000 | recv eof | recv wouldblock | shutdown | close | abort | accept
//! state ESTABLISHED | event NAME | noevent NAME | info FIELD=N | icmp hard 0 | expect-error reset
//! told SYN-SENT ESTABLISHED ..   the states that were told of this port since it was last asked
//! ```
//! Numbers are relative to each side's ISN. `p2 ` before a line means the peer's second port.
//! A segment that leaves and is not expected before the next input fails the script. After every
//! arriving segment the ledger must balance: exactly one fate.

mod told;
mod words;

use base::{Body, Duration, Instant, NodeId, Seq};
use catenet_tcp as tcp;
use std::collections::{BTreeMap, VecDeque};
use tcp::{
    Config, Connection, Endpoints, Error, IcmpErrorKind, IsnSource, Keepalive, ListenOutcome,
    Listener, Segment,
};
use told::Told;
use trace::Cx;
use wire::tcp::{Flags, Header, Timestamps};
use words::{field, flags_of, flags_text, span};

const LOCAL_PORT: u16 = 80;

fn octet(offset: u32) -> u8 {
    (offset.wrapping_mul(31) >> 3) as u8
}

#[derive(Default, Clone, Copy)]
struct Peer {
    /// Our ISN towards this peer, once seen.
    iss: Option<Seq>,
    first_stamp: Option<u32>,
    last_stamp: u32,
    /// Stream positions: what the program has written and read.
    written: u32,
    read: u32,
}

struct World {
    cx: Cx,
    config: Config,
    mss: u16,
    iss: u32,
    irs: u32,
    isn: IsnSource,
    listener: Option<Listener>,
    connections: BTreeMap<u16, Connection>,
    peers: BTreeMap<u16, Peer>,
    outbox: VecDeque<(u16, String)>,
    events: Vec<(String, String)>,
    told: Told,
}

fn ends(port: u16) -> Endpoints {
    Endpoints {
        local: ([10, 0, 0, 1], LOCAL_PORT).into(),
        remote: ([10, 0, 0, 2], 40_000 + port).into(),
    }
}

impl World {
    fn new() -> World {
        let mut cx = Cx::new(NodeId(1), true);
        cx.set_now(Instant::ZERO + Duration::from_secs(10));
        World {
            cx,
            config: Config { timestamps: false, ..Config::default() },
            mss: 1_460,
            iss: 1_000,
            irs: 500_000,
            isn: IsnSource::new([9; 16]),
            listener: None,
            connections: BTreeMap::new(),
            peers: BTreeMap::new(),
            outbox: VecDeque::new(),
            events: Vec::new(),
            told: Told::default(),
        }
    }

    fn peer(&mut self, port: u16) -> &mut Peer {
        self.peers.entry(port).or_default()
    }

    fn configure(&mut self, words: &[&str]) {
        for word in words {
            let (name, value) = word.split_once('=').expect("name=value");
            let number = || value.parse::<u32>().expect("a number");
            match name {
                "nagle" => self.config.nagle = value == "on",
                "sack" => self.config.sack = value == "on",
                "timestamps" => self.config.timestamps = value == "on",
                "scaling" => self.config.window_scaling = value == "on",
                "mss" => self.mss = number() as u16,
                "send_buffer" => self.config.send_buffer = number(),
                "receive_buffer" => self.config.receive_buffer = number(),
                "initial_window" => self.config.initial_window = number() as u8,
                "iss" => self.iss = number(),
                "irs" => self.irs = number(),
                "delayed_ack" => self.config.delayed_ack = span(value),
                "user_timeout" => self.config.user_timeout = span(value),
                "keepalive" => {
                    let idle = span(value);
                    let interval = Duration::from_secs(1);
                    self.config.keepalive = Some(tcp::Keepalive { idle, interval, probes: 3 });
                }
                other => panic!("unknown knob {other}"),
            }
        }
    }

    /// Takes everything that wants to leave.
    fn pump(&mut self) {
        let ports: Vec<u16> = self.connections.keys().copied().collect();
        for port in ports {
            while let Some(segment) =
                self.connections.get_mut(&port).and_then(|it| it.poll_segment(&mut self.cx))
            {
                self.sent(port, segment);
            }
        }
        while let Some((endpoints, segment)) =
            self.listener.as_mut().and_then(|it| it.poll_segment(&mut self.cx))
        {
            self.sent(endpoints.remote.port() - 40_000, segment);
        }
        self.collect();
    }

    fn collect(&mut self) {
        for event in self.cx.trace.drain() {
            let sentence = event.reason.sentence(&event.args, base::Lang::En);
            self.told.take(&event);
            self.events.push((event.reason.name.to_owned(), sentence));
        }
    }

    fn sent(&mut self, port: u16, segment: Segment) {
        let irs = self.irs;
        let peer = self.peer(port);
        let header = &segment.header;
        if header.flags.has(Flags::SYN) {
            if peer.iss.is_some_and(|old| old != header.seq) {
                *peer = Peer::default(); // a new life of the same endpoints
            }
            peer.iss = Some(header.seq);
        }
        let seq = peer.iss.map_or(header.seq.0, |iss| header.seq.since(iss));
        let mut text = format!("{} {seq}({})", flags_text(header.flags), segment.payload.len());
        if header.flags.has(Flags::ACK) {
            text += &format!(" ack={}", header.ack.0.wrapping_sub(irs));
        }
        text += &format!(" win={}", header.window);
        let options = &header.options;
        if let Some(mss) = options.mss {
            text += &format!(" mss={mss}");
        }
        if options.sack_permitted {
            text += " sackok";
        }
        if let Some(shift) = options.window_scale {
            text += &format!(" ws={shift}");
        }
        if let Some(stamp) = options.timestamps {
            let first = *peer.first_stamp.get_or_insert(stamp.value);
            peer.last_stamp = stamp.value;
            text += &format!(" ts={}/{}", stamp.value.wrapping_sub(first), stamp.echo);
        }
        if !options.sack.is_empty() {
            let blocks: Vec<String> = options
                .sack
                .as_slice()
                .iter()
                .map(|(l, r)| format!("{}-{}", l.0.wrapping_sub(irs), r.0.wrapping_sub(irs)))
                .collect();
            text += &format!(" sack={}", blocks.join(","));
        }
        let start = seq.wrapping_sub(1);
        let mut octets = vec![0; segment.payload.len()];
        segment.payload.copy_to(&mut octets);
        for (index, got) in octets.iter().enumerate() {
            assert_eq!(*got, octet(start.wrapping_add(index as u32)), "wrong octet in {text}");
        }
        self.outbox.push_back((port, text));
    }

    fn arrive(&mut self, port: u16, words: &[&str]) {
        let irs = self.irs;
        let peer = *self.peer(port);
        let place = words[1];
        let (seq, len) = place.trim_end_matches(')').split_once('(').expect("seq(len)");
        let number = |text: &str| match text.strip_prefix('-') {
            Some(n) => n.parse::<u32>().expect("a number").wrapping_neg(),
            None => text.parse::<u32>().expect("a number"),
        };
        let (seq, len) = (number(seq), number(len));
        let mut header = Header {
            src_port: 40_000 + port,
            dst_port: LOCAL_PORT,
            seq: Seq(irs.wrapping_add(seq)),
            flags: flags_of(words[0]),
            window: 65_535,
            ..Header::default()
        };
        if let Some(ack) = field(words, "ack") {
            header.ack = Seq(number(ack)) + peer.iss.unwrap_or_default().0;
        }
        if let Some(window) = field(words, "win") {
            header.window = number(window) as u16;
        }
        if let Some(pointer) = field(words, "urg") {
            header.urgent = number(pointer) as u16;
        }
        header.options.mss = field(words, "mss").map(|mss| number(mss) as u16);
        header.options.window_scale = field(words, "ws").map(|shift| number(shift) as u8);
        header.options.sack_permitted = words.contains(&"sackok");
        if let Some(stamp) = field(words, "ts") {
            let (value, echo) = stamp.split_once('/').expect("value/echo");
            let echo = match echo {
                "last" => peer.last_stamp,
                n => peer.first_stamp.unwrap_or(0).wrapping_add(number(n)),
            };
            header.options.timestamps = Some(Timestamps { value: number(value), echo });
        }
        if let Some(blocks) = field(words, "sack") {
            let iss = peer.iss.unwrap_or_default().0;
            for block in blocks.split(',') {
                let (left, right) = block.split_once('-').expect("left-right");
                header.options.sack.push(Seq(number(left)) + iss, Seq(number(right)) + iss);
            }
        }
        let first = seq.wrapping_sub(u32::from(!header.flags.has(Flags::SYN)));
        let octets: Vec<u8> = (0..len).map(|i| octet(first.wrapping_add(i))).collect();
        self.cx.trace.entered();
        let journey = self.cx.trace.born();
        self.cx.trace.ended(trace::Fate::Sent); // (born only to get a number)
        let segment =
            Segment { header, payload: Body::from(octets), journey, parent: base::Journey::NONE };
        self.deliver(port, segment);
        assert_eq!(self.cx.trace.ledger().held(), 0, "a segment must have exactly one fate");
    }

    fn deliver(&mut self, port: u16, segment: Segment) {
        let over = self.connections.get(&port).is_some_and(|it| {
            it.is_over() || self.listener.is_some() && it.may_be_replaced_by(&segment)
        });
        let mut beyond = None;
        if over && let Some(mut old) = self.connections.remove(&port) {
            beyond = (old.state() == tcp::StateName::TimeWait).then(|| old.info().snd_nxt);
            old.cut_time_wait(&mut self.cx);
        }
        if let Some(connection) = self.connections.get_mut(&port) {
            connection.handle_segment(&mut self.cx, segment);
        } else if let Some(listener) = &mut self.listener {
            let (isn, mss) = (&self.isn, self.mss);
            match listener.handle_segment(&mut self.cx, ends(port), segment, isn, mss, beyond) {
                ListenOutcome::Ended => {}
                ListenOutcome::Reset(reset) => self.sent(port, reset),
                ListenOutcome::Established(connection) => {
                    assert!(listener.push_accepted(u64::from(port)));
                    self.connections.insert(port, *connection);
                }
            }
        } else {
            self.cx.trace.ended(trace::Fate::Dropped);
            if let Some(reset) = tcp::reset_for(&segment) {
                self.sent(port, reset);
            }
        }
    }

    fn advance(&mut self, by: Duration) {
        let end = self.cx.now() + by;
        for _ in 0..100_000 {
            let deadlines = self
                .connections
                .values()
                .filter_map(Connection::next_deadline)
                .chain(self.listener.as_ref().and_then(Listener::next_deadline));
            let Some(next) = deadlines.min().filter(|next| *next <= end) else {
                self.cx.set_now(end);
                return;
            };
            self.cx.set_now(next);
            for connection in self.connections.values_mut() {
                connection.handle_timeout(&mut self.cx);
            }
            if let Some(listener) = &mut self.listener {
                listener.handle_timeout(&mut self.cx);
            }
            self.pump();
        }
        panic!("the timers never come to rest");
    }

    fn receive(&mut self, port: u16, want: &str) {
        let start = self.peer(port).read;
        let connection = self.connections.get_mut(&port).expect("a connection");
        let limit = want.parse::<usize>().unwrap_or(1);
        let mut out = vec![0; limit];
        let mut got = 0;
        let last = loop {
            match connection.receive(&mut self.cx, &mut out[got..]) {
                Ok(0) => break Ok(0),
                Ok(n) => got += n,
                Err(error) => break Err(error),
            }
            if got == limit {
                break Ok(got);
            }
        };
        for (index, octet_got) in out[..got].iter().enumerate() {
            assert_eq!(*octet_got, octet(start + index as u32), "octet {index} read");
        }
        self.peer(port).read += got as u32;
        let told = match last {
            _ if got > 0 => got.to_string(),
            Ok(_) => "eof".to_owned(),
            Err(error) => format!("{error:?}").to_lowercase(),
        };
        assert_eq!(told, want, "what the program reads");
    }

    fn expect(&mut self, port: u16, words: &[&str]) {
        let Some((got_port, got)) = self.outbox.pop_front() else {
            panic!("expected a segment, none left");
        };
        let tokens: Vec<&str> = got.split(' ').collect();
        let missing = words.iter().enumerate().any(|(index, word)| match *word {
            "nosack" => got.contains("sack="),
            "nosackok" => tokens.contains(&"sackok"),
            "nows" => got.contains("ws="),
            "nots" => got.contains("ts="),
            word if index < 2 => word != "*" && tokens.get(index) != Some(&word),
            word if word.ends_with("=*") => {
                !tokens.iter().any(|t| t.starts_with(&word[..word.len() - 1]))
            }
            word => !tokens.contains(&word),
        });
        assert!(!missing && got_port == port, "expected {words:?}\n     got p{got_port} {got}");
    }

    fn call(&mut self, port: u16, words: &[&str]) {
        let cx = &mut self.cx;
        match words[0] {
            "connect" => {
                let iss = Seq(self.iss);
                let config = &self.config.clone().into();
                let connection = Connection::connect(cx, config, ends(port), iss, self.mss);
                self.connections.insert(port, connection);
            }
            "listen" => {
                let backlog = words.get(1).map_or(16, |n| n.parse().expect("a number"));
                self.listener = Some(Listener::new(self.config.clone(), backlog));
            }
            "accept" => {
                let key = self.listener.as_mut().and_then(Listener::accept);
                let want = if words.get(1) == Some(&"none") { None } else { Some(u64::from(port)) };
                assert_eq!(key, want, "accept");
            }
            "recv" => self.receive(port, words[1]),
            "event" | "noevent" => {
                self.collect();
                let seen = self.events.iter().any(|event| event.0 == words[1]);
                assert_eq!(seen, words[0] == "event", "{} in {:#?}", words[1], self.events);
                self.events.clear();
            }
            "send" => {
                let len: u32 = words[1].parse().expect("a number");
                let want = words.get(2).map_or(len, |n| n.parse().expect("a number"));
                let start = self.peer(port).written;
                let data: Vec<u8> = (0..len).map(|i| octet(start + i)).collect();
                let connection = self.connections.get_mut(&port).expect("a connection");
                let took = connection.send(&mut self.cx, &data).expect("it takes data");
                assert_eq!(took as u32, want, "octets taken");
                self.peer(port).written += took as u32;
            }
            "told" => assert_eq!(self.told.read(port), &words[1..], "told"),
            "state" if words[1] == "LISTEN" => {
                assert_eq!(self.listener.as_ref().map(Listener::syn_queue_len), Some(0));
            }
            "state" if words[1] == "HALF-OPEN" => {
                let want = words[2].parse().expect("a number");
                assert_eq!(self.listener.as_ref().map(Listener::syn_queue_len), Some(want));
            }
            _ => self.call_connection(port, words),
        }
    }

    fn call_connection(&mut self, port: u16, words: &[&str]) {
        let cx = &mut self.cx;
        let connection = self.connections.get_mut(&port).expect("a connection");
        match words[0] {
            "shutdown" => connection.shutdown_send(cx),
            "close" => connection.close(cx),
            "abort" => connection.abort(cx),
            "keepalive" => {
                let idle = words.get(1).filter(|word| **word != "off").map(|word| span(word));
                let each = |idle| Keepalive { idle, interval: Duration::from_secs(1), probes: 3 };
                connection.set_keepalive(cx, idle.map(each));
            }
            "user-timeout" => connection.set_user_timeout(span(words[1])),
            "nodelay" => connection.set_nagle(false),
            "state" => assert_eq!(connection.state().to_string(), words[1], "the state"),
            "expect-error" => {
                let failed = connection.readiness().failed;
                let told =
                    failed.map_or("none".to_owned(), |e: Error| format!("{e:?}").to_lowercase());
                assert_eq!(told, words[1], "the error");
            }
            "icmp" => {
                let kind = match words[1] {
                    "hard" => IcmpErrorKind::Hard,
                    "soft" => IcmpErrorKind::Soft,
                    mtu => IcmpErrorKind::TooBig { mtu: mtu.parse().expect("an MTU") },
                };
                let quoted: u32 = words[2].parse().expect("a number");
                let iss = self.peers.get(&port).and_then(|it| it.iss).unwrap_or_default();
                connection.handle_icmp_error(cx, kind, iss + quoted);
            }
            "info" => {
                let info = connection.info();
                for word in &words[1..] {
                    let (name, want) = word.split_once('=').expect("name=value");
                    let got = match name {
                        "cwnd" => u64::from(info.cwnd),
                        "ssthresh" => u64::from(info.ssthresh),
                        "in_flight" => u64::from(info.in_flight),
                        "rto_ms" => info.rto.as_millis(),
                        "srtt_ms" => info.srtt.as_millis(),
                        "mss" => u64::from(info.mss),
                        "retransmissions" => u64::from(info.retransmissions),
                        "snd_wnd" => u64::from(info.snd_wnd),
                        "received" => info.bytes_received,
                        "send_queue" => info.send_queue as u64,
                        other => panic!("unknown field {other}"),
                    };
                    assert_eq!(got.to_string(), want, "{name}");
                }
            }
            other => panic!("unknown line {other}"),
        }
    }

    /// `open OPTIONS`: a connection that the peer opens, up to `accept`; `rtt=10ms`: so slowly.
    fn open(&mut self, port: u16, options: &str) {
        let (rtts, options): (Vec<&str>, Vec<&str>) =
            options.split(' ').partition(|word| word.starts_with("rtt="));
        let window = options.iter().find(|word| word.starts_with("win=")).unwrap_or(&"");
        let stamped = options.iter().any(|word| word.starts_with("ts="));
        let stamp = if stamped { " ts=101/last" } else { "" };
        if self.listener.is_none() {
            self.line("listen 8");
        }
        self.line(&format!("p{port} < S 0(0) {}", options.join(" ")));
        self.line(&format!("p{port} > S. 0(0) ack=1"));
        for rtt in rtts {
            self.line(&rtt.replace("rtt=", "+"));
        }
        self.line(&format!("p{port} < . 1(0) ack=1 {window}{stamp}"));
        self.line(&format!("p{port} accept"));
        self.events.clear();
    }

    fn line(&mut self, line: &str) {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        let mut port = 1;
        if let Some(number) = words[0].strip_prefix('p').and_then(|n| n.parse::<u16>().ok()) {
            port = number;
            words.remove(0);
        }
        if words[0] == ">" {
            return self.expect(port, &words[1..]);
        }
        if words[0] == ">*" {
            return self.outbox.clear();
        }
        let looks =
            ["state", "told", "event", "noevent", "info", "expect-error"].contains(&words[0]);
        if !looks && let Some((port, text)) = self.outbox.front() {
            panic!("a segment that was not expected: p{port} {text}");
        }
        match words[0] {
            "<" => self.arrive(port, &words[1..]),
            "config" => self.configure(&words[1..]),
            "none" => {}
            "open" => self.open(port, &words[1..].join(" ")),
            word if word.starts_with('+') => self.advance(span(&word[1..])),
            _ => self.call(port, &words),
        }
        if words[0] != "event" && words[0] != "noevent" {
            self.pump();
        }
        self.collect();
        self.told.check(&self.connections);
    }
}

/// Runs every case of a script; the message of a failure names file and line.
fn check(name: &str, script: &str) -> usize {
    let mut world = World::new();
    let mut cases = 0;
    for (index, line) in script.lines().enumerate() {
        let line = line.split('#').next().unwrap_or("").trim();
        if line.is_empty() {
            continue;
        }
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            if line.starts_with("case ") {
                if let Some((port, text)) = world.outbox.front() {
                    panic!("a segment that was not expected: p{port} {text}");
                }
                world = World::new();
                cases += 1;
            } else {
                world.line(line);
            }
        }));
        if let Err(panic) = result {
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                .unwrap_or_default();
            panic!("\n{name}:{}: {line}\n{text}\n", index + 1);
        }
    }
    assert!(world.outbox.is_empty(), "{name}: at the end: {:?}", world.outbox);
    cases
}

#[test]
fn every_script() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|it| it.expect("an entry").path())
        .collect();
    files.sort();
    std::panic::set_hook(Box::new(|_| {})); // `check` tells where
    let (mut cases, mut failures) = (0, Vec::new());
    for file in &files {
        let script = std::fs::read_to_string(file).expect("a script");
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match std::panic::catch_unwind(|| check(&name, &script)) {
            Ok(n) => cases += n,
            Err(panic) => failures.extend(panic.downcast_ref::<String>().cloned()),
        }
    }
    let _ = std::panic::take_hook();
    assert!(failures.is_empty(), "{}", failures.concat());
    println!("{cases} cases in {} scripts", files.len());
    assert!(cases >= 60 && files.len() >= 12, "scripts are missing: {cases} cases");
}
