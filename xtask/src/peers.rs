//! The foreign programs our tests speak with, and where Debian keeps them.
//!
//! A peer is a program that we did not write and that tells us whether we are right: tshark
//! reads our captures, dig asks our name server, nginx and curl set the pace for our transfers.
//! `PEERS` is the one list: a step of `cargo xtask test` names the programs it needs, this file
//! knows the package of each.
//!
//! Installing is offered on Debian as root only. Elsewhere the missing programs are named aloud
//! and the person decides; we never ask for a password.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell::{self, Failure};

/// One foreign program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    /// The command that a person types.
    pub program: &'static str,
    /// The Debian package that brings it; with what it needs to be of use, after a space.
    pub package: &'static str,
    /// What it proves.
    pub proves: &'static str,
}

/// Every peer, in the order in which `cargo xtask peers` prints them.
pub(crate) const PEERS: &[Peer] = &[
    peer("tshark", "tshark", "our captures hold what we say they hold"),
    peer("dig", "dnsutils", "our name server answers as others do"),
    peer("ping", "iputils-ping", "our echo answers a real ping"),
    peer("traceroute", "traceroute", "our routers report an expired time to live"),
    peer("nginx", "nginx-light", "the other side of the transfer race"),
    peer("curl", "curl", "a real program fetches from our web server"),
    peer("nc", "netcat-openbsd", "a real program opens, half-closes and resets"),
    peer("iperf3", "iperf3", "a long transfer by somebody else's rules"),
    peer("python3", "python3", "the learner's own server and client"),
    peer("virtualenv", "python3-virtualenv", "schemathesis asks our interface what nobody would"),
    peer("ip", "iproute2", "the interfaces that `join` makes are as it says"),
    peer("script", "bsdutils", "a real bash completes at a terminal"),
    peer("cc", "gcc", "links the one static binary"),
    peer("sha256sum", "coreutils", "names the one static binary's octets"),
    peer("chromium", "chromium fonts-noto-cjk", "a real browser clicks through the page"),
    peer("node", "nodejs", "builds the page and drives the browser"),
    peer("npm", "npm", "brings what the page is built with"),
];

/// The target for which the pure floors must check.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Answers to the questions that packages ask when they are installed: none may wait for a person.
const PRESEED: &str = "wireshark-common wireshark-common/install-setuid boolean false\n\
                       iperf3 iperf3/start_daemon boolean false\n";

const ATTEMPTS: u32 = 3;

const fn peer(program: &'static str, package: &'static str, proves: &'static str) -> Peer {
    Peer { program, package, proves }
}

/// The file that a shell would run for `program`, looked for in `PATH` and where system programs
/// live (an ordinary user's `PATH` often leaves out `/usr/sbin`).
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/sbin", "/usr/local/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(system)
        .map(|folder| folder.join(program))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

/// Those of `programs` that this machine does not have.
pub(crate) fn missing<'a>(programs: &[&'a str]) -> Vec<&'a str> {
    programs.iter().copied().filter(|program| find(program).is_none()).collect()
}

/// Whether `rustup` has the WebAssembly target for the toolchain in use.
pub(crate) fn has_wasm() -> bool {
    let Ok(sysroot) = shell::capture(Command::new("rustc").args(["--print", "sysroot"])) else {
        return false;
    };
    Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir()
}

/// `cargo xtask peers [--install]`: the list, and what of it is here.
pub(crate) fn list() {
    for peer in PEERS {
        let place = find(peer.program)
            .map_or_else(|| "MISSING".to_owned(), |file| file.display().to_string());
        println!("{:<11} {:<22} {:<15} {}", peer.program, place, peer.package, peer.proves);
    }
    println!("{:<11} {}", WASM_TARGET, if has_wasm() { "present" } else { "MISSING" });
}

/// Installs what is missing: Debian packages as root, the WebAssembly target through rustup.
///
/// # Errors
/// Names the programs that are still missing afterwards, and the command that would bring them.
pub(crate) fn install() -> Result<(), Failure> {
    let wanted: Vec<Peer> =
        PEERS.iter().copied().filter(|peer| find(peer.program).is_none()).collect();
    if wanted.is_empty() {
        println!("peers: all {} are here", PEERS.len());
    } else {
        install_packages(&wanted)?;
    }
    if !has_wasm() {
        rustup(&["target", "add", WASM_TARGET])?;
    }
    // A minimal toolchain lacks them.
    for (program, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if find(program).is_none() {
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

fn rustup(words: &[&str]) -> Result<(), Failure> {
    shell::retry(ATTEMPTS, || shell::run(Command::new("rustup").args(words)))
}

fn install_packages(wanted: &[Peer]) -> Result<(), Failure> {
    let packages = packages_of(wanted);
    let line = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
    if find("apt-get").is_none() {
        return Err(Failure::new(format!(
            "this system has no apt-get; install by hand: {}",
            wanted.iter().map(|peer| peer.program).collect::<Vec<_>>().join(", ")
        )));
    }
    if !is_root() {
        return Err(Failure::new(format!("not root, so nothing was installed; run: sudo {line}")));
    }
    println!("peers: installing {}", packages.join(" "));
    preseed()?;
    keep_daemons_asleep(|| {
        shell::retry(ATTEMPTS, || shell::run(apt().args(["update", "-q"])))?;
        shell::retry(ATTEMPTS, || {
            shell::run(
                apt().args(["install", "-q", "-y", "--no-install-recommends"]).args(&packages),
            )
        })
    })?;
    let still: Vec<&str> =
        wanted.iter().map(|peer| peer.program).filter(|name| find(name).is_none()).collect();
    if still.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("installed, but still not found: {}", still.join(", "))))
}

/// The packages of some peers, each once, in the order of the list.
fn packages_of(wanted: &[Peer]) -> Vec<&'static str> {
    let mut packages: Vec<&'static str> = Vec::new();
    for package in wanted.iter().flat_map(|peer| peer.package.split(' ')) {
        if !packages.contains(&package) {
            packages.push(package);
        }
    }
    packages
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["-o", "Acquire::Retries=3"]);
    command
}

fn preseed() -> Result<(), Failure> {
    let Some(program) = find("debconf-set-selections") else { return Ok(()) };
    shell::feed(Command::new(program).stdout(Stdio::null()), PRESEED)
}

/// Runs `work` with a policy that no package starts its daemon: a test machine needs nginx the
/// program, not a web server on port 80. A policy that was there before stays as it was.
fn keep_daemons_asleep(work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let policy = Path::new("/usr/sbin/policy-rc.d");
    if policy.exists() {
        return work();
    }
    let made = std::fs::write(policy, "#!/bin/sh\nexit 101\n")
        .and_then(|()| std::fs::set_permissions(policy, std::fs::Permissions::from_mode(0o755)));
    let done = work();
    if made.is_ok() {
        std::fs::remove_file(policy).map_err(|error| Failure::about(policy, &error))?;
    }
    done
}

fn is_root() -> bool {
    shell::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_asked_for_once() {
        let twice = [peer("dig", "dnsutils", ""), peer("nslookup", "dnsutils fonts", "")];
        assert_eq!(packages_of(&twice), ["dnsutils", "fonts"]);
    }

    #[test]
    fn what_is_not_on_this_machine_is_missing() {
        assert_eq!(missing(&["sh", "no-such-program-anywhere"]), ["no-such-program-anywhere"]);
    }

    #[test]
    fn a_folder_is_not_a_program() {
        assert!(!is_program(Path::new("/usr")));
    }
}
