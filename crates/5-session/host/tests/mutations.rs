//! Recorded frames, flipped, cut and stretched, half of them with their checksums repaired, into a
//! host and a router: no panic, every frame accounted for, and an honest transfer ends well.

mod harness;

use base::{InterfaceId, Random, RandomSource};
use catenet_host::{ListenOptions, UdpSend};
use harness::{ANY, Net, at, ms};
use std::sync::{Arc, Mutex};

const MUTATIONS: usize = 40_000;

/// All kinds of frames that two hosts and a router exchange.
fn recorded() -> Vec<Vec<u8>> {
    let mut net = Net::routed(1);
    let frames: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let record = frames.clone();
    net.lose = Box::new(move |frame| {
        record.lock().expect("unpoisoned").push(frame.to_vec());
        false
    });
    talk(&mut net);
    drop(net);
    let frames = core::mem::take(&mut *frames.lock().expect("unpoisoned"));
    assert!(frames.len() > 40, "{} frames", frames.len());
    frames
}

/// A ping, a datagram to a closed port, and a page of 20 kB over TCP, from host 0 to host 1.
fn talk(net: &mut Net) {
    let far = [10, 0, 2, 20];
    let ping = net.on(0, |host, cx| host.ping_open(cx)).expect("a socket");
    net.on(0, |h, cx| h.ping_send(cx, ping, at(far, 0).ip(), 1, None, "x".into())).expect("sent");
    let udp = net.on(0, |host, cx| host.udp_bind(cx, at(ANY, 0))).expect("bound");
    let how = UdpSend { to: Some(at(far, 9)), ..UdpSend::default() };
    let _ = net.on(0, |host, cx| host.udp_send(cx, udp, how, "nobody".into()));
    let options = ListenOptions::default();
    let listener = net.on(1, |h, cx| h.tcp_listen(cx, at(ANY, 0), options)).expect("listening");
    let port = net.on(1, |h, _| h.tcp_listener_address(listener)).expect("open").port();
    let client = net.on(0, |h, cx| h.tcp_connect(cx, None, at(far, port))).expect("begun");
    net.run(ms(2_000));
    let (server, _) = net.on(1, |host, cx| host.tcp_accept(cx, listener)).expect("accepted");
    let data: Vec<u8> = (0..20_000).map(|i| (i / 7) as u8).collect();
    let (mut sent, mut got) = (0, Vec::new());
    for _ in 0..200 {
        sent += net.on(0, |h, cx| h.tcp_send(cx, client, &data[sent..])).expect("sent");
        net.run(ms(50));
        let mut part = vec![0; 65_536];
        while let Ok(len @ 1..) = net.on(1, |h, cx| h.tcp_receive(cx, server, &mut part)) {
            got.extend_from_slice(&part[..len]);
        }
        if got.len() == data.len() {
            break;
        }
    }
    assert!(got == data, "{} of {} octets", got.len(), data.len());
    net.on(0, |host, cx| host.tcp_close(cx, client));
    net.on(1, |host, cx| host.tcp_close(cx, server));
    net.on(1, |host, cx| host.tcp_listener_close(cx, listener));
    net.on(0, |host, cx| host.ping_close(cx, ping));
    net.on(0, |host, cx| host.udp_close(cx, udp));
    net.run(ms(500));
}

fn mutate(random: &mut Random, octets: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        let place = random.below(octets.len().max(1) as u64) as usize;
        match random.below(5) {
            0 => octets.truncate(place),
            1 => octets.extend((0..random.below(40)).map(|_| 0)),
            _ => {
                // Mostly in the headers, where it hurts.
                let place = if random.chance(0.8) { place % 74 } else { place };
                if let Some(octet) = octets.get_mut(place) {
                    *octet = if random.chance(0.5) { random.next_u32() as u8 } else { *octet ^ 1 };
                }
            }
        }
    }
    if random.chance(0.5) {
        repair(octets);
    }
}

