//! One row per rule of RFC 826 and RFC 5227.

use super::*;
use crate::{Config, State};
use base::{Instant, NodeId};

const OUR_MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const PEER: MacAddr = MacAddr([2, 0, 0, 0, 0, 2]);
const GROUP: MacAddr = MacAddr([1, 0, 0x5e, 0, 0, 2]);
const OUR_IP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const PEER_IP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const THIRD_IP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 3);
const ZERO_IP: Ipv4Addr = Ipv4Addr::UNSPECIFIED;

struct Row {
    rule: &'static str,
    operation: Operation,
    sender: (MacAddr, Ipv4Addr),
    target: Ipv4Addr,
    /// The reason, whether we answer, and the entry of the sender afterwards.
    want: (&'static str, bool, Option<State>),
}

#[test]
fn each_rule() {
    use Operation::{Reply, Request};
    let row = |rule, operation, sender, target, want| Row { rule, operation, sender, target, want };
    let rows = [
        row(
            "rfc826: a request for us is answered and teaches the asker",
            Request,
            (PEER, PEER_IP),
            OUR_IP,
            ("arp_answered", true, Some(State::Stale)),
        ),
        row(
            "rfc826: a request for another makes no entry",
            Request,
            (PEER, PEER_IP),
            THIRD_IP,
            ("arp_overheard", false, None),
        ),
        row(
            "rfc826: a reply that nobody asked for makes no entry",
            Reply,
            (PEER, PEER_IP),
            OUR_IP,
            ("arp_reply_heard", false, None),
        ),
        row(
            "rfc5227#3: an announcement makes no entry",
            Request,
            (PEER, PEER_IP),
            PEER_IP,
            ("arp_overheard", false, None),
        ),
        row(
            "rfc5227#1.1: a probe for our address is answered and teaches nothing",
            Request,
            (PEER, ZERO_IP),
            OUR_IP,
            ("arp_answered", true, None),
        ),
        row(
            "rfc5227#2.4: another card announces our address",
            Request,
            (PEER, OUR_IP),
            OUR_IP,
            ("address_conflict", false, None),
        ),
        row(
            "rfc5227#2.4: another card uses our address as sender",
            Reply,
            (PEER, OUR_IP),
            PEER_IP,
            ("address_conflict", false, None),
        ),
        row(
            "rfc1812#3.3.2: no group hardware address",
            Reply,
            (GROUP, PEER_IP),
            OUR_IP,
            ("arp_from_nobody", false, None),
        ),
        row(
            "rfc1812#3.3.2: no broadcast hardware address",
            Reply,
            (MacAddr::BROADCAST, PEER_IP),
            OUR_IP,
            ("arp_from_nobody", false, None),
        ),
        row(
            "no group as sender",
            Request,
            (PEER, Ipv4Addr::new(224, 0, 0, 1)),
            OUR_IP,
            ("arp_from_nobody", false, None),
        ),
        row(
            "no loopback as sender",
            Request,
            (PEER, Ipv4Addr::LOCALHOST),
            OUR_IP,
            ("arp_from_nobody", false, None),
        ),
        row(
            "our own message again",
            Request,
            (OUR_MAC, OUR_IP),
            PEER_IP,
            ("arp_own_echo", false, None),
        ),
    ];
    for row in rows {
        let mut cx = Cx::new(NodeId(0), true);
        let mut neighbours = Neighbours::new(Config::default());
        let message = Message {
            operation: row.operation,
            sender_mac: row.sender.0,
            sender_ip: row.sender.1,
            target_mac: MacAddr::ZERO,
            target_ip: row.target,
        };
        let (reply, reasons) = hear(&mut cx, &mut neighbours, &message);
        let state = neighbours.entries().next().map(|entry| entry.state);
        assert_eq!((reasons[0], reply.is_some(), state), row.want, "{}", row.rule);
        if let Some(reply) = reply {
            let want = Message {
                operation: Reply,
                sender_mac: OUR_MAC,
                sender_ip: row.target,
                target_mac: row.sender.0,
                target_ip: row.sender.1,
            };
            assert_eq!(reply, want, "{}", row.rule);
        }
    }
}

#[test]
fn an_announcement_refreshes_an_entry_and_tells_of_the_move() {
    let mut cx = Cx::new(NodeId(0), true);
    let mut neighbours = Neighbours::new(Config::default());
    hear(&mut cx, &mut neighbours, &request(PEER, PEER_IP, OUR_IP));
    let moved = MacAddr([2, 0, 0, 0, 0, 9]);
    let (_, reasons) = hear(&mut cx, &mut neighbours, &announcement(moved, PEER_IP));
    assert_eq!(neighbours.entries().next().and_then(|entry| entry.mac), Some(moved));
    assert_eq!(reasons, ["arp_overheard", "neighbour_changed", "neighbour_state"]);
}

#[test]
fn short_and_strange_messages_end_with_a_reason() {
    for len in 0..LEN {
        let mut cx = Cx::new(NodeId(0), true);
        let mut neighbours = Neighbours::new(Config::default());
        cx.trace.entered();
        let frame = cx.pool.frame_from(vec![1; len].into());
        let is_ours = |ip| ip == OUR_IP;
        let reply =
            handle_message(&mut cx, &mut neighbours, InterfaceId(1), OUR_MAC, is_ours, frame);
        assert!(reply.is_none());
        assert_eq!(cx.trace.ledger().held(), 0);
        assert_eq!(cx.trace.drain().next().map(|e| e.reason.name), Some("malformed_arp"));
    }
}

fn hear(
    cx: &mut Cx,
    neighbours: &mut Neighbours,
    message: &Message,
) -> (Option<Message>, Vec<&'static str>) {
    cx.set_now(Instant::from_nanos(1));
    let mut octets = vec![0; LEN];
    message.emit(&mut octets);
    octets.resize(46, 0);
    cx.trace.entered();
    let frame = cx.pool.frame_from(octets.into());
    let is_ours = |ip| ip == OUR_IP;
    let reply = handle_message(cx, neighbours, InterfaceId(1), OUR_MAC, is_ours, frame);
    assert_eq!(cx.trace.ledger().held(), 0);
    (reply, cx.trace.drain().map(|event| event.reason.name).collect())
}
