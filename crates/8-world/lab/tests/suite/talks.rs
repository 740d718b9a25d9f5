//! Conversations and ladders out of what labs recorded: `labs/handshake.toml`'s as a picture one can read,
//! losses, resets, ports that are used again, datagrams, and joined hosts.

use base::{Instant, Lang};
use catenet_lab as lab;
use lab::talk::{Conversation, Rung, Side, Talks};
use lab::world::{Ground, boot};
use sim::World;
use std::fmt::Write;

fn booted(text: &str, seed: u64) -> World {
    let lab = lab::read_lab(text.as_bytes(), "talks.toml").unwrap_or_else(|mistakes| {
        panic!("{}", language::render(&mistakes, Lang::En));
    });
    let programs = lab::programs();
    let ground = Ground { seed, programs, lang: Lang::En, folder: &lab::gallery::folder };
    boot(&lab, &ground).expect("a world")
}

fn run(world: &mut World, seconds: u64) {
    world.run_until(Instant::from_nanos(seconds * 1_000_000_000)).expect("no storm");
}

/// A world after so many seconds, and its conversations.
fn talked(text: &str, seconds: u64) -> (World, Talks) {
    let mut world = booted(text, 7);
    run(&mut world, seconds);
    let mut talks = Talks::default();
    while talks.feed(&world, 100) {}
    (world, talks)
}

fn oldest_first(talks: &Talks) -> Vec<&Conversation> {
    let mut all: Vec<&Conversation> = talks.newest().collect();
    all.reverse();
    all
}

fn rung_line(world: &World, conversation: &Conversation, rung: &Rung) -> String {
    let arrow = if rung.from == Side::Client { "----->" } else { "<-----" };
    let mut line = format!("{:>11.6}  {arrow}  ", rung.sent.as_secs_f64());
    if let Some(numbers) = rung.numbers {
        let (seq, ack) = conversation.relative(rung).expect("numbers");
        let _ = write!(line, "{} seq {seq}", numbers.flag_names().join(" "));
        if numbers.flag_names().contains(&"ACK") {
            let _ = write!(line, " ack {ack}");
        }
    }
    let _ = write!(line, " len {}", rung.length);
    match rung.received {
        Some((time, _)) => line += &format!(", there at {:.6}", time.as_secs_f64()),
        None if rung.dropped.is_none() => line += ", not there yet",
        None => {}
    }
    if rung.repeated {
        line += ", again";
    }
    if let Some(drop) = rung.dropped {
        let word = if rung.received.is_some() { "refused" } else { "lost" };
        line += &format!(", {word} at {}: {}", world.name(drop.node), drop.reason.name);
    }
    line
}

/// A ladder as text: rungs and changes of state in the order of time.
fn draw(world: &World, conversation: &Conversation) -> String {
    let (client, server) = (conversation.client, conversation.server);
    let name = |node: Option<base::NodeId>| node.map_or("?", |node| world.name(node)).to_owned();
    let mut lines: Vec<(Instant, String)> = Vec::new();
    for change in conversation.states() {
        let side = change.side.name();
        let time = change.time.as_secs_f64();
        lines.push((change.time, format!("{time:>11.6}  {side} {}", change.state)));
    }
    let rungs = conversation.rungs();
    lines.extend(rungs.map(|rung| (rung.sent, rung_line(world, conversation, rung))));
    lines.sort_by_key(|line| line.0);
    let head = format!(
        "{} {} {} -> {} {}, {} packets, {:?} octets",
        conversation.protocol.name(),
        name(client.node),
        client.address,
        name(server.node),
        server.address,
        conversation.frames,
        conversation.octets
    );
    let body: Vec<String> = lines.into_iter().map(|line| line.1).collect();
    format!("{head}\n{}\n", body.join("\n"))
}

