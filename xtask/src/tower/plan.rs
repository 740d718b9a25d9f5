//! The crates with their ranks and arrows, and the four sentences about them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::shell::Failure;
use crate::workspace;

/// `socket`, the one door of floor 5 to programs.
const SOCKET: u64 = 51;
/// `dns`, which other protocols of floor 7 may ask.
const DNS: u64 = 70;
/// `tools`, which may use any protocol of floor 7.
const TOOLS: u64 = 72;

/// Crates that are nothing without an operating system.
pub(super) const SYSTEM: &[&str] = &[
    "async-io",
    "async-std",
    "axum",
    "clap",
    "crossterm",
    "ctrlc",
    "dirs",
    "errno",
    "getrandom",
    "hostname",
    "inotify",
    "libc",
    "mio",
    "nix",
    "num_cpus",
    "os_pipe",
    "parking_lot_core",
    "polling",
    "procfs",
    "rustix",
    "signal-hook",
    "signal-hook-registry",
    "smol",
    "socket2",
    "tempfile",
    "termios",
    "tower-http",
    "tracing-subscriber",
    "tun",
    "tun-tap",
    "windows-sys",
    "winapi",
];

/// Crates that need the system only with some of their features.
const SYSTEM_FEATURES: &[(&str, &[&str])] = &[
    ("tokio", &["full", "fs", "net", "process", "rt", "rt-multi-thread", "signal", "time"]),
    ("rand", &["default", "os_rng", "std_rng", "sys_rng", "thread_rng"]),
    ("rand_chacha", &["os_rng"]),
    ("rand_core", &["os_rng"]),
    ("hyper-util", &["full", "tokio"]),
];

/// One crate of the tower.
#[derive(Debug, Clone, Default)]
pub(crate) struct Crate {
    /// The package's name.
    pub name: String,
    /// Its place in the order; `u64::MAX` when the manifest gives none.
    pub rank: u64,
    /// Its folder from the root, as `crates/0-ground/base`.
    pub folder: String,
    /// One line about it.
    pub description: String,
    /// What it imports, dev-dependencies left out.
    pub imports: Vec<Import>,
}

/// One arrow.
#[derive(Debug, Clone, Default)]
pub(crate) struct Import {
    /// The package it points at.
    pub name: String,
    /// The features that the manifest asks for, `default` among them unless switched off.
    pub features: Vec<String>,
}

/// All crates, by rank and name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tower {
    /// By rank, then name.
    pub crates: Vec<Crate>,
}

/// Reads the tower of this checkout.
///
/// # Errors
/// As `cargo metadata`.
pub(crate) fn read() -> Result<Tower, Failure> {
    Ok(Tower::of(workspace::metadata()?, &workspace::root().to_string_lossy()))
}

impl Tower {
    /// The tower in the answer of `cargo metadata`, for a checkout at `root`.
    pub(crate) fn of(metadata: &Value, root: &str) -> Self {
        let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut crates: Vec<Crate> =
            packages.iter().filter_map(|package| member(package, root)).collect();
        crates.sort_by(|a, b| (a.rank, &a.name).cmp(&(b.rank, &b.name)));
        Self { crates }
    }

    /// Every broken sentence, and every crate that stands where it does not belong.
    pub(crate) fn faults(&self) -> Vec<String> {
        let ranks: BTreeMap<&str, u64> =
            self.crates.iter().map(|one| (one.name.as_str(), one.rank)).collect();
        let mut faults = Vec::new();
        for one in &self.crates {
            faults.extend(place_fault(one));
            for import in &one.imports {
                let name = import.name.as_str();
                let broken = match ranks.get(name) {
                    Some(&rank) => arrow_fault(one, rank),
                    None => system_fault(one, import),
                };
                if let Some(sentence) = broken {
                    faults.push(format!("{} imports {name}: {sentence}", one.name));
                }
            }
        }
        faults
    }

    /// The names of the crates with a rank below `rank`.
    pub(crate) fn below(&self, rank: u64) -> Vec<&str> {
        self.crates.iter().filter(|one| one.rank < rank).map(|one| one.name.as_str()).collect()
    }
}

