//! One row per rule: a packet goes into a router (or host), a line of text comes out.
//!
//! The line is `verdict | packets of its own | reasons`, and in each row every frame is accounted for.

use super::*;
use base::{Duration, Frame, Journey, NodeId, RandomSource};
use core::fmt::Write;
use trace::Fate;
use wire::ipv4::Header;

pub(crate) const ROUTER: Config =
    Config { forwarding: true, default_ttl: 64, icmp_rate: 1000, icmp_burst: 50 };

pub(crate) fn v4(text: &str) -> Ipv4Addr {
    text.parse().expect("an IPv4 address")
}
pub(crate) fn ip_of(text: &str) -> IpAddr {
    text.parse().expect("an IP address")
}
pub(crate) fn net(text: &str) -> IpNet {
    text.parse().expect("a prefix")
}

/// A packet under test; the default is a UDP-like one from lan 1 to lan 2.
#[derive(Clone)]
pub(crate) struct Probe {
    pub(crate) interface: u16,
    pub(crate) link_broadcast: bool,
    pub(crate) src: &'static str,
    pub(crate) dst: &'static str,
    pub(crate) ttl: u8,
    pub(crate) id: u16,
    pub(crate) dont_fragment: bool,
    pub(crate) more_fragments: bool,
    pub(crate) offset: u16,
    pub(crate) protocol: Protocol,
    pub(crate) options: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

impl Default for Probe {
    fn default() -> Self {
        Probe {
            interface: 1,
            link_broadcast: false,
            src: "10.0.1.9",
            dst: "10.0.2.9",
            ttl: 64,
            id: 7,
            dont_fragment: false,
            more_fragments: false,
            offset: 0,
            protocol: Protocol::UDP,
            options: Vec::new(),
            payload: vec![0; 32],
        }
    }
}

impl Probe {
    pub(crate) fn octets(&self) -> Vec<u8> {
        let header_len = 20 + self.options.len();
        let header = Header {
            header_len: header_len as u8,
            tos: 0,
            total_len: (header_len + self.payload.len()) as u16,
            id: self.id,
            dont_fragment: self.dont_fragment,
            more_fragments: self.more_fragments,
            fragment_offset: self.offset,
            ttl: self.ttl,
            protocol: self.protocol,
            src: v4(self.src),
            dst: v4(self.dst),
        };
        let mut octets = vec![0; header_len];
        fragments::emit_with_options(&header, &self.options, &mut octets);
        octets.extend_from_slice(&self.payload);
        octets
    }
}

/// An ICMP message as a payload.
pub(crate) fn icmp(header: icmpv4::Header, rest: &[u8]) -> Vec<u8> {
    let mut octets = vec![0; 8];
    header.emit(&mut octets, rest, &base::Body::EMPTY);
    octets.extend_from_slice(rest);
    octets
}

pub(crate) struct Bench {
    pub(crate) cx: Cx,
    pub(crate) ip: Ip,
    /// Datagrams that were delivered.
    pub(crate) delivered: Vec<Datagram>,
    /// Packets that went out, whole.
    pub(crate) sent: Vec<Vec<u8>>,
}

impl Bench {
    /// Lan 1 (10.0.1.1/24), lan 2 (10.0.2.1/24), a narrow one (10.0.3.1/24, MTU 576), and a route to
    /// 192.168.0.0/16 by 10.0.2.254.
    pub(crate) fn new(config: Config) -> Self {
        let random = RandomSource::new(1, "router", 0).stream("ip");
        let mut ip = Ip::new(config, random);
        for (interface, mtu) in [(1, 1500), (2, 1500), (3, 576)] {
            let id = InterfaceId(interface);
            ip.set_interface(id, InterfaceConfig { mtu, up: true });
            let address = net(&format!("10.0.{interface}.1/24"));
            ip.add_address(id, address).expect("a good address");
        }
        ip.add_route(Route {
            destination: net("192.168.0.0/16"),
            via: Some(ip_of("10.0.2.254")),
            interface: InterfaceId(2),
            metric: 0,
            source: None,
        })
        .expect("a good route");
        let cx = Cx::new(NodeId(1), true);
        Bench { cx, ip, delivered: Vec::new(), sent: Vec::new() }
    }

