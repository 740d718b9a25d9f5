//! The fields that filters may name: Wireshark's names and types for the headers of layers 2 to 4
//! and the beginnings of layer 7, plus our own words for where and why.
//!
//! The table is closed and published: a name that is not here is an error with "did you mean".
//! A field that one header bears several times (`ip.addr`, `tcp.port`, `dns.a`) has several values;
//! [`crate::filter`] says how they match. Names and types are those of Wireshark 4's reference.

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Wireshark's name.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// The protocol whose header bears it; empty for our own words.
    pub layer: &'static str,
    /// How many bits a number of it can have, as in Wireshark; more is no value for it.
    pub bits: u8,
}

/// The types of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A header itself: its value is its octets.
    Protocol,
    /// Yes or no: [`crate::filter::Value::Unsigned`] 1 or 0.
    Bool,
    /// A number without sign.
    Unsigned,
    /// A span of time in nanoseconds; written in seconds, or with a unit.
    Time,
    /// A civil time in nanoseconds since 1970.
    Date,
    /// An IPv4 address.
    Ipv4,
    /// A hardware address.
    Ether,
    /// Octets.
    Bytes,
    /// Text.
    Text,
}

/// Index of a field in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u16);

/// A closed table of fields.
#[derive(Clone, Copy, Debug)]
pub struct FieldTable(pub &'static [Field]);

impl FieldTable {
    /// The field of this name.
    pub fn find(&self, name: &str) -> Option<FieldId> {
        let at = self.0.iter().position(|field| field.name == name)?;
        u16::try_from(at).ok().map(FieldId)
    }

    /// The row of a field.
    pub fn get(&self, id: FieldId) -> Option<&'static Field> {
        self.0.get(usize::from(id.0))
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|field| field.name)
    }
}

/// The table of this version.
pub const FIELDS: FieldTable = FieldTable(ROWS);

const fn row(name: &'static str, kind: Kind, layer: &'static str) -> Field {
    Field { name, kind, layer, bits: 64 }
}

const fn number(name: &'static str, bits: u8, layer: &'static str) -> Field {
    Field { name, kind: Unsigned, layer, bits }
}

use Kind::{Bool, Bytes, Date, Ether, Ipv4, Protocol, Text, Time, Unsigned};

