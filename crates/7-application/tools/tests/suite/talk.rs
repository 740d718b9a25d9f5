//! ping, traceroute, nc, echo, send and sink.

use crate::room::room;
use base::Duration;
use sim::Input;

#[test]
fn ping_counts_and_says_why_not() {
    let mut room = room();
    let (code, text) = room.sh("pc1", "ping -c 2 www");
    assert_eq!(code, Some(0), "{text}");
    let first = "PING www (10.0.2.80) 56(84) bytes of data.\n64 bytes from 10.0.2.80: icmp_seq=1 ttl=63 time=0.";
    assert!(text.starts_with(first), "{text}");
    assert!(
        text.contains("\n2 packets transmitted, 2 received, 0% packet loss, time 100"),
        "{text}"
    );
    assert!(text.contains("rtt min/avg/max/mdev = 0."), "{text}");
    let (code, text) = room.sh("pc1", "ping -c 1 192.168.1.99");
    assert_eq!(code, Some(1));
    assert!(text.contains("From 192.168.1.10 icmp_seq=1 Destination Host Unreachable\n"), "{text}");
    assert!(
        text.contains("1 packets transmitted, 0 received, +1 errors, 100% packet loss"),
        "{text}"
    );
    let (code, text) = room.sh("pc1", "ping -c 1 -t 1 10.0.2.80");
    assert!(
        code == Some(1) && text.contains("From 192.168.1.1 icmp_seq=1 Time to live exceeded\n"),
        "{text}"
    );
    let (code, text) = room.sh("pc1", "ping -c 1 nobody");
    assert_eq!((code, text.as_str()), (Some(2), "ping: nobody: Name or service not known\n"));
    assert_eq!(room.sh("pc1", "ping -c 0 www").0, Some(2));
    let (code, text) = room.sh("pc1", "ping -c 3 -i 0.2 -s 3000 -q www");
    assert!(code == Some(0) && text.contains("3 received"), "fragments: {text}");
}

#[test]
fn ping_is_interrupted() {
    let mut room = room();
    let ping = room.start("pc1", "ping 10.0.2.80");
    room.wait(Duration::from_millis(2500));
    room.interrupt(&ping);
    room.wait(Duration::from_millis(1));
    assert_eq!(room.exit(&ping), Some(0));
    assert!(room.printed(&ping).contains("3 packets transmitted, 3 received"));
}

#[test]
fn traceroute_shows_the_router() {
    let mut room = room();
    let (code, text) = room.sh("pc1", "traceroute -n www");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((code, lines.len()), (Some(0), 3), "{text}");
    assert_eq!(lines[0], "traceroute to www (10.0.2.80), 30 hops max, 60 byte packets");
    assert!(lines[1].starts_with(" 1  192.168.1.1  0.") && lines[1].ends_with(" ms"), "{text}");
    assert_eq!(lines[1].matches(" ms").count(), 3, "{text}");
    assert!(lines[2].starts_with(" 2  10.0.2.80  0."), "{text}");
    let (_, text) = room.sh("pc1", "traceroute www");
    assert!(
        text.contains(" 1  r1.example.lab (192.168.1.1)  ")
            && text.contains(" 2  www.example.lab (10.0.2.80)  "),
        "{text}"
    );
    let (_, text) = room.sh("pc1", "traceroute -n -m 2 -q 2 -w 1 10.0.2.99");
    assert!(text.contains(" 2  * *") || text.contains(" !H"), "{text}");
}

#[test]
fn nc_both_ways() {
    let mut room = room();
    let server = room.start("pc2", "nc -l -v 5000");
    room.wait(Duration::from_millis(1));
    let client = room.start("pc1", "nc -N pc2 5000");
    room.wait(Duration::from_millis(100));
    room.stdin(&client, b"hello\n");
    room.stdin(&server, b"answer\n");
    room.wait(Duration::from_millis(100));
    assert_eq!(room.printed(&client), "answer\n");
    assert!(room.printed(&server).ends_with("\nhello\n"), "{}", room.printed(&server));
    assert!(
        room.printed(&server)
            .starts_with("Listening on 0.0.0.0 5000\nConnection received on 192.168.1.10 ")
    );
    assert_eq!((room.exit(&client), room.exit(&server)), (None, None));
    room.stdin(&client, b"");
    room.wait(Duration::from_millis(100));
    assert_eq!((room.exit(&client), room.exit(&server)), (Some(0), Some(0)));
}

