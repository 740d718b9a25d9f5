//! What a walk over frames remembers of their connections: stream numbers, relative numbers, scaled
//! windows, times since the first and the last frame, and the HTTP that they carry. All as Wireshark counts it.
//!
//! A header belongs to the addresses of the IP header around it: that of a packet quoted in an ICMP
//! error is one of the connection that the error is about, whose numbers it bears raw.

use base::Instant;
use base::field::{Field, Value as Dissected};
use capture::Messages;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// A field that only a walk can tell.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) value: Dissected,
    /// Which of the frame's headers of its protocol bears it, from 1.
    pub(crate) header: i64,
}

/// What is told of one header.
struct Telling {
    told: Vec<Told>,
    header: i64,
    now: Instant,
}

impl Telling {
    fn number(&mut self, name: &'static str, number: u64) {
        self.told.push(Told { name, value: Dissected::Number(number), header: self.header });
    }

    fn span(&mut self, name: &'static str, since: Instant) {
        let value = Dissected::Time(self.now - since);
        self.told.push(Told { name, value, header: self.header });
    }
}

/// The connections of a walk.
#[derive(Default)]
pub(crate) struct Streams {
    tcp: BTreeMap<(SocketAddr, SocketAddr), Stream>,
    tcp_streams: u64,
    udp: BTreeMap<(SocketAddr, SocketAddr), (u64, Times)>,
}

/// When a stream was first and last seen.
#[derive(Clone, Copy)]
struct Times {
    first: Instant,
    last: Instant,
}

impl Times {
    fn new(now: Instant) -> Times {
        Times { first: now, last: now }
    }

    fn tell(&mut self, names: [&'static str; 2], telling: &mut Telling) {
        let [relative, delta] = names;
        telling.span(relative, self.first);
        telling.span(delta, self.last);
        self.last = telling.now;
    }
}

#[derive(Default)]
struct Half {
    base: Option<u32>,
    scale: Option<u8>,
    http: Messages,
}

struct Stream {
    index: u64,
    times: Times,
    /// Of the lower endpoint, of the higher one.
    halves: [Half; 2],
}

/// One TCP or UDP header and what surrounds it.
struct Header<'a> {
    fields: &'a [Field],
    from: SocketAddr,
    to: SocketAddr,
}

impl Streams {
    /// What is to be told, at `now`, of each header in `fields`; `around` are the addresses of the IP header
    /// that is not among them. HTTP messages that the segment completes, whose payload is `http`.
    pub(crate) fn step(
        &mut self,
        now: Instant,
        octets: &[u8],
        fields: &[Field],
        around: Option<(IpAddr, IpAddr)>,
        http: Option<&[u8]>,
    ) -> (Vec<Told>, Vec<Vec<u8>>) {
        let mut telling = Telling { told: Vec::new(), header: 0, now };
        let mut messages = Vec::new();
        let mut pair = around;
        let mut quoted = false;
        for (at, field) in fields.iter().enumerate() {
            match field.name {
                "icmp" => quoted = true,
                "ip" => pair = hosts(&fields[at..]),
                "tcp" | "udp" if field.value == Dissected::Present => {
                    let (Some((src, dst)), Some(header)) = (pair, inside(fields, at)) else {
                        continue;
                    };
                    let Some((from, to)) = ports(header, field.name, src, dst) else { continue };
                    let header = Header { fields: header, from, to };
                    telling.header = headers(&fields[..=at], field.name);
                    match (field.name, quoted) {
                        ("udp", _) => self.udp(&header, quoted, &mut telling),
                        (_, true) => self.quoted(&header, octets, field.range.start, &mut telling),
                        (_, false) => {
                            messages = self.tcp(&header, http.unwrap_or(&[]), &mut telling);
                        }
                    }
                }
                _ => {}
            }
        }
        (telling.told, messages)
    }

    fn udp(&mut self, header: &Header<'_>, quoted: bool, telling: &mut Telling) {
        let (low, high, _) = ordered(header.from, header.to);
        let next = self.udp.len() as u64;
        let fresh = (next, Times::new(telling.now));
        let (index, times) = self.udp.entry((low, high)).or_insert(fresh);
        telling.number("udp.stream", *index);
        if !quoted {
            times.tell(["udp.time_relative", "udp.time_delta"], telling);
        }
    }

    /// The stream of a header; a SYN with another number opens another of the same four values.
    fn stream(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        opens: Option<u32>,
        now: Instant,
    ) -> (&mut Stream, usize) {
        let (low, high, side) = ordered(from, to);
        let known = self.tcp.get(&(low, high));
        let reopened = known.is_some_and(|stream| {
            opens.is_some()
                && stream.halves[side].base.is_some()
                && stream.halves[side].base != opens
        });
        if known.is_none() || reopened {
            self.tcp_streams += 1;
            let index = self.tcp_streams - 1;
            let fresh = Stream { index, times: Times::new(now), halves: Default::default() };
            self.tcp.insert((low, high), fresh);
        }
        let index = self.tcp_streams.saturating_sub(1);
        let fresh = || Stream { index, times: Times::new(now), halves: Default::default() };
        (self.tcp.entry((low, high)).or_insert_with(fresh), side)
    }