const ROWS: &[Field] = &[
    // Our own: where, when and why.
    row("node", Text, ""),
    row("jack", Text, ""),
    row("link", Text, ""),
    row("event", Text, ""),
    row("reason", Text, ""),
    row("time", Time, ""),
    // The frame as captured.
    row("frame", Protocol, "frame"),
    number("frame.number", 32, "frame"),
    number("frame.len", 32, "frame"),
    number("frame.cap_len", 32, "frame"),
    row("frame.time", Date, "frame"),
    row("frame.time_relative", Time, "frame"),
    row("frame.time_delta", Time, "frame"),
    row("frame.time_epoch", Time, "frame"),
    row("frame.interface_name", Text, "frame"),
    // Ethernet (IEEE 802.3).
    row("eth", Protocol, "eth"),
    row("eth.dst", Ether, "eth"),
    row("eth.src", Ether, "eth"),
    row("eth.addr", Ether, "eth"),
    number("eth.type", 16, "eth"),
    number("eth.len", 16, "eth"),
    row("eth.lg", Bool, "eth"),
    row("eth.ig", Bool, "eth"),
    row("eth.dst.lg", Bool, "eth"),
    row("eth.dst.ig", Bool, "eth"),
    row("eth.src.lg", Bool, "eth"),
    row("eth.src.ig", Bool, "eth"),
    row("eth.padding", Bytes, "eth"),
    row("eth.trailer", Bytes, "eth"),
    // ARP (RFC 826).
    row("arp", Protocol, "arp"),
    number("arp.hw.type", 16, "arp"),
    number("arp.proto.type", 16, "arp"),
    number("arp.hw.size", 8, "arp"),
    number("arp.proto.size", 8, "arp"),
    number("arp.opcode", 16, "arp"),
    row("arp.isgratuitous", Bool, "arp"),
    row("arp.isannouncement", Bool, "arp"),
    row("arp.isprobe", Bool, "arp"),
    row("arp.src.hw_mac", Ether, "arp"),
    row("arp.src.proto_ipv4", Ipv4, "arp"),
    row("arp.dst.hw_mac", Ether, "arp"),
    row("arp.dst.proto_ipv4", Ipv4, "arp"),
    // IPv4 (RFC 791).
    row("ip", Protocol, "ip"),
    number("ip.version", 8, "ip"),
    number("ip.hdr_len", 8, "ip"),
    number("ip.dsfield", 8, "ip"),
    number("ip.dsfield.dscp", 8, "ip"),
    number("ip.dsfield.ecn", 8, "ip"),
    number("ip.len", 16, "ip"),
    number("ip.id", 16, "ip"),
    number("ip.flags", 8, "ip"),
    row("ip.flags.rb", Bool, "ip"),
    row("ip.flags.df", Bool, "ip"),
    row("ip.flags.mf", Bool, "ip"),
    number("ip.frag_offset", 16, "ip"),
    number("ip.ttl", 8, "ip"),
    number("ip.proto", 8, "ip"),
    number("ip.checksum", 16, "ip"),
    number("ip.checksum.status", 8, "ip"),
    row("ip.src", Ipv4, "ip"),
    row("ip.dst", Ipv4, "ip"),
    row("ip.addr", Ipv4, "ip"),
    // ICMP (RFC 792).
    row("icmp", Protocol, "icmp"),
    number("icmp.type", 8, "icmp"),
    number("icmp.code", 8, "icmp"),
    number("icmp.checksum", 16, "icmp"),
    number("icmp.checksum.status", 8, "icmp"),
    number("icmp.ident", 16, "icmp"),
    number("icmp.seq", 16, "icmp"),
    number("icmp.mtu", 16, "icmp"),
    row("icmp.redir_gw", Ipv4, "icmp"),
    // UDP (RFC 768).
    row("udp", Protocol, "udp"),
    number("udp.srcport", 16, "udp"),
    number("udp.dstport", 16, "udp"),
    number("udp.port", 16, "udp"),
    number("udp.length", 16, "udp"),
    number("udp.checksum", 16, "udp"),
    number("udp.checksum.status", 8, "udp"),
    number("udp.stream", 32, "udp"),
    row("udp.time_relative", Time, "udp"),
    row("udp.time_delta", Time, "udp"),
    row("udp.payload", Bytes, "udp"),
    // TCP (RFC 9293).
    row("tcp", Protocol, "tcp"),
    number("tcp.srcport", 16, "tcp"),
    number("tcp.dstport", 16, "tcp"),
    number("tcp.port", 16, "tcp"),
    number("tcp.stream", 32, "tcp"),
    row("tcp.time_relative", Time, "tcp"),
    row("tcp.time_delta", Time, "tcp"),
    number("tcp.len", 32, "tcp"),
    number("tcp.seq", 32, "tcp"),
    number("tcp.seq_raw", 32, "tcp"),
    number("tcp.nxtseq", 32, "tcp"),
    number("tcp.ack", 32, "tcp"),
    number("tcp.ack_raw", 32, "tcp"),
    number("tcp.hdr_len", 8, "tcp"),
    number("tcp.flags", 16, "tcp"),
    row("tcp.flags.res", Bool, "tcp"),
    row("tcp.flags.ae", Bool, "tcp"),
    row("tcp.flags.cwr", Bool, "tcp"),
    row("tcp.flags.ece", Bool, "tcp"),
    row("tcp.flags.urg", Bool, "tcp"),
    row("tcp.flags.ack", Bool, "tcp"),
    row("tcp.flags.push", Bool, "tcp"),
    row("tcp.flags.reset", Bool, "tcp"),
    row("tcp.flags.syn", Bool, "tcp"),
    row("tcp.flags.fin", Bool, "tcp"),
    number("tcp.window_size_value", 16, "tcp"),
    number("tcp.window_size", 32, "tcp"),
    number("tcp.checksum", 16, "tcp"),
    number("tcp.checksum.status", 8, "tcp"),
    number("tcp.urgent_pointer", 16, "tcp"),
    row("tcp.payload", Bytes, "tcp"),
    row("tcp.options", Bytes, "tcp"),
    number("tcp.option_kind", 8, "tcp"),
    number("tcp.option_len", 8, "tcp"),
    number("tcp.options.mss_val", 16, "tcp"),
    number("tcp.options.wscale.shift", 8, "tcp"),
    number("tcp.options.wscale.multiplier", 16, "tcp"),
    row("tcp.options.sack_perm", Protocol, "tcp"),
    number("tcp.options.sack.count", 8, "tcp"),
    number("tcp.options.sack_le", 32, "tcp"),
    number("tcp.options.sack_re", 32, "tcp"),
    number("tcp.options.timestamp.tsval", 32, "tcp"),
    number("tcp.options.timestamp.tsecr", 32, "tcp"),
    // DNS (RFC 1035).
    row("dns", Protocol, "dns"),
    number("dns.id", 16, "dns"),
    number("dns.flags", 16, "dns"),
    row("dns.flags.response", Bool, "dns"),
    number("dns.flags.opcode", 16, "dns"),
    row("dns.flags.authoritative", Bool, "dns"),
    row("dns.flags.truncated", Bool, "dns"),
    row("dns.flags.recdesired", Bool, "dns"),
    row("dns.flags.recavail", Bool, "dns"),
    row("dns.flags.z", Bool, "dns"),
    row("dns.flags.authenticated", Bool, "dns"),
    row("dns.flags.checkdisable", Bool, "dns"),
    number("dns.flags.rcode", 16, "dns"),
    number("dns.count.queries", 16, "dns"),
    number("dns.count.answers", 16, "dns"),
    number("dns.count.auth_rr", 16, "dns"),
    number("dns.count.add_rr", 16, "dns"),
    row("dns.qry.name", Text, "dns"),
    number("dns.qry.type", 16, "dns"),
    number("dns.qry.class", 16, "dns"),
    row("dns.resp.name", Text, "dns"),
    number("dns.resp.type", 16, "dns"),
    number("dns.resp.class", 16, "dns"),
    number("dns.resp.ttl", 32, "dns"),
    number("dns.resp.len", 16, "dns"),
    number("dns.rr.udp_payload_size", 16, "dns"),
    row("dns.a", Ipv4, "dns"),
    row("dns.ns", Text, "dns"),
    row("dns.cname", Text, "dns"),
    row("dns.ptr.domain_name", Text, "dns"),
    row("dns.soa.mname", Text, "dns"),
    // HTTP/1.1 (RFC 9112).
    row("http", Protocol, "http"),
    row("http.request", Bool, "http"),
    row("http.request.method", Text, "http"),
    row("http.request.uri", Text, "http"),
    row("http.request.version", Text, "http"),
    row("http.host", Text, "http"),
    row("http.user_agent", Text, "http"),
    row("http.response", Bool, "http"),
    row("http.response.version", Text, "http"),
    number("http.response.code", 16, "http"),
    row("http.response.phrase", Text, "http"),
    number("http.content_length", 64, "http"),
    row("http.content_length_header", Text, "http"),
    row("http.content_type", Text, "http"),
    row("http.server", Text, "http"),
    row("http.date", Text, "http"),
    row("http.connection", Text, "http"),
    row("http.location", Text, "http"),
];

