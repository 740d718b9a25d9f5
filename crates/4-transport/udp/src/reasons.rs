//! Why UDP did what it did. The host's demultiplexer gives [`PortClosed`].

use core::net::IpAddr;

trace::reasons! {
    4001 udp_malformed MalformedDatagram { field: &'static str, why: &'static str } Dropped "rfc1122#4.1.3.4"
        en "The UDP header is wrong: {field} ({why})."
        zh "UDP 首部有错: {field} ({why})。";
    4002 udp_delivered Delivered { src: IpAddr, port: u16, octets: usize } Delivered "rfc768"
        en "{octets} octets from {src} port {port} wait for the program to read them."
        zh "来自 {src} 端口 {port} 的 {octets} 字节已放入接收队列, 等待程序读取。";
    4003 udp_port_closed PortClosed { dst: IpAddr, port: u16 } Dropped "rfc1122#4.1.3.1"
        en "No program has opened UDP port {port} at {dst}."
        zh "没有程序打开 {dst} 的 UDP 端口 {port}。";
    4004 udp_queue_full QueueFull { src: IpAddr, octets: usize, bound: usize } Dropped "rfc768"
        en "The program reads too slowly: {octets} octets from {src} find no room in the receive queue of {bound} octets. UDP tells nobody."
        zh "程序读得太慢: 来自 {src} 的 {octets} 字节放不进 {bound} 字节的接收队列。UDP 不会告知任何人。";
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reasons_are_sound() {
        let mut codes = std::collections::BTreeSet::new();
        for reason in super::REASONS {
            assert!(reason.faults().is_empty(), "{:?}", reason.faults());
            assert!((4000..4100).contains(&reason.code) && codes.insert(reason.code));
        }
    }
}
