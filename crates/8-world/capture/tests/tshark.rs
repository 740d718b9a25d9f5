//! What we write, read by tshark and capinfos: names, nanoseconds, directions, comments, counts.
//!
//! Without them the tests say so aloud and pass; under `CI=true` a missing peer is a failure.

use base::{Body, Instant, Seq};
use cable::LineConfig;
use catenet_capture::{Capture, conversations, conversations_in, dissect};
use core::net::{IpAddr, Ipv4Addr};
use sim::{CableSpec, End, Input, LineChange, Programs, SwitchSpec, Way, World, WorldBuilder};
use std::path::PathBuf;
use std::process::Command;
use wire::{ethernet, ipv4, tcp};

const EPOCH: i64 = 1_700_000_000;

fn world() -> World {
    let mut builder = WorldBuilder::new(5, EPOCH, Programs::default());
    builder.switch(SwitchSpec::new("lan", 2)).door("d1").door("d2");
    for (jack, door) in ["d1", "d2"].into_iter().enumerate() {
        let ends = (End::new(door, 0), End::new("lan", jack as u16));
        builder.cable(CableSpec::new(ends.0, ends.1, LineConfig::default()));
    }
    builder.build().expect("whole")
}

/// A whole TCP segment in a frame, from host `src` to host `dst` of 10.0.0.0/24.
fn segment(src: u8, dst: u8, ports: (u16, u16), flags: tcp::Flags, payload: &[u8]) -> Vec<u8> {
    let ip = |last: u8| Ipv4Addr::new(10, 0, 0, last);
    let mac = |last: u8| base::MacAddr([2, 0, 0, 0, 0, last]);
    let body = Body::from(payload.to_vec());
    let header = tcp::Header {
        src_port: ports.0,
        dst_port: ports.1,
        seq: Seq(1000),
        flags,
        window: 1024,
        ..tcp::Header::default()
    };
    let mut frame = base::Pool::default().frame(body.clone());
    let (src_ip, dst_ip) = (ip(src), ip(dst));
    let room = frame.prepend(header.header_len());
    header.emit(room, &body, IpAddr::V4(src_ip), IpAddr::V4(dst_ip));
    let network = ipv4::Header {
        header_len: 20,
        tos: 0,
        total_len: (20 + frame.len()) as u16,
        id: 1,
        dont_fragment: true,
        more_fragments: false,
        fragment_offset: 0,
        ttl: 64,
        protocol: ipv4::Protocol::TCP,
        src: src_ip,
        dst: dst_ip,
    };
    network.emit(frame.prepend(20));
    let link =
        ethernet::Header { dst: mac(dst), src: mac(src), ethertype: ethernet::EtherType::IPV4 };
    link.emit(frame.prepend(ethernet::HEADER_LEN));
    let mut octets = frame.to_vec();
    octets.resize(octets.len().max(60), 0);
    octets
}

fn send(world: &mut World, door: &str, octets: Vec<u8>) {
    world.handle_input(Input::FrameIn { node: door.into(), octets }).expect("taken");
    world.run_until(world.now() + base::Duration::from_micros(100)).expect("runs");
}

/// A conversation of two pairs of ports, then one frame that its cable spoils and one that it loses.
fn talk() -> World {
    let mut world = world();
    let ack = tcp::Flags::ACK;
    for ports in [(1111, 80), (2222, 80)] {
        send(&mut world, "d1", segment(1, 2, ports, tcp::Flags::SYN, b""));
        send(&mut world, "d2", segment(2, 1, (ports.1, ports.0), tcp::Flags::SYN.with(ack), b""));
        send(&mut world, "d1", segment(1, 2, ports, ack, &[7; 333]));
    }
    for (knob, ports) in [
        (LineChange { corrupt: Some(0.01), ..LineChange::default() }, (1111, 80)),
        (LineChange { corrupt: Some(0.0), loss: Some(1.0), ..LineChange::default() }, (2222, 80)),
    ] {
        let set = Input::SetCable { cable: "d1--lan".into(), way: Way::Forward, change: knob };
        world.handle_input(set).expect("known");
        send(&mut world, "d1", segment(1, 2, ports, ack, &[8; 700]));
    }
    world.audit().expect("balanced");
    world
}

/// The output of a peer over a file with these octets; `None`: the peer is not installed.
#[allow(clippy::disallowed_methods)] // whether this is CI, only the environment knows
fn peer(program: &str, name: &str, octets: &[u8], args: &[&str]) -> Option<String> {
    let path: PathBuf = std::env::temp_dir().join(format!("catenet-{}-{name}", std::process::id()));
    std::fs::write(&path, octets).expect("a temporary file");
    let mut command = Command::new(program);
    if program == "tshark" {
        command.arg("-r").arg(&path).args(args);
    } else {
        command.args(args).arg(&path);
    }
    let output = command.output();
    let _ = std::fs::remove_file(&path);
    match output {
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{program}: {errors}");
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(error) => {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{program}: {error}");
            eprintln!("SKIPPED: {program} is not installed; nothing was compared");
            None
        }
    }
}

