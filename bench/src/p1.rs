//! P1: bulk TCP between two stacks joined by a queue, one thread: ours and smoltcp, interleaved.
//!
//! Included on both sides: the program's write (a copy into the stack), TCP, IPv4 and Ethernet
//! headers made and read, checksums made and verified, the queue, the acknowledgements back, the
//! program's read (a copy out). Frames never leave memory; time is virtual and only moves on.
//! The last line compares the defaults of the goal: ours (congestion control, SACK, timestamps)
//! with smoltcp at its fastest (no congestion control), 64 KiB buffers.

pub(crate) mod ours;
pub(crate) mod theirs;

use crate::Effort;
use crate::figures::{self, Figures, Round};
use crate::pattern::Pattern;
use serde_json::json;

/// One transfer's conditions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// Octets of the send and of the receive buffer.
    pub(crate) buffer: usize,
    /// Compare every octet (untimed rounds).
    pub(crate) whole: bool,
    /// Ours: octets are handed over (`Bytes`), not copied in and out.
    pub(crate) shared: bool,
    /// Theirs: Reno; else no congestion control.
    pub(crate) reno: bool,
    /// Frames that a receiver takes before it may answer; 0: as many as wait.
    pub(crate) batch: usize,
    /// Ours: are events recorded?
    pub(crate) record: bool,
}

type Transfer = fn(&Pattern, Setting, u64) -> Round;

struct Contestant {
    figures: Figures,
    transfer: Transfer,
    setting: Setting,
}

const OURS: &str = "ours 64 KiB";
const THEIRS: &str = "smoltcp 64 KiB, no congestion control";

fn contestants() -> Vec<Contestant> {
    let plain = Setting {
        buffer: 64 << 10,
        whole: false,
        shared: false,
        reno: false,
        batch: 0,
        record: false,
    };
    let big = Setting { buffer: 1 << 20, ..plain };
    let (ours, theirs) = (ours::transfer as Transfer, theirs::transfer as Transfer);
    [
        (OURS, ours, plain),
        (THEIRS, theirs, plain),
        ("ours 64 KiB, 2 frames a turn", ours, Setting { batch: 2, ..plain }),
        ("smoltcp 64 KiB, Reno", theirs, Setting { reno: true, ..plain }),
        (
            "smoltcp 64 KiB, Reno, 2 frames a turn",
            theirs,
            Setting { reno: true, batch: 2, ..plain },
        ),
        ("ours 1 MiB", ours, big),
        ("smoltcp 1 MiB, no congestion control", theirs, big),
        ("ours 64 KiB, octets handed over", ours, Setting { shared: true, ..plain }),
    ]
    .into_iter()
    .map(|(name, transfer, setting)| Contestant { figures: Figures::new(name), transfer, setting })
    .collect()
}

pub(crate) fn run(effort: &Effort) {
    let pattern = Pattern::new();
    let mut all: Vec<Contestant> =
        contestants().into_iter().filter(|each| effort.wants(&each.figures.name)).collect();
    println!(
        "P1: {} MiB a round, {} rounds each, interleaved; MTU 1500, Ethernet, one thread; CPU time",
        effort.octets >> 20,
        effort.rounds,
    );
    for each in &all {
        (each.transfer)(&pattern, Setting { whole: true, ..each.setting }, 8 << 20);
    }
    for _ in 0..effort.rounds {
        for each in &mut all {
            each.figures.add((each.transfer)(&pattern, each.setting, effort.octets));
        }
    }
    all.iter().for_each(|each| each.figures.say());
    let figures: Vec<Figures> = all.into_iter().map(|each| each.figures).collect();
    let median = |name: &str| figures.iter().find(|f| f.name == name).map(Figures::median);
    let (Some(ours), Some(theirs)) = (median(OURS), median(THEIRS)) else { return };
    let ratio = theirs / ours;
    figures::write("P1", &figures, json!({ "ours": ours, "theirs": theirs, "ratio": ratio }));
    println!("P1 ours {ours:.1} ns theirs {theirs:.1} ns ratio {ratio:.2}");
}
