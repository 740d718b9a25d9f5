//! One machine without a world: you hand it frames (or bare IP packets) from wherever you have them
//! (a TAP, a tunnel, a file, a fuzzer), and take what it gives.
//!
//! ```text
//!   your frames --handle_frame--> Host --poll_output--> your frames
//!   your clock  --set_now, handle_timeout-->  next_deadline: when it wants to be called again
//! ```
//! `cargo run -p catenet --example own_frames`

use catenet::base::{Frame, Instant, InterfaceId, MacAddr, NodeId, RandomSource};
use catenet::host::{Host, HostConfig, InterfaceConfig, ListenOptions, TcpKey};
use catenet::trace::Cx;

/// A host, what it needs at every call, and the interface that your frames use.
pub(crate) struct Machine {
    host: Host,
    cx: Cx,
    interface: InterfaceId,
    bare: bool,
}

impl Machine {
    /// With a card: Ethernet frames go in and out.
    pub(crate) fn with_card(number: u8) -> Machine {
        Machine::new(number, |host| {
            let mac = MacAddr([2, 0, 0, 0, 0, number]);
            host.add_interface(InterfaceConfig { name: "eth0".to_owned(), mac, mtu: 1500 })
        })
    }

    /// Without one: bare IP packets go in and out, as in a TUN device or a VPN.
    pub(crate) fn in_a_tunnel(number: u8) -> Machine {
        Machine { bare: true, ..Machine::new(number, |host| host.add_tunnel("tun0", 1400)) }
    }

    fn new(number: u8, interface: impl FnOnce(&mut Host) -> InterfaceId) -> Machine {
        // All chance (ports, sequence numbers) comes from this seed: the same every time.
        let random = RandomSource::new(1, "own", u32::from(number));
        let mut cx = Cx::new(NodeId(u32::from(number)), false);
        let mut host = Host::new(HostConfig::new("own"), &random);
        let interface = interface(&mut host);
        let address = format!("10.0.0.{number}/24").parse().expect("an address");
        host.add_address(&mut cx, interface, address).expect("a free address");
        Machine { host, cx, interface, bare: false }
    }

    /// Octets from your side.
    pub(crate) fn take(&mut self, octets: Vec<u8>) {
        let frame: Frame = self.cx.pool.frame_from(octets.into());
        if self.bare {
            self.host.handle_packet(&mut self.cx, self.interface, frame);
        } else {
            self.host.handle_frame(&mut self.cx, self.interface, frame);
        }
    }

    /// Octets to your side, until there are none.
    pub(crate) fn give(&mut self) -> Option<Vec<u8>> {
        self.host.poll_output(&mut self.cx).map(|output| output.frame.to_vec())
    }

    /// When it wants to be called though nothing comes.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.host.next_deadline()
    }

    /// It is that late now.
    pub(crate) fn pass_time(&mut self, now: Instant) {
        self.cx.set_now(now);
        self.host.handle_timeout(&mut self.cx);
    }
}

/// Lets two machines talk until both rest; says how many frames crossed.
pub(crate) fn talk(a: &mut Machine, b: &mut Machine) -> usize {
    let mut crossed = 0;
    loop {
        let before = crossed;
        while let Some(octets) = a.give() {
            crossed += 1;
            b.take(octets);
        }
        while let Some(octets) = b.give() {
            crossed += 1;
            a.take(octets);
        }
        if crossed == before {
            return crossed;
        }
    }
}

/// A connection from `a` to port 80 of `b`, and a word over it; gives what `b` read.
pub(crate) fn say(a: &mut Machine, b: &mut Machine, word: &[u8]) -> Vec<u8> {
    let any = ([0, 0, 0, 0], 80).into();
    let listener =
        b.host.tcp_listen(&mut b.cx, any, ListenOptions::default()).expect("a free port");
    let peer = ([10, 0, 0, 2], 80).into();
    let client: TcpKey = a.host.tcp_connect(&mut a.cx, None, peer).expect("a way");
    talk(a, b);
    a.host.tcp_send(&mut a.cx, client, word).expect("a connection");
    talk(a, b);
    let (server, _) = b.host.tcp_accept(&mut b.cx, listener).expect("a connection");
    let mut buffer = [0; 1500];
    let length = b.host.tcp_receive(&mut b.cx, server, &mut buffer).expect("the word");
    buffer[..length].to_vec()
}

#[allow(dead_code, clippy::print_stdout)] // the test has no use for it
fn main() {
    let (mut a, mut b) = (Machine::with_card(1), Machine::with_card(2));
    println!("over Ethernet: {:?}", String::from_utf8_lossy(&say(&mut a, &mut b, b"hello")));
    let (mut a, mut b) = (Machine::in_a_tunnel(1), Machine::in_a_tunnel(2));
    println!("in a tunnel:   {:?}", String::from_utf8_lossy(&say(&mut a, &mut b, b"hello")));
    // Your loop: sleep until the next deadline or the next frame, whichever is first.
    if let Some(at) = b.deadline() {
        b.pass_time(at);
        println!("at {at} s it has {} more frames to send", talk(&mut b, &mut a));
    }
}