fn capture(world: &World) -> (Vec<u8>, u64) {
    let mut octets = Vec::new();
    let frames = Capture::everything().write_new(world, &mut octets);
    (octets, frames)
}

#[test]
fn capinfos_reads_names_and_counts() {
    let world = talk();
    let (octets, frames) = capture(&world);
    let Some(text) = peer("capinfos", "info.pcapng", &octets, &[]) else { return };
    for want in [
        "pcapng",
        "Name = d1.eth0",
        "Name = lan.1",
        "Description = lan.1 (jack of cable d1--lan)",
        "Time precision = nanoseconds (9)",
        "Number of interfaces in file: 4",
        &format!("Number of packets:   {frames}"),
    ] {
        assert!(text.contains(want), "no `{want}` in:\n{text}");
    }
}

#[test]
fn tshark_reads_times_ways_and_reasons() {
    let world = talk();
    let (octets, frames) = capture(&world);
    let fields = [
        "-Tfields",
        "-Eseparator=|",
        "-eframe.interface_name",
        "-eframe.time_epoch",
        "-eframe.packet_flags_direction",
        "-eframe.comment",
        "-e_ws.malformed",
    ];
    let Some(text) = peer("tshark", "fields.pcapng", &octets, &fields) else { return };
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len() as u64, frames);
    assert_eq!(lines[0], "d1.eth0|1700000000.000000000|0x00000002|d1:1|");
    assert_eq!(lines[1], "lan.1|1700000000.000001172|0x00000001|d1:1|");
    let spoiled = lines.iter().filter(|line| line.contains("corrupted (cable_flipped_bits)"));
    assert_eq!(spoiled.count(), 1, "{text}");
    let lost = lines.iter().find(|line| line.contains("dropped (cable_loss)"));
    assert!(lost.is_some_and(|line| line.contains("The cable lost the frame")), "{text}");
}

#[test]
fn tshark_counts_the_same_conversations() {
    let world = talk();
    let d2 = world.node("d2").expect("there");
    let mut octets = Vec::new();
    Capture::node(d2).write_new(&world, &mut octets);
    let Some(text) = peer("tshark", "conv.pcapng", &octets, &["-q", "-zconv,tcp"]) else { return };
    let ours = conversations_in(&world, d2, base::JackId(0));
    assert_eq!(ours.len(), 2);
    for conversation in ours {
        let pair = format!("{} ", conversation.a);
        let line = text.lines().find(|line| line.starts_with(&pair)).expect("tshark has it, too");
        // a <-> b | frames bytes (b to a) | frames bytes (a to b) | ..
        let words: Vec<&str> = line.split_whitespace().filter(|word| *word != "bytes").collect();
        assert_eq!(words[2], conversation.b.to_string());
        let numbers: Vec<u64> = words[3..7].iter().filter_map(|word| word.parse().ok()).collect();
        let (back, forth) = (conversation.b_to_a, conversation.a_to_b);
        assert_eq!(numbers, [back.packets, back.bytes, forth.packets, forth.bytes], "{line}");
    }
}

#[test]
fn a_live_capture_takes_up_where_it_left() {
    let mut world = world();
    let syn = segment(1, 2, (1, 2), tcp::Flags::SYN, b"");
    send(&mut world, "d1", syn.clone());
    let (mut live, mut octets) = (Capture::named(&world, "d1.eth0").expect("a jack"), Vec::new());
    assert_eq!(live.write_new(&world, &mut octets), 1);
    let before = octets.len();
    assert_eq!(live.write_new(&world, &mut octets), 0);
    assert_eq!(octets.len(), before);
    send(&mut world, "d1", syn);
    assert_eq!((live.write_new(&world, &mut octets), live.written()), (1, 2));
    let mut whole = Vec::new();
    Capture::named(&world, "d1").expect("a node").write_new(&world, &mut whole);
    assert_eq!(whole, octets);
    assert!(Capture::named(&world, "d1.eth1").is_none());
    let cable = Capture::named(&world, "d1--lan").expect("a cable").write_new(&world, &mut octets);
    assert_eq!(cable, 4);
    assert_eq!(world.now(), Instant::from_nanos(200_000));
}

#[test]
fn fields_reach_the_payload_and_odd_octets_do_no_harm() {
    let frame = segment(1, 2, (1111, 80), tcp::Flags::ACK, b"GET /");
    let fields = dissect(&frame);
    let data = fields.list.iter().find(|field| field.name == "data").expect("a payload");
    assert_eq!(&frame[data.range.clone()], b"GET /");
    for len in 0..frame.len() {
        dissect(&frame[..len]);
        assert!(conversations([&frame[..len]]).len() <= 1);
    }
    assert!(conversations([&frame[..53]]).is_empty());
}
