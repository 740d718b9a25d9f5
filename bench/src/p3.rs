//! P3: small messages. One octet there and back by TCP, 18 octets one way by UDP; CPU time.
//!
//! ```text
//!   stacks   two hosts joined by a queue, no program's runtime: ours and smoltcp
//!   guests   the same tokio program twice, in virtual time: ours (every layer; every frame recorded,
//!            or none, which is like for like) and turmoil (messages between sockets, ticks of 1 ms;
//!            it records nothing), twice: as it comes, where a message takes any time up to 100 ms and
//!            each tick costs, and at its best, one tick
//! ```
//! The last lines compare what has a peer; above 1, ours is faster.

mod guests;
mod stacks;

use crate::Effort;
use crate::figures::{self, Figures, Round};
use serde_json::json;

struct Contestant {
    figures: Figures,
    race: fn(u64) -> Round,
    /// Exchanges a round.
    count: u64,
}

const NOT_RECORDED: &str = "ours, tokio in a lab, frames not recorded";
const PAIRS: [(&str, &str, &str); 5] = [
    ("TCP, 1 octet there and back", "ours, hosts", "smoltcp, TCP"),
    ("UDP, 18 octets", "ours, hosts, UDP", "smoltcp, UDP"),
    ("tokio program, no frames kept, turmoil as it comes", NOT_RECORDED, "turmoil as it comes"),
    (
        "tokio program, every frame kept, turmoil as it comes",
        "ours, tokio in a lab",
        "turmoil as it comes",
    ),
    ("tokio program, no frames kept, turmoil at its best", NOT_RECORDED, "turmoil at its best"),
];

fn contestants(effort: &Effort) -> Vec<Contestant> {
    let many = effort.octets >> 10;
    let all: [(&str, fn(u64) -> Round, u64); 8] = [
        ("ours, hosts", stacks::our_echo, many),
        ("smoltcp, TCP", stacks::their_echo, many),
        ("ours, hosts, UDP", stacks::our_datagrams, many),
        ("smoltcp, UDP", stacks::their_datagrams, many),
        ("ours, tokio in a lab", guests::ours, many / 8),
        (NOT_RECORDED, guests::ours_unrecorded, many / 8),
        ("turmoil as it comes", guests::turmoil_as_it_comes, many / 512),
        ("turmoil at its best", guests::turmoil_at_its_best, many / 64),
    ];
    let wanted = all.into_iter().filter(|(name, ..)| effort.wants(name));
    let contestant = |(name, race, count)| Contestant { figures: Figures::new(name), race, count };
    wanted.map(contestant).collect()
}

pub(crate) fn run(effort: &Effort) {
    println!("P3: {} rounds each, interleaved; one thread; CPU time", effort.rounds);
    let mut all = contestants(effort);
    for _ in 0..effort.rounds {
        for each in &mut all {
            each.figures.add((each.race)(each.count));
        }
    }
    let figures: Vec<Figures> = all.into_iter().map(|each| each.figures).collect();
    for one in &figures {
        println!("{:<44} {:>9.1} ns each", one.name, one.median());
    }
    let median = |name: &str| figures.iter().find(|f| f.name == name).map(Figures::median);
    let mut ratios = Vec::new();
    for (what, ours, theirs) in PAIRS {
        let (Some(ours), Some(theirs)) = (median(ours), median(theirs)) else { continue };
        let ratio = theirs / ours;
        println!("P3 {what}: ours {ours:.1} ns theirs {theirs:.1} ns ratio {ratio:.2}");
        ratios.push(json!({ "what": what, "ours": ours, "theirs": theirs, "ratio": ratio }));
    }
    figures::write("P3", &figures, json!({ "unit": "ns each", "ratios": ratios }));
}