/// What a field is called by people: the dissector's label, or ours where no codec names it.
pub fn describe(name: &str) -> crate::Text {
    let (en, zh) = match name {
        "node" => ("Machine or switch where it was seen", "看到它的设备"),
        "jack" => ("Jack where it was seen", "看到它的网口"),
        "link" => ("Cable of that jack", "该网口的网线"),
        "event" | "reason" => {
            ("Name of the reason, of an event or of a lost frame", "原因的名字 (事件或丢弃的帧)")
        }
        "time" => ("Time of the lab's clock", "实验时钟的时间"),
        "frame" => ("The frame", "帧"),
        "frame.number" => ("Number of the frame, from 1", "帧的编号, 从 1 起"),
        "frame.cap_len" => ("Octets captured", "抓到的字节数"),
        "frame.time" => ("Civil time", "日期和时间"),
        "frame.time_relative" => ("Time since the first frame", "距第一帧的时间"),
        "frame.time_delta" => ("Time since the frame before", "距前一帧的时间"),
        "frame.time_epoch" => ("Seconds since 1970", "自 1970 年起的秒数"),
        "frame.interface_name" => ("Jack where it was seen", "看到它的网口"),
        "udp.stream" | "tcp.stream" => {
            ("Number of the conversation, from 0", "会话的编号, 从 0 起")
        }
        "udp.time_relative" | "tcp.time_relative" => {
            ("Time since the conversation's first frame", "距会话第一帧的时间")
        }
        "udp.time_delta" | "tcp.time_delta" => {
            ("Time since the conversation's frame before", "距会话前一帧的时间")
        }
        "tcp.seq" => ("Sequence number, from 0", "序号, 从 0 起"),
        "tcp.nxtseq" => ("Sequence number that comes next", "下一个序号"),
        "tcp.ack" => ("Acknowledgement number, from 0", "确认号, 从 0 起"),
        "tcp.window_size" => ("Window, scaled", "窗口, 已扩大"),
        name => capture::labels::label(name).map_or(("", ""), |label| (label.en, label.zh)),
    };
    crate::diagnostic::text(en, zh)
}

impl Kind {
    /// What its values are, in a word.
    pub fn word(self) -> crate::Text {
        let (en, zh) = match self {
            Kind::Protocol => ("layer", "协议"),
            Kind::Bool => ("yes or no", "是否"),
            Kind::Unsigned => ("number", "数"),
            Kind::Time => ("span of time", "时间长度"),
            Kind::Date => ("date", "日期"),
            Kind::Ipv4 => ("IPv4 address", "IPv4 地址"),
            Kind::Ether => ("hardware address", "硬件地址"),
            Kind::Bytes => ("octets", "字节串"),
            Kind::Text => ("text", "文本"),
        };
        crate::diagnostic::text(en, zh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_told_in_both_languages() {
        for field in ROWS {
            let told = describe(field.name);
            assert!(!told.en.is_empty() && !told.zh.is_empty(), "{}", field.name);
        }
    }

    #[test]
    fn names_are_unique_and_belong_to_their_layer() {
        for (at, field) in ROWS.iter().enumerate() {
            assert_eq!(
                FIELDS.find(field.name).map(|id| usize::from(id.0)),
                Some(at),
                "{}",
                field.name
            );
            let prefix = field.name.split('.').next().unwrap_or("");
            assert!(field.layer.is_empty() || prefix == field.layer, "{}", field.name);
        }
    }
}
