//! Initial sequence numbers (RFC 6528): a 4 microsecond clock plus a keyed hash of the endpoints.
//!
//! Two connections of the same endpoints, one after the other, get growing numbers (RFC 9293
//! section 3.4.1); somebody who sees his own connections learns nothing about those of others.

use crate::Endpoints;
use base::{Instant, Seq};
use core::hash::Hasher;
use core::net::IpAddr;
use siphasher::sip::SipHasher24;

/// The clock's tick (RFC 9293 section 3.4.1).
const TICK_NANOS: u64 = 4_000;

/// The part of an initial sequence number that is the clock.
pub(crate) fn clock(now: Instant) -> u32 {
    (now.as_nanos() / TICK_NANOS) as u32
}

/// Where a host's initial sequence numbers come from.
#[derive(Clone)]
pub struct IsnSource {
    key: [u8; 16],
}

impl IsnSource {
    /// A source with the host's secret.
    pub fn new(key: [u8; 16]) -> Self {
        IsnSource { key }
    }
    /// The number for a connection that begins now.
    pub fn isn(&self, now: Instant, endpoints: &Endpoints) -> Seq {
        //= rfc6528#3
        //= rfc9293#3.4.1 MUST-8
        let mut hasher = SipHasher24::new_with_key(&self.key);
        for end in [endpoints.local, endpoints.remote] {
            // Octet by octet: the standard `Hash` of an address differs between word sizes.
            match end.ip() {
                IpAddr::V4(v4) => hasher.write(&v4.to_ipv6_mapped().octets()),
                IpAddr::V6(v6) => hasher.write(&v6.octets()),
            }
            hasher.write(&end.port().to_be_bytes());
        }
        Seq(hasher.finish() as u32) + clock(now)
    }
}

impl core::fmt::Debug for IsnSource {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("IsnSource(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Duration;

    #[test]
    fn it_grows_with_time_and_depends_on_the_key() {
        let ends = |port| Endpoints {
            local: ([10, 0, 0, 1], port).into(),
            remote: ([10, 0, 0, 2], 80).into(),
        };
        let source = IsnSource::new([7; 16]);
        let start = Instant::from_nanos(123_456);
        let first = source.isn(start, &ends(1000));
        assert_eq!(source.isn(start + Duration::from_micros(400), &ends(1000)), first + 100);
        assert_ne!(source.isn(start, &ends(1001)), first);
        assert_ne!(IsnSource::new([8; 16]).isn(start, &ends(1000)), first);
        assert_eq!(format!("{source:?}"), "IsnSource(secret)");
    }
}
