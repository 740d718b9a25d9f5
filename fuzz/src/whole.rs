//! A whole host: frames in, sockets open, frames out.

use crate::{chunks, cx, pass};
use base::{InterfaceId, MacAddr, RandomSource};
use bytes::Bytes;
use host::{Host, HostConfig, InterfaceConfig, ListenOptions};

/// The address of the machine in the corpus whose frames these are: `r1` of `tests/`' flood.
const ADDRESSES: [&str; 2] = ["192.168.1.1/24", "10.0.2.80/24"];

/// Each chunk is a frame for a card; its destination is made the card's own unless bit 6 is set.
/// Bit 0: which card; the upper bits also let time pass.
pub fn host(data: &[u8]) {
    let mut cx = cx();
    let mut config = HostConfig::new("host");
    config.forwarding = data.first().is_some_and(|octet| octet & 1 == 1);
    let mut host = Host::new(config, &RandomSource::new(1, "host", 0));
    for (n, address) in ADDRESSES.into_iter().enumerate() {
        let mac = MacAddr([2, 0, 0, 0, 0, n as u8]);
        let id = host.add_interface(InterfaceConfig { name: format!("eth{n}"), mac, mtu: 1500 });
        if let Ok(address) = address.parse() {
            assert_eq!(host.add_address(&mut cx, id, address), Ok(()));
        }
    }
    let any = |port| ([0, 0, 0, 0], port).into();
    let listeners =
        [7, 80].map(|port| host.tcp_listen(&mut cx, any(port), ListenOptions::default()));
    assert!(listeners.iter().all(Result::is_ok) && host.udp_bind(&mut cx, any(53)).is_ok());
    for (what, octets) in chunks(data) {
        pass(&mut cx, what);
        host.handle_timeout(&mut cx);
        let card = what & 1;
        let mut octets = octets.to_vec();
        if what & 0x40 == 0 && octets.len() >= 6 {
            octets[..6].copy_from_slice(&[2, 0, 0, 0, 0, card]);
        }
        let mut frame = cx.pool.frame_from(Bytes::from(octets));
        frame.meta_mut().journey.count = 1;
        host.handle_frame(&mut cx, InterfaceId(1 + u16::from(card)), frame);
        let mut answers = 0;
        while host.poll_output(&mut cx).is_some() {
            answers += 1;
            assert!(answers < 1_000, "one frame, answers without end");
        }
        for listener in listeners.iter().flatten() {
            while let Ok((key, _)) = host.tcp_accept(&mut cx, *listener) {
                let _ = host.tcp_send(&mut cx, key, b"hello");
            }
        }
        while host.poll_waker().is_some() {}
        assert_eq!(cx.trace.ledger().held(), host.held() as i64);
    }
}