fn member(package: &Value, root: &str) -> Option<Crate> {
    let manifest = package["manifest_path"].as_str()?;
    let folder = manifest.strip_prefix(root)?.strip_prefix('/')?.strip_suffix("/Cargo.toml")?;
    if !folder.starts_with("crates/") {
        return None;
    }
    let arrows = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    Some(Crate {
        name: package["name"].as_str()?.to_owned(),
        rank: package["metadata"]["catenet"]["rank"].as_u64().unwrap_or(u64::MAX),
        folder: folder.to_owned(),
        description: package["description"].as_str().unwrap_or_default().to_owned(),
        imports: arrows.iter().filter_map(import).collect(),
    })
}

fn import(arrow: &Value) -> Option<Import> {
    if arrow["kind"].as_str() == Some("dev") {
        return None;
    }
    let asked = arrow["features"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut features: Vec<String> =
        asked.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    if arrow["uses_default_features"].as_bool() == Some(true) {
        features.push("default".to_owned());
    }
    Some(Import { name: arrow["name"].as_str()?.to_owned(), features })
}

/// A crate without a rank, on another floor than its rank says, or under another name.
fn place_fault(one: &Crate) -> Option<String> {
    let Crate { name, rank, folder, .. } = one;
    if *rank == u64::MAX {
        return Some(format!("{name}: no rank in [package.metadata.catenet] of {folder}"));
    }
    let mut parts = folder.split('/').skip(1);
    let floor = parts.next().and_then(|floor| floor.split('-').next()?.parse::<u64>().ok());
    if floor != Some(rank / 10) {
        return Some(format!("{name}: rank {rank} does not live in {folder}"));
    }
    let room = parts.next().unwrap_or_default();
    let right = if room == "catenet" { room.to_owned() } else { format!("catenet-{room}") };
    (*name != right).then(|| format!("{name}: the package in {folder} is called {right}"))
}

/// The sentence that an arrow from `one` to a crate of rank `to` breaks.
fn arrow_fault(one: &Crate, to: u64) -> Option<String> {
    let from = one.rank;
    if to >= from {
        return Some(format!(
            "sentence 1, a crate imports only smaller ranks ({from} imports {to})"
        ));
    }
    if (10..50).contains(&from) && to >= 10 {
        return Some(format!("sentence 2, ranks 10 to 49 import floor 0 only ({from}, {to})"));
    }
    let protocol = (70..80).contains(&from);
    let allowed = to < 10
        || to == SOCKET
        || (60..70).contains(&to)
        || to == DNS
        || (from == TOOLS && (70..80).contains(&to));
    (protocol && !allowed).then(|| {
        format!("sentence 3, floor 7 imports floor 0, socket, floor 6 and dns ({from}, {to})")
    })
}

/// Sentence 4, as the manifest shows it.
fn system_fault(one: &Crate, import: &Import) -> Option<String> {
    if one.rank >= 90 {
        return None;
    }
    let sentence = "sentence 4, nothing below rank 90 needs an operating system";
    if SYSTEM.contains(&import.name.as_str()) {
        return Some(sentence.to_owned());
    }
    let (_, guarded) = SYSTEM_FEATURES.iter().find(|(name, _)| *name == import.name)?;
    let feature = import.features.iter().find(|feature| guarded.contains(&feature.as_str()))?;
    Some(format!("{sentence} (its feature `{feature}` does)"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tower(crates: Value) -> Tower {
        Tower::of(&json!({ "packages": crates }), "/house")
    }

    fn package(folder: &str, rank: u64, dependencies: Value) -> Value {
        let room = folder.rsplit('/').next().unwrap_or_default();
        json!({
            "name": format!("catenet-{room}"),
            "manifest_path": format!("/house/crates/{folder}/Cargo.toml"),
            "metadata": { "catenet": { "rank": rank } },
            "dependencies": dependencies,
        })
    }

    fn arrow(name: &str, features: &[&str]) -> Value {
        json!({ "name": name, "kind": null, "features": features, "uses_default_features": false })
    }

    /// The faults of a tower where the crate in `folder` imports `dependencies`.
    fn faults_of(folder: &str, rank: u64, dependencies: Value) -> Vec<String> {
        tower(json!([
            package("0-ground/base", 0, json!([])),
            package("1-physical/cable", 10, json!([])),
            package("5-session/host", 50, json!([])),
            package("5-session/socket", 51, json!([])),
            package("6-presentation/files", 60, json!([])),
            package("7-application/dns", 70, json!([])),
            package("7-application/ftp", 71, json!([])),
            package(folder, rank, dependencies),
        ]))
        .faults()
    }

    #[test]
    fn a_falling_arrow_stands() {
        let arrows = json!([arrow("catenet-base", &[])]);
        assert_eq!(faults_of("2-link/ether", 20, arrows), Vec::<String>::new());
    }

    #[test]
    fn a_rising_arrow_is_refused() {
        let faults = faults_of("0-ground/wire", 1, json!([arrow("catenet-cable", &[])]));
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("catenet-wire imports catenet-cable: sentence 1"));
    }

    #[test]
    fn a_level_arrow_is_refused() {
        let faults = faults_of("7-application/http", 71, json!([arrow("catenet-ftp", &[])]));
        assert!(faults[0].contains("sentence 1"), "{faults:?}");
    }

    #[test]
    fn a_layer_knows_only_the_ground() {
        let faults = faults_of("2-link/ether", 20, json!([arrow("catenet-cable", &[])]));
        assert!(faults[0].contains("sentence 2"), "{faults:?}");
    }

    #[test]
    fn a_protocol_speaks_through_sockets() {
        let fine = ["catenet-base", "catenet-socket", "catenet-files", "catenet-dns"];
        let arrows: Vec<Value> = fine.iter().map(|name| arrow(name, &[])).collect();
        assert_eq!(faults_of("7-application/http", 71, json!(arrows)), Vec::<String>::new());
        let faults = faults_of("7-application/http", 71, json!([arrow("catenet-host", &[])]));
        assert!(faults[0].contains("sentence 3"), "{faults:?}");
    }

    #[test]
    fn tools_use_any_protocol_but_no_layer() {
        let ftp = json!([arrow("catenet-ftp", &[])]);
        assert_eq!(faults_of("7-application/tools", 72, ftp), Vec::<String>::new());
        let faults = faults_of("7-application/tools", 72, json!([arrow("catenet-host", &[])]));
        assert!(faults[0].contains("sentence 3"), "{faults:?}");
    }

    #[test]
    fn the_system_is_for_floor_nine() {
        let faults = faults_of("8-world/sim", 80, json!([arrow("nix", &[])]));
        assert!(faults[0].contains("imports nix: sentence 4"), "{faults:?}");
        assert_eq!(faults_of("9-door/door", 90, json!([arrow("nix", &[])])), Vec::<String>::new());
    }

    #[test]
    fn a_feature_can_need_the_system() {
        let quiet = json!([arrow("tokio", &["io-util"])]);
        assert_eq!(faults_of("8-world/sim", 80, quiet), Vec::<String>::new());
        let faults = faults_of("8-world/sim", 80, json!([arrow("tokio", &["rt"])]));
        assert!(faults[0].contains("`rt`"), "{faults:?}");
    }

    #[test]
    fn a_test_may_know_more() {
        let mut free = arrow("nix", &[]);
        free["kind"] = json!("dev");
        assert_eq!(faults_of("8-world/sim", 80, json!([free])), Vec::<String>::new());
    }

    #[test]
    fn a_crate_stands_on_the_floor_of_its_rank() {
        let faults = faults_of("3-network/ip", 20, json!([]));
        assert!(faults[0].contains("rank 20 does not live in crates/3-network/ip"), "{faults:?}");
        let mut nameless = package("3-network/ip", 30, json!([]));
        nameless["metadata"] = Value::Null;
        assert!(tower(json!([nameless])).faults()[0].contains("no rank"));
    }
}
