//! The namespaces of one joined program, made by an ordinary user.
//!
//! ```text
//!   user namespace: the caller's uid and gid, mapped to themselves, nothing else
//!     near  network namespace: lo, eth0, the program
//!     far   network namespace: the other end of eth0; no address, no IPv6, nobody lives there
//!     mount, pid, uts namespaces: the lab's resolv.conf, own processes, own host name
//! ```
//! Specification: user_namespaces(7), network_namespaces(7), pid_namespaces(7).
//!
//! Why one user namespace is enough: the first process has every capability in it; a program that
//! it executes keeps the caller's uid, which is not 0, and so execve(2) drops them all. A caller who
//! is root stays root in it, as outside.
//!
//! Invariant: nothing here has a name in a file system, so nothing can be left behind: the near side
//! lives while its processes do, the far side while the carrier's descriptor does.

use crate::error::{DoorError, Forbidden};
use nix::sched::{CloneFlags, setns, unshare};
use nix::unistd::{getegid, geteuid};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

/// What the program's first process is born into.
pub(crate) fn flags() -> CloneFlags {
    CloneFlags::CLONE_NEWUSER
        | CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWUTS
}

/// An error of one step of the setting-up.
pub(crate) fn step(what: impl Into<String>, error: impl Into<io::Error>) -> DoorError {
    DoorError::Step { step: what.into(), errno: error.into().raw_os_error().unwrap_or(0) }
}

/// The caller's ids as they are outside, to be mapped to themselves.
#[derive(Clone, Copy)]
pub(crate) struct Owner {
    uid: u32,
    gid: u32,
}

impl Owner {
    /// To be called before the new user namespace exists.
    pub(crate) fn of_caller() -> Self {
        Self { uid: geteuid().as_raw(), gid: getegid().as_raw() }
    }

    /// Maps uid and gid to themselves, from inside the new namespace.
    pub(crate) fn keep(self) -> Result<(), DoorError> {
        let Self { uid, gid } = self;
        // AppArmor lets the namespace be made and then refuses this.
        let map = |file: &str, text: String| {
            write(file, &text).map_err(|error| match error.raw_os_error() {
                Some(errno @ (nix::libc::EPERM | nix::libc::EACCES)) => forbidden(errno),
                _ => step(format!("write {file}"), error),
            })
        };
        map("/proc/self/setgroups", "deny".into())?;
        map("/proc/self/uid_map", format!("{uid} {uid} 1\n"))?;
        map("/proc/self/gid_map", format!("{gid} {gid} 1\n"))
    }

    /// The caller's group id.
    pub(crate) fn gid(self) -> u32 {
        self.gid
    }
}

/// Writes a file of /proc in one go, as its rules want.
pub(crate) fn write(file: &str, text: &str) -> io::Result<()> {
    use std::io::Write;
    File::options().write(true).open(file)?.write_all(text.as_bytes())
}

/// Names what forbids user namespaces, after the kernel refused one with `errno`.
pub(crate) fn forbidden(errno: i32) -> DoorError {
    let setting = |file: &str| std::fs::read_to_string(file).unwrap_or_default().trim().to_string();
    let cause = if setting("/proc/sys/kernel/unprivileged_userns_clone") == "0" {
        Forbidden::Sysctl
    } else if setting("/proc/sys/user/max_user_namespaces") == "0"
        || matches!(errno, nix::libc::ENOSPC | nix::libc::EUSERS)
    {
        Forbidden::Limit
    } else if setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1" {
        Forbidden::AppArmor
    } else if matches!(errno, nix::libc::EINVAL | nix::libc::ENOSYS) {
        Forbidden::Kernel
    } else {
        Forbidden::Seccomp
    };
    DoorError::Namespaces { cause, errno }
}

/// The two network namespaces.
pub(crate) struct Rooms {
    near: File,
    far: File,
}

impl Rooms {
    /// Makes the far one and stays in it; the current one becomes the near one.
    pub(crate) fn make() -> Result<Self, DoorError> {
        let near = current()?;
        unshare(CloneFlags::CLONE_NEWNET)
            .map_err(|error| step("make a second network namespace", error))?;
        let far = current()?;
        Ok(Self { near, far })
    }

    pub(crate) fn near(&self) -> BorrowedFd<'_> {
        self.near.as_fd()
    }

    pub(crate) fn far(&self) -> BorrowedFd<'_> {
        self.far.as_fd()
    }

    pub(crate) fn enter_near(&self) -> Result<(), DoorError> {
        enter(&self.near)
    }

    pub(crate) fn enter_far(&self) -> Result<(), DoorError> {
        enter(&self.far)
    }
}

fn current() -> Result<File, DoorError> {
    let file = "/proc/self/ns/net";
    File::options().read(true).open(file).map_err(|error| step(format!("open {file}"), error))
}

fn enter(room: &File) -> Result<(), DoorError> {
    setns(room, CloneFlags::CLONE_NEWNET)
        .map_err(|error| step("enter the network namespace", error))
}
