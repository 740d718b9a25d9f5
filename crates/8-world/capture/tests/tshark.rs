//! What we write, read by tshark and capinfos: names, nanoseconds, directions, comments, counts.
//!
//! Without them the tests say so aloud and pass; under `CI=true` a missing peer is a failure.

use base::{Body, Instant, Seq};
use cable::LineConfig;
use catenet_capture::{Capture, Conversation, conversations, conversations_in, dissect};
use core::net::{IpAddr, Ipv4Addr};
use sim::{
    CableSpec, End, Input, LineChange, MachineSpec, Programs, SwitchSpec, Way, World, WorldBuilder,
};
use socket::{Env, ExitCode};
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
    same_conversations(&ours, &text);
}

/// Compares with the lines of `tshark -q -z conv,tcp`.
fn same_conversations(ours: &[Conversation], text: &str) {
    for conversation in ours {
        let pair = format!("{} ", conversation.a);
        let line = text.lines().find(|line| line.starts_with(&pair)).expect("tshark has it, too");
        // a <-> b | frames bytes (b to a) | frames bytes (a to b) | ..; bytes with a unit
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[2], conversation.b.to_string());
        let numbers: Vec<u64> = words.iter().filter_map(|word| word.parse().ok()).collect();
        let unit = |word: &str| match word {
            "bytes" => 1,
            "kB" => 1000,
            other => panic!("a new unit: {other}"),
        };
        let (back, forth) = (conversation.b_to_a, conversation.a_to_b);
        assert_eq!((numbers[0], numbers[2]), (back.packets, forth.packets), "{line}");
        let bytes = (back.bytes / unit(words[5]), forth.bytes / unit(words[8]));
        assert_eq!((numbers[1], numbers[3]), bytes, "{line}");
    }
}

/// Takes all that comes on port 9 and says goodbye.
async fn sink(env: Env) -> ExitCode {
    let any = std::net::SocketAddr::from(([0, 0, 0, 0], 9));
    let Ok(listener) = env.tcp_listen(any, 4) else { return ExitCode::FAILURE };
    let Ok((stream, _)) = listener.accept().await else { return ExitCode::FAILURE };
    loop {
        match stream.read_bytes(1 << 16).await {
            Ok(octets) if octets.is_empty() => return ExitCode::SUCCESS,
            Ok(_) => {}
            Err(_) => return ExitCode::FAILURE,
        }
    }
}

/// Sends 400 kB there.
async fn source(env: Env) -> ExitCode {
    let there = std::net::SocketAddr::from(([10, 0, 0, 2], 9));
    let Ok(stream) = env.tcp_connect(there).await else { return ExitCode::FAILURE };
    let sent = stream.write_all_bytes(&vec![0x5a; 400_000]).await;
    if sent.is_err() || stream.shutdown_write().is_err() {
        return ExitCode::FAILURE;
    }
    match stream.read_bytes(1).await {
        Ok(octets) if octets.is_empty() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// A transfer between two machines over a cable that loses, reorders, doubles and flips bits.
fn transfer() -> World {
    let mut programs = Programs::default();
    programs.add("sink", |env| Box::pin(sink(env)), "takes", "收");
    programs.add("source", |env| Box::pin(source(env)), "gives", "发");
    let mut builder = WorldBuilder::new(11, EPOCH, programs);
    let machine = |name: &str, address: &str, run: &str| {
        MachineSpec::new(name).interface("eth0", address.parse().expect("a network")).run(run)
    };
    let bad = LineConfig {
        loss: 0.01,
        reorder: 0.01,
        reorder_by: base::Duration::from_millis(1),
        duplicate: 0.005,
        corrupt: 2e-7,
        delay: base::Duration::from_micros(200),
        ..LineConfig::default()
    };
    builder
        .machine(machine("a", "10.0.0.1/24", "source"))
        .machine(machine("b", "10.0.0.2/24", "sink"))
        .cable(CableSpec::new(End::new("a", 0), End::new("b", 0), bad));
    let mut world = builder.build().expect("whole");
    world.run_until(Instant::ZERO + base::Duration::from_secs(100)).expect("runs");
    world.audit().expect("balanced");
    let exits = world.outputs().label("a/source").map(|label| &label.exits);
    assert_eq!(exits.and_then(|exits| exits.back()).map(|&(_, code)| code), Some(0));
    world
}

#[test]
fn tshark_finds_wrong_only_what_the_cable_flipped() {
    let world = transfer();
    let mut octets = Vec::new();
    let frames = Capture::everything().write_new(&world, &mut octets);
    let args = [
        "-oip.check_checksum:TRUE",
        "-otcp.check_checksum:TRUE",
        "-Yip.checksum.status==0 || tcp.checksum.status==0 || _ws.malformed",
        "-Tfields",
        "-eframe.number",
    ];
    let Some(text) = peer("tshark", "wrong.pcapng", &octets, &args) else { return };
    let flipped: Vec<u64> = world
        .recorder()
        .since(0)
        .filter(|frame| frame.frame.fcs() == base::frame::Fcs::Bad)
        .map(|frame| frame.sequence + 1)
        .collect();
    assert!(!flipped.is_empty() && frames > 1000);
    for line in text.lines() {
        let number: u64 = line.parse().expect("a number");
        assert!(flipped.contains(&number), "frame {number} is wrong, and no cable flipped it");
    }
}

#[test]
fn tshark_counts_a_lossy_transfer_the_same() {
    let world = transfer();
    for node in ["a", "b"] {
        let node = world.node(node).expect("there");
        let mut octets = Vec::new();
        // A frame with flipped bits may name ports that were never there: in neither count.
        let whole = |frame: &sim::Recorded| frame.frame.fcs() == base::frame::Fcs::Good;
        Capture::node(node).write_new_if(&world, &mut octets, whole);
        let Some(text) = peer("tshark", "lossy.pcapng", &octets, &["-q", "-zconv,tcp"]) else {
            return;
        };
        let frames: Vec<Vec<u8>> = world
            .recorder()
            .since(0)
            .filter(|frame| frame.node == node && whole(frame))
            .map(|frame| frame.octets())
            .collect();
        let ours = conversations(frames.iter().map(Vec::as_slice));
        assert_eq!(ours.len(), 1);
        same_conversations(&ours, &text);
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
    assert_eq!(cable, 2, "each frame once: as it was handed to the cable");
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