#[test]
fn the_handshake_lab_as_ladders() {
    let (world, talks) = talked(include_str!("../../../../../labs/handshake.toml"), 20);
    let all = oldest_first(&talks);
    assert_eq!(all.len(), 5, "half, merged, first, second, ghost");
    let picture: Vec<String> = all[1..].iter().map(|it| draw(&world, it)).collect();
    let picture = picture.join("\n");
    if std::env::var_os("UPDATE").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/golden/handshake-ladder.txt");
        std::fs::write(file, &picture).expect("written");
    }
    assert_eq!(picture, include_str!("golden/handshake-ladder.txt"), "UPDATE=1 writes it anew");
}

/// Two hosts with one cable; what they run is `a` and `b`.
fn pair(link: &str, a: &str, b: &str) -> String {
    format!(
        "lab = \"talks\"\nlinks = [{{ link = \"a - b\", name = \"wire\", {link} }}]\n[hosts.a]\nip = \"10.0.0.1/24\"\nrun = [{a}]\n[hosts.b]\nip = \"10.0.0.2/24\"\nrun = [{b}]\n"
    )
}

fn states(conversation: &Conversation, side: Side) -> Vec<&'static str> {
    let mine = conversation.states().filter(|change| change.side == side);
    mine.map(|change| change.state.name()).collect()
}

#[test]
fn half_closed_the_other_way_goes_on() {
    let (world, talks) = talked(include_str!("../../../../../labs/handshake.toml"), 5);
    let half = oldest_first(&talks)[0];
    let client = ["SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"];
    assert_eq!(states(half, Side::Client), client, "{}", draw(&world, half));
    let server = ["SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"];
    assert_eq!(states(half, Side::Server), server);
    assert_eq!(half.octets, [1_000, 100_000]);
    let last = half.samples().filter(|sample| sample.side == Side::Server).last();
    let last = last.expect("the server's window was told");
    assert_eq!(last.in_flight, 0);
    let srtt = last.srtt.expect("measured").as_millis();
    assert!((10..20).contains(&srtt), "{srtt} ms over two times 5 ms");
    let grows: Vec<u32> = half.samples().map(|sample| sample.cwnd).collect();
    assert!(grows.is_sorted() && grows.last() > grows.first(), "slow start: {grows:?}");
}

#[test]
fn nobody_listens_and_a_reset_says_so() {
    let calls = "{ do = \"nc 10.0.0.2 99\", at = \"1s\", label = \"x\" }";
    let (world, talks) = talked(&pair("delay = \"5ms\"", calls, ""), 3);
    let all = oldest_first(&talks);
    let [refused] = all[..] else { panic!("{} conversations", all.len()) };
    assert_eq!(states(refused, Side::Client), ["SYN-SENT", "CLOSED"], "{}", draw(&world, refused));
    assert_eq!(states(refused, Side::Server), [] as [&str; 0]);
    let flags: Vec<_> = refused.rungs().filter_map(|rung| rung.numbers).collect();
    assert_eq!(flags[1].flag_names(), ["RST", "ACK"]);
}

#[test]
fn both_sides_call_at_once() {
    let call = |to: &str| format!("{{ do = \"nc -p 4000 {to} 4000\", at = \"1s\" }}");
    let text = pair("delay = \"5ms\"", &call("10.0.0.2"), &call("10.0.0.1"));
    let (world, talks) = talked(&text, 3);
    let all = oldest_first(&talks);
    let [both] = all[..] else { panic!("{} conversations", all.len()) };
    for side in [Side::Client, Side::Server] {
        let told = states(both, side);
        assert_eq!(
            told[..3],
            ["SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"],
            "{}",
            draw(&world, both)
        );
    }
}