    pub(crate) fn at_ms(&mut self, ms: u64) {
        self.cx.set_now(Instant::ZERO + Duration::from_millis(ms));
    }

    pub(crate) fn frame(&mut self, octets: Vec<u8>) -> Frame {
        self.cx.trace.entered();
        let mut frame = self.cx.pool.frame_from(octets.into());
        frame.meta_mut().journey = Journey { origin: NodeId(9), count: 1 };
        frame
    }

    /// Puts a packet in and tells what became of it.
    pub(crate) fn put(&mut self, probe: &Probe) -> String {
        let frame = self.frame(probe.octets());
        self.put_frame(InterfaceId(probe.interface), probe.link_broadcast, frame)
    }

    pub(crate) fn put_frame(
        &mut self,
        interface: InterfaceId,
        link_broadcast: bool,
        frame: Frame,
    ) -> String {
        let verdict = self.ip.handle_packet(&mut self.cx, interface, link_broadcast, frame);
        let text = match verdict {
            Verdict::Deliver(datagram) => {
                self.cx.trace.ended(Fate::Delivered);
                let to = if datagram.broadcast { "deliver to all" } else { "deliver" };
                self.delivered.push(datagram);
                to.to_owned()
            }
            Verdict::Forward(outgoing) => self.send_out(outgoing),
            Verdict::Ended => "-".to_owned(),
        };
        self.tell(text)
    }

    /// Drains what the layer sends by itself, and the reasons; checks the account.
    pub(crate) fn tell(&mut self, mut text: String) -> String {
        text.push_str(" |");
        while let Some(outgoing) = self.ip.poll_packet(&mut self.cx) {
            let out = self.send_out(outgoing);
            let _ = write!(text, " {out}");
        }
        assert_eq!(self.cx.trace.ledger().held(), self.ip.held() as i64, "conservation: {text}");
        text.push_str(" |");
        for event in self.cx.trace.drain() {
            let _ = write!(text, " {}", event.reason.name);
        }
        text
    }

