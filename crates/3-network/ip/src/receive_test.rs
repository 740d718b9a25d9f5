//! Two machines hear the same packets, one of which remembers nothing: both must say the same.

use crate::Config;
use crate::tests::{Bench, Probe};
use base::{InterfaceId, RandomSource};

#[test]
fn a_packet_like_the_last_one_is_judged_as_if_it_were_the_first() {
    let mut random = RandomSource::new(1, "receive", 0).stream("test");
    let (mut bench, mut other) = (Bench::new(Config::default()), Bench::new(Config::default()));
    let mut remembered = 0;
    for step in 0..20_000 {
        let probe = Probe { dst: "10.0.1.1", ttl: random.below(3) as u8, ..Probe::default() };
        let mut probe = Probe { more_fragments: random.chance(0.05), ..probe };
        if random.chance(0.1) {
            probe.options = vec![[1; 4], [7, 4, 4, 0]][random.below(2) as usize].to_vec();
        }
        let mut octets = probe.octets();
        match random.below(8) {
            0 => octets[random.below(28) as usize] ^= 1 << random.below(8),
            1 => octets.truncate(random.below(60) as usize),
            2 => octets.resize(60, 9),
            _ => {}
        }
        let interface = InterfaceId(1 + u16::from(random.chance(0.05)));
        let to_all = random.chance(0.1);
        other.ip.memory.forget();
        let put = |bench: &mut Bench| {
            let frame = bench.frame(octets.clone());
            let told = bench.put_frame(interface, to_all, frame);
            let delivered = bench.delivered.pop();
            (told, delivered.map(|it| (format!("{it:?}"), it.frame.to_vec())))
        };
        let (one, two) = (put(&mut bench), put(&mut other));
        assert_eq!(one, two, "step {step}");
        remembered += u32::from(one.1.is_some());
    }
    assert!(remembered > 5_000, "{remembered}");
}
