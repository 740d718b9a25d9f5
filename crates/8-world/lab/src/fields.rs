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
    Field { name, kind, layer }
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
    row("frame.number", Unsigned, "frame"),
    row("frame.len", Unsigned, "frame"),
    row("frame.cap_len", Unsigned, "frame"),
    row("frame.time_relative", Time, "frame"),
    row("frame.time_epoch", Date, "frame"),
    row("frame.interface_name", Text, "frame"),
    // Ethernet (IEEE 802.3).
    row("eth", Protocol, "eth"),
    row("eth.dst", Ether, "eth"),
    row("eth.src", Ether, "eth"),
    row("eth.addr", Ether, "eth"),
    row("eth.type", Unsigned, "eth"),
    row("eth.len", Unsigned, "eth"),
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
    row("arp.hw.type", Unsigned, "arp"),
    row("arp.proto.type", Unsigned, "arp"),
    row("arp.hw.size", Unsigned, "arp"),
    row("arp.proto.size", Unsigned, "arp"),
    row("arp.opcode", Unsigned, "arp"),
    row("arp.isgratuitous", Bool, "arp"),
    row("arp.isannouncement", Bool, "arp"),
    row("arp.isprobe", Bool, "arp"),
    row("arp.src.hw_mac", Ether, "arp"),
    row("arp.src.proto_ipv4", Ipv4, "arp"),
    row("arp.dst.hw_mac", Ether, "arp"),
    row("arp.dst.proto_ipv4", Ipv4, "arp"),
    // IPv4 (RFC 791).
    row("ip", Protocol, "ip"),
    row("ip.version", Unsigned, "ip"),
    row("ip.hdr_len", Unsigned, "ip"),
    row("ip.dsfield", Unsigned, "ip"),
    row("ip.dsfield.dscp", Unsigned, "ip"),
    row("ip.dsfield.ecn", Unsigned, "ip"),
    row("ip.len", Unsigned, "ip"),
    row("ip.id", Unsigned, "ip"),
    row("ip.flags", Unsigned, "ip"),
    row("ip.flags.rb", Bool, "ip"),
    row("ip.flags.df", Bool, "ip"),
    row("ip.flags.mf", Bool, "ip"),
    row("ip.frag_offset", Unsigned, "ip"),
    row("ip.ttl", Unsigned, "ip"),
    row("ip.proto", Unsigned, "ip"),
    row("ip.checksum", Unsigned, "ip"),
    row("ip.checksum.status", Unsigned, "ip"),
    row("ip.src", Ipv4, "ip"),
    row("ip.dst", Ipv4, "ip"),
    row("ip.addr", Ipv4, "ip"),
    // ICMP (RFC 792).
    row("icmp", Protocol, "icmp"),
    row("icmp.type", Unsigned, "icmp"),
    row("icmp.code", Unsigned, "icmp"),
    row("icmp.checksum", Unsigned, "icmp"),
    row("icmp.checksum.status", Unsigned, "icmp"),
    row("icmp.ident", Unsigned, "icmp"),
    row("icmp.seq", Unsigned, "icmp"),
    row("icmp.mtu", Unsigned, "icmp"),
    row("icmp.redir_gw", Ipv4, "icmp"),
    // UDP (RFC 768).
    row("udp", Protocol, "udp"),
    row("udp.srcport", Unsigned, "udp"),
    row("udp.dstport", Unsigned, "udp"),
    row("udp.port", Unsigned, "udp"),
    row("udp.length", Unsigned, "udp"),
    row("udp.checksum", Unsigned, "udp"),
    row("udp.checksum.status", Unsigned, "udp"),
    row("udp.stream", Unsigned, "udp"),
    row("udp.payload", Bytes, "udp"),
    // TCP (RFC 9293).
    row("tcp", Protocol, "tcp"),
    row("tcp.srcport", Unsigned, "tcp"),
    row("tcp.dstport", Unsigned, "tcp"),
    row("tcp.port", Unsigned, "tcp"),
    row("tcp.stream", Unsigned, "tcp"),
    row("tcp.len", Unsigned, "tcp"),
    row("tcp.seq", Unsigned, "tcp"),
    row("tcp.seq_raw", Unsigned, "tcp"),
    row("tcp.nxtseq", Unsigned, "tcp"),
    row("tcp.ack", Unsigned, "tcp"),
    row("tcp.ack_raw", Unsigned, "tcp"),
    row("tcp.hdr_len", Unsigned, "tcp"),
    row("tcp.flags", Unsigned, "tcp"),
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
    row("tcp.window_size_value", Unsigned, "tcp"),
    row("tcp.window_size", Unsigned, "tcp"),
    row("tcp.checksum", Unsigned, "tcp"),
    row("tcp.checksum.status", Unsigned, "tcp"),
    row("tcp.urgent_pointer", Unsigned, "tcp"),
    row("tcp.payload", Bytes, "tcp"),
    row("tcp.options", Bytes, "tcp"),
    row("tcp.option_kind", Unsigned, "tcp"),
    row("tcp.option_len", Unsigned, "tcp"),
    row("tcp.options.mss_val", Unsigned, "tcp"),
    row("tcp.options.wscale.shift", Unsigned, "tcp"),
    row("tcp.options.wscale.multiplier", Unsigned, "tcp"),
    row("tcp.options.sack_perm", Protocol, "tcp"),
    row("tcp.options.sack.count", Unsigned, "tcp"),
    row("tcp.options.sack_le", Unsigned, "tcp"),
    row("tcp.options.sack_re", Unsigned, "tcp"),
    row("tcp.options.timestamp.tsval", Unsigned, "tcp"),
    row("tcp.options.timestamp.tsecr", Unsigned, "tcp"),
    // DNS (RFC 1035).
    row("dns", Protocol, "dns"),
    row("dns.id", Unsigned, "dns"),
    row("dns.flags", Unsigned, "dns"),
    row("dns.flags.response", Bool, "dns"),
    row("dns.flags.opcode", Unsigned, "dns"),
    row("dns.flags.authoritative", Bool, "dns"),
    row("dns.flags.truncated", Bool, "dns"),
    row("dns.flags.recdesired", Bool, "dns"),
    row("dns.flags.recavail", Bool, "dns"),
    row("dns.flags.rcode", Unsigned, "dns"),
    row("dns.count.queries", Unsigned, "dns"),
    row("dns.count.answers", Unsigned, "dns"),
    row("dns.qry.name", Text, "dns"),
    row("dns.qry.type", Unsigned, "dns"),
    row("dns.qry.class", Unsigned, "dns"),
    row("dns.resp.name", Text, "dns"),
    row("dns.resp.type", Unsigned, "dns"),
    row("dns.resp.ttl", Unsigned, "dns"),
    row("dns.a", Ipv4, "dns"),
    row("dns.cname", Text, "dns"),
    // HTTP/1.1 (RFC 9112).
    row("http", Protocol, "http"),
    row("http.request", Bool, "http"),
    row("http.request.method", Text, "http"),
    row("http.request.uri", Text, "http"),
    row("http.request.version", Text, "http"),
    row("http.host", Text, "http"),
    row("http.user_agent", Text, "http"),
    row("http.response", Bool, "http"),
    row("http.response.code", Unsigned, "http"),
    row("http.response.phrase", Text, "http"),
    row("http.content_length", Unsigned, "http"),
    row("http.content_type", Text, "http"),
    row("http.server", Text, "http"),
];

#[cfg(test)]
mod tests {
    use super::*;

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
