//! How long does one data segment take, both ends together? Two connections joined by a queue, no
//! octets on any wire (no emit, no parse, no checksum): the machine alone.
//!
//! `cargo run --release -p catenet-tcp --example segments [MEGABYTES] [copy|share]`
//! `copy` writes and reads through slices, `share` hands `Bytes` over.

use base::{Duration, Instant, NodeId};
use bytes::Bytes;
use catenet_tcp::{Config, Connection, Endpoints, IsnSource, ListenOutcome, Listener, Segment};
use std::sync::Arc;
use trace::Cx;

fn pass(
    from: (&mut Connection, &mut Cx),
    to: (&mut Connection, &mut Cx),
    count: &mut [u64; 2],
) -> bool {
    let mut any = false;
    while let Some(segment) = from.0.poll_segment(from.1) {
        count[usize::from(segment.payload.is_empty())] += 1;
        to.1.trace.entered();
        to.0.handle_segment(to.1, segment);
        any = true;
    }
    any
}

fn open(config: &Arc<Config>, cx: [&mut Cx; 2]) -> Option<[Connection; 2]> {
    let [ca, cb] = cx;
    let a = Endpoints { local: ([10, 0, 0, 1], 1).into(), remote: ([10, 0, 0, 2], 80).into() };
    let b = Endpoints { local: a.remote, remote: a.local };
    let isn = IsnSource::new([1; 16]);
    let iss = isn.isn(Instant::ZERO, &a);
    let mut client = Connection::connect(ca, config, a, iss, 1_460);
    let mut listener = Listener::new(Arc::clone(config), 1);
    let syn: Segment = client.poll_segment(ca)?;
    listener.handle_segment(cb, b, syn, &isn, 1_460, None);
    let (_, syn_ack) = listener.poll_segment(cb)?;
    client.handle_segment(ca, syn_ack);
    let ack = client.poll_segment(ca)?;
    match listener.handle_segment(cb, b, ack, &isn, 1_460, None) {
        ListenOutcome::Established(server) => Some([client, *server]),
        _ => None,
    }
}

// The clock of the bench, not of the machine.
#[allow(clippy::disallowed_methods)]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let megabytes: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(4_000);
    let share = arguments.next().is_some_and(|word| word == "share");
    let (mut ca, mut cb) = (Cx::new(NodeId(1), false), Cx::new(NodeId(2), false));
    let Some([mut client, mut server]) = open(&Arc::new(Config::default()), [&mut ca, &mut cb])
    else {
        eprintln!("the handshake failed");
        return;
    };
    let block = Bytes::from(vec![7u8; 64 * 1024]);
    let mut out = vec![0u8; 64 * 1024];
    let (mut count, mut read, mut virtual_now) = ([0u64; 2], 0u64, Instant::ZERO);
    let goal = megabytes * 1_000_000;
    let start = std::time::Instant::now();
    while read < goal {
        virtual_now += Duration::from_micros(20);
        ca.set_now(virtual_now);
        cb.set_now(virtual_now);
        let took = if share {
            client.send_bytes(&mut ca, block.clone())
        } else {
            client.send(&mut ca, &block)
        };
        took.unwrap_or_default();
        while pass((&mut client, &mut ca), (&mut server, &mut cb), &mut count)
            | pass((&mut server, &mut cb), (&mut client, &mut ca), &mut count)
        {}
        loop {
            let got = if share {
                server.receive_bytes(&mut cb, usize::MAX).map_or(0, |view| view.len())
            } else {
                server.receive(&mut cb, &mut out).unwrap_or(0)
            };
            read += got as u64;
            if got == 0 {
                break;
            }
        }
        if server.next_deadline().is_some_and(|at| at <= virtual_now) {
            server.handle_timeout(&mut cb);
        }
    }
    let spent = start.elapsed().as_nanos() as f64;
    println!(
        "{} data segments, {} others: {:.1} ns per data segment ({}), {:.1} Gbit/s",
        count[0],
        count[1],
        spent / count[0] as f64,
        if share { "shared" } else { "copied in and out" },
        read as f64 * 8.0 / spent,
    );
}
