//! What this machine can and cannot do for Catenet, and the line that mends it.
//!
//! Nothing is guessed where it can be tried: the cards are really made, in namespaces that end with
//! the probe, and the clock is really asked. Invariant: no probe touches the network that this
//! machine is in, and none changes a setting.
//!
//! Like [`join::prepare`], [`examine`] must be called from a process with one
//! thread.

use crate::card::{Card, CarrierKind, Prefer};
use crate::error::DoorError;
use crate::join;
use base::Lang;
use core::net::Ipv4Addr;
use nix::unistd::{AccessFlags, access, geteuid};
use serde::Serialize;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How well one thing works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// Something else is used in its place, or it is slower than it should be.
    Degraded,
    /// What needs it will not work.
    Broken,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable name: `namespaces`, `tap`, `veth`, `runtime-folder`, `clock`, `ping`, `curl`.
    pub name: &'static str,
    /// How well it works.
    pub state: State,
    /// What was seen, in English.
    pub what_en: String,
    /// What was seen, in Chinese.
    pub what_zh: String,
    /// The line that mends it.
    pub mend: Option<String>,
}

impl Finding {
    /// What was seen, in the reader's language.
    pub fn what(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.what_en,
            Lang::Zh => &self.what_zh,
        }
    }

    fn ok(name: &'static str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { name, state: State::Ok, what_en: en.into(), what_zh: zh.into(), mend: None }
    }

    fn bad(mut self, state: State, mend: &str) -> Self {
        self.state = state;
        self.mend = Some(mend.to_string());
        self
    }
}

/// Looks at everything, in a fixed order.
pub fn examine() -> Vec<Finding> {
    let tap = join::prepare(&probe(), Prefer::Tap);
    let veth = join::prepare(&probe(), Prefer::Veth);
    let mut findings = vec![namespaces(&tap, &veth)];
    if findings.iter().all(|finding| finding.state != State::Broken) {
        findings.push(tap_finding(&tap, veth.is_ok()));
        findings.push(veth_finding(&veth, tap.is_ok()));
        findings.push(ping(&tap, &veth));
    }
    findings.extend([runtime_folder(), clock(), curl()]);
    findings
}

/// A card that only the probe's own namespaces ever see (RFC 5737 address).
fn probe() -> Card {
    Card {
        name: "doctor".into(),
        mac: [0x02, 0, 0x5e, 0, 0, 1],
        address: Ipv4Addr::new(192, 0, 2, 1),
        prefix: 24,
        gateway: None,
        mtu: 1500,
        resolver: None,
        search: None,
        hosts: Vec::new(),
        congestion: None,
    }
}

type Tried = Result<join::Prepared, DoorError>;

fn namespaces(tap: &Tried, veth: &Tried) -> Finding {
    let name = "namespaces";
    if tap.is_ok() || veth.is_ok() {
        let en = "an ordinary user can make a network of its own";
        return Finding::ok(name, en, "普通用户可以建立自己的网络");
    }
    match veth {
        Err(error @ DoorError::Namespaces { .. }) => {
            let finding = Finding::ok(name, error.cause(Lang::En), error.cause(Lang::Zh));
            finding.bad(State::Broken, &error.mend(Lang::En).unwrap_or_default())
        }
        // They could be made, and something else failed: the cards' findings tell.
        _ => Finding::ok(name, "an ordinary user can make namespaces", "普通用户可以建立命名空间"),
    }
}

/// A card that failed only degrades `join` while the other kind works.
fn beside(other_works: bool) -> State {
    if other_works { State::Degraded } else { State::Broken }
}

fn tap_finding(tap: &Tried, veth_works: bool) -> Finding {
    match tap {
        Ok(_) => Finding::ok("tap", "a TAP card works", "TAP 网卡可用"),
        Err(error) => {
            let mend = if Path::new("/dev/net/tun").exists() {
                "sudo chmod 0666 /dev/net/tun"
            } else {
                "sudo modprobe tun"
            };
            let en = format!("no TAP card, a veth pair takes its place: {}", error.cause(Lang::En));
            let zh = format!("没有 TAP 网卡, 改用 veth 对: {}", error.cause(Lang::Zh));
            Finding::ok("tap", en, zh).bad(beside(veth_works), mend)
        }
    }
}

fn veth_finding(veth: &Tried, tap_works: bool) -> Finding {
    match veth {
        Ok(prepared) if prepared.kind() == (CarrierKind::Packet { vnet_header: false }) => {
            let en = "a veth card works, without virtio headers (an old kernel)";
            Finding::ok("veth", en, "veth 网卡可用, 但没有 virtio 头 (内核较旧)")
        }
        Ok(_) => Finding::ok(
            "veth",
            "a veth card with an AF_PACKET far end works",
            "veth 网卡可用 (另一端是 AF_PACKET)",
        ),
        Err(error) => {
            let en = format!("no veth card: {}", error.cause(Lang::En));
            let zh = format!("没有 veth 网卡: {}", error.cause(Lang::Zh));
            Finding::ok("veth", en, zh).bad(beside(tap_works), "sudo modprobe -a veth af_packet")
        }
    }
}

