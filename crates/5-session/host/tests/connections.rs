//! TCP over two hosts: opening, carrying, closing, refusing; who may have which port.

mod harness;

use catenet_host::{Error, HostConfig, Limits, ListenOptions, ListenerKey, TcpKey, Transport};
use core::hash::Hasher;
use harness::{ANY, Net, at, ms};

const SERVER: [u8; 4] = [10, 0, 0, 2];

fn listen(net: &mut Net, node: usize, port: u16, backlog: usize) -> ListenerKey {
    let options = ListenOptions { backlog, ..ListenOptions::default() };
    net.on(node, |host, cx| host.tcp_listen(cx, at(ANY, port), options)).expect("listening")
}

/// A connection from host 0 to port 80 of host 1, both ends.
fn open(net: &mut Net, listener: ListenerKey) -> (TcpKey, TcpKey) {
    let client = net.on(0, |host, cx| host.tcp_connect(cx, None, at(SERVER, 80))).expect("begun");
    net.run(ms(50));
    net.on(0, |host, _| host.tcp_connected(client)).expect("connected");
    let (server, peer) = net.on(1, |host, cx| host.tcp_accept(cx, listener)).expect("accepted");
    let local = net.on(0, |host, _| host.tcp_endpoints(client)).expect("open").local;
    assert_eq!(peer, local);
    (client, server)
}

fn send_all(net: &mut Net, node: usize, key: TcpKey, mut data: &[u8]) {
    let mut rounds = 0;
    while !data.is_empty() {
        let sent = net.on(node, |host, cx| host.tcp_send(cx, key, data)).expect("sent");
        data = &data[sent..];
        net.run(ms(1));
        rounds += 1;
        assert!(rounds < 10_000, "{} octets left", data.len());
    }
}

fn read(net: &mut Net, node: usize, key: TcpKey) -> Result<Vec<u8>, Error> {
    let mut octets = vec![0; 4096];
    let len = net.on(node, |host, cx| host.tcp_receive(cx, key, &mut octets))?;
    octets.truncate(len);
    Ok(octets)
}

/// Moves `len` octets from one end to the other and checks every one.
fn transfer(net: &mut Net, from: (usize, TcpKey), to: (usize, TcpKey), len: usize) {
    let data: Vec<u8> = (0..len).map(|i| (i * 7 + i / 251) as u8).collect();
    let (mut sent, mut got) = (0, Vec::new());
    for _ in 0..100_000 {
        if sent < len {
            sent +=
                net.on(from.0, |host, cx| host.tcp_send(cx, from.1, &data[sent..])).expect("ok");
        }
        net.run(ms(1));
        while let Ok(part) = read(net, to.0, to.1) {
            assert!(!part.is_empty(), "the end came early");
            got.extend(part);
        }
        if got.len() == len {
            assert!(got == data);
            return;
        }
    }
    panic!("only {} of {len} octets arrived", got.len());
}

#[test]
fn a_connection_opens_carries_and_closes() {
    let mut net = Net::pair(1);
    let listener = listen(&mut net, 1, 80, 8);
    let (client, server) = open(&mut net, listener);
    transfer(&mut net, (0, client), (1, server), 300_000);
    transfer(&mut net, (1, server), (0, client), 300_000);
    // Half close: the other way still carries.
    net.on(0, |host, cx| host.tcp_shutdown(cx, client)).expect("shut");
    net.run(ms(5));
    assert_eq!(read(&mut net, 1, server), Ok(vec![]));
    transfer(&mut net, (1, server), (0, client), 100_000);
    assert_eq!(net.on(0, |h, cx| h.tcp_send(cx, client, b"x")), Err(Error::BrokenPipe));
    net.on(1, |host, cx| host.tcp_close(cx, server));
    net.run(ms(5));
    assert_eq!(read(&mut net, 0, client), Ok(vec![]));
    let state = |net: &mut Net| {
        let now = net.now;
        net.hosts[0].0.inspect(now).at("tcp.states.TIME-WAIT").map(|value| value.to_string())
    };
    assert_eq!(state(&mut net).as_deref(), Some("1"));
    net.on(0, |host, cx| host.tcp_close(cx, client));
    net.run(ms(70_000));
    assert_eq!(state(&mut net).as_deref(), Some("0"));
    assert_eq!(net.on(0, |host, _| host.tcp_endpoints(client)), Err(Error::Closed));
}

