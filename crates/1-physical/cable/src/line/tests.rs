//! Knob by knob: what is set is what is measured, and a knob at zero changes nothing.

use super::*;
use base::NodeId;
use trace::Event;

const PACE: Duration = Duration::from_micros(20);
const JACK: JackId = JackId(0);

/// What came out of one run.
struct Run {
    /// (number of the frame, arrival, octets, bad check sequence) in the order of arrival.
    arrivals: Vec<(u32, Instant, Vec<u8>, bool)>,
    events: Vec<Event>,
    line: Line,
}

fn clean() -> LineConfig {
    LineConfig { delay: Duration::from_millis(5), ..LineConfig::default() }
}

fn frame(cx: &mut Cx, number: u32, len: usize) -> Frame {
    let mut octets = vec![0x55u8; len];
    octets[..4].copy_from_slice(&number.to_be_bytes());
    let mut frame = cx.pool.frame_from(octets.into());
    frame.meta_mut().journey = cx.trace.born();
    frame
}

/// Sends `frames` frames of `len` octets, one every `pace`, and takes what arrives.
fn run_paced(config: LineConfig, frames: u32, len: usize, pace: Duration) -> Run {
    let source = RandomSource::new(42, "cable pc1--sw1", 0);
    run_on(Line::new(config, &source, "forward"), frames, len, pace)
}

fn run_on(mut line: Line, frames: u32, len: usize, pace: Duration) -> Run {
    let mut cx = Cx::new(NodeId(1), true);
    let mut arrivals = Vec::new();
    let mut now = Instant::ZERO;
    let mut events = Vec::new();
    for number in 0..frames {
        cx.set_now(now);
        let frame = frame(&mut cx, number, len);
        line.transmit(&mut cx, JACK, u64::from(number), frame);
        events.extend(cx.trace.drain());
        now += pace;
    }
    while let Some((at, _)) = line.next_arrival() {
        while let Some(frame) = line.take(at) {
            let octets = frame.to_vec();
            let number = frame.meta().journey.count - 1;
            arrivals.push((number, at, octets, frame.meta().fcs == Fcs::Bad));
        }
    }
    assert_eq!(line.ledger().held(), 0);
    Run { arrivals, events, line }
}

fn run(config: LineConfig, frames: u32) -> Run {
    run_paced(config, frames, 100, PACE)
}

fn count(run: &Run, name: &str) -> usize {
    run.events.iter().filter(|event| event.reason.name == name).count()
}

/// Three standard deviations of a binomial count.
fn near(measured: f64, share: f64, trials: f64) -> bool {
    (measured - share * trials).abs() <= 3.0 * (trials * share * (1.0 - share)).sqrt()
}

fn in_order(run: &Run) -> bool {
    run.arrivals.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1)
}

#[test]
fn a_clean_line_takes_its_sending_time_and_its_delay() {
    // 1514 + 4 + 8 + 12 = 1538 octets = 12.304 us at 1 Gbit/s; 60 is the least: 84 octets.
    for (len, nanos) in [(1514, 12_304), (100, 992), (60, 672), (14, 672)] {
        let run = run_paced(clean(), 3, len, Duration::ZERO);
        let want: Vec<u64> = (1..=3).map(|n| n * nanos + 5_000_000).collect();
        let got: Vec<u64> = run.arrivals.iter().map(|arrival| arrival.1.as_nanos()).collect();
        assert_eq!(got, want, "{len}");
    }
}

#[test]
fn the_queue_holds_what_it_says() {
    let config = LineConfig { queue: 10, ..clean() };
    let run = run_paced(config, 30, 1514, Duration::ZERO);
    // One is being sent, ten wait.
    assert_eq!(run.arrivals.len(), 11);
    assert_eq!(count(&run, "cable_queue_full"), 19);
    assert_eq!(run.line.ledger().lost, 19);
    assert!(in_order(&run));
    // As fast as the line sends, nothing is lost.
    let paced = run_paced(config, 1000, 1514, Duration::from_nanos(12_304));
    assert_eq!(paced.arrivals.len(), 1000);
    let endless = LineConfig { rate_bps: 0, queue: 0, ..clean() };
    assert_eq!(run_paced(endless, 30, 1514, Duration::ZERO).arrivals.len(), 30);
}

#[test]
fn each_share_is_what_is_measured() {
    const N: u32 = 100_000;
    for share in [0.001, 0.01, 0.3] {
        let trials = f64::from(N);
        let lossy = run(LineConfig { loss: share, ..clean() }, N);
        assert!(near(lossy.line.ledger().lost as f64, share, trials), "loss {share}");
        assert_eq!(lossy.arrivals.len() + count(&lossy, "cable_loss"), N as usize);
        assert!(in_order(&lossy));

        let double = run(LineConfig { duplicate: share, ..clean() }, N);
        assert!(near(double.line.ledger().copied as f64, share, trials), "duplicate {share}");
        assert_eq!(double.arrivals.len() as u64, u64::from(N) + double.line.ledger().copied);

        let by = Duration::from_millis(1);
        let held = run(LineConfig { reorder: share, reorder_by: by, ..clean() }, N);
        assert!(near(held.line.ledger().reordered as f64, share, trials), "reorder {share}");
        assert_eq!(held.arrivals.len(), N as usize);
        let overtaken = held.arrivals.windows(2).filter(|pair| pair[0].0 > pair[1].0).count();
        assert!(overtaken > 0);
    }
    let all = run(LineConfig { loss: 1.0, ..clean() }, 100);
    assert!(all.arrivals.is_empty());
}