/// What the joined program would have been told.
fn ping(tap: &Tried, veth: &Tried) -> Finding {
    let notes = tap.as_ref().or(veth.as_ref()).map_or(&[][..], |prepared| prepared.notes());
    match notes.first() {
        None => Finding::ok("ping", "ping needs no privilege inside", "在实验里 ping 不需要特权"),
        Some(note) => Finding::ok("ping", note.message(Lang::En), note.message(Lang::Zh))
            .bad(State::Degraded, "sudo mount -o remount,rw /proc/sys"),
    }
}

/// What the service does: a runtime folder of the caller's own is used, whoever else may enter it
/// (the service's folder inside is closed), and a state folder where there is none.
fn runtime_folder() -> Finding {
    let name = "runtime-folder";
    let mend = "export XDG_RUNTIME_DIR=/run/user/$(id -u)";
    let instead = |en: &str, zh: &str| {
        let (en, zh) = (format!("{en}: a state folder is used"), format!("{zh}: 改用状态文件夹"));
        Finding::ok(name, en, zh).bad(State::Degraded, mend)
    };
    let set = std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty());
    let Some(folder) = set.map(PathBuf::from) else {
        return instead("XDG_RUNTIME_DIR is not set", "没有设置 XDG_RUNTIME_DIR");
    };
    let shown = folder.display();
    match folder.metadata() {
        Ok(about) if !about.is_dir() || about.uid() != geteuid().as_raw() => {
            instead(&format!("{shown} is no folder of yours"), &format!("{shown} 不是你的文件夹"))
        }
        Ok(_) if access(&folder, AccessFlags::W_OK | AccessFlags::X_OK).is_ok() => {
            Finding::ok(name, format!("{shown} is usable"), format!("{shown} 可用"))
        }
        Ok(_) => Finding::ok(
            name,
            format!("{shown} cannot be written: no service can start"),
            format!("{shown} 不可写: 服务无法启动"),
        )
        .bad(State::Broken, &format!("chmod u+rwx {shown}")),
        Err(_) => instead(&format!("{shown} is not there"), &format!("{shown} 不存在")),
    }
}

/// Asks for 1 ms of sleep twenty times: a lab in real time is no better than this machine's clock.
fn clock() -> Finding {
    const LATE: Duration = Duration::from_millis(10);
    let worst = (0..20).map(|_| overshoot(Duration::from_millis(1))).max().unwrap_or_default();
    let en = format!("a sleep of 1 ms ends at most {} us late", worst.as_micros());
    let zh = format!("睡眠 1 ms 最多晚醒 {} us", worst.as_micros());
    let finding = Finding::ok("clock", en, zh);
    if worst <= LATE {
        return finding;
    }
    finding.bad(
        State::Degraded,
        "use the virtual clock where real time is not needed: catenet test LAB",
    )
}

#[allow(clippy::disallowed_methods)] // floor 9: the real clock is what is being examined
fn overshoot(sleep: Duration) -> Duration {
    let start = Instant::now();
    std::thread::sleep(sleep);
    start.elapsed().saturating_sub(sleep)
}

fn curl() -> Finding {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join("curl"))
        .find(|file| access(file.as_path(), AccessFlags::X_OK).is_ok());
    match found {
        Some(file) => {
            let file = file.display();
            Finding::ok("curl", format!("{file} can be joined"), format!("{file} 可以接入"))
        }
        None => Finding::ok(
            "curl",
            "no curl here: the first example needs one",
            "这里没有 curl: 第一个例子要用它",
        )
        .bad(State::Degraded, "sudo apt-get install curl"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Forbidden;

    fn refused() -> Tried {
        Err(DoorError::Namespaces { cause: Forbidden::AppArmor, errno: nix::libc::EPERM })
    }

    #[test]
    fn a_forbidden_namespace_names_cause_and_line() {
        let finding = namespaces(&refused(), &refused());
        assert_eq!(finding.state, State::Broken);
        assert!(finding.what_en.contains("AppArmor"), "{finding:?}");
        assert!(
            finding.mend.is_some_and(|m| m.contains("apparmor_restrict_unprivileged_userns=0"))
        );
    }

    #[test]
    fn a_card_that_fails_alone_is_no_disaster() {
        let failed = || Err(DoorError::Step { step: "open /dev/net/tun".into(), errno: 13 });
        assert_eq!(tap_finding(&failed(), true).state, State::Degraded);
        assert_eq!(tap_finding(&failed(), false).state, State::Broken);
        assert_eq!(namespaces(&failed(), &failed()).state, State::Ok);
    }

    #[test]
    fn both_languages_speak_for_every_finding() {
        for finding in [runtime_folder(), clock(), curl()] {
            assert!(!finding.what(Lang::En).is_empty() && !finding.what(Lang::Zh).is_empty());
            assert_eq!(finding.state == State::Ok, finding.mend.is_none(), "{finding:?}");
        }
    }
}
