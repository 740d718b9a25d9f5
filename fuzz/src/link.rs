//! The switch and the neighbour machine.

use crate::{chunks, cx, pass};
use base::{InterfaceId, JackId, MacAddr};
use bytes::Bytes;
use core::net::Ipv4Addr;
use ether::{Action, Confirmation, Forwarding, Neighbours, Resolution, Switch};
use trace::{Cx, Fate};

/// Each chunk is a frame for a switch of four jacks (bits 0, 1: the jack), or for the card and the
/// neighbour machine behind it; higher bits let time pass or pull a plug.
pub fn ether(data: &[u8]) {
    let (mut at_switch, mut at_card) = (cx(), cx());
    let mut switch = Switch::new(4, ether::switch::Config { capacity: 8, ..Default::default() });
    let config = ether::neighbour::Config { capacity: 8, ..Default::default() };
    let mut neighbours = Neighbours::new(config);
    for (what, octets) in chunks(data) {
        let jack = JackId(u16::from(what & 3));
        pass(&mut at_switch, what);
        pass(&mut at_card, what);
        switch.handle_timeout(&mut at_switch);
        neighbours.handle_timeout(&mut at_card);
        if what & 0x0c == 0x0c {
            let up = !switch.is_jack_up(jack);
            switch.set_jack_up(&mut at_switch, jack, up);
        }
        switched(&mut at_switch, &mut switch, jack, octets);
        heard(&mut at_card, &mut neighbours, what, octets);
        assert!(switch.table().len() <= 8 && neighbours.entries().count() <= 8);
    }
}

fn switched(cx: &mut Cx, switch: &mut Switch, jack: JackId, octets: &[u8]) {
    cx.trace.entered();
    let mut frame = cx.pool.frame_from(Bytes::copy_from_slice(octets));
    frame.meta_mut().journey.count = 1;
    match switch.handle_frame(cx, jack, frame) {
        Forwarding::One(out, frame) => {
            assert!(out != jack && switch.is_jack_up(out));
            assert_eq!(frame.to_vec(), octets);
            cx.trace.ended(Fate::Sent);
        }
        Forwarding::Flood { except, frame } => {
            assert_eq!((except, frame.to_vec()), (jack, octets.to_vec()));
            cx.trace.ended(Fate::Sent);
        }
        Forwarding::Ended => {}
    }
    assert_eq!(cx.trace.ledger().held(), 0);
}

fn heard(cx: &mut Cx, neighbours: &mut Neighbours, what: u8, octets: &[u8]) {
    let id = InterfaceId(1);
    let ours = Ipv4Addr::new(10, 0, 0, 1);
    let mac = MacAddr([2, 0, 0, 0, 0, 1]);
    cx.trace.entered();
    let frame = cx.pool.frame_from(Bytes::copy_from_slice(octets));
    // Any address: the card is promiscuous, the message decides.
    if let Some(received) = ether::card::receive(cx, id, mac, true, frame) {
        let is_ours = |address| address == ours;
        let frame = received.frame;
        let _ = ether::arp::handle_message(cx, neighbours, id, mac, is_ours, frame);
    }
    let other = core::net::IpAddr::V4(Ipv4Addr::new(10, 0, 0, what & 15));
    match what & 0x30 {
        0x10 => {
            let frame = cx.pool.frame_from(Bytes::copy_from_slice(octets));
            cx.trace.born();
            if let Resolution::Known(..) = neighbours.resolve(cx, other, frame) {
                cx.trace.ended(Fate::Sent);
            }
        }
        0x20 => neighbours.handle_confirmation(cx, other, mac, Confirmation::Solicited),
        0x30 => neighbours.confirm_reachable(cx.now(), other),
        _ => {}
    }
    while let Some(action) = neighbours.poll(cx) {
        match action {
            Action::Ready { .. } => cx.trace.ended(Fate::Sent),
            Action::Unreachable { .. } => cx.trace.ended(Fate::Dropped),
            Action::Probe { .. } => {}
        }
    }
    assert_eq!(cx.trace.ledger().held(), neighbours.held() as i64);
}
