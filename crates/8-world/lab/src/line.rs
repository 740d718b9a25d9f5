//! One recorded frame as a line for people: where it was, whose it is, what it says in a few words.
//!
//! What it says comes from the frame alone, so the numbers are its own octets: sequence numbers are
//! the raw ones. [`summary`] needs no world; [`Line::of`] adds where and when.

use base::field::{Field, Fields, Value};
use base::{Instant, Journey, Lang};
use language::Text;
use language::diagnostic::{counted, text};
use sim::{Direction, Recorded, World};

/// What a frame says, in a few words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Its protocols from below, by Wireshark's names: `eth`, `ip`, `tcp`, `http`. What an ICMP error
    /// quotes is not among them.
    pub layers: Vec<&'static str>,
    /// The topmost source: an IP address (with the port), else a hardware address.
    pub src: String,
    /// The topmost destination.
    pub dst: String,
    /// What it is about: `SYN, seq 1835301327`.
    pub info: Text,
}

/// A recorded frame as a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the recorder.
    pub sequence: u64,
    /// When it passed the jack.
    pub time: Instant,
    /// At which node.
    pub node: String,
    /// At which of its jacks: `eth0`, `3`.
    pub jack: String,
    /// The cable in the jack.
    pub link: Option<String>,
    /// The jack at the cable's other end: `office.2`.
    pub peer: Option<String>,
    /// Into the node or out of it.
    pub direction: Direction,
    /// Which packet: `pc1:15`; empty for a frame without a journey.
    pub packet: String,
    /// The packet that it was made from or answers.
    pub parent: Option<String>,
    /// Octets of the frame, without preamble, check sequence and gap.
    pub length: usize,
    /// What it says.
    pub summary: Summary,
    /// Why it went no further, or was spoiled on its cable: the reason's name and sentence.
    pub dropped: Option<(&'static str, Text)>,
}

impl Line {
    /// The line of a recorded frame.
    pub fn of(world: &World, recorded: &Recorded) -> Line {
        let jack_name =
            |(node, jack)| format!("{}.{}", world.name(node), world.jack_name(node, jack));
        let here = (recorded.node, recorded.jack);
        let cable = world.cable_at(recorded.node, recorded.jack);
        let parent = recorded.parent();
        Line {
            sequence: recorded.sequence,
            time: recorded.time,
            node: world.name(recorded.node).to_owned(),
            jack: world.jack_name(recorded.node, recorded.jack),
            link: cable.as_ref().map(|cable| cable.name.to_owned()),
            peer: cable.map(|cable| jack_name(if cable.a == here { cable.b } else { cable.a })),
            direction: recorded.direction,
            packet: packet_name(world, recorded.journey()),
            parent: (!parent.is_none()).then(|| packet_name(world, parent)),
            length: recorded.frame.len(),
            summary: summary(&capture::dissect(&recorded.octets())),
            dropped: recorded.dropped().map(|(reason, args)| {
                let says = |lang| reason.sentence(args, lang);
                (reason.name, Text { en: says(Lang::En), zh: says(Lang::Zh) })
            }),
        }
    }
}

/// `pc1:15`; empty for none.
pub fn packet_name(world: &World, journey: Journey) -> String {
    match journey.is_none() {
        true => String::new(),
        false => format!("{}:{}", world.name(journey.origin), journey.count),
    }
}

/// The packet of this name (`pc1:15`), if it can be one of this world.
pub fn packet_named(world: &World, name: &str) -> Option<Journey> {
    let (origin, count) = name.rsplit_once(':')?;
    let count = count.parse().ok().filter(|&count| count > 0)?;
    Some(Journey { origin: world.node(origin)?, count })
}

impl Summary {
    /// The topmost protocol's name.
    pub fn protocol(&self) -> &'static str {
        self.layers.last().copied().unwrap_or("eth")
    }
}

/// A frame's fields as far as they are its own: what an ICMP error quotes is left out.
pub(crate) fn own_fields(fields: &Fields) -> &[Field] {
    let list = &fields.list;
    let icmp = list.iter().position(|field| field.name == "icmp");
    let quoted = icmp.and_then(|at| {
        let after =
            list.get(at + 1..)?.iter().position(|field| field.depth == 0 || field.name == "ip");
        after.map(|offset| at + 1 + offset)
    });
    &list[..quoted.unwrap_or(list.len())]
}

/// What a dissected frame says.
pub fn summary(fields: &Fields) -> Summary {
    let own = Own(own_fields(fields));
    let protocol = |field: &&Field| field.value == Value::Present && !field.name.contains('.');
    let layers: Vec<&'static str> = own.0.iter().filter(protocol).map(|field| field.name).collect();
    let top = layers.last().copied().unwrap_or("eth");
    let [src, dst] =
        [("src", "srcport"), ("dst", "dstport")].map(|(side, port)| own.end(side, port));
    let info = match own.text("_ws.malformed") {
        Some(why) => text(format!("cannot be read: {why}"), format!("无法解析: {why}")),
        None => own.info(top),
    };
    Summary { layers, src, dst, info }
}

