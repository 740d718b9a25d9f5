//! The link layer: network card, neighbour machine, learning switch.
//!
//! ```text
//!   cable --> card::receive --+--> IPv4 --> `ip`
//!                             +--> arp::handle_message --> Neighbours
//!   `ip` --> Neighbours::resolve --> card::emit --> cable          (a host)
//!   cable --> Switch::handle_frame --> the right cables            (a switch)
//! ```
//!
//! | room | what lives there |
//! |---|---|
//! | [`card`] | which frames a card takes; the Ethernet header and its padding |
//! | [`arp`] | what one ARP message means (RFC 826, RFC 5227) |
//! | [`neighbour`] | IP address to hardware address: one machine for v4 and v6 (RFC 4861 section 7.3) |
//! | [`switch`] | the learning switch (IEEE 802.1D-2004 section 7) |
//! | [`reasons`] | why a frame went where it went |
//!
//! All are plain values: calls go in, values come out, the owner does the sending. Absent so far:
//! VLAN tags, spanning tree, storm control, 802.3 length frames with LLC, IPv6 neighbour messages
//! (the machine knows the addresses, nobody speaks the protocol yet).

pub mod arp;
pub mod card;
pub mod neighbour;
pub mod reasons;
pub mod switch;

pub use card::{Acceptance, LinkCast};
pub use neighbour::{Action, Config, Confirmation, EntryView, Neighbours, Resolution, State};
pub use switch::{Forwarding, Switch};