    /// `2>10.0.2.9` (interface and next hop); for ICMP also from whom, type and code.
    fn send_out(&mut self, outgoing: Outgoing) -> String {
        self.cx.trace.ended(Fate::Sent);
        let octets = outgoing.frame.to_vec();
        let header = Header::parse(&octets, 0).expect("our packets are sound");
        assert_eq!(usize::from(header.total_len), octets.len());
        assert!(octets.len() <= usize::from(outgoing.path.mtu));
        let mut text = format!("{}>{}", outgoing.path.interface.0, outgoing.path.next_hop);
        if header.protocol == Protocol::ICMP && !header.is_fragment() {
            let message = &octets[usize::from(header.header_len)..];
            icmpv4::Header::parse(message, &base::Body::EMPTY).expect("our ICMP is sound");
            let _ = write!(text, "({} icmp {}.{})", header.src, message[0], message[1]);
        }
        self.sent.push(octets);
        text
    }
}

/// Runs each row in a fresh machine.
pub(crate) fn check(config: Config, rows: &[(&str, Probe, &str)]) {
    for (rule, probe, want) in rows {
        assert_eq!(Bench::new(config).put(probe), *want, "{rule}");
    }
}

pub(crate) fn probe(change: impl FnOnce(&mut Probe)) -> Probe {
    let mut probe = Probe::default();
    change(&mut probe);
    probe
}
fn from(src: &'static str) -> Probe {
    probe(|p| p.src = src)
}
fn to(dst: &'static str) -> Probe {
    probe(|p| p.dst = dst)
}

#[test]
fn a_router_forwards_and_delivers() {
    check(
        ROUTER,
        &[
            ("rfc1812#5.2.1: on link", probe(|_| ()), "2>10.0.2.9 | | forwarded"),
            ("rfc1812#5.2.4.3: by a router", to("192.168.7.7"), "2>10.0.2.254 | | forwarded"),
            ("back by where it came", to("10.0.1.8"), "1>10.0.1.8 | | forwarded"),
            ("rfc1122#3.2.1.3: for us", to("10.0.1.1"), "deliver | |"),
            ("rfc1122#3.3.4.2: another address of ours", to("10.0.2.1"), "deliver | |"),
            (
                "rfc1122#3.2.1.7: TTL 1 is enough for us",
                probe(|p| (p.dst, p.ttl) = ("10.0.1.1", 1)),
                "deliver | |",
            ),
            ("and so is 0", probe(|p| (p.dst, p.ttl) = ("10.0.1.1", 0)), "deliver | |"),
            ("rfc919: to all", to("255.255.255.255"), "deliver to all | |"),
            ("rfc922: to this network", to("10.0.1.255"), "deliver to all | |"),
            ("rfc2644#2: not to another network", to("10.0.2.255"), "- | | directed_broadcast"),
            (
                "rfc1812#5.3.4: no unicast in a broadcast frame",
                probe(|p| p.link_broadcast = true),
                "- | | link_broadcast",
            ),
            (
                "rfc1122#3.3.6: not for us either",
                probe(|p| (p.dst, p.link_broadcast) = ("10.0.1.1", true)),
                "- | | link_broadcast",
            ),
            (
                "to all in a broadcast frame",
                probe(|p| (p.dst, p.link_broadcast) = ("10.0.1.255", true)),
                "deliver to all | |",
            ),
            ("rfc1112#7.2: a group", to("224.0.0.5"), "- | | group_not_joined"),
            (
                "rfc1812#5.3.1: TTL 1",
                probe(|p| p.ttl = 1),
                "- | 1>10.0.1.9(10.0.1.1 icmp 11.0) | icmp_sent ttl_exceeded",
            ),
            (
                "rfc1812#5.3.1: TTL 0",
                probe(|p| p.ttl = 0),
                "- | 1>10.0.1.9(10.0.1.1 icmp 11.0) | icmp_sent ttl_exceeded",
            ),
            ("TTL 2", probe(|p| p.ttl = 2), "2>10.0.2.9 | | forwarded"),
            (
                "rfc1812#5.2.7.1: no route",
                to("172.16.0.1"),
                "- | 1>10.0.1.9(10.0.1.1 icmp 3.0) | icmp_sent no_route",
            ),
            ("rfc3927#7: link-local", to("169.254.1.1"), "- | | link_local"),
            ("rfc3927#7: link-local source", from("169.254.1.1"), "- | | link_local"),
            (
                "rfc1191#4: too big and not to be cut",
                probe(|p| {
                    (p.dst, p.dont_fragment, p.payload) = ("10.0.3.9", true, vec![1; 557]);
                }),
                "- | 1>10.0.1.9(10.0.1.1 icmp 3.4) | icmp_sent too_big",
            ),
            (
                "it just fits",
                probe(|p| {
                    (p.dst, p.dont_fragment, p.payload) = ("10.0.3.9", true, vec![1; 556]);
                }),
                "3>10.0.3.9 | | forwarded",
            ),
            (
                "one octet too big",
                probe(|p| (p.dst, p.payload) = ("10.0.3.9", vec![1; 557])),
                "3>10.0.3.9 | 3>10.0.3.9 | forwarded fragmented",
            ),
            (
                "rfc791#3.2: too big and cut",
                probe(|p| (p.dst, p.payload) = ("10.0.3.9", vec![1; 1200])),
                "3>10.0.3.9 | 3>10.0.3.9 3>10.0.3.9 | forwarded fragmented",
            ),
        ],
    );
}

#[test]
fn a_host_forwards_nothing() {
    let host = Config { forwarding: false, ..ROUTER };
    check(
        host,
        &[
            ("rfc1122#3.2.1.3: another's", probe(|_| ()), "- | | not_for_us"),
            ("another network's broadcast", to("10.0.2.255"), "- | | not_for_us"),
            (
                "rfc1122#3.2.1.3: another's, with bad options",
                probe(|p| p.options = vec![7, 99, 0, 0]),
                "- | | not_for_us",
            ),
            (
                "another's, with a source route",
                probe(|p| p.options = vec![131, 7, 4, 10, 0, 2, 8, 0]),
                "- | | not_for_us",
            ),
            ("ours", to("10.0.1.1"), "deliver | |"),
        ],
    );
}

#[test]
fn martians() {
    let (src, dst) = ("- | | martian_source", "- | | martian_destination");
    check(
        ROUTER,
        &[
            ("rfc1122#3.2.1.3 (a)", from("0.0.0.0"), src),
            (
                "rfc1122#3.2.1.3 (a): DHCP",
                probe(|p| (p.src, p.dst) = ("0.0.0.0", "255.255.255.255")),
                "deliver to all | |",
            ),
            ("rfc1122#3.2.1.3 (b)", from("0.1.2.3"), src),
            ("rfc1122#3.2.1.3 (c)", from("255.255.255.255"), src),
            ("rfc1122#3.2.1.3 (d)", from("10.0.1.255"), src),
            ("rfc1122#3.2.1.3 (d): of another lan", from("10.0.2.255"), src),
            ("rfc1122#3.2.1.3 (g)", from("127.0.0.1"), src),
            ("a group", from("224.0.0.1"), src),
            ("240/4", from("240.0.0.1"), src),
            ("our own address", from("10.0.1.1"), src),
            ("our own address of another lan", from("10.0.2.1"), src),
            ("rfc1122#3.2.1.3 (g): to loopback", to("127.0.0.1"), dst),
            ("to 0/8", to("0.0.0.0"), dst),
            ("to 240/4", to("250.0.0.1"), dst),
            (
                "loopback on loopback",
                probe(|p| (p.interface, p.src, p.dst) = (0, "127.0.0.1", "127.0.0.1")),
                "deliver | |",
            ),
        ],
    );
}

#[test]
fn options() {
    let route = |pointer| vec![131, 7, pointer, 10, 0, 2, 8, 0];
    check(
        ROUTER,
        &[
            (
                "rfc7126#4.3: a source route whose next station is here",
                probe(|p| (p.options, p.dst) = (route(4), "10.0.1.1")),
                "- | 1>10.0.1.9(10.0.1.1 icmp 3.5) | icmp_sent source_routed",
            ),
            (
                "rfc791#3.1: a loose one whose next station is elsewhere",
                probe(|p| p.options = route(4)),
                "2>10.0.2.9 | | forwarded",
            ),
            (
                "rfc791#3.1: a strict one that has left its way",
                probe(|p| p.options = vec![137, 7, 4, 10, 0, 2, 8, 0]),
                "- | 1>10.0.1.9(10.0.1.1 icmp 3.5) | icmp_sent source_routed",
            ),
            (
                "rfc1122#3.2.2: to everybody, no error",
                probe(|p| (p.options, p.dst) = (route(4), "10.0.1.255")),
                "- | | icmp_withheld source_routed",
            ),
            (
                "one that is at its end",
                probe(|p| (p.options, p.dst) = (route(8), "10.0.1.1")),
                "deliver | |",
            ),
            (
                "rfc1812#5.3.13.5: record route",
                probe(|p| p.options = vec![7, 7, 4, 0, 0, 0, 0, 0]),
                "2>10.0.2.9 | | recorded forwarded",
            ),
            (
                "one that is full",
                probe(|p| p.options = vec![7, 7, 8, 9, 9, 9, 9, 0]),
                "2>10.0.2.9 | | forwarded",
            ),
            (
                "rfc791#3.1: one with half a place",
                probe(|p| p.options = vec![7, 7, 6, 0, 0, 0, 0, 0]),
                "- | 1>10.0.1.9(10.0.1.1 icmp 12.0) | icmp_sent bad_option",
            ),
            (
                "rfc1812#5.3.13.6: timestamp",
                probe(|p| p.options = vec![68, 8, 5, 0, 0, 0, 0, 0]),
                "2>10.0.2.9 | | recorded forwarded",
            ),
            (
                "rfc1812#5.3.13.6: timestamp, full",
                probe(|p| p.options = vec![68, 8, 9, 0, 0, 0, 0, 0]),
                "2>10.0.2.9 | | recorded forwarded",
            ),
            (
                "rfc1122#3.2.2.5: malformed",
                probe(|p| p.options = vec![7, 99, 0, 0]),
                "- | 1>10.0.1.9(10.0.1.1 icmp 12.0) | icmp_sent bad_option",
            ),
        ],
    );
}

#[test]
fn malformed_packets_end_with_a_reason() {
    let whole = Probe::default().octets();
    let change = |at: usize, to: u8| {
        let mut octets = whole.clone();
        octets[at] = to;
        octets
    };
    let mut padded = whole.clone();
    padded.extend([0; 9]);
    let rows = [
        ("empty", Vec::new(), "- | | malformed_packet"),
        ("cut in the header", whole[..19].to_vec(), "- | | malformed_packet"),
        ("cut in the payload", whole[..40].to_vec(), "- | | malformed_packet"),
        ("rfc1122#3.2.1.1: version 5", change(0, 0x55), "- | | malformed_packet"),
        ("version 6", change(0, 0x65), "- | | ipv6_not_spoken"),
        ("header of 16 octets", change(0, 0x44), "- | | malformed_packet"),
        ("rfc1122#3.2.1.2: checksum", change(10, 0xaa), "- | | malformed_packet"),
        ("rfc791#3.1: padding is cut off", padded, "2>10.0.2.9 | | forwarded"),
    ];
    for (rule, octets, want) in rows {
        let mut bench = Bench::new(ROUTER);
        let frame = bench.frame(octets);
        assert_eq!(bench.put_frame(InterfaceId(1), false, frame), want, "{rule}");
    }
}

#[test]
fn forwarding_and_delivery_do_not_copy_the_body() {
    let octets = bytes::Bytes::from(probe(|p| p.payload = vec![5; 1400]).octets());
    let mut bench = Bench::new(ROUTER);
    bench.cx.trace.entered();
    let frame = bench.cx.pool.frame_with_headers(octets.clone(), 28);
    let at = octets[28..].as_ptr();
    let Verdict::Forward(out) = bench.ip.handle_packet(&mut bench.cx, InterfaceId(1), false, frame)
    else {
        panic!("forwarded")
    };
    assert_eq!(out.frame.body().views()[0].as_ptr(), at);
    let header = Header::parse(out.frame.head(), out.frame.body().len()).expect("RFC 1624 sum");
    assert_eq!(header.ttl, 63);
}

pub(crate) fn own(dst: &str) -> Packet {
    Packet {
        source: None,
        destination: ip_of(dst),
        protocol: Protocol::UDP,
        ttl: None,
        tos: 0,
        dont_fragment: false,
        interface: None,
    }
}

#[test]
fn packets_of_our_own() {
    use SendError::{BadDestination, BadSource, NoRoute, TooBig};
    let with = |dst: &str, change: fn(&mut Packet)| {
        let mut packet = own(dst);
        change(&mut packet);
        packet
    };
    let df: fn(&mut Packet) = |p| p.dont_fragment = true;
    let by3: fn(&mut Packet) = |p| p.interface = Some(InterfaceId(3));
    let nobody: fn(&mut Packet) = |p| p.source = Some(ip_of("0.0.0.0"));
    let loopback: fn(&mut Packet) = |p| p.source = Some(ip_of("127.0.0.1"));
    let foreign: fn(&mut Packet) = |p| p.source = Some(ip_of("10.0.1.7"));
    let lan1: fn(&mut Packet) = |p| p.source = Some(ip_of("10.0.1.1"));
    let rows: [(Packet, usize, Result<&str, SendError>); 20] = [
        (own("10.0.2.9"), 8, Ok("2>10.0.2.9 from 10.0.2.1")),
        (own("192.168.1.1"), 8, Ok("2>10.0.2.254 from 10.0.2.1")),
        (with("192.168.1.1", lan1), 8, Ok("2>10.0.2.254 from 10.0.1.1")),
        (own("10.0.1.1"), 8, Ok("0>10.0.1.1 from 10.0.1.1")),
        (own("127.5.5.5"), 8, Ok("0>127.5.5.5 from 127.0.0.1")),
        (own("10.0.1.255"), 8, Ok("1>10.0.1.255 from 10.0.1.1 to all")),
        (own("255.255.255.255"), 8, Ok("1>255.255.255.255 from 10.0.1.1 to all")),
        (with("255.255.255.255", by3), 8, Ok("3>255.255.255.255 from 10.0.3.1 to all")),
        (with("255.255.255.255", nobody), 8, Ok("1>255.255.255.255 from 0.0.0.0 to all")),
        (with("10.0.2.9", nobody), 8, Err(BadSource)),
        (with("10.0.2.9", foreign), 8, Err(BadSource)),
        (with("10.0.2.9", loopback), 8, Err(BadSource)),
        (with("10.0.2.9", by3), 8, Err(NoRoute)),
        (own("172.16.0.1"), 8, Err(NoRoute)),
        (own("0.0.0.0"), 8, Err(BadDestination)),
        (own("224.0.0.1"), 8, Err(BadDestination)),
        (own("240.0.0.1"), 8, Err(BadDestination)),
        (with("10.0.2.9", df), 1480, Ok("2>10.0.2.9 from 10.0.2.1")),
        (with("10.0.2.9", df), 1481, Err(TooBig { mtu: 1500 })),
        (own("10.0.2.9"), 65_516, Err(TooBig { mtu: 65_535 })),
    ];
    for (packet, len, want) in rows {
        let mut bench = Bench::new(ROUTER);
        let mut frame = bench.cx.pool.frame(vec![1; len].into());
        frame.meta_mut().journey = bench.cx.trace.born();
        let got = bench.ip.send(&mut bench.cx, &packet, frame).map(|outgoing| {
            bench.cx.trace.ended(Fate::Sent);
            let header = Header::parse(outgoing.frame.head(), outgoing.frame.body().len());
            let header = header.expect("sound");
            assert_eq!((header.ttl, IpAddr::from(header.dst)), (64, packet.destination));
            let all = if outgoing.broadcast { " to all" } else { "" };
            let path = outgoing.path;
            format!("{}>{} from {}{all}", path.interface.0, path.next_hop, header.src)
        });
        assert_eq!(got, want.map(str::to_owned), "{packet:?}");
        assert_eq!(bench.cx.trace.ledger().held(), 0);
    }
}

#[test]
fn ttl_id_and_preferred_source() {
    let mut bench = Bench::new(ROUTER);
    let id = InterfaceId(1);
    bench.ip.add_address(id, net("10.9.0.1/24")).expect("a good address");
    bench.ip.add_address(id, net("172.20.0.1/24")).expect("a good address");
    let route = Route {
        destination: net("198.51.100.0/24"),
        via: Some(ip_of("172.20.0.2")),
        interface: id,
        metric: 0,
        source: Some(ip_of("10.9.0.1")),
    };
    bench.ip.add_route(route).expect("a good route");
    bench
        .ip
        .add_route(Route { destination: net("203.0.113.0/24"), source: None, ..route })
        .expect("good");
    let mut ids = Vec::new();
    let mut send = |bench: &mut Bench, dst: &str| {
        let frame = bench.cx.pool.frame(vec![1; 8].into());
        let packet = Packet { ttl: Some(0), ..own(dst) };
        let outgoing = bench.ip.send(&mut bench.cx, &packet, frame).expect("a route");
        let header = Header::parse(outgoing.frame.head(), 8).expect("sound");
        assert_eq!(header.ttl, 1, "rfc1122#3.2.1.7: never 0");
        ids.push(header.id);
        header.src.to_string()
    };
    assert_eq!(send(&mut bench, "198.51.100.1"), "10.9.0.1", "the route's own source");
    assert_eq!(send(&mut bench, "203.0.113.1"), "172.20.0.1", "rfc1122#3.3.4.3: the router's net");
    bench.ip.remove_address(id, net("10.9.0.1/24")).expect("there");
    assert_eq!(send(&mut bench, "198.51.100.1"), "172.20.0.1", "the preferred one is gone");
    ids.dedup();
    assert_eq!(ids.len(), 3, "rfc6864#4: packets that may be cut differ in id");
}
