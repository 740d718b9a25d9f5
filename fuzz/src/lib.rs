//! The bodies of the fuzz targets: octets in, no panic, and every account balances.
//!
//! | target | what it feeds | what must hold |
//! |---|---|---|
//! | [`wire_headers`] | all parsers of layers 2 to 4, the dissector | what was read and written reads the same |
//! | [`ether`] | a switch, the neighbour machine, ARP | conservation |
//! | [`ip`] | a router's network layer | conservation |
//! | [`udp`] | datagrams and a receive queue | conservation, the queue's bound |
//! | [`tcp`] | a connection and a listener: segments, calls, time | one fate a segment, sane numbers |
//! | [`host`] | frames into a whole host with sockets | conservation, bounded answers |
//! | [`dns_answer`] | the name server's answer | no answer to an answer |
//! | [`lab_parse`], [`filter_parse`] | what people write | an error or a value |
//!
//! An input of the machines' targets is a list of chunks (see [`chunks`]): one octet says what to do,
//! two how much follows. `fuzz_targets/` hands these to libFuzzer; `tests/replay.rs` feeds the saved
//! inputs of `corpus/` and bent copies of them, on stable. No state outlives a call.

mod chunks;
mod link;
mod network;
mod texts;
mod transport;
mod whole;
mod wires;

pub use chunks::{chunk, chunks};
pub use link::ether;
pub use network::{ip, udp};
pub use texts::{dns_answer, filter_parse, lab_parse};
pub use transport::tcp;
pub use whole::host;
pub use wires::wire_headers;

/// A target's body.
pub type Body = fn(&[u8]);

/// Every target by its name, which is also its folder in `corpus/`.
pub const TARGETS: [(&str, Body); 9] = [
    ("wire_headers", wire_headers),
    ("ether", ether),
    ("ip", ip),
    ("udp", udp),
    ("tcp", tcp),
    ("host", host),
    ("dns_answer", dns_answer),
    ("lab_parse", lab_parse),
    ("filter_parse", filter_parse),
];

/// A node's context; events are off, accounts are kept.
fn cx() -> trace::Cx {
    trace::Cx::new(base::NodeId(0), false)
}

/// Lets time pass by what an octet says: nothing, microseconds, or up to a minute.
fn pass(cx: &mut trace::Cx, octet: u8) {
    let nanos = match octet {
        0..=99 => 0,
        100..=179 => u64::from(octet) * 10_000,
        180..=239 => u64::from(octet - 179) * 20_000_000,
        _ => u64::from(octet - 239) * 4_000_000_000,
    };
    cx.set_now(cx.now() + base::Duration::from_nanos(nanos));
}
