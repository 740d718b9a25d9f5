//! Below the sockets: ARP, ping, UDP, routing, and what is said when nobody is there.

mod harness;

use catenet_host::{Error, PingError, PingReceived, UdpSend};
use harness::{ANY, Net, at, ip, ms};

fn ping(net: &mut Net, node: usize, to: [u8; 4], ttl: Option<u8>) -> Vec<PingReceived> {
    let key = net.on(node, |host, cx| host.ping_open(cx)).expect("a socket");
    net.on(node, |host, cx| host.ping_send(cx, key, ip(to), 7, ttl, b"catenet".as_slice().into()))
        .expect("sent");
    net.run(ms(6_000));
    let mut got = Vec::new();
    while let Ok(received) = net.on(node, |host, cx| host.ping_receive(cx, key)) {
        got.push(received);
    }
    net.on(node, |host, cx| host.ping_close(cx, key));
    got
}

#[test]
fn a_ping_asks_who_has_the_address_and_comes_back() {
    let mut net = Net::pair(1);
    net.run(ms(10));
    let got = ping(&mut net, 0, [10, 0, 0, 2], None);
    let [PingReceived::Reply { from, seq: 7, ttl: 64, payload, .. }] = &got[..] else {
        panic!("{got:?}");
    };
    assert_eq!(
        (*from, payload.clone().into_bytes().as_ref()),
        (ip([10, 0, 0, 2]), &b"catenet"[..])
    );
    for (node, peer) in [(0, "10.0.0.2"), (1, "10.0.0.1")] {
        let now = net.now;
        let arp = net.hosts[node].0.inspect(now);
        let mac = arp.at(&format!("arp[{peer}].mac")).expect("an entry").to_string();
        assert_eq!(mac, format!("02:00:00:00:0{}:00", 1 - node));
    }
}

#[test]
fn a_new_address_is_announced() {
    let mut net = Net::pair(1);
    net.run(ms(1_999));
    assert_eq!((net.count(0, "announced"), net.seen), (1, 2));
    net.run(ms(1));
    assert_eq!((net.count(0, "announced"), net.seen), (1, 4), "rfc5227#2.3");
    net.run(ms(9_000));
    assert_eq!(net.seen, 4);
    // What is gone after a second is not told again.
    let (eth0, net9) = (base::InterfaceId(1), "10.0.9.1/24".parse().expect("a prefix"));
    net.on(0, |host, cx| host.add_address(cx, eth0, net9)).expect("added");
    net.run(ms(1_000));
    net.on(0, |host, cx| host.remove_address(cx, eth0, net9)).expect("there");
    net.run(ms(9_000));
    assert_eq!(net.count(0, "announced"), 1);
}

#[test]
fn who_has_no_address_asks_for_none() {
    let mut net = Net::pair(1);
    let eth0 = base::InterfaceId(1);
    let (net10, other) = ("10.0.0.1/24", "10.9.9.9/32");
    net.on(0, |host, cx| host.remove_address(cx, eth0, net10.parse().expect("a prefix")))
        .expect("there");
    let lo = base::InterfaceId::LOOPBACK;
    net.on(0, |host, cx| host.add_address(cx, lo, other.parse().expect("a prefix")))
        .expect("added");
    let far = "10.0.0.0/24".parse().expect("a prefix");
    net.on(0, |host, _| host.add_route(far, None, Some(eth0), 0)).expect("a route");
    net.run(ms(3_000));
    let before = net.seen;
    let socket = net.on(0, |h, cx| h.udp_bind(cx, at([10, 9, 9, 9], 0))).expect("bound");
    let how = UdpSend { to: Some(at([10, 0, 0, 2], 9)), ..UdpSend::default() };
    net.on(0, |host, cx| host.udp_send(cx, socket, how, "x".into())).expect("sent");
    net.run(ms(6_000));
    assert_eq!(net.seen, before, "no probe from 0.0.0.0");
}

#[test]
fn own_addresses_are_near_and_touch_no_wire() {
    let mut net = Net::pair(1);
    net.run(ms(3_000));
    let before = net.seen;
    for own in [[127, 0, 0, 1], [10, 0, 0, 1]] {
        let got = ping(&mut net, 0, own, None);
        assert!(matches!(&got[..], [PingReceived::Reply { .. }]), "{got:?}");
    }
    assert_eq!(net.seen, before);
}

#[test]
fn nobody_answers_for_a_missing_host() {
    let mut net = Net::pair(1);
    let got = ping(&mut net, 0, [10, 0, 0, 99], None);
    let unreachable = |received: &PingReceived| {
        matches!(received, PingReceived::Error { error: PingError::HostUnreachable, seq: 7, .. })
    };
    assert!(matches!(&got[..], [only] if unreachable(only)), "{got:?}");
    assert_eq!(net.count(0, "neighbour_failed"), 1);
}

