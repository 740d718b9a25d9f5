//! A descriptor that carries Ethernet frames between a joined program's kernel and the lab.
//!
//! Two kinds: a TAP (tun(4)), and an AF_PACKET socket on the far end of a veth pair (packet(7)).
//! What the kernel hands over is finished before anyone sees it: see `offload.rs`.
//!
//! Invariants: every frame that [`Carrier::recv`] yields is a whole frame with finished checksums,
//! at most [`Carrier::max_frame`] octets; whatever is refused is counted with its reason; one call
//! looks at no more than [`BURST`] frames, so a storm of refused frames cannot hold its caller.
//!
//! Absent: 802.1Q tags of a program that makes its own VLAN interface (AF_PACKET keeps them aside);
//! batches (`recvmmsg`).

use crate::card::CarrierKind;
use crate::offload::{Refusal, VNET_HEADER, VnetHeader};
use crate::sys;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::uio::{readv, writev};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

const ETHERNET_HEADER: usize = 14;
/// Octets past the caller's buffer that betray a frame too long for it.
const SPILL: usize = 1;
/// The most refused frames that one [`Carrier::recv`] passes over.
pub const BURST: usize = 64;

/// What went through a carrier and what did not. Octets are those of the frames, without FCS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CarrierCounters {
    /// Frames that came from the program.
    pub received: u64,
    /// Their octets.
    pub received_octets: u64,
    /// Frames that were given to the program's kernel.
    pub sent: u64,
    /// Their octets.
    pub sent_octets: u64,
    /// Frames whose checksum the kernel had left to a card, finished here.
    pub completed: u64,
    /// Refused: a run of segments in one frame (GSO), though offloads are off.
    pub refused_segmented: u64,
    /// Refused: longer than the largest frame, or than the caller's buffer.
    pub refused_oversize: u64,
    /// Refused: shorter than an Ethernet header, or a virtio header that points outside the frame.
    pub refused_malformed: u64,
    /// Sends that found the kernel's queue full.
    pub blocked: u64,
    /// Frames that the kernel dropped before we read them (AF_PACKET only; see
    /// [`Carrier::count_kernel_drops`]).
    pub kernel_drops: u64,
}

/// An owned, non-blocking descriptor that carries Ethernet frames.
#[derive(Debug)]
pub struct Carrier {
    fd: OwnedFd,
    kind: CarrierKind,
    max_frame: usize,
    counters: CarrierCounters,
}

impl Carrier {
    /// Wraps a descriptor that [`Prepared`](crate::join::Prepared) made, in this process or another.
    /// `mtu` is the card's, in octets of IP packet.
    ///
    /// # Errors
    /// `InvalidInput` when the descriptor is not of the kind it is said to be.
    pub fn from_fd(fd: OwnedFd, kind: CarrierKind, mtu: u16) -> io::Result<Self> {
        let honest = match kind {
            CarrierKind::Tap { vnet_header } => sys::tap_flags(fd.as_fd())? == Some(vnet_header),
            CarrierKind::Packet { vnet_header } => sys::packet_flags(fd.as_fd())? == vnet_header,
        };
        if !honest {
            let reason = format!("the descriptor is not {kind:?}");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let flags = OFlag::from_bits_retain(fcntl(&fd, FcntlArg::F_GETFL)?);
        fcntl(&fd, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        let max_frame = usize::from(mtu) + ETHERNET_HEADER;
        Ok(Self { fd, kind, max_frame, counters: CarrierCounters::default() })
    }

    /// The next frame from the program, in the head of `buffer`; `None` when none waits (or after
    /// [`BURST`] refused ones). A buffer of [`Carrier::max_frame`] octets holds every legal frame.
    ///
    /// # Errors
    /// Whatever read(2) gives; [`Carrier::is_gone`] tells whether the card has been taken away.
    pub fn recv<'b>(&mut self, buffer: &'b mut [u8]) -> io::Result<Option<&'b [u8]>> {
        for _ in 0..BURST {
            let Some((header, length)) = self.read(buffer)? else { return Ok(None) };
            if let Some(length) = self.admit(header, buffer, length) {
                return Ok(buffer.get(..length));
            }
        }
        Ok(None)
    }

