//! Descriptors over a Unix stream socket, and whose socket it is.
//!
//! A message on the wire: four octets of length (big endian), then that many octets of JSON (or
//! whatever the two ends agree on). The descriptors ride on the length (SCM_RIGHTS, unix(7)).
//!
//! Invariants: a body is bounded by the reader; at most [`MAX_DESCRIPTORS`] descriptors are taken,
//! more is an error and closes them; descriptors are close-on-exec.
//! On a non-blocking socket a call may end in `WouldBlock` halfway: use blocking sockets.

use crate::sys;
use nix::errno::Errno;
use nix::sys::socket::sockopt::PeerCredentials;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, getsockopt, recvmsg, send as send_bytes, sendmsg,
};
use serde::{Serialize, de::DeserializeOwned};
use std::io::{self, IoSlice, IoSliceMut, Read};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

/// The most descriptors of one message.
pub const MAX_DESCRIPTORS: usize = 8;
const HEADER: usize = 4;

/// One message: the body and what came with it.
#[derive(Debug)]
pub struct Message {
    /// The octets of the body.
    pub body: Vec<u8>,
    /// The descriptors, in the order they were sent.
    pub descriptors: Vec<OwnedFd>,
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.to_string())
}

/// Sends one message.
///
/// # Errors
/// `InvalidData` when it is too long or has too many descriptors; else sendmsg(2)'s.
pub fn send(stream: &UnixStream, body: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    let length = u32::try_from(body.len()).map_err(|_| invalid("the body is too long"))?;
    if descriptors.len() > MAX_DESCRIPTORS {
        return Err(invalid("too many descriptors"));
    }
    let raw: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
    let rights = [ControlMessage::ScmRights(&raw)];
    let control: &[ControlMessage<'_>] = if raw.is_empty() { &[] } else { &rights };
    let header = length.to_be_bytes();
    let flags = MsgFlags::MSG_NOSIGNAL;
    let parts = [IoSlice::new(&header)];
    let sent = sendmsg::<()>(stream.as_raw_fd(), &parts, control, flags, None)?;
    send_all(stream, header.get(sent..).unwrap_or_default())?;
    send_all(stream, body)
}

fn send_all(stream: &UnixStream, mut octets: &[u8]) -> io::Result<()> {
    while !octets.is_empty() {
        match send_bytes(stream.as_raw_fd(), octets, MsgFlags::MSG_NOSIGNAL) {
            Ok(sent) => octets = octets.get(sent..).unwrap_or_default(),
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Receives one message of at most `max_body` octets; `None` when the peer closed before one.
///
/// # Errors
/// `InvalidData` for a body or a bundle beyond the bound; `UnexpectedEof` for a cut message; else
/// recvmsg(2)'s.
pub fn recv(stream: &UnixStream, max_body: usize) -> io::Result<Option<Message>> {
    let mut header = [0; HEADER];
    let mut descriptors = Vec::new();
    let mut have = 0;
    while have < HEADER {
        match recv_part(stream, header.get_mut(have..).unwrap_or_default(), &mut descriptors) {
            Ok(0) if have == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(octets) => have += octets,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = u32::from_be_bytes(header) as usize;
    if length > max_body || descriptors.len() > MAX_DESCRIPTORS {
        return Err(invalid("the message is beyond its bound"));
    }
    let mut body = vec![0; length];
    let mut reader = stream;
    reader.read_exact(&mut body)?;
    Ok(Some(Message { body, descriptors }))
}

fn recv_part(
    stream: &UnixStream,
    octets: &mut [u8],
    descriptors: &mut Vec<OwnedFd>,
) -> io::Result<usize> {
    let mut room = nix::cmsg_space!([RawFd; MAX_DESCRIPTORS]);
    let mut parts = [IoSliceMut::new(octets)];
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let message = recvmsg::<()>(stream.as_raw_fd(), &mut parts, Some(&mut room), flags)?;
    let cut = message.flags.contains(MsgFlags::MSG_CTRUNC);
    for control in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(raw) = control {
            descriptors.extend(sys::adopt(&raw));
        }
    }
    if cut {
        return Err(invalid("more descriptors than are taken"));
    }
    Ok(message.bytes)
}

/// Sends a value as JSON.
///
/// # Errors
/// As [`send`].
pub fn send_json<T: Serialize>(
    stream: &UnixStream,
    value: &T,
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    send(stream, &serde_json::to_vec(value)?, descriptors)
}

/// Receives a value as JSON, with its descriptors; `None` when the peer closed before one.
///
/// # Errors
/// As [`recv`], and `InvalidData` for JSON that is not a `T`.
pub fn recv_json<T: DeserializeOwned>(
    stream: &UnixStream,
    max_body: usize,
) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let Some(message) = recv(stream, max_body)? else { return Ok(None) };
    Ok(Some((serde_json::from_slice(&message.body)?, message.descriptors)))
}

/// The user id of the process at the other end, as the kernel saw it connect (SO_PEERCRED).
///
/// # Errors
/// getsockopt(2)'s.
pub fn peer_uid(stream: &UnixStream) -> io::Result<u32> {
    Ok(getsockopt(stream, PeerCredentials)?.uid())
}
