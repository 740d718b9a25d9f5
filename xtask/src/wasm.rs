//! The pure floors build where there is no operating system at all.
//!
//! That `wasm32-unknown-unknown` accepts a crate proves more than a lint can: no sockets, no
//! threads, no descriptors. Floors 0 to 6 and, of floor 8, `sim`, `capture`, `language`, `layout`,
//! `lab` and `topology` are held to it.

use crate::peers::{self, WASM_TARGET};
use crate::shell::{self, Failure};
use crate::{tower, workspace};

/// The crates of floor 8 that must check as well.
const OF_THE_WORLD: &[&str] = &[
    "catenet-sim",
    "catenet-capture",
    "catenet-language",
    "catenet-layout",
    "catenet-lab",
    "catenet-topology",
];

/// Checks the pure floors for WebAssembly.
///
/// # Errors
/// The target is not installed, or a crate does not compile for it.
pub(crate) fn run() -> Result<String, Failure> {
    if !peers::has_wasm() {
        return Err(Failure::new(format!("rustup target add {WASM_TARGET}")));
    }
    let tower = tower::read()?;
    let names: Vec<&str> = tower
        .crates
        .iter()
        .filter(|one| one.rank < 70 || OF_THE_WORLD.contains(&one.name.as_str()))
        .map(|one| one.name.as_str())
        .collect();
    let mut command = workspace::cargo();
    command.args(["check", "--release", "--no-default-features", "--target", WASM_TARGET]);
    for name in &names {
        command.args(["-p", name]);
    }
    shell::run(&mut command)?;
    Ok(format!("{} crates check for {WASM_TARGET}", names.len()))
}
