//! Judging: what is known, what is not, and what it is told in both languages.

use base::{Duration, Lang};
use catenet_lab::judge::{Verdict, judge};
use catenet_lab::run::{Options, Report, played, test};
use catenet_lab::{gallery, read_lab};
use language::fields::FIELDS;
use language::model::{Lab, When};
use language::{Expect, render};
use sim::World;

/// A lab of two hosts with these lines below it, run.
fn run(below: &str) -> Report {
    test(&read(below), &options()).unwrap_or_else(|why| panic!("{why:?}"))
}

fn read(below: &str) -> Lab {
    let text = format!(
        "lab = \"judged\"\nduration = \"8s\"\nlinks = [\"a - b\"]\n[hosts.a]\nip = \"10.0.0.1/24\"\nrun = [{{ do = \"ping -c 700 -i 0.01 10.0.0.2\", label = \"p\" }}, {{ do = \"nc -w 20 10.0.0.2 9\", label = \"long\", at = \"1s\" }}]\n[hosts.b]\nip = \"10.0.0.2/24\"\nrun = [\"nc -l 9\"]\n{below}"
    );
    match read_lab(text.as_bytes(), "judged.toml") {
        Ok(lab) => lab,
        Err(mistakes) => panic!("{}", render(&mistakes, Lang::En)),
    }
}

fn options() -> Options<'static> {
    Options { seed: 1, lang: Lang::En, folder: &gallery::folder, capture: false }
}

fn holds(expect: &str) -> bool {
    let report = run(&format!("[[check]]\nexpect = '{expect}'\n"));
    report.checks[0].verdict.holds
}

#[test]
fn what_nobody_knows_is_neither_so_nor_not_so() {
    for unknown in ["exit(long) == 0", "output(never) contains \"x\"", "a.tcp.nothing == 1"] {
        let below = "[[script]]\nat = \"7900ms\"\nevery = \"1h\"\ndo = \"exec --label never a -- echo port=99\"\n[[check]]\nwithin = \"2s\"\nexpect = '{}'\n";
        let judge = |expect: &str| run(&below.replace("{}", expect)).checks[0].verdict.holds;
        assert!(!judge(unknown), "{unknown}");
        assert!(!judge(&format!("not {unknown}")), "not {unknown}");
        assert!(!judge(&format!("count(arp) > 0 and not {unknown}")), "{unknown}");
        assert!(!judge(&format!("not (count(arp) > 0 and {unknown})")), "{unknown}");
        assert!(judge(&format!("count(arp) > 0 or {unknown}")), "{unknown}");
        assert!(judge(&format!("not (count(arp) == 0 and {unknown})")), "{unknown}");
    }
}

#[test]
fn a_key_that_is_not_in_the_table_is_absent_and_that_is_known() {
    assert!(holds("not a.arp[10.0.0.77].state == REACHABLE"));
    assert!(holds("a.arp[10.0.0.77].state != REACHABLE"));
    assert!(!holds("a.arp[10.0.0.77].state == REACHABLE"));
    assert!(holds("a.arp[10.0.0.2].mac != \"02:00:00:00:00:01\""));
}

#[test]
fn an_event_finds_its_frame_however_long_ago() {
    // More than 2000 frames follow the first echo.
    assert!(holds("events(echo_answered, icmp.seq == 1 && ip.src == 10.0.0.1) == 1"));
    assert!(holds("events(echo_answered, icmp.seq == 700) == 1"));
    assert!(holds("events(echo_answered, icmp) == 700"));
}

/// A SYN is decided on before it is a frame: no packet field can be asked of that, either way.
#[test]
fn what_belongs_to_no_frame_is_not_counted_by_a_frames_fields() {
    assert!(holds("events(syn_sent) == 1"));
    assert!(holds("events(syn_sent, node == \"a\") == 1"));
    assert!(!holds("events(syn_sent, tcp.dstport == 9) == 1"));
    assert!(!holds("events(syn_sent, tcp.dstport == 9) == 0"));
    assert!(!holds("not events(syn_sent, tcp.dstport == 9) == 1"));
}

#[test]
fn what_is_measured_is_told_in_both_languages() {
    let report = run(
        "[[check]]\nexpect = 'count(icmp) > 1000000 and copies(icmp) > 99 and bytes(icmp) > 1GB and events(no_route) > 9 and (dns before http) and a.ip.nothing == 1 and a.arp[10.0.0.77].state == X and exit(p) == 9 and exit(long) == 0 and output(p) contains \"zzz\" and not output(long) contains \"x\"'\n",
    );
    let measured = &report.checks[0].verdict.measured;
    assert_eq!(measured.len(), 11);
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for one in measured {
        assert!(chinese(&one.value.zh), "{}: {:?}", one.what, one.value);
        assert!(!chinese(&one.value.en), "{}: {:?}", one.what, one.value);
        assert!(one.frames.iter().all(|frame| chinese(&frame.zh)), "{:?}", one.frames);
    }
    let text = report.text(Lang::Zh);
    for line in text.lines().filter(|line| line.starts_with("      ")) {
        assert!(chinese(line), "{line}");
    }
}

/// Who computes with it reads no sentence.
#[test]
fn a_number_is_a_number_too() {
    let numbers = |below: &str| -> Vec<Option<u64>> {
        let report = run(&format!("[[check]]\nexpect = '{below}'\n"));
        report.checks[0].verdict.measured.iter().map(|one| one.number).collect()
    };
    let told = numbers(
        "count(icmp.type == 8) at a == 1 and copies(icmp) > 99 and bytes(icmp.type == 8 && icmp.seq == 1) at a == 9 and events(echo_answered) == 1 and exit(p) == 9 and exit(long) == 0 and a.ip.nothing == 1 and (arp before icmp) and output(p) contains \"x\"",
    );
    let octets = 98;
    let wanted = [Some(700), Some(2), Some(octets), Some(700), Some(0), None, None, None, None];
    assert_eq!(told, wanted);
}

