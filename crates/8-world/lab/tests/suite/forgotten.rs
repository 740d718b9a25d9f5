//! What a world has forgotten nobody judges: neither so nor not so, unless it could not matter.

use base::{Duration, Instant, Lang};
use catenet_lab::judge::{Verdict, judge};
use catenet_lab::run::{Options, test};
use catenet_lab::world::{Ground, boot};
use catenet_lab::{gallery, programs, read_lab};
use language::{Lab, render};
use sim::World;

const LAB: &str = "lab = \"old\"\nduration = \"8s\"\nlinks = [\"a - b\"]\n[hosts.a]\nip = \"10.0.0.1/24\"\n\
    run = [\"ping -c 400 -i 0.01 10.0.0.2\"]\n[hosts.b]\nip = \"10.0.0.2/24\"\n";

fn read(text: &str) -> Lab {
    read_lab(text.as_bytes(), "old.toml")
        .unwrap_or_else(|mistakes| panic!("{}", render(&mistakes, Lang::En)))
}

/// The lab after 3 s; of the frames before about 1.5 s nothing is kept if it `forgets`.
fn world(lab: &Lab, forgets: bool) -> World {
    let folder = &gallery::folder;
    let ground = Ground { seed: 1, programs: programs(), lang: Lang::En, folder };
    let mut world = boot(lab, &ground).expect("boots");
    world.run_until(Instant::ZERO + Duration::from_secs(3)).expect("not stuck");
    if forgets {
        world.set_record_bound(world.recorder().size() / 2);
        assert!(world.recorder().missed(0) > 100);
    }
    world
}

fn verdict(expect: &str, after: &str, forgets: bool) -> Verdict {
    let lab = read(&format!("{LAB}[[check]]\nexpect = \"{expect}\"\n{after}"));
    let check = &lab.checks[0];
    judge(&check.expect, &check.line, &check.when, &lab, &world(&lab, forgets))
}

/// Holds, does not, or nobody knows.
fn judged(expect: &str, after: &str, forgets: bool) -> Option<bool> {
    let verdict = verdict(expect, after, forgets);
    verdict.measured[0].known.then_some(verdict.holds)
}

/// What is so with everything kept, and what of it is known with half of the frames forgotten.
fn each_is(cases: &[(&str, bool, Option<bool>)]) {
    for &(expect, whole, half) in cases {
        assert_eq!(judged(expect, "", false), Some(whole), "{expect}, all kept");
        assert_eq!(judged(expect, "", true), half, "{expect}, half forgotten");
        // What is not known is not so, and its contrary is not so either.
        if half.is_none() {
            assert!(!verdict(&format!("not {expect}"), "", true).holds, "not {expect}");
        }
    }
}

#[test]
fn what_is_forgotten_is_neither_so_nor_not_so() {
    let cases = [
        ("count(icmp) > 10", true, Some(true)),
        ("count(icmp) >= 1000", true, None),
        ("count(icmp) < 10", false, Some(false)),
        ("count(icmp) < 100000", true, None),
        ("count(icmp) == 10", false, Some(false)),
        ("count(icmp) != 10", true, Some(true)),
        ("count(arp) == 0", false, Some(false)),
        ("count(tcp) == 0", true, None),
        // What no number settles is never known of what is forgotten: so a library counts.
        ("count(icmp) < 18446744073709551615", true, None),
        ("bytes(icmp) < 18446744073709551615", true, None),
        ("bytes(icmp) > 1kB", true, Some(true)),
        ("bytes(icmp) < 1MB", true, None),
        ("copies(icmp) <= 2", true, None),
        ("arp before icmp", true, None),
        ("tcp before icmp", false, None),
    ];
    each_is(&cases);
    let why = verdict("count(tcp) == 0", "", true).measured[0].value.clone();
    assert!(why.en.contains("frames are forgotten") && why.zh.contains("帧已被遗忘"), "{why:?}");
}

