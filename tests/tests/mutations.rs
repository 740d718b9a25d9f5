//! A million bent frames into a running network, and honest people do not notice.
//!
//! ```text
//!   door --- office (switch) --- r1 (router) --- servers (switch) --- web
//!              |      |
//!             pc1    pc2        pc2 <== ten honest transfers ==> web, both ways, through r1
//!                               pc1 --> web: victims, whose live segments are bent too
//! ```
//!
//! Frames are recorded from a clean run of the same world under another seed (ARP, ping, datagrams,
//! TCP), and during the flood from the victims' connections. Each is bent one to three times, half
//! have their checksums repaired afterwards (without that nearly all would end at a checksum), and
//! the door throws them at the office: at the host, at the router, through the router, at everybody.
//!
//! Two forgeries succeed on any Ethernet and are attacks of their own, not bent frames: with a stolen
//! hardware address the switch sends the owner's frames to the thief, and an ARP message that lies
//! is believed. So all but one frame in 100,000 carry the door's own hardware address as their
//! source, and who talks across the router does it by permanent neighbour entries, as a careful
//! administrator has it. `pc1` and `pc2` talk to each other without.
//!
//! Claims: no panic and no standstill; every account balances after every thousand frames and at
//! the end; at least 30 % of the bent frames reach UDP or TCP and are not refused there for their
//! header or checksum; the ten transfers end meanwhile, each
//! octet right; when the flood is over, everything that it left behind is forgotten.
//!
//! `cargo test --release -p catenet-tests --test mutations -- --nocapture` prints the histogram.
//! `MUTATIONS` below is smaller in a debug build. Absent: IPv6, VLAN tags.

#[path = "mutations/bugs.rs"]
mod bugs;
#[path = "mutations/histogram.rs"]
mod histogram;
#[path = "mutations/mutate.rs"]
mod mutate;
#[path = "mutations/network.rs"]
mod network;
#[path = "mutations/people.rs"]
mod people;

use base::{Duration, MacAddr, Random, RandomSource};
use histogram::Histogram;
use network::{Network, TRANSFERS};

/// How many frames are bent.
const MUTATIONS: u32 = if cfg!(debug_assertions) { 40_000 } else { 1_000_000 };
/// How many octets an honest transfer carries there and back.
const TRANSFER: usize = if cfg!(debug_assertions) { 50_000 } else { 200_000 };
/// The flood throws 20,000 frames a second.
const EVERY: Duration = Duration::from_micros(50);
/// So many frames, then a look at the accounts.
const ROUND: u32 = 1_000;
/// So many frames, then a look at what the victims are saying.
const RENEW: u32 = 100;
const DOOR: MacAddr = MacAddr([2, 0, 0, 0, 0xd0, 0x0e]);

/// Frames that are bent: some recorded once, others renewed while victims talk.
struct Templates {
    recorded: Vec<Vec<u8>>,
    live: Vec<Vec<u8>>,
}

impl Templates {
    fn pick(&self, random: &mut Random) -> &[u8] {
        let live = !self.live.is_empty() && random.chance(0.5);
        let from = if live { &self.live } else { &self.recorded };
        &from[random.below(from.len() as u64) as usize]
    }

    /// A frame as the door throws it, and whether its checksums were made right.
    fn bend(&self, random: &mut Random) -> (Vec<u8>, bool) {
        let mut octets = self.pick(random).to_vec();
        let repaired = random.chance(0.5);
        let other = self.pick(random);
        for _ in 0..=random.below(3) {
            mutate::mutate(random, &mut octets, other);
        }
        if repaired {
            mutate::repair(random, &mut octets);
        }
        octets.resize(octets.len().clamp(14, 3_000), 0);
        if random.chance(0.999_99) {
            octets[6..12].copy_from_slice(&DOOR.0);
        }
        (octets, repaired)
    }
}

#[test]
fn a_million_bent_frames_hurt_nobody() {
    let recorded = network::recorded(11);
    let mut network = Network::new(12);
    let mut templates = Templates { recorded, live: Vec::new() };
    let mut random = RandomSource::new(7, "mutations", 0).stream("frames");
    let mut histogram = Histogram::new(MUTATIONS);
    let span = EVERY.saturating_mul(u64::from(MUTATIONS));
    network.start_people(span, TRANSFER);
    let flood_ends = network.world.now() + span;
    for count in 1..=MUTATIONS {
        let (octets, repaired) = templates.bend(&mut random);
        histogram.thrown(&octets, repaired);
        network.throw(octets);
        network.run(EVERY);
        if count % ROUND == 0 {
            network.check(&format!("after {count} frames"));
            histogram.read(&network);
        }
        if count % RENEW == 0 {
            network.renew(&mut templates.live);
        }
    }
    assert!(network.world.now() >= flood_ends);
    // What was begun may end; a transfer that waits for a retransmission gets a moment more.
    network.run(Duration::from_secs(5));
    histogram.read(&network);
    println!("{histogram}");
    network.check_transfers(span);
    assert!(histogram.reached_transport() * 10 >= MUTATIONS * 3, "too few reached layer 4");
    assert!(histogram.repaired() * 10 >= MUTATIONS * 4, "too few were repaired");
    network.calm_down();
}

#[test]
fn without_a_flood_the_ten_transfers_end_at_once() {
    let mut network = Network::new(12);
    network.start_people(Duration::from_millis(500), TRANSFER);
    network.run(Duration::from_secs(5));
    network.check("quiet");
    network.check_transfers(Duration::from_millis(500));
    assert_eq!(TRANSFERS, 10);
    network.calm_down();
}
