//! `cargo xtask`: everything that keeps the house in order, and the one command that tests it all.
//!
//! ```text
//! main ── tower   the four sentences of the floor plan, from `cargo metadata`
//!      ├─ tidy    rules over files: words, links, citations, lengths
//!      ├─ test    every step in order, a table at the end
//!      ├─ labs    each lab: same bytes twice, and what tshark says of them
//!      ├─ page    the page: types, lint, unit tests, and a real browser
//!      ├─ dist    one static binary, tried in an empty folder
//!      ├─ wasm    the pure floors check for a machine without an operating system
//!      ├─ walk    the stations that docs/walk.md names exist
//!      ├─ bench   races against other stacks (`bench/`)
//!      ├─ fuzz    saved inputs, or a run of one target (`fuzz/`)
//!      ├─ api     the service interface keeps what its document says
//!      └─ peers   the foreign programs, and how they are installed
//! ```
//!
//! Invariants: a task either does its work or fails with a message that says what to do next;
//! nothing is skipped in silence. A task exits with 0, 1 (it found something) or 2 (wrong use).
//!
//! Arguments are read by hand: this program is compiled before anything else can be tested, and
//! an argument parser would cost more to build than all the rest of it.
#![allow(
    clippy::disallowed_methods,
    reason = "a development tool runs on the machine itself; the wall guards the world, not it"
)]

mod api;
mod bench;
mod dist;
mod fuzz;
mod labs;
mod page;
mod peers;
mod shell;
mod test;
mod tidy;
mod tower;
mod walk;
mod wasm;
mod workspace;

use std::process::ExitCode;

use shell::Failure;

const USAGE: &str = "\
cargo xtask TASK

  test [--install-peers] [--quick]   everything: what .ci/run runs
  tower [--write]                    the floor plan: prove it, print it, keep ARCHITECTURE.md equal
  tidy                               rules over files
  labs [LAB ...] [--quick]           labs twice and by tshark (needs a built `catenet`)
  page                               the page: its own checks, then a real browser clicks through it
  api                                the service interface keeps what its document says (schemathesis)
  dist                               one static binary, tried in an empty folder; its SHA-256
  wasm                               the pure floors check for wasm32-unknown-unknown
  walk                               the stations of docs/walk.md exist in the code
  bench [NAME]                       races against other stacks
  fuzz [TARGET [SECONDS]]            saved inputs; with a target, look for new ones
  peers [--install]                  foreign programs that the tests speak with
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&words) {
        None => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(failure)) => {
            if !failure.is_told() {
                eprintln!("xtask: {failure}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Runs the task that the words name; `None` when they name none.
fn dispatch(words: &[&str]) -> Option<Result<(), Failure>> {
    let (&task, rest) = words.split_first()?;
    let (flags, names): (Vec<&str>, Vec<&str>) =
        rest.iter().copied().partition(|word| word.starts_with("--"));
    let known: &[&str] = match task {
        "test" => &["--install-peers", "--quick"],
        "tower" => &["--write"],
        "labs" => &["--quick"],
        "peers" => &["--install"],
        _ => &[],
    };
    if flags.iter().any(|flag| !known.contains(flag)) {
        return None;
    }
    let has = |flag: &str| flags.contains(&flag);
    let takes_names = matches!(task, "labs" | "bench" | "fuzz");
    if !takes_names && !names.is_empty() {
        return None;
    }
    Some(match task {
        "test" => {
            test::run(test::Options { install: has("--install-peers"), quick: has("--quick") })
        }
        "tower" => tower::run(has("--write")).map(|report| print!("{report}")),
        "tidy" => tidy::run().map(|note| println!("{note}")),
        "labs" => labs::run(&names, has("--quick")).map(|note| println!("{note}")),
        "page" => page::run().map(|note| println!("{note}")),
        "api" => api::run().map(|note| println!("{note}")),
        "dist" => dist::run().map(|note| println!("{note}")),
        "wasm" => wasm::run().map(|note| println!("{note}")),
        "walk" => walk::run().map(|note| println!("{note}")),
        "bench" if names.len() <= 1 => bench::run(names.first().copied()),
        "fuzz" if names.len() <= 2 => fuzz::run(&names),
        "peers" if has("--install") => peers::install(),
        "peers" => {
            peers::list();
            Ok(())
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::dispatch;

    #[test]
    fn wrong_use_is_not_a_task() {
        for words in [&[][..], &["tidyy"], &["tower", "--wriet"], &["tidy", "more"]] {
            assert!(dispatch(words).is_none(), "{words:?}");
        }
    }
}
