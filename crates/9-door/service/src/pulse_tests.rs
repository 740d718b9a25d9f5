//! Readers of a lab that runs, without sockets between them.

use super::*;
use crate::labs::Labs;
use crate::trial::booted;

const BUSY: &str = r#"lab = "busy"
[networks]
lan = "10.0.0.0/24"
[hosts]
a = { net = "lan", run = { do = "curl http://10.0.0.80/", every = "5ms" } }
web = { net = "lan", ip = "10.0.0.80", run = "http" }
"#;

const QUIET: &str = "lab = \"quiet\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\na = \"lan\"\n";

fn start(text: &str) -> (Arc<Labs>, Arc<RunningLab>) {
    let (service, lab) = booted(text);
    (service.labs, lab)
}

async fn message(reader: &mut Reader) -> Live {
    let next = tokio::time::timeout(Duration::from_secs(20), reader.next()).await;
    let text = next.expect("in time").expect("the lab runs");
    serde_json::from_str(&text).expect("a message")
}

#[tokio::test]
async fn what_is_told_and_what_is_skipped_add_up() {
    let (_labs, lab) = start(BUSY);
    let mut steady = listen(&lab, "").unwrap_or_else(|problem| panic!("{}", problem.en));
    message(&mut steady).await; // from here on
    let mut slow =
        Reader { news: steady.news.clone(), known: steady.known, _seat: Seat(Arc::default()) };
    let (mut told, mut skipped, mut messages, mut frames) = (0, 0, 0, 0);
    while skipped == 0 || messages < 10 {
        let live = message(&mut steady).await;
        assert!(live.events.len() <= MOST_LINES && live.frames.len() <= MOST_LINES);
        frames += live.frames.len() as u64 + live.skipped.frames;
        told += live.events.len() as u64;
        skipped += live.skipped.events;
        messages += 1;
    }
    let digest = steady.news.borrow().clone().expect("there was one");
    let late = message(&mut slow).await;
    let all = late.skipped.events + late.events.len() as u64;
    // The slow one got this digest or one after it: it knows of no less than the steady one.
    assert!(all >= told + skipped, "{all} of {}", told + skipped);
    assert!(late.skipped.events >= skipped);
    let all = late.skipped.frames + late.frames.len() as u64;
    assert!(all >= frames && frames > 0, "{all} of {frames} frames");
    assert!(digest.after.events >= told + skipped && told > 0);
}

#[test]
fn a_digest_has_the_newest_lines_and_counts_the_others() {
    for most in [FEW_LINES, MOST_LINES] {
        let found = newest(100, 10, 10..100, most, |number, entry| {
            assert_eq!(number, entry, "each line has its own number");
            Some(number)
        });
        let first = 100 - most as u64;
        assert!(found.lines.iter().copied().eq(first..100), "{:?}", found.lines);
        assert_eq!(found.unseen, first - 10);
    }
}

#[tokio::test]
async fn only_what_a_filter_lets_pass_is_told() {
    let (_labs, lab) = start(BUSY);
    let filter = "node == \"web\" && tcp";
    let mut reader = listen(&lab, filter).unwrap_or_else(|problem| panic!("{}", problem.en));
    // A look lasts a millisecond and is paid by the lab's own work: on a slow machine it finds one or
    // none of a kind, and the next may be two seconds away. What passes is tried, not how much; and it
    // is about every second entry, else an unoptimised build looks for minutes.
    let (mut events, mut frames) = (0, 0);
    while events == 0 || frames == 0 {
        let live = message(&mut reader).await;
        assert!(live.events.iter().all(|event| event.node == "web"), "{live:?}");
        let tcp = |frame: &FrameLine| frame.layers.iter().any(|layer| layer == "tcp");
        assert!(live.frames.iter().all(|frame| frame.node == "web" && tcp(frame)), "{live:?}");
        events += live.events.len();
        frames += live.frames.len();
    }
    let refused = reader.turn(&lab, "tcp.flgs == 1").expect_err("no filter");
    assert_eq!(refused.code, "bad-filter");
    assert!(message(&mut reader).await.events.iter().all(|event| event.node == "web"));
    assert!(reader.turn(&lab, "node == \"a\"").is_ok());
    message(&mut reader).await;
    assert!(message(&mut reader).await.events.iter().all(|event| event.node == "a"));
}

#[tokio::test]
async fn a_lab_is_asked_only_while_somebody_listens() {
    let (_labs, lab) = start(QUIET);
    assert!(!lab.live.lock().beats);
    let mut first = listen(&lab, "").unwrap_or_else(|problem| panic!("{}", problem.en));
    let state = message(&mut first).await;
    assert!(state.nodes.iter().any(|node| node.name == "a" && node.powered), "{state:?}");
    assert_eq!(state.links.len(), 1);
    assert!(lab.live.lock().beats);
    // It says at 0 s and at 2 s who has its address; from then on it is quiet indeed.
    while message(&mut first).await.clock.seconds < 2.5 {}
    let again = Instant::now();
    assert_eq!(message(&mut first).await.events.len(), 0);
    assert!(again.elapsed() > BEAT * 2, "nothing is new: a message a second, not five");
    drop(first);
    let mut beats = 0;
    while lab.live.lock().beats {
        beats += 1;
        assert!(beats < 50, "it goes on looking for nobody");
        tokio::time::sleep(BEAT).await;
    }
    assert!(lab.live.lock().of.is_empty());
    let mut next = listen(&lab, "").unwrap_or_else(|problem| panic!("{}", problem.en));
    message(&mut next).await;
}

#[tokio::test]
async fn filters_and_readers_are_bounded_and_their_places_are_given_back() {
    let (labs, lab) = start(QUIET);
    let filter = |n: usize| format!("node == \"n{n}\"");
    let mut readers: Vec<Reader> = (0..MOST_FILTERS)
        .map(|n| listen(&lab, &filter(n)).unwrap_or_else(|problem| panic!("{}", problem.en)))
        .collect();
    let code = |tried: Result<Reader, Problem>| tried.err().map(|problem| problem.code);
    assert_eq!(code(listen(&lab, "node == \"other\"")).as_deref(), Some("full"));
    assert_eq!(code(listen(&lab, &filter(0))), None, "a filter that is read already");
    readers.pop();
    readers
        .push(listen(&lab, "node == \"other\"").unwrap_or_else(|problem| panic!("{}", problem.en)));
    while readers.len() < MOST_READERS {
        readers.push(listen(&lab, &filter(0)).unwrap_or_else(|problem| panic!("{}", problem.en)));
    }
    assert_eq!(code(listen(&lab, &filter(0))).as_deref(), Some("full"));
    readers.pop();
    let mut last = listen(&lab, &filter(0)).unwrap_or_else(|problem| panic!("{}", problem.en));
    message(&mut last).await;
    labs.stop("quiet").await.expect("it ran");
    while tokio::time::timeout(Duration::from_secs(10), last.next())
        .await
        .expect("an end")
        .is_some()
    {}
    assert!(count_ended(&lab).await, "its thread has gone");
}

async fn count_ended(lab: &Arc<RunningLab>) -> bool {
    lab.ask(|_| ()).await.is_err()
}
