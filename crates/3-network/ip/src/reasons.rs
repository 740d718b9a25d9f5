//! Why the network layer did what it did: one line of code, fate, clause and sentence per decision.

use core::net::IpAddr;

trace::reasons! {
    3001 malformed_packet MalformedPacket { field: &'static str, why: &'static str } Dropped "rfc1122#3.2.1"
        en "The IP header is wrong: {field} ({why})."
        zh "IP 首部有错: {field} ({why})。";
    3002 protocol_unknown ProtocolUnknown { protocol: u8 } Dropped "rfc1122#3.2.2.1"
        en "Nothing on this machine takes IP protocol {protocol}."
        zh "本机没有哪一层或程序接收 IP 协议号 {protocol}。";
    3003 ipv6_not_spoken Ipv6NotSpoken {} Dropped ""
        en "This is an IPv6 packet, and this machine does not speak IPv6 yet."
        zh "这是 IPv6 分组, 而本机还不会 IPv6。";
    3004 martian_source MartianSource { src: IpAddr, why: &'static str } Dropped "rfc1812#5.3.7"
        en "No packet on a wire can come from {src} ({why}): forged or misconfigured."
        zh "网线上来的分组不可能出自 {src} ({why}): 伪造或配置错误。";
    3005 martian_destination MartianDestination { dst: IpAddr, why: &'static str } Dropped "rfc1812#5.3.7"
        en "No packet on a wire can go to {dst} ({why})."
        zh "网线上来的分组不可能发往 {dst} ({why})。";
    3006 link_broadcast LinkBroadcast { dst: IpAddr } Dropped "rfc1122#3.3.6"
        en "The frame was for everybody, but the packet in it is for {dst} alone: a contradiction, dropped in silence."
        zh "帧是广播的, 而其中的分组只发给 {dst}: 自相矛盾, 静默丢弃。";
    3007 group_not_joined GroupNotJoined { dst: IpAddr } Dropped "rfc1112#7.2"
        en "The packet is for the group {dst}, which this machine has not joined."
        zh "分组发往组播组 {dst}, 本机没有加入。";
    3008 not_for_us NotForUs { dst: IpAddr } Dropped "rfc1122#3.2.1.3"
        en "The packet is for {dst}; this machine is not a router, so it forwards nothing."
        zh "分组发往 {dst}; 本机不是路由器, 不转发。";
    3009 source_routed SourceRouted { src: IpAddr } Dropped "rfc1812#5.3.13.4"
        en "The packet from {src} wants to choose its own way (source route option). Routers should follow that, this machine refuses: it leads around filters."
        zh "来自 {src} 的分组要求自己指定路径 (源路由选项)。规范要求路由器照办, 本机拒绝: 它能绕过过滤。";
    3010 bad_option BadOption { src: IpAddr, pointer: u8 } Dropped "rfc1122#3.2.1.8"
        en "The IP options of the packet from {src} are wrong at octet {pointer}."
        zh "来自 {src} 的分组, IP 选项在第 {pointer} 字节处有错。";

    3020 forwarded Forwarded { dst: IpAddr, next_hop: IpAddr, interface: u16 } Note "rfc1812#5.2.1"
        en "The packet for {dst} goes on to {next_hop} by interface {interface}."
        zh "发往 {dst} 的分组经接口 {interface} 转给 {next_hop}。";
    3021 ttl_exceeded TtlExceeded { dst: IpAddr, ttl: u8 } Dropped "rfc1812#5.3.1"
        en "The packet for {dst} arrived with TTL {ttl}: it may take no further hop. (Without this a packet in a routing loop would live for ever.)"
        zh "发往 {dst} 的分组到达时 TTL 为 {ttl}: 不能再经过下一跳。(没有 TTL, 路由环路里的分组将永远打转。)";
    3022 no_route NoRoute { dst: IpAddr } Dropped "rfc1812#5.2.7.1"
        en "No route leads to {dst}."
        zh "没有通往 {dst} 的路由。";
    3023 too_big TooBig { dst: IpAddr, octets: usize, mtu: u16 } Dropped "rfc1191#4"
        en "The packet for {dst} has {octets} octets, the next link takes {mtu}, and the packet forbids cutting (DF)."
        zh "发往 {dst} 的分组有 {octets} 字节, 下一段链路最多 {mtu}, 而分组禁止分片 (DF)。";
    3024 fragmented Fragmented { dst: IpAddr, octets: usize, mtu: u16, pieces: usize } Consumed "rfc791#3.2"
        en "The packet for {dst} of {octets} octets is cut into {pieces} fragments, because the link takes {mtu}."
        zh "发往 {dst} 的 {octets} 字节的分组被切成 {pieces} 片, 因为链路最多容纳 {mtu}。";
    3025 directed_broadcast DirectedBroadcast { dst: IpAddr } Dropped "rfc2644#2"
        en "{dst} means everybody on another network; routers do not forward that, because it was used for attacks."
        zh "{dst} 表示另一网络上的所有主机; 路由器不转发这种广播, 因为它曾被用于攻击。";
    3026 link_local LinkLocal { src: IpAddr, dst: IpAddr } Dropped "rfc3927#7"
        en "{src} to {dst}: link-local addresses never pass a router."
        zh "{src} 发往 {dst}: 链路本地地址从不越过路由器。";

    3027 recorded Recorded { here: IpAddr } Note "rfc791#3.1"
        en "The packet's options ask by which way and when it comes: {here} is written into them."
        zh "分组的选项要求记录路径或时间: 写入 {here}。";

    3030 send_no_route SendNoRoute { dst: IpAddr } Dropped "rfc1122#3.3.1.1"
        en "This machine has no route to {dst}: the packet cannot be sent."
        zh "本机没有通往 {dst} 的路由: 无法发送。";
    3031 send_bad_source SendBadSource { dst: IpAddr } Dropped "rfc1122#3.2.1.3"
        en "This machine has no address of its own to speak with to {dst}."
        zh "本机没有可用来与 {dst} 通信的源地址。";
    3032 send_bad_destination SendBadDestination { dst: IpAddr } Dropped "rfc1122#3.2.1.3"
        en "{dst} is no destination that this machine can send to."
        zh "{dst} 不是本机可以发往的目的地址。";
    3033 output_full OutputFull { dst: IpAddr, bound: usize } Dropped ""
        en "{bound} packets of the network layer's own wait to be sent already: the one to {dst} is dropped."
        zh "网络层自己的分组已有 {bound} 个在等待发送: 丢弃发往 {dst} 的这一个。";

    3040 echo_answered EchoAnswered { src: IpAddr, id: u16, seq: u16 } Consumed "rfc1122#3.2.2.6"
        en "{src} pings (id {id}, number {seq}): the same octets go back."
        zh "{src} 发来 ping (id {id}, 序号 {seq}): 把同样的数据送回。";
    3041 echo_to_all EchoToAll { src: IpAddr } Dropped "rfc1122#3.2.2.6"
        en "{src} pings everybody at once; answering would let one packet cause many."
        zh "{src} 向所有主机发 ping; 若都回答, 一个分组就会引来许多分组。";
    3042 malformed_icmp MalformedIcmp { field: &'static str, why: &'static str } Dropped "rfc1122#3.2.2"
        en "The ICMP message is wrong: {field} ({why})."
        zh "ICMP 报文有错: {field} ({why})。";
    3043 icmp_error_heard IcmpErrorHeard { from: IpAddr, kind: &'static str, mtu: u16 } Consumed "rfc1122#3.2.2.1"
        en "{from} reports about a packet of ours: {kind} (next link's size: {mtu}, 0 if not said)."
        zh "{from} 报告本机的一个分组: {kind} (下一链路的大小: {mtu}, 0 表示没有说明)。";
    3044 icmp_not_about_us IcmpNotAboutUs { from: IpAddr, src: IpAddr } Dropped "rfc5927#4"
        en "{from} reports an error about a packet that {src} sent, which is not this machine."
        zh "{from} 报告的出错分组由 {src} 发出, 并非本机。";
    3045 redirect_ignored RedirectIgnored { from: IpAddr, gateway: IpAddr } Consumed "rfc1812#5.2.7.2"
        en "{from} says that {gateway} is a better router; this machine believes only its own routes."
        zh "{from} 称 {gateway} 是更好的路由器; 本机只相信自己的路由表。";
    3046 icmp_sent IcmpSent { to: IpAddr, kind: &'static str } Note "rfc1812#4.3.2"
        en "We tell {to}: {kind}."
        zh "告知 {to}: {kind}。";
    3047 icmp_withheld IcmpWithheld { src: IpAddr, why: &'static str } Note "rfc1812#4.3.2.7"
        en "No ICMP error goes to {src} ({why}): errors about such packets could breed more errors."
        zh "不向 {src} 发送 ICMP 差错报文 ({why}): 对这类分组报错会引发更多差错。";
    3048 icmp_limited IcmpLimited { src: IpAddr, rate: u32 } Note "rfc1812#4.3.2.8"
        en "No ICMP error goes to {src}: more than {rate} a second would be a flood of our own."
        zh "不向 {src} 发送 ICMP 差错报文: 每秒超过 {rate} 个, 我们自己就成了洪水。";
    3049 neighbour_unreachable NeighbourUnreachable { dst: IpAddr } Dropped "rfc1812#5.2.7.1"
        en "The next hop towards {dst} does not answer for its hardware address: the packet cannot be delivered."
        zh "通往 {dst} 的下一跳不回答自己的硬件地址: 分组无法送达。";

    3060 fragment_kept FragmentKept { src: IpAddr, id: u16, offset: u16, octets: u16 } Note "rfc791#3.2"
        en "A fragment from {src} (id {id}): octets {offset} and on, {octets} of them. It waits for the others."
        zh "来自 {src} 的分片 (id {id}): 从第 {offset} 字节起共 {octets} 字节, 等待其余分片。";
    3061 reassembled Reassembled { src: IpAddr, id: u16, pieces: usize } Consumed "rfc791#3.2"
        en "All {pieces} fragments of packet {id} from {src} are here: the packet is whole again."
        zh "来自 {src} 的分组 {id} 的 {pieces} 个分片都到齐了: 分组重新完整。";
    3062 reassembly_timeout ReassemblyTimeout { src: IpAddr, id: u16 } Dropped "rfc1122#3.3.2"
        en "The other fragments of packet {id} from {src} did not come within 30 seconds."
        zh "来自 {src} 的分组 {id} 的其余分片 30 秒内没有到齐。";
    3063 fragment_overlap FragmentOverlap { src: IpAddr, id: u16 } Dropped "rfc5722#4"
        en "Two fragments of packet {id} from {src} claim the same octets: an attack or a broken sender, so the whole packet goes."
        zh "来自 {src} 的分组 {id} 有两个分片占用相同的位置: 攻击或发送方故障, 整个分组丢弃。";
    3064 bad_fragment BadFragment { src: IpAddr, id: u16, why: &'static str } Dropped "rfc791#3.2"
        en "A fragment of packet {id} from {src} makes no sense: {why}."
        zh "来自 {src} 的分组 {id} 有一个分片不合理: {why}。";
    3065 duplicate_fragment DuplicateFragment { src: IpAddr, id: u16, offset: u16 } Dropped "rfc8200#4.5"
        en "This fragment of packet {id} from {src} (octet {offset} and on) is here already."
        zh "来自 {src} 的分组 {id} 的这个分片 (从第 {offset} 字节起) 已经收到过。";
    3066 reassembly_full ReassemblyFull { src: IpAddr, id: u16, bound: usize } Dropped ""
        en "Too many fragments wait ({bound} octets of memory at most): packet {id} from {src}, begun first, gives way."
        zh "等待中的分片太多 (内存上限 {bound} 字节): 丢弃最早开始的来自 {src} 的分组 {id}。";
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reasons_are_sound() {
        let mut codes = std::collections::BTreeSet::new();
        for reason in super::REASONS {
            assert!(reason.faults().is_empty(), "{:?}", reason.faults());
            assert!((3000..3100).contains(&reason.code) && codes.insert(reason.code));
        }
    }
}
