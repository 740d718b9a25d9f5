//! What the program's machine knows of names: the lab's `resolv.conf`, `nsswitch.conf` and `hosts`
//! laid over the real ones in a private mount namespace, and the real resolvers' sockets hidden.
//!
//! The files are made on a small tmpfs, bound over their targets, and the tmpfs is let go: nothing of
//! it is seen under any other name. A target is opened first, by `O_PATH`, so that a symbolic link is
//! followed as the real machine would (systemd's `resolv.conf`). Where a target does not exist (a
//! dangling link, a bare container) an ordinary user can create none, so `/etc` as a whole is laid
//! anew from bind mounts of its old entries.
//!
//! Specification: resolv.conf(5), nsswitch.conf(5), hosts(5), mount_namespaces(7).
//! Invariant (`the_lab_answers_for_names`): after [`lay`], `/etc` holds the three files, byte for byte.

use crate::card::Card;
use crate::error::DoorError;
use crate::namespace::step;
use nix::libc;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};

/// Folders where a resolver of the real machine listens.
const RESOLVERS: [&str; 3] = ["/run/systemd/resolve", "/run/nscd", "/var/run/nscd"];
/// Where the tmpfs may stand for a moment: the first that exists.
const SCRATCH: [&str; 4] = ["/tmp", "/mnt", "/srv", "/var"];
const NO_TEXT: Option<&str> = None;

/// A file of `/etc` and what it shall say.
struct Page {
    name: &'static str,
    text: String,
}

/// Lays the lab's names over the real ones. The mount namespace must be a new one.
pub(crate) fn lay(card: &Card) -> Result<(), DoorError> {
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(NO_TEXT, "/", NO_TEXT, private, NO_TEXT)
        .map_err(|error| step("make the mounts private", error))?;
    own_proc();
    let pages = [
        Page { name: "resolv.conf", text: resolv_conf(card) },
        Page { name: "nsswitch.conf", text: nsswitch_conf() },
        Page { name: "hosts", text: hosts(card) },
    ];
    let scratch = Scratch::mount()?;
    cover(&pages, &scratch)?;
    scratch.leave()?;
    if pages.iter().all(Page::is_seen) { Ok(()) } else { new_etc(&pages) }
}

/// A /proc that shows the program's own processes. A container with a masked /proc forbids it; the
/// old one then stays, which shows more and breaks nothing.
fn own_proc() {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    let _ = mount(Some("proc"), "/proc", Some("proc"), flags, NO_TEXT);
}

impl Page {
    fn path(&self) -> PathBuf {
        Path::new("/etc").join(self.name)
    }

    #[allow(clippy::disallowed_methods)] // floor 9: the real machine's file
    fn is_seen(&self) -> bool {
        fs::read(self.path()).is_ok_and(|text| text == self.text.as_bytes())
    }
}

fn resolv_conf(card: &Card) -> String {
    let mut text = String::from("# the lab's names (catenet join)\n");
    if let Some(resolver) = card.resolver {
        text += &format!("nameserver {resolver}\n");
    }
    if let Some(search) = &card.search {
        text += &format!("search {search}\n");
    }
    text
}

/// The real file with another `hosts` line, so that users and groups are still found.
fn nsswitch_conf() -> String {
    let old = fs::read_to_string("/etc/nsswitch.conf").unwrap_or_default();
    let others = old.lines().filter(|line| !line.trim_start().starts_with("hosts:"));
    let mut text: String = others.map(|line| format!("{line}\n")).collect();
    text += "hosts: files dns\n";
    text
}

fn hosts(card: &Card) -> String {
    let mut text = String::from("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
    let name = &card.name;
    text += &match &card.search {
        Some(search) => {
            format!("{} {name}.{} {name}\n", card.address, search.trim_end_matches('.'))
        }
        None => format!("{} {name}\n", card.address),
    };
    for (address, name) in &card.hosts {
        text += &format!("{address} {name}\n");
    }
    text
}

/// A tmpfs that stands on a folder for a moment.
struct Scratch {
    folder: &'static Path,
    targets: Vec<(&'static str, File)>,
}

impl Scratch {
    /// Opens the targets that exist, then mounts.
    fn mount() -> Result<Self, DoorError> {
        let paths = ["/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/hosts"];
        let mut seen = BTreeSet::new();
        let targets = paths.into_iter().chain(RESOLVERS).filter_map(|path| {
            let target = open_path(Path::new(path)).ok()?;
            let about = target.metadata().ok()?;
            seen.insert((about.dev(), about.ino())).then_some((path, target))
        });
        let targets = targets.collect();
        Ok(Self { folder: tmpfs()?, targets })
    }

    fn leave(self) -> Result<(), DoorError> {
        umount2(self.folder, MntFlags::MNT_DETACH)
            .map_err(|error| step(format!("unmount {}", self.folder.display()), error))
    }
}

fn tmpfs() -> Result<&'static Path, DoorError> {
    let folder = SCRATCH.into_iter().find(|folder| Path::new(folder).is_dir()).unwrap_or("/");
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("catenet"), folder, Some("tmpfs"), flags, Some("size=4m,mode=0755"))
        .map_err(|error| step(format!("mount a tmpfs on {folder}"), error))?;
    Ok(Path::new(folder))
}

