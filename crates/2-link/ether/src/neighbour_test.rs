//! Step lists for the neighbour machine; each leaves a transcript that is compared as a whole.

use super::*;
use base::NodeId;
use core::fmt::Write;
use core::net::Ipv4Addr;

const A: MacAddr = MacAddr([2, 0, 0, 0, 0, 0xa]);
const B: MacAddr = MacAddr([2, 0, 0, 0, 0, 0xb]);

fn ip(last: u8) -> IpAddr {
    Ipv4Addr::new(10, 0, 0, last).into()
}

enum Step {
    /// Milliseconds since the beginning.
    At(u64),
    Send,
    Hear(MacAddr, Confirmation),
    Hint,
    Static(MacAddr),
    Remove,
}
use Step::{At, Hear, Hint, Remove, Send, Static};

/// Runs the steps against the neighbour 10.0.0.2; the clock stops at every deadline on its way.
fn run(steps: &[Step]) -> String {
    let mut cx = Cx::new(NodeId(0), true);
    let mut machine = Neighbours::new(Config::default());
    let mut transcript = String::new();
    for step in steps {
        match step {
            At(ms) => {
                let until = Instant::ZERO + Duration::from_millis(*ms);
                while let Some(at) = machine.next_deadline().filter(|at| *at <= until) {
                    cx.set_now(at.max(cx.now()));
                    machine.handle_timeout(&mut cx);
                    tell(&mut machine, &mut cx, &mut transcript);
                }
                cx.set_now(until);
            }
            Send => {
                let mut frame = cx.pool.frame(b"packet".to_vec().into());
                frame.meta_mut().journey = cx.trace.born();
                let count = frame.meta().journey.count;
                if let Resolution::Known(mac, frame) = machine.resolve(&mut cx, ip(2), frame) {
                    cx.trace.ended(trace::Fate::Sent);
                    let _ = writeln!(transcript, "{} #{count} at once to {mac}", cx.now());
                    cx.pool.recycle(frame);
                }
            }
            Hear(mac, kind) => machine.handle_confirmation(&mut cx, ip(2), *mac, *kind),
            Hint => machine.confirm_reachable(cx.now(), ip(2)),
            Static(mac) => assert!(machine.insert_static(&mut cx, ip(2), *mac)),
            Remove => assert!(machine.remove(&mut cx, ip(2))),
        }
        tell(&mut machine, &mut cx, &mut transcript);
    }
    let state = machine.entries().next().map_or("none", |entry| entry.state.name());
    let _ = write!(transcript, "{state}, {} held", machine.held());
    transcript
}

/// Drains events and actions into the transcript and checks the invariants.
fn tell(machine: &mut Neighbours, cx: &mut Cx, transcript: &mut String) {
    check(machine);
    assert_eq!(cx.trace.ledger().held(), machine.held() as i64, "conservation");
    let now = cx.now();
    let interesting = ["neighbour_state", "neighbour_changed", "neighbour_unheeded"];
    for event in cx.trace.drain() {
        if event.reason.fate != trace::Fate::Note {
            let _ =
                writeln!(transcript, "{now} #{} ends: {}", event.journey.count, event.reason.name);
        } else if interesting.contains(&event.reason.name) {
            let values = event.reason.values(&event.args);
            let last = values.last().map(|(_, value)| value.to_string()).unwrap_or_default();
            let _ = writeln!(transcript, "{now} {} {last}", event.reason.name);
        }
    }
    while let Some(action) = machine.poll(cx) {
        let _ = match action {
            Action::Probe { unicast: None, .. } => writeln!(transcript, "{now} asks everybody"),
            Action::Probe { unicast: Some(mac), .. } => writeln!(transcript, "{now} asks {mac}"),
            Action::Ready { mac, frame } => {
                cx.trace.ended(trace::Fate::Sent);
                writeln!(transcript, "{now} #{} to {mac}", frame.meta().journey.count)
            }
            Action::Unreachable { frame, .. } => {
                cx.trace.ended(trace::Fate::Dropped);
                writeln!(transcript, "{now} #{} unreachable", frame.meta().journey.count)
            }
        };
    }
}

fn check(machine: &Neighbours) {
    let with = |pick: fn(&Entry) -> Option<Instant>| {
        let pairs = machine.table.iter();
        pairs.filter_map(|(&ip, entry)| Some((pick(entry)?, ip))).collect::<BTreeSet<_>>()
    };
    assert_eq!(with(|entry| entry.deadline), machine.deadlines);
    assert_eq!(with(|entry| entry.state.is_idle().then_some(entry.since)), machine.idle);
    assert!(machine.table.len() <= machine.config.capacity);
    let memory: usize = machine.table.values().map(|entry| entry.memory).sum();
    assert!(memory == machine.memory && memory <= QUEUES);
    for entry in machine.table.values() {
        assert_eq!(entry.waiting.iter().map(cost).sum::<usize>(), entry.memory);
        assert!(entry.memory <= QUEUE);
        assert!(entry.waiting.is_empty() || entry.state == State::Incomplete);
        let needs_mac = !matches!(entry.state, State::Incomplete | State::Failed);
        assert!(!needs_mac || entry.mac.is_some());
    }
    if let Some((address, mac)) = machine.last {
        let entry = &machine.table[&address];
        assert!(entry.mac == Some(mac) && !entry.state.is_idle() && entry.waiting.is_empty());
    }
}