    /// One read: the virtio header and the frame's length, which exceeds the buffer if it spilt.
    fn read(&self, buffer: &mut [u8]) -> io::Result<Option<(VnetHeader, usize)>> {
        let mut header = [0; VNET_HEADER];
        let mut spill = [0; SPILL];
        let skip = if self.kind.has_vnet_header() { VNET_HEADER } else { 0 };
        let head = header.get_mut(..skip).unwrap_or_default();
        let mut parts =
            [IoSliceMut::new(head), IoSliceMut::new(buffer), IoSliceMut::new(&mut spill)];
        loop {
            match readv(&self.fd, &mut parts) {
                Ok(0) => return Err(io::Error::from(Errno::ENETDOWN)),
                Ok(octets) => {
                    let frame = octets.saturating_sub(skip);
                    return Ok(Some((VnetHeader::parse(&header), frame)));
                }
                Err(Errno::EAGAIN) => return Ok(None),
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Finishes and counts a frame, or counts why it is refused.
    fn admit(&mut self, header: VnetHeader, buffer: &mut [u8], length: usize) -> Option<usize> {
        let counters = &mut self.counters;
        if length < ETHERNET_HEADER {
            counters.refused_malformed += 1;
            return None;
        }
        let whole = buffer.get_mut(..length).filter(|_| length <= self.max_frame);
        let Some(frame) = whole else {
            counters.refused_oversize += 1;
            return None;
        };
        match header.finish(frame) {
            Ok(worked) => counters.completed += u64::from(worked),
            Err(Refusal::Segmented) => {
                counters.refused_segmented += 1;
                return None;
            }
            Err(Refusal::Malformed) => {
                counters.refused_malformed += 1;
                return None;
            }
        }
        counters.received += 1;
        counters.received_octets += length as u64;
        Some(length)
    }

    /// Gives a whole frame (finished checksums, no FCS) to the program's kernel;
    /// `false` when its queue is full and the frame was not taken.
    ///
    /// # Errors
    /// `InvalidInput` for a frame shorter than an Ethernet header or longer than the largest;
    /// else whatever write(2) gives.
    pub fn send(&mut self, frame: &[u8]) -> io::Result<bool> {
        if !(ETHERNET_HEADER..=self.max_frame).contains(&frame.len()) {
            let reason = format!("a frame of {} octets", frame.len());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let header = [0; VNET_HEADER];
        let skip = if self.kind.has_vnet_header() { VNET_HEADER } else { 0 };
        let parts = [IoSlice::new(header.get(..skip).unwrap_or_default()), IoSlice::new(frame)];
        loop {
            match writev(&self.fd, &parts) {
                Ok(_) => {
                    self.counters.sent += 1;
                    self.counters.sent_octets += frame.len() as u64;
                    return Ok(true);
                }
                Err(Errno::EAGAIN | Errno::ENOBUFS) => {
                    self.counters.blocked += 1;
                    return Ok(false);
                }
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The largest frame in octets: the MTU and an Ethernet header.
    pub fn max_frame(&self) -> usize {
        self.max_frame
    }

    /// What stands behind the descriptor.
    pub fn kind(&self) -> CarrierKind {
        self.kind
    }

    /// What went through so far.
    pub fn counters(&self) -> CarrierCounters {
        self.counters
    }

    /// Asks the kernel how many frames it dropped because we read too slowly, adds them to the
    /// counters, and tells how many are new. A TAP does not say: always 0.
    pub fn count_kernel_drops(&mut self) -> u64 {
        let CarrierKind::Packet { .. } = self.kind else { return 0 };
        let new = sys::packet_drops(self.fd.as_fd()).unwrap_or(0);
        self.counters.kernel_drops += new;
        new
    }

    /// Whether an error of `recv` or `send` means that the program and its card are gone for good.
    pub fn is_gone(error: &io::Error) -> bool {
        let gone = [Errno::EBADFD, Errno::ENETDOWN, Errno::ENXIO, Errno::ENODEV, Errno::EIO];
        error.raw_os_error().is_some_and(|code| gone.contains(&Errno::from_raw(code)))
    }
}

impl AsFd for Carrier {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
