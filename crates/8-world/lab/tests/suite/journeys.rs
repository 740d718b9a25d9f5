//! Journeys of packets, in labs made by chance: a lit layer says something, and a number in a
//! sentence is the packet's own.

mod generate;

use base::{Instant, Journey, Lang};
use catenet_lab as lab;
use lab::journey::{Ending, Gather, Kind, LayerView, Quoted, Sentence, Station, tell};
use lab::world::{Ground, boot};
use language::Lab;
use sim::World;
use std::collections::BTreeSet;

fn run(text: &str, seed: u64, millis: u64) -> (Lab, World) {
    let lab = lab::read_lab(text.as_bytes(), "made.toml")
        .unwrap_or_else(|mistakes| panic!("{}\n{text}", language::render(&mistakes, Lang::En)));
    let ground =
        Ground { seed, programs: lab::programs(), lang: Lang::En, folder: &lab::gallery::folder };
    let mut world = boot(&lab, &ground).expect("a world");
    world.run_until(Instant::from_nanos(millis * 1_000_000)).expect("quiet seconds");
    world.audit().expect("every account balances");
    (lab, world)
}

fn journey(lab: &Lab, world: &World, packet: Journey) -> lab::journey::Journey {
    let mut gather = Gather::new(world, packet);
    while !gather.step(lab, world, 1000) {}
    tell(&gather.finish())
}

fn packets(world: &World) -> BTreeSet<Journey> {
    world.recorder().since(0).map(|frame| frame.journey()).filter(|one| !one.is_none()).collect()
}

fn sentences(view: &LayerView) -> impl Iterator<Item = &Sentence> {
    view.inbound.iter().chain(&view.outbound)
}

#[test]
fn every_lit_layer_says_something_and_its_numbers_are_the_packets() {
    let mut lit = BTreeSet::new();
    for seed in 1..=8 {
        let made = generate::lab(seed);
        let (lab, world) = run(&made.text, seed, 1500);
        let mut through = 0;
        for packet in packets(&world) {
            let journey = journey(&lab, &world, packet);
            assert!(journey.whole && !journey.stations.is_empty(), "{}", journey.packet);
            for station in &journey.stations {
                check_station(&world, station, &journey.packet);
                lit.extend(station.layers.iter().filter(|view| view.lit).map(|view| view.layer));
            }
            let routers = journey.stations.iter().filter(|station| station.kind == Kind::Router);
            through = through.max(routers.count());
        }
        assert!(through >= made.routers, "seed {seed}: nothing passes all routers");
    }
    assert_eq!(lit, (1..=7).collect(), "every layer speaks somewhere");
}

fn check_station(world: &World, station: &Station, packet: &str) {
    let at = format!("{packet} at {}", station.node);
    assert!(station.layers.iter().map(|view| view.layer).eq((1..=7).rev()), "{at}");
    let mut numbers = Vec::new();
    for view in &station.layers {
        assert_eq!(view.lit, sentences(view).next().is_some(), "{at}, layer {}", view.layer);
        for sentence in sentences(view) {
            numbers.push(sentence.number);
            assert!(!sentence.text.en.is_empty() && !sentence.text.zh.is_empty(), "{at}");
            let octets = sentence.sequence.and_then(|frame| world.recorder().get(frame));
            check_sentence(sentence, octets.map(|frame| frame.octets()), &at);
        }
    }
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=numbers.len()), "{at}: {numbers:?}");
    let is_lit = |layer: u8| station.layers.iter().any(|view| view.layer == layer && view.lit);
    assert!(is_lit(1) && is_lit(2) || station.fate == Ending::Dropped, "{at}");
    match station.kind {
        Kind::Switch => assert!((3..=7).all(|layer| !is_lit(layer)), "{at}"),
        Kind::Router if station.arrived.is_some() && !station.left.is_empty() => {
            assert!(is_lit(3) && (4..=7).all(|layer| !is_lit(layer)), "{at}");
        }
        _ => {}
    }
}

