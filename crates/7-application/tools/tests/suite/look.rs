//! ss, ip, arp and the small ones.

use crate::room::room;
use base::Duration;

#[test]
fn sockets() {
    let mut room = room();
    let client = room.start("pc1", "nc www 80");
    room.wait(Duration::from_millis(100));
    let (code, text) = room.sh("web", "ss -tlnp");
    assert_eq!(code, Some(0));
    let lines: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[1][..6], ["tcp", "LISTEN", "0", "256", "0.0.0.0:80", "0.0.0.0:*"], "{text}");
    assert!(lines[1][6].contains("http"), "{text}");
    let (_, text) = room.sh("web", "ss -t");
    assert!(
        text.contains("ESTAB") && text.contains("10.0.2.80:80") && text.contains("192.168.1.10:"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 2, "{text}");
    let (_, text) = room.sh("dns", "ss -ula");
    assert!(
        text.lines().nth(1).is_some_and(|line| line.starts_with("udp")
            && line.contains("UNCONN")
            && line.contains("0.0.0.0:53")),
        "{text}"
    );
    room.interrupt(&client);
}

#[test]
fn addresses_routes_and_neighbours() {
    let mut room = room();
    room.sh("pc1", "ping -c1 192.168.1.11");
    let (_, text) = room.sh("pc1", "ip addr");
    assert!(text.starts_with("1: lo: <LOOPBACK,UP,LOWER_UP> mtu "), "{text}");
    assert!(
        text.contains("    inet 192.168.1.10/24 brd 192.168.1.255 scope global eth0\n"),
        "{text}"
    );
    let (_, text) = room.sh("pc1", "ip route");
    let wanted = "default via 192.168.1.1 dev eth0\n192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.10\n";
    assert_eq!(text, wanted);
    let (_, text) = room.sh("pc1", "ip neigh");
    // Heard of by its announcement: nobody has confirmed it yet (RFC 4861 section 7.3.2).
    assert!(text.contains("192.168.1.11 dev eth0 lladdr ") && text.contains(" DELAY\n"), "{text}");
    room.wait(Duration::from_secs(7));
    let (_, text) = room.sh("pc1", "ip neigh");
    assert!(text.contains(" REACHABLE\n"), "{text}");
    let (_, text) = room.sh("pc1", "arp -n");
    assert!(
        text.starts_with("Address ") && text.contains("192.168.1.11             ether   "),
        "{text}"
    );
    assert!(text.lines().all(|line| line.ends_with("eth0") || line.ends_with("Iface")), "{text}");
}

#[test]
fn changes() {
    let mut room = room();
    let ok = |(code, text): (Option<u8>, String)| assert_eq!((code, text.as_str()), (Some(0), ""));
    ok(room.sh("pc1", "ip addr add 192.168.1.20/24 dev eth0"));
    assert_eq!(room.sh("pc2", "ping -c1 192.168.1.20").0, Some(0));
    ok(room.sh("pc1", "ip addr del 192.168.1.20/24 dev eth0"));
    ok(room.sh("pc1", "ip route del default"));
    let (code, text) = room.sh("pc1", "ping -c1 10.0.2.80");
    assert!(code == Some(2) && text.contains("network is unreachable"), "{text}");
    ok(room.sh("pc1", "ip route add 10.0.2.0/24 via 192.168.1.1 metric 5"));
    assert_eq!(room.sh("pc1", "ping -c1 10.0.2.80").0, Some(0));
    ok(room.sh("pc1", "ip neigh flush"));
    assert!(!room.sh("pc1", "ip neigh").1.contains("REACHABLE"));
    ok(room.sh("pc1", "ip link set eth0 down"));
    assert!(room.sh("pc1", "ip link").1.contains("state DOWN"));
    for wrong in [
        "ip addr add x dev eth0",
        "ip addr add 10.0.0.1/8 dev eth9",
        "ip frob",
        "ip route add default via",
        "ip route del 1.2.3.0/24",
    ] {
        let (code, text) = room.sh("pc1", wrong);
        assert!(code == Some(2) && !text.is_empty(), "{wrong}: {text}");
    }
}

#[test]
fn small_ones() {
    let mut room = room();
    assert_eq!(room.sh("pc1", "hostname"), (Some(0), "pc1\n".into()));
    assert_eq!(room.sh("web", "cat /site/ten.txt"), (Some(0), "0123456789".into()));
    assert_eq!(room.sh("web", "ls /site"), (Some(0), "index.html\nten.txt\n".into()));
    assert_eq!(room.sh("web", "cat /x"), (Some(1), "cat: /x: No such file or directory\n".into()));
    let before = room.world.now();
    assert_eq!(room.sh("pc1", "sleep 1.5").0, Some(0));
    assert!(room.world.now().since(before) >= Duration::from_millis(1500));
    assert_eq!(room.sh("pc1", "sleep soon").0, Some(2));
}

#[test]
fn every_program_has_a_line_of_help_and_is_known_to_labs_by_one_name() {
    let programs = catenet_tools::programs();
    assert!(programs.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, each once");
    assert!(programs.iter().all(|(_, _, en, zh)| !en.is_empty() && !zh.is_ascii()));
}
