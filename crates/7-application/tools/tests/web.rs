//! curl against the web server, through router and name server.

mod room;

use room::room;

#[test]
fn a_page_by_name() {
    let mut room = room();
    let (code, text) = room.sh("pc1", "curl http://www.example.lab/");
    assert_eq!((code, text.as_str()), (Some(0), "<h1>Catenet</h1>\n"));
    let (code, text) = room.sh("pc1", "ping -c 2 www");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("PING www (10.0.2.80) 56(84) bytes of data.\n64 bytes from 10.0.2.80: icmp_seq=1 ttl=63 time=0."), "{text}");
    assert!(
        text.contains("\n2 packets transmitted, 2 received, 0% packet loss, time 100"),
        "{text}"
    );
}
