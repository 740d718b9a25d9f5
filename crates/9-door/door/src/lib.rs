//! The door between the world and the machine it runs on: how a REAL program becomes a host of a
//! lab without root, and how frames cross between the kernel and us.
//!
//! ```text
//!   service (the lab's thread)              | `catenet join` (an ordinary user)
//!                                           |
//!   Carrier <----- raw Ethernet frames ---->| TAP, or veth + AF_PACKET, in a far namespace
//!      ^                                    |        |
//!      |  the descriptor, by SCM_RIGHTS     |      eth0 in the near namespace
//!      +------------- fd ------------------<|        |
//!                                           |   init (pid 1) -> the program, uid of the caller
//! ```
//!
//! | room | what lives there |
//! |---|---|
//! | [`carrier`] | [`Carrier`](carrier::Carrier): a descriptor that carries finished Ethernet frames |
//! | [`card`] | [`Card`](card::Card): what the joined host's network card is to be |
//! | [`join`] | namespaces, card and files for one program, and running it |
//! | [`driver`] | one thread that owns a running lab, paces it by the wall clock, works its doors |
//! | [`clock`] | a lab's clock, stopped, at a speed, or one step further |
//! | [`rewind`] | a lab's clock taken back, by replay |
//! | [`journal`] | all that reached a running lab from outside, for replay |
//! | [`fd`] | descriptors over a Unix socket, and whose socket it is |
//! | [`doctor`] | what this machine can and cannot do, and the line that mends it |
//! | [`note`] | what a joined program is told though it runs |
//! | [`error`] | why the door stays shut, in English and Chinese |
//!
//! All but driver and journal know nothing of the simulator: their border is byte slices.
//! Everything here needs Linux; elsewhere a twin with the same names answers
//! [`DoorError::Unsupported`](error::DoorError::Unsupported).

pub mod card;
pub mod error;
pub mod note;
pub mod system;

#[cfg(target_os = "linux")]
pub mod carrier;
#[cfg(target_os = "linux")]
pub mod clock;
#[cfg(target_os = "linux")]
mod clockwork;
#[cfg(target_os = "linux")]
pub mod doctor;
#[cfg(target_os = "linux")]
pub mod driver;
#[cfg(target_os = "linux")]
pub mod fd;
#[cfg(target_os = "linux")]
mod init;
#[cfg(target_os = "linux")]
pub mod join;
pub mod journal;
#[cfg(target_os = "linux")]
mod linger;
#[cfg(target_os = "linux")]
mod mailbox;
#[cfg(target_os = "linux")]
mod namespace;
#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
mod offload;
#[cfg(target_os = "linux")]
mod overlay;
#[cfg(target_os = "linux")]
mod pace;
#[cfg(target_os = "linux")]
mod plug;
#[cfg(target_os = "linux")]
pub mod rewind;
#[cfg(target_os = "linux")]
mod stepping;
#[cfg(target_os = "linux")]
mod sys;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{carrier, join};

pub use base::Lang;
