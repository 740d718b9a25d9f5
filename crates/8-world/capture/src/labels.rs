//! What people call the fields that the dissector names, and how their values are written.
//!
//! One closed table: the name in English and Chinese, the form of the value, and for numbers that
//! stand for something the word. The layer follows from the protocol. A test reads the codecs' own
//! sources and holds that every name in them has its row
//! (`every_name_that_a_codec_can_give_has_both_labels`).

use base::field::{Field, Value};

/// A word in English and Chinese.
pub type Words = (&'static str, &'static str);

/// A field's name for people, and how its values are written.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// Wireshark's name.
    pub name: &'static str,
    /// In English.
    pub en: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    form: Form,
}

/// How a value is written.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// As it is: decimal, an address, a text.
    Plain,
    /// A number in hexadecimal, as many digits.
    Hex(usize),
    /// A number that stands for something.
    Choice(&'static [(u64, Words)]),
    /// The same in hexadecimal.
    HexChoice(&'static [(u64, Words)]),
    /// A flag with words of its own: off, on.
    Either(Words, Words),
}

/// A value as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The value, the same in every language: `0x0800`, `64`, `10.0.2.80`, `GET`.
    pub value: String,
    /// What it stands for, where it stands for something: `IPv4`, `Set`.
    pub meaning: Option<Words>,
}

impl Label {
    /// The numbers that stand for something, each with its word.
    pub fn choices(&self) -> &'static [(u64, Words)] {
        match self.form {
            Form::Choice(words) | Form::HexChoice(words) => words,
            Form::Plain | Form::Hex(_) | Form::Either(..) => &[],
        }
    }
}

/// The row of a field.
pub fn label(name: &str) -> Option<&'static Label> {
    ROWS.iter().find(|row| row.name == name)
}

/// All rows.
pub fn labels() -> &'static [Label] {
    ROWS
}

/// The OSI layer (2 to 7) of the protocol that bears a field; ARP counts to layer 2, with whose
/// addresses it deals.
pub fn layer(name: &str) -> u8 {
    match name.split('.').next().unwrap_or(name) {
        "ip" | "icmp" => 3,
        "tcp" | "udp" => 4,
        "dns" | "http" | "data" => 7,
        _ => 2,
    }
}

/// How a field's value is written; `octets` are the frame's.
pub fn show(field: &Field, octets: &[u8]) -> Shown {
    let form = label(field.name).map_or(Form::Plain, |row| row.form);
    let plain = |value: String| Shown { value, meaning: None };
    match &field.value {
        Value::Present => plain(String::new()),
        Value::Number(number) => number_in(form, *number),
        Value::Flag(flag) => {
            let words = match form {
                Form::Either(off, on) => (off, on),
                _ => (("Not set", "否"), ("Set", "是")),
            };
            let value = u8::from(*flag).to_string();
            Shown { value, meaning: Some(if *flag { words.1 } else { words.0 }) }
        }
        Value::Mac(mac) => plain(mac.to_string()),
        Value::Ip(ip) => plain(ip.to_string()),
        Value::Text(text) => plain(text.clone()),
        Value::Octets => plain(hex(octets.get(field.range.clone()).unwrap_or(&[]))),
        Value::Time(span) => plain(span.to_string()),
    }
}

fn number_in(form: Form, number: u64) -> Shown {
    let find = |words: &'static [(u64, Words)]| {
        words.iter().find(|(known, _)| *known == number).map(|(_, words)| *words)
    };
    match form {
        Form::Plain | Form::Either(..) => Shown { value: number.to_string(), meaning: None },
        Form::Hex(digits) => Shown { value: format!("0x{number:0digits$x}"), meaning: None },
        Form::Choice(words) => Shown { value: number.to_string(), meaning: find(words) },
        Form::HexChoice(words) => Shown { value: format!("0x{number:04x}"), meaning: find(words) },
    }
}

/// Octets that a value shows at most.
const SHOWN: usize = 24;

