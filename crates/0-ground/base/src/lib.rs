//! The ground floor's vocabulary, imported by everything above: time, chance, addresses and ids,
//! frames, sequence numbers, the Internet checksum, the field tree of a dissected frame.
//!
//! Nothing here knows a protocol, and nothing here asks the machine for anything:
//! the same values come out of the same inputs on every platform.
//!
//! | room | what lives there |
//! |---|---|
//! | [`time`] | [`Instant`] and [`Duration`], nanoseconds since the world began; civil time |
//! | [`random`] | streams of chance, keyed by seed, name and purpose |
//! | [`address`] | [`MacAddr`], ids of nodes, jacks and interfaces, [`Journey`] |
//! | [`frame`] | [`Frame`]: an owned head with headroom over a shared, immutable body |
//! | [`seq`] | [`Seq`]: arithmetic modulo 2^32 (RFC 9293 section 3.4) |
//! | [`checksum`] | the ones' complement sum (RFC 1071) |
//! | [`field`] | the flat tree of named byte ranges that codecs describe themselves with |

pub mod address;
pub mod checksum;
pub mod field;
pub mod frame;
pub mod random;
pub mod seq;
pub mod time;

pub use address::{InterfaceId, JackId, Journey, MacAddr, NodeId};
pub use frame::{Body, Frame, Pool};
pub use random::{Random, RandomSource};
pub use seq::Seq;
pub use time::{Civil, Duration, Instant};

/// The language that a sentence for people is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese (simplified).
    Zh,
}