/// A frame's own fields.
struct Own<'a>(&'a [Field]);

impl Own<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|field| field.name == name).map(|field| &field.value)
    }
    fn number(&self, name: &str) -> Option<u64> {
        match self.value(name)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
    fn flag(&self, name: &str) -> bool {
        self.value(name) == Some(&Value::Flag(true))
    }
    fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
    /// As it is written: an address, a number, a text.
    fn shown(&self, name: &str) -> Option<String> {
        self.0
            .iter()
            .find(|field| field.name == name)
            .map(|field| capture::labels::show(field, &[]).value)
    }
    fn or_none(&self, name: &str) -> String {
        self.shown(name).unwrap_or_default()
    }

    fn end(&self, side: &str, port: &str) -> String {
        let address = ["ip.", "arp.", "eth."].into_iter().find_map(|protocol| match protocol {
            "arp." => self.shown(&format!("arp.{side}.proto_ipv4")),
            _ => self.shown(&format!("{protocol}{side}")),
        });
        let port = ["tcp.", "udp."]
            .into_iter()
            .find_map(|protocol| self.shown(&format!("{protocol}{port}")));
        let address = address.unwrap_or_default();
        port.map_or(address.clone(), |port| format!("{address}:{port}"))
    }

    fn info(&self, top: &str) -> Text {
        match top {
            "arp" => self.arp(),
            "icmp" => self.icmp(),
            "tcp" => self.tcp(),
            "udp" => {
                let octets = self.number("udp.length").unwrap_or(8).saturating_sub(8);
                text(counted(octets, "octet", "octets"), format!("{octets} 字节"))
            }
            "dns" => self.dns(),
            "http" => self.http(),
            "ip" => self.ip(),
            _ => {
                let kind = self.shown("eth.type").or_else(|| self.shown("eth.len"));
                let kind = kind.unwrap_or_default();
                text(format!("type {kind}"), format!("类型 {kind}"))
            }
        }
    }

    fn arp(&self) -> Text {
        let [ip, mac, target] = ["arp.src.proto_ipv4", "arp.src.hw_mac", "arp.dst.proto_ipv4"]
            .map(|name| self.or_none(name));
        if self.flag("arp.isgratuitous") {
            return text(format!("{ip} is here, at {mac}"), format!("{ip} 在此, 硬件地址 {mac}"));
        }
        if self.flag("arp.isprobe") {
            return text(format!("does anybody have {target}?"), format!("有人在用 {target} 吗?"));
        }
        match self.number("arp.opcode") {
            Some(1) => {
                text(format!("who has {target}? {ip} asks"), format!("谁是 {target}? {ip} 在问"))
            }
            Some(2) => text(format!("{ip} is at {mac}"), format!("{ip} 的硬件地址是 {mac}")),
            other => {
                let other = other.unwrap_or_default();
                text(format!("operation {other}"), format!("操作 {other}"))
            }
        }
    }

    fn icmp(&self) -> Text {
        let kind = self.number("icmp.type").unwrap_or_default();
        let code = self.number("icmp.code").unwrap_or_default();
        let (en, zh) = icmp_kind(kind, code);
        let seq = self.or_none("icmp.seq");
        match kind {
            0 | 8 => text(format!("{en}, seq {seq}"), format!("{zh}, 序号 {seq}")),
            3 if code == 4 => {
                let mtu = self.or_none("icmp.mtu");
                text(format!("{en}, at most {mtu} octets"), format!("{zh}, 最多 {mtu} 字节"))
            }
            5 => {
                let gateway = self.or_none("icmp.redir_gw");
                text(format!("{en} to {gateway}"), format!("{zh}到 {gateway}"))
            }
            _ if en.is_empty() => {
                text(format!("type {kind}, code {code}"), format!("类型 {kind}, 代码 {code}"))
            }
            _ => text(en, zh),
        }
    }

    fn tcp(&self) -> Text {
        let mut en = tcp_flags(|name| self.flag(name));
        let mut zh = en.clone();
        let mut add = |en_word: &str, zh_word: &str, number: u64| {
            en.push(format!("{en_word} {number}"));
            zh.push(format!("{zh_word} {number}"));
        };
        let number = |name| self.number(name).unwrap_or_default();
        add("seq", "序号", number("tcp.seq_raw"));
        if self.flag("tcp.flags.ack") {
            add("ack", "确认号", number("tcp.ack_raw"));
        }
        if number("tcp.len") > 0 {
            add("len", "长度", number("tcp.len"));
        }
        add("win", "窗口", number("tcp.window_size_value"));
        text(en.join(", "), zh.join(", "))
    }

    fn dns(&self) -> Text {
        let name = self.text("dns.qry.name").or_else(|| self.text("dns.resp.name")).unwrap_or("?");
        let kind = self.0.iter().find(|field| field.name == "dns.qry.type");
        let kind = kind.map(|field| capture::labels::show(field, &[]));
        let kind = kind.map(|shown| shown.meaning.map_or(shown.value, |words| words.0.to_owned()));
        let kind = kind.unwrap_or_default();
        if !self.flag("dns.flags.response") {
            return text(format!("{kind} of {name}?"), format!("{name} 的 {kind} 记录?"));
        }
        let code = self.0.iter().find(|field| field.name == "dns.flags.rcode");
        let code = code.filter(|field| field.value != Value::Number(0));
        if let Some(code) = code.map(|field| capture::labels::show(field, &[])) {
            let (en, zh) = code.meaning.unwrap_or(("error", "出错"));
            return text(format!("{name}: {en}"), format!("{name}: {zh}"));
        }
        let names = ["dns.a", "dns.aaaa", "dns.cname", "dns.ptr.domain_name", "dns.ns"];
        let answers: Vec<String> = self
            .0
            .iter()
            .filter(|field| names.contains(&field.name))
            .map(|field| capture::labels::show(field, &[]).value)
            .take(4)
            .collect();
        match answers.is_empty() {
            true => {
                text(format!("{name}: nothing of type {kind}"), format!("{name}: 没有 {kind} 记录"))
            }
            false => {
                let answers = answers.join(", ");
                text(format!("{name} is {answers}"), format!("{name} 是 {answers}"))
            }
        }
    }

    fn http(&self) -> Text {
        if let (Some(method), Some(target)) =
            (self.text("http.request.method"), self.text("http.request.uri"))
        {
            let host = self.text("http.host").map(|host| format!(" ({host})")).unwrap_or_default();
            let line = format!("{method} {target}{host}");
            return text(line.clone(), line);
        }
        let line = format!(
            "{} {}",
            self.or_none("http.response.code"),
            self.or_none("http.response.phrase")
        );
        let kind =
            self.text("http.content_type").map(|kind| format!(", {kind}")).unwrap_or_default();
        let (mut en, mut zh) = (format!("{line}{kind}"), format!("{line}{kind}"));
        if let Some(length) = self.number("http.content_length") {
            en.push_str(&format!(", {}", counted(length, "octet", "octets")));
            zh.push_str(&format!(", {length} 字节"));
        }
        text(en, zh)
    }

    fn ip(&self) -> Text {
        let (id, offset) =
            (self.or_none("ip.id"), self.number("ip.frag_offset").unwrap_or_default());
        if offset > 0 || self.flag("ip.flags.mf") {
            return text(
                format!("fragment of packet {id}, from octet {offset} on"),
                format!("分组 {id} 的分片, 从第 {offset} 字节起"),
            );
        }
        let protocol = self.or_none("ip.proto");
        text(format!("protocol {protocol}"), format!("协议 {protocol}"))
    }
}

