//! Frames of the first lab, as lines.

use super::*;
use crate::world::{Ground, boot};

const LAB: &[u8] = include_bytes!("../../../../labs/two-lans.toml");

fn world() -> World {
    let lab = crate::read_lab(LAB, "two-lans.toml").expect("a good lab");
    let ground = Ground {
        seed: 7,
        programs: crate::programs(),
        lang: Lang::En,
        folder: &crate::gallery::folder,
    };
    let mut world = boot(&lab, &ground).expect("a world");
    world.run_until(Instant::from_nanos(1_000_000_000)).expect("a quiet second");
    world
}

#[test]
fn a_fetch_reads_as_people_would_tell_it() {
    let world = world();
    let out = |recorded: &Recorded| {
        recorded.direction == Direction::Out
            && world.name(recorded.node) == world.name(recorded.journey().origin)
    };
    let lines: Vec<Line> =
        world.recorder().since(0).filter(out).map(|frame| Line::of(&world, &frame)).collect();
    let of = |protocol: &str, word: &str| {
        let found = lines.iter().find(|line| {
            line.summary.protocol() == protocol && line.summary.info.en.contains(word)
        });
        found.unwrap_or_else(|| panic!("no {protocol} line with {word} in {lines:#?}"))
    };
    let get = of("http", "GET");
    assert_eq!(get.summary.layers, ["eth", "ip", "tcp", "http"]);
    assert_eq!(get.summary.info, text("GET / (www.example.lab)", "GET / (www.example.lab)"));
    assert_eq!(
        (get.summary.dst.as_str(), get.node.as_str(), get.jack.as_str()),
        ("10.0.2.80:80", "pc1", "eth0")
    );
    assert_eq!(get.peer.as_deref(), Some("office.2"));
    assert!(get.packet.starts_with("pc1:") && get.dropped.is_none());
    assert!(of("http", "200 OK, text/html").summary.src.ends_with(":80"));
    let question = of("dns", "A of www.example.lab?");
    assert_eq!(question.summary.info.zh, "www.example.lab 的 A 记录?");
    assert_eq!(of("dns", " is 10.0.2.80").summary.src, "10.0.2.53:53");
    let asked = of("arp", "who has 192.168.1.1?");
    assert_eq!(of("arp", "192.168.1.1 is at ").parent.as_deref(), Some(asked.packet.as_str()));
    assert!(
        of("arp", "who has 192.168.1.1? 192.168.1.2 asks")
            .summary
            .info
            .zh
            .contains("192.168.1.2 在问")
    );
    let syn = of("tcp", "SYN, seq ");
    let number = u32::from_be_bytes(
        world.recorder().get(syn.sequence).expect("kept").octets()[38..42]
            .try_into()
            .expect("four"),
    );
    assert!(
        syn.summary.info.en.starts_with(&format!("SYN, seq {number}, win ")),
        "{}",
        syn.summary.info.en
    );
    assert!(syn.summary.info.zh.starts_with(&format!("SYN, 序号 {number}, 窗口 ")));
    for line in &lines {
        assert_eq!(
            packet_named(&world, &line.packet),
            world.recorder().get(line.sequence).map(|frame| frame.journey())
        );
        assert!(!line.summary.info.en.is_empty() && !line.summary.info.zh.is_empty());
    }
}

#[test]
fn what_an_error_quotes_is_not_its_own() {
    // A port unreachable from 10.0.0.2 about a datagram of 10.0.0.1 (checksums left out).
    let mut frame = vec![0u8; 12];
    frame.extend([8, 0, 0x45, 0, 0, 56, 0, 1, 0, 0, 64, 1, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1]);
    frame.extend([3, 3, 0, 0, 0, 0, 0, 0]);
    frame.extend([0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    frame.extend([0x13, 0x88, 0, 9, 0, 8, 0, 0]);
    let fields = capture::dissect(&frame);
    assert!(fields.values("udp.srcport").next().is_some(), "the quotation is dissected");
    let says = summary(&fields);
    assert_eq!(says.layers, ["eth", "ip", "icmp"]);
    assert_eq!((says.src.as_str(), says.dst.as_str()), ("10.0.0.2", "10.0.0.1"));
    assert_eq!(says.info, text("port unreachable", "端口不可达"));
    for len in 0..frame.len() {
        summary(&capture::dissect(&frame[..len]));
    }
}