fn hex(octets: &[u8]) -> String {
    let mut text: String =
        octets.iter().take(SHOWN).map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(" ");
    if octets.len() > SHOWN {
        text.push_str(" ..");
    }
    text
}

use Form::{Choice, Either, Hex, HexChoice, Plain};

const fn row(name: &'static str, en: &'static str, zh: &'static str) -> Label {
    Label { name, en, zh, form: Plain }
}
const fn formed(name: &'static str, en: &'static str, zh: &'static str, form: Form) -> Label {
    Label { name, en, zh, form }
}

const ETHERTYPES: &[(u64, Words)] =
    &[(0x0800, ("IPv4", "IPv4")), (0x0806, ("ARP", "ARP")), (0x86dd, ("IPv6", "IPv6"))];
const PROTOCOLS: &[(u64, Words)] =
    &[(1, ("ICMP", "ICMP")), (6, ("TCP", "TCP")), (17, ("UDP", "UDP"))];
const CHECKSUMS: &[(u64, Words)] = &[
    (0, ("wrong", "错误")),
    (1, ("correct", "正确")),
    (2, ("not verified", "未验证")),
    (3, ("not used", "未使用")),
];
const ARP_OPERATIONS: &[(u64, Words)] = &[(1, ("request", "请求")), (2, ("reply", "应答"))];
const CARDS: &[(u64, Words)] = &[(1, ("Ethernet", "以太网"))];
const ICMP_TYPES: &[(u64, Words)] = &[
    (0, ("echo reply", "回显应答")),
    (3, ("destination unreachable", "目的不可达")),
    (5, ("redirect", "重定向")),
    (8, ("echo request", "回显请求")),
    (11, ("time exceeded", "超时")),
    (12, ("parameter problem", "参数问题")),
    (13, ("timestamp request", "时间戳请求")),
    (14, ("timestamp reply", "时间戳应答")),
];
const TCP_OPTIONS: &[(u64, Words)] = &[
    (0, ("end of options", "选项结束")),
    (1, ("no operation", "填充 (NOP)")),
    (2, ("maximum segment size", "最大报文段长度")),
    (3, ("window scale", "窗口扩大")),
    (4, ("SACK permitted", "允许 SACK")),
    (5, ("SACK", "SACK")),
    (8, ("timestamps", "时间戳")),
];
const DNS_TYPES: &[(u64, Words)] = &[
    (1, ("A", "A")),
    (2, ("NS", "NS")),
    (5, ("CNAME", "CNAME")),
    (6, ("SOA", "SOA")),
    (12, ("PTR", "PTR")),
    (15, ("MX", "MX")),
    (16, ("TXT", "TXT")),
    (28, ("AAAA", "AAAA")),
    (41, ("OPT", "OPT")),
    (255, ("any", "任意")),
];
const DNS_CLASSES: &[(u64, Words)] = &[(1, ("IN", "IN")), (255, ("any", "任意"))];
const DNS_OPERATIONS: &[(u64, Words)] = &[
    (0, ("standard query", "标准查询")),
    (2, ("server status", "服务器状态")),
    (4, ("notify", "通知")),
    (5, ("update", "更新")),
];
const DNS_CODES: &[(u64, Words)] = &[
    (0, ("no error", "没有错误")),
    (1, ("format error", "格式错误")),
    (2, ("server failure", "服务器失败")),
    (3, ("no such name", "没有这个名字")),
    (4, ("not implemented", "未实现")),
    (5, ("refused", "拒绝")),
];
const ONE_OR_MANY: Form = Either(("one card", "单个网卡"), ("a group", "一组网卡"));
const WHOSE: Form = Either(("assigned by a maker", "厂商分配"), ("chosen locally", "本地设定"));
const ASK_OR_ANSWER: Form = Either(("a question", "查询"), ("a response", "响应"));

