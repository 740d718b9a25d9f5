//! Races against other stacks: `catenet-bench [P1|P2|P3] [--quick] [--only WORD]`.
//!
//! ```text
//!   main -- p1 (two stacks joined by a queue) -- p1/ours, p1/theirs (smoltcp)
//!        |- p2 (through the whole world)
//!        `- p3 (small messages) -- p3/stacks (smoltcp), p3/guests (turmoil)
//!   clock: CPU time    figures: median, spread, JSON    pattern: octets that betray their place
//! ```
//!
//! What is compared with what stands in README.md. A race ends with one line
//! `NAME ours NNN.N ns theirs NNN.N ns ratio R.RR` where it has a peer; above 1, we are better.
//! Invariants: octets arrive equal (a full comparison before the clock starts, samples while it
//! runs); all is CPU time of the one thread; rounds are interleaved.

mod clock;
mod figures;
mod p1;
mod p2;
mod p3;
mod pattern;

/// How much work a race does.
#[derive(Clone, Debug)]
pub(crate) struct Effort {
    /// Rounds of each contestant.
    pub(crate) rounds: usize,
    /// Octets a round.
    pub(crate) octets: u64,
    /// Run only the contestants whose name holds this word (for profiles); no last line then.
    pub(crate) only: Option<String>,
}

impl Effort {
    /// Is this contestant to run?
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|word| name.contains(word.as_str()))
    }
}

fn main() {
    let mut effort = Effort { rounds: 9, octets: 128 << 20, only: None };
    let mut race = None;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => effort = Effort { rounds: 3, octets: 16 << 20, ..effort },
            "--only" => effort.only = words.next(),
            "--rounds" => effort.rounds = number(words.next()).max(1) as usize,
            "--mib" => effort.octets = number(words.next()).max(1) << 20,
            _ if race.is_none() => race = Some(word),
            _ => usage(&word),
        }
    }
    match race.as_deref() {
        Some("P1" | "p1") => p1::run(&effort),
        Some("P2" | "p2") => p2::run(&effort),
        Some("P3" | "p3") => p3::run(&effort),
        None => {
            p3::run(&effort);
            p2::run(&effort);
            p1::run(&effort);
        }
        Some(other) => usage(other),
    }
}

fn number(word: Option<String>) -> u64 {
    word.and_then(|word| word.parse().ok()).unwrap_or_else(|| usage("a number is missing"))
}

fn usage(what: &str) -> ! {
    eprintln!(
        "{what}: usage: catenet-bench [P1|P2|P3] [--quick] [--rounds N] [--mib N] [--only WORD]"
    );
    std::process::exit(2)
}
