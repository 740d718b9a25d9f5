//! What the tests ask of the machine they run on: peer programs, processes, interfaces, a port.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Where peer programs are looked for, and the PATH of everything a test starts.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/// Says aloud what is not tried; where everything is asked for, that is a failure.
pub fn missing(what: &str) {
    eprintln!("SKIPPED: {what}");
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let all = set("CATENET_PEERS") || std::env::var("CI").as_deref() == Ok("true");
    assert!(!all, "everything is asked for: {what}");
}

/// Is this peer program here? Says so if not.
pub fn has(program: &str) -> bool {
    let found = std::env::split_paths(PATH).any(|folder| folder.join(program).is_file());
    if !found {
        missing(&format!("no {program} here"));
    }
    found
}

/// Waits for something to become so, for at most 15 s.
pub fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(15), "not within 15 s: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// One raw request to a loopback port; the whole answer as text.
pub fn http(port: u16, request: &str) -> String {
    let mut line = TcpStream::connect(("127.0.0.1", port)).expect("the port is open");
    let bound = Some(Duration::from_secs(10));
    line.set_read_timeout(bound).and_then(|()| line.set_write_timeout(bound)).expect("bounds");
    line.write_all(request.as_bytes()).expect("the request is sent");
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).expect("an answer that ends");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Root's uid is 0.
pub(crate) fn is_root() -> bool {
    status_uid(Path::new("/proc/self")) == Some(0)
}

fn status_uid(process: &Path) -> Option<u32> {
    let status = fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The processes of a user of ours, as `pid command line`: by its uid, or by its folder's name in
/// their environment where all users of the tests share one uid.
pub(crate) fn processes(uid: Option<u32>, folder: &Path) -> Vec<(u32, String)> {
    let folder = folder.to_string_lossy();
    let ours = |process: &Path| match uid {
        Some(uid) => status_uid(process) == Some(uid),
        None => fs::read(process.join("environ"))
            .is_ok_and(|environment| String::from_utf8_lossy(&environment).contains(&*folder)),
    };
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    let numbered = entries.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let path = entry.path();
        let zombie =
            fs::read_to_string(path.join("stat")).ok()?.rsplit(") ").next()?.starts_with('Z');
        (ours(&path) && !zombie).then(|| {
            let line = fs::read(path.join("cmdline")).unwrap_or_default();
            (pid, String::from_utf8_lossy(&line).replace('\0', " "))
        })
    });
    numbered.collect()
}

/// What a user's programs leave on a machine: processes, network namespaces, interfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traces {
    /// Their command lines.
    pub processes: Vec<(u32, String)>,
    /// The network namespaces that they live in or hold open, beside the machine's own.
    pub namespaces: BTreeSet<String>,
    /// The names of the machine's own interfaces.
    pub interfaces: Vec<String>,
}

impl Traces {
    pub(crate) fn of(uid: Option<u32>, folder: &Path) -> Self {
        let processes = processes(uid, folder);
        let ours = fs::read_link("/proc/self/ns/net").expect("our own namespace");
        let mut namespaces = BTreeSet::new();
        for (pid, _) in &processes {
            let process = Path::new("/proc").join(pid.to_string());
            let held = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
            let links = held.map(|fd| fd.path()).chain([process.join("ns/net")]);
            let names =
                links.filter_map(|link| fs::read_link(link).ok()).filter(|link| *link != ours);
            let names = names.map(|link| link.to_string_lossy().into_owned());
            namespaces.extend(names.filter(|name| name.starts_with("net:")));
        }
        let shown = Command::new("ip").args(["-o", "link"]).env("PATH", PATH).output();
        let shown = String::from_utf8_lossy(&shown.expect("ip runs").stdout).into_owned();
        let name = |line: &str| line.split(": ").nth(1).unwrap_or_default().to_owned();
        Self { processes, namespaces, interfaces: shown.lines().map(name).collect() }
    }
}
