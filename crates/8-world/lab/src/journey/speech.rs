//! The sentences that a frame's own octets allow: a closed table.
//!
//! `{ip.ttl}` stands for a field of the frame, so that a number in a sentence is the packet's by
//! construction; `{jack}`, `{link}` and `{peer}` are names of the lab. A line speaks where all its
//! conditions hold. The order of the table is the order of the sentences within a layer.

use super::Quoted;
use base::field::{Field, Value};
use language::Text;

/// The frame's part at a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It came in at a switch.
    SwitchIn,
    /// It leaves a switch.
    SwitchOut,
    /// It came in at a machine that threw it away or still holds it, at or below layer 3.
    Stopped,
    /// It came in at a machine that passes it on.
    PassedIn,
    /// It leaves a machine that passes it on.
    PassedOut,
    /// It came in at a machine for which it is.
    End,
    /// It leaves the machine where it was born.
    Origin,
    /// As `End` and `Origin`, at a host of the real world.
    RealIn,
    RealOut,
}

use Part::{End, Origin, PassedIn, PassedOut, RealIn, RealOut, Stopped, SwitchIn, SwitchOut};

/// What must be so for a line to speak.
enum If {
    /// The field is there.
    Has(&'static str),
    /// The field is not there.
    Lacks(&'static str),
    /// The flag is set.
    Set(&'static str),
    /// The flag is there and not set.
    Clear(&'static str),
    /// The number is this.
    Is(&'static str, u64),
    /// The number is there and not this.
    Not(&'static str, u64),
}

use If::{Clear, Has, Is, Lacks, Not, Set};

/// A line of the table.
pub(super) struct Line {
    pub(super) layer: u8,
    parts: &'static [Part],
    conditions: &'static [If],
    en: &'static str,
    zh: &'static str,
    pub(super) clause: &'static str,
}

const IN: &[Part] = &[SwitchIn, Stopped, PassedIn, End, RealIn];
const OUT: &[Part] = &[SwitchOut, PassedOut, Origin, RealOut];
const ENDS: &[Part] = &[End, Origin, RealIn, RealOut];
const ARRIVES: &[Part] = &[End, RealIn];
const BORN: &[Part] = &[Origin, RealOut];

const fn line(
    layer: u8,
    parts: &'static [Part],
    conditions: &'static [If],
    clause: &'static str,
    (en, zh): (&'static str, &'static str),
) -> Line {
    Line { layer, parts, conditions, en, zh, clause }
}

/// All lines.
#[rustfmt::skip] // a table is read in rows
pub(super) static LINES: &[Line] = &[
    // Layer 1.
    line(1, IN, &[], "", (
        "Bits come in at jack {jack} from {link}: a frame of {frame.len} octets.",
        "网口 {jack} 从 {link} 收到比特, 组成一个 {frame.len} 字节的帧。")),
    line(1, OUT, &[], "", (
        "The frame of {frame.len} octets leaves as bits by jack {jack} on {link}, towards {peer}.",
        "{frame.len} 字节的帧变成比特, 从网口 {jack} 经 {link} 发往 {peer}。")),
    // Layer 2: Ethernet.
    line(2, &[SwitchIn, Stopped], &[Clear("eth.dst.ig")], "rfc894", (
        "The frame goes from card {eth.src} to card {eth.dst}.",
        "此帧从网卡 {eth.src} 发给网卡 {eth.dst}。")),
    line(2, &[PassedIn, End, RealIn], &[Clear("eth.dst.ig")], "rfc894", (
        "The frame is for {eth.dst}, this very card; its neighbour {eth.src} sent it.",
        "此帧发给 {eth.dst}, 正是本机网卡; 发送者是邻居 {eth.src}。")),
    line(2, IN, &[Set("eth.dst.ig")], "rfc894", (
        "The frame comes from card {eth.src} and is for everybody here ({eth.dst}).",
        "此帧来自网卡 {eth.src}, 发给这里的所有网卡 ({eth.dst})。")),
    line(2, &[PassedIn, End, RealIn], &[Is("eth.type", 0x0800)], "rfc894", (
        "Type {eth.type} says that an IP packet is inside: it goes up.",
        "类型 {eth.type} 说明里面是 IP 分组: 交给上层。")),
    line(2, &[PassedIn, End, RealIn], &[Is("eth.type", 0x0806)], "rfc826", (
        "Type {eth.type} says that an ARP message is inside.",
        "类型 {eth.type} 说明里面是 ARP 报文。")),
    line(2, ENDS, &[Is("arp.opcode", 1), Lacks("arp.isgratuitous"), Lacks("arp.isprobe")], "rfc826", (
        "{arp.src.proto_ipv4} at {arp.src.hw_mac} asks everybody: who has {arp.dst.proto_ipv4}?",
        "{arp.src.proto_ipv4} ({arp.src.hw_mac}) 问所有主机: 谁是 {arp.dst.proto_ipv4}?")),
    line(2, ENDS, &[Is("arp.opcode", 2), Lacks("arp.isgratuitous")], "rfc826", (
        "The answer for {arp.dst.proto_ipv4}: {arp.src.proto_ipv4} is at {arp.src.hw_mac}.",
        "给 {arp.dst.proto_ipv4} 的回答: {arp.src.proto_ipv4} 的硬件地址是 {arp.src.hw_mac}。")),
    line(2, ENDS, &[Has("arp.isgratuitous")], "rfc5227#2.3", (
        "{arp.src.proto_ipv4} tells everybody that it is here, at {arp.src.hw_mac}.",
        "{arp.src.proto_ipv4} 告诉所有主机: 它在这里, 硬件地址是 {arp.src.hw_mac}。")),
    line(2, ENDS, &[Has("arp.isprobe")], "rfc5227#2.1", (
        "{arp.src.hw_mac} asks whether anybody has {arp.dst.proto_ipv4} already.",
        "{arp.src.hw_mac} 问: 有人在用 {arp.dst.proto_ipv4} 吗?")),
    line(2, &[SwitchOut], &[], "", (
        "The frame stays as it is: from {eth.src} to {eth.dst}.",
        "帧的内容不变: 仍是从 {eth.src} 到 {eth.dst}。")),
    line(2, BORN, &[Clear("eth.dst.ig")], "rfc894", (
        "Puts it in a frame: to {eth.dst}, the card of the next hop, from {eth.src}, its own; type {eth.type}.",
        "装进帧: 目的 {eth.dst} (下一跳的网卡), 源 {eth.src} (本机网卡), 类型 {eth.type}。")),
    line(2, BORN, &[Set("eth.dst.ig")], "rfc894", (
        "Puts it in a frame for everybody ({eth.dst}) from its own card {eth.src}; type {eth.type}.",
        "装进发给所有网卡 ({eth.dst}) 的帧, 源是本机网卡 {eth.src}, 类型 {eth.type}。")),
    line(2, &[PassedOut], &[], "rfc1812#3.3.2", (
        "A new frame around the same packet: to {eth.dst}, the next hop's card, from {eth.src}, this jack's own.",
        "同一个分组换上新的帧: 目的 {eth.dst} (下一跳的网卡), 源 {eth.src} (本网口的网卡)。")),
    line(2, &[RealIn], &[], "", (
        "A real machine takes over: what its kernel decides, only it knows.",
        "真实的机器接手: 它的内核如何处理, 只有它自己知道。")),
    line(2, &[RealOut], &[], "", (
        "A real machine made this frame: why, only its kernel knows.",
        "这个帧由真实的机器发出: 原因只有它的内核知道。")),
    // Layer 3: IPv4.
    line(3, &[End, RealIn], &[Has("ip.dst")], "rfc791#3.1", (
        "The packet from {ip.src} is for {ip.dst}: it has arrived, with TTL {ip.ttl} left.",
        "来自 {ip.src} 的分组发给 {ip.dst}: 到达目的地, TTL 还剩 {ip.ttl}。")),
    line(3, &[Stopped], &[Has("ip.dst")], "rfc791#3.1", (
        "A packet from {ip.src} to {ip.dst}, with TTL {ip.ttl}.",
        "从 {ip.src} 到 {ip.dst} 的分组, TTL 是 {ip.ttl}。")),
    line(3, &[PassedIn], &[Has("ip.dst")], "rfc1812#5.2.1", (
        "The packet from {ip.src} is for {ip.dst}, not for this router; it arrives with TTL {ip.ttl}.",
        "来自 {ip.src} 的分组发给 {ip.dst}, 不是给本路由器的; 到达时 TTL 是 {ip.ttl}。")),
    line(3, &[PassedIn, End], &[Is("ip.checksum.status", 1)], "rfc1122#3.2.1.2", (
        "The header's checksum {ip.checksum} is right: no bit was lost on the way.",
        "首部校验和 {ip.checksum} 正确: 途中没有比特出错。")),
    line(3, ENDS, &[Set("ip.flags.mf")], "rfc791#3.2", (
        "This is a fragment of packet {ip.id}, from octet {ip.frag_offset} on; more follow.",
        "这是分组 {ip.id} 的一个分片, 从第 {ip.frag_offset} 字节起; 后面还有。")),
    line(3, ENDS, &[Clear("ip.flags.mf"), Not("ip.frag_offset", 0)], "rfc791#3.2", (
        "This is the last fragment of packet {ip.id}, from octet {ip.frag_offset} on.",
        "这是分组 {ip.id} 的最后一个分片, 从第 {ip.frag_offset} 字节起。")),
    line(3, ARRIVES, &[Is("ip.proto", 6)], "rfc791#3.1", (
        "Protocol {ip.proto} is TCP: a segment goes up.",
        "协议号 {ip.proto} 是 TCP: 报文段交给上层。")),
    line(3, ARRIVES, &[Is("ip.proto", 17)], "rfc791#3.1", (
        "Protocol {ip.proto} is UDP: a datagram goes up.",
        "协议号 {ip.proto} 是 UDP: 数据报交给上层。")),
    line(3, ENDS, &[Is("icmp.type", 8)], "rfc792#page-14", (
        "A ping: whoever gets it sends the same back (id {icmp.ident}, number {icmp.seq}).",
        "ping 请求: 谁收到就原样送回 (标识 {icmp.ident}, 序号 {icmp.seq})。")),
    line(3, ENDS, &[Is("icmp.type", 0)], "rfc792#page-14", (
        "The answer to a ping (id {icmp.ident}, number {icmp.seq}).",
        "ping 的应答 (标识 {icmp.ident}, 序号 {icmp.seq})。")),
    line(3, ENDS, &[Is("icmp.type", 3), Lacks("icmp.mtu")], "rfc792#page-4", (
        "An error: a packet could not be delivered (type {icmp.type}, code {icmp.code}).",
        "差错报告: 一个分组无法送达 (类型 {icmp.type}, 代码 {icmp.code})。")),
    line(3, ENDS, &[Is("icmp.type", 3), Has("icmp.mtu")], "rfc1191#4", (
        "An error: a packet was too long; the next link takes {icmp.mtu} octets.",
        "差错报告: 一个分组太长; 下一段链路最多 {icmp.mtu} 字节。")),
    line(3, ENDS, &[Is("icmp.type", 11)], "rfc792#page-6", (
        "An error: a packet's time was up (type {icmp.type}, code {icmp.code}).",
        "差错报告: 一个分组超时 (类型 {icmp.type}, 代码 {icmp.code})。")),
    line(3, ENDS, &[Is("icmp.type", 5)], "rfc792#page-12", (
        "Advice: {icmp.redir_gw} is the better router.",
        "建议: {icmp.redir_gw} 是更好的路由器。")),
    line(3, BORN, &[Has("ip.dst")], "rfc791#3.1", (
        "Writes the packet's header: from {ip.src} to {ip.dst}, {ip.len} octets, TTL {ip.ttl}.",
        "写上分组首部: 从 {ip.src} 到 {ip.dst}, 共 {ip.len} 字节, TTL {ip.ttl}。")),
    line(3, &[PassedOut], &[Has("ip.dst")], "rfc1812#5.3.1", (
        "One hop less to live: TTL {ip.ttl}, and a new header checksum, {ip.checksum}.",
        "寿命减少一跳: TTL 变为 {ip.ttl}, 首部校验和随之改为 {ip.checksum}。")),
    line(3, &[PassedOut], &[Has("ip.dst")], "rfc791#3.1", (
        "The addresses stay: from {ip.src} to {ip.dst}.",
        "两端地址不变: 从 {ip.src} 到 {ip.dst}。")),
    // Layer 4: UDP and TCP.
    line(4, ENDS, &[Has("udp.length")], "rfc768", (
        "A datagram of {udp.length} octets from port {udp.srcport} to port {udp.dstport}.",
        "从端口 {udp.srcport} 到端口 {udp.dstport} 的数据报, 共 {udp.length} 字节。")),
    line(4, ENDS, &[Has("tcp.seq_raw")], "rfc9293#3.1", (
        "A segment from port {tcp.srcport} to port {tcp.dstport}; the window is {tcp.window_size_value}.",
        "从端口 {tcp.srcport} 到端口 {tcp.dstport} 的报文段; 窗口是 {tcp.window_size_value}。")),
    line(4, ENDS, &[Set("tcp.flags.syn"), Clear("tcp.flags.ack")], "rfc9293#3.5", (
        "SYN: the sender's numbers begin at {tcp.seq_raw}.",
        "SYN: 发送方的序号从 {tcp.seq_raw} 开始。")),
    line(4, ENDS, &[Set("tcp.flags.syn"), Set("tcp.flags.ack")], "rfc9293#3.5", (
        "SYN and ACK: the sender's numbers begin at {tcp.seq_raw}; from the other side {tcp.ack_raw} comes next.",
        "SYN 加 ACK: 发送方的序号从 {tcp.seq_raw} 开始; 期待对方的下一个序号 {tcp.ack_raw}。")),
    line(4, ENDS, &[Set("tcp.flags.syn"), Has("tcp.options.mss_val")], "rfc9293#3.7.1", (
        "The sender takes segments of up to {tcp.options.mss_val} octets.",
        "发送方能接收的报文段最长 {tcp.options.mss_val} 字节。")),
    line(4, ENDS, &[Clear("tcp.flags.syn"), Not("tcp.len", 0)], "rfc9293#3.4", (
        "{tcp.len} octets of data, the first with number {tcp.seq_raw}.",
        "{tcp.len} 字节数据, 第一个字节的序号是 {tcp.seq_raw}。")),
    line(4, ENDS, &[Clear("tcp.flags.syn"), Set("tcp.flags.ack")], "rfc9293#3.4", (
        "ACK: everything before {tcp.ack_raw} has arrived.",
        "ACK: {tcp.ack_raw} 之前的数据都已收到。")),
    line(4, ENDS, &[Set("tcp.flags.fin")], "rfc9293#3.6", (
        "FIN: the sender has nothing more to send (number {tcp.seq_raw}).",
        "FIN: 发送方的数据发完了 (序号 {tcp.seq_raw})。")),
    line(4, ENDS, &[Set("tcp.flags.reset")], "rfc9293#3.5.2", (
        "RST: the connection is broken off at once (number {tcp.seq_raw}).",
        "RST: 连接立即中断 (序号 {tcp.seq_raw})。")),
    // Layer 5: what TCP does of it.
    line(5, ENDS, &[Set("tcp.flags.syn"), Clear("tcp.flags.ack")], "rfc9293#3.5", (
        "A conversation shall begin between {ip.src} port {tcp.srcport} and {ip.dst} port {tcp.dstport}.",
        "请求开始一次会话: {ip.src} 端口 {tcp.srcport} 与 {ip.dst} 端口 {tcp.dstport}。")),
    line(5, ENDS, &[Set("tcp.flags.syn"), Set("tcp.flags.ack")], "rfc9293#3.5", (
        "The server at {ip.src} port {tcp.srcport} agrees to the conversation.",
        "{ip.src} 端口 {tcp.srcport} 的服务端同意会话。")),
    line(5, ENDS, &[Set("tcp.flags.fin")], "rfc9293#3.6", (
        "{ip.src} port {tcp.srcport} says goodbye; the conversation ends when both have.",
        "{ip.src} 端口 {tcp.srcport} 说再见; 双方都说过, 会话才结束。")),
    line(5, ENDS, &[Set("tcp.flags.reset")], "rfc9293#3.5.2", (
        "{ip.src} port {tcp.srcport} hangs up without a goodbye.",
        "{ip.src} 端口 {tcp.srcport} 不告而别, 会话中断。")),
    // Layer 6: how things are written.
    line(6, ENDS, &[Has("dns.qry.name")], "rfc1035#3.1", (
        "The name {dns.qry.name} is written piece by piece, each behind its length.",
        "名字 {dns.qry.name} 逐段书写, 每段前面是它的长度。")),
    line(6, ENDS, &[Has("http.content_type")], "rfc9110#8.3", (
        "The body is to be read as {http.content_type}.",
        "正文应按 {http.content_type} 解读。")),
    // Layer 7: DNS, HTTP, and what nobody here can read.
    line(7, ENDS, &[Clear("dns.flags.response"), Has("dns.qry.name")], "rfc1035#4.1", (
        "Question {dns.id}: what is known of the name {dns.qry.name}?",
        "查询 {dns.id}: 名字 {dns.qry.name} 对应什么?")),
    line(7, ENDS, &[Set("dns.flags.response"), Has("dns.a")], "rfc1035#4.1", (
        "Answer to {dns.id}: {dns.qry.name} has the address {dns.a}, good for {dns.resp.ttl} seconds.",
        "对 {dns.id} 的回答: {dns.qry.name} 的地址是 {dns.a}, {dns.resp.ttl} 秒内有效。")),
    line(7, ENDS, &[Set("dns.flags.response"), Lacks("dns.a"), Is("dns.flags.rcode", 3)], "rfc1035#4.1", (
        "Answer to {dns.id}: there is no such name as {dns.qry.name}.",
        "对 {dns.id} 的回答: 没有 {dns.qry.name} 这个名字。")),
    line(7, ENDS, &[Set("dns.flags.response"), Lacks("dns.a"), Not("dns.flags.rcode", 3)], "rfc1035#4.1", (
        "Answer to {dns.id}: {dns.count.answers} records, result {dns.flags.rcode}.",
        "对 {dns.id} 的回答: {dns.count.answers} 条记录, 结果代码 {dns.flags.rcode}。")),
    line(7, ENDS, &[Has("http.request.method"), Has("http.host")], "rfc9112#3", (
        "A request: {http.request.method} {http.request.uri}, of the site {http.host}.",
        "请求: {http.request.method} {http.host} 的 {http.request.uri}。")),
    line(7, ENDS, &[Has("http.request.method"), Lacks("http.host")], "rfc9112#3", (
        "A request: {http.request.method} {http.request.uri}.",
        "请求: {http.request.method} {http.request.uri}。")),
    line(7, ENDS, &[Has("http.response.code")], "rfc9112#4", (
        "The answer: {http.response.code} {http.response.phrase}.",
        "响应: {http.response.code} {http.response.phrase}。")),
    line(7, ENDS, &[Has("http.content_length")], "rfc9110#8.6", (
        "Its body has {http.content_length} octets.",
        "正文有 {http.content_length} 字节。")),
    line(7, ENDS, &[Has("data"), Lacks("http"), Has("tcp.len")], "", (
        "{tcp.len} octets of what the programs say to each other, the middle of a message.",
        "两端程序交谈的 {tcp.len} 字节, 是一条消息的中间部分。")),
    line(7, ENDS, &[Has("data"), Has("udp.length")], "", (
        "What the programs say to each other, in a datagram of {udp.length} octets.",
        "两端程序交谈的内容, 装在 {udp.length} 字节的数据报里。")),
];

/// A frame that speaks, and the names of the lab around it.
pub(super) struct Speaker<'a> {
    /// The frame's own fields, what it quotes left out.
    pub(super) fields: &'a [Field],
    /// The frame's octets.
    pub(super) octets: &'a [u8],
    /// Where it is.
    pub(super) jack: &'a str,
    /// On which cable.
    pub(super) link: Option<&'a str>,
    /// Who is at its other end.
    pub(super) peer: Option<&'a str>,
}

impl Line {
    /// Does the line speak about this frame in this part?
    pub(super) fn speaks(&self, part: Part, speaker: &Speaker<'_>) -> bool {
        self.parts.contains(&part) && self.conditions.iter().all(|one| one.holds(speaker.fields))
    }

    /// The sentence, and the fields that it quotes.
    pub(super) fn say(&self, speaker: &Speaker<'_>) -> (Text, Vec<Quoted>) {
        let mut quoted = Vec::new();
        let en = fill(self.en, ("a loose end", "an unplugged jack"), speaker, &mut quoted);
        let zh = fill(self.zh, ("没有网线的地方", "空处"), speaker, &mut Vec::new());
        (Text { en, zh }, quoted)
    }
}

impl If {
    fn holds(&self, fields: &[Field]) -> bool {
        let value =
            |name: &str| fields.iter().find(|field| field.name == name).map(|field| &field.value);
        match self {
            Has(name) => value(name).is_some(),
            Lacks(name) => value(name).is_none(),
            Set(name) => value(name) == Some(&Value::Flag(true)),
            Clear(name) => value(name) == Some(&Value::Flag(false)),
            Is(name, number) => value(name) == Some(&Value::Number(*number)),
            Not(name, number) => value(name).is_some_and(|value| *value != Value::Number(*number)),
        }
    }
}

/// Puts fields and names into a template; `nowhere` is said where there is no cable, and nobody.
fn fill(
    template: &str,
    nowhere: (&str, &str),
    speaker: &Speaker<'_>,
    quoted: &mut Vec<Quoted>,
) -> String {
    let mut sentence = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((text, tail)) = rest.split_once('{') {
        sentence.push_str(text);
        let (name, mut tail) = tail.split_once('}').unwrap_or((tail, ""));
        match name {
            "jack" => sentence.push_str(speaker.jack),
            "link" => sentence.push_str(speaker.link.unwrap_or(nowhere.0)),
            "peer" => sentence.push_str(speaker.peer.unwrap_or(nowhere.1)),
            _ => {
                let field = quote(name, speaker);
                let value = field.as_ref().map_or("?", |field| &field.value);
                sentence.push_str(value);
                tail = of_one(value, tail, &mut sentence);
                quoted.extend(field);
            }
        }
        rest = tail;
    }
    sentence.push_str(rest);
    sentence
}

/// Behind a lone 1 its word stands alone, too: `1 octet`. Gives what is left of the template.
fn of_one<'a>(value: &str, tail: &'a str, sentence: &mut String) -> &'a str {
    let words = [" octet", " record", " second"].into_iter().filter(|_| value == "1");
    let mut alone = words.filter_map(|one| Some((one, tail.strip_prefix(one)?.strip_prefix('s')?)));
    alone.next().map_or(tail, |(one, rest)| {
        sentence.push_str(one);
        rest
    })
}

fn quote(name: &str, speaker: &Speaker<'_>) -> Option<Quoted> {
    if name == "frame.len" {
        let end = speaker.octets.len();
        return Some(Quoted { name: "frame.len", value: end.to_string(), start: 0, end });
    }
    let field = speaker.fields.iter().find(|field| field.name == name)?;
    let value = capture::labels::show(field, speaker.octets).value;
    Some(Quoted { name: field.name, value, start: field.range.start, end: field.range.end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(template: &str) -> Vec<&str> {
        template.split('{').skip(1).map(|part| part.split('}').next().unwrap_or("")).collect()
    }

    #[test]
    fn a_line_quotes_what_there_is_and_the_same_in_both_languages() {
        for line in LINES {
            let (mut en, mut zh) = (names(line.en), names(line.zh));
            for name in &en {
                let known = ["jack", "link", "peer"].contains(name);
                assert!(known || capture::labels::label(name).is_some(), "{name} in {}", line.en);
            }
            en.sort_unstable();
            zh.sort_unstable();
            assert_eq!(en, zh, "{}", line.en);
            assert!((1..=7).contains(&line.layer) && !line.parts.is_empty(), "{}", line.en);
        }
    }

    #[test]
    fn one_octet_is_no_octets() {
        let of = |octets| {
            let speaker = Speaker { fields: &[], octets, jack: "0", link: None, peer: None };
            fill("{frame.len} octets; {frame.len} octets", ("", ""), &speaker, &mut Vec::new())
        };
        assert_eq!((&*of(&[0]), &*of(&[0, 0])), ("1 octet; 1 octet", "2 octets; 2 octets"));
    }

    #[test]
    fn a_number_in_a_line_is_a_field() {
        for line in LINES {
            for text in [line.en, line.zh] {
                // What stands before the first brace, and behind each closing one.
                let plain = text.split('{').map(|part| part.split('}').next_back().unwrap_or(""));
                let digits = plain.flat_map(str::chars).filter(char::is_ascii_digit);
                assert_eq!(digits.count(), 0, "{text}");
            }
        }
    }
}
