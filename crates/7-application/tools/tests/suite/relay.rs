//! `relay`: a connection for somebody outside, both directions with a window and an end of their own.

use crate::room::{Room, Run, room};
use base::Duration;
use sim::{News, Stream};

const WINDOW: usize = catenet_tools::relay::WINDOW;

fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &(body.len() as u32).to_be_bytes()[..], body].concat()
}

fn credit(count: usize) -> Vec<u8> {
    frame(b'c', &(count as u32).to_be_bytes())
}

/// What it wrote to standard output, and to standard error.
fn said(room: &Room, run: &Run) -> (Vec<u8>, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    for record in room.world.outputs().since(0).filter(|record| record.process == run.process) {
        match &record.news {
            News::Printed(Stream::Stdout, octets) => out.extend_from_slice(octets),
            News::Printed(Stream::Stderr, octets) => err.extend_from_slice(octets),
            _ => {}
        }
    }
    (out, String::from_utf8_lossy(&err).into_owned())
}

#[test]
fn a_request_goes_and_its_answer_comes() {
    let mut room = room();
    let run = room.start("pc1", "relay www.example.lab 80");
    let request = b"GET /ten.txt HTTP/1.1\r\nhost: www.example.lab\r\nconnection: close\r\n\r\n";
    room.stdin(&run, &frame(b'd', request));
    room.stdin(&run, &frame(b'e', b""));
    room.wait(Duration::from_secs(2));
    let (out, err) = said(&room, &run);
    let out = String::from_utf8_lossy(&out);
    assert!(out.starts_with("HTTP/1.1 200") && out.ends_with("0123456789"), "{out}");
    assert_eq!(err, format!("connected 10.0.2.80:80\ntook {}\nend\n", request.len()));
    assert_eq!(room.exit(&run), Some(0));
}

#[test]
fn what_cannot_be_is_told_by_its_kind() {
    let mut room = room();
    for (line, wanted) in [
        ("relay 10.0.2.80 81", "failed refused "),
        ("relay nobody.example.lab 80", "failed name "),
        ("relay 10.0.2.99 80", "failed timeout "),
    ] {
        let run = room.start("pc1", line);
        room.wait(Duration::from_secs(31));
        let (_, err) = said(&room, &run);
        assert!(err.starts_with(wanted), "{line}: {err}");
        assert_eq!(room.exit(&run), Some(1), "{line}");
    }
    assert_eq!(room.sh("pc1", "relay web x").0, Some(2));
}

#[test]
fn nothing_comes_beyond_the_window_until_it_is_taken() {
    let mut room = room();
    room.start("web", "sink reply=1000000");
    room.wait(Duration::from_millis(10));
    let run = room.start("pc1", "relay 10.0.2.80 9000");
    room.stdin(&run, &frame(b'e', b""));
    room.wait(Duration::from_secs(2));
    assert_eq!(said(&room, &run).0.len(), WINDOW);
    room.stdin(&run, &credit(1000));
    room.wait(Duration::from_secs(1));
    assert_eq!(said(&room, &run).0.len(), WINDOW + 1000);
    while room.exit(&run).is_none() {
        assert!(room.world.now() < base::Instant::ZERO + Duration::from_secs(30), "it never ends");
        room.stdin(&run, &credit(WINDOW));
        room.wait(Duration::from_secs(1));
    }
    let (out, err) = said(&room, &run);
    assert_eq!(out.len(), 1_000_000);
    assert!(err.ends_with("end\n"), "{err}");
    assert_eq!(room.exit(&run), Some(0));
}

/// Frames that are none, and more than the window holds, end the connection and no more.
#[test]
fn nonsense_ends_it() {
    let mut room = room();
    room.start("web", "sink");
    room.wait(Duration::from_millis(10));
    let long = [&frame(b'd', &[0; 1])[..1], &[0xff; 4]].concat();
    for input in [b"x\0\0\0\0".to_vec(), long, b"d\0\0\0\x05abc".to_vec()] {
        let run = room.start("pc1", "relay 10.0.2.80 9000");
        room.stdin(&run, &input);
        room.stdin(&run, b"");
        room.wait(Duration::from_secs(2));
        assert_eq!(room.exit(&run), Some(1), "{input:?}");
    }
    room.world.audit().expect("every frame is accounted for");
}