/// Makes the IPv4 header checksum and the TCP, UDP or ICMP checksum right.
fn repair(octets: &mut [u8]) -> Option<()> {
    let packet = octets.get_mut(14..)?;
    let header_len = usize::from(packet.first()? & 15) * 4;
    let total = usize::from(u16::from_be_bytes([*packet.get(2)?, *packet.get(3)?]));
    let packet = packet.get_mut(..total)?;
    let (header, payload) = packet.split_at_mut_checked(header_len)?;
    header.get_mut(10..12)?.fill(0);
    let sum = base::checksum::checksum(header);
    header.get_mut(10..12)?.copy_from_slice(&sum.to_be_bytes());
    let protocol = *header.get(9)?;
    let place = match protocol {
        1 => 2,
        6 => 16,
        17 => 6,
        _ => return None,
    };
    payload.get_mut(place..place + 2)?.fill(0);
    let mut sum = base::checksum::Sum::new();
    if protocol != 1 {
        sum.add(header.get(12..20)?);
        sum.add_u16(u16::from(protocol));
        sum.add_u16(payload.len() as u16);
    }
    sum.add(payload);
    payload.get_mut(place..place + 2)?.copy_from_slice(&sum.finish().to_be_bytes());
    Some(())
}

/// Whose card the frame is for (the harness writes node and interface into its addresses), or
/// sometimes anybody's.
fn receiver(random: &mut Random, octets: &[u8]) -> (usize, InterfaceId) {
    match octets.get(..6) {
        Some(&[2, 0, 0, 0, node @ 0..=2, place]) if random.chance(0.9) => {
            (usize::from(node), InterfaceId(u16::from(place) + 1))
        }
        _ => {
            let node = random.below(3) as usize;
            (node, InterfaceId(1 + if node == 2 { random.below(2) as u16 } else { 0 }))
        }
    }
}

/// Frames that ended in udp (reasons 40xx), tcp (41xx), or between them and the sockets.
fn reached_layer_4(net: &mut Net, node: usize) -> usize {
    let ended = |event: &trace::Event| event.reason.fate != trace::Fate::Note;
    let above = |code: u16| matches!(code, 4000..=4199 | 5004 | 5006 | 5007);
    net.events(node).iter().filter(|event| ended(event) && above(event.reason.code)).count()
}

#[test]
fn mutated_frames_hurt_nobody() {
    let frames = recorded();
    let mut net = Net::routed(1);
    net.run(ms(100));
    let mut random = RandomSource::new(7, "mutations", 0).stream("test");
    let mut layer_4 = 0;
    for round in 0..MUTATIONS {
        let mut octets = frames[random.below(frames.len() as u64) as usize].clone();
        let (node, interface) = receiver(&mut random, &octets);
        mutate(&mut random, &mut octets);
        net.on(node, |host, cx| {
            let frame = cx.pool.frame_from(octets.into());
            host.handle_frame(cx, interface, frame);
        });
        if round % 64 == 0 {
            net.run(ms(1));
            layer_4 += (0..3).map(|node| reached_layer_4(&mut net, node)).sum::<usize>();
        }
    }
    println!("{layer_4} of {MUTATIONS} mutations reached layer 4");
    assert!(layer_4 > MUTATIONS / 10, "{layer_4}");
    // What the mutations taught about neighbours is forgotten after a while.
    net.run(ms(300_000));
    for node in 0..3 {
        for interface in [InterfaceId(1), InterfaceId(2)] {
            net.on(node, |host, cx| host.flush_neighbours(cx, interface));
        }
    }
    talk(&mut net);
    let delivered: u64 = net.hosts.iter().map(|(_, cx)| cx.trace.ledger().delivered).sum();
    let consumed: u64 = net.hosts.iter().map(|(_, cx)| cx.trace.ledger().consumed).sum();
    assert!(delivered > 0 && consumed > 0, "{delivered} {consumed}");
}