/// What settles a check without being the whole number is not told as if it were.
#[test]
fn what_is_kept_is_told_as_the_least_that_there_was() {
    let cases = [
        ("count(icmp) > 10", "count", "帧数"),
        ("count(icmp) < 10", "count", "帧数"),
        ("bytes(icmp) > 1kB", "bytes", "字节数"),
        ("copies(icmp) >= 1", "copies", "份数"),
        ("events(echo_answered, ip.src == 10.0.0.1) > 10", "events", "事件数"),
    ];
    for (expect, en, zh) in cases {
        let told = |forgets| {
            let measured = verdict(expect, "", forgets).measured.swap_remove(0);
            assert!(measured.known && measured.number.is_some() != forgets, "{measured:?}");
            measured.value
        };
        let (whole, half) = (told(false), told(true));
        assert!(whole.en.starts_with(&format!("{en} = ")), "{whole:?}");
        assert!(whole.zh.starts_with(&format!("{zh} = ")), "{whole:?}");
        assert!(half.en.starts_with(&format!("{en}: at least ")), "{half:?}");
        assert!(half.zh.starts_with(&format!("{zh}: 至少 ")), "{half:?}");
    }
}

#[test]
fn what_is_forgotten_from_before_the_time_that_counts_does_not_matter() {
    let after = "after = \"2900ms\"\n";
    for (expect, holds) in [("count(arp) == 0", true), ("count(icmp) < 3", false)] {
        assert_eq!(judged(expect, after, true), Some(holds), "{expect}");
    }
}

#[test]
fn a_check_that_always_holds_under_a_script_without_pause_ends() {
    let text = format!(
        "{LAB}[[script]]\nat = \"1s\"\nevery = \"20us\"\ndo = \"set a--b delay=1ms\"\n\
         [[check]]\nalways = true\nexpect = \"count(tcp) == 0\"\n"
    );
    let options = Options { seed: 1, lang: Lang::En, folder: &gallery::folder, capture: false };
    let report = test(&read(&text), &options).unwrap_or_else(|why| panic!("{why:?}"));
    assert!(report.checks[0].verdict.holds && report.faults.is_empty());
}

/// Far more events than are kept. What is kept is the least that there was, and that settles much; and
/// those of the time that counts are all there, so that their count is known.
#[test]
fn what_is_kept_of_events_settles_what_more_of_them_could_not_turn() {
    let late = "after = \"4900ms\"\nwithin = \"5s\"\n";
    // 300,001 events from 2 s on, of which not even the last 270,000 are kept.
    let cases = [
        ("events(script_refused) > 0", "", Some(true)),
        ("events(script_refused) >= 10001", "", Some(true)),
        ("events(script_refused) != 10001", "", Some(true)),
        ("events(script_refused) == 10001", "", Some(false)),
        ("events(script_refused) < 10001", "", Some(false)),
        ("events(script_refused) <= 10001", "", Some(false)),
        ("events(script_refused, node == b) > 10000", "", Some(true)),
        ("events(script_refused) > 270000", "", None),
        ("events(script_refused) >= 270000", "", None),
        ("events(script_refused) == 300001", "", None),
        ("events(script_refused) != 300001", "", None),
        ("events(script_refused) < 270000", "", None),
        ("events(script_refused) <= 300001", "", None),
        ("events(retransmit) == 0", "", None),
        ("events(retransmit) > 0", "", None),
        ("events(script_refused) == 10001", late, Some(true)),
        ("events(script_refused) != 10001", late, Some(false)),
    ];
    let checks = cases.map(|(expect, when, _)| format!("[[check]]\nexpect = \"{expect}\"\n{when}"));
    let text = format!(
        "{LAB}[[script]]\nat = \"1s\"\ndo = \"power b off\"\n\
         [[script]]\nat = \"2s\"\nevery = \"10us\"\ndo = \"exec b -- ping -c 1 10.0.0.1\"\n{}",
        checks.concat()
    );
    let text = text.replace("\"8s\"", "\"5s\"");
    let options = Options { seed: 1, lang: Lang::En, folder: &gallery::folder, capture: false };
    let report = test(&read(&text), &options).unwrap_or_else(|why| panic!("{why:?}"));
    for ((expect, when, wanted), judged) in cases.into_iter().zip(&report.checks) {
        let Verdict { holds, known, measured } = &judged.verdict;
        assert_eq!(known.then_some(*holds), wanted, "{expect} {when}: {measured:?}");
        let value = &measured[0].value;
        let says = (value.en.contains("events are forgotten"), value.zh.contains("事件已被遗忘"));
        assert_eq!(says, (wanted.is_none(), wanted.is_none()), "{value:?}");
        let least = wanted.is_some() && when.is_empty();
        let says = (value.en.contains("events: at least "), value.zh.contains("事件数: 至少 "));
        assert_eq!(says, (least, least), "{value:?}");
        assert_eq!(measured[0].number.is_some(), !when.is_empty(), "{value:?}");
    }
}

