//! Saved inputs once more, and bent copies of them, on stable.
//!
//! `cargo test --release --manifest-path fuzz/Cargo.toml` feeds every file of `corpus/<target>/` to its
//! target and then some thousand inputs that are bent from them by the flood's own mutator.
//! `FUZZ_SECONDS=60 cargo test ... -- bent --nocapture` bends for so long per target (or for the one
//! of `FUZZ_TARGET`), and prints how many executions that were. A finding prints its input and saves nothing: put it into the corpus.

#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // it reads files and the real clock

#[allow(dead_code)]
#[path = "../../tests/tests/mutations/mutate.rs"]
mod mutate;

use base::{Random, RandomSource};
use catenet_fuzz::{Body, TARGETS, chunk, chunks};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Executions per target when no time is given.
const BENT: u64 = 3_000;
const LONGEST: usize = 16_384;

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).expect("readable")))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{target} has no saved inputs");
    files
}

#[test]
fn saved_inputs_do_no_harm() {
    for (name, body) in TARGETS {
        let files = corpus(name);
        for (path, octets) in &files {
            // The name stands above the panic's own words.
            eprintln!("{path}");
            body(octets);
        }
        println!("{name}: {} saved inputs", files.len());
    }
}

#[test]
fn bent_copies_do_no_harm() {
    let seconds: Option<u64> =
        std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let mut found = Vec::new();
    let only = std::env::var("FUZZ_TARGET").ok();
    let wanted = |name: &&str| only.as_ref().is_none_or(|only| only == name);
    for (name, body) in TARGETS.into_iter().filter(|(name, _)| wanted(name)) {
        let mut random = RandomSource::new(seconds.unwrap_or(0), name, 0).stream("bent");
        let inputs: Vec<Vec<u8>> = corpus(name).into_iter().map(|(_, octets)| octets).collect();
        let begun = Instant::now();
        let mut count = 0;
        let goes_on = |count| match seconds {
            Some(seconds) => begun.elapsed() < Duration::from_secs(seconds),
            None => count < BENT,
        };
        while goes_on(count) {
            count += 1;
            let octets = bend(name, &mut random, &inputs);
            if let Err(finding) = catch_unwind(AssertUnwindSafe(|| body(&octets))) {
                let octets = smaller(body, octets);
                let why = finding.downcast_ref::<String>().cloned().unwrap_or_default();
                found.push(format!("{name}: {why}\n  input (hex) {}", hex(&octets)));
                break;
            }
        }
        println!("{name}: {count} executions in {:.1} s", begun.elapsed().as_secs_f64());
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// A saved input, or the halves of two, bent a few times: as a whole, or frame by frame.
fn bend(name: &str, random: &mut Random, inputs: &[Vec<u8>]) -> Vec<u8> {
    let pick = |random: &mut Random| &inputs[random.below(inputs.len() as u64) as usize];
    let (mut octets, other) = (pick(random).clone(), pick(random));
    let of_frames = ["ether", "ip", "host", "udp", "tcp"].contains(&name);
    if of_frames && random.chance(0.7) {
        octets = bend_chunks(random, &octets, other);
    }
    for _ in 0..random.below(4) {
        if octets.is_empty() {
            break;
        }
        mutate::mutate(random, &mut octets, other);
    }
    octets.truncate(LONGEST);
    octets
}

fn bend_chunks(random: &mut Random, octets: &[u8], other: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let theirs: Vec<_> = chunks(other).collect();
    for (mut what, inside) in chunks(octets) {
        let mut inside = inside.to_vec();
        if random.chance(0.1) {
            what = random.next_u32() as u8;
        }
        if inside.len() > 14 && random.chance(0.3) {
            mutate::mutate(random, &mut inside, octets);
            if random.chance(0.7) {
                mutate::repair(random, &mut inside);
            }
        }
        let times = [0, 1, 1, 1, 1, 1, 1, 2][random.below(8) as usize];
        for _ in 0..times {
            chunk(what, &inside, &mut out);
        }
        if !theirs.is_empty() && random.chance(0.1) {
            let (what, inside) = theirs[random.below(theirs.len() as u64) as usize];
            chunk(what, inside, &mut out);
        }
    }
    out
}

/// Takes parts away as long as the body still panics.
fn smaller(body: Body, mut octets: Vec<u8>) -> Vec<u8> {
    let mut step = octets.len().div_ceil(2);
    while step > 0 {
        let mut at = 0;
        while at < octets.len() {
            let mut shorter = octets.clone();
            shorter.drain(at..(at + step).min(octets.len()));
            if catch_unwind(AssertUnwindSafe(|| body(&shorter))).is_err() {
                octets = shorter;
            } else {
                at += step;
            }
        }
        step /= 2;
    }
    octets
}
