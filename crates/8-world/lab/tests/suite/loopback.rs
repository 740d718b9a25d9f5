//! Loopback as every machine has it: what a machine says to itself touches no wire, what listens on
//! 127.0.0.1 is not reached from outside, and 127.0.0.0/8 on a wire is dropped (RFC 1122 section 3.2.1.3).

use base::{Duration, Lang};
use catenet_lab::read_lab;
use catenet_lab::run::{Options, Report, played};
use language::render;
use sim::{Input, World};

const LAB: &str = r#"lab = "own"
duration = "15s"
[networks]
lan = "10.0.0.0/24"
[hosts.web]
net  = "lan"
ip   = "10.0.0.2"
run  = [
  { do = "http port=8000 ADDR root=./site", label = "http" },
  { do = "ping -c 2 -i 0.1 127.0.0.1", at = "1s", label = "ping" },
  { do = "ping -c 1 127.5.5.5", at = "2s", label = "whole-net" },
  { do = "ping -c 1 10.0.0.2", at = "3s", label = "self" },
  { do = "curl -s http://127.0.0.1:8000/", at = "4s", label = "lo" },
  { do = "curl -s http://localhost:8000/", at = "5s", label = "name" },
  { do = "curl -s http://10.0.0.2:8000/", at = "6s", label = "own" },
  { do = "ip addr", at = "7s", label = "addresses" },
]
[hosts.pc]
net = "lan"
ip  = "10.0.0.3"
run = [
  { do = "curl -s http://10.0.0.2:8000/", at = "8s", label = "outside" },
  { do = "curl -s http://127.0.0.1:8000/", at = "9s", label = "elsewhere" },
]
"#;

/// Whatever is so for both kinds of server.
const ALWAYS: &[&str] = &[
    r#"exit(ping) == 0 and exit(whole-net) == 0 and exit(self) == 0"#,
    r#"exit(lo) == 0 and output(lo) contains "hello" and exit(name) == 0 and output(name) contains "hello""#,
    r#"output(addresses) contains "1: lo: <LOOPBACK,UP" and output(addresses) contains "127.0.0.1/8""#,
    r#"exit(elsewhere) == 7 and count(ip.addr == 127.0.0.0/8) == 0 and count(icmp) == 0"#,
];

fn run(server: &str, further: &[&str]) -> (Report, World) {
    let checks = ALWAYS.iter().chain(further).map(|line| format!("[[check]]\nexpect = '{line}'\n"));
    let text = LAB.replace("ADDR", server) + &checks.collect::<String>();
    let lab = read_lab(text.as_bytes(), "own.toml")
        .unwrap_or_else(|mistakes| panic!("{}", render(&mistakes, Lang::En)));
    let folder = |_: &str| vec![("index.html".to_owned(), b"hello".to_vec())];
    let options = Options { seed: 7, lang: Lang::En, folder: &folder, capture: false };
    played(&lab, &options).expect("it runs")
}

#[test]
fn a_server_on_loopback_is_its_machines_own() {
    // Whoever listens on 127.0.0.1 is not there at 10.0.0.2, not even for the machine itself.
    let closed = ["exit(own) == 7 and exit(outside) == 7", "count(tcp.flags.reset == 1) >= 1"];
    let (report, _) = run("addr=127.0.0.1", &closed);
    assert!(report.passed(), "{}", report.text(Lang::En));
}

#[test]
fn a_server_on_every_address_is_reached_by_each_of_them() {
    let open = [r#"exit(own) == 0 and exit(outside) == 0 and output(outside) contains "hello""#];
    let (report, _) = run("", &open);
    assert!(report.passed(), "{}", report.text(Lang::En));
}

/// An echo request from `src` to `dst`, for the machine `web`, as octets of a frame.
fn echo(world: &World, src: [u8; 4], dst: [u8; 4]) -> Vec<u8> {
    let web = world
        .recorder()
        .since(0)
        .find(|frame| world.name(frame.node) == "web" && frame.direction == sim::Direction::Out);
    let octets = web.expect("it spoke").octets();
    let mac = &octets[6..12];
    let mut icmp = vec![8, 0, 0, 0, 0, 1, 0, 1];
    let sum = base::checksum::checksum(&icmp);
    icmp[2..4].copy_from_slice(&sum.to_be_bytes());
    let header = wire::ipv4::Header {
        header_len: 20,
        tos: 0,
        total_len: 28,
        id: 1,
        dont_fragment: false,
        more_fragments: false,
        fragment_offset: 0,
        ttl: 64,
        protocol: wire::ipv4::Protocol::ICMP,
        src: src.into(),
        dst: dst.into(),
    };
    let mut packet = [0; 20];
    header.emit(&mut packet);
    [mac, &[2, 0, 0, 0, 9, 9], &[8, 0], &packet, &icmp, &[0; 18]].concat()
}

#[test]
fn loopback_addresses_on_a_wire_are_martians() {
    let (_, mut world) = run("", &[]);
    let door = Input::AddDoorHost { name: "stranger".into(), network: "lan".into() };
    world.handle_input(door).expect("a door");
    let cases = [
        ([10, 0, 0, 9], [10, 0, 0, 2], None),
        ([10, 0, 0, 9], [127, 0, 0, 1], Some("martian_destination")),
        ([127, 0, 0, 1], [10, 0, 0, 2], Some("martian_source")),
    ];
    for (src, dst, reason) in cases {
        let before = world.events().next();
        let octets = echo(&world, src, dst);
        world.handle_input(Input::FrameIn { node: "stranger".into(), octets }).expect("a frame");
        world.run_until(world.now() + Duration::from_millis(10)).expect("runs");
        let names: Vec<&str> =
            world.events().since(before).map(|event| event.reason.name).collect();
        let martians: Vec<&&str> =
            names.iter().filter(|name| name.starts_with("martian")).collect();
        assert_eq!(martians.first().copied().copied(), reason, "{src:?} {dst:?}: {names:?}");
    }
}