#[test]
fn jitter_spreads_evenly_and_keeps_order() {
    let jitter = Duration::from_millis(2);
    // Far enough apart that order never has to be enforced.
    let run_wide =
        run_paced(LineConfig { jitter, ..clean() }, 20_000, 100, Duration::from_millis(10));
    let mut sum = 0.0;
    let (mut least, mut most) = (f64::MAX, 0.0f64);
    for (number, at, ..) in &run_wide.arrivals {
        let sent = Instant::ZERO + Duration::from_millis(10) * u64::from(*number);
        let took = at.since(sent).as_secs_f64() * 1e3;
        sum += took;
        (least, most) = (least.min(took), most.max(took));
    }
    let mean = sum / 20_000.0;
    // Uniform over 4 ms: deviation 1.155 ms, of the mean 0.008.
    assert!((mean - 5.001).abs() < 0.025, "{mean}");
    assert!((3.0..3.01).contains(&least) && (6.99..7.01).contains(&most), "{least} {most}");
    // Close together, order is kept all the same.
    let run_close = run(LineConfig { jitter, ..clean() }, 20_000);
    assert!(in_order(&run_close) && run_close.arrivals.len() == 20_000);
}

#[test]
fn bits_flip_at_the_rate_that_is_set() {
    const N: u32 = 100_000;
    let config = LineConfig { corrupt: 1e-5, ..clean() };
    let run = run(config, N);
    let bits = f64::from(N) * 104.0 * 8.0;
    let mut flipped = 0u32;
    for (number, _, octets, bad) in &run.arrivals {
        let mut want = vec![0x55u8; 100];
        want[..4].copy_from_slice(&number.to_be_bytes());
        let differing: u32 = octets.iter().zip(&want).map(|(a, b)| (a ^ b).count_ones()).sum();
        assert!(*bad || differing == 0, "a flipped frame must be marked");
        flipped += differing;
    }
    let said: u64 = run.events.iter().map(|event| event.args[0]).sum();
    assert!(near(said as f64, 1e-5, bits), "{said} of {bits}");
    // The check sequence's own 4 octets of 104 flip too, unseen in the octets.
    assert!(u64::from(flipped) <= said && u64::from(flipped) * 104 > said * 90, "{flipped} {said}");
    assert_eq!(run.line.ledger().corrupted as usize, count(&run, "cable_flipped_bits"));
}

#[test]
fn long_frames_need_a_line_that_takes_them() {
    let config = LineConfig { mtu: Some(1500), ..clean() };
    assert_eq!(run_paced(config, 3, 1514, PACE).arrivals.len(), 3);
    let refused = run_paced(config, 3, 1515, PACE);
    assert_eq!((refused.arrivals.len(), count(&refused, "cable_too_long")), (0, 3));
}

#[test]
fn one_knob_shifts_no_draw_of_another() {
    const N: u32 = 5_000;
    let by = Duration::from_micros(100);
    let all = LineConfig {
        loss: 0.05,
        reorder: 0.05,
        reorder_by: by,
        duplicate: 0.05,
        corrupt: 1e-5,
        jitter: Duration::from_micros(10),
        ..clean()
    };
    let marked = |config: LineConfig, name: &str| -> Vec<u32> {
        let run = run(config, N);
        let of = run.events.iter().filter(|event| event.reason.name == name);
        of.map(|event| event.journey.count).collect()
    };
    let losses = marked(all, "cable_loss");
    for other in [
        LineConfig { loss: 0.05, ..clean() },
        LineConfig { reorder: 0.0, ..all },
        LineConfig { duplicate: 0.5, ..all },
        LineConfig { corrupt: 0.0, ..all },
        LineConfig { jitter: Duration::ZERO, ..all },
    ] {
        assert_eq!(marked(other, "cable_loss"), losses);
    }
    // Whoever is flipped without loss and was not lost is flipped with loss.
    let flips = marked(all, "cable_flipped_bits");
    let without_loss = marked(LineConfig { loss: 0.0, ..all }, "cable_flipped_bits");
    let survivors: Vec<u32> =
        without_loss.into_iter().filter(|journey| !losses.contains(journey)).collect();
    assert_eq!(flips, survivors);
}

