//! Why UDP did what it did.
trace::reasons! {
    4003 port_closed PortClosed { dst: core::net::IpAddr, port: u16 } Dropped "rfc1122#4.1.3.1" en "Nothing waits at {dst} port {port}." zh "{dst} 的端口 {port} 没有程序在等。";
}
