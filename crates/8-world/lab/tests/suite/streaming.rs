//! What several frames say together is the same wherever it is asked: of a stream, in any order, and in
//! a check.

use base::Lang;
use catenet_lab::judge::judge;
use catenet_lab::run::{Options, played};
use catenet_lab::seen::{StreamFilter, Walk};
use catenet_lab::{gallery, read_lab};
use language::expect::Expect;
use language::fields::FIELDS;
use language::model::When;
use language::{Filter, Lab};
use sim::World;

fn two_lans() -> (Lab, World) {
    let text = gallery::text("two-lans").expect("shipped");
    let lab = read_lab(text.as_bytes(), "two-lans").expect("it is sound");
    let options = Options { seed: 7, lang: Lang::En, folder: &gallery::folder, capture: false };
    let (_, world) = played(&lab, &options).expect("it runs");
    (lab, world)
}

/// Numbers of the frames that pass, newest first; the walk goes in slices.
fn passing(world: &World, filter: &str) -> Vec<u64> {
    let filter = StreamFilter::parse(filter).expect("a filter");
    let mut slices = 0;
    while filter.follow(world, 100) {
        slices += 1;
    }
    assert!(slices < 1_000);
    let frames = world.recorder().since(0).rev();
    let passing = frames.filter(|frame| filter.passes_recorded(world, frame));
    passing.map(|frame| frame.sequence).collect()
}

#[test]
fn frames_are_counted_alike_in_any_order() {
    let (_, world) = two_lans();
    for text in [
        "tcp.stream == 1",
        "tcp.stream == 2 && tcp.seq == 1",
        "http.request && tcp.stream == 1",
        "frame.number == 100",
        "frame.time_relative > 1 && udp",
        "tcp.time_delta > 0 && tcp.time_relative < 0.1",
        "arp",
    ] {
        let mut walk = Walk::default();
        let filter = Filter::parse(text, FIELDS).expect("a filter");
        let mut expected = Vec::new();
        for frame in world.recorder().since(0) {
            if filter.matches(&walk.step(&world, frame)) {
                expected.push(frame.sequence);
            }
        }
        assert!(!expected.is_empty(), "{text}");
        expected.reverse();
        assert_eq!(passing(&world, text), expected, "{text}");
    }
}

#[test]
fn an_events_frame_is_of_the_stream_that_a_check_counts() {
    let (lab, world) = two_lans();
    for stream in 0..3 {
        let text = format!("reason == \"data_accepted\" && tcp.stream == {stream}");
        let filter = StreamFilter::parse(&text).expect("a filter");
        while filter.follow(&world, 1000) {}
        let events = world.events().since(0);
        let count = events.filter(|event| filter.passes_event(&world, event)).count();
        assert!(count > 0, "{text}");
        let line = format!("events(data_accepted, tcp.stream == {stream}) == {count}");
        let expect = Expect::parse(&line, FIELDS).expect("a check");
        let verdict = judge(&expect, &line, &When::default(), &lab, &world);
        assert!(verdict.holds, "{line}: {verdict:?}");
    }
}
