//! Frames in, jacks and reasons out.

use super::*;
use base::NodeId;
use trace::Fate;
use wire::ethernet::EtherType;

const ALL: MacAddr = MacAddr::BROADCAST;
const GROUP: MacAddr = MacAddr([1, 0, 0x5e, 0, 0, 5]);
const BPDU: MacAddr = MacAddr([1, 0x80, 0xc2, 0, 0, 0]);

fn mac(last: u8) -> MacAddr {
    MacAddr([2, 0, 0, 0, 0, last])
}

struct Bench {
    cx: Cx,
    switch: Switch,
}

impl Bench {
    fn new(config: Config) -> Self {
        Bench { cx: Cx::new(NodeId(0), true), switch: Switch::new(4, config) }
    }
    fn at(&mut self, seconds: u64) {
        self.cx.set_now(Instant::ZERO + Duration::from_secs(seconds));
    }
    /// "2": out of jack 2; "all"; "-": nowhere. Then the reasons.
    fn send(&mut self, jack: u16, src: MacAddr, dst: MacAddr, fcs: Fcs) -> String {
        let mut frame = self.cx.pool.frame(vec![0; 46].into());
        Header { dst, src, ethertype: EtherType::IPV4 }.emit(frame.prepend(HEADER_LEN));
        frame.meta_mut().fcs = fcs;
        self.cx.trace.entered();
        let way = match self.switch.handle_frame(&mut self.cx, JackId(jack), frame) {
            Forwarding::One(out, _) => out.0.to_string(),
            Forwarding::Flood { except, .. } => {
                assert_eq!(except.0, jack);
                "all".into()
            }
            Forwarding::Ended => "-".into(),
        };
        if way != "-" {
            self.cx.trace.ended(Fate::Sent);
        }
        assert_eq!(self.cx.trace.ledger().held(), 0, "conservation");
        self.reasons(way)
    }
    fn reasons(&mut self, start: String) -> String {
        self.cx.trace.drain().fold(start, |text, event| text + " " + event.reason.name)
    }
}

#[test]
fn learning_flooding_and_moving() {
    let mut bench = Bench::new(Config::default());
    let rows = [
        (0, mac(1), ALL, "all learnt flooded"),
        (1, mac(2), mac(1), "0 learnt switched"),
        (0, mac(1), mac(2), "1 switched"),
        (0, mac(1), mac(9), "all flooded"),
        (0, mac(1), GROUP, "all flooded"),
        (0, mac(3), mac(1), "- learnt same_jack"),
        (0, mac(1), BPDU, "- reserved_group"),
        (2, mac(1), mac(2), "1 moved switched"),
        (2, GROUP, mac(2), "1 source_is_group switched"),
        (2, MacAddr::ZERO, mac(2), "1 source_is_group switched"),
        (7, mac(1), mac(2), "- jack_down"),
    ];
    for (jack, src, dst, want) in rows {
        assert_eq!(bench.send(jack, src, dst, Fcs::Good), want, "{src} -> {dst} by {jack}");
    }
    assert_eq!(bench.send(0, mac(4), mac(2), Fcs::Bad), "- bad_fcs");
    let jacks: Vec<u16> = bench.switch.table().iter().map(|entry| entry.jack.0).collect();
    assert_eq!(jacks, [2, 1, 0], "mac 1 behind 2, mac 2 behind 1, mac 3 behind 0, nobody else");
}

#[test]
fn an_address_is_forgotten_300_s_after_it_was_last_heard() {
    let mut bench = Bench::new(Config::default());
    bench.send(0, mac(1), ALL, Fcs::Good);
    bench.at(200);
    bench.send(0, mac(1), ALL, Fcs::Good);
    bench.at(300);
    assert_eq!(bench.switch.next_deadline(), Some(bench.cx.now()));
    bench.switch.handle_timeout(&mut bench.cx);
    assert_eq!(bench.send(1, mac(2), mac(1), Fcs::Good), "0 learnt switched");
    bench.at(500);
    assert_eq!(bench.send(1, mac(2), mac(1), Fcs::Good), "all flooded", "before the timer ran");
    bench.switch.handle_timeout(&mut bench.cx);
    assert_eq!(bench.reasons(String::new()), " aged");
    assert_eq!(bench.switch.table().len(), 1);
    assert_eq!(bench.switch.checks.len(), 1);
}

#[test]
fn a_pulled_cable_forgets_its_jack_only() {
    let mut bench = Bench::new(Config::default());
    for (jack, src) in [(0, 1), (0, 2), (1, 3)] {
        bench.send(jack, mac(src), ALL, Fcs::Good);
    }
    bench.switch.set_jack_up(&mut bench.cx, JackId(0), false);
    assert_eq!(bench.reasons(String::new()), " jack_flushed");
    assert_eq!(bench.switch.table().len(), 1);
    assert_eq!(bench.switch.checks.len(), 1);
    assert_eq!(bench.send(1, mac(3), mac(1), Fcs::Good), "all flooded");
    for jack in [2, 3] {
        bench.switch.set_jack_up(&mut bench.cx, JackId(jack), false);
    }
    bench.reasons(String::new());
    assert_eq!(bench.send(1, mac(3), mac(1), Fcs::Good), "- nowhere_to_flood");
    assert_eq!(bench.switch.add_jack(), Some(JackId(4)));
    assert_eq!(bench.send(1, mac(3), mac(1), Fcs::Good), "all flooded");
}

#[test]
fn a_full_table_learns_nothing_and_floods() {
    let mut bench = Bench::new(Config { capacity: 2, ..Config::default() });
    bench.send(0, mac(1), ALL, Fcs::Good);
    bench.send(0, mac(2), ALL, Fcs::Good);
    assert_eq!(bench.send(1, mac(3), mac(1), Fcs::Good), "0 switch_table_full switched");
    assert_eq!(bench.send(0, mac(1), mac(3), Fcs::Good), "all flooded");
    assert_eq!(bench.switch.table().len(), 2);
}
