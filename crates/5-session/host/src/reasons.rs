//! Why a host did what it did with a frame, a port or a connection.

use base::{Duration, MacAddr};
use core::net::IpAddr;

trace::reasons! {
    5001 interface_down InterfaceDown {} Dropped ""
        en "The interface is switched off or does not exist."
        zh "网络接口已关闭或不存在。";
    5002 ethertype_unclaimed UnknownEthertype { ethertype: u16 } Dropped ""
        en "Nobody here understands the Ethernet type {ethertype}."
        zh "本机不认识以太网类型 {ethertype}。";
    5003 unknown_protocol UnknownProtocol { src: IpAddr, protocol: u8 } Dropped "rfc1122#3.2.2.1"
        en "The packet from {src} carries protocol {protocol}, which nobody here understands."
        zh "{src} 的分组携带协议 {protocol}, 本机不认识。";
    5004 bad_segment BadSegment { src: IpAddr, field: &'static str } Dropped "rfc9293#3.1"
        en "The TCP segment from {src} is malformed: {field}."
        zh "{src} 的 TCP 报文段有错误: {field}。";
    5005 tcp_not_unicast TcpNotUnicast { src: IpAddr } Dropped "rfc9293#3.9.2.3"
        en "A TCP segment from {src} was sent to everybody; TCP is between two."
        zh "{src} 向所有主机发送了 TCP 报文段; TCP 只在两方之间通信。";
    5006 tcp_port_closed TcpPortClosed { src: IpAddr, port: u16 } Dropped "rfc9293#3.10.7.1"
        en "Nobody listens on TCP port {port}: {src} gets a reset."
        zh "没有程序监听 TCP 端口 {port}: 向 {src} 回复 RST。";
    5007 tcp_stray_reset TcpStrayReset { src: IpAddr, port: u16 } Dropped "rfc9293#3.10.7.1"
        en "A reset from {src} for TCP port {port}, where there is no connection."
        zh "{src} 对 TCP 端口 {port} 发来 RST, 但这里没有对应的连接。";
    5008 jack_queue_full OutputFull { waiting: usize } Dropped ""
        en "{waiting} frames wait to leave already."
        zh "已有 {waiting} 个帧等待发送。";
    5009 ping_delivered PingDelivered { src: IpAddr, seq: u16 } Delivered "rfc792#page-14"
        en "The echo reply {seq} from {src} reached the program that asked."
        zh "{src} 的回显应答 {seq} 已交给发出请求的程序。";
    5010 ping_nobody PingNobody { src: IpAddr, id: u16 } Dropped "rfc1122#3.2.2.6"
        en "An ICMP message from {src} (id {id}) for which no program waits."
        zh "{src} 的 ICMP 报文 (标识 {id}) 没有程序在等。";
    5011 ping_full PingFull { src: IpAddr } Dropped ""
        en "The program does not fetch its echo replies: the one from {src} is dropped."
        zh "程序没有及时取走回显应答: {src} 的应答被丢弃。";
    5012 listening Listening { port: u16, backlog: usize } Note "rfc9293#3.10.1"
        en "A program listens on TCP port {port}; {backlog} connections may wait."
        zh "程序开始监听 TCP 端口 {port}; 最多 {backlog} 个连接可以等待。";
    5013 port_refused PortRefused { port: u16, state: &'static str } Note "rfc9293#3.10.1"
        en "A program asked for port {port}, which somebody has ({state})."
        zh "程序请求端口 {port}, 但它已被占用 ({state})。";
    5014 port_chosen PortChosen { port: u16, dst: IpAddr } Note "rfc6056#3.3.4"
        en "Port {port} was chosen for a connection to {dst}."
        zh "为到 {dst} 的连接选择了端口 {port}。";
    5015 time_wait_evicted TimeWaitEvicted { dst: IpAddr, port: u16, bound: usize } Note ""
        en "More than {bound} connections are in TIME-WAIT: the oldest, with {dst} port {port}, is forgotten early."
        zh "TIME-WAIT 状态的连接超过 {bound} 个: 最早的一个 (对端 {dst} 端口 {port}) 被提前清除。";
    5016 connections_full ConnectionsFull { src: IpAddr, bound: usize } Note ""
        en "There are {bound} connections already: the new one from {src} is reset."
        zh "已有 {bound} 个连接: 用 RST 拒绝 {src} 的新连接。";
    5017 icmp_to_socket IcmpToSocket { src: IpAddr, port: u16 } Note "rfc1122#4.2.3.9"
        en "An ICMP error from {src} was handed to the socket on port {port}."
        zh "{src} 的 ICMP 差错已交给端口 {port} 的套接字。";
    5018 neighbour_failed NeighbourFailed { next_hop: IpAddr } Note "rfc1122#2.3.2.2"
        en "Nobody answers for {next_hop}: the sender is told."
        zh "没有主机应答 {next_hop} 的地址查询: 通知发送方。";
    5019 loops_back LoopsBack { after: Duration } Note "rfc1122#3.2.1.3"
        en "The packet is for this machine: it comes back in {after} and touches no wire."
        zh "分组发给本机: 它在 {after} 后回到本机, 不经过任何网线。";
    5020 announced Announced { address: IpAddr, mac: MacAddr } Note "rfc5227#2.3"
        en "The new address {address} is announced to everybody on the link ({mac})."
        zh "向链路上所有主机通告新地址 {address} ({mac})。";
    5021 interface_enabled InterfaceEnabled {} Note ""
        en "The interface is up: it can send and receive."
        zh "网络接口已启用: 可以收发了。";
    5022 time_wait_reused TimeWaitReused { src: IpAddr, port: u16 } Note "rfc9293#3.6.1"
        en "A new SYN from {src} reopens the connection that was in TIME-WAIT on port {port}."
        zh "{src} 的新 SYN 重新打开了端口 {port} 上处于 TIME-WAIT 的连接。";
    5023 interface_disabled InterfaceDisabled {} Note ""
        en "The interface is down: its cable was cut or pulled out, or it was switched off."
        zh "网络接口已停用: 网线被剪断或拔出, 或者接口被关闭。";
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_reason_is_whole() {
        let faults: Vec<String> =
            super::REASONS.iter().flat_map(|reason| reason.faults()).collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}
