//! Why the network layer did what it did.
trace::reasons! {
    3001 malformed_packet MalformedPacket { field: &'static str, why: &'static str } Dropped "rfc1122#3.2.1" en "The IP header is wrong: {field} ({why})." zh "IP 首部有错: {field} ({why})。";
    3002 protocol_unknown ProtocolUnknown { protocol: u8 } Dropped "rfc1122#3.2.2.1" en "No program or layer here takes IP protocol {protocol}." zh "本机没有哪一层或程序接收 IP 协议号 {protocol}。";
}