#[test]
fn a_silent_neighbour_is_one_error_of_a_connected_socket() {
    let mut net = Net::pair(3);
    let nobody = at([10, 0, 0, 99], 9);
    let socket = net.on(0, |host, cx| host.udp_bind(cx, at(ANY, 0))).expect("bound");
    net.on(0, |host, _| host.udp_connect(socket, Some(nobody))).expect("connected");
    let send = |net: &mut Net| {
        net.on(0, |host, cx| host.udp_send(cx, socket, UdpSend::default(), vec![0; 2000].into()))
    };
    assert_eq!(send(&mut net), Ok(2000));
    net.run(ms(6_000));
    assert_eq!(send(&mut net), Err(Error::HostUnreachable(nobody.ip())));
    assert_eq!(send(&mut net), Ok(2000));
}

#[test]
fn a_router_forwards_and_says_where_a_ttl_ran_out() {
    let mut net = Net::routed(1);
    net.run(ms(10));
    let got = ping(&mut net, 0, [10, 0, 2, 20], None);
    assert!(matches!(&got[..], [PingReceived::Reply { ttl: 63, .. }]), "{got:?}");
    let got = ping(&mut net, 0, [10, 0, 2, 20], Some(1));
    let [PingReceived::Error { from, error: PingError::TimeExceeded, seq: 7, .. }] = &got[..]
    else {
        panic!("{got:?}");
    };
    assert_eq!(*from, ip([10, 0, 1, 1]));
    let got = ping(&mut net, 0, [192, 168, 9, 9], None);
    let [PingReceived::Error { error: PingError::NetUnreachable, .. }] = &got[..] else {
        panic!("{got:?}");
    };
}

#[test]
fn datagrams_go_there_and_back_across_a_router() {
    let mut net = Net::routed(2);
    let server = net.on(1, |host, cx| host.udp_bind(cx, at(ANY, 53))).expect("bound");
    let client = net.on(0, |host, cx| host.udp_bind(cx, at(ANY, 0))).expect("bound");
    let how = UdpSend { to: Some(at([10, 0, 2, 20], 53)), ecn: 2, ..UdpSend::default() };
    net.on(0, |host, cx| host.udp_send(cx, client, how, "who?".into())).expect("sent");
    net.run(ms(10));
    let got = net.on(1, |host, cx| host.udp_receive(cx, server)).expect("a datagram");
    assert_eq!((got.ecn, got.ttl, got.to), (2, 63, at([10, 0, 2, 20], 53)));
    assert_eq!(got.from.ip(), ip([10, 0, 1, 10]));
    assert!(got.from.port() >= 49_152);
    let how = UdpSend { to: Some(got.from), ..UdpSend::default() };
    net.on(1, |host, cx| host.udp_send(cx, server, how, "me".into())).expect("sent");
    net.run(ms(10));
    let got = net.on(0, |host, cx| host.udp_receive(cx, client)).expect("an answer");
    assert_eq!(got.payload.into_bytes(), "me");
}

#[test]
fn a_closed_udp_port_is_refused_to_who_is_connected() {
    let mut net = Net::pair(3);
    let socket = net.on(0, |host, cx| host.udp_bind(cx, at(ANY, 0))).expect("bound");
    net.on(0, |host, _| host.udp_connect(socket, Some(at([10, 0, 0, 2], 9)))).expect("connected");
    let sent = net.on(0, |host, cx| host.udp_send(cx, socket, UdpSend::default(), "x".into()));
    assert_eq!(sent, Ok(1));
    net.run(ms(10));
    let answer = net.on(0, |host, cx| host.udp_receive(cx, socket)).map(|_| ());
    assert_eq!(answer, Err(Error::Refused));
    assert_eq!(net.count(1, "udp_port_closed"), 1);
}