#[test]
fn a_closed_port_refuses_at_once() {
    let mut net = Net::pair(2);
    let client = net.on(0, |h, cx| h.tcp_connect(cx, None, at(SERVER, 81))).expect("begun");
    assert_eq!(net.on(0, |host, _| host.tcp_connected(client)), Err(Error::WouldBlock));
    net.run(ms(5));
    assert_eq!(net.on(0, |host, _| host.tcp_connected(client)), Err(Error::Refused));
    assert_eq!(net.count(1, "tcp_port_closed"), 1);
}

#[test]
fn a_missing_host_fails_when_nobody_answers_for_it() {
    let mut net = Net::pair(2);
    let missing = at([10, 0, 0, 99], 80);
    let client = net.on(0, |h, cx| h.tcp_connect(cx, None, missing)).expect("begun");
    net.run(ms(6_000));
    let error = net.on(0, |host, _| host.tcp_connected(client));
    assert_eq!(error, Err(Error::HostUnreachable(missing.ip())));
    let nowhere = net.on(0, |h, cx| h.tcp_connect(cx, None, at([8, 8, 8, 8], 80)));
    assert_eq!(nowhere, Err(Error::NetworkUnreachable(at([8, 8, 8, 8], 80).ip())));
}

#[test]
fn rfc9293_3_9_1_1_who_is_no_single_host_is_refused_at_once() {
    let mut net = Net::pair(3);
    net.run(ms(10));
    let everywhere = "0.0.0.0/0".parse().expect("a prefix");
    let gateway = Some([10, 0, 0, 2].into());
    net.on(0, |host, _| host.add_route(everywhere, gateway, None, 0)).expect("a route");
    for many in [[224, 0, 0, 1], [10, 0, 0, 255], [255, 255, 255, 255], [0, 0, 0, 0]] {
        let begun = net.on(0, |host, cx| host.tcp_connect(cx, None, at(many, 80)));
        assert!(matches!(begun, Err(Error::Invalid(_))), "{many:?}: {begun:?}");
    }
    for six in ["::1", "2001:db8::1"] {
        let six = std::net::SocketAddr::new(six.parse().expect("an address"), 80);
        let begun = net.on(0, |host, cx| host.tcp_connect(cx, None, six));
        assert_eq!(begun, Err(Error::Ipv6NotSpoken(six.ip())));
    }
    // No list knows them all: what the network layer will never send fails as soon as it says so.
    for nobody in [[240, 0, 0, 1], [0, 1, 2, 3]] {
        let key = net.on(0, |host, cx| host.tcp_connect(cx, None, at(nobody, 80))).expect("begun");
        net.run(ms(1));
        let opened = net.on(0, |host, _| host.tcp_connected(key));
        assert!(matches!(opened, Err(Error::Invalid(_))), "{nobody:?}: {opened:?}");
    }
}

#[test]
fn a_route_that_is_lost_and_found_does_not_end_an_opening() {
    let mut net = Net::pair(3);
    net.lose = Box::new(|frame| frame.len() > 54);
    net.run(ms(10));
    let eth0 = base::InterfaceId(1);
    let net10 = "10.0.0.1/24".parse().expect("a prefix");
    let listener = listen(&mut net, 1, 80, 1);
    let key = net.on(0, |host, cx| host.tcp_connect(cx, None, at(SERVER, 80))).expect("begun");
    net.run(ms(10));
    net.on(0, |host, cx| host.set_link(cx, eth0, false));
    net.run(ms(1_500));
    assert!(net.count(0, "send_no_route") > 0);
    assert_eq!(net.on(0, |host, _| host.tcp_connected(key)), Err(Error::WouldBlock));
    net.on(0, |host, cx| host.set_link(cx, eth0, true));
    net.lose = Box::new(|_| false);
    net.run(ms(5_000));
    assert_eq!(net.on(0, |host, _| host.tcp_connected(key)), Ok(()));
    net.on(1, |host, cx| host.tcp_accept(cx, listener)).expect("accepted");
    // Without its address it can never be opened.
    net.lose = Box::new(|frame| frame.len() > 54);
    let key = net.on(0, |host, cx| host.tcp_connect(cx, None, at(SERVER, 80))).expect("begun");
    net.run(ms(10));
    net.on(0, |host, cx| host.remove_address(cx, eth0, net10)).expect("there");
    let other = "10.0.0.9/24".parse().expect("a prefix");
    net.on(0, |host, cx| host.add_address(cx, eth0, other)).expect("added");
    net.run(ms(1_500));
    let opened = net.on(0, |host, _| host.tcp_connected(key));
    assert_eq!(opened, Err(Error::AddrNotAvailable([10, 0, 0, 1].into())));
}