/// The first frame that counts is followed through every device; where nothing failed, nobody asks.
#[test]
fn a_failed_check_tells_the_journey_of_the_first_frame() {
    let report = run(
        "[[check]]\nexpect = 'count(icmp.type == 8) < 3 and count(tcp) >= 0'\n[[check]]\nexpect = 'count(icmp) > 3'\n[[check]]\nexpect = 'events(echo_answered) == 1'\n",
    );
    let [failed, held, of_events] = &report.checks[..] else { panic!("{:?}", report.checks) };
    let journey: Vec<&str> =
        failed.verdict.measured[0].journey.iter().map(|line| line.en.as_str()).collect();
    assert!(journey[0].starts_with("journey of a:"), "{journey:?}");
    assert!(journey[0].contains("10.0.0.1 to 10.0.0.2"), "{journey:?}");
    assert!(journey.iter().any(|line| line.contains("a (host), out by eth0")), "{journey:?}");
    assert!(journey.iter().any(|line| line.contains("b (host), in by eth0")), "{journey:?}");
    assert!(held.verdict.measured[0].journey.is_empty());
    assert!(!of_events.verdict.measured[0].journey.is_empty(), "{of_events:?}");
    let text = report.text(Lang::Zh);
    assert!(text.contains("的旅程"), "{text}");
}

/// A name that is not in a table: what was meant, or what there is; never a number that it is not.
#[test]
fn a_wrong_path_says_what_there_is() {
    let value = |expect: &str| {
        let report = run(&format!("[[check]]\nexpect = '{expect}'\n"));
        let measured = &report.checks[0].verdict.measured[0];
        assert!(!measured.known && !measured.holds, "{expect}");
        measured.value.clone()
    };
    let near = value("a.tcp.lisen[80].syn_queue == 0");
    assert!(near.en.ends_with("a has no tcp.lisen now; did you mean `listen`?"), "{}", near.en);
    let far = value("a.tcp.xyzzy == 0");
    assert!(far.en.contains("tcp has: ") && far.zh.contains("tcp 有: "), "{far:?}");
    let kind = value("b.tcp.listen[9].syn_queue == many");
    assert!(kind.en.contains("compare a number") && kind.zh.contains("请比较数"), "{kind:?}");
}

/// A ping every other second: that of 1 s is answered, those of 3, 5 and 7 s are given up a second later.
const AGAIN: &str = "[[script]]\nat = \"1s\"\nevery = \"2s\"\ndo = \"exec --label e a -- ping -c 1 -W 1 10.0.0.2\"\n[[script]]\nat = \"2900ms\"\ndo = \"set a--b loss=100%\"\n";

/// What `expect` measures of a world, between two milliseconds of its clock.
fn between(world: &World, lab: &Lab, expect: &str, after: u64, within: Option<u64>) -> Verdict {
    let when = When {
        after: Some(Duration::from_millis(after)),
        within: within.map(Duration::from_millis),
        ..When::default()
    };
    let read = Expect::parse(expect, FIELDS).unwrap_or_else(|_| panic!("{expect}"));
    judge(&read, expect, &when, lab, world)
}

/// Programs end and print at a time, and what lies outside the time that counts is as if it had not been.
#[test]
fn exits_and_output_count_between_after_and_within() {
    let lab = read(AGAIN);
    let (_, world) = played(&lab, &options()).unwrap_or_else(|why| panic!("{why:?}"));
    let cases = [
        // the expectation, after, within, so, known
        ("exit(e) == 1", 0, None, true, true),
        ("exit(e) == 0", 0, Some(2000), true, true),
        ("exit(e) == 1", 2000, None, true, true),
        ("exit(e) == 0", 2000, Some(3500), false, false),
        ("not exit(e) == 0", 2000, Some(3500), false, false),
        ("exit(e) == 0", 0, Some(500), false, false),
        ("output(e) contains \"from 10.0.0.2\"", 0, None, true, true),
        ("output(e) contains \"from 10.0.0.2\"", 0, Some(2000), true, true),
        ("output(e) contains \"from 10.0.0.2\"", 2000, None, false, true),
        ("output(e) contains \"100% packet loss\"", 2000, None, true, true),
        ("output(e) contains \"100% packet loss\"", 0, Some(2000), false, true),
        ("not output(e) contains \"from\"", 6200, Some(6800), true, true),
        ("output(e) contains \"from\"", 0, Some(500), false, false),
        ("output(p) contains \"icmp_seq=150\"", 1000, Some(2000), true, true),
        ("output(p) contains \"icmp_seq=50\"", 1000, Some(2000), false, true),
        ("output(p) contains \"icmp_seq=250\"", 1000, Some(2000), false, true),
    ];
    for (expect, after, within, holds, known) in cases {
        let verdict = between(&world, &lab, expect, after, within);
        let seen = (verdict.holds, verdict.known);
        assert_eq!(seen, (holds, known), "{expect} from {after} to {within:?}: {verdict:?}");
    }
    let late = between(&world, &lab, "exit(e) == 0", 6200, Some(6800));
    assert!(late.measured[0].value.en.contains("the last time before was"), "{late:?}");
}
