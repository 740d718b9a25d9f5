//! The GET of the first lab, told; the same from a file. `UPDATE=1` writes the snapshots anew.

use super::*;
use base::{Instant, Journey as Packet};
use lab::journey::{Gather, tell};
use lab::world::{Ground, boot};
use sim::World;

const LAB: &[u8] = include_bytes!("../../../../../labs/two-lans.toml");

fn fetched() -> (language::Lab, World, Packet) {
    let lab = lab::read_lab(LAB, "two-lans.toml").expect("a good lab");
    let ground = Ground {
        seed: 7,
        programs: lab::programs(),
        lang: Lang::En,
        folder: &lab::gallery::folder,
    };
    let mut world = boot(&lab, &ground).expect("a world");
    world.run_until(Instant::from_nanos(1_000_000_000)).expect("a quiet second");
    let is_get = |frame: &sim::Recorded| {
        capture::dissect(&frame.octets()).values("http.request.method").next().is_some()
    };
    let packet = world.recorder().since(0).find(is_get).expect("pc1's GET").journey();
    (lab, world, packet)
}

fn journey(lab: &language::Lab, world: &World, packet: Packet) -> Journey {
    let mut gather = Gather::new(world, packet);
    while !gather.step(lab, world, 4096) {}
    service::journeys::view(tell(&gather.finish()))
}

fn check(name: &str, told: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, told).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == told, "{name} is not what is told now; look at it, then UPDATE=1:\n{told}");
}

#[test]
fn the_get_of_two_lans_reads_as_it_is_kept() {
    let (lab, world, packet) = fetched();
    let journey = journey(&lab, &world, packet);
    check("two-lans-get.en.txt", &Teller(Lang::En).journey(&journey));
    check("two-lans-get.zh.txt", &Teller(Lang::Zh).journey(&journey));
}

#[test]
fn a_file_tells_what_its_octets_say_as_the_lab_does() {
    let (lab, world, packet) = fetched();
    let live = journey(&lab, &world, packet);
    let mut octets = Vec::new();
    capture::Capture::everything().write_new(&world, &mut octets);
    let file = capture::reader::read(&octets).expect("our own file");
    let first = live.stations[0].left[0].sequence;
    let known = lab::journey::file::known(&file, first as usize + 1).expect("the GET");
    let told = service::journeys::view(tell(&known));
    assert_eq!((&told.packet, &told.title, told.whole), (&live.packet, &live.title, true));
    let described = |journey: &Journey| -> Vec<(String, String, String)> {
        let of = |station: &Station| {
            let views = station.layers.iter();
            let all = views.flat_map(|view| view.inbound.iter().chain(&view.outbound));
            let own = all.filter(|sentence| sentence.reason.is_empty());
            own.map(|one| (station.node.clone(), one.en.clone(), one.zh.clone()))
                .collect::<Vec<_>>()
        };
        journey.stations.iter().flat_map(of).collect()
    };
    assert_eq!(described(&told), described(&live));
    let kinds = |journey: &Journey| -> Vec<String> {
        journey.stations.iter().map(|station| station.kind.clone()).collect()
    };
    assert_eq!(kinds(&told), kinds(&live));
    for number in [0, file.packets.len() + 1] {
        assert!(lab::journey::file::known(&file, number).is_err());
    }
}

#[test]
fn a_file_is_told_from_a_packet() {
    assert!(in_file("pc1:12").is_none());
    assert_eq!(in_file("a/b.pcapng:7"), Some((Path::new("a/b.pcapng"), "7")));
    assert!(in_file("pc1").is_none());
}
