//! The walk of `docs/walk.md`, walked: pc1's GET, jack by jack and reason by reason.

use base::{Instant, Journey, Lang};
use catenet_lab as lab;
use catenet_lab::world::{Ground, boot};
use sim::{Direction, Recorded, World};

const WALK: &str = include_str!("../../../../../docs/walk.md");
const LAB: &[u8] = include_bytes!("../../../../../labs/two-lans.toml");

fn walked() -> World {
    let lab = lab::read_lab(LAB, "two-lans.toml").expect("a good lab");
    let ground = Ground {
        seed: 7,
        programs: lab::programs(),
        lang: Lang::En,
        folder: &lab::gallery::folder,
    };
    let mut world = boot(&lab, &ground).expect("a world");
    world.run_until(Instant::from_nanos(1_000_000_000)).expect("a quiet second");
    world.audit().expect("every account balances");
    world
}

fn is_get(frame: &Recorded) -> bool {
    capture::dissect(&frame.octets()).values("http.request.method").next().is_some()
}

fn jack(world: &World, frame: &Recorded) -> String {
    let way = if frame.direction == Direction::In { "in" } else { "out" };
    format!("{}.{} {way}", world.name(frame.node), world.jack_name(frame.node, frame.jack))
}

fn ttl(frame: &Recorded) -> u8 {
    frame.octets()[22]
}

#[test]
fn the_get_walks_as_the_guide_says() {
    let world = walked();
    let get = world.recorder().since(0).find(is_get).expect("pc1's GET");
    let journey: Journey = get.journey();
    let stations: Vec<Recorded<'_>> =
        world.recorder().since(0).filter(|frame| frame.journey() == journey).collect();
    let names: Vec<String> = stations.iter().map(|frame| jack(&world, frame)).collect();
    assert_eq!(
        names,
        [
            "pc1.eth0 out",
            "office.2 in",
            "office.1 out",
            "r1.office in",
            "r1.servers out",
            "servers.1 in",
            "servers.3 out",
            "web.eth0 in"
        ]
    );
    let hops: Vec<u8> = stations.iter().map(|frame| ttl(frame)).collect();
    assert_eq!(hops, [64, 64, 64, 64, 63, 63, 63, 63], "one hop less behind the router");
    let (first, last) = (stations[0].octets(), stations[7].octets());
    assert_eq!(first[26..34], last[26..34], "IP addresses stay");
    assert_ne!(first[..12], last[..12], "hardware addresses change at the router");
    assert_eq!(first[34..], last[34..], "TCP and the request are untouched");
}

#[test]
fn the_reasons_are_those_of_the_guide() {
    let world = walked();
    let journey = world.recorder().since(0).find(is_get).expect("pc1's GET").journey();
    let told: Vec<(&str, &str)> = world
        .events()
        .since(0)
        .filter(|event| event.journey == journey)
        .map(|event| (world.name(event.node), event.reason.name))
        .collect();
    let expected = [
        ("office", "switched"),
        ("r1", "forwarded"),
        ("servers", "switched"),
        ("web", "data_accepted"),
    ];
    let mut rest = told.iter();
    for step in expected {
        assert!(rest.any(|said| *said == step), "{step:?} is missing in {told:?}");
        assert!(WALK.contains(&format!("`{}`", step.1)), "the guide does not tell {}", step.1);
    }
    let known = lab::reasons();
    for word in WALK
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.contains('_') && !word.contains(['/', '.', ' ']))
    {
        assert!(known.iter().any(|reason| reason.name == word), "{word} is no reason");
    }
}
