//! What the flood has found, one minimal test each, named after the fault.

use crate::mutate::repair_exactly;
use crate::network::Network;
use base::{Duration, MacAddr};

const PC2: [u8; 4] = [192, 168, 1, 11];
const WEB: [u8; 4] = [10, 0, 2, 80];

/// A frame for the router's office card: an IPv4 packet from `pc2` to `web`, right checksums.
fn packet(network: &Network, protocol: u8, fragment: u16, payload: &[u8]) -> Vec<u8> {
    let mut octets = network.mac("r1", 0).0.to_vec();
    octets.extend(MacAddr([2, 0, 0, 0, 0, 9]).0);
    octets.extend([8, 0, 0x45, 0]);
    octets.extend((20 + payload.len() as u16).to_be_bytes());
    octets.extend([0, 1]);
    octets.extend(fragment.to_be_bytes());
    octets.extend([64, protocol, 0, 0]);
    octets.extend(PC2);
    octets.extend(WEB);
    octets.extend(payload);
    repair_exactly(&mut octets);
    octets
}

fn names(network: &Network) -> Vec<&'static str> {
    network.world.events().since(0).map(|event| event.reason.name).collect()
}

/// A router that must cut a fragment which already ends beyond the longest packet added up offsets
/// beyond 16 bits.
#[test]
fn a_fragment_beyond_the_end_is_not_cut() {
    let mut network = Network::new(1);
    let octets = packet(&network, 17, 0x1fff, &[0; 1_600]);
    network.throw(octets);
    network.run(Duration::from_millis(10));
    network.check("after the fragment");
    assert!(names(&network).contains(&"bad_fragment"));
}