#[test]
fn a_loss_and_its_repetition_are_two_rungs() {
    let (sends, sink) = (
        "{ do = \"send 10.0.0.2 9000 300000\", at = \"1s\", label = \"x\" }",
        "\"sink port=9000\"",
    );
    let (world, talks) = talked(&pair("delay = \"5ms\", loss = \"3%\"", sends, sink), 60);
    let all = oldest_first(&talks);
    let [lossy] = all[..] else { panic!("{} conversations", all.len()) };
    let rungs: Vec<&Rung> = lossy.rungs().collect();
    let lost = |rung: &&&Rung| rung.received.is_none() && rung.dropped.is_some() && rung.length > 0;
    let lost: Vec<&&Rung> = rungs.iter().filter(lost).collect();
    assert!(lost.len() > 2, "3% of 206 segments: {}", draw(&world, lossy));
    for first in lost {
        assert_eq!(first.dropped.map(|drop| drop.reason.name), Some("cable_loss"));
        let seq = first.numbers.expect("TCP").seq;
        let again = rungs.iter().find(|it| {
            it.sent > first.sent && it.length > 0 && it.numbers.is_some_and(|it| it.seq == seq)
        });
        assert!(again.is_some_and(|again| again.repeated), "{seq}: {}", draw(&world, lossy));
    }
    let first_time = rungs.iter().filter(|rung| !rung.repeated).map(|rung| u64::from(rung.length));
    assert_eq!(first_time.sum::<u64>(), 300_000, "all else is marked as repeated");
    assert!(lossy.samples().any(|sample| sample.ssthresh.is_some()), "a repair halves the window");
}

#[test]
fn a_port_used_again_is_another_conversation() {
    let call = |at: u8| {
        format!("{{ do = \"nc -w 1 -p 4000 10.0.0.2 99\", at = \"{at}s\", label = \"x{at}\" }}")
    };
    let calls = [call(1), call(2), call(3)].join(", ");
    let (world, talks) = talked(&pair("delay = \"5ms\"", &calls, ""), 5);
    let all = oldest_first(&talks);
    assert_eq!(all.len(), 3);
    for one in all {
        assert_eq!(one.client.address.port(), 4000);
        assert_eq!(states(one, Side::Client), ["SYN-SENT", "CLOSED"], "{}", draw(&world, one));
    }
}

#[test]
fn names_stay_and_slices_do_not_matter() {
    let text = include_str!("../../../../../labs/two-lans.toml");
    let mut world = booted(text, 7);
    let mut along = Talks::default();
    let mut names: Vec<String> = Vec::new();
    for second in 1..=10 {
        run(&mut world, second);
        while along.feed(&world, 3) {}
        let now: Vec<String> = oldest_first(&along).iter().map(|it| it.id()).collect();
        assert_eq!(now[..names.len()], names, "names stay, in the order of time");
        names = now;
    }
    let mut at_once = Talks::default();
    while at_once.feed(&world, 1 << 20) {}
    let pictures = |talks: &Talks| -> Vec<String> {
        oldest_first(talks).iter().map(|it| it.id() + &draw(&world, it)).collect()
    };
    assert_eq!(pictures(&along), pictures(&at_once));
    let dns = at_once.newest().find(|it| it.spoke() == "dns" && it.frames > 1);
    let dns = dns.expect("a question of pc1's, answered");
    let both: Vec<&Rung> = dns.rungs().take(2).collect();
    let [question, answer] = both[..] else { panic!("{}", draw(&world, dns)) };
    assert_eq!((question.from, answer.from), (Side::Client, Side::Server));
    assert!(question.received.is_some() && answer.received.is_some());
    assert!(at_once.newest().any(|it| it.spoke() == "http"));
    assert!(at_once.get(&names[0]).is_some() && at_once.get("tcp-0").is_none());
}

/// A machine that calls without end: what is kept stays within its bounds, and is told.
#[test]
fn the_oldest_are_forgotten() {
    let calls = "{ do = \"nc 10.0.0.2 99\", every = \"5ms\", label = \"x\" }";
    let (_, talks) = talked(&pair("delay = \"1ms\"", calls, ""), 5);
    assert_eq!(talks.newest().len(), Talks::CONVERSATIONS);
    assert!(talks.forgotten() > 300, "{}", talks.forgotten());
    let newest = talks.newest().nth(1).expect("one whose answer has come");
    assert_eq!(states(newest, Side::Client), ["SYN-SENT", "CLOSED"]);
}