#[test]
fn two_seeds_differ_and_one_repeats() {
    let lost = |seed, direction| {
        let source = RandomSource::new(seed, "cable", 0);
        let mut line = Line::new(LineConfig { loss: 0.5, ..clean() }, &source, direction);
        let mut cx = Cx::new(NodeId(0), true);
        for number in 0..64 {
            cx.set_now(Instant::ZERO + PACE * u64::from(number));
            let frame = frame(&mut cx, number, 60);
            line.transmit(&mut cx, JACK, 0, frame);
        }
        cx.trace.drain().map(|event| event.journey.count).collect::<Vec<_>>()
    };
    assert_eq!(lost(1, "forward"), lost(1, "forward"));
    assert_ne!(lost(1, "forward"), lost(2, "forward"));
    assert_ne!(lost(1, "forward"), lost(1, "backward"));
}

#[test]
fn a_cut_loses_what_is_under_way_and_says_so() {
    let source = RandomSource::new(1, "cable", 0);
    let mut line = Line::new(clean(), &source, "forward");
    let mut cx = Cx::new(NodeId(0), true);
    for number in 0..5 {
        let frame = frame(&mut cx, number, 1514);
        line.transmit(&mut cx, JACK, u64::from(number), frame);
    }
    assert_eq!((line.in_flight(), line.waiting(cx.now())), (5, 5));
    line.cut(&mut cx, JACK);
    let lost = frame(&mut cx, 5, 60);
    line.transmit(&mut cx, JACK, 5, lost);
    assert_eq!((line.next_arrival(), line.ledger().lost, line.ledger().held()), (None, 6, 0));
    let names: Vec<&str> = cx.trace.drain().map(|event| event.reason.name).collect();
    assert_eq!(
        names,
        ["cable_cut", "cable_cut", "cable_cut", "cable_cut", "cable_cut", "cable_down"]
    );
    line.mend();
    let after = frame(&mut cx, 6, 60);
    line.transmit(&mut cx, JACK, 6, after);
    // The queue was emptied, too: it goes at once.
    assert_eq!(line.next_arrival(), Some((Instant::from_nanos(5_000_672), 6)));
}

#[test]
fn equal_arrivals_keep_the_order_of_sending() {
    let config = LineConfig { rate_bps: 0, ..clean() };
    let run = run_paced(config, 50, 60, Duration::ZERO);
    assert!(in_order(&run));
    assert!(run.arrivals.iter().all(|arrival| arrival.1 == Instant::from_nanos(5_000_000)));
}

/// Sends 2,000 frames over a line that `before` has told something.
fn run_told(config: LineConfig, before: impl FnOnce(&mut Line)) -> Run {
    let source = RandomSource::new(42, "cable pc1--sw1", 0);
    let mut line = Line::new(config, &source, "forward");
    before(&mut line);
    run_on(line, 2_000, 100, PACE)
}

#[test]
fn what_chance_gave_told_frame_by_frame_gives_the_same_arrivals() {
    let chancy = LineConfig {
        loss: 0.05,
        reorder: 0.05,
        reorder_by: Duration::from_micros(100),
        duplicate: 0.05,
        corrupt: 1e-5,
        ..clean()
    };
    let first = run_told(chancy, Line::note_mishaps);
    let given = first.line.mishaps().to_vec();
    let kinds = [Mishap::Lose, Mishap::Hold(chancy.reorder_by), Mishap::Double, Mishap::Damage];
    assert!(kinds.iter().all(|kind| given.iter().any(|(_, mishap)| mishap == kind)), "{given:?}");
    let second = run_told(clean(), |line| {
        assert!(given.iter().all(|&(number, mishap)| line.befall(number, mishap)));
    });
    let seen = |run: &Run| -> Vec<(u32, Instant, bool)> {
        run.arrivals.iter().map(|&(number, at, _, bad)| (number, at, bad)).collect()
    };
    assert_eq!(seen(&first), seen(&second));
    assert!(second.line.mishaps().is_empty(), "a line without chance gives nothing");
    let names = |run: &Run| run.events.iter().map(|event| event.reason.name).collect::<Vec<_>>();
    assert_eq!(names(&first), names(&second));
}

#[test]
fn a_mishap_is_told_of_the_nth_frame_from_now() {
    let told = run_told(clean(), |line| {
        assert!(line.befall(0, Mishap::Lose) && line.befall(3, Mishap::Damage));
        assert!(line.befall(5, Mishap::Double) && line.befall(7, Mishap::Hold(PACE * 2)));
    });
    let numbers: Vec<u32> = told.arrivals.iter().take(9).map(|arrival| arrival.0).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 4, 5, 7, 6, 8]);
    let bad = told.arrivals.iter().filter(|(_, _, octets, bad)| *bad && octets[99] == 0x54);
    assert_eq!(bad.map(|arrival| arrival.0).collect::<Vec<_>>(), [2]);
}

#[test]
fn what_is_told_has_a_bound() {
    let mut line = run_told(clean(), |_| {}).line;
    for number in 1..=Line::TOLD as u64 {
        assert!(line.befall(number, Mishap::Lose));
    }
    assert!(!line.befall(Line::TOLD as u64 + 1, Mishap::Lose));
    assert!(line.befall(1, Mishap::Double), "of the same frame more may be told");
    assert!(!line.befall(u64::MAX, Mishap::Lose));
}
