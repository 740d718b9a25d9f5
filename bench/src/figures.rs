//! One contestant's measurements and what is said of them.

use serde_json::{Value, json};

/// What one transfer did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Round {
    /// CPU time.
    pub(crate) ns: u64,
    /// Octets of text that arrived.
    pub(crate) octets: u64,
    /// Frames with text.
    pub(crate) segments: u64,
    /// Frames the other way.
    pub(crate) acks: u64,
}

impl Round {
    fn per_segment(&self) -> f64 {
        self.ns as f64 / self.segments.max(1) as f64
    }
}

/// All rounds of one contestant.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    pub(crate) name: String,
    rounds: Vec<Round>,
}

impl Figures {
    pub(crate) fn new(name: &str) -> Self {
        Figures { name: name.to_owned(), rounds: Vec::new() }
    }
    pub(crate) fn add(&mut self, round: Round) {
        self.rounds.push(round);
    }
    fn sorted(&self) -> Vec<f64> {
        let mut all: Vec<f64> = self.rounds.iter().map(Round::per_segment).collect();
        all.sort_by(f64::total_cmp);
        all
    }
    /// The median, ns per data segment.
    pub(crate) fn median(&self) -> f64 {
        let all = self.sorted();
        all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
    }
    fn spread(&self) -> (f64, f64) {
        let all = self.sorted();
        (all.first().copied().unwrap_or(f64::NAN), all.last().copied().unwrap_or(f64::NAN))
    }
    fn total(&self) -> Round {
        self.rounds.iter().fold(Round::default(), |sum, round| Round {
            ns: sum.ns + round.ns,
            octets: sum.octets + round.octets,
            segments: sum.segments + round.segments,
            acks: sum.acks + round.acks,
        })
    }
    /// Text, in Gbit per second of CPU time.
    pub(crate) fn gbit(&self) -> f64 {
        let total = self.total();
        let octets_a_segment = total.octets as f64 / total.segments.max(1) as f64;
        octets_a_segment * 8.0 / self.median()
    }
    fn segments_an_ack(&self) -> f64 {
        let total = self.total();
        total.segments as f64 / total.acks.max(1) as f64
    }

    /// One line for people.
    pub(crate) fn say(&self) {
        let (least, most) = self.spread();
        println!(
            "{:<44} {:>7.1} ns/segment (min {:.1}, max {:.1})  {:>5.1} Gbit/s  {:>6.1} segments an ACK",
            self.name,
            self.median(),
            least,
            most,
            self.gbit(),
            self.segments_an_ack(),
        );
    }

    /// The same for machines.
    pub(crate) fn json(&self) -> Value {
        let (least, most) = self.spread();
        let total = self.total();
        json!({
            "name": self.name, "median_ns": self.median(), "min_ns": least, "max_ns": most,
            "gbit_per_cpu_second": self.gbit(), "segments_per_ack": self.segments_an_ack(),
            "octets_per_segment": total.octets as f64 / total.segments.max(1) as f64,
            "rounds_ns": self.rounds.iter().map(Round::per_segment).collect::<Vec<_>>(),
        })
    }
}

/// Writes a race's figures to `bench/out/NAME.json`.
pub(crate) fn write(race: &str, all: &[Figures], more: Value) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/out");
    let value = json!({
        "race": race, "contestants": all.iter().map(Figures::json).collect::<Vec<_>>(),
        "unit": "ns of thread CPU time per data segment, both ends", "more": more,
    });
    let path = format!("{folder}/{race}.json");
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, format!("{value:#}\n")));
    match written {
        Ok(()) => println!("written: {path}"),
        Err(error) => eprintln!("{path}: {error}"),
    }
}