const ROWS: &[Label] = &[
    row("frame.len", "Length of the frame", "帧长度"),
    row("_ws.malformed", "Cannot be read", "无法解析"),
    row("data", "Data", "数据"),
    // Ethernet.
    row("eth", "Ethernet frame", "以太网帧"),
    row("eth.dst", "Destination MAC address", "目的 MAC 地址"),
    row("eth.src", "Source MAC address", "源 MAC 地址"),
    row("eth.addr", "MAC address", "MAC 地址"),
    formed("eth.type", "Type of what it carries", "承载的协议类型", HexChoice(ETHERTYPES)),
    row("eth.len", "Length of what it carries", "承载的长度"),
    formed("eth.lg", "Who chose the address", "地址由谁设定", WHOSE),
    formed("eth.ig", "For one or for many", "单播或组播", ONE_OR_MANY),
    formed("eth.dst.lg", "Who chose the destination address", "目的地址由谁设定", WHOSE),
    formed("eth.dst.ig", "Destination: one or many", "目的: 单播或组播", ONE_OR_MANY),
    formed("eth.src.lg", "Who chose the source address", "源地址由谁设定", WHOSE),
    formed("eth.src.ig", "Source: one or many", "源: 单播或组播", ONE_OR_MANY),
    row("eth.padding", "Padding", "填充"),
    row("eth.trailer", "Trailer", "尾部"),
    // ARP.
    row("arp", "Address Resolution Protocol (ARP)", "地址解析协议 (ARP)"),
    formed("arp.hw.type", "Kind of hardware", "硬件类型", Choice(CARDS)),
    formed("arp.proto.type", "Kind of protocol address", "协议类型", HexChoice(ETHERTYPES)),
    row("arp.hw.size", "Length of a hardware address", "硬件地址长度"),
    row("arp.proto.size", "Length of a protocol address", "协议地址长度"),
    formed("arp.opcode", "Operation", "操作", Choice(ARP_OPERATIONS)),
    row("arp.isgratuitous", "Tells of its own address", "免费 ARP"),
    row("arp.isannouncement", "Announcement", "地址通告"),
    row("arp.isprobe", "Probe", "地址探测"),
    row("arp.src.hw_mac", "Sender MAC address", "发送方 MAC 地址"),
    row("arp.src.proto_ipv4", "Sender IP address", "发送方 IP 地址"),
    row("arp.dst.hw_mac", "Target MAC address", "目标 MAC 地址"),
    row("arp.dst.proto_ipv4", "Target IP address", "目标 IP 地址"),
    // IPv4.
    row("ip", "Internet Protocol version 4 (IPv4)", "网际协议第 4 版 (IPv4)"),
    row("ip.version", "Version", "版本"),
    row("ip.hdr_len", "Header length", "首部长度"),
    formed("ip.dsfield", "Differentiated services", "区分服务", Hex(2)),
    row("ip.dsfield.dscp", "Service class (DSCP)", "服务类别 (DSCP)"),
    row("ip.dsfield.ecn", "Congestion notification (ECN)", "显式拥塞通知 (ECN)"),
    row("ip.len", "Total length", "总长度"),
    formed("ip.id", "Identification", "标识", Hex(4)),
    formed("ip.flags", "Flags", "标志", Hex(1)),
    row("ip.flags.rb", "Reserved bit", "保留位"),
    row("ip.flags.df", "Do not fragment (DF)", "不许分片 (DF)"),
    row("ip.flags.mf", "More fragments follow (MF)", "后面还有分片 (MF)"),
    row("ip.frag_offset", "Fragment offset", "片偏移"),
    row("ip.ttl", "Time to live (TTL)", "生存时间 (TTL)"),
    formed("ip.proto", "Protocol of what it carries", "承载的协议", Choice(PROTOCOLS)),
    formed("ip.checksum", "Header checksum", "首部校验和", Hex(4)),
    formed("ip.checksum.status", "Header checksum is", "首部校验和状态", Choice(CHECKSUMS)),
    row("ip.src", "Source address", "源地址"),
    row("ip.dst", "Destination address", "目的地址"),
    row("ip.addr", "IP address", "IP 地址"),
    row("ip.options", "Options", "选项"),
    // ICMP.
    row("icmp", "Internet Control Message Protocol (ICMP)", "网际控制报文协议 (ICMP)"),
    formed("icmp.type", "Type", "类型", Choice(ICMP_TYPES)),
    row("icmp.code", "Code", "代码"),
    formed("icmp.checksum", "Checksum", "校验和", Hex(4)),
    formed("icmp.checksum.status", "Checksum is", "校验和状态", Choice(CHECKSUMS)),
    row("icmp.ident", "Identifier", "标识"),
    row("icmp.seq", "Sequence number", "序号"),
    row("icmp.mtu", "Size of the next link (MTU)", "下一链路的 MTU"),
    row("icmp.redir_gw", "Better router", "更好的路由器"),
    // UDP.
    row("udp", "User Datagram Protocol (UDP)", "用户数据报协议 (UDP)"),
    row("udp.srcport", "Source port", "源端口"),
    row("udp.dstport", "Destination port", "目的端口"),
    row("udp.port", "Port", "端口"),
    row("udp.length", "Length", "长度"),
    formed("udp.checksum", "Checksum", "校验和", Hex(4)),
    formed("udp.checksum.status", "Checksum is", "校验和状态", Choice(CHECKSUMS)),
    row("udp.payload", "Payload", "载荷"),
    // TCP.
    row("tcp", "Transmission Control Protocol (TCP)", "传输控制协议 (TCP)"),
    row("tcp.srcport", "Source port", "源端口"),
    row("tcp.dstport", "Destination port", "目的端口"),
    row("tcp.port", "Port", "端口"),
    row("tcp.len", "Payload length", "载荷长度"),
    row("tcp.seq_raw", "Sequence number", "序号"),
    row("tcp.ack_raw", "Acknowledgement number", "确认号"),
    row("tcp.hdr_len", "Header length", "首部长度"),
    formed("tcp.flags", "Flags", "标志", Hex(3)),
    row("tcp.flags.res", "Reserved", "保留"),
    row("tcp.flags.ae", "Accurate ECN (AE)", "精确 ECN (AE)"),
    row("tcp.flags.cwr", "Congestion window reduced (CWR)", "拥塞窗口已减小 (CWR)"),
    row("tcp.flags.ece", "ECN echo (ECE)", "ECN 回显 (ECE)"),
    row("tcp.flags.urg", "Urgent (URG)", "紧急 (URG)"),
    row("tcp.flags.ack", "Acknowledgement (ACK)", "确认 (ACK)"),
    row("tcp.flags.push", "Push (PSH)", "推送 (PSH)"),
    row("tcp.flags.reset", "Reset (RST)", "复位 (RST)"),
    row("tcp.flags.syn", "Synchronise (SYN)", "同步 (SYN)"),
    row("tcp.flags.fin", "Finish (FIN)", "结束 (FIN)"),
    row("tcp.window_size_value", "Window", "窗口"),
    formed("tcp.checksum", "Checksum", "校验和", Hex(4)),
    formed("tcp.checksum.status", "Checksum is", "校验和状态", Choice(CHECKSUMS)),
    row("tcp.urgent_pointer", "Urgent pointer", "紧急指针"),
    row("tcp.payload", "Payload", "载荷"),
    row("tcp.options", "Options", "选项"),
    formed("tcp.option_kind", "Kind of option", "选项类型", Choice(TCP_OPTIONS)),
    row("tcp.option_len", "Length of the option", "选项长度"),
    row("tcp.options.mss_val", "Maximum segment size (MSS)", "最大报文段长度 (MSS)"),
    row("tcp.options.wscale.shift", "Window scale: shift", "窗口扩大: 移位"),
    row("tcp.options.wscale.multiplier", "Window scale: factor", "窗口扩大: 倍数"),
    row("tcp.options.sack_perm", "Selective acknowledgement permitted", "允许选择确认 (SACK)"),
    row("tcp.options.sack.count", "Blocks received", "已收到的块数"),
    row("tcp.options.sack_le", "Left edge of a block", "块左边界"),
    row("tcp.options.sack_re", "Right edge of a block", "块右边界"),
    row("tcp.options.timestamp.tsval", "Timestamp", "时间戳"),
    row("tcp.options.timestamp.tsecr", "Timestamp echoed", "时间戳回显"),
    // DNS.
    row("dns", "Domain Name System (DNS)", "域名系统 (DNS)"),
    row("dns.length", "Length of the message", "消息长度"),
    formed("dns.id", "Number of the question", "查询标识", Hex(4)),
    formed("dns.flags", "Flags", "标志", Hex(4)),
    formed("dns.flags.response", "Question or response", "查询或响应", ASK_OR_ANSWER),
    formed("dns.flags.opcode", "Operation", "操作", Choice(DNS_OPERATIONS)),
    row("dns.flags.authoritative", "The server owns the name", "权威回答"),
    row("dns.flags.truncated", "Cut short", "已截断"),
    row("dns.flags.recdesired", "Asks to search on (recursion)", "期望递归"),
    row("dns.flags.recavail", "Can search on (recursion)", "可以递归"),
    row("dns.flags.z", "Reserved", "保留"),
    row("dns.flags.authenticated", "Authenticated", "已验证"),
    row("dns.flags.checkdisable", "Take unverified data", "接受未验证数据"),
    formed("dns.flags.rcode", "Result", "结果", Choice(DNS_CODES)),
    row("dns.count.queries", "Questions", "问题数"),
    row("dns.count.answers", "Answers", "回答数"),
    row("dns.count.auth_rr", "Records about authority", "权威记录数"),
    row("dns.count.add_rr", "Additional records", "附加记录数"),
    row("dns.qry.name", "Name asked for", "查询的名字"),
    formed("dns.qry.type", "Type asked for", "查询类型", Choice(DNS_TYPES)),
    formed("dns.qry.class", "Class asked for", "查询类", Choice(DNS_CLASSES)),
    row("dns.resp.name", "Name", "名字"),
    formed("dns.resp.type", "Type", "类型", Choice(DNS_TYPES)),
    formed("dns.resp.class", "Class", "类", Choice(DNS_CLASSES)),
    row("dns.rr.udp_payload_size", "Largest datagram taken", "可接收的最大数据报"),
    row("dns.resp.ttl", "Seconds it may be remembered (TTL)", "可缓存秒数 (TTL)"),
    row("dns.resp.len", "Length of the record", "记录长度"),
    row("dns.a", "IPv4 address", "IPv4 地址"),
    row("dns.aaaa", "IPv6 address", "IPv6 地址"),
    row("dns.ns", "Name server", "域名服务器"),
    row("dns.cname", "True name (CNAME)", "规范名 (CNAME)"),
    row("dns.soa.mname", "First name server of the zone", "区的主服务器"),
    row("dns.ptr.domain_name", "Name of the address", "地址对应的名字"),
    // HTTP.
    row("http", "Hypertext Transfer Protocol (HTTP)", "超文本传输协议 (HTTP)"),
    row("http.header", "Header", "首部"),
    row("http.request", "Request", "请求"),
    row("http.request.method", "Method", "方法"),
    row("http.request.uri", "Target", "请求目标"),
    row("http.request.version", "Version", "版本"),
    row("http.host", "Host", "主机"),
    row("http.user_agent", "Program that asks", "用户代理"),
    row("http.response", "Response", "响应"),
    row("http.response.version", "Version", "版本"),
    row("http.response.code", "Status code", "状态码"),
    row("http.response.phrase", "Reason phrase", "原因短语"),
    row("http.content_length_header", "Length of the body (header)", "正文长度 (首部)"),
    row("http.content_length", "Length of the body", "正文长度"),
    row("http.content_type", "Type of the body", "正文类型"),
    row("http.server", "Program that answers", "服务器程序"),
    row("http.date", "Date", "日期"),
    row("http.connection", "What becomes of the connection", "连接处理方式"),
    row("http.location", "Where it is instead", "新的位置"),
];

#[cfg(test)]
#[path = "labels_tests.rs"]
mod tests;