/// Removes the indentation that the source gives a transcript.
fn plain(text: &str) -> String {
    text.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

use Confirmation::{Overheard, Solicited, Unsolicited};

#[test]
fn rfc4861_7_3_3_the_whole_round() {
    let transcript = run(&[
        Send,
        At(3),
        Hear(A, Solicited),
        Send,
        At(31_000),
        Send,
        At(36_100),
        Hear(A, Solicited),
        At(40_000),
    ]);
    let want = "
        0.000000000 neighbour_state INCOMPLETE
        0.000000000 asks everybody
        0.003000000 neighbour_state REACHABLE
        0.003000000 #1 to 02:00:00:00:00:0a
        0.003000000 #2 at once to 02:00:00:00:00:0a
        30.003000000 neighbour_state STALE
        31.000000000 #3 at once to 02:00:00:00:00:0a
        31.000000000 neighbour_state DELAY
        36.000000000 neighbour_state PROBE
        36.000000000 asks 02:00:00:00:00:0a
        36.100000000 neighbour_state REACHABLE
        REACHABLE, 0 held";
    assert_eq!(transcript, plain(want));
}

#[test]
fn rfc1122_2_3_2_1_three_questions_a_second_apart_then_unreachable() {
    let transcript = run(&[Send, Send, At(10_000)]);
    let want = "
        0.000000000 neighbour_state INCOMPLETE
        0.000000000 asks everybody
        1.000000000 asks everybody
        2.000000000 asks everybody
        3.000000000 neighbour_state FAILED
        3.000000000 #1 unreachable
        3.000000000 #2 unreachable
        FAILED, 0 held";
    assert_eq!(transcript, plain(want));
}

#[test]
fn rfc1122_2_3_2_1_a_failed_neighbour_is_not_asked_more_than_once_a_second() {
    // A sender that tries again the moment it is told: the questions stay a second apart.
    let transcript = run(&[Send, At(3_000), Send, At(5_999), At(6_000), Send]);
    let want = "
        0.000000000 neighbour_state INCOMPLETE
        0.000000000 asks everybody
        1.000000000 asks everybody
        2.000000000 asks everybody
        3.000000000 neighbour_state FAILED
        3.000000000 #1 unreachable
        3.000000000 neighbour_state INCOMPLETE
        3.000000000 asks everybody
        4.000000000 asks everybody
        5.000000000 asks everybody
        6.000000000 neighbour_state FAILED
        6.000000000 #2 unreachable
        6.000000000 neighbour_state INCOMPLETE
        6.000000000 asks everybody
        INCOMPLETE, 1 held";
    assert_eq!(transcript, plain(want));
}

/// Offers packets of `octets` to the neighbours in turn; how many wait, and which ended.
fn offer(machine: &mut Neighbours, octets: usize, to: &[IpAddr]) -> (usize, Vec<u32>) {
    let mut cx = Cx::new(NodeId(0), true);
    for address in to {
        let mut frame = cx.pool.frame(vec![0; octets].into());
        frame.meta_mut().journey = cx.trace.born();
        assert!(matches!(machine.resolve(&mut cx, *address, frame), Resolution::Pending));
        check(machine);
    }
    assert_eq!(cx.trace.ledger().held(), machine.held() as i64, "conservation");
    let ended = cx.trace.drain().filter(|event| event.reason.name == "neighbour_queue_full");
    (machine.held(), ended.map(|event| event.journey.count).collect())
}

#[test]
fn rfc4861_7_2_2_a_whole_packet_in_pieces_waits_and_beyond_the_bound_the_oldest_goes() {
    let mut machine = Neighbours::new(Config::default());
    assert_eq!(offer(&mut machine, 1_500, &[ip(2); 45]), (45, vec![]));
    let mut machine = Neighbours::new(Config::default());
    let room = QUEUE / (1_500 + 256);
    let first = (1..=100 - room as u32).collect();
    assert_eq!(offer(&mut machine, 1_500, &[ip(2); 100]), (room, first));
    // A scan: each waits for another address, and all together have a bound too.
    let mut machine = Neighbours::new(Config::default());
    let many: Vec<IpAddr> = (0..1_000u32).map(|n| Ipv4Addr::from_bits(n + 1).into()).collect();
    let room = QUEUES / (1_500 + 256);
    let last = (room as u32 + 1..=1_000).collect();
    assert_eq!(offer(&mut machine, 1_500, &many), (room, last));
}

#[test]
fn a_failed_neighbour_is_forgotten_after_a_minute() {
    let transcript = run(&[Send, At(62_999), At(63_000)]);
    assert!(transcript.ends_with("#1 unreachable\nnone, 0 held"), "{transcript}");
    assert!(run(&[Send, At(62_999)]).ends_with("FAILED, 0 held"));
    assert!(
        run(&[Send, At(3_000), Send, Hear(A, Solicited), At(70_000)]).ends_with("STALE, 0 held")
    );
}

#[test]
fn rfc4861_7_3_3_a_silent_neighbour_is_probed_by_unicast_then_given_up() {
    let transcript = run(&[Send, Hear(A, Solicited), At(30_000), Send, At(38_000)]);
    let want = "
        0.000000000 neighbour_state INCOMPLETE
        0.000000000 asks everybody
        0.000000000 neighbour_state REACHABLE
        0.000000000 #1 to 02:00:00:00:00:0a
        30.000000000 neighbour_state STALE
        30.000000000 #2 at once to 02:00:00:00:00:0a
        30.000000000 neighbour_state DELAY
        35.000000000 neighbour_state PROBE
        35.000000000 asks 02:00:00:00:00:0a
        36.000000000 asks 02:00:00:00:00:0a
        37.000000000 asks 02:00:00:00:00:0a
        38.000000000 neighbour_state FAILED
        FAILED, 0 held";
    assert_eq!(transcript, plain(want));
}

#[test]
fn rfc4861_7_3_1_progress_above_spares_the_probe() {
    let transcript =
        run(&[Send, Hear(A, Solicited), At(20_000), Hint, At(49_999), Hint, At(75_000)]);
    let want = "
        0.000000000 neighbour_state INCOMPLETE
        0.000000000 asks everybody
        0.000000000 neighbour_state REACHABLE
        0.000000000 #1 to 02:00:00:00:00:0a
        REACHABLE, 0 held";
    assert_eq!(transcript, plain(want));
}

#[test]
fn rfc826_what_is_overheard_makes_no_entry_but_releases_what_waits() {
    assert_eq!(run(&[Hear(A, Overheard), Hear(A, Solicited)]), "none, 0 held");
    let transcript = run(&[Send, Hear(A, Overheard)]);
    let want = "
        0.000000000 neighbour_state INCOMPLETE
        0.000000000 asks everybody
        0.000000000 neighbour_state DELAY
        0.000000000 #1 to 02:00:00:00:00:0a
        DELAY, 0 held";
    assert_eq!(transcript, plain(want));
}

#[test]
fn rfc826_a_reply_nobody_asked_for_is_no_confirmation_and_a_move_is_told() {
    let transcript = run(&[Hear(A, Unsolicited), Hear(A, Solicited), Hear(B, Solicited)]);
    let want = "
        0.000000000 neighbour_state STALE
        0.000000000 neighbour_changed 02:00:00:00:00:0b
        0.000000000 neighbour_state STALE
        STALE, 0 held";
    assert_eq!(transcript, plain(want));
}

#[test]
fn an_entry_set_by_hand_stays_and_one_removed_ends_its_frames() {
    let transcript = run(&[Send, Remove, Static(A), Hear(B, Solicited), Send, At(99_000)]);
    let want = "
        0.000000000 neighbour_state INCOMPLETE
        0.000000000 asks everybody
        0.000000000 #1 ends: neighbour_forgotten
        0.000000000 neighbour_state PERMANENT
        0.000000000 neighbour_unheeded 02:00:00:00:00:0b
        0.000000000 #2 at once to 02:00:00:00:00:0a
        PERMANENT, 0 held";
    assert_eq!(transcript, plain(want));
}

#[test]
fn a_full_table_lets_idle_entries_go_and_refuses_when_all_are_busy() {
    let mut cx = Cx::new(NodeId(0), true);
    let mut machine = Neighbours::new(Config { capacity: 2, ..Config::default() });
    machine.handle_confirmation(&mut cx, ip(9), A, Unsolicited);
    for last in 1..=3 {
        let mut frame = cx.pool.frame(b"x".to_vec().into());
        frame.meta_mut().journey = cx.trace.born();
        assert!(matches!(machine.resolve(&mut cx, ip(last), frame), Resolution::Pending));
        check(&machine);
    }
    let addresses: Vec<IpAddr> = machine.entries().map(|entry| entry.address).collect();
    assert_eq!(addresses, [ip(1), ip(2)]);
    assert_eq!((cx.trace.ledger().held(), machine.held()), (2, 2));
    assert!(cx.trace.drain().any(|event| event.reason.name == "neighbour_table_full"));
    machine.flush(&mut cx);
    assert_eq!((cx.trace.ledger().held(), machine.held()), (0, 0));
}