#[test]
fn nc_over_udp_and_scanning() {
    let mut room = room();
    let server = room.start("pc2", "nc -l -u 5000");
    room.wait(Duration::from_millis(1));
    let client = room.start("pc1", "nc -u pc2 5000");
    room.stdin(&client, b"hello\n");
    room.wait(Duration::from_millis(100));
    room.stdin(&server, b"answer\n");
    room.wait(Duration::from_millis(100));
    assert_eq!(
        (room.printed(&server).as_str(), room.printed(&client).as_str()),
        ("hello\n", "answer\n")
    );
    let (code, text) = room.sh("pc1", "nc -z -v www 79-81");
    assert_eq!(code, Some(0));
    assert!(text.contains("Connection to www 80 port [tcp/*] succeeded!\n"), "{text}");
    assert!(
        text.contains("nc: connect to www port 79 (tcp) failed: connection refused\n"),
        "{text}"
    );
    let (code, text) = room.sh("pc1", "nc www 79");
    assert_eq!(
        (code, text.as_str()),
        (Some(1), "nc: connect to www port 79 (tcp) failed: connection refused\n")
    );
    let (code, _) = room.sh("pc1", "nc -w 2 pc2 7");
    assert_eq!(code, Some(1));
}

#[test]
fn echo_and_discard() {
    let mut room = room();
    room.start("pc2", "echo udp=yes");
    room.start("pc2", "discard");
    let (code, text) = room.sh("pc1", "send pc2 7 300kB");
    assert!(
        code == Some(0) && text.starts_with("sent 300000 octets, received 300000 octets in "),
        "{text}"
    );
    let (code, text) = room.sh("pc1", "send pc2 9 300kB");
    assert!(
        code == Some(0) && text.starts_with("sent 300000 octets, received 0 octets in "),
        "{text}"
    );
    let client = room.start("pc1", "nc -u -w 1 pc2 7");
    room.stdin(&client, b"over UDP");
    room.wait(Duration::from_secs(2));
    assert_eq!((room.exit(&client), room.printed(&client).as_str()), (Some(0), "over UDP"));
}

#[test]
fn a_half_closed_connection_still_carries_octets() {
    let mut room = room();
    let sink = room.start("pc2", "sink reply=100kB");
    let (code, text) = room.sh("pc1", "send pc2 9000 1000");
    assert!(
        code == Some(0) && text.starts_with("sent 1000 octets, received 100000 octets in "),
        "{text}"
    );
    assert!(
        room.printed(&sink).ends_with(" received 1000 sent 100000 closed\n"),
        "{}",
        room.printed(&sink)
    );

    let (code, text) = room.sh("pc1", "send pc2 9000 1000 then=abort");
    assert!(code == Some(0) && text.starts_with("sent 1000 octets, received 0 octets"), "{text}");
    assert!(
        room.printed(&sink).ends_with(" received 1000 sent 0 broken: connection reset by peer\n"),
        "{}",
        room.printed(&sink)
    );

    let wait = room.start("pc1", "send pc2 9000 1000 then=wait");
    room.wait(Duration::from_secs(5));
    assert_eq!(room.exit(&wait), None);
    room.interrupt(&wait);
    room.wait(Duration::from_secs(1));
    assert_eq!(room.exit(&wait), Some(0));
    assert_eq!(room.sh("pc1", "send pc2 9000 x").0, Some(2));
}

#[test]
fn a_killed_program_closes() {
    let mut room = room();
    let client = room.start("pc1", "nc www 80");
    room.wait(Duration::from_millis(100));
    room.world.handle_input(Input::Kill { process: client.process }).expect("it runs");
    room.wait(Duration::from_secs(1));
    let (_, text) = room.sh("web", "ss -t");
    assert!(!text.contains("192.168.1.10"), "{text}");
}