/// The names of the flags that are set, as people list them.
pub(crate) fn tcp_flags(is_set: impl Fn(&'static str) -> bool) -> Vec<String> {
    const NAMES: [(&str, &str); 8] = [
        ("tcp.flags.syn", "SYN"),
        ("tcp.flags.fin", "FIN"),
        ("tcp.flags.reset", "RST"),
        ("tcp.flags.push", "PSH"),
        ("tcp.flags.ack", "ACK"),
        ("tcp.flags.urg", "URG"),
        ("tcp.flags.ece", "ECE"),
        ("tcp.flags.cwr", "CWR"),
    ];
    let set = NAMES.into_iter().filter(|(name, _)| is_set(name));
    set.map(|(_, word)| word.to_owned()).collect()
}

/// What an ICMP message is, by type and code; empty where we have no word.
pub(crate) fn icmp_kind(kind: u64, code: u64) -> (&'static str, &'static str) {
    match (kind, code) {
        (0, _) => ("echo reply", "回显应答"),
        (8, _) => ("echo request", "回显请求"),
        (3, 0) => ("network unreachable", "网络不可达"),
        (3, 1) => ("host unreachable", "主机不可达"),
        (3, 2) => ("protocol unreachable", "协议不可达"),
        (3, 3) => ("port unreachable", "端口不可达"),
        (3, 4) => ("too long, and must not be cut", "太长而又不许分片"),
        (3, _) => ("destination unreachable", "目的不可达"),
        (5, _) => ("redirect", "重定向"),
        (11, 0) => ("time to live exceeded", "TTL 耗尽"),
        (11, _) => ("fragments missing for too long", "分片等待超时"),
        (12, _) => ("a header is wrong", "首部有错"),
        _ => ("", ""),
    }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