    /// A quotation bears raw numbers, as far as it goes.
    fn quoted(&mut self, header: &Header<'_>, octets: &[u8], at: usize, telling: &mut Telling) {
        let (stream, _) = self.stream(header.from, header.to, None, telling.now);
        telling.number("tcp.stream", stream.index);
        stream.times.tell(TCP_TIMES, telling);
        let seq = octets.get(at + 4..).and_then(|rest| rest.first_chunk::<4>());
        if let Some(seq) = seq {
            telling.number("tcp.seq", u64::from(u32::from_be_bytes(*seq)));
        }
        for (name, raw) in
            [("tcp.ack", "tcp.ack_raw"), ("tcp.window_size", "tcp.window_size_value")]
        {
            if let Some(number) = number(header.fields, raw) {
                telling.number(name, number);
            }
        }
    }

    fn tcp(&mut self, header: &Header<'_>, http: &[u8], telling: &mut Telling) -> Vec<Vec<u8>> {
        let fields = header.fields;
        let flag = |name| number(fields, name) == Some(1);
        let (syn, ack, fin) = (flag("tcp.flags.syn"), flag("tcp.flags.ack"), flag("tcp.flags.fin"));
        let Some(seq) = number(fields, "tcp.seq_raw").map(|seq| seq as u32) else {
            return Vec::new();
        };
        let (stream, side) =
            self.stream(header.from, header.to, (syn && !ack).then_some(seq), telling.now);
        let half = &mut stream.halves[side];
        let base = *half.base.get_or_insert(if syn { seq } else { seq.wrapping_sub(1) });
        if syn {
            half.scale =
                number(fields, "tcp.options.wscale.shift").map(|shift| shift.min(14) as u8);
            half.http.opens(seq.wrapping_add(1));
        }
        let length = number(fields, "tcp.len").unwrap_or(0);
        let relative = u64::from(seq.wrapping_sub(base));
        telling.number("tcp.stream", stream.index);
        stream.times.tell(TCP_TIMES, telling);
        telling.number("tcp.seq", relative);
        telling.number("tcp.nxtseq", relative + length + u64::from(syn) + u64::from(fin));
        let acknowledged = stream.acknowledged(side, ack, fields, telling);
        telling.number("tcp.ack", acknowledged);
        let both = stream.halves.iter().all(|half| half.scale.is_some());
        let shift = if both && !syn { stream.halves[side].scale.unwrap_or(0) } else { 0 };
        if let Some(window) = number(fields, "tcp.window_size_value") {
            telling.number("tcp.window_size", window << shift);
        }
        stream.halves[side].http.segment(seq.wrapping_add(u32::from(syn)), http, fin)
    }
}

impl Stream {
    /// The acknowledgement, and the edges of selective ones, from the other side's first number on.
    fn acknowledged(
        &mut self,
        side: usize,
        ack: bool,
        fields: &[Field],
        telling: &mut Telling,
    ) -> u64 {
        let raw = number(fields, "tcp.ack_raw").unwrap_or(0);
        let other = &mut self.halves[1 - side];
        if ack {
            other.base.get_or_insert((raw as u32).wrapping_sub(1));
        }
        let base = other.base.unwrap_or(0);
        for field in fields {
            if let ("tcp.options.sack_le" | "tcp.options.sack_re", Dissected::Number(edge)) =
                (field.name, &field.value)
            {
                telling.number(field.name, u64::from((*edge as u32).wrapping_sub(base)));
            }
        }
        if ack { u64::from((raw as u32).wrapping_sub(base)) } else { raw }
    }
}

const TCP_TIMES: [&str; 2] = ["tcp.time_relative", "tcp.time_delta"];

/// How many headers of a protocol there are.
pub(crate) fn headers(fields: &[Field], layer: &str) -> i64 {
    fields.iter().filter(|field| field.name == layer).count() as i64
}

/// The fields of the header whose own line is at `at`.
fn inside(fields: &[Field], at: usize) -> Option<&[Field]> {
    let depth = fields.get(at)?.depth;
    let rest = fields.get(at + 1..)?;
    let end = rest.iter().position(|field| field.depth <= depth).unwrap_or(rest.len());
    rest.get(..end)
}

fn ports(
    fields: &[Field],
    layer: &str,
    src: IpAddr,
    dst: IpAddr,
) -> Option<(SocketAddr, SocketAddr)> {
    let names = if layer == "tcp" {
        ["tcp.srcport", "tcp.dstport"]
    } else {
        ["udp.srcport", "udp.dstport"]
    };
    let [from, to] = names.map(|name| number(fields, name));
    Some((SocketAddr::new(src, from? as u16), SocketAddr::new(dst, to? as u16)))
}

fn ordered(from: SocketAddr, to: SocketAddr) -> (SocketAddr, SocketAddr, usize) {
    if from <= to { (from, to, 0) } else { (to, from, 1) }
}

/// Source and destination of the first IP header.
pub(crate) fn hosts(fields: &[Field]) -> Option<(IpAddr, IpAddr)> {
    let ip = |name: &str| {
        fields.iter().find(|field| field.name == name).and_then(|field| match field.value {
            Dissected::Ip(ip) => Some(ip),
            _ => None,
        })
    };
    Some((ip("ip.src")?, ip("ip.dst")?))
}

/// The first number under this name.
pub(crate) fn number(fields: &[Field], name: &str) -> Option<u64> {
    fields.iter().find(|field| field.name == name).and_then(|field| match field.value {
        Dissected::Number(number) => Some(number),
        Dissected::Flag(flag) => Some(u64::from(flag)),
        _ => None,
    })
}