/// An IPv4 packet in an Ethernet frame from host 0 to host 1 of [`Net::pair`].
fn packet(protocol: u8, options: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut octets = vec![2, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 8, 0];
    let words = 5 + options.len() / 4;
    let len = (words * 4 + payload.len()) as u16;
    octets.extend([0x40 | words as u8, 0, (len >> 8) as u8, len as u8, 0, 7, 0, 0, 64, protocol]);
    octets.extend([0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    octets.extend(options);
    let sum = base::checksum::checksum(&octets[14..]);
    octets[24..26].copy_from_slice(&sum.to_be_bytes());
    octets.extend(payload);
    octets
}

#[test]
fn rfc1122_3_2_2_an_error_quotes_the_packet_and_nothing_else() {
    use std::sync::{Arc, Mutex};
    let mut net = Net::pair(7);
    net.run(ms(10));
    let errors: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let seen = errors.clone();
    net.lose = Box::new(move |frame| {
        let octets = frame.to_vec();
        if octets[12..14] == [8, 0] && octets[23] == 1 {
            seen.lock().expect("unpoisoned").push(octets);
        }
        false
    });
    // A UDP datagram of no data to a closed port, its length far less than the packet's; what
    // follows pretends to be a packet from somebody else.
    let mut payload = vec![0x80, 0, 0, 9, 0, 8, 0, 0];
    payload.extend(&packet(17, &[], &[0; 4])[14..]);
    payload.resize(40, 0x45);
    let sent = packet(17, &[], &payload);
    net.on(0, |h, cx| h.send_raw_frame(cx, base::InterfaceId(1), sent.clone().into()));
    net.run(ms(10));
    let errors = core::mem::take(&mut *errors.lock().expect("unpoisoned"));
    let [error] = &errors[..] else { panic!("{errors:x?}") };
    assert_eq!((&error[30..34], &error[34..36]), (&[10, 0, 0, 1][..], &[3, 3][..]));
    assert_eq!(error[42..], sent[14..14 + 28]);
}

#[test]
fn a_datagram_to_an_ipv6_address_says_what_is_missing() {
    let mut net = Net::pair(3);
    let six: std::net::SocketAddr = "[::1]:53".parse().expect("an address");
    let any = "[::]:0".parse().expect("an address");
    let socket = net.on(0, |host, cx| host.udp_bind(cx, any)).expect("bound");
    let how = UdpSend { to: Some(six), ..UdpSend::default() };
    let sent = net.on(0, |host, cx| host.udp_send(cx, socket, how, "x".into()));
    assert_eq!(sent, Err(Error::Ipv6NotSpoken(six.ip())));
}

#[test]
fn who_has_no_address_yet_can_ask_everybody() {
    let mut net = Net::new(6);
    net.host(catenet_host::HostConfig::new("new"), &[]);
    net.host(catenet_host::HostConfig::new("dhcp"), &["10.0.0.1/24"]);
    let card = catenet_host::InterfaceConfig {
        name: "eth0".into(),
        mac: "02:00:00:00:00:00".parse().expect("an address"),
        mtu: 1500,
    };
    let eth0 = net.on(0, |host, _| host.add_interface(card));
    net.cable((0, 1), (1, 1));
    let everybody = [255, 255, 255, 255];
    let ask = net.on(0, |host, cx| host.udp_bind(cx, at(ANY, 68))).expect("bound");
    let answer = net.on(1, |host, cx| host.udp_bind(cx, at(ANY, 67))).expect("bound");
    let to = |port| UdpSend {
        to: Some(at(everybody, port)),
        interface: Some(eth0),
        ..UdpSend::default()
    };
    net.on(0, |host, cx| host.udp_send(cx, ask, to(67), "who am I?".into())).expect("sent");
    net.run(ms(10));
    let got = net.on(1, |host, cx| host.udp_receive(cx, answer)).expect("asked");
    assert_eq!((got.from, got.to), (at(ANY, 68), at(everybody, 67)));
    net.on(1, |host, cx| host.udp_send(cx, answer, to(68), "10.0.0.7".into())).expect("sent");
    net.run(ms(10));
    let got = net.on(0, |host, cx| host.udp_receive(cx, ask)).expect("answered");
    assert_eq!((got.from, got.payload.into_bytes()), (at([10, 0, 0, 1], 67), "10.0.0.7".into()));
}

#[test]
fn a_cut_link_drops_and_says_so() {
    let mut net = Net::pair(4);
    net.run(ms(10));
    let eth0 = base::InterfaceId(1);
    net.on(1, |host, cx| host.set_link(cx, eth0, false));
    assert!(
        ping(&mut net, 0, [10, 0, 0, 2], None)
            .iter()
            .all(|received| { !matches!(received, PingReceived::Reply { .. }) })
    );
    assert!(net.count(1, "interface_down") > 0);
    net.on(1, |host, cx| host.set_link(cx, eth0, true));
    net.on(0, |host, cx| host.flush_neighbours(cx, eth0));
    let got = ping(&mut net, 0, [10, 0, 0, 2], None);
    assert!(matches!(&got[..], [PingReceived::Reply { .. }]), "{got:?}");
}

#[test]
fn timers_fire_in_order_and_can_be_taken_away() {
    use std::sync::{Arc, Mutex};
    struct Note(u8, Arc<Mutex<Vec<u8>>>);
    impl std::task::Wake for Note {
        fn wake(self: Arc<Self>) {
            self.1.lock().expect("unpoisoned").push(self.0);
        }
    }
    let mut net = Net::pair(5);
    let fired = Arc::new(Mutex::new(Vec::new()));
    let waker = |n| std::task::Waker::from(Arc::new(Note(n, fired.clone())));
    let keys: Vec<_> = [30, 10, 20, 10]
        .into_iter()
        .enumerate()
        .map(|(n, at)| {
            let at = base::Instant::ZERO + ms(at);
            net.on(0, |host, _| host.add_timer(at, &waker(n as u8))).expect("a timer")
        })
        .collect();
    net.on(0, |host, _| host.cancel_timer(keys[2]));
    net.run(ms(40));
    assert_eq!(*fired.lock().expect("unpoisoned"), [1, 3, 0]);
    assert!(!net.on(0, |host, _| host.update_timer(keys[0], &waker(9))));
}
