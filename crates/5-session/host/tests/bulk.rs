//! A measurement, not a test of right and wrong: nanoseconds a segment takes from a program's
//! `send` through two whole hosts to the other program's `receive`, frames passed by hand.
//! `cargo test --release -p catenet-host --test bulk -- --ignored --nocapture`

use base::{Duration, Frame, Instant, InterfaceId, MacAddr, NodeId, RandomSource};
use catenet_host::{Host, HostConfig, InterfaceConfig, ListenOptions};
use std::collections::VecDeque;
use trace::Cx;

const OCTETS: usize = 400_000_000;

fn machine(n: u8) -> (Host, Cx) {
    let mut cx = Cx::new(NodeId(u32::from(n)), false);
    let mut host = Host::new(HostConfig::new("bulk"), &RandomSource::new(1, "bulk", 0));
    let mac = MacAddr([2, 0, 0, 0, 0, n]);
    let id = host.add_interface(InterfaceConfig { name: "eth0".into(), mac, mtu: 1500 });
    host.add_address(&mut cx, id, format!("10.0.0.{n}/24").parse().expect("ok")).expect("ok");
    (host, cx)
}

#[test]
#[ignore = "a measurement"]
#[allow(clippy::disallowed_methods)] // it measures the real clock
fn nanoseconds_per_segment() {
    let mut machines = [machine(1), machine(2)];
    let listener = {
        let (host, cx) = &mut machines[1];
        host.tcp_listen(cx, ([0, 0, 0, 0], 80).into(), ListenOptions::default()).expect("listening")
    };
    let client = {
        let (host, cx) = &mut machines[0];
        host.tcp_connect(cx, None, ([10, 0, 0, 2], 80).into()).expect("begun")
    };
    let eth0 = InterfaceId(1);
    let data = bytes::Bytes::from(vec![7u8; 65_536]);
    let (mut now, mut server, mut got, mut frames) = (Instant::ZERO, None, 0usize, 0u64);
    let mut wire: VecDeque<(usize, Frame)> = VecDeque::new();
    let mut quiet = 0;
    let begun = std::time::Instant::now();
    while got < OCTETS {
        now += Duration::from_micros(20);
        for (node, (host, cx)) in machines.iter_mut().enumerate() {
            cx.set_now(now);
            if host.next_deadline().is_some_and(|at| at <= now) {
                host.handle_timeout(cx);
            }
            if node == 0 && host.tcp_connected(client).is_ok() {
                while host.tcp_send_bytes(cx, client, data.clone()).is_ok_and(|sent| sent > 0) {}
            }
            if node == 1 {
                server = server.or_else(|| host.tcp_accept(cx, listener).ok().map(|(key, _)| key));
                if let Some(key) = server {
                    while let Ok(part) = host.tcp_receive_bytes(cx, key, 65_536) {
                        assert!(!part.is_empty());
                        got += part.len();
                        quiet = 0;
                    }
                }
            }
            while let Some(output) = host.poll_output(cx) {
                wire.push_back((1 - node, output.frame));
            }
        }
        quiet += 1;
        assert!(quiet < 100_000, "stuck at {got} octets, {now}");
        while let Some((node, frame)) = wire.pop_front() {
            frames += 1;
            let (host, cx) = &mut machines[node];
            host.handle_frame(cx, eth0, frame);
        }
    }
    let nanos = begun.elapsed().as_nanos() as f64;
    let gbit = OCTETS as f64 * 8.0 / nanos;
    println!(
        "{frames} frames, {:.0} ns a frame, {gbit:.2} Gbit/s on one core",
        nanos / frames as f64
    );
}