#[test]
fn rfc4861_7_3_1_only_what_is_new_vouches_for_the_neighbour() {
    // A stranger repeats an old segment of the client for ever, while the client is long gone.
    let mut net = Net::pair(3);
    let listener = listen(&mut net, 1, 80, 1);
    let frames: std::sync::Arc<std::sync::Mutex<Vec<Vec<u8>>>> = Default::default();
    let record = frames.clone();
    net.lose = Box::new(move |frame| {
        record.lock().expect("unpoisoned").push(frame.to_vec());
        false
    });
    let (client, server) = open(&mut net, listener);
    send_all(&mut net, 0, client, b"once");
    net.run(ms(50));
    let is_data = |octets: &Vec<u8>| octets.ends_with(b"once");
    let old = frames.lock().expect("unpoisoned").iter().find(|o| is_data(o)).cloned();
    let old = old.expect("the client's segment");
    let state = |net: &mut Net| {
        let now = net.now;
        net.on(1, |host, _| host.look(now, "arp[10.0.0.1].state")).expect("an entry").to_string()
    };
    net.run(ms(31_000));
    net.on(1, |host, cx| host.tcp_send(cx, server, b"late")).expect("sent");
    net.lose = Box::new(|frame| frame.head()[6..12] == [2, 0, 0, 0, 0, 0]);
    net.on(1, |host, cx| host.tcp_send(cx, server, b"later")).expect("sent");
    net.run(ms(10));
    for _ in 0..12 {
        let journey = old.clone().into();
        net.on(1, |host, cx| {
            let frame = cx.pool.frame_from(journey);
            host.handle_frame(cx, base::InterfaceId(1), frame);
        });
        net.run(ms(1_000));
    }
    assert_eq!(state(&mut net), "FAILED");
}

#[test]
fn an_abort_is_a_reset_at_the_other_end() {
    let mut net = Net::pair(3);
    let listener = listen(&mut net, 1, 80, 8);
    let (client, server) = open(&mut net, listener);
    net.on(0, |host, cx| host.tcp_abort(cx, client));
    net.run(ms(5));
    assert_eq!(read(&mut net, 1, server), Err(Error::Reset));
    // Unread data makes a close a reset (RFC 2525 section 2.17).
    let (client, server) = open(&mut net, listener);
    send_all(&mut net, 0, client, b"never read");
    net.on(1, |host, cx| host.tcp_close(cx, server));
    net.run(ms(5));
    assert_eq!(read(&mut net, 0, client), Err(Error::Reset));
}

#[test]
fn losses_are_repaired() {
    let mut net = Net::pair(4);
    let listener = listen(&mut net, 1, 80, 8);
    let (client, server) = open(&mut net, listener);
    let mut count = 0;
    net.lose = Box::new(move |_| {
        count += 1;
        count % 17 == 0
    });
    transfer(&mut net, (0, client), (1, server), 200_000);
    let info = net.on(0, |host, _| host.tcp_info(client)).expect("open");
    assert!(info.retransmissions > 0);
}

#[test]
fn a_full_accept_queue_lets_nobody_else_in_until_one_is_fetched() {
    let mut net = Net::pair(5);
    let listener = listen(&mut net, 1, 80, 2);
    let clients: Vec<TcpKey> = (0..5)
        .map(|_| net.on(0, |h, cx| h.tcp_connect(cx, None, at(SERVER, 80))).expect("begun"))
        .collect();
    net.run(ms(100));
    let waiting = |net: &mut Net| {
        let now = net.now;
        net.hosts[1].0.inspect(now).at("tcp.listen[80].accept_queue").expect("a row").to_string()
    };
    assert_eq!(waiting(&mut net), "2");
    let mut accepted = 0;
    for _ in 0..200 {
        while net.on(1, |host, cx| host.tcp_accept(cx, listener)).is_ok() {
            accepted += 1;
        }
        net.run(ms(500));
    }
    assert_eq!(accepted, clients.len());
    // Closing the listener resets who was not accepted.
    let late = net.on(0, |h, cx| h.tcp_connect(cx, None, at(SERVER, 80))).expect("begun");
    net.run(ms(50));
    net.on(1, |host, cx| host.tcp_listener_close(cx, listener));
    net.run(ms(50));
    assert_eq!(read(&mut net, 0, late), Err(Error::Reset));
}