fn open_path(path: &Path) -> std::io::Result<File> {
    File::options().read(true).custom_flags(libc::O_PATH).open(path)
}

/// The name by which the kernel finds an open descriptor again.
fn by_descriptor(file: &impl AsFd) -> String {
    format!("/proc/self/fd/{}", file.as_fd().as_raw_fd())
}

/// Binds the pages over the files, and a folder without sockets over each resolver's.
fn cover(pages: &[Page], scratch: &Scratch) -> Result<(), DoorError> {
    let quiet = scratch.folder.join("resolvers");
    fs::create_dir(&quiet).map_err(|error| step("make a folder", error))?;
    for page in pages {
        put(&scratch.folder.join(page.name), &page.text)?;
    }
    // Links into systemd's folder go on leading to a resolv.conf: the lab's.
    for name in ["resolv.conf", "stub-resolv.conf"] {
        put(&quiet.join(name), pages.first().map_or("", |page| &page.text))?;
    }
    for (path, target) in &scratch.targets {
        let page = pages.iter().find(|page| page.path() == Path::new(path));
        let source = page.map_or_else(|| quiet.clone(), |page| scratch.folder.join(page.name));
        bind(&source, Path::new(&by_descriptor(target)), path)?;
    }
    Ok(())
}

fn put(path: &Path, text: &str) -> Result<(), DoorError> {
    fs::write(path, text).map_err(|error| step(format!("write {}", path.display()), error))
}

fn bind(source: &Path, target: &Path, name: &str) -> Result<(), DoorError> {
    mount(Some(source), target, NO_TEXT, MsFlags::MS_BIND | MsFlags::MS_REC, NO_TEXT)
        .map_err(|error| step(format!("lay the lab's {name} over the real one"), error))
}

/// Lays `/etc` anew: its old entries bound one by one, its links copied, our pages among them.
fn new_etc(pages: &[Page]) -> Result<(), DoorError> {
    let old = Path::new("/etc");
    let scratch = tmpfs()?;
    let entries = fs::read_dir(old).map_err(|error| step("read /etc", error))?;
    for entry in entries.flatten() {
        let ours = pages.iter().any(|page| entry.file_name() == page.name);
        if !ours {
            // An entry that cannot be taken along (a socket, a closed folder) is left out.
            let _ = take_along(&entry, scratch);
        }
    }
    for page in pages {
        put(&scratch.join(page.name), &page.text)?;
    }
    bind(scratch, old, "/etc")?;
    umount2(scratch, MntFlags::MNT_DETACH).map_err(|error| step("unmount a tmpfs", error))
}

fn take_along(entry: &fs::DirEntry, scratch: &Path) -> std::io::Result<()> {
    let (from, to) = (entry.path(), scratch.join(entry.file_name()));
    let kind = entry.file_type()?;
    if kind.is_symlink() {
        return symlink(fs::read_link(&from)?, &to);
    }
    if kind.is_dir() {
        fs::create_dir(&to)?;
    } else {
        fs::write(&to, "")?;
    }
    mount(Some(&from), &to, NO_TEXT, MsFlags::MS_BIND | MsFlags::MS_REC, NO_TEXT)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::{IpAddr, Ipv4Addr};

    #[test]
    fn the_pages_speak_for_the_lab() {
        let card = Card {
            name: "chat".into(),
            mac: [2, 0, 0, 0, 0, 1],
            address: Ipv4Addr::new(10, 0, 2, 90),
            prefix: 24,
            gateway: None,
            mtu: 1500,
            resolver: Some(Ipv4Addr::new(10, 0, 2, 53)),
            search: Some("example.lab".into()),
            hosts: vec![(IpAddr::V4(Ipv4Addr::new(10, 0, 2, 80)), "www.example.lab".into())],
            congestion: None,
        };
        assert!(resolv_conf(&card).ends_with("nameserver 10.0.2.53\nsearch example.lab\n"));
        assert!(
            hosts(&card).contains("\n10.0.2.90 chat.example.lab chat\n10.0.2.80 www.example.lab\n")
        );
        let nsswitch = nsswitch_conf();
        assert_eq!(nsswitch.matches("hosts:").count(), 1, "{nsswitch}");
        assert!(nsswitch.ends_with("hosts: files dns\n"));
    }
}
