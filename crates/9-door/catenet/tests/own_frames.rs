//! The example `own_frames`: one host on frames of your own, and on bare IP packets.

#[allow(dead_code)] // an example's `main`
#[path = "../examples/own_frames.rs"]
mod own_frames;

use catenet::base::Instant;
use own_frames::{Machine, say, talk};

#[test]
fn ethernet_frames() {
    let (mut a, mut b) = (Machine::with_card(1), Machine::with_card(2));
    assert_eq!(say(&mut a, &mut b, b"hello"), b"hello");
}

#[test]
fn bare_packets() {
    let (mut a, mut b) = (Machine::in_a_tunnel(1), Machine::in_a_tunnel(2));
    assert_eq!(say(&mut a, &mut b, b"hello"), b"hello");
    // Nothing but IPv4 came out: the first half of the first octet says so.
    let mut c = Machine::in_a_tunnel(3);
    c.take(vec![0x45; 10]);
    c.take(Vec::new());
    assert_eq!(c.give(), None, "what is no packet is dropped, quietly");
}

#[test]
fn time_is_yours() {
    let (mut a, mut b) = (Machine::with_card(1), Machine::with_card(2));
    say(&mut a, &mut b, b"hello");
    let mut calls = 0;
    while let Some(at) = a.deadline().into_iter().chain(b.deadline()).min() {
        assert!(at < Instant::from_nanos(100_000_000_000_000), "it comes to rest");
        a.pass_time(at);
        b.pass_time(at);
        talk(&mut a, &mut b);
        calls += 1;
        if calls > 1000 {
            break;
        }
    }
    assert!(calls > 0 && calls <= 1000, "{calls}");
}
