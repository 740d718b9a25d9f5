//! Octets to headers and back: layers 2 to 4 and their control protocols, one file per header.
//!
//! No state and no decisions: `parse` turns octets into a value that cannot be wrong, or says which
//! field is wrong and why ([`Malformed`]); `emit` writes a value. Where the headers stand in a frame's
//! head and the payload in its body, both are given and neither is copied; nothing here allocates
//! but the dissector. `describe` names every field for people, with Wireshark's names, and
//! [`dissect()`] chains them from layer 2 to layer 4.
//!
//! | room | specification |
//! |---|---|
//! | [`ethernet`] | RFC 894, IEEE 802.3 |
//! | [`arp`] | RFC 826 |
//! | [`ipv4`], [`icmpv4`] | RFC 791, RFC 792 |
//! | [`udp`], [`tcp`] | RFC 768, RFC 9293 with 7323 and 2018 |
//! | [`pseudo_header()`] | what UDP, TCP and ICMPv6 put under their checksums |
//! | [`headers_len()`] | where the payload of a frame from outside begins |
//!
//! Proven in `tests/`: golden octets, a table of malformed headers, round trips, agreement with
//! etherparse on random and mutated octets, no panic on anything.
//! Absent until their issues: IPv6, ICMPv6, VLAN tags, LLC.

pub mod arp;
pub mod dissect;
pub mod error;
pub mod ethernet;
pub mod headers;
pub mod icmpv4;
pub mod ipv4;
pub mod pseudo_header;
pub mod tcp;
pub mod udp;

pub use dissect::{Described, Follows, Rest, dissect};
pub use error::Malformed;
pub use headers::headers_len;
pub use ipv4::Protocol;
pub use pseudo_header::pseudo_header;
