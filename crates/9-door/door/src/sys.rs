//! The only unsafe file of this crate: system calls that have no safe wrapper.
//!
//! Each function is safe to call with any arguments; its SAFETY comment says why.
//! Specification: the manual pages tun(4), packet(7), netdevice(7), clone(2).
#![allow(unsafe_code)]

use nix::libc;
use nix::sched::CloneFlags;
use nix::unistd::Pid;
use std::ffi::c_char;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

const PACKET_IGNORE_OUTGOING: libc::c_int = 23;
const PACKET_VNET_HDR: libc::c_int = 15;
const PACKET_STATISTICS: libc::c_int = 6;

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn request(name: &str) -> io::Result<libc::ifreq> {
    // SAFETY: ifreq is plain data for which all zero octets are a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    if name.len() >= request.ifr_name.len() {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    for (slot, octet) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *slot = octet as c_char;
    }
    Ok(request)
}

/// Runs `body` in a new process made by clone(2) with `flags`; its value is the exit code.
///
/// As with fork(2), the caller must have one thread only, or `body` might wait for a lock that
/// nobody holds any more.
pub(crate) fn spawn_in(flags: CloneFlags, body: impl FnOnce() -> i32) -> io::Result<Pid> {
    let flags = libc::c_long::from(flags.bits() | libc::SIGCHLD);
    // SAFETY: without CLONE_VM and with no new stack this is fork(2): the child owns a copy of
    // everything. The body never returns into the parent's frames, for _exit ends it.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
    match i32::try_from(pid) {
        Ok(0) => {
            let code = body();
            // SAFETY: ends this process without running the parent's exit handlers.
            unsafe { libc::_exit(code) }
        }
        Ok(pid) if pid > 0 => Ok(Pid::from_raw(pid)),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Puts SIGCHLD back to its default, so that children can be waited for whatever we inherited.
pub(crate) fn wait_for_children() {
    // SAFETY: SIG_DFL is a valid disposition and installs no handler.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
}

/// Makes (TUNSETIFF) the TAP `name` behind a freshly opened `/dev/net/tun`.
pub(crate) fn tap_create(tun: BorrowedFd<'_>, name: &str, vnet_header: bool) -> io::Result<()> {
    let mut request = request(name)?;
    let header = if vnet_header { libc::IFF_VNET_HDR } else { 0 };
    let flags = libc::IFF_TAP | libc::IFF_NO_PI | header;
    request.ifr_ifru.ifru_flags = flags as libc::c_short;
    // SAFETY: the kernel reads and writes one ifreq, which outlives the call.
    check(unsafe { libc::ioctl(tun.as_raw_fd(), libc::TUNSETIFF, &mut request) })?;
    // SAFETY: the argument is a number.
    check(unsafe { libc::ioctl(tun.as_raw_fd(), libc::TUNSETOFFLOAD, 0 as libc::c_ulong) })?;
    Ok(())
}

/// Whether the descriptor is a TAP without packet information, and whether it has virtio headers.
pub(crate) fn tap_flags(tun: BorrowedFd<'_>) -> io::Result<Option<bool>> {
    let mut request = request("")?;
    // SAFETY: the kernel writes one ifreq, which outlives the call.
    check(unsafe { libc::ioctl(tun.as_raw_fd(), libc::TUNGETIFF, &mut request) })?;
    // SAFETY: TUNGETIFF fills the flags; every bit pattern is a value.
    let flags = i32::from(unsafe { request.ifr_ifru.ifru_flags });
    let tap = flags & libc::IFF_TAP != 0 && flags & libc::IFF_NO_PI != 0;
    Ok(tap.then_some(flags & libc::IFF_VNET_HDR != 0))
}

#[repr(C)]
struct EthtoolValue {
    command: u32,
    data: u32,
}

/// One ETHTOOL_S* command with one number, on interface `name` of the socket's namespace.
pub(crate) fn ethtool_set(
    socket: BorrowedFd<'_>,
    name: &str,
    command: u32,
    data: u32,
) -> io::Result<()> {
    let mut value = EthtoolValue { command, data };
    let mut request = request(name)?;
    request.ifr_ifru.ifru_data = (&raw mut value).cast();
    // SAFETY: the kernel reads one ifreq and the ethtool_value it points to; both outlive the call.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCETHTOOL as _, &mut request) })?;
    Ok(())
}

fn packet_option(socket: BorrowedFd<'_>, option: libc::c_int) -> io::Result<()> {
    let on: libc::c_int = 1;
    let size = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: the kernel reads one int, which outlives the call.
    check(unsafe {
        libc::setsockopt(socket.as_raw_fd(), libc::SOL_PACKET, option, (&raw const on).cast(), size)
    })?;
    Ok(())
}

fn packet_socket_unbound() -> io::Result<OwnedFd> {
    let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: no pointers.
    let fd = check(unsafe { libc::socket(libc::AF_PACKET, kind, 0) })?;
    // SAFETY: the descriptor is new and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// An AF_PACKET socket that hears interface `index` and not itself; `true` with virtio headers.
pub(crate) fn packet_socket(index: u32) -> io::Result<(OwnedFd, bool)> {
    use std::os::fd::AsFd;
    let socket = packet_socket_unbound()?;
    let vnet_header = packet_option(socket.as_fd(), PACKET_VNET_HDR).is_ok();
    packet_option(socket.as_fd(), PACKET_IGNORE_OUTGOING)?;
    // SAFETY: sockaddr_ll is plain data for which all zero octets are a value.
    let mut place: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    place.sll_family = libc::AF_PACKET as u16;
    place.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    place.sll_ifindex = i32::try_from(index).map_err(|_| io::ErrorKind::InvalidInput)?;
    let size = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    // SAFETY: the kernel reads one sockaddr_ll, which outlives the call.
    check(unsafe { libc::bind(socket.as_raw_fd(), (&raw const place).cast(), size) })?;
    Ok((socket, vnet_header))
}

fn packet_read<T: Copy>(
    socket: BorrowedFd<'_>,
    option: libc::c_int,
    mut value: T,
) -> io::Result<T> {
    let mut size = size_of::<T>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `size` octets into `value`; T is int or [u32; 2].
    check(unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            option,
            (&raw mut value).cast(),
            &mut size,
        )
    })?;
    Ok(value)
}

/// Whether the socket is AF_PACKET (an error if not), and whether it has virtio headers.
pub(crate) fn packet_flags(socket: BorrowedFd<'_>) -> io::Result<bool> {
    let value: libc::c_int = packet_read(socket, PACKET_VNET_HDR, 0)?;
    Ok(value != 0)
}

/// Frames that the kernel dropped since the last call because the socket's queue was full.
pub(crate) fn packet_drops(socket: BorrowedFd<'_>) -> io::Result<u64> {
    let [_seen, dropped]: [u32; 2] = packet_read(socket, PACKET_STATISTICS, [0; 2])?;
    Ok(u64::from(dropped))
}

/// Takes the descriptors that recvmsg(2) has just put into this process.
pub(crate) fn adopt(descriptors: &[RawFd]) -> Vec<OwnedFd> {
    // SAFETY: SCM_RIGHTS made them for us a moment ago; nobody else knows their numbers.
    descriptors.iter().map(|fd| unsafe { OwnedFd::from_raw_fd(*fd) }).collect()
}

/// Holds a process by a descriptor (pidfd_open(2)): the number cannot come to mean another.
pub(crate) fn pidfd(pid: Pid) -> io::Result<OwnedFd> {
    // SAFETY: no pointers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    match RawFd::try_from(fd) {
        // SAFETY: the descriptor is new and nobody else's.
        Ok(fd) if fd >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(io::Error::last_os_error()),
    }
}
