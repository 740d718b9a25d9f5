//! Every key of a lab file: what the reader holds a file to, and what the schema tells editors.

pub(crate) use crate::verb::SETTINGS as ONE_WAY;

/// Above the first table.
pub(crate) const SCALARS: &[&str] = &[
    "lab", "title", "about", "version", "clock", "seed", "epoch", "duration", "domain", "resolver",
    "links", "include", "student", "fixed",
];
/// Tables.
pub(crate) const TABLES: &[&str] = &[
    "networks",
    "switches",
    "routers",
    "hosts",
    "publish",
    "capture",
    "script",
    "check",
    "task",
    "solution",
    "broken",
    "variables",
];
/// Whether a word is a key of a lab file's top: no name of a node is one.
pub fn is_key(word: &str) -> bool {
    SCALARS.contains(&word) || TABLES.contains(&word)
}

/// Of a network.
pub(crate) const NETWORK: &[&str] = &["v4", "v6", "switch"];
/// Of a switch.
pub(crate) const SWITCH: &[&str] = &["title", "stp", "cpu"];
/// Of a host or router.
pub(crate) const MACHINE: &[&str] = &[
    "title", "net", "ip", "mac", "gateway", "resolver", "routes", "cpu", "name", "names", "run",
    "jacks", "real",
];
/// Of a jack.
pub(crate) const JACK: &[&str] = &["net", "ip", "mac"];
/// Of a program line.
pub(crate) const RUN: &[&str] = &["do", "every", "at", "label"];
/// Of a cable.
pub(crate) const LINK: &[&str] = &[
    "link",
    "name",
    "reverse",
    "rate",
    "delay",
    "jitter",
    "loss",
    "reorder",
    "duplicate",
    "corrupt",
    "queue",
    "mtu",
];
/// Of a line of the script.
pub(crate) const SCRIPT: &[&str] = &["at", "every", "do", "label"];
/// Of a check.
pub(crate) const CHECK: &[&str] = &["text", "expect", "within", "after", "always"];
/// Of a task.
pub(crate) const TASK: &[&str] = &["text", "expect", "within", "after", "always", "points", "hint"];
