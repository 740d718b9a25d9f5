//! Two hosts that live the same life, one without a stencil: their frames must be the same.

use crate::key::{Key, UdpKey};
use crate::{Error, Host, HostConfig, InterfaceConfig, UdpSend};
use base::{InterfaceId, MacAddr, NodeId, Random, RandomSource};
use core::net::SocketAddr;
use ip::IpNet;
use trace::Cx;

const PEERS: [[u8; 4]; 4] = [[10, 0, 0, 2], [10, 0, 0, 3], [10, 0, 1, 2], [10, 9, 0, 1]];

fn host() -> (Host, Cx) {
    let cx = Cx::new(NodeId(0), true);
    let mut host = Host::new(HostConfig::new("a"), &RandomSource::new(1, "a", 0));
    for n in 0..2 {
        let mac = MacAddr([2, 0, 0, 0, 0, n]);
        host.add_interface(InterfaceConfig { name: format!("eth{n}"), mac, mtu: 1500 });
    }
    (host, cx)
}

/// One change of what headers stand on; whether it can be done now does not matter.
fn change(host: &mut Host, cx: &mut Cx, mut random: Random) {
    let interface = InterfaceId(1 + random.below(2) as u16);
    let peer = PEERS[random.below(3) as usize].into();
    let address = |random: &mut Random| -> IpNet {
        let text = ["10.0.0.1/24", "10.0.1.1/24", "10.0.0.9/16"][random.below(3) as usize];
        text.parse().expect("a prefix")
    };
    let far: IpNet = "10.9.0.0/16".parse().expect("a prefix");
    match random.below(9) {
        0 | 1 => drop(host.add_address(cx, interface, address(&mut random))),
        2 => drop(host.remove_address(cx, interface, address(&mut random))),
        3 => drop(host.add_route(far, Some([10, 0, 0, 2].into()), None, 0)),
        4 => drop(host.remove_route(far)),
        5 => host.set_link(cx, interface, random.chance(0.8)),
        6 => host.set_mtu(interface, 600 + 100 * random.below(2) as u16),
        7 => {
            let mac = MacAddr([2, 0, 0, 0, 1, random.below(3) as u8]);
            host.add_neighbour(cx, interface, peer, mac);
        }
        _ => host.remove_neighbour(cx, interface, peer),
    }
}

/// How many datagrams left by what the one before left, and what all sends answered.
#[derive(Default)]
struct Sent {
    by_stencil: u32,
    with_its_datagram: u32,
    answers: Vec<String>,
}

/// Some datagrams of two sockets, which `keys` leave to the next; by the stencil where that is allowed.
fn datagrams(
    (host, cx): (&mut Host, &mut Cx),
    keys: &mut [UdpKey; 2],
    mut random: Random,
    with: bool,
) -> Sent {
    let mut sent = Sent::default();
    let from = random.chance(0.3).then(|| [10, 0, 0, 1].into());
    for (key, port) in keys.iter_mut().zip([5, 6]) {
        if host.udp_sockets.get(*key).is_none() {
            *key = host.udp_bind(cx, ([0, 0, 0, 0], port).into()).expect("a free port");
        }
    }
    let to = SocketAddr::from((PEERS[random.below(4) as usize], 7));
    let how = UdpSend { to: Some(to), from, ecn: random.below(2) as u8, ..UdpSend::default() };
    for _ in 0..1 + random.below(9) {
        let key = keys[usize::from(random.chance(0.2))];
        let len = [0, 5, 5, 18, 40, 41, 650, 2_000][random.below(8) as usize];
        let octets = vec![random.below(256) as u8; len];
        let peer = SocketAddr::from((PEERS[random.below(4) as usize], 7 + random.below(2) as u16));
        match random.below(20) {
            // Whether it can be done now does not matter here.
            0 => drop(host.udp_connect(key, Some(peer).filter(|_| random.chance(0.8)))),
            1 => host.udp_close(cx, key),
            2 => {
                let record = host.udp_sockets.get_mut(key);
                record.into_iter().for_each(|it| it.error = Some(Error::Refused));
            }
            _ => {}
        }
        let how = UdpSend {
            ttl: random.chance(0.1).then_some(9),
            to: [Some(to), Some(to), Some(to), Some(peer), None][random.below(5) as usize],
            interface: random.chance(0.05).then_some(InterfaceId(1)),
            ..how
        };
        // No header has no hop left: a mark that only a new stencil takes off.
        host.stencil.iter_mut().for_each(|stencil| stencil.header.ttl = 0);
        host.stencil.take_if(|_| !with);
        if host.put_datagram(cx, key, &how, &octets) {
            sent.with_its_datagram += 1;
            sent.answers.push(format!("{:?}", Ok::<_, Error>(octets.len())));
            continue;
        }
        let answer = host.udp_send_copy(cx, key, &how, &octets);
        let marked = host.stencil.is_some_and(|stencil| stencil.header.ttl == 0);
        sent.by_stencil += u32::from(answer.is_ok() && marked);
        sent.answers.push(format!("{answer:?}"));
    }
    sent
}

#[test]
fn a_stencil_is_forgotten_when_its_ground_changes() {
    let ((mut host, mut cx), (mut other, mut other_cx)) = (host(), host());
    let (mut keys, mut other_keys) = ([UdpKey::from_number(0); 2], [UdpKey::from_number(0); 2]);
    let (mut used, mut sooner, mut frames) = (0, 0, 0u32);
    for step in 0..20_000 {
        let random = || RandomSource::new(step, "stencil", 0).stream("step");
        if random().chance(0.3) {
            change(&mut host, &mut cx, random());
            change(&mut other, &mut other_cx, random());
        } else {
            let sent = datagrams((&mut host, &mut cx), &mut keys, random(), true);
            let same = datagrams((&mut other, &mut other_cx), &mut other_keys, random(), false);
            assert_eq!(sent.answers, same.answers, "step {step}");
            assert_eq!((same.by_stencil, same.with_its_datagram), (0, 0), "step {step}");
            used += sent.by_stencil;
            sooner += sent.with_its_datagram;
        }
        loop {
            let (one, two) = (host.poll_output(&mut cx), other.poll_output(&mut other_cx));
            let octets = |output: Option<crate::Output>| {
                output.map(|output| (output.interface, output.frame.to_vec()))
            };
            let (one, two) = (octets(one), octets(two));
            assert_eq!(one, two, "step {step}");
            frames += u32::from(one.is_some());
            if one.is_none() {
                break;
            }
        }
        let events = |cx: &mut Cx| cx.trace.drain().map(|e| format!("{e:?}")).collect::<Vec<_>>();
        assert_eq!(events(&mut cx), events(&mut other_cx), "step {step}");
    }
    assert!(used > 1_000 && frames > 5_000, "{used} of {frames} frames by the stencil");
    assert!(sooner > 1_000, "{sooner} of {frames} frames by the datagram before");
}
