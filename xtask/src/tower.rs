//! The floor plan, proven: arrows only fall.
//!
//! Each crate under `crates/` has a rank in its manifest (`[package.metadata.catenet]`). From
//! `cargo metadata` four sentences are proven, without exceptions:
//!
//! 1. a crate imports only smaller ranks;
//! 2. ranks 10 to 49, the layers, import floor 0 only;
//! 3. floor 7 imports floor 0, `socket`, floor 6 and `dns`, never each other (`tools` may);
//! 4. nothing below rank 90 imports a crate that needs an operating system.
//!
//! Sentence 4 is read twice: in the manifests (with the features they ask for), and in the whole
//! tree of what is then compiled, so that no friend of a friend brings the system in.
//!
//! Dev-dependencies are free: a test may know more than the room it tests. The budget counts what
//! is compiled for this machine: the stack at most 30 crates, the default binary at most 250.

mod closure;
mod plan;
mod table;

pub(crate) use plan::{Tower, read};

use crate::shell::Failure;
use crate::workspace;

const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// Proves the plan, prints the table and the budget, and keeps ARCHITECTURE.md equal to it.
///
/// # Errors
/// Every broken sentence, by crate and dependency; a budget overrun; a stale ARCHITECTURE.md.
pub(crate) fn run(write: bool) -> Result<String, Failure> {
    let tower = read()?;
    let mut faults = tower.faults();
    faults.extend(closure::faults(&tower)?);
    let budget = closure::budget(&tower)?;
    faults.extend(budget.faults());
    let table = table::of(&tower);
    if write {
        store(&table)?;
    } else if let Err(failure) = compare(&table) {
        faults.push(failure.to_string());
    }
    if faults.is_empty() {
        return Ok(format!("{table}\n{budget}\n"));
    }
    println!("{table}\n{budget}\n");
    Err(Failure::new(format!("the tower leans\n  {}", faults.join("\n  "))))
}

fn compare(table: &str) -> Result<(), Failure> {
    let text = workspace::read(ARCHITECTURE)?;
    if table::within(&text)?.trim() == table.trim() {
        return Ok(());
    }
    Err(Failure::new(format!("{ARCHITECTURE}: the table is stale: cargo xtask tower --write")))
}

fn store(table: &str) -> Result<(), Failure> {
    let path = workspace::root().join(ARCHITECTURE);
    let old = workspace::read(ARCHITECTURE)?;
    let new = table::replaced(&old, table)?;
    if new == old {
        return Ok(());
    }
    std::fs::write(&path, new).map_err(|error| Failure::about(&path, &error))
}
