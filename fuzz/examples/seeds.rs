//! Makes the saved inputs anew: real frames of the flood's clean run, real labs, real questions.
//! `cargo run --release --manifest-path fuzz/Cargo.toml --example seeds`

#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // it writes files

#[allow(dead_code)]
#[path = "../../tests/tests/mutations/network.rs"]
mod network;
#[path = "../../tests/tests/mutations/people.rs"]
mod people;

use catenet_fuzz::chunk;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn save(target: &str, name: &str, octets: &[u8]) {
    let folder = root().join("corpus").join(target);
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(name), octets).expect("written");
}

/// Every `n`-th of the frames that `wanted` likes, at most eight, as one input.
fn run(frames: &[Vec<u8>], skip: usize, wanted: impl Fn(&[u8]) -> Option<&[u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for part in frames.iter().filter_map(|frame| wanted(frame)).skip(skip).take(8) {
        chunk(0, part, &mut out);
    }
    out
}

fn main() {
    let frames = network::recorded(11);
    let kind = |frame: &[u8]| (frame[12..14].to_vec(), frame.get(23).copied().unwrap_or(0));
    let ip = |protocol: u8| move |frame: &[u8]| kind(frame) == (vec![8, 0], protocol);
    let is_arp = |frame: &[u8]| kind(frame).0 == [8, 6];
    for (name, wanted) in [("icmp", 1), ("tcp", 6), ("udp", 17)] {
        let is = ip(wanted);
        for number in 0..2 {
            let one = frames.iter().filter(|frame| is(frame)).nth(number * 5).expect("recorded");
            save("wire_headers", &format!("{name}{number}"), one);
            let skip = number * 20;
            save("ether", &format!("{name}{number}"), &run(&frames, skip, |f| is(f).then_some(f)));
            save("host", &format!("{name}{number}"), &run(&frames, skip, |f| is(f).then_some(f)));
            let packets: Vec<Vec<u8>> =
                frames.iter().filter(|f| is(f)).map(|f| f[14..].to_vec()).collect();
            save("ip", &format!("{name}{number}"), &run(&packets, skip, |f| Some(f)));
        }
    }
    let arp = run(&frames, 0, |f| is_arp(f).then_some(f));
    save("ether", "arp", &arp);
    save("host", "arp", &arp);
    let one = frames.iter().find(|frame| is_arp(frame)).expect("recorded");
    save("wire_headers", "arp", one);
    datagrams();
    segments();
    questions();
    texts();
}

/// Datagrams between the two addresses of the target, right checksums.
fn datagrams() {
    let mut out = Vec::new();
    let (src, dst) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
    for len in [0, 1, 20, 300, 1_400] {
        let body = base::Body::from(vec![7; len]);
        let header = wire::udp::Header { src_port: 5_000, dst_port: 53, len: (8 + len) as u16 };
        let mut octets = vec![0; 8];
        header.emit(&mut octets, &[], &body, src, dst);
        octets.extend(vec![7; len]);
        chunk(len as u8 & 1, &octets, &mut out);
    }
    save("udp", "datagrams", &out);
}

/// A connection that opens, talks, and closes, in the target's own words.
fn segments() {
    let segment = |flags: u8, seq: i16, ack: i16, text: &[u8]| {
        let mut octets = vec![flags];
        octets.extend(seq.to_be_bytes());
        octets.extend(ack.to_be_bytes());
        octets.extend([0x7f, 0xff, 0]);
        octets.extend(text);
        octets
    };
    let mut talk = vec![1];
    chunk(8, &[1; 3_000], &mut talk);
    chunk(0, &segment(0x10, 0, 1_460, b""), &mut talk);
    chunk(0, &segment(0x18, 0, 0, b"hello, world"), &mut talk);
    chunk(0, &segment(0x18, 100, 0, b"out of order"), &mut talk);
    chunk(9, &[0; 4], &mut talk);
    chunk(0x8d, &[], &mut talk);
    chunk(0xfd, &[], &mut talk);
    chunk(0, &segment(0x11, 0, 0, b""), &mut talk);
    chunk(14, &[], &mut talk);
    save("tcp", "talk", &talk);
    let mut called = vec![0];
    chunk(11, &segment(0x02, 0, 0, b""), &mut called);
    chunk(11, &segment(0x10, 1, 0, b"at once"), &mut called);
    chunk(10, &[], &mut called);
    chunk(0, &segment(0x10, 0, 1_460, b""), &mut called);
    chunk(0, &segment(0x04, 5, 0, b""), &mut called);
    chunk(0, &segment(0x02, 5, 0, b""), &mut called);
    chunk(12, &[2, 2, 0x40], &mut called);
    chunk(0x0d, &[], &mut called);
    save("tcp", "called", &called);
}

fn questions() {
    let question = |name: &[&str], kind: u8| {
        let mut octets = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name {
            octets.push(label.len() as u8);
            octets.extend(label.as_bytes());
        }
        octets.extend([0, 0, kind, 0, 1]);
        octets
    };
    save("dns_answer", "a", &question(&["www", "example", "lab"], 1));
    save("dns_answer", "ptr", &question(&["1", "2", "0", "10", "in-addr", "arpa"], 12));
    save("dns_answer", "any", &question(&["nobody", "lab"], 255));
    let mut edns = question(&["a", "b", "c", "lab"], 28);
    edns[11] = 1;
    edns.extend([0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0]);
    save("dns_answer", "edns", &edns);
}

fn texts() {
    let labs = root().join("../labs");
    for folder in [labs.clone(), labs.join("bad")] {
        for file in std::fs::read_dir(folder).expect("labs").map(|entry| entry.expect("one").path())
        {
            if file.extension().is_some_and(|extension| extension == "toml") {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                save("lab_parse", &name, &std::fs::read(Path::new(&file)).expect("read"));
            }
        }
    }
    let filters = [
        "tcp.flags.syn == 1 && ip.dst == 10.0.2.80",
        "!(arp or udp.port == 53) and frame.len >= 60",
        "count(tcp) at web > 3 within \"1s\"",
        "web.tcp.listen[80].syn_queue <= 2 and exit(curl) == 0",
        "events(retransmit, tcp.port == 80) > 0 or not output(x) contains \"ok\"",
    ];
    for (number, filter) in filters.into_iter().enumerate() {
        save("filter_parse", &format!("filter{number}"), filter.as_bytes());
    }
}