/// A describing sentence quotes fields of its frame, and holds no number besides.
fn check_sentence(sentence: &Sentence, octets: Option<Vec<u8>>, at: &str) {
    if !sentence.reason.is_empty() {
        assert!(sentence.fields.is_empty(), "{at}: a reason has its numbers from the device");
        return;
    }
    let octets = octets.unwrap_or_else(|| panic!("{at}: {} is about no frame", sentence.text.en));
    let dissected = capture::dissect(&octets);
    for field in &sentence.fields {
        assert!(sentence.text.en.contains(&field.value), "{at}: {field:?}");
        assert!(sentence.text.zh.contains(&field.value), "{at}: {field:?}");
        let same = |known: &&base::field::Field| {
            known.name == field.name && known.range == (field.start..field.end)
        };
        if field.name == "frame.len" {
            assert_eq!(field.value, octets.len().to_string(), "{at}");
            continue;
        }
        let known = dissected.list.iter().find(same).unwrap_or_else(|| panic!("{at}: {field:?}"));
        assert_eq!(capture::labels::show(known, &octets).value, field.value, "{at}");
        check_octets(field, &octets[field.start..field.end], at);
    }
}

/// The value read off the octets without the dissector, for fields that fill theirs.
fn check_octets(field: &Quoted, octets: &[u8], at: &str) {
    let number = octets.iter().fold(0u64, |number, &octet| number << 8 | u64::from(octet));
    let expected = match field.name {
        "ip.src" | "ip.dst" | "arp.src.proto_ipv4" | "arp.dst.proto_ipv4" | "dns.a" => {
            octets.iter().map(u8::to_string).collect::<Vec<_>>().join(".")
        }
        "eth.src" | "eth.dst" | "arp.src.hw_mac" | "arp.dst.hw_mac" => {
            octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(":")
        }
        "ip.checksum" | "ip.id" | "eth.type" | "dns.id" => format!("0x{number:04x}"),
        "ip.ttl" | "ip.len" | "tcp.srcport" | "tcp.dstport" | "tcp.seq_raw" | "tcp.ack_raw"
        | "udp.length" | "udp.srcport" | "udp.dstport" | "icmp.seq" | "icmp.ident" => {
            number.to_string()
        }
        _ => return,
    };
    assert_eq!(field.value, expected, "{at}: {}", field.name);
}

#[test]
fn what_ends_early_is_told_where_and_why() {
    let text = "lab = \"ends\"\nlinks = [\"a - sw1 - b\"]\n[switches]\nsw1 = {}\n\
        [hosts.a]\nip = \"10.0.0.1/24\"\nrun = { do = \"ping -c 1 10.0.0.2\" }\n\
        [hosts.b]\nip = \"10.0.0.2/24\"\n\
        [[script]]\nat = \"1ms\"\ndo = \"set sw1--b loss=100%\"\n";
    let (lab, world) = run(text, 3, 3000);
    let lost: Vec<_> = packets(&world)
        .into_iter()
        .map(|packet| journey(&lab, &world, packet))
        .filter(|journey| {
            journey
                .stations
                .iter()
                .any(|station| station.left.iter().any(|pass| pass.lost.is_some()))
        })
        .collect();
    let first = lost.first().expect("something is lost");
    let station = first.stations.last().expect("a station");
    assert_eq!((station.node.as_str(), station.fate), ("sw1", Ending::Sent));
    let told = |journey: &lab::journey::Journey| journey.title.en.ends_with("; lost behind sw1");
    assert!(told(first), "{}", first.title.en);
    let layer = station.layers.iter().find(|view| view.layer == 1).expect("layer 1");
    let losses = layer.outbound.iter().filter(|sentence| sentence.reason == "cable_loss");
    assert_eq!(losses.count(), 1, "said once, by the cable");
}

#[test]
fn a_packet_that_a_flood_brings_everywhere_is_told_everywhere() {
    let made = generate::lab(1);
    let (lab, world) = run(&made.text, 1, 300);
    let asks = |frame: &sim::Recorded| {
        capture::dissect(&frame.octets())
            .values("arp.opcode")
            .any(|value| *value == base::field::Value::Number(1))
            && frame.parent().is_none()
    };
    let question = world.recorder().since(0).find(asks).expect("a question").journey();
    let journey = journey(&lab, &world, question);
    let flooded =
        journey.stations.iter().find(|station| station.kind == Kind::Switch).expect("a switch");
    let after =
        journey.stations.iter().filter(|station| station.from.as_deref() == Some(&flooded.node));
    assert_eq!(after.count(), flooded.left.len(), "who hears it, has a station");
    assert!(!flooded.left.is_empty());
}
