//! Two hosts that live the same life, one without a stencil: their frames must be the same.

use crate::{Host, HostConfig, InterfaceConfig, UdpSend};
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

/// Some datagrams of one socket; how many left by the stencil (`with`) that the one before left.
fn datagrams(host: &mut Host, cx: &mut Cx, mut random: Random, with: bool) -> u32 {
    let mut used = 0;
    let from = random.chance(0.3).then(|| [10, 0, 0, 1].into());
    let key = host.udp_bind(cx, SocketAddr::from(([0, 0, 0, 0], 5))).expect("a free port");
    let to = SocketAddr::from((PEERS[random.below(4) as usize], 7));
    let how = UdpSend { to: Some(to), from, ecn: random.below(2) as u8, ..UdpSend::default() };
    for _ in 0..1 + random.below(4) {
        let octets = vec![1; [0, 5, 40, 41, 650, 2_000][random.below(6) as usize]];
        let ttl = random.chance(0.1).then_some(9);
        // No header has no hop left: a mark that only a new stencil takes off.
        host.stencil.iter_mut().for_each(|stencil| stencil.header.ttl = 0);
        host.stencil.take_if(|_| !with);
        let sent = host.udp_send_copy(cx, key, &UdpSend { ttl, ..how }, &octets).is_ok();
        let marked = host.stencil.is_some_and(|stencil| stencil.header.ttl == 0);
        used += u32::from(sent && marked);
    }
    host.udp_close(cx, key);
    used
}

#[test]
fn a_stencil_is_forgotten_when_its_ground_changes() {
    let ((mut host, mut cx), (mut other, mut other_cx)) = (host(), host());
    let (mut used, mut frames) = (0, 0u32);
    for step in 0..20_000 {
        let random = || RandomSource::new(step, "stencil", 0).stream("step");
        if random().chance(0.3) {
            change(&mut host, &mut cx, random());
            change(&mut other, &mut other_cx, random());
        } else {
            used += datagrams(&mut host, &mut cx, random(), true);
            datagrams(&mut other, &mut other_cx, random(), false);
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
}