#[test]
fn who_may_have_a_port() {
    let own = [10, 0, 0, 2];
    let lo = [127, 0, 0, 1];
    // (first, second, conflict?)
    let cases = [
        ((Transport::Tcp, ANY, 80), (Transport::Tcp, ANY, 80), true),
        ((Transport::Tcp, ANY, 80), (Transport::Tcp, own, 80), true),
        ((Transport::Tcp, own, 80), (Transport::Tcp, ANY, 80), true),
        ((Transport::Tcp, own, 80), (Transport::Tcp, own, 80), true),
        ((Transport::Tcp, own, 80), (Transport::Tcp, lo, 80), false),
        ((Transport::Tcp, ANY, 80), (Transport::Tcp, ANY, 81), false),
        ((Transport::Tcp, ANY, 53), (Transport::Udp, ANY, 53), false),
        ((Transport::Udp, ANY, 53), (Transport::Udp, own, 53), true),
        ((Transport::Udp, own, 53), (Transport::Udp, lo, 53), false),
    ];
    for (first, second, conflict) in cases {
        let mut net = Net::pair(6);
        let mut take = |(transport, address, port): (Transport, [u8; 4], u16)| {
            let local = at(address, port);
            net.on(1, |host, cx| {
                host.set_owner("first");
                match transport {
                    Transport::Tcp => {
                        host.tcp_listen(cx, local, ListenOptions::default()).map(|_| ())
                    }
                    Transport::Udp => host.udp_bind(cx, local).map(|_| ()),
                }
            })
        };
        take(first).expect("the first may");
        match take(second) {
            Err(Error::AddrInUse(holder)) => {
                assert!(conflict, "{first:?} {second:?}");
                let held = at(first.1, first.2);
                assert_eq!((holder.local, holder.owner.as_str()), (held, "first"));
            }
            other => assert!(other.is_ok() && !conflict, "{first:?} {second:?}: {other:?}"),
        }
    }
    let mut net = Net::pair(6);
    let foreign = net.on(1, |h, cx| h.tcp_listen(cx, at([1, 2, 3, 4], 80), Default::default()));
    assert_eq!(foreign, Err(Error::AddrNotAvailable(at([1, 2, 3, 4], 0).ip())));
}

#[test]
fn time_wait_stands_in_the_way_of_who_does_not_reuse() {
    let mut net = Net::pair(7);
    let listener = listen(&mut net, 1, 80, 8);
    let (client, server) = open(&mut net, listener);
    net.on(1, |host, cx| host.tcp_close(cx, server));
    net.run(ms(5));
    net.on(0, |host, cx| host.tcp_close(cx, client));
    net.run(ms(100));
    net.on(1, |host, cx| host.tcp_listener_close(cx, listener));
    let again = |net: &mut Net, reuse_address| {
        let options = ListenOptions { reuse_address, backlog: 8 };
        net.on(1, |host, cx| host.tcp_listen(cx, at(ANY, 80), options))
    };
    match again(&mut net, false) {
        Err(Error::AddrInUse(holder)) => assert_eq!(holder.state, "TIME-WAIT"),
        other => panic!("{other:?}"),
    }
    let listener = again(&mut net, true).expect("reuse may");
    net.on(1, |host, cx| host.tcp_listener_close(cx, listener));
    net.run(ms(61_000));
    again(&mut net, false).expect("it is over");
}

/// The server closed first and waits. Whoever opens anew from the same port gets numbers beyond the
/// old ones; a SYN that nobody follows up leaves TIME-WAIT as it was.
#[test]
fn rfc9293_3_6_1_a_new_connection_begins_beyond_the_old_one() {
    let mut net = Net::pair(17);
    let listener = listen(&mut net, 1, 80, 8);
    let (client, server) = open(&mut net, listener);
    // More octets in this time than the clock of initial numbers counts.
    transfer(&mut net, (1, server), (0, client), 400_000);
    let old = net.on(1, |host, _| host.tcp_info(server)).expect("open");
    let local = net.on(0, |host, _| host.tcp_endpoints(client)).expect("open").local;
    net.on(1, |host, cx| host.tcp_close(cx, server));
    net.run(ms(5));
    net.on(0, |host, cx| host.tcp_close(cx, client));
    net.run(ms(5));
    let waiting = |net: &Net| {
        net.hosts[1].0.inspect(net.now).at("tcp.states.TIME-WAIT").map(|it| it.to_string())
    };
    assert_eq!(waiting(&net).as_deref(), Some("1"));
    // A SYN that nobody stands behind: the answer to it is refused.
    let ghost = net.on(0, |host, cx| host.tcp_connect(cx, Some(local), at(SERVER, 80))).expect("a");
    net.on(0, |host, cx| host.tcp_abort(cx, ghost));
    net.run(ms(50));
    assert_eq!(waiting(&net).as_deref(), Some("1"), "TIME-WAIT goes on");
    assert_eq!(net.count(1, "time_wait_reused"), 0);
    net.on(0, |host, cx| host.tcp_connect(cx, Some(local), at(SERVER, 80))).expect("again");
    net.run(ms(50));
    let (server, _) = net.on(1, |host, cx| host.tcp_accept(cx, listener)).expect("accepted");
    let new = net.on(1, |host, _| host.tcp_info(server)).expect("open");
    assert!(new.iss.after(old.snd_nxt + 1), "{:?} after {:?}", new.iss, old.snd_nxt);
    assert_eq!(waiting(&net).as_deref(), Some("0"), "its successor is here");
    assert_eq!(net.count(1, "time_wait_reused"), 1);
}