/// An event is kept longer than the frame that it is about: what that frame was nobody knows then.
#[test]
fn an_event_whose_frame_is_forgotten_neither_passes_nor_fails() {
    let cases = [
        ("events(echo_answered, ip.src == 10.0.0.1) > 10", true, Some(true)),
        ("events(echo_answered, ip.src == 10.0.0.1) > 250", true, None),
        ("events(echo_answered, ip.src == 10.0.0.1) < 10", false, Some(false)),
        ("events(echo_answered, ip.src == 10.0.0.2) == 0", true, None),
        ("events(echo_answered, !icmp) == 0", true, None),
        ("events(echo_answered, node == b) > 250", true, Some(true)),
    ];
    each_is(&cases);
    let why = verdict(cases[1].0, "", true).measured[0].value.clone();
    assert!(why.en.contains("events are forgotten") && why.zh.contains("的帧已被遗忘"), "{why:?}");
}

/// Where the recording begins, a switch's frame may be gone while the one that the router behind it sent
/// is kept: that one has another TTL, and does not stand in for it.
#[test]
fn the_next_hop_is_not_taken_for_the_hop_that_is_forgotten() {
    let lab = "lab = \"hops\"\n[networks]\nnear = \"10.0.1.0/24\"\nfar = \"10.0.2.0/24\"\n\
        [routers]\nr = [\"near\", \"far\"]\n[hosts]\nb = \"far\"\n[hosts.a]\nnet = \"near\"\n\
        run = [\"ping -c 20 -i 0.01 10.0.2.2\"]\n";
    let there = "node == near && ip.dst == 10.0.2.2 && ip.ttl == 63";
    let lab = format!("{lab}[[check]]\nexpect = \"events(switched, {there}) == 0\"\n");
    let lab = read(&lab);
    let check = &lab.checks[0];
    let mut world = world(&lab, false);
    let judged = |world: &World| judge(&check.expect, &check.line, &check.when, &lab, world);
    assert!(judged(&world).holds);
    while world.recorder().since(0).len() > 1 {
        world.set_record_bound(world.recorder().size() - 1);
        let value = &judged(&world).measured[0].value;
        assert!(value.en.ends_with("events = 0"), "{value:?}");
    }
    assert!(!judged(&world).known);
}

#[test]
fn script_lines_that_were_refused_are_counted_beyond_those_that_are_kept() {
    let text = format!(
        "{LAB}[[script]]\nat = \"1s\"\ndo = \"power b off\"\n\
         [[script]]\nat = \"2s\"\nevery = \"10ms\"\ndo = \"exec b -- ping -c 1 10.0.0.1\"\n\
         [[check]]\nexpect = \"events(script_refused, node == b) == 601\"\n"
    );
    let options = Options { seed: 1, lang: Lang::En, folder: &gallery::folder, capture: false };
    let report = test(&read(&text), &options).unwrap_or_else(|why| panic!("{why:?}"));
    // 601 times from 2 s to 8 s; the last 256 are told one by one.
    assert_eq!(report.faults.len(), 257);
    assert!(report.faults[0].en.starts_with("345 script lines"), "{:?}", report.faults[0]);
    let verdict = &report.checks[0].verdict;
    assert!(verdict.holds, "whoever watches sees each: {verdict:?}");
}
