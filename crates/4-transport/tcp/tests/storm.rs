//! A storm of segments that no honest peer would send, near the windows and far from them, into
//! connections in every state and into a listener: no panic, exactly one fate each, the sequence
//! variables stay in order, and the buffers within their bounds.

use base::{Body, Duration, Instant, Journey, NodeId, Random, RandomSource, Seq};
use catenet_tcp::{
    Config, Connection, Endpoints, IcmpErrorKind, IsnSource, ListenOutcome, Listener, Segment,
    StateName,
};
use std::collections::BTreeSet;
use trace::Cx;
use wire::tcp::{Flags, Header, Timestamps};

fn near(random: &mut Random, anchors: &[Seq]) -> Seq {
    let anchor = anchors[random.below(anchors.len() as u64) as usize];
    match random.below(4) {
        0 => anchor,
        1 => anchor + random.below(3_000) as u32,
        2 => anchor - random.below(3_000) as u32,
        _ => Seq(random.next_u32()),
    }
}

fn weird(random: &mut Random, anchors: &[Seq], ack: &[Seq], stamps: bool) -> Segment {
    const USUAL: [Flags; 6] =
        [Flags::ACK, Flags(0x18), Flags(0x11), Flags::SYN, Flags(0x12), Flags(0x14)];
    let flags = if random.chance(0.8) {
        USUAL[random.below(6).min(if random.chance(0.9) { 2 } else { 5 }) as usize]
    } else {
        Flags(random.next_u32() as u8)
    };
    let mut header = Header {
        src_port: 9,
        dst_port: 80,
        seq: near(random, anchors),
        ack: near(random, ack),
        flags,
        window: [0, 1, 500, 65_535][random.below(4) as usize],
        urgent: random.next_u32() as u16,
        ..Header::default()
    };
    if random.chance(if stamps { 0.95 } else { 0.1 }) {
        let value = 1_000 + random.below(1_000) as u32;
        header.options.timestamps = Some(Timestamps { value, echo: random.next_u32() });
    }
    if flags.has(Flags::SYN) {
        header.options.mss = random.chance(0.8).then(|| random.next_u32() as u16);
        header.options.window_scale = random.chance(0.5).then(|| random.next_u32() as u8);
        header.options.sack_permitted = random.chance(0.5);
    }
    for _ in 0..random.below(5) {
        header.options.sack.push(near(random, ack), near(random, ack));
    }
    let len = [0, 0, 1, 10, 1_000, 1_460][random.below(6) as usize];
    let journey = Journey { origin: NodeId(7), count: 1 };
    Segment { header, payload: Body::from(vec![1; len]), journey, parent: Journey::NONE }
}

fn act(random: &mut Random, cx: &mut Cx, connection: &mut Connection) {
    let mut out = [0; 5_000];
    match random.below(24) {
        0..6 => drop(connection.send(cx, &out[..random.below(5_000) as usize])),
        6..12 => drop(connection.receive(cx, &mut out)),
        12 => connection.shutdown_send(cx),
        13 if random.chance(0.2) => connection.close(cx),
        14 if random.chance(0.05) => connection.abort(cx),
        15 => {
            let kind = [
                IcmpErrorKind::Soft,
                IcmpErrorKind::Hard,
                IcmpErrorKind::TooBig { mtu: random.next_u32() >> random.below(32) },
            ][random.below(3) as usize];
            let seq = connection.info().snd_una;
            connection.handle_icmp_error(cx, kind, seq);
        }
        _ => {
            let wait = Duration::from_micros(random.below(400_000));
            cx.set_now(cx.now() + wait);
            connection.handle_timeout(cx);
        }
    }
}

fn check(connection: &Connection, seed: u64) {
    let info = connection.info();
    assert!(info.snd_una.at_or_before(info.snd_nxt), "seed {seed}: {info:?}");
    assert!(info.receive_queue <= 20_000 + 1_460, "seed {seed}: {info:?}");
    assert!(info.cwnd > 0, "seed {seed}: {info:?}");
}

#[test]
fn a_storm_breaks_nothing() {
    let mut seen = BTreeSet::new();
    for seed in 0..400 {
        let mut random = RandomSource::new(seed, "storm", 0).stream("test");
        let mut cx = Cx::new(NodeId(1), false);
        cx.set_now(Instant::ZERO + Duration::from_secs(5));
        let config =
            Config { receive_buffer: 20_000, timestamps: seed % 2 == 0, ..Config::default() };
        let ends =
            Endpoints { local: ([10, 0, 0, 1], 80).into(), remote: ([10, 0, 0, 2], 9).into() };
        let isn = IsnSource::new([3; 16]);
        let mut listener = Listener::new(config.clone(), 2);
        let mut connection = seed.is_multiple_of(3).then(|| {
            Connection::connect(
                &mut cx,
                &config.clone().into(),
                ends,
                Seq(random.next_u32()),
                1_460,
            )
        });
        let (mut ours, mut theirs) = (Seq(0), Seq(random.next_u32()));
        for _ in 0..500 {
            let (mut anchors, mut acks) = (vec![theirs, theirs + 1], vec![ours, ours + 1]);
            if let Some(connection) = &connection {
                let info = connection.info();
                seen.insert(info.state);
                anchors = vec![info.rcv_nxt, info.rcv_nxt + info.rcv_wnd];
                acks = vec![info.snd_una, info.snd_nxt];
            }
            let segment = weird(&mut random, &anchors, &acks, config.timestamps);
            if segment.header.flags.has(Flags::SYN) {
                theirs = segment.header.seq;
            }
            cx.trace.entered();
            match &mut connection {
                Some(connection) => connection.handle_segment(&mut cx, segment),
                None => match listener.handle_segment(&mut cx, ends, segment, &isn, 1_460, None) {
                    ListenOutcome::Established(it) => {
                        // In SYN-RECEIVED it would have no timer and could stay for ever.
                        assert_ne!(it.state(), StateName::SynReceived, "seed {seed}");
                        connection = Some(*it);
                    }
                    ListenOutcome::Ended | ListenOutcome::Reset(_) => {}
                },
            }
            assert_eq!(cx.trace.ledger().held(), 0, "seed {seed}: one fate each");
            while let Some((_, answer)) = listener.poll_segment(&mut cx) {
                ours = answer.header.seq;
            }
            if let Some(it) = &mut connection {
                act(&mut random, &mut cx, it);
                let mut sent = 0;
                while let Some(segment) = it.poll_segment(&mut cx) {
                    sent += 1;
                    assert!(segment.payload.len() <= 1_460 && sent < 5_000, "seed {seed}");
                }
                check(it, seed);
                if it.state() == StateName::Closed {
                    connection = None;
                }
            } else {
                listener.handle_timeout(&mut cx);
            }
        }
    }
    println!("states reached: {seen:?}");
    assert!(seen.len() >= 9, "the storm does not reach enough states: {seen:?}");
}