#[test]
fn time_wait_is_bounded_and_the_oldest_goes() {
    let mut net = Net::new(8);
    let limits = Limits { time_wait: 3, ..Limits::default() };
    net.host(HostConfig { limits, ..HostConfig::new("a") }, &["10.0.0.1/24"]);
    net.host(HostConfig::new("b"), &["10.0.0.2/24"]);
    net.cable((0, 1), (1, 1));
    let listener = listen(&mut net, 1, 80, 8);
    for _ in 0..5 {
        let (client, server) = open(&mut net, listener);
        net.on(0, |host, cx| host.tcp_close(cx, client));
        net.run(ms(5));
        net.on(1, |host, cx| host.tcp_close(cx, server));
        net.run(ms(5));
    }
    let now = net.now;
    let left = net.hosts[0].0.inspect(now).at("tcp.time_wait").expect("a number").to_string();
    assert_eq!((left.as_str(), net.count(0, "time_wait_evicted")), ("3", 2));
}

#[test]
fn ephemeral_ports_differ_and_run_out() {
    let mut net = Net::new(9);
    let limits = Limits { ephemeral: (50_000, 50_003), ..Limits::default() };
    net.host(HostConfig { limits, ..HostConfig::new("a") }, &["10.0.0.1/24"]);
    net.host(HostConfig::new("b"), &["10.0.0.2/24"]);
    net.cable((0, 1), (1, 1));
    listen(&mut net, 1, 80, 8);
    let mut ports: Vec<u16> = (0..4)
        .map(|_| {
            net.on(0, |host, cx| {
                let key = host.tcp_connect(cx, None, at(SERVER, 80)).expect("begun");
                host.tcp_endpoints(key).expect("there").local.port()
            })
        })
        .collect();
    ports.sort_unstable();
    assert_eq!(ports, [50_000, 50_001, 50_002, 50_003]);
    let fifth = net.on(0, |host, cx| host.tcp_connect(cx, None, at(SERVER, 80)));
    assert_eq!(fifth, Err(Error::NoFreePort));
    // Another destination may share the ports.
    net.on(0, |host, cx| host.tcp_connect(cx, None, at(SERVER, 81))).expect("another pair");
}

#[test]
fn a_connection_across_a_router_and_to_oneself() {
    let mut net = Net::routed(10);
    let options = ListenOptions::default();
    let listener = net.on(1, |h, cx| h.tcp_listen(cx, at(ANY, 80), options)).expect("listening");
    for (node, address) in [(0, [10, 0, 2, 20]), (1, [127, 0, 0, 1]), (1, [10, 0, 2, 20])] {
        let client = net.on(node, |h, cx| h.tcp_connect(cx, None, at(address, 80))).expect("begun");
        net.run(ms(50));
        net.on(node, |host, _| host.tcp_connected(client)).expect("connected");
        let (server, _) = net.on(1, |host, cx| host.tcp_accept(cx, listener)).expect("accepted");
        transfer(&mut net, (node, client), (1, server), 100_000);
    }
}

#[test]
fn the_same_seed_gives_the_same_frames() {
    let run = |seed| {
        let mut net = Net::pair(seed);
        let listener = listen(&mut net, 1, 80, 8);
        let (client, server) = open(&mut net, listener);
        let mut count = 0;
        net.lose = Box::new(move |_| {
            count += 1;
            count % 23 == 0
        });
        transfer(&mut net, (0, client), (1, server), 100_000);
        net.run(ms(1_000));
        (net.hasher.finish(), net.seen)
    };
    assert_eq!(run(11), run(11));
    assert_ne!(run(11), run(12));
}
